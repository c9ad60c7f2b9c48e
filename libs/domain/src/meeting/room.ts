// Rule 8, the room: who comes and goes, when an item may be open, and who heard what was said.
import { accept, refuse, unreachable, type Context, type Decision } from '../kernel/decider.js';
import { notFound, nothing, taken } from '../kernel/refusals.js';
import { compact, normalInstant, same } from '../kernel/values.js';
import {
  judgeDisclosure,
  partyOf,
  refuseDisclosure,
  sharingRefusal,
  type DisclosureRefusal,
  type Occasion,
  type Voice,
} from '../information-sharing/information-sharing.js';
import type { MeetingCommand, MeetingEvent } from './events.js';
import { covers, mayHear, openNow, presentAt, presentNow, type Attendee, type ExistingMeeting, type Opening } from './state.js';

const ROOM_COMMANDS = [
  'RecordArrival',
  'RecordStepOut',
  'RecordReturn',
  'RecordLeaving',
  'OpenItem',
  'ShutItem',
  'ShareInRoom',
] as const;
export type RoomCommand = Extract<MeetingCommand, { type: (typeof ROOM_COMMANDS)[number] }>;
type CommandOf<T extends RoomCommand['type']> = Extract<RoomCommand, { type: T }>;

export const isRoomCommand = (command: MeetingCommand): command is RoomCommand =>
  (ROOM_COMMANDS as readonly string[]).includes(command.type);

export const notOpenMeeting = refuse('meeting.not-open', 'The meeting is not open.', 'Mødet er ikke åbent.');
export const over = refuse('meeting.closed', 'The meeting is closed or cancelled.', 'Mødet er lukket eller aflyst.');
const mixed: Decision<never> = { events: [], refusal: sharingRefusal('room.mixed') };
const recorded = refuse(
  'attendee.recorded',
  'This attendee is on the record already: record that they returned.',
  'Mødedeltageren er allerede noteret: notér, at vedkommende er kommet tilbage.',
);
const empty = refuse('room.empty', 'Nobody is in the room.', 'Der er ingen i lokalet.');
const notTrue = refuse(
  'room.future',
  'This is not a time, or it is still to come.',
  'Det er ikke et tidspunkt, eller det ligger i fremtiden.',
);
const beforeRecorded = refuse(
  'room.before-recorded',
  'The room is on record up to a later time; what was recorded would become untrue.',
  'Lokalet er noteret frem til et senere tidspunkt; det noterede ville blive forkert.',
);

/**
 * Now, in the room's own time: clocks of two servers may differ by a little, and the record only goes forward.
 * @returns UTC, in normal form
 */
export const roomTime = (context: Context, state: ExistingMeeting): string => {
  const now = normalInstant(context.at) ?? context.at;
  return now > state.settledUntil ? now : state.settledUntil;
};

export const shut = (state: ExistingMeeting, opening: Opening, why: 'done' | 'room-changed' | 'meeting-closed', at: string) =>
  ({
    type: 'ItemShut',
    data: { meetingId: state.planned.meetingId, itemId: opening.itemId, caseId: opening.caseId, why, at },
  }) satisfies MeetingEvent;

/** The open item shuts before somebody who may not hear it is in the room. */
const shutBefore = (who: Pick<Attendee, 'organisation' | 'userId'>, at: string, state: ExistingMeeting): MeetingEvent[] => {
  const opening = openNow(state);
  return opening && !mayHear(who, opening) ? [shut(state, opening, 'room-changed', at)] : [];
};

/** When somebody came or went: given, or now. Never to come, never before what is on record. */
const timeOf = (at: string | undefined, context: Context, state: ExistingMeeting): { at: string } | { no: Decision<never> } => {
  const now = roomTime(context, state);
  if (at === undefined) return { at: now };
  const given = normalInstant(at);
  if (given === undefined || given > now) return { no: notTrue };
  return given < state.settledUntil ? { no: beforeRecorded } : { at: given };
};

const arrive = ({ data, context }: CommandOf<'RecordArrival'>, state: ExistingMeeting): Decision<MeetingEvent> => {
  const { meetingId, attendeeId, userId, guestName } = data;
  const organisation = partyOf(data.organisation);
  const known = state.attendees.find((a) => a.attendeeId === attendeeId);
  if (known) {
    if (known.userId !== userId || !same(known.organisation, organisation)) return taken('attendee');
    return known.where === 'present' ? nothing : recorded;
  }
  // One person is in the room once: under a second id they could be out under one and hear under the other.
  if (userId !== undefined && state.attendees.some((a) => a.userId === userId)) return recorded;
  const time = timeOf(data.at, context, state);
  if ('no' in time) return time.no;
  const { at } = time;
  return accept<MeetingEvent>(...shutBefore({ organisation, userId }, at, state), {
    type: 'AttendeeArrived',
    data: compact({ meetingId, attendeeId, userId, organisation, at }),
    subject: { id: attendeeId, scope: 'identity' },
    text: compact({ guestName }),
  });
};

const comeOrGo = (
  command: CommandOf<'RecordStepOut' | 'RecordReturn' | 'RecordLeaving'>,
  state: ExistingMeeting,
): Decision<MeetingEvent> => {
  const { meetingId, attendeeId } = command.data;
  const attendee = state.attendees.find((a) => a.attendeeId === attendeeId);
  if (!attendee) return notFound('attendee');
  const where = { RecordStepOut: 'outside', RecordReturn: 'present', RecordLeaving: 'left' }[command.type];
  if (attendee.where === where || (attendee.where === 'left' && where === 'outside')) return nothing;
  const time = timeOf(command.data.at, command.context, state);
  if ('no' in time) return time.no;
  const data = { meetingId, attendeeId, at: time.at };
  switch (command.type) {
    case 'RecordStepOut':
      return accept({ type: 'AttendeeSteppedOut', data });
    case 'RecordReturn':
      return accept<MeetingEvent>(...shutBefore(attendee, time.at, state), { type: 'AttendeeReturned', data });
    case 'RecordLeaving':
      return accept({ type: 'AttendeeLeft', data });
    default:
      return unreachable(command);
  }
};

const openItem = ({ data, context }: CommandOf<'OpenItem'>, state: ExistingMeeting): Decision<MeetingEvent> => {
  const { meetingId, itemId } = data;
  const item = state.agenda.find((i) => i.itemId === itemId && i.caseId === data.case.caseId);
  if (!item) return notFound('item');
  const at = roomTime(context, state);
  const open = openNow(state);
  const present = presentNow(state);
  const allowed = present.every((who) => mayHear(who, data.case));
  if (open?.itemId === itemId) {
    if (allowed) return nothing;
    // The case has changed since: somebody present may no longer hear.
    return { ...mixed, events: [shut(state, open, 'room-changed', at)] };
  }
  if (present.length === 0) return empty;
  if (!allowed) return mixed;
  const organisations = data.case.organisations.map(partyOf);
  const { caseId, personId } = item;
  return accept<MeetingEvent>(...(open ? [shut(state, open, 'done', at)] : []), {
    type: 'ItemOpened',
    data: { meetingId, itemId, caseId, personId, organisations, excludedUserIds: data.case.excludedUserIds, at },
  });
};

/** Rule 8: recipients of what is said are computed from the room at `saidAt`; every refusal is recorded without the content. */
const shareInRoom = ({ data, context }: CommandOf<'ShareInRoom'>, state: ExistingMeeting): Decision<MeetingEvent> => {
  const { meetingId, itemId, fromAttendeeId, disclosure } = data;
  const known = state.disclosures.find((d) => d.disclosureId === disclosure.disclosureId);
  if (known) return known.necessityFingerprint === disclosure.necessityFingerprint ? nothing : taken('disclosure');
  if (state.status !== 'open') return state.status === 'planned' ? notOpenMeeting : over;
  const item = state.agenda.find((i) => i.itemId === itemId && i.caseId === data.case.caseId);
  if (!item) return notFound('item');
  const speaker = state.attendees.find((a) => a.attendeeId === fromAttendeeId);
  if (!speaker) return notFound('attendee');
  const now = roomTime(context, state);
  const saidAt = data.saidAt === undefined ? now : normalInstant(data.saidAt);
  if (saidAt === undefined || saidAt > now) return notTrue;

  const present = presentAt(state, saidAt);
  const voice = ({ organisation, userId, attendeeId }: Attendee): Voice => ({
    organisationId: organisation.organisationId,
    userId,
    attendeeId,
  });
  const occasion: Occasion = {
    caseId: item.caseId,
    personId: item.personId,
    participants: data.case.organisations,
    from: { ...voice(speaker), kind: speaker.organisation.kind },
    to: present.filter((a) => a !== speaker).map(voice),
    earlier: state.disclosures,
    ruleSet: context.ruleSet,
  };
  const refused = (record: DisclosureRefusal): Decision<MeetingEvent> => {
    const refusal = sharingRefusal(record.rule);
    const event = { ...record, meetingId, itemId };
    if (state.refused.some((earlier) => same(earlier, event))) return { events: [], refusal };
    return { events: [{ type: 'DisclosureRefusedInRoom', data: event }], refusal };
  };

  const opening = state.openings.find((o) => o.itemId === itemId && covers(o, saidAt));
  if (!opening) return refused(refuseDisclosure(occasion, disclosure, 'room.item-not-open'));
  if (!present.includes(speaker)) return refused(refuseDisclosure(occasion, disclosure, 'rpl115.sender'));
  // Fails closed: by the case as it was when the item opened, and as it is now.
  if (!present.every((who) => mayHear(who, opening) && mayHear(who, data.case)))
    return refused(refuseDisclosure(occasion, disclosure, 'room.mixed'));
  const judgement = judgeDisclosure(occasion, disclosure);
  if (judgement.refused) return refused(judgement.refused);
  const { content, necessity } = disclosure;
  return accept({
    type: 'InformationSharedInRoom',
    data: { ...judgement.disclosed, meetingId, itemId, saidAt },
    subject: { id: item.personId, scope: item.caseId },
    text: { content, necessity },
  });
};

/** Decisions about the room. */
export const decideRoom = (command: RoomCommand, state: ExistingMeeting): Decision<MeetingEvent> => {
  if (command.type === 'ShareInRoom') return shareInRoom(command, state);
  if (state.status === 'closed' || state.status === 'cancelled') return over;
  switch (command.type) {
    case 'RecordArrival':
      return arrive(command, state);
    case 'RecordStepOut':
    case 'RecordReturn':
    case 'RecordLeaving':
      return comeOrGo(command, state);
    case 'OpenItem':
      return state.status === 'open' ? openItem(command, state) : notOpenMeeting;
    case 'ShutItem': {
      if (state.status !== 'open') return notOpenMeeting;
      const { itemId } = command.data;
      if (!state.agenda.some((i) => i.itemId === itemId)) return notFound('item');
      const open = openNow(state);
      return open?.itemId === itemId ? accept(shut(state, open, 'done', roomTime(command.context, state))) : nothing;
    }
    default:
      return unreachable(command);
  }
};
