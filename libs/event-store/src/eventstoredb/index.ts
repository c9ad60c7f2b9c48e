// The way in. The client package is loaded only where it is used: it takes a tenth of a second and 20 MB.
import type { EventStore } from '../port.js';
import type { EventStoreDbEventStoreOptions } from './store.js';

export { ConnectionStringError } from './connection-string.js';
export type { EventStoreDbEventStoreOptions } from './store.js';

/**
 * Connects to EventStoreDB or KurrentDB, and looks whether it answers.
 * @throws ConnectionStringError; UnavailableError when the server does not answer, or refuses the user
 */
export const createEventStoreDbEventStore = async (options: EventStoreDbEventStoreOptions): Promise<EventStore> => {
  const { createStore } = await import('./store.js');
  return createStore(options);
};
