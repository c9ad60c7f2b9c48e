// A text about the wrong person over HTTP: gone from every answer at once, shown as withdrawn, and those who got it answer.
import { randomUUID } from 'node:crypto';
import { accessLogOf, arrive, day, done, events, newAction, newCase, newItem, newMeeting } from './support/flow.js';
import { startTestServer, type TestServer } from './support/server.js';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
}, 60_000);
afterAll(() => server.stop());

const call = async <T = Record<string, unknown>>(user: string, method: string, path: string, body?: unknown): Promise<T> =>
  done<T>(await server.call(user, method, path, body));
interface Entry {
  readonly eventId: string;
  readonly type: string;
  readonly texts: Record<string, string | null>;
}
interface Marked {
  readonly withdrawnTexts?: { eventId: string; caseId: string; by: string; paths: string[] }[];
}
const timeline = (user: string, caseId: string) =>
  call<{ items: Entry[] } & Marked>(user, 'GET', `/api/cases/${caseId}/timeline?limit=200`);
const last = async (caseId: string, type: string) =>
  (await timeline('coordinator', caseId)).items.find((entry) => entry.type === type)!;
const withdraw = (user: string, caseId: string, eventId: string) =>
  server.call<{ id: string; rule?: string }>(user, 'POST', `/api/cases/${caseId}/withdrawals`, {
    ...{ eventId, ground: 'Skrevet på den forkerte' },
  });
interface Told {
  readonly eventId: string;
  readonly eventType: string;
  readonly told: { organisationId: string; acknowledgedAt?: string }[];
}
const toldTo = async (user: string, query = '') =>
  (await call<{ items: Told[] }>(user, 'GET', `/api/withdrawals?limit=200${query}`)).items;

const shared = (content: string) => ({
  ...{ category: 'school', content, necessity: `Skolen skal kende det: ${randomUUID()}` },
});

describe('a withdrawn text', () => {
  it('is gone from every answer at once, and shows as withdrawn where it stood', async () => {
    const { caseId } = await newCase(server, { reason: 'KANARIE-væk-grund' });
    const path = `/api/cases/${caseId}`;
    const actionId = await newAction(server, caseId, { description: 'KANARIE-væk-aftale' });
    await call('SOF', 'POST', `${path}/reports`, { actionId, report: 'KANARIE-væk-melding' });
    await call('SOF', 'POST', `${path}/follow-ups`, { on: day(9), note: 'KANARIE-væk-opfølgning' });
    const question = { toOrganisationId: 'buf', category: 'school', dueOn: day(5), question: 'KANARIE-væk-spørgsmål' };
    await call('SOF', 'POST', `${path}/information-requests`, question);
    await call('SOF', 'POST', `${path}/disclosures`, { ...shared('KANARIE-væk-oplysning'), toOrganisationIds: ['buf'] });
    const meetingId = await newMeeting(server);
    const item = `/api/meetings/${meetingId}/items/${await newItem(server, meetingId, caseId)}`;
    await call('coordinator', 'POST', `/api/meetings/${meetingId}/opening`);
    const fromAttendeeId = await arrive(server, meetingId, { userId: 'sof' });
    await arrive(server, meetingId, { userId: 'buf' });
    const { revision } = await call<{ revision: number }>('coordinator', 'POST', `${item}/opening`);
    const headers = { 'if-match': String(revision) };
    done(
      await server.call('coordinator', 'POST', `${item}/disclosures`, { ...shared('KANARIE-væk-sagt'), fromAttendeeId }, headers),
    );
    await call('coordinator', 'POST', `${item}/discussion`, { noNews: false, note: 'KANARIE-væk-note' });
    await call('coordinator', 'POST', `/api/meetings/${meetingId}/closing`);
    await call('coordinator', 'POST', `${item}/corrections`, { correction: 'KANARIE-væk-rettelse' });

    const everywhere = [
      ...[path, `${path}/timeline?limit=200`, `${path}/disclosures`, '/api/actions?limit=200&status=all'],
      ...[`/api/meetings/${meetingId}`, `/api/meetings/${meetingId}/agenda`, `/api/meetings/${meetingId}/minutes`],
      ...['/api/sharing-log?limit=200', '/api/cases?limit=200', '/api/withdrawals'],
    ];
    const read = async (user: string) =>
      Promise.all(everywhere.map(async (where) => (await server.call<Marked>(user, 'GET', where)).text));
    const canaries = (texts: string[]) => new Set(texts.join().match(/KANARIE-væk-[a-zæøå]+/g));
    expect(canaries(await read('coordinator')).size).toBe(9);

    const { items } = await timeline('coordinator', caseId);
    const written = items.filter(({ texts }) => Object.keys(texts).length > 0);
    for (const { eventId } of written) done(await withdraw('coordinator', caseId, eventId));
    for (const user of ['coordinator', 'SOF', 'BUF', 'police']) expect(canaries(await read(user))).toEqual(new Set());

    // Shown as withdrawn, each where it stood.
    const after = await timeline('SOF', caseId);
    for (const { eventId, type } of written) {
      const n = after.items.findIndex((entry) => entry.eventId === eventId);
      expect(after.items[n]).toMatchObject({ type });
      const mark = after.withdrawnTexts!.find((each) => each.eventId === eventId)!;
      expect(mark).toMatchObject({ caseId, by: 'coordinator' });
      for (const pointer of mark.paths) expect(pointer).toMatch(new RegExp(`^/items/${n}/texts/`));
      for (const text of Object.values(after.items[n]!.texts)) expect(text).toBeNull();
    }
    const one = await call<Marked & { actions: { description: null }[] }>('SOF', 'GET', path);
    expect(one).toMatchObject({ reason: null, actions: [{ actionId, description: null, lastReport: null }] });
    expect(one.withdrawnTexts!.flatMap(({ paths }) => paths).sort()).toEqual([
      ...['/actions/0/description', '/actions/0/lastReport', '/followUps/0/note', '/reason', '/requests/0/question'],
    ]);
    const minutes = await call<Marked>('coordinator', 'GET', `/api/meetings/${meetingId}/minutes`);
    expect(minutes.withdrawnTexts!.length).toBeGreaterThan(2);
    const log = await call<{ items: { caseId: string; withdrawnAt?: string }[] }>('auditor', 'GET', '/api/sharing-log?limit=200');
    const mine = log.items.filter((row) => row.caseId === caseId);
    expect(mine).toHaveLength(2);
    for (const row of mine) expect(row.withdrawnAt).toBeDefined();
    // The ciphertext stays in the log.
    const [referred] = await events(server, `case-${caseId}`);
    expect(referred!.data).toMatchObject({ text: { reason: { v: 1 } } });
  });

  it('is withdrawn by who wrote it or leads the group; twice is once, and what is no text is not there', async () => {
    const { caseId } = await newCase(server);
    await call('SOF', 'POST', `/api/cases/${caseId}/reports`, { report: 'KANARIE-hvem' });
    const { eventId } = await last(caseId, 'ProgressReported');
    expect((await withdraw('BUF', caseId, eventId)).body.rule).toBe('text.not-yours');
    for (const user of ['auditor', 'partner', 'administrator']) expect((await withdraw(user, caseId, eventId)).status).toBe(403);
    expect((await withdraw('SOF', caseId, eventId)).status).toBe(201);
    expect((await withdraw('SOF', caseId, eventId)).status).toBe(201);
    const stored = (await events(server, `case-${caseId}`)).filter(({ type }) => type === 'TextWithdrawn');
    expect(stored).toHaveLength(1);
    expect(stored[0]!.data).toMatchObject({ caseId, eventId, eventType: 'ProgressReported', text: { ground: { v: 1 } } });
    expect(JSON.stringify(stored)).not.toContain('forkerte');
    const { eventId: withdrawal } = await last(caseId, 'TextWithdrawn');
    const { eventId: opening } = await last(caseId, 'CaseOpened');
    for (const id of [withdrawal, opening, randomUUID()]) expect((await withdraw('SOF', caseId, id)).status).toBe(404);
    const other = await newCase(server);
    expect((await withdraw('coordinator', other.caseId, eventId)).status).toBe(404);
  });

  it('is not counted as shown: the access log has neither its field class nor another text’s missing', async () => {
    const { caseId } = await newCase(server);
    const path = `/api/cases/${caseId}`;
    const toOrganisationIds = ['gadeteam'];
    await call('SOF', 'POST', `${path}/disclosures`, { ...shared('KANARIE-log'), toOrganisationIds, category: 'health' });
    const classes = async () => {
      await call('gadeteam', 'GET', `${path}/disclosures`);
      return (await accessLogOf(server, 'gadeteam')).at(-1)!.data['fieldClasses'];
    };
    expect(await classes()).toEqual(['health']);
    await withdraw('SOF', caseId, (await last(caseId, 'InformationShared')).eventId);
    expect(await classes()).toEqual([]);
  });
});

describe('those who got it', () => {
  it('see it on their list, without a word of it, and answer once for the organisation', async () => {
    const { caseId } = await newCase(server);
    const toOrganisationIds = ['jobcenter', 'buf'];
    await call('SOF', 'POST', `/api/cases/${caseId}/disclosures`, { ...shared('KANARIE-fået'), toOrganisationIds });
    const { eventId } = await last(caseId, 'InformationShared');
    await withdraw('SOF', caseId, eventId);
    const mine = async (user: string, query = '') => (await toldTo(user, query)).filter((row) => row.eventId === eventId);
    expect(await mine('jobcenter')).toMatchObject([
      { caseId, eventId, eventType: 'InformationShared', category: 'school', by: 'sof', told: [{ organisationId: 'jobcenter' }] },
    ]);
    // Not those who did not get it; who leads the group sees all.
    for (const user of ['BIF', 'police']) expect(await mine(user)).toEqual([]);
    expect((await mine('projectLead'))[0]!.told.map(({ organisationId }) => organisationId).sort()).toEqual(['buf', 'jobcenter']);
    for (const user of ['auditor', 'partner', 'steeringMember'])
      expect((await server.call(user, 'GET', '/api/withdrawals')).status).toBe(403);

    // Also when the organisation takes no part in the case any more.
    await call('coordinator', 'DELETE', `/api/cases/${caseId}/organisations/jobcenter`);
    expect(await mine('jobcenter', '&open=true')).toHaveLength(1);
    const acknowledge = (user: string) => server.call(user, 'POST', `/api/withdrawals/${eventId}/acknowledgement`);
    expect((await acknowledge('police')).status).toBe(404);
    for (let i = 0; i < 2; i++) expect((await acknowledge('jobcenter')).status).toBe(200);
    const stored = (await events(server, `case-${caseId}`)).filter(({ type }) => type === 'WithdrawalAcknowledged');
    expect(stored.map(({ data }) => data)).toEqual([{ caseId, eventId, organisationId: 'jobcenter' }]);
    expect(await mine('jobcenter', '&open=true')).toEqual([]);
    expect((await mine('jobcenter', '&open=false'))[0]!.told[0]!.acknowledgedAt).toBeDefined();
    expect(await mine('projectLead', '&open=true')).toHaveLength(1);
    done(await acknowledge('BUF'));
    expect(await mine('projectLead', '&open=true')).toEqual([]);
  });

  it('are not told when they are excluded from the case', async () => {
    const { caseId } = await newCase(server);
    await call('SOF', 'POST', `/api/cases/${caseId}/reports`, { report: 'KANARIE-fætter' });
    const { eventId } = await last(caseId, 'ProgressReported');
    await withdraw('SOF', caseId, eventId);
    expect((await toldTo('gadeteam')).some((row) => row.eventId === eventId)).toBe(true);
    await call('coordinator', 'POST', `/api/cases/${caseId}/exclusions`, { userId: 'gadeteam', ground: 'Fætter' });
    expect((await toldTo('gadeteam')).some((row) => row.eventId === eventId)).toBe(false);
    expect((await server.call('gadeteam', 'POST', `/api/withdrawals/${eventId}/acknowledgement`)).status).toBe(404);
  });
});
