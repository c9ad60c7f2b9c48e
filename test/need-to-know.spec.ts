// Ways around the need to know, each tried: a new case, a log, a list, a header, an id that is none.
import { DEMO_GROUP } from '../apps/api/src/demo/users.js';
import { accessLogOf, arrive, day, done, events, newCase, newCpr, newItem, newMeeting } from './support/flow.js';
import { startTestServer, type TestServer } from './support/server.js';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
}, 60_000);
afterAll(() => server.stop());

const refer = (user: string, personId: string, organisationIds?: readonly string[]) =>
  server.call(user, 'POST', '/api/cases', {
    ...{ personId, groupId: DEMO_GROUP, areaId: 'akacieparken', responsibleOrganisationId: 'sof' },
    ...(organisationIds && { organisationIds }),
  });
const exclude = async (caseId: string, userId: string) =>
  done(
    await server.call('hotspotChief', 'POST', `/api/cases/${caseId}/exclusions`, { userId, ground: 'I familie med den unge' }),
  );

describe('a new case about the same person', () => {
  it('is refused to who is excluded from an earlier one', async () => {
    const { caseId, personId } = await newCase(server);
    await exclude(caseId, 'sof');
    expect((await refer('SOF', personId)).status).toBe(404);
    expect((await refer('BUF', personId)).status).toBe(201);
  });

  it('is refused to a participant who has no part in the cases there are, and possible where there are none', async () => {
    const organisationIds = ['hotspotsekretariatet', 'sof', 'politi'];
    const { personId } = await newCase(server, { organisationIds });
    expect((await refer('BUF', personId)).status).toBe(404);
    expect((await refer('projectLead', personId)).status).toBe(201);
    const { id } = done(await server.call('BUF', 'POST', '/api/persons', { name: 'Ung Testperson', cpr: newCpr() }));
    expect((await refer('BUF', id)).status).toBe(201);
  });

  it('is refused to an excluded importer, and nothing of the row is written', async () => {
    const cpr = newCpr();
    const { id: personId } = done(await server.call('coordinator', 'POST', '/api/persons', { name: 'Ung Testperson', cpr }));
    const { id: caseId } = done(await refer('hotspotChief', personId));
    await exclude(caseId, 'project-lead');
    const row = { reference: 'x1', name: 'Ung Testperson Ny', cpr, area: 'Akacieparken', responsible: 'SOF' };
    const { body } = await server.call('projectLead', 'POST', '/api/imports/rows', { groupId: DEMO_GROUP, dryRun: false, row });
    expect(body).toMatchObject({
      outcome: 'problem',
      problems: expect.arrayContaining([expect.objectContaining({ code: 'person.not-yours' })]) as unknown,
    });
    expect(await events(server, `person-${personId}`)).toHaveLength(1);
  });
});

it('registering a CPR number answers the same for a new person and a known one, and is logged as a search', async () => {
  const cpr = newCpr();
  const register = (key: string) =>
    server.call('SOF', 'POST', '/api/persons', { name: 'Ung Testperson', cpr }, { 'idempotency-key': key });
  const before = (await accessLogOf(server, 'sof')).length;
  const answers = [await register('a'), await register('a'), await register('b')].map((a) => done(a));
  expect(new Set(answers.map(({ id }) => id)).size).toBe(1);
  expect(answers.map(({ revision, repeated }) => [revision, repeated])).toEqual([
    [0, false],
    [0, false],
    [0, false],
  ]);
  const searches = (await accessLogOf(server, 'sof')).slice(before).filter(({ type }) => type === 'PersonalDataSearched');
  expect(searches).toHaveLength(3);
  expect(JSON.stringify(searches)).not.toContain(cpr);
});

it('the sharing log leaves out cases that exclude the reader', async () => {
  const { caseId } = await newCase(server);
  const body = {
    category: 'school',
    necessity: 'Skolen skal kende planen for at holde den',
    content: 'x',
    toOrganisationIds: ['buf'],
  };
  done(await server.call('SOF', 'POST', `/api/cases/${caseId}/disclosures`, body));
  const log = async (user: string) => (await server.call(user, 'GET', '/api/sharing-log?limit=200')).text;
  expect(await log('projectLead')).toContain(caseId);
  await exclude(caseId, 'project-lead');
  await exclude(caseId, 'auditor');
  expect(await log('projectLead')).not.toContain(caseId);
  expect(await log('auditor')).not.toContain(caseId);
  expect(await log('coordinator')).toContain(caseId);
});

it('a question put to one organisation is withheld on the case as in its timeline', async () => {
  const { caseId } = await newCase(server);
  const question = { toOrganisationId: 'buf', category: 'health', dueOn: day(5), question: 'SPØRGSMÅL om helbred' };
  done(await server.call('BIF', 'POST', `/api/cases/${caseId}/information-requests`, question));
  const seen = async (user: string) => (await server.call(user, 'GET', `/api/cases/${caseId}`)).text.includes('SPØRGSMÅL');
  expect(await Promise.all(['BIF', 'BUF', 'coordinator', 'police', 'SOF'].map(seen))).toEqual([true, true, true, false, false]);
});

it('excluding somebody who is not enrolled is refused: it would protect nobody', async () => {
  const { caseId } = await newCase(server);
  const { status, body } = await server.call('coordinator', 'POST', `/api/cases/${caseId}/exclusions`, { userId: 'nobody-here' });
  expect([status, body['rule']]).toEqual([422, 'user.unenrolled']);
});

it('an excluded coordinator writes nothing into the case through the meeting', async () => {
  const { caseId } = await newCase(server);
  const meetingId = await newMeeting(server);
  const itemId = await newItem(server, meetingId, caseId);
  done(await server.call('coordinator', 'POST', `/api/meetings/${meetingId}/opening`));
  await arrive(server, meetingId, { userId: 'coordinator' });
  await exclude(caseId, 'coordinator');
  const discuss = (user: string) =>
    server.call(user, 'POST', `/api/meetings/${meetingId}/items/${itemId}/discussion`, { noNews: true });
  expect((await discuss('coordinator')).status).toBe(404);
  expect((await server.call('coordinator', 'DELETE', `/api/meetings/${meetingId}/agenda/items/${caseId}`)).status).toBe(404);
  expect((await discuss('projectLead')).status).toBe(200);
});

it('organisations and areas of a case are those of its group', async () => {
  const { caseId } = await newCase(server);
  const put = async (path: string, body?: object) =>
    (await server.call('coordinator', 'PUT', `/api/cases/${caseId}/${path}`, body)).body['rule'];
  expect(await put('organisations/oekonomiforvaltningen')).toBe('case.organisation');
  expect(await put('area', { areaId: 'elsewhere' })).toBe('case.area');
});

it('what is typed instead of an id is not kept: a CPR number is no id, and a case that is none is not named in the log', async () => {
  expect((await server.call('coordinator', 'GET', '/api/cases/0101104242')).status).toBe(400);
  expect((await server.call('coordinator', 'GET', '/api/cases/typed-by-somebody')).status).toBe(404);
  expect(JSON.stringify(await accessLogOf(server, 'coordinator'))).not.toMatch(/0101104242|typed-by-somebody/);
});

it('a position from nowhere is refused at once', async () => {
  const { status } = await server.call('partner', 'GET', '/api/areas/akacieparken/overview', undefined, {
    'fremdrift-position': 'zzzz',
  });
  expect(status).toBe(400);
});
