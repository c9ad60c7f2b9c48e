// Who lawfully knew what of a case, and since when: a pure fold over the case's own stream and the meetings that spoke of it. Looking
// at a screen is no way of knowing here: only what the events give a ground for counts.
import type { CaseFolded } from '../case/events.js';
import type { Basis } from '../kernel/vocabulary.js';
import { unique } from '../kernel/values.js';
import { meetingEvents, type MeetingFolded } from '../meeting/events.js';
import { covers, evolveMeeting, mayHear, type ExistingMeeting, type Interval, type MeetingState } from '../meeting/state.js';

/** One event of the case, or of a meeting that spoke of it, in the order of the log. */
export interface Happening {
  readonly eventId: string;
  /** When it happened, UTC with milliseconds. */
  readonly at: string;
  /** Whose user recorded it. */
  readonly organisationId: string;
  /**
   * Whether who recorded it led the group's work at the time: reads all of the case, and writes down what others say and decide. Of
   * what was said in the room: who said it. Missing: it cannot be known.
   */
  readonly led?: boolean;
  /** Id of the event or request that caused it. */
  readonly causation?: string;
  readonly event: CaseFolded | MeetingFolded;
}

export const WAYS = [
  /** It recorded this. */
  'wrote',
  /** It shared this itself, also when somebody else recorded what it said. */
  'shared',
  /** A disclosure to it, with its basis. */
  'told',
  /** The question was put to it. */
  'asked',
  /** The answer to its question. */
  'answered',
  /** It was in the room for the item. */
  'present',
  /** In the minutes it received when the meeting closed. */
  'minutes',
  /** An action it owed at the time, or had taken over. */
  'owned',
  /** An action it was offered. */
  'offered',
  /** It took part in the case: that it is there and how it stands, not its words. */
  'tookPart',
  /** It was told to forget something. */
  'toldToForget',
] as const;
export type WayOfKnowing = (typeof WAYS)[number];

export interface Way {
  readonly way: WayOfKnowing;
  /** Since when, UTC: what was said in the room from when it was said. */
  readonly at: string;
  /** Of what it was told. */
  readonly basis?: Basis;
}

export interface KnownEvent {
  readonly eventId: string;
  /** The earliest of its ways. */
  readonly since: string;
  readonly ways: readonly Way[];
  /** Whether it knew the words too, not only that it happened. */
  readonly words: boolean;
  /** Also when that came later than the time asked about. */
  readonly withdrawnAt?: string;
  readonly recalledAt?: string;
  /** False: at the time asked about it had been withdrawn, or recalled from this organisation, and had to be forgotten. */
  readonly lawful: boolean;
}

/** What tells that the case is there and how it stands. */
const FRAME: ReadonlySet<string> = new Set<CaseFolded['type']>([
  ...(['CaseReferred', 'CaseScreened', 'CaseOpened', 'CasePaused', 'CaseResumed', 'CaseClosed', 'CaseReopened'] as const),
  ...(['CaseAreaChanged', 'ResponsibilityAssigned', 'OrganisationJoinedCase', 'OrganisationLeftCase'] as const),
]);
const WITHOUT_WORDS: readonly WayOfKnowing[] = ['tookPart', 'toldToForget'];

const onlyOf = (history: readonly Happening[], caseId: string): readonly Happening[] =>
  history.filter(({ event }) => 'caseId' in event.data && event.data.caseId === caseId);

const isOfMeeting = (event: CaseFolded | MeetingFolded): event is MeetingFolded => Object.hasOwn(meetingEvents, event.type);

/** Every meeting of the history as it ended up: who was in the room when is then complete, also what was noted late. */
export const meetingsOf = (history: readonly Happening[]): ReadonlyMap<string, ExistingMeeting> => {
  const meetings = new Map<string, MeetingState>();
  for (const { event } of history) {
    if (!isOfMeeting(event)) continue;
    const { meetingId } = event.data;
    meetings.set(meetingId, evolveMeeting(meetings.get(meetingId) ?? { status: 'none' }, event));
  }
  return new Map([...meetings].filter((entry): entry is [string, ExistingMeeting] => entry[1].status !== 'none'));
};

/**
 * The organisations in the room when something was recorded of an item; where the item was shut already, as it shut. Nobody of an
 * item that was never open.
 */
const presentFor = (meeting: ExistingMeeting | undefined, itemId: string, at: string): readonly string[] => {
  const opening = meeting?.openings.filter((o) => o.itemId === itemId && o.from <= at).at(-1);
  if (!meeting || !opening) return [];
  const { to } = opening;
  const inRoom = (stay: Interval) =>
    to === undefined || at < to ? covers(stay, at) : stay.from < to && (stay.to === undefined || stay.to >= to);
  return meeting.attendees
    .filter((a) => mayHear(a, opening) && a.presence.some(inRoom))
    .map(({ organisation }) => organisation.organisationId);
};

/** Who gets a meeting's minutes: the organisations of those invited and of those who came. */
const minutesGoTo = ({ planned, attendees }: ExistingMeeting): readonly string[] =>
  unique([
    ...planned.invited.map(({ organisationId }) => organisationId),
    ...attendees.map(({ organisation }) => organisation.organisationId),
  ]);

interface ActionCourse {
  readonly owner: string;
  readonly offeredTo?: string;
  /** Events that say what the action is, and all of them. */
  readonly wording: readonly string[];
  readonly all: readonly string[];
}

/**
 * @param history the case's stream and the whole streams of its meetings, in the order of the log
 * @returns by event of the case: how this organisation came to know of it, earliest first. Of no other case, whatever the meetings held.
 */
export const waysOfKnowing = (
  history: readonly Happening[],
  caseId: string,
  organisationId: string,
): ReadonlyMap<string, readonly Way[]> => {
  const known = new Map<string, Way[]>();
  const learn = (who: readonly (string | undefined)[], eventId: string, way: WayOfKnowing, at: string, basis?: Basis): void => {
    if (!who.includes(organisationId)) return;
    const ways = known.get(eventId) ?? [];
    // Another basis is told anew; the same way twice is one.
    if (ways.some((w) => w.way === way && w.at <= at)) return;
    known.set(eventId, [...ways, { way, at, ...(basis && { basis }) }]);
  };

  const meetings = meetingsOf(history);
  let takingPart: readonly string[] = [];
  let referral: string | undefined;
  const requests = new Map<string, { readonly from: string; readonly to: string }>();
  const actions = new Map<string, ActionCourse>();
  /** Notes and decisions by meeting: what the minutes hold. */
  const minuted = new Map<string, string[]>();
  const inMinutes = (meetingId: string, eventId: string) => minuted.set(meetingId, [...(minuted.get(meetingId) ?? []), eventId]);

  for (const happening of history) {
    const { eventId, at, event } = happening;
    if (event.type === 'MeetingClosed') {
      const meeting = meetings.get(event.data.meetingId);
      const to = meeting ? minutesGoTo(meeting).filter((id) => takingPart.includes(id)) : [];
      for (const each of minuted.get(event.data.meetingId) ?? []) learn(to, each, 'minutes', event.data.at);
    }
    if (!('caseId' in event.data) || event.data.caseId !== caseId || event.type === 'ItemOpened' || event.type === 'ItemShut')
      continue;
    if (event.type === 'AgendaItemRemoved') continue;
    learn([happening.organisationId], eventId, 'wrote', at);

    switch (event.type) {
      case 'CaseReferred':
        takingPart = event.data.organisations.map((o) => o.organisationId);
        referral = eventId;
        break;
      case 'OrganisationJoinedCase':
        takingPart = [...takingPart, event.data.organisation.organisationId];
        // Whom the case is about. What happened before it joined it learns only where it is told.
        if (referral !== undefined) learn([event.data.organisation.organisationId], referral, 'tookPart', at);
        break;
      case 'OrganisationLeftCase':
        learn(takingPart, eventId, 'tookPart', at);
        takingPart = takingPart.filter((id) => id !== event.data.organisationId);
        break;

      case 'InformationShared':
      case 'InformationSharedInRoom': {
        const saidAt = 'saidAt' in event.data ? event.data.saidAt : at;
        learn([event.data.fromOrganisationId], eventId, 'shared', saidAt);
        for (const { organisationId: to, basis } of event.data.recipients) learn([to], eventId, 'told', saidAt, basis);
        break;
      }
      case 'DisclosureRefused':
      case 'DisclosureRefusedInRoom':
        // Nobody received anything.
        learn([event.data.fromOrganisationId], eventId, 'shared', at);
        break;
      case 'InformationRequested':
        requests.set(event.data.requestId, { from: happening.organisationId, to: event.data.toOrganisationId });
        learn([event.data.toOrganisationId], eventId, 'asked', at);
        break;
      case 'InformationRequestDeclined': {
        const request = requests.get(event.data.requestId);
        learn([request?.from], eventId, 'answered', at);
        learn([request?.to], eventId, 'asked', at);
        break;
      }

      case 'ActionAgreed':
      case 'FollowUpScheduled': {
        const { inMeeting } = event.data;
        if (!inMeeting) break;
        learn(presentFor(meetings.get(inMeeting.meetingId), inMeeting.itemId, at), eventId, 'present', at);
        inMinutes(inMeeting.meetingId, eventId);
        break;
      }
      case 'ItemDiscussed': {
        const { meetingId, itemId } = event.data;
        learn(presentFor(meetings.get(meetingId), itemId, at), eventId, 'present', at);
        inMinutes(meetingId, eventId);
        break;
      }
      case 'MinutesCorrected': {
        const meeting = meetings.get(event.data.meetingId);
        const to = meeting ? minutesGoTo(meeting) : [];
        learn(
          to.filter((id) => takingPart.includes(id)),
          eventId,
          'minutes',
          at,
        );
        break;
      }
      case 'TextWithdrawn':
      case 'DisclosureRecalled':
        learn(event.data.told, eventId, 'toldToForget', at);
        break;
      default:
    }
    if (FRAME.has(event.type)) learn(takingPart, eventId, 'tookPart', at);
    if ('actionId' in event.data && event.data.actionId !== undefined) followAction(event.data.actionId, happening);
  }
  return new Map([...known].map(([eventId, ways]) => [eventId, ways.sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0))]));

  function followAction(actionId: string, { eventId, at, event }: Happening): void {
    const before = actions.get(actionId);
    const owner =
      event.type === 'ActionAgreed'
        ? event.data.ownerOrganisationId
        : event.type === 'HandoverAccepted'
          ? event.data.organisationId
          : before?.owner;
    if (owner === undefined) return;
    const isWording = event.type === 'ActionAgreed' || event.type === 'ActionReworded';
    const wording = [...(before?.wording ?? []), ...(isWording ? [eventId] : [])];
    const all = [...(before?.all ?? []), eventId];
    learn([before?.owner, owner], eventId, 'owned', at);
    // Who is offered an action is shown what it is; who takes it over, also how it went.
    if (event.type === 'HandoverOffered')
      for (const each of [...wording, eventId]) learn([event.data.toOrganisationId], each, 'offered', at);
    else if (isWording) learn([before?.offeredTo], eventId, 'offered', at);
    if (event.type === 'HandoverAccepted') for (const each of all) learn([owner], each, 'owned', at);
    const offeredTo =
      event.type === 'HandoverOffered'
        ? event.data.toOrganisationId
        : ['HandoverAccepted', 'HandoverDeclined', 'ActionCompleted', 'ActionCancelled'].includes(event.type)
          ? undefined
          : before?.offeredTo;
    actions.set(actionId, { owner, wording, all, ...(offeredTo !== undefined && { offeredTo }) });
  }
};

/** When the texts of events were withdrawn, and disclosures recalled. */
const marksOf = (history: readonly Happening[], caseId: string) => {
  const [withdrawn, recalled] = [new Map<string, string>(), new Map<string, string>()];
  for (const { event, at } of onlyOf(history, caseId)) {
    if (event.type === 'TextWithdrawn') withdrawn.set(event.data.eventId, at);
    if (event.type === 'DisclosureRecalled') recalled.set(event.data.eventId, at);
  }
  return { withdrawn, recalled };
};

/**
 * The case as an organisation lawfully knew it: nothing it was not told, did not write and was not present for. Nothing that was once
 * known is missing later: what was withdrawn since says so.
 * @param at UTC instant
 */
export const knowledgeAt = (
  history: readonly Happening[],
  caseId: string,
  organisationId: string,
  at: string,
): readonly KnownEvent[] => {
  const ways = waysOfKnowing(history, caseId, organisationId);
  const { withdrawn, recalled } = marksOf(history, caseId);
  return onlyOf(history, caseId).flatMap(({ eventId }): KnownEvent[] => {
    const until = (ways.get(eventId) ?? []).filter((way) => way.at <= at);
    const [first] = until;
    if (!first) return [];
    const withdrawnAt = withdrawn.get(eventId);
    const recalledAt = recalled.get(eventId);
    // Recalled from those who got it: who shared it knew it anyway.
    const lost = until.some(({ way }) => way === 'shared') ? [withdrawnAt] : [withdrawnAt, recalledAt];
    return [
      {
        ...{ eventId, since: first.at, ways: until },
        words: until.some(({ way }) => !WITHOUT_WORDS.includes(way)),
        ...(withdrawnAt !== undefined && { withdrawnAt }),
        ...(recalledAt !== undefined && { recalledAt }),
        lawful: lost.every((when) => when === undefined || at < when),
      },
    ];
  });
};

/** When the organisation took part in the case, UTC; without `to` it still does. */
export const tookPart = (
  history: readonly Happening[],
  caseId: string,
  organisationId: string,
): readonly { readonly from: string; readonly to?: string }[] => {
  const periods: { readonly from: string; readonly to?: string }[] = [];
  for (const { event, at } of onlyOf(history, caseId)) {
    const joins =
      (event.type === 'CaseReferred' && event.data.organisations.some((o) => o.organisationId === organisationId)) ||
      (event.type === 'OrganisationJoinedCase' && event.data.organisation.organisationId === organisationId);
    if (joins) periods.push({ from: at });
    if (event.type === 'OrganisationLeftCase' && event.data.organisationId === organisationId) {
      const last = periods.pop();
      if (last) periods.push({ from: last.from, to: at });
    }
  }
  return periods;
};
