// What no lower level could move, over HTTP and with the demo's clock: up to the steering group without a name, decided, back to the case
// and the next weekly agenda, and chased again.
import { jest } from '@jest/globals';
import { CommandBus } from '@nestjs/cqrs';
import { demoId } from '../apps/api/src/demo/data.js';
import { DEMO_GROUP } from '../apps/api/src/demo/users.js';
import { Change } from '../apps/api/src/core/change.js';
import { RefusedError } from '../apps/api/src/core/errors.js';
import { Escalator } from '../apps/api/src/steering/escalator.js';
import { SteeringSeries } from '../apps/api/src/steering/series.js';
import { accessLogOf, done, events, newAction, newCase, types } from './support/flow.js';
import { searchFor } from './support/secrets.js';
import { startTestServer, type Answer, type TestServer } from './support/server.js';

/** A Tuesday; the steering group meets on Thursday. */
const START = new Date('2026-11-24T07:30:00.000Z');
const FIRST = '2026-11-26';

interface Escalation {
  readonly escalationId: string;
  readonly actionId: string;
  readonly status: string;
  readonly stuck: boolean;
  readonly passedMeetings: number;
  readonly waitingDays: number;
  readonly summary?: string | null;
  readonly personName?: string | null;
  readonly evidence: Record<'hands' | 'moves' | 'chases' | 'missedMeetings', Record<string, unknown>[]>;
  readonly decision?: { decision?: string | null; returned?: { actionIds: string[]; refused: unknown[] } };
  readonly directors?: { overdue: boolean; followUp?: { refused: unknown[] } };
}
interface Meeting {
  readonly steeringMeetingId: string;
  readonly localDate: string;
  readonly status: string;
  readonly invited: { userId: string }[];
  readonly decided?: string[];
  readonly undecided?: string[];
}

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ now: START });
}, 60_000);
afterAll(() => server.stop());

const get = async <T>(user: string, path: string): Promise<T> => done<T>(await server.call(user, 'GET', path));
const post = (user: string, path: string, body?: unknown): Promise<Answer> => server.call(user, 'POST', path, body);
const goTo = async (date: string): Promise<void> => {
  const { today } = (await server.call<{ today: string }>(undefined, 'GET', '/demo/clock')).body;
  const days = Math.round((Date.parse(date) - Date.parse(today)) / 86_400_000);
  done(await post('coordinator', '/demo/clock', { days }));
};
const today = async () => (await server.call<{ today: string }>(undefined, 'GET', '/demo/clock')).body.today;
const inDays = async (days: number) => new Date(Date.parse(await today()) + days * 86_400_000).toISOString().slice(0, 10);

/** An action of SOF's that the project lead escalates at once. */
const escalated = async () => {
  const { caseId, personId } = await newCase(server, { reason: 'KANARIE-styring-grund' });
  const deadline = await inDays(3);
  const actionId = await newAction(server, caseId, { description: 'KANARIE-styring-aftale', deadline });
  done(
    await post('projectLead', `/api/actions/${actionId}/escalation`, { reason: 'KANARIE-styring-begrundelse, ingen betaler' }),
  );
  const { items } = await get<{ items: Escalation[] }>('projectLead', `/api/escalations?actionId=${actionId}`);
  return { caseId, personId, actionId, escalationId: items[0]!.escalationId, path: `/api/escalations/${items[0]!.escalationId}` };
};
const meetings = async () =>
  (await get<{ items: Meeting[] }>('steeringMember', `/api/steering-meetings?status=planned&limit=200`)).items;
/** A meeting of today, beside the series. */
const meetingToday = async (): Promise<string> => {
  const body = { groupId: DEMO_GROUP, localDate: await today(), startTime: '23:00' };
  return done(await post('hotspotChief', '/api/steering-meetings', body)).id;
};
const hold = (steeringMeetingId: string) =>
  post('hotspotChief', `/api/steering-meetings/${steeringMeetingId}/holding`, { attended: ['steering-member', 'hotspot-chief'] });
const one = (user: string, path: string) => get<Escalation>(user, path);
interface CaseSeen {
  actions: {
    actionId: string;
    status: string;
    deadline: string;
    ownerOrganisationId: string;
    handoverTo?: object;
    description: string;
  }[];
  followUps: { on: string; note: string }[];
  escalations: { status: string; decision?: { decision: string } }[];
}
const caseSeen = (caseId: string) => get<CaseSeen>('SOF', `/api/cases/${caseId}`);
const decide = async (path: string, over: object = {}) => {
  const body = {
    steeringMeetingId: await meetingToday(),
    outcome: 'return',
    dueOn: await inDays(10),
    decision: 'Skolen inviterer selv.',
  };
  return post('steeringMember', `${path}/decision`, { ...body, ...over });
};
const agendaOf = async (caseId: string) => {
  const { items } = await get<{ items: { meetingId: string; localDate: string }[] }>(
    'coordinator',
    '/api/meetings?status=planned',
  );
  const { meetingId } = items.at(-1)!;
  interface Agenda {
    items: { caseId?: string; why: { reason: string; en: string }[] }[];
  }
  const agenda = await get<Agenda>('coordinator', `/api/meetings/${meetingId}/agenda`);
  return agenda.items.find((item) => item.caseId === caseId)?.why.map(({ reason }) => reason);
};

describe('the steering group’s meetings', () => {
  it('plan themselves every 14 days, for the directors and the hotspot chief, once whoever looks', async () => {
    const before = await meetings();
    await Promise.all([1, 2].map(() => server.app.get(SteeringSeries).look()));
    await new SteeringSeries(server.ports, server.app.get(CommandBus)).look();
    expect(await meetings()).toEqual(before);
    expect(before.map((m) => m.localDate)).toEqual([FIRST]);
    expect(before[0]!.invited.map((i) => i.userId).sort()).toEqual(['hotspot-chief', 'steering-member']);
    expect((await get<Meeting>('steeringMember', '/api/steering-meetings/next')).localDate).toBe(FIRST);
  });
  it('are not held before their day', async () => {
    const [{ steeringMeetingId }] = (await meetings()) as [Meeting];
    expect(await hold(steeringMeetingId)).toMatchObject({ status: 422, body: { rule: 'steering-meeting.early' } });
  });
  it('are set by the administrator for the group', async () => {
    const series = { firstOn: '2027-06-01', startTime: '10:00', durationMinutes: 45 };
    const groupId = 'styregruppe-test';
    const body = {
      groupId,
      name: 'Gruppe',
      areaIds: ['akacieparken'],
      series: { weekday: 1, startTime: '09:00', durationMinutes: 60 },
    };
    done(await post('administrator', '/api/groups', body));
    done(await server.call('administrator', 'PUT', `/api/groups/${groupId}/steering-series`, series));
    const { items } = await get<{ items: { groupId: string; steeringSeries?: object }[] }>('administrator', '/api/groups');
    expect(items.find((g) => g.groupId === groupId)!.steeringSeries).toEqual(series);
    await goTo(await today());
    expect((await meetings()).filter((m) => m.localDate > '2027')).toMatchObject(
      [{ groupId, localDate: '2027-06-01' }, { groupId }].slice(0, 1),
    );
  });
});

describe('an escalation', () => {
  it('reaches the steering group with its evidence, without a name or the action’s own words', async () => {
    const { caseId, personId, path, actionId } = await escalated();
    const answer = await server.call<Escalation>('steeringMember', 'GET', path);
    expect(answer.body).toMatchObject({ status: 'open', actionId, stuck: false, passedMeetings: 0, why: 'by-hand' });
    expect(answer.body.evidence.hands).toMatchObject([{ organisationId: 'sof', accepted: false }]);
    const { name } = await get<{ name: string }>('coordinator', `/api/persons/${personId}`);
    for (const secret of searchFor(['KANARIE', name, caseId, personId]).inText(answer.text)) throw new Error(`leaked ${secret}`);
    const listed = await server.call('steeringMember', 'GET', '/api/escalations');
    expect(searchFor(['KANARIE', 'Testperson', caseId]).inText(listed.text)).toEqual([]);
    expect(await types(server, `escalation-${path.split('/').at(-1)}`)).toEqual(['EscalationReceived']);
    expect((await accessLogOf(server, 'steering-member')).at(-1)!.data).toMatchObject({ purpose: 'escalations.list' });
  });

  it('carries whose hands it was in, moves of its deadline, and chases with their answers', async () => {
    const { caseId } = await newCase(server);
    const actionId = await newAction(server, caseId, { deadline: await inDays(1) });
    const action = `/api/cases/${caseId}/actions/${actionId}`;
    done(await post('SOF', `${action}/acceptance`));
    const etag = (await server.call('SOF', 'GET', `/api/cases/${caseId}`)).headers.get('etag')!;
    const move = { to: await inDays(2), ground: 'Skolen har lukket hele ugen' };
    done(await server.call('SOF', 'POST', `${action}/deadline`, move, { 'if-match': etag }));
    const { id: chaseId } = done(await post('projectLead', `/api/actions/${actionId}/chases`, {}));
    done(await post('SOF', `/api/actions/${actionId}/chases/${chaseId}/answer`, { answer: 'På torsdag' }));
    done(await post('projectLead', `/api/actions/${actionId}/escalation`, { reason: 'Ingen i gruppen kan bevilge' }));
    const { items } = await get<{ items: Escalation[] }>('steeringMember', `/api/escalations?actionId=${actionId}`);
    expect(items[0]!.evidence).toEqual({
      hands: [
        { organisationId: 'sof', from: await today(), until: await today(), days: 0, accepted: false },
        { organisationId: 'sof', userId: 'sof', from: await today(), days: 0, accepted: true },
      ],
      moves: [{ on: await today(), from: await inDays(1), to: await inDays(2), userId: 'sof', organisationId: 'sof' }],
      chases: [{ on: await today(), by: 'hand', answers: 1 }],
      missedMeetings: [],
    });
  });

  it('is summarised by the project lead, and a summary that says who it is about is refused', async () => {
    const { path, personId } = await escalated();
    const { name } = await get<{ name: string }>('coordinator', `/api/persons/${personId}`);
    for (const summary of [`${name} mangler en plads`, 'Testperson mangler en plads', 'Om 010111-4001']) {
      const refused = await post('projectLead', `${path}/summary`, { summary });
      expect(refused).toMatchObject({ status: 422, body: { rule: 'escalation.summary-identifies' } });
    }
    // What the other registration of the same person says is as telling.
    const { id: other } = done(await post('coordinator', '/api/persons', { name: 'Xerxina Prøvesen', alias: 'Zorroline' }));
    const itsCase = { personId: other, groupId: DEMO_GROUP, areaId: 'akacieparken', responsibleOrganisationId: 'sof' };
    done(await post('coordinator', '/api/cases', itsCase));
    const merging = { intoPersonId: personId, reason: 'Samme person' };
    done(await post('coordinator', `/api/persons/${other}/merge`, merging));
    for (const summary of ['Xerxinas skole har ingen plads', 'En plads til Zorroline'])
      expect((await post('projectLead', `${path}/summary`, { summary })).status).toBe(422);
    const summary = 'To forvaltninger er uenige om, hvem der betaler.';
    done(await post('projectLead', `${path}/summary`, { summary }));
    expect((await one('steeringMember', path)).summary).toBe(summary);
    expect(await one('auditor', path)).not.toHaveProperty('summary');
    expect((await post('coordinator', `${path}/summary`, { summary })).status).toBe(403);
  });

  it('shows a name to the steering group only once it is opened, with its necessity, and only until it ends', async () => {
    const { path, personId, actionId, caseId } = await escalated();
    const { name } = await get<{ name: string }>('coordinator', `/api/persons/${personId}`);
    expect(await one('steeringMember', path)).not.toHaveProperty('personName');
    expect((await one('projectLead', path)).personName).toBe(name);
    expect(await post('coordinator', `${path}/name-opening`, { necessity: 'se ovenfor' })).toMatchObject({
      status: 422,
      body: { rule: 'escalation.necessity' },
    });
    expect((await post('steeringMember', `${path}/name-opening`, { necessity: 'Vi vil vide det alle sammen' })).status).toBe(403);
    done(await post('coordinator', `${path}/name-opening`, { necessity: 'Afgøre, om det er en søskendesag' }));
    expect((await one('steeringMember', path)).personName).toBe(name);
    expect((await accessLogOf(server, 'steering-member')).at(-1)!.data).toMatchObject({
      ...{
        purpose: 'escalation.read-name',
        personIds: [personId],
        fieldClasses: expect.arrayContaining(['identity']) as string[],
      },
      policies: expect.arrayContaining(['steering.member-reads-opened-name']) as string[],
    });
    const list = await server.call('steeringMember', 'GET', `/api/escalations?actionId=${actionId}`);
    expect(list.text).not.toContain(name);
    done(await post('SOF', `/api/cases/${caseId}/actions/${actionId}/completion`, {}));
    await server.app.get(Escalator).look();
    expect(await one('steeringMember', path)).toMatchObject({ status: 'resolved', resolved: { how: 'completed' } });
    expect(await one('steeringMember', path)).not.toHaveProperty('personName');
  });

  it('is none of a participant’s, partner’s, politician’s or administrator’s; auditors get pseudonyms', async () => {
    const { path, caseId, personId } = await escalated();
    for (const user of ['SOF', 'police', 'partner', 'politicalMember', 'administrator'])
      expect((await server.call(user, 'GET', path)).status).toBe(403);
    for (const user of ['auditor', 'externalAuditor']) {
      const answer = await server.call(user, 'GET', path);
      expect(answer.body).toMatchObject({ caseId, personId });
      expect(searchFor(['KANARIE', 'Testperson']).inText(answer.text)).toEqual([]);
    }
    done(await post('coordinator', `/api/cases/${caseId}/exclusions`, { userId: 'steering-member', ground: 'Familie' }));
    expect((await server.call('steeringMember', 'GET', path)).status).toBe(404);
  });

  it('is stuck after two held meetings that left it undecided, and the agenda is oldest first', async () => {
    const { escalationId, path } = await escalated();
    for (const n of [1, 2]) {
      const meetingId = await meetingToday();
      const agenda = await get<{ items: Escalation[] }>('steeringMember', `/api/steering-meetings/${meetingId}/agenda`);
      const waiting = agenda.items.map((e) => (e as unknown as { waitingSince: string }).waitingSince);
      expect(agenda.items.map((e) => e.escalationId)).toContain(escalationId);
      expect(waiting).toEqual([...waiting].sort());
      done(await hold(meetingId));
      expect(await one('steeringMember', path)).toMatchObject({ passedMeetings: n, stuck: n === 2 });
      expect((await get<Meeting>('steeringMember', `/api/steering-meetings/${meetingId}`)).undecided).toContain(escalationId);
    }
    const { items } = await get<{ items: Escalation[] }>('projectLead', '/api/escalations?stuck=true&limit=200');
    expect(items.map((e) => e.escalationId)).toContain(escalationId);
  });

  it('again, for a later deadline, takes over from the one that still waits, with its age', async () => {
    const { path, caseId, actionId, escalationId } = await escalated();
    done(await hold(await meetingToday()));
    const etag = (await server.call('SOF', 'GET', `/api/cases/${caseId}`)).headers.get('etag')!;
    const move = { to: await inDays(8), ground: 'Skolen har lukket hele ugen' };
    done(
      await server.call('coordinator', 'POST', `/api/cases/${caseId}/actions/${actionId}/deadline`, move, { 'if-match': etag }),
    );
    done(await post('projectLead', `/api/actions/${actionId}/escalation`, { reason: 'Stadig ingen bevilling' }));
    await server.app.get(Escalator).look();
    expect(await one('projectLead', path)).toMatchObject({ status: 'resolved', resolved: { how: 'escalated-again' } });
    const { items } = await get<{ items: Escalation[] }>('projectLead', `/api/escalations?actionId=${actionId}&status=open`);
    expect(items).toMatchObject([{ follows: escalationId, passedMeetings: 1 }]);
  });
});

describe('a decision', () => {
  it('to assign offers the action across departments with a new deadline, and is chased there', async () => {
    const { path, caseId, actionId } = await escalated();
    const dueOn = await inDays(10);
    const body = {
      outcome: 'assign',
      ownerOrganisationId: 'bif',
      ownerUserId: 'bif',
      dueOn,
      decision: 'BIF overtager og betaler.',
    };
    done(await decide(path, body));
    const seen = await caseSeen(caseId);
    expect(seen.actions).toMatchObject([{ actionId, deadline: dueOn, handoverTo: { organisationId: 'bif', userId: 'bif' } }]);
    expect(seen.escalations).toMatchObject([{ status: 'decided', decision: { decision: 'BIF overtager og betaler.' } }]);
    expect((await one('projectLead', path)).decision!.returned).toMatchObject({ actionIds: [actionId], refused: [] });
    const etag = (await server.call('BIF', 'GET', `/api/cases/${caseId}`)).headers.get('etag')!;
    const acceptance = `/api/cases/${caseId}/actions/${actionId}/handover-acceptance`;
    done(await server.call('BIF', 'POST', acceptance, undefined, { 'if-match': etag }));
    const timeline = await get<{ items: { type: string; texts: Record<string, string> }[] }>(
      'SOF',
      `/api/cases/${caseId}/timeline`,
    );
    const made = timeline.items.find((entry) => entry.type === 'SteeringDecisionMade');
    expect(made!.texts['decision']).toBe('BIF overtager og betaler.');
    expect(await agendaOf(caseId)).toContain('steering-decision');
  });
  it('is on the next agenda also when it came while a meeting was held that no longer spoke of the case', async () => {
    const { path, caseId } = await escalated();
    const { id: meetingId } = done(
      await post('coordinator', '/api/meetings', { groupId: DEMO_GROUP, localDate: await inDays(2) }),
    );
    done(await post('coordinator', `/api/meetings/${meetingId}/opening`));
    const dueOn = await inDays(30);
    done(await decide(path, { outcome: 'return', dueOn, decision: 'Skolen inviterer selv til samtale.' }));
    done(await post('coordinator', `/api/meetings/${meetingId}/closing`));
    expect(await agendaOf(caseId)).toContain('steering-decision');
  });
  it('to grant becomes an action of its own, beside the one that is chased anew', async () => {
    const { path, caseId, actionId } = await escalated();
    const body = { outcome: 'grant', amount: 25_000, ownerOrganisationId: 'bif', decision: 'Bevilliget 25.000 kr. til pladsen.' };
    done(await decide(path, body));
    const { actions } = await caseSeen(caseId);
    const granted = actions.find((a) => a.actionId !== actionId)!;
    expect(granted).toMatchObject({ ownerOrganisationId: 'bif', description: body.decision, deadline: await inDays(10) });
    expect(actions.find((a) => a.actionId === actionId)).toMatchObject({ status: 'agreed', deadline: await inDays(10) });
  });
  it('to change the plan puts another action in its place', async () => {
    const { path, caseId, actionId } = await escalated();
    const body = {
      outcome: 'change-plan',
      otherAction: 'Praktik på værkstedet',
      ownerOrganisationId: 'jobcenter',
      decision: 'Skolen opgives.',
    };
    done(await decide(path, body));
    const { actions } = await caseSeen(caseId);
    expect(actions.find((a) => a.actionId === actionId)!.status).toBe('cancelled');
    expect(actions.find((a) => a.actionId !== actionId)).toMatchObject({
      description: 'Praktik på værkstedet',
      ownerOrganisationId: 'jobcenter',
    });
    expect((await one('steeringMember', path)).status).toBe('decided');
  });
  it('that the case does not take any more says so, and by which rule', async () => {
    const { path, caseId, actionId, escalationId } = await escalated();
    // Done in the moment between the decision and its way back.
    const look = withoutNudge();
    done(await decide(path, { decision: 'Skolen ringer til hjemmet.' }));
    done(await post('SOF', `/api/cases/${caseId}/actions/${actionId}/completion`, {}));
    look.release();
    await server.app.get(Escalator).look();
    const returned = (await events(server, `escalation-${escalationId}`)).at(-1)!;
    expect(returned).toMatchObject({
      type: 'DecisionReturned',
      data: { actionIds: [], refused: [{ command: 'MoveDeadline', rule: 'action.not-open' }] },
    });
    expect((await one('projectLead', path)).decision!.returned!.refused).toHaveLength(1);
  });
  it('is chased like any action: missed again, it is escalated again', async () => {
    const { path, actionId } = await escalated();
    done(await decide(path));
    await goTo(await inDays(40));
    expect(await types(server, `chase-${actionId}`)).toEqual(expect.arrayContaining(['ActionChased', 'ActionPutFirst']));
    const { items } = await get<{ items: Escalation[] }>('steeringMember', `/api/escalations?actionId=${actionId}`);
    expect(items.map((e) => e.status)).toEqual(['decided', 'open']);
    expect(items[1]!.evidence.chases).toMatchObject([{ by: 'ladder', answers: 0 }]);
    expect(items[1]!.evidence.moves).toMatchObject([{ userId: 'fremdrift' }]);
  });
  it('is chased also where it sets the deadline that the action was escalated for, before it was moved', async () => {
    const { path, caseId, actionId } = await escalated();
    const dueOn = await inDays(3);
    const etag = (await server.call('SOF', 'GET', `/api/cases/${caseId}`)).headers.get('etag')!;
    const move = { to: await inDays(12), ground: 'Skolen har lukket hele ugen' };
    done(
      await server.call('coordinator', 'POST', `/api/cases/${caseId}/actions/${actionId}/deadline`, move, { 'if-match': etag }),
    );
    done(await decide(path, { dueOn }));
    await goTo(await inDays(40));
    const chase = await events(server, `chase-${actionId}`);
    expect(chase.filter(({ type }) => type === 'ActionEscalated').map(({ data }) => [data['deadline'], data['why']])).toEqual([
      [dueOn, 'by-hand'],
      [dueOn, 'working-days'],
    ]);
    expect(chase.map(({ type }) => type)).toContain('ActionChased');
  });
  it('is refused to who may not decide, and of a meeting that is not the group’s', async () => {
    const { path } = await escalated();
    const body = { outcome: 'return', dueOn: await inDays(10), decision: 'Skolen inviterer selv.' };
    for (const user of ['projectLead', 'coordinator', 'SOF', 'auditor'])
      expect((await post(user, `${path}/decision`, body)).status).toBe(403);
    expect(await post('steeringMember', `${path}/decision`, body)).toMatchObject({
      body: { rule: 'escalation.not-with-directors' },
    });
    const elsewhere = await post('steeringMember', `${path}/decision`, { ...body, steeringMeetingId: demoId('nothing') });
    expect(elsewhere.status).toBe(404);
  });
});

it('when the case’s texts are erased, the evidence stays and nothing can be read', async () => {
  const { path, caseId, personId } = await escalated();
  done(await post('projectLead', `${path}/summary`, { summary: 'To forvaltninger er uenige om betalingen.' }));
  done(await decide(path));
  await server.ports.keys.destroy({ subjectId: personId, scope: caseId });
  const seen = await one('steeringMember', path);
  expect(seen).toMatchObject({ status: 'decided', summary: null, decision: { outcome: 'return', decision: null } });
  expect(seen.evidence.hands).toHaveLength(1);
});

describe('the directors', () => {
  it('get an item at once from the hotspot chief, are followed by date, and decide it', async () => {
    const { path, caseId } = await escalated();
    const answerBy = await inDays(5);
    const body = { answerBy, reason: 'Pladsen er væk på fredag.' };
    expect((await post('projectLead', `${path}/directors`, body)).status).toBe(403);
    done(await post('hotspotChief', `${path}/directors`, body));
    expect((await caseSeen(caseId)).followUps).toMatchObject([{ on: answerBy, note: body.reason }]);
    expect(await one('steeringMember', path)).toMatchObject({
      directors: { answerBy, overdue: false, followUp: { refused: [] } },
    });
    await goTo(await inDays(6));
    expect((await one('steeringMember', path)).directors!.overdue).toBe(true);
    const { items } = await get<{ items: Escalation[] }>('hotspotChief', '/api/escalations?withDirectors=true&limit=200');
    expect(items.map((e) => `/api/escalations/${e.escalationId}`)).toContain(path);
    const decision = { outcome: 'return', dueOn: await inDays(10), decision: 'Direktørerne finder pladsen.' };
    done(await post('hotspotChief', `${path}/decision`, decision));
    expect(await one('steeringMember', path)).toMatchObject({ status: 'decided', decision: { by: 'directors' } });
  });
  it('and when the case does not take their date, the escalation says so, and by which rule', async () => {
    const { path, escalationId } = await escalated();
    const look = withoutNudge();
    const answerBy = await inDays(5);
    done(await post('hotspotChief', `${path}/directors`, { answerBy, reason: 'Pladsen er væk på fredag.' }));
    expect((await one('projectLead', path)).directors).not.toHaveProperty('followUp');
    look.release();
    const bus = server.app.get(CommandBus);
    const execute = ({ request }: Change<'case'>): Promise<unknown> =>
      request.category === 'case'
        ? Promise.reject(new RefusedError({ rule: 'case.not-open', da: 'Nej.', en: 'No.' }))
        : bus.execute(new Change(request));
    await new Escalator(server.ports, { execute } as unknown as CommandBus).look();
    expect((await types(server, `escalation-${escalationId}`)).at(-1)).toBe('DirectorsFollowUpSet');
    const refused = [{ command: 'ScheduleFollowUp', rule: 'case.not-open' }];
    for (const user of ['projectLead', 'hotspotChief'])
      expect((await one(user, path)).directors).toMatchObject({ answerBy, followUp: { refused } });
  });
});

describe('the process', () => {
  /** Breaks off at the nth command, before or after it took effect, as a kill would. */
  const brokenAt = (nth: number, when: 'before' | 'after') => {
    const bus = server.app.get(CommandBus);
    let n = 0;
    const execute = async (command: never): Promise<unknown> => {
      const breaks = ++n === nth;
      if (breaks && when === 'before') throw new Error('killed');
      const result = await bus.execute(command);
      if (breaks) throw new Error('killed');
      return result;
    };
    return new Escalator(server.ports, { execute } as unknown as CommandBus);
  };
  it.each([1, 2, 3].flatMap((nth) => (['before', 'after'] as const).map((when) => [nth, when] as const)))(
    'broken off at command %i, %s it took effect, leaves nothing out and does nothing twice',
    async (nth, when) => {
      const { caseId, actionId, escalationId, path } = await escalated();
      const look = withoutNudge();
      done(await decide(path, { outcome: 'assign', ownerOrganisationId: 'bif', ownerUserId: 'bif', decision: 'BIF overtager.' }));
      look.release();
      await brokenAt(nth, when).look();
      await Promise.all([1, 2].map(() => new Escalator(server.ports, server.app.get(CommandBus)).look()));
      expect((await types(server, `case-${caseId}`)).slice(-2)).toEqual(['DeadlineMoved', 'HandoverOffered']);
      expect(await types(server, `escalation-${escalationId}`)).toEqual([
        ...['EscalationReceived', 'SteeringDecisionMade', 'DecisionReturned'],
      ]);
      expect((await events(server, `escalation-${escalationId}`)).at(-1)!.data).toMatchObject({
        actionIds: [actionId],
        refused: [],
      });
    },
  );
  it('taken up again, does not undo what somebody did meanwhile', async () => {
    const { caseId, actionId, path } = await escalated();
    const look = withoutNudge();
    done(await decide(path));
    look.release();
    await brokenAt(1, 'after').look();
    const etag = (await server.call('SOF', 'GET', `/api/cases/${caseId}`)).headers.get('etag')!;
    const move = { to: await inDays(15), ground: 'Skolen har lukket hele ugen' };
    done(await server.call('SOF', 'POST', `/api/cases/${caseId}/actions/${actionId}/deadline`, move, { 'if-match': etag }));
    await server.app.get(Escalator).look();
    expect((await caseSeen(caseId)).actions).toMatchObject([{ deadline: move.to }]);
  });
  it('receives an escalation once, however often and wherever it was broken off', async () => {
    const { caseId } = await newCase(server);
    for (const when of ['before', 'after'] as const) {
      const actionId = await newAction(server, caseId, { deadline: await inDays(3) });
      const look = withoutNudge();
      done(await post('projectLead', `/api/actions/${actionId}/escalation`, { reason: 'Ingen i gruppen kan bevilge' }));
      look.release();
      await brokenAt(1, when).look();
      await Promise.all([1, 2, 3].map(() => new Escalator(server.ports, server.app.get(CommandBus)).look()));
      const [cause] = (await server.ports.store.readStream(`chase-${actionId}`)).filter(({ type }) => type === 'ActionEscalated');
      expect(await types(server, `escalation-${cause!.id}`)).toEqual(['EscalationReceived']);
    }
  });
});

/** Until released, nothing of this process follows up: as if it were an api beside a worker. */
function withoutNudge() {
  const nudge = jest.spyOn(server.app.get(Escalator), 'nudge').mockResolvedValue(undefined);
  return { release: () => nudge.mockRestore() };
}
