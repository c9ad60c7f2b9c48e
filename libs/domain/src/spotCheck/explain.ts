// What explains a look into a case by itself (rule 10): the weekly meeting, what one owes there, or what one wrote there that day. Pure.
import { workingDaysAfter, workingDaysBefore, type WorkCalendar } from '../kernel/calendar.js';
import type { ExistingCase } from '../case/state.js';
import type { Explanation } from './spotCheck.js';

export interface Look {
  readonly userId: string;
  /** Local date in Europe/Copenhagen. */
  readonly day: string;
}
/** One event of a stream: whose it is, and on which local date they wrote it. */
export interface Written {
  readonly eventId: string;
  readonly by: string;
  readonly day: string;
}
export interface AgendaOf {
  readonly meetingId: string;
  readonly localDate: string;
  /** Users: invited, standing in for who is, or seen there. */
  readonly expected: readonly string[];
}
export interface LookedInto {
  /** The case as it stood when it was looked into. */
  readonly then: ExistingCase;
  readonly written: readonly Written[];
  /** Of the meetings of its group that have it on their agenda. */
  readonly agendas: readonly AgendaOf[];
  /** Users whose deputy who looked is. */
  readonly standsInFor: readonly string[];
  /** Of the group. */
  readonly calendar: WorkCalendar;
}

/** @returns the first thing they wrote that day */
export const ownWork = ({ userId, day }: Look, written: readonly Written[]): Explanation | undefined => {
  const found = written.find((each) => each.by === userId && each.day === day);
  return found && { why: 'own-work', id: found.eventId };
};

/** @param workingDays so many before the meeting, and as many after it, the agenda explains */
export const explain = (look: Look, into: LookedInto, workingDays: number): Explanation | undefined => {
  const { userId, day } = look;
  const { then, agendas, standsInFor, calendar } = into;
  const near = ({ localDate }: AgendaOf): boolean =>
    workingDaysBefore(localDate, workingDays, calendar) <= day && day <= workingDaysAfter(localDate, workingDays, calendar);
  const agenda = agendas.find((each) => each.expected.includes(userId) && near(each));
  if (agenda) return { why: 'agenda', id: agenda.meetingId };
  const theirs = (owner: string | undefined): boolean => owner !== undefined && (owner === userId || standsInFor.includes(owner));
  const action = then.actions.find(
    ({ status, ownerUserId, handover }) => status === 'open' && (theirs(ownerUserId) || theirs(handover?.toUserId)),
  );
  if (action) return { why: 'own-action', id: action.actionId };
  return ownWork(look, into.written);
};
