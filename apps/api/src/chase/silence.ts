// When silence is worth a word: days of the rule set, working days of the group.
import { waitedSince, YEARLY_CLOSING_DAYS, type RuleSet } from '@app/domain';
import type { GroupRow, SilenceRule } from '@app/read-models';

/** @param date local date in Europe/Copenhagen to judge by */
export const silenceRuleOf = (group: GroupRow | undefined, ruleSet: RuleSet, date: string): SilenceRule => {
  const calendar = group ?? { closingDays: [], yearlyClosingDays: YEARLY_CLOSING_DAYS };
  return {
    silentAfterDays: ruleSet.silentAfterDays,
    waitedSince: waitedSince(date, group?.ladder ?? ruleSet.ladder, calendar),
  };
};

/** In words. */
export const SILENCE_TEXT = {
  'silent-case': { da: 'Intet er sket i sagen længe', en: 'Nothing has happened in the case for long' },
  'unanswered-request': { da: 'En anmodning om oplysninger er ubesvaret', en: 'An information request is unanswered' },
  'missed-follow-up': { da: 'En aftalt opfølgning er ikke sket', en: 'An agreed follow-up did not happen' },
} as const;
