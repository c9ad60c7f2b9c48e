// What the ladder looks for, and what the one who chases asks.
import { SELECT_ACTIONS, toActionRow, type FoundAction } from '../cases/actions-queries.js';
import type { ActionTableRow } from '../cases/tables.js';
import { decodeCursor, encodeCursor, limitOf, pageOf } from '../cursor.js';
import { daysBefore } from '../dates.js';
import { InvalidCursorError } from '../errors.js';
import type { LadderRow, OverdueRow, ReadModels, Registry } from '../questions.js';
import { at, inScope, Parameters, type Ask } from '../sql.js';

type FoundOnLadder = Pick<ActionTableRow, 'action_id' | 'case_id' | 'group_id' | 'chase'> & {
  readonly person_id: string;
  readonly held: LadderRow['held'];
};

export const chaseQueries = (
  ask: Ask,
  registry: () => Promise<Registry>,
): Pick<ReadModels, 'ladderDue' | 'onLadder' | 'overdue' | 'mostMoved'> => ({
  // Two index ranges, whose ends are what falls due: how many actions are open does not matter.
  ladderDue: async (today) => {
    const { groups } = await registry();
    const rows = await ask<{ action_id: string }>(
      `select action_id from ${at('actions')} where next_step_on <= $1
       union
       select a.action_id from unnest($2::text[]) g(group_id)
       cross join lateral (
         select doc ->> 'localDate' as held_on from ${at('meetings')} m
         where m.group_id = g.group_id and m.status = 'closed' order by m.ends_at desc limit 1
       ) last
       join ${at('actions')} a on a.group_id = g.group_id and a.missed_until < last.held_on`,
      [today, [...groups.keys()]],
    );
    return rows.map((row) => row.action_id);
  },

  onLadder: async (actionIds) => {
    if (actionIds.length === 0) return [];
    const rows = await ask<FoundOnLadder>(
      `select a.action_id, a.case_id, a.group_id, a.chase, c.person_id,
         (select coalesce(
            json_agg(json_build_object('meetingId', m.meeting_id, 'heldOn', m.doc ->> 'localDate') order by m.starts_at), '[]')
          from ${at('meetings')} m
          where m.group_id = a.group_id and m.status = 'closed' and m.starts_at > a.missed_until) as held
       from ${at('actions')} a join ${at('cases')} c on c.case_id = a.case_id
       where a.action_id = any($1) and a.open`,
      [actionIds],
    );
    return rows.map(({ action_id, case_id, person_id, group_id, chase, held }) => ({
      actionId: action_id,
      caseId: case_id,
      personId: person_id,
      groupId: group_id,
      ladder: chase.ladder,
      revision: chase.revision,
      held,
    }));
  },

  overdue: async (scope, today) => {
    const { p, values } = new Parameters();
    const where = inScope(scope, p);
    if (!where) return [];
    where.push(`a.open and a.deadline < ${p(today)}`);
    // The action knows its group too, and has the index for it.
    if ('groups' in scope) where.push(`a.group_id = any(${p(scope.groups)})`);
    const older = (days: number) => `a.deadline < ${p(daysBefore(today, days))}`;
    const [week, fortnight, month] = [older(7), older(14), older(30)];
    return ask<OverdueRow>(
      `select a.owner_organisation_id as "organisationId", count(*)::int as overdue,
         count(*) filter (where not ${week})::int as "days1to7",
         count(*) filter (where ${week} and not ${fortnight})::int as "days8to14",
         count(*) filter (where ${fortnight} and not ${month})::int as "days15to30",
         count(*) filter (where ${month})::int as "over30days",
         min(a.deadline) as "oldestDeadline",
         count(*) filter (where a.missed_until is null)::int as escalated
       from ${at('actions')} a join ${at('cases')} c on c.case_id = a.case_id
       where ${where.join(' and ')} group by 1 order by 2 desc, 7, 1`,
      values,
    );
  },

  mostMoved: async (scope, paging, today) => {
    const limit = limitOf(paging);
    const { p, values } = new Parameters();
    const where = inScope(scope, p);
    if (!where) return { items: [] };
    if ('groups' in scope && scope.groups.length === 1) where.push(`a.group_id = ${p(scope.groups[0])}`);
    where.push('a.open and a.deadline_moves > 0');
    if (paging.after !== undefined) {
      const [moves, actionId] = decodeCursor('most-moved', 2, paging.after);
      if (!/^\d{1,9}$/.test(moves!)) throw new InvalidCursorError();
      where.push(
        `(a.deadline_moves < ${p(Number(moves))} or a.deadline_moves = ${p(Number(moves))} and a.action_id > ${p(actionId)})`,
      );
    }
    const rows = await ask<FoundAction>(
      `${SELECT_ACTIONS()} where ${where.join(' and ')} order by a.deadline_moves desc, a.action_id limit ${p(limit + 1)}`,
      values,
    );
    return pageOf(rows, limit, toActionRow(today), (row) =>
      encodeCursor('most-moved', [String(row.deadline_moves), row.action_id]),
    );
  },
});
