import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { createTestDatabase, type TestDatabase } from '@app/testing';
import pg from 'pg';
import { keyStoreContract } from '../testing/key-store-contract.js';
import { openFileKeyStore } from './file-key-store.js';
import { destroyedRecord } from './key-file.js';
import { backupKeys, backupPostgresKeys, restoreKeys, restorePostgresKeys } from './key-backup.js';
import { rotateMasterKey, rotatePostgresMasterKey } from './key-rotation.js';
import { ErasedError, KeyStoreCorruptError, KeyStoreLockedError, KeyStoreUnavailableError, MasterKeyError } from './key-store.js';
import { openPostgresKeyStore, type PostgresKeyStore, type PostgresKeyStoreOptions } from './postgres-key-store.js';

const masterKey = randomBytes(32);
const newMasterKey = randomBytes(32);
const identity = (id: string) => ({ id, scope: 'identity' });

const query = async <T extends pg.QueryResultRow>(url: string, text: string, values: unknown[] = []): Promise<T[]> => {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<T>(text, values)).rows;
  } finally {
    await client.end();
  }
};
const RECORDS = `select string_agg(record, ''::bytea) as bytes from key_store.records`;
const stored = async (url: string) => (await query<{ bytes: Buffer }>(url, RECORDS))[0]!.bytes;
const until = async (holds: () => Promise<boolean> | boolean): Promise<void> => {
  const end = performance.now() + 10_000;
  while (!(await holds())) {
    if (performance.now() > end) throw new Error('it never came about');
    await new Promise((done) => setTimeout(done, 5));
  }
};

keyStoreContract('the key store in PostgreSQL', async () => {
  const database = await createTestDatabase();
  return {
    open: ({ masterKey: key = masterKey, now } = {}) => openPostgresKeyStore({ url: database.url, masterKey: key, now }),
    remove: () => database.drop(),
    stored: async () =>
      Buffer.concat([
        await stored(database.url),
        (await query<{ current: Buffer }>(database.url, 'select * from key_store.master_key'))[0]!.current,
      ]),
  };
});

let database: TestDatabase;
const stores: PostgresKeyStore[] = [];
/** As a further process would. */
const open = async (more: Partial<PostgresKeyStoreOptions> = {}): Promise<PostgresKeyStore> => {
  const store = await openPostgresKeyStore({ url: database.url, masterKey, ...more });
  stores.push(store);
  return store;
};
const closeAll = async () => {
  for (const store of stores.splice(0)) await store.close();
};
beforeEach(async () => {
  database = await createTestDatabase();
});
afterEach(async () => {
  await closeAll();
  await database.drop();
});

describe('the key store in PostgreSQL, of several processes', () => {
  it('gives all of them one key, whoever asks first, also when they open it together', async () => {
    const three = await Promise.all([open(), open(), open()]);
    const subjects = Array.from({ length: 100 }, (_, n) => ({ id: `p-${n % 50}`, scope: n < 50 ? 'identity' : 'c-1' }));
    const keys = await Promise.all(
      three.map((store, n) =>
        Promise.all([...subjects.slice(n * 20), ...subjects.slice(0, n * 20)].map((each) => store.keyFor(each))),
      ),
    );
    const ids = keys.map((each) => each.map(({ keyId }) => keyId).sort());
    expect(ids[1]).toEqual(ids[0]);
    expect(ids[2]).toEqual(ids[0]);
    expect(new Set(ids[0]).size).toBe(100);
    const names = await Promise.all(three.map((store) => store.named('cpr-index')));
    expect(names[1]).toEqual(names[0]);
    expect(names[2]).toEqual(names[0]);
  });

  it('forgets at once what another one destroys', async () => {
    const [one, other] = [await open(), await open()];
    const { keyId } = await one.keyFor(identity('p-1'));
    await other.keyFor(identity('p-1'));
    await other.find(keyId);
    expect(other.cached).toBe(2);
    expect(await one.destroy({ subjectId: 'p-1' })).toEqual([keyId]);
    expect(one.cached).toBe(0);
    await until(() => other.cached === 0);
    expect(await other.find(keyId)).toBeUndefined();
    await expect(other.keyFor({ id: 'p-1', scope: 'c-1' })).rejects.toThrow(ErasedError);
  });

  it('leaves no key that another one made while all of a person was destroyed', async () => {
    const [one, other] = [await open(), await open()];
    const made: string[] = [];
    for (let n = 0; n < 25; n++) {
      const id = `p-${n}`;
      made.push((await one.keyFor(identity(id))).keyId);
      const writing = Array.from({ length: 20 }, async (_, c) => {
        if (c % 5 === 0) await new Promise((done) => setImmediate(done));
        return other.keyFor({ id, scope: `c-${c}` });
      });
      const destroying = one.destroy({ subjectId: id });
      for (const result of await Promise.allSettled(writing)) {
        if (result.status === 'fulfilled') made.push(result.value.keyId);
        else expect(result.reason).toBeInstanceOf(ErasedError);
      }
      await destroying;
    }
    const third = await open();
    const found = await Promise.all(made.map((keyId) => third.find(keyId)));
    expect(found.filter((key) => key !== undefined)).toEqual([]);
    expect(made.length).toBeGreaterThan(25); // it was a race
  });
});

describe('the key store in PostgreSQL', () => {
  it('tells nothing when it is printed', async () => {
    const store = await open();
    await store.keyFor(identity('p-1'));
    expect(inspect(store, { depth: 10, showHidden: true })).not.toMatch(new RegExp(`Buffer|${new URL(database.url).password}`));
  });

  it('overwrites what it destroys, and keeps the row', async () => {
    const store = await open();
    const { keyId } = await store.keyFor(identity('p-1'));
    const before = await stored(database.url);
    const at = before.indexOf(Buffer.from(keyId, 'base64url'));
    const material = before.subarray(at + 48, at + 108); // see key-file.ts
    await store.destroy({ subjectId: 'p-1' });
    const after = await stored(database.url);
    expect(after).toHaveLength(before.length);
    expect(after.indexOf(material)).toBe(-1);
    expect(after.indexOf(Buffer.from(keyId, 'base64url'))).toBeGreaterThan(0);
  });

  it('opens no wrapped key that was moved to another row', async () => {
    const store = await open();
    const [one, other] = [await store.keyFor(identity('p-1')), await store.keyFor(identity('p-2'))];
    await closeAll();
    await query(
      database.url,
      `update key_store.records t set record = overlay(t.record placing substring(f.record from 65 for 60) from 65)
       from key_store.records f where t.key_id = $1 and f.key_id = $2`,
      [one, other].map(({ keyId }) => Buffer.from(keyId, 'base64url')),
    );
    const again = await open();
    await expect(again.find(one.keyId)).rejects.toThrow(KeyStoreCorruptError);
    expect(await again.find(other.keyId)).toEqual(other.key);
  });

  it('says unavailable while PostgreSQL does not answer, keeps nothing meanwhile, and recovers by itself', async () => {
    const store = await open();
    const { keyId, key } = await store.keyFor(identity('p-1'));
    const name = new URL(database.url).pathname.slice(1);
    const admin = process.env['FREMDRIFT_TEST_POSTGRES']!;
    await query(admin, `alter database ${name} with allow_connections false`);
    await query(admin, `select pg_terminate_backend(pid) from pg_stat_activity where datname = $1`, [name]);
    await until(() => store.cached === 0);
    for (const asked of [
      () => store.find(keyId),
      () => store.keyFor(identity('p-1')),
      () => store.named('cpr-index'),
      () => store.destroy({ subjectId: 'p-1' }),
      () => store.destroyAgain([{ subjectId: 'p-1' }]),
    ])
      await expect(asked()).rejects.toThrow(KeyStoreUnavailableError);
    await expect(openPostgresKeyStore({ url: database.url, masterKey })).rejects.toThrow(/does not answer \(55000\)/);
    await query(admin, `alter database ${name} with allow_connections true`);
    expect(await store.find(keyId)).toEqual(key);
    await until(async () => (await store.find(keyId)) !== undefined && store.cached > 0); // it hears again
  });

  it('opens only where it is safe: a database of its own, durable, somewhere', async () => {
    const other = await createTestDatabase();
    try {
      const alias = database.url.replace('127.0.0.1', 'localhost').replace('postgres://', 'postgresql://');
      await expect(open({ apartFrom: alias })).rejects.toThrow(/need a database of their own/);
      expect(await query(database.url, `select 1 from pg_namespace where nspname = 'key_store'`)).toEqual([]);
      const warnings: string[] = [];
      await open({ apartFrom: other.url, warn: (line) => warnings.push(line) });
      expect(warnings).toEqual([expect.stringContaining('one PostgreSQL server')]);
      await query(other.url, `alter database ${new URL(other.url).pathname.slice(1)} set synchronous_commit = off`);
      await expect(open({ url: other.url })).rejects.toThrow('needs a durable PostgreSQL: turn on synchronous_commit');
      await expect(open({ url: 'postgres://somebody:secret@127.0.0.1:1/keys' })).rejects.toThrow(
        /does not answer \(ECONNREFUSED\)$/,
      );
    } finally {
      await closeAll();
      await other.drop();
    }
  });

  it('needs nothing but its own database', async () => {
    const role = `keys_${randomBytes(6).toString('hex')}`;
    const name = new URL(database.url).pathname.slice(1);
    await query(database.url, `create role ${role} login password 'test' nosuperuser`);
    try {
      await query(database.url, `alter database ${name} owner to ${role}`);
      const url = new URL(database.url);
      url.username = role;
      url.password = 'test';
      const store = await open({ url: url.href, apartFrom: process.env['FREMDRIFT_TEST_POSTGRES'] });
      const { keyId } = await store.keyFor(identity('p-1'));
      expect(await store.destroy({ subjectId: 'p-1' })).toEqual([keyId]);
    } finally {
      await closeAll();
      await query(database.url, `reassign owned by ${role} to current_user; drop owned by ${role}; drop role ${role}`);
    }
  });
});

describe('a new master key', () => {
  const rotate = () => rotatePostgresMasterKey(database.url, { from: masterKey, to: newMasterKey });
  const both = { masterKey: newMasterKey, previousMasterKey: masterKey };

  it('comes while servers read, make and destroy keys, and none is lost or comes back', async () => {
    await open();
    await closeAll();
    const [one, other] = [await open(both), await open(both)];
    const made = await Promise.all(Array.from({ length: 3_000 }, (_, n) => one.keyFor(identity(`p-${n}`))));
    const gone = [...(await one.destroy({ subjectId: 'p-0' }))];
    let running = true;
    const later: { keyId: string; key: Buffer }[] = [];
    const working = (async () => {
      for (let n = 1; running || n < 20; n++) {
        later.push(await other.keyFor({ id: `p-${n}`, scope: 'c-1' }));
        expect(await one.find(made[2_999 - n]!.keyId)).toEqual(made[2_999 - n]!.key);
        gone.push(...(await one.destroy({ subjectId: `p-${1_000 + n}` })));
      }
    })();
    const summary = await rotate();
    running = false;
    await working;
    expect(summary.keys).toBeGreaterThan(2_900);
    expect(gone.length).toBeGreaterThan(10);
    await closeAll();

    await expect(open()).rejects.toThrow(MasterKeyError);
    const store = await open({ masterKey: newMasterKey });
    for (const { keyId, key } of [...made, ...later])
      expect(await store.find(keyId)).toEqual(gone.includes(keyId) ? undefined : key);
    // Whose keys they are is known as before.
    expect((await store.keyFor(identity('p-2999'))).keyId).toBe(made[2_999]!.keyId);
    await expect(store.keyFor(identity('p-0'))).rejects.toThrow(ErasedError);
    await expect(rotate()).rejects.toThrow(MasterKeyError);
  });

  it('does not bring back a key that is destroyed between its reading and its wrapping', async () => {
    const { keyId } = await (await open()).keyFor(identity('p-1'));
    await closeAll();
    const destroying = new pg.Client({ connectionString: database.url });
    await destroying.connect();
    await destroying.query('begin');
    const id = Buffer.from(keyId, 'base64url');
    const { rows } = await destroying.query<{ record: Buffer }>('select record from key_store.records where key_id = $1', [id]);
    const zeroed = destroyedRecord(rows[0]!.record);
    await destroying.query('update key_store.records set record = $1 where key_id = $2', [zeroed, id]);
    const rotating = rotate(); // has read the record as it was, and now waits for the row
    const waiting = `select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
    await until(async () => (await query(database.url, waiting)).length > 0);
    await destroying.query('commit');
    await destroying.end();
    await rotating;
    const store = await open({ masterKey: newMasterKey });
    expect(await store.find(keyId)).toBeUndefined();
    await expect(store.keyFor(identity('p-1'))).rejects.toThrow(ErasedError);
  });

  it('does not come while a running server could not read it', async () => {
    const old = await open();
    const { key, keyId } = await old.keyFor(identity('p-1'));
    await expect(rotate()).rejects.toThrow('1 running servers do not have the new master key');
    expect((await open()).find(keyId)).toBeDefined();
    await closeAll();
    expect(await rotate()).toEqual({ keys: 2 });
    expect(await (await open({ masterKey: newMasterKey })).find(keyId)).toEqual(key);
  });

  it('goes on after a rotation that was broken off: until then both are needed', async () => {
    await open();
    await closeAll();
    const server = await open(both);
    const { key, keyId } = await server.keyFor(identity('p-1'));
    await query(database.url, 'update key_store.master_key set previous = current, current = $1', [
      await currentOf(newMasterKey),
    ]);
    const made = await server.keyFor(identity('p-2')); // wrapped under the new one, by a server that began with the old
    for (const only of [masterKey, newMasterKey]) await expect(open({ masterKey: only })).rejects.toThrow(MasterKeyError);
    await expect(backupPostgresKeys(database.url, '/nowhere')).rejects.toThrow('being rotated');
    await expect(rotatePostgresMasterKey(database.url, { from: newMasterKey, to: randomBytes(32) })).rejects.toThrow(
      /finish it first/,
    );
    expect(await rotate()).toEqual({ keys: 2 });
    const store = await open({ masterKey: newMasterKey });
    expect([await store.find(keyId), await store.find(made.keyId)]).toEqual([key, made.key]);
  });

  it('comes to a folder while no server has it', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'keys-'));
    const files = (key = masterKey) => openFileKeyStore({ folder, masterKey: key });
    try {
      const before = await files();
      const [kept, erased] = [await before.keyFor(identity('p-1')), await before.keyFor(identity('p-2'))];
      await before.destroy({ subjectId: 'p-2' });
      const rotation = { from: masterKey, to: newMasterKey };
      await expect(rotateMasterKey(folder, rotation)).rejects.toThrow(KeyStoreLockedError);
      await before.close();
      await expect(rotateMasterKey(folder, { from: newMasterKey, to: masterKey })).rejects.toThrow(MasterKeyError);
      expect(await rotateMasterKey(folder, rotation)).toEqual({ keys: 2 });
      await expect(files()).rejects.toThrow(MasterKeyError);
      const after = await files(newMasterKey);
      expect(await after.find(kept.keyId)).toEqual(kept.key);
      expect(after.tombstones()).toEqual([erased.keyId]);
      await expect(after.keyFor(identity('p-2'))).rejects.toThrow(ErasedError);
      await after.close();
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

/** The check of a master key, as a store that was made with it has it. */
const currentOf = async (key: Buffer): Promise<Buffer> => {
  const other = await createTestDatabase();
  try {
    await (await openPostgresKeyStore({ url: other.url, masterKey: key })).close();
    return (await query<{ current: Buffer }>(other.url, 'select current from key_store.master_key'))[0]!.current;
  } finally {
    await other.drop();
  }
};

describe('backup and restore of keys in PostgreSQL', () => {
  let root: string;
  const at = (name: string) => join(root, name);
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'keys-'));
  });
  afterEach(() => rm(root, { recursive: true }));

  it('moves keys between a folder and a PostgreSQL, both ways, with tombstones', async () => {
    const files = await openFileKeyStore({ folder: at('keys'), masterKey });
    const made = await Promise.all(Array.from({ length: 30 }, (_, n) => files.keyFor(identity(`p-${n}`))));
    const name = await files.named('cpr-index');
    await files.destroy({ subjectId: 'p-0' });
    expect(await backupKeys(at('keys'), at('one'))).toEqual({ keys: 32, destroyed: 1 });
    await files.close();
    expect(await restorePostgresKeys(at('one'), database.url, { masterKey })).toEqual({ keys: 32, destroyed: 1 });
    await expect(restorePostgresKeys(at('one'), database.url, { masterKey })).rejects.toThrow('this one has keys');

    const store = await open();
    expect((await store.keyFor(identity('p-7'))).keyId).toBe(made[7]!.keyId);
    expect(await store.named('cpr-index')).toEqual(name);
    await expect(store.keyFor(identity('p-0'))).rejects.toThrow(ErasedError);
    expect(await backupPostgresKeys(database.url, at('two'))).toEqual({ keys: 32, destroyed: 1 });
    await store.destroy({ subjectId: 'p-1' }); // since the backup

    await restoreKeys(at('two'), at('again'), { masterKey });
    const back = await openFileKeyStore({ folder: at('again'), masterKey });
    expect(await back.find(made[1]!.keyId)).toEqual(made[1]!.key);
    expect(await back.destroyAgain([{ subjectId: 'p-1' }])).toBe(1); // as every start does
    expect(await back.find(made[2]!.keyId)).toEqual(made[2]!.key);
    await back.close();
  });

  it('restores a backup from before a rotation for who has that master key, and all or nothing', async () => {
    await (await open()).keyFor(identity('p-1'));
    await backupPostgresKeys(database.url, at('backup'));
    const other = await createTestDatabase();
    try {
      await expect(restorePostgresKeys(at('backup'), other.url, { masterKey: newMasterKey })).rejects.toThrow(MasterKeyError);
      await restorePostgresKeys(at('backup'), other.url, { masterKey: newMasterKey, previousMasterKey: masterKey });
      await open({ url: other.url, masterKey: newMasterKey, previousMasterKey: masterKey });
      await closeAll();
      await rotatePostgresMasterKey(other.url, { from: masterKey, to: newMasterKey });
      await open({ url: other.url, masterKey: newMasterKey });
    } finally {
      await closeAll();
      await other.drop();
    }
  });
});
