// A protected address is in no answer but one: every question of the OpenAPI document is asked about such a person, as everybody.
import { DEMO_GROUP, DEMO_USERS } from '../apps/api/src/demo/users.js';
import { accessLogOf, arrive, done, newAction, newCpr, newItem, newMeeting } from './support/flow.js';
import { searchFor } from './support/secrets.js';
import { startTestServer, type TestServer } from './support/server.js';

const CANARIES = ['KANARIE-adresse-hemmelig', 'KANARIE-adresse-gammel', 'KANARIE-adresse-dublet', 'KANARIE-flyttet-hertil'];
const secret = searchFor(CANARIES);
const OWN_WAY = '/api/persons/{personId}/protected-address';
let server: TestServer;
const ids: Record<string, string> = {};
const twin = { personId: '' };

beforeAll(async () => {
  server = await startTestServer();
  const c = async <T = { id: string }>(
    method: string,
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
    user = 'coordinator',
  ) => done<T>(await server.call(user, method, path, body, headers));
  const cpr = newCpr();
  const register = { name: 'Ung Adressehemmelig', cpr, address: 'KANARIE-adresse-gammel 1', addressProtected: true };
  const personId = (await c('POST', '/api/persons', register)).id;
  const about = { groupId: DEMO_GROUP, areaId: 'akacieparken', responsibleOrganisationId: 'sof', open: true };
  const caseId = (await c('POST', '/api/cases', { ...about, personId })).id;
  await c('POST', `/api/persons/${personId}/corrections`, { address: 'KANARIE-adresse-hemmelig 2' });
  const actionId = await newAction(server, caseId);
  const share = {
    ...{ category: 'location', necessity: 'Gadeteamet skal vide, hvor den unge opholder sig', content: 'Er ofte ved klubben' },
    toOrganisationIds: ['gadeteam'],
  };
  await c('POST', `/api/cases/${caseId}/disclosures`, share, {}, 'SOF');
  const meetingId = await newMeeting(server);
  const itemId = await newItem(server, meetingId, caseId);
  await c('POST', `/api/meetings/${meetingId}/opening`);
  const attendeeId = await arrive(server, meetingId, { userId: 'coordinator' });
  await c('POST', `/api/meetings/${meetingId}/items/${itemId}/opening`);
  await c('POST', `/api/meetings/${meetingId}/items/${itemId}/discussion`, { noNews: true });
  await c('POST', `/api/meetings/${meetingId}/closing`);
  await c('POST', `/api/persons/${personId}/move`, { movedOn: '2026-01-05', municipality: 'KANARIE-flyttet-hertil' });
  // A second registration of the same person, not protected itself, corrected while they were one.
  twin.personId = (await c('POST', '/api/persons', { name: 'Ung Adressehemmelig', address: 'KANARIE-adresse-dublet 3' })).id;
  await c('POST', '/api/cases', { ...about, personId: twin.personId });
  await c('POST', `/api/persons/${twin.personId}/merge`, { intoPersonId: personId, reason: 'Den samme' });
  await c('POST', `/api/persons/${personId}/corrections`, { address: 'KANARIE-adresse-hemmelig 4' });
  const { items } = await c<{ items: { mergeId: string }[] }>('GET', `/api/persons/${twin.personId}/merges`);
  const opening = { personId, reason: 'Borgeren klager, og navnet skal sammenholdes med klagen' };
  const { breakGlassId } = await c<{ breakGlassId: string }>('POST', '/api/break-glass', opening, {}, 'auditor');
  Object.assign(ids, { personId, caseId, actionId, meetingId, itemId, attendeeId, breakGlassId, cpr });
  Object.assign(ids, {
    mergeId: items[0]!.mergeId,
    groupId: DEMO_GROUP,
    areaId: 'akacieparken',
    userId: 'sof',
    organisationId: 'sof',
  });
}, 60_000);
afterAll(() => server.stop());

it('walks every question as every user and finds the address nowhere', async () => {
  const { body } = await server.call<{ paths: Record<string, object> }>(undefined, 'GET', '/api/openapi.json');
  const questions = Object.entries(body.paths).filter(([path, methods]) => 'get' in methods && path !== OWN_WAY);
  expect(questions.length).toBeGreaterThan(30);
  const found: string[] = [];
  let reached = 0;
  for (const { user } of DEMO_USERS)
    for (const [template] of questions)
      for (const personId of [ids['personId']!, twin.personId]) {
        if (personId === twin.personId && !template.includes('{personId}')) continue;
        const path = template.replace(/\{(\w+)\}/g, (_, name: string) =>
          name === 'personId' ? personId : (ids[name] ?? 'none'),
        );
        const answer = await server.call(user, 'GET', path);
        if (answer.status === 200) reached++;
        if (secret.inText(answer.text).length > 0) found.push(`${user} ${template}`);
      }
  expect(found).toEqual([]);
  expect(reached).toBeGreaterThan(200);
}, 120_000);

it('nor by searching, looking up, registering or importing', async () => {
  const { cpr, personId } = ids;
  const row = { name: 'Ung Adressehemmelig', cpr, area: 'Akacieparken', responsible: 'SOF', address: 'Testvej 1' };
  const asked: [string, unknown][] = [
    ['/api/persons/searches', { name: 'Adressehemmelig' }],
    ['/api/persons/look-up', { cpr }],
    ['/api/persons', { name: 'Ung Adressehemmelig', cpr }],
    ['/api/imports/rows', { groupId: DEMO_GROUP, dryRun: true, row }],
  ];
  for (const [path, body] of asked) {
    const { status, text } = await server.call('coordinator', 'POST', path, body);
    expect([path, status < 500, secret.inText(text)]).toEqual([path, true, []]);
    if (path.endsWith('searches')) expect(text).toContain(personId);
  }
});

it('is shown alone to the coordinator and project lead of the municipality, when asked for, and logged', async () => {
  const path = OWN_WAY.replace('{personId}', ids['personId']!);
  for (const user of ['coordinator', 'projectLead']) {
    expect(done(await server.call(user, 'GET', path))).toEqual({
      ...{ personId: ids['personId'], addressProtected: true, address: 'KANARIE-adresse-hemmelig 4' },
    });
    const userId = user === 'projectLead' ? 'project-lead' : user;
    expect((await accessLogOf(server, userId)).at(-1)!.data).toMatchObject({
      ...{ purpose: 'person.protected-address', personIds: [ids['personId']], fieldClasses: ['location'] },
      policies: ['personal-data.protected-address'],
    });
  }
  for (const { user } of DEMO_USERS.filter((each) => !['coordinator', 'projectLead'].includes(each.user)))
    expect([user, (await server.call(user, 'GET', path)).status]).toEqual([user, 403]);
});
