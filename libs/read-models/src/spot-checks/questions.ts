// What is asked of spot checks of the access log.
import type { DaySeed, DrawnLookUp, LookUpOutcome } from '@app/domain';
import type { Position } from '@app/event-store';
import type { Sealed } from '@app/personal-data';
import type { AccessLogRow } from '../access-log/questions.js';
import type { Page, Paging } from '../questions.js';

export interface SpotCheckRow {
  readonly spotCheckId: string;
  /** Local dates, both inclusive. */
  readonly from: string;
  readonly to: string;
  readonly size: number;
  readonly drawnAt: string;
  readonly drawnBy: string;
  readonly population: number;
  /** Id of the last look-up that took part, in the order of the log. */
  readonly last?: string;
  readonly seeds: readonly DaySeed[];
  readonly lookUps: readonly DrawnLookUp[];
  /** How many that nothing explains wait for somebody to ask. */
  readonly waiting: number;
}
export interface LookUpReview {
  readonly eventId: string;
  readonly reviewedBy: string;
  readonly at: string;
  readonly outcome: LookUpOutcome;
  readonly note?: Sealed | undefined;
}
/** A look-up that could be drawn. */
export interface LookUpRow {
  readonly eventId: string;
  readonly position: Position;
  readonly at: string;
  readonly userId: string;
  readonly organisationId: string;
}

export interface SpotCheckQuestions {
  spotCheck(spotCheckId: string): Promise<SpotCheckRow | undefined>;
  /** Latest period first. */
  spotChecks(filter: { waiting?: boolean }, paging: Paging): Promise<Page<SpotCheckRow>>;
  /** What was said of look-ups, in whichever spot check. */
  lookUpReviews(eventIds: readonly string[]): Promise<readonly LookUpReview[]>;
  /** How many look-ups that were drawn before this instant (UTC) wait, each once. */
  lookUpsWaitingSince(instant: string): Promise<number>;
  /** What was shown, found or taken out from one instant to before another (UTC), in the order of the log. */
  lookUps(period: { from: string; to: string }): Promise<readonly LookUpRow[]>;
  /** Entries of the access log, without order. */
  accessEntries(of: readonly { readonly eventId: string; readonly at: string }[]): Promise<readonly AccessLogRow[]>;
  /** The place in the log after which everything is that anybody looked at since this instant (UTC). */
  accessLogBefore(instant: string): Promise<Position>;
}
