// A repeated command decides nothing: every command of every stream, decided twice.
import { actors, command, parties } from '@app/testing';
import { DEFAULT_RULE_SET } from '../ruleset/ruleset.js';
import type { Command, Decider } from './decider.js';
import { STREAMS } from './streams.js';
import type { CaseCommand } from '../case/events.js';
import type { ChaseCommand } from '../chase/chase.js';
import type { EscalationCommand } from '../escalation/events.js';
import type { GroupCommand } from '../group/group.js';
import type { HotspotCommand } from '../hotspot/hotspot.js';
import { FIGURES, type Counts } from '../overview/small-numbers.js';
import type { RetentionCommand } from '../retention/retention.js';
import type { OverviewCommand } from '../overview/overview.js';
import type { MeetingCommand } from '../meeting/events.js';
import type { OrganisationCommand } from '../organisation/organisation.js';
import type { PersonCommand } from '../person/person.js';
import type { RuleSetCommand } from '../ruleset/ruleset.js';
import type { SpotCheckCommand } from '../spotCheck/spotCheck.js';
import type { SteeringMeetingCommand } from '../steeringMeeting/steeringMeeting.js';
import type { UserCommand } from '../user/user.js';

const { bif, buf, police, housing } = parties;
const as = (actor: keyof typeof actors) => ({ actor: actors[actor] });
type Loose = Decider<unknown, Command, { readonly type: string }, unknown>;

/** For every command type one command, and what must have happened before for it to decide something. */
type Table<C extends Command> = { readonly [T in C['type']]: readonly [...before: C[], repeated: Extract<C, { type: T }>] };

// ---- organisation, user, group, hotspot, rule set, person

const register: OrganisationCommand = command('RegisterOrganisation', { name: 'BIF', ...bif });
const organisation: Table<OrganisationCommand> = {
  RegisterOrganisation: [register],
  RenameOrganisation: [register, command('RenameOrganisation', { organisationId: 'bif', name: 'Job og Integration' })],
};

const enrol = command('EnrolUser', {
  userId: 'u1',
  organisationId: 'bif',
  organisationKind: 'municipal',
  role: 'participant',
  subjectHash: 'hash',
  name: 'Ansat Testperson',
});
const feed: UserCommand = command('IssueCalendarFeed', { userId: 'u1', feedHash: 'hash-of-a-secret' });
const user: Table<UserCommand> = {
  EnrolUser: [enrol],
  ChangeRole: [enrol, command('ChangeRole', { userId: 'u1', role: 'coordinator' })],
  RecordUserLeft: [enrol, command('RecordUserLeft', { userId: 'u1', on: '2026-12-01' })],
  ChangeEmail: [enrol, command('ChangeEmail', { userId: 'u1', changeId: 'e1', email: 'ansat@example.dk' })],
  ChooseMail: [enrol, command('ChooseMail', { userId: 'u1', language: 'en', reminders: 'at-once', chases: 'digest' })],
  IssueCalendarFeed: [enrol, feed],
  RevokeCalendarFeed: [enrol, feed, command('RevokeCalendarFeed', { userId: 'u1' })],
};

const form = command('FormGroup', {
  groupId: 'g1',
  name: 'Fremdriftsgruppen',
  areaIds: ['akacieparken'],
  series: { weekday: 2, startTime: '09:00', durationMinutes: 90 },
});
const joinGroup = command('AddOrganisationToGroup', { groupId: 'g1', ...bif });
const addMember = command('AddMember', { groupId: 'g1', userId: 'u1', organisationId: 'bif', from: '2026-01-01' });
const group: Table<GroupCommand> = {
  FormGroup: [form],
  AddOrganisationToGroup: [form, joinGroup],
  RemoveOrganisationFromGroup: [
    form,
    joinGroup,
    command('RemoveOrganisationFromGroup', { groupId: 'g1', organisationId: 'bif' }),
  ],
  AddMember: [form, joinGroup, addMember],
  NameDeputy: [form, joinGroup, addMember, command('NameDeputy', { groupId: 'g1', userId: 'u1', deputyUserId: 'u2' })],
  RemoveMember: [form, joinGroup, addMember, command('RemoveMember', { groupId: 'g1', userId: 'u1', on: '2026-12-01' })],
  SetLadder: [form, command('SetLadder', { groupId: 'g1', ladder: { ...DEFAULT_RULE_SET.ladder, chaseWorkingDaysAfter: 2 } })],
  SetSteeringSeries: [
    form,
    command('SetSteeringSeries', { groupId: 'g1', series: { firstOn: '2026-01-15', startTime: '10:00', durationMinutes: 45 } }),
  ],
  RecordAbsence: [
    form,
    joinGroup,
    addMember,
    command('RecordAbsence', { groupId: 'g1', userId: 'u1', from: '2026-12-14', backOn: '2026-12-28' }),
  ],
  SetClosingDays: [form, command('SetClosingDays', { groupId: 'g1', dates: ['2026-12-25', '2026-12-24', '2026-12-24'] })],
};

const hotspot: Table<HotspotCommand> = {
  DesignateHotspot: [command('DesignateHotspot', { areaId: 'a1', name: 'Akacieparken', authorityId: 'municipality' })],
};
const oneEach = Object.fromEntries(FIGURES.map((figure) => [figure, { count: 20, cases: 20 }])) as unknown as Counts;
const overview: Table<OverviewCommand> = {
  PublishOverview: [command('PublishOverview', { week: '2026-W48', areas: new Map([['a1', oneEach]]) })],
};
const retention: Table<RetentionCommand> = { EraseAccessTexts: [command('EraseAccessTexts', { from: '2024-01' })] };
const ruleset: Table<RuleSetCommand> = { AdoptRuleSet: [command('AdoptRuleSet', DEFAULT_RULE_SET)] };

const registerPerson = command('RegisterPerson', {
  personId: 'p1',
  identity: { name: 'Ung Testperson' },
  addressProtected: true,
});
const mergePerson = command('MergePerson', {
  ...{ personId: 'p1', mergeId: 'm1', intoPersonId: 'p2', reason: 'Samme unge.' },
  facts: { survivorIsMerged: false, survivorIsErased: false, hasAliases: false },
});
const erasure = { personId: 'p1', erasureId: 'e1' };
const facts = { authorities: [bif.authorityId], liveCaseIds: [] };
const proposeErasure = command('ProposeErasure', { ...erasure, ground: 'objection', reason: 'Bedt om det.', facts });
const approveErasure = command('ApproveErasure', erasure, { actor: actors.projectLead });
const archiving = command('RecordArchiving', {
  ...erasure,
  archiving: { outcome: 'not-required', ground: 'disposal-rules' },
});
const startErasure = command('StartErasure', { ...erasure, facts }, { at: '2026-12-01T08:00:00.000Z' });
const placeHold = command('PlaceLegalHold', { personId: 'p1', holdId: 'h1', ground: 'complaint', reviewOn: '2026-12-24' });
const accessRequest = { personId: 'p1', requestId: 'a1' };
const requestAccess = command('RequestAccess', { ...accessRequest, receivedOn: '2026-11-20' });
const withhold = command('WithholdPart', {
  ...{ personId: 'p1', partId: 'event-1', ground: 'private-interests', reviewOn: '2027-05-24' },
  reason: 'Afslører, hvem der underrettede.',
});
const person: Table<PersonCommand> = {
  RegisterPerson: [registerPerson],
  CorrectPerson: [registerPerson, command('CorrectPerson', { personId: 'p1', identity: { alias: 'Ung' } })],
  ProtectAddress: [
    registerPerson,
    command('LiftAddressProtection', { personId: 'p1' }),
    command('ProtectAddress', { personId: 'p1' }),
  ],
  LiftAddressProtection: [registerPerson, command('LiftAddressProtection', { personId: 'p1' })],

  RecordCameOfAge: [registerPerson, command('RecordCameOfAge', { personId: 'p1' })],
  RecordMoved: [registerPerson, command('RecordMoved', { personId: 'p1', movedOn: '2026-11-01', municipality: 'Prøveby' })],
  RecordDied: [registerPerson, command('RecordDied', { personId: 'p1', diedOn: '2026-11-20' })],
  RetractLifeEvent: [
    registerPerson,
    command('RecordDied', { personId: 'p1', diedOn: '2026-11-20' }),
    command('RetractLifeEvent', { personId: 'p1', lifeEvent: 'died', reason: 'En anden med samme navn.' }),
  ],
  RecordInformed: [
    registerPerson,
    command('RecordInformed', { personId: 'p1', informedOn: '2026-11-20', means: 'letter', note: 'Brev med sagsnummer.' }),
  ],
  PostponeInforming: [
    registerPerson,
    command('PostponeInforming', {
      ...{ personId: 'p1', ground: 'private-interests', reviewOn: '2027-01-24' },
      reason: 'Familien må ikke kende kontakten endnu.',
    }),
  ],

  RequestAccess: [registerPerson, requestAccess],
  DecidePoliceContribution: [
    registerPerson,
    requestAccess,
    command('DecidePoliceContribution', { ...accessRequest, decision: 'approved' }, { actor: actors.police }),
  ],
  WithholdPart: [registerPerson, withhold],
  ReleasePart: [registerPerson, withhold, command('ReleasePart', { personId: 'p1', partId: 'event-1', note: 'Ikke mere.' })],
  IssueAccessReport: [
    registerPerson,
    requestAccess,
    command('IssueAccessReport', { ...accessRequest, reportId: 'r1', policeTookPart: false }),
  ],
  WithdrawAccessRequest: [
    registerPerson,
    requestAccess,
    command('WithdrawAccessRequest', { ...accessRequest, reason: 'Det var en anden, der spurgte.' }),
  ],

  MergePerson: [registerPerson, mergePerson],
  UndoMerge: [registerPerson, mergePerson, command('UndoMerge', { personId: 'p1', reason: 'Det var to.' })],

  ProposeErasure: [registerPerson, proposeErasure],
  ApproveErasure: [registerPerson, proposeErasure, approveErasure],
  WithdrawErasure: [registerPerson, proposeErasure, command('WithdrawErasure', { ...erasure, reason: 'Fortrudt.' })],
  RecordArchiving: [registerPerson, proposeErasure, archiving],
  PlaceLegalHold: [registerPerson, placeHold],
  LiftLegalHold: [registerPerson, placeHold, command('LiftLegalHold', { personId: 'p1', holdId: 'h1' })],
  StartErasure: [registerPerson, proposeErasure, approveErasure, archiving, startErasure],
  CompleteErasure: [
    ...[registerPerson, proposeErasure, approveErasure, archiving, startErasure],
    command('CompleteErasure', { ...erasure, keys: [], affected: [] }),
  ],
};

// ---- case

const caseId = 'c1';
const refer = command('ReferCase', {
  caseId,
  personId: 'p1',
  groupId: 'g1',
  areaId: 'a1',
  caseNumber: 'K-1',
  ageBand: '15-17',
  responsibleOrganisationId: 'bif',
  organisations: [bif, buf, police],
});
const open = command('OpenCase', { caseId });
const pause = command('PauseCase', { caseId, until: '2027-01-10', ground: 'Indlagt.' });
const close = command('CloseCase', { caseId, outcome: 'goal-reached' });
const agree = command('AgreeAction', {
  caseId,
  actionId: 'a1',
  ownerOrganisationId: 'buf',
  ownerUserId: actors.buf.userId,
  deadline: '2026-12-08',
  description: 'Ringer til skolen.',
});
const action = { caseId, actionId: 'a1' };
const offer = command('OfferHandover', { ...action, toOrganisationId: police.organisationId });
const ask = command('RequestInformation', {
  caseId,
  requestId: 'r1',
  toOrganisationId: police.organisationId,
  category: 'network',
  dueOn: '2026-12-01',
  question: 'Kendt i gruppen?',
});
const share = command(
  'ShareInformation',
  {
    caseId,
    toOrganisationIds: ['bif'],
    disclosure: {
      disclosureId: 'd1',
      category: 'network',
      necessity: 'Indsatsen kan ikke planlægges uden.',
      necessityFingerprint: 'fp',
      content: 'x',
      answers: 'r1',
      policies: [],
    },
  },
  as('police'),
);
const written = {
  ...{ eventId: 'e1', eventType: 'ProgressReported', writtenAt: '2026-11-20T08:00:00.000Z' },
  ...{ writtenBy: [actors.buf.userId], organisationId: buf.organisationId },
};
const withdraw = command('WithdrawText', { caseId, text: written, ground: 'Handlede om en anden.' }, as('buf'));
const recall = command('RecallDisclosure', {
  caseId,
  ground: 'Modtageren manglede grundlag.',
  rests: [{ eventId: 'e1', eventType: 'ProgressReported', why: 'possible' }],
  disclosure: {
    disclosureId: 'd1',
    eventId: 'e0',
    eventType: 'InformationShared',
    sharedAt: '2026-11-20T08:00:00.000Z',
    category: 'school',
    fromOrganisationId: 'bif',
    fromKind: 'municipal',
    recipients: ['buf'],
  },
});
const review = command('ReviewRecall', {
  caseId,
  disclosureId: 'd1',
  eventId: 'e1',
  verdict: 'withdraw',
  reason: 'Byggede kun på det.',
  text: written,
});
const cases: Table<CaseCommand> = {
  ReferCase: [refer],
  ScreenCase: [refer, command('ScreenCase', { caseId, outcome: 'accepted' })],
  OpenCase: [refer, open],
  AssignResponsibility: [refer, command('AssignResponsibility', { caseId, organisationId: 'buf' })],
  AddOrganisationToCase: [refer, command('AddOrganisationToCase', { caseId, organisation: parties.sof })],
  RemoveOrganisationFromCase: [refer, command('RemoveOrganisationFromCase', { caseId, organisationId: 'buf' })],
  ExcludeWorker: [refer, command('ExcludeWorker', { caseId, userId: actors.coordinator.userId })],
  RequestInformation: [refer, ask],
  DeclineInformationRequest: [refer, ask, command('DeclineInformationRequest', { caseId, requestId: 'r1' }, as('police'))],
  ShareInformation: [refer, ask, share],
  AgreeAction: [refer, open, agree],
  AcceptAction: [refer, open, agree, command('AcceptAction', action, as('buf'))],
  DeclineAction: [refer, open, agree, command('DeclineAction', action, as('buf'))],
  OfferHandover: [refer, open, agree, offer],
  AcceptHandover: [refer, open, agree, offer, command('AcceptHandover', action, as('police'))],
  DeclineHandover: [refer, open, agree, offer, command('DeclineHandover', { ...action, ground: 'Ferie.' }, as('police'))],
  ReportProgress: [refer, command('ReportProgress', { caseId, reportId: 'r1', report: 'Set på pladsen.' })],
  MoveDeadline: [refer, open, agree, command('MoveDeadline', { ...action, to: '2026-12-15', ground: 'Skolen er lukket.' })],
  RewordAction: [refer, open, agree, command('RewordAction', { ...action, description: 'Skriver til skolen.' })],
  CompleteAction: [refer, open, agree, command('CompleteAction', { ...action, outcome: 'Aftalt.' })],
  CancelAction: [refer, open, agree, command('CancelAction', { ...action, ground: 'Flyttet.' })],
  ScheduleFollowUp: [refer, command('ScheduleFollowUp', { caseId, followUpId: 'f1', on: '2026-12-15' })],
  PauseCase: [refer, open, pause],
  ResumeCase: [refer, open, pause, command('ResumeCase', { caseId })],
  CloseCase: [refer, close],
  CloseAfterDeath: [refer, open, agree, command('CloseAfterDeath', { caseId })],
  ReopenCase: [refer, close, command('ReopenCase', { caseId, ground: 'Nyt.' })],
  ChangeArea: [refer, command('ChangeArea', { caseId, areaId: 'a2' })],
  WithdrawText: [refer, withdraw],
  RecallDisclosure: [refer, recall],
  ReviewRecall: [refer, recall, review],
  AcknowledgeWithdrawal: [refer, withdraw, command('AcknowledgeWithdrawal', { caseId, eventId: 'e1' }, as('police'))],
};

// ---- meeting

const meetingId = 'm1';
const times = { localDate: '2026-11-24', startsAt: '2026-11-24T08:00:00.000Z', endsAt: '2026-11-24T09:30:00.000Z' };
const plan = command('PlanMeeting', {
  meetingId,
  groupId: 'g1',
  ...times,
  invited: [{ userId: actors.bif.userId, organisationId: 'bif' }],
});
const item = { itemId: 'i1', caseId, personId: 'p1' };
const begin = command('OpenMeeting', { meetingId, proposed: [{ ...item, reasons: ['silent'] }] });
const inRoom = { caseId, personId: 'p1', organisations: [bif, police], excludedUserIds: [] };
const arrive = command('RecordArrival', { meetingId, attendeeId: 'w1', userId: actors.bif.userId, organisation: bif });
const officer = command('RecordArrival', { meetingId, attendeeId: 'w2', userId: actors.police.userId, organisation: police });
const stepOut = command('RecordStepOut', { meetingId, attendeeId: 'w1' });
const openItem = command('OpenItem', { meetingId, itemId: 'i1', case: inRoom });
const end = command('CloseMeeting', { meetingId });
const meeting: Table<MeetingCommand> = {
  PlanMeeting: [plan],
  MoveMeeting: [plan, command('MoveMeeting', { meetingId, ...times, localDate: '2026-11-23' })],
  CancelMeeting: [plan, command('CancelMeeting', { meetingId })],
  RecordApology: [plan, command('RecordApology', { meetingId, userId: actors.bif.userId })],
  AddAgendaItem: [plan, command('AddAgendaItem', { meetingId, ...item })],
  RemoveAgendaItem: [plan, command('RemoveAgendaItem', { meetingId, caseId })],
  ReorderAgenda: [plan, command('ReorderAgenda', { meetingId, caseIds: [caseId] })],
  OpenMeeting: [plan, begin],
  RecordArrival: [plan, arrive],
  RecordStepOut: [plan, arrive, stepOut],
  RecordReturn: [plan, arrive, stepOut, command('RecordReturn', { meetingId, attendeeId: 'w1' })],
  RecordLeaving: [plan, arrive, command('RecordLeaving', { meetingId, attendeeId: 'w1' })],
  OpenItem: [plan, begin, arrive, openItem],
  ShutItem: [plan, begin, arrive, openItem, command('ShutItem', { meetingId, itemId: 'i1' })],
  ShareInRoom: [
    plan,
    begin,
    arrive,
    officer,
    openItem,
    command('ShareInRoom', {
      meetingId,
      itemId: 'i1',
      case: inRoom,
      fromAttendeeId: 'w2',
      saidAt: '2026-11-24T08:00:00.000Z',
      disclosure: { ...share.data.disclosure, answers: undefined },
    }),
  ],
  RecordDiscussed: [plan, begin, command('RecordDiscussed', { meetingId, itemId: 'i1', noNews: true })],
  CloseMeeting: [plan, begin, end],
  CorrectMinutes: [
    plan,
    begin,
    end,
    command('CorrectMinutes', { meetingId, itemId: 'i1', correctionId: 'k1', correction: 'Onsdag.' }),
  ],
};

// ---- chase

const chased = { caseId, actionId: 'a1', personId: 'p1' };
const holder = { organisationId: 'buf', to: [actors.buf.userId] };
const openAction = { ...chased, open: true, deadline: '2026-11-20', deadlineMoves: 0, holder };
const climb = command('ClimbLadder', {
  ...openAction,
  ladder: {
    deadline: '2026-11-20',
    deadlineMoves: 0,
    setOn: '2026-11-02',
    thresholds: DEFAULT_RULE_SET.ladder,
    asked: { eventId: 'e1', on: '2026-11-02' },
  },
  calendar: { closingDays: [], yearlyClosingDays: [] },
  held: [{ meetingId: 'm1', heldOn: '2026-11-24' }],
  asked: holder,
  chaseId: 'k1',
});
const chaseByHand = command('ChaseAction', { ...openAction, chaseId: 'k2', note: 'Er der aftalt en tid?' });
const chase: Table<ChaseCommand> = {
  ClimbLadder: [climb],
  ChaseAction: [climb, chaseByHand],
  AnswerChase: [chaseByHand, command('AnswerChase', { ...chased, chaseId: 'k2', answerId: 's1', answer: 'Torsdag.' }, as('buf'))],
  EscalateAction: [command('EscalateAction', { ...openAction, reason: 'Kræver en bevilling.' })],
};

// ---- escalations and the steering group

const escalationId = 'x1';
const receive = command('ReceiveEscalation', {
  ...{ escalationId, actionId: 'a1', caseId: 'c1', personId: 'p1', groupId: 'g1', areaId: 'a1', caseNumber: 'K7QF-3MXP' },
  ...{ ageBand: '15-17', deadline: '2026-11-02', why: 'by-hand', escalatedAt: '2026-11-20T08:00:00.000Z' },
  evidence: { hands: [], moves: [], chases: [], missedMeetings: [] },
});
const takeToDirectors = command('TakeToDirectors', { escalationId, answerBy: '2026-12-01', reason: 'Pladsen er væk på fredag.' });
const decideEscalation = command('DecideEscalation', {
  ...{
    escalationId,
    decisionId: 'd1',
    outcome: 'return',
    dueOn: '2026-12-08',
    decision: 'Skolen ringer selv.',
    newActionId: 'a2',
  },
  theCase: {
    actionOpen: true,
    deadline: '2026-11-02',
    holder: { organisationId: 'sof' },
    organisationIds: ['sof'],
    excludedUserIds: [],
  },
});
const escalation: Table<EscalationCommand> = {
  ReceiveEscalation: [receive],
  SummariseEscalation: [
    receive,
    command('SummariseEscalation', { escalationId, summaryId: 's1', summary: 'Ingen betaler pladsen.', identifying: [] }),
  ],
  OpenEscalationName: [
    receive,
    command('OpenEscalationName', { escalationId, necessity: 'Søskende har en sag i samme gruppe.' }),
  ],
  TakeToDirectors: [receive, takeToDirectors],
  DecideEscalation: [receive, takeToDirectors, decideEscalation],
  RecordDecisionReturned: [
    ...[receive, takeToDirectors, decideEscalation],
    command('RecordDecisionReturned', { escalationId, decisionId: 'd1', caseId: 'c1', actionIds: ['a1'], refused: [] }),
  ],
  RecordDirectorsFollowUp: [
    ...[receive, takeToDirectors],
    command('RecordDirectorsFollowUp', { escalationId, caseId: 'c1', followUpId: 'f1', on: '2026-12-01', refused: [] }),
  ],
  ResolveEscalation: [receive, command('ResolveEscalation', { escalationId, caseId: 'c1', how: 'completed' })],
};

const steeringMeetingId = 'sm1';
const steeringTimes = {
  ...{ localDate: '2026-11-24', startsAt: '2026-11-24T13:00:00.000Z', endsAt: '2026-11-24T14:00:00.000Z' },
};
const planSteering = command('PlanSteeringMeeting', { steeringMeetingId, groupId: 'g1', ...steeringTimes, invited: [] });
const steeringMeeting: Table<SteeringMeetingCommand> = {
  PlanSteeringMeeting: [planSteering],
  MoveSteeringMeeting: [
    planSteering,
    command('MoveSteeringMeeting', { steeringMeetingId, ...steeringTimes, endsAt: '2026-11-24T15:00:00.000Z' }),
  ],
  CancelSteeringMeeting: [planSteering, command('CancelSteeringMeeting', { steeringMeetingId })],
  HoldSteeringMeeting: [
    planSteering,
    command('HoldSteeringMeeting', {
      ...{ steeringMeetingId, attended: [{ userId: 'u1', organisationId: 'sof' }], decided: [], undecided: ['x1'] },
    }),
  ],
};

const drawSpotCheck: SpotCheckCommand = command('DrawSpotCheck', {
  ...{ from: '2026-11-16', to: '2026-11-22', size: 1 },
  sample: {
    ...{ population: 1, last: 'e1', seeds: [{ day: '2026-11-16', seed: 'seed' }] },
    lookUps: [
      { eventId: 'e1', at: '2026-11-16T08:00:00.000Z', userId: 'u1', organisationId: 'sof', explained: false, because: [] },
    ],
  },
});
const spotCheck: Table<SpotCheckCommand> = {
  DrawSpotCheck: [drawSpotCheck],
  ReviewLookUp: [
    drawSpotCheck,
    command('ReviewLookUp', {
      ...{ spotCheckId: '2026-11-16-2026-11-22-1', eventId: 'e1', outcome: 'justified' },
      note: 'Ringede til skolen samme dag',
    }),
  ],
};

const TABLES = {
  organisation,
  user,
  group,
  hotspot,
  overview,
  retention,
  ruleset,
  person,
  case: cases,
  meeting,
  chase,
  escalation,
  steeringMeeting,
  spotCheck,
};
/** Their whole content is sealed, and a decider folds only clear data: the command's id tells that they are repeats. */
const SEALED_ONLY = ['CorrectPerson', 'RewordAction'];

const loose = (category: keyof typeof TABLES) => STREAMS[category].decider as unknown as Loose;

const rows = Object.entries(TABLES).flatMap(([category, table]) =>
  Object.entries(table as Record<string, readonly Command[]>).map(([type, commands]) => ({
    type,
    commands,
    decider: loose(category as keyof typeof TABLES),
  })),
);

describe('a repeated command', () => {
  it.each(rows.filter((row) => !SEALED_ONLY.includes(row.type)))(
    '$type decides nothing the second time',
    ({ commands, decider }) => {
      let state = decider.initialState;
      let first: readonly unknown[] = [];
      for (const c of commands) {
        const { events, refusal } = decider.decide(c, state);
        expect(refusal).toBeUndefined();
        for (const event of events) state = decider.evolve(state, event);
        first = events;
      }
      expect(first).not.toEqual([]);
      expect(decider.decide(commands.at(-1)!, state)).toEqual({ events: [] });
    },
  );

  it.each([
    ['ShareInformation', { ...share, data: { ...share.data, toOrganisationIds: ['sof'] } }, [refer, ask]],
    ['ShareInRoom', meeting.ShareInRoom.at(-1)!, [plan, begin, arrive]],
  ] as const)('%s, refused, is refused again by the same rule and recorded once', (type, attempt, before) => {
    const decider = loose(type === 'ShareInformation' ? 'case' : 'meeting');
    const guest = command('RecordArrival', { meetingId, attendeeId: 'w2', userId: 'u9', organisation: housing });
    let state = decider.initialState;
    for (const c of type === 'ShareInRoom' ? [...before, guest] : before)
      for (const event of decider.decide(c, state).events) state = decider.evolve(state, event);
    const once = decider.decide(attempt, state);
    expect(once.refusal).toBeDefined();
    expect(once.events).toHaveLength(1);
    for (const event of once.events) state = decider.evolve(state, event);
    expect(decider.decide(attempt, state)).toEqual({ events: [], refusal: once.refusal });
  });
});
