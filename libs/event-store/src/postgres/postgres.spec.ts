// The postgres store: the contract, and what holds for this store only.
import { getEventListeners } from 'node:events';
import { mkdtempSync, rmSync, chmodSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEmbeddedPostgres } from '@app/platform';
import { createTestDatabase, type TestDatabase } from '@app/testing';
import pg from 'pg';
import { eventStoreContract, follow, newEvent, newEvents, readToEnd } from '../contract.js';
import {
  InvalidAppendError,
  NO_STREAM,
  OutcomeUnknownError,
  RevisionConflictError,
  START,
  UnavailableError,
  type EventStore,
  type StoredEvent,
} from '../port.js';
import { EVENT_STORE_DDL } from './schema.js';
import { createPostgresEventStore, type PostgresEventStoreOptions } from './store.js';

const connect = async (url: string): Promise<pg.Client> => {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  return client;
};
const run = async (url: string, statement: string): Promise<void> => {
  const client = await connect(url);
  await client.query(statement);
  await client.end();
};
const createLog = async (): Promise<TestDatabase> => {
  const database = await createTestDatabase();
  await run(database.url, EVENT_STORE_DDL);
  return database;
};

eventStoreContract('postgres', async () => {
  const database = await createLog();
  const store = await createPostgresEventStore({ connectionString: database.url });
  return {
    store,
    drop: () => run(database.url, TERMINATE),
    end: async () => {
      await store.close();
      await database.drop();
    },
  };
});

/** 1, 2, 3 … with nothing left out: what positions are in this store. */
const expectGapless = (events: readonly StoredEvent[]) =>
  expect(events.map(({ position }) => Number(position))).toEqual(events.map((_, i) => i + 1));
const TERMINATE = `select count(pg_terminate_backend(pid)) from pg_stat_activity
  where datname = current_database() and application_name = 'fremdrift event store'`;
/** What appends wait for: as long as a session has it, none commits. */
const TAKE_LOCK = `select pg_advisory_lock(hashtext('event_store'), 0)`;
const RELEASE_LOCK = `select pg_advisory_unlock(hashtext('event_store'), 0)`;
const appendWaits = async (client: pg.Client): Promise<void> => {
  const waiting = `select 1 from pg_locks l join pg_database d on d.oid = l.database
    where d.datname = current_database() and l.locktype = 'advisory' and not l.granted`;
  while ((await client.query(waiting)).rowCount === 0);
};

describe('postgres store', () => {
  let database: TestDatabase;
  let stores: EventStore[];
  const open = async (options: Partial<PostgresEventStoreOptions> = {}): Promise<EventStore> => {
    const store = await createPostgresEventStore({ connectionString: database.url, ...options });
    stores.push(store);
    return store;
  };
  beforeEach(async () => {
    database = await createLog();
    stores = [];
  });
  afterEach(async () => {
    await Promise.all(stores.map((store) => store.close()));
    await database.drop();
  });

  it('leaves no gap for what was refused', async () => {
    const store = await open();
    const used = newEvent();
    await store.append('case-1', NO_STREAM, [used]);
    await Promise.allSettled([
      store.append('case-1', NO_STREAM, newEvents(2)),
      store.append('case-2', NO_STREAM, newEvents(2)),
      store.append('case-3', NO_STREAM, [newEvent(), used]),
      store.append('case-4', 3, newEvents(1)),
      store.append('case-5', NO_STREAM, newEvents(3)),
    ]);
    await expect(store.append('case-6', NO_STREAM, [used])).rejects.toBeInstanceOf(InvalidAppendError);
    await expect(store.append('case-1', 5, newEvents(1))).rejects.toBeInstanceOf(RevisionConflictError);
    await store.append('case-6', NO_STREAM, newEvents(1));
    const log = await readToEnd(store);
    expect(log).toHaveLength(7);
    expectGapless(log);
  });

  it('lets a poisoned append fail alone', async () => {
    const store = await open();
    const used = newEvent();
    await store.append('case-used', NO_STREAM, [used]);
    const results = await Promise.allSettled(
      Array.from({ length: 12 }, (_, n) => store.append(`case-${n}`, NO_STREAM, n === 5 ? [used] : newEvents(2))),
    );
    expect(results.map(({ status }) => status)).toEqual(results.map((_, n) => (n === 5 ? 'rejected' : 'fulfilled')));
    expect(results[5]).toMatchObject({ reason: { name: 'InvalidAppendError' } });
    expectGapless(await readToEnd(store));
  });

  it('keeps one order for several processes', async () => {
    const writers = await Promise.all([open(), open()]);
    const reader = await open();
    const following = follow(reader, START, 600, { batchSize: 50 });
    // Both meet on every stream, and walk them in opposite order.
    const outcomes = await Promise.all(
      writers.map((store, w) =>
        Promise.all(
          Array.from({ length: 20 }, async (_, s) => {
            const stream = `case-${w === 0 ? s : 19 - s}`;
            let written = 0;
            for (let revision = NO_STREAM; written < 15;)
              try {
                revision = (await store.append(stream, revision, newEvents(1))).revision;
                written++;
              } catch (error) {
                if (!(error instanceof RevisionConflictError)) throw error;
                revision = error.actual;
              }
            return written;
          }),
        ),
      ),
    );
    expect(outcomes.flat()).toEqual(Array<number>(40).fill(15));
    const log = await readToEnd(reader);
    expectGapless(log);
    expect((await following).map(({ id }) => id)).toEqual(log.map(({ id }) => id));
  });

  it('notices what another process appended where it knew the end', async () => {
    const [here, there] = [await open(), await open()];
    for (const [n, store] of [here, there, here, here, there, there, here].entries())
      expect(await store.append(`case-${n}`, NO_STREAM, newEvents(1))).toMatchObject({ revision: 0 });
    await here.append('case-0', 0, newEvents(1));
    await there.append('case-0', 1, newEvents(1));
    await expect(here.append('case-0', 1, newEvents(1))).rejects.toMatchObject({ expected: 1, actual: 2 });
    await Promise.all(
      [here, there].map(async (store, s) => {
        for (let revision = NO_STREAM; revision < 50; revision++) await store.append(`lone-${s}`, revision, newEvents(1));
      }),
    );
    expectGapless(await readToEnd(here));
  });

  it('hears of what another process appends without waiting for the poll', async () => {
    const [here, there] = [await open({ pollMs: 60_000 }), await open()];
    const following = follow(here, START, 2);
    await there.append('case-1', NO_STREAM, newEvents(1));
    await there.append('case-1', 0, newEvents(1));
    expect(await following).toHaveLength(2);
  });

  it('tells the truth about every append when connections are killed', async () => {
    const store = await open();
    const killer = await connect(database.url);
    let acknowledged = 0;
    const verdicts = await Promise.all(
      Array.from({ length: 16 }, async (_, w) => {
        const own: string[] = [];
        for (let revision = NO_STREAM; revision < 39; revision++) {
          const events = newEvents(1);
          await store.append(`case-${w}`, revision, events);
          own.push(events[0]!.id);
          if (++acknowledged % 40 === 0) await killer.query(TERMINATE);
        }
        return own;
      }),
    );
    await killer.end();
    const log = await readToEnd(store);
    expectGapless(log);
    verdicts.forEach((own, w) => expect(log.filter(({ stream }) => stream === `case-${w}`).map(({ id }) => id)).toEqual(own));
  });

  it('resolves an append whose connection broke while it waited', async () => {
    const store = await open();
    const other = await connect(database.url);
    await other.query(TAKE_LOCK);
    const appends = [store.append('case-1', NO_STREAM, newEvents(2)), store.append('case-2', 4, newEvents(1))];
    const settled = Promise.allSettled(appends);
    await appendWaits(other);
    await other.query(TERMINATE);
    await appendWaits(other);
    await other.query(RELEASE_LOCK);
    await other.end();
    expect(await settled).toMatchObject([
      { value: { revision: 1 } },
      { reason: { name: 'RevisionConflictError', expected: 4, actual: NO_STREAM } },
    ]);
    expectGapless(await readToEnd(store));
  });

  it('says that the outcome is unknown when the server does not come back', async () => {
    const store = await open({ timeoutMs: 1_000 });
    const other = await connect(database.url);
    await other.query(TAKE_LOCK);
    const append = store.append('case-1', NO_STREAM, newEvents(1));
    const failure = expect(append).rejects.toBeInstanceOf(OutcomeUnknownError);
    await appendWaits(other);
    const name = new URL(database.url).pathname.slice(1);
    await run(process.env['FREMDRIFT_TEST_POSTGRES']!, `alter database ${name} allow_connections false`);
    await other.query(TERMINATE);
    await failure;
    await expect(store.append('case-1', NO_STREAM, newEvents(1))).rejects.toBeInstanceOf(UnavailableError);
    await expect(store.readStream('case-1')).rejects.toBeInstanceOf(UnavailableError);
    await run(process.env['FREMDRIFT_TEST_POSTGRES']!, `alter database ${name} allow_connections true`);
    await other.end();
    expect(await store.append('case-1', NO_STREAM, newEvents(1))).toMatchObject({ revision: 0 });
  });

  it('gives up within its time limit, and nothing was written', async () => {
    const store = await open({ timeoutMs: 200 });
    const other = await connect(database.url);
    await other.query(TAKE_LOCK);
    await expect(store.append('case-1', NO_STREAM, newEvents(1))).rejects.toBeInstanceOf(UnavailableError);
    await other.end();
    expect(await readToEnd(store)).toEqual([]);
    expect(await store.append('case-1', NO_STREAM, newEvents(1))).toMatchObject({ revision: 0 });
  });

  it('follows on after its connections were killed', async () => {
    const store = await open();
    const writer = await open();
    const lines: string[] = [];
    const following = follow(await open({ log: (line) => lines.push(line) }), START, 60, { batchSize: 5 });
    const killer = await connect(database.url);
    for (let n = 0; n < 60; n++) {
      await writer.append('case-1', n - 1, newEvents(1));
      if (n % 10 === 5) await killer.query(TERMINATE);
    }
    await killer.end();
    expect((await following).map(({ revision }) => revision)).toEqual(Array.from({ length: 60 }, (_, n) => n));
    await store.close();
  });

  it('leaves no listener behind', async () => {
    const store = await open();
    await store.append('case-1', NO_STREAM, newEvents(3));
    const { signal } = new AbortController();
    for (let n = 0; n < 5; n++) for await (const batch of store.subscribe(START, { signal })) if (batch.events.length) break;
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
  });

  it('says in one line that the server cannot be reached', async () => {
    const url = new URL(database.url);
    url.port = '1';
    await expect(createPostgresEventStore({ connectionString: url.href })).rejects.toEqual(
      new UnavailableError('the event store does not answer (ECONNREFUSED)'),
    );
  });

  it('refuses a database where synchronous_commit is off', async () => {
    const name = new URL(database.url).pathname.slice(1);
    await run(database.url, `alter database ${name} set synchronous_commit = off`);
    await expect(open()).rejects.toThrow(/^The event store needs a durable PostgreSQL: turn on synchronous_commit\.$/);
  });

  it('refuses a server where fsync or full_page_writes is off', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'fremdrift-test-'));
    chmodSync(folder, 0o755);
    const server = await startEmbeddedPostgres({
      dir: join(folder, 'postgres'),
      settings: ['fsync=off', 'full_page_writes=off'],
    });
    await expect(createPostgresEventStore({ connectionString: server.url('postgres') })).rejects.toThrow(
      'turn on fsync, full_page_writes.',
    );
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  });
});
