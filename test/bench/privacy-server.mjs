// A server for the benchmark: as it is, or (`bare`) with encryption, access log and row-level security taken out of its way, as no setting
// of the product can. Everything else is the same: sign-in, policies, projections.
import 'reflect-metadata';
import { built } from './parts.mjs';

const bare = process.argv[2] === 'bare';
const { readConfiguration, openDatabase } = await built('platform');
const { createReadModels } = await built('read-models');
const { startApplication } = await import(new URL('../../dist/apps/api/src/application.js', import.meta.url));

const configuration = readConfiguration(process.env, process.cwd());
const { ports, url, stop } = await startApplication(configuration);
let owner;
if (bare) {
  const { store, projections, vault, accessLog } = ports;
  const found = new URL(configuration.databaseUrl);
  found.searchParams.set('options', '-c search_path=read_models_personal,read_models');
  owner = await openDatabase(found.href, []);
  // Planned once a connection, as the questions of those who are held by it are.
  const names = new Map();
  const nameOf = (text) => names.get(text) ?? names.set(text, `bare_${names.size}`).get(text);
  owner.query = async (text, values) => (await owner.driver.master.query({ name: nameOf(text), text, values })).rows;
  // The owner is held by row-level security too, as it is forced; who made the cluster is not.
  ports.readModels = createReadModels({ dataSource: owner, store, projections });
  vault.openMany = (items) => Promise.resolve(items.map(({ envelope }) => envelope.ct));
  vault.seal = (_eventId, _subject, _shape, texts) =>
    Promise.resolve(
      Object.fromEntries(
        Object.entries(texts).flatMap(([name, ct]) =>
          ct === undefined ? [] : [[name, { v: 1, keyId: 'none', iv: '', ct, tag: '' }]],
        ),
      ),
    );
  accessLog.record = () => Promise.resolve();
}
console.log(`running: ${url}`);
process.on('SIGTERM', async () => {
  await stop();
  await owner?.destroy();
  process.exit(0);
});
