// What is asked about erasures and legal holds. Ids only, but for sealed reasons.
import type { ArchivingGround, CloseOutcome, ErasureGround, HoldGround, Retention, WithdrawalCause } from '@app/domain';
import type { Sealed } from '@app/personal-data';
import type { CaseScope, Page, Paging } from '../questions.js';

export type ErasureStatus = 'proposed' | 'approved' | 'started' | 'erased' | 'withdrawn';

/** Without `caseId`: everything about the person. Ids only, but for the sealed reasons. */
export interface ErasureRow {
  readonly erasureId: string;
  readonly personId: string;
  readonly caseId?: string;
  readonly caseNumber?: string;
  readonly status: ErasureStatus;
  readonly proposedAt: string;
  readonly proposedBy: string;
  readonly ground: ErasureGround;
  readonly reason?: Sealed | undefined;
  readonly retention?: Retention | undefined;
  /** Who must approve. */
  readonly authorities: readonly string[];
  readonly approvals: readonly { readonly authorityId: string; readonly approvedBy: string; readonly at: string }[];
  readonly regretUntil?: string;
  readonly archiving?: {
    readonly outcome: 'delivered' | 'not-required';
    readonly archiveId?: string;
    readonly deliveryId?: string;
    readonly ground?: ArchivingGround;
    readonly by: string;
    readonly at: string;
  };
  readonly withdrawn?: {
    readonly cause: WithdrawalCause;
    readonly by: string;
    readonly at: string;
    readonly reason?: Sealed | undefined;
  };
  readonly startedAt?: string;
  readonly erasedAt?: string;
  /** A legal hold keeps it. */
  readonly held: boolean;
  /** Id of the event that causes the next step: the last approval, then the start. */
  readonly causedBy?: string;
}

/** Without `caseId`: a person of whom only the identity is left. */
export interface DueRow {
  readonly personId: string;
  readonly caseId?: string;
  readonly caseNumber?: string;
  readonly endedAt: string;
  readonly outcome?: CloseOutcome;
  readonly withoutAction: boolean;
  readonly held: boolean;
}

export interface LegalHoldRow {
  readonly holdId: string;
  readonly personId: string;
  readonly caseId?: string;
  readonly caseNumber?: string;
  readonly ground: HoldGround;
  readonly note?: Sealed | undefined;
  readonly reviewOn: string;
  readonly lifted: boolean;
  readonly placedBy: string;
  readonly placedAt: string;
  readonly liftedBy?: string;
  readonly liftedAt?: string;
}

/** What shows as erased: the texts of a case, or without `caseId` all of the person. */
export interface ErasedMark {
  readonly erasureId: string;
  readonly personId: string;
  readonly caseId?: string;
  readonly at: string;
}

export interface ErasureQuestions {
  erasure(erasureId: string): Promise<ErasureRow | undefined>;
  /** Last proposed first. */
  erasures(scope: CaseScope, filter: { status?: ErasureStatus }, paging: Paging): Promise<Page<ErasureRow>>;
  /** Approved, archives settled, regret over at `now`, not held; and those that have begun. */
  erasuresToCarryOut(now: string): Promise<readonly ErasureRow[]>;
  erasedOf(personIds: readonly string[]): Promise<readonly ErasedMark[]>;
  /** Ended before these instants, not proposed yet; longest ended first. */
  dueForErasure(
    scope: CaseScope,
    endedBefore: { readonly withoutAction: string; readonly otherwise: string },
    paging: Paging,
  ): Promise<Page<DueRow>>;
  /** All cases of a person, with the other streams that speak of them. */
  casesToErase(personId: string): Promise<
    readonly {
      readonly caseId: string;
      readonly responsibleOrganisationId: string;
      readonly mentionedIn: readonly string[];
    }[]
  >;
  legalHold(holdId: string): Promise<LegalHoldRow | undefined>;
  /** First to be reviewed first. */
  legalHolds(scope: CaseScope, paging: Paging): Promise<Page<LegalHoldRow>>;
}
