// Texts that were withdrawn, disclosures that were recalled and what may rest on them, and who was told: from the cases' streams.
import type { Category, Rest, ReviewVerdict, WithdrawalReason } from '@app/domain';
import type { OnCase } from '../history.js';
import type { Rows } from '../rows.js';
import { table } from '../tables.js';
import type { ActionDoc } from './tables.js';

export interface WithdrawalTableRow {
  /** Of the event whose texts are withdrawn, or which is the disclosure that was recalled. */
  event_id: string;
  case_id: string;
  /** Set: it was recalled. */
  disclosure_id: string | null;
  told: readonly string[];
  at: string;
  doc: {
    readonly eventType: string;
    readonly writtenAt: string;
    readonly category?: Category | undefined;
    readonly meetingId?: string | undefined;
    readonly by: string;
    /** Missing: only recalled; the sharer and who reviews still read it. */
    readonly withdrawn?: WithdrawalReason | undefined;
    readonly recalled?: { readonly fromOrganisationId: string; readonly at: string; readonly by: string } | undefined;
    readonly acknowledged: readonly { readonly organisationId: string; readonly by: string; readonly at: string }[];
  };
}
export const withdrawalsTable = table<WithdrawalTableRow>({
  name: 'withdrawals',
  key: 'event_id',
  columns: { event_id: 'text', case_id: 'text', disclosure_id: 'text', told: 'text[]', at: 'text', doc: 'json' },
  indexes: ['(at, event_id)', '(case_id)', '(disclosure_id) where disclosure_id is not null'],
});

/** Something that may rest on a recalled disclosure. */
export interface RestTableRow {
  /** Of disclosure and event. */
  rest_id: string;
  case_id: string;
  disclosure_id: string;
  event_id: string;
  /** Nobody has looked at it yet. */
  open: boolean;
  doc: Omit<Rest, 'eventId'> & {
    readonly verdict?: ReviewVerdict;
    readonly reviewedAt?: string;
    readonly reviewedBy?: string;
  };
}
export const restsTable = table<RestTableRow>({
  name: 'rests',
  key: 'rest_id',
  columns: { rest_id: 'text', case_id: 'text', disclosure_id: 'text', event_id: 'text', open: 'bool', doc: 'json' },
  indexes: ['(event_id) where open', '(disclosure_id)'],
});
export const restId = (disclosureId: string, eventId: string): string => `${disclosureId} ${eventId}`;

type OnWithdrawal = Extract<OnCase, { type: 'TextWithdrawn' | 'WithdrawalAcknowledged' | 'DisclosureRecalled' }>;
export const projectWithdrawal = (event: OnWithdrawal, rows: Rows): void => {
  const { at: when, userId: by } = event;
  const { eventId } = event.data;
  const row = rows.withdrawals.get(eventId);
  if (event.type !== 'WithdrawalAcknowledged') {
    // What was recalled may be withdrawn as well, or the other way round: both hold, and everybody is told anew.
    const recall = event.type === 'DisclosureRecalled';
    const { caseId, eventType, category, meetingId } = event.data;
    const recalled = recall ? { fromOrganisationId: event.data.fromOrganisationId, at: when, by } : row?.doc.recalled;
    const withdrawn = recall ? row?.doc.withdrawn : event.data.why;
    const writtenAt = recall ? event.data.sharedAt : event.data.writtenAt;
    const told = [...new Set([...(row?.told ?? []), ...event.data.told])];
    return rows.withdrawals.put({
      ...{ event_id: eventId, case_id: caseId, told, at: when },
      disclosure_id: recall ? event.data.disclosureId : (row?.disclosure_id ?? null),
      doc: { eventType, writtenAt, category, meetingId, by, withdrawn, recalled, acknowledged: [] },
    });
  }
  const { organisationId } = event.data;
  if (!row) return;
  const acknowledged = [...row.doc.acknowledged, { organisationId, by, at: when }];
  rows.withdrawals.put({ ...row, doc: { ...row.doc, acknowledged } });
};

/** Each of what may rest on it, open until it was looked at. Actions know it themselves, the case how many wait. */
export const projectRests = (event: Extract<OnCase, { type: 'DisclosureRecalled' | 'RecallReviewed' }>, rows: Rows): number => {
  const { caseId, disclosureId } = event.data;
  if (event.type === 'DisclosureRecalled') {
    for (const { eventId, ...doc } of event.data.rests) {
      const rest_id = restId(disclosureId, eventId);
      rows.rests.put({ rest_id, case_id: caseId, disclosure_id: disclosureId, event_id: eventId, open: true, doc });
      quarantine(rows, doc.actionId, (all) => [...all, { disclosureId, eventId }]);
    }
    return event.data.rests.length;
  }
  const { eventId, actionId, verdict } = event.data;
  const row = rows.rests.get(restId(disclosureId, eventId));
  if (!row?.open) return 0;
  rows.rests.put({ ...row, open: false, doc: { ...row.doc, verdict, reviewedAt: event.at, reviewedBy: event.userId } });
  quarantine(rows, actionId, (all) => all.filter((q) => q.disclosureId !== disclosureId || q.eventId !== eventId));
  return -1;
};

type Quarantine = NonNullable<ActionDoc['quarantine']>;
const quarantine = (rows: Rows, actionId: string | undefined, change: (all: Quarantine) => Quarantine): void => {
  const action = actionId === undefined ? undefined : rows.actions.get(actionId);
  if (action) rows.actions.put({ ...action, doc: { ...action.doc, quarantine: change(action.doc.quarantine ?? []) } });
};
