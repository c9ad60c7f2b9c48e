// escalation-{escalationId}: one action that no lower level could move, before the steering group (Hotspotmodellen s. 14). The id is
// that of the event that escalated it, so that every escalation is received once.
import type { Command } from '../kernel/decider.js';
import { codec, event, text, type EventOf, type FoldedOf } from '../kernel/events.js';
import { bool, code, id, instant, int, list, localDate, object, oneOf, opt, type Infer } from '../kernel/schema.js';
import { AGE_BANDS } from '../kernel/vocabulary.js';
import { ESCALATION_CAUSES } from '../chase/ladder.js';

/**
 * `assign`: another organisation takes the action over. `grant`: money, hours or a place. `return`: an answer, and the action stays where
 * it is. `change-plan`: another deadline, or another action instead.
 */
export const DECISION_OUTCOMES = ['assign', 'grant', 'return', 'change-plan'] as const;
export type DecisionOutcome = (typeof DECISION_OUTCOMES)[number];
export const DECIDERS = ['steering-group', 'directors'] as const;
/** How an escalation ended without a decision. */
export const RESOLUTIONS = ['completed', 'cancelled', 'escalated-again'] as const;
export type Resolution = (typeof RESOLUTIONS)[number];

/** An undecided escalation is stuck after so many held steering meetings. */
export const STUCK_AFTER_HELD_MEETINGS = 2;

/** What was done before it was escalated: organisations, staff and dates, nobody's texts. Dates are local. */
const evidence = object({
  /** First to last; `days` in calendar days; `until` missing: still. */
  hands: list(object({ organisationId: id, userId: opt(id), from: localDate, until: opt(localDate), days: int, accepted: bool })),
  moves: list(object({ on: localDate, from: localDate, to: localDate, userId: id, organisationId: id })),
  /** `answers`: how many came. */
  chases: list(object({ on: localDate, by: oneOf(['ladder', 'hand']), answers: int })),
  missedMeetings: list(object({ meetingId: id, heldOn: localDate })),
});
export type Evidence = Infer<typeof evidence>;

const owner = object({ organisationId: id, userId: opt(id) });
export type DecisionOwner = Infer<typeof owner>;
const refusedStep = object({ command: code, rule: code });

/** Texts are sealed with the key of (person, case). Field numbers are frozen. */
export const escalationEvents = {
  /** What a steering group may know of the case, and no more: number, age band, area, action, evidence. */
  EscalationReceived: event(1, {
    ...{ escalationId: id, actionId: id, caseId: id, personId: id, groupId: id, areaId: id, caseNumber: code },
    ageBand: oneOf(AGE_BANDS),
    /** The one missed. */
    deadline: localDate,
    why: oneOf(ESCALATION_CAUSES),
    escalatedAt: instant,
    evidence,
    /** The undecided escalation of the same action that this one takes over from. */
    follows: opt(id),
  }),
  /** De-identified, for the steering group. The last one counts. */
  EscalationSummarised: event(1, { escalationId: id, caseId: id, summaryId: id }, { summary: text(501, 'social') }),
  /** The steering group sees the name until the escalation ends. */
  EscalationNameOpened: event(1, { escalationId: id, caseId: id }, { necessity: text(502, 'social') }),
  /** Past the steering group, to the directors of the departments. */
  TakenToDirectors: event(1, { escalationId: id, caseId: id, answerBy: localDate }, { reason: text(503, 'social') }),
  SteeringDecisionMade: event(
    1,
    {
      ...{ escalationId: id, decisionId: id, caseId: id, actionId: id, by: oneOf(DECIDERS), steeringMeetingId: opt(id) },
      outcome: oneOf(DECISION_OUTCOMES),
      owner,
      dueOn: localDate,
      /** What the decision asks for beside, or instead of, the escalated action. */
      newActionId: opt(id),
      /** Whole Danish kroner. */
      amount: opt(int),
    },
    { decision: text(504, 'social'), otherAction: text(505, 'social') },
  ),
  /** `actionIds`: the actions that carry the decision, chased like any other. `refused`: what the case did not take, and by which rule. */
  DecisionReturned: event(1, {
    ...{ escalationId: id, decisionId: id, caseId: id, actionIds: list(id), refused: list(refusedStep) },
  }),
  /** What was taken to the directors comes up at the weekly meeting when their answer is due. */
  DirectorsFollowUpSet: event(1, { escalationId: id, caseId: id, followUpId: id, on: localDate, refused: list(refusedStep) }),
  EscalationResolved: event(1, { escalationId: id, caseId: id, how: oneOf(RESOLUTIONS) }),
};
export type EscalationEvent = EventOf<typeof escalationEvents>;
export type EscalationFolded = FoldedOf<typeof escalationEvents>;
export const escalationCodec = codec(escalationEvents);

type Data<T extends EscalationFolded['type']> = Extract<EscalationFolded, { type: T }>['data'];

/** The steering meeting a decision is made in: of another stream, so it comes with the command. */
export interface MeetingOfDecision {
  readonly steeringMeetingId: string;
  readonly groupId: string;
  readonly localDate: string;
  readonly cancelled: boolean;
}
/** The case as a decision needs it, read when the command is built. */
export interface CaseOfDecision {
  readonly actionOpen: boolean;
  readonly deadline: string;
  readonly holder: DecisionOwner;
  /** Organisations that take part. */
  readonly organisationIds: readonly string[];
  readonly excludedUserIds: readonly string[];
}

export type EscalationCommand =
  | Command<'ReceiveEscalation', Data<'EscalationReceived'>>
  | Command<
      'SummariseEscalation',
      {
        escalationId: string;
        summaryId: string;
        summary: string;
        /** Names, numbers and the like of the person: none may be in the summary. */
        identifying: readonly string[];
      }
    >
  | Command<'OpenEscalationName', { escalationId: string; necessity: string }>
  | Command<'TakeToDirectors', { escalationId: string; answerBy: string; reason: string }>
  | Command<
      'DecideEscalation',
      {
        escalationId: string;
        decisionId: string;
        /** Missing: the directors decided. */
        meeting?: MeetingOfDecision;
        outcome: DecisionOutcome;
        /** Missing: who has the action in hand. */
        owner?: DecisionOwner;
        dueOn: string;
        decision: string;
        /** Of the action that a grant, or another plan, brings with it. */
        newActionId: string;
        otherAction?: string;
        amount?: number;
        theCase: CaseOfDecision;
      }
    >
  | Command<'RecordDecisionReturned', Data<'DecisionReturned'>>
  | Command<'RecordDirectorsFollowUp', Data<'DirectorsFollowUpSet'>>
  | Command<'ResolveEscalation', Data<'EscalationResolved'>>;
