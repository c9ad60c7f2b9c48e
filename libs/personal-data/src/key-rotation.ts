// A new master key: every key is wrapped anew under it. The keys themselves, and so everything they seal, stay as they are.
//
// This is also what makes copies of destroyed keys worthless for good: dead rows, write-ahead logs, blocks of a disk and
// backups hold them wrapped under the old master key, which is then destroyed.
import { readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { randomBytes } from 'node:crypto';
import { KEY_FILE } from './file-key-store.js';
import { syncFolder, writeNew } from './files.js';
import { lockFolder } from './folder-lock.js';
import {
  checkOf,
  isLive,
  newHeader,
  readKeyFile,
  RECORD_BYTES,
  requireMasterKey,
  rewrap,
  unwrap,
  wrappingKey,
} from './key-file.js';
import { KeyStoreCorruptError, KeyStoreUnavailableError, MasterKeyError } from './key-store.js';
import * as db from './postgres-keys.js';
import { SCHEMA, type Master } from './postgres-keys.js';

export interface Rotation {
  /** 32 bytes, the master key so far. */
  readonly from: Buffer;
  readonly to: Buffer;
}
/** How many keys were wrapped anew. Destroyed ones are not there to wrap. */
export interface RotationSummary {
  readonly keys: number;
}
const requireAnother = ({ from, to }: Rotation): void => {
  if (from.equals(to)) throw new MasterKeyError('the new master key is the old one');
};

/**
 * In a folder, while no server has it. The new file takes the old one's place whole: after a crash it is one or the other.
 * @throws KeyStoreLockedError, MasterKeyError, KeyStoreCorruptError
 */
export const rotateMasterKey = async (folder: string, rotation: Rotation): Promise<RotationSummary> => {
  requireAnother(rotation);
  const path = join(folder, KEY_FILE);
  const lock = await lockFolder(folder);
  try {
    const { header, records } = readKeyFile(await readFile(path));
    requireMasterKey(checkOf(header), rotation.from);
    const [from, to] = [wrappingKey(rotation.from), wrappingKey(rotation.to)];
    const rewrapped: Buffer[] = [newHeader(rotation.to)];
    let keys = 0;
    for (let at = 0; at < records.length; at += RECORD_BYTES) {
      const record = records.subarray(at, at + RECORD_BYTES);
      if (isLive(record)) keys++;
      rewrapped.push(isLive(record) ? rewrap(from, to, record) : record);
    }
    const draft = `${path}.${randomBytes(6).toString('hex')}`;
    await writeNew(draft, Buffer.concat(rewrapped));
    await rename(draft, path);
    await syncFolder(folder);
    return { keys };
  } finally {
    await lock.release();
  }
};

const AT_ONCE = 1_000;
/** A key that was destroyed since it was read is not brought back: only what is still as it was read is replaced. */
const REPLACE = `update ${SCHEMA}.records r set record = u.new
  from unnest($1::bytea[], $2::bytea[]) as u(old, new) where r.key_id = substring(u.old from 17 for 16) and r.record = u.old`;

const isUnder = ({ wrapping }: Master, record: Buffer): boolean => {
  try {
    unwrap(wrapping, record);
    return true;
  } catch {
    return false;
  }
};

/**
 * In PostgreSQL, while servers run. They must have both master keys before (FREMDRIFT_MASTER_KEY the new one,
 * FREMDRIFT_MASTER_KEY_PREVIOUS the old), and may forget the old one after. Broken off, it goes on where it was when called again.
 * @throws MasterKeyError; KeyStoreUnavailableError when a running server does not have the new one; KeyStoreCorruptError
 */
export const rotatePostgresMasterKey = async (url: string, rotation: Rotation): Promise<RotationSummary> => {
  requireAnother(rotation);
  const [from, to] = [db.masterOf(rotation.from), db.masterOf(rotation.to)];
  return db.withClient(url, [to, from], async (client) => {
    await db.inTransaction(client, async () => {
      // From here on, and not half-way through a batch, servers wrap new keys under the new one.
      await db.lockAlone(client);
      const stored = await db.readMasters(client);
      if (!stored) throw new KeyStoreCorruptError('there are no keys in this database');
      if (stored.previous?.equals(from.check) && stored.current.equals(to.check)) return; // broken off before
      if (stored.previous)
        throw new KeyStoreUnavailableError('another rotation was broken off: finish it first, with its two master keys');
      db.requireMasters(stored, [from]);
      const without = await db.processesWithout(client, to);
      if (without > 0)
        throw new KeyStoreUnavailableError(
          `${without} running servers do not have the new master key: start them with both first`,
        );
      await client.query(`update ${SCHEMA}.master_key set current = $1, previous = $2`, [to.check, from.check]);
    });
    let keys = 0;
    for (let page: Buffer[], last: Buffer | undefined; (page = await db.readRecords(client, last, AT_ONCE)).length > 0;) {
      last = page.at(-1);
      const old = page.filter((record) => isLive(record) && !isUnder(to, record));
      await client.query(REPLACE, [old, old.map((record) => rewrap(from.wrapping, to.wrapping, record))]);
      keys += old.length;
    }
    await client.query(`update ${SCHEMA}.master_key set previous = null`);
    return { keys };
  });
};
