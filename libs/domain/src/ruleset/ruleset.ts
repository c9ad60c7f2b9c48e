// ruleset-{ruleSetId}: the § 115 rules and the thresholds in force from a date. A disclosure is judged by the one in force when it was made.
import { accept, refuse, unreachable, type Command, type Decider } from '../kernel/decider.js';
import { codec, event, type EventOf, type FoldedOf } from '../kernel/events.js';
import { nothing, taken } from '../kernel/refusals.js';
import { id, int, label, list, localDate, object, oneOf, type Infer, type InferShape } from '../kernel/schema.js';
import { isLocalDate, same, yearsLater } from '../kernel/values.js';
import { PURPOSES } from '../kernel/vocabulary.js';

/** When the ladder takes which step. A group may have its own (group.ts). */
export const ladderThresholds = object({
  reminderWorkingDaysBefore: int,
  chaseWorkingDaysAfter: int,
  escalateAfterHeldMeetings: int,
  /** Working days without a held meeting. */
  escalateAfterWorkingDays: int,
  /** An action, or a handover, that is not accepted within these is chased too. */
  acceptWithinWorkingDays: int,
  /** An information request without an answer, and a follow-up that did not happen, for this long is silence. */
  answerWithinWorkingDays: int,
});
export type LadderThresholds = Infer<typeof ladderThresholds>;

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
  ladder: ladderThresholds,
  /**
   * Years from the local date on which a case ended until what is written in it is due for erasure; and from the last day of a month
   * until what was looked for in it is.
   */
  retention: object({ closedWithoutActionYears: int, closedYears: int, accessLogYears: int }),
};
export type RuleSet = InferShape<typeof ruleSet>;

/** What retention was before a rule set said it. */
const DEFAULT_RETENTION = { closedWithoutActionYears: 1, closedYears: 5, accessLogYears: 2 };

/** What the ladder waited for before a rule set said it. */
const DEFAULT_ANSWERS = { acceptWithinWorkingDays: 2, answerWithinWorkingDays: 5 };

export const ruleSetEvents = {
  RuleSetAdopted: event(
    4,
    ruleSet,
    {},
    {
      1: (old) => ({ ...old, retention: { closedWithoutActionYears: 1, closedYears: 5 } }),
      2: (old) => ({ ...old, ladder: { ...(old['ladder'] as object), ...DEFAULT_ANSWERS } }),
      3: (old) => ({
        ...old,
        retention: { ...(old['retention'] as object), accessLogYears: DEFAULT_RETENTION.accessLogYears },
      }),
    },
  ),
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
  ladder: {
    reminderWorkingDaysBefore: 3,
    chaseWorkingDaysAfter: 1,
    escalateAfterHeldMeetings: 2,
    escalateAfterWorkingDays: 10,
    ...DEFAULT_ANSWERS,
  },
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

/** No step before it can be counted, none later than anybody would look for it. */
export const isSoundLadder = (l: LadderThresholds): boolean =>
  [l.escalateAfterHeldMeetings, l.escalateAfterWorkingDays, l.answerWithinWorkingDays].every((n) => n >= 1 && n <= 260) &&
  [l.reminderWorkingDaysBefore, l.chaseWorkingDaysAfter, l.acceptWithinWorkingDays].every((n) => n >= 0 && n <= 260);

const sound = (r: RuleSet): boolean =>
  isLocalDate(r.validFrom) &&
  r.purposes.length > 0 &&
  [r.necessityMinLength, r.silentAfterDays, ...Object.values(r.retention)].every((n) => n >= 1) &&
  r.agendaWorkingDaysBefore >= 0 &&
  isSoundLadder(r.ladder);

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
