// What is asked of the access log.
import type { FieldClass } from '@app/domain';
import type { Sealed } from '@app/personal-data';
import type { Page, Paging } from '../questions.js';

export interface AccessLogRow {
  readonly eventId: string;
  readonly type:
    | 'PersonalDataShown'
    | 'PersonalDataSearched'
    | 'PersonalDataExported'
    | 'AccessRefused'
    | 'BreakGlassOpened'
    | 'BreakGlassReviewed';
  readonly at: string;
  readonly userId: string;
  readonly organisationId: string;
  readonly purpose: string;
  /** Of a refusal: what was asked for. */
  readonly action?: string;
  readonly caseIds: readonly string[];
  readonly personIds: readonly string[];
  readonly fieldClasses: readonly FieldClass[];
  readonly policies: readonly string[];
  /** Of an opening of an identity, and of its review. */
  readonly breakGlassId?: string;
  readonly until?: string;
  readonly verdict?: string;
  /** What was looked for; why an identity was opened; what the review says. */
  readonly text?: Sealed;
}

/** One person's identity, opened by an auditor for a while, and what became of it. */
export interface BreakGlassRow {
  readonly breakGlassId: string;
  readonly personId: string;
  readonly openedBy: string;
  readonly organisationId: string;
  readonly openedAt: string;
  readonly until: string;
  readonly reason?: Sealed | undefined;
  readonly review?: { readonly by: string; readonly at: string; readonly verdict: string; readonly note?: Sealed | undefined };
}

export interface AccessLogQuestions {
  /** `notExcluding`: a user; entries about a case that excludes them, or its person, come without their text. */
  accessLog(
    filter: { userId?: string; caseId?: string; personId?: string; notExcluding?: string; from?: string; to?: string },
    paging: Paging,
  ): Promise<Page<AccessLogRow>>;
  breakGlass(breakGlassId: string): Promise<BreakGlassRow | undefined>;
  /** Longest opened first when only what waits for review is asked for; else newest first. */
  breakGlasses(filter: { unreviewed?: boolean }, paging: Paging): Promise<Page<BreakGlassRow>>;
  /** How many that were opened before this instant (UTC) still wait for review. */
  breakGlassesWaitingSince(instant: string): Promise<number>;
}
