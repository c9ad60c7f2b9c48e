// What happens in a young person's life and changes what may be done here: turning 18, moving to another municipality, death.
// Told in the person's own stream. When and where it happened is sealed; that it was recorded is what others act on.
import { accept, refuse, unreachable, type Command, type Decision } from '../kernel/decider.js';
import { event, text, type EventOf, type FoldedOf, type Subject } from '../kernel/events.js';
import { notFound, nothing } from '../kernel/refusals.js';
import { id, oneOf } from '../kernel/schema.js';
import { isLocalDate } from '../kernel/values.js';

export const RETRACTABLE = ['moved', 'died'] as const;
export type Retractable = (typeof RETRACTABLE)[number];

export const lifeEvents = {
  /** On the day, by the programme, from the sealed date of birth: other rules of basis and other authorities may apply. */
  PersonCameOfAge: event(1, { personId: id }),
  /** To another municipality: another authority answers for the person. */
  PersonMoved: event(1, { personId: id }, { movedOn: text(19, 'location'), municipality: text(20, 'location') }),
  PersonDied: event(1, { personId: id }, { diedOn: text(21, 'identity') }),
  /** It was recorded by mistake, or no longer holds (moved back). */
  LifeEventRetracted: event(1, { personId: id, lifeEvent: oneOf(RETRACTABLE) }, { reason: text(22, 'social') }),
};
export type LifeEvent = EventOf<typeof lifeEvents>;
type LifeFolded = FoldedOf<typeof lifeEvents>;

export type LifeCommand =
  | Command<'RecordCameOfAge', { personId: string }>
  | Command<'RecordMoved', { personId: string; movedOn: string; municipality: string }>
  | Command<'RecordDied', { personId: string; diedOn: string }>
  | Command<'RetractLifeEvent', { personId: string; lifeEvent: Retractable; reason: string }>;

export interface LifeState {
  readonly cameOfAge: boolean;
  readonly moved: boolean;
  readonly died: boolean;
  /** Those that were recorded once and then retracted. */
  readonly retracted: readonly Retractable[];
}
export const NO_LIFE_EVENTS: LifeState = { cameOfAge: false, moved: false, died: false, retracted: [] };

export const isLifeEvent = <E extends { readonly type: string }>(event: E | LifeFolded): event is LifeFolded =>
  Object.hasOwn(lifeEvents, event.type);
const COMMANDS = ['RecordCameOfAge', 'RecordMoved', 'RecordDied', 'RetractLifeEvent'];
export const isLifeCommand = (command: { readonly type: string }): command is LifeCommand => COMMANDS.includes(command.type);

export const evolveLife = <S extends LifeState>(state: S, event: LifeFolded): S => {
  switch (event.type) {
    case 'PersonCameOfAge':
      return { ...state, cameOfAge: true };
    case 'PersonMoved':
      return { ...state, moved: true };
    case 'PersonDied':
      return { ...state, died: true };
    case 'LifeEventRetracted':
      return { ...state, [event.data.lifeEvent]: false, retracted: [...state.retracted, event.data.lifeEvent] };
    default:
      return unreachable(event);
  }
};

const badDate = refuse('life.date', 'The date does not exist, or is to come.', 'Datoen findes ikke eller ligger i fremtiden.');
const blank = refuse('life.blank', 'Say it in words.', 'Skriv det med ord.');
/** Nobody begins a case about who is dead. */
export const personDied = refuse(
  'person.died',
  'The person is dead: no case is opened or goes on. If that is a mistake, retract it first.',
  'Personen er død: ingen sag åbnes eller fortsætter. Er det en fejl, så træk det tilbage først.',
);

/** What is recorded already is not recorded again: whoever has it wrong retracts it first. */
export const decideLife = (command: LifeCommand, state: LifeState): Decision<LifeEvent> => {
  const { personId } = command.data;
  const subject: Subject = { id: personId, scope: 'identity' };
  const hasBeen = (date: string) => isLocalDate(date) && date <= command.context.today;
  switch (command.type) {
    case 'RecordCameOfAge':
      return state.cameOfAge || state.died ? nothing : accept({ type: 'PersonCameOfAge', data: { personId } });
    case 'RecordMoved': {
      const { movedOn, municipality } = command.data;
      if (state.moved) return nothing;
      if (state.died) return personDied;
      if (!hasBeen(movedOn)) return badDate;
      if (!/\p{L}/u.test(municipality)) return blank;
      return accept({ type: 'PersonMoved', data: { personId }, subject, text: { movedOn, municipality } });
    }
    case 'RecordDied': {
      const { diedOn } = command.data;
      if (state.died) return nothing;
      if (!hasBeen(diedOn)) return badDate;
      return accept({ type: 'PersonDied', data: { personId }, subject, text: { diedOn } });
    }
    case 'RetractLifeEvent': {
      const { lifeEvent, reason } = command.data;
      if (!state[lifeEvent]) return state.retracted.includes(lifeEvent) ? nothing : notFound('life-event');
      if (!/\p{L}/u.test(reason)) return blank;
      return accept({ type: 'LifeEventRetracted', data: { personId, lifeEvent }, subject, text: { reason } });
    }
    default:
      return unreachable(command);
  }
};

/**
 * The dates of birth of those who turn 18 on a day (local date, Europe/Copenhagen). Who is born on 29 February does so on 1 March:
 * 18 whole years have passed then, and no year in which somebody turns 18 has that day.
 */
export const bornEighteenYearsBefore = (day: string): readonly string[] => {
  const year = Number(day.slice(0, 4)) - 18;
  const leap = `${year}-02-29`;
  const born = `${year}${day.slice(4)}`;
  return [...(isLocalDate(born) ? [born] : []), ...(day.slice(5) === '03-01' && isLocalDate(leap) ? [leap] : [])];
};
