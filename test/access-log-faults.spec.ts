// Rule 9 when the database itself fails under the access log: stalled, killed, or out of space. Whatever is asked, the answer is 503 and
// holds nothing of anybody. The store's promises under such faults are in libs/event-store; faults of the store's port in access-log.spec.ts.
import { chmodSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { startEmbeddedPostgres, type EmbeddedPostgres } from '@app/platform';
import pg from 'pg';
import { demoId } from '../apps/api/src/demo/data.js';
import { accessLogOf } from './support/flow.js';
import { searchFor } from './support/secrets.js';
import { startServerOn, temporaryFolder, type Answer, type TestServer } from './support/server.js';

const LIMIT_MS = 120_000;
const CASE = demoId('case 1');
const folder = temporaryFolder();
let postgres: EmbeddedPostgres;
let server: TestServer;
let owner: pg.Client;

beforeAll(async () => {
  // A PostgreSQL of its own: it is killed.
  postgres = await startEmbeddedPostgres({ dir: join(folder, 'postgres') });
  mkdirSync(join(folder, 'data'));
  chmodSync(join(folder, 'data'), 0o711);
  server = await startServerOn(postgres.url('postgres'), join(folder, 'data'));
  owner = new pg.Client({ connectionString: postgres.url('postgres') });
  owner.on('error', () => {});
  await owner.connect();
  await read(`/api/cases/${CASE}`);
}, LIMIT_MS);
afterAll(async () => {
  await owner.end().catch(() => {});
  await server.stop().catch(() => {});
  await postgres.stop();
  rmSync(folder, { recursive: true, force: true });
}, LIMIT_MS);

const personal = searchFor(['KANARIE', 'Demo Ung', '0102094241']);
const read = (path: string) => server.call('projectLead', 'GET', path);
/** A detail, lists, and searches; a refusal, which is logged too. */
const askAll = (): Promise<Answer[]> =>
  Promise.all([
    read(`/api/cases/${CASE}`),
    read(`/api/cases/${CASE}/timeline`),
    read(`/api/persons/${demoId('person 1')}`),
    read('/api/cases?limit=5'),
    read('/api/actions?limit=5'),
    server.call('projectLead', 'POST', '/api/persons/look-up', { cpr: '010209-4241' }),
    server.call('projectLead', 'POST', '/api/persons/searches', { name: 'Demo Ung' }),
    server.call('partner', 'GET', '/api/cases'),
  ]);
const expectNothing = (answers: readonly Answer[]): void => {
  for (const { status, text, headers } of answers) {
    expect([status, headers.get('content-type')]).toEqual([503, 'application/problem+json; charset=utf-8']);
    expect(personal.inText(`${text}${JSON.stringify([...headers])}`)).toEqual([]);
  }
};
const logged = async (): Promise<number> => (await accessLogOf(server, 'project-lead')).length;
/** Once the fault is over, what is asked is answered, and on record. */
const expectAllAgain = async (): Promise<void> => {
  // An entry that was given up on may land yet; this one, which is shown, comes after it.
  expect((await read(`/api/cases/${CASE}`)).status).toBe(200);
  const before = await logged();
  const answers = await askAll();
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200, 200, 200, 403]);
  expect(answers[0]!.text).toContain('KANARIE');
  expect((await logged()) - before).toBe(7);
};

it('answers each of these when nothing is wrong, with one entry each', expectAllAgain, LIMIT_MS);

describe('an append that cannot commit', () => {
  it(
    'stalled behind a lock on the log: 503 within the time limit, and again as before when it is let go',
    async () => {
      await owner.query('begin');
      await owner.query('lock table event_store.events in share row exclusive mode'); // reading goes on, no row comes in
      const start = performance.now();
      const answers = await askAll();
      const took = performance.now() - start;
      await owner.query('rollback');
      expectNothing(answers);
      expect(took).toBeLessThan(30_000); // each waits 2 s at most; the rest is the machine's
      await expectAllAgain();
    },
    LIMIT_MS,
  );

  it(
    'whose connection is killed, again and again: 503, or a whole answer that is on record',
    async () => {
      await owner.query('begin');
      await owner.query('lock table event_store.events in share row exclusive mode');
      const asked = askAll();
      let over = false;
      void asked.then(() => (over = true));
      let killed = 0;
      while (!over) {
        const { rows } = await owner.query<{ pid: number }>(
          `select pid from pg_locks l join pg_class c on c.oid = l.relation
           where c.relname = 'events' and not granted and pg_terminate_backend(pid)`,
        );
        killed += rows.length;
        await new Promise((next) => setTimeout(next, 20));
      }
      await owner.query('rollback');
      expect(killed).toBeGreaterThan(0);
      expectNothing(await asked);
      await expectAllAgain();
    },
    LIMIT_MS,
  );

  it(
    'on a disk that is full, as PostgreSQL tells it',
    async () => {
      // What the server gets is what a full disk gives it: an error of class 53 from the insert. That PostgreSQL itself comes through a
      // disk that is full in earnest, and what it does to its write-ahead log, this does not show.
      await owner.query(`
        create function event_store.full() returns trigger language plpgsql as
          $$ begin raise exception using errcode = 'disk_full', message = 'could not extend file: KANARIE'; end $$;
        create trigger disk before insert on event_store.events for each row
          when (new.stream like 'access-%') execute function event_store.full()`);
      const answers = await askAll();
      expectNothing(answers);
      // What needs no entry goes on.
      expect((await read('/api/me')).status).toBe(200);
      await owner.query('drop trigger disk on event_store.events; drop function event_store.full()');
      await expectAllAgain();
    },
    LIMIT_MS,
  );
});

it(
  'a PostgreSQL that is killed under the append leaves no answer but 503',
  async () => {
    await owner.query('begin');
    await owner.query('lock table event_store.events in share row exclusive mode');
    const asked = askAll();
    // Until one of them waits for its commit.
    const waits = async () =>
      (
        await owner.query(
          `select 1 from pg_locks l join pg_class c on c.oid = l.relation where c.relname = 'events' and not granted`,
        )
      ).rowCount;
    while ((await waits()) === 0) await new Promise((next) => setTimeout(next, 5));
    process.kill(postgres.pid, 'SIGKILL');
    await postgres.ended;
    expectNothing(await asked);
    expectNothing(await askAll());
  },
  LIMIT_MS,
);
