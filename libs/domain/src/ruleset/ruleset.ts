// ruleset-{ruleSetId}: the § 115 rules and the thresholds in force from a date. A disclosure is judged by the one in force when it was made.
import { accept, refuse, unreachable, type Command, type Decider } from '../kernel/decider.js';
import { codec, event, type EventOf, type FoldedOf } from '../kernel/events.js';
import { nothing, taken } from '../kernel/refusals.js';
import { id, int, label, list, localDate, object, oneOf, type InferShape } from '../kernel/schema.js';
import { isLocalDate, same, yearsLater } from '../kernel/values.js';
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
  /** Years from the local date on which a case ended until what is written in it is due for erasure. */
  retention: object({ closedWithoutActionYears: int, closedYears: int }),
};
export type RuleSet = InferShape<typeof ruleSet>;

/** What retention was before a rule set said it. */
const DEFAULT_RETENTION = { closedWithoutActionYears: 1, closedYears: 5 };

export const ruleSetEvents = {
  RuleSetAdopted: event(2, ruleSet, {}, { 1: (old) => ({ ...old, retention: DEFAULT_RETENTION }) }),
};
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
  retention: DEFAULT_RETENTION,
};

/**
 * The first local date on which what is written in a case is due for erasure.
 * @param endedOn local date in Europe/Copenhagen
 */
export const retentionEnds = (
  endedOn: string,
  withoutAction: boolean,
  { retention: { closedWithoutActionYears, closedYears } }: Pick<RuleSet, 'retention'>,
): string => {
  const date = yearsLater(endedOn, withoutAction ? closedWithoutActionYears : closedYears);
  return isLocalDate(date) ? date : `${date.slice(0, 4)}-03-01`;
};

export type RuleSetState = { readonly status: 'none' } | { readonly status: 'adopted'; readonly adopted: RuleSet };

const sound = (r: RuleSet): boolean =>
  isLocalDate(r.validFrom) &&
  r.purposes.length > 0 &&
  [
    ...[r.necessityMinLength, r.silentAfterDays, r.ladder.escalateAfterHeldMeetings, r.ladder.escalateAfterWorkingDays],
    ...[r.retention.closedWithoutActionYears, r.retention.closedYears],
  ].every((n) => n >= 1) &&
  [r.agendaWorkingDaysBefore, r.ladder.reminderWorkingDaysBefore, r.ladder.chaseWorkingDaysAfter].every((n) => n >= 0);

export const ruleSetDecider: Decider<RuleSetState, RuleSetCommand, RuleSetEvent, RuleSetFolded> = {
  initialState: { status: 'none' },

  evolve: (_state, event) => {
    switch (event.type) {
      case 'RuleSetAdopted':
        return { status: 'adopted', adopted: event.data };
      default:
        return unreachable(event.type);
    }
  },

  /** A rule set is never changed: other rules are another rule set, from another date. */
  decide: (command, state) => {
    switch (command.type) {
      case 'AdoptRuleSet':
        if (state.status === 'adopted') return same(state.adopted, command.data) ? nothing : taken('ruleset');
        if (!sound(command.data))
          return refuse(
            'ruleset.values',
            'A rule set has a date, at least one purpose, and thresholds that are not negative or empty.',
            'Et regelsæt har en dato, mindst ét formål og grænser, der ikke er negative eller tomme.',
          );
        return accept({ type: 'RuleSetAdopted', data: command.data });
      default:
        return unreachable(command.type);
    }
  },
};
