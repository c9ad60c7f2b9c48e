// The one secret above all keys: where it comes from, and the sheet of paper that brings it back.
import { createHash, hkdfSync, randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { isErrno, writeNewAtomically } from './files.js';
import { MasterKeyError } from './key-store.js';

const KEY_BYTES = 32;

const parse = (text: string, from: string): Buffer => {
  const key = Buffer.from(text, 'base64');
  const given = text.trim().replace(/=+$/, '').replaceAll('+', '-').replaceAll('/', '_');
  if (key.length !== KEY_BYTES || key.toString('base64url') !== given)
    throw new MasterKeyError(`${from} must hold 32 random bytes as base64, such as \`openssl rand -base64 32\` prints`);
  return key;
};

/**
 * @param source `env`: the value of FREMDRIFT_MASTER_KEY, or of the setting `name`; `file`: a file with the same text, made (mode 0600) when it
 *   is missing and `create` says so
 * @throws MasterKeyError
 */
export const loadMasterKey = async (
  source: { readonly env: string; readonly name?: string } | { readonly file: string; readonly create?: boolean },
): Promise<Buffer> => {
  if ('env' in source) return parse(source.env, source.name ?? 'FREMDRIFT_MASTER_KEY');
  const { file, create = false } = source;
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    if (!isErrno(error, 'ENOENT')) throw error;
    return undefined;
  });
  if (text !== undefined) return parse(text, file);
  if (!create) throw new MasterKeyError(`no master key in ${file}`);
  try {
    await writeNewAtomically(file, Buffer.from(`${randomBytes(KEY_BYTES).toString('base64')}\n`));
  } catch (error) {
    if (!isErrno(error, 'EEXIST')) throw error; // another process was first: its key it is
  }
  return loadMasterKey({ file });
};

/** Tells one master key from another without saying anything about it. 32 bytes. */
export const masterKeyCheck = (masterKey: Buffer): Buffer => {
  if (masterKey.length !== KEY_BYTES) throw new MasterKeyError('a master key is 32 bytes');
  return Buffer.from(hkdfSync('sha256', masterKey, '', 'fremdrift master key check 1', 32));
};

// Crockford's base 32: no I, L, O or U, so that a person can read it aloud.
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const toBase32 = (value: number, chars: number): string => {
  let out = '';
  for (let rest = value; out.length < chars; rest = Math.floor(rest / 32)) out = ALPHABET[rest % 32]! + out;
  return out;
};

/** The public name of a master key, from its check: `MK-7Q2M-9XKD`. */
export const nameOfCheck = (check: Buffer): string => `MK-${toBase32(check.readUIntBE(0, 5), 8).replace(/(.{4})/, '$1-')}`;

const GROUP_BYTES = 5;
const GROUPS = 7; // 32 bytes of key and 3 of checksum over all of it
const sha256 = (...parts: (string | Uint8Array)[]): Buffer => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
};
const checkChars = (group: Buffer, n: number): string =>
  toBase32(sha256('fremdrift sheet 1', String(n), group).readUInt16BE() >> 6, 2);

/** The recovery sheet: to print, and to keep in a safe. Every line carries its own check characters. */
export const exportMasterKey = (masterKey: Buffer): string => {
  const name = nameOfCheck(masterKeyCheck(masterKey));
  const bytes = Buffer.concat([masterKey, sha256('fremdrift sheet 1', masterKey).subarray(0, 3)]);
  const lines = Array.from({ length: GROUPS }, (_, i) => {
    const group = bytes.subarray(i * GROUP_BYTES, (i + 1) * GROUP_BYTES);
    const chars = toBase32(group.readUIntBE(0, GROUP_BYTES), 8);
    return `    ${i + 1}:  ${chars.slice(0, 4)} ${chars.slice(4)} ${checkChars(group, i + 1)}`;
  });
  return [
    `FREMDRIFT  Hovednøgle / Master key  ${name}`,
    '',
    'Uden denne nøgle kan ingen læse persondata. Opbevar arket i et pengeskab, adskilt fra sikkerhedskopierne.',
    'Without this key nobody can read the personal data. Keep the sheet in a safe, apart from the backups.',
    '',
    ...lines,
    '',
  ].join('\n');
};

/**
 * Reads a recovery sheet, also as typed by hand: case and spaces do not matter, nor O for 0, I and L for 1.
 * @throws MasterKeyError naming the line that is wrong
 */
export const importMasterKey = (sheet: string): Buffer => {
  const bytes = Buffer.alloc(GROUPS * GROUP_BYTES);
  const lines = new Map([...sheet.matchAll(/^\s*([1-9])\s*[:.](.*)$/gm)].map((line) => [Number(line[1]), line[2]!]));
  for (let n = 1; n <= GROUPS; n++) {
    const chars = (lines.get(n) ?? '').toUpperCase().replace(/[\s-]/g, '').replaceAll('O', '0').replace(/[IL]/g, '1');
    const digits = [...chars].map((char) => ALPHABET.indexOf(char));
    const value = digits.slice(0, 8).reduce((sum, digit) => sum * 32 + digit, 0);
    const group = bytes.subarray((n - 1) * GROUP_BYTES, n * GROUP_BYTES);
    const readable = !digits.includes(-1);
    if (readable) group.writeUIntBE(value, 0, GROUP_BYTES);
    if (!readable || checkChars(group, n) !== chars.slice(8))
      throw new MasterKeyError(`line ${n} of the recovery sheet has a typing error or is missing`);
  }
  const key = bytes.subarray(0, KEY_BYTES);
  if (!sha256('fremdrift sheet 1', key).subarray(0, 3).equals(bytes.subarray(KEY_BYTES)))
    throw new MasterKeyError('the lines of the recovery sheet do not belong together');
  return Buffer.from(key);
};
