// What a meeting is so far: its times, its agenda, and the room minute by minute (rule 8).
import { unreachable } from '../kernel/decider.js';
import { plusMilliseconds } from '../kernel/values.js';
import type { Disclosed, Party } from '../information-sharing/information-sharing.js';
import { inOrder, type AgendaOverrides } from './agenda.js';
import type { AgendaItem, CaseInRoom, MeetingFolded } from './events.js';

type Data<T extends MeetingFolded['type']> = Extract<MeetingFolded, { type: T }>['data'];

/** UTC instants, `from` included, `to` not; without `to` it lasts. */
export interface Interval {
  readonly from: string;
  readonly to?: string;
}

export interface Attendee {
  readonly attendeeId: string;
  /** Missing: a guest without an account. */
  readonly userId?: string;
  readonly organisation: Party;
  readonly presence: readonly Interval[];
  readonly where: 'present' | 'outside' | 'left';
}

/** One time that an item was open, for the organisations and without the workers of the case as they were then. */
export interface Opening extends Interval, CaseInRoom {
  readonly itemId: string;
}

export interface ExistingMeeting {
  readonly status: 'planned' | 'open' | 'closed' | 'cancelled';
  readonly planned: Data<'MeetingPlanned'>;
  readonly times: { readonly localDate: string; readonly startsAt: string; readonly endsAt: string };
  readonly apologies: readonly { readonly userId: string; readonly deputyUserId?: string }[];
  readonly overrides: AgendaOverrides;
  /** Empty until the meeting opens. */
  readonly agenda: readonly AgendaItem[];
  readonly attendees: readonly Attendee[];
  readonly openings: readonly Opening[];
  readonly disclosures: readonly Disclosed[];
  readonly refused: readonly Data<'DisclosureRefusedInRoom'>[];
  readonly discussed: readonly Data<'ItemDiscussed'>[];
  readonly corrections: readonly Data<'MinutesCorrected'>[];
  /** What the room was before this instant is settled: nothing may be recorded into it. UTC; empty at first. */
  readonly settledUntil: string;
}
export type MeetingState = { readonly status: 'none' } | ExistingMeeting;

// ---- what the room tells

export const covers = ({ from, to }: Interval, at: string): boolean => from <= at && (to === undefined || at < to);
export const presentAt = (state: ExistingMeeting, at: string): readonly Attendee[] =>
  state.attendees.filter((a) => a.presence.some((interval) => covers(interval, at)));
export const presentNow = (state: ExistingMeeting): readonly Attendee[] => state.attendees.filter((a) => a.where === 'present');
export const openNow = (state: ExistingMeeting): Opening | undefined => state.openings.find((o) => o.to === undefined);

/** Rule 8: whether somebody may hear about a case. Never of kind `other`, whatever the case's list says. */
export const mayHear = (
  who: Pick<Attendee, 'organisation' | 'userId'>,
  { organisations, excludedUserIds }: Pick<CaseInRoom, 'organisations' | 'excludedUserIds'>,
): boolean =>
  who.organisation.kind !== 'other' &&
  organisations.some((o) => o.organisationId === who.organisation.organisationId && o.kind !== 'other') &&
  !(who.userId !== undefined && excludedUserIds.includes(who.userId));

// ---- evolve

const later = (a: string, b: string): string => (a > b ? a : b);
const end = (intervals: readonly Interval[], at: string): readonly Interval[] =>
  intervals.map((i) => (i.to === undefined ? { from: i.from, to: at } : i));

const move = (
  state: ExistingMeeting,
  { attendeeId, at }: { readonly attendeeId: string; readonly at: string },
  where: Attendee['where'],
): ExistingMeeting => ({
  ...state,
  settledUntil: later(state.settledUntil, at),
  attendees: state.attendees.map((a) => {
    if (a.attendeeId !== attendeeId) return a;
    return { ...a, where, presence: where === 'present' ? [...a.presence, { from: at }] : end(a.presence, at) };
  }),
});

const evolveExisting = (state: ExistingMeeting, event: Exclude<MeetingFolded, { type: 'MeetingPlanned' }>): ExistingMeeting => {
  const { overrides } = state;
  switch (event.type) {
    case 'MeetingMoved': {
      const { localDate, startsAt, endsAt } = event.data;
      return { ...state, times: { localDate, startsAt, endsAt } };
    }
    case 'MeetingCancelled':
      return { ...state, status: 'cancelled' };
    case 'ApologyReceived': {
      const { userId, deputyUserId } = event.data;
      return { ...state, apologies: [...state.apologies.filter((a) => a.userId !== userId), { userId, deputyUserId }] };
    }

    case 'AgendaItemAdded': {
      const { item } = event.data;
      const removed = overrides.removed.filter((caseId) => caseId !== item.caseId);
      return {
        ...state,
        overrides: { ...overrides, removed, added: [...overrides.added, item] },
        agenda: state.status === 'open' ? [...state.agenda, item] : state.agenda,
      };
    }
    case 'AgendaItemRemoved': {
      const { caseId } = event.data;
      const without = (items: readonly AgendaItem[]) => items.filter((item) => item.caseId !== caseId);
      return {
        ...state,
        overrides: { ...overrides, removed: [...overrides.removed, caseId], added: without(overrides.added) },
        agenda: without(state.agenda),
      };
    }
    case 'AgendaItemReordered': {
      const order = event.data.caseIds;
      return { ...state, overrides: { ...overrides, order }, agenda: inOrder(state.agenda, order) };
    }
    case 'MeetingOpened':
      return { ...state, status: 'open', agenda: event.data.agenda };

    case 'AttendeeArrived': {
      const { attendeeId, userId, organisation, at } = event.data;
      const attendee: Attendee = { attendeeId, userId, organisation, presence: [{ from: at }], where: 'present' };
      return { ...state, attendees: [...state.attendees, attendee], settledUntil: later(state.settledUntil, at) };
    }
    case 'AttendeeReturned':
      return move(state, event.data, 'present');
    case 'AttendeeSteppedOut':
      return move(state, event.data, 'outside');
    case 'AttendeeLeft':
      return move(state, event.data, 'left');

    case 'ItemOpened': {
      const { itemId, caseId, personId, organisations, excludedUserIds, at } = event.data;
      const opening = { itemId, caseId, personId, organisations, excludedUserIds, from: at };
      return { ...state, openings: [...state.openings, opening], settledUntil: later(state.settledUntil, at) };
    }
    case 'ItemShut': {
      const { itemId, at } = event.data;
      const shut = (o: Opening) => (o.itemId === itemId && o.to === undefined ? { ...o, to: at } : o);
      return { ...state, openings: state.openings.map(shut), settledUntil: later(state.settledUntil, at) };
    }
    case 'InformationSharedInRoom':
      return {
        ...state,
        disclosures: [...state.disclosures, event.data],
        // Who heard it is on record: the room at that very instant stays as it was.
        settledUntil: later(state.settledUntil, plusMilliseconds(event.data.saidAt, 1)),
      };
    case 'DisclosureRefusedInRoom':
      return { ...state, refused: [...state.refused, event.data] };
    case 'ItemDiscussed':
      return { ...state, discussed: [...state.discussed, event.data] };
    case 'MeetingClosed':
      return { ...state, status: 'closed' };
    case 'MinutesCorrected':
      return { ...state, corrections: [...state.corrections, event.data] };
    default:
      return unreachable(event);
  }
};

export const evolveMeeting = (state: MeetingState, event: MeetingFolded): MeetingState => {
  if (event.type !== 'MeetingPlanned') return state.status === 'none' ? state : evolveExisting(state, event);
  const { localDate, startsAt, endsAt } = event.data;
  return {
    status: 'planned',
    planned: event.data,
    times: { localDate, startsAt, endsAt },
    apologies: [],
    overrides: { added: [], removed: [], order: [] },
    agenda: [],
    attendees: [],
    openings: [],
    disclosures: [],
    refused: [],
    discussed: [],
    corrections: [],
    settledUntil: '',
  };
};
