// The chaser's figures over HTTP, and the files made of them.
import { parse } from 'csv-parse/sync';
import readXlsx from 'read-excel-file/node';
import { addDays } from '@app/platform';
import { DEMO_GROUP } from '../apps/api/src/demo/users.js';
import { accessLogOf, done, newAction, newCase } from './support/flow.js';
import { startTestServer, type TestServer } from './support/server.js';

/** A Tuesday. */
const TODAY = '2026-11-24';
let server: TestServer;
let caseId: string;
let actionId: string;
beforeAll(async () => {
  server = await startTestServer({ now: new Date(`${TODAY}T07:30:00.000Z`) });
  ({ caseId } = await newCase(server));
  actionId = await newAction(server, caseId, { deadline: addDays(TODAY, 1) });
  const moved = { to: addDays(TODAY, 2), ground: 'KANARIE-grund' };
  const etag = (await server.call('coordinator', 'GET', `/api/cases/${caseId}`)).headers.get('etag')!;
  done(
    await server.call('coordinator', 'POST', `/api/cases/${caseId}/actions/${actionId}/deadline`, moved, { 'if-match': etag }),
  );
  done(await server.call('projectLead', 'POST', `/api/actions/${actionId}/chases`, { note: 'KANARIE-rykker' }));
}, 60_000);
afterAll(() => server.stop());

interface List {
  readonly items: readonly Readonly<Record<string, unknown>>[];
}
const get = async (user: string, path: string) => done<List>(await server.call<List>(user, 'GET', `/api/chase/${path}`));
const file = async (query: string, user = 'projectLead') => {
  const token = await server.token(user);
  return fetch(`${server.url}/api/chase/export?${query}`, { headers: { authorization: `Bearer ${token}` } });
};

describe('the figures', () => {
  it('say what waits on whom, what I chased, what moved from meeting to meeting and how actions ended', async () => {
    const sof = (await get('projectLead', 'waiting')).items.find(
      ({ organisationId, userId }) => organisationId === 'sof' && !userId,
    );
    expect(sof).toMatchObject({ openActions: expect.any(Number) as number, unansweredChases: 1 });
    expect((await get('projectLead', 'chased-by-me')).items[0]).toMatchObject({ caseId, actionId, outcome: 'nothing' });
    expect((await get('coordinator', 'chased-by-me')).items).toEqual([]);
    done(await server.call('coordinator', 'POST', `/api/cases/${caseId}/actions/${actionId}/completion`, {}));
    expect((await get('projectLead', 'chased-by-me')).items[0]).toMatchObject({ outcome: 'completed', daysUntilEnd: 0 });
    const results = (await get('projectLead', `results?from=${TODAY}&to=${TODAY}`)).items;
    expect(results).toMatchObject([
      { organisationId: 'sof', completed: 1, onTime: 1, onFirstDeadline: 1, agreementToCompletion: 0 },
    ]);
    expect((await get('projectLead', `results?from=${addDays(TODAY, 1)}&to=${addDays(TODAY, 9)}`)).items).toEqual([]);
    const progress = (await get('projectLead', `progress?groupId=${DEMO_GROUP}`)).items;
    expect(progress).toMatchObject([
      { heldOn: '2026-11-17', casesDiscussed: 4 },
      { heldOn: '2026-10-27', actionsCompleted: 1 },
    ]);
    expect((await get('projectLead', 'progress?groupId=another')).items).toEqual([]);
    expect((await server.call('projectLead', 'GET', '/api/chase/results?from=2026-13-01&to=2026-12-01')).status).toBe(400);
  });
});

describe('a file of them', () => {
  it('is CSV that Danish Excel opens, with names of organisations and staff, and the ban on investigation in words', async () => {
    const answer = await file('question=most-moved&format=csv');
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toBe('text/csv; charset=utf-8');
    expect(answer.headers.get('content-disposition')).toBe(`attachment; filename="most-moved-${TODAY}.csv"`);
    const text = Buffer.from(await answer.arrayBuffer()).toString('utf8');
    expect(text.startsWith('\ufeffSagsnummer;Organisation;Medarbejder;')).toBe(true);
    const rows = parse(text, { bom: true, delimiter: ';', relax_column_count: true });
    expect(rows.at(-1)![0]).toContain('efterforskning');
    expect(text).not.toContain('KANARIE');
  });

  it('is XLSX or JSON, with headings in English where asked', async () => {
    const xlsx = await file('question=waiting&format=xlsx&language=en');
    const [sheet] = await readXlsx(Buffer.from(await xlsx.arrayBuffer()));
    expect(sheet!.data[0]!.slice(0, 3)).toEqual(['Organisation', 'Member of staff', 'Open actions']);
    const json = (await (await file('question=overdue&format=json')).json()) as List & { note: string };
    expect(json.note).toContain('§ 115');
    expect(json.items.length).toBeGreaterThan(0);
  });

  it('is logged as an export before it leaves, when cases are in it', async () => {
    await file('question=chased-by-me&format=csv');
    await file('question=overdue&format=csv');
    const exported = (await accessLogOf(server, 'project-lead')).filter(({ type }) => type === 'PersonalDataExported');
    expect(exported.map(({ data }) => data['purpose'])).toContain('export.chased-by-me');
    expect(exported.map(({ data }) => data['purpose'])).not.toContain('export.overdue');
    expect(exported.at(-1)!.data['caseIds']).toContain(caseId);
  });

  it('says what is missing from the question', async () => {
    const errors = async (query: string) => ((await (await file(query)).json()) as { errors: string[] }).errors.join();
    expect(await errors('question=progress&format=csv')).toBe('groupId is needed for progress');
    expect(await errors('question=results&format=csv')).toBe('from and to are needed for results');
    expect(await errors('question=overdue&format=pdf')).toContain('format');
    expect((await file('question=overdue&format=csv', 'partner')).status).toBe(403);
  });
});
