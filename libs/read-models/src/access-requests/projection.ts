// Who asked what is kept about them, by when it is to be answered, and what is withheld (rule 11).
import { isAccessRequestEvent, type PoliceDecision, type WithholdingGround } from '@app/domain';
import { InconsistentHistoryError } from '../errors.js';
import type { OnAccessRequest, OnPerson } from '../history.js';
import type { Rows } from '../rows.js';
import { table } from '../tables.js';

export interface AccessRequestTableRow {
  request_id: string;
  person_id: string;
  received_on: string;
  due_on: string;
  answered: boolean;
  withdrawn: boolean;
  /** In the log, of the request. */
  position: string;
  doc: {
    readonly registeredBy: string;
    readonly withdrawn?: { readonly by: string; readonly at: string };
    readonly police?: { readonly decision: PoliceDecision; readonly by: string; readonly at: string };
    /** First issued first. */
    readonly reports: readonly {
      readonly reportId: string;
      readonly number: number;
      readonly issuedBy: string;
      readonly issuedAt: string;
      readonly position: string;
    }[];
  };
}
export const accessRequestsTable = table<AccessRequestTableRow>({
  name: 'access_requests',
  key: 'request_id',
  columns: {
    request_id: 'text',
    person_id: 'text',
    received_on: 'text',
    due_on: 'text',
    answered: 'bool',
    withdrawn: 'bool',
    position: 'text',
    doc: 'json',
  },
  indexes: ['(due_on, request_id)', '(person_id)'],
});

/** What is withheld now, or was. */
export interface WithholdingTableRow {
  /** `{personId} {partId}` */
  id: string;
  person_id: string;
  released: boolean;
  review_on: string;
  doc: { readonly partId: string; readonly ground: WithholdingGround; readonly by: string; readonly at: string };
}
export const withholdingsTable = table<WithholdingTableRow>({
  name: 'withholdings',
  key: 'id',
  columns: { id: 'text', person_id: 'text', released: 'bool', review_on: 'text', doc: 'json' },
  indexes: ['(person_id)'],
});

export const isAboutAccess = (event: OnPerson): event is OnAccessRequest => isAccessRequestEvent(event);
const idOf = ({ personId, partId }: { personId: string; partId: string }): string => `${personId} ${partId}`;

export const needAccessRequest = (event: OnAccessRequest, rows: Rows): void => {
  if (event.type === 'AccessRequested') rows.accessRequests.fresh(event.data.requestId);
  else if (event.type === 'PartWithheld' || event.type === 'PartReleased') rows.withholdings.need(idOf(event.data));
  else rows.accessRequests.need(event.data.requestId);
};

export const projectAccessRequest = (event: OnAccessRequest, rows: Rows): void => {
  const { userId: by, at, position } = event;
  if (event.type === 'PartWithheld') {
    const { personId, partId, ground, reviewOn } = event.data;
    const doc = { partId, ground, by, at };
    return rows.withholdings.put({ id: idOf(event.data), person_id: personId, released: false, review_on: reviewOn, doc });
  }
  if (event.type === 'PartReleased') {
    const row = rows.withholdings.get(idOf(event.data));
    if (!row) throw new InconsistentHistoryError('withheld part unknown');
    return rows.withholdings.put({ ...row, released: true });
  }
  const { requestId, personId } = event.data;
  if (event.type === 'AccessRequested') {
    const { receivedOn, dueOn } = event.data;
    return rows.accessRequests.put({
      ...{ request_id: requestId, person_id: personId, received_on: receivedOn, due_on: dueOn, position },
      ...{ answered: false, withdrawn: false },
      doc: { registeredBy: by, reports: [] },
    });
  }
  const row = rows.accessRequests.get(requestId);
  if (!row) throw new InconsistentHistoryError('access request unknown');
  if (event.type === 'PoliceContributionDecided')
    return rows.accessRequests.put({ ...row, doc: { ...row.doc, police: { decision: event.data.decision, by, at } } });
  if (event.type === 'AccessRequestWithdrawn')
    return rows.accessRequests.put({ ...row, withdrawn: true, doc: { ...row.doc, withdrawn: { by, at } } });
  const { reportId, number } = event.data;
  const reports = [...row.doc.reports, { reportId, number, issuedBy: by, issuedAt: at, position }];
  rows.accessRequests.put({ ...row, answered: true, doc: { ...row.doc, reports } });
};
