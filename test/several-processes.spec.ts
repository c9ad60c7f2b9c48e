// Several processes of one system: api and worker apart, on one database and one PostgreSQL of keys. What one writes another shows,
// and none is missed when it is killed.
import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { openPostgresKeyStore } from '@app/personal-data';
import { createTestDatabase, type TestDatabase } from '@app/testing';
import pg from 'pg';
import { DEMO_CASE_IDS } from '../apps/api/src/demo/data.js';
import { done, newCase, newCpr, type Receipt } from './support/flow.js';
import { spawnServer, temporaryFolder, type SpawnedServer } from './support/server.js';

/** Only to end what hangs: a machine under load is slow, not wrong. */
const LIMIT_MS = 300_000;
const FREMDRIFT_MASTER_KEY = randomBytes(32).toString('base64');

let database: TestDatabase;
let keysDatabase: TestDatabase;
const folders: string[] = [];
const running: SpawnedServer[] = [];
const start = async (role: string, more: Record<string, string> = {}): Promise<SpawnedServer> => {
  const dataFolder = temporaryFolder(); // nothing is shared but the two databases
  folders.push(dataFolder);
  const env = {
    DATABASE_URL: database.url,
    KEYS_DATABASE_URL: keysDatabase.url,
    FREMDRIFT_DEMO: '1',
    FREMDRIFT_ROLE: role,
    FREMDRIFT_MASTER_KEY,
    ...more,
  };
  const server = await spawnServer({ dataFolder, env });
  running.push(server);
  return server;
};
const until = async (holds: () => Promise<boolean>): Promise<void> => {
  while (!(await holds())) await new Promise((next) => setTimeout(next, 20));
};

/** What one wrote and another is asked for, with the position of the receipt. */
const writeAndRead = async (writer: SpawnedServer, reader: SpawnedServer, n: number): Promise<void> => {
  const path = `/api/cases/${DEMO_CASE_IDS[n % 3]}`;
  const deadline = new Date(Date.now() + 300 * 86_400_000).toISOString().slice(0, 10);
  const description = `Tage kontakt ${n}`;
  const action = { description, ownerOrganisationId: 'sof', deadline };
  const { position } = done<Receipt>(await writer.call('coordinator', 'POST', `${path}/actions`, action));
  const read = await reader.call('coordinator', 'GET', path, undefined, { 'fremdrift-position': position });
  expect([read.status, read.text.includes(description)]).toEqual([200, true]);
};

let one: SpawnedServer;
let other: SpawnedServer;
let worker: SpawnedServer;
let standby: SpawnedServer;
beforeAll(async () => {
  [database, keysDatabase] = [await createTestDatabase(), await createTestDatabase()];
  worker = await start('worker');
  [one, other, standby] = await Promise.all([start('api'), start('api'), start('worker')]);
}, LIMIT_MS);
afterAll(async () => {
  for (const server of running) await server.end('SIGKILL');
  await database.drop();
  await keysDatabase.drop();
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
}, LIMIT_MS);

describe('several processes', () => {
  it('show at once, texts too, what another one wrote', async () => {
    for (let n = 0; n < 10; n++) await (n % 2 === 0 ? writeAndRead(one, other, n) : writeAndRead(other, one, n));
    // The registry is in memory everywhere.
    const user = { organisationId: 'sof', role: 'participant', subject: 'ny-sub', name: 'Ny Medarbejder' };
    const { id, position } = done<Receipt>(await one.call('administrator', 'POST', '/api/users', user));
    const users = await other.call('administrator', 'GET', '/api/users', undefined, { 'fremdrift-position': position });
    expect([users.status, users.text.includes(id)]).toEqual([200, true]);
  });

  it('have a half each: a worker answers nothing but how it is', async () => {
    for (const server of [one, other, worker, standby])
      expect((await server.call(undefined, 'GET', '/health/ready')).status).toBe(200);
    for (const path of ['/api/cases', '/docs', '/api/openapi.json', '/demo/users', '/'])
      expect([path, (await worker.call(undefined, 'GET', path)).status]).toEqual([path, 404]);
  });

  it('no longer show, one and all, what a key is destroyed for', async () => {
    const reason = 'Teksten, der slettes';
    const { personId, caseId } = await newCase(one, { reason });
    const shownBy = async (server: SpawnedServer) => {
      const { status, text } = await server.call('coordinator', 'GET', `/api/cases/${caseId}`);
      return { status, shown: text.includes(reason) };
    };
    for (const server of [one, other]) await until(async () => (await shownBy(server)).shown);
    // As the worker does for an erasure.
    const masterKey = Buffer.from(FREMDRIFT_MASTER_KEY, 'base64');
    const keys = await openPostgresKeyStore({ url: keysDatabase.url, masterKey });
    expect(await keys.destroy({ subjectId: personId, scope: caseId })).toHaveLength(1);
    await keys.close();
    for (const server of [one, other]) {
      await until(async () => !(await shownBy(server)).shown);
      expect(await shownBy(server)).toEqual({ status: 200, shown: false });
    }
  });

  it('answer 503 while the keys do not, and go on when they do', async () => {
    const name = new URL(keysDatabase.url).pathname.slice(1);
    const admin = new pg.Client({ connectionString: process.env['FREMDRIFT_TEST_POSTGRES'] });
    await admin.connect();
    const look = async () => (await one.call('coordinator', 'GET', `/api/cases/${DEMO_CASE_IDS[0]}`)).status;
    expect(await look()).toBe(200);
    await admin.query(`alter database ${name} with allow_connections false`);
    await admin.query('select pg_terminate_backend(pid) from pg_stat_activity where datname = $1', [name]);
    await until(async () => (await look()) === 503);
    expect((await one.call(undefined, 'GET', '/health/ready')).body).toMatchObject({ parts: { keyStore: 'down' } });
    const person = { name: 'Ung Testperson', cpr: newCpr() };
    expect((await one.call('coordinator', 'POST', '/api/persons', person)).status).toBe(503);
    await admin.query(`alter database ${name} with allow_connections true`);
    await admin.end();
    await until(async () => (await look()) === 200);
  });

  it(
    'go on when one is killed: a worker takes over, an api is not missed',
    async () => {
      expect(await worker.end('SIGKILL')).toBe('SIGKILL');
      await writeAndRead(one, other, 100);
      expect(await one.end('SIGKILL')).toBe('SIGKILL');
      await writeAndRead(other, other, 101);
      expect(await standby.end('SIGTERM')).toBe(0);
      expect((await other.call('coordinator', 'GET', '/api/cases')).status).toBe(200); // nothing new to wait for
      await start('all');
      await writeAndRead(other, other, 102);
      expect(await other.end('SIGTERM')).toBe(0);
    },
    LIMIT_MS,
  );

  it(
    'do not start on one database for keys and events',
    async () => {
      await expect(start('worker', { KEYS_DATABASE_URL: database.url })).rejects.toThrow(
        'KEYS_DATABASE_URL: the keys need a database of their own: this one is also that of DATABASE_URL.',
      );
    },
    LIMIT_MS,
  );
});
