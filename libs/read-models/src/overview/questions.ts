// What is asked about areas in numbers: the figures of a week as they were published, and the counts they are made of.
import type { AreaCounts, Published } from '@app/domain';

/** Of one week. `weeks`: those that were published, newest first, at most 53. */
export interface PublishedOverview extends Published {
  readonly week: string;
  /** Local date. */
  readonly countedOn: string;
  readonly weeks: readonly string[];
}

export interface OverviewQuestions {
  /** Without a week: the newest. */
  publishedOverview(week?: string): Promise<PublishedOverview | undefined>;
  /** The cases and actions as they are now, of every area: never shown, only published without small numbers (rule 13). */
  countForOverview(today: string): Promise<AreaCounts>;
}
