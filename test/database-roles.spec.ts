// The second line, in the database: each role tries what it must not be able to do, whatever the program in front of it does.
import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import type { Principal } from '@app/access';
import { openDatabase } from '@app/platform';
import { createReadModels, rebuildReadModels, READ_MODEL_MIGRATIONS, asking, type DatabaseContext } from '@app/read-models';
import { createTestDatabase } from '@app/testing';
import pg from 'pg';
import { DataSource } from 'typeorm';
import { contextOf } from '../apps/api/src/core/context.js';
import { demoId } from '../apps/api/src/demo/data.js';
import { startServerOn, startTestServer, temporaryFolder, type TestServer } from './support/server.js';

let server: TestServer;
/** Signed in as the server is: one connection, as if it came from its pool. */
let login: pg.Client;
let personalTables: string[];
const serverUrlOf = ({ ports }: TestServer): string => (ports.dataSource.options as { url: string }).url;
const clientOf = async (url: string): Promise<pg.Client> => {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  return client;
};

beforeAll(async () => {
  server = await startTestServer();
  login = await clientOf(serverUrlOf(server));
  const tables = await server.owner<{ name: string }>(
    `select format('%I.%I', schemaname, tablename) as name from pg_tables where schemaname = 'read_models_personal'`,
  );
  personalTables = [...tables.map(({ name }) => name), 'imports.ledger'];
}, 60_000);
afterAll(async () => {
  await login.end();
  await server.stop();
});

const DENIED = '42501';
/** What came of each statement, in a transaction that is taken back: the number of rows, or the code of the refusal. */
const attempt = async (role: string | undefined, settings: Record<string, string>, statements: readonly string[]) => {
  const outcomes: (number | string)[] = [];
  await login.query('begin');
  for (const [name, value] of Object.entries(settings)) await login.query('select set_config($1, $2, true)', [name, value]);
  if (role !== undefined) await login.query(`set local role ${role}`);
  for (const statement of statements) {
    await login.query('savepoint before');
    try {
      outcomes.push((await login.query<object>(statement)).rowCount ?? 0);
    } catch (error) {
      outcomes.push((error as pg.DatabaseError).code ?? 'broken');
    }
    await login.query('rollback to before');
  }
  await login.query('rollback');
  return outcomes;
};
const SOMEBODY = { 'fremdrift.kind': 'municipal', 'fremdrift.user_id': 'coordinator' };
const ROLES = ['fremdrift_staff', 'fremdrift_auditor', 'fremdrift_outsider', 'fremdrift_background'];
const selects = () => personalTables.map((table) => `select * from ${table} limit 1`);

describe.each([undefined, ...ROLES])('the role %s', (role) => {
  it.each([
    ['changes an event', `update event_store.events set data = '{}' where position = 1`],
    ['deletes an event', 'delete from event_store.events where position = 1'],
    ['empties the log', 'truncate event_store.events'],
    ['makes a table beside the log', 'create table event_store.mine (a int)'],
    ['makes a table beside the persons', 'create table read_models_personal.mine (a int)'],
    ['makes a table anywhere', 'create table public.mine (a int)'],
    ['makes a temporary table', 'create temporary table mine (a int)'],
    ['makes a schema', 'create schema mine'],
    ['turns row-level security off', 'alter table read_models_personal.persons disable row level security'],
    ['takes back its force', 'alter table read_models_personal.persons no force row level security'],
    ['writes a policy of its own', 'create policy mine on read_models_personal.persons using (true)'],
    ['makes another check', 'create or replace function fremdrift_context.is_staff() returns boolean language sql return true'],
    ['becomes the owner', `set local role ${new URL(process.env['FREMDRIFT_TEST_POSTGRES']!).username}`],
    ['becomes whose the windows are', 'set local role fremdrift_windows'],
    ['gives itself more', 'grant fremdrift_windows to fremdrift_runtime'],
    ['makes a role', 'create role mine'],
    ['empties a table of persons', 'truncate read_models_personal.persons'],
  ])('never %s', async (_, statement) => {
    expect(await attempt(role, SOMEBODY, [statement])).toEqual([DENIED]);
  });
});

describe('without a context', () => {
  it('the login sees the registry and the log, and no personal table', async () => {
    expect(new Set(await attempt(undefined, SOMEBODY, selects()))).toEqual(new Set([DENIED]));
    const [registry, events] = await attempt(undefined, {}, [
      'select 1 from read_models.registry limit 1',
      'select 1 from event_store.events limit 1',
    ]);
    expect([registry, events]).toEqual([1, 1]);
  });
  it('a question about a person fails, and asks nothing', async () => {
    const { dataSource, store } = server.ports;
    const nobody = createReadModels({ dataSource, store, context: () => undefined });
    await expect(nobody.case(demoId('case 1'), '2026-11-24')).rejects.toThrow(/cases/);
    expect((await nobody.registry()).users.size).toBeGreaterThan(0);
  });
  it.each([
    ['nobody', {}],
    ['somebody of no kind', { 'fremdrift.user_id': 'coordinator' }],
    ['a kind without somebody', { 'fremdrift.kind': 'police' }],
    ['somebody of another kind', { ...SOMEBODY, 'fremdrift.kind': 'other' }],
  ])('staff who are %s see no row', async (_, settings) => {
    expect(new Set(await attempt('fremdrift_staff', settings, selects()))).toEqual(new Set([0]));
  });
});

describe('people of the municipality and the police', () => {
  it('see rows, and write none but those of an import', async () => {
    const [persons, ...writing] = await attempt('fremdrift_staff', SOMEBODY, [
      'select 1 from read_models_personal.persons limit 1',
      'update read_models_personal.persons set address_protected = false',
      'delete from read_models_personal.cases',
      `insert into read_models_personal.mentions values ('1', 'a', 'b', 1)`,
      `update read_models.checkpoint set position = ''`,
      'delete from imports.ledger',
    ]);
    expect(persons).toBe(1);
    expect(new Set(writing)).toEqual(new Set([DENIED]));
    const row = `insert into imports.ledger values ('k', 'p', 'person', 'case', 'action', null)`;
    expect(await attempt('fremdrift_staff', SOMEBODY, [row])).toEqual([1]);
    expect(await attempt('fremdrift_staff', {}, [row])).toEqual([DENIED]); // the policy: with check
  });
});

describe('other organisations, and roles that see no person', () => {
  it('have no right to any personal table, nor to what auditors see', async () => {
    const views = ['cases', 'persons', 'disclosures', 'access_log'].map(
      (name) => `select 1 from read_models_pseudonymous.${name}`,
    );
    for (const role of ['fremdrift_outsider', 'fremdrift_auditor'])
      expect([role, new Set(await attempt(role, SOMEBODY, selects()))]).toEqual([role, new Set([DENIED])]);
    expect(new Set(await attempt('fremdrift_outsider', SOMEBODY, views))).toEqual(new Set([DENIED]));
    const rights = await server.owner(
      `select 1 from information_schema.role_table_grants where grantee = 'fremdrift_outsider' and table_schema <> 'read_models'`,
    );
    expect(rights).toEqual([]);
  });
  it('are the login again after a reset, and that has no right either', async () => {
    expect(
      await attempt('fremdrift_outsider', SOMEBODY, [
        'reset role; select 1 from read_models_personal.persons',
        `select set_config('role', 'none', true); select 1 from read_models_personal.cases`,
        'set row_security = off; select 1 from read_models_personal.persons',
      ]),
    ).toEqual([DENIED, DENIED, DENIED]);
  });
  it('get the published numbers all the same', async () => {
    expect((await server.call('partner', 'GET', '/api/overview')).status).toBe(200);
    expect(await attempt('fremdrift_outsider', {}, ['select 1 from read_models.overviews limit 1'])).toEqual([1]);
  });
  it('see as auditors the rows, and not one sealed text', async () => {
    const views = await server.owner<{ name: string }>(
      `select format('%I.%I', schemaname, viewname) as name from pg_views where schemaname = 'read_models_pseudonymous'`,
    );
    await login.query('begin');
    await login.query('set local role fremdrift_auditor');
    let rows = 0;
    for (const { name } of views) {
      const found = await login.query<object>(`select * from ${name}`);
      rows += found.rows.length;
      expect([name, /sealed|keyId|"ct"|"iv"/.test(JSON.stringify(found.rows))]).toEqual([name, false]);
    }
    await login.query('rollback');
    expect(rows).toBeGreaterThan(20);
    const tables = (await server.owner<{ text: string }>('select doc::text as text from read_models_personal.disclosures')).map(
      (r) => r.text,
    );
    expect(tables.some((text) => text.includes('sealed'))).toBe(true); // there was something to leave out
  });
  it.each([
    ['municipal', 'coordinator', 'staff'],
    ['police', 'participant', 'staff'],
    ['municipal', 'steeringMember', 'staff'],
    ['municipal', 'auditor', 'staff'],
    ['other', 'auditor', 'auditor'],
    ['other', 'participant', 'outsider'],
    ['other', 'coordinator', 'outsider'],
    ['other', 'partner', 'outsider'],
    ['municipal', 'partner', 'outsider'],
    ['municipal', 'politicalMember', 'outsider'],
    ['municipal', 'administrator', 'outsider'],
    ['police', 'administrator', 'outsider'],
  ] as const)('%s, %s: asked in the role %s', (kind, role, expected) => {
    const principal = { userId: 'u', organisationId: 'o', authorityId: 'a', kind, role, groups: [] } as Principal;
    expect(contextOf(principal).role).toBe(expected);
  });
});

describe('a context', () => {
  const STATE = `select current_user as role, current_setting('fremdrift.user_id', true) as "userId",
    current_setting('fremdrift.kind', true) as kind, current_setting('search_path') as path`;
  const staff: DatabaseContext = { role: 'staff', userId: 'coordinator', kind: 'municipal' };
  it('is over with its statement: on a connection that goes on after an answer, and that nobody gets after an error', async () => {
    const dataSource = await new DataSource({ type: 'postgres', url: serverUrlOf(server), poolSize: 1 }).initialize();
    try {
      const pid = async () => (await dataSource.query<{ pid: number }[]>('select pg_backend_pid() as pid'))[0]!.pid;
      const before = [await pid(), ...(await dataSource.query<object[]>(STATE))];
      const ask = asking(dataSource, () => staff);
      expect(await ask(STATE)).toMatchObject([{ role: 'fremdrift_staff', userId: 'coordinator', kind: 'municipal' }]);
      expect((await ask('select 1 from persons limit $1', [1])).length).toBe(1);
      expect(await ask('select 1 from persons where false')).toEqual([]);
      const [after] = await dataSource.query<object[]>(STATE);
      expect(await pid()).toBe(before[0]);
      expect(after).toEqual({ ...(before[1] as object), userId: '', kind: '' });
      await expect(ask('select 1 / $1::int from persons', [0])).rejects.toThrow(/division/);
      await expect(ask('update persons set address_protected = false')).rejects.toThrow(/permission denied/);
      await expect(ask('no statement')).rejects.toThrow(/syntax/);
      expect(await pid()).not.toBe(before[0]);
      expect(await dataSource.query(STATE)).toEqual([before[1]]);
      await expect(dataSource.query('select 1 from read_models_personal.persons')).rejects.toThrow(/permission denied/);
      // Somebody else on the same connection.
      await expect(
        asking(dataSource, () => ({ role: 'outsider' }))('select 1 from read_models_personal.persons'),
      ).rejects.toThrow(/permission denied/);
    } finally {
      await dataSource.destroy();
    }
  });
  it('is that of each of many questions at once', async () => {
    const { dataSource } = server.ports;
    const asked = Array.from({ length: 200 }, async (_, n) => {
      const [row] = await asking(dataSource, () => ({ ...staff, userId: `user-${n}` }))<{ userId: string }>(STATE);
      return row!.userId === `user-${n}`;
    });
    expect((await Promise.all(asked)).every(Boolean)).toBe(true);
  });
  it('has plans of its own on a connection that knows the question from others', async () => {
    const dataSource = await new DataSource({ type: 'postgres', url: serverUrlOf(server), poolSize: 1 }).initialize();
    try {
      const shown = (context: DatabaseContext) =>
        asking(dataSource, () => context)<{ doc: string | null }>('select doc from persons limit $1', [1]).then(
          ([row]) => (row!.doc === null ? 'a pseudonym' : 'a person'),
          (error: Error) => error.message.replace(/ for .*/, ''),
        );
      // The sixth time the server keeps the plan for good.
      for (let n = 0; n < 8; n++) {
        expect(await shown(staff)).toBe('a person');
        expect(await shown({ role: 'auditor' })).toBe('a pseudonym');
        expect(await shown({ role: 'outsider' })).toBe('relation "persons" does not exist');
      }
      await expect(asking(dataSource, () => ({ ...staff, userId: '' }))('select 1')).rejects.toMatchObject({
        cause: new TypeError('staff without a user'),
      });
    } finally {
      await dataSource.destroy();
    }
  });
  it('is asked in anew when the tables have got other columns', async () => {
    const ask = asking(server.ports.dataSource, () => staff);
    const columns = async () => Object.keys((await ask<object>('select * from persons limit 1'))[0]!);
    const before = await columns();
    await server.owner('alter table read_models_personal.persons add column later text');
    expect(await columns()).toEqual([...before, 'later']);
    await server.owner('alter table read_models_personal.persons drop column later');
    expect(await columns()).toEqual(before);
  });
  it('that is none of these roles is no context', async () => {
    const ask = asking(server.ports.dataSource, () => ({ role: 'windows' }) as unknown as DatabaseContext);
    await expect(ask('select 1')).rejects.toThrow();
    expect(await asking(server.ports.dataSource, () => staff)('select 1 from cases limit 1')).toHaveLength(1);
  });
});

describe('an owner that is no superuser', () => {
  const password = randomBytes(12).toString('hex');
  const owner = `owner_${randomBytes(4).toString('hex')}`;
  const app = `app_${randomBytes(4).toString('hex')}`;
  let database: Awaited<ReturnType<typeof createTestDatabase>>;
  const folder = temporaryFolder();
  const as = (user: string, secret = password): string => {
    const url = new URL(database.url);
    [url.username, url.password] = [user, secret];
    return url.href;
  };
  beforeAll(async () => {
    database = await createTestDatabase();
    const admin = await clientOf(database.url);
    await admin.query(`create role ${owner} login createrole password '${password}'`);
    for (const role of ['runtime', 'windows', 'staff', 'auditor', 'outsider', 'background'])
      await admin.query(`grant fremdrift_${role} to ${owner} with admin true, inherit false, set false`);
    await admin.query(`alter database ${new URL(database.url).pathname.slice(1)} owner to ${owner}`);
    await admin.end();
  });
  afterAll(async () => {
    const admin = await clientOf(process.env['FREMDRIFT_TEST_POSTGRES']!);
    await database.drop();
    for (const role of [app, `${owner}_server`]) await admin.query(`drop role if exists ${role}`);
    await admin.query(`drop owned by ${owner}`);
    await admin.query(`drop role ${owner}`);
    await admin.end();
    rmSync(folder, { recursive: true, force: true });
  });

  it('makes everything, runs the server beside itself, and sees no row of a person', async () => {
    const running = await startServerOn(as(owner), folder);
    try {
      expect(new URL(serverUrlOf(running)).username).toBe(`${owner}_server`);
      const { status, text } = await running.call('coordinator', 'GET', `/api/cases/${demoId('case 1')}`);
      expect([status, text.includes('KANARIE')]).toEqual([200, true]);
      expect(await running.owner('select 1 from read_models_personal.persons')).toEqual([]);
      expect(await running.owner('select 1 from event_store.events limit 1')).toHaveLength(1);
      // It rebuilds all the same.
      const dataSource = await openDatabase(as(owner), READ_MODEL_MIGRATIONS);
      const { store, vault, blindIndex } = running.ports;
      const { parked } = await rebuildReadModels({ dataSource, store, vault, blindIndex });
      expect(parked).toEqual([]);
      await dataSource.destroy();
      expect(await running.owner('select 1 from read_models_personal.persons')).toEqual([]);
      const again = await running.call('coordinator', 'GET', `/api/cases/${demoId('case 1')}`);
      expect([again.status, again.text.includes('KANARIE')]).toEqual([200, true]);
    } finally {
      await running.stop();
    }
  }, 60_000);

  it('makes the login that a server of its own signs in with; that one needs no owner from then on', async () => {
    const secret = randomBytes(12).toString('hex');
    for (const migrationsDatabaseUrl of [as(owner), undefined]) {
      const running = await startServerOn(as(app, secret), folder, { ...(migrationsDatabaseUrl && { migrationsDatabaseUrl }) });
      expect(serverUrlOf(running)).toBe(as(app, secret));
      expect((await running.call('coordinator', 'GET', `/api/cases/${demoId('case 1')}`)).status).toBe(200);
      await running.stop();
    }
    const empty = await createTestDatabase();
    const url = new URL(as(app, secret));
    url.pathname = new URL(empty.url).pathname;
    await expect(startServerOn(url.href, folder)).rejects.toThrow();
    await empty.drop();
  }, 60_000);

  it.each([
    ['SUPERUSER', () => database.url, /SUPERUSER/],
    ['the owner', () => as(owner), /owner of/],
  ])('does not start a server that signs in as %s', async (_, url, message) => {
    await expect(startServerOn(url(), folder, { migrationsDatabaseUrl: as(owner) })).rejects.toThrow(message);
  });
});
