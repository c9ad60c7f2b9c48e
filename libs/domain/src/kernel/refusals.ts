// The refusals that every stream shares, in both languages.
import { refuse, type Decision } from './decider.js';

const THINGS = {
  organisation: ['organisation', 'organisation'],
  user: ['user', 'bruger'],
  group: ['group', 'gruppe'],
  member: ['member', 'medlem'],
  hotspot: ['hotspot', 'hotspot'],
  ruleset: ['rule set', 'regelsæt'],
  person: ['person', 'person'],
  case: ['case', 'sag'],
  request: ['information request', 'anmodning om oplysninger'],
  disclosure: ['disclosure', 'videregivelse'],
  action: ['action', 'indsats'],
  chase: ['chase', 'rykker'],
  answer: ['answer', 'svar'],
  handover: ['handover', 'overdragelse'],
  report: ['report', 'statusmelding'],
  'follow-up': ['follow-up', 'opfølgning'],
  escalation: ['escalation', 'eskalering'],
  'steering-meeting': ['steering meeting', 'styregruppemøde'],
  meeting: ['meeting', 'møde'],
  item: ['agenda item', 'dagsordenspunkt'],
  attendee: ['attendee', 'mødedeltager'],
  correction: ['correction', 'rettelse'],
  erasure: ['erasure', 'sletning'],
  hold: ['legal hold', 'slettestop'],
  'life-event': ['life event', 'livsbegivenhed'],
  merge: ['merge', 'sammenlægning'],
  text: ['text', 'tekst'],
  withdrawal: ['withdrawal', 'tilbagetrækning'],
  'access-request': ['access request', 'anmodning om indsigt'],
  withholding: ['withheld part', 'undtaget del'],
  recall: ['recalled disclosure', 'tilbagekaldt videregivelse'],
  'spot-check': ['spot check', 'stikprøve'],
  'look-up': ['look-up in this spot check', 'opslag i denne stikprøve'],
  rest: ['item that rests on it', 'forhold, der bygger på den'],
} as const;
export type Thing = keyof typeof THINGS;

/** A repeated command, or one that changes nothing. */
export const nothing: Decision<never> = { events: [] };

/** `<thing>.unknown`: not found. */
export const notFound = (thing: Thing): Decision<never> =>
  refuse(`${thing}.unknown`, `There is no such ${THINGS[thing][0]}.`, `Der findes ikke sådan: ${THINGS[thing][1]}.`);

/** `<thing>.exists`: the id is taken by something with another content. */
export const taken = (thing: Thing): Decision<never> =>
  refuse(
    `${thing}.exists`,
    `The id is already that of another ${THINGS[thing][0]}.`,
    `Id'et er allerede brugt til noget andet: ${THINGS[thing][1]}.`,
  );

/** `organisation.kind`: personal data is for municipal and police organisations only; no setting changes this. */
export const kindRefused = refuse(
  'organisation.kind',
  'Only municipal organisations and the police take part where personal data is.',
  'Kun kommunale organisationer og politiet deltager, hvor der er personoplysninger.',
  'Retsplejeloven § 115, stk. 1-3',
);
