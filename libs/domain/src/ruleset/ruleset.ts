// ruleset-{ruleSetId}: the § 115 rules and the thresholds in force from a date. A disclosure is judged by the one in force when it was made.
import type { Command } from '../kernel/decider.js';
import { codec, event, type EventOf, type FoldedOf } from '../kernel/events.js';
import { id, int, label, list, localDate, object, oneOf, type Infer } from '../kernel/schema.js';
import { PURPOSES } from '../kernel/vocabulary.js';

const ruleSet = {
  ruleSetId: id,
  /** First local date it holds. */
  validFrom: localDate,
  purposes: list(oneOf(PURPOSES)),
  /** Phrases that say nothing, lower case, compared after folding case, punctuation and white space. */
  emptyPhrases: list(label),
  /** Fewer characters than this (letters and digits) is no reason. */
  necessityMinLength: int,
  /** Calendar days without an event after which an open case is silent. */
  silentAfterDays: int,
  /** Working days before the meeting from which its agenda is proposed. */
  agendaWorkingDaysBefore: int,
  ladder: object({
    reminderWorkingDaysBefore: int,
    chaseWorkingDaysAfter: int,
    escalateAfterHeldMeetings: int,
    escalateAfterWorkingDays: int,
  }),
};
const ruleSetSchema = object(ruleSet);
export type RuleSet = Infer<typeof ruleSetSchema>;

export const ruleSetEvents = { RuleSetAdopted: event(1, ruleSet) };
export type RuleSetEvent = EventOf<typeof ruleSetEvents>;
export type RuleSetFolded = FoldedOf<typeof ruleSetEvents>;
export const ruleSetCodec = codec(ruleSetEvents);

export type RuleSetCommand = Command<'AdoptRuleSet', RuleSet>;

/** What holds until somebody adopts another: § 115 as in force, thresholds as the weekly meeting practises them. */
export const DEFAULT_RULE_SET: RuleSet = {
  ruleSetId: 'rpl115-default',
  validFrom: '2009-01-01',
  purposes: PURPOSES,
  emptyPhrases: [
    'ok',
    'okay',
    'ja',
    'nej',
    'nødvendigt',
    'er nødvendigt',
    'det er nødvendigt',
    'necessary',
    'it is necessary',
    'se ovenfor',
    'se ovenstående',
    'see above',
    'som ovenfor',
    'as above',
    'samme',
    'same',
    'ditto',
    'do',
    'ingen',
    'none',
    'na',
    'n a',
    'ikke relevant',
    'not applicable',
    'test',
    'x',
    'xxx',
    'relevant',
    'aftalt',
    'som aftalt',
    'as agreed',
    'jf sagen',
    'se sagen',
  ],
  necessityMinLength: 8,
  silentAfterDays: 21,
  agendaWorkingDaysBefore: 2,
  ladder: { reminderWorkingDaysBefore: 3, chaseWorkingDaysAfter: 1, escalateAfterHeldMeetings: 2, escalateAfterWorkingDays: 10 },
};
