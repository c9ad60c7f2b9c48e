// steeringMeeting-{steeringMeetingId}: one fortnightly meeting of the steering group: when, who was there, what was decided and what was not.
import { accept, refuse, unreachable, type Command, type Decider, type Decision } from '../kernel/decider.js';
import { codec, event, type EventOf, type FoldedOf } from '../kernel/events.js';
import { notFound, nothing, taken } from '../kernel/refusals.js';
import { id, instant, label, list, localDate, object, opt, type Infer } from '../kernel/schema.js';
import { compact, same } from '../kernel/values.js';

const who = object({ userId: id, organisationId: id });
export type SteeringAttendee = Infer<typeof who>;
const times = { localDate, startsAt: instant, endsAt: instant };

export const steeringMeetingEvents = {
  /** Times are instants; `localDate` is the meeting's date in Europe/Copenhagen. */
  SteeringMeetingPlanned: event(1, { steeringMeetingId: id, groupId: id, ...times, place: opt(label), invited: list(who) }),
  SteeringMeetingMoved: event(1, { steeringMeetingId: id, ...times }),
  SteeringMeetingCancelled: event(1, { steeringMeetingId: id }),
  /** Its agenda: escalations that were decided in it, and those that still wait, longest first. */
  SteeringMeetingHeld: event(1, {
    ...{ steeringMeetingId: id, groupId: id, at: instant, attended: list(who), decided: list(id), undecided: list(id) },
  }),
};
export type SteeringMeetingEvent = EventOf<typeof steeringMeetingEvents>;
export type SteeringMeetingFolded = FoldedOf<typeof steeringMeetingEvents>;
export const steeringMeetingCodec = codec(steeringMeetingEvents);

type Times = { readonly localDate: string; readonly startsAt: string; readonly endsAt: string };
export type SteeringMeetingCommand =
  | Command<
      'PlanSteeringMeeting',
      Times & { steeringMeetingId: string; groupId: string; place?: string; invited: readonly SteeringAttendee[] }
    >
  | Command<'MoveSteeringMeeting', Times & { steeringMeetingId: string }>
  | Command<'CancelSteeringMeeting', { steeringMeetingId: string }>
  | Command<
      'HoldSteeringMeeting',
      {
        steeringMeetingId: string;
        attended: readonly SteeringAttendee[];
        decided: readonly string[];
        undecided: readonly string[];
      }
    >;

type Planned = Extract<SteeringMeetingFolded, { type: 'SteeringMeetingPlanned' }>['data'];
export interface ExistingSteeringMeeting extends Times {
  readonly status: 'planned' | 'cancelled' | 'held';
  readonly planned: Planned;
}
export type SteeringMeetingState = { readonly status: 'none' } | ExistingSteeringMeeting;

const notPlanned = refuse(
  'steering-meeting.not-planned',
  'The steering meeting has been held or cancelled already.',
  'Styregruppemødet er allerede holdt eller aflyst.',
);
const badTimes = refuse(
  'steering-meeting.times',
  'A meeting ends after it begins, and is not planned for the past.',
  'Et møde slutter, efter at det begynder, og planlægges ikke i fortiden.',
);
const early = refuse(
  'steering-meeting.early',
  'The steering meeting has not come yet.',
  'Styregruppemødet er ikke begyndt endnu.',
);
const nobody = refuse('steering-meeting.nobody', 'Say who was there.', 'Skriv, hvem der var til stede.');

const evolve = (state: SteeringMeetingState, event: SteeringMeetingFolded): SteeringMeetingState => {
  if (event.type === 'SteeringMeetingPlanned') {
    const { localDate, startsAt, endsAt } = event.data;
    return { status: 'planned', planned: event.data, localDate, startsAt, endsAt };
  }
  if (state.status === 'none') return state;
  switch (event.type) {
    case 'SteeringMeetingMoved': {
      const { localDate, startsAt, endsAt } = event.data;
      return { ...state, localDate, startsAt, endsAt };
    }
    case 'SteeringMeetingCancelled':
      return { ...state, status: 'cancelled' };
    case 'SteeringMeetingHeld':
      return { ...state, status: 'held' };
    default:
      return unreachable(event);
  }
};

const decideExisting = (
  command: Exclude<SteeringMeetingCommand, { type: 'PlanSteeringMeeting' }>,
  state: ExistingSteeringMeeting,
): Decision<SteeringMeetingEvent> => {
  const { context } = command;
  const { steeringMeetingId } = command.data;
  switch (command.type) {
    case 'MoveSteeringMeeting': {
      const { localDate, startsAt, endsAt } = command.data;
      if (state.startsAt === startsAt && state.endsAt === endsAt) return nothing;
      if (state.status !== 'planned') return notPlanned;
      if (endsAt <= startsAt || localDate < context.today) return badTimes;
      return accept({ type: 'SteeringMeetingMoved', data: { steeringMeetingId, localDate, startsAt, endsAt } });
    }
    case 'CancelSteeringMeeting':
      if (state.status === 'cancelled') return nothing;
      if (state.status !== 'planned') return notPlanned;
      return accept({ type: 'SteeringMeetingCancelled', data: { steeringMeetingId } });
    case 'HoldSteeringMeeting': {
      const { attended, decided, undecided } = command.data;
      if (state.status === 'held') return nothing;
      if (state.status !== 'planned') return notPlanned;
      if (context.today < state.localDate) return early;
      if (attended.length === 0) return nobody;
      const { groupId } = state.planned;
      return accept({
        type: 'SteeringMeetingHeld',
        data: { steeringMeetingId, groupId, at: context.at, attended, decided, undecided },
      });
    }
    default:
      return unreachable(command);
  }
};

export const steeringMeetingDecider: Decider<
  SteeringMeetingState,
  SteeringMeetingCommand,
  SteeringMeetingEvent,
  SteeringMeetingFolded
> = {
  initialState: { status: 'none' },
  evolve,
  decide: (command, state) => {
    if (command.type !== 'PlanSteeringMeeting')
      return state.status === 'none' ? notFound('steering-meeting') : decideExisting(command, state);
    const { steeringMeetingId, groupId, localDate, startsAt, endsAt, place, invited } = command.data;
    const planned = compact({ steeringMeetingId, groupId, localDate, startsAt, endsAt, place, invited });
    if (state.status !== 'none') return same(state.planned, planned) ? nothing : taken('steering-meeting');
    if (endsAt <= startsAt || localDate < command.context.today) return badTimes;
    return accept({ type: 'SteeringMeetingPlanned', data: planned });
  },
};
