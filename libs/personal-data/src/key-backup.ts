// One file with all keys, still wrapped: of no use without the master key. Backups live 30 days at most, or erasure waits for them.
//
// header   0 magic 8 | 8 version u16 | 16 bytes of keys u64 | 32 sha256 of the keys 32; then keys.dat as it is
import { createHash } from 'node:crypto';
import { chmod, mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { KEY_FILE } from './file-key-store.js';
import { writeNew, writeNewAtomically } from './files.js';
import { checkOf, headerOf, isLive, readKeyFile, RECORD_BYTES, requireMasterKey } from './key-file.js';
import { KeyStoreCorruptError, KeyStoreUnavailableError } from './key-store.js';
import * as db from './postgres-keys.js';

const MAGIC = 'FREMKBAK';
const VERSION = 1;
const HEADER_BYTES = 64;
const sha256 = (bytes: Buffer): Buffer => createHash('sha256').update(bytes).digest();

/** How many keys a backup holds, and how many of them were destroyed before it was made. */
export interface BackupSummary {
  readonly keys: number;
  readonly destroyed: number;
}
const summaryOf = (records: Buffer): BackupSummary => {
  const keys = records.length / RECORD_BYTES;
  let destroyed = 0;
  for (let n = 0; n < keys; n++) if (!isLive(records.subarray(n * RECORD_BYTES))) destroyed++;
  return { keys, destroyed };
};

/** A record being overwritten while it is read looks damaged once; damage stays. */
const readConsistently = async (path: string, attempts = 5): Promise<{ header: Buffer; records: Buffer }> => {
  const bytes = await readFile(path);
  try {
    return readKeyFile(bytes);
  } catch (error) {
    if (attempts > 1) return readConsistently(path, attempts - 1);
    throw error;
  }
};

const writeBackup = async (target: string, keyHeader: Buffer, records: Buffer): Promise<BackupSummary> => {
  const keys = Buffer.concat([keyHeader, records]);
  const header = Buffer.alloc(HEADER_BYTES);
  header.write(MAGIC, 'latin1');
  header.writeUInt16LE(VERSION, 8);
  header.writeBigUInt64LE(BigInt(keys.length), 16);
  sha256(keys).copy(header, 32);
  await writeNew(target, Buffer.concat([header, keys]));
  return summaryOf(records);
};

/**
 * Backs up the keys of a folder, also while a server works on it; from any process.
 * @param target a file that does not exist yet; mode 0600
 * @throws KeyStoreCorruptError
 */
export const backupKeys = async (folder: string, target: string): Promise<BackupSummary> => {
  const { header, records } = await readConsistently(join(folder, KEY_FILE));
  return writeBackup(target, header, records);
};

const AT_ONCE = 10_000;

/**
 * As {@link backupKeys}, of the keys in a PostgreSQL. The file is the same: it can be restored into either.
 * @throws KeyStoreUnavailableError also while the master key is being rotated
 */
export const backupPostgresKeys = async (url: string, target: string): Promise<BackupSummary> => {
  const { header, records } = await db.withClient(url, [], (client) =>
    db.inTransaction(client, async () => {
      await client.query('set transaction isolation level repeatable read, read only');
      const masters = await db.readMasters(client);
      if (!masters) throw new KeyStoreCorruptError('there are no keys in this database');
      if (masters.previous)
        throw new KeyStoreUnavailableError('the master key is being rotated: finish that first (keys rotate-master)');
      const all: Buffer[] = [];
      for (let page; (page = await db.readRecords(client, all.at(-1), AT_ONCE)).length > 0;) all.push(...page);
      return { header: headerOf(masters.current), records: Buffer.concat(all) };
    }),
  );
  return writeBackup(target, header, records);
};

/** @throws KeyStoreCorruptError, MasterKeyError when the backup is of another master key than those given */
const readBackup = async (backupFile: string, masterKeys: readonly Buffer[]) => {
  const backup = await readFile(backupFile);
  if (backup.length < HEADER_BYTES || backup.toString('latin1', 0, 8) !== MAGIC)
    throw new KeyStoreCorruptError('this is not a backup of keys');
  if (backup.readUInt16LE(8) !== VERSION) throw new KeyStoreCorruptError('this version of a backup of keys is not known here');
  const keys = backup.subarray(HEADER_BYTES);
  if (backup.readBigUInt64LE(16) !== BigInt(keys.length) || !sha256(keys).equals(backup.subarray(32, HEADER_BYTES)))
    throw new KeyStoreCorruptError('the backup of keys is damaged or not complete');
  const { header, records } = readKeyFile(keys);
  requireMasterKey(checkOf(header), ...masterKeys);
  return { keys, header, records };
};

export interface RestoreOptions {
  readonly masterKey: Buffer;
  /** Of a backup from before a rotation. What is restored is wrapped under it still. */
  readonly previousMasterKey?: Buffer | undefined;
}
const keysIn = ({ masterKey, previousMasterKey }: RestoreOptions): Buffer[] =>
  previousMasterKey ? [masterKey, previousMasterKey] : [masterKey];

/**
 * Puts a backup into an empty (or missing) folder. Erasures made since the backup must be replayed before it serves.
 * @throws KeyStoreCorruptError, MasterKeyError; KeyStoreUnavailableError when the folder is not empty
 */
export const restoreKeys = async (backupFile: string, folder: string, options: RestoreOptions): Promise<BackupSummary> => {
  const { keys, records } = await readBackup(backupFile, keysIn(options));
  await mkdir(folder, { recursive: true, mode: 0o700 });
  if ((await readdir(folder)).length > 0)
    throw new KeyStoreUnavailableError('keys are restored into an empty folder only: this one is not empty');
  await chmod(folder, 0o700);
  await writeNewAtomically(join(folder, KEY_FILE), keys);
  return summaryOf(records);
};

/** As {@link restoreKeys}, into a PostgreSQL that holds no keys; of a folder's backup too. All or nothing. */
export const restorePostgresKeys = async (backupFile: string, url: string, options: RestoreOptions): Promise<BackupSummary> => {
  const { header, records } = await readBackup(backupFile, keysIn(options));
  await db.withClient(url, [], (client) =>
    db.inTransaction(client, async () => {
      await db.requireDurable(client);
      await db.makeTables(client);
      if (await db.readMasters(client))
        throw new KeyStoreUnavailableError('keys are restored into an empty database only: this one has keys');
      await db.insertMaster(client, checkOf(header));
      for (let at = 0; at < records.length; at += AT_ONCE * RECORD_BYTES) {
        const page = records.subarray(at, at + AT_ONCE * RECORD_BYTES);
        await db.insertRecords(
          client,
          Array.from({ length: page.length / RECORD_BYTES }, (_, n) => page.subarray(n * RECORD_BYTES, (n + 1) * RECORD_BYTES)),
        );
      }
    }),
  );
  return summaryOf(records);
};
