// Telling the young person that data is kept about them (rule 14; databeskyttelsesforordningen art. 14): when it was done, or why it waits.
import { accept, refuse, unreachable, type Command, type Decision } from '../kernel/decider.js';
import { event, text, type EventOf, type FoldedOf, type Subject } from '../kernel/events.js';
import { nothing } from '../kernel/refusals.js';
import { id, localDate, oneOf } from '../kernel/schema.js';
import { isLocalDate, yearsLater } from '../kernel/values.js';

export const INFORMING_MEANS = ['letter', 'digital-post', 'conversation'] as const;
export type InformingMeans = (typeof INFORMING_MEANS)[number];
/** Databeskyttelsesloven § 22, stk. 1 and 2; databeskyttelsesforordningen art. 14, stk. 5, litra a-d, in this order. */
export const POSTPONING_GROUNDS = [
  'private-interests',
  'public-interests',
  'knows-already',
  'disproportionate',
  'laid-down-by-law',
  'secrecy',
] as const;
export type PostponingGround = (typeof POSTPONING_GROUNDS)[number];

export const informingEvents = {
  PersonInformed: event(1, { personId: id, informedOn: localDate, means: oneOf(INFORMING_MEANS) }, { note: text(17, 'social') }),
  /** Somebody looks at it again on `reviewOn`. Replaces the one before it. */
  InformingPostponed: event(
    1,
    { personId: id, ground: oneOf(POSTPONING_GROUNDS), reviewOn: localDate },
    { reason: text(18, 'social') },
  ),
};
export type InformingEvent = EventOf<typeof informingEvents>;
type InformingFolded = FoldedOf<typeof informingEvents>;

/** What is known of it was recorded while the person was merged with another, and is so no more: who of the two was meant is not known. */
interface Doubt {
  readonly inDoubt?: boolean;
}
export type InformingCommand =
  | Command<'RecordInformed', { personId: string; informedOn: string; means: InformingMeans; note?: string } & Doubt>
  | Command<'PostponeInforming', { personId: string; ground: PostponingGround; reviewOn: string; reason: string } & Doubt>;

export interface InformingState {
  readonly informed?: { readonly informedOn: string; readonly means: InformingMeans } | undefined;
  readonly postponed?: { readonly ground: PostponingGround; readonly reviewOn: string } | undefined;
}

export const isInformingEvent = <E extends { readonly type: string }>(event: E | InformingFolded): event is InformingFolded =>
  Object.hasOwn(informingEvents, event.type);
export const isInformingCommand = (command: { readonly type: string }): command is InformingCommand =>
  command.type === 'RecordInformed' || command.type === 'PostponeInforming';

export const evolveInforming = <S extends InformingState>(state: S, event: InformingFolded): S => {
  switch (event.type) {
    case 'PersonInformed': {
      const { informedOn, means } = event.data;
      return { ...state, informed: { informedOn, means }, postponed: undefined };
    }
    case 'InformingPostponed': {
      const { ground, reviewOn } = event.data;
      return { ...state, postponed: { ground, reviewOn } };
    }
    default:
      return unreachable(event);
  }
};

const no = (rule: string, en: string, da: string) => refuse(rule, en, da, 'Databeskyttelsesforordningen art. 14');
const badDate = no(
  'informing.date',
  'The person was informed on a date that exists, and not in the future.',
  'Personen er oplyst på en dato, der findes, og ikke i fremtiden.',
);
const alreadyInformed = no(
  'informing.done',
  'The person has been informed: there is nothing left to postpone.',
  'Personen er oplyst: der er intet at udskyde.',
);
const badReview = no(
  'informing.review',
  'The review date is a date from today to a year ahead.',
  'Datoen for genvurdering skal ligge mellem i dag og et år frem.',
);
const noReason = no(
  'informing.reason',
  'Say in words why this person is not informed now.',
  'Skriv med ord, hvorfor denne person ikke oplyses nu.',
);

/** The person may be informed again, of something new; what is postponed is the first time. */
export const decideInforming = ({ type, data, context }: InformingCommand, state: InformingState): Decision<InformingEvent> => {
  const { personId, inDoubt } = data;
  const { informed, postponed }: InformingState = inDoubt ? {} : state;
  const subject: Subject = { id: personId, scope: 'identity' };
  if (type === 'RecordInformed') {
    const { informedOn, means, note } = data;
    if (informed?.informedOn === informedOn && informed.means === means) return nothing;
    if (!isLocalDate(informedOn) || informedOn > context.today) return badDate;
    const told = note === undefined ? {} : { note };
    return accept({ type: 'PersonInformed', data: { personId, informedOn, means }, subject, text: told });
  }
  const { ground, reviewOn, reason } = data;
  if (informed) return alreadyInformed;
  if (postponed?.ground === ground && postponed.reviewOn === reviewOn) return nothing;
  if (!isLocalDate(reviewOn) || reviewOn < context.today || reviewOn > yearsLater(context.today, 1)) return badReview;
  if (!/\p{L}/u.test(reason)) return noReason;
  return accept({ type: 'InformingPostponed', data: { personId, ground, reviewOn }, subject, text: { reason } });
};
