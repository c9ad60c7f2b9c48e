// A tick of the ladder with 10,000 and with 100,000 open actions, as many falling due in both: it costs what falls due. Two servers on
// databases of their own go through the same fortnight, day by day in turn.
import 'reflect-metadata';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { built, connectAll, median, withDatabase } from './parts.mjs';
import { createKeys, layDown, openActions } from './programme.mjs';

const SIZES = { small: 10_000, large: 100_000 };
/** Deadlines on a day; on five days, from the tenth from now on. */
const DUE_A_DAY = 300;
const [FIRST, DAYS] = [10, 5];
const DAY = 86_400_000;
const isoDate = (ms) => new Date(ms).toISOString().slice(0, 10);
const application = (path) => import(new URL(`../../dist/apps/api/src/${path}.js`, import.meta.url));

const open = async (url, size, folder) => {
  const { createPostgresEventStore } = await built('event-store');
  const { rebuildReadModels } = await built('read-models');
  const { openDatabase, readConfiguration } = await built('platform');
  const [{ MIGRATIONS, startApplication }, { PERIODICS }, { Chaser }] = await Promise.all(
    ['application', 'core/periodic', 'chase/chaser'].map(application),
  );
  const owner = await openDatabase(url, MIGRATIONS);
  const [client] = await connectAll(url, 1);
  // Spread over the log and the groups; all others are due in two years.
  const every = Math.floor(size / (DUE_A_DAY * DAYS));
  const due = (n) => n % every === 0 && n / every < DUE_A_DAY * DAYS;
  const deadline = (n) => isoDate(Date.now() + (due(n) ? FIRST + ((n / every) % DAYS) : 730) * DAY);
  await layDown(client, openActions(createKeys(), size, isoDate(Date.now() - 21 * DAY), deadline));
  const store = await createPostgresEventStore({ connectionString: url });
  await rebuildReadModels({ dataSource: owner, store });
  await Promise.all([store.close(), owner.destroy()]);
  await client.query('vacuum analyze');
  await client.query('checkpoint');
  await client.end();
  const env = { DATABASE_URL: url, FREMDRIFT_DEMO: '1', FREMDRIFT_DATA: folder, PORT: '0', LOG_LEVEL: 'error' };
  const { app, ports, stop } = await startApplication(readConfiguration(env, process.cwd()));
  for (const periodic of app.get(PERIODICS)) await periodic.stop();
  const chaser = app.get(Chaser);
  return {
    stop,
    /** @returns milliseconds, and how many steps were taken */
    tick: async () => {
      ports.clock.advance(DAY);
      const before = await ports.store.head();
      await ports.readModels.reach(before, 60_000);
      const start = performance.now();
      await chaser.look();
      const took = performance.now() - start;
      const filter = { streamPrefixes: ['chase-'] };
      return { took, steps: (await ports.store.readAll(before, { filter, limit: 10_000 })).events.length };
    },
  };
};

export const run = async ({ server, report }) => {
  const folders = Object.keys(SIZES).map(() => mkdtempSync(join(tmpdir(), 'fremdrift-bench-')));
  try {
    await withDatabase(server, (smallUrl) =>
      withDatabase(server, async (largeUrl) => {
        const on = {
          small: await open(smallUrl, SIZES.small, folders[0]),
          large: await open(largeUrl, SIZES.large, folders[1]),
        };
        const days = [];
        for (let day = 0; day < FIRST + DAYS + 7; day++) {
          const small = await on.small.tick();
          const large = await on.large.tick();
          if (small.steps !== large.steps) throw new Error(`${small.steps} steps and ${large.steps} on one day`);
          days.push({ small, large });
        }
        const idle = days.filter(({ small }) => small.steps === 0);
        const busy = days.filter(({ small }) => small.steps > 0);
        const ms = (list, size) => median(list.map((day) => day[size].took));
        for (const [name, list] of Object.entries({ 'nothing due': idle, due: busy }))
          report.line(
            `${list.length} days with ${name}: ${ms(list, 'small').toFixed(1)} ms with ${SIZES.small.toLocaleString('en')} open, ` +
              `${ms(list, 'large').toFixed(1)} ms with ${SIZES.large.toLocaleString('en')}; ` +
              `${list.reduce((sum, { small }) => sum + small.steps, 0)} steps`,
          );
        report.result('tick.growth', median(busy.map(({ small, large }) => large.took / small.took)), 'x (goal at most 1.3)');
        await Promise.all([on.small.stop(), on.large.stop()]);
      }),
    );
  } finally {
    for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  }
};
