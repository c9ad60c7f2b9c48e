// After something went wrong: who could have seen what, from when to when and why, and who did look.
import { day, done, newCase } from './support/flow.js';
import { startTestServer, type TestServer } from './support/server.js';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ now: new Date(Date.now() - 20 * 86_400_000) });
}, 60_000);
afterAll(() => server.stop());

interface Could {
  readonly caseId: string;
  readonly userId: string;
  readonly role: string;
  readonly through: string;
  readonly policies: string[];
  readonly from: string;
  readonly to: string;
}
interface Breach {
  readonly from: string;
  readonly to: string;
  readonly couldSee: Could[];
  readonly didLook: { readonly userId: string; readonly type: string; readonly purpose: string; readonly caseIds: string[] }[];
}
const breach = async (query: string, user = 'auditor'): Promise<Breach> =>
  done<Breach>(await server.call(user, 'GET', `/api/breach-report?from=${day(-30)}&to=${day()}&${query}`));
const at = async (query: string) =>
  done<{ couldSee: Could[] }>(await server.call('auditor', 'GET', `/api/access-at?${query}`)).couldSee;
const call = async (user: string, method: string, path: string, body?: unknown) =>
  done(await server.call(user, method, path, body));
const days = (count: number) => call('administrator', 'POST', '/demo/clock', { days: count });
const who = (could: readonly Could[]) => [...new Set(could.map(({ userId }) => userId))].sort();

it('tells who could open a case as things changed, why, and who did', async () => {
  const mine = await newCase(server, { organisationIds: ['hotspotsekretariatet', 'sof', 'buf'] });
  const path = `/api/cases/${mine.caseId}`;
  await call('SOF', 'GET', path);
  await server.call('BIF', 'GET', path);
  await days(5);
  // Somebody is excluded, an organisation leaves, another joins, a role changes, somebody leaves, a deputy stands in.
  await call('coordinator', 'POST', `${path}/exclusions`, { userId: 'project-lead', ground: 'HEMMELIG-fætter' });
  await call('coordinator', 'DELETE', `${path}/organisations/buf`);
  await call('coordinator', 'PUT', `${path}/organisations/jobcenter`);
  const enrol = { organisationId: 'sof', role: 'participant', subject: 'en-ny', name: 'Ny Medarbejder' };
  const deputy = (await call('administrator', 'POST', '/api/users', enrol)).id;
  await call('administrator', 'PUT', '/api/groups/fremdriftsgruppen/members/sof/deputy', { deputyUserId: deputy });
  await days(5);
  await call('administrator', 'PUT', '/api/users/hotspot-chief/role', { role: 'steeringMember' });
  await days(10);

  const { couldSee, didLook } = await breach(`caseId=${mine.caseId}`);
  const of = (userId: string) => couldSee.filter((could) => could.userId === userId);
  const onDay = (instant: string) => Math.round((Date.parse(instant) - Date.now()) / 86_400_000) + 0;
  const spans = (userId: string) => of(userId).map(({ from, to }) => [onDay(from), onDay(to)]);
  expect(spans('coordinator')).toEqual([[-20, 0]]);
  expect(spans('sof')).toEqual([[-20, 0]]);
  expect(spans('project-lead')).toEqual([[-20, -15]]);
  expect(spans('buf')).toEqual([[-20, -15]]);
  expect(spans('jobcenter')).toEqual([[-15, 0]]);
  expect(spans(deputy)).toEqual([[-15, 0]]);
  expect(spans('hotspot-chief')).toEqual([[-20, -10]]);
  for (const nobody of ['bif', 'police', 'auditor', 'administrator', 'partner']) expect(of(nobody)).toEqual([]);
  expect(of('coordinator')[0]).toMatchObject({ role: 'coordinator', through: 'member', policies: ['case.lead'] });
  expect(of(deputy)[0]).toMatchObject({ role: 'participant', through: 'deputy', policies: ['case.participant'] });
  expect(didLook.filter(({ userId }) => userId === 'sof')).toMatchObject([{ type: 'PersonalDataShown', purpose: 'case.read' }]);
  expect(didLook.filter(({ userId }) => userId === 'bif')).toMatchObject([{ type: 'AccessRefused' }]);

  // The same computation, for a day.
  const first = await at(`caseId=${mine.caseId}&on=${day(-20)}`);
  expect(who(first)).toEqual(['buf', 'coordinator', 'hotspot-chief', 'project-lead', 'sof']);
  const today = who(await at(`personId=${mine.personId}&on=${day()}`));
  expect(today).toEqual(['coordinator', 'jobcenter', 'sof', deputy].sort());

  // Of an organisation, and of a user.
  const jobcenter = await breach('organisationId=jobcenter');
  expect(who(jobcenter.couldSee)).toEqual(['jobcenter']);
  expect(jobcenter.couldSee.map(({ caseId }) => caseId)).toContain(mine.caseId);
  const buf = await breach('userId=buf');
  expect(buf.couldSee.filter(({ caseId }) => caseId === mine.caseId)).toHaveLength(1);
  expect(buf.didLook.every(({ userId }) => userId === 'buf')).toBe(true);

  // By pseudonym, whoever asks.
  for (const user of ['auditor', 'externalAuditor'])
    expect(JSON.stringify(await breach(`caseId=${mine.caseId}`, user))).not.toMatch(/Testperson|HEMMELIG|Demo /);
}, 30_000);

it('is for auditors, and asks for one thing between two days', async () => {
  const query = `from=${day(-1)}&to=${day()}`;
  for (const user of ['coordinator', 'SOF', 'police', 'partner', 'administrator', 'steeringMember'])
    for (const path of [`/api/breach-report?${query}&userId=sof`, `/api/access-at?on=${day()}&caseId=x`])
      expect((await server.call(user, 'GET', path)).status).toBe(403);
  const status = async (path: string) => (await server.call('auditor', 'GET', path)).status;
  expect(await status(`/api/breach-report?${query}`)).toBe(400);
  expect(await status(`/api/breach-report?${query}&userId=sof&organisationId=sof`)).toBe(400);
  expect(await status(`/api/breach-report?from=${day()}&to=${day(-1)}&userId=sof`)).toBe(400);
  expect(await status(`/api/breach-report?${query}&userId=nobody`)).toBe(404);
  expect(await status(`/api/breach-report?${query}&caseId=nothing`)).toBe(404);
  expect(await status(`/api/access-at?on=${day()}`)).toBe(400);
  expect(await status(`/api/access-at?on=${day()}&personId=nobody`)).toBe(404);
});

it('knows a deputy no longer from the moment on at which it was recorded that who they stand in for has left', async () => {
  const { caseId } = await newCase(server, { organisationIds: ['hotspotsekretariatet', 'sof'] });
  const enrol = { organisationId: 'sof', role: 'participant', subject: 'en-vikar', name: 'Ny Vikar' };
  const deputy = (await call('administrator', 'POST', '/api/users', enrol)).id;
  await call('administrator', 'PUT', '/api/groups/fremdriftsgruppen/members/sof/deputy', { deputyUserId: deputy });
  await days(2);
  await call('administrator', 'POST', '/api/users/sof/leaving', { on: day() });
  await days(2);
  // Until then, also on that day, they could.
  expect(who(await at(`caseId=${caseId}&on=${day(2)}`))).toEqual(expect.arrayContaining(['sof', deputy]));
  const after = who(await at(`caseId=${caseId}&on=${day(3)}`));
  for (const gone of ['sof', deputy]) expect(after).not.toContain(gone);
  expect(after).toContain('coordinator');
});
