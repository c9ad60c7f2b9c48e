// The questions the screens ask, and the shapes of the answers. Personal text is still sealed in all of them.
import type {
  AgeBand,
  AgendaReason,
  ArchivingGround,
  Basis,
  Category,
  CloseOutcome,
  ErasureGround,
  EscalationCause,
  FieldClass,
  HoldGround,
  IdentityField,
  MergeFacts,
  LadderStep,
  LadderThresholds,
  OnLadder,
  OrganisationKind,
  Party,
  Retention,
  Role,
  RuleSet,
  WithdrawalCause,
} from '@app/domain';
import type { Position } from '@app/event-store';
import type { NameQuery, Sealed } from '@app/personal-data';

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
  /** `12-24` */
  readonly yearlyClosingDays: readonly string[];
  /** Its own thresholds; missing: those of the rule set. */
  readonly ladder?: LadderThresholds;
  /** At most one a user. `backOn`: the first local date back. */
  readonly absences: readonly { readonly userId: string; readonly from: string; readonly backOn: string }[];
}

export interface PersonRow {
  readonly personId: string;
  readonly addressProtected: boolean;
  readonly identity: { readonly [F in IdentityField]?: Sealed };
}

/** Somebody a search has found, through the cases that may be seen. */
export interface FoundPerson extends PersonRow {
  /** All words of the search are words of the name; else they begin them. */
  readonly exact: boolean;
  /** Newest first. */
  readonly caseIds: readonly string[];
}

/** Why two registrations may be of one person. */
export const DUPLICATE_REASONS = ['same-cpr', 'alike-cpr', 'same-name-and-birth-date'] as const;
export type DuplicateReason = (typeof DUPLICATE_REASONS)[number];
/** Two registrations, each with the cases in the scope. */
export interface DuplicateRow {
  readonly reasons: readonly DuplicateReason[];
  readonly persons: readonly (PersonRow & { readonly caseIds: readonly string[] })[];
}
export interface MergeRow {
  readonly mergeId: string;
  /** The alias, and the person it is an alias of. */
  readonly personId: string;
  readonly intoPersonId: string;
  readonly mergedBy: string;
  readonly mergedAt: string;
  readonly reason?: Sealed | undefined;
  readonly undoneBy?: string;
  readonly undoneAt?: string;
  readonly undoneReason?: Sealed | undefined;
}
/** A text written about one of two while they were one. */
export interface TextInBetween extends TimelineEntry {
  /** Whose it is, as it was written. */
  readonly personId: string;
  /** Missing: of the identity. */
  readonly caseId?: string;
  readonly position: Position;
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
  /** By the ladder and by hand. */
  readonly chases: number;
  readonly chasesAnswered: number;
  readonly lastChasedOn?: string;
  /** For the deadline it has now. */
  readonly escalatedOn?: string;
  /** Local date since which somebody has to accept it, or the handover. */
  readonly awaitsAcceptanceSince?: string;
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
  /** When the texts were withdrawn: written about the wrong person. */
  readonly withdrawnAt?: string;
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

/** What shows as withdrawn: the texts of one event. */
export interface WithdrawnMark {
  readonly eventId: string;
  readonly caseId: string;
  readonly at: string;
  readonly by: string;
}
/** A text that was withdrawn, for who got it. Nothing of what it said. */
export interface WithdrawalRow extends WithdrawnMark {
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
}

/** Every list is ordered and paged by a cursor that survives inserts; `today` is a local date in Europe/Copenhagen. */
export interface ReadModels {
  registry(): Promise<Registry>;
  /** Waits (bounded) until the read models have reached the position. @throws NotCaughtUpError after `timeoutMs` (default 2,000) */
  reach(position: Position, timeoutMs?: number): Promise<void>;
  /** Of two that were merged by either id the one that survived. */
  person(personId: string): Promise<PersonRow | undefined>;
  /** Whose number it is, as registered: an alias too. */
  personByCpr(cprIndex: string): Promise<PersonRow | undefined>;
  /**
   * Persons with a case in the scope, none of whose cases excludes who asks: those of the very name first, `limit` at most. Nobody
   * else counts, so that the answer tells nothing about them.
   */
  personsByName(query: NameQuery, scope: CaseScope, limit: number): Promise<readonly FoundPerson[]>;
  /** Pairs of persons that may be one, both with a case in the scope and none that excludes who asks; not what was merged before. */
  duplicates(scope: CaseScope, paging: Paging): Promise<Page<DuplicateRow>>;
  /** What must be known of others before `personId` becomes an alias of `intoPersonId`, or is erased as a whole. */
  mergeFacts(personId: string, intoPersonId: string): Promise<MergeFacts>;
  /** The other registrations that count as this person now, as alias or as survivor. */
  mergedWith(personId: string): Promise<readonly string[]>;
  /** Newest first. */
  mergesOf(personId: string): Promise<readonly MergeRow[]>;
  /** Texts about either, from the merge until it was undone (or now), oldest first. Read from the log. */
  textsInBetween(mergeId: string): Promise<readonly TextInBetween[]>;
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
  /**
   * Last withdrawn first. Of groups: all of their cases; of an organisation: what it was told, also of cases it has left.
   * `open`: somebody (of an organisation: it itself) has not acknowledged yet.
   */
  withdrawals(scope: CaseScope, filter: { eventId?: string; open?: boolean }, paging: Paging): Promise<Page<WithdrawalRow>>;
  /** Those of the events whose texts are withdrawn. */
  withdrawnAmong(eventIds: readonly string[]): Promise<readonly WithdrawnMark[]>;
  disclosures(caseId: string, paging: Paging): Promise<Page<DisclosureRow>>;
  action(actionId: string, today: string): Promise<ActionRow | undefined>;
  actions(scope: CaseScope, filter: ActionFilter, paging: Paging, today: string): Promise<Page<ActionRow>>;
  /** Ids of the open actions that the ladder has something to do with on that day, or whose group held a meeting since. */
  ladderDue(today: string): Promise<readonly string[]>;
  /** Those of them that are still open. */
  onLadder(actionIds: readonly string[]): Promise<readonly LadderRow[]>;
  /** Whose hands: from the streams themselves. */
  actionHistory(actionId: string, today: string): Promise<ActionHistory | undefined>;
  /** Most overdue first. */
  overdue(scope: CaseScope, today: string): Promise<readonly OverdueRow[]>;
  /** Open actions whose deadline moved most often first. */
  mostMoved(scope: CaseScope, paging: Paging, today: string): Promise<Page<ActionRow>>;
  /** Longest silent first. */
  silences(scope: CaseScope, ruleOf: (groupId: string) => SilenceRule, paging: Paging, today: string): Promise<Page<SilenceRow>>;
  meeting(meetingId: string): Promise<MeetingRow | undefined>;
  meetings(groups: readonly string[], filter: { status?: MeetingStatus }, paging: Paging): Promise<Page<MeetingRow>>;
  /** The first meeting that is open, or planned with endsAt after `now`. */
  nextMeeting(groups: readonly string[], now: string): Promise<MeetingRow | undefined>;
  /**
   * What belongs on the agenda of a group's meeting on a local date, in its order: overdue actions, follow-ups due by the date,
   * answers and reports since the last held meeting, new referrals, actions nobody is named for, requests nobody answered, silent
   * cases; before all of them what was escalated or chased.
   */
  agenda(groupId: string, onDate: string, today: string, rule: SilenceRule): Promise<readonly AgendaProposal[]>;
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
