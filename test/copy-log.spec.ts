// Moving house: the log of a server with demo data goes to EventStoreDB (the double) and back, by the commands an operator types,
// and the server goes on from it: the same answers, the read models made anew.
import { randomBytes } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { createEventStoreDbEventStore, createPostgresEventStore, START, type EventStore } from '@app/event-store';
import { createTestDatabase, type TestDatabase } from '@app/testing';
import { startApplication } from '../apps/api/src/application.js';
import { main } from '../apps/cli/src/commands.js';
import { GrpcDouble } from '../libs/event-store/testing/grpc-double.js';
import { createClient } from './support/server.js';

const folder = mkdtempSync(join(tmpdir(), 'fremdrift-move-'));
const FREMDRIFT_MASTER_KEY = randomBytes(32).toString('base64');
let double: GrpcDouble;
let [home, back]: TestDatabase[] = [];
beforeAll(async () => {
  double = await GrpcDouble.start();
  [home, back] = await Promise.all([createTestDatabase(), createTestDatabase()]);
});
afterAll(async () => {
  await double.stop();
  await Promise.all([home!.drop(), back!.drop()]);
  rmSync(folder, { recursive: true });
});

const cli = async (args: readonly string[], env: Record<string, string> = {}, interrupted?: AbortSignal) => {
  const out: string[] = [];
  const err: string[] = [];
  const exitCode = await main(args, {
    out: (line) => out.push(line),
    err: (line) => err.push(line),
    env: { FREMDRIFT_DATA: folder, FREMDRIFT_MASTER_KEY, ...env },
    today: () => '2027-01-11',
    ...(interrupted && { interrupted: () => interrupted }),
  });
  return { exitCode, out: out.join('\n'), err: err.join('\n') };
};
const copyLog = (from: string, to: string, interrupted?: AbortSignal) =>
  cli(['copy-log', '--from', from, '--to', to], {}, interrupted);
const digestIn = (out: string) => /SHA-256 of the log .* ([0-9a-f]{64})$/m.exec(out)?.[1];
const kept = async (store: EventStore) => {
  const events: unknown[] = [];
  for (let position = START; ;) {
    const page = await store.readAll(position);
    if (page.position === position) break;
    for (const { stream, revision, id, type, data, metadata } of page.events)
      events.push(JSON.stringify({ stream, revision, id, type, data, metadata }));
    position = page.position;
  }
  await store.close();
  return events;
};
const inPostgres = async (url: string) => kept(await createPostgresEventStore({ connectionString: url }));
const inDouble = async () => kept(await createEventStoreDbEventStore({ connectionString: double.url() }));

const start = (over: { dataFolder: string; databaseUrl?: string }) =>
  startApplication({
    host: '127.0.0.1',
    port: 0,
    masterKey: FREMDRIFT_MASTER_KEY,
    role: 'all',
    demo: true,
    logLevel: 'error',
    rateLimitPerMinute: 0,
    ...over,
  });
/** What the coordinator sees of the cases, on a server with that database. */
const casesOn = async (databaseUrl: string): Promise<string> => {
  const running = await start({ dataFolder: folder, databaseUrl });
  try {
    const { status, text } = await createClient(running.url).call('coordinator', 'GET', '/api/cases');
    expect([status, text]).toEqual([200, expect.stringContaining('KANARIE')]);
    return text;
  } finally {
    await running.stop();
  }
};

describe('a log that moves', () => {
  it('goes to EventStoreDB and back to another PostgreSQL, and the server goes on from it', async () => {
    const cases = await casesOn(home!.url);
    // Somebody else's events are on that server already, and stay.
    double.add('orders-1', 'OrderPlaced', '{"n":1}');
    const others = double.log.all.length;

    const there = await copyLog(home!.url, double.url());
    expect(there).toMatchObject({ exitCode: 0, err: expect.stringMatching(/events in the target/) as string });
    expect(double.log.all.length - others).toBe((await inPostgres(home!.url)).length);
    expect(await inDouble()).toEqual(await inPostgres(home!.url));

    const again = await copyLog(double.url(), back!.url);
    expect(again.exitCode).toBe(0);
    expect(digestIn(again.out)).toBe(digestIn(there.out));
    expect(await inPostgres(back!.url)).toEqual(await inPostgres(home!.url));
    expect(await casesOn(back!.url)).toBe(cases);
  });

  it('survives lost connections on the way, and a second try finishes it', async () => {
    const store = await createPostgresEventStore({ connectionString: home!.url });
    const last = (await store.readAll(START)).events.at(-1)!;
    const events = Array.from({ length: 5 }, (_, n) => ({ ...last, id: `00000000-0000-4000-8000-00000000000${n}` }));
    for (const event of events) {
      const { revision } = (await store.readStream(last.stream, { direction: 'backwards', limit: 1 }))[0]!;
      await store.append(last.stream, revision, [event]);
      await store.append(`copied-${event.id}`, -1, [{ ...event, id: event.id.replace(/^0/, '1') }]);
    }
    await store.close();
    double.lose('after', 'before');
    const first = await copyLog(home!.url, double.url());
    expect(first).toMatchObject({ exitCode: 1, err: expect.stringMatching(/run the same command again/) as string });
    expect((await copyLog(home!.url, double.url())).exitCode).toBe(0);
    expect(await inDouble()).toEqual(await inPostgres(home!.url));
  });

  it('is not taken for finished when it was interrupted', async () => {
    expect(await copyLog(home!.url, double.url(), AbortSignal.abort())).toMatchObject({ exitCode: 1, out: '' });
  });

  it('is refused when both sides went on', async () => {
    const store = await createEventStoreDbEventStore({ connectionString: double.url() });
    const last = (await store.readAll(START)).events.at(-1)!;
    await store.append('went-on', -1, [{ ...last, id: '20000000-0000-4000-8000-000000000000' }]);
    await store.close();
    expect(await copyLog(home!.url, double.url())).toMatchObject({
      exitCode: 2,
      out: '',
      err: expect.stringMatching(/goes on after the end of the source/) as string,
    });
  });

  it('leaves the embedded database while its server is stopped, never while it runs', async () => {
    const dataFolder = mkdtempSync(join(tmpdir(), 'fremdrift-embedded-'));
    chmodSync(dataFolder, 0o755);
    const target = await createTestDatabase();
    const move = () => cli(['copy-log', '--from', 'embedded', '--to', target.url], { FREMDRIFT_DATA: dataFolder });
    expect(await move()).toMatchObject({ exitCode: 2, err: expect.stringMatching(/no keys in/) as string });
    const running = await start({ dataFolder });
    expect(await move()).toMatchObject({ exitCode: 2, err: expect.stringMatching(/in use by process/) as string });
    const written = Number(await running.ports.store.head());
    await running.stop();
    expect(await move()).toMatchObject({ exitCode: 0, out: expect.stringMatching(/SHA-256/) as string });
    expect((await inPostgres(target.url)).length).toBeGreaterThanOrEqual(written);
    await target.drop();
    rmSync(dataFolder, { recursive: true });
  });

  it('shows no password of a store that cannot be reached', async () => {
    const answer = await copyLog(home!.url, 'esdb://user:geheim@127.0.0.1:1');
    expect(answer).toMatchObject({ exitCode: 2, out: '' });
    expect(answer.err).toMatch(/^esdb:\/\/127\.0\.0\.1:1: /);
    expect(answer.err).not.toMatch(/geheim/);
  });
});

describe('rebuild', () => {
  const query = async (text: string): Promise<unknown[]> => {
    const client = new pg.Client({ connectionString: back!.url });
    await client.connect();
    try {
      return (await client.query<Record<string, unknown>>(text)).rows;
    } finally {
      await client.end();
    }
  };
  const env = () => ({ DATABASE_URL: back!.url, FREMDRIFT_DEMO: '1' });

  it('makes the read models anew, whatever position they stood at', async () => {
    const cases = await query('select * from read_models_personal.cases order by case_id');
    expect(cases.length).toBeGreaterThan(0);
    // As after a move from EventStoreDB, whose positions look like this.
    await query(`update read_models.checkpoint set position = '00000000000003e8-00000000000003e8'`);
    await query('delete from read_models_personal.cases');
    const answer = await cli(['rebuild'], env());
    expect(answer).toMatchObject({ exitCode: 0, out: expect.stringMatching(/made anew from \d+ events/) as string });
    const [end] = await query('select max(position) as position from event_store.events');
    expect(await query('select position::bigint from read_models.checkpoint')).toEqual([end]);
    expect(await query('select * from read_models_personal.cases order by case_id')).toEqual(cases);
  });

  it('makes no other keys in a folder that has none', async () => {
    const answer = await cli(['rebuild'], { ...env(), FREMDRIFT_DATA: join(folder, 'elsewhere') });
    expect(answer).toMatchObject({ exitCode: 2, out: '', err: expect.stringMatching(/no keys in/) as string });
  });

  it('does nothing without the key, or with settings the server would not take', async () => {
    for (const [wrong, words] of [
      [{ FREMDRIFT_MASTER_KEY: randomBytes(32).toString('base64') }, /master key/],
      [{ FREMDRIFT_DEMO: '0' }, /OIDC_ISSUER is needed/],
    ] as const) {
      const answer = await cli(['rebuild'], { ...env(), ...wrong });
      expect(answer).toMatchObject({ exitCode: 2, out: '', err: expect.stringMatching(words) as string });
    }
  });
});
