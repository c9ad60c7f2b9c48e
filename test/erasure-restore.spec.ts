// Backups do not bring back what is erased: an older key store is cleared before it serves, and an older database stays unreadable.
import { mkdtempSync, rmSync } from 'node:fs';
import { randomUUID } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  backupKeys,
  backupPostgresKeys,
  loadMasterKey,
  openKeyStore,
  restoreKeys,
  restorePostgresKeys,
} from '@app/personal-data';
import { createTestDatabase, type TestDatabase } from '@app/testing';
import pg from 'pg';
import { done, newCpr, types, type Receipt } from './support/flow.js';
import { searchFor } from './support/secrets.js';
import { startServerOn, temporaryFolder, type TestServer } from './support/server.js';

let database: TestDatabase;
let dataFolder: string;
let backups: string;
let server: TestServer | undefined;
/** Where the keys are, when not in the data folder. */
let keysDatabase: TestDatabase | undefined;
const start = async () => {
  server = await startServerOn(database.url, dataFolder, keysDatabase && { keysDatabaseUrl: keysDatabase.url });
};

beforeEach(async () => {
  database = await createTestDatabase();
  dataFolder = temporaryFolder();
  backups = mkdtempSync(join(tmpdir(), 'fremdrift-backups-'));
  await start();
}, 60_000);
afterEach(async () => {
  await server?.stop();
  await database.drop();
  await keysDatabase?.drop();
  keysDatabase = undefined;
  for (const folder of [dataFolder, backups]) rmSync(folder, { recursive: true, force: true });
}, 60_000);

const keyFolder = () => join(dataFolder, 'keys');
const masterKey = () => loadMasterKey({ file: join(dataFolder, 'master.key') });
const post = async (path: string, body: object = {}, user = 'coordinator', headers?: Record<string, string>): Promise<Receipt> =>
  done(await server!.call(user, 'POST', path, body, headers));
const stop = async () => {
  await server!.stop();
  server = undefined;
};

/** A person with a closed case. */
const someone = async () => {
  const cpr = newCpr();
  const word = `KANARIE-${randomUUID()}`;
  const { id: personId } = await post('/api/persons', { name: `${word}-navn`, cpr });
  const referral = {
    personId,
    groupId: 'fremdriftsgruppen',
    areaId: 'akacieparken',
    responsibleOrganisationId: 'sof',
    open: true,
  };
  const { id: caseId, revision } = await post('/api/cases', { ...referral, reason: `${word}-grund` });
  await post(`/api/cases/${caseId}/closing`, { outcome: 'other' }, 'coordinator', { 'if-match': `"${revision}"` });
  return { personId, caseId, cpr, secrets: searchFor([`${word}-navn`, `${word}-grund`, cpr]) };
};
/** @returns ids of the destroyed keys */
const erase = async (personId: string): Promise<string[]> => {
  const { id } = await post('/api/erasures', { personId, ground: 'objection', reason: 'Bedt om det' });
  await post(`/api/erasures/${id}/approvals`, {}, 'projectLead');
  await post(`/api/erasures/${id}/archiving`, { outcome: 'not-required', ground: 'disposal-rules' });
  await post('/demo/clock', { days: 7 });
  return done<{ keys: string[] }>(await server!.call('auditor', 'GET', `/api/erasures/${id}/certificate`)).keys;
};
/** Everything the coordinator sees of them; and whether the CPR number finds anybody. */
const seen = async ({ personId, caseId, cpr, secrets }: Awaited<ReturnType<typeof someone>>) => {
  const paths = [`/api/persons/${personId}`, `/api/cases/${caseId}`, `/api/cases/${caseId}/timeline`, '/api/cases?limit=200'];
  const answers = await Promise.all(paths.map((path) => server!.call('coordinator', 'GET', path)));
  const found = answers.flatMap(({ text }) => secrets.inText(text));
  const lookUp = await server!.call<{ found: boolean }>('coordinator', 'POST', '/api/persons/look-up', { cpr });
  return { statuses: answers.map(({ status }) => status), found: [...new Set(found)].length, lookUp: lookUp.body.found };
};
const SHOWN = { statuses: [200, 200, 200, 200], found: 3, lookUp: true };
const ERASED = { statuses: [200, 200, 200, 200], found: 0, lookUp: false };

const sql = async (...statements: string[]) => {
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  try {
    for (const statement of statements) await client.query(statement);
  } finally {
    await client.end();
  }
};
const live = async (keyIds: readonly string[]) => {
  const keys = await openKeyStore({ folder: keyFolder(), url: keysDatabase?.url, masterKey: await masterKey() });
  const found = await Promise.all(keyIds.map((keyId) => keys.find(keyId)));
  await keys.close();
  return found.filter((key) => key !== undefined).length;
};

/** The state in which an operator leaves it who has restored yesterday's keys. */
const withOlderKeys = async () => {
  const person = await someone();
  const other = await someone();
  const backup = join(backups, 'keys.bak');
  await (keysDatabase ? backupPostgresKeys(keysDatabase.url, backup) : backupKeys(keyFolder(), backup));
  expect(await seen(person)).toEqual(SHOWN);
  const keys = await erase(person.personId);
  expect(await seen(person)).toEqual(ERASED);
  const later = await someone();
  const gone = await erase(later.personId); // of whom the backup knows nothing
  await stop();
  const options = { masterKey: await masterKey() };
  if (keysDatabase) {
    await keysDatabase.drop();
    keysDatabase = await createTestDatabase();
    await restorePostgresKeys(backup, keysDatabase.url, options);
  } else {
    rmSync(keyFolder(), { recursive: true });
    await restoreKeys(backup, keyFolder(), options);
  }
  expect(await live(keys)).toBe(2);
  return { person, other, later, keys: [...keys, ...gone] };
};

const REBUILD = `do $$ declare t text; begin
  for t in select format('%I.%I', schemaname, tablename) from pg_tables
    where schemaname in ('read_models', 'read_models_personal') and tablename <> 'checkpoint' loop
    execute 'truncate ' || t;
  end loop;
  update read_models.checkpoint set position = '', registry_position = '';
end $$`;

describe('an older key store, restored', () => {
  it.each([
    ['with the read models as they are', []],
    ['with read models that are made anew, and open every CPR number for it', [REBUILD]],
    [
      'with a stream that is parked, and no row of it',
      [
        `insert into read_models.parked_streams (stream, position, event_id, type, reason)
         select stream, position::text, id::text, type, 'test' from event_store.events where type = 'ErasureStarted'`,
        'delete from read_models_personal.erasures',
      ],
    ],
  ])(
    'is cleared of what was erased before anything is served: %s',
    async (_, harm) => {
      const { person, other, keys } = await withOlderKeys();
      await sql(...harm);
      await start();
      expect(await seen(person)).toEqual(ERASED);
      expect((await seen(other)).lookUp).toBe(true); // who is not erased is there
      await stop();
      expect(await live(keys)).toBe(0);
    },
    60_000,
  );

  it('is cleared where keys are in a PostgreSQL of their own', async () => {
    await stop();
    await database.drop();
    [database, keysDatabase] = [await createTestDatabase(), await createTestDatabase()];
    await start();
    const { person, other, keys } = await withOlderKeys();
    await start();
    expect(await seen(person)).toEqual(ERASED);
    expect((await seen(other)).lookUp).toBe(true);
    await stop();
    expect(await live(keys)).toBe(0);
  }, 60_000);

  it('serves nobody when the erasures cannot be read', async () => {
    await withOlderKeys();
    await sql('drop table read_models_personal.erasures cascade');
    await expect(start()).rejects.toThrow();
  }, 60_000);
});

describe('an older database, restored', () => {
  it('stays unreadable with the keys of today: shown as gone, never an error', async () => {
    const person = await someone();
    const other = await someone();
    await stop();
    const older = await createTestDatabase(database.url);
    try {
      await start();
      await erase(person.personId);
      await stop();
      server = await startServerOn(older.url, dataFolder);
      // Its log knows nothing of the erasure.
      expect(await types(server, `person-${person.personId}`)).toEqual(['PersonRegistered']);
      expect(await seen(person)).toEqual(ERASED);
      expect((await seen(other)).lookUp).toBe(true);
      expect((await server.call('coordinator', 'GET', `/api/cases/${person.caseId}`)).body).toMatchObject({ reason: null });
      // Nothing is written on about them either.
      const reopening = await server.call<{ rule: string }>('coordinator', 'POST', `/api/cases/${person.caseId}/reopening`, {
        ground: 'Ny bekymring',
      });
      expect(reopening.body.rule).toBe('erased');
      expect((await post('/api/persons', { name: 'Ung Testperson', cpr: person.cpr })).id).not.toBe(person.personId);
      await stop();
    } finally {
      await older.drop();
    }
  }, 60_000);
});
