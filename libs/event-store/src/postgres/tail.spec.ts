// A reader at the end of the log misses nothing while many write; and the check can fail, as a plain identity column shows.
import { createTestDatabase, type TestDatabase } from '@app/testing';
import pg from 'pg';
import { newEvents } from '../contract.js';
import { NO_STREAM, START, type StoredEvent } from '../port.js';
import { EVENT_STORE_DDL } from './schema.js';
import { createPostgresEventStore } from './store.js';

const WRITERS = 32;
const STORES = 4;
const APPENDS = 60;

describe('the tailing reader', () => {
  let database: TestDatabase;
  let client: pg.Client;
  beforeEach(async () => {
    database = await createTestDatabase();
    client = new pg.Client({ connectionString: database.url });
    await client.connect();
  });
  afterEach(async () => {
    await client.end();
    await database.drop();
  });

  it('skips, repeats and reorders nothing under 32 concurrent writers', async () => {
    await client.query(EVENT_STORE_DDL);
    const open = () => createPostgresEventStore({ connectionString: database.url });
    const stores = await Promise.all(Array.from({ length: STORES }, open));
    const reader = await open();
    const stop = new AbortController();
    const seen: StoredEvent[] = [];
    const total = WRITERS * APPENDS;
    const tailing = (async () => {
      for await (const { events } of reader.subscribe(START, { signal: stop.signal })) {
        seen.push(...events);
        if (seen.length >= total) return;
      }
    })();
    await Promise.all(
      Array.from({ length: WRITERS }, async (_, w) => {
        for (let revision = NO_STREAM; revision < APPENDS - 1; revision++)
          await stores[w % STORES]!.append(`case-${w}`, revision, newEvents(1));
      }),
    );
    await tailing;
    const stored = await client.query<{ id: string }>('select id from event_store.events order by position');
    expect(stored.rowCount).toBe(total);
    expect(seen.map(({ id }) => id)).toEqual(stored.rows.map(({ id }) => id));
    await Promise.all([...stores, reader].map((store) => store.close()));
  });

  it('would skip with a plain identity column: the later id commits first', async () => {
    await client.query('create table plain (id bigint generated always as identity, name text)');
    const [slow, fast] = [new pg.Client({ connectionString: database.url }), new pg.Client({ connectionString: database.url })];
    await Promise.all([slow.connect(), fast.connect()]);
    await slow.query('begin');
    await slow.query(`insert into plain (name) values ('slow')`);
    await fast.query('begin');
    await fast.query(`insert into plain (name) values ('fast')`);
    await fast.query('commit');

    const seen: string[] = [];
    let last = '0';
    const poll = async () => {
      const { rows } = await client.query<{ id: string; name: string }>('select * from plain where id > $1 order by id', [last]);
      for (const row of rows) {
        seen.push(row.name);
        last = row.id;
      }
    };
    await poll();
    await slow.query('commit');
    await poll();
    const stored = await client.query<{ name: string }>('select name from plain order by id');
    expect(stored.rows.map(({ name }) => name)).toEqual(['slow', 'fast']);
    expect(seen).toEqual(['fast']);
    await Promise.all([slow.end(), fast.end()]);
  });
});
