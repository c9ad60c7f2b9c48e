// Rule 9 over HTTP: what is shown was logged before a byte left; when it cannot be logged, or a key is out of reach, nothing is shown.
import { jest } from '@jest/globals';
import { UnavailableError } from '@app/event-store';
import { KeyStoreUnavailableError } from '@app/personal-data';
import { demoId } from '../apps/api/src/demo/data.js';
import { accessLogOf, done, newCase } from './support/flow.js';
import { searchFor } from './support/secrets.js';
import { startTestServer, type TestServer } from './support/server.js';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
}, 60_000);
afterAll(() => server.stop());
afterEach(() => jest.restoreAllMocks());

const CASE = demoId('case 1');
/** What shows personal data, as the coordinator reads it. */
const SHOWN: [path: string, purpose: string][] = [
  ['/api/cases?limit=5', 'cases.list'],
  [`/api/cases/${CASE}`, 'case.read'],
  [`/api/cases/${CASE}/timeline`, 'case.timeline'],
  [`/api/cases/${CASE}/disclosures`, 'case.disclosures'],
  ['/api/actions?limit=5', 'actions.list'],
  ['/api/meetings/next', 'meeting.read'],
  [`/api/persons/${demoId('person 1')}`, 'person.read'],
];
const personal = searchFor(['KANARIE', 'Demo Ung', '0102094241']);
const read = (path: string) => server.call<{ items?: { caseId: string }[] }>('projectLead', 'GET', path);
const logged = () => accessLogOf(server, 'project-lead');

describe('the access log', () => {
  it('has one entry an answer, with purpose, cases, classes and policies, committed before the answer', async () => {
    const { store } = server.ports;
    const append = store.append.bind(store);
    for (const [path, purpose] of SHOWN) {
      const before = (await logged()).length;
      // The append is let through when the test says so: until then there is no answer.
      let commit = () => {};
      const gate = new Promise<void>((resolve) => (commit = resolve));
      let asked = () => {};
      const waiting = new Promise<void>((resolve) => (asked = resolve));
      jest.spyOn(store, 'append').mockImplementation(async (stream, ...rest) => {
        if (stream.startsWith('access-')) {
          asked();
          await gate;
        }
        return append(stream, ...rest);
      });
      let answered = false;
      const answer = read(path).finally(() => (answered = true));
      if (purpose !== 'meeting.read') {
        await waiting;
        expect([path, answered]).toEqual([path, false]);
      }
      commit();
      const { status, body } = await answer;
      jest.restoreAllMocks();
      const entries = (await logged()).slice(before);
      if (purpose === 'meeting.read') continue; // The next meeting has not opened: no item is on record yet, so no case.
      expect([path, status, entries.length]).toEqual([path, 200, 1]);
      expect(entries[0]).toMatchObject({ type: 'PersonalDataShown', data: { purpose, userId: 'project-lead' } });
      const { caseIds, personIds, fieldClasses, policies } = entries[0]!.data as Record<string, string[]>;
      const shown = body.items?.map((item) => item.caseId).filter((id) => id !== undefined) ?? [];
      expect(caseIds).toEqual(expect.arrayContaining([...new Set(shown)]));
      expect([caseIds!.length + personIds!.length, fieldClasses!.length, policies!.length].every((n) => n > 0)).toBe(true);
    }
  });

  it('has every refusal: of a role, and of one case', async () => {
    const hidden = demoId('case 5');
    for (const [user, userId, path, data] of [
      ['partner', 'partner', '/api/cases', { action: 'listCases', caseIds: [] }],
      ['administrator', 'administrator', `/api/cases/${CASE}`, { action: 'readCase', caseIds: [] }],
      ['BIF', 'bif', `/api/cases/${hidden}`, { action: 'readCase', caseIds: [hidden] }],
      ['BIF', 'bif', `/api/cases/${hidden}/timeline`, { action: 'readCase', caseIds: [hidden] }],
    ] as const) {
      const before = (await accessLogOf(server, userId)).length;
      expect([403, 404]).toContain((await server.call(user, 'GET', path)).status);
      const entries = (await accessLogOf(server, userId)).slice(before);
      expect(entries).toMatchObject([{ type: 'AccessRefused', data: { userId, ...data } }]);
    }
  });

  it('is not written twice for a change, which is an event already, nor for what holds nobody', async () => {
    const { caseId } = await newCase(server);
    const before = (await logged()).length;
    done(await server.call('projectLead', 'POST', `/api/cases/${caseId}/reports`, { report: 'Har talt med den unge' }));
    for (const path of ['/api/me', '/api/areas', '/api/organisations', '/api/users', '/api/meetings']) await read(path);
    expect((await logged()).length).toBe(before);
  });

  it('is read by auditors, with persons by pseudonym', async () => {
    await read(`/api/cases/${CASE}`);
    const { body, text } = await server.call<{ items: object[] }>(
      'externalAuditor',
      'GET',
      `/api/access-log?userId=project-lead&caseId=${CASE}&limit=1`,
    );
    expect(body.items).toMatchObject([
      { type: 'PersonalDataShown', purpose: 'case.read', userId: 'project-lead', policies: ['case.lead', 'text.lead'] },
    ]);
    expect(personal.inText(text)).toEqual([]);
  });

  it.each<[string, () => Promise<never>]>([
    ['says no', () => Promise.reject(new UnavailableError('down'))],
    ['breaks', () => Promise.reject(new Error('KANARIE in an error'))],
    ['never answers', () => new Promise<never>(() => undefined)],
  ])('shows nothing when the store %s', async (_, fault) => {
    const { store } = server.ports;
    const append = store.append.bind(store);
    jest
      .spyOn(store, 'append')
      .mockImplementation((stream, ...rest) => (stream.startsWith('access-') ? fault() : append(stream, ...rest)));
    const paths = SHOWN.filter(([, purpose]) => purpose !== 'meeting.read').map(([path]) => path);
    const asked = [
      ...paths.map((path) => read(path)),
      server.call('projectLead', 'POST', '/api/persons/look-up', { cpr: '010209-4241' }),
      // A refusal that cannot be logged is none either.
      server.call('partner', 'GET', '/api/cases'),
      server.call('BIF', 'GET', `/api/cases/${demoId('case 5')}`),
    ];
    for (const { status, text, headers } of await Promise.all(asked)) {
      expect([status, headers.get('content-type')]).toEqual([503, 'application/problem+json; charset=utf-8']);
      expect(personal.inText(`${text}${JSON.stringify([...headers])}`)).toEqual([]);
    }
    jest.restoreAllMocks();
    expect((await read(`/api/cases/${CASE}`)).status).toBe(200);
  });
});

describe('the key store', () => {
  it('out of reach means 503 for what needs a key, and nothing half done', async () => {
    const { keys, store } = server.ports;
    const down = () => Promise.reject(new KeyStoreUnavailableError('the key store is down'));
    const { caseId } = await newCase(server);
    jest.spyOn(keys, 'find').mockImplementation(down);
    jest.spyOn(keys, 'keyFor').mockImplementation(down);
    jest.spyOn(keys, 'named').mockImplementation(down);
    const before = await store.head();
    const asked = [
      ...SHOWN.filter(([, purpose]) => purpose !== 'meeting.read').map(([path]) => read(path)),
      server.call('coordinator', 'POST', `/api/cases/${caseId}/reports`, { report: 'Har talt med den unge' }),
      server.call('coordinator', 'POST', '/api/persons', { name: 'Ung Testperson' }),
      server.call('coordinator', 'POST', '/api/persons/look-up', { cpr: '010209-4241' }),
      server.call('SOF', 'POST', `/api/cases/${caseId}/disclosures`, {
        ...{
          category: 'school',
          necessity: 'Skolen skal kende det for at hjælpe',
          content: 'Indhold',
          toOrganisationIds: ['bif'],
        },
      }),
    ];
    for (const { status, text } of await Promise.all(asked)) {
      expect(status).toBe(503);
      expect(personal.inText(text)).toEqual([]);
    }
    expect((await server.call(undefined, 'GET', '/health/ready')).status).toBe(503);
    // What needs no key goes on.
    expect((await server.call('coordinator', 'GET', '/api/me')).status).toBe(200);
    jest.restoreAllMocks();
    expect((await store.readAll(before, { limit: 100 })).events.map(({ type }) => type)).toEqual([]);
    expect((await read(`/api/cases/${CASE}`)).text).toContain('KANARIE');
  });
});
