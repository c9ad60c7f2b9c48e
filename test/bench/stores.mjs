// What the adapter for EventStoreDB costs: its appends and its catch-up beside the bare client package, on the same server, which
// is the double in a process of its own. The ratios are about this side of the wire; the rates say nothing of a real server.
import { fork } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { EventStoreDBClient, jsonEvent, START as FROM_START } from '@eventstore/db-client';
import { built, median, sealedEvent, spread } from './parts.mjs';

const STREAM_LENGTH = 20;
const SECONDS = 1;
const EVENTS = 10_000;

const startDouble = async () => {
  const child = fork(join(import.meta.dirname, '../support/grpc-double.mjs'));
  const { url } = await new Promise((started, failed) => {
    child.once('message', started);
    child.once('exit', () => failed(new Error('the double ended')));
  });
  return { url, stop: () => child.kill() };
};

const CONTENDERS = {
  adapter: async (url) => {
    const { createEventStoreDbEventStore, START } = await built('event-store');
    const store = await createEventStoreDbEventStore({ connectionString: url });
    return {
      append: (stream, revision, event) => store.append(stream, revision, [event]),
      read: async (count) => {
        const stop = new AbortController();
        let seen = 0;
        for await (const { events } of store.subscribe(START, { signal: stop.signal })) {
          seen += events.length;
          if (seen >= count) break;
        }
      },
      close: () => store.close(),
    };
  },
  bare: async (url) => {
    const client = EventStoreDBClient.connectionString(url);
    return {
      append: (stream, revision, event) =>
        client.appendToStream(`fremdrift.${stream}`, [jsonEvent(event)], {
          expectedRevision: revision < 0 ? 'no_stream' : BigInt(revision),
        }),
      read: async (count) => {
        let seen = 0;
        const subscription = client.subscribeToAll({ fromPosition: FROM_START });
        for await (const { event } of subscription) if (event.streamId.startsWith('fremdrift.') && ++seen === count) break;
        await subscription.unsubscribe();
      },
      close: () => client.dispose(),
    };
  },
};

/** Appends per second of so many writers, each waiting for its answer before it sends the next. */
const measure = async (append, writers, seconds) => {
  let appended = 0;
  const start = performance.now();
  const end = start + seconds * 1000;
  await Promise.all(
    Array.from({ length: writers }, async () => {
      while (performance.now() < end) {
        const stream = `case-${randomUUID()}`;
        for (let revision = -1; revision < STREAM_LENGTH - 1 && performance.now() < end; revision++) {
          await append(stream, revision, sealedEvent());
          appended++;
        }
      }
    }),
  );
  return (appended / (performance.now() - start)) * 1000;
};

const inTurns = async (rounds, use) => {
  const rates = { adapter: [], bare: [] };
  for (let round = 0; round < rounds; round++)
    for (const name of round % 2 ? ['bare', 'adapter'] : ['adapter', 'bare']) rates[name].push(await use(CONTENDERS[name]));
  return rates;
};

export const run = async ({ rounds, report }) => {
  report.line('the server is the double (in memory, no disk, no cluster): compare, do not quote');
  for (const writers of [1, 8, 32]) {
    const rates = await inTurns(rounds, async (open) => {
      const double = await startDouble();
      const { append, close } = await open(double.url);
      await measure(append, writers, 0.5);
      const rate = await measure(append, writers, SECONDS);
      await close();
      double.stop();
      return rate;
    });
    report.line(`${writers} writers: adapter ${spread(rates.adapter)}, bare client ${spread(rates.bare)} appends/s`);
    report.result(`stores.append.w${writers}`, median(rates.adapter) / median(rates.bare), 'x bare client (double)');
  }
  const double = await startDouble();
  const filler = await CONTENDERS.adapter(double.url);
  for (let n = 0; n < EVENTS; n += 100)
    await Promise.all(Array.from({ length: 100 }, (_, i) => filler.append(`case-${n + i}`, -1, sealedEvent())));
  await filler.close();
  const rates = await inTurns(rounds, async (open) => {
    const { read, close } = await open(double.url);
    await read(1_000);
    const start = performance.now();
    await read(EVENTS);
    const rate = (EVENTS / (performance.now() - start)) * 1000;
    await close();
    return rate;
  });
  double.stop();
  report.line(`catching up: adapter ${spread(rates.adapter)}, bare client ${spread(rates.bare)} events/s`);
  report.result('stores.read', median(rates.adapter) / median(rates.bare), 'x bare client (double)');
};
