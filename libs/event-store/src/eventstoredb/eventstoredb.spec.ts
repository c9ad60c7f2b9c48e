// The contract, on the double or, through `npm run -s test:eventstoredb`, on a real server.
import { randomBytes } from 'node:crypto';
import { GrpcDouble } from '../../testing/grpc-double.js';
import { eventStoreContract } from '../contract.js';
import { createEventStoreDbEventStore } from './index.js';

const real = process.env['FREMDRIFT_TEST_EVENTSTORE_URL'];

/** How often others may still write. Had they all the time a test takes, a slow machine would read a log that grows faster than it reads. */
let fromOthers = 0;
beforeEach(() => {
  fromOthers = 20;
});

if (real === undefined)
  eventStoreContract('eventstoredb (double)', async () => {
    const double = await GrpcDouble.start();
    // What others do on the same server, all the while.
    const others = setInterval(() => {
      if (fromOthers-- > 0) double.addForeignEvents();
    }, 10);
    const store = await createEventStoreDbEventStore({ connectionString: double.url() });
    return {
      store,
      drop: async () => double.drop(),
      end: async () => {
        clearInterval(others);
        await store.close();
        await double.stop();
        // Erasure is by key: nothing here deletes, truncates or scavenges. And every revision was exact.
        expect(double.calls).not.toMatchObject({ delete: expect.anything() as unknown });
        expect(double.calls).not.toMatchObject({ tombstone: expect.anything() as unknown });
        expect(double.calls).not.toMatchObject({ inexact: expect.anything() as unknown });
        expect([...double.log.streams.keys()].filter((name) => name.startsWith('$$fremdrift'))).toEqual([]);
      },
    };
  });
else
  eventStoreContract('eventstoredb', async () => {
    // A log of its own on a server that may hold anything. What is appended stays.
    const option = `streamPrefix=contract-${randomBytes(6).toString('hex')}.`;
    const store = await createEventStoreDbEventStore({ connectionString: `${real}${real.includes('?') ? '&' : '?'}${option}` });
    return { store, end: () => store.close() };
  });
