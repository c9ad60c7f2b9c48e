// The published figures, week by week: copied from the event, with nothing personal near them.
import { unreachable } from '@app/domain';
import type { OnOverview } from '../history.js';
import type { Rows } from '../rows.js';
import { table } from '../tables.js';

export interface OverviewsRow {
  /** `2026-W48`; sorts as it should. */
  week: string;
  doc: OnOverview['data'];
}
export const overviewsTable = table<OverviewsRow>({
  name: 'overviews',
  clear: true,
  key: 'week',
  columns: { week: 'text', doc: 'json' },
  indexes: [],
});

export const projectOverview = ({ type, data }: OnOverview, rows: Rows): void => {
  switch (type) {
    case 'OverviewPublished':
      return rows.overviews.put({ week: data.week, doc: data });
    default:
      return unreachable(type);
  }
};
