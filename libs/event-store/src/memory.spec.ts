import { eventStoreContract, newEvents } from './contract.js';
import { createMemoryEventStore } from './memory.js';
import { NO_STREAM } from './port.js';

eventStoreContract('memory', async () => {
  const store = createMemoryEventStore();
  return { store, end: () => store.close() };
});

describe('memory store', () => {
  it('records by the clock it is given', async () => {
    const store = createMemoryEventStore({ clock: () => new Date('2026-11-24T08:00:00Z') });
    await store.append('case-1', NO_STREAM, newEvents(1));
    expect((await store.readStream('case-1'))[0]!.recordedAt).toBe('2026-11-24T08:00:00.000Z');
  });
});
