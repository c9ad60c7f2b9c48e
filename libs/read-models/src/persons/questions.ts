// What is asked about persons, and the shapes of the answers. Names and numbers are still sealed.
import type { IdentityField, InformingMeans, MergeFacts, PostponingGround } from '@app/domain';
import type { Position } from '@app/event-store';
import type { NameQuery, Sealed } from '@app/personal-data';
import type { TimelineEntry } from '../cases/questions.js';
import type { CaseScope, Page, Paging } from '../questions.js';

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

/** Whether the person was told that data is kept about them, or why that waits (rule 14). */
export interface InformingRow {
  /** Something was recorded while the person was merged with another, and they are two after all: it counts for neither. */
  readonly inDoubt?: true;
  readonly informed?: {
    /** Local date. */
    readonly informedOn: string;
    readonly means: InformingMeans;
    readonly by: string;
    readonly at: string;
    readonly note?: Sealed | undefined;
  };
  readonly postponed?: {
    readonly ground: PostponingGround;
    /** Local date. */
    readonly reviewOn: string;
    readonly by: string;
    readonly at: string;
    readonly reason?: Sealed | undefined;
  };
}
/** Somebody whom nobody has told, with the cases in the scope. */
export interface UninformedRow extends PersonRow {
  readonly caseIds: readonly string[];
  readonly registeredAt: string;
  /** It waited, and the day to look at it again has come. */
  readonly postponed?: { readonly ground: PostponingGround; readonly reviewOn: string };
}

/** What happened in a person's life. Dates are those of the record, local; the sealed ones are when it was. */
export interface LifeRow {
  readonly cameOfAgeOn?: string;
  readonly moved?: {
    readonly recordedOn: string;
    readonly movedOn?: Sealed | undefined;
    readonly municipality?: Sealed | undefined;
  };
  readonly died?: { readonly recordedOn: string; readonly diedOn?: Sealed | undefined };
}
/** A case somebody has to decide about: the person moved, or turned 18 and nobody has discussed it since. Local dates. */
export interface LifeCaseRow {
  readonly caseId: string;
  readonly caseNumber: string;
  readonly personId: string;
  readonly groupId: string;
  readonly movedOn?: string;
  readonly cameOfAgeOn?: string;
}

export interface PersonQuestions {
  /** Of all registrations of the person. */
  lifeOf(personId: string): Promise<LifeRow>;
  /** The registration of the person whose stream holds the life event. */
  recordedUnder(personId: string, lifeEvent: 'moved' | 'died'): Promise<string | undefined>;
  /** Who has one of these dates of birth (hashed), was registered before the day, and of whom it is not recorded yet. */
  comingOfAge(days: readonly { readonly birthIndex: string; readonly on: string }[]): Promise<readonly string[]>;
  liveCasesOfTheDead(): Promise<readonly { readonly caseId: string; readonly revision: number }[]>;
  lifeCases(scope: CaseScope, paging: Paging): Promise<Page<LifeCaseRow>>;
  /** Of two that were merged by either id the one that survived. */
  person(personId: string): Promise<PersonRow | undefined>;
  /** Each registration of the person by itself, aliases too. */
  registrationsOf(personId: string): Promise<readonly PersonRow[]>;
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
  /** Of two that were merged: of both. */
  informing(personId: string): Promise<InformingRow>;
  /**
   * Persons with a case in the scope, none of whose cases excludes who asks, who are neither informed nor postponed to after
   * `today`; first registered first.
   */
  uninformed(scope: CaseScope, today: string, paging: Paging): Promise<Page<UninformedRow>>;
}
