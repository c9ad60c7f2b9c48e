// A case over HTTP, answers and events: its life, its actions, what is shared under § 115, and who gets to see it.
import { demoId } from '../apps/api/src/demo/data.js';
import { day, done, events, newAction, newCase, types } from './support/flow.js';
import { startTestServer, type TestServer } from './support/server.js';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
}, 60_000);
afterAll(() => server.stop());

const call = (user: string, method: string, path: string, body?: unknown, headers?: Record<string, string>) =>
  server.call<Record<string, unknown> & { rule: string; source: string; id: string; revision: number }>(
    ...([user, method, path, body, headers] as const),
  );
const at = (revision: number) => ({ 'if-match': `"${revision}"` });
const FEW = ['hotspotsekretariatet', 'sof', 'politi'];

describe('a case', () => {
  it('is referred, opened, paused, resumed, closed and reopened', async () => {
    const { caseId, personId } = await newCase(server, { open: false, reason: 'Set på gaden sent om aftenen' });
    const path = `/api/cases/${caseId}`;
    done(await call('coordinator', 'POST', `${path}/screening`, { outcome: 'accepted', assessment: 'Hører til' }));
    done(await call('coordinator', 'POST', `${path}/opening`));
    done(await call('coordinator', 'POST', `${path}/pause`, { until: day(30), ground: 'På efterskole' }));
    const { revision } = done(await call('coordinator', 'POST', `${path}/resumption`));
    done(await call('coordinator', 'POST', `${path}/closing`, { outcome: 'goal-reached', summary: 'I arbejde' }, at(revision)));
    done(await call('coordinator', 'POST', `${path}/reopening`, { ground: 'Ny bekymring' }));
    const stored = await events(server, `case-${caseId}`);
    expect(stored.map(({ type }) => type)).toEqual([
      ...['CaseReferred', 'CaseScreened', 'CaseOpened', 'CasePaused', 'CaseResumed', 'CaseClosed', 'CaseReopened'],
    ]);
    // Born 1 January 2011: the age is taken from the CPR number, the day itself is not told.
    expect(stored[0]!.data).toMatchObject({
      personId,
      ageBand: expect.stringMatching(/^1/) as string,
      groupId: 'fremdriftsgruppen',
    });
    expect(JSON.stringify(stored)).not.toMatch(/gaden|efterskole|I arbejde|bekymring|Testperson/);
    const { body, headers } = await call('coordinator', 'GET', path);
    expect(body).toMatchObject({ caseId, status: 'open', reason: 'Set på gaden sent om aftenen', revision: 6 });
    expect(headers.get('etag')).toBe('"6"');
  });

  it('is not half referred when somebody who may not open it wants it open', async () => {
    const { personId } = await newCase(server);
    const before = await server.ports.store.head();
    const body = { personId, groupId: 'fremdriftsgruppen', areaId: 'akacieparken', responsibleOrganisationId: 'bif', open: true };
    expect((await call('BIF', 'POST', '/api/cases', body)).status).toBe(403);
    const { events: since } = await server.ports.store.readAll(before, { limit: 100 });
    expect(since.map(({ type }) => type)).toEqual(['AccessRefused']);
  });

  it('is seen by participants of its organisations, and by nobody it excludes', async () => {
    const few = await newCase(server, { organisationIds: FEW });
    const listed = async (user: string) => {
      const ids: string[] = [];
      for (let after = ''; ;) {
        const { body } = await server.call<{ items: { caseId: string }[]; next?: string }>(
          user,
          'GET',
          `/api/cases?limit=5${after}`,
        );
        ids.push(...body.items.map((item) => item.caseId));
        if (body.next === undefined) return ids;
        after = `&after=${body.next}`;
      }
    };
    const [bif, sof] = [await listed('BIF'), await listed('SOF')];
    expect([bif.includes(few.caseId), bif.includes(demoId('case 5')), bif.includes(demoId('case 1'))]).toEqual([
      false,
      false,
      true,
    ]);
    expect([sof.includes(few.caseId), sof.includes(demoId('case 5'))]).toEqual([true, true]);
    expect(new Set(sof).size).toBe(sof.length);
    const path = `/api/cases/${few.caseId}`;
    expect([(await call('BIF', 'GET', path)).status, (await call('SOF', 'GET', path)).status]).toEqual([404, 200]);

    done(await call('coordinator', 'POST', `${path}/exclusions`, { userId: 'sof', ground: 'I familie med den unge' }));
    for (const suffix of ['', '/timeline', '/disclosures']) expect((await call('SOF', 'GET', path + suffix)).status).toBe(404);
    const report = await call('SOF', 'POST', `${path}/reports`, { report: 'Har talt med den unge' });
    expect([report.status, report.text]).toEqual([404, (await call('BIF', 'GET', path)).text]);
    expect(await listed('SOF')).not.toContain(few.caseId);
    const { body } = await server.call<{ items: { caseId: string }[] }>('SOF', 'GET', '/api/actions?status=all&limit=200');
    expect(body.items.map((item) => item.caseId)).not.toContain(few.caseId);
    // An organisation that joins sees it; one that leaves does not.
    done(await call('coordinator', 'PUT', `${path}/organisations/bif`));
    expect((await call('BIF', 'GET', path)).status).toBe(200);
    done(await call('coordinator', 'DELETE', `${path}/organisations/bif`));
    expect((await call('BIF', 'GET', path)).status).toBe(404);
    const housing = await call('coordinator', 'PUT', `${path}/organisations/boligorganisation`);
    // No group can hold it (rule 5), so no case of one can.
    expect([housing.status, housing.body.rule]).toEqual([422, 'case.organisation']);
  });

  it('comes in pages without gaps, and refuses a cursor of its own making', async () => {
    for (const path of [
      '/api/cases',
      '/api/actions',
      '/api/meetings',
      '/api/sharing-log',
      `/api/cases/${demoId('case 1')}/timeline`,
    ]) {
      const page = (query: string) =>
        server.call<{ items: unknown[]; next?: string }>('coordinator', 'GET', `${path}?${query}`).then(({ body }) => body);
      const whole = await page('limit=200');
      const pages: unknown[] = [];
      for (let next: string | undefined = ''; next !== undefined;) {
        const { items, next: cursor }: { items: unknown[]; next?: string } = await page(`limit=2${next && `&after=${next}`}`);
        pages.push(...items);
        next = cursor;
      }
      expect(pages).toEqual(whole.items);
      for (const bad of ['after=WzFd', 'after=x', 'limit=0', 'limit=201', 'limit=x', 'unknown=1']) {
        const { status, headers } = await call('coordinator', 'GET', `${path}?${bad}`);
        expect([path, bad, status, headers.get('content-type')]).toEqual([
          path,
          bad,
          400,
          'application/problem+json; charset=utf-8',
        ]);
      }
    }
  });
});

describe('an action', () => {
  it('is agreed, accepted, moved, handed over and done, each by who may', async () => {
    const { caseId } = await newCase(server);
    const actionId = await newAction(server, caseId, { ownerUserId: 'sof' });
    const path = `/api/cases/${caseId}/actions/${actionId}`;
    expect((await call('BUF', 'POST', `${path}/acceptance`)).status).toBe(403);
    let { revision } = done(await call('SOF', 'POST', `${path}/acceptance`));

    const move = { to: day(20), ground: 'Den unge er på ferie til da' };
    expect((await call('SOF', 'POST', `${path}/deadline`, move)).status).toBe(428);
    expect((await call('SOF', 'POST', `${path}/deadline`, move, at(revision - 1))).status).toBe(409);
    expect((await call('SOF', 'POST', `${path}/deadline`, move, { 'if-match': 'x' })).status).toBe(400);
    const empty = await call('SOF', 'POST', `${path}/deadline`, { ...move, ground: 'ok' }, at(revision));
    expect([empty.status, empty.body.rule]).toEqual([422, 'action.ground']);
    ({ revision } = done(await call('SOF', 'POST', `${path}/deadline`, move, at(revision))));

    const offer = { toOrganisationId: 'gadeteam', toUserId: 'gadeteam' };
    expect((await call('SOF', 'POST', `${path}/handover`, offer)).status).toBe(428);
    ({ revision } = done(await call('SOF', 'POST', `${path}/handover`, offer, at(revision))));
    const other = await call('BUF', 'POST', `${path}/handover-acceptance`, undefined, at(revision));
    expect([other.status, other.body.rule]).toEqual([422, 'action.not-receiver']);
    done(await call('gadeteam', 'POST', `${path}/handover-acceptance`, undefined, at(revision)));
    done(await call('gadeteam', 'POST', `${path}/completion`, { outcome: 'Mødtes onsdag' }));
    expect(await types(server, `case-${caseId}`)).toEqual([
      ...['CaseReferred', 'CaseOpened', 'ActionAgreed', 'ActionAccepted', 'DeadlineMoved', 'HandoverOffered', 'HandoverAccepted'],
      'ActionCompleted',
    ]);
    const { body } = await server.call<{ actions: object[] }>('gadeteam', 'GET', `/api/cases/${caseId}`);
    expect(body.actions).toMatchObject([
      { actionId, ownerUserId: 'gadeteam', status: 'completed', deadline: day(20), deadlineMoves: 1 },
    ]);
  });

  it('keeps its case open', async () => {
    const { caseId } = await newCase(server);
    const actionId = await newAction(server, caseId);
    const path = `/api/cases/${caseId}`;
    const { revision } = (await call('coordinator', 'GET', path)).body;
    expect((await call('coordinator', 'POST', `${path}/closing`, { outcome: 'other' })).status).toBe(428);
    expect((await call('coordinator', 'POST', `${path}/closing`, { outcome: 'other' }, at(revision - 1))).status).toBe(409);
    const refused = await call('coordinator', 'POST', `${path}/closing`, { outcome: 'other' }, at(revision));
    expect([refused.status, refused.body]).toMatchObject([
      422,
      { rule: 'case.open-actions', detailDa: expect.any(String) as string },
    ]);
    const cancelled = done(await call('coordinator', 'POST', `${path}/actions/${actionId}/cancellation`, { ground: 'Flyttet' }));
    done(await call('coordinator', 'POST', `${path}/closing`, { outcome: 'other' }, at(cancelled.revision)));
    expect((await types(server, `case-${caseId}`)).slice(-2)).toEqual(['ActionCancelled', 'CaseClosed']);
  });

  it('is for somebody who works where it says, and is not excluded', async () => {
    const { caseId } = await newCase(server);
    const agree = (over: object) =>
      call('coordinator', 'POST', `/api/cases/${caseId}/actions`, {
        ...{ description: 'Ringe', ownerOrganisationId: 'sof', deadline: day(10) },
        ...over,
      }).then(({ status, body }) => [status, body.rule]);
    expect(await agree({ ownerUserId: 'bif' })).toEqual([422, 'action.owner']);
    expect(await agree({ ownerOrganisationId: 'boligorganisation' })).toEqual([422, 'case.organisation-not-taking-part']);
    expect(await agree({ deadline: day(-1) })).toEqual([422, 'action.deadline']);
    expect(await agree({ deadline: '2026-02-30' })).toEqual([400, undefined]);
    done(await call('coordinator', 'POST', `/api/cases/${caseId}/exclusions`, { userId: 'sof' }));
    expect(await agree({ ownerUserId: 'sof' })).toEqual([422, 'case.worker-excluded']);
  });
});

describe('sharing under § 115', () => {
  const disclosure = {
    category: 'school',
    necessity: 'Jobcentret skal kende fremmødet for at lægge en plan',
    content: 'HEMMELIGT-INDHOLD',
  };
  const share = (user: string, caseId: string, over: object = {}) =>
    call(user, 'POST', `/api/cases/${caseId}/disclosures`, { ...disclosure, toOrganisationIds: ['jobcenter'], ...over });

  it('goes to organisations of the case, between authorities by § 115 and within one as internal', async () => {
    const { caseId, personId } = await newCase(server);
    done(await share('police', caseId));
    const { id } = done(
      await share('BUF', caseId, { toOrganisationIds: ['bif', 'politi'], necessity: 'BIF og politi planlægger besøget' }),
    );
    const stored = await events(server, `case-${caseId}`);
    expect(stored.slice(2)).toMatchObject([
      { type: 'InformationShared', data: { fromOrganisationId: 'politi', purpose: 'ssp', recipients: [{ basis: 'rpl115' }] } },
      {
        type: 'InformationShared',
        data: {
          ...{ disclosureId: id, personId, fromOrganisationId: 'buf', fromUserId: 'buf', policies: ['case.participant'] },
          recipients: [
            { organisationId: 'bif', basis: 'internal' },
            { organisationId: 'politi', basis: 'rpl115' },
          ],
        },
      },
    ]);
    expect(JSON.stringify(stored)).not.toContain('HEMMELIGT');
    // The parties and those who lead read it; another participant sees that there is something.
    const read = async (user: string) => {
      const { body } = await server.call<{ items: object[] }>(user, 'GET', `/api/cases/${caseId}/disclosures`);
      return body.items[0];
    };
    for (const user of ['BUF', 'BIF', 'police', 'coordinator'])
      expect(await read(user)).toMatchObject({ content: 'HEMMELIGT-INDHOLD' });
    expect(await read('gadeteam')).toMatchObject({ disclosureId: id, withheld: true, category: 'school' });
    for (const path of ['disclosures', 'timeline'])
      expect((await call('gadeteam', 'GET', `/api/cases/${caseId}/${path}`)).text).not.toContain('HEMMELIGT');
  });

  it.each([
    ['no words', { necessity: '...' }, 'rpl115.necessity'],
    ['an empty phrase', { necessity: 'ok' }, 'rpl115.necessity'],
    ['investigation', { purpose: 'investigation' }, 'rpl115.investigation'],
    ['another purpose', { purpose: 'nysgerrighed' }, 'rpl115.purpose'],
    ['a recipient of the group that is not in the case', { toOrganisationIds: ['jobcenter', 'bif'] }, 'rpl115.recipient'],
    ['a housing association', { toOrganisationIds: ['boligorganisation'] }, 'rpl115.recipient'],
  ])('is refused for %s: on record, in both logs, without the content', async (_, over, rule) => {
    const { caseId } = await newCase(server, { organisationIds: [...FEW, 'jobcenter'] });
    const refused = await share('SOF', caseId, over);
    expect([refused.status, refused.body]).toMatchObject([422, { rule, source: expect.stringContaining('§ 115') as string }]);
    const stored = (await events(server, `case-${caseId}`)).at(-1)!;
    expect(stored).toMatchObject({ type: 'DisclosureRefused', data: { rule, fromOrganisationId: 'sof', category: 'school' } });
    expect(Object.keys(stored.data)).not.toEqual(expect.arrayContaining(['text']));
    const { body } = await server.call<{ items: object[] }>('coordinator', 'GET', '/api/sharing-log?refused=true&limit=1');
    expect(body.items).toMatchObject([{ caseId, refusedBy: rule }]);
    for (const path of [`/api/cases/${caseId}/disclosures`, `/api/cases/${caseId}/timeline`, '/api/sharing-log'])
      expect((await call('coordinator', 'GET', path)).text).not.toContain('HEMMELIGT');
  });

  it('cites the disclosure whose reason it uses again', async () => {
    const { caseId } = await newCase(server);
    const first = done(await share('BUF', caseId));
    const again = await share('BUF', caseId, { necessity: `  ${disclosure.necessity.toUpperCase()}. `, content: 'Mere' });
    expect([again.status, again.body.rule]).toEqual([422, 'rpl115.necessity-repeated']);
    done(await share('BUF', caseId, { content: 'Mere', repeats: first.id }));
    expect((await events(server, `case-${caseId}`)).at(-1)).toMatchObject({
      type: 'InformationShared',
      data: { repeats: first.id },
    });
  });

  it('answers a request, or declines without a reason', async () => {
    const { caseId } = await newCase(server);
    const ask = async () => {
      const body = { toOrganisationId: 'buf', category: 'school', dueOn: day(5), question: 'Hvordan er fremmødet?' };
      return done(await call('jobcenter', 'POST', `/api/cases/${caseId}/information-requests`, body)).id;
    };
    const [first, second] = [await ask(), await ask()];
    const notAsked = await share('SOF', caseId, { answers: first });
    expect([notAsked.status, notAsked.body.rule]).toEqual([422, 'request.not-yours']);
    done(await share('BUF', caseId, { answers: first }));
    done(await call('BUF', 'POST', `/api/cases/${caseId}/information-requests/${second}/declining`));
    const { body } = await server.call<{ requests: { requestId: string; status: string }[] }>(
      'coordinator',
      'GET',
      `/api/cases/${caseId}`,
    );
    // Asked for the same day: in no order.
    const answers = body.requests.map(({ requestId, status }) => [requestId, status] as const);
    expect(new Map(answers)).toEqual(
      new Map([
        [first, 'answered'],
        [second, 'declined'],
      ]),
    );
  });
});
