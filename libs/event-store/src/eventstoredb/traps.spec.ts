// What a server, a network and the client package do to this store: one spec for each way of failing, over real gRPC against the double.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EventStoreDBClient, jsonEvent } from '@eventstore/db-client';
import { createCertificates } from '../../testing/certificates.js';
import { GrpcDouble, type DoubleOptions } from '../../testing/grpc-double.js';
import { follow, newEvent, newEvents } from '../contract.js';
import {
  InvalidAppendError,
  NO_STREAM,
  OutcomeUnknownError,
  RevisionConflictError,
  START,
  UnavailableError,
  type EventStore,
  type NewEvent,
} from '../port.js';
import { createEventStoreDbEventStore, type EventStoreDbEventStoreOptions } from './index.js';

const LIMIT_MS = 400;
/** Until a loaded machine has certainly noticed. */
const PATIENCE = 10;

let double: GrpcDouble;
let closers: (() => Promise<unknown>)[];
const start = async (options?: DoubleOptions): Promise<GrpcDouble> => {
  const started = await GrpcDouble.start(options);
  closers.push(() => started.stop());
  return started;
};
const open = async (options: Partial<EventStoreDbEventStoreOptions> = {}): Promise<EventStore> => {
  const store = await createEventStoreDbEventStore({ connectionString: double.url(), ...options });
  closers.push(() => store.close());
  return store;
};
beforeEach(async () => {
  closers = [];
  double = await start();
});
afterEach(async () => {
  for (const close of closers.reverse()) await close();
});

const ids = (events: readonly { readonly id: string }[]): string[] => events.map(({ id }) => id);
const failure = (call: Promise<unknown>): Promise<unknown> => call.then(() => 'no failure').catch((error: unknown) => error);
const timed = async (call: Promise<unknown>): Promise<{ error: unknown; ms: number }> => {
  const began = performance.now();
  return { error: await failure(call), ms: performance.now() - began };
};
/** What runDecider does: the same bytes at the same revision. */
const resend = async (store: EventStore, stream: string, revision: number, events: readonly NewEvent[]) => {
  for (let sent = 0; ; sent++) {
    try {
      return await store.append(stream, revision, events);
    } catch (error) {
      if (sent === 3 || !(error instanceof OutcomeUnknownError)) throw error;
    }
  }
};
/** Without an end the test's own limit says so. */
const until = async (holds: () => boolean): Promise<void> => {
  while (!holds()) await new Promise((done) => setTimeout(done, 5));
};
const appends = (): number => double.calls['batchAppend.append'] ?? 0;

describe('a server that does not answer', () => {
  it('costs no call more than its time limit, neither append, read, head nor close, and is used again when it is back', async () => {
    const store = await open({ timeoutMs: LIMIT_MS, pollMs: 20 });
    const [first, second] = newEvents(2);
    await store.append('case-1', NO_STREAM, [first!]);
    const following = follow(store, START, 2);
    double.freeze();
    const [appended, read, all, head] = await Promise.all([
      timed(store.append('case-1', 0, [second!])),
      timed(store.readStream('case-1')),
      timed(store.readAll(START)),
      timed(store.head()),
    ]);
    expect(appended.error).toBeInstanceOf(OutcomeUnknownError);
    for (const { error } of [read, all, head]) expect(error).toBeInstanceOf(UnavailableError);
    for (const { ms } of [appended, read, all, head]) expect(ms).toBeLessThan(LIMIT_MS * PATIENCE);
    // Half-open: the old connection stays dead. Only a new one gets through.
    double.thawForNewConnections();
    await resend(store, 'case-1', 0, [second!]);
    expect(ids(await store.readStream('case-1'))).toEqual(ids([first!, second!]));
    expect(ids(await following)).toEqual(ids([first!, second!]));
    double.freeze();
    const closed = await timed(store.close());
    expect(closed).toMatchObject({ error: 'no failure' });
    expect(closed.ms).toBeLessThan(LIMIT_MS * PATIENCE);
  });

  it('ignores an answer that comes after its time, and hears the others', async () => {
    const store = await open({ timeoutMs: LIMIT_MS });
    double.refuse('append', 'pending', 2);
    const late = newEvents(1);
    const lateOne = failure(store.append('case-1', NO_STREAM, late));
    await new Promise((done) => setTimeout(done, LIMIT_MS / 2)); // so that it is late alone
    const other = store.append('case-2', NO_STREAM, newEvents(1));
    expect(await lateOne).toBeInstanceOf(OutcomeUnknownError);
    double.answerPending();
    expect((await other).revision).toBe(0);
    expect((await resend(store, 'case-1', NO_STREAM, late)).revision).toBe(0);
    expect(await store.readStream('case-1')).toHaveLength(1);
  });

  it('lets no read that closing cut short pass for a whole one', async () => {
    const store = await open();
    await store.append('case-1', NO_STREAM, newEvents(1));
    const reads = double.calls['read']!;
    double.refuse('read', 'pending');
    const reading = store.readStream('case-1').catch((error: unknown) => error);
    await until(() => double.calls['read'] === reads + 1);
    await store.close();
    expect(await reading).toBeInstanceOf(UnavailableError);
  });
});

describe('a server that is down', () => {
  it('is told at once when the store is opened', async () => {
    await double.down();
    const { error, ms } = await timed(open({ timeoutMs: 60_000 }));
    expect(error).toBeInstanceOf(UnavailableError);
    expect(ms).toBeLessThan(10_000);
  });

  it('at the first append: nothing was sent, and the next one goes through as soon as it is up', async () => {
    const store = await open({ timeoutMs: 60_000 });
    await double.down();
    expect(await failure(store.head())).toBeInstanceOf(UnavailableError); // The connection is known to be gone.
    for (let n = 0; n < 3; n++) {
      const { error, ms } = await timed(store.append('case-1', NO_STREAM, newEvents(1)));
      expect(error).toBeInstanceOf(UnavailableError);
      expect(ms).toBeLessThan(10_000);
    }
    expect(appends()).toBe(0);
    await double.up();
    // No back-off of the connection that failed stands in the way.
    const { error, ms } = await timed(store.append('case-1', NO_STREAM, newEvents(1)));
    expect(error).toBe('no failure');
    expect(ms).toBeLessThan(10_000);
  });

  it.each(['notReady', 'tooBusy', 'noLeader', 'accessDenied'] as const)('or %s: nothing was written', async (refusal) => {
    const store = await open();
    double.refuse('append', refusal);
    const events = newEvents(1);
    expect(await failure(store.append('case-1', NO_STREAM, events))).toBeInstanceOf(UnavailableError);
    expect(await store.readStream('case-1')).toEqual([]);
    await store.append('case-1', NO_STREAM, events);
  });

  it.each(['notReady', 'tooBusy'] as const)('or %s while reading: asked once more, then unavailable', async (refusal) => {
    const store = await open();
    await store.append('case-1', NO_STREAM, newEvents(1));
    double.refuse('read', refusal);
    expect(await store.readStream('case-1')).toHaveLength(1);
    double.refuse('read', refusal, 2);
    expect(await failure(store.readStream('case-1'))).toBeInstanceOf(UnavailableError);
  });
});

describe('an append without an answer', () => {
  it('is found by reading, and was sent once', async () => {
    const store = await open();
    const events = newEvents(2);
    await store.append('case-0', NO_STREAM, newEvents(1));
    double.lose('after');
    const receipt = await store.append('case-1', NO_STREAM, events);
    const stored = await store.readStream('case-1');
    expect(ids(stored)).toEqual(ids(events));
    expect(receipt).toEqual({ revision: 1, position: stored[1]!.position });
    expect(appends()).toBe(2);
  });

  it('and without a trace stays unknown: it is not sent again behind the back of whoever decides', async () => {
    const store = await open();
    double.lose('before');
    expect(await failure(store.append('case-1', NO_STREAM, newEvents(1)))).toBeInstanceOf(OutcomeUnknownError);
    double.refuse('append', 'timeout');
    expect(await failure(store.append('case-1', NO_STREAM, newEvents(1)))).toBeInstanceOf(OutcomeUnknownError);
    expect(appends()).toBe(2);
  });

  it('loses to others who were at that place first', async () => {
    const [store, other] = [await open(), await open()];
    await other.append('case-1', NO_STREAM, newEvents(2));
    double.lose('before');
    expect(await failure(store.append('case-1', NO_STREAM, newEvents(1)))).toEqual(new RevisionConflictError(NO_STREAM, 1));
    const [a, b] = newEvents(2);
    await other.append('case-2', NO_STREAM, [a!]);
    double.lose('before');
    expect(await failure(store.append('case-2', NO_STREAM, [a!, b!]))).toBeInstanceOf(InvalidAppendError);
  });

  it('has its position read when the server does not know it', async () => {
    const store = await open();
    double.withoutReceiptPositions = true;
    const receipt = await store.append('case-1', NO_STREAM, newEvents(3));
    expect(receipt.position).toBe((await store.readStream('case-1'))[2]!.position);
  });
});

describe('two stores in one process', () => {
  const OTHERS = 200;
  /** Appends on one server while another one breaks under its own appends. */
  const whileAnotherBreaks = async (append: (n: number) => Promise<unknown>, breaks: (n: number) => Promise<unknown>) => {
    const results = await Promise.all(
      Array.from({ length: OTHERS }, async (_, n) => {
        const broken = n % 10 === 0 ? failure(breaks(n)) : undefined;
        const result = await failure(append(n));
        await broken;
        return result;
      }),
    );
    return results.filter((result) => result !== 'no failure');
  };

  it('have nothing to do with each other', async () => {
    const store = await open();
    const broken = await start();
    const other = await open({ connectionString: broken.url() });
    broken.lose(...Array<'before'>(OTHERS).fill('before'));
    const failed = await whileAnotherBreaks(
      (n) => store.append(`case-${n}`, NO_STREAM, newEvents(1)),
      (n) => other.append(`case-${n}`, NO_STREAM, newEvents(1)),
    );
    expect(failed).toEqual([]);
    expect(broken.calls['batchAppend.append']).toBeGreaterThan(0);
  });

  it('would have with the appends of the package, which is why they are not used', async () => {
    const broken = await start();
    const [client, other] = [double, broken].map((server) => EventStoreDBClient.connectionString(server.url()));
    closers.push(
      () => client!.dispose(),
      () => other!.dispose(),
    );
    broken.lose(...Array<'before'>(OTHERS).fill('before'));
    const append = (to: EventStoreDBClient, n: number) =>
      to.appendToStream(`case-${n}`, [jsonEvent({ type: 'Noted', data: { n } })], { expectedRevision: 'no_stream' });
    // The appends of the healthy server wait until the other one has failed.
    double.refuse('append', 'pending', OTHERS);
    const failed = await whileAnotherBreaks(
      (n) => append(client!, n),
      (n) => append(other!, n),
    );
    expect(failed.length).toBeGreaterThan(0);
  });
});

describe('a cluster', () => {
  it.each(['esdb://', 'esdb+discover://'])('of %s: decisions go to the leader, also when it moves', async (protocol) => {
    const follower = await start({ leader: double });
    const hosts = protocol === 'esdb://' ? [follower, double] : [follower];
    const store = await open({
      connectionString: `${protocol}${hosts.map(({ port }) => `localhost:${port}`).join()}?tls=false`,
      timeoutMs: 5_000,
      pollMs: 50,
    });
    const events = newEvents(4);
    const following = follow(store, START, 4);
    await store.append('case-1', NO_STREAM, [events[0]!]);
    expect(follower.calls['batchAppend.append']).toBeUndefined();
    for (const [n, leader] of [follower, double, follower].entries()) {
      leader.becomeLeader();
      expect(await store.readStream('case-1')).toHaveLength(n + 1);
      await resend(store, 'case-1', n, [events[n + 1]!]);
      expect(await store.readStream('case-1')).toHaveLength(n + 2);
    }
    expect(ids(await following)).toEqual(ids(events));
    for (const node of [double, follower]) expect(node.calls['readFromFollower']).toBeUndefined();
  });

  it('is found again when the leader is gone', async () => {
    const follower = await start({ leader: double });
    const connectionString = `esdb://localhost:${double.port},localhost:${follower.port}?tls=false`;
    const store = await open({ connectionString, timeoutMs: 5_000 });
    await store.append('case-1', NO_STREAM, newEvents(1));
    follower.becomeLeader();
    await double.down();
    const events = newEvents(1);
    for (;;) {
      const error = await failure(resend(store, 'case-1', 0, events));
      if (error === 'no failure') break;
      expect(error).toBeInstanceOf(UnavailableError);
    }
    expect(await store.readStream('case-1')).toHaveLength(2);
  });
});

describe('a subscription', () => {
  it('goes on where it was when its server was away, and tells it once', async () => {
    const lines: string[] = [];
    const store = await open({ log: (line) => lines.push(line), pollMs: 20 });
    const writer = await open();
    const events = newEvents(6);
    await writer.append('case-1', NO_STREAM, events.slice(0, 3));
    const seen: string[] = [];
    const stop = new AbortController();
    const following = (async () => {
      for await (const batch of store.subscribe(START, { signal: stop.signal, batchSize: 2 })) {
        seen.push(...ids(batch.events));
        if (seen.length === 3) await double.down();
        if (seen.length >= 6) return;
      }
    })();
    await until(() => lines.length > 0);
    await double.up();
    await resend(writer, 'case-1', 2, events.slice(3)).catch(() => resend(writer, 'case-1', 2, events.slice(3)));
    await following;
    expect(seen).toEqual(ids(events));
    expect(lines).toEqual([expect.stringMatching(/^a subscription lost its connection/)]);
  });

  it('hears of what others append without asking', async () => {
    const store = await open({ pollMs: 3_600_000 });
    const writer = await open();
    const following = follow(store, START, 3);
    await until(() => double.calls['subscribe'] !== undefined);
    for (let n = 0; n < 3; n++) await writer.append('case-1', n - 1, newEvents(1));
    expect(await following).toHaveLength(3);
  });

  it('passes by what others keep on the server, and remembers that it did', async () => {
    for (let n = 0; n < 250; n++) double.addForeignEvents();
    const store = await open({ pollMs: 10 });
    expect(await store.head()).toBe(START);
    expect(await store.readAll(START)).toEqual({ events: [], position: START });
    const [mine] = newEvents(1);
    const { position } = await store.append('case-1', NO_STREAM, [mine!]);
    for (let n = 0; n < 250; n++) double.addForeignEvents();
    expect(await store.head()).toBe(position);
    expect(ids(await follow(store, START, 1))).toEqual([mine!.id]);
    const batch = await store.readAll(START, { limit: 5 });
    expect(batch).toMatchObject({ events: [{ stream: 'case-1', id: mine!.id }], position });
    // 1,500 records by now: the end of the log is looked at, not all of it.
    const before = double.sent;
    for (let n = 0; n < 20; n++) expect(await store.head()).toBe(position);
    expect(double.sent - before).toBeLessThan(100);
  });
});

describe('what goes over the wire', () => {
  it('is encrypted and for a user who is known, with the authority and the password of the URL', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'fremdrift-tls-'));
    closers.push(async () => rmSync(folder, { recursive: true }));
    const [good, bad] = [createCertificates(), createCertificates()];
    writeFileSync(join(folder, 'good.crt'), good.ca);
    writeFileSync(join(folder, 'bad.crt'), bad.ca);
    double = await start({ tls: good, user: { username: 'fremdrift', password: 'p@ss:w/rd' } });
    const url = (file: string, user: string) => double.url(`tlsCAFile=${join(folder, file)}`, user);
    const right = encodeURIComponent('p@ss:w/rd');
    const store = await open({ connectionString: url('good.crt', `fremdrift:${right}`) });
    await store.append('case-1', NO_STREAM, newEvents(1));
    expect(double.lastHeaders['authorization']).toBe(`Basic ${Buffer.from('fremdrift:p@ss:w/rd').toString('base64')}`);
    expect(await store.readStream('case-1')).toHaveLength(1);
    for (const [connectionString, reason] of [
      [url('good.crt', 'fremdrift:wrong'), 'access-denied'],
      [url('bad.crt', `fremdrift:${right}`), 'unavailable'],
      [double.url('tls=false'), 'unavailable'],
    ] as const) {
      const error = await failure(open({ connectionString }));
      expect(error).toBeInstanceOf(UnavailableError);
      expect((error as Error).message).toBe(`the event store does not answer (${reason})`);
    }
  });

  it('is what was given and nothing else: bytes of JSON, the metadata of the event, a name for the connection', async () => {
    const store = await open();
    const event = newEvent('Noted', { text: 'æ', lone: '\ud800', n: 1e21 });
    await store.append('case-1', NO_STREAM, [event]);
    const [kept] = double.log.streams.get('fremdrift.case-1')!;
    expect(Buffer.from(kept!.data).toString()).toBe(JSON.stringify(event.data));
    expect(Buffer.from(kept!.metadata).toString()).toBe(JSON.stringify(event.metadata));
    expect(kept).toMatchObject({ id: event.id, type: 'Noted', contentType: 'application/json' });
    const { 'connection-name': name, 'requires-leader': leader, ...others } = double.lastHeaders;
    expect({ name, leader }).toEqual({ name: 'fremdrift', leader: 'true' });
    expect(Object.keys(others).filter((header) => !/^(user-agent|grpc-|accept-encoding|te$)/.test(header))).toEqual([]);
  });

  it('is never more than the server takes', async () => {
    const store = await open();
    const half = () => newEvent('Noted', 'x'.repeat(600_000));
    expect(await failure(store.append('case-1', NO_STREAM, [half(), half()]))).toBeInstanceOf(InvalidAppendError);
    expect(appends()).toBe(0);
    double.maxAppendBytes = 1_000; // less than its default
    expect(await failure(store.append('case-1', NO_STREAM, [half()]))).toBeInstanceOf(InvalidAppendError);
    expect(await store.readStream('case-1')).toEqual([]);
  });

  it('holds positions, or the server is too old', async () => {
    const store = await open();
    await store.append('case-1', NO_STREAM, newEvents(1));
    double.withoutStreamPositions = true;
    expect(String(await failure(store.readStream('case-1')))).toMatch('22.6 or later is needed');
  });
});
