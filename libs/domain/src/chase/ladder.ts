// The ladder: what becomes of an action whose deadline comes near and passes. A pure function of dates: what was agreed, what was
// done about it so far, and which days are working days. "Today" is a local date, so summer time changes nothing here.
import { dateAfter, isWorkingDay, workingDaysAfter, workingDaysBefore, type WorkCalendar } from '../kernel/calendar.js';
import type { LadderThresholds } from '../ruleset/ruleset.js';

/** In the order they are taken. `first`: at the top of the next agenda. */
export const LADDER_STEPS = ['reminded', 'due', 'chased', 'first', 'escalated'] as const;
export type LadderStep = (typeof LADDER_STEPS)[number];

/** `by-hand`: the project lead or the hotspot chief, at once. */
export const ESCALATION_CAUSES = ['meetings-missed', 'working-days', 'by-hand'] as const;
export type EscalationCause = (typeof ESCALATION_CAUSES)[number];

/** What the ladder asks about an open action. */
export interface OnLadder {
  /** Local date, Europe/Copenhagen. */
  readonly deadline: string;
  /** How often the deadline was moved until it came to this one: each has a ladder of its own, also one that was set before. */
  readonly deadlineMoves: number;
  /** Local date on which this deadline was agreed or moved to. */
  readonly setOn: string;
  /** Those in force on that day: what was agreed under one ladder is chased by it. */
  readonly thresholds: LadderThresholds;
  /** While somebody has still to accept it: the event that asked, and its local date. */
  readonly asked?: { readonly eventId: string; readonly on: string };
}

/** An action as far as it matters who has to accept it. */
interface Held {
  readonly accepted: boolean;
  readonly ownerUserId?: string | undefined;
  readonly handover?: { readonly toOrganisationId: string; readonly toUserId?: string | undefined } | undefined;
}
/**
 * Whose acceptance is waited for after an event of the case that touches the action.
 * @param before the action as it was
 * @param by what this event is to be known by, should it ask
 */
export const askedAfter = (
  asked: OnLadder['asked'],
  before: Held,
  event: { readonly type: string; readonly data: object },
  by: NonNullable<OnLadder['asked']>,
): OnLadder['asked'] => {
  switch (event.type) {
    case 'ActionAgreed':
    case 'ActionDeclined':
    case 'HandoverOffered':
      return by;
    case 'ActionAccepted':
      // What was offered to somebody else meanwhile still waits for them.
      return before.handover ? asked : undefined;
    case 'HandoverAccepted':
      return undefined;
    case 'HandoverDeclined':
      return before.accepted ? undefined : by;
    case 'OrganisationLeftCase': {
      const { organisationId } = event.data as { readonly organisationId: string };
      if (before.handover?.toOrganisationId !== organisationId) return asked;
      return before.accepted ? undefined : by;
    }
    case 'WorkerExcluded': {
      const { userId } = event.data as { readonly userId: string };
      const owned = before.ownerUserId === userId;
      if (!owned && before.handover?.toUserId !== userId) return asked;
      // Nobody is asked any more whose name is gone; who is asked now is the organisation.
      if (before.handover && before.handover.toUserId !== userId) return asked;
      return before.accepted && !owned ? undefined : by;
    }
    default:
      return asked;
  }
};

/** What happened on the ladder so far. */
export interface Climbed {
  /** By how often the deadline had been moved; by the deadline itself for {@link ANY_LADDER}. */
  readonly taken: Readonly<Record<string, readonly LadderStep[]>>;
  /** Held meetings at which the action was overdue, in their order. */
  readonly missed: readonly { readonly meetingId: string; readonly heldOn: string }[];
  /** Ids of the events that asked for an acceptance and were chased for it. */
  readonly acceptanceChased: readonly string[];
}

/** Which of an action's ladders. */
export type WhichLadder = Pick<OnLadder, 'deadline' | 'deadlineMoves'>;
/** For `deadlineMoves`: events of version 1 do not tell; they hold for every ladder with their deadline. */
export const ANY_LADDER = -1;

/** The steps that were taken on this ladder. */
export const takenOn = ({ deadline, deadlineMoves }: WhichLadder, { taken }: Pick<Climbed, 'taken'>): readonly LadderStep[] => [
  ...(taken[deadline] ?? []),
  ...(taken[deadlineMoves] ?? []),
];

/** A step and the local date on which it falls due. */
export interface StepOn {
  readonly step: LadderStep;
  readonly on: string;
  /** Of an escalation. */
  readonly why?: Exclude<EscalationCause, 'by-hand'>;
}
export interface DueStep extends StepOn {
  /** Its moment passed while nobody looked: it is recorded, and nobody is told any more. */
  readonly overtaken: boolean;
}

const later = (a: string, b: string): string => (a > b ? a : b);
const earlier = (a: string, b: string): string => (a < b ? a : b);

/** From this date the action can be overdue: an imported deadline may have passed when it was set. */
const startOf = ({ deadline, setOn }: Pick<OnLadder, 'deadline' | 'setOn'>): string => later(deadline, setOn);

/** Whether a meeting held on that date, while the action was open, was missed by it. */
export const isMissedBy = (action: OnLadder, climbed: Climbed, heldOn: string): boolean => heldOn > missedUntil(action, climbed);
/** Meetings held after this date count as missed: two on one day are one. */
export const missedUntil = (action: OnLadder, { missed }: Climbed): string => later(startOf(action), missed.at(-1)?.heldOn ?? '');

/**
 * The steps still to be taken for this deadline, with their dates, none earlier than the one before. A reminder that would have been
 * due when the deadline was set is left out: agreeing it was notice enough.
 */
export const stepsAhead = (action: OnLadder, climbed: Climbed, calendar: WorkCalendar): readonly StepOn[] => {
  const { deadline, setOn, thresholds } = action;
  const taken = takenOn(action, climbed);
  if (taken.includes('escalated')) return [];
  const start = startOf(action);
  const missed = climbed.missed.filter(({ heldOn }) => heldOn > start);
  const enough = missed[thresholds.escalateAfterHeldMeetings - 1];
  const dueOn = isWorkingDay(deadline, calendar) ? deadline : workingDaysBefore(deadline, 1, calendar);
  const remindOn = earlier(workingDaysBefore(deadline, thresholds.reminderWorkingDaysBefore, calendar), dueOn);
  const chaseOn = later(workingDaysAfter(start, thresholds.chaseWorkingDaysAfter, calendar), dateAfter(start, 1));
  const quietSince = missed.at(-1)?.heldOn ?? start;
  const escalation: StepOn = enough
    ? { step: 'escalated', on: later(enough.heldOn, chaseOn), why: 'meetings-missed' }
    : {
        step: 'escalated',
        on: later(workingDaysAfter(quietSince, thresholds.escalateAfterWorkingDays, calendar), chaseOn),
        why: 'working-days',
      };
  const before: StepOn[] = [
    { step: 'reminded', on: remindOn },
    { step: 'due', on: dueOn },
  ];
  return [
    ...before.filter(({ on }) => on > setOn),
    { step: 'chased', on: chaseOn } as const,
    { step: 'first', on: chaseOn } as const,
    escalation,
  ].filter(({ step }) => !taken.includes(step));
};

/**
 * The steps to be taken now, in order. After an outage or a jump of the clock all that fell due meanwhile come at once: a reminder
 * and "due" are overtaken when the deadline has passed or the next step is due as well; a chase, the agenda and an escalation are
 * never overtaken, because they do not go out of date.
 * @param today local date in Europe/Copenhagen
 */
export const stepsDue = (action: OnLadder, climbed: Climbed, calendar: WorkCalendar, today: string): readonly DueStep[] => {
  const due = stepsAhead(action, climbed, calendar).filter(({ on }) => on <= today);
  return due.map((step, i) => {
    const early = step.step === 'reminded' || step.step === 'due';
    return { ...step, overtaken: early && (i < due.length - 1 || today > action.deadline) };
  });
};

/** The local date from which an acceptance that did not come is chased; undefined when none is waited for, or that was done. */
export const acceptanceChaseOn = (
  { asked, thresholds }: OnLadder,
  climbed: Climbed,
  calendar: WorkCalendar,
): string | undefined =>
  asked && !climbed.acceptanceChased.includes(asked.eventId)
    ? workingDaysAfter(asked.on, thresholds.acceptWithinWorkingDays + 1, calendar)
    : undefined;

/** What was asked, or agreed for, on or before this local date and has not come by `today` is silence. */
export const waitedSince = (
  today: string,
  { answerWithinWorkingDays }: Pick<LadderThresholds, 'answerWithinWorkingDays'>,
  calendar: WorkCalendar,
): string => workingDaysBefore(today, answerWithinWorkingDays, calendar);

/** The local date on which the ladder has something to do with this action; undefined: never, as things stand. */
export const nextStepOn = (action: OnLadder, climbed: Climbed, calendar: WorkCalendar): string | undefined => {
  const step = stepsAhead(action, climbed, calendar)[0]?.on;
  const acceptance = acceptanceChaseOn(action, climbed, calendar);
  return step === undefined || acceptance === undefined ? (step ?? acceptance) : earlier(step, acceptance);
};

/** The action is still to be escalated: meetings it misses count. */
export const awaitsEscalation = (action: WhichLadder, climbed: Climbed): boolean =>
  !takenOn(action, climbed).includes('escalated');
