// The PostgreSQL of the keys: how it is asked, what is said when it fails, and that many keys come and go as few do.
import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTestDatabase, type TestDatabase } from '@app/testing';
import pg from 'pg';
import { KEY_FILE, openFileKeyStore } from './file-key-store.js';
import { backupKeys, backupPostgresKeys, restoreKeys, restorePostgresKeys } from './key-backup.js';
import { destroyedRecord, KIND, newHeader, newKey, wrappingKey } from './key-file.js';
import { rotateMasterKey, rotatePostgresMasterKey } from './key-rotation.js';
import { KeyStoreCorruptError, KeyStoreUnavailableError, MasterKeyError } from './key-store.js';
import { masterKeyCheck, nameOfCheck } from './master-key.js';
import { openPostgresKeyStore, type PostgresKeyStoreOptions } from './postgres-key-store.js';
import { clientConfig, inTransaction, isKnown, masterOf, unavailable, withClient } from './postgres-keys.js';

const masterKey = randomBytes(32);
const subject = { id: 'p-1', scope: 'identity' };
let database: TestDatabase;
beforeEach(async () => {
  database = await createTestDatabase();
});
afterEach(() => database.drop());

const query = <T extends pg.QueryResultRow>(text: string, values: unknown[] = []): Promise<T[]> =>
  withClient(database.url, [], async (client) => (await client.query<T>(text, values)).rows);
const open = (more: Partial<PostgresKeyStoreOptions> = {}) => openPostgresKeyStore({ url: database.url, masterKey, ...more });

describe('a connection to the keys', () => {
  const settings = ['statement_timeout', 'enable_seqscan', 'enable_bitmapscan', 'plan_cache_mode', 'jit', 'application_name'];
  const SHOW = `select name, current_setting(name) as value from unnest($1::text[]) as name`;
  const shown = async (client: pg.Client) =>
    Object.fromEntries(
      (await client.query<{ name: string; value: string }>(SHOW, [settings])).rows.map(({ name, value }) => [name, value]),
    );
  const byIndex = { enable_seqscan: 'off', enable_bitmapscan: 'off', plan_cache_mode: 'force_generic_plan', jit: 'off' };

  it('asks by index with plans that stay, gives up after 5 s, and names the master keys it has, not the keys', async () => {
    const masters = [masterOf(masterKey), masterOf(randomBytes(32))];
    const names = masters.map(({ check }) => nameOfCheck(check));
    const config = clientConfig(database.url, masters);
    expect([config.connectionTimeoutMillis, config.query_timeout, config.keepAlive]).toEqual([5_000, 6_000, true]);
    const client = new pg.Client(config);
    await client.connect();
    const application = `fremdrift keys ${names.join(' ')}`;
    expect(await shown(client)).toEqual({ ...byIndex, statement_timeout: '5s', application_name: application });
    await client.end();
    expect(application.length).toBeLessThan(64); // PostgreSQL cuts it there
    expect(names[0]).toBe(nameOfCheck(masterKeyCheck(masterKey)));
  });

  it('has all the time it needs for a task of an operator, and ends with it', async () => {
    let ended = false;
    const seen = await withClient(database.url, [], async (client) => {
      client.on('end', () => (ended = true));
      return shown(client);
    });
    expect(seen).toEqual({ ...byIndex, statement_timeout: '0', application_name: 'fremdrift keys' });
    expect(ended).toBe(true);
  });

  it('that fails tells a code, never what the server said', async () => {
    const said = (error: unknown) => unavailable(error).message;
    expect(said(Object.assign(new Error('hemmelig'), { code: '42P01' }))).toBe(
      'the key store in PostgreSQL does not answer (42P01)',
    );
    for (const error of [new Error('hemmelig'), Object.assign(new Error('hemmelig'), { code: 7 })])
      expect(said(error)).toBe('the key store in PostgreSQL does not answer (connection failed)');
    await expect(query('select * from hemmelig')).rejects.toThrow(
      new KeyStoreUnavailableError('the key store in PostgreSQL does not answer (42P01)'),
    );
    const known = [new KeyStoreUnavailableError('x'), new KeyStoreCorruptError('x'), new MasterKeyError('x')];
    expect([...known, new Error('x')].map(isKnown)).toEqual([true, true, true, false]);
    for (const error of known) await expect(withClient(database.url, [], () => Promise.reject(error))).rejects.toBe(error);
  });

  it('keeps a transaction whole: all of it, or none and the error that broke it', async () => {
    await query('create table t (n int)');
    const broken = new MasterKeyError('no');
    const add = (client: pg.Client, then: () => void) =>
      inTransaction(client, async () => {
        await client.query('insert into t values (1)');
        then();
        return 'done';
      });
    await withClient(database.url, [], async (client) => {
      const failing = add(client, () => {
        throw broken;
      });
      await expect(failing).rejects.toBe(broken);
      expect((await client.query('select * from t')).rows).toEqual([]); // by the same connection: it is not in a transaction
      expect(await add(client, () => {})).toBe('done');
    });
    expect(await query('select * from t')).toEqual([{ n: 1 }]);
  });
});

describe('a database without keys', () => {
  const none = 'there are no keys in this database';
  it('gets none where none may be made', async () => {
    await expect(open({ create: false })).rejects.toThrow(new KeyStoreCorruptError(none));
    expect(await query(`select 1 from pg_namespace where nspname = 'key_store'`)).toEqual([]);
    await (await open()).close();
    await (await open({ create: false })).close();
  });

  it('is neither backed up nor given another master key, and a server that had keys in it makes no more', async () => {
    const store = await open();
    await store.keyFor(subject);
    await query('delete from key_store.master_key');
    await expect(backupPostgresKeys(database.url, '/nowhere')).rejects.toThrow(new KeyStoreCorruptError(none));
    const rotation = { from: masterKey, to: randomBytes(32) };
    await expect(rotatePostgresMasterKey(database.url, rotation)).rejects.toThrow(new KeyStoreCorruptError(none));
    await expect(store.keyFor({ id: 'p-2', scope: 'identity' })).rejects.toThrow(
      new KeyStoreCorruptError('the key store has lost its master key'),
    );
    await store.close();
  });

  it('whose first record is gone is not opened', async () => {
    await (await open()).close();
    await query('delete from key_store.records');
    await expect(open()).rejects.toThrow(new KeyStoreCorruptError('the first record of the keys is missing'));
  });
});

it('no master key takes its own place', async () => {
  const rotation = { from: masterKey, to: Buffer.from(masterKey) };
  const refusal = new MasterKeyError('the new master key is the old one');
  await expect(rotatePostgresMasterKey(database.url, rotation)).rejects.toThrow(refusal);
  await expect(rotateMasterKey('/nowhere', rotation)).rejects.toThrow(refusal);
});

it('more keys than go into one statement are restored, wrapped anew and backed up, every one of them', async () => {
  const root = await mkdtemp(join(tmpdir(), 'keys-'));
  try {
    const wrapping = wrappingKey(masterKey);
    await (await openFileKeyStore({ folder: join(root, 'first'), masterKey })).close();
    await backupKeys(join(root, 'first'), join(root, 'empty'));
    await restorePostgresKeys(join(root, 'empty'), database.url, { masterKey });
    const first = (await query<{ record: Buffer }>('select record from key_store.records'))[0]!.record;
    await query('drop schema key_store cascade');

    const drafts = Array.from({ length: 10_500 }, () => newKey(wrapping, KIND.subject, randomBytes(32)));
    const records = drafts.map(({ record }, n) => (n % 100 === 7 ? destroyedRecord(record) : record));
    await mkdir(join(root, 'keys'));
    await writeFile(join(root, 'keys', KEY_FILE), Buffer.concat([newHeader(masterKey), first, ...records]));
    const summary = { keys: 10_501, destroyed: 105 };
    expect(await backupKeys(join(root, 'keys'), join(root, 'one'))).toEqual(summary);
    expect(await restorePostgresKeys(join(root, 'one'), database.url, { masterKey })).toEqual(summary);
    const to = randomBytes(32);
    expect(await rotatePostgresMasterKey(database.url, { from: masterKey, to })).toEqual({ keys: 10_501 - 105 });
    expect(await backupPostgresKeys(database.url, join(root, 'two'))).toEqual(summary);
    await restoreKeys(join(root, 'two'), join(root, 'again'), { masterKey: to });
    const store = await openFileKeyStore({ folder: join(root, 'again'), masterKey: to });
    const lost = [];
    for (const [n, { key, record }] of drafts.entries()) {
      const found = await store.find(record.subarray(16, 32).toString('base64url'));
      if (n % 100 === 7 ? found !== undefined : !found?.equals(key)) lost.push(n);
    }
    expect(lost).toEqual([]);
    await store.close();
  } finally {
    await rm(root, { recursive: true });
  }
});
