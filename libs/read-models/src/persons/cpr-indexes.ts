// The blind index of the CPR numbers in a batch: the one thing a projection needs the keys for.
import { TamperedError, type BlindIndex, type Vault } from '@app/personal-data';
import { sealed, type Happened } from '../history.js';
import type { CprIndexes } from './projection.js';

export interface Search {
  readonly vault: Pick<Vault, 'openMany'>;
  readonly blindIndex: Pick<BlindIndex, 'cprIndex'>;
}

/**
 * A number whose key is destroyed, that does not authenticate or is no CPR number gets no index; the person stays.
 * @throws KeyStoreUnavailableError: try again later
 */
export const indexCprNumbers = async (events: readonly Happened[], search: Search | undefined): Promise<CprIndexes> => {
  const indexes = new Map<string, string | null>();
  if (!search) return indexes;
  const texts = events.flatMap((event) => (event.kind === 'person' ? (sealed(event, 'cpr') ?? []) : []));
  if (texts.length === 0) return indexes;
  const open = async (list: typeof texts): Promise<(string | undefined)[]> => {
    try {
      return await search.vault.openMany(list);
    } catch (error) {
      if (!(error instanceof TamperedError)) throw error;
      return list.length === 1 ? [undefined] : (await Promise.all(list.map((text) => open([text])))).flat();
    }
  };
  const numbers = await open(texts);
  for (const [i, { eventId }] of texts.entries()) {
    const number = numbers[i];
    indexes.set(eventId, number === undefined ? null : indexOf(search, number));
  }
  return indexes;
};

const indexOf = ({ blindIndex }: Search, number: string): string | null => {
  try {
    return blindIndex.cprIndex(number);
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
};
