// Spot checks: one row each, and one for every look-up in them that waits for somebody to ask, or that somebody has asked about.
import type { OnSpotCheck } from '../history.js';
import { sealed } from '../history.js';
import type { Rows } from '../rows.js';
import { table } from '../tables.js';
import type { LookUpReview, SpotCheckRow } from './questions.js';

export interface SpotCheckTableRow {
  spot_check_id: string;
  last_day: string;
  /** Ids of the look-ups that nothing explains. */
  unexplained: readonly string[];
  doc: Omit<SpotCheckRow, 'waiting'>;
}
export const spotChecksTable = table<SpotCheckTableRow>({
  name: 'spot_checks',
  key: 'spot_check_id',
  columns: { spot_check_id: 'text', last_day: 'text', unexplained: 'text[]', doc: 'json' },
  indexes: ['(last_day, spot_check_id)'],
});

export interface DrawnLookUpRow {
  event_id: string;
  /** First drawn. */
  drawn_at: string;
  waiting: boolean;
  doc: { review?: LookUpReview };
}
export const drawnLookUpsTable = table<DrawnLookUpRow>({
  name: 'drawn_look_ups',
  key: 'event_id',
  columns: { event_id: 'text', drawn_at: 'text', waiting: 'bool', doc: 'json' },
  indexes: ['(drawn_at) where waiting'],
});

export const needSpotCheck = ({ type, data }: OnSpotCheck, rows: Rows): void => {
  const eventIds = type === 'SpotCheckDrawn' ? data.lookUps.map(({ eventId }) => eventId) : [data.eventId];
  for (const eventId of eventIds) rows.drawnLookUps.need(eventId);
};

export const projectSpotCheck = (event: OnSpotCheck, rows: Rows): void => {
  const { at } = event;
  if (event.type === 'SpotCheckDrawn') {
    const { spotCheckId, to, lookUps } = event.data;
    const unexplained = lookUps.filter(({ explained }) => !explained).map(({ eventId }) => eventId);
    const doc = { ...event.data, drawnAt: at, drawnBy: event.userId };
    rows.spotChecks.put({ spot_check_id: spotCheckId, last_day: to, unexplained, doc });
    for (const eventId of unexplained)
      if (!rows.drawnLookUps.get(eventId)) rows.drawnLookUps.put({ event_id: eventId, drawn_at: at, waiting: true, doc: {} });
    return;
  }
  const { eventId, reviewedBy, outcome } = event.data;
  const row = rows.drawnLookUps.get(eventId);
  // The first review holds, in whichever spot check it was given.
  if (row?.doc.review) return;
  const review = { eventId, reviewedBy, at, outcome, note: sealed(event, 'note') };
  rows.drawnLookUps.put({ event_id: eventId, drawn_at: row?.drawn_at ?? at, waiting: false, doc: { review } });
};
