// Young persons: identity, sealed, and the blind index that finds one by CPR number.
import { IDENTITY_FIELDS, isErasureEvent, unreachable, type IdentityField } from '@app/domain';
import type { Sealed } from '@app/personal-data';
import { InconsistentHistoryError } from '../errors.js';
import { needErasure, projectErasure } from '../erasures/projection.js';
import { sealed, type OnErasure, type OnPerson } from '../history.js';
import type { Rows } from '../rows.js';
import { table } from '../tables.js';

export interface PersonTableRow {
  person_id: string;
  address_protected: boolean;
  doc: { readonly [F in IdentityField]?: Sealed };
}
export const personsTable = table<PersonTableRow>({
  name: 'persons',
  key: 'person_id',
  columns: { person_id: 'text', address_protected: 'bool', doc: 'json' },
  indexes: [],
});

/** Apart from the persons: it stays out of backups, and is made anew when its key is changed. */
export interface PersonSearchRow {
  person_id: string;
  cpr_index: string | null;
}
export const personSearchTable = table<PersonSearchRow>({
  name: 'person_search',
  key: 'person_id',
  columns: { person_id: 'text', cpr_index: 'text' },
  indexes: ['(cpr_index) where cpr_index is not null'],
});

/** By event id: the index of the CPR number in the event, null when its key is destroyed or it is no CPR number. */
export type CprIndexes = ReadonlyMap<string, string | null>;

const isAboutErasing = (event: OnPerson): event is OnErasure => isErasureEvent(event);

export const needPerson = (event: OnPerson, rows: Rows): void => {
  if (event.type === 'PersonRegistered') rows.persons.fresh(event.data.personId);
  else rows.persons.need(event.data.personId);
  if (isAboutErasing(event)) needErasure(event, rows);
};

export const projectPerson = (event: OnPerson, rows: Rows, cprIndexes: CprIndexes): void => {
  const { personId } = event.data;
  const row = event.type === 'PersonRegistered' ? undefined : rows.persons.get(personId);
  if (event.type !== 'PersonRegistered' && !row) throw new InconsistentHistoryError('person unknown');
  if (isAboutErasing(event)) return projectErasure(event, rows);
  const identity: { [F in IdentityField]?: Sealed } = { ...row?.doc };
  let addressProtected = row?.address_protected ?? false;
  switch (event.type) {
    case 'PersonRegistered':
    case 'PersonCorrected': {
      if (event.type === 'PersonCorrected') for (const field of event.data.removed) delete identity[field];
      for (const field of IDENTITY_FIELDS) {
        const text = sealed(event, field);
        if (text) identity[field] = text;
      }
      const index = cprIndexes.get(event.eventId);
      if (index !== undefined) rows.personSearch.put({ person_id: personId, cpr_index: index });
      else if (!identity.cpr) rows.personSearch.put({ person_id: personId, cpr_index: null });
      break;
    }
    case 'AddressProtected':
      addressProtected = true;
      break;
    case 'AddressProtectionLifted':
      addressProtected = false;
      break;
    default:
      return unreachable(event);
  }
  rows.persons.put({ person_id: personId, address_protected: addressProtected, doc: identity });
};
