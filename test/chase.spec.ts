// Nothing is forgotten, over HTTP and with the demo's clock: the ladder, whose hands an action is in, and where nothing is heard.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CommandBus } from '@nestjs/cqrs';
import { BACKGROUND, enter } from '@app/read-models';
import { createTestDatabase } from '@app/testing';
import { demoId } from '../apps/api/src/demo/data.js';
import { DEMO_GROUP } from '../apps/api/src/demo/users.js';
import { Chaser } from '../apps/api/src/chase/chaser.js';
import { done, events, newAction, newCase, types } from './support/flow.js';
import { startServerOn, startTestServer, temporaryFolder, type Client, type TestServer } from './support/server.js';

/** A Tuesday. */
const START = new Date('2026-11-24T07:30:00.000Z');

const today = async (client: Client) => (await client.call<{ today: string }>(undefined, 'GET', '/demo/clock')).body.today;
/** Moves the demo's clock to a local date, later the same time of day, and the ladder looks. */
const goTo = async (client: Client, date: string): Promise<void> => {
  const days = Math.round((Date.parse(date) - Date.parse(await today(client))) / 86_400_000);
  done(await client.call('coordinator', 'POST', '/demo/clock', { days }));
};
const look = (server: TestServer): Promise<void> => server.app.get(Chaser).look();
/** The group's meeting of a date, which the series has planned, is held and closed. */
const hold = async (server: TestServer, date: string): Promise<void> => {
  const { items } = (
    await server.call<{ items: { meetingId: string; localDate: string }[] }>('coordinator', 'GET', '/api/meetings?limit=100')
  ).body;
  const { meetingId } = items.find((m) => m.localDate === date)!;
  done(await server.call('coordinator', 'POST', `/api/meetings/${meetingId}/opening`));
  done(await server.call('coordinator', 'POST', `/api/meetings/${meetingId}/closing`));
  await look(server);
};
/** What is in the action's own stream: type and the local date it fell due, one a step. */
const steps = async (server: TestServer, actionId: string): Promise<string[]> =>
  (await events(server, `chase-${actionId}`)).map(({ type, data }) =>
    [type, data['step'], data['on'] ?? data['heldOn']].filter((part) => typeof part === 'string').join(' '),
  );
const reasonsOn = async (server: TestServer, date: string, caseId: string): Promise<string[] | undefined> => {
  const { items } = (
    await server.call<{ items: { meetingId: string; localDate: string }[] }>('coordinator', 'GET', '/api/meetings?limit=100')
  ).body;
  const { meetingId } = items.find((m) => m.localDate === date)!;
  interface Agenda {
    items: { caseId?: string; why: { reason: string }[] }[];
  }
  const agenda = (await server.call<Agenda>('coordinator', 'GET', `/api/meetings/${meetingId}/agenda`)).body;
  return agenda.items.find((item) => item.caseId === caseId)?.why.map(({ reason }) => reason);
};
const accept = async (server: TestServer, caseId: string, actionId: string) =>
  done(await server.call('SOF', 'POST', `/api/cases/${caseId}/actions/${actionId}/acceptance`));
const etag = async (server: TestServer, caseId: string) => ({
  'if-match': (await server.call('coordinator', 'GET', `/api/cases/${caseId}`)).headers.get('etag')!,
});

describe('the ladder', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer({ now: START });
  }, 60_000);
  afterAll(() => server.stop());

  it('reminds, falls due, chases, puts first and escalates; what is done, or moved, is left alone', async () => {
    const { caseId } = await newCase(server);
    const forgotten = await newAction(server, caseId, { deadline: '2026-12-08' });
    const completed = await newAction(server, caseId, { deadline: '2026-12-08' });
    const moved = await newAction(server, caseId, { deadline: '2026-12-08', ownerUserId: 'sof' });
    for (const actionId of [forgotten, completed, moved]) await accept(server, caseId, actionId);
    await goTo(server, '2026-12-02');
    expect(await steps(server, forgotten)).toEqual([]);
    await goTo(server, '2026-12-03');
    for (const actionId of [forgotten, completed, moved])
      expect(await steps(server, actionId)).toEqual(['ActionReminded 2026-12-03']);
    expect((await events(server, `chase-${forgotten}`))[0]!.data).toMatchObject({ organisationId: 'sof', to: ['sof'] });

    const path = `/api/cases/${caseId}/actions`;
    done(await server.call('SOF', 'POST', `${path}/${completed}/completion`, {}));
    const ground = 'Skolen har lukket hele ugen';
    const move = { to: '2026-12-18', ground };
    done(await server.call('SOF', 'POST', `${path}/${moved}/deadline`, move, await etag(server, caseId)));
    await goTo(server, '2026-12-08');
    await goTo(server, '2026-12-09');
    expect(await reasonsOn(server, '2026-12-15', caseId)).toEqual(expect.arrayContaining(['chased-action', 'overdue-action']));
    await goTo(server, '2026-12-15');
    await hold(server, '2026-12-15');
    await goTo(server, '2026-12-21');
    expect(await steps(server, forgotten)).not.toContain('ActionEscalated 2026-12-21');
    await goTo(server, '2026-12-22');
    await hold(server, '2026-12-22');
    expect(await steps(server, forgotten)).toEqual([
      ...['ActionReminded 2026-12-03', 'ActionFellDue 2026-12-08', 'ActionChased 2026-12-09', 'ActionPutFirst 2026-12-09'],
      ...['MeetingMissed 2026-12-15', 'MeetingMissed 2026-12-22', 'ActionEscalated 2026-12-22'],
    ]);
    expect((await events(server, `chase-${forgotten}`)).at(-1)!.data).toMatchObject({ why: 'meetings-missed' });
    expect(await steps(server, completed)).toEqual(['ActionReminded 2026-12-03']);
    expect(await steps(server, moved)).toEqual([
      ...['ActionReminded 2026-12-03', 'ActionReminded 2026-12-15', 'StepOvertaken due 2026-12-18', 'ActionChased 2026-12-21'],
      ...['ActionPutFirst 2026-12-21', 'MeetingMissed 2026-12-22'],
    ]);
    expect((await reasonsOn(server, '2026-12-29', caseId))?.[0]).toBe('escalated-action');
    const { body } = await server.call<{ escalatedOn: string; chases: number }>(
      'projectLead',
      'GET',
      `/api/actions/${forgotten}/history`,
    );
    expect(body).toMatchObject({ action: { escalatedOn: '2026-12-22', chases: 1, overdue: true } });
  }, 60_000);

  it('comes after a jump of weeks with each step once; who looks at the same time takes none twice', async () => {
    const { caseId } = await newCase(server);
    const deadline = '2027-01-12';
    const actions: string[] = [];
    for (let i = 0; i < 12; i++) actions.push(await newAction(server, caseId, { deadline, ownerUserId: 'sof' }));
    // Nobody accepts: that is asked after once as well.
    const others = Array.from({ length: 4 }, () => new Chaser(server.ports, server.app.get(CommandBus)));
    await Promise.all([goTo(server, '2027-01-20'), ...others.map((chaser) => chaser.look())]);
    await Promise.all([look(server), ...others.map((chaser) => chaser.look())]);
    for (const actionId of actions)
      expect(await steps(server, actionId)).toEqual([
        ...['StepOvertaken reminded 2027-01-07', 'StepOvertaken due 2027-01-12', 'ActionChased 2027-01-13'],
        ...['ActionPutFirst 2027-01-13', 'AcceptanceChased 2026-12-29'],
      ]);
  }, 60_000);

  it('asks nothing of the actions for which nothing falls due', async () => {
    const rows = await server.ports.dataSource.transaction(async (em) => {
      await enter(em, BACKGROUND);
      await em.query('set local enable_seqscan = off');
      return em.query<{ 'QUERY PLAN': string }[]>('explain select action_id from actions where next_step_on <= $1', [
        await today(server),
      ]);
    });
    expect(rows.map((row) => row['QUERY PLAN']).join('\n')).toMatch(/Index/);
  });
});

it('loses and doubles no step over a stop of a week', async () => {
  const database = await createTestDatabase();
  const folder = temporaryFolder();
  const clockFile = join(folder, 'demo', 'clock.json');
  try {
    mkdirSync(join(folder, 'demo'));
    writeFileSync(clockFile, JSON.stringify({ offset: START.getTime() - Date.now() }));
    let server = await startServerOn(database.url, folder);
    const { caseId } = await newCase(server);
    const actionId = await newAction(server, caseId, { deadline: '2026-12-01' });
    const second = await newAction(server, caseId, { deadline: '2026-12-03' });
    for (const id of [actionId, second]) await accept(server, caseId, id);
    await goTo(server, '2026-11-27');
    expect(await steps(server, actionId)).toEqual(['ActionReminded 2026-11-26']);
    await server.stop();
    // Nothing runs for a week.
    const { offset } = JSON.parse(readFileSync(clockFile, 'utf8')) as { offset: number };
    writeFileSync(clockFile, JSON.stringify({ offset: offset + 7 * 86_400_000 }));
    server = await startServerOn(database.url, folder);
    const after = await steps(server, actionId);
    expect(after).toEqual([
      ...['ActionReminded 2026-11-26', 'StepOvertaken due 2026-12-01', 'ActionChased 2026-12-02', 'ActionPutFirst 2026-12-02'],
    ]);
    expect(await steps(server, second)).toEqual([
      ...[
        'StepOvertaken reminded 2026-11-30',
        'StepOvertaken due 2026-12-03',
        'ActionChased 2026-12-04',
        'ActionPutFirst 2026-12-04',
      ],
    ]);
    await server.stop();
    server = await startServerOn(database.url, folder);
    expect(await steps(server, actionId)).toEqual(after);
    await server.stop();
  } finally {
    await database.drop();
    rmSync(folder, { recursive: true, force: true });
  }
}, 120_000);

describe('whose hands', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer({ now: START });
  }, 60_000);
  afterAll(() => server.stop());

  it('chases by hand, answers, escalates at once, and tells it all', async () => {
    const { caseId } = await newCase(server);
    const actionId = await newAction(server, caseId, { deadline: '2026-12-08', ownerUserId: 'sof' });
    await accept(server, caseId, actionId);
    const path = `/api/actions/${actionId}`;
    const chase = (user: string) => server.call<{ id: string }>(user, 'POST', `${path}/chases`, { note: 'KANARIE-rykker' });
    for (const user of ['SOF', 'BIF', 'administrator', 'partner']) expect((await chase(user)).status).toBe(403);
    const { id: chaseId } = done(await chase('projectLead'));
    const answer = (user: string, id = chaseId) =>
      server.call(user, 'POST', `${path}/chases/${id}/answer`, { answer: 'KANARIE-svar' });
    expect((await answer('BIF')).status).toBe(403);
    expect((await answer('SOF', demoId('no chase'))).status).toBe(404);
    done(await answer('SOF'));
    const escalate = (user: string, reason = 'KANARIE-grund: kræver en bevilling') =>
      server.call<{ rule: string }>(user, 'POST', `${path}/escalation`, { reason });
    expect((await escalate('coordinator')).status).toBe(403);
    expect((await escalate('projectLead', 'ok')).body.rule).toBe('escalation.reason');
    done(await escalate('projectLead'));
    expect(await types(server, `chase-${actionId}`)).toEqual(['ActionChased', 'ChaseAnswered', 'ActionEscalated']);
    // Sealed, all of it.
    expect(JSON.stringify(await events(server, `chase-${actionId}`))).not.toContain('KANARIE');
    expect((await reasonsOn(server, '2026-12-01', caseId))?.[0]).toBe('escalated-action');

    const move = { to: '2026-12-15', ground: 'KANARIE-flyttet, skolen har lukket' };
    done(await server.call('SOF', 'POST', `/api/cases/${caseId}/actions/${actionId}/deadline`, move, await etag(server, caseId)));
    await goTo(server, '2026-11-27');
    const offer = { toOrganisationId: 'politi', toUserId: 'police' };
    done(
      await server.call('SOF', 'POST', `/api/cases/${caseId}/actions/${actionId}/handover`, offer, await etag(server, caseId)),
    );
    done(
      await server.call(
        'police',
        'POST',
        `/api/cases/${caseId}/actions/${actionId}/handover-acceptance`,
        undefined,
        await etag(server, caseId),
      ),
    );
    await goTo(server, '2026-11-28');
    const { body } = await server.call<Record<string, object[]>>('BIF', 'GET', `${path}/history`);
    expect(body).toMatchObject({
      action: { deadlineMoves: 1, chases: 1, chasesAnswered: 1, ownerOrganisationId: 'politi' },
      hands: [
        { organisationId: 'sof', userId: 'sof', days: 3, acceptedAt: expect.any(String) as string },
        { organisationId: 'politi', userId: 'police', days: 1 },
      ],
      moves: [{ from: '2026-12-08', to: '2026-12-15', userId: 'sof', ground: move.ground }],
      chases: [
        {
          ...{ chaseId, by: 'hand', userId: 'project-lead', to: ['sof'], note: 'KANARIE-rykker' },
          answers: [{ userId: 'sof', answer: 'KANARIE-svar' }],
        },
      ],
      steps: [{ type: 'ActionEscalated', why: 'by-hand', reason: 'KANARIE-grund: kræver en bevilling' }],
    });
    // The escalation was of the deadline before.
    expect(body['action']).not.toHaveProperty('escalatedOn');
    const timeline = await server.call<{ items: { type: string }[] }>('BIF', 'GET', `/api/cases/${caseId}/timeline`);
    expect(timeline.body.items.map(({ type }) => type)).toEqual(
      expect.arrayContaining(['ActionChased', 'ChaseAnswered', 'ActionEscalated']),
    );
    // Demo case 5 is not BIF's: there is no such action.
    const closed = demoId('action 5 0');
    expect((await server.call('BIF', 'GET', `/api/actions/${closed}/history`)).status).toBe(404);
    expect((await server.call('SOF', 'GET', `/api/actions/${closed}/history`)).status).toBe(200);
    expect((await server.call('SOF', 'GET', `/api/actions/${demoId('none')}/history`)).status).toBe(404);
  }, 60_000);

  it('hands over in bulk when somebody leaves, and shows what waits', async () => {
    const first = await newCase(server);
    const second = await newCase(server, { organisationIds: ['hotspotsekretariatet', 'sof', 'politi'] });
    const deadline = '2026-12-18';
    const one = await newAction(server, first.caseId, { deadline, ownerOrganisationId: 'gadeteam', ownerUserId: 'gadeteam' });
    const two = await newAction(server, first.caseId, { deadline, ownerUserId: 'sof' });
    const three = await newAction(server, second.caseId, { deadline, ownerUserId: 'sof' });
    const body = { toOrganisationId: 'bif', toUserId: 'bif' };
    expect((await server.call('SOF', 'POST', '/api/users/sof/handover', body)).status).toBe(403);
    interface Answer {
      offered: { actionId: string }[];
      notOffered: { actionId: string; rule: string }[];
    }
    const { offered, notOffered } = done<Answer>(await server.call('projectLead', 'POST', '/api/users/sof/handover', body));
    expect(offered.map((o) => o.actionId)).toContain(two);
    expect(offered.map((o) => o.actionId)).not.toContain(one);
    expect(notOffered).toMatchObject([
      ...notOffered.filter((n) => n.actionId !== three),
      { actionId: three, rule: 'case.organisation-not-taking-part' },
    ]);
    const waiting = async () =>
      (
        await server.call<{ items: { actionId: string; awaitsAcceptanceSince: string }[] }>(
          ...(['projectLead', 'GET', '/api/actions?awaitsAcceptance=true&limit=200'] as const),
        )
      ).body.items.map((item) => item.actionId);
    expect(await waiting()).toEqual(expect.arrayContaining([one, two, three]));
    done(
      await server.call(
        'BIF',
        'POST',
        `/api/cases/${first.caseId}/actions/${two}/handover-acceptance`,
        undefined,
        await etag(server, first.caseId),
      ),
    );
    expect(await waiting()).not.toContain(two);
    // Nobody of BIF took it up: after two working days the receiver is asked again, not the one who leaves.
    const four = await newAction(server, first.caseId, { deadline, ownerUserId: 'sof' });
    await accept(server, first.caseId, four);
    done(await server.call('projectLead', 'POST', '/api/users/sof/handover', body));
    await goTo(server, '2026-12-03');
    const asked = (await events(server, `chase-${four}`)).find(({ type }) => type === 'AcceptanceChased');
    expect(asked?.data).toMatchObject({ organisationId: 'bif', to: ['bif'] });
  }, 60_000);

  it('an offer is declined by the receiver, ends when they leave the case, and goes with what they hand over themselves', async () => {
    const { caseId } = await newCase(server);
    const id = await newAction(server, caseId, { deadline: '2026-12-18', ownerUserId: 'sof' });
    await accept(server, caseId, id);
    const path = `/api/cases/${caseId}/actions/${id}`;
    const offerTo = async (organisationId: string, userId: string) =>
      done(
        await server.call(
          ...(['SOF', 'POST', `${path}/handover`, { toOrganisationId: organisationId, toUserId: userId }] as const),
          await etag(server, caseId),
        ),
      );
    const action = async () =>
      (
        await server.call<{ actions: { ownerUserId: string; handoverTo?: object; awaitsAcceptanceSince?: string }[] }>(
          ...(['coordinator', 'GET', `/api/cases/${caseId}`] as const),
        )
      ).body.actions[0]!;
    await offerTo('bif', 'bif');
    const decline = (user: string) =>
      server.call<{ rule?: string }>(user, 'POST', `${path}/handover-declining`, { ground: 'KANARIE' });
    expect((await decline('BUF')).body.rule).toBe('action.not-receiver');
    for (const _ of [1, 2]) expect((await decline('BIF')).status).toBe(200);
    expect(await action()).toMatchObject({ ownerUserId: 'sof' });
    expect(await action()).not.toHaveProperty('handoverTo');
    expect(await action()).not.toHaveProperty('awaitsAcceptanceSince');
    expect(JSON.stringify(await events(server, `case-${caseId}`))).not.toContain('KANARIE');
    await offerTo('gadeteam', 'gadeteam');
    done(await server.call('coordinator', 'DELETE', `/api/cases/${caseId}/organisations/gadeteam`));
    expect(await action()).not.toHaveProperty('handoverTo');
    expect(await action()).not.toHaveProperty('awaitsAcceptanceSince');
    await offerTo('bif', 'bif');
    const body = { toOrganisationId: 'buf', toUserId: 'buf' };
    const { offered } = done<{ offered: { actionId: string }[] }>(
      await server.call('projectLead', 'POST', '/api/users/bif/handover', body),
    );
    expect(offered.map(({ actionId }) => actionId)).toContain(id);
    expect(await action()).toMatchObject({ ownerUserId: 'sof', handoverTo: { organisationId: 'buf', userId: 'buf' } });
  });

  it('tells deputies while somebody is away, and nobody who is excluded from the case', async () => {
    const { caseId } = await newCase(server);
    const group = `/api/groups/${DEMO_GROUP}`;
    done(await server.call('administrator', 'PUT', `${group}/members/gadeteam/deputy`, { deputyUserId: 'buf' }));
    done(await server.call('administrator', 'PUT', `${group}/members/gadeteam/deputy`, { deputyUserId: 'bif' }));
    const away = { from: '2026-12-03', backOn: '2026-12-20' };
    expect((await server.call('BIF', 'POST', `${group}/absences`, { ...away, userId: 'gadeteam' })).status).toBe(403);
    done(await server.call('gadeteam', 'POST', `${group}/absences`, away));
    // Who announces another absence is away as before; called off, it is gone from the list.
    const [summer, dayOff] = [{ from: '2027-07-05', backOn: '2027-07-26' }, '2027-01-04'];
    for (const said of [summer, { from: dayOff, backOn: '2027-01-05' }, { from: dayOff, backOn: dayOff }])
      done(await server.call('gadeteam', 'POST', `${group}/absences`, said));
    const groups = await server.call<{ items: { groupId: string; absences: object[] }[] }>('administrator', 'GET', '/api/groups');
    expect(groups.body.items.find(({ groupId }) => groupId === DEMO_GROUP)!.absences).toEqual(
      [away, summer].map((said) => ({ ...said, userId: 'gadeteam' })),
    );
    done(await server.call('coordinator', 'POST', `/api/cases/${caseId}/exclusions`, { userId: 'buf' }));
    const owner = { ownerOrganisationId: 'gadeteam', ownerUserId: 'gadeteam' };
    const actionId = await newAction(server, caseId, { ...owner, deadline: '2026-12-10' });
    await goTo(server, '2026-12-07');
    expect((await events(server, `chase-${actionId}`)).at(-1)).toMatchObject({ type: 'ActionReminded', data: { to: ['bif'] } });
  }, 60_000);

  it('follows the group’s own thresholds and closing days', async () => {
    const { caseId } = await newCase(server);
    const before = await newAction(server, caseId, { deadline: '2027-01-05' });
    await accept(server, caseId, before);
    const ladder = {
      ...{ reminderWorkingDaysBefore: 5, chaseWorkingDaysAfter: 2 },
      ...{ escalateAfterHeldMeetings: 1, escalateAfterWorkingDays: 10 },
    };
    expect((await server.call('projectLead', 'PUT', `/api/groups/${DEMO_GROUP}/ladder`, ladder)).status).toBe(403);
    done(await server.call('administrator', 'PUT', `/api/groups/${DEMO_GROUP}/ladder`, ladder));
    const after = await newAction(server, caseId, { deadline: '2027-01-05' });
    await accept(server, caseId, after);
    // The 30th is closed as well: the reminders come a working day earlier, also of what was agreed before.
    done(await server.call('administrator', 'PUT', `/api/groups/${DEMO_GROUP}/closing-days`, { dates: ['2026-12-30'] }));
    for (const date of ['2026-12-22', '2026-12-23', '2026-12-28']) await goTo(server, date);
    expect(await steps(server, before)).toEqual(['ActionReminded 2026-12-28']);
    expect(await steps(server, after)).toEqual(['ActionReminded 2026-12-22']);
    const { items } = (await server.call<{ items: object[] }>('coordinator', 'GET', '/api/groups')).body;
    expect(items).toMatchObject([{ ladder, closingDays: ['2026-12-30'], yearlyClosingDays: ['06-05', '12-24', '12-31'] }]);
  }, 60_000);
});

describe('the one who chases asks', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer({ now: START });
  }, 60_000);
  afterAll(() => server.stop());
  interface Silence {
    caseId: string;
    reason: string;
    since: string;
    days: number;
    toOrganisationId?: string;
    da: string;
  }
  const silences = async (caseId: string, user = 'projectLead') =>
    (await server.call<{ items: Silence[] }>(user, 'GET', '/api/silences?limit=200')).body.items.filter(
      (s) => s.caseId === caseId,
    );

  it('where nothing is heard, and “declined” is an answer', async () => {
    const { caseId } = await newCase(server);
    const request = { toOrganisationId: 'buf', category: 'school', dueOn: '2026-12-01', question: 'Hvordan er fremmødet?' };
    const ask = async () =>
      done(await server.call('coordinator', 'POST', `/api/cases/${caseId}/information-requests`, request)).id;
    const [one, two] = [await ask(), await ask()];
    done(await server.call('coordinator', 'POST', `/api/cases/${caseId}/follow-ups`, { on: '2026-11-26' }));
    await goTo(server, '2026-11-30');
    expect(await silences(caseId)).toEqual([]);
    done(await server.call('BUF', 'POST', `/api/cases/${caseId}/information-requests/${one}/declining`));
    await goTo(server, '2026-12-01');
    expect(await silences(caseId)).toMatchObject([
      { reason: 'unanswered-request', requestId: two, toOrganisationId: 'buf', since: '2026-11-24', days: 7 },
    ]);
    expect(await reasonsOn(server, '2026-12-01', caseId)).toContain('unanswered-request');
    await goTo(server, '2026-12-03');
    expect((await silences(caseId)).map(({ reason }) => reason)).toEqual(['unanswered-request', 'missed-follow-up']);
    await goTo(server, '2026-12-21');
    expect((await silences(caseId)).map(({ reason, since }) => `${reason} ${since}`)).toEqual([
      ...['unanswered-request 2026-11-24', 'missed-follow-up 2026-11-26', 'silent-case 2026-11-30'],
    ]);
    // Page by page the same; and only of the cases one may see.
    const all: Silence[] = [];
    for (let after = ''; ;) {
      const { items, next } = (
        await server.call<{ items: Silence[]; next?: string }>('projectLead', 'GET', `/api/silences?limit=1${after}`)
      ).body;
      all.push(...items);
      if (next === undefined) break;
      after = `&after=${next}`;
    }
    expect(all.filter((s) => s.caseId === caseId)).toEqual(await silences(caseId));
    expect(await silences(demoId('case 5'), 'BIF')).toEqual([]);
    expect((await server.call('administrator', 'GET', '/api/silences')).status).toBe(403);
  }, 60_000);

  it('what is overdue by organisation, and what moved most often', async () => {
    interface Overdue {
      organisationId: string;
      overdue: number;
      days1to7: number;
      days8to14: number;
      days15to30: number;
      over30days: number;
    }
    const overdue = async (user: string, organisationId: string) =>
      (await server.call<{ items: Overdue[] }>(user, 'GET', '/api/chase/overdue')).body.items.find(
        (row) => row.organisationId === organisationId,
      );
    const none = { overdue: 0, days1to7: 0, days8to14: 0, days15to30: 0, over30days: 0 };
    const before = (await overdue('projectLead', 'sof')) ?? none;
    const { caseId } = await newCase(server, { organisationIds: ['hotspotsekretariatet', 'sof', 'politi'] });
    const now = await today(server);
    const inDays = (days: number) => new Date(Date.parse(now) + days * 86_400_000).toISOString().slice(0, 10);
    for (const days of [0, 1, 7, 22]) await newAction(server, caseId, { deadline: inDays(days) });
    await goTo(server, inDays(8));
    expect(await overdue('projectLead', 'sof')).toMatchObject({
      overdue: before.overdue + 3,
      days1to7: expect.any(Number) as number,
      days8to14: expect.any(Number) as number,
    });
    expect((await overdue('BIF', 'sof'))?.overdue ?? 0).toBeLessThan(before.overdue + 3);
    const counted = (await overdue('projectLead', 'sof'))!;
    expect(counted.days1to7 + counted.days8to14 + counted.days15to30 + counted.over30days).toBe(counted.overdue);

    const moved = await newAction(server, caseId, { deadline: inDays(30) });
    await accept(server, caseId, moved);
    for (const days of [31, 32, 33]) {
      const body = { to: inDays(days), ground: `Skolen er lukket i ${days} dage` };
      done(await server.call('SOF', 'POST', `/api/cases/${caseId}/actions/${moved}/deadline`, body, await etag(server, caseId)));
    }
    const most = (await server.call<{ items: object[] }>('projectLead', 'GET', '/api/chase/most-moved?limit=1')).body.items;
    expect(most).toMatchObject([{ actionId: moved, deadlineMoves: 3 }]);
    expect((await server.call<{ items: object[] }>('BIF', 'GET', '/api/chase/most-moved')).body.items).toEqual([]);
  }, 60_000);
});
