// The access log, newest first.
import { decodeCursor, encodeCursor, limitOf, pageOf } from '../cursor.js';
import { REGISTRATIONS } from '../persons/queries.js';
import type { AccessLogRow, Page, ReadModels } from '../questions.js';
import { at, instantOf, Parameters, type Ask } from '../sql.js';
import type { AccessLogEntry } from './projection.js';

export const accessLogQuery =
  (ask: Ask): ReadModels['accessLog'] =>
  async ({ userId, caseId, personId, from, to }, paging): Promise<Page<AccessLogRow>> => {
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
    const rows = await ask<AccessLogEntry>(
      `select position, at, doc from ${at('access_log')} where ${where.join(' and ')}
       order by at desc, position desc limit ${p(limit + 1)}`,
      values,
    );
    return pageOf(
      rows,
      limit,
      (row) => row.doc,
      (row) => encodeCursor('access', [row.at, row.position]),
    );
  };
