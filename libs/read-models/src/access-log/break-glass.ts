// Identities that auditors opened: from the log of who saw what, one row each, and whether somebody else has reviewed it.
import { InconsistentHistoryError } from '../errors.js';
import { sealed, type OnAccess } from '../history.js';
import type { BreakGlassRow } from '../questions.js';
import type { Rows } from '../rows.js';
import { table } from '../tables.js';

export interface BreakGlassTableRow {
  break_glass_id: string;
  opened_at: string;
  reviewed: boolean;
  doc: BreakGlassRow;
}
export const breakGlassesTable = table<BreakGlassTableRow>({
  name: 'break_glasses',
  key: 'break_glass_id',
  columns: { break_glass_id: 'text', opened_at: 'text', reviewed: 'bool', doc: 'json' },
  indexes: ['(opened_at, break_glass_id)', '(opened_at) where not reviewed'],
});

export const needBreakGlass = ({ type, data }: OnAccess, rows: Rows): void => {
  if (data.breakGlassId === undefined) return;
  if (type === 'BreakGlassOpened') rows.breakGlasses.fresh(data.breakGlassId);
  else rows.breakGlasses.need(data.breakGlassId);
};

export const projectBreakGlass = (event: OnAccess, rows: Rows): void => {
  const { type, at: when, userId, organisationId, data } = event;
  const { breakGlassId, until, verdict, personIds } = data;
  if (breakGlassId === undefined) return;
  if (type === 'BreakGlassOpened' && until !== undefined && personIds[0] !== undefined) {
    const reason = sealed(event, 'reason');
    rows.breakGlasses.put({
      ...{ break_glass_id: breakGlassId, opened_at: when, reviewed: false },
      doc: { breakGlassId, personId: personIds[0], openedBy: userId, organisationId, openedAt: when, until, reason },
    });
  }
  if (type === 'BreakGlassReviewed' && verdict !== undefined) {
    const row = rows.breakGlasses.get(breakGlassId);
    if (!row) throw new InconsistentHistoryError('opening unknown');
    // The first review holds.
    if (row.reviewed) return;
    const review = { by: userId, at: when, verdict, note: sealed(event, 'note') };
    rows.breakGlasses.put({ ...row, reviewed: true, doc: { ...row.doc, review } });
  }
};
