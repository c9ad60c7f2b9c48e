// Finding and comparing without reading: keyed hashes of what must be matched exactly.
import { createHmac, createSecretKey, hkdfSync, type KeyObject } from 'node:crypto';
import type { Subject } from '@app/domain';
import { normaliseCpr } from './cpr.js';
import type { KeyStore } from './key-store.js';
import { nameWords, prefixesOf, readingsOf, wholesToFind, wordsToFind } from './names.js';

const hmac = (key: KeyObject, text: string): string => createHmac('sha256', key).update(text).digest('base64url');

/**
 * JSON that does not depend on the order in which fields were set. Fields that are undefined are left out, as JSON does.
 * Written by hand: JSON.stringify with a function that sorts takes four times as long, and every command needs it.
 */
export const canonicalJson = (value: unknown): string => {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  if ('toJSON' in value && typeof value.toJSON === 'function') return canonicalJson((value.toJSON as () => unknown)());
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  const fields = value as Record<string, unknown>;
  let json = '';
  for (const name of Object.keys(fields).sort()) {
    const field = fields[name];
    if (field === undefined || typeof field === 'function' || typeof field === 'symbol') continue;
    json += `${json === '' ? '' : ','}${JSON.stringify(name)}:${canonicalJson(field)}`;
  }
  return `{${json}}`;
};

/** What two texts that say the same have in common: letters and digits in lower case, words one space apart. */
const normaliseText = (text: string): string =>
  text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/\p{M}/gu, '')
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();

/** Half of a hash tells words apart, and an index of names holds many. */
const TOKEN_CHARS = 22;

/** What finds a person by name. Every token is a keyed hash: the same word has the same one, and says nothing else. */
export interface NameTokens {
  /** Equal for two names of the same words, in any order. */
  readonly key: string;
  /** Words and their beginnings, and numbers, sorted: not in the order of the name. */
  readonly tokens: readonly string[];
}
/** One way to read a search. */
export interface NameReading {
  /** Who has all of these is found. */
  readonly found: readonly string[];
  /** Whose name has every word and number of the search has all of these too. */
  readonly exact: readonly string[];
}
/** The ways to read a search: a person is found by one of them. */
export type NameQuery = readonly NameReading[];

/** Service keys are read once, at start: they are never destroyed, and every command needs one. */
export class BlindIndex {
  private constructor(
    private readonly keys: KeyStore,
    private readonly cpr: KeyObject,
    private readonly command: KeyObject,
    private readonly user: KeyObject,
    private readonly names: KeyObject,
  ) {}

  /** @throws KeyStoreUnavailableError */
  static async open(keys: KeyStore): Promise<BlindIndex> {
    const key = async (name: string) => createSecretKey(await keys.named(name));
    const [cpr, command, user, names] = await Promise.all(['cpr-index', 'command-hmac', 'subject-hash', 'name-index'].map(key));
    return new BlindIndex(keys, cpr!, command!, user!, names!);
  }

  /** Equal for equal numbers, however written. @throws RangeError when it has not ten digits */
  cprIndex(cpr: string): string {
    const digits = normaliseCpr(cpr);
    if (!digits) throw new RangeError('a CPR number has ten digits');
    return hmac(this.cpr, digits);
  }

  /**
   * In common with every number that one slip of the hand makes of it: one digit wrong, or two neighbours exchanged.
   * @throws RangeError when it has not ten digits
   */
  cprAlike(cpr: string): string[] {
    const digits = normaliseCpr(cpr);
    if (!digits) throw new RangeError('a CPR number has ten digits');
    const slips = [...digits].flatMap((digit, i) => {
      const [before, after] = [digits.slice(0, i), digits.slice(i + 1)];
      const pair = after === '' ? [] : [[digit, after[0]!].sort().join('')];
      return [`${before}?${after}`, ...pair.map((both) => `${before}{${both}}${after.slice(1)}`)];
    });
    return slips.map((slip) => hmac(this.cpr, `alike ${slip}`).slice(0, TOKEN_CHARS)).sort();
  }

  /** @param date local date, `2010-01-01` */
  birthIndex(date: string): string {
    return this.#nameToken('birth', date);
  }

  /**
   * What a name, or what somebody is called, is found by.
   * @param known of a list of names: what was computed for the others, as names have much in common. Not to be kept: it holds words
   */
  nameTokens(name: string, known = new Map<string, string>()): NameTokens {
    const token = (kind: 'prefix' | 'whole', word: string): string => {
      const place = `${kind} ${word}`;
      const computed = known.get(place) ?? this.#nameToken(kind, word);
      known.set(place, computed);
      return computed;
    };
    const wholes = wholesToFind(name);
    const prefixes = new Set(wordsToFind(name).flatMap(prefixesOf));
    return {
      key: this.#nameToken('name', [...new Set(nameWords(name))].sort().join(' ')),
      tokens: [...wholes.map((word) => token('whole', word)), ...[...prefixes].map((prefix) => token('prefix', prefix))].sort(),
    };
  }

  /** Empty when there is not a word in it. */
  nameQuery(criterion: string): NameQuery {
    const whole = (word: string) => this.#nameToken('whole', word);
    return readingsOf(criterion).map(({ beginnings, wholes, all }) => ({
      found: [...beginnings.map((word) => this.#nameToken('prefix', word)), ...wholes.map(whole)],
      exact: all.map(whole),
    }));
  }

  #nameToken(kind: 'birth' | 'name' | 'prefix' | 'whole', text: string): string {
    return hmac(this.names, `${kind} ${text}`).slice(0, TOKEN_CHARS);
  }

  /** Of a command's plain content, see {@link canonicalJson}: tells a repeat from another command with the same id. */
  commandHash(canonical: string): string {
    return `c1.${hmac(this.command, canonical)}`;
  }

  /** Names a user of a sign-in issuer in the log without saying who. */
  subjectHash(issuer: string, sub: string): string {
    return `s1.${hmac(this.user, JSON.stringify([issuer, sub]))}`;
  }

  /**
   * Finds a text used again about the same subject and scope. Its key comes from theirs, and is destroyed with it.
   * @throws KeyStoreUnavailableError
   */
  async fingerprint(subject: Subject, text: string): Promise<string> {
    const { key } = await this.keys.keyFor(subject);
    return `f1.${hmac(createSecretKey(Buffer.from(hkdfSync('sha256', key, '', 'fremdrift fingerprint 1', 32))), normaliseText(text))}`;
  }
}
