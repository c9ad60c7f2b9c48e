// Openings of identities: one, those that wait for review, and how many have waited for too long.
import { decodeCursor, encodeCursor, limitOf, pageOf } from '../cursor.js';
import type { BreakGlassRow, Page, ReadModels } from '../questions.js';
import { at, Parameters, type Ask } from '../sql.js';
import type { BreakGlassTableRow } from './break-glass.js';

export const breakGlassQueries = (ask: Ask): Pick<ReadModels, 'breakGlass' | 'breakGlasses' | 'breakGlassesWaitingSince'> => ({
  breakGlass: async (breakGlassId) => {
    const [row] = await ask<BreakGlassTableRow>(`select doc from ${at('break_glasses')} where break_glass_id = $1`, [
      breakGlassId,
    ]);
    return row?.doc;
  },

  breakGlasses: async ({ unreviewed }, paging): Promise<Page<BreakGlassRow>> => {
    const limit = limitOf(paging);
    const { p, values } = new Parameters();
    const [list, order, comparison] =
      unreviewed === true ? (['waiting', 'asc', '>'] as const) : (['openings', 'desc', '<'] as const);
    const where = [unreviewed === undefined ? 'true' : `reviewed = ${p(!unreviewed)}`];
    if (paging.after !== undefined) {
      const [when, id] = decodeCursor(list, 2, paging.after);
      where.push(`(opened_at, break_glass_id) ${comparison} (${p(when)}, ${p(id)})`);
    }
    const rows = await ask<BreakGlassTableRow>(
      `select * from ${at('break_glasses')} where ${where.join(' and ')}
       order by opened_at ${order}, break_glass_id ${order} limit ${p(limit + 1)}`,
      values,
    );
    return pageOf(
      rows,
      limit,
      (row) => row.doc,
      (row) => encodeCursor(list, [row.opened_at, row.break_glass_id]),
    );
  },

  breakGlassesWaitingSince: async (instant) => {
    const [row] = await ask<{ count: string }>(
      `select count(*) from ${at('break_glasses')} where not reviewed and opened_at < $1`,
      [instant],
    );
    return Number(row?.count ?? 0);
  },
});
