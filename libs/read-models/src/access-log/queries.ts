// The access log, newest first.
import { decodeCursor, encodeCursor, limitOf, pageOf } from '../cursor.js';
import { REGISTRATIONS } from '../persons/queries.js';
import type { AccessLogRow, Page, ReadModels } from '../questions.js';
import { at, instantOf, Parameters, type Ask } from '../sql.js';
import type { AccessLogEntry } from './projection.js';

/** A case from which the user is excluded, among those of the entry `l` or of its persons, whichever of their registrations it names. */
const closeTo = (userId: string): string =>
  `select 1 from ${at('cases')} c join ${at('persons')} o on o.person_id = c.person_id
   where ${userId} = any(c.excluded_user_ids) and (c.case_id = any(l.case_ids) or coalesce(o.merged_into, o.person_id) in
     (select coalesce(x.merged_into, x.person_id) from ${at('persons')} x where x.person_id = any(l.person_ids)))`;

export const accessLogQuery =
  (ask: Ask): ReadModels['accessLog'] =>
  async ({ userId, caseId, personId, notExcluding, from, to }, paging): Promise<Page<AccessLogRow>> => {
    const limit = limitOf(paging);
    const { p, values } = new Parameters();
    const where = ['true'];
    if (userId !== undefined) where.push(`user_id = ${p(userId)}`);
    if (caseId !== undefined) where.push(`case_ids @> array[${p(caseId)}]::text[]`);
    if (personId !== undefined)
      where.push(`person_ids && (array[${p(personId)}]::text[] || array(${REGISTRATIONS(p(personId))}))`);
    if (from !== undefined) where.push(`at >= ${p(instantOf(from))}`);
    if (to !== undefined) where.push(`at < ${p(instantOf(to))}`);
    if (paging.after !== undefined) {
      const [when, position] = decodeCursor('access', 2, paging.after);
      where.push(`(at, position) < (${p(when)}, ${p(position)})`);
    }
    const tooClose = notExcluding === undefined ? 'false' : `exists (${closeTo(p(notExcluding))})`;
    const rows = await ask<AccessLogEntry & { too_close: boolean }>(
      `select position, at, doc, ${tooClose} as too_close from ${at('access_log')} l where ${where.join(' and ')}
       order by at desc, position desc limit ${p(limit + 1)}`,
      values,
    );
    const withoutText = ({ text: _, ...row }: AccessLogRow): AccessLogRow => row;
    return pageOf(
      rows,
      limit,
      (row) => (row.too_close ? withoutText(row.doc) : row.doc),
      (row) => encodeCursor('access', [row.at, row.position]),
    );
  };
