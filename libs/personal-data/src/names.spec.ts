// Found by name: by every spelling and beginning of its own words in any order, and by nobody else's.
import fc from 'fast-check';
import { BlindIndex, type NameQuery } from './blind-index.js';
import type { KeyStore } from './key-store.js';
import { createHash } from 'node:crypto';
import { nameWords, readingsOf } from './names.js';

const keyed = (salt: string) =>
  BlindIndex.open({
    named: async (name: string) =>
      createHash('sha256')
        .update(salt + name)
        .digest(),
  } as KeyStore);
let index: BlindIndex;
beforeEach(async () => {
  index = await keyed('here');
});

const has = (name: string, query: NameQuery, by: 'found' | 'exact' = 'found'): boolean => {
  const tokens = new Set(index.nameTokens(name).tokens);
  return query.some((reading) => reading[by].every((token) => tokens.has(token)));
};
const finds = (criterion: string, name: string) => has(name, index.nameQuery(criterion));
const findsExactly = (criterion: string, name: string) => has(name, index.nameQuery(criterion), 'exact');

describe('a search by name', () => {
  it.each([
    ['Ozgur', 'Øzgür Testperson'],
    ['Oezgür', 'Øzgür Testperson'],
    ['özg', 'Øzgür Testperson'],
    ['Aase', 'Åse Testperson'],
    ['ÅSE', 'Aase Testperson'],
    ['A\u030ase', 'Ase Testperson'],
    ['Kjaer', 'Ung Kjær'],
    ['Kjær', 'Ung Kjaer'],
    ['Walid', 'Valid Testperson'],
    ['Bjorn', 'Bjœrn Testperson'],
    ['Adam', 'Aðam Testperson'],
    ['Dukic', 'Đukić Testperson'],
    ['Lukasz', 'Łukasz Testperson'],
    ['Isil', 'Işıl Testperson'],
    ['Strase', 'Straße Testperson'],
    ['Tor', 'Þor Testperson'],
    ['ΝΙΚΟΣ', 'Νίκος Testperson'],
    ['Νικος', 'ΝΙΚΟΣ Testperson'],
    ['Νικοσ', 'Νικος Testperson'],
    ['Mohamed', 'Mohammed Testperson'],
    ['Anna', 'Ana Testperson'],
    ['testperson ung', 'Ung Testperson'],
    ['te un', 'Ung Testperson'],
    ['Anne-Marie', 'Anne Marie Testperson'],
    ['Annemarie', 'Anne-Marie Testperson'],
    ['Anne Marie', 'Annemarie Testperson'],
    ['annema', 'Anne Marie Testperson'],
    ['Marie', 'Anne-Marie Testperson'],
    ['d’Angelo', "Ung D'Angelo"],
    ['dangelo', 'Ung d’Angelo'],
    ['ung t', 'Ung Testperson'],
    ['Å', 'Å Testperson'],
    ['Ung Testperson', 'Ung Testperson 12'],
    ['12 ung', 'Ung Testperson 12'],
    ['Ung Testperson12', 'Ung Testperson-12'],
    ['Ung Testperson ¹²', 'Ung Testperson 12'],
    ['Å 2', 'Å Testperson 2'],
  ])('%s finds %s', (criterion, name) => expect(finds(criterion, name)).toBe(true));

  it.each([
    ['Testperson', 'Ung Testpige'],
    ['Ung Testpige', 'Ung Testperson'],
    ['person', 'Ung Testperson'],
    ['U', 'Ung Testperson'],
    ['010111-4000', 'Ung Testperson'],
    ['Ung Testperson 12', 'Ung Testperson 13'],
    ['Ung Testperson 12', 'Ung Testperson'],
    ['Ung Testperson 1', 'Ung Testperson 12'],
    ['Ung Testperson 11', 'Ung Testperson 1'],
    ['Å 2', 'Å Testperson 3'],
  ])('%s does not find %s', (criterion, name) => expect(finds(criterion, name)).toBe(false));

  it('tells a whole word from the beginning of one', () => {
    expect(findsExactly('testperson UNG', 'Ung Testperson')).toBe(true);
    expect(findsExactly('ung testp', 'Ung Testperson')).toBe(false);
    expect(findsExactly('Ung T', 'Ung Testperson')).toBe(false);
    expect(findsExactly('Ung T', 'Ung T. Testperson')).toBe(true);
    expect(findsExactly('Testperson 12, Ung', 'Ung Testperson 12')).toBe(true);
  });

  it('takes two names that differ in a number alone for the same words, to be looked at as one person', () => {
    expect(index.nameTokens('Ung Testperson 2').key).toBe(index.nameTokens('Ung Testperson').key);
  });

  it('has nothing to look for where there is no letter', () => {
    for (const empty of ['', ' - ', '0101114000', '\u030a']) expect(index.nameQuery(empty)).toEqual([]);
  });

  it('is read as it is written, and with every two neighbours as one, of its first eight words and numbers', () => {
    expect(readingsOf('Ung B 12')).toEqual([
      { beginnings: ['ung'], wholes: ['12'], all: ['ung', 'b', '12'] },
      { beginnings: ['ungb'], wholes: ['12'], all: ['ungb', '12'] },
    ]);
    expect(readingsOf('B C')).toEqual([
      { beginnings: [], wholes: ['b', 'c'], all: ['b', 'c'] },
      { beginnings: ['bc'], wholes: [], all: ['bc'] },
    ]);
    const words = ['ab', 'cd', 'fg', 'hi', 'jk', 'lm', 'np', 'qr', 'tu'];
    const numbers = ['1', '2', '3', '4', '5', '6', '7', '8', '9'];
    const readings = readingsOf([...words, ...numbers].join(' '));
    expect(readings).toHaveLength(8);
    expect(readings[0]).toEqual({
      beginnings: words.slice(0, 8),
      wholes: numbers.slice(0, 8),
      all: [...words.slice(0, 8), ...numbers.slice(0, 8)],
    });
  });

  // ---- for any name

  const letters = fc.constantFrom(...'abcdefghijklmnopqrstuvwxyzæøåäöüéèñçğışłđßABÆØÅÖ'.split(''), 'aa', 'ae', 'oe', 'ss', 'Aa');
  const word = fc.array(letters, { minLength: 1, maxLength: 12 }).map((all) => all.join(''));
  const separator = fc.constantFrom(' ', '-', '  ', ' - ', "'");
  const name = fc
    .array(fc.tuple(word, separator), { minLength: 1, maxLength: 4 })
    .map((parts) => parts.map((part) => part.join('')).join(''));
  const folded = (text: string) => nameWords(text)[0] ?? '';
  const SPELLINGS: readonly (readonly string[])[] = [
    ['å', 'aa', 'a\u030a', 'a'],
    ['æ', 'ae', 'ä'],
    ['ø', 'oe', 'ö', 'o'],
    ['ü', 'u'],
    ['é', 'e'],
    ['w', 'v'],
    ['ll', 'l'],
    ['ss', 's'],
  ];
  /** The same name as somebody else might write it. */
  const respelled = (text: string, choices: readonly number[]): string => {
    let n = 0;
    return SPELLINGS.reduce((spelled, alternatives) => {
      const any = new RegExp(alternatives.join('|'), 'giu');
      return spelled.replace(any, () => alternatives[choices[n++ % choices.length]! % alternatives.length]!);
    }, text);
  };
  const choices = fc.array(fc.nat(6), { minLength: 1, maxLength: 8 });

  it('finds every person by any spelling and any beginning of its words, in any order', () => {
    fc.assert(
      fc.property(
        name,
        choices,
        fc.array(fc.nat(20), { minLength: 4, maxLength: 4 }),
        fc.boolean(),
        (text, how, cuts, turned) => {
          const words = text.split(/[^\p{L}]+/u).filter(Boolean);
          const parts = words.map((each, i) => {
            const long = [...each].findIndex((_, at) => [...folded([...each].slice(0, at + 1).join(''))].length >= 2);
            // From two letters on, or the whole of a word that has not as many.
            const length = long < 0 ? each.length : Math.max(long + 1, cuts[i]! % ([...each].length + 1));
            return respelled([...each].slice(0, length).join(''), how);
          });
          const criterion = (turned ? parts.reverse() : parts).join(' ');
          expect(finds(criterion, text)).toBe(true);
          expect(findsExactly(respelled(text, how), text)).toBe(true);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('finds nobody by a word none of whose beginnings it has', () => {
    fc.assert(
      fc.property(name, word, (text, other) => {
        fc.pre([...folded(other)].length >= 2);
        const words = text.split(/[^\p{L}]+/u).filter(Boolean);
        const all = [...words, ...words.slice(1).map((each, i) => words[i]! + each)].map(folded);
        expect(finds(other, text)).toBe(all.some((each) => each.startsWith(folded(other))));
      }),
      { numRuns: 500 },
    );
  });

  it('keeps no word and nothing that can be made without the key', async () => {
    const elsewhere = await keyed('there');
    fc.assert(
      fc.property(name, (text) => {
        const { key, tokens } = index.nameTokens(text);
        const other = new Set([elsewhere.nameTokens(text).key, ...elsewhere.nameTokens(text).tokens]);
        for (const token of [key, ...tokens]) {
          expect(token).toMatch(/^[\w-]{22}$/);
          expect(other.has(token)).toBe(false);
        }
        for (const each of nameWords(text)) {
          const plain = createHash('sha256').update(each).digest('base64url');
          expect(tokens.some((token) => plain.startsWith(token) || token.includes(plain))).toBe(false);
          if (each.length > 5) expect(tokens.join(' ').toLowerCase()).not.toContain(each);
        }
        expect(tokens).toEqual([...tokens].sort());
      }),
      { numRuns: 100 },
    );
  });

  it('knows two names of the same words, in any order, by one key', () => {
    const { key } = index.nameTokens('Åse Kjær-Testperson');
    expect(index.nameTokens('testperson aase kjaer').key).toBe(key);
    expect(index.nameTokens('Åse Kjær').key).not.toBe(key);
  });
});

describe('CPR numbers that are alike', () => {
  const alike = (a: string, b: string) => {
    const tokens = new Set(index.cprAlike(a));
    return index.cprAlike(b).some((token) => tokens.has(token));
  };
  it('differ by one digit, or by two neighbours exchanged, and by no more', () => {
    expect(alike('010111-4000', '0101114000')).toBe(true);
    expect(alike('0101114000', '0101114005')).toBe(true);
    expect(alike('0101114012', '0101114021')).toBe(true);
    expect(alike('0101114000', '0101114055')).toBe(false);
    expect(alike('0101114012', '0101114120')).toBe(false);
    expect(() => index.cprAlike('12')).toThrow(RangeError);
  });
  it('for any number and slip', () => {
    const digits = fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 10, maxLength: 10 });
    fc.assert(
      fc.property(digits, digits, (a, b) => {
        const wrong = a.flatMap((digit, i) => (digit === b[i] ? [] : [i]));
        const [i = -1, j = -1] = wrong;
        const exchanged = wrong.length === 2 && j === i + 1 && a[i] === b[j] && a[j] === b[i];
        expect(alike(a.join(''), b.join(''))).toBe(wrong.length < 2 || exchanged);
        const slip = [...a];
        [slip[3], slip[4]] = [a[4]!, a[3]!];
        expect(alike(a.join(''), slip.join(''))).toBe(true);
      }),
    );
  });
});
