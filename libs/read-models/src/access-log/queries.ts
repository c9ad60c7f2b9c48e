// The access log, newest first.
import { decodeCursor, encodeCursor, limitOf, pageOf } from '../cursor.js';
import { REGISTRATIONS } from '../persons/queries.js';
import type { AccessLogRow, Page, ReadModels } from '../questions.js';
import { at, instantOf, Parameters, type Ask } from '../sql.js';
import type { AccessLogEntry } from './projection.js';

/** Cases that exclude the user, and whom they are about: few, and found once for all entries. */
const tooCloseTo = (userId: string): string =>
  `with too_close as materialized (
     select c.case_id, coalesce(o.merged_into, o.person_id) as person_id
     from ${at('cases')} c join ${at('persons')} o using (person_id) where ${userId} = any(c.excluded_user_ids))`;
/** Whether the entry `l` is about one of them, whichever registration it names; what was looked for may be somebody's alone. */
const IS_TOO_CLOSE = (): string =>
  `exists (select 1 from too_close t where t.case_id = any(l.case_ids) or t.person_id in
     (select coalesce(x.merged_into, x.person_id) from ${at('persons')} x
      where x.person_id = any(l.person_ids || (l.doc -> 'text' ->> 'subjectId'))))`;

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
    const [close, isClose] = notExcluding === undefined ? ['', 'false'] : [tooCloseTo(p(notExcluding)), IS_TOO_CLOSE()];
    const rows = await ask<AccessLogEntry & { too_close: boolean }>(
      `${close} select position, at, doc, ${isClose} as too_close from ${at('access_log')} l where ${where.join(' and ')}
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
