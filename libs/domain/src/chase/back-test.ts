// A back-test: the ladder climbed again over what happened, under thresholds that were not in force then. The steps are the decider's
// own; here is only when it looks: at midnight when something falls due, and whenever something happens that the ladder knows of.
import { dateAfter, YEARLY_CLOSING_DAYS, type WorkCalendar } from '../kernel/calendar.js';
import type { LadderThresholds } from '../ruleset/ruleset.js';
import { chaseDecider, climb, type ChaseFolded } from './chase.js';
import { awaitsEscalation, isMissedBy, nextStepOn, waitedSince, type OnLadder } from './ladder.js';

/** What a ladder does that somebody notices. */
export const TOLD_STEPS = ['reminded', 'due', 'chased', 'notAccepted', 'first', 'escalated'] as const;
export type ToldStep = (typeof TOLD_STEPS)[number];

/** A step that was taken, or would have been. Local dates in Europe/Copenhagen. */
export interface TakenStep {
  readonly step: ToldStep;
  readonly on: string;
  /** Of the action then. */
  readonly deadline: string;
  /** That had it in hand, or was asked to accept it. */
  readonly organisationId: string;
}

/** `at`: UTC; `on`: its local date in Europe/Copenhagen. */
interface Moment {
  readonly at: string;
  readonly on: string;
}
/** How an action stands from a moment on. `own`: its thresholds are the group's, whatever the rule set says. */
export type Standing = Moment & {
  readonly type: 'stands';
  readonly open: boolean;
  readonly ladder: OnLadder;
  readonly own: boolean;
  /** The organisation that has it in hand, and the one whose acceptance is waited for. */
  readonly organisationId: string;
  readonly askedOrganisationId: string;
};
/** What people did about it that the ladder heeds: an escalation by hand. */
export type ByHand = Moment & {
  readonly type: 'by-hand';
  readonly event: Extract<ChaseFolded, { readonly type: 'ActionEscalated' }>;
};
export type OfGroup = Moment &
  (
    | { readonly type: 'calendar'; readonly calendar: WorkCalendar }
    /** A meeting was closed. `startsAt`: UTC. */
    | { readonly type: 'held'; readonly meetingId: string; readonly heldOn: string; readonly startsAt: string }
  );

export interface Lived {
  /** Of the action, in the order in which it happened. */
  readonly life: readonly (Standing | ByHand)[];
  /** Of its group, in the order in which it happened. */
  readonly group: readonly OfGroup[];
}

/** What is told by an event of the ladder; undefined: nothing, or what people did by hand. */
export const toldBy = ({ type, data }: { readonly type: string; readonly data: object }): ToldStep | undefined => {
  switch (type) {
    case 'ActionReminded':
      return 'reminded';
    case 'ActionFellDue':
      return 'due';
    case 'ActionChased':
      return 'by' in data && data.by === 'ladder' ? 'chased' : undefined;
    case 'ActionPutFirst':
      return 'first';
    case 'ActionEscalated':
      return 'why' in data && data.why !== 'by-hand' ? 'escalated' : undefined;
    case 'AcceptanceChased':
      return 'notAccepted';
    default:
      return undefined;
  }
};

const HOUSE: WorkCalendar = { closingDays: [], yearlyClosingDays: YEARLY_CLOSING_DAYS };
const before = (a: Moment, b: Moment): number => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0);

/** What happened while the action was open, in order, and the calendar it began under. */
const momentsOf = ({ life, group }: Lived) => {
  const began = life[0]!.at;
  const last = life.findLast((moment): moment is Standing => moment.type === 'stands');
  const ended = last === undefined || last.open ? undefined : last.at;
  let calendar = HOUSE;
  const meanwhile: OfGroup[] = [];
  for (const moment of group) {
    if (ended !== undefined && moment.at > ended) break;
    if (moment.at > began) meanwhile.push(moment);
    else if (moment.type === 'calendar') calendar = moment.calendar;
  }
  return { calendar, moments: [...life, ...meanwhile].sort(before) };
};

/**
 * The steps the ladder takes for one action when it always runs: what it says of the past is what it would have done then.
 * What people did (moves, acceptances, completions, meetings, escalations by hand) is as it was.
 * @param thresholdsOf those that hold for a deadline: `standing.ladder.thresholds` are the ones that held
 * @param until local date; the whole of it is looked at
 */
export const climbAgain = (
  lived: Lived,
  thresholdsOf: (standing: Standing) => LadderThresholds,
  until: string,
): readonly TakenStep[] => {
  const { calendar: first, moments } = momentsOf(lived);
  let calendar = first;
  let state = chaseDecider.initialState;
  let standing: Standing | undefined;
  let ladder: OnLadder | undefined;
  let held: readonly Extract<OfGroup, { type: 'held' }>[] = [];
  const taken: TakenStep[] = [];

  const look = (today: string): void => {
    if (!standing?.open || !ladder) return;
    const { deadline, deadlineMoves } = ladder;
    const { organisationId, askedOrganisationId } = standing;
    const told = { holder: { organisationId, to: [] }, asked: { organisationId: askedOrganisationId, to: [] } };
    const action = { caseId: '', actionId: '', personId: '', chaseId: deadline, open: true, deadline, deadlineMoves };
    const data = { ...action, ...told, ladder, calendar, held };
    for (const event of climb(data, today, state)) {
      state = chaseDecider.evolve(state, event);
      const step = toldBy(event);
      if (step)
        taken.push({ step, on: today, deadline, organisationId: step === 'notAccepted' ? askedOrganisationId : organisationId });
    }
  };
  /** Midnight after midnight, when there is something to do. */
  const lookUntil = (date: string): void => {
    for (let looked = ''; standing?.open && ladder;) {
      const on = nextStepOn(ladder, state, calendar);
      if (on === undefined || on > date || on <= looked) return;
      look(on);
      looked = on;
    }
  };

  for (const moment of moments) {
    if (moment.on > until) break;
    lookUntil(moment.on);
    switch (moment.type) {
      case 'stands':
        standing = moment;
        ladder = { ...moment.ladder, thresholds: thresholdsOf(moment) };
        break;
      case 'by-hand':
        if (awaitsEscalation(moment.event.data, state)) state = chaseDecider.evolve(state, moment.event);
        continue;
      case 'calendar':
        calendar = moment.calendar;
        break;
      case 'held':
        if (!standing?.open || !ladder || !awaitsEscalation(ladder, state) || !isMissedBy(ladder, state, moment.heldOn)) continue;
        held = [...held, moment].sort((a, b) => (a.startsAt < b.startsAt ? -1 : 1));
        break;
    }
    look(moment.on);
  }
  lookUntil(until);
  return taken;
};

/** A question to an organisation. Local dates. `endedOn`: it was answered (or declined), or its case ended; missing: neither. */
export interface Question {
  readonly askedOn: string;
  readonly endedOn?: string | undefined;
}
/**
 * The local date on which a question began to count as silence: it was unanswered as that day began.
 * @param ruleOn what held on a local date
 * @returns undefined: it never did, until that date
 */
export const silentFrom = (
  { askedOn, endedOn }: Question,
  ruleOn: (date: string) => { readonly thresholds: LadderThresholds; readonly calendar: WorkCalendar },
  until: string,
): string | undefined => {
  const last = endedOn !== undefined && endedOn < until ? endedOn : until;
  for (let day = dateAfter(askedOn, 1); day <= last; day = dateAfter(day, 1)) {
    const { thresholds, calendar } = ruleOn(day);
    if (askedOn <= waitedSince(day, thresholds, calendar)) return day;
  }
  return undefined;
};
