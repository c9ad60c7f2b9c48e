// Which texts were withdrawn: those among an answer's, and the list of who got them.
import { decodeCursor, encodeCursor, limitOf, pageOf } from '../cursor.js';
import type { ReadModels, WithdrawalRow, WithdrawnMark } from '../questions.js';
import { at, isOneOf, Parameters, type Ask } from '../sql.js';
import type { WithdrawalTableRow } from './withdrawals.js';

type Found = WithdrawalTableRow & { readonly case_number: string; readonly group_id: string };
const withdrawalRow = ({ event_id, case_id, case_number, group_id, told, at: when, doc }: Found): WithdrawalRow => {
  const { acknowledged, ...rest } = doc;
  return {
    ...{ eventId: event_id, caseId: case_id, caseNumber: case_number, groupId: group_id, at: when },
    ...rest,
    told: told.map((organisationId) => {
      const answer = acknowledged.find((each) => each.organisationId === organisationId);
      return { organisationId, ...(answer && { acknowledgedAt: answer.at, acknowledgedBy: answer.by }) };
    }),
  };
};

export const withdrawalQueries = (ask: Ask): Pick<ReadModels, 'withdrawals' | 'withdrawnAmong'> => ({
  withdrawals: async (scope, { eventId, open }, paging) => {
    const limit = limitOf(paging);
    if ('none' in scope || ('groups' in scope && scope.groups.length === 0)) return { items: [] };
    const { p, values } = new Parameters();
    // Who was told sees it, also when the organisation takes no part in the case any more.
    const where = [`not (${p(scope.userId)} = any(c.excluded_user_ids))`];
    if ('groups' in scope) where.push(isOneOf('c.group_id', scope.groups, p));
    if ('organisationId' in scope) where.push(`${p(scope.organisationId)} = any(w.told)`);
    if (eventId !== undefined) where.push(`w.event_id = ${p(eventId)}`);
    if (open !== undefined) {
      const waits =
        'organisationId' in scope
          ? `not exists (select 1 from json_array_elements(w.doc -> 'acknowledged') k
               where k ->> 'organisationId' = ${p(scope.organisationId)})`
          : `json_array_length(w.doc -> 'acknowledged') < cardinality(w.told)`;
      where.push(open ? waits : `not (${waits})`);
    }
    if (paging.after !== undefined) {
      const [when, id] = decodeCursor('withdrawals', 2, paging.after);
      where.push(`(w.at, w.event_id) < (${p(when)}, ${p(id)})`);
    }
    const rows = await ask<Found>(
      `select w.*, c.case_number, c.group_id from ${at('withdrawals')} w join ${at('cases')} c using (case_id)
       where ${where.join(' and ')} order by w.at desc, w.event_id desc limit ${p(limit + 1)}`,
      values,
    );
    return pageOf(rows, limit, withdrawalRow, (row) => encodeCursor('withdrawals', [row.at, row.event_id]));
  },

  withdrawnAmong: async (eventIds) => {
    if (eventIds.length === 0) return [];
    const rows = await ask<WithdrawalTableRow>(`select * from ${at('withdrawals')} where event_id = any($1)`, [eventIds]);
    return rows.map(({ event_id, case_id, at: when, doc }): WithdrawnMark => ({
      eventId: event_id,
      caseId: case_id,
      at: when,
      by: doc.by,
    }));
  },
});
