// The agenda that composes itself: what belongs on a group's next meeting, and every reason why.
import { AGENDA_REASONS, type AgendaReason } from '@app/domain';
import type { Sealed } from '@app/personal-data';
import { daysBetween, localDateAt } from '../dates.js';
import type { AgendaProposal, ReadModels, SilenceRule } from '../questions.js';
import { at, joinPerson, lifeOfAll, type Ask } from '../sql.js';
import type { CaseTableRow } from './tables.js';

type Found = CaseTableRow & {
  readonly person_name: Sealed | null;
  /** Where the last meeting was closed, and where it was opened. */
  readonly since: string | null;
  readonly settled: string | null;
  readonly moved_on?: string | null;
  readonly came_of_age_on?: string | null;
};

/** What brings a case to the meeting also while it is paused. */
const PRESSING: readonly AgendaReason[] = [
  ...(['escalated-action', 'chased-action', 'overdue-action', 'steering-decision', 'follow-up-due'] as const),
  ...(['person-moved', 'came-of-age', 'rests-on-recalled'] as const),
];

/**
 * Why a case belongs on the agenda of a date; no reason: it does not. A paused case only with an overdue action, a decision of the
 * steering group, a follow-up due, or from the date the pause ends, which counts as a follow-up.
 */
export const reasonsFor = (
  row: Omit<Found, 'person_name'>,
  date: string,
  { silentAfterDays, waitedSince }: SilenceRule,
): Omit<AgendaProposal, 'personName'> => {
  const { doc, status } = row;
  const overdue = doc.open.filter((action) => action.deadline < date);
  const discussedSince = (on: string) => row.last_discussed_on !== null && row.last_discussed_on >= on;
  const pauseEnds = status === 'paused' && doc.pausedUntil !== undefined && doc.pausedUntil <= date ? doc.pausedUntil : undefined;
  const resting = status === 'paused' && pauseEnds === undefined;
  const due = [...doc.followUps, ...(pauseEnds === undefined || discussedSince(pauseEnds) ? [] : [pauseEnds])].sort();
  const followUpOn = due[0] !== undefined && due[0] <= date ? due[0] : undefined;
  const isNew = (position: string) => row.since === null || position > row.since;
  const newSince = doc.news.filter(isNew).length;
  const silentDays = Math.max(0, daysBetween(localDateAt(row.last_activity_at), date));

  const holds: Record<AgendaReason, boolean> = {
    'escalated-action': doc.open.some((action) => action.ladder === 'escalated'),
    'chased-action': doc.open.some((action) => action.ladder === 'first'),
    'overdue-action': overdue.length > 0,
    // A meeting that had begun did not have it on its agenda.
    'steering-decision': doc.decisions.some((position) => row.settled === null || position > row.settled),
    'follow-up-due': followUpOn !== undefined,
    'person-moved': row.moved_on != null && row.moved_on <= date && !discussedSince(row.moved_on),
    'came-of-age': row.came_of_age_on != null && row.came_of_age_on <= date && !discussedSince(row.came_of_age_on),
    'rests-on-recalled': (doc.unreviewed ?? 0) > 0,
    'new-information': newSince > 0,
    'new-referral':
      status === 'referred' || status === 'accepted' || (status === 'open' && row.last_discussed_on === null && !doc.imported),
    'unnamed-owner': doc.open.some((action) => action.userId === undefined),
    'unanswered-request': doc.asked.some(({ on }) => on <= waitedSince),
    silent: (status === 'open' || pauseEnds !== undefined) && silentDays >= silentAfterDays,
    manual: false,
  };
  const reasons = AGENDA_REASONS.filter((reason) => holds[reason]);
  return {
    caseId: row.case_id,
    caseNumber: row.case_number,
    personId: row.person_id,
    groupId: row.group_id,
    areaId: row.area_id,
    organisations: doc.organisations,
    excludedUserIds: row.excluded_user_ids,
    reasons: resting && !PRESSING.some((reason) => holds[reason]) ? [] : reasons,
    overdueActions: overdue.length,
    oldestOverdueDays: overdue.length === 0 ? 0 : daysBetween(row.next_deadline, date),
    ...(followUpOn !== undefined && { followUpOn }),
    newSince,
    silentDays,
    lastActivityAt: row.last_activity_at,
  };
};

/** The most pressing reason first; within it the longest overdue, then the earliest follow-up, then the longest silent. */
const inAgendaOrder = (a: AgendaProposal, b: AgendaProposal): number =>
  AGENDA_REASONS.indexOf(a.reasons[0]!) - AGENDA_REASONS.indexOf(b.reasons[0]!) ||
  b.oldestOverdueDays - a.oldestOverdueDays ||
  compare(a.followUpOn ?? '9', b.followUpOn ?? '9') ||
  compare(a.lastActivityAt, b.lastActivityAt) ||
  compare(a.caseId, b.caseId);
const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

export const agendaQuery =
  (ask: Ask): ReadModels['agenda'] =>
  async (groupId, onDate, today, rule) => {
    const rows = await ask<Found>(
      `select c.*, p.doc -> 'name' as person_name, l.moved_on, l.came_of_age_on,
         last.since, last.settled
       from ${at('cases')} c ${joinPerson()} left join ${lifeOfAll()} l on l.person_id = p.person_id
         cross join (select max(closed_position) as since, max(opened_position) filter (where closed_position is not null) as settled
           from ${at('meetings')} where group_id = $1) last
       where c.group_id = $1 and c.live`,
      [groupId],
    );
    // A meeting whose date has passed without being held is judged by today.
    const date = onDate > today ? onDate : today;
    return rows
      .map((row): AgendaProposal => ({
        ...reasonsFor(row, date, rule),
        ...(row.person_name && { personName: row.person_name }),
      }))
      .filter(({ reasons }) => reasons.length > 0)
      .sort(inAgendaOrder);
  };
