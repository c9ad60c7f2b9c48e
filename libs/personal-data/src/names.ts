// Names as they are compared: however they are spelled, in whatever order their words come.

/** Letters that are no other letter with a mark. W is V: Danish sorted them as one until 1980, and by ear they still are. */
const LETTERS: Readonly<Record<string, string>> = {
  ...{ æ: 'a', ø: 'o', œ: 'o', ð: 'd', đ: 'd', ł: 'l', ı: 'i', ß: 's', þ: 't', ς: 'σ', w: 'v' },
};

/**
 * One spelling for all: Øzgür, Özgür, Oezgur and Ozgur; Åse, Aase and Ase; Kjær, Kjaer and Kjär; Mohammed and Mohamed. What folds a
 * beginning of a word gives a beginning of the folded word, so that prefixes can be compared too.
 */
const fold = (word: string): string =>
  word
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[æøœðđłıßþςw]/g, (letter) => LETTERS[letter]!)
    .replace(/([ao])e+/g, '$1')
    .replace(/(.)\1+/gu, '$1');

/** Hyphens, apostrophes and digits end a word as spaces do. */
const rawWords = (name: string): string[] =>
  name
    .normalize('NFKD')
    .split(/[^\p{L}\p{M}]+/u)
    .filter((word) => /\p{L}/u.test(word));

/** What is not spelled but counted: compared whole, as 1 is no beginning of 12. */
const numbersOf = (name: string): string[] => [...new Set(name.normalize('NFKD').match(/\p{Nd}+/gu))];

/** Two words next to each other, written as one: Anne-Marie and Anne Marie are Annemarie. */
const joinedAt = (words: readonly string[], i: number): string[] => [
  ...words.slice(0, i),
  words[i]! + words[i + 1]!,
  ...words.slice(i + 2),
];

/** The words of a name, folded. Not its numbers: what somebody put behind a name to tell two of them apart makes no other name. */
export const nameWords = (name: string): string[] => rawWords(name).map(fold);

/** What a name is found by the beginning of: its words, and every two of them written as one. */
export const wordsToFind = (name: string): string[] => {
  const words = rawWords(name);
  const joined = words.slice(1).map((word, i) => words[i]! + word);
  return [...new Set([...words, ...joined].map(fold))];
};

/** From here on a word of a search may be the beginning of one; shorter, it tells next to nothing. Letters after folding. */
export const SHORTEST_PREFIX = 2;

/** Every beginning of a word, the word itself included. */
export const prefixesOf = (word: string): string[] => {
  const letters = [...word];
  return letters.map((_, i) => letters.slice(0, i + 1).join('')).slice(SHORTEST_PREFIX - 1);
};

/** What a name is found by as a whole: that, and its numbers. */
export const wholesToFind = (name: string): string[] => [...wordsToFind(name), ...numbersOf(name)];

/** More words than this, and more numbers, are not looked at: the first ones say enough. */
const MOST_WORDS = 8;

/** One way to read what somebody searches for. */
export interface Reading {
  /** Each one may be the beginning of a word. */
  readonly beginnings: readonly string[];
  /** Each one has to be there as it is. */
  readonly wholes: readonly string[];
  /** All that was written, also what is too short to look for: a name that has each of them as it is, is the very one. */
  readonly all: readonly string[];
}

/** As it is written, and with two words as one. Empty: without a letter there is nothing to search for. */
export const readingsOf = (criterion: string): Reading[] => {
  const words = rawWords(criterion).slice(0, MOST_WORDS);
  if (words.length === 0) return [];
  const numbers = numbersOf(criterion).slice(0, MOST_WORDS);
  return [words, ...words.slice(1).map((_, i) => joinedAt(words, i))].map((reading) => {
    const folded = reading.map(fold);
    const beginnings = folded.filter((word) => [...word].length >= SHORTEST_PREFIX);
    return { beginnings, wholes: beginnings.length > 0 ? numbers : [...folded, ...numbers], all: [...folded, ...numbers] };
  });
};
