// What becomes of an escalation: the minimum for the steering group, a name only when it is necessary, and a decision somebody owns.
import { actors, command, contextOf, given, parties, type Outcome } from '@app/testing';
import { escalationDecider } from './escalation.js';
import type { CaseOfDecision, EscalationEvent, EscalationFolded, MeetingOfDecision } from './events.js';

const escalationId = 'x1';
const ids = { escalationId, caseId: 'c1' };
const received: EscalationFolded = {
  type: 'EscalationReceived',
  data: {
    ...{ ...ids, actionId: 'a1', personId: 'p1', groupId: 'g1', areaId: 'akacieparken', caseNumber: 'K7QF-3MXP' },
    ...{ ageBand: '15-17', deadline: '2026-11-02', why: 'meetings-missed', escalatedAt: '2026-11-17T09:00:00.000Z' },
    evidence: { hands: [], moves: [], chases: [], missedMeetings: [] },
  },
};
const directors: EscalationFolded = { type: 'TakenToDirectors', data: { ...ids, answerBy: '2026-12-01' } };
const resolved: EscalationFolded = { type: 'EscalationResolved', data: { ...ids, how: 'completed' } };
const subject = { id: 'p1', scope: 'c1' };
const when = (...history: EscalationFolded[]) => given(escalationDecider, ...history).when;

const meeting: MeetingOfDecision = { steeringMeetingId: 'sm1', groupId: 'g1', localDate: '2026-11-24', cancelled: false };
const theCase: CaseOfDecision = {
  actionOpen: true,
  deadline: '2026-12-01',
  holder: { organisationId: 'sof', userId: 'user-sof' },
  organisationIds: ['sof', 'bif', parties.police.organisationId],
  excludedUserIds: ['cousin'],
};
type Decide = Extract<Parameters<(typeof escalationDecider)['decide']>[0], { type: 'DecideEscalation' }>['data'];
const decide = (over: Partial<Decide> = {}) =>
  command('DecideEscalation', {
    ...{ escalationId, decisionId: 'd1', meeting, outcome: 'return' as const, dueOn: '2026-12-08' },
    ...{ decision: 'Skolen inviterer selv.', newActionId: 'a2', theCase },
    ...over,
  });
const made = ({ decision }: Outcome<EscalationEvent>) => {
  expect(decision.refusal).toBeUndefined();
  expect(decision.events).toHaveLength(1);
  return decision.events[0]!;
};

describe('an escalation is received', () => {
  it('once for the event that caused it', () => {
    const receive = command('ReceiveEscalation', received.data);
    when()(receive).then(received);
    when(received)(receive).then();
    when(received, resolved)(receive).then();
  });
  it('and nothing is done with one that does not exist', () => {
    when()(decide()).thenRefused('escalation.unknown');
  });
});

describe('the summary', () => {
  const identifying = ['Ung', 'Testperson', 'Zorro', '12345678'];
  const summarise = (summary: string) => command('SummariseEscalation', { escalationId, summaryId: 's1', summary, identifying });
  it('is what the steering group reads instead of the action’s own words', () => {
    when(received)(summarise('To forvaltninger er uenige om, hvem der betaler den unges plads.')).then({
      type: 'EscalationSummarised',
      data: { ...ids, summaryId: 's1' },
      subject,
      text: { summary: 'To forvaltninger er uenige om, hvem der betaler den unges plads.' },
    });
  });
  it.each([
    ...['Testperson mangler en plads', 'en plads til ZORRO.', 'Ring på 12345678', 'Om 010111-4000', 'om 0101114000 igen'],
    ...['Testpersons skole', 'ZORROS plads', 'Zorro’s plads', "Zorro's plads"],
  ])('names nobody: %s', (summary) => when(received)(summarise(summary)).thenRefused('escalation.summary-identifies'));
  it('may say what only looks alike', () => {
    expect(when(received)(summarise('Den unge og zorroens plads 202611241234')).decision.refusal).toBeUndefined();
  });
  it('says something, while the escalation is open', () => {
    when(received)(summarise('ok')).thenRefused('escalation.summary');
    when(received, resolved)(summarise('Ingen betaler pladsen')).thenRefused('escalation.ended');
  });
});

describe('the name', () => {
  const open = (necessity: string) => command('OpenEscalationName', { escalationId, necessity });
  it('is opened for one escalation with its necessity in words (rule 2)', () => {
    const necessity = 'Direktøren skal kunne afvise, at det er en søskendesag.';
    when(received)(open(necessity)).then({ type: 'EscalationNameOpened', data: ids, subject, text: { necessity } });
  });
  it.each(['ok', 'se ovenfor', 'Det er nødvendigt.', '...', 'fordi'])('not for “%s”', (necessity) => {
    when(received)(open(necessity)).thenRefused('escalation.necessity');
  });
  it('not once it has ended', () => {
    when(received, resolved)(open('Direktøren skal kende søskende.')).thenRefused('escalation.ended');
  });
});

describe('the hotspot chief', () => {
  const take = (over: object = {}) =>
    command('TakeToDirectors', { escalationId, answerBy: '2026-12-01', reason: 'Pladsen er væk på fredag.', ...over });
  it('takes it to the directors at once, with a date for their answer', () => {
    when(received)(take()).then({ ...directors, subject, text: { reason: 'Pladsen er væk på fredag.' } });
  });
  it('says why, and by when, once', () => {
    when(received)(take({ reason: 'ok' })).thenRefused('escalation.reason');
    when(received)(take({ answerBy: '2026-11-23' })).thenRefused('escalation.date');
    when(received, directors)(take()).then();
    when(received, directors)(take({ answerBy: '2026-12-02' })).thenRefused('escalation.with-directors');
  });
});

describe('a decision', () => {
  it('is made in a steering meeting of the group, on its day or later', () => {
    expect(made(when(received)(decide()))).toMatchObject({ data: { by: 'steering-group', steeringMeetingId: 'sm1' }, subject });
    for (const over of [{ cancelled: true }, { groupId: 'g2' }, { localDate: '2026-11-25' }])
      when(received)(decide({ meeting: { ...meeting, ...over } })).thenRefused('decision.meeting');
  });
  it('or by the directors, of what was taken to them', () => {
    const { meeting: _, ...without } = decide().data;
    const directly = command('DecideEscalation', without);
    when(received)(directly).thenRefused('escalation.not-with-directors');
    expect(made(when(received, directors)(directly)).data).toMatchObject({ by: 'directors' });
    expect(made(when(received, directors)(decide())).data).toMatchObject({ by: 'steering-group' });
  });
  it('an answer leaves the action with its holder, who owns the decision', () => {
    expect(made(when(received)(decide()))).toEqual({
      type: 'SteeringDecisionMade',
      data: {
        ...{ ...ids, decisionId: 'd1', actionId: 'a1', by: 'steering-group', steeringMeetingId: 'sm1', outcome: 'return' },
        ...{ owner: theCase.holder, dueOn: '2026-12-08' },
      },
      subject,
      text: { decision: 'Skolen inviterer selv.' },
    });
    when(received)(decide({ owner: { organisationId: 'bif' } })).thenRefused('decision.not-holder');
  });
  it('an assignment goes across departments, and not to where it is', () => {
    const bif = { organisationId: 'bif', userId: 'user-bif' };
    expect(made(when(received)(decide({ outcome: 'assign', owner: bif }))).data).toMatchObject({ outcome: 'assign', owner: bif });
    when(received)(decide({ outcome: 'assign' })).thenRefused('decision.owner');
    when(received)(decide({ outcome: 'assign', owner: theCase.holder })).thenRefused('decision.same-holder');
  });
  it('a grant is carried out by its owner, as an action of its own', () => {
    const grant = { outcome: 'grant' as const, owner: { organisationId: 'bif' }, amount: 25_000 };
    expect(made(when(received)(decide(grant))).data).toMatchObject({ amount: 25_000, newActionId: 'a2' });
    when(received)(decide({ outcome: 'grant' })).thenRefused('decision.owner');
    when(received)(decide({ amount: 25_000 })).thenRefused('decision.outcome');
  });
  it('another plan is another deadline, or another action instead', () => {
    const later = made(when(received)(decide({ outcome: 'change-plan' })));
    expect(later.data).not.toHaveProperty('newActionId');
    const other = { outcome: 'change-plan' as const, owner: { organisationId: 'bif' }, otherAction: 'Praktik i stedet' };
    expect(made(when(received)(decide(other)))).toMatchObject({
      data: { newActionId: 'a2' },
      text: { decision: 'Skolen inviterer selv.', otherAction: 'Praktik i stedet' },
    });
    when(received)(decide({ otherAction: 'Praktik' })).thenRefused('decision.outcome');
  });
  it('has an owner who takes part in the case, and a due date', () => {
    const grant = (owner: { organisationId: string; userId?: string }) => decide({ outcome: 'grant', owner });
    when(received)(grant({ organisationId: 'buf' })).thenRefused('case.organisation-not-taking-part');
    when(received)(grant({ organisationId: 'bif', userId: 'cousin' })).thenRefused('case.worker-excluded');
    when(received)(decide({ dueOn: '2026-11-23' })).thenRefused('escalation.date');
    when(received)(decide({ dueOn: '2028-11-25' })).thenRefused('escalation.date');
    when(received)(decide({ dueOn: '2026-12-01' })).thenRefused('decision.same-deadline');
    when(received)(decide({ decision: 'som aftalt' })).thenRefused('decision.text');
  });
  it('is made once, of an action that is still open', () => {
    const decided = made(when(received)(decide())) as EscalationFolded;
    when(received, decided)(decide()).then();
    when(received, decided)(decide({ decisionId: 'd2' })).thenRefused('escalation.ended');
    when(received, resolved)(decide()).thenRefused('escalation.ended');
    when(received)(decide({ theCase: { ...theCase, actionOpen: false } })).thenRefused('action.not-open');
  });
  it('stands, also when the action is done a moment later', () => {
    const decided = made(when(received)(decide())) as EscalationFolded;
    when(received, decided)(command('ResolveEscalation', { ...ids, how: 'completed' })).then();
  });
  it('is recorded as returned once, and only when it was made', () => {
    const returned = { ...ids, decisionId: 'd1', actionIds: ['a1'], refused: [] };
    when(received)(command('RecordDecisionReturned', returned)).then();
    const decided = made(when(received)(decide())) as EscalationFolded;
    const record = command('RecordDecisionReturned', returned, { actor: actors.coordinator });
    when(received, decided)(record).then({ type: 'DecisionReturned', data: returned });
  });
});

it('an action that is done resolves its escalation', () => {
  when(received)(command('ResolveEscalation', { ...ids, how: 'completed' })).then(resolved);
  expect(contextOf().today).toBe('2026-11-24');
});
