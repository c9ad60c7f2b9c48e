// Before anything is opened or served: what the log says is erased is destroyed again, in case an older key store was restored.
import type { EventStore } from '@app/event-store';
import type { KeyStore } from '@app/personal-data';
import { erasedSoFar } from '@app/read-models';
import type { DataSource } from 'typeorm';
import { erasedMonths } from '../audit/log-keeper.js';
import { keysOf, type Target } from './traces.js';

const AT_ONCE = 10_000;

/**
 * Also of what was looked for in months that are over. The read models are the list of erasures up to their position; after it, and for streams that are parked, the log is read.
 * @returns how many keys had come back
 * @throws UnavailableError, KeyStoreUnavailableError: then nothing may be served
 */
export const replayErasures = async (parts: {
  readonly store: EventStore;
  readonly dataSource: DataSource;
  readonly keys: KeyStore;
}): Promise<number> => {
  const { store, dataSource, keys } = parts;
  const { targets: known, position, parkedPersonIds } = await erasedSoFar(dataSource);
  const targets: Target[] = [...known];
  const add = ({ type, data }: { readonly type: string; readonly data: unknown }): void => {
    if (type === 'ErasureStarted') targets.push(data as Target);
  };
  for (const personId of parkedPersonIds) (await store.readStream(`person-${personId}`)).forEach(add);
  const filter = { streamPrefixes: ['person-'], types: ['ErasureStarted'] };
  for (let [at, more] = [position, true]; more;) {
    const batch = await store.readAll(at, { filter, limit: AT_ONCE });
    batch.events.forEach(add);
    more = batch.position > at;
    at = batch.position;
  }
  return keys.destroyAgain([...targets.map(keysOf), ...(await erasedMonths(store))]);
};
