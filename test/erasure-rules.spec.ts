// What an erasure must not let slip: the number somebody searched for, what was written after it was approved, who decides and sees.
import { START } from '@app/event-store';
import { addDays } from '@app/platform';
import { DEMO_GROUP } from '../apps/api/src/demo/users.js';
import { done, newCase, newCpr, type Receipt } from './support/flow.js';
import { startTestServer, type TestServer } from './support/server.js';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
}, 60_000);
afterAll(() => server.stop());

const get = async <T>(user: string, path: string): Promise<T> => done<T>(await server.call(user, 'GET', path));
const post = async (user: string, path: string, body: object = {}, headers?: Record<string, string>): Promise<Receipt> =>
  done(await server.call(user, 'POST', path, body, headers));
const statusOf = async (user: string, method: 'GET' | 'POST' | 'DELETE', path: string, body?: object): Promise<number> =>
  (await server.call(user, method, path, body)).status;
const advance = (days: number) => post('administrator', '/demo/clock', { days });
const erasure = (id: string) =>
  get<{ status: string; waitsFor: string[]; authorities: string[]; withdrawn?: { cause: string } }>(
    'coordinator',
    `/api/erasures/${id}`,
  );
const close = async (caseId: string) => {
  const { revision } = await get<{ revision: number }>('coordinator', `/api/cases/${caseId}`);
  await post(
    'coordinator',
    `/api/cases/${caseId}/closing`,
    { outcome: 'goal-reached', summary: 'resume' },
    { 'if-match': `"${revision}"` },
  );
};
const archive = (id: string) =>
  post('coordinator', `/api/erasures/${id}/archiving`, { outcome: 'not-required', ground: 'disposal-rules' });
const NECESSITY = 'SOF skal vide det for at kunne hjælpe den unge videre i hverdagen.';

/** What the access log's searches open to, with today's keys. */
const criteria = async (): Promise<(string | undefined)[]> => {
  const { events } = await server.ports.store.readAll(START, {
    filter: { streamPrefixes: ['access-'], types: ['PersonalDataSearched'] },
    limit: 1_000_000,
  });
  return Promise.all(
    events.map(({ id, data }) => {
      const { subject, text } = data as { subject: { id: string }; text: { criterion: never } };
      return server.ports.vault.open(id, subject.id, 901, text.criterion);
    }),
  );
};

it('erases the CPR number from the access log with the person it found', async () => {
  const cpr = newCpr();
  const { id: personId } = await post('coordinator', '/api/persons', { name: 'Ung Testperson', cpr });
  const { id: caseId } = await post('coordinator', '/api/cases', {
    ...{ personId, groupId: DEMO_GROUP, areaId: 'akacieparken', responsibleOrganisationId: 'sof', open: true },
  });
  await post('coordinator', '/api/persons/look-up', { cpr });
  expect((await criteria()).filter((text) => text === cpr)).toHaveLength(2);
  await close(caseId);
  const { id } = await post('coordinator', '/api/erasures', { personId, ground: 'objection', reason: 'bedt om det' });
  await post('projectLead', `/api/erasures/${id}/approvals`);
  await archive(id);
  await advance(8);
  expect((await erasure(id)).status).toBe('erased');
  expect(await criteria()).not.toContain(cpr);
}, 60_000);

it('takes an approval back when the case was worked on again afterwards', async () => {
  const { personId, caseId } = await newCase(server, { reason: 'grund' });
  await close(caseId);
  await advance(5 * 365 + 3);
  const { id } = await post('coordinator', '/api/erasures', { personId, caseId, ground: 'retention' });
  await post('projectLead', `/api/erasures/${id}/approvals`);
  await advance(8);
  expect((await erasure(id)).waitsFor).toEqual(['archiving']);
  await post('coordinator', `/api/cases/${caseId}/reopening`, { ground: 'Ny bekymring' });
  await advance(30);
  await close(caseId);
  await archive(id);
  await advance(0);
  await server.readModels.reach(await server.ports.store.head());
  expect(await erasure(id)).toMatchObject({ status: 'withdrawn', withdrawn: { cause: 'case-not-ended' } });
  expect((await get<{ reason: string }>('coordinator', `/api/cases/${caseId}`)).reason).toBe('grund');
}, 60_000);

it('asks the police also after they left the case', async () => {
  const { personId, caseId } = await newCase(server, { reason: 'grund' });
  const shared = { category: 'crime', toOrganisationIds: ['sof'], content: 'oplysning', necessity: NECESSITY };
  await post('police', `/api/cases/${caseId}/disclosures`, shared);
  expect(await statusOf('coordinator', 'DELETE', `/api/cases/${caseId}/organisations/politi`)).toBe(200);
  await close(caseId);
  const { id } = await post('coordinator', '/api/erasures', { personId, caseId, ground: 'unlawful', reason: 'fejl' });
  await post('projectLead', `/api/erasures/${id}/approvals`);
  expect((await erasure(id)).authorities).toHaveLength(2);
  expect(await statusOf('police', 'GET', `/api/cases/${caseId}`)).toBe(404);
  expect(await statusOf('police', 'POST', `/api/erasures/${id}/approvals`)).toBe(200);
  expect((await erasure(id)).status).toBe('approved');
}, 60_000);

it('names in a certificate only the cases its reader may know of', async () => {
  const { personId, caseId } = await newCase(server, { reason: 'grund', organisationIds: ['sof', 'politi'] });
  const { id: other } = await post('coordinator', '/api/cases', {
    ...{ personId, groupId: DEMO_GROUP, areaId: 'akacieparken', responsibleOrganisationId: 'buf' },
    ...{ organisationIds: ['buf'], open: true, reason: 'andet' },
  });
  const shared = { category: 'crime', toOrganisationIds: ['sof'], content: 'oplysning', necessity: NECESSITY };
  await post('police', `/api/cases/${caseId}/disclosures`, shared);
  await close(caseId);
  await close(other);
  const { id } = await post('coordinator', '/api/erasures', { personId, ground: 'unlawful', reason: 'fejl' });
  await post('projectLead', `/api/erasures/${id}/approvals`);
  await post('police', `/api/erasures/${id}/approvals`);
  await archive(id);
  await advance(8);
  const streams = async (user: string) =>
    (await get<{ affected: { stream: string }[] }>(user, `/api/erasures/${id}/certificate`)).affected.map(({ stream }) => stream);
  expect(await streams('police')).toEqual([`person-${personId}`, `case-${caseId}`]);
  expect(await streams('coordinator')).toEqual(expect.arrayContaining([`case-${caseId}`, `case-${other}`]));
}, 60_000);

it('lets nobody decide who is excluded from one of the cases', async () => {
  const { personId, caseId } = await newCase(server, { reason: 'grund' });
  const { id: other } = await post('coordinator', '/api/cases', {
    ...{ personId, groupId: DEMO_GROUP, areaId: 'akacieparken', responsibleOrganisationId: 'buf', open: true },
  });
  await post('coordinator', `/api/cases/${other}/exclusions`, { userId: 'project-lead', ground: 'Familie' });
  await close(caseId);
  await close(other);
  const proposal = { personId, ground: 'unlawful', reason: 'fejl' };
  expect(await statusOf('projectLead', 'POST', '/api/erasures', proposal)).toBe(404);
  const reviewOn = addDays((await get<{ today: string }>('coordinator', '/api/me')).today, 30);
  expect(await statusOf('projectLead', 'POST', '/api/legal-holds', { personId, ground: 'complaint', reviewOn })).toBe(404);
  const { id } = await post('coordinator', '/api/erasures', proposal);
  expect(await statusOf('projectLead', 'POST', `/api/erasures/${id}/approvals`)).toBe(404);
  expect((await erasure(id)).status).toBe('proposed');
}, 60_000);
