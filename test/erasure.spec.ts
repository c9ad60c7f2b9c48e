// Erasing over HTTP (rule 12): proposed, approved by every authority, regretted or not, destroyed, certified; and nothing is left to read.
import { randomUUID } from 'node:crypto';
import { addDays } from '@app/platform';
import { DEMO_GROUP } from '../apps/api/src/demo/users.js';
import {
  day,
  done,
  events,
  newAction,
  newCase,
  newCpr,
  newItem,
  arrive,
  types,
  type NewCase,
  type Receipt,
} from './support/flow.js';
import { searchFor } from './support/secrets.js';
import { startTestServer, type TestServer } from './support/server.js';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
}, 60_000);
afterAll(() => server.stop());

interface Erasure {
  readonly erasureId: string;
  readonly status: string;
  readonly waitsFor: string[];
  readonly authorities: string[];
  readonly [more: string]: unknown;
}
const MUNICIPALITY = 'koebenhavns-kommune';
const POLICE = 'koebenhavns-politi';

const get = async <T>(user: string, path: string): Promise<T> => done<T>(await server.call(user, 'GET', path));
const post = async (user: string, path: string, body: object = {}, headers?: Record<string, string>): Promise<Receipt> =>
  done(await server.call(user, 'POST', path, body, headers));
const refused = async (user: string, path: string, body: object = {}): Promise<unknown> => {
  const { status, body: problem } = await server.call<{ rule?: string }>(user, 'POST', path, body);
  return problem.rule ?? status;
};
const advance = (days: number, hours = 0) => post('administrator', '/demo/clock', { days, hours });
const erasure = (id: string, user = 'coordinator') => get<Erasure>(user, `/api/erasures/${id}`);
const typesOf = (personId: string) => types(server, `person-${personId}`);

const close = async ({ caseId }: NewCase, outcome = 'goal-reached') => {
  const { revision } = await get<{ revision: number }>('coordinator', `/api/cases/${caseId}`);
  await post(
    'coordinator',
    `/api/cases/${caseId}/closing`,
    { outcome, summary: 'KANARIE-resume' },
    { 'if-match': `"${revision}"` },
  );
};
const propose = async (body: object, user = 'coordinator') =>
  (await post(user, '/api/erasures', { ground: 'unlawful', reason: 'KANARIE-begrundelse', ...body })).id;
const settle = async (id: string) => {
  await post('projectLead', `/api/erasures/${id}/approvals`);
  await post('coordinator', `/api/erasures/${id}/archiving`, { outcome: 'not-required', ground: 'disposal-rules' });
};

/** A case in which all have written, also the police and in a meeting; with a word in every text that nobody else's texts have. */
const richCase = async () => {
  const word = `KANARIE-${randomUUID().slice(0, 8)}`;
  const cpr = newCpr();
  const body = {
    name: `Ung Testperson ${word}`,
    alias: `${word}-alias`,
    cpr,
    phone: `${word}-telefon`,
    address: `${word}-adresse`,
  };
  const personId = (await post('coordinator', '/api/persons', body)).id;
  const referral = {
    personId,
    groupId: DEMO_GROUP,
    areaId: 'akacieparken',
    responsibleOrganisationId: 'sof',
    open: true,
  };
  const { id: caseId, revision } = await post('coordinator', '/api/cases', { ...referral, reason: `${word}-grund` });
  const path = `/api/cases/${caseId}`;
  await post('police', `${path}/disclosures`, {
    ...{ category: 'crime', toOrganisationIds: ['sof'], content: `${word}-oplysning` },
    necessity: `Det skal SOF vide for at hjælpe: ${word}`,
  });
  const { today } = await get<{ today: string }>('coordinator', '/api/me'); // the demo's clock moves
  const actionId = await newAction(server, caseId, { description: `${word}-aftale`, deadline: addDays(today, 10) });
  await post('SOF', `${path}/actions/${actionId}/completion`, { outcome: `${word}-udfald` });
  const meeting = { groupId: DEMO_GROUP, localDate: addDays(today, 2) };
  const { id: meetingId } = await post('coordinator', '/api/meetings', meeting);
  const itemId = await newItem(server, meetingId, caseId);
  await post('coordinator', `/api/meetings/${meetingId}/opening`);
  await arrive(server, meetingId, { userId: 'coordinator' });
  await post('coordinator', `/api/meetings/${meetingId}/items/${itemId}/opening`);
  await post('coordinator', `/api/meetings/${meetingId}/items/${itemId}/discussion`, { noNews: false, note: `${word}-note` });
  await post('coordinator', `/api/meetings/${meetingId}/closing`);
  return { personId, caseId, revision, cpr, meetingId, secrets: searchFor([word, cpr, `${cpr.slice(0, 6)}-${cpr.slice(6)}`]) };
};

/** Unsuppressed. */
const counts = () =>
  server.owner(
    `select c.area_id, c.status, count(*)::int, sum((select count(*) from read_models_personal.actions a where a.case_id = c.case_id))::int as actions
     from read_models_personal.cases c group by 1, 2 order by 1, 2`,
  );

describe('the texts of a case, when their time is over', () => {
  it('are proposed, approved by both authorities, kept for regret, and destroyed', async () => {
    const mine = await richCase();
    const { personId, caseId, secrets } = mine;
    await close(mine);
    const paths = [
      `/api/cases/${caseId}`,
      `/api/cases/${caseId}/timeline`,
      `/api/cases/${caseId}/disclosures`,
      `/api/meetings/${mine.meetingId}/minutes`,
    ];
    for (const path of paths) expect(secrets.inText((await server.call('coordinator', 'GET', path)).text)).not.toEqual([]);
    expect(await refused('coordinator', '/api/erasures', { personId, caseId, ground: 'retention' })).toBe('erasure.not-due');

    await advance(5 * 365);
    const due = async () =>
      (await get<{ items: { caseId: string }[] }>('auditor', '/api/erasures/due?limit=200')).items.filter(
        (d) => d.caseId === caseId,
      );
    expect(await due()).toEqual([]);
    await advance(3);
    expect(await due()).toMatchObject([{ personId, outcome: 'goal-reached', held: false }]);

    const id = await propose({ personId, caseId, ground: 'retention', reason: undefined });
    expect(await due()).toEqual([]);
    expect(await erasure(id)).toMatchObject({
      status: 'proposed',
      authorities: [MUNICIPALITY, POLICE],
      waitsFor: ['approval', 'archiving'],
    });
    const approve = (user: string) => refused(user, `/api/erasures/${id}/approvals`);
    expect(await approve('coordinator')).toBe('erasure.self-approval');
    expect(await approve('BIF')).toBe(403);
    await post('projectLead', `/api/erasures/${id}/approvals`);
    expect(await erasure(id)).toMatchObject({ status: 'proposed' });
    await post('police', `/api/erasures/${id}/approvals`);
    expect(await erasure(id)).toMatchObject({ status: 'approved', waitsFor: ['archiving', 'regret'] });

    // The time for regret is over, but nobody has said anything of the archives.
    await advance(7, 1);
    expect(await erasure(id)).toMatchObject({ status: 'approved', waitsFor: ['archiving'] });
    for (const path of paths) expect(secrets.inText((await server.call('coordinator', 'GET', path)).text)).not.toEqual([]);
    const counted = await server.readModels.countForOverview(server.ports.clock.today());
    const figures = await counts();
    await post('coordinator', `/api/erasures/${id}/archiving`, {
      outcome: 'delivered',
      archiveId: 'stadsarkivet',
      deliveryId: 'aflevering-1',
    });
    await advance(0);

    expect(await erasure(id)).toMatchObject({ status: 'erased', waitsFor: [] });
    expect((await typesOf(personId)).slice(-6)).toEqual([
      ...['ErasureProposed', 'ErasureApproved', 'ErasureApproved', 'DeliveredToArchives', 'ErasureStarted', 'CaseTextErased'],
    ]);
    // The case is there, and says what happened to its texts; the identity is not part of it.
    const shown = await get<Record<string, unknown>>('coordinator', `/api/cases/${caseId}`);
    expect(shown).toMatchObject({
      status: 'closed',
      reason: null,
      erased: [{ erasureId: id, personId, caseId }],
      person: { name: expect.stringContaining('KANARIE') as string },
    });
    const timeline = await get<{ items: { type: string; texts: object }[] }>('coordinator', `/api/cases/${caseId}/timeline`);
    expect(timeline.items[0]!.type).toBe('CaseTextErased');
    for (const { texts } of timeline.items) for (const text of Object.values(texts)) expect(text).toBeNull();
    for (const path of paths.slice(1)) {
      const answer = await server.call<{ erased: object[] }>('coordinator', 'GET', path);
      expect([path, answer.status, answer.body.erased]).toMatchObject([path, 200, [{ caseId, erasureId: id }]]);
    }
    // Nothing more is written about it.
    expect(await refused('coordinator', `/api/cases/${caseId}/reopening`, { ground: 'Ny bekymring' })).toBe('erased');
    expect(await types(server, `case-${caseId}`)).not.toContain('CaseReopened');
    // The figures are what they were.
    expect(await server.readModels.countForOverview(server.ports.clock.today())).toEqual(counted);
    expect(await counts()).toEqual(figures);
  }, 60_000);
});

describe('a person', () => {
  it('is erased whole: nothing is readable anywhere, and the same CPR number is somebody else', async () => {
    const mine = await richCase();
    const { personId, caseId, cpr, meetingId, secrets } = mine;
    const whole = { personId };
    expect(await refused('coordinator', '/api/erasures', { ...whole, ground: 'objection', reason: 'Bedt om det' })).toBe(
      'erasure.case-not-ended',
    );
    await close(mine);
    expect(await refused('coordinator', '/api/erasures', { ...whole, ground: 'objection' })).toBe('erasure.reason');
    const id = await propose({ ...whole, ground: 'objection', reason: 'KANARIE-begrundelse' });
    expect(await refused('coordinator', '/api/erasures', { ...whole, caseId, ground: 'unlawful', reason: 'x' })).toBe(
      'erasure.under-way',
    );
    await settle(id);
    await post('police', `/api/erasures/${id}/approvals`);
    expect(await get('coordinator', `/api/erasures/${id}`)).toMatchObject({
      reason: 'KANARIE-begrundelse',
      waitsFor: ['regret'],
    });
    expect(await get('auditor', `/api/erasures/${id}`)).not.toHaveProperty('reason');

    const users = ['coordinator', 'projectLead', 'SOF', 'police', 'auditor'];
    const paths = [
      ...[`/api/persons/${personId}`, '/api/cases?limit=200', `/api/cases/${caseId}`, `/api/cases/${caseId}/timeline?limit=200`],
      ...[`/api/cases/${caseId}/disclosures`, '/api/actions?limit=200&status=all', `/api/meetings/${meetingId}/minutes`],
      ...[`/api/meetings/${meetingId}/agenda`, '/api/sharing-log', '/api/access-log', '/api/erasures', `/api/erasures/${id}`],
    ];
    const readable = async () => {
      const found: string[] = [];
      for (const user of users)
        for (const path of paths) {
          const { status, text } = await server.call(user, 'GET', path);
          if (secrets.inText(text).length > 0) found.push(`${user} ${path}`);
          if (status >= 500) found.push(`${user} ${path}: ${status}`);
        }
      const lookUp = await server.call<{ found: boolean }>('coordinator', 'POST', '/api/persons/look-up', { cpr });
      return lookUp.body.found ? [...found, 'look-up'] : found;
    };
    expect((await readable()).length).toBeGreaterThan(15);
    await advance(7);
    expect(await erasure(id)).toMatchObject({ status: 'erased' });
    expect(await readable()).toEqual([]);
    const keys = await server.owner('select cpr_index from read_models_personal.person_search where person_id = $1', [personId]);
    expect(keys).toEqual([{ cpr_index: null }]);

    const shown = await get<Record<string, unknown>>('coordinator', `/api/persons/${personId}`);
    expect(shown).toMatchObject({ name: null, cpr: null, erased: [{ personId, erasureId: id }] });
    expect(await get('coordinator', `/api/erasures/${id}`)).toMatchObject({ reason: null, erased: [{ erasureId: id }] });
    expect(await refused('coordinator', `/api/persons/${personId}/corrections`, { phone: '1' })).toBe('person.erased');
    const referral = { personId, groupId: DEMO_GROUP, areaId: 'akacieparken', responsibleOrganisationId: 'sof' };
    expect(await refused('coordinator', '/api/cases', referral)).toBe('person.erased');
    expect(await refused('coordinator', '/api/legal-holds', { personId, ground: 'complaint', reviewOn: day(30) })).toBe(
      'person.erased',
    );
    // Who is registered under the number now is another person.
    const again = await post('coordinator', '/api/persons', { name: 'Ung Testperson', cpr });
    expect(again.id).not.toBe(personId);

    const certificate = await get<{ keys: string[]; affected: { stream: string; events: number }[] }>(
      'externalAuditor',
      `/api/erasures/${id}/certificate`,
    );
    expect(certificate).toMatchObject({
      ...{ erasureId: id, personId, ground: 'objection', ruleSetId: 'rpl115-default' },
      proposed: { userId: 'coordinator', authorityId: MUNICIPALITY },
      approvals: [
        { userId: 'project-lead', authorityId: MUNICIPALITY },
        { userId: 'police', authorityId: POLICE },
      ],
      archiving: { outcome: 'not-required', ground: 'disposal-rules', by: 'coordinator' },
      started: { userId: 'fremdrift' },
    });
    expect(certificate.keys).toHaveLength(2);
    expect(certificate.affected.map(({ stream }) => stream).sort()).toEqual(
      [`case-${caseId}`, `meeting-${meetingId}`, `person-${personId}`].sort(),
    );
    // As the log has it: every text of the person stands between the places the certificate names, and no key opens it.
    for (const { stream, events: count } of certificate.affected) {
      const sealed = (await server.ports.store.readStream(stream)).filter(({ data }) => {
        const { subject, text = {} } = data as { subject?: { id: string }; text?: object };
        return subject?.id === personId && Object.keys(text).length > 0;
      });
      expect([stream, sealed.length]).toEqual([stream, count]);
    }
    expect(JSON.stringify(await events(server, `person-${personId}`))).not.toMatch(/KANARIE/);

    const file = await server.call('auditor', 'GET', `/api/erasures/${id}/certificate.pdf`);
    expect(file.headers.get('content-type')).toBe('application/pdf');
    // Tagged, in Danish, with its font inside: for screen readers.
    for (const part of [
      /^%PDF-1\.7/,
      /\/Lang \(da-DK\)/,
      /pdfuaid:part>1/,
      /\/StructTreeRoot/,
      /\/S \/H1\b/,
      /\/S \/TH\b/,
      /\/FontFile/,
    ])
      expect(file.text).toMatch(part);
  }, 60_000);

  it('is withdrawn by anybody entitled until the end of the 7 days, and a reopened case takes it back by itself', async () => {
    const mine = await newCase(server);
    await close(mine);
    const withdrawn = await propose({ personId: mine.personId });
    await settle(withdrawn);
    await advance(6, 23);
    expect(await erasure(withdrawn)).toMatchObject({ status: 'approved', waitsFor: ['regret'] });
    await post('hotspotChief', `/api/erasures/${withdrawn}/withdrawal`, { reason: 'KANARIE-fortrudt' });
    const reopened = await propose({ personId: mine.personId, caseId: mine.caseId });
    await settle(reopened);
    await post('coordinator', `/api/cases/${mine.caseId}/reopening`, { ground: 'Ny bekymring' });
    await advance(8);
    expect(await erasure(withdrawn)).toMatchObject({
      status: 'withdrawn',
      withdrawn: { cause: 'person', by: 'hotspot-chief', reason: 'KANARIE-fortrudt' },
    });
    expect(await erasure(reopened)).toMatchObject({ status: 'withdrawn', withdrawn: { cause: 'case-not-ended' } });
    expect((await server.call('coordinator', 'GET', `/api/erasures/${reopened}/certificate`)).status).toBe(404);
    expect(await get('coordinator', `/api/persons/${mine.personId}`)).toMatchObject({ name: expect.any(String) as string });
    expect(await typesOf(mine.personId)).not.toContain('ErasureStarted');
  });

  it('is kept by a legal hold at every step, of the person or of one case', async () => {
    const mine = await newCase(server);
    const { personId, caseId } = mine;
    await close(mine);
    const hold = async (body: object) =>
      (
        await post('projectLead', '/api/legal-holds', {
          personId,
          ground: 'legal-claim',
          reviewOn: day(3650),
          note: 'KANARIE',
          ...body,
        })
      ).id;
    const reviewOn = (await get<{ today: string }>('coordinator', '/api/me')).today;
    expect(await refused('coordinator', '/api/legal-holds', { personId, ground: 'complaint', reviewOn: '2026-01-01' })).toBe(
      'hold.review',
    );
    const first = await hold({ reviewOn });
    expect(await refused('coordinator', '/api/erasures', { personId, ground: 'objection', reason: 'Bedt om det' })).toBe(
      'erasure.legal-hold',
    );
    await post('coordinator', `/api/legal-holds/${first}/lifting`);
    const id = await propose({ personId });
    const second = await hold({ caseId, reviewOn });
    expect(await refused('projectLead', `/api/erasures/${id}/approvals`)).toBe('erasure.legal-hold');
    await post('coordinator', `/api/legal-holds/${second}/lifting`, { note: 'Afgjort' });
    await settle(id);
    const third = await hold({ reviewOn });
    await advance(8);
    expect(await erasure(id)).toMatchObject({ status: 'approved', waitsFor: ['legal-hold'] });
    const { items } = await get<{ items: { holdId: string }[] }>('auditor', '/api/legal-holds?limit=200');
    expect(items.find((h) => h.holdId === third)).toMatchObject({
      personId,
      lifted: false,
      reviewOverdue: true,
      placedBy: 'project-lead',
    });
    expect(JSON.stringify(items)).not.toContain('KANARIE');
    await post('coordinator', `/api/legal-holds/${third}/lifting`);
    await advance(0);
    expect(await erasure(id)).toMatchObject({ status: 'erased' });
  });

  it('registered in error, without a case, is for those who lead', async () => {
    const { id: personId } = await post('BIF', '/api/persons', { name: 'Ung Testperson' });
    const wanted = { personId, ground: 'registered-in-error', reason: 'Forkert person' };
    expect(await refused('BIF', '/api/erasures', wanted)).toBe(403);
    const id = await propose(wanted);
    expect(await refused('police', `/api/erasures/${id}/approvals`)).toBe(404);
    await settle(id);
    await advance(7);
    expect(await erasure(id)).toMatchObject({ status: 'erased', authorities: [MUNICIPALITY] });
  });
});

describe('whose data it is', () => {
  /** Ended, with what somebody did in it before. @returns who must approve */
  const authorities = async (work: (path: string, made: NewCase) => Promise<unknown>) => {
    const made = await newCase(server);
    await work(`/api/cases/${made.caseId}`, made);
    await close(made);
    return (await erasure(await propose({ personId: made.personId, caseId: made.caseId }))).authorities;
  };
  it('is of those whose people wrote it, and not of all who may read it', async () => {
    expect(await authorities(() => Promise.resolve())).toEqual([MUNICIPALITY]);
    expect(await authorities((path) => post('police', `${path}/reports`, { report: 'KANARIE-rapport' }))).toEqual([
      MUNICIPALITY,
      POLICE,
    ]);
  });
  it('is of those who said it in the room, whoever wrote it down', async () => {
    const inRoom = async (_: string, { caseId }: NewCase) => {
      const { today } = await get<{ today: string }>('coordinator', '/api/me');
      const { id } = await post('coordinator', '/api/meetings', { groupId: DEMO_GROUP, localDate: addDays(today, 2) });
      const itemId = await newItem(server, id, caseId);
      await post('coordinator', `/api/meetings/${id}/opening`);
      const fromAttendeeId = await arrive(server, id, { userId: 'police' });
      await arrive(server, id, { userId: 'sof' });
      const { revision } = await post('coordinator', `/api/meetings/${id}/items/${itemId}/opening`);
      const said = { category: 'crime', content: 'KANARIE-sagt', necessity: 'Det skal SOF vide for at hjælpe.', fromAttendeeId };
      await post('coordinator', `/api/meetings/${id}/items/${itemId}/disclosures`, said, { 'if-match': `"${revision}"` });
      await post('coordinator', `/api/meetings/${id}/closing`);
    };
    expect(await authorities(inRoom)).toEqual([MUNICIPALITY, POLICE]);
  });
});

describe('a spreadsheet', () => {
  it('read in again after the erasure makes another person: the ledger has forgotten the first', async () => {
    const row = { name: 'Ung Testperson', cpr: newCpr(), area: 'Akacieparken', responsible: 'BUF', reference: 'slettet' };
    const read = async (what: object) => {
      const answer = await server.call('coordinator', 'POST', '/api/imports/rows', {
        groupId: DEMO_GROUP,
        dryRun: false,
        row: what,
      });
      return done<{ outcome: string; caseId: string }>(answer);
    };
    const personOf = async (id: string) =>
      (await get<{ person: { personId: string } }>('coordinator', `/api/cases/${id}`)).person.personId;
    const ledger = (personId: string) => server.owner('select 1 from imports.ledger where person_id = $1', [personId]);
    const { caseId } = await read(row);
    const { cpr, ...withoutNumber } = { ...row, reference: 'slettet 2', name: 'Ung Testperson Uden', birthDate: '2011-01-01' };
    expect(cpr).toBe(row.cpr);
    const other = await read(withoutNumber); // known by name and date of birth: by the ledger alone
    for (const [id, what] of [
      [caseId, row],
      [other.caseId, withoutNumber],
    ] as const) {
      const personId = await personOf(id);
      expect(await ledger(personId)).toHaveLength(1);
      await close({ personId, caseId: id, revision: 0 });
      const erasureId = await propose({ personId });
      await settle(erasureId);
      await advance(7);
      expect(await erasure(erasureId)).toMatchObject({ status: 'erased' });
      expect(await ledger(personId)).toEqual([]);
      const again = await read(what);
      expect(again.outcome).toBe('created');
      expect(await personOf(again.caseId)).not.toBe(personId);
    }
  });
});

describe('a server that breaks off', () => {
  it.each([
    ['before the keys are destroyed', false],
    ['when they are, and nothing says so yet', true],
  ])('%s finishes at its next look, once', async (_, after) => {
    const mine = await newCase(server);
    await close(mine);
    const id = await propose({ personId: mine.personId });
    await settle(id);
    const { keys } = server.ports;
    const destroy = keys.destroy.bind(keys);
    keys.destroy = async (target) => {
      if (after) await destroy(target);
      throw new Error('broken off');
    };
    await advance(7);
    keys.destroy = destroy;
    expect(await erasure(id)).toMatchObject({ status: 'started' });
    // The point of no return is behind it.
    expect(await refused('coordinator', `/api/erasures/${id}/withdrawal`)).toBe('erasure.begun');
    expect(await refused('coordinator', `/api/persons/${mine.personId}/corrections`, { phone: '1' })).toBe('person.erased');
    for (const again of [1, 2]) {
      await advance(0);
      expect([again, await erasure(id)]).toMatchObject([again, { status: 'erased' }]);
    }
    const steps = (await typesOf(mine.personId)).filter((type) => type === 'ErasureStarted' || type === 'PersonErased');
    expect(steps).toEqual(['ErasureStarted', 'PersonErased']);
    expect(await get<{ keys: string[] }>('auditor', `/api/erasures/${id}/certificate`)).toMatchObject({
      keys: [expect.any(String), expect.any(String)],
    });
  });
});
