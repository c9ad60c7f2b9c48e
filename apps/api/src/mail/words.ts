// What mail says, in both languages. Case numbers, dates and links, and nothing else: no name, no reason, no text from a case.
import type { Language } from '@app/domain';
import { DateTime } from 'luxon';
import type { Facts, MailKind, MeetingFacts } from './kinds.js';

/** `8. december 2026`, `8 December 2026`. @param date local date */
export const dayIn = (language: Language, date: string): string =>
  DateTime.fromISO(date, { zone: 'utc' })
    .setLocale(language === 'da' ? 'da-DK' : 'en-GB')
    .toLocaleString(DateTime.DATE_FULL);
/** Local time in Copenhagen: `09:00`. @param at UTC */
const timeOf = (at: string): string => DateTime.fromISO(at, { zone: 'Europe/Copenhagen' }).toFormat('HH:mm');

export interface Said {
  readonly subject: string;
  readonly paragraphs: readonly string[];
}
type Says = (facts: Facts, day: (date: string) => string) => Said;

const action = (facts: Facts) => facts.action!;
const meetingAt = ({ meeting }: Facts, day: (date: string) => string) => ({
  day: day(meeting!.localDate),
  from: timeOf(meeting!.startsAt),
  to: timeOf(meeting!.endsAt),
  place: meeting!.place,
});

/** What kind of meeting it is: in the middle of a sentence, and with the definite article. */
const NAMES = {
  da: { weekly: ['fremdriftsmøde', 'fremdriftsmødet'], steering: ['møde i styregruppen', 'mødet i styregruppen'] },
  en: {
    weekly: ['progress meeting', 'the progress meeting'],
    steering: ['steering group meeting', 'the steering group meeting'],
  },
} as const;
const named = (language: Language, { meeting }: Facts) => NAMES[language][meeting!.steering ? 'steering' : 'weekly'];
const upper = (words: string): string => words.slice(0, 1).toUpperCase() + words.slice(1);
/** In a calendar. */
export const meetingTitle = (language: Language, meeting: MeetingFacts): string => upper(named(language, { meeting })[0]);

const DA: Readonly<Record<MailKind, Says>> = {
  reminded: (facts, day) => {
    const { caseNumber, deadline } = action(facts);
    return {
      subject: `Påmindelse: sag ${caseNumber}, frist ${day(deadline)}`,
      paragraphs: [`En aftale i sag ${caseNumber} har frist ${day(deadline)}.`],
    };
  },
  due: (facts, day) => {
    const { caseNumber, deadline } = action(facts);
    return {
      subject: `Fristen er nu: sag ${caseNumber}, ${day(deadline)}`,
      paragraphs: [`Fristen for en aftale i sag ${caseNumber} er ${day(deadline)}.`],
    };
  },
  chased: (facts, day) => {
    const { caseNumber, deadline } = action(facts);
    return {
      subject: `Rykker: sag ${caseNumber}, frist ${day(deadline)}`,
      paragraphs: [
        `Der rykkes for en aftale i sag ${caseNumber} med frist ${day(deadline)}.`,
        'Meld den gennemført, svar på rykkeren, eller flyt fristen med en begrundelse.',
      ],
    };
  },
  acceptance: (facts, day) => {
    const { caseNumber, deadline } = action(facts);
    return {
      subject: `Venter på din accept: sag ${caseNumber}`,
      paragraphs: [`En aftale i sag ${caseNumber} med frist ${day(deadline)} er ikke accepteret endnu.`],
    };
  },
  offered: (facts, day) => {
    const { caseNumber, deadline } = action(facts);
    return {
      subject: `Overdragelse til dig: sag ${caseNumber}`,
      paragraphs: [`En aftale i sag ${caseNumber} med frist ${day(deadline)} tilbydes dig. Den er din, når du accepterer den.`],
    };
  },
  escalated: (facts, day) => {
    const { caseNumber, deadline } = action(facts);
    return {
      subject: `Eskaleret: sag ${caseNumber}, frist ${day(deadline)}`,
      paragraphs: [`En aftale i sag ${caseNumber} med frist ${day(deadline)} er eskaleret.`],
    };
  },
  withdrawn: ({ theCase }) => ({
    subject: `En tekst er trukket tilbage: sag ${theCase!.caseNumber}`,
    paragraphs: [
      `En tekst i sag ${theCase!.caseNumber}, som du eller din organisation har fået, er trukket tilbage.`,
      'Den skal glemmes: slet, hvad der er skrevet af, og meld tilbage, når det er sket.',
    ],
  }),
  recalled: ({ theCase }) => ({
    subject: `En videregivelse er kaldt tilbage: sag ${theCase!.caseNumber}`,
    paragraphs: [
      `En videregivelse i sag ${theCase!.caseNumber}, som du eller din organisation har fået, er kaldt tilbage, fordi den manglede grundlag.`,
      'Oplysningen må ikke bruges: slet, hvad der er skrevet af, og meld tilbage, når det er sket. Hvad der måske bygger på den, bliver gennemgået; aftaler gælder, til det er sket.',
    ],
  }),
  minutes: (facts, day) => ({
    subject: `Referat: mødet ${meetingAt(facts, day).day}`,
    paragraphs: [`Mødet ${meetingAt(facts, day).day} er afsluttet. Referatet viser dig det, du må se.`],
  }),
  invitation: (facts, day) => {
    const { day: on, from, to, place } = meetingAt(facts, day);
    return {
      subject: `${upper(named('da', facts)[0])} ${on} kl. ${from}`,
      paragraphs: [
        `Du er inviteret til ${named('da', facts)[0]} ${on} kl. ${from}-${to}.`,
        ...(place === undefined ? [] : [`Sted: ${place}.`]),
      ],
    };
  },
  moved: (facts, day) => {
    const { day: on, from, to, place } = meetingAt(facts, day);
    return {
      subject: `Flyttet: ${named('da', facts)[0]} ${on} kl. ${from}`,
      paragraphs: [
        `${upper(named('da', facts)[1])} er flyttet til ${on} kl. ${from}-${to}.`,
        ...(place === undefined ? [] : [`Sted: ${place}.`]),
      ],
    };
  },
  cancelled: (facts, day) => ({
    subject: `Aflyst: ${named('da', facts)[0]} ${meetingAt(facts, day).day}`,
    paragraphs: [`${upper(named('da', facts)[1])} ${meetingAt(facts, day).day} kl. ${meetingAt(facts, day).from} er aflyst.`],
  }),
  digest: ({ digest }, day) => ({
    subject: `Ugens overblik ${day(digest!.on)}`,
    paragraphs: ['Det her er dit: aftaler over fristen, aftaler med frist inden for to uger, og hvad der venter på din accept.'],
  }),
};

const EN: Readonly<Record<MailKind, Says>> = {
  reminded: (facts, day) => {
    const { caseNumber, deadline } = action(facts);
    return {
      subject: `Reminder: case ${caseNumber}, deadline ${day(deadline)}`,
      paragraphs: [`An action in case ${caseNumber} is due on ${day(deadline)}.`],
    };
  },
  due: (facts, day) => {
    const { caseNumber, deadline } = action(facts);
    return {
      subject: `Due now: case ${caseNumber}, ${day(deadline)}`,
      paragraphs: [`The deadline of an action in case ${caseNumber} is ${day(deadline)}.`],
    };
  },
  chased: (facts, day) => {
    const { caseNumber, deadline } = action(facts);
    return {
      subject: `Chased: case ${caseNumber}, deadline ${day(deadline)}`,
      paragraphs: [
        `An action in case ${caseNumber} with the deadline ${day(deadline)} is being chased.`,
        'Report it done, answer the chase, or move the deadline and say why.',
      ],
    };
  },
  acceptance: (facts, day) => {
    const { caseNumber, deadline } = action(facts);
    return {
      subject: `Waits for your acceptance: case ${caseNumber}`,
      paragraphs: [`An action in case ${caseNumber} with the deadline ${day(deadline)} is not accepted yet.`],
    };
  },
  offered: (facts, day) => {
    const { caseNumber, deadline } = action(facts);
    return {
      subject: `Handed over to you: case ${caseNumber}`,
      paragraphs: [
        `An action in case ${caseNumber} with the deadline ${day(deadline)} is offered to you. It is yours once you accept it.`,
      ],
    };
  },
  escalated: (facts, day) => {
    const { caseNumber, deadline } = action(facts);
    return {
      subject: `Escalated: case ${caseNumber}, deadline ${day(deadline)}`,
      paragraphs: [`An action in case ${caseNumber} with the deadline ${day(deadline)} is escalated.`],
    };
  },
  withdrawn: ({ theCase }) => ({
    subject: `A text was withdrawn: case ${theCase!.caseNumber}`,
    paragraphs: [
      `A text in case ${theCase!.caseNumber} that you or your organisation got was withdrawn.`,
      'It must be forgotten: delete what was copied from it, and answer when that is done.',
    ],
  }),
  recalled: ({ theCase }) => ({
    subject: `A disclosure was recalled: case ${theCase!.caseNumber}`,
    paragraphs: [
      `A disclosure in case ${theCase!.caseNumber} that you or your organisation got was recalled, as it lacked its basis.`,
      'It must not be used: delete what was copied from it, and answer when that is done. What may rest on it is being reviewed; actions stand until then.',
    ],
  }),
  minutes: (facts, day) => ({
    subject: `Minutes: the meeting on ${meetingAt(facts, day).day}`,
    paragraphs: [`The meeting on ${meetingAt(facts, day).day} is closed. Its minutes show you what you may see.`],
  }),
  invitation: (facts, day) => {
    const { day: on, from, to, place } = meetingAt(facts, day);
    return {
      subject: `${upper(named('en', facts)[0])} ${on} at ${from}`,
      paragraphs: [
        `You are invited to ${named('en', facts)[1]} on ${on}, ${from}-${to}, local time in Copenhagen.`,
        ...(place === undefined ? [] : [`Place: ${place}.`]),
      ],
    };
  },
  moved: (facts, day) => {
    const { day: on, from, to, place } = meetingAt(facts, day);
    return {
      subject: `Moved: ${named('en', facts)[0]} ${on} at ${from}`,
      paragraphs: [
        `${upper(named('en', facts)[1])} has moved to ${on}, ${from}-${to}, local time in Copenhagen.`,
        ...(place === undefined ? [] : [`Place: ${place}.`]),
      ],
    };
  },
  cancelled: (facts, day) => ({
    subject: `Cancelled: ${named('en', facts)[0]} ${meetingAt(facts, day).day}`,
    paragraphs: [
      `${upper(named('en', facts)[1])} on ${meetingAt(facts, day).day} at ${meetingAt(facts, day).from} is cancelled.`,
    ],
  }),
  digest: ({ digest }, day) => ({
    subject: `Your week, ${day(digest!.on)}`,
    paragraphs: ['This is yours: actions past their deadline, actions due within two weeks, and what waits for your acceptance.'],
  }),
};

/** What is said of one action, of `n` of them: a list follows. */
const OF_SEVERAL: Readonly<Record<Language, Partial<Record<MailKind, (n: number) => Said>>>> = {
  da: {
    reminded: (n) => ({ subject: `Påmindelse: ${n} aftaler`, paragraphs: ['De her aftaler har snart frist.'] }),
    due: (n) => ({ subject: `Fristen er nu: ${n} aftaler`, paragraphs: ['Fristen for de her aftaler er nu.'] }),
    chased: (n) => ({
      subject: `Rykker: ${n} aftaler`,
      paragraphs: [
        'Der rykkes for de her aftaler.',
        'Meld dem gennemført, svar på rykkerne, eller flyt fristerne med en begrundelse.',
      ],
    }),
    acceptance: (n) => ({
      subject: `Venter på din accept: ${n} aftaler`,
      paragraphs: ['De her aftaler er ikke accepteret endnu.'],
    }),
    offered: (n) => ({
      subject: `Overdragelse til dig: ${n} aftaler`,
      paragraphs: ['De her aftaler tilbydes dig. De er dine, når du accepterer dem.'],
    }),
    escalated: (n) => ({ subject: `Eskaleret: ${n} aftaler`, paragraphs: ['De her aftaler er eskaleret.'] }),
  },
  en: {
    reminded: (n) => ({ subject: `Reminder: ${n} actions`, paragraphs: ['These actions are due soon.'] }),
    due: (n) => ({ subject: `Due now: ${n} actions`, paragraphs: ['These actions are due now.'] }),
    chased: (n) => ({
      subject: `Chased: ${n} actions`,
      paragraphs: ['These actions are being chased.', 'Report them done, answer the chases, or move the deadlines and say why.'],
    }),
    acceptance: (n) => ({
      subject: `Waits for your acceptance: ${n} actions`,
      paragraphs: ['These actions are not accepted yet.'],
    }),
    offered: (n) => ({
      subject: `Handed over to you: ${n} actions`,
      paragraphs: ['These actions are offered to you. They are yours once you accept them.'],
    }),
    escalated: (n) => ({ subject: `Escalated: ${n} actions`, paragraphs: ['These actions are escalated.'] }),
  },
};

const SAYS = { da: DA, en: EN };
export const say = (kind: MailKind, facts: Facts, language: Language): Said => {
  const ofSeveral = facts.digest && OF_SEVERAL[language][kind];
  return ofSeveral?.(facts.digest!.actions.length) ?? SAYS[language][kind](facts, (date) => dayIn(language, date));
};

/** What stands around it. */
export const FRAME = {
  da: {
    open: 'Åbn i Fremdrift',
    foot: 'Mailen er sendt af Fremdrift og kan ikke besvares. Den indeholder ingen personoplysninger; de ses kun efter login.',
    line: ({ caseNumber, deadline }: { caseNumber: string; deadline: string }) => `Sag ${caseNumber}, frist ${deadline}`,
    overdue: 'over fristen',
    awaits: 'venter på din accept',
    meeting: (on: string, at: string) => `Næste møde: ${on} kl. ${at}`,
  },
  en: {
    open: 'Open in Fremdrift',
    foot: 'This mail was sent by Fremdrift and cannot be answered. It holds no personal data; that is seen after sign-in only.',
    line: ({ caseNumber, deadline }: { caseNumber: string; deadline: string }) => `Case ${caseNumber}, deadline ${deadline}`,
    overdue: 'overdue',
    awaits: 'waits for your acceptance',
    meeting: (on: string, at: string) => `Next meeting: ${on} at ${at}`,
  },
} as const;
export { timeOf };
