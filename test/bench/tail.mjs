// A reader at the end of the log while 32 writers append in explicit transactions: what it skips, repeats or takes out of order.
import { randomUUID } from 'node:crypto';
import { built, connectAll, sealedEvent, withDatabase } from './parts.mjs';

const WRITERS = 32;
const STORES = 4;
const SECONDS = 3;

/** Stored ids that were not seen, and seen ones that are not where the log has them. */
const faults = (stored, seen) => {
  const known = new Set(seen);
  const skipped = stored.filter((id) => !known.has(id)).length;
  const place = new Map(stored.map((id, i) => [id, i]));
  let last = -1;
  let misplaced = 0;
  for (const id of seen) {
    const at = place.get(id);
    if (at === undefined || at <= last) misplaced++;
    else last = at;
  }
  return { skipped, misplaced };
};

const tailOurs = (server) =>
  withDatabase(server, async (url) => {
    const { createPostgresEventStore, EVENT_STORE_DDL, START } = await built('event-store');
    const [client] = await connectAll(url, 1);
    await client.query(EVENT_STORE_DDL);
    const stores = await Promise.all(Array.from({ length: STORES }, () => createPostgresEventStore({ connectionString: url })));
    const reader = await createPostgresEventStore({ connectionString: url });
    const stop = new AbortController();
    const seen = [];
    let last;
    const tailing = (async () => {
      for await (const { events, position } of reader.subscribe(START, { signal: stop.signal, batchSize: 1000 })) {
        for (const { id } of events) seen.push(id);
        if (last !== undefined && position >= last) return;
      }
    })();
    const end = performance.now() + SECONDS * 1000;
    await Promise.all(
      Array.from({ length: WRITERS }, async (_, writer) => {
        const stream = `case-${randomUUID()}`;
        for (let revision = -1; performance.now() < end; revision++)
          await stores[writer % STORES].append(stream, revision, [sealedEvent()]);
      }),
    );
    last = await reader.head();
    // One more event, so that the reader sees that it is at the end.
    ({ position: last } = await stores[0].append(`case-${randomUUID()}`, -1, [sealedEvent()]));
    await tailing;
    const stored = await client.query('select id from event_store.events order by position');
    await Promise.all([client.end(), reader.close(), ...stores.map((store) => store.close())]);
    return {
      total: stored.rowCount,
      ...faults(
        stored.rows.map(({ id }) => id),
        seen,
      ),
    };
  });

/** The control: a plain identity column, and a reader that asks for what is above the last id it saw. */
const tailPlain = (server) =>
  withDatabase(server, async (url) => {
    const clients = await connectAll(url, WRITERS + 1);
    const reader = clients.pop();
    await reader.query(
      'create table plain (n bigint generated always as identity primary key, id uuid not null, data text not null)',
    );
    const seen = [];
    let last = '0';
    const look = async () => {
      const { rows } = await reader.query({
        name: 'tail',
        text: 'select n, id from plain where n > $1 order by n limit 1000',
        values: [last],
      });
      for (const row of rows) seen.push(row.id);
      last = rows.at(-1)?.n ?? last;
      return rows.length;
    };
    let writing = true;
    const tailing = (async () => {
      while (writing) await look();
      while ((await look()) > 0);
    })();
    const end = performance.now() + SECONDS * 1000;
    await Promise.all(
      clients.map(async (client) => {
        while (performance.now() < end) {
          const { id, data } = sealedEvent();
          await client.query('begin');
          await client.query({
            name: 'insert',
            text: 'insert into plain (id, data) values ($1, $2)',
            values: [id, JSON.stringify(data)],
          });
          await client.query('commit');
        }
      }),
    );
    writing = false;
    await tailing;
    const stored = await reader.query('select id from plain order by n');
    await Promise.all([reader, ...clients].map((client) => client.end()));
    return {
      total: stored.rowCount,
      ...faults(
        stored.rows.map(({ id }) => id),
        seen,
      ),
    };
  });

export const run = async ({ server, report }) => {
  const ours = await tailOurs(server);
  const plain = await tailPlain(server);
  const perTenThousand = ({ skipped, total }) => Math.round((skipped / total) * 10_000);
  report.line(
    `ours: ${ours.total.toLocaleString('en')} events, ${ours.skipped} skipped, ${ours.misplaced} repeated or out of order`,
  );
  report.line(`control, a plain identity column: ${perTenThousand(plain)} of 10,000 skipped`);
  report.result('tail.skipped', ours.skipped + ours.misplaced, 'skipped, repeated or out of order');
};
