// Meetings: one, a list of them newest first, and the next one.
import { decodeCursor, encodeCursor, limitOf, pageOf } from '../cursor.js';
import type { MeetingRow, ReadModels } from '../questions.js';
import { at, isOneOf, Parameters, type Ask } from '../sql.js';
import type { MeetingTableRow } from './projection.js';

export const meetingQueries = (ask: Ask): Pick<ReadModels, 'meeting' | 'meetings' | 'nextMeeting' | 'meetingToCome'> => ({
  meeting: async (meetingId) => {
    const [row] = await ask<MeetingTableRow>(`select doc from ${at('meetings')} where meeting_id = $1`, [meetingId]);
    return row?.doc;
  },

  meetings: async (groups, { status }, paging) => {
    const limit = limitOf(paging);
    if (groups.length === 0) return { items: [] };
    const { p, values } = new Parameters();
    const where = [isOneOf('group_id', groups, p)];
    if (status !== undefined) where.push(`status = ${p(status)}`);
    if (paging.after !== undefined) {
      const [startsAt, meetingId] = decodeCursor('meetings', 2, paging.after);
      where.push(`(starts_at, meeting_id) < (${p(startsAt)}, ${p(meetingId)})`);
    }
    const rows = await ask<MeetingTableRow>(
      `select meeting_id, starts_at, doc from ${at('meetings')} where ${where.join(' and ')}
       order by starts_at desc, meeting_id desc limit ${p(limit + 1)}`,
      values,
    );
    return pageOf(
      rows,
      limit,
      (row) => row.doc,
      (row) => encodeCursor('meetings', [row.starts_at, row.meeting_id]),
    );
  },

  nextMeeting: (groups, now) =>
    first(ask, `(status = 'open' or status = 'planned' and ends_at > $2)`, `status = 'open' desc, starts_at`, groups, now),
  meetingToCome: (groups, now) => first(ask, `status in ('open', 'planned') and ends_at > $2`, 'starts_at', groups, now),
});

const first = async (
  ask: Ask,
  where: string,
  order: string,
  groups: readonly string[],
  now: string,
): Promise<MeetingRow | undefined> => {
  if (groups.length === 0) return undefined;
  const [row] = await ask<MeetingTableRow>(
    `select doc from ${at('meetings')} where group_id = any($1) and ${where} order by ${order}, meeting_id limit 1`,
    [groups, new Date(now).toISOString()],
  );
  return row?.doc;
};
