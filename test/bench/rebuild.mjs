// Rebuilding all read models from the log: beside reading and parsing the same log by key, and beside emmett's own projector
// at its best settings (one raw SQL upsert an event, where we make all read models).
import { built, connectAll, emmett, median, spread, withDatabase } from './parts.mjs';
import { createKeys, layDown, programme } from './programme.mjs';

const CASES = 3_000;
const EMMETT_EVENTS = 4_000;

const openOurs = async (url) => {
  const { createPostgresEventStore, EVENT_STORE_DDL, START } = await built('event-store');
  const { READ_MODEL_MIGRATIONS, rebuildReadModels } = await built('read-models');
  const { BlindIndex, Vault } = await built('personal-data');
  const { openDatabase } = await built('platform');
  const [client] = await connectAll(url, 1);
  await client.query(EVENT_STORE_DDL);
  const keys = createKeys();
  const total = await layDown(client, programme(keys, CASES));
  await client.end();
  const dataSource = await openDatabase(url, READ_MODEL_MIGRATIONS);
  const store = await createPostgresEventStore({ connectionString: url });
  const options = { dataSource, store, vault: new Vault(keys), blindIndex: await BlindIndex.open(keys) };
  return {
    total,
    rebuild: async () => {
      const { events, parked } = await rebuildReadModels(options);
      if (parked.length > 0) throw new Error(`parked: ${parked[0].type} ${parked[0].reason}`);
      return events;
    },
    readByKey: async () => {
      let [position, events] = [START, 0];
      for (;;) {
        const page = await store.readAll(position, { limit: 5_000 });
        if (page.position === position) return events;
        position = page.position;
        events += page.events.length;
      }
    },
    close: async () => {
      await store.close();
      await dataSource.destroy();
    },
  };
};

const openEmmett = async (url) => {
  const { getPostgreSQLEventStore, postgreSQLRawSQLProjection, rebuildPostgreSQLProjections } = await emmett();
  const { SQL } = await emmett('dumbo');
  const { default: pg } = await import('pg');
  const pool = new pg.Pool({ connectionString: url, max: 4 });
  const store = getPostgreSQLEventStore(url, { connectionOptions: { pool, pooled: true } });
  await store.schema.migrate();
  await pool.query('create table summary (id text primary key, type text not null, events int not null, doc jsonb not null)');
  const types = new Set();
  const streams = new Map();
  let taken = 0;
  for await (const { stream, type, data } of programme(createKeys(), EMMETT_EVENTS / 10)) {
    if (taken++ === EMMETT_EVENTS) break;
    types.add(type);
    streams.set(stream, [...(streams.get(stream) ?? []), { type, data }]);
  }
  for (const [stream, events] of streams) await store.appendToStream(stream, events);
  let seen = 0;
  const projection = (name) =>
    postgreSQLRawSQLProjection({
      name,
      canHandle: [...types],
      evolve: ({ type, data, metadata }) => {
        seen++;
        return SQL`insert into summary (id, type, events, doc) values (${metadata.streamName}, ${type}, 1, ${JSON.stringify(data)}::jsonb)
          on conflict (id) do update set type = excluded.type, events = summary.events + 1, doc = excluded.doc`;
      },
    });
  let round = 0;
  return {
    rebuild: async () => {
      seen = 0;
      await pool.query('truncate summary');
      const consumer = rebuildPostgreSQLProjections({
        connectionString: url,
        pulling: { batchSize: 1_000, pullingFrequencyInMs: 1 },
        projections: [projection(`summary${round++}`)],
      });
      await consumer.start();
      await consumer.close();
      if (seen !== EMMETT_EVENTS) throw new Error(`emmett projected ${seen} of ${EMMETT_EVENTS} events`);
      return seen;
    },
    close: async () => {
      await store.close();
      await pool.end();
    },
  };
};

const perSecond = async (work) => {
  const start = performance.now();
  const events = await work();
  return (events / (performance.now() - start)) * 1000;
};

export const run = ({ server, rounds, report }) =>
  withDatabase(server, (url) =>
    withDatabase(server, async (emmettUrl) => {
      const ours = await openOurs(url);
      const theirs = await openEmmett(emmettUrl);
      const work = { rebuild: ours.rebuild, keyset: ours.readByKey, emmett: theirs.rebuild };
      const rates = { rebuild: [], keyset: [], emmett: [] };
      for (const name of Object.keys(work)) await work[name]();
      for (let round = 0; round < rounds; round++)
        for (const name of Object.keys(work)) rates[name].push(await perSecond(work[name]));
      await ours.close();
      await theirs.close();
      report.line(
        `${ours.total.toLocaleString('en')} events: all read models ${spread(rates.rebuild)}, reading and parsing ` +
          `${spread(rates.keyset)}, emmett's projector ${spread(rates.emmett)} events/s`,
      );
      report.result('rebuild.emmett', median(rates.rebuild) / median(rates.emmett), 'x emmett');
      report.result('rebuild.keyset', median(rates.rebuild) / median(rates.keyset), 'x reading and parsing');
    }),
  );
