// spotCheck-{from}-{to}-{size}: which look-ups of a period were drawn (rule 10), what explains them, and what people said of the others.
// The same period and size is one spot check, whoever draws it and however often.
import { accept, refuse, unreachable, type Command, type Decider, type Decision } from '../kernel/decider.js';
import { dateAfter } from '../kernel/calendar.js';
import { codec, event, text, type EventOf, type FoldedOf } from '../kernel/events.js';
import { notFound, nothing } from '../kernel/refusals.js';
import { bool, code, id, instant, int, list, localDate, object, oneOf, opt, type Infer } from '../kernel/schema.js';
import { isLocalDate } from '../kernel/values.js';
import { necessitySaid } from '../information-sharing/information-sharing.js';
import { ACCESS_LOG } from '../retention/retention.js';

/**
 * What explains a look-up by itself. `agenda`: the case was on the agenda of a meeting the user was to be at. `own-action`: they owed
 * an action in it, or stood in for who did. `own-work`: they wrote in it that day. `break-glass`: an identity they had opened.
 */
export const EXPLANATIONS = ['agenda', 'own-action', 'own-work', 'break-glass'] as const;
const explanation = object({ why: oneOf(EXPLANATIONS), id });
/** `id`: of the meeting, the action, the event that was written, or the opening. */
export type Explanation = Infer<typeof explanation>;

export const LOOK_UP_OUTCOMES = ['justified', 'not-justified', 'referred'] as const;
export type LookUpOutcome = (typeof LOOK_UP_OUTCOMES)[number];

const drawnLookUp = object({
  /** Of the event in the access log. */
  eventId: id,
  at: instant,
  userId: id,
  organisationId: id,
  /** All that was shown is explained. */
  explained: bool,
  because: list(explanation),
});
/** A look-up in the sample, as it was judged when it was drawn. */
export type DrawnLookUp = Infer<typeof drawnLookUp>;

const daySeed = object({ day: localDate, seed: code });
/** The seed of a local date. It is in no event before that date is over. */
export type DaySeed = Infer<typeof daySeed>;

const sample = {
  spotCheckId: id,
  /** Local dates, both inclusive. */
  from: localDate,
  to: localDate,
  size: int,
  /** How many look-ups there were to draw from, and the id of the last of them in the log: what came later is not in it. */
  population: int,
  last: opt(id),
  seeds: list(daySeed),
  lookUps: list(drawnLookUp),
};

export const spotCheckEvents = {
  SpotCheckDrawn: event(1, sample),
  /** The note is about who looked; sealed under the month's key of the access log, and erased with it. */
  LookUpReviewed: event(
    1,
    { spotCheckId: id, eventId: id, reviewedBy: id, outcome: oneOf(LOOK_UP_OUTCOMES) },
    { note: text(601, 'staff') },
  ),
};
export type SpotCheckEvent = EventOf<typeof spotCheckEvents>;
export type SpotCheckFolded = FoldedOf<typeof spotCheckEvents>;
export const spotCheckCodec = codec(spotCheckEvents);

type Drawn = Extract<SpotCheckFolded, { type: 'SpotCheckDrawn' }>['data'];
/** What comes with the command: drawn outside, where hashes are. */
export type Sample = Omit<Drawn, 'spotCheckId' | 'from' | 'to' | 'size'>;
export interface Reviewed {
  readonly reviewedBy: string;
  readonly outcome: LookUpOutcome;
}

export type SpotCheckCommand =
  | Command<'DrawSpotCheck', { readonly from: string; readonly to: string; readonly size: number; readonly sample: Sample }>
  | Command<
      'ReviewLookUp',
      {
        readonly spotCheckId: string;
        readonly eventId: string;
        readonly outcome: LookUpOutcome;
        readonly note: string;
        /** What was said of the same look-up in another spot check. */
        readonly earlier?: Reviewed;
      }
    >;
export type SpotCheckState =
  | { readonly status: 'none' }
  | { readonly status: 'drawn'; readonly drawn: Drawn; readonly reviews: ReadonlyMap<string, Reviewed> };

export const MOST_LOOK_UPS = 50;
export const MOST_DAYS = 31;
export const USUAL_SIZE = 20;

/** The part of the stream's name after `spotCheck-`. */
export const spotCheckId = ({ from, to, size }: { from: string; to: string; size: number }): string => `${from}-${to}-${size}`;

/** @returns the local dates of the period, first to last; none when it is no period */
export const daysOf = ({ from, to }: { readonly from: string; readonly to: string }): readonly string[] => {
  const days: string[] = [];
  for (let day = from; day <= to && days.length <= MOST_DAYS; day = dateAfter(day, 1)) days.push(day);
  return days;
};

const SOURCE = 'Databeskyttelsesforordningen art. 5, stk. 2; art. 32, stk. 1, litra d';
const badSize = refuse(
  'spot-check.size',
  `A spot check is of 1 to ${MOST_LOOK_UPS} look-ups.`,
  `En stikprøve er på 1 til ${MOST_LOOK_UPS} opslag.`,
);
const badPeriod = refuse(
  'spot-check.period',
  `A spot check is of at most ${MOST_DAYS} days that are over: what can still be looked up must not know what will be drawn.`,
  `En stikprøve dækker højst ${MOST_DAYS} dage, der er forbi: den, der stadig kan slå op, må ikke kende udtrækket.`,
  SOURCE,
);
const own = refuse(
  'spot-check.own',
  'Nobody reviews their own look-up.',
  'Ingen gennemgår sit eget opslag.',
  'Databeskyttelsesforordningen art. 24',
);
const noNote = refuse(
  'spot-check.note',
  'Say in words what was asked and answered.',
  'Skriv med ord, hvad der blev spurgt om og svaret.',
  SOURCE,
);
const reviewed = refuse(
  'spot-check.reviewed',
  'It has been reviewed already; the first review holds.',
  'Opslaget er allerede gennemgået; den første gennemgang gælder.',
  SOURCE,
);

/** @returns why this cannot be drawn on that local date, if so; asked before anything is read for it */
export const periodRefused = (
  { from, to, size }: { readonly from: string; readonly to: string; readonly size: number },
  today: string,
): Decision<never> | undefined => {
  if (!Number.isInteger(size) || size < 1 || size > MOST_LOOK_UPS) return badSize;
  const sound = isLocalDate(from) && isLocalDate(to) && from <= to && to < today && daysOf({ from, to }).length <= MOST_DAYS;
  return sound ? undefined : badPeriod;
};

const review = (
  { data: { spotCheckId, eventId, outcome, note, earlier }, context }: Extract<SpotCheckCommand, { type: 'ReviewLookUp' }>,
  state: SpotCheckState,
): Decision<SpotCheckEvent> => {
  if (state.status === 'none') return notFound('spot-check');
  const lookUp = state.drawn.lookUps.find((each) => each.eventId === eventId);
  if (!lookUp) return notFound('look-up');
  const reviewedBy = context.actor.userId;
  const before = state.reviews.get(eventId) ?? earlier;
  if (before) return before.reviewedBy === reviewedBy && before.outcome === outcome ? nothing : reviewed;
  if (lookUp.userId === reviewedBy) return own;
  if (!necessitySaid(note, context.ruleSet)) return noNote;
  return accept({
    type: 'LookUpReviewed',
    data: { spotCheckId, eventId, reviewedBy, outcome },
    subject: { id: ACCESS_LOG, scope: context.at.slice(0, 7) },
    text: { note },
  });
};

export const spotCheckDecider: Decider<SpotCheckState, SpotCheckCommand, SpotCheckEvent, SpotCheckFolded> = {
  initialState: { status: 'none' },

  evolve: (state, event) => {
    if (event.type === 'SpotCheckDrawn') return { status: 'drawn', drawn: event.data, reviews: new Map() };
    if (state.status === 'none') return state;
    switch (event.type) {
      case 'LookUpReviewed': {
        const { eventId, reviewedBy, outcome } = event.data;
        return { ...state, reviews: new Map([...state.reviews, [eventId, { reviewedBy, outcome }]]) };
      }
      default:
        return unreachable(event);
    }
  },

  decide: (command, state) => {
    switch (command.type) {
      case 'DrawSpotCheck': {
        const { from, to, size, sample } = command.data;
        // What was drawn stays drawn: nobody draws again until it suits.
        if (state.status === 'drawn') return nothing;
        const refused = periodRefused({ from, to, size }, command.context.today);
        if (refused) return refused;
        return accept({
          type: 'SpotCheckDrawn',
          data: { spotCheckId: spotCheckId({ from, to, size }), from, to, size, ...sample },
        });
      }
      case 'ReviewLookUp':
        return review(command, state);
      default:
        return unreachable(command);
    }
  },
};
