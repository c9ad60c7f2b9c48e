// What was looked for is kept for as long as the rule set says; then the key of its month is destroyed, for good: an older key store that
// is restored is cleared of it before anything is served. Who looked, when and why stays.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { backupKeys, loadMasterKey, restoreKeys } from '@app/personal-data';
import { createTestDatabase, type TestDatabase } from '@app/testing';
import { done, events } from './support/flow.js';
import { startServerOn, temporaryFolder, type TestServer } from './support/server.js';

const STREAM = 'retention-access-log';
let database: TestDatabase;
const dataFolder = temporaryFolder();
const backups = mkdtempSync(join(tmpdir(), 'fremdrift-backups-'));
let server: TestServer;
const start = async () => (server = await startServerOn(database.url, dataFolder));

beforeAll(async () => {
  database = await createTestDatabase();
  await start();
}, 60_000);
afterAll(async () => {
  await server.stop();
  await database.drop();
  for (const folder of [dataFolder, backups]) rmSync(folder, { recursive: true, force: true });
}, 60_000);

interface Looked {
  readonly purpose: string;
  readonly userId: string;
  readonly at: string;
  readonly text?: string | null;
}
/** Names nobody has, as an auditor of the municipality reads them in the log. */
const lookedFor = async (): Promise<Looked[]> => {
  const page = await server.call<{ items: Looked[] }>('auditor', 'GET', '/api/access-log/reasons?userId=project-lead&limit=200');
  return done<{ items: Looked[] }>(page).items.filter(({ text }) => text !== undefined);
};
const look = async (name: string) => done(await server.call('projectLead', 'POST', '/api/persons/searches', { name }));
const pass = async (days: number) =>
  done<{ today: string }>(await server.call('coordinator', 'POST', '/demo/clock', { days })).today;

it('is gone when its time is over, and stays so with older keys', async () => {
  const today = done<{ today: string }>(await server.call('coordinator', 'GET', '/demo/clock')).today;
  const month = today.slice(0, 7);
  await look('Findes Ikke Et');
  expect(await lookedFor()).toMatchObject([{ purpose: 'person.search', text: 'Findes Ikke Et' }]);
  // The last day on which a day of the month is younger than two years.
  const [year, number] = [Number(month.slice(0, 4)), Number(month.slice(5))];
  const lastDay = Date.UTC(year + 2, number, 0) / 86_400_000 - Date.parse(today) / 86_400_000;
  await pass(lastDay);
  const earlier = await events(server, STREAM); // The demo's log begins before today.
  expect(earlier.map(({ data }) => data['month'])).not.toContain(month);
  await look('Findes Ikke To');
  expect((await lookedFor()).map(({ text }) => text)).toEqual(['Findes Ikke To', 'Findes Ikke Et']);
  const backup = join(backups, 'keys.bak');
  await backupKeys(join(dataFolder, 'keys'), backup);

  await pass(1);
  const erased = [...earlier, { type: 'AccessTextsErased', data: { month } }];
  expect(await events(server, STREAM)).toEqual(erased);
  const gone = await lookedFor();
  expect(gone.map(({ text }) => text)).toEqual(['Findes Ikke To', null]);
  expect(gone[1]).toMatchObject({
    purpose: 'person.search',
    userId: 'project-lead',
    at: expect.stringContaining(month) as string,
  });
  await pass(0); // Looked at again, nothing happens twice.
  expect(await events(server, STREAM)).toEqual(erased);

  await server.stop();
  rmSync(join(dataFolder, 'keys'), { recursive: true });
  const masterKey = await loadMasterKey({ file: join(dataFolder, 'master.key') });
  await restoreKeys(backup, join(dataFolder, 'keys'), { masterKey });
  await start();
  expect((await lookedFor()).map(({ text }) => text)).toEqual(['Findes Ikke To', null]);
}, 120_000);
