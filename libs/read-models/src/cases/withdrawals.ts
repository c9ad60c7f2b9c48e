// Texts that were withdrawn, and who was told: from the cases' streams. By the event whose texts they are.
import type { Category } from '@app/domain';
import type { OnCase } from '../history.js';
import type { Rows } from '../rows.js';
import { table } from '../tables.js';

export interface WithdrawalTableRow {
  /** Of the event whose texts are withdrawn. */
  event_id: string;
  case_id: string;
  told: readonly string[];
  at: string;
  doc: {
    readonly eventType: string;
    readonly writtenAt: string;
    readonly category?: Category | undefined;
    readonly meetingId?: string | undefined;
    readonly by: string;
    readonly acknowledged: readonly { readonly organisationId: string; readonly by: string; readonly at: string }[];
  };
}
export const withdrawalsTable = table<WithdrawalTableRow>({
  name: 'withdrawals',
  key: 'event_id',
  columns: { event_id: 'text', case_id: 'text', told: 'text[]', at: 'text', doc: 'json' },
  indexes: ['(at, event_id)', '(case_id)'],
});

type OnWithdrawal = Extract<OnCase, { type: 'TextWithdrawn' | 'WithdrawalAcknowledged' }>;
export const projectWithdrawal = (event: OnWithdrawal, rows: Rows): void => {
  const { at: when, userId: by } = event;
  if (event.type === 'TextWithdrawn') {
    const { caseId, eventId, eventType, writtenAt, category, meetingId, told } = event.data;
    return rows.withdrawals.put({
      ...{ event_id: eventId, case_id: caseId, told, at: when },
      doc: { eventType, writtenAt, category, meetingId, by, acknowledged: [] },
    });
  }
  const { eventId, organisationId } = event.data;
  const row = rows.withdrawals.get(eventId);
  if (!row) return;
  const acknowledged = [...row.doc.acknowledged, { organisationId, by, at: when }];
  rows.withdrawals.put({ ...row, doc: { ...row.doc, acknowledged } });
};
