// The chaser's figures: what waits on whom, what came of a chase, what a meeting moved, how long things take.
import { decodeCursor, encodeCursor, limitOf, pageOf } from '../cursor.js';
import { daysBetween, localDateAt, midnightOf } from '../dates.js';
import type { ChasedRow, ProgressRow, ReadModels, ResultsRow, WaitingRow } from '../questions.js';
import { at, inScope, Parameters, type Ask } from '../sql.js';
import type { ActionTableRow, CaseTableRow } from '../cases/tables.js';
import type { ChaseTableRow } from './chases.js';

const LOCAL = (column: string) => `to_char(${column}::timestamptz at time zone 'Europe/Copenhagen', 'YYYY-MM-DD')`;

type FoundChase = ChaseTableRow &
  Pick<ActionTableRow, 'status' | 'completed_at' | 'owner_organisation_id' | 'owner_user_id'> &
  Pick<CaseTableRow, 'case_number'> & { readonly now: string; readonly cancelled_at: string | null };

const chasedRow = (row: FoundChase): ChasedRow => {
  const ended = row.completed_at ?? row.cancelled_at;
  const outcome =
    row.status === 'completed' || row.status === 'cancelled'
      ? row.status
      : row.now !== row.deadline
        ? 'moved'
        : row.answered_at !== null
          ? 'answered'
          : 'nothing';
  return {
    chaseId: row.chase_id,
    actionId: row.action_id,
    caseId: row.case_id,
    caseNumber: row.case_number,
    organisationId: row.owner_organisation_id,
    ...(row.owner_user_id !== null && { userId: row.owner_user_id }),
    chasedAt: row.at,
    deadline: row.deadline,
    ...(row.answered_at !== null && { answeredAt: row.answered_at }),
    outcome,
    ...(ended !== null && { daysUntilEnd: daysBetween(localDateAt(row.at), localDateAt(ended)) }),
  };
};

/** An action's life, as far as a count on a day needs it. */
interface Life {
  readonly agreedAt: string;
  readonly endedAt: string | null;
  readonly completed: boolean;
  readonly deadline: string;
  readonly earlier: readonly { readonly deadline: string; readonly until: string }[];
}
const deadlineAt = ({ earlier, deadline }: Life, instant: string): string =>
  earlier.find(({ until }) => until > instant)?.deadline ?? deadline;

export const figureQueries = (ask: Ask): Pick<ReadModels, 'waiting' | 'chasedBy' | 'progress' | 'results'> => ({
  waiting: async (scope, today) => {
    const { p, values } = new Parameters();
    const where = inScope(scope, p);
    if (!where) return [];
    const [inCases, now] = [where.join(' and '), p(today)];
    const rows = await ask<Omit<WaitingRow, 'userId'> & { readonly userId: string | null }>(
      `with seen as (select c.case_id from ${at('cases')} c where c.live and ${inCases}),
       mine as (select a.* from ${at('actions')} a join seen using (case_id) where a.open),
       waits as (
         select owner_organisation_id as o, owner_user_id as u, 'action' as what, deadline < ${now} as overdue, deadline as since
         from mine
         union all
         select coalesce(doc -> 'handoverTo' ->> 'organisationId', owner_organisation_id),
           case when doc -> 'handoverTo' is null then owner_user_id else doc -> 'handoverTo' ->> 'userId' end,
           'acceptance', false, asked_on
         from mine where asked_on is not null
         union all
         select m.owner_organisation_id, m.owner_user_id, 'chase', false, ${LOCAL('h.at')}
         from mine m join ${at('chases')} h on h.action_id = m.action_id and h.deadline = m.deadline
         where h.answered_at is null
         union all
         select r.doc ->> 'toOrganisationId', null, 'request', false, r.due_on
         from ${at('requests')} r join seen using (case_id) where r.status = 'open'
       )
       select o as "organisationId", u as "userId",
         count(*) filter (where what = 'action')::int as "openActions",
         count(*) filter (where overdue)::int as "overdueActions",
         count(*) filter (where what = 'acceptance')::int as "awaitsAcceptance",
         count(*) filter (where what = 'chase')::int as "unansweredChases",
         count(*) filter (where what = 'request')::int as "unansweredRequests",
         min(since) as oldest
       from waits group by 1, 2 order by 4 desc, 8, 1, 2 nulls first`,
      values,
    );
    return rows.map(({ userId, ...row }) => ({ ...row, ...(userId !== null && { userId }) }));
  },

  chasedBy: async (userId, scope, paging) => {
    const limit = limitOf(paging);
    const { p, values } = new Parameters();
    const where = inScope(scope, p);
    if (!where) return { items: [] };
    where.push(`h.user_id = ${p(userId)}`);
    if (paging.after !== undefined) {
      const [chasedAt, chaseId] = decodeCursor('chased', 2, paging.after);
      where.push(`(h.at < ${p(chasedAt)} or h.at = ${p(chasedAt)} and h.chase_id > ${p(chaseId)})`);
    }
    const rows = await ask<FoundChase>(
      `select h.*, a.status, a.completed_at, a.doc ->> 'cancelledAt' as cancelled_at, a.deadline as now,
         a.owner_organisation_id, a.owner_user_id, c.case_number
       from ${at('chases')} h join ${at('actions')} a on a.action_id = h.action_id join ${at('cases')} c on c.case_id = h.case_id
       where ${where.join(' and ')} order by h.at desc, h.chase_id limit ${p(limit + 1)}`,
      values,
    );
    return pageOf(rows, limit, chasedRow, (row) => encodeCursor('chased', [row.at, row.chase_id]));
  },

  progress: async (scope, groupId, most) => {
    const { p, values } = new Parameters();
    const where = inScope(scope, p);
    if (!where || !('all' in scope || ('groups' in scope && scope.groups.includes(groupId)))) return [];
    where.push(`c.group_id = ${p(groupId)}`);
    const inCases = where.join(' and ');
    const meetings = await ask<{ meetingId: string; heldOn: string; caseIds: readonly string[] }>(
      `select meeting_id as "meetingId", doc ->> 'localDate' as "heldOn",
         coalesce((select array_agg(item ->> 'caseId') from json_array_elements(doc -> 'items') item
           where (item ->> 'discussed')::boolean), '{}') as "caseIds"
       from ${at('meetings')} where group_id = $1 and status = 'closed' order by starts_at desc limit $2`,
      [groupId, most + 1],
    );
    if (meetings.length === 0) return [];
    const since = meetings.length > most ? midnightOf(meetings.at(-1)!.heldOn) : '';
    const seen = new Set(
      (await ask<{ id: string }>(`select c.case_id as id from ${at('cases')} c where ${inCases}`, values)).map(({ id }) => id),
    );
    const lives = await ask<Life>(
      `select a.doc ->> 'agreedAt' as "agreedAt", coalesce(a.completed_at, a.doc ->> 'cancelledAt') as "endedAt",
         a.status = 'completed' as completed, a.deadline, coalesce(a.doc -> 'earlier', '[]') as earlier
       from ${at('actions')} a join ${at('cases')} c on c.case_id = a.case_id
       where ${inCases} and (a.open or coalesce(a.completed_at, a.doc ->> 'cancelledAt') >= ${p(since)})`,
      values,
    );
    return meetings.slice(0, most).map(({ meetingId, heldOn, caseIds }, i): ProgressRow => {
      const day = midnightOf(heldOn);
      // The first meeting there is counts from the beginning.
      const before = meetings[i + 1] ? midnightOf(meetings[i + 1]!.heldOn) : '';
      const between = (instant: string) => instant >= before && instant < day;
      const open = lives.filter(({ agreedAt, endedAt }) => agreedAt < day && (endedAt === null || endedAt >= day));
      return {
        meetingId,
        heldOn,
        casesDiscussed: new Set(caseIds.filter((caseId) => seen.has(caseId))).size,
        actionsAgreed: lives.filter(({ agreedAt }) => between(agreedAt)).length,
        actionsCompleted: lives.filter(({ endedAt, completed }) => completed && between(endedAt!)).length,
        deadlinesMoved: lives.flatMap(({ earlier }) => earlier).filter(({ until }) => between(until)).length,
        openActions: open.length,
        overdueActions: open.filter((life) => deadlineAt(life, day) < heldOn).length,
      };
    });
  },

  results: async (scope, from, to) => {
    const { p, values } = new Parameters();
    const where = inScope(scope, p);
    if (!where) return [];
    const days = (later: string, earlier: string) =>
      `extract(epoch from ${later}::timestamptz - ${earlier}::timestamptz) / 86400`;
    const median = (value: string) => `round((percentile_cont(0.5) within group (order by ${value}))::numeric, 1)::float as`;
    const rows = await ask<{ [K in keyof ResultsRow]: ResultsRow[K] | null }>(
      `with ended as (
         select a.case_id, a.owner_organisation_id, a.status, a.completed_at, a.deadline, a.doc ->> 'agreedAt' as agreed_at,
           a.doc ->> 'acceptedAt' as accepted_at, coalesce(a.doc -> 'earlier' -> 0 ->> 'deadline', a.deadline) as first_deadline,
           c.referred_at
         from ${at('actions')} a join ${at('cases')} c on c.case_id = a.case_id
         where ${where.join(' and ')} and coalesce(a.completed_at, a.doc ->> 'cancelledAt') >= ${p(from)}
           and coalesce(a.completed_at, a.doc ->> 'cancelledAt') < ${p(to)}
       ),
       known as (
         select e.*, ${LOCAL('e.completed_at')} as completed_on, (
           select min(d.at) from ${at('disclosures')} d
           where d.case_id = e.case_id and not d.refused and d.at <= e.agreed_at and d.at > coalesce(previous.at, '')
         ) as told_at, previous.at as previous_at
         from ended e left join lateral (
           select max(b.doc ->> 'agreedAt') as at from ${at('actions')} b
           where b.case_id = e.case_id and b.doc ->> 'agreedAt' < e.agreed_at
         ) previous on true
       )
       select owner_organisation_id as "organisationId",
         count(*) filter (where status = 'completed')::int as completed,
         count(*) filter (where status = 'cancelled')::int as cancelled,
         count(*) filter (where completed_on <= deadline)::int as "onTime",
         count(*) filter (where completed_on <= first_deadline)::int as "onFirstDeadline",
         ${median(days('agreed_at', `case when previous_at is null then least(referred_at, told_at) else told_at end`))}
           "informationToAgreement",
         ${median(days('accepted_at', 'agreed_at'))} "agreementToAcceptance",
         ${median(days('completed_at', 'agreed_at'))} "agreementToCompletion"
       from known group by 1 order by 1`,
      values,
    );
    return rows.map(
      (row) => Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null)) as unknown as ResultsRow,
    );
  },
});
