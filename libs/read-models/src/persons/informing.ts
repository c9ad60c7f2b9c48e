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
  /** In the log, of what was recorded last. */
  position: string | null;
  /** What was recorded was of this one or of another that it was merged with then. */
  in_doubt: boolean;
  doc: {
    readonly informed?: { means: InformingMeans; by: string; at: string; note?: Sealed | undefined };
    readonly postponed?: { ground: PostponingGround; by: string; at: string; reason?: Sealed | undefined };
  };
}
export const informingTable = table<InformingTableRow>({
  name: 'informing',
  key: 'person_id',
  columns: {
    ...{ person_id: 'text', registered_at: 'text', informed_on: 'text', review_on: 'text' },
    ...{ position: 'text', in_doubt: 'bool', doc: 'json' },
  },
  indexes: ['(registered_at, person_id) where informed_on is null'],
});

export const isAboutInforming = (event: OnPerson): event is OnInforming => isInformingEvent(event);

const NOTHING_KNOWN = { informed_on: null, review_on: null, doc: {} };

/** Two are no longer one: of what was recorded of the survivor meanwhile nobody knows whom it was said to. */
export const doubtInforming = (personId: string, mergedAt: string, rows: Rows): void => {
  const row = rows.informing.get(personId);
  if (row?.position && row.position > mergedAt) rows.informing.put({ ...row, ...NOTHING_KNOWN, in_doubt: true });
};

export const projectInforming = (event: OnInforming | Extract<OnPerson, { type: 'PersonRegistered' }>, rows: Rows): void => {
  const { personId } = event.data;
  const { at, userId: by, position } = event;
  if (event.type === 'PersonRegistered')
    return rows.informing.put({ person_id: personId, registered_at: at, ...NOTHING_KNOWN, position: null, in_doubt: false });
  const row = rows.informing.get(personId);
  if (!row) throw new InconsistentHistoryError('person unknown');
  const recorded = { position, in_doubt: false };
  if (event.type === 'PersonInformed') {
    const { informedOn, means } = event.data;
    const informed = { means, by, at, note: sealed(event, 'note') };
    return rows.informing.put({ ...row, ...recorded, informed_on: informedOn, review_on: null, doc: { informed } });
  }
  const { ground, reviewOn } = event.data;
  const postponed = { ground, by, at, reason: sealed(event, 'reason') };
  rows.informing.put({ ...row, ...recorded, review_on: reviewOn, doc: { ...row.doc, postponed } });
};
