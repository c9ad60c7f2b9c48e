// Any history at all: events of a few cases, persons and meetings in any order, also orders no decider would allow.
import {
  AGENDA_REASONS,
  DEFAULT_RULE_SET,
  type CaseEvent,
  type ChaseEvent,
  type GroupEvent,
  type MeetingEvent,
  type PersonEvent,
} from '@app/domain';
import fc from 'fast-check';
import type { DomainEvent } from './history.js';
import { BIF, POLICE, SOF } from './people.js';

export interface Written {
  readonly stream: string;
  readonly event: DomainEvent;
  readonly at: string;
}

const caseId = fc.constantFrom('c1', 'c2', 'c3');
const personId = fc.constantFrom('p1', 'p2');
const meetingId = fc.constantFrom('m1', 'm2');
const userId = fc.constantFrom('u1', 'u2', 'u3');
const itemId = fc.constantFrom('i1', 'i2');
const party = fc.constantFrom(BIF, POLICE, SOF);
const date = fc.constantFrom('2026-11-10', '2026-11-24', '2026-12-08');
const at = fc.integer({ min: 0, max: 60 * 24 }).map((hours) => new Date(Date.UTC(2026, 10, 1, hours)).toISOString());

const some = { ruleSetId: 'r', policies: [], necessityFingerprint: 'f', purpose: 'ssp', category: 'work' } as const;
/** Ids of actions and requests are of one case, as in any real history. */
const requestOf = (caseId: string) => fc.constantFrom(`${caseId}-r1`, `${caseId}-r2`);
const disclosureOf = (caseId: string) =>
  fc.record(
    {
      disclosureId: fc.constantFrom('d1', 'd2', 'd3'),
      personId,
      fromOrganisationId: fc.constant('bif'),
      recipients: fc.constant([{ organisationId: 'police', basis: 'rpl115' as const }]),
      answers: requestOf(caseId),
    },
    { requiredKeys: ['disclosureId', 'personId', 'fromOrganisationId', 'recipients'] },
  );
const refusal = fc.record({
  disclosureId: fc.constantFrom('d1', 'd2'),
  personId,
  fromOrganisationId: fc.constant('bif'),
  toOrganisationIds: fc.constant(['police']),
  rule: fc.constant('rpl115.necessity' as const),
});
const refused = { category: 'work', purpose: 'ssp', ruleSetId: 'r' } as const;

type Arb<E> = fc.Arbitrary<E>;
const onCase: Arb<CaseEvent> = fc.record({ caseId, personId }).chain(({ caseId, personId }) => {
  const subject = { id: personId, scope: caseId };
  const event = (make: fc.Arbitrary<object>, type: CaseEvent['type'], text?: object): Arb<CaseEvent> =>
    make.map((data) => ({ type, data: { caseId, ...data }, ...(text && { subject, text }) }) as unknown as CaseEvent);
  const plain = fc.constant({});
  const actionId = fc.constantFrom(`${caseId}-a1`, `${caseId}-a2`, `${caseId}-a3`);
  const requestId = requestOf(caseId);
  return fc.oneof(
    {
      weight: 2,
      arbitrary: event(
        fc.record({ organisations: fc.uniqueArray(party, { selector: (p) => p.organisationId }) }).map(({ organisations }) => ({
          personId,
          groupId: 'g1',
          areaId: 'area',
          caseNumber: caseId,
          ageBand: '15-17',
          responsibleOrganisationId: 'bif',
          organisations,
        })),
        'CaseReferred',
        { reason: 'x' },
      ),
    },
    event(fc.record({ outcome: fc.constantFrom('accepted', 'rejected') }), 'CaseScreened', {}),
    event(plain, 'CaseOpened'),
    event(fc.record({ until: date }), 'CasePaused', {}),
    event(plain, 'CaseResumed'),
    event(fc.record({ outcome: fc.constant('moved'), at }), 'CaseClosed', {}),
    event(plain, 'CaseReopened', {}),
    event(fc.record({ areaId: fc.constantFrom('area', 'other') }), 'CaseAreaChanged'),
    event(fc.record({ organisationId: fc.constant('bif'), userId }), 'ResponsibilityAssigned'),
    event(fc.record({ organisation: party }), 'OrganisationJoinedCase'),
    event(fc.record({ organisationId: fc.constantFrom('bif', 'sof') }), 'OrganisationLeftCase'),
    event(fc.record({ userId }), 'WorkerExcluded', {}),
    event(
      fc.record({ requestId, toOrganisationId: fc.constant('sof'), category: fc.constant('work'), dueOn: date }),
      'InformationRequested',
      { question: 'x' },
    ),
    event(fc.record({ requestId }), 'InformationRequestDeclined'),
    event(
      disclosureOf(caseId).map((d) => ({ ...d, ...some })),
      'InformationShared',
      { content: 'x', necessity: 'y' },
    ),
    event(
      refusal.map((r) => ({ ...r, ...refused })),
      'DisclosureRefused',
    ),
    {
      weight: 5,
      arbitrary: event(
        fc.record(
          { actionId, ownerOrganisationId: fc.constant('bif'), ownerUserId: userId, deadline: date },
          { requiredKeys: ['actionId', 'ownerOrganisationId', 'deadline'] },
        ),
        'ActionAgreed',
        { description: 'x' },
      ),
    },
    event(fc.record({ actionId, userId }), 'ActionAccepted'),
    event(fc.record({ actionId, userId }), 'ActionDeclined', {}),
    event(fc.record({ actionId, toOrganisationId: fc.constant('sof'), toUserId: userId }), 'HandoverOffered'),
    event(fc.record({ actionId, organisationId: fc.constant('sof'), userId }), 'HandoverAccepted'),
    event(fc.record({ actionId, organisationId: fc.constant('sof'), userId }), 'HandoverDeclined', {}),
    event(fc.record({ actionId, reportId: fc.constant('x') }, { requiredKeys: ['reportId'] }), 'ProgressReported', {
      report: 'x',
    }),
    event(fc.record({ actionId, from: date, to: date }), 'DeadlineMoved', {}),
    event(fc.record({ actionId }), 'ActionCompleted', {}),
    event(fc.record({ actionId }), 'ActionCancelled', {}),
    event(fc.record({ actionId }), 'ActionReworded', { description: 'y' }),
    event(fc.record({ followUpId: fc.constantFrom('f1', 'f2', 'f3'), on: date }), 'FollowUpScheduled', { note: 'x' }),
    event(
      fc.record({
        ...{ eventId: fc.constant(`${caseId}-e`), eventType: fc.constant('ProgressReported'), told: fc.constant(['sof']) },
        ...{ writtenAt: fc.constant('2026-11-02T09:00:00Z'), why: fc.constantFrom('wrong-person', 'rested-on-recalled') },
      }),
      'TextWithdrawn',
      { ground: 'x' },
    ),
    event(fc.constant({ eventId: `${caseId}-e`, organisationId: 'sof' }), 'WithdrawalAcknowledged'),
    event(
      fc.constant({
        ...{ disclosureId: `${caseId}-d`, eventId: `${caseId}-e`, eventType: 'InformationShared', fromOrganisationId: 'bif' },
        ...{ sharedAt: '2026-11-02T09:00:00Z', category: 'work', told: ['police'] },
        rests: [{ eventId: `${caseId}-f`, eventType: 'ActionAgreed', why: 'possible', actionId: `${caseId}-a1` }],
      }),
      'DisclosureRecalled',
      { ground: 'x' },
    ),
    event(
      fc.constant({ disclosureId: `${caseId}-d`, eventId: `${caseId}-f`, actionId: `${caseId}-a1`, verdict: 'keep' }),
      'RecallReviewed',
      { reason: 'x' },
    ),
  );
});

const onMeeting: Arb<MeetingEvent> = fc.record({ meetingId, caseId, itemId }).chain(({ meetingId, caseId, itemId }) => {
  const subject = { id: 'p1', scope: caseId };
  const event = (make: fc.Arbitrary<object>, type: MeetingEvent['type'], text?: object): Arb<MeetingEvent> =>
    make.map((data) => ({ type, data: { meetingId, ...data }, ...(text && { subject, text }) }) as unknown as MeetingEvent);
  const item = fc.constantFrom(...AGENDA_REASONS).map((reason) => ({ itemId, caseId, personId: 'p1', reasons: [reason] }));
  const attendeeId = fc.constantFrom('t1', 't2');
  const times = date.map((localDate) => ({ localDate, startsAt: `${localDate}T08:00:00Z`, endsAt: `${localDate}T09:00:00Z` }));
  return fc.oneof(
    {
      weight: 1,
      arbitrary: event(
        times.map((t) => ({ ...t, groupId: 'g1', invited: [{ userId: 'u1', organisationId: 'bif' }] })),
        'MeetingPlanned',
      ),
    },
    event(times, 'MeetingMoved'),
    event(fc.constant({ userId: 'u1', deputyUserId: 'u2' }), 'ApologyReceived'),
    event(fc.record({ item }), 'AgendaItemAdded'),
    event(fc.constant({ caseId }), 'AgendaItemRemoved'),
    event(fc.constant({ caseIds: [caseId] }), 'AgendaItemReordered'),
    event(fc.record({ agenda: fc.array(item, { maxLength: 2 }) }), 'MeetingOpened'),
    event(fc.record({ attendeeId, organisation: party, at }), 'AttendeeArrived', { guestName: 'x' }),
    event(fc.record({ attendeeId, at }), 'AttendeeSteppedOut'),
    event(fc.record({ attendeeId, at }), 'AttendeeReturned'),
    event(
      at.map((time) => ({ itemId, caseId, personId: 'p1', organisations: [BIF], excludedUserIds: [], at: time })),
      'ItemOpened',
    ),
    event(
      at.map((time) => ({ itemId, caseId, why: 'done', at: time })),
      'ItemShut',
    ),
    event(
      disclosureOf(caseId).map((d) => ({ ...d, ...some, caseId, itemId, saidAt: '2026-11-24T08:10:00Z' })),
      'InformationSharedInRoom',
      { content: 'x', necessity: 'y' },
    ),
    event(
      refusal.map((r) => ({ ...r, ...refused, caseId, itemId })),
      'DisclosureRefusedInRoom',
    ),
    event(
      fc.record({ noNews: fc.boolean() }).map((d) => ({ ...d, itemId, caseId })),
      'ItemDiscussed',
      { note: 'x' },
    ),
    event(fc.record({ at }), 'MeetingClosed'),
    event(fc.constant({ itemId, caseId, correctionId: 'x' }), 'MinutesCorrected', { correction: 'x' }),
  );
});

type PersonEventOf = (type: PersonEvent['type'], data?: object, text?: object) => Arb<PersonEvent>;
const onErasure = (personId: string, event: PersonEventOf): Arb<PersonEvent>[] =>
  ['e1', 'e2'].flatMap((n) => {
    const erasureId = `${personId}-${n}`;
    const [own, hold] = [{ erasureId }, { holdId: `${personId}-h` }];
    const target = n === 'e1' ? { ...own, caseId: 'c1' } : own;
    const ground = { ground: 'objection', proposedBy: 'u1', authorities: ['kk'] };
    return [
      event('ErasureProposed', { ...target, ...ground }, { reason: 'x' }),
      event('ErasureApproved', { ...own, authorityId: 'kk', approvedBy: 'u2', regretUntil: '2026-12-01T00:00:00.000Z' }),
      event('ErasureWithdrawn', { ...own, cause: 'person' }, { reason: 'x' }),
      event('ArchivingNotRequired', { ...own, ground: 'disposal-rules' }),
      event('ErasureStarted', target),
      n === 'e1'
        ? event('CaseTextErased', { ...target, keys: [], affected: [] })
        : event('PersonErased', { ...target, keys: [], affected: [] }),
      event('LegalHoldPlaced', { ...hold, ground: 'complaint', reviewOn: '2027-01-01' }, { note: 'x' }),
      event('LegalHoldLifted', hold, { note: 'x' }),
    ];
  });

const onPerson: Arb<PersonEvent> = personId.chain((id) => {
  const event = (type: PersonEvent['type'], data: object = {}, text?: object): Arb<PersonEvent> =>
    fc.constant({
      type,
      data: { personId: id, ...data },
      ...(text && { subject: { id, scope: 'identity' }, text }),
    } as unknown as PersonEvent);
  return fc.oneof(
    {
      weight: 3,
      arbitrary: event('PersonRegistered', {}, { name: 'Ung', alias: 'Lille', birthDate: '1990-01-01', cpr: '0101901234' }),
    },
    event('PersonCorrected', { removed: [] }, { cpr: '0202901234' }),
    event('PersonCorrected', { removed: ['cpr'] }, { name: 'Anden' }),
    event('AddressProtected'),
    event('AddressProtectionLifted'),
    event('PersonCameOfAge'),
    event('PersonMoved', {}, { movedOn: '2026-11-10', municipality: 'x' }),
    event('PersonDied', {}, { diedOn: '2026-11-10' }),
    event('LifeEventRetracted', { lifeEvent: 'moved' }, { reason: 'x' }),
    event('PersonMerged', { mergeId: `${id}-m`, intoPersonId: id === 'p1' ? 'p2' : 'p1' }, { reason: 'x' }),
    event('PersonMergeUndone', { mergeId: `${id}-m`, intoPersonId: id === 'p1' ? 'p2' : 'p1' }, { reason: 'x' }),
    ...onErasure(id, event),
  );
});

const onGroup: Arb<GroupEvent> = fc.oneof(
  fc.constant<GroupEvent>({
    type: 'GroupFormed',
    data: { groupId: 'g1', name: 'x', areaIds: [], series: { weekday: 2, startTime: '09:00', durationMinutes: 60 } },
  }),
  userId.map((id): GroupEvent => ({
    type: 'MemberJoined',
    data: { groupId: 'g1', userId: id, organisationId: 'bif', from: '2026-01-01' },
  })),
  date.map((day): GroupEvent => ({ type: 'ClosingDaysSet', data: { groupId: 'g1', dates: [day], yearly: ['12-24'] } })),
  fc.integer({ min: 0, max: 5 }).map((days): GroupEvent => ({
    type: 'LadderSet',
    data: { groupId: 'g1', ladder: { ...DEFAULT_RULE_SET.ladder, reminderWorkingDaysBefore: days } },
  })),
  userId.map((id): GroupEvent => ({ type: 'MemberLeft', data: { groupId: 'g1', userId: id, on: '2026-02-01' } })),
);

/** Of the ladder of any action, whether it was agreed or not. */
const onChase: Arb<ChaseEvent> = fc
  .record({
    caseId,
    n: fc.constantFrom('a1', 'a2', 'a3'),
    deadline: date,
    deadlineMoves: fc.integer({ min: -1, max: 2 }),
    on: date,
  })
  .chain(({ caseId, n, deadline, deadlineMoves, on }) => {
    const own = { caseId, actionId: `${caseId}-${n}` };
    const told = { organisationId: 'bif', to: ['u1'] };
    const step = { ...own, deadline, deadlineMoves, on };
    const texts = { subject: { id: 'p1', scope: caseId } };
    return fc.constantFrom<ChaseEvent>(
      { type: 'ActionReminded', data: { ...step, ...told } },
      { type: 'ActionFellDue', data: { ...step, ...told } },
      { type: 'ActionChased', data: { ...step, ...told, chaseId: 'k1', by: 'ladder' }, ...texts, text: {} },
      { type: 'ActionChased', data: { ...step, ...told, chaseId: 'k2', by: 'hand' }, ...texts, text: { note: 'x' } },
      { type: 'ChaseAnswered', data: { ...own, chaseId: 'k2', answerId: 's1' }, ...texts, text: { answer: 'x' } },
      { type: 'ActionPutFirst', data: step },
      { type: 'MeetingMissed', data: { ...own, deadline, meetingId: 'm1', heldOn: on } },
      { type: 'ActionEscalated', data: { ...step, ...told, why: 'by-hand' }, ...texts, text: { reason: 'x' } },
      { type: 'StepOvertaken', data: { ...step, step: 'reminded' } },
      { type: 'AcceptanceChased', data: { ...own, on, ...told, askedBy: 'e1' } },
    );
  });

type Kind = 'case' | 'chase' | 'meeting' | 'person' | 'group';
const streamOf = ({ data }: DomainEvent, kind: Kind): string =>
  `${kind}-${(data as unknown as Record<string, string>)[`${kind === 'chase' ? 'action' : kind}Id`]!}`;

const onStream = (event: Arb<DomainEvent>, kind: Kind): Arb<Written> =>
  fc.record({ event, at }).map(({ event, at }) => ({ stream: streamOf(event, kind), event, at }));

/** Some of the streams begin as they must; the others may park at once. */
export const beginning: readonly Written[] = [
  ...['c1', 'c2'].map((caseId) => ({
    stream: `case-${caseId}`,
    event: {
      type: 'CaseReferred' as const,
      data: {
        caseId,
        personId: 'p1',
        groupId: 'g1',
        areaId: 'area',
        caseNumber: caseId,
        ageBand: '15-17' as const,
        responsibleOrganisationId: 'bif',
        organisations: [BIF],
      },
      subject: { id: 'p1', scope: caseId },
      text: {},
    },
    at: '2026-11-01T00:00:00.000Z',
  })),
  {
    stream: 'meeting-m1',
    event: {
      type: 'MeetingPlanned',
      data: {
        meetingId: 'm1',
        groupId: 'g1',
        localDate: '2026-11-24',
        startsAt: '2026-11-24T08:00:00Z',
        endsAt: '2026-11-24T09:00:00Z',
        invited: [],
      },
    },
    at: '2026-11-01T00:00:00.000Z',
  },
  {
    stream: 'person-p1',
    event: {
      type: 'PersonRegistered',
      data: { personId: 'p1' },
      subject: { id: 'p1', scope: 'identity' },
      text: { name: 'Ung' },
    },
    at: '2026-11-01T00:00:00.000Z',
  },
];

export const anyHistory: Arb<Written[]> = fc
  .array(
    fc.oneof(
      { weight: 10, arbitrary: onStream(onCase, 'case') },
      { weight: 3, arbitrary: onStream(onChase, 'chase') },
      { weight: 6, arbitrary: onStream(onMeeting, 'meeting') },
      { weight: 2, arbitrary: onStream(onPerson, 'person') },
      { weight: 1, arbitrary: onStream(onGroup, 'group') },
    ),
    { maxLength: 120, size: 'max' },
  )
  .map((events) => [...beginning, ...events]);
