// retention-access-log: of which months the texts in the access log are gone: what was looked for, and what reviews of openings say. Who
// saw what, when and why stays. Each month has a key of its own; the event comes before it is destroyed.
import { accept, unreachable, type Command, type Decider } from '../kernel/decider.js';
import { codec, event, type EventOf, type FoldedOf } from '../kernel/events.js';
import { nothing } from '../kernel/refusals.js';
import { code } from '../kernel/schema.js';
import { yearsLater } from '../kernel/values.js';
import type { RuleSet } from '../ruleset/ruleset.js';

/** The one stream, after `retention-`. */
export const ACCESS_LOG = 'access-log';

export const retentionEvents = {
  /** `month`: UTC, `2026-11`. The point of no return: after a restore of older keys its key is destroyed again. */
  AccessTextsErased: event(1, { month: code }),
};
export type RetentionEvent = EventOf<typeof retentionEvents>;
export type RetentionFolded = FoldedOf<typeof retentionEvents>;
export const retentionCodec = codec(retentionEvents);

/** @param month `2026-12` @returns `2027-01` */
export const monthAfter = (month: string): string => {
  const [year = 0, number = 0] = month.split('-').map(Number);
  return number === 12
    ? `${String(year + 1).padStart(4, '0')}-01`
    : `${month.slice(0, 4)}-${String(number + 1).padStart(2, '0')}`;
};

/**
 * Months whose texts are older than they may be: all of it, to the last day.
 * @param from the first month there could be anything of, `2026-11`
 * @param today local date in Europe/Copenhagen
 */
export const monthsDue = (from: string, today: string, { retention }: Pick<RuleSet, 'retention'>): string[] => {
  const due: string[] = [];
  for (let month = from; yearsLater(`${monthAfter(month)}-01`, retention.accessLogYears) <= today; month = monthAfter(month))
    due.push(month);
  return due;
};

/** `from`: the month of the first event of the log. */
export type RetentionCommand = Command<'EraseAccessTexts', { readonly from: string }>;
export type RetentionState = { readonly erased: readonly string[] };

export const retentionDecider: Decider<RetentionState, RetentionCommand, RetentionEvent, RetentionFolded> = {
  initialState: { erased: [] },

  evolve: (state, event) => {
    switch (event.type) {
      case 'AccessTextsErased':
        return { erased: [...state.erased, event.data.month] };
      default:
        return unreachable(event.type);
    }
  },

  decide: ({ type, data: { from }, context }, state) => {
    switch (type) {
      case 'EraseAccessTexts': {
        const months = monthsDue(from, context.today, context.ruleSet).filter((month) => !state.erased.includes(month));
        if (months.length === 0) return nothing;
        return accept(...months.map((month) => ({ type: 'AccessTextsErased' as const, data: { month } })));
      }
      default:
        return unreachable(type);
    }
  },
};
