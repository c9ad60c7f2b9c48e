// Who was told that data is kept about them, for whom it waits, and whom nobody has told (rule 14).
import { isInformingEvent, type InformingMeans, type PostponingGround } from '@app/domain';
import type { Sealed } from '@app/personal-data';
import { InconsistentHistoryError } from '../errors.js';
import { sealed, type OnInforming, type OnPerson } from '../history.js';
import type { Rows } from '../rows.js';
import { table } from '../tables.js';

export interface InformingTableRow {
  person_id: string;
  registered_at: string;
  informed_on: string | null;
  /** Of the postponement that holds. */
  review_on: string | null;
  doc: {
    readonly informed?: { means: InformingMeans; by: string; at: string; note?: Sealed | undefined };
    readonly postponed?: { ground: PostponingGround; by: string; at: string; reason?: Sealed | undefined };
  };
}
export const informingTable = table<InformingTableRow>({
  name: 'informing',
  key: 'person_id',
  columns: { person_id: 'text', registered_at: 'text', informed_on: 'text', review_on: 'text', doc: 'json' },
  indexes: ['(registered_at, person_id) where informed_on is null'],
});

export const isAboutInforming = (event: OnPerson): event is OnInforming => isInformingEvent(event);

export const projectInforming = (event: OnInforming | Extract<OnPerson, { type: 'PersonRegistered' }>, rows: Rows): void => {
  const { personId } = event.data;
  const { at, userId: by } = event;
  if (event.type === 'PersonRegistered')
    return rows.informing.put({ person_id: personId, registered_at: at, informed_on: null, review_on: null, doc: {} });
  const row = rows.informing.get(personId);
  if (!row) throw new InconsistentHistoryError('person unknown');
  if (event.type === 'PersonInformed') {
    const { informedOn, means } = event.data;
    const informed = { means, by, at, note: sealed(event, 'note') };
    return rows.informing.put({ ...row, informed_on: informedOn, review_on: null, doc: { informed } });
  }
  const { ground, reviewOn } = event.data;
  const postponed = { ground, by, at, reason: sealed(event, 'reason') };
  rows.informing.put({ ...row, review_on: reviewOn, doc: { ...row.doc, postponed } });
};
