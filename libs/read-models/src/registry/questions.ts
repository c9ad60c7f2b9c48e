// What is asked of the registry: who and what everything else refers to.
import type { Absence, LadderThresholds, MailChoice, OrganisationKind, Party, Role, RuleSet, SteeringSeries } from '@app/domain';
import type { Sealed } from '@app/personal-data';

/** The small tables everything else refers to; a snapshot, at most 5 s old in other processes, current in this one. */
export interface Registry {
  readonly organisations: ReadonlyMap<
    string,
    { organisationId: string; name: string; kind: OrganisationKind; authorityId: string }
  >;
  readonly users: ReadonlyMap<string, UserRow>;
  readonly usersBySubject: ReadonlyMap<string, UserRow>;
  /** By the keyed hash of the secret in their calendar feed's address. */
  readonly usersByFeed: ReadonlyMap<string, UserRow>;
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
  /** Missing: nothing chosen. */
  readonly mail?: MailChoice;
  /** Of their calendar feed. */
  readonly feedHash?: string;
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
  /** When its steering group meets; missing: the default. */
  readonly steeringSeries?: SteeringSeries;
  /** Also those that are over; one user's never overlap. */
  readonly absences: readonly Absence[];
}

export interface RegistryQuestions {
  registry(): Promise<Registry>;
}
