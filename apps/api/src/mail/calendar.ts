// Meetings and deadlines as iCalendar (RFC 5545), in invitations (iTIP, RFC 5546) and in feeds. Case numbers, dates and links only.
import type { Language } from '@app/domain';
import type { ICalCalendarData } from 'ical-generator';
import { DateTime } from 'luxon';
import type { ActionFacts, MailKind, MeetingFacts } from './kinds.js';
import { linkOf } from './render.js';
import type { Letter } from './smtp.js';
import { meetingTitle } from './words.js';

const WORDS = {
  da: {
    deadline: (caseNumber: string) => `Frist: sag ${caseNumber}`,
    name: 'Fremdrift: møder og frister',
  },
  en: {
    deadline: (caseNumber: string) => `Deadline: case ${caseNumber}`,
    name: 'Fremdrift: meetings and deadlines',
  },
} as const;

const calendar = async (language: Language, about: ICalCalendarData) => {
  const { default: ical } = await import('ical-generator');
  return ical({ prodId: { company: 'Fremdrift', product: 'Fremdrift', language: language.toUpperCase() }, ...about });
};
/** Times in UTC: every calendar shows them in its reader's own zone, and summer time is nobody's business here. */
const meetingEvent = (meeting: MeetingFacts, language: Language, publicUrl: string) => {
  const { meetingId, startsAt, endsAt, place, sequence } = meeting;
  return {
    ...{ id: meetingId, sequence, start: new Date(startsAt), end: new Date(endsAt), summary: meetingTitle(language, meeting) },
    ...{ url: linkOf({ meeting }, publicUrl), ...(place !== undefined && { location: place }) },
  };
};

const METHODS = { invitation: 'REQUEST', moved: 'REQUEST', cancelled: 'CANCEL' } as const;

/**
 * What goes into the calendar with a mail about a meeting: the same UID for all of them, a higher SEQUENCE with each change.
 * @param to the recipient alone: nobody sees from it who else is invited
 * @returns undefined: this mail is none of a calendar's business
 */
export const invitationOf = async (
  { kind, happenedAt, meeting }: { readonly kind: MailKind; readonly happenedAt: string; readonly meeting?: MeetingFacts },
  { to, from, language, publicUrl }: { to: string; from: string; language: Language; publicUrl: string },
): Promise<Letter['calendar']> => {
  const method = kind in METHODS ? METHODS[kind as keyof typeof METHODS] : undefined;
  if (method === undefined || !meeting) return undefined;
  const { ICalAttendeeRole, ICalAttendeeStatus, ICalCalendarMethod, ICalEventStatus } = await import('ical-generator');
  const cal = await calendar(language, { method: ICalCalendarMethod[method] });
  cal.createEvent({
    ...meetingEvent(meeting, language, publicUrl),
    stamp: new Date(happenedAt),
    status: method === 'CANCEL' ? ICalEventStatus.CANCELLED : ICalEventStatus.CONFIRMED,
    organizer: { name: 'Fremdrift', email: from },
    // Who cannot come says so in Fremdrift: a reply by mail reaches nobody.
    attendees: [{ email: to, role: ICalAttendeeRole.REQ, status: ICalAttendeeStatus.NEEDSACTION, rsvp: false }],
  });
  return { method, content: `${cal.toString()}\r\n` };
};

/** How often a calendar program should look again. */
const LOOK_AGAIN_SECONDS = 3600;

export interface Feed {
  readonly meetings: readonly MeetingFacts[];
  readonly deadlines: readonly ActionFacts[];
}
/** A whole calendar to subscribe to. Deadlines are all-day and block no time. */
export const feedOf = async (
  { meetings, deadlines }: Feed,
  { language, publicUrl, now }: { language: Language; publicUrl: string; now: Date },
): Promise<string> => {
  const { ICalCalendarMethod, ICalEventStatus, ICalEventTransparency } = await import('ical-generator');
  const words = WORDS[language];
  const cal = await calendar(language, { method: ICalCalendarMethod.PUBLISH, name: words.name, ttl: LOOK_AGAIN_SECONDS });
  for (const meeting of meetings)
    cal.createEvent({ ...meetingEvent(meeting, language, publicUrl), stamp: now, status: ICalEventStatus.CONFIRMED });
  for (const action of deadlines)
    cal.createEvent({
      ...{ id: `deadline-${action.actionId}`, stamp: now, summary: words.deadline(action.caseNumber) },
      ...{ start: DateTime.fromISO(action.deadline, { zone: 'utc' }), allDay: true },
      ...{ transparency: ICalEventTransparency.TRANSPARENT, url: linkOf({ action }, publicUrl) },
    });
  return `${cal.toString()}\r\n`;
};
