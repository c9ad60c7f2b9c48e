// What is to be erased, what is kept for a lawsuit, and what is gone: from the persons' streams (rule 12).
import type { HoldGround } from '@app/domain';
import type { Sealed } from '@app/personal-data';
import { InconsistentHistoryError } from '../errors.js';
import { sealed, type OnErasure } from '../history.js';
import type { ErasureRow, ErasureStatus } from '../questions.js';
import { unfindable } from '../persons/person-search.js';
import type { Rows } from '../rows.js';
import { table } from '../tables.js';

export type ErasureDoc = Omit<ErasureRow, 'erasureId' | 'personId' | 'caseId' | 'caseNumber' | 'status' | 'proposedAt' | 'held'>;
export interface ErasureTableRow {
  erasure_id: string;
  person_id: string;
  /** null: everything about the person. */
  case_id: string | null;
  status: ErasureStatus;
  proposed_at: string;
  doc: ErasureDoc;
}
export const erasuresTable = table<ErasureTableRow>({
  name: 'erasures',
  key: 'erasure_id',
  columns: { erasure_id: 'text', person_id: 'text', case_id: 'text', status: 'text', proposed_at: 'text', doc: 'json' },
  indexes: ['(proposed_at, erasure_id)', '(person_id)', '(status)'],
});

export interface LegalHoldTableRow {
  hold_id: string;
  person_id: string;
  case_id: string | null;
  lifted: boolean;
  review_on: string;
  doc: {
    readonly ground: HoldGround;
    readonly placedBy: string;
    readonly placedAt: string;
    readonly note?: Sealed | undefined;
    readonly liftedBy?: string;
    readonly liftedAt?: string;
  };
}
export const legalHoldsTable = table<LegalHoldTableRow>({
  name: 'legal_holds',
  key: 'hold_id',
  columns: { hold_id: 'text', person_id: 'text', case_id: 'text', lifted: 'bool', review_on: 'text', doc: 'json' },
  indexes: ['(person_id)', '(review_on, hold_id)'],
});

export const needErasure = ({ type, data }: OnErasure, rows: Rows): void => {
  if (type === 'LegalHoldPlaced') rows.legalHolds.fresh(data.holdId);
  else if (type === 'LegalHoldLifted') rows.legalHolds.need(data.holdId);
  else if (type === 'ErasureProposed') rows.erasures.fresh(data.erasureId);
  else rows.erasures.need(data.erasureId);
};

const projectHold = (event: Extract<OnErasure, { type: 'LegalHoldPlaced' | 'LegalHoldLifted' }>, rows: Rows): void => {
  const { userId, at } = event;
  if (event.type === 'LegalHoldPlaced') {
    const { holdId, personId, caseId = null, ground, reviewOn } = event.data;
    return rows.legalHolds.put({
      ...{ hold_id: holdId, person_id: personId, case_id: caseId, lifted: false, review_on: reviewOn },
      doc: { ground, placedBy: userId, placedAt: at, note: sealed(event, 'note') },
    });
  }
  const row = rows.legalHolds.get(event.data.holdId);
  if (!row) throw new InconsistentHistoryError('legal hold unknown');
  rows.legalHolds.put({ ...row, lifted: true, doc: { ...row.doc, liftedBy: userId, liftedAt: at } });
};

export const projectErasure = (event: OnErasure, rows: Rows): void => {
  if (event.type === 'LegalHoldPlaced' || event.type === 'LegalHoldLifted') return projectHold(event, rows);
  const { userId: by, at } = event;
  if (event.type === 'ErasureProposed') {
    const { erasureId, personId, caseId = null, ground, proposedBy, authorities, retention } = event.data;
    return rows.erasures.put({
      ...{ erasure_id: erasureId, person_id: personId, case_id: caseId, status: 'proposed', proposed_at: at },
      doc: { ground, reason: sealed(event, 'reason'), proposedBy, retention, authorities, approvals: [] },
    });
  }
  const row = rows.erasures.get(event.data.erasureId);
  if (!row) throw new InconsistentHistoryError('erasure unknown');
  const become = (status: ErasureStatus, doc: Partial<ErasureDoc>): void =>
    rows.erasures.put({ ...row, status, doc: { ...row.doc, ...doc } });
  switch (event.type) {
    case 'ErasureApproved': {
      const { authorityId, approvedBy, regretUntil } = event.data;
      const approvals = [...row.doc.approvals, { authorityId, approvedBy, at }];
      if (regretUntil === undefined) return become('proposed', { approvals });
      return become('approved', { approvals, regretUntil, causedBy: event.eventId });
    }
    case 'ErasureWithdrawn':
      return become('withdrawn', { withdrawn: { cause: event.data.cause, by, at, reason: sealed(event, 'reason') } });
    case 'DeliveredToArchives': {
      const { archiveId, deliveryId } = event.data;
      return become(row.status, { archiving: { outcome: 'delivered', archiveId, deliveryId, by, at } });
    }
    case 'ArchivingNotRequired':
      return become(row.status, { archiving: { outcome: 'not-required', ground: event.data.ground, by, at } });
    case 'ErasureStarted':
      // From here on nobody is found by name or number any more: who registers the number makes another person.
      if (row.case_id === null) rows.personSearch.put(unfindable(row.person_id));
      return become('started', { startedAt: at, causedBy: event.eventId });
    case 'CaseTextErased': {
      const { position, stream, revision } = event;
      rows.mentions.put({ position, case_id: event.data.caseId, stream, revision });
      return become('erased', { erasedAt: at });
    }
    case 'PersonErased':
      return become('erased', { erasedAt: at });
  }
};
