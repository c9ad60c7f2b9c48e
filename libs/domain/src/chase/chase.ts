// chase-{actionId}: what was done so that an action is not forgotten: the steps of the ladder that were really taken, chases by
// hand, and what was answered. What goes out to people is read from here: `to` are the users who are told.
import { accept, refuse, unreachable, type Command, type Decider, type Decision } from '../kernel/decider.js';
import { codec, event, text, type EventDefinition, type EventOf, type FoldedOf } from '../kernel/events.js';
import type { WorkCalendar } from '../kernel/calendar.js';
import { notFound, nothing, taken } from '../kernel/refusals.js';
import { id, int, list, localDate, oneOf } from '../kernel/schema.js';
import { compact } from '../kernel/values.js';
import { saysNothing } from '../information-sharing/information-sharing.js';
import {
  ANY_LADDER,
  acceptanceChaseOn,
  awaitsEscalation,
  ESCALATION_CAUSES,
  isMissedBy,
  LADDER_STEPS,
  stepsDue,
  type Climbed,
  type DueStep,
  type LadderStep,
  type OnLadder,
  type WhichLadder,
} from './ladder.js';

const action = { caseId: id, actionId: id };
/**
 * `on`: the local date on which the step fell due; when it was taken is the event's own time. `deadlineMoves`: how often the deadline
 * had been moved: a ladder of its own, also when the date was the deadline before. {@link ANY_LADDER} in events of version 1.
 */
const step = { ...action, deadline: localDate, deadlineMoves: int, on: localDate };
const lifted: EventDefinition['upcast'] = { 1: (old) => ({ ...old, deadlineMoves: ANY_LADDER }) };
/** Who has it in hand, and which users are told: the holder, or deputies. */
const told = { organisationId: id, to: list(id) };

/** Texts are sealed with the key of (person, case). Field numbers are frozen. */
export const chaseEvents = {
  ActionReminded: event(2, { ...step, ...told }, {}, lifted),
  ActionFellDue: event(2, { ...step, ...told }, {}, lifted),
  ActionChased: event(2, { ...step, ...told, chaseId: id, by: oneOf(['ladder', 'hand']) }, { note: text(401, 'social') }, lifted),
  ChaseAnswered: event(1, { ...action, chaseId: id, answerId: id }, { answer: text(402, 'social') }),
  /** From here on at the top of the group's agendas. */
  ActionPutFirst: event(2, step, {}, lifted),
  /** A meeting of the group was held while the action was overdue. */
  MeetingMissed: event(1, { ...action, deadline: localDate, meetingId: id, heldOn: localDate }),
  ActionEscalated: event(2, { ...step, ...told, why: oneOf(ESCALATION_CAUSES) }, { reason: text(403, 'social') }, lifted),
  /** The step's moment passed while nothing ran: nobody was told. */
  StepOvertaken: event(2, { ...step, step: oneOf(LADDER_STEPS) }, {}, lifted),
  /** Who was asked has not accepted. `askedBy`: the event that asked. */
  AcceptanceChased: event(1, { ...action, on: localDate, ...told, askedBy: id }),
};
export type ChaseEvent = EventOf<typeof chaseEvents>;
export type ChaseFolded = FoldedOf<typeof chaseEvents>;
export const chaseCodec = codec(chaseEvents);

/** Who is told about an action: looked up when the command is built. */
export interface Told {
  readonly organisationId: string;
  readonly to: readonly string[];
}
/** The case and person an action belongs to, and whether it is open: of another stream, so it comes with the command. */
interface TheAction {
  readonly caseId: string;
  readonly actionId: string;
  readonly personId: string;
  readonly open: boolean;
  readonly deadline: string;
  readonly deadlineMoves: number;
}

export type ChaseCommand =
  | Command<
      'ClimbLadder',
      TheAction & {
        readonly ladder: OnLadder;
        readonly calendar: WorkCalendar;
        /** The group's held meetings, earliest first. */
        readonly held: readonly { readonly meetingId: string; readonly heldOn: string }[];
        readonly holder: Told;
        /** Whose acceptance is waited for. */
        readonly asked: Told;
        /** Of the chase that the ladder may come to. */
        readonly chaseId: string;
      }
    >
  | Command<'ChaseAction', TheAction & { readonly chaseId: string; readonly holder: Told; readonly note?: string }>
  | Command<
      'AnswerChase',
      { caseId: string; actionId: string; personId: string; chaseId: string; answerId: string; answer: string }
    >
  | Command<'EscalateAction', TheAction & { readonly holder: Told; readonly reason: string }>;
type CommandOf<T extends ChaseCommand['type']> = Extract<ChaseCommand, { type: T }>;

export interface ChaseState extends Climbed {
  readonly chases: readonly string[];
  readonly answers: readonly { readonly answerId: string; readonly chaseId: string }[];
}

const notOpen = refuse('action.not-open', 'The action is completed or cancelled.', 'Indsatsen er afsluttet eller annulleret.');
const noReason = refuse(
  'escalation.reason',
  'Say in words why the action is escalated.',
  'Skriv med ord, hvorfor indsatsen eskaleres.',
);

const took = (state: ChaseState, { deadline, deadlineMoves }: WhichLadder, step: LadderStep): ChaseState => {
  const ladder = deadlineMoves === ANY_LADDER ? deadline : deadlineMoves;
  return { ...state, taken: { ...state.taken, [ladder]: [...(state.taken[ladder] ?? []), step] } };
};

const evolve = (state: ChaseState, event: ChaseFolded): ChaseState => {
  switch (event.type) {
    case 'ActionReminded':
      return took(state, event.data, 'reminded');
    case 'ActionFellDue':
      return took(state, event.data, 'due');
    case 'ActionChased': {
      const chased = { ...state, chases: [...state.chases, event.data.chaseId] };
      return event.data.by === 'ladder' ? took(chased, event.data, 'chased') : chased;
    }
    case 'ActionPutFirst':
      return took(state, event.data, 'first');
    case 'ActionEscalated':
      return took(state, event.data, 'escalated');
    case 'StepOvertaken':
      return took(state, event.data, event.data.step);
    case 'MeetingMissed': {
      const { meetingId, heldOn } = event.data;
      return { ...state, missed: [...state.missed, { meetingId, heldOn }] };
    }
    case 'AcceptanceChased':
      return { ...state, acceptanceChased: [...state.acceptanceChased, event.data.askedBy] };
    case 'ChaseAnswered': {
      const { answerId, chaseId } = event.data;
      return { ...state, answers: [...state.answers, { answerId, chaseId }] };
    }
    default:
      return unreachable(event);
  }
};

const subjectOf = ({ personId, caseId }: { personId: string; caseId: string }) => ({ id: personId, scope: caseId });

const eventOf = ({ step, on, why, overtaken }: DueStep, data: CommandOf<'ClimbLadder'>['data']): ChaseEvent => {
  const { caseId, actionId, holder, chaseId } = data;
  const { deadline, deadlineMoves } = data.ladder;
  const taken = { caseId, actionId, deadline, deadlineMoves, on };
  if (overtaken) return { type: 'StepOvertaken', data: { ...taken, step } };
  const { organisationId, to } = holder;
  const told = { ...taken, organisationId, to };
  const subject = subjectOf(data);
  switch (step) {
    case 'reminded':
      return { type: 'ActionReminded', data: told };
    case 'due':
      return { type: 'ActionFellDue', data: told };
    case 'chased':
      return { type: 'ActionChased', data: { ...told, chaseId, by: 'ladder' }, subject, text: {} };
    case 'first':
      return { type: 'ActionPutFirst', data: taken };
    case 'escalated':
      return { type: 'ActionEscalated', data: { ...told, why: why! }, subject, text: {} };
    default:
      return unreachable(step);
  }
};

/**
 * Everything that has fallen due, at once and in order; nothing that was done before.
 * @param today local date in Europe/Copenhagen
 */
export const climb = (data: CommandOf<'ClimbLadder'>['data'], today: string, state: ChaseState): readonly ChaseEvent[] => {
  const { caseId, actionId, deadline, deadlineMoves, open, ladder, calendar, held, asked } = data;
  // It was done, or its deadline moved, between the look and now: the next look knows.
  if (!open || deadlineMoves !== ladder.deadlineMoves) return [];
  const events: ChaseEvent[] = [];
  let reached = state;
  const happen = (event: ChaseEvent): void => {
    events.push(event);
    reached = evolve(reached, event);
  };
  for (const { meetingId, heldOn } of held)
    if (awaitsEscalation(ladder, reached) && isMissedBy(ladder, reached, heldOn))
      happen({ type: 'MeetingMissed', data: { caseId, actionId, deadline, meetingId, heldOn } });
  for (const step of stepsDue(ladder, reached, calendar, today)) happen(eventOf(step, data));
  const acceptance = acceptanceChaseOn(ladder, reached, calendar);
  if (acceptance !== undefined && acceptance <= today) {
    const { organisationId, to } = asked;
    const askedBy = ladder.asked!.eventId;
    happen({ type: 'AcceptanceChased', data: { caseId, actionId, on: acceptance, organisationId, to, askedBy } });
  }
  return events;
};

const decide = (command: ChaseCommand, state: ChaseState): Decision<ChaseEvent> => {
  switch (command.type) {
    case 'ClimbLadder':
      return { events: climb(command.data, command.context.today, state) };
    case 'ChaseAction': {
      const { caseId, actionId, open, deadline, deadlineMoves, chaseId, holder, note } = command.data;
      if (state.chases.includes(chaseId)) return nothing;
      if (!open) return notOpen;
      const { organisationId, to } = holder;
      const data = { caseId, actionId, deadline, deadlineMoves, on: command.context.today, organisationId, to, chaseId };
      const subject = subjectOf(command.data);
      return accept({ type: 'ActionChased', data: { ...data, by: 'hand' }, subject, text: compact({ note }) });
    }
    case 'AnswerChase': {
      const { caseId, actionId, chaseId, answerId, answer } = command.data;
      const known = state.answers.find((a) => a.answerId === answerId);
      if (known) return known.chaseId === chaseId ? nothing : taken('answer');
      if (!state.chases.includes(chaseId)) return notFound('chase');
      const data = { caseId, actionId, chaseId, answerId };
      return accept({ type: 'ChaseAnswered', data, subject: subjectOf(command.data), text: { answer } });
    }
    case 'EscalateAction': {
      const { caseId, actionId, open, deadline, deadlineMoves, holder, reason } = command.data;
      if (!awaitsEscalation(command.data, state)) return nothing;
      if (!open) return notOpen;
      if (saysNothing(reason, command.context.ruleSet)) return noReason;
      const { organisationId, to } = holder;
      const own = { caseId, actionId, deadline, deadlineMoves, on: command.context.today };
      const data = { ...own, organisationId, to, why: 'by-hand' as const };
      return accept({ type: 'ActionEscalated', data, subject: subjectOf(command.data), text: { reason } });
    }
    default:
      return unreachable(command);
  }
};

export const chaseDecider: Decider<ChaseState, ChaseCommand, ChaseEvent, ChaseFolded> = {
  initialState: { taken: {}, missed: [], acceptanceChased: [], chases: [], answers: [] },
  evolve,
  decide,
};
