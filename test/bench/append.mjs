// Durable appends of one event: this store, emmett, and a prepared single-row INSERT per connection as the raw limit.
// Streams of 20 events, expected revision checked, the event's text encrypted inside the measured loop.
import { randomUUID } from 'node:crypto';
import { built, connectAll, emmett, median, sealedEvent, spread, withDatabase } from './parts.mjs';

const STREAM_LENGTH = 20;
const SECONDS = 1;

const ours = async (url) => {
  const { createPostgresEventStore, EVENT_STORE_DDL } = await built('event-store');
  const [client] = await connectAll(url, 1);
  await client.query(EVENT_STORE_DDL);
  await client.end();
  const store = await createPostgresEventStore({ connectionString: url });
  return {
    append: (_writer, stream, revision, event) => store.append(stream, revision, [event]),
    close: () => store.close(),
  };
};

const raw = async (url, writers) => {
  const clients = await connectAll(url, writers);
  await clients[0].query(`create table log (
    stream text not null, revision int not null, position bigint generated always as identity unique,
    id uuid not null, type text not null, data text not null, metadata text not null,
    recorded_at timestamptz not null default clock_timestamp(), primary key (stream, revision))`);
  const insert = {
    name: 'insert',
    text: 'insert into log (stream, revision, id, type, data, metadata) values ($1, $2, $3, $4, $5, $6) returning position',
  };
  return {
    append: (writer, stream, revision, { id, type, data, metadata }) =>
      clients[writer].query({
        ...insert,
        values: [stream, revision + 1, id, type, JSON.stringify(data), JSON.stringify(metadata)],
      }),
    close: () => Promise.all(clients.map((client) => client.end())),
  };
};

const emmettStore = async (url, writers) => {
  const { getPostgreSQLEventStore } = await emmett();
  const { STREAM_DOES_NOT_EXIST } = await emmett('emmett');
  const { default: pg } = await import('pg');
  const pool = new pg.Pool({ connectionString: url, max: Math.max(writers, 2) });
  const store = getPostgreSQLEventStore(url, { connectionOptions: { pool, pooled: true } });
  await store.schema.migrate();
  return {
    append: (_writer, stream, revision, event) =>
      store.appendToStream(stream, [event], {
        expectedStreamVersion: revision < 0 ? STREAM_DOES_NOT_EXIST : BigInt(revision + 1),
      }),
    close: async () => {
      await store.close();
      await pool.end();
    },
  };
};

const CONTENDERS = { ours, emmett: emmettStore, raw };

/** Appends per second of so many writers, each waiting for its answer before it sends the next. */
const measure = async (append, writers, seconds) => {
  let appended = 0;
  const start = performance.now();
  const end = start + seconds * 1000;
  await Promise.all(
    Array.from({ length: writers }, async (_, writer) => {
      while (performance.now() < end) {
        const stream = `case-${randomUUID()}`;
        for (let revision = -1; revision < STREAM_LENGTH - 1 && performance.now() < end; revision++) {
          await append(writer, stream, revision, sealedEvent());
          appended++;
        }
      }
    }),
  );
  return (appended / (performance.now() - start)) * 1000;
};

export const run = async ({ server, rounds, report }) => {
  for (const writers of [1, 8, 32, 128]) {
    const rates = { ours: [], emmett: [], raw: [] };
    for (let round = 0; round < rounds; round++) {
      // Each goes first equally often.
      const names = Object.keys(CONTENDERS);
      for (const name of [...names.slice(round % 3), ...names.slice(0, round % 3)])
        await withDatabase(server, async (url) => {
          const { append, close } = await CONTENDERS[name](url, writers);
          await measure(append, writers, 0.3);
          rates[name].push(await measure(append, writers, SECONDS));
          await close();
        });
    }
    const ours = median(rates.ours);
    report.line(
      `${writers} writers: ours ${spread(rates.ours)}, emmett ${spread(rates.emmett)}, raw ${spread(rates.raw)} appends/s`,
    );
    report.result(`append.w${writers}.emmett`, ours / median(rates.emmett), 'x emmett');
    report.result(`append.w${writers}.raw`, ours / median(rates.raw), 'x raw');
  }
};
