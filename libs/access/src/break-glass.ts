// Break-glass: an auditor of the municipality opens one person's identity for a while, and somebody else says whether that was right.
// Who may is for the policies (policies/break-glass.cedar); here is what is asked of the words and of the clock. Pure.
import { necessitySaid, plusMilliseconds, type Refusal, type RuleSet } from '@app/domain';

export const BREAK_GLASS_VERDICTS = ['justified', 'not-justified'] as const;
export type BreakGlassVerdict = (typeof BREAK_GLASS_VERDICTS)[number];

export const MOST_MINUTES = 60;
/** Who has not reviewed an opening after so many days hears of it everywhere. */
export const REVIEW_WITHIN_DAYS = 7;
const DAY_MS = 86_400_000;

const SOURCE = 'Databeskyttelsesforordningen art. 5, stk. 2';
const noReason: Refusal = {
  rule: 'break-glass.reason',
  source: SOURCE,
  en: 'Say in words why this identity must be opened.',
  da: 'Skriv med ord, hvorfor netop denne identitet skal åbnes.',
};
const tooLong: Refusal = {
  rule: 'break-glass.minutes',
  source: SOURCE,
  en: `An identity is opened for 1 to ${MOST_MINUTES} minutes.`,
  da: `En identitet åbnes i 1 til ${MOST_MINUTES} minutter.`,
};
const noNote: Refusal = {
  rule: 'break-glass.note',
  source: SOURCE,
  en: 'Say in words what was not right about it.',
  da: 'Skriv med ord, hvad der ikke var i orden.',
};
const reviewed: Refusal = {
  rule: 'break-glass.reviewed',
  source: SOURCE,
  en: 'It has been reviewed already; the first review holds.',
  da: 'Åbningen er allerede gennemgået; den første gennemgang gælder.',
};

/**
 * @param at UTC, when it is asked
 * @returns until when (UTC) it is open, or why not
 */
export const decideOpening = (
  { reason, minutes }: { readonly reason: string; readonly minutes: number },
  at: string,
  ruleSet: RuleSet,
): { readonly until: string } | { readonly refusal: Refusal } => {
  if (!Number.isInteger(minutes) || minutes < 1 || minutes > MOST_MINUTES) return { refusal: tooLong };
  // The words that say nothing are the same that § 115 does not take for a necessity.
  if (!necessitySaid(reason, ruleSet)) return { refusal: noReason };
  return { until: plusMilliseconds(at, minutes * 60_000) };
};

/** From the very instant it ends. Both UTC. */
export const isOver = ({ until }: { readonly until: string }, at: string): boolean => at >= until;

/** @returns nothing: the same was said before by the same reviewer */
export const decideReview = (
  earlier: { readonly by: string; readonly verdict: string } | undefined,
  { by, verdict, note }: { readonly by: string; readonly verdict: BreakGlassVerdict; readonly note?: string },
  ruleSet: RuleSet,
): 'review' | 'nothing' | { readonly refusal: Refusal } => {
  if (earlier) return earlier.by === by && earlier.verdict === verdict ? 'nothing' : { refusal: reviewed };
  if (verdict === 'not-justified' && (note === undefined || !necessitySaid(note, ruleSet))) return { refusal: noNote };
  return 'review';
};

/** What was opened before this instant and is not reviewed alarms. @param at UTC */
export const alarmBefore = (at: string): string => plusMilliseconds(at, -REVIEW_WITHIN_DAYS * DAY_MS);
