// The case as one organisation lawfully knew it, over HTTP: what it was told and since when, who may ask, and what auditors get.
import { randomUUID } from 'node:crypto';
import { Demo } from '../apps/api/src/demo/demo.controller.js';
import { accessLogOf, arrive, day, done, newAction, newCase, newItem, newMeeting } from './support/flow.js';
import { startTestServer, type TestServer } from './support/server.js';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
}, 60_000);
afterAll(() => server.stop());

const call = async <T = Record<string, unknown>>(user: string, method: string, path: string, body?: unknown): Promise<T> =>
  done<T>(await server.call(user, method, path, body));
interface Known {
  readonly eventId: string;
  readonly type: string;
  readonly at: string;
  readonly since: string;
  readonly ways: { way: string; basis?: string }[];
  readonly words: boolean;
  readonly lawful: boolean;
  readonly texts?: Record<string, string | null>;
}
interface Page {
  readonly at: string;
  readonly tookPart: { from: string; to?: string }[];
  readonly items: Known[];
  readonly next?: string;
}
const knowledge = (user: string, caseId: string, organisationId: string, query = '&limit=200') =>
  call<Page>(user, 'GET', `/api/cases/${caseId}/knowledge?organisationId=${organisationId}${query}`);
const canaries = (page: unknown) => [...new Set(JSON.stringify(page).match(/KANARIE-[a-zæøå-]+/g))].sort();
const shared = (content: string) => ({ ...{ category: 'school', content, necessity: `Skolen skal kende det: ${randomUUID()}` } });

describe('what an organisation knew', () => {
  it('is what it was told, was present for and owed: the words of nothing else', async () => {
    const { caseId } = await newCase(server, { reason: 'KANARIE-grund' });
    const path = `/api/cases/${caseId}`;
    await call('SOF', 'POST', `${path}/disclosures`, { ...shared('KANARIE-til-buf'), toOrganisationIds: ['buf'] });
    await call('SOF', 'POST', `${path}/disclosures`, { ...shared('KANARIE-til-jobcenter'), toOrganisationIds: ['jobcenter'] });
    await newAction(server, caseId, { description: 'KANARIE-aftale', ownerOrganisationId: 'buf' });
    await call('SOF', 'POST', `${path}/reports`, { report: 'KANARIE-melding' });
    const meetingId = await newMeeting(server);
    const item = `/api/meetings/${meetingId}/items/${await newItem(server, meetingId, caseId)}`;
    await call('coordinator', 'POST', `/api/meetings/${meetingId}/opening`);
    const fromAttendeeId = await arrive(server, meetingId, { userId: 'sof' });
    await arrive(server, meetingId, { userId: 'buf' });
    const police = await arrive(server, meetingId, { userId: 'police' });
    await call('coordinator', 'POST', `${item}/opening`);
    const out = `/api/meetings/${meetingId}/attendance/${police}/stepping-out`;
    const { revision } = await call<{ revision: number }>('coordinator', 'POST', out);
    const said = { ...shared('KANARIE-sagt'), fromAttendeeId };
    done(await server.call('coordinator', 'POST', `${item}/disclosures`, said, { 'if-match': String(revision) }));
    await call('coordinator', 'POST', `${item}/discussion`, { noNews: false, note: 'KANARIE-note' });

    const buf = await knowledge('BUF', caseId, 'buf');
    expect(canaries(buf)).toEqual(['KANARIE-aftale', 'KANARIE-note', 'KANARIE-sagt', 'KANARIE-til-buf']);
    expect(canaries(await knowledge('police', caseId, 'politi'))).toEqual([]);
    expect(canaries(await knowledge('jobcenter', caseId, 'jobcenter'))).toEqual(['KANARIE-til-jobcenter']);
    await call('coordinator', 'POST', `/api/meetings/${meetingId}/closing`);
    // The minutes tell what was noted, not what was said.
    expect(canaries(await knowledge('police', caseId, 'politi'))).toEqual(['KANARIE-note']);

    const told = buf.items.find(({ type }) => type === 'InformationShared')!;
    expect(told).toMatchObject({ ways: [{ way: 'told', basis: 'internal' }], words: true, lawful: true });
    expect(buf.items.find(({ type }) => type === 'CaseReferred')).toMatchObject({
      ways: [{ way: 'tookPart' }],
      words: false,
      texts: {},
    });
    // Of another time: an instant, or a local date and then its end.
    const before = new Date(Date.parse(told.since) - 1).toISOString();
    expect((await knowledge('coordinator', caseId, 'buf', `&at=${before}`)).items.map(({ type }) => type)).not.toContain(
      told.type,
    );
    expect(canaries(await knowledge('coordinator', caseId, 'buf', `&at=${day()}&limit=200`))).toContain('KANARIE-til-buf');
    expect((await knowledge('coordinator', caseId, 'buf', `&at=${day(-1)}`)).items).toEqual([]);
    for (const at of ['2026-02-30', 'i-gaar', '2026-11-24T25:00:00Z'])
      expect((await server.call('coordinator', 'GET', `${path}/knowledge?organisationId=buf&at=${at}`)).status).toBe(400);

    // In pages of one, the same.
    const paged: Known[] = [];
    let after = '';
    do {
      const page = await knowledge('BUF', caseId, 'buf', `&limit=1${after}`);
      paged.push(...page.items);
      after = page.next === undefined ? '' : `&after=${page.next}`;
    } while (after !== '');
    expect(paged.map(({ eventId }) => eventId)).toEqual(
      (await knowledge('BUF', caseId, 'buf')).items.map(({ eventId }) => eventId),
    );
  });

  it('is shown to another authority’s leads no further than the case itself shows it', async () => {
    const { caseId } = await newCase(server);
    const told = { ...shared('KANARIE-helbred'), category: 'health', toOrganisationIds: ['buf'] };
    await call('SOF', 'POST', `/api/cases/${caseId}/disclosures`, told);
    await call('administrator', 'PUT', '/api/users/police/role', { role: 'projectLead' });
    try {
      const { issuer } = server.app.get(Demo);
      const authorization = `Bearer ${await issuer.token({ ...issuer.find('police')!, role: 'projectLead' })}`;
      const as = (path: string) =>
        server.call<Page & { withheldTexts: object[] }>(undefined, 'GET', `/api/cases/${caseId}${path}`, undefined, {
          authorization,
        });
      expect((await as('/disclosures')).text).not.toContain('KANARIE');
      const { status, text, body } = await as('/knowledge?organisationId=buf&limit=200');
      expect([status, text.includes('KANARIE')]).toEqual([200, false]);
      expect(body.items.find(({ type }) => type === 'InformationShared')).toMatchObject({
        words: true,
        texts: { content: null },
      });
      expect(body.withheldTexts).toContainEqual(expect.objectContaining({ reason: 'not-shared-with-you' }));
    } finally {
      await call('administrator', 'PUT', '/api/users/police/role', { role: 'participant' });
    }
    expect(canaries(await knowledge('coordinator', caseId, 'buf'))).toEqual(['KANARIE-helbred']);
  });

  it('stays known when it leaves the case, and says what was withdrawn since', async () => {
    const { caseId } = await newCase(server);
    const path = `/api/cases/${caseId}`;
    await call('SOF', 'POST', `${path}/disclosures`, { ...shared('KANARIE-forkert'), toOrganisationIds: ['jobcenter'] });
    await call('coordinator', 'DELETE', `${path}/organisations/jobcenter`);
    await call('SOF', 'POST', `${path}/reports`, { report: 'KANARIE-senere' });
    const left = await knowledge('projectLead', caseId, 'jobcenter');
    expect(canaries(left)).toEqual(['KANARIE-forkert']);
    expect(left.tookPart).toEqual([{ from: expect.any(String) as string, to: expect.any(String) as string }]);
    expect((await server.call('jobcenter', 'GET', `${path}/knowledge?organisationId=jobcenter`)).status).toBe(404);

    const { eventId } = left.items.find(({ type }) => type === 'InformationShared')!;
    const { at } = await knowledge('projectLead', caseId, 'jobcenter');
    await call('SOF', 'POST', `${path}/withdrawals`, { eventId, ground: 'Skrevet på den forkerte' });
    const of = async (when: string) =>
      (await knowledge('projectLead', caseId, 'jobcenter', when)).items.find((k) => k.eventId === eventId);
    const withdrawnAt = expect.any(String) as string;
    expect(await of(`&at=${at}`)).toMatchObject({ lawful: true, withdrawnAt, texts: { content: null } });
    expect(await of('')).toMatchObject({ lawful: false, withdrawnAt, texts: { content: null } });
  });

  it('is shown to who leads the group, to its own members, and without words to the municipality’s auditors; and is logged', async () => {
    const { caseId } = await newCase(server, { reason: 'KANARIE-grund' });
    const path = `/api/cases/${caseId}`;
    await call('SOF', 'POST', `${path}/disclosures`, { ...shared('KANARIE-til-buf'), toOrganisationIds: ['buf'] });
    const ask = (user: string) => server.call(user, 'GET', `${path}/knowledge?organisationId=buf`);
    for (const user of ['SOF', 'police', 'externalAuditor', 'steeringMember', 'partner', 'administrator'])
      expect([user, (await ask(user)).status]).toEqual([user, 403]);
    const log = (await accessLogOf(server, 'buf')).length;
    expect((await ask('BUF')).status).toBe(200);
    expect((await accessLogOf(server, 'buf')).slice(log)).toMatchObject([
      { type: 'PersonalDataShown', data: { purpose: 'case.knowledge', caseIds: [caseId], policies: ['case.own-knowledge'] } },
    ]);
    const audited = await knowledge('auditor', caseId, 'buf');
    expect(canaries(audited)).toEqual([]);
    for (const item of audited.items) expect([item.texts, 'data' in item]).toEqual([undefined, false]);
    expect(audited.items.find(({ type }) => type === 'InformationShared')).toMatchObject({
      ...{ category: 'school', organisationId: 'sof', ways: [{ way: 'told', basis: 'internal' }] },
    });
    expect((await accessLogOf(server, 'auditor')).at(-1)!.data).toMatchObject({ purpose: 'case.knowledge', fieldClasses: [] });
  });
});
