// Spot checks, latest period first; what could be drawn; and what waits.
import { START, type Position } from '@app/event-store';
import type { AccessLogEntry } from '../access-log/projection.js';
import { decodeCursor, encodeCursor, limitOf, pageOf } from '../cursor.js';
import { at, Parameters, type Ask } from '../sql.js';
import type { DrawnLookUpRow, SpotCheckTableRow } from './projection.js';
import type { LookUpRow, SpotCheckQuestions } from './questions.js';

/** Of spot check `s`. */
const WAITING = `(select count(*)::int from ${at('drawn_look_ups')} l where l.event_id = any(s.unexplained) and l.waiting)`;
interface Found extends SpotCheckTableRow {
  readonly waiting: number;
}

export const spotCheckQueries = (ask: Ask): SpotCheckQuestions => ({
  spotCheck: async (spotCheckId) => {
    const [row] = await ask<Found>(`select doc, ${WAITING} as waiting from ${at('spot_checks')} s where spot_check_id = $1`, [
      spotCheckId,
    ]);
    return row && { ...row.doc, waiting: row.waiting };
  },

  spotChecks: async ({ waiting }, paging) => {
    const limit = limitOf(paging);
    const { p, values } = new Parameters();
    const where = [waiting === undefined ? 'true' : `(${WAITING} > 0) = ${p(waiting)}`];
    if (paging.after !== undefined) {
      const [day, id] = decodeCursor('spot-checks', 2, paging.after);
      where.push(`(last_day, spot_check_id) < (${p(day)}, ${p(id)})`);
    }
    const rows = await ask<Found>(
      `select s.*, ${WAITING} as waiting from ${at('spot_checks')} s where ${where.join(' and ')}
       order by last_day desc, spot_check_id desc limit ${p(limit + 1)}`,
      values,
    );
    return pageOf(
      rows,
      limit,
      (row) => ({ ...row.doc, waiting: row.waiting }),
      (row) => encodeCursor('spot-checks', [row.last_day, row.spot_check_id]),
    );
  },

  lookUpReviews: async (eventIds) => {
    const rows = await ask<DrawnLookUpRow>(`select doc from ${at('drawn_look_ups')} where event_id = any($1) and not waiting`, [
      eventIds,
    ]);
    return rows.flatMap(({ doc: { review } }) => review ?? []);
  },

  lookUpsWaitingSince: async (instant) => {
    const [row] = await ask<{ count: string }>(`select count(*) from ${at('drawn_look_ups')} where waiting and drawn_at < $1`, [
      instant,
    ]);
    return Number(row?.count ?? 0);
  },

  lookUps: ({ from, to }) =>
    ask<LookUpRow>(
      `select doc ->> 'eventId' as "eventId", position, at, user_id as "userId", doc ->> 'organisationId' as "organisationId"
       from ${at('access_log')}
       where at >= $1 and at < $2 and doc ->> 'type' in ('PersonalDataShown', 'PersonalDataSearched', 'PersonalDataExported')
       order by position`,
      [from, to],
    ),

  accessEntries: async (of) => {
    const rows = await ask<AccessLogEntry>(
      `select doc from ${at('access_log')} where at = any($1) and doc ->> 'eventId' = any($2)`,
      [of.map((each) => each.at), of.map(({ eventId }) => eventId)],
    );
    return rows.map(({ doc }) => doc);
  },

  accessLogBefore: async (instant) => {
    const [row] = await ask<{ position: Position | null }>(
      `select position from ${at('access_log')} where at < $1 order by at desc, position desc limit 1`,
      [instant],
    );
    return row?.position ?? START;
  },
});
