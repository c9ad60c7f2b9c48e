// The case screen and the agenda, from the question to readable text, with 1,000 and with 50,000 cases in the programme.
import { built, connectAll, median, withDatabase } from './parts.mjs';
import { createKeys, layDown, programme } from './programme.mjs';

const SIZES = [1_000, 50_000];
const ASKED = 400;
const TODAY = '2026-11-24';

/** Every sealed text in an answer. */
const sealedIn = (value, found = []) => {
  if (Array.isArray(value)) for (const entry of value) sealedIn(entry, found);
  else if (typeof value === 'object' && value !== null) {
    if (value.sealed === true) found.push(value);
    else for (const key in value) sealedIn(value[key], found);
  }
  return found;
};

const open = async (url, size) => {
  const { createPostgresEventStore, EVENT_STORE_DDL } = await built('event-store');
  const { createReadModels, READ_MODEL_MIGRATIONS: migrations, rebuildReadModels } = await built('read-models');
  const { Vault } = await built('personal-data');
  const { openDatabase, openServerDatabase } = await built('platform');
  const { DEFAULT_RULE_SET } = await built('domain');
  const [client] = await connectAll(url, 1);
  await client.query(EVENT_STORE_DDL);
  const keys = createKeys();
  await layDown(client, programme(keys, size, 8));
  const owner = await openDatabase(url, migrations);
  const store = await createPostgresEventStore({ connectionString: url });
  await rebuildReadModels({ dataSource: owner, store });
  await owner.destroy();
  await client.query('checkpoint');
  const live = await client.query(
    'select case_id, group_id from read_models_personal.cases where live order by md5(case_id) limit 2000',
  );
  await client.end();
  const { dataSource } = await openServerDatabase({ url }, migrations);
  const models = createReadModels({
    dataSource,
    store,
    context: () => ({ role: 'staff', userId: 'user-17', kind: 'municipal' }),
  });
  const vault = new Vault(keys);
  const readable = async (answer) => {
    const texts = sealedIn(answer);
    await vault.openMany(texts);
    return texts.length;
  };
  const { rows } = live;
  return {
    cases: rows.length,
    screen: async (i) => {
      const { case_id: id } = rows[i % rows.length];
      const [detail, timeline] = await Promise.all([models.case(id, TODAY), models.timeline(id, { limit: 50 })]);
      if ((await readable([detail, timeline])) === 0) throw new Error('an empty screen');
    },
    agenda: async (i) => {
      const agenda = await models.agenda(rows[i % rows.length].group_id, TODAY, TODAY, DEFAULT_RULE_SET);
      if ((await readable(agenda)) === 0) throw new Error('an empty agenda');
    },
    close: async () => {
      await store.close();
      await dataSource.destroy();
    },
  };
};

const p99 = async (ask, from) => {
  const times = [];
  for (let i = 0; i < ASKED; i++) {
    const start = performance.now();
    await ask(from + i);
    times.push(performance.now() - start);
  }
  return times.sort((a, b) => a - b)[Math.floor(ASKED * 0.99)];
};

export const run = ({ server, rounds, report }) =>
  withDatabase(server, (smallUrl) =>
    withDatabase(server, async (largeUrl) => {
      const [small, large] = [await open(smallUrl, SIZES[0]), await open(largeUrl, SIZES[1])];
      for (const name of ['screen', 'agenda']) {
        const times = { small: [], large: [] };
        for (let round = -1; round < rounds; round++)
          for (const [size, { [name]: ask }] of Object.entries({ small, large })) {
            const time = await p99(ask, (round + 1) * ASKED);
            if (round >= 0) times[size].push(time);
          }
        const [few, many] = [median(times.small), median(times.large)];
        report.line(
          `${name === 'screen' ? 'case screen' : 'agenda'}: p99 ${few.toFixed(1)} ms at ${SIZES[0].toLocaleString('en')} cases, ` +
            `${many.toFixed(1)} ms at ${SIZES[1].toLocaleString('en')}`,
        );
        report.result(`screen.${name === 'screen' ? 'case' : 'agenda'}.growth`, many / few, 'x');
      }
      await Promise.all([small.close(), large.close()]);
    }),
  );
