// meeting-{meetingId}: one weekly meeting: its agenda, who was in the room when, and what was shared there (rule 8).
import type { Command } from '../kernel/decider.js';
import { codec, event, text, type EventOf, type FoldedOf } from '../kernel/events.js';
import { bool, id, instant, label, list, localDate, object, oneOf, opt, type Infer } from '../kernel/schema.js';
import {
  disclosure,
  disclosureRefused,
  party,
  type DisclosureRequest,
  type Party,
} from '../information-sharing/information-sharing.js';

/** Why a case is on the agenda, in the order the agenda takes them. `manual`: somebody put it there. */
export const AGENDA_REASONS = [
  'escalated-action',
  'chased-action',
  'overdue-action',
  /** Since the last meeting. */
  'steering-decision',
  'follow-up-due',
  'person-moved',
  'came-of-age',
  /** What may rest on a disclosure that was recalled, and nobody has looked at yet. */
  'rests-on-recalled',
  'new-information',
  'new-referral',
  'unnamed-owner',
  'unanswered-request',
  'silent',
  'manual',
] as const;
export type AgendaReason = (typeof AGENDA_REASONS)[number];

const agendaItem = object({ itemId: id, caseId: id, personId: id, reasons: list(oneOf(AGENDA_REASONS)) });
export type AgendaItem = Infer<typeof agendaItem>;

export const SHUT_REASONS = ['done', 'room-changed', 'meeting-closed'] as const;

export const meetingEvents = {
  /** Times are instants; `localDate` is the meeting's date in Europe/Copenhagen. `invited`: the group's members that day. */
  MeetingPlanned: event(1, {
    meetingId: id,
    groupId: id,
    localDate,
    startsAt: instant,
    endsAt: instant,
    place: opt(label),
    invited: list(object({ userId: id, organisationId: id })),
  }),
  MeetingMoved: event(1, { meetingId: id, localDate, startsAt: instant, endsAt: instant }),
  MeetingCancelled: event(1, { meetingId: id }),
  /** The deputy, when one comes instead. */
  ApologyReceived: event(1, { meetingId: id, userId: id, deputyUserId: opt(id) }),

  AgendaItemAdded: event(1, { meetingId: id, item: agendaItem }),
  AgendaItemRemoved: event(1, { meetingId: id, caseId: id }),
  /** The wished order, case ids first to last; cases not named follow in the agenda's own order. */
  AgendaItemReordered: event(1, { meetingId: id, caseIds: list(id) }),
  /** The agenda as it stood when the meeting opened: from here on it changes by hand only. */
  MeetingOpened: event(1, { meetingId: id, agenda: list(agendaItem) }),

  /** `userId` missing: a guest without an account; name sealed with the guest's own key (subject: attendeeId, scope: identity). */
  AttendeeArrived: event(
    1,
    { meetingId: id, attendeeId: id, userId: opt(id), organisation: party, at: instant },
    { guestName: text(301, 'staff') },
  ),
  AttendeeSteppedOut: event(1, { meetingId: id, attendeeId: id, at: instant }),
  AttendeeReturned: event(1, { meetingId: id, attendeeId: id, at: instant }),
  AttendeeLeft: event(1, { meetingId: id, attendeeId: id, at: instant }),

  /** `organisations` and `excludedUserIds`: as the case had them when the item opened. */
  ItemOpened: event(1, {
    meetingId: id,
    itemId: id,
    caseId: id,
    personId: id,
    organisations: list(party),
    excludedUserIds: list(id),
    at: instant,
  }),
  ItemShut: event(1, { meetingId: id, itemId: id, caseId: id, why: oneOf(SHUT_REASONS), at: instant }),
  /** Subject: (person, case). Recipients were computed from the room at `saidAt`. */
  InformationSharedInRoom: event(
    1,
    { ...disclosure, meetingId: id, itemId: id, saidAt: instant },
    { content: text(302, 'category'), necessity: text(303, 'category') },
  ),
  DisclosureRefusedInRoom: event(1, { ...disclosureRefused, meetingId: id, itemId: id }),
  ItemDiscussed: event(1, { meetingId: id, itemId: id, caseId: id, noNews: bool }, { note: text(304, 'social') }),
  MeetingClosed: event(1, { meetingId: id, at: instant }),
  /** After closing: what the record said wrong and how it should read. The record itself stays. */
  MinutesCorrected: event(1, { meetingId: id, itemId: id, caseId: id, correctionId: id }, { correction: text(305, 'social') }),
};
export type MeetingEvent = EventOf<typeof meetingEvents>;
export type MeetingFolded = FoldedOf<typeof meetingEvents>;
export const meetingCodec = codec(meetingEvents);

/** A case as the room needs it: read when the command is built, judged in the decider. */
export interface CaseInRoom {
  readonly caseId: string;
  readonly personId: string;
  readonly organisations: readonly Party[];
  readonly excludedUserIds: readonly string[];
}

type Times = { readonly localDate: string; readonly startsAt: string; readonly endsAt: string };
export type MeetingCommand =
  | Command<
      'PlanMeeting',
      Times & {
        meetingId: string;
        groupId: string;
        place?: string;
        invited: readonly { userId: string; organisationId: string }[];
      }
    >
  | Command<'MoveMeeting', Times & { meetingId: string }>
  | Command<'CancelMeeting', { meetingId: string }>
  | Command<'RecordApology', { meetingId: string; userId: string; deputyUserId?: string }>
  | Command<'AddAgendaItem', { meetingId: string; itemId: string; caseId: string; personId: string }>
  | Command<'RemoveAgendaItem', { meetingId: string; caseId: string }>
  | Command<'ReorderAgenda', { meetingId: string; caseIds: readonly string[] }>
  | Command<'OpenMeeting', { meetingId: string; proposed: readonly AgendaItem[] }>
  | Command<
      'RecordArrival',
      { meetingId: string; attendeeId: string; userId?: string; organisation: Party; guestName?: string; at?: string }
    >
  | Command<'RecordStepOut', { meetingId: string; attendeeId: string; at?: string }>
  | Command<'RecordReturn', { meetingId: string; attendeeId: string; at?: string }>
  | Command<'RecordLeaving', { meetingId: string; attendeeId: string; at?: string }>
  | Command<'OpenItem', { meetingId: string; itemId: string; case: CaseInRoom }>
  | Command<'ShutItem', { meetingId: string; itemId: string }>
  | Command<
      'ShareInRoom',
      {
        meetingId: string;
        itemId: string;
        case: CaseInRoom;
        /** Who said it. */
        fromAttendeeId: string;
        /** UTC; not after now, within the item's opening. Missing: now, by the room's own time. */
        saidAt?: string;
        disclosure: DisclosureRequest;
      }
    >
  | Command<'RecordDiscussed', { meetingId: string; itemId: string; noNews: boolean; note?: string }>
  | Command<'CloseMeeting', { meetingId: string }>
  | Command<'CorrectMinutes', { meetingId: string; itemId: string; correctionId: string; correction: string }>;
