// Personal text stays where it belongs: not in what the server prints, and in no byte of its folder: events, write-ahead log, keys.
import { appendFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEmbeddedPostgres } from '@app/platform';
import pg from 'pg';
import { demoAddress, demoId } from '../apps/api/src/demo/data.js';
import { QUESTIONS } from '../apps/api/src/chase/figures.dto.js';
import { DEMO_USERS } from '../apps/api/src/demo/users.js';
import { arrive, day, done, newAction, newCase, newItem, newMeeting } from './support/flow.js';
import { searchFor } from './support/secrets.js';
import { spawnServer, type SpawnedServer } from './support/server.js';

const CPR = [
  '0102094241',
  '0202124242',
  '0302074243',
  '0402104244',
  '0502084245',
  '0602064246',
  '0702054247',
  '0802114248',
  '0902094249',
];
const SECRETS = [
  ...['KANARIE', 'Demo Ung', 'Testperson', 'Demo Gæst', 'Demo Mødeleder', '0102112299', '010211-2299'],
  // Addresses of staff are opened for the moment of sending.
  ...DEMO_USERS.map(({ userId }) => demoAddress(userId)),
  ...CPR.flatMap((cpr) => [cpr, `${cpr.slice(0, 6)}-${cpr.slice(6)}`]),
];

describe('the search for secrets', () => {
  const search = searchFor(SECRETS);
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'fremdrift-canary-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it.each<[string, (text: string) => Buffer | string]>([
    ['as it is', (text) => text],
    ['in base64', (text) => Buffer.from(text).toString('base64')],
    ['in base64, one byte later', (text) => Buffer.from(`x${text}`).toString('base64')],
    ['in base64, two bytes later', (text) => Buffer.from(`xx${text}`).toString('base64url')],
    ['in hex', (text) => Buffer.from(text).toString('hex')],
    ['in an address', (text) => encodeURIComponent(text)],
    ['in UTF-16', (text) => Buffer.from(text, 'utf16le')],
    ['in the middle of bytes', (text) => Buffer.concat([Buffer.alloc(70_000, 7), Buffer.from(text), Buffer.alloc(70_000, 9)])],
  ])('finds what was planted deep in a folder: %s', (_, write) => {
    const deep = join(folder, 'pg_wal', 'archive');
    mkdirSync(deep, { recursive: true });
    for (const secret of ['KANARIE-navn-01', 'Demo Gæst', '050208-4245']) {
      writeFileSync(join(deep, 'segment'), Buffer.alloc(1000));
      expect(search.inFolder(folder)).toEqual([]);
      appendFileSync(join(deep, 'segment'), write(secret));
      expect(search.inFolder(folder)).toHaveLength(1);
    }
    writeFileSync(join(deep, 'segment'), '');
  });
});

/** Every row of every table as text: in the files long values may be compressed. */
const dump = async (dir: string): Promise<string> => {
  const postgres = await startEmbeddedPostgres({ dir });
  const client = new pg.Client({ connectionString: postgres.url('postgres') });
  await client.connect();
  try {
    const { rows: tables } = await client.query<{ name: string }>(
      `select format('%I.%I', table_schema, table_name) as name from information_schema.tables
       where table_type = 'BASE TABLE' and table_schema not in ('pg_catalog', 'information_schema')`,
    );
    const texts: string[] = [];
    for (const { name } of tables) {
      const { rows } = await client.query<{ row: string }>(`select t::text as row from ${name} t`);
      texts.push(name, ...rows.map(({ row }) => row));
    }
    expect(texts).toEqual(expect.arrayContaining(['event_store.events', 'mail.outbox', 'mail_jobs.job', 'imports.ledger']));
    expect(texts.length).toBeGreaterThan(500);
    return texts.join('\n');
  } finally {
    await client.end();
    await postgres.stop();
  }
};

describe('a server that has read, written and failed', () => {
  let server: SpawnedServer;
  beforeAll(async () => {
    server = await spawnServer({ env: { LOG_LEVEL: 'debug' } });
  }, 120_000);
  afterAll(() => rmSync(server.dataFolder, { recursive: true, force: true }));

  const raw = async (path: string, body: string, headers: Record<string, string> = {}) =>
    (
      await fetch(`${server.url}${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${await server.token('coordinator')}`, ...headers },
        body,
      })
    ).text();

  it('has printed nothing personal, and left nothing personal on its disk', async () => {
    const search = searchFor(SECRETS);
    expect((await server.call(undefined, 'GET', '/health/ready')).status).toBe(200);
    // Everybody reads.
    const caseId = demoId('case 1');
    const paths = [
      ...[
        '/api/cases',
        `/api/cases/${caseId}`,
        `/api/cases/${caseId}/timeline`,
        `/api/cases/${caseId}/disclosures`,
        '/api/actions',
      ],
      ...['/api/meetings/next', '/api/users', '/api/sharing-log', '/api/access-log', `/api/persons/${demoId('person 1')}`],
    ];
    let seen = 0;
    await Promise.all(
      DEMO_USERS.map(async ({ user }) => {
        for (const path of paths) if (search.inText((await server.call(user, 'GET', path)).text).length > 0) seen++;
      }),
    );
    // The answers did hold what is looked for afterwards.
    expect(seen).toBeGreaterThan(40);

    // Several write.
    const mine = await newCase(server, { reason: 'KANARIE-grund-skrevet' });
    const path = `/api/cases/${mine.caseId}`;
    const disclosure = {
      category: 'crime',
      necessity: 'KANARIE-noedvendighed-skrevet for alle',
      content: 'KANARIE-oplysning-skrevet',
    };
    done(await server.call('police', 'POST', `${path}/disclosures`, { ...disclosure, toOrganisationIds: ['sof'] }));
    expect(
      (await server.call('police', 'POST', `${path}/disclosures`, { ...disclosure, toOrganisationIds: ['bif'] })).status,
    ).toBe(422);
    const investigation = { ...disclosure, purpose: 'investigation', toOrganisationIds: ['sof'] };
    expect((await server.call('police', 'POST', `${path}/disclosures`, investigation)).status).toBe(422);
    const actionId = await newAction(server, mine.caseId, { description: 'KANARIE-aftale-skrevet' });
    done(await server.call('SOF', 'POST', `${path}/actions/${actionId}/completion`, { outcome: 'KANARIE-udfald-skrevet' }));
    done(await server.call('SOF', 'POST', `/api/persons/${mine.personId}/corrections`, { address: 'KANARIE-adresse-skrevet' }));
    done(await server.call('BIF', 'POST', '/api/persons/look-up', { cpr: '010211-2299' }));
    for (const name of ['Testperson', 'KANARIE-navn', 'KANARIE-findesikke'])
      done(await server.call('SOF', 'POST', '/api/persons/searches', { name }));
    const other = await newCase(server);
    const merging = `/api/persons/${other.personId}`;
    const into = { intoPersonId: mine.personId, reason: 'KANARIE-sammenlægning-skrevet' };
    done(await server.call('coordinator', 'POST', `${merging}/merge`, into));
    done(await server.call('coordinator', 'GET', '/api/persons/duplicates'));
    done(await server.call('coordinator', 'POST', `${merging}/merge-undoing`, { reason: 'KANARIE-ophævelse-skrevet' }));
    done(await server.call('SOF', 'POST', `${path}/reports`, { report: 'KANARIE-forkert-skrevet' }));
    const timeline = await server.call<{ items: { eventId: string }[] }>('SOF', 'GET', `${path}/timeline?limit=1`);
    const withdrawal = { eventId: timeline.body.items[0]!.eventId, ground: 'KANARIE-tilbagetrækning-skrevet' };
    done(await server.call('SOF', 'POST', `${path}/withdrawals`, withdrawal));
    const recalled = { category: 'school', necessity: 'KANARIE-grundløs, men skrevet', content: 'KANARIE-tilbagekaldt-skrevet' };
    const { id } = done(await server.call('SOF', 'POST', `${path}/disclosures`, { ...recalled, toOrganisationIds: ['buf'] }));
    done(await server.call('BUF', 'POST', `${path}/reports`, { report: 'KANARIE-hviler-skrevet' }));
    done(await server.call('SOF', 'POST', `${path}/disclosures/${id}/recall`, { ground: 'KANARIE-tilbagekaldelse-skrevet' }));
    const recalls = done<{ items: { rests: { eventId: string }[] }[] }>(await server.call('coordinator', 'GET', '/api/recalls'));
    const looked = { eventId: recalls.items[0]!.rests[0]!.eventId, verdict: 'keep', reason: 'KANARIE-gennemgang-skrevet' };
    done(await server.call('coordinator', 'POST', `${path}/recalls/${id}/reviews`, looked));
    const informing = { ground: 'secrecy', reviewOn: day(30), reason: 'KANARIE-udskydelse-skrevet' };
    done(await server.call('coordinator', 'POST', `/api/persons/${mine.personId}/informing-postponement`, informing));
    const access = { personId: mine.personId, receivedOn: day() };
    const request = `/api/access-requests/${done(await server.call('coordinator', 'POST', '/api/access-requests', access)).id}`;
    const decision = { decision: 'approved', note: 'KANARIE-politinote-skrevet' };
    done(await server.call('police', 'POST', `${request}/police-contribution`, decision));
    const part = { partId: mine.caseId, ground: 'private-interests', reviewOn: day(30), reason: 'KANARIE-undtaget-skrevet' };
    done(await server.call('coordinator', 'POST', `${request}/withholdings`, part));
    const release = { note: 'KANARIE-frigivet-skrevet' };
    done(await server.call('coordinator', 'POST', `${request}/withholdings/${mine.caseId}/release`, release));
    const report = `${request}/reports/${done(await server.call('coordinator', 'POST', `${request}/reports`)).id}`;
    for (const { user } of DEMO_USERS)
      for (const path of [report, `${report}/pdf`, `${request}/draft`, `${request}/police-contribution`]) {
        const { status, text } = await server.call(user, 'GET', path);
        const allowed = path.endsWith('contribution') ? user === 'police' : ['coordinator', 'projectLead'].includes(user);
        expect([user, path, status]).toEqual([user, path, allowed ? 200 : 403]);
        if (!allowed) expect(search.inText(text)).toEqual([]);
        else if (path === report) expect(search.inText(text).length).toBeGreaterThan(0);
      }
    const meetingId = await newMeeting(server);
    const item = `/api/meetings/${meetingId}/items/${await newItem(server, meetingId, mine.caseId)}`;
    done(await server.call('coordinator', 'POST', `/api/meetings/${meetingId}/opening`));
    await arrive(server, meetingId, { guestName: 'Demo Gæst', organisationId: 'bif' });
    done(await server.call('coordinator', 'POST', `${item}/opening`));
    done(await server.call('coordinator', 'POST', `${item}/discussion`, { noNews: false, note: 'KANARIE-note-skrevet' }));
    const row = {
      name: 'Ung Testperson',
      cpr: '0102112299',
      area: 'Akacieparken',
      responsible: 'KANARIE-enhed',
      reason: 'KANARIE-række',
    };
    for (const responsible of ['KANARIE-enhed', 'BUF'])
      done(
        await server.call('coordinator', 'POST', '/api/imports/rows', {
          groupId: 'fremdriftsgruppen',
          dryRun: false,
          row: { ...row, responsible },
        }),
      );

    // And much goes wrong, with something personal in it every time.
    const answers = await Promise.all([
      raw('/api/persons', '{"name":"KANARIE-brudt'),
      raw('/api/persons', '{"__proto__":{"name":"KANARIE-proto"}}'),
      raw('/api/persons', 'KANARIE', { 'content-type': 'text/plain' }),
      raw('/api/persons', JSON.stringify({ name: 'KANARIE '.repeat(40_000) })),
      raw('/api/persons', JSON.stringify({ 'KANARIE-felt': 'KANARIE', 'Ung Testperson': 1, name: 1 })),
      raw('/api/persons', JSON.stringify({ name: 'KANARIE', cpr: 'KANARIE-cpr' })),
      raw('/api/persons/KANARIE-person/corrections', '{}'),
      raw('/api/persons/searches', JSON.stringify({ name: 'KANARIE '.repeat(40) })),
      raw('/api/persons/KANARIE-person/merge', JSON.stringify({ intoPersonId: 'KANARIE', reason: 'KANARIE' })),
      raw(`${path}/disclosures/KANARIE/recall`, JSON.stringify({ ground: 'KANARIE' })),
      raw(`${path}/withdrawals`, JSON.stringify({ eventId: 'KANARIE', ground: 'KANARIE' })),
      raw('/api/cases/%ZZKANARIE/reports', '{}'),
      raw(`/api/cases/${caseId}/reports?KANARIE-spørg=KANARIE`, '{"report":1}'),
      raw(`/api/cases/${caseId}/KANARIE`, '{}'),
      raw(`${path}/follow-ups`, JSON.stringify({ on: 'KANARIE-dato', note: 'KANARIE' })),
      raw(`${path}/closing`, JSON.stringify({ outcome: 'other', summary: 'KANARIE' }), { 'if-match': 'KANARIE' }),
      raw(`${path}/reports`, '{"report":"KANARIE"}', {
        'fremdrift-position': 'KANARIE',
        'idempotency-key': 'KANARIE-nøgle'.replace('ø', 'oe'),
      }),
      raw(`${path}/reports`, '{"report":"KANARIE igen"}', { 'idempotency-key': 'KANARIE-noegle' }),
      raw('/api/persons', '{}', { authorization: 'Bearer KANARIE.KANARIE.KANARIE' }),
      raw('/api/meetings', JSON.stringify({ groupId: 'kanarie', localDate: day(1), place: 'KANARIE' })),
      raw('/demo/token', JSON.stringify({ user: 'KANARIE' })),
    ]);
    // No key of a request in an error, and no value.
    for (const answer of answers) expect([answer, search.inText(answer)]).toEqual([answer, []]);

    // What leaves as a file, or by a calendar's address, and what anybody may read of the API.
    const between = `&groupId=fremdriftsgruppen&from=${day(-30)}&to=${day()}`;
    const { url } = done<{ url: string }>(await server.call('SOF', 'POST', '/api/me/calendar-feed'));
    const files = [
      ...QUESTIONS.flatMap((question) =>
        ['csv', 'json'].map((format) => `/api/chase/export?question=${question}&format=${format}${between}`),
      ),
      new URL(url).pathname,
    ];
    for (const file of files) {
      const { status, text } = await server.call('projectLead', 'GET', file);
      expect([file, status, search.inText(text)]).toEqual([file, 200, []]);
    }
    // Its examples are made up, and called so.
    const openapi = (await server.call(undefined, 'GET', '/api/openapi.json')).text.replaceAll(/Demo [UG]/g, '');
    expect(search.inText(openapi)).toEqual([]);

    // Mail goes out, to addresses that stand nowhere else, and holds nothing of this.
    done(await server.call('coordinator', 'POST', '/demo/clock', { days: 14 }));
    const { items } = (await server.call<{ items: { to: string[] }[] }>(undefined, 'GET', '/demo/mail/messages')).body;
    expect(items.length).toBeGreaterThan(10);
    expect(items.flatMap(({ to }) => to)).toContain(demoAddress('sof'));
    const contents = items.map(({ to: [address], ...mail }) => JSON.stringify(mail).replaceAll(address!, ''));
    for (const content of contents) expect(search.inText(content)).toEqual([]);

    expect(await server.end('SIGTERM')).toBe(0);
    expect(server.output()).toContain('"level"');
    expect(search.inText(server.output())).toEqual([]);
    expect(search.inFolder(server.dataFolder)).toEqual([]);
    expect(search.inText(await dump(join(server.dataFolder, 'postgres')))).toEqual([]);
  }, 120_000);
});
