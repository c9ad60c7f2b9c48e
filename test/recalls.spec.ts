// A recalled disclosure over HTTP: closed to those who got it, told to them, and what may rest on it marked until a human has looked.
import { jest } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { arrive, day, done, events, newAction, newCase, newItem, newMeeting, types } from './support/flow.js';
import { startTestServer, type TestServer } from './support/server.js';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
}, 60_000);
afterAll(() => server.stop());

const call = async <T = Record<string, unknown>>(user: string, method: string, path: string, body?: unknown): Promise<T> =>
  done<T>(await server.call(user, method, path, body));
interface Mark {
  readonly eventId: string;
  readonly disclosureId: string;
  readonly why: string;
  readonly withheld: boolean;
  readonly paths: string[];
}
interface Marked {
  readonly withdrawnTexts?: Mark[];
  readonly restsOnRecalled?: Mark[];
}
interface Rest {
  readonly eventId: string;
  readonly eventType: string;
  readonly why: string;
  readonly open: boolean;
}
const ground = 'Modtageren havde intet grundlag: KANARIE-tilbagekaldt-grund';
const shared = (content: string) => ({ ...{ category: 'school', content, necessity: `Skolen skal kende det: ${randomUUID()}` } });
const share = async (user: string, caseId: string, content: string, toOrganisationIds: string[]) =>
  (await call<{ id: string }>(user, 'POST', `/api/cases/${caseId}/disclosures`, { ...shared(content), toOrganisationIds })).id;
const recall = (user: string, caseId: string, disclosureId: string, words = ground) =>
  server.call<{ id: string; rule?: string }>(user, 'POST', `/api/cases/${caseId}/disclosures/${disclosureId}/recall`, {
    ground: words,
  });
const review = (
  user: string,
  caseId: string,
  disclosureId: string,
  eventId: string,
  verdict: string,
  reason = 'Set på: bygger på andet.',
) =>
  server.call<{ rule?: string }>(user, 'POST', `/api/cases/${caseId}/recalls/${disclosureId}/reviews`, {
    eventId,
    verdict,
    reason,
  });
const restsOf = async (disclosureId: string, query = '') => {
  const { items } = await call<{ items: { disclosureId: string; rests: Rest[]; told: { organisationId: string }[] }[] }>(
    ...(['projectLead', 'GET', `/api/recalls?limit=200${query}`] as const),
  );
  return items.find((each) => each.disclosureId === disclosureId);
};

describe('a recalled disclosure', () => {
  it('said in the room: closed to who heard it, open to who said it and who leads, and told', async () => {
    const { caseId } = await newCase(server);
    const meetingId = await newMeeting(server);
    const itemId = await newItem(server, meetingId, caseId);
    const item = `/api/meetings/${meetingId}/items/${itemId}`;
    await call('coordinator', 'POST', `/api/meetings/${meetingId}/opening`);
    const fromAttendeeId = await arrive(server, meetingId, { userId: 'sof' });
    await arrive(server, meetingId, { userId: 'buf' });
    const { revision } = await call<{ revision: number }>('coordinator', 'POST', `${item}/opening`);
    const said = { ...shared('KANARIE-kaldt-tilbage'), fromAttendeeId };
    const { id } = done<{ id: string }>(
      await server.call('coordinator', 'POST', `${item}/disclosures`, said, { 'if-match': String(revision) }),
    );
    await call('coordinator', 'POST', `${item}/discussion`, { noNews: false, note: 'KANARIE-note' });
    const agreed = {
      description: 'KANARIE-aftale',
      ownerOrganisationId: 'buf',
      deadline: day(10),
      inMeeting: { meetingId, itemId },
    };
    const actionId = (await call<{ id: string }>('coordinator', 'POST', `/api/cases/${caseId}/actions`, agreed)).id;
    await call('coordinator', 'POST', `/api/meetings/${meetingId}/closing`);

    const everywhere = [
      ...[`/api/cases/${caseId}/timeline?limit=200`, `/api/cases/${caseId}/disclosures`, `/api/meetings/${meetingId}/minutes`],
      ...['/api/withdrawals', `/api/cases/${caseId}/knowledge?organisationId=buf&limit=200`],
    ];
    const holds = async (user: string, from = everywhere) => {
      const texts = await Promise.all(from.map(async (path) => (await server.call(user, 'GET', path)).text));
      return texts.filter((text) => text.includes('KANARIE-kaldt-tilbage')).length;
    };
    expect(await holds('BUF')).toBe(4);
    expect((await recall('BUF', caseId, id)).body.rule).toBe('recall.not-yours');
    expect((await recall('SOF', caseId, id, 'ok')).body.rule).toBe('recall.ground');
    for (let twice = 0; twice < 2; twice++) expect((await recall('SOF', caseId, id)).status).toBe(201);
    expect((await events(server, `case-${caseId}`)).filter(({ type }) => type === 'DisclosureRecalled')).toHaveLength(1);
    expect(await holds('BUF')).toBe(0);
    expect([await holds('SOF', everywhere.slice(0, 3)), await holds('projectLead', everywhere.slice(0, 3))]).toEqual([3, 3]);

    // Never silently missing.
    const [mine, theirs] = await Promise.all(
      ['BUF', 'SOF'].map((user) =>
        call<Marked & { items: { recalledAt?: string }[] }>(user, 'GET', `/api/cases/${caseId}/disclosures`),
      ),
    );
    const at = { why: 'recalled', disclosureId: id };
    expect(mine!.withdrawnTexts).toMatchObject([{ ...at, withheld: true, paths: ['/items/0/content', '/items/0/necessity'] }]);
    expect(theirs!.withdrawnTexts).toMatchObject([{ ...at, withheld: false }]);
    expect(mine!.items[0]!.recalledAt).toBeDefined();
    const told = await call<{ items: { disclosureId?: string; eventId: string }[] }>(
      'BUF',
      'GET',
      '/api/withdrawals?open=true&limit=200',
    );
    const { eventId } = told.items.find(({ disclosureId }) => disclosureId === id)!;
    for (let twice = 0; twice < 2; twice++) await call('BUF', 'POST', `/api/withdrawals/${eventId}/acknowledgement`);

    // What rests on it, marked wherever it shows.
    const { rests } = (await restsOf(id, '&open=true'))!;
    expect(rests.map(({ eventType, why, open }) => [eventType, why, open])).toEqual([
      ['ActionAgreed', 'same-item', true],
      ['ItemDiscussed', 'same-item', true],
    ]);
    const [theAction, note] = rests as [Rest, Rest];
    const paths = async (user: string, path: string) =>
      (await call<Marked>(user, 'GET', path)).restsOnRecalled?.flatMap((mark) =>
        mark.paths.map((each) => each.replace(/^\/items\/\d+/, '')),
      ) ?? [];
    expect(await paths('BUF', `/api/cases/${caseId}`)).toEqual(['/actions/0/description']);
    expect((await paths('BUF', `/api/meetings/${meetingId}/minutes`)).sort()).toEqual(['/actions/0/description', '/note']);
    const action = async () =>
      (await call<{ actions: { restsOnRecalled?: string[]; status: string }[] }>('BUF', 'GET', `/api/cases/${caseId}`))
        .actions[0]!;
    expect((await action()).restsOnRecalled).toEqual([id]);
    const next = await newMeeting(server);
    const why = async () => {
      const { items } = await call<{ items: { caseId?: string; why: { reason: string }[] }[] }>(
        'BUF',
        'GET',
        `/api/meetings/${next}/agenda`,
      );
      return items.find((each) => each.caseId === caseId)?.why.map(({ reason }) => reason) ?? [];
    };
    expect(await why()).toContain('rests-on-recalled');
    // It is chased as ever.
    expect(
      (await server.call('projectLead', 'POST', `/api/actions/${actionId}/chases`, { note: 'Hvordan går det?' })).status,
    ).toBeLessThan(300);

    // A human looks.
    expect((await review('SOF', caseId, id, note.eventId, 'keep')).status).toBe(403);
    expect((await review('projectLead', caseId, id, note.eventId, 'keep', 'ok')).body.rule).toBe('recall.ground');
    expect((await review('projectLead', caseId, id, randomUUID(), 'keep')).status).toBe(404);
    done(await review('projectLead', caseId, id, note.eventId, 'keep'));
    expect(await paths('BUF', `/api/meetings/${meetingId}/minutes`)).toEqual(['/actions/0/description']);
    done(await review('projectLead', caseId, id, theAction.eventId, 'withdraw'));
    expect(await action()).toMatchObject({ status: 'cancelled', description: null });
    expect((await action()).restsOnRecalled).toBeUndefined();
    expect(await why()).not.toContain('rests-on-recalled');
    expect(await restsOf(id, '&open=true')).toBeUndefined();
    expect((await restsOf(id, '&open=false'))!.rests.map(({ open }) => open)).toEqual([false, false]);
  });

  it('written: what its recipients recorded afterwards may rest on it, also what they passed on', async () => {
    const { caseId } = await newCase(server);
    const id = await share('SOF', caseId, 'KANARIE-skrevet', ['buf']);
    await call('BUF', 'POST', `/api/cases/${caseId}/reports`, { report: 'KANARIE-melding' });
    await share('BUF', caseId, 'KANARIE-videre', ['jobcenter']);
    await newAction(server, caseId, { ownerOrganisationId: 'jobcenter' });
    await call('gadeteam', 'POST', `/api/cases/${caseId}/reports`, { report: 'KANARIE-andet' });
    // Who leads the group writes down what others say, and could read it.
    await call('coordinator', 'POST', `/api/cases/${caseId}/reports`, { report: 'KANARIE-for-andre' });
    done(await recall('coordinator', caseId, id));
    const found = (await restsOf(id))!;
    expect(found.rests.map(({ eventType, why }) => [eventType, why])).toEqual([
      ['ActionAgreed', 'possible'],
      ['InformationShared', 'possible'],
      ['ProgressReported', 'possible'],
      ['ProgressReported', 'possible'],
    ]);
    expect(found.told.map(({ organisationId }) => organisationId).sort()).toEqual(['buf', 'sof']);
    const timeline = await call<Marked>('gadeteam', 'GET', `/api/cases/${caseId}/timeline?limit=200`);
    expect(timeline.restsOnRecalled!.length).toBeGreaterThan(0);
    const stored = JSON.stringify(await events(server, `case-${caseId}`));
    expect(stored).not.toContain('KANARIE');
  });

  it('of the police is the police’s to recall; one that nobody made is not there', async () => {
    const { caseId } = await newCase(server);
    const id = await share('police', caseId, 'KANARIE-politi', ['sof']);
    expect((await recall('coordinator', caseId, id)).body.rule).toBe('recall.police');
    expect((await recall('coordinator', caseId, randomUUID())).status).toBe(404);
    done(await recall('police', caseId, id));
    for (const user of ['SOF', 'auditor', 'partner']) expect((await server.call(user, 'GET', '/api/recalls')).status).toBe(403);
  });

  it('of the police can be recalled by them also after they have left the case; nothing else can', async () => {
    const { caseId } = await newCase(server);
    const id = await share('police', caseId, 'KANARIE-fra-politiet', ['sof']);
    const others = await share('SOF', caseId, 'KANARIE-fra-sof', ['politi']);
    await call('coordinator', 'DELETE', `/api/cases/${caseId}/organisations/politi`);
    expect((await server.call('police', 'GET', `/api/cases/${caseId}`)).status).toBe(404);
    for (const other of [others, randomUUID()]) expect((await recall('police', caseId, other)).status).toBe(404);
    expect((await recall('police', caseId, id)).status).toBe(201);
    expect((await server.call('SOF', 'GET', `/api/cases/${caseId}/timeline?limit=200`)).text).not.toContain(
      'KANARIE-fra-politiet',
    );
    const excluded = await newCase(server);
    const theirs = await share('police', excluded.caseId, 'KANARIE-fra-politiet', ['sof']);
    await call('coordinator', 'POST', `/api/cases/${excluded.caseId}/exclusions`, { userId: 'police', ground: 'Fætter' });
    await call('coordinator', 'DELETE', `/api/cases/${excluded.caseId}/organisations/politi`);
    expect((await recall('police', excluded.caseId, theirs)).status).toBe(404);
  });

  it('read by who leads: what they say of it in the room may rest on it, and what the hearers do', async () => {
    const { caseId } = await newCase(server);
    const id = await share('SOF', caseId, 'KANARIE-læst', ['buf']);
    const meetingId = await newMeeting(server);
    const item = `/api/meetings/${meetingId}/items/${await newItem(server, meetingId, caseId)}`;
    await call('coordinator', 'POST', `/api/meetings/${meetingId}/opening`);
    const [lead, guest] = [
      await arrive(server, meetingId, { userId: 'project-lead' }),
      await arrive(server, meetingId, { guestName: 'Gæst', organisationId: 'jobcenter' }),
    ];
    await arrive(server, meetingId, { userId: 'bif' });
    let { revision } = await call<{ revision: number }>('coordinator', 'POST', `${item}/opening`);
    // A guest cannot have read it, and says it before anybody who did.
    for (const fromAttendeeId of [guest, lead]) {
      const said = { ...shared('KANARIE-sagt'), fromAttendeeId };
      done(await server.call('coordinator', 'POST', `${item}/disclosures`, said, { 'if-match': String(revision++) }));
    }
    await call('BIF', 'POST', `/api/cases/${caseId}/reports`, { report: 'KANARIE-bygger-på-det' });
    done(await recall('SOF', caseId, id));
    expect((await restsOf(id))!.rests.map(({ eventType }) => eventType)).toEqual(['InformationSharedInRoom', 'ProgressReported']);
  });

  it('leaves nothing to look at once the case is erased', async () => {
    const { caseId, personId } = await newCase(server, { organisationIds: ['hotspotsekretariatet', 'sof', 'buf'] });
    const id = await share('SOF', caseId, 'KANARIE', ['buf']);
    await call('BUF', 'POST', `/api/cases/${caseId}/reports`, { report: 'KANARIE-byggede' });
    done(await recall('SOF', caseId, id));
    expect(await restsOf(id, '&open=true')).toBeDefined();
    const etag = (await server.call('coordinator', 'GET', `/api/cases/${caseId}`)).headers.get('etag')!;
    done(await server.call('coordinator', 'POST', `/api/cases/${caseId}/closing`, { outcome: 'other' }, { 'if-match': etag }));
    const proposal = { personId, caseId, ground: 'objection', reason: 'Bedt om det' };
    const erasure = `/api/erasures/${(await call<{ id: string }>('coordinator', 'POST', '/api/erasures', proposal)).id}`;
    await call('projectLead', 'POST', `${erasure}/approvals`);
    await call('coordinator', 'POST', `${erasure}/archiving`, { outcome: 'not-required', ground: 'disposal-rules' });
    expect(await restsOf(id, '&open=true')).toBeDefined();
    await call('administrator', 'POST', '/demo/clock', { days: 8 });
    expect((await call<{ status: string }>('coordinator', 'GET', erasure)).status).toBe('erased');
    expect(await restsOf(id, '&open=true')).toBeUndefined();
    expect((await restsOf(id, '&open=false'))!.rests.map(({ open }) => open)).toEqual([false]);
  });

  it('is recalled once, also by two at the same moment, while the case goes on', async () => {
    const { caseId } = await newCase(server);
    const id = await share('SOF', caseId, 'KANARIE-samtidig', ['buf']);
    const [one, other, report] = await Promise.all([
      recall('SOF', caseId, id),
      recall('coordinator', caseId, id),
      server.call('BUF', 'POST', `/api/cases/${caseId}/reports`, { report: 'KANARIE-samtidig-melding' }),
    ]);
    expect([one.status, other.status, report.status]).toEqual([201, 201, 201]);
    const log = await types(server, `case-${caseId}`);
    expect(log.filter((type) => type === 'DisclosureRecalled')).toHaveLength(1);
    // What came before it is on the list: it was decided at the case's revision.
    const listed = (await restsOf(id))!.rests.filter(({ eventType }) => eventType === 'ProgressReported');
    expect(listed).toHaveLength(log.indexOf('ProgressReported') < log.indexOf('DisclosureRecalled') ? 1 : 0);
  });

  it('and looked at at the end of the log: also at a meeting that another process wrote down a moment ago', async () => {
    const { caseId } = await newCase(server);
    const id = await share('SOF', caseId, 'KANARIE-andet-sted', ['buf']);
    const { store } = server.ports;
    const [last] = (await store.readStream(`case-${caseId}`)).slice(-1);
    const meetingId = await newMeeting(server);
    const { revision } = (await store.readStream(`meeting-${meetingId}`)).at(-1)!;
    const data = { meetingId, itemId: randomUUID(), caseId, noNews: false };
    // Nothing in this process knows of it.
    await store.append(`meeting-${meetingId}`, revision, [
      { id: randomUUID(), type: 'ItemDiscussed', data, metadata: { ...last!.metadata, commandId: randomUUID() } },
    ]);
    const head = await store.head();
    const reach = jest.spyOn(server.ports.readModels, 'reach');
    done(await recall('coordinator', caseId, id));
    expect(reach.mock.calls.some(([position]) => position >= head)).toBe(true);
    reach.mockRestore();
    const { rests } = (await restsOf(id))!;
    expect(rests.map(({ eventType }) => eventType)).toEqual(['ItemDiscussed']);
    // What is not found cannot be withdrawn: nobody is told that it was.
    const entry = jest.spyOn(server.ports.readModels, 'timelineEntry').mockResolvedValueOnce(undefined);
    expect((await review('projectLead', caseId, id, rests[0]!.eventId, 'withdraw')).status).toBe(404);
    entry.mockRestore();
    expect(await types(server, `case-${caseId}`)).not.toContain('RecallReviewed');
  });
});
