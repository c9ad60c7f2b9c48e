// Who is written to when something has happened, and what about: read from the event and its stream. Whom the ladder tells stands
// in its events; who is told of a meeting or a withdrawn text follows from the group.
import { decodeAny, LEADS, STREAMS, streamName, type AnyFolded, type ExistingCase, type ExistingMeeting } from '@app/domain';
import { loadState, type EventStore, type StoredEvent } from '@app/event-store';
import { readStored } from '@app/personal-data';
import type { GroupRow, Registry } from '@app/read-models';
import { deputiesOf, isHere, toldOf } from '../chase/told.js';
import type { Facts, MailKind, MeetingFacts } from './kinds.js';

/** The events that somebody may have to be written to about. */
export const MAILED = [
  ...['ActionReminded', 'ActionFellDue', 'ActionChased', 'AcceptanceChased', 'ActionEscalated', 'HandoverOffered'],
  ...[
    'TextWithdrawn',
    'DisclosureRecalled',
    'MeetingPlanned',
    'MeetingMoved',
    'MeetingCancelled',
    'ApologyReceived',
    'MeetingClosed',
  ],
  ...['SteeringMeetingPlanned', 'SteeringMeetingMoved', 'SteeringMeetingCancelled'],
];

export interface Notice {
  readonly kind: MailKind;
  readonly to: readonly string[];
  readonly facts: Facts;
}

const CHASES = {
  ActionReminded: 'reminded',
  ActionFellDue: 'due',
  ActionChased: 'chased',
  AcceptanceChased: 'acceptance',
  ActionEscalated: 'escalated',
} as const;

const ofEscalation = (eventType: string): boolean => Object.hasOwn(STREAMS.escalation.codec.definitions, eventType);

const caseOf = async (store: EventStore, caseId: string): Promise<ExistingCase | undefined> => {
  const { state } = await loadState(store, streamName('case', caseId), STREAMS.case.decider, STREAMS.case.codec);
  return state.status === 'none' ? undefined : state;
};
const meetingOf = async (store: EventStore, meetingId: string): Promise<ExistingMeeting | undefined> => {
  const { state } = await loadState(store, streamName('meeting', meetingId), STREAMS.meeting.decider, STREAMS.meeting.codec);
  return state.status === 'none' ? undefined : state;
};

const membersOn = (group: GroupRow | undefined, today: string): readonly { userId: string; organisationId: string }[] =>
  (group?.members ?? []).filter((m) => m.from <= today && (m.until === undefined || today < m.until));

/** All who have the meeting in their calendar: invited, and deputies who come instead. */
const calendarsOf = ({ planned, apologies }: ExistingMeeting): readonly string[] => [
  ...planned.invited.map(({ userId }) => userId),
  ...apologies.flatMap(({ deputyUserId }) => deputyUserId ?? []),
];

const meetingNotice = async (
  event: Extract<AnyFolded, { data: { meetingId: string } }>,
  { store, revision, now }: { store: EventStore; revision: number; now: string },
): Promise<Notice | undefined> => {
  if (!('meetingId' in event.data)) return undefined;
  const state = await meetingOf(store, event.data.meetingId);
  if (!state) return undefined;
  const { meetingId, place } = state.planned;
  const meeting: MeetingFacts = { meetingId, ...state.times, ...(place !== undefined && { place }), sequence: revision };
  const facts = { meeting };
  const all = calendarsOf(state);
  if (event.type === 'MeetingClosed') {
    const present = state.attendees.flatMap(({ userId }) => userId ?? []);
    return { kind: 'minutes', to: [...all, ...present], facts };
  }
  // Nobody is invited to what is over, nor to what was called off meanwhile.
  if (meeting.endsAt <= now) return undefined;
  if (event.type === 'MeetingCancelled') return { kind: 'cancelled', to: all, facts };
  if (state.status === 'cancelled') return undefined;
  if (event.type === 'MeetingMoved') return { kind: 'moved', to: all, facts };
  if (event.type === 'MeetingPlanned') return { kind: 'invitation', to: state.planned.invited.map((i) => i.userId), facts };
  if (event.type === 'ApologyReceived' && event.data.deputyUserId !== undefined)
    return { kind: 'invitation', to: [event.data.deputyUserId], facts };
  return undefined;
};

const STEERING = {
  SteeringMeetingPlanned: 'invitation',
  SteeringMeetingMoved: 'moved',
  SteeringMeetingCancelled: 'cancelled',
} as const;
const steeringNotice = async (
  { type, data }: Extract<AnyFolded, { type: keyof typeof STEERING }>,
  { store, revision, now }: { store: EventStore; revision: number; now: string },
): Promise<Notice | undefined> => {
  const { decider, codec } = STREAMS.steeringMeeting;
  const { state } = await loadState(store, streamName('steeringMeeting', data.steeringMeetingId), decider, codec);
  if (state.status === 'none' || state.endsAt <= now) return undefined;
  if (state.status === 'cancelled' && type !== 'SteeringMeetingCancelled') return undefined;
  const { localDate, startsAt, endsAt, planned } = state;
  const { steeringMeetingId: meetingId, place, invited } = planned;
  const times = { localDate, startsAt, endsAt };
  const meeting = { meetingId, steering: true as const, ...times, ...(place !== undefined && { place }), sequence: revision };
  return { kind: STEERING[type], to: invited.map(({ userId }) => userId), facts: { meeting } };
};

/**
 * @param now UTC
 * @param today local date in Europe/Copenhagen
 * @returns undefined: nobody is written to
 * @throws SchemaError, UnknownEventError when the event cannot be read
 */
export const noticeOf = async (
  stored: StoredEvent,
  { store, registry, now, today }: { store: EventStore; registry: Registry; now: string; today: string },
): Promise<Notice | undefined> => {
  const event = decodeAny(stored.type, stored.metadata.v, readStored(stored.data).clear);
  switch (event.type) {
    case 'ActionReminded':
    case 'ActionFellDue':
    case 'ActionChased':
    case 'AcceptanceChased':
    case 'ActionEscalated': {
      const { caseId, actionId } = event.data;
      const theCase = await caseOf(store, caseId);
      const deadline = theCase?.actions.find((a) => a.actionId === actionId)?.deadline;
      if (!theCase || deadline === undefined) return undefined;
      const { caseNumber, groupId } = theCase.referred;
      // What goes up concerns who leads, too.
      const leads =
        event.type === 'ActionEscalated'
          ? membersOn(registry.groups.get(groupId), today)
              .map(({ userId }) => userId)
              .filter((id) => ['projectLead', 'hotspotChief'].includes(registry.users.get(id)?.role ?? ''))
              .filter((id) => !theCase.excludedUserIds.includes(id))
          : [];
      const facts = {
        action: { caseId, caseNumber, actionId, deadline: 'deadline' in event.data ? event.data.deadline : deadline },
      };
      return { kind: CHASES[event.type], to: [...event.data.to, ...leads], facts };
    }
    case 'HandoverOffered': {
      const { caseId, actionId, toOrganisationId, toUserId } = event.data;
      const theCase = toUserId === undefined ? undefined : await caseOf(store, caseId);
      const deadline = theCase?.actions.find((a) => a.actionId === actionId)?.deadline;
      if (!theCase || toUserId === undefined || deadline === undefined) return undefined;
      const receiver = { organisationId: toOrganisationId, userId: toUserId };
      return {
        kind: 'offered',
        to: toldOf(registry, theCase.referred.groupId, theCase, receiver, today).to,
        facts: { action: { caseId, caseNumber: theCase.referred.caseNumber, actionId, deadline } },
      };
    }
    case 'TextWithdrawn':
    case 'DisclosureRecalled': {
      const { caseId, told } = event.data;
      const theCase = await caseOf(store, caseId);
      if (!theCase) return undefined;
      const { caseNumber, groupId } = theCase.referred;
      // Whose organisation did it has colleagues who read it, too: it need not answer itself, and they have to know.
      const { actor, organisation } = stored.metadata;
      const { organisations, leftOrganisationIds, excludedUserIds } = theCase;
      const tookPart = leftOrganisationIds.includes(organisation) || organisations.some((o) => o.organisationId === organisation);
      const toTell = new Set(tookPart ? [...told, organisation] : told);
      const group = registry.groups.get(groupId);
      const leads = (userId: string): boolean => {
        const role = registry.users.get(userId)?.role;
        return role !== undefined && LEADS.includes(role);
      };
      const got = membersOn(group, today)
        .filter(({ userId, organisationId }) => toTell.has(organisationId) || leads(userId))
        .map(({ userId }) => userId);
      // Who is away is told for when they are back; who stands in reads for them meanwhile.
      const away = group ? got.filter((userId) => !isHere(group, userId, today)) : [];
      const deputies = away.flatMap((userId) => deputiesOf(registry, group!, userId, today));
      // What was written for the steering group, its members have read.
      const steering = ofEscalation(event.data.eventType)
        ? [...registry.users.values()].filter(({ role }) => role === 'steeringMember').map(({ userId }) => userId)
        : [];
      const to = [...got, ...deputies, ...steering].filter((id) => id !== actor && !excludedUserIds.includes(id));
      const kind = event.type === 'TextWithdrawn' ? 'withdrawn' : 'recalled';
      return { kind, to, facts: { theCase: { caseId, caseNumber } } };
    }
    case 'MeetingPlanned':
    case 'MeetingMoved':
    case 'MeetingCancelled':
    case 'ApologyReceived':
    case 'MeetingClosed':
      return meetingNotice(event, { store, revision: stored.revision, now });
    case 'SteeringMeetingPlanned':
    case 'SteeringMeetingMoved':
    case 'SteeringMeetingCancelled':
      return steeringNotice(event, { store, revision: stored.revision, now });
    default:
      return undefined;
  }
};
