// What was shared and what was refused: of a case, of a meeting, or across groups. Newest first.
import { decodeCursor, encodeCursor, limitOf, pageOf } from '../cursor.js';
import type { DisclosureRow, Page, Paging, ReadModels } from '../questions.js';
import { at, instantOf, isOneOf, Parameters, type Ask } from '../sql.js';
import type { DisclosureTableRow } from './projection.js';

type Found = Pick<DisclosureTableRow, 'position' | 'at' | 'group_id' | 'doc'> & {
  readonly case_number: string | null;
  readonly withdrawn_at: string | null;
  readonly recalled_at: string | null;
};
const toRow = ({ doc, group_id, case_number, withdrawn_at, recalled_at }: Found): DisclosureRow => ({
  ...doc,
  groupId: group_id,
  caseNumber: case_number ?? '',
  ...(withdrawn_at !== null && { withdrawnAt: withdrawn_at }),
  ...(recalled_at !== null && { recalledAt: recalled_at }),
});
const SELECT = () =>
  `select d.position, d.at, d.group_id, d.doc, c.case_number, w.doc -> 'recalled' ->> 'at' as recalled_at,
     case when w.doc ->> 'withdrawn' is not null then w.at end as withdrawn_at
   from ${at('disclosures')} d left join ${at('cases')} c on c.case_id = d.case_id
   left join ${at('withdrawals')} w on w.event_id = d.doc -> 'content' ->> 'eventId'`;

export const sharingQueries = (ask: Ask): Pick<ReadModels, 'disclosures' | 'sharingLog' | 'meetingDisclosures'> => {
  const list = async (parameters: Parameters, where: string[], paging: Paging): Promise<Page<DisclosureRow>> => {
    const limit = limitOf(paging);
    const { p, values } = parameters;
    if (paging.after !== undefined) {
      const [when, position] = decodeCursor('sharing', 2, paging.after);
      where.push(`(d.at, d.position) < (${p(when)}, ${p(position)})`);
    }
    const rows = await ask<Found>(
      `${SELECT()} where ${['true', ...where].join(' and ')} order by d.at desc, d.position desc limit ${p(limit + 1)}`,
      values,
    );
    return pageOf(rows, limit, toRow, (row) => encodeCursor('sharing', [row.at, row.position]));
  };

  return {
    disclosures: async (caseId, paging) => {
      const parameters = new Parameters();
      return list(parameters, [`d.case_id = ${parameters.p(caseId)}`], paging);
    },
    sharingLog: async ({ groups, notExcluding, from, to, refused }, paging) => {
      if (groups?.length === 0) return { items: [] };
      const parameters = new Parameters();
      const { p } = parameters;
      const where: string[] = [];
      if (groups) where.push(isOneOf('d.group_id', groups, p));
      if (notExcluding !== undefined) where.push(`not (${p(notExcluding)} = any(coalesce(c.excluded_user_ids, '{}')))`);
      if (from !== undefined) where.push(`d.at >= ${p(instantOf(from))}`);
      if (to !== undefined) where.push(`d.at < ${p(instantOf(to))}`);
      if (refused !== undefined) where.push(`d.refused = ${p(refused)}`);
      return list(parameters, where, paging);
    },
    meetingDisclosures: async (meetingId) => {
      const rows = await ask<Found>(`${SELECT()} where d.meeting_id = $1 order by d.at, d.position`, [meetingId]);
      return rows.map(toRow);
    },
  };
};
