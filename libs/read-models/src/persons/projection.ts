// Young persons: identity, sealed, and what finds them.
import { IDENTITY_FIELDS, isErasureEvent, unreachable, type IdentityField } from '@app/domain';
import type { Sealed } from '@app/personal-data';
import { isAboutAccess, needAccessRequest, projectAccessRequest } from '../access-requests/projection.js';
import { InconsistentHistoryError } from '../errors.js';
import { needErasure, projectErasure } from '../erasures/projection.js';
import { sealed, type OnErasure, type OnPerson } from '../history.js';
import type { MergeRow } from '../questions.js';
import type { Rows } from '../rows.js';
import { isAboutLife, projectLife } from './life.js';
import { table } from '../tables.js';
import { doubtInforming, isAboutInforming, projectInforming } from './informing.js';
import type { PersonIndex, PersonIndexes } from './person-indexes.js';
import { unfindable, withIndex } from './person-search.js';

export interface PersonTableRow {
  person_id: string;
  /** An alias of that person, until the merge is undone. */
  merged_into: string | null;
  address_protected: boolean;
  doc: { readonly [F in IdentityField]?: Sealed };
}
export const personsTable = table<PersonTableRow>({
  name: 'persons',
  key: 'person_id',
  columns: { person_id: 'text', merged_into: 'text', address_protected: 'bool', doc: 'json' },
  indexes: ['(merged_into) where merged_into is not null'],
});

/** A merge and what became of it. Positions tell which texts were written in between. */
export interface MergeTableRow {
  merge_id: string;
  person_id: string;
  into_person_id: string;
  position: string;
  undone_position: string | null;
  doc: Pick<MergeRow, 'mergedBy' | 'mergedAt' | 'reason' | 'undoneBy' | 'undoneAt' | 'undoneReason'>;
}
export const mergesTable = table<MergeTableRow>({
  name: 'merges',
  key: 'merge_id',
  columns: {
    merge_id: 'text',
    person_id: 'text',
    into_person_id: 'text',
    position: 'text',
    undone_position: 'text',
    doc: 'json',
  },
  indexes: ['(person_id)', '(into_person_id)'],
});

const isAboutErasing = (event: OnPerson): event is OnErasure => isErasureEvent(event);

export const needPerson = (event: OnPerson, rows: Rows): void => {
  if (event.type === 'PersonRegistered') rows.persons.fresh(event.data.personId);
  else rows.persons.need(event.data.personId);
  if (event.type === 'PersonRegistered') rows.informing.fresh(event.data.personId);
  if (isAboutAccess(event)) needAccessRequest(event, rows);
  if (isAboutInforming(event)) rows.informing.need(event.data.personId);
  if (event.type === 'PersonRegistered') rows.personSearch.fresh(event.data.personId);
  if (event.type === 'PersonCorrected') rows.personSearch.need(event.data.personId);
  if (event.type === 'PersonMerged') rows.merges.fresh(event.data.mergeId);
  if (event.type === 'PersonMergeUndone') {
    rows.merges.need(event.data.mergeId);
    rows.informing.need(event.data.intoPersonId);
  }
  if (isAboutLife(event)) rows.life.need(event.data.personId);
  if (isAboutErasing(event)) needErasure(event, rows);
};

const projectMerge = (event: Extract<OnPerson, { type: 'PersonMerged' | 'PersonMergeUndone' }>, rows: Rows): void => {
  const { personId, mergeId, intoPersonId } = event.data;
  const { position, userId, at } = event;
  const reason = sealed(event, 'reason');
  if (event.type === 'PersonMerged')
    return rows.merges.put({
      ...{ merge_id: mergeId, person_id: personId, into_person_id: intoPersonId, position, undone_position: null },
      doc: { mergedBy: userId, mergedAt: at, reason },
    });
  const row = rows.merges.get(mergeId);
  if (!row) throw new InconsistentHistoryError('merge unknown');
  doubtInforming(intoPersonId, row.position, rows);
  rows.merges.put({
    ...row,
    undone_position: position,
    doc: { ...row.doc, undoneBy: userId, undoneAt: at, undoneReason: reason },
  });
};

export const projectPerson = (event: OnPerson, rows: Rows, personIndexes: PersonIndexes): void => {
  const { personId } = event.data;
  const row = event.type === 'PersonRegistered' ? undefined : rows.persons.get(personId);
  if (event.type !== 'PersonRegistered' && !row) throw new InconsistentHistoryError('person unknown');
  if (isAboutErasing(event)) return projectErasure(event, rows);
  if (isAboutLife(event)) return projectLife(event, rows);
  if (isAboutAccess(event)) return projectAccessRequest(event, rows);
  if (isAboutInforming(event)) return projectInforming(event, rows);
  if (event.type === 'PersonRegistered') projectInforming(event, rows);
  const identity: { [F in IdentityField]?: Sealed } = { ...row?.doc };
  let addressProtected = row?.address_protected ?? false;
  let mergedInto = row?.merged_into ?? null;
  switch (event.type) {
    case 'PersonRegistered':
    case 'PersonCorrected': {
      if (event.type === 'PersonCorrected') for (const field of event.data.removed) delete identity[field];
      for (const field of IDENTITY_FIELDS) {
        const text = sealed(event, field);
        if (text) identity[field] = text;
      }
      const removed = event.type === 'PersonCorrected' ? event.data.removed.map((field) => [field, null]) : [];
      const index = { ...(Object.fromEntries(removed) as PersonIndex), ...personIndexes.get(event.eventId) };
      rows.personSearch.put(withIndex(rows.personSearch.get(personId) ?? unfindable(personId), index));
      break;
    }
    case 'AddressProtected':
      addressProtected = true;
      break;
    case 'AddressProtectionLifted':
      addressProtected = false;
      break;
    case 'PersonMerged':
    case 'PersonMergeUndone':
      projectMerge(event, rows);
      mergedInto = event.type === 'PersonMerged' ? event.data.intoPersonId : null;
      break;
    default:
      return unreachable(event);
  }
  rows.persons.put({ person_id: personId, merged_into: mergedInto, address_protected: addressProtected, doc: identity });
};
