// The PostgreSQL of the keys: its connections, its tables, and what it must be before a key goes in.
import pg from 'pg';
import { masterKeyCheck, nameOfCheck } from './master-key.js';
import { KIND, newKey, requireMasterKey, wrappingKey } from './key-file.js';
import { KeyStoreCorruptError, KeyStoreUnavailableError, MasterKeyError } from './key-store.js';
import { PLACES_KEY } from './places.js';

export const SCHEMA = 'key_store';
/** Said whenever a key was destroyed: whoever has unwrapped keys in memory drops them. */
export const CHANNEL = 'fremdrift_keys';
/** Shared by those who make keys, exclusive for who destroys, restores or turns to another master key: no key is made behind their backs. */
const LOCK = 7305003;
/** What `make` raises when keys come wrapped under a master key that is no longer the one to wrap under. */
export const OTHER_MASTER_KEY = 'FK001';
const TIMEOUT_MS = 5_000;

/**
 * A record is that of keys.dat (key-file.ts); the other columns are read out of it. Live and destroyed alike have one row, so
 * that a place never gets a second key. Only destroying and re-wrapping leave dead rows: each is reason enough to vacuum.
 */
const TABLES = `
create schema if not exists ${SCHEMA};
create table if not exists ${SCHEMA}.master_key (
  one boolean primary key default true check (one),
  current bytea not null,
  previous bytea
);
create table if not exists ${SCHEMA}.records (
  record bytea not null check (octet_length(record) = 128),
  key_id bytea primary key generated always as (substring(record from 17 for 16)) stored,
  owner bytea not null generated always as (substring(record from 33 for 16)) stored,
  scope bytea not null generated always as (substring(record from 49 for 16)) stored,
  unique (owner, scope)
) with (autovacuum_vacuum_threshold = 0, autovacuum_vacuum_scale_factor = 0);

-- Gives the live record of every place, making those that are not there. Null: destroyed there, or at the subject's identity.
-- A function, not one statement: what runs after the lock must see what was committed while it waited.
-- Places are looked up by scalar subqueries: a join would keep whatever plan suited an empty table.
create or replace function ${SCHEMA}.make(wrapped_under bytea, given bytea[], identities bytea[])
returns setof bytea language plpgsql as $$
begin
  perform pg_advisory_xact_lock_shared(${LOCK});
  if wrapped_under is distinct from (select m.current from ${SCHEMA}.master_key m) then
    raise exception using errcode = '${OTHER_MASTER_KEY}', message = 'another master key is the one to wrap under';
  end if;
  insert into ${SCHEMA}.records (record)
  select u.g from unnest(given, identities) as u(g, i)
  where not coalesce((select get_byte(r.record, 1) = 2 from ${SCHEMA}.records r
    where r.owner = substring(u.i from 1 for 16) and r.scope = substring(u.i from 17 for 16)), false)
  order by substring(u.g from 33 for 32)
  on conflict do nothing;
  return query
  select case when not coalesce((select get_byte(r.record, 1) = 2 from ${SCHEMA}.records r
    where r.owner = substring(u.i from 1 for 16) and r.scope = substring(u.i from 17 for 16)), false)
  then (select r.record from ${SCHEMA}.records r
    where r.owner = substring(u.g from 33 for 16) and r.scope = substring(u.g from 49 for 16) and get_byte(r.record, 1) = 1)
  end
  from unnest(given, identities) with ordinality as u(g, i, n) order by u.n;
end $$;
`;

/** A master key that this process has, and what follows from it. */
export interface Master {
  readonly masterKey: Buffer;
  readonly check: Buffer;
  readonly wrapping: Buffer;
}
export const masterOf = (masterKey: Buffer): Master => ({
  masterKey,
  check: masterKeyCheck(masterKey),
  wrapping: wrappingKey(masterKey),
});

/** By index always, with plans that do not depend on what the table held when they were made. */
const SESSION = ['enable_seqscan=off', 'enable_bitmapscan=off', 'plan_cache_mode=force_generic_plan', 'jit=off']
  .map((setting) => `-c ${setting}`)
  .join(' ');

/** Names the master keys of a process, so that a rotation sees who does not have the new one. At most 63 characters. */
const APPLICATION = 'fremdrift keys';
export const clientConfig = (connectionString: string, masters: readonly Master[]): pg.ClientConfig => ({
  connectionString,
  application_name: [APPLICATION, ...masters.map(({ check }) => nameOfCheck(check))].join(' '),
  connectionTimeoutMillis: TIMEOUT_MS,
  statement_timeout: TIMEOUT_MS,
  // Only for a network that swallows packets: the server's own limit comes first.
  query_timeout: TIMEOUT_MS + 1_000,
  keepAlive: true,
  options: SESSION,
});

/** Never the server's own words: they may quote a row. */
const codeOf = (error: unknown): string => {
  const { code } = error as { code?: unknown };
  return typeof code === 'string' ? code : 'connection failed';
};
export const unavailable = (error: unknown): KeyStoreUnavailableError =>
  new KeyStoreUnavailableError(`the key store in PostgreSQL does not answer (${codeOf(error)})`);

/** Says what is wrong in words of ours. */
export const isKnown = (error: unknown): boolean =>
  error instanceof KeyStoreUnavailableError || error instanceof KeyStoreCorruptError || error instanceof MasterKeyError;

/** One connection for a task of an operator's. @throws KeyStoreUnavailableError */
export const withClient = async <T>(
  url: string,
  masters: readonly Master[],
  work: (client: pg.Client) => Promise<T>,
): Promise<T> => {
  const client = new pg.Client({ ...clientConfig(url, masters), statement_timeout: 0, query_timeout: 0 });
  client.on('error', () => {}); // the statement says so
  try {
    await client.connect();
    return await work(client);
  } catch (error) {
    throw isKnown(error) ? error : unavailable(error);
  } finally {
    await client.end().catch(() => {});
  }
};

export const inTransaction = async <T>(client: pg.ClientBase, work: () => Promise<T>): Promise<T> => {
  await client.query('begin');
  try {
    const result = await work();
    await client.query('commit');
    return result;
  } catch (error) {
    await client.query('rollback').catch(() => {}); // the connection may be what broke
    throw error;
  }
};
/** Until the end of the transaction nobody makes or destroys a key. */
export const lockAlone = (client: pg.ClientBase): Promise<unknown> => client.query('select pg_advisory_xact_lock($1)', [LOCK]);
/** Heard by others at the commit. */
export const tellDestroyed = (client: pg.ClientBase): Promise<unknown> => client.query(`notify ${CHANNEL}`);

/** @throws KeyStoreUnavailableError where what was acknowledged can be lost */
export const requireDurable = async (client: pg.ClientBase): Promise<void> => {
  const { rows } = await client.query<{ name: string }>(
    `select name from pg_settings where setting = 'off' and name in ('fsync', 'full_page_writes', 'synchronous_commit') order by name`,
  );
  if (rows.length === 0) return;
  const names = rows.map(({ name }) => name).join(', ');
  throw new KeyStoreUnavailableError(`the key store needs a durable PostgreSQL: turn on ${names}`);
};

/** Which server and which database of it, by whatever name it is reached. */
const identityOf = async (client: pg.ClientBase): Promise<{ readonly server: string; readonly database: string }> => {
  const { rows } = await client.query<{ server: string; database: string }>(
    'select system_identifier::text as server, current_database() as database from pg_control_system()',
  );
  return rows[0]!;
};
/**
 * @param other a URL of the database with the events or the read models
 * @returns whether both are on one server, and so in one write-ahead log and one base backup
 * @throws KeyStoreUnavailableError when they are one database
 */
export const requireApart = async (client: pg.ClientBase, other: string): Promise<boolean> => {
  const there = new pg.Client(clientConfig(other, []));
  there.on('error', () => {}); // the query says so
  try {
    await there.connect().catch((error: unknown) => {
      throw new KeyStoreUnavailableError(`DATABASE_URL does not answer, so that it cannot be told apart (${codeOf(error)})`);
    });
    const [keys, events] = [await identityOf(client), await identityOf(there)];
    if (keys.server !== events.server) return false;
    if (keys.database !== events.database) return true;
    throw new KeyStoreUnavailableError('the keys need a database of their own: this one is also that of DATABASE_URL');
  } finally {
    await there.end().catch(() => {});
  }
};

/** What the store's master keys are: to wrap under; and, while they are being rotated, what older keys may still be wrapped under. */
export interface StoredMasters {
  readonly current: Buffer;
  readonly previous: Buffer | null;
}
/** @returns undefined in a database without keys */
export const readMasters = async (client: pg.ClientBase | pg.Pool): Promise<StoredMasters | undefined> => {
  const { rows } = await client.query<StoredMasters>(`select current, previous from ${SCHEMA}.master_key`);
  return rows[0];
};
/**
 * @returns the one to wrap under
 * @throws MasterKeyError when one that is needed is not among those
 */
export const requireMasters = ({ current, previous }: StoredMasters, masters: readonly Master[]): Master => {
  const keys = masters.map(({ masterKey }) => masterKey);
  if (previous) requireMasterKey(previous, ...keys);
  const key = requireMasterKey(current, ...keys);
  return masters.find(({ masterKey }) => masterKey === key)!;
};

/** In the order of their ids, from the one after `last` on. */
export const readRecords = async (client: pg.ClientBase, last: Buffer | undefined, limit: number): Promise<Buffer[]> => {
  const { rows } = await client.query<{ record: Buffer }>(
    `select record from ${SCHEMA}.records where $1::bytea is null or key_id > $1 order by key_id limit $2`,
    [last?.subarray(16, 32) ?? null, limit],
  );
  return rows.map(({ record }) => record);
};

export const insertRecords = async (client: pg.ClientBase, records: readonly Buffer[]): Promise<void> => {
  await client.query(`insert into ${SCHEMA}.records (record) select unnest($1::bytea[])`, [records]);
};
export const insertMaster = async (client: pg.ClientBase, check: Buffer): Promise<void> => {
  await client.query(`insert into ${SCHEMA}.master_key (current) values ($1)`, [check]);
};

/** Makes the tables where there are none. The caller's transaction; processes that start together take turns. */
export const makeTables = async (client: pg.ClientBase): Promise<void> => {
  await lockAlone(client);
  await client.query(TABLES);
};

/** Makes tables and the first key where there are none, if it may. @returns the master key to wrap under @throws MasterKeyError */
export const prepare = (client: pg.ClientBase, masters: readonly [Master, ...Master[]], create: boolean): Promise<Master> =>
  inTransaction(client, async () => {
    await makeTables(client);
    const stored = await readMasters(client);
    if (stored) return requireMasters(stored, masters);
    if (!create) throw new KeyStoreCorruptError('there are no keys in this database');
    const [first] = masters;
    await insertRecords(client, [newKey(first.wrapping, KIND.named, PLACES_KEY).record]);
    await insertMaster(client, first.check);
    return first;
  });

/** Processes with a key store open here that do not have this master key. The caller's own does. */
export const processesWithout = async (client: pg.ClientBase, master: Master): Promise<number> => {
  const { rows } = await client.query<{ n: number }>(
    `select count(distinct (client_addr, application_name))::int as n from pg_stat_activity
     where datname = current_database() and application_name like $1 and position($2 in application_name) = 0`,
    [`${APPLICATION} %`, nameOfCheck(master.check)],
  );
  return rows[0]!.n;
};
