// How a weekly meeting runs: planned, its agenda, opened, discussed, closed. What happens in the room has a file of its own.
import { accept, refuse, unreachable, type Decider, type Decision } from '../kernel/decider.js';
import { notFound, nothing, taken } from '../kernel/refusals.js';
import { compact, isLocalDate, normalInstant, same, unique } from '../kernel/values.js';
import { composeAgenda } from './agenda.js';
import type { AgendaItem, MeetingCommand, MeetingEvent, MeetingFolded } from './events.js';
import { decideRoom, isRoomCommand, notOpenMeeting, over, roomTime, shut, type RoomCommand } from './room.js';
import { evolveMeeting, openNow, type ExistingMeeting, type MeetingState } from './state.js';

type CommandOf<T extends MeetingCommand['type']> = Extract<MeetingCommand, { type: T }>;

const begun = refuse('meeting.opened', 'The meeting has been opened already.', 'Mødet er allerede åbnet.');
const notClosed = refuse(
  'meeting.not-closed',
  'Minutes are corrected after the meeting; until then change the record itself.',
  'Referatet rettes efter mødet; indtil da ændres det direkte.',
);
const badTimes = refuse(
  'meeting.times',
  'A meeting has a date, and ends after it starts.',
  'Et møde har en dato og slutter, efter at det er begyndt.',
);
const notInvited = refuse('meeting.not-invited', 'The user is not invited.', 'Brugeren er ikke indkaldt.');
const discussed = refuse(
  'item.discussed',
  'The item has been open or discussed and stays on the record.',
  'Punktet har været åbent eller drøftet og bliver i referatet.',
);

const timesHold = (t: { localDate: string; startsAt: string; endsAt: string }): boolean => {
  const [start, end] = [normalInstant(t.startsAt), normalInstant(t.endsAt)];
  return isLocalDate(t.localDate) && start !== undefined && end !== undefined && start < end;
};

const plan = ({ data }: CommandOf<'PlanMeeting'>, state: MeetingState): Decision<MeetingEvent> => {
  const { meetingId, groupId, localDate, startsAt, endsAt, place } = data;
  const invited = data.invited.map(({ userId, organisationId }) => ({ userId, organisationId }));
  const planned = compact({ meetingId, groupId, localDate, startsAt, endsAt, place, invited });
  if (state.status !== 'none') return same(state.planned, planned) ? nothing : taken('meeting');
  return timesHold(data) ? accept({ type: 'MeetingPlanned', data: planned }) : badTimes;
};

const addItem = ({ data }: CommandOf<'AddAgendaItem'>, state: ExistingMeeting): Decision<MeetingEvent> => {
  const { meetingId, itemId, caseId, personId } = data;
  const items = state.status === 'planned' ? state.overrides.added : state.agenda;
  const known = items.find((i) => i.itemId === itemId || i.caseId === caseId);
  if (known) return known.itemId === itemId && known.caseId === caseId ? nothing : taken('item');
  const item: AgendaItem = { itemId, caseId, personId, reasons: ['manual'] };
  return accept({ type: 'AgendaItemAdded', data: { meetingId, item } });
};

const removeItem = ({ data }: CommandOf<'RemoveAgendaItem'>, state: ExistingMeeting): Decision<MeetingEvent> => {
  const { meetingId, caseId } = data;
  if (state.status === 'planned' ? state.overrides.removed.includes(caseId) : !state.agenda.some((i) => i.caseId === caseId))
    return nothing;
  if ([...state.openings, ...state.discussed].some((o) => o.caseId === caseId)) return discussed;
  return accept({ type: 'AgendaItemRemoved', data: { meetingId, caseId } });
};

const decideExisting = (
  command: Exclude<MeetingCommand, RoomCommand | { type: 'PlanMeeting' }>,
  state: ExistingMeeting,
): Decision<MeetingEvent> => {
  const { meetingId } = command.data;
  const isOver = state.status === 'closed' || state.status === 'cancelled';
  switch (command.type) {
    case 'MoveMeeting': {
      const { localDate, startsAt, endsAt } = command.data;
      const times = { localDate, startsAt, endsAt };
      if (same(state.times, times)) return nothing;
      if (state.status !== 'planned') return isOver ? over : begun;
      return timesHold(times) ? accept({ type: 'MeetingMoved', data: { meetingId, ...times } }) : badTimes;
    }
    case 'CancelMeeting':
      if (state.status === 'cancelled') return nothing;
      if (state.status !== 'planned') return isOver ? over : begun;
      return accept({ type: 'MeetingCancelled', data: { meetingId } });
    case 'RecordApology': {
      const apology = compact({ userId: command.data.userId, deputyUserId: command.data.deputyUserId });
      if (state.apologies.some((a) => same(a, apology))) return nothing;
      if (isOver) return over;
      if (!state.planned.invited.some((i) => i.userId === apology.userId)) return notInvited;
      return accept({ type: 'ApologyReceived', data: { meetingId, ...apology } });
    }

    case 'AddAgendaItem':
      return isOver ? over : addItem(command, state);
    case 'RemoveAgendaItem':
      return isOver ? over : removeItem(command, state);
    case 'ReorderAgenda': {
      const caseIds = unique(command.data.caseIds);
      if (isOver) return over;
      if (same(state.overrides.order, caseIds)) return nothing;
      return accept({ type: 'AgendaItemReordered', data: { meetingId, caseIds } });
    }
    case 'OpenMeeting':
      if (state.status === 'open') return nothing;
      if (isOver) return over;
      return accept({
        type: 'MeetingOpened',
        data: { meetingId, agenda: composeAgenda(command.data.proposed, state.overrides) },
      });

    case 'RecordDiscussed': {
      const { itemId, noNews, note } = command.data;
      if (state.status !== 'open') return isOver ? over : notOpenMeeting;
      const item = state.agenda.find((i) => i.itemId === itemId);
      if (!item) return notFound('item');
      // A note is sealed text: whether it is a new one cannot be seen here, so it is kept.
      const last = state.discussed.findLast((d) => d.itemId === itemId);
      if (note === undefined && last?.noNews === noNews) return nothing;
      const { caseId, personId } = item;
      return accept({
        type: 'ItemDiscussed',
        data: { meetingId, itemId, caseId, noNews },
        subject: { id: personId, scope: caseId },
        text: compact({ note }),
      });
    }
    case 'CloseMeeting': {
      if (state.status === 'closed') return nothing;
      if (state.status !== 'open') return state.status === 'planned' ? notOpenMeeting : over;
      const at = roomTime(command.context, state);
      const open = openNow(state);
      return accept<MeetingEvent>(...(open ? [shut(state, open, 'meeting-closed', at)] : []), {
        type: 'MeetingClosed',
        data: { meetingId, at },
      });
    }
    case 'CorrectMinutes': {
      const { itemId, correctionId, correction } = command.data;
      const known = state.corrections.find((c) => c.correctionId === correctionId);
      if (known) return known.itemId === itemId ? nothing : taken('correction');
      if (state.status !== 'closed') return notClosed;
      const item = state.agenda.find((i) => i.itemId === itemId);
      if (!item) return notFound('item');
      const { caseId, personId } = item;
      return accept({
        type: 'MinutesCorrected',
        data: { meetingId, itemId, caseId, correctionId },
        subject: { id: personId, scope: caseId },
        text: { correction },
      });
    }
    default:
      return unreachable(command);
  }
};

export const meetingDecider: Decider<MeetingState, MeetingCommand, MeetingEvent, MeetingFolded> = {
  initialState: { status: 'none' },
  evolve: evolveMeeting,
  decide: (command, state) => {
    if (command.type === 'PlanMeeting') return plan(command, state);
    if (state.status === 'none') return notFound('meeting');
    return isRoomCommand(command) ? decideRoom(command, state) : decideExisting(command, state);
  },
};
