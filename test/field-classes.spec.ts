// What a reader of a case does not see stands there as withheld, with the reason; what the own organisation said or was told it sees.
import { DEMO_GROUP } from '../apps/api/src/demo/users.js';
import { accessLogOf, arrive, day, done, newIdentity, newItem, newMeeting } from './support/flow.js';
import { startTestServer, type TestServer } from './support/server.js';

interface Withheld {
  readonly path: string;
  readonly fieldClass: string;
  readonly reason: string;
  readonly da: string;
  readonly en: string;
}
interface Shown {
  readonly withheldTexts?: readonly Withheld[];
}
let server: TestServer;
let caseId: string;
let personId: string;
let meetingId: string;

const at = (answer: unknown, path: string): unknown =>
  path
    .split('/')
    .slice(1)
    .reduce<unknown>((value, key) => (value as Record<string, unknown>)[key], answer);
/** What is withheld in an answer, after checking that each stands there as null and says why in both languages. */
const withheld = async (user: string, path: string) => {
  const answer = await server.call<Shown>(user, 'GET', path);
  const list = done<Shown>(answer).withheldTexts ?? [];
  for (const { path: place, da, en } of list) {
    expect([place, at(answer.body, place)]).toEqual([place, null]);
    expect([da.length > 20, en.length > 20]).toEqual([true, true]);
  }
  return { text: answer.text, reasons: list.map(({ fieldClass, reason }) => `${fieldClass} ${reason}`).sort() };
};
const lastLook = async (userId: string) => (await accessLogOf(server, userId)).at(-1)!.data as Record<string, string[]>;

beforeAll(async () => {
  server = await startTestServer();
  const c = async <T = { id: string }>(user: string, path: string, body?: unknown) =>
    done<T>(await server.call(user, 'POST', path, body));
  personId = (await c('coordinator', '/api/persons', { ...newIdentity(), address: 'KANARIE-arter-adresse 1' })).id;
  const about = { personId, groupId: DEMO_GROUP, areaId: 'akacieparken', responsibleOrganisationId: 'sof', open: true };
  caseId = (await c('coordinator', '/api/cases', { ...about, reason: 'KANARIE-arter-socialt' })).id;
  const because = { necessity: 'KANARIE-arter-nødvendigt at vide for at lægge en plan', toOrganisationIds: ['politi'] };
  await c('SOF', `/api/cases/${caseId}/disclosures`, { ...because, category: 'health', content: 'KANARIE-arter-helbred' });
  await c('coordinator', `/api/cases/${caseId}/exclusions`, { userId: 'jobcenter', ground: 'KANARIE-arter-netværk' });
  const asked = { toOrganisationId: 'buf', category: 'school', dueOn: day(14), question: 'KANARIE-arter-spørgsmål' };
  await c('SOF', `/api/cases/${caseId}/information-requests`, asked);

  meetingId = await newMeeting(server);
  const itemId = await newItem(server, meetingId, caseId);
  await c('coordinator', `/api/meetings/${meetingId}/opening`);
  for (const userId of ['coordinator', 'buf']) await arrive(server, meetingId, { userId });
  const fromAttendeeId = await arrive(server, meetingId, { userId: 'police' });
  const { revision } = await c<{ revision: number }>('coordinator', `/api/meetings/${meetingId}/items/${itemId}/opening`);
  const said = {
    ...{
      fromAttendeeId,
      category: 'crime',
      content: 'KANARIE-arter-kriminalitet',
      saidAt: server.ports.clock.now().toISOString(),
    },
    necessity: 'KANARIE-arter-i-rummet: BUF skal vide det for at hjælpe',
  };
  const headers = { 'if-match': `"${revision}"` };
  done(await server.call('coordinator', 'POST', `/api/meetings/${meetingId}/items/${itemId}/disclosures`, said, headers));
  await c('coordinator', `/api/meetings/${meetingId}/items/${itemId}/discussion`, { noNews: false, note: 'KANARIE-arter-note' });
  await c('coordinator', `/api/meetings/${meetingId}/closing`);
}, 60_000);
afterAll(() => server.stop());

describe('the case screen', () => {
  it('withholds the address from the police, and a question from who was not asked', async () => {
    const police = await withheld('police', `/api/cases/${caseId}`);
    expect(police.reasons).toEqual(['location field-class', 'school not-shared-with-you']);
    expect(police.text).toContain('KANARIE-arter-socialt');
    expect(police.text).not.toMatch(/arter-adresse|arter-spørgsmål/);
    expect((await withheld('BUF', `/api/cases/${caseId}`)).reasons).toEqual([]);
    expect((await withheld('gadeteam', `/api/cases/${caseId}`)).reasons).toEqual(['school not-shared-with-you']);
    expect((await withheld('coordinator', `/api/cases/${caseId}`)).reasons).toEqual([]);
  });

  it('is logged with the classes really shown and the policies that decided', async () => {
    await withheld('police', `/api/cases/${caseId}`);
    const police = await lastLook('police');
    expect([police['fieldClasses']!.sort(), police['policies']!.sort()]).toEqual([
      ['identity', 'social'],
      ['case.participant', 'text.police'],
    ]);
    await withheld('BUF', `/api/cases/${caseId}`);
    const buf = await lastLook('buf');
    expect(buf['fieldClasses']!.sort()).toEqual(['identity', 'location', 'school', 'social']);
    expect(buf['policies']!.sort()).toEqual(['case.participant', 'text.participant', 'text.party']);
  });
});

it('a person: withheld by class, and by protection, each with its reason', async () => {
  const path = `/api/persons/${personId}`;
  expect((await withheld('police', path)).reasons).toEqual(['location field-class']);
  expect((await withheld('SOF', path)).text).toContain('KANARIE-arter-adresse');
  done(await server.call('coordinator', 'PUT', `${path}/address-protection`));
  for (const user of ['police', 'SOF', 'coordinator'])
    expect([user, (await withheld(user, path)).reasons]).toEqual([user, ['location address-protected']]);
  done(await server.call('coordinator', 'DELETE', `${path}/address-protection`));
});

it('the timeline: what is for others, and the network of a worker', async () => {
  const path = `/api/cases/${caseId}/timeline?limit=200`;
  const police = await withheld('police', path);
  // Told about health, and said itself what was said of crime.
  for (const text of ['arter-helbred', 'arter-kriminalitet', 'arter-note']) expect(police.text).toContain(text);
  expect(police.reasons).toEqual(['network field-class', 'school not-shared-with-you']);
  const gadeteam = await withheld('gadeteam', path);
  expect(gadeteam.reasons).toEqual([
    ...['crime not-shared-with-you', 'crime not-shared-with-you', 'health not-shared-with-you', 'health not-shared-with-you'],
    ...['network field-class', 'school not-shared-with-you'],
  ]);
  expect(gadeteam.text).not.toMatch(/arter-(helbred|kriminalitet|netværk|spørgsmål|nødvendigt|i-rummet)/);
  expect((await withheld('projectLead', path)).reasons).toEqual([]);
});

it('disclosures and minutes: to who was told, or was in the room, and withheld from the others', async () => {
  for (const [path, police] of [
    [`/api/cases/${caseId}/disclosures`, []],
    [`/api/meetings/${meetingId}/minutes`, []],
  ] as const) {
    expect([path, (await withheld('police', path)).reasons]).toEqual([path, police]);
    const { reasons, text } = await withheld('gadeteam', path);
    expect(reasons).toContain('crime not-shared-with-you');
    expect(text).not.toMatch(/arter-(helbred|kriminalitet)/);
    // In the room when it was said.
    expect((await withheld('BUF', path)).text).toContain('KANARIE-arter-kriminalitet');
    expect((await withheld('coordinator', path)).reasons).toEqual([]);
  }
});
