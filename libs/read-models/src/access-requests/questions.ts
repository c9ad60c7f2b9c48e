// What is asked about access requests, and what a report is made of. Texts are still sealed.
import type { PoliceDecision } from '@app/domain';
import type { Position } from '@app/event-store';
import type { TimelineEntry } from '../cases/questions.js';
import type { CaseScope, Page, Paging } from '../questions.js';

export interface IssuedReport {
  readonly reportId: string;
  /** Of the request, from 1. */
  readonly number: number;
  readonly issuedBy: string;
  readonly issuedAt: string;
  /** Of the event: the report is what came before it. */
  readonly position: Position;
}
export interface AccessRequestRow {
  readonly requestId: string;
  readonly personId: string;
  readonly receivedOn: string;
  readonly dueOn: string;
  readonly answered: boolean;
  readonly registeredBy: string;
  readonly withdrawn?: { readonly by: string; readonly at: string };
  /** It came in while the person was one with another, and was so no more later: who of them asked is not known. */
  readonly mergeUndone: boolean;
  readonly police?: { readonly decision: PoliceDecision; readonly by: string; readonly at: string };
  /** First issued first. */
  readonly reports: readonly IssuedReport[];
  readonly withheldParts: number;
  /** The first date on which somebody looks at a withheld part again. */
  readonly nextReviewOn?: string;
}

/** An event about a person, with its texts. */
export interface Trace extends TimelineEntry {
  readonly position: Position;
  readonly personId: string;
  /** Missing: of the identity. */
  readonly caseId?: string;
  readonly ruleSetId: string;
}
/** A look, without who looked. */
export interface LookRow {
  readonly at: string;
  readonly type: 'PersonalDataShown' | 'PersonalDataSearched' | 'PersonalDataExported';
  readonly purpose: string;
  readonly organisationId: string;
}

export interface AccessRequestQuestions {
  accessRequest(requestId: string): Promise<AccessRequestRow | undefined>;
  /**
   * First due first. `waiting`: neither answered nor withdrawn. `dueBefore`: a local date. `ofAuthority`: the organisations of the reader's
   * authority, for a scope with what it has left.
   */
  accessRequests(
    scope: CaseScope,
    filter: { status?: 'waiting' | 'answered' | 'withdrawn'; dueBefore?: string; ofAuthority?: readonly string[] },
    paging: Paging,
  ): Promise<Page<AccessRequestRow>>;
  /**
   * The registrations that counted as this person before the position, and still do: what a merge brought together wrongly is
   * never told to the other one.
   */
  registrationsAt(personId: string, before: Position): Promise<readonly string[]>;
  /** Under which of these registrations a part is withheld, or was. */
  withheldUnder(partId: string, personIds: readonly string[]): Promise<string | undefined>;
  /** Their cases, oldest first. */
  caseIdsOf(personIds: readonly string[]): Promise<readonly string[]>;
  /** Of all registrations of the person: cases one of these organisations took part in, and none does any more. */
  caseIdsLeftBy(personId: string, organisationIds: readonly string[]): Promise<readonly string[]>;
  /** All cases, or one, or those of a person. */
  caseIdsIn(of: { caseId?: string; personId?: string }): Promise<readonly string[]>;
  /** All that was written about them before the position, oldest first, and refusals to share. Read from the log. */
  tracesOf(personIds: readonly string[], before: Position): Promise<readonly Trace[]>;
  /** All looks at them or their cases before the position, oldest first. */
  looksAt(personIds: readonly string[], caseIds: readonly string[], before: Position): Promise<readonly LookRow[]>;
}
