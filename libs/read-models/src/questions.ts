// The questions the screens ask, a file for each room, and what they share. Personal text is still sealed in all of the answers.
import type { Position } from '@app/event-store';
import type { AccessLogQuestions } from './access-log/questions.js';
import type { AccessRequestQuestions } from './access-requests/questions.js';
import type { CaseQuestions } from './cases/questions.js';
import type { ChaseQuestions } from './chase/questions.js';
import type { ErasureQuestions } from './erasures/questions.js';
import type { MeetingQuestions } from './meetings/questions.js';
import type { OverviewQuestions } from './overview/questions.js';
import type { PersonQuestions } from './persons/questions.js';
import type { RegistryQuestions } from './registry/questions.js';
import type { SharingQuestions } from './sharing-log/questions.js';
import type { SpotCheckQuestions } from './spot-checks/questions.js';
import type { SteeringQuestions } from './steering/questions.js';

export * from './access-log/questions.js';
export * from './access-requests/questions.js';
export * from './cases/questions.js';
export * from './chase/questions.js';
export * from './erasures/questions.js';
export * from './meetings/questions.js';
export * from './overview/questions.js';
export * from './persons/questions.js';
export * from './registry/questions.js';
export * from './sharing-log/questions.js';
export * from './spot-checks/questions.js';
export * from './steering/questions.js';

/** Which cases a list may hold: decided by access, applied in SQL. */
export type CaseScope =
  | { readonly none: true }
  | { readonly all: true; readonly userId: string }
  | { readonly groups: readonly string[]; readonly userId: string }
  /** `left`: of access requests also those about cases that the organisation's authority takes part in no more. */
  | { readonly groups: readonly string[]; readonly organisationId: string; readonly userId: string; readonly left?: true };

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

/** Every list is ordered and paged by a cursor that survives inserts; `today` is a local date in Europe/Copenhagen. */
export interface ReadModels
  extends
    AccessLogQuestions,
    AccessRequestQuestions,
    CaseQuestions,
    ChaseQuestions,
    ErasureQuestions,
    MeetingQuestions,
    OverviewQuestions,
    PersonQuestions,
    RegistryQuestions,
    SharingQuestions,
    SpotCheckQuestions,
    SteeringQuestions {
  /** Waits (bounded) until the read models have reached the position. @throws NotCaughtUpError after `timeoutMs` (default 2,000) */
  reach(position: Position, timeoutMs?: number): Promise<void>;
}
