// What is asked about cases and their actions, and the shapes of the answers. Texts are still sealed.
import type { AgeBand, Category, CloseOutcome, KnownEvent, Party, Rest, ReviewVerdict, WithdrawalReason } from '@app/domain';
import type { Sealed } from '@app/personal-data';
import type { PersonRow } from '../persons/questions.js';
import type { CaseScope, Page, Paging } from '../questions.js';

export type CaseStatus = 'referred' | 'accepted' | 'rejected' | 'open' | 'paused' | 'closed';

/** What access asks about a case, and no more. */
export interface CaseFacts {
  readonly caseId: string;
  readonly personId: string;
  readonly groupId: string;
  readonly areaId: string;
  readonly organisations: readonly Party[];
  readonly excludedUserIds: readonly string[];
}

export interface CaseRow extends CaseFacts {
  readonly caseNumber: string;
  readonly status: CaseStatus;
  readonly ageBand: AgeBand;
  readonly responsibleOrganisationId: string;
  readonly responsibleUserId?: string;
  readonly referredAt: string;
  readonly openedAt?: string;
  readonly closedAt?: string;
  readonly outcome?: CloseOutcome;
  readonly pausedUntil?: string;
  readonly lastActivityAt: string;
  readonly openActions: number;
  /** Computed for the local date asked about. */
  readonly overdueActions: number;
  readonly nextDeadline?: string;
  readonly nextFollowUp?: string;
  /** Of the case stream: the value for If-Match. */
  readonly revision: number;
  readonly person: PersonRow;
}

export interface CaseDetail extends CaseRow {
  readonly reason?: Sealed;
  readonly actions: readonly ActionRow[];
  readonly followUps: readonly FollowUpRow[];
  readonly requests: readonly RequestRow[];
}

export type ActionStatus = 'agreed' | 'accepted' | 'declined' | 'completed' | 'cancelled';

export interface ActionRow {
  readonly actionId: string;
  readonly caseId: string;
  readonly caseNumber: string;
  readonly personId: string;
  readonly areaId: string;
  readonly groupId: string;
  readonly ownerOrganisationId: string;
  readonly ownerUserId?: string;
  readonly deadline: string;
  readonly status: ActionStatus;
  /** Local date against deadline, not stored: overdue from the midnight after the deadline (Europe/Copenhagen). */
  readonly overdue: boolean;
  readonly daysOverdue: number;
  readonly agreedAt: string;
  readonly agreedInMeetingId?: string;
  readonly deadlineMoves: number;
  /** By the ladder and by hand. */
  readonly chases: number;
  readonly chasesAnswered: number;
  readonly lastChasedOn?: string;
  /** For the deadline it has now. */
  readonly escalatedOn?: string;
  /** Local date since which somebody has to accept it, or the handover. */
  readonly awaitsAcceptanceSince?: string;
  /** Recalled disclosures it may rest on, until somebody has looked. It is chased as ever. */
  readonly restsOnRecalled?: readonly string[];
  readonly handoverTo?: { readonly organisationId: string; readonly userId?: string };
  readonly description?: Sealed;
  readonly lastReport?: Sealed;
  readonly personName?: Sealed;
}

export interface FollowUpRow {
  readonly followUpId: string;
  readonly on: string;
  readonly note?: Sealed;
  /** The case was discussed in a meeting on or after `on`. */
  readonly done: boolean;
}

export interface RequestRow {
  readonly requestId: string;
  readonly fromOrganisationId: string;
  readonly toOrganisationId: string;
  readonly category: Category;
  readonly dueOn: string;
  readonly status: 'open' | 'answered' | 'declined';
  readonly question?: Sealed;
}

/** One event of the case, from its own stream or from a meeting. `texts` are the event's sealed fields by name. */
export interface TimelineEntry {
  readonly eventId: string;
  readonly type: string;
  readonly at: string;
  readonly userId: string;
  readonly organisationId: string;
  readonly meetingId?: string;
  /** Clear data of the event. */
  readonly data: Readonly<Record<string, unknown>>;
  readonly texts: Readonly<Record<string, Sealed>>;
}

/** An entry of the timeline as an organisation knew it: without its texts where it did not know the words. */
export type KnowledgeEntry = TimelineEntry & Omit<KnownEvent, 'eventId'>;
export interface Knowledge extends Page<KnowledgeEntry> {
  /** When the organisation took part in the case, UTC; without `to` it still does. */
  readonly tookPart: readonly { readonly from: string; readonly to?: string }[];
}

/** What shows as withdrawn: the texts of one event. */
export interface WithdrawnMark {
  readonly eventId: string;
  readonly caseId: string;
  readonly at: string;
  readonly by: string;
  /** Withdrawn for all, or recalled from those who got it: who shared it and who reviews still read that. */
  readonly why: WithdrawalReason | 'recalled';
  /** Of a recalled disclosure. */
  readonly disclosureId?: string;
  readonly fromOrganisationId?: string;
}

/** What may rest on a recalled disclosure and nobody has looked at yet. */
export interface RestMark {
  readonly eventId: string;
  readonly caseId: string;
  readonly disclosureId: string;
  readonly why: Rest['why'];
}
/** A recalled disclosure with what may rest on it. Nothing of what it said. */
export interface RecallRow extends Omit<WithdrawalRow, 'why' | 'writtenAt' | 'disclosureId'> {
  readonly disclosureId: string;
  readonly fromOrganisationId: string;
  readonly sharedAt: string;
  readonly rests: readonly (Rest & {
    readonly open: boolean;
    readonly verdict?: ReviewVerdict;
    readonly reviewedAt?: string;
    readonly reviewedBy?: string;
  })[];
}
/** What a recall needs to know: the disclosure, what may rest on it as the log stands, and the case's revision then. */
export interface Recallable {
  readonly entry: TimelineEntry;
  readonly rests: readonly Rest[];
  readonly revision: number;
}

/** A text that was withdrawn, for who got it. Nothing of what it said. */
export interface WithdrawalRow extends Omit<WithdrawnMark, 'fromOrganisationId'> {
  readonly caseNumber: string;
  readonly groupId: string;
  readonly eventType: string;
  readonly writtenAt: string;
  readonly category?: Category | undefined;
  readonly meetingId?: string | undefined;
  readonly told: readonly {
    readonly organisationId: string;
    readonly acknowledgedAt?: string;
    readonly acknowledgedBy?: string;
  }[];
}

export interface ActionFilter {
  readonly ownerUserId?: string;
  readonly ownerOrganisationId?: string;
  /** Default: open only (agreed, accepted, declined). */
  readonly status?: 'open' | 'done' | 'all';
  readonly overdue?: boolean;
  /** Local date, exclusive. */
  readonly dueBefore?: string;
  /** Somebody has still to accept it, or a handover of it. */
  readonly awaitsAcceptance?: boolean;
  /** This user was asked by name to accept it, or a handover of it. */
  readonly awaitsAcceptanceOf?: string;
  /** In the hands of this organisation, or offered to it, and of nobody by name. */
  readonly unnamedOf?: string;
}

export interface CaseQuestions {
  /** Ids of a person's cases, newest first: to decide whether somebody may see the person. */
  caseFactsOfPerson(personId: string): Promise<readonly CaseFacts[]>;
  caseFacts(caseId: string): Promise<CaseFacts | undefined>;
  /** Of several at once, in any order; those that do not exist are left out. */
  caseFactsOf(caseIds: readonly string[]): Promise<readonly CaseFacts[]>;
  /** What a list calls a case, by case id. */
  caseNames(
    caseIds: readonly string[],
  ): Promise<ReadonlyMap<string, { readonly caseNumber: string; readonly areaId: string; readonly personName?: Sealed }>>;
  case(caseId: string, today: string): Promise<CaseDetail | undefined>;
  /** Open first, most overdue first, then newest activity. */
  cases(
    scope: CaseScope,
    filter: { status?: CaseStatus; areaId?: string; groupId?: string; responsibleOrganisationId?: string },
    paging: Paging,
    today: string,
  ): Promise<Page<CaseRow>>;
  timeline(caseId: string, paging: Paging): Promise<Page<TimelineEntry>>;
  /** One entry of the timeline. */
  timelineEntry(caseId: string, eventId: string): Promise<TimelineEntry | undefined>;
  /** The case as an organisation lawfully knew it at an instant (UTC), newest first: from events alone, read from the log. */
  knowledge(caseId: string, organisationId: string, at: string, paging: Paging): Promise<Knowledge>;
  /**
   * Last withdrawn first. Of groups: all of their cases; of an organisation: what it was told, also of cases it has left.
   * `open`: somebody (of an organisation: it itself) has not acknowledged yet.
   */
  withdrawals(scope: CaseScope, filter: { eventId?: string; open?: boolean }, paging: Paging): Promise<Page<WithdrawalRow>>;
  /** Those of the events whose texts are withdrawn, and those that may rest on a recalled disclosure, until somebody has looked. */
  marksAmong(
    eventIds: readonly string[],
  ): Promise<{ readonly withdrawn: readonly WithdrawnMark[]; readonly rests: readonly RestMark[] }>;
  /** Last recalled first. `open`: something that may rest on it was not looked at yet. */
  recalls(scope: CaseScope, filter: { open?: boolean }, paging: Paging): Promise<Page<RecallRow>>;
  /** Read from the log. */
  recallable(caseId: string, disclosureId: string): Promise<Recallable | undefined>;
  action(actionId: string, today: string): Promise<ActionRow | undefined>;
  actions(scope: CaseScope, filter: ActionFilter, paging: Paging, today: string): Promise<Page<ActionRow>>;
}
