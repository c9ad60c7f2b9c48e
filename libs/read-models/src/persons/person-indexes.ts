// What finds the persons in a batch: keyed hashes of their names, birth dates and CPR numbers. The one thing a projection needs the keys for.
import type { IdentityField } from '@app/domain';
import { TamperedError, type BlindIndex, type NameTokens, type Vault } from '@app/personal-data';
import { sealed, type Happened } from '../history.js';

export interface Search {
  readonly vault: Pick<Vault, 'openMany'>;
  readonly blindIndex: Pick<BlindIndex, 'cprIndex' | 'cprAlike' | 'birthIndex' | 'nameTokens'>;
}
/** Of one event: what the fields it tells are found by. `null`: by nothing; missing: the event says nothing of the field. */
export interface PersonIndex {
  readonly cpr?: { readonly index: string; readonly alike: readonly string[] } | null;
  readonly birthDate?: string | null;
  readonly name?: NameTokens | null;
  readonly alias?: NameTokens | null;
}
/** By event id. */
export type PersonIndexes = ReadonlyMap<string, PersonIndex>;

const INDEXED = ['cpr', 'birthDate', 'name', 'alias'] as const satisfies readonly IdentityField[];

/**
 * A text whose key is destroyed, or that does not authenticate, and a number that is no CPR number find nobody; the person stays.
 * @throws KeyStoreUnavailableError: try again later
 */
export const indexPersons = async (events: readonly Happened[], search: Search | undefined): Promise<PersonIndexes> => {
  const indexes = new Map<string, PersonIndex>();
  if (!search) return indexes;
  const texts = events.flatMap((event) => {
    if (event.kind !== 'person') return [];
    return INDEXED.flatMap((field) => {
      const text = sealed(event, field);
      return text ? [{ ...text, name: field }] : [];
    });
  });
  if (texts.length === 0) return indexes;
  const open = async (list: typeof texts): Promise<(string | undefined)[]> => {
    try {
      return await search.vault.openMany(list);
    } catch (error) {
      if (!(error instanceof TamperedError)) throw error;
      return list.length === 1 ? [undefined] : (await Promise.all(list.map((text) => open([text])))).flat();
    }
  };
  const opened = await open(texts);
  const words = new Map<string, string>();
  for (const [i, { eventId, name }] of texts.entries()) {
    const text = opened[i];
    const found = text === undefined ? null : indexOf(search, name, text, words);
    indexes.set(eventId, { ...indexes.get(eventId), [name]: found });
  }
  return indexes;
};

const indexOf = ({ blindIndex }: Search, field: (typeof INDEXED)[number], text: string, words: Map<string, string>) => {
  switch (field) {
    case 'name':
    case 'alias':
      return blindIndex.nameTokens(text, words);
    case 'birthDate':
      return blindIndex.birthIndex(text);
    case 'cpr':
      try {
        return { index: blindIndex.cprIndex(text), alike: blindIndex.cprAlike(text) };
      } catch (error) {
        if (error instanceof RangeError) return null;
        throw error;
      }
  }
};
