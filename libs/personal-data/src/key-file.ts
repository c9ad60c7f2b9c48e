// The form of keys.dat: a header and records of 128 bytes, so that none crosses a disk sector: a record is on disk whole or not at all.
// In PostgreSQL the records are the same.
//
// header   0 magic 8 | 8 version u16 | 32 check of the master key 32 | 124 crc32
// record   0 kind | 1 state | 16 key id 16 | 32 owner 16 | 48 scope 16 | 64 iv 12 | 76 wrapped key 32 | 108 tag 16 | 124 crc32
// Owner and scope are keyed hashes. A destroyed record keeps its id, owner and scope (a tombstone); iv, key and tag are zeros.
import { createCipheriv, createDecipheriv, hkdfSync, randomBytes, timingSafeEqual } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { KeyStoreCorruptError, MasterKeyError } from './key-store.js';
import { masterKeyCheck, nameOfCheck } from './master-key.js';

export const RECORD_BYTES = 128;
const CRC = 124;
const MATERIAL = 64;
const MAGIC = 'FREMKEYS';
const VERSION = 1;
export const KIND = { subject: 1, named: 2 } as const;
export type Kind = (typeof KIND)[keyof typeof KIND];
const LIVE = 1;
const DESTROYED = 2;

const stamp = (record: Buffer): Buffer => {
  record.writeUInt32LE(crc32(record.subarray(0, CRC)), CRC);
  return record;
};
const isSound = (record: Buffer): boolean => crc32(record.subarray(0, CRC)) === record.readUInt32LE(CRC);

export const wrappingKey = (masterKey: Buffer): Buffer =>
  Buffer.from(hkdfSync('sha256', masterKey, '', 'fremdrift key wrapping 1', 32));

/** @param check of the master key, see masterKeyCheck */
export const headerOf = (check: Buffer): Buffer => {
  const header = Buffer.alloc(RECORD_BYTES);
  header.write(MAGIC, 'latin1');
  header.writeUInt16LE(VERSION, 8);
  check.copy(header, 32);
  return stamp(header);
};
export const newHeader = (masterKey: Buffer): Buffer => headerOf(masterKeyCheck(masterKey));

/** What the wrapping is bound to: a wrapped key moved to another record, owner or kind does not unwrap. */
const boundTo = (record: Buffer): Buffer =>
  Buffer.concat([Buffer.from('fremdrift key 1'), record.subarray(0, 1), record.subarray(16, MATERIAL)]);

/** Puts a key into a record that says what it is and whose. */
const wrap = (wrapping: Buffer, record: Buffer, iv: Buffer, key: Buffer): Buffer => {
  record.set(iv, MATERIAL);
  const cipher = createCipheriv('aes-256-gcm', wrapping, iv).setAAD(boundTo(record));
  record.set(cipher.update(key), 76);
  cipher.final();
  record.set(cipher.getAuthTag(), 108);
  return stamp(record);
};

/**
 * A new random key, and the record that holds it wrapped.
 * @param place owner and scope, 32 bytes
 */
export const newKey = (wrapping: Buffer, kind: Kind, place: Buffer): { readonly key: Buffer; readonly record: Buffer } => {
  const record = Buffer.alloc(RECORD_BYTES);
  const random = randomBytes(60); // in one call: it costs as much as the wrapping
  const [id, iv, key] = [random.subarray(0, 16), random.subarray(16, 28), random.subarray(28)];
  record[0] = kind;
  record[1] = LIVE;
  record.set(id, 16);
  record.set(place, 32);
  return { key, record: wrap(wrapping, record, iv, key) };
};

/** The same key, wrapped anew. @throws KeyStoreCorruptError when it does not unwrap */
export const rewrap = (from: Buffer, to: Buffer, record: Buffer): Buffer =>
  wrap(to, Buffer.from(record), randomBytes(12), unwrap(from, record));

/** @throws KeyStoreCorruptError when it does not authenticate */
export const unwrap = (wrapping: Buffer, record: Buffer): Buffer => {
  const decipher = createDecipheriv('aes-256-gcm', wrapping, record.subarray(MATERIAL, 76), { authTagLength: 16 })
    .setAAD(boundTo(record))
    .setAuthTag(record.subarray(108, CRC));
  try {
    const key = decipher.update(record.subarray(76, 108));
    decipher.final();
    return key;
  } catch {
    throw new KeyStoreCorruptError(`key ${keyIdOf(record)} does not unwrap: its record was altered`);
  }
};

/** The same record with its key material overwritten by zeros. */
export const destroyedRecord = (record: Buffer): Buffer => {
  const copy = Buffer.from(record);
  copy[1] = DESTROYED;
  copy.fill(0, MATERIAL, CRC);
  return stamp(copy);
};

export const isLive = (record: Buffer): boolean => record[1] === LIVE;
export const kindOf = (record: Buffer): number => record[0]!;
export const keyIdOf = (record: Buffer): string => record.toString('base64url', 16, 32);
export const placeOf = (record: Buffer): string => record.toString('latin1', 32, MATERIAL);

/**
 * Checks the whole file and gives its records, without what a crash left half-written at the end: part of a record, or
 * records of zeros. Such a tail was never acknowledged, so nothing was sealed with it. Anything else unsound is damage.
 * @throws KeyStoreCorruptError
 */
export const readKeyFile = (file: Buffer): { readonly header: Buffer; readonly records: Buffer } => {
  const header = file.subarray(0, RECORD_BYTES);
  if (header.length < RECORD_BYTES || header.toString('latin1', 0, 8) !== MAGIC || !isSound(header))
    throw new KeyStoreCorruptError('this is not a file of keys, or its header is damaged');
  const version = header.readUInt16LE(8);
  if (version !== VERSION) throw new KeyStoreCorruptError(`version ${version} of the file of keys is not known here`);
  let count = Math.floor(file.length / RECORD_BYTES) - 1;
  const record = (n: number) => file.subarray((n + 1) * RECORD_BYTES, (n + 2) * RECORD_BYTES);
  while (count > 0 && record(count - 1).every((byte) => byte === 0)) count--;
  for (let n = 0; n < count; n++)
    if (!isSound(record(n))) throw new KeyStoreCorruptError(`record ${n + 1} of ${count} in the file of keys is damaged`);
  return { header, records: file.subarray(RECORD_BYTES, (count + 1) * RECORD_BYTES) };
};

/** The check of the master key in a header. */
export const checkOf = (header: Buffer): Buffer => header.subarray(32, 64);

/**
 * @param stored the check of the master key that is needed
 * @returns the one that it is
 * @throws MasterKeyError naming all keys by their public names
 */
export const requireMasterKey = (stored: Buffer, ...given: readonly Buffer[]): Buffer => {
  const checks = given.map(masterKeyCheck);
  const found = checks.findIndex((check) => timingSafeEqual(stored, check));
  if (found >= 0) return given[found]!;
  const names = checks.map(nameOfCheck).join(' and ');
  throw new MasterKeyError(`wrong master key: the key store was made with ${nameOfCheck(stored)}, this one is ${names}`);
};
