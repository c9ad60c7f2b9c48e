// What is asked about escalations and the steering group's meetings. Texts are still sealed.
import type {
  AgeBand,
  DecisionOutcome,
  DecisionOwner,
  EscalationCause,
  Evidence,
  Resolution,
  SteeringAttendee,
} from '@app/domain';
import type { Sealed } from '@app/personal-data';
import type { CaseScope, Page, Paging } from '../questions.js';

export const ESCALATION_STATUSES = ['open', 'decided', 'resolved'] as const;

export interface SteeringDecision {
  readonly decisionId: string;
  readonly at: string;
  readonly userId: string;
  readonly by: 'steering-group' | 'directors';
  readonly steeringMeetingId?: string | undefined;
  readonly outcome: DecisionOutcome;
  readonly owner: DecisionOwner;
  /** Local date. */
  readonly dueOn: string;
  readonly newActionId?: string | undefined;
  /** Whole kroner. */
  readonly amount?: number | undefined;
  readonly decision?: Sealed | undefined;
  readonly otherAction?: Sealed | undefined;
  /** What became of it in the case; missing: not there yet. */
  readonly returned?: {
    readonly at: string;
    /** Those that carry the decision; the ladder chases them. */
    readonly actionIds: readonly string[];
    readonly refused: readonly { readonly command: string; readonly rule: string }[];
  };
}

/** What became of the directors' date in the case; missing: not there yet. */
export interface DirectorsFollowUp {
  readonly at: string;
  readonly refused: readonly { readonly command: string; readonly rule: string }[];
}

export interface EscalationRow {
  readonly escalationId: string;
  readonly status: (typeof ESCALATION_STATUSES)[number];
  readonly actionId: string;
  readonly caseId: string;
  readonly personId: string;
  readonly groupId: string;
  readonly areaId: string;
  readonly caseNumber: string;
  readonly ageBand: AgeBand;
  /** Staff who are too close to the case, as of now. */
  readonly excludedUserIds: readonly string[];
  readonly deadline: string;
  readonly why: EscalationCause;
  readonly escalatedAt: string;
  readonly receivedAt: string;
  /** Of the first of escalations that took over from each other. */
  readonly waitingSince: string;
  readonly passedMeetings: number;
  readonly stuck: boolean;
  readonly evidence: Evidence;
  readonly follows?: string | undefined;
  readonly summary?: Sealed | undefined;
  readonly summarisedAt?: string | undefined;
  readonly nameOpened?: { readonly at: string; readonly userId: string; readonly necessity?: Sealed | undefined } | undefined;
  readonly directors?:
    | {
        readonly at: string;
        readonly userId: string;
        readonly answerBy: string;
        readonly reason?: Sealed | undefined;
        readonly followUp?: DirectorsFollowUp | undefined;
      }
    | undefined;
  readonly decision?: SteeringDecision | undefined;
  readonly resolved?: { readonly at: string; readonly how: Resolution } | undefined;
  readonly personName?: Sealed | undefined;
}

/** What the process looks at: the streams say the rest. */
export interface EscalationTodo {
  readonly escalationId: string;
  readonly actionId: string;
  readonly caseId: string;
  readonly follows?: string | undefined;
  readonly followedBy?: string | undefined;
}

export interface EscalationFilter {
  readonly status?: EscalationRow['status'];
  readonly stuck?: boolean;
  /** Taken to the directors, and not decided. */
  readonly withDirectors?: boolean;
  readonly actionId?: string;
  readonly caseId?: string;
  readonly groupId?: string;
}

export interface SteeringMeetingRow {
  readonly steeringMeetingId: string;
  readonly groupId: string;
  readonly status: 'planned' | 'cancelled' | 'held';
  readonly localDate: string;
  readonly startsAt: string;
  readonly endsAt: string;
  readonly place?: string | undefined;
  readonly invited: readonly SteeringAttendee[];
  /** Of a held one. */
  readonly attended?: readonly SteeringAttendee[];
  readonly decided?: readonly string[];
  readonly undecided?: readonly string[];
  readonly revision: number;
}

export interface SteeringQuestions {
  /** Those the process has something to do with: received, resolved, returned to their case. */
  escalationsToDo(): Promise<readonly EscalationTodo[]>;
  escalation(escalationId: string): Promise<EscalationRow | undefined>;
  /** Longest waiting first. */
  escalations(scope: CaseScope, filter: EscalationFilter, paging: Paging): Promise<Page<EscalationRow>>;
  /** What a steering meeting has before it: what waits in its group and what was decided in it, or, when it is held, what it had. */
  steeringAgenda(meeting: SteeringMeetingRow): Promise<readonly EscalationRow[]>;
  steeringMeeting(steeringMeetingId: string): Promise<SteeringMeetingRow | undefined>;
  /** Newest first. `groups` missing: of all. */
  steeringMeetings(
    groups: readonly string[] | undefined,
    filter: { status?: SteeringMeetingRow['status'] },
    paging: Paging,
  ): Promise<Page<SteeringMeetingRow>>;
  /** The first that is planned and not over. `now`: UTC. */
  nextSteeringMeeting(groups: readonly string[] | undefined, now: string): Promise<SteeringMeetingRow | undefined>;
}
