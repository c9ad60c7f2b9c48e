// What the chaser and the project lead ask. Texts are still sealed.
import type {
  ByHand,
  EscalationCause,
  LadderStep,
  LadderThresholds,
  OfGroup,
  OnLadder,
  Question,
  Standing,
  TakenStep,
} from '@app/domain';
import type { Sealed } from '@app/personal-data';
import type { ActionRow } from '../cases/questions.js';
import type { CaseScope, Page, Paging } from '../questions.js';

/** An action that the ladder has something to do with. */
export interface LadderRow {
  readonly actionId: string;
  readonly caseId: string;
  readonly personId: string;
  readonly groupId: string;
  readonly ladder: OnLadder;
  /** Of the chase stream, as the read models know it; -1: there is none. */
  readonly revision: number;
  /** The group's meetings held since the deadline and the last one missed, earliest first. */
  readonly held: readonly { readonly meetingId: string; readonly heldOn: string }[];
}

/** The overdue actions of one organisation, by how many calendar days they are overdue. */
export interface OverdueRow {
  readonly organisationId: string;
  readonly overdue: number;
  readonly days1to7: number;
  readonly days8to14: number;
  readonly days15to30: number;
  readonly over30days: number;
  readonly oldestDeadline: string;
  /** Escalated for the deadline they have now. */
  readonly escalated: number;
}

/** Whose hands an action was in, and what was done to move it. Texts are sealed. */
export interface ActionHistory {
  readonly action: ActionRow;
  /** First to last. `days`: calendar days, begun ones not counted; `until` missing: still. */
  readonly hands: readonly {
    readonly organisationId: string;
    readonly userId?: string;
    readonly from: string;
    readonly until?: string;
    readonly days: number;
    /** When the holder accepted; missing: never did. */
    readonly acceptedAt?: string;
  }[];
  readonly moves: readonly {
    readonly at: string;
    readonly userId: string;
    readonly organisationId: string;
    readonly from: string;
    readonly to: string;
    readonly ground?: Sealed;
  }[];
  readonly chases: readonly {
    readonly chaseId: string;
    readonly at: string;
    readonly by: 'ladder' | 'hand';
    readonly userId: string;
    readonly organisationId: string;
    readonly to: readonly string[];
    readonly note?: Sealed;
    readonly answers: readonly { readonly at: string; readonly userId: string; readonly answer?: Sealed }[];
  }[];
  /** Of the ladder, in order, also those overtaken; with meetings missed and acceptances chased. */
  readonly steps: readonly {
    readonly type: string;
    readonly at: string;
    /** Local date on which it fell due. */
    readonly on: string;
    readonly deadline?: string;
    readonly step?: LadderStep;
    readonly meetingId?: string;
    readonly why?: EscalationCause;
    readonly userId: string;
    readonly reason?: Sealed;
  }[];
}

export const SILENCES = ['silent-case', 'unanswered-request', 'missed-follow-up'] as const;

/** Nothing was heard: of a case, of an organisation that was asked, of a follow-up that was agreed. */
export interface SilenceRow {
  readonly caseId: string;
  readonly caseNumber: string;
  readonly personId: string;
  readonly groupId: string;
  readonly areaId: string;
  readonly reason: (typeof SILENCES)[number];
  /** Local date of the last activity, the question, or the agreed follow-up. */
  readonly since: string;
  /** Calendar days. */
  readonly days: number;
  readonly requestId?: string;
  readonly toOrganisationId?: string;
  readonly personName?: Sealed;
}

/** When silence is worth a word, in one group. */
export interface SilenceRule {
  /** Calendar days without an event in the case. */
  readonly silentAfterDays: number;
  /** Local date: what was asked, or agreed for, on or before it and has not come, is silence. */
  readonly waitedSince: string;
}

/** What waits on an organisation, and within it on somebody who is named. Counts. */
export interface WaitingRow {
  readonly organisationId: string;
  /** Missing: on nobody in particular. */
  readonly userId?: string;
  readonly openActions: number;
  readonly overdueActions: number;
  /** Actions and handovers that wait to be accepted. */
  readonly awaitsAcceptance: number;
  /** Chases for the deadline an open action has now. */
  readonly unansweredChases: number;
  readonly unansweredRequests: number;
  /** Local date of the earliest deadline, offer, chase or question among them. */
  readonly oldest: string;
}

/** What became of an action after somebody chased it. */
export const CHASE_OUTCOMES = ['completed', 'cancelled', 'moved', 'answered', 'nothing'] as const;
export interface ChasedRow {
  readonly chaseId: string;
  readonly actionId: string;
  readonly caseId: string;
  readonly caseNumber: string;
  readonly organisationId: string;
  readonly userId?: string;
  readonly chasedAt: string;
  readonly deadline: string;
  readonly answeredAt?: string;
  readonly outcome: (typeof CHASE_OUTCOMES)[number];
  /** Calendar days from the chase until it was completed or cancelled; missing: it is open. */
  readonly daysUntilEnd?: number;
}

/** A held meeting of a group, and what happened from the one before until it. Counts, of the cases in the scope. */
export interface ProgressRow {
  readonly meetingId: string;
  readonly heldOn: string;
  readonly casesDiscussed: number;
  readonly actionsAgreed: number;
  readonly actionsCompleted: number;
  readonly deadlinesMoved: number;
  /** As the day began. */
  readonly openActions: number;
  readonly overdueActions: number;
}

/** How an organisation's actions ended in a period. Medians in days, to a tenth; missing: there is none. */
export interface ResultsRow {
  readonly organisationId: string;
  readonly completed: number;
  readonly cancelled: number;
  /** Completed on or before the deadline they had then. */
  readonly onTime: number;
  /** Completed on or before the first deadline. */
  readonly onFirstDeadline: number;
  /** From the first information since the action before was agreed (of the case's first action: since the referral) to the agreement. */
  readonly informationToAgreement?: number;
  readonly agreementToAcceptance?: number;
  readonly agreementToCompletion?: number;
}

/** What the ladder knew of a group. */
export interface GroupLadderHistory {
  readonly groupId: string;
  /** In the order in which they happened. */
  readonly moments: readonly OfGroup[];
  /** Thresholds of its own, from an instant and its local date on. */
  readonly ladders: readonly { readonly at: string; readonly on: string; readonly ladder: LadderThresholds }[];
  /** Questions answered in its meetings, and the local dates. */
  readonly answeredOn: ReadonlyMap<string, string>;
}
/** What the ladder knew of a case. `taken`: the steps that are on record. */
export interface CaseLadderHistory {
  readonly caseId: string;
  readonly caseNumber: string;
  readonly group: GroupLadderHistory;
  readonly actions: readonly {
    readonly actionId: string;
    readonly life: readonly (Standing | ByHand)[];
    readonly taken: readonly TakenStep[];
  }[];
  readonly questions: readonly (Question & { readonly toOrganisationId: string })[];
}

export interface ChaseQuestions {
  /** Ids of the open actions that the ladder has something to do with on that day, or whose group held a meeting since. */
  ladderDue(today: string): Promise<readonly string[]>;
  /** Those of them that are still open. */
  onLadder(actionIds: readonly string[]): Promise<readonly LadderRow[]>;
  /** Whose hands: from the streams themselves. */
  actionHistory(actionId: string, today: string): Promise<ActionHistory | undefined>;
  /**
   * For a back-test: cases alive in a period, with their actions that were open in it, from the beginning of each. Local dates, `to`
   * inclusive. In portions, so that no more than one is held at a time.
   */
  ladderHistory(
    scope: CaseScope,
    period: { readonly from: string; readonly to: string; readonly groupId?: string },
  ): AsyncIterable<readonly CaseLadderHistory[]>;
  /** Most overdue first. */
  overdue(scope: CaseScope, today: string): Promise<readonly OverdueRow[]>;
  /** Open actions whose deadline moved most often first. */
  mostMoved(scope: CaseScope, paging: Paging, today: string): Promise<Page<ActionRow>>;
  /** Most overdue first. */
  waiting(scope: CaseScope, today: string): Promise<readonly WaitingRow[]>;
  /** What a user chased by hand, newest first. */
  chasedBy(userId: string, scope: CaseScope, paging: Paging): Promise<Page<ChasedRow>>;
  /** The group's last held meetings, newest first. @param most at most so many */
  progress(scope: CaseScope, groupId: string, most: number): Promise<readonly ProgressRow[]>;
  /** Of actions that ended between two instants (`to` exclusive). */
  results(scope: CaseScope, from: string, to: string): Promise<readonly ResultsRow[]>;
  /** Longest silent first. */
  silences(scope: CaseScope, ruleOf: (groupId: string) => SilenceRule, paging: Paging, today: string): Promise<Page<SilenceRow>>;
}
