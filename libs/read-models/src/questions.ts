// The questions the screens ask, and the shapes of the answers. Personal text is still sealed in all of them.
import type {
  AgeBand,
  AgendaReason,
  ArchivingGround,
  Basis,
  Category,
  CloseOutcome,
  ErasureGround,
  FieldClass,
  HoldGround,
  IdentityField,
  OrganisationKind,
  Party,
  Retention,
  Role,
  RuleSet,
  WithdrawalCause,
} from '@app/domain';
import type { Position } from '@app/event-store';
import type { Sealed } from '@app/personal-data';

/** Which cases a list may hold: decided by access, applied in SQL. */
export type CaseScope =
  | { readonly none: true }
  | { readonly all: true; readonly userId: string }
  | { readonly groups: readonly string[]; readonly userId: string }
  | { readonly groups: readonly string[]; readonly organisationId: string; readonly userId: string };

/** `next` is opaque; missing on the last page. */
export interface Page<T> {
  readonly items: readonly T[];
  readonly next?: string;
}
export interface Paging {
  /** 1-200. */
  readonly limit: number;
  readonly after?: string;
}

/** The small tables everything else refers to; a snapshot, at most 5 s old in other processes, current in this one. */
export interface Registry {
  readonly organisations: ReadonlyMap<
    string,
    { organisationId: string; name: string; kind: OrganisationKind; authorityId: string }
  >;
  readonly users: ReadonlyMap<string, UserRow>;
  readonly usersBySubject: ReadonlyMap<string, UserRow>;
  readonly groups: ReadonlyMap<string, GroupRow>;
  readonly areas: ReadonlyMap<string, { areaId: string; name: string; authorityId: string }>;
  /** Newest `validFrom` first. The one in force on a local date: the first whose validFrom is not after it; else the default. */
  readonly ruleSets: readonly RuleSet[];
}
export interface UserRow {
  readonly userId: string;
  readonly organisationId: string;
  readonly role: Role;
  readonly subjectHash: string;
  /** First local date without access. */
  readonly leftOn?: string;
  readonly name?: Sealed;
  readonly email?: Sealed;
}
export interface GroupRow {
  readonly groupId: string;
  readonly name: string;
  readonly areaIds: readonly string[];
  readonly series: { readonly weekday: number; readonly startTime: string; readonly durationMinutes: number };
  readonly organisations: readonly Party[];
  /** `until`: first local date without membership. */
  readonly members: readonly {
    readonly userId: string;
    readonly organisationId: string;
    readonly from: string;
    readonly until?: string;
  }[];
  readonly deputies: readonly { readonly userId: string; readonly deputyUserId: string }[];
  readonly closingDays: readonly string[];
}

export interface PersonRow {
  readonly personId: string;
  readonly addressProtected: boolean;
  readonly identity: { readonly [F in IdentityField]?: Sealed };
}

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

/** A disclosure or a refusal of one. Pseudonymous unless the sealed texts are opened. */
export interface DisclosureRow {
  readonly disclosureId: string;
  readonly caseId: string;
  readonly caseNumber: string;
  readonly personId: string;
  readonly groupId: string;
  readonly at: string;
  readonly saidAt?: string;
  readonly meetingId?: string;
  readonly fromOrganisationId: string;
  /** Who recorded it. */
  readonly byUserId: string;
  readonly fromUserId?: string;
  readonly recipients: readonly {
    readonly organisationId: string;
    readonly basis: Basis;
    readonly userId?: string;
    readonly attendeeId?: string;
  }[];
  readonly category: Category;
  readonly purpose: string;
  readonly ruleSetId: string;
  readonly policies: readonly string[];
  /** Set when it was refused: nothing was shared and no content recorded. */
  readonly refusedBy?: string;
  /** Of a refusal: whom it was meant for. Nobody received anything. */
  readonly toOrganisationIds?: readonly string[];
  readonly repeats?: string;
  readonly content?: Sealed;
  readonly necessity?: Sealed;
}

export type MeetingStatus = 'planned' | 'open' | 'closed' | 'cancelled';
export interface MeetingRow {
  readonly meetingId: string;
  readonly groupId: string;
  readonly localDate: string;
  readonly startsAt: string;
  readonly endsAt: string;
  readonly place?: string;
  readonly status: MeetingStatus;
  readonly invited: readonly {
    readonly userId: string;
    readonly organisationId: string;
    readonly apology?: true;
    readonly deputyUserId?: string;
  }[];
  readonly attendees: readonly AttendeeRow[];
  /** After opening: as frozen, then by hand. Before: empty, the agenda is composed when asked for. */
  readonly items: readonly MeetingItemRow[];
  /** Before opening: what was added, removed, and the wished order. */
  readonly overrides: {
    readonly added: readonly { readonly itemId: string; readonly caseId: string; readonly personId: string }[];
    readonly removed: readonly string[];
    readonly order: readonly string[];
  };
  readonly openItemId?: string;
  /** Of the meeting stream: the room's revision for If-Match. */
  readonly revision: number;
}
export interface AttendeeRow {
  readonly attendeeId: string;
  readonly userId?: string;
  readonly guestName?: Sealed;
  readonly organisationId: string;
  readonly kind: OrganisationKind;
  readonly state: 'present' | 'stepped-out' | 'left';
  readonly arrivedAt: string;
  /** UTC intervals in the room; the last one open-ended while present. */
  readonly presence: readonly { readonly from: string; readonly to?: string }[];
}
export interface MeetingItemRow {
  readonly itemId: string;
  readonly caseId: string;
  readonly personId: string;
  readonly reasons: readonly AgendaReason[];
  readonly opened: readonly { readonly from: string; readonly to?: string }[];
  readonly discussed: boolean;
  readonly noNews: boolean;
  readonly note?: Sealed;
  readonly corrections: readonly { readonly correctionId: string; readonly at: string; readonly correction?: Sealed }[];
}

/** One proposed line of the agenda with every reason that put it there and the figures behind them. */
export interface AgendaProposal {
  readonly caseId: string;
  readonly caseNumber: string;
  readonly personId: string;
  readonly areaId: string;
  readonly groupId: string;
  readonly organisations: readonly Party[];
  readonly excludedUserIds: readonly string[];
  readonly reasons: readonly AgendaReason[];
  readonly overdueActions: number;
  readonly oldestOverdueDays: number;
  readonly followUpOn?: string;
  readonly newSince: number;
  readonly silentDays: number;
  readonly lastActivityAt: string;
  readonly personName?: Sealed;
}

export interface AccessLogRow {
  readonly eventId: string;
  readonly type: 'PersonalDataShown' | 'PersonalDataSearched' | 'PersonalDataExported' | 'AccessRefused';
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
}

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

/** Small numbers are suppressed: `null` stands for 1-4, and for a cell that would give one away. */
export interface AreaOverview {
  readonly areaId: string;
  readonly name: string;
  readonly asOf: string;
  readonly openCases: number | null;
  readonly closedCases: number | null;
  readonly openActions: number | null;
  readonly overdueActions: number | null;
  readonly actionsDoneLast90Days: number | null;
}

export interface ActionFilter {
  readonly ownerUserId?: string;
  readonly ownerOrganisationId?: string;
  /** Default: open only (agreed, accepted, declined). */
  readonly status?: 'open' | 'done' | 'all';
  readonly overdue?: boolean;
  /** Local date, exclusive. */
  readonly dueBefore?: string;
}

/** Every list is ordered and paged by a cursor that survives inserts; `today` is a local date in Europe/Copenhagen. */
export interface ReadModels {
  registry(): Promise<Registry>;
  /** Waits (bounded) until the read models have reached the position. @throws NotCaughtUpError after `timeoutMs` (default 2,000) */
  reach(position: Position, timeoutMs?: number): Promise<void>;
  person(personId: string): Promise<PersonRow | undefined>;
  personByCpr(cprIndex: string): Promise<PersonRow | undefined>;
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
  disclosures(caseId: string, paging: Paging): Promise<Page<DisclosureRow>>;
  actions(scope: CaseScope, filter: ActionFilter, paging: Paging, today: string): Promise<Page<ActionRow>>;
  meeting(meetingId: string): Promise<MeetingRow | undefined>;
  meetings(groups: readonly string[], filter: { status?: MeetingStatus }, paging: Paging): Promise<Page<MeetingRow>>;
  /** The first meeting that is open, or planned with endsAt after `now`. */
  nextMeeting(groups: readonly string[], now: string): Promise<MeetingRow | undefined>;
  /**
   * What belongs on the agenda of a group's meeting on a local date, in its order: overdue actions, follow-ups due by the date,
   * answers and reports since the last held meeting, new referrals, actions nobody is named for, silent cases.
   */
  agenda(groupId: string, onDate: string, today: string, ruleSet: RuleSet): Promise<readonly AgendaProposal[]>;
  /** For minutes: what was shared and agreed in a meeting. */
  meetingDisclosures(meetingId: string): Promise<readonly DisclosureRow[]>;
  meetingActions(meetingId: string, today: string): Promise<readonly ActionRow[]>;
  /** Newest first. `groups`: undefined means all (auditors). `notExcluding`: a user; cases that exclude them are left out. */
  sharingLog(
    filter: { groups?: readonly string[]; notExcluding?: string; from?: string; to?: string; refused?: boolean },
    paging: Paging,
  ): Promise<Page<DisclosureRow>>;
  accessLog(
    filter: { userId?: string; caseId?: string; personId?: string; from?: string; to?: string },
    paging: Paging,
  ): Promise<Page<AccessLogRow>>;
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
  areaOverview(areaId: string, today: string): Promise<AreaOverview | undefined>;
}
