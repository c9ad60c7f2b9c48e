// Finding and comparing without reading: keyed hashes of what must be matched exactly.
import { createHmac, createSecretKey, hkdfSync, type KeyObject } from 'node:crypto';
import type { Subject } from '@app/domain';
import { normaliseCpr } from './cpr.js';
import type { KeyStore } from './key-store.js';

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

/** Service keys are read once, at start: they are never destroyed, and every command needs one. */
export class BlindIndex {
  private constructor(
    private readonly keys: KeyStore,
    private readonly cpr: KeyObject,
    private readonly command: KeyObject,
    private readonly user: KeyObject,
  ) {}

  /** @throws KeyStoreUnavailableError */
  static async open(keys: KeyStore): Promise<BlindIndex> {
    const key = async (name: string) => createSecretKey(await keys.named(name));
    const [cpr, command, user] = await Promise.all(['cpr-index', 'command-hmac', 'subject-hash'].map(key));
    return new BlindIndex(keys, cpr!, command!, user!);
  }

  /** Equal for equal numbers, however written. @throws RangeError when it has not ten digits */
  cprIndex(cpr: string): string {
    const digits = normaliseCpr(cpr);
    if (!digits) throw new RangeError('a CPR number has ten digits');
    return hmac(this.cpr, digits);
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
