// The whole system with its events in EventStoreDB: as `npm start` runs it, on the double or, through `npm run -s
// test:eventstoredb`, on a real server. PostgreSQL has the read models only.
import { randomBytes } from 'node:crypto';
import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { createEventStoreDbEventStore } from '@app/event-store';
import { DEMO_CASE_IDS } from '../apps/api/src/demo/data.js';
import { main } from '../apps/cli/src/commands.js';
import { GrpcDouble } from '../libs/event-store/testing/grpc-double.js';
import { createClient, spawnServer, type SpawnedServer } from './support/server.js';

const LIMIT_MS = 300_000;
const real = process.env['FREMDRIFT_TEST_EVENTSTORE_URL'];

let double: GrpcDouble | undefined;
let url: string;
let dataFolder: string;
let server: SpawnedServer;
const start = async (): Promise<void> => {
  server = await spawnServer({ dataFolder, env: { EVENT_STORE: 'eventstoredb', EVENTSTORE_URL: url, FREMDRIFT_DEMO: '1' } });
};
/** Of the embedded PostgreSQL of the server. */
const value = async (query: string): Promise<string> => {
  const port = readFileSync(join(dataFolder, 'postgres/postmaster.pid'), 'utf8').split('\n')[3];
  const password = readFileSync(join(dataFolder, 'postgres.password'), 'utf8');
  const client = new pg.Client({ connectionString: `postgres://fremdrift:${password}@127.0.0.1:${port}/postgres` });
  await client.connect();
  const { rows } = await client.query<[unknown]>({ text: query, rowMode: 'array' });
  await client.end();
  return String(rows[0]?.[0]);
};
const agree = (n: number, headers: Record<string, string> = {}) =>
  server.call<{ id: string; position: string }>(
    'coordinator',
    'POST',
    `/api/cases/${DEMO_CASE_IDS[0]}/actions`,
    {
      description: `Tage kontakt ${n}`,
      ownerOrganisationId: 'sof',
      deadline: new Date(Date.now() + 200 * 86_400_000).toISOString().slice(0, 10),
    },
    headers,
  );
const actionIds = async (headers: Record<string, string> = {}): Promise<string[]> => {
  const { body } = await server.call<{ actions: { actionId: string }[] }>(
    'coordinator',
    'GET',
    `/api/cases/${DEMO_CASE_IDS[0]}`,
    undefined,
    headers,
  );
  return body.actions.map(({ actionId }) => actionId);
};

beforeAll(async () => {
  const option = `streamPrefix=system-${randomBytes(6).toString('hex')}.`;
  if (real === undefined) {
    double = await GrpcDouble.start();
    double.addForeignEvents();
  }
  url = double ? double.url(`tls=false&${option}`) : `${real}${real!.includes('?') ? '&' : '?'}${option}`;
  dataFolder = mkdtempSync(join(tmpdir(), 'fremdrift-eventstoredb-'));
  chmodSync(dataFolder, 0o755);
  await start();
}, LIMIT_MS);
afterAll(async () => {
  await server.end('SIGTERM');
  await double?.stop();
  rmSync(dataFolder, { recursive: true, force: true });
}, LIMIT_MS);

it(
  'plays the story',
  async () => {
    const lines: string[] = [];
    const print = (line: string) => void lines.push(line);
    const io = { out: print, err: print, env: {}, today: () => new Date().toISOString().slice(0, 10) };
    const code = await main(['story', '--server', server.url, '--lang', 'en'], io);
    expect({ code, failed: lines.filter((line) => line.startsWith('✗')) }).toEqual({ code: 0, failed: [] });
    expect(await value('select count(*) from event_store.events')).toBe('0');
    expect(await value('select count(*) from read_models.parked_streams')).toBe('0');
  },
  LIMIT_MS,
);

it(
  'shows everybody what they wrote, at once',
  async () => {
    for (let n = 0; n < 20; n++) {
      const { status, body } = await agree(n);
      expect(status).toBe(201);
      expect(body.position).toMatch(/^[0-9a-f]{16}-[0-9a-f]{16}$/);
      expect(await actionIds({ 'fremdrift-position': body.position })).toContain(body.id);
    }
    const far = 'f'.repeat(16);
    const { status } = await server.call('coordinator', 'GET', '/api/cases', undefined, {
      'fremdrift-position': `${far}-${far}`,
    });
    expect(status).toBe(400);
  },
  LIMIT_MS,
);

it(
  'goes on exactly where it was, after its end and after that of the server below',
  async () => {
    const before = await actionIds();
    const store = await createEventStoreDbEventStore({ connectionString: url });
    await server.end('SIGKILL');
    const head = await store.head();
    const sent = double?.sent ?? 0;
    await start();
    expect(await value('select position from read_models.checkpoint')).toBe(await store.head());
    expect(await actionIds()).toEqual(before);
    // From the checkpoint, not from the beginning.
    if (double) expect(double.sent - sent).toBeLessThan(double.log.all.length / 2);
    expect((await store.readAll(head)).events.filter(({ stream }) => !/^(access|meeting)-/.test(stream))).toEqual([]);

    for (let n = 0; n < 3; n++) {
      double?.drop();
      const key = { 'idempotency-key': `after-${n}` };
      let answer = await agree(n, key);
      while (answer.status === 503) answer = await agree(n, key);
      expect(answer.status).toBe(201);
      expect(await actionIds()).toContain(answer.body.id);
    }
    expect(await actionIds()).toHaveLength(before.length + 3);
    expect((await createClient(server.url).call(undefined, 'GET', '/health/ready')).status).toBe(200);
    await store.close();
  },
  LIMIT_MS,
);
