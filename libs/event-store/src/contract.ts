// What every event store must do. One list for all adapters; a spec file per adapter runs it.
import { randomUUID } from 'node:crypto';
import {
  InvalidAppendError,
  MAX_EVENT_BYTES,
  NO_STREAM,
  OutcomeUnknownError,
  RevisionConflictError,
  START,
  UnavailableError,
  type Batch,
  type EventStore,
  type NewEvent,
  type Position,
  type StoredEvent,
} from './port.js';

export const newEvent = (type = 'Noted', data: unknown = { n: 1 }): NewEvent => ({
  id: randomUUID(),
  type,
  data,
  metadata: {
    v: 1,
    commandId: randomUUID(),
    commandHash: 'hash',
    actor: 'user-1',
    organisation: 'bif',
    authority: 'municipality',
    at: '2026-11-24T08:00:00.000Z',
    ruleSet: 'ruleset-1',
  },
});
export const newEvents = (count: number, type?: string): NewEvent[] =>
  Array.from({ length: count }, (_, n) => newEvent(type, { n }));
const ids = (events: readonly { readonly id: string }[]): string[] => events.map(({ id }) => id);

/** The whole log after a position, page by page. */
export const readToEnd = async (store: EventStore, after: Position = START, limit = 500): Promise<StoredEvent[]> => {
  const events: StoredEvent[] = [];
  for (let position = after; ;) {
    const batch = await store.readAll(position, { limit });
    if (batch.position === position) return events;
    events.push(...batch.events);
    position = batch.position;
  }
};

/** Follows the log until it has seen as many events as asked for. */
export const follow = async (
  store: EventStore,
  after: Position,
  count: number,
  options: { filter?: { types?: string[] }; batchSize?: number } = {},
): Promise<StoredEvent[]> => {
  const events: StoredEvent[] = [];
  const stop = new AbortController();
  for await (const batch of store.subscribe(after, { ...options, signal: stop.signal })) {
    events.push(...batch.events);
    if (events.length >= count) break;
  }
  return events;
};

/** What a spec opens a store with. */
export interface Opened {
  readonly store: EventStore;
  readonly end: () => Promise<void>;
  /** Breaks every connection the store has, where it has any and a spec can. */
  readonly drop?: () => Promise<void>;
}

/** The same bytes at the same revision until the outcome is known: what whoever appends does. */
const appendKnowing = async (store: EventStore, stream: string, revision: number, events: readonly NewEvent[]): Promise<void> => {
  for (;;) {
    try {
      await store.append(stream, revision, events);
      return;
    } catch (error) {
      if (!(error instanceof OutcomeUnknownError || error instanceof UnavailableError)) throw error;
    }
  }
};

/** @param open gives a store over an empty log, and what ends both */
export const eventStoreContract = (name: string, open: () => Promise<Opened>): void => {
  describe(`event store contract: ${name}`, () => {
    let store: EventStore;
    let end: () => Promise<void>;
    let drop: Opened['drop'];
    let stream: string;
    let streams = 0;
    beforeAll(async () => ({ store, end, drop } = await open()));
    afterAll(() => end());
    beforeEach(() => {
      stream = `case-${++streams}`;
    });

    it('starts empty', async () => {
      const other = await open();
      expect(await other.store.head()).toBe(START);
      expect(await other.store.readAll(START)).toEqual({ events: [], position: START });
      await other.end();
    });

    describe('append', () => {
      it('starts a stream at revision 0 and continues it', async () => {
        const [a, b, c] = newEvents(3);
        expect(await store.append(stream, NO_STREAM, [a!])).toMatchObject({ revision: 0 });
        const appended = await store.append(stream, 0, [b!, c!]);
        expect(appended.revision).toBe(2);
        expect(await store.head()).toBe(appended.position);
        const events = await store.readStream(stream);
        expect(events.map(({ revision }) => revision)).toEqual([0, 1, 2]);
        expect(events.at(-1)!.position).toBe(appended.position);
      });

      it('gives back exactly what was appended', async () => {
        const event = newEvent('CaseReferred', { a: null, b: [1, 2.5, -0], c: { d: 'æøå' }, gone: undefined });
        const before = Date.now();
        const { position } = await store.append(stream, NO_STREAM, [event]);
        const [stored] = await store.readStream(stream);
        expect(stored).toEqual({
          ...event,
          data: { a: null, b: [1, 2.5, 0], c: { d: 'æøå' } },
          stream,
          revision: 0,
          position,
          recordedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/) as string,
        });
        expect(Math.abs(Date.parse(stored!.recordedAt) - before)).toBeLessThan(60_000);
      });

      it('refuses a wrong expected revision and says which is right', async () => {
        await store.append(stream, NO_STREAM, newEvents(2));
        for (const wrong of [NO_STREAM, 0, 2, 7]) {
          const error: unknown = await store.append(stream, wrong, newEvents(1)).catch((e: unknown) => e);
          expect(error).toBeInstanceOf(RevisionConflictError);
          expect(error).toMatchObject({ expected: wrong, actual: 1 });
        }
        const error: unknown = await store.append(`${stream}-none`, 0, newEvents(2)).catch((e: unknown) => e);
        expect(error).toMatchObject({ expected: 0, actual: NO_STREAM });
        expect(await store.readStream(stream)).toHaveLength(2);
        expect(await store.readStream(`${stream}-none`)).toEqual([]);
      });

      it.each([1, 3])('recognises a repeat of %i event(s), also when the stream went on', async (count) => {
        const events = newEvents(count);
        const first = await store.append(stream, NO_STREAM, events);
        expect(await store.append(stream, NO_STREAM, events)).toEqual(first);
        await store.append(stream, count - 1, newEvents(2));
        expect(await store.append(stream, NO_STREAM, events)).toEqual(first);
        expect(await store.readStream(stream)).toHaveLength(count + 2);
      });

      it('recognises a repeat of a prefix', async () => {
        const events = newEvents(3);
        await store.append(stream, NO_STREAM, events);
        const stored = await store.readStream(stream);
        expect(await store.append(stream, NO_STREAM, events.slice(0, 2))).toEqual({
          revision: 1,
          position: stored[1]!.position,
        });
      });

      it('recognises a repeat that arrives together with the first', async () => {
        const events = newEvents(2);
        const receipts = await Promise.all([1, 2, 3].map(() => store.append(stream, NO_STREAM, events)));
        expect(new Set(receipts.map(({ position }) => position)).size).toBe(1);
        expect(await store.readStream(stream)).toHaveLength(2);
      });

      it('refuses a repeat that differs: mixed or longer', async () => {
        const [a, b, c] = newEvents(3);
        await store.append(stream, NO_STREAM, [a!, b!]);
        for (const events of [
          [a!, c!],
          [c!, b!],
          [a!, b!, c!],
        ])
          await expect(store.append(stream, NO_STREAM, events)).rejects.toBeInstanceOf(InvalidAppendError);
        expect(ids(await store.readStream(stream))).toEqual(ids([a!, b!]));
      });

      it.each<[string, string, number, NewEvent[]]>([
        ['no events', 'case-x', NO_STREAM, []],
        ['no stream name', '', NO_STREAM, newEvents(1)],
        ['a stream name that is not printable ASCII', 'case-é', NO_STREAM, newEvents(1)],
        ['an inexact revision', 'case-x', -2, newEvents(1)],
        ['an id that is no UUID', 'case-x', NO_STREAM, [{ ...newEvent(), id: 'x' }]],
        ['one id twice', 'case-x', NO_STREAM, Array<NewEvent>(2).fill(newEvent())],
        ['data that is no JSON', 'case-x', NO_STREAM, [newEvent('Noted', () => 1)]],
        ['an event that is too large', 'case-x', NO_STREAM, [newEvent('Noted', 'æ'.repeat(MAX_EVENT_BYTES / 2))]],
      ])('refuses %s before anything is written', async (_, to, revision, events) => {
        const head = await store.head();
        await expect(store.append(to, revision, events)).rejects.toBeInstanceOf(InvalidAppendError);
        expect(await store.head()).toBe(head);
      });

      it('keeps small, large and strange events as they are', async () => {
        const all = [
          newEvent('Tiny', 1),
          newEvent('Binary', Buffer.from(Array.from({ length: 256 }, (_, byte) => byte)).toString('base64')),
          newEvent('Large', 'x'.repeat(900_000)),
          newEvent('Strange', { nul: 'a\u0000b', lone: '\ud800', pair: '😀', quote: '"\\\n', sep: '\u2028', empty: '' }),
        ];
        await store.append(stream, NO_STREAM, all);
        expect((await store.readStream(stream)).map(({ data }) => data)).toEqual(all.map(({ data }) => data));
      });

      it('lets exactly one of many win a revision', async () => {
        const results = await Promise.allSettled(Array.from({ length: 20 }, () => store.append(stream, NO_STREAM, newEvents(1))));
        expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
        for (const result of results)
          if (result.status === 'rejected') expect(result.reason).toMatchObject({ expected: NO_STREAM, actual: 0 });
        expect(await store.readStream(stream)).toHaveLength(1);
      });

      it('lets appends that build on each other through in order', async () => {
        const receipts = await Promise.all([-1, 0, 1, 2].map((revision) => store.append(stream, revision, newEvents(1))));
        expect(receipts.map(({ revision }) => revision)).toEqual([0, 1, 2, 3]);
      });

      it('takes many streams at once, each in its order', async () => {
        const before = await store.head();
        const receipts = await Promise.all(
          Array.from({ length: 30 }, async (_, s) => {
            const own: { revision: number; position: Position }[] = [];
            for (let revision = NO_STREAM; revision < 4; revision++)
              own.push(await store.append(`${stream}-${s}`, revision, newEvents(1)));
            return own;
          }),
        );
        const log = await readToEnd(store, before);
        expect(log).toHaveLength(150);
        receipts.forEach((own, s) =>
          expect(log.filter((event) => event.stream === `${stream}-${s}`).map(({ position }) => position)).toEqual(
            own.map(({ position }) => position),
          ),
        );
      });
    });

    describe('readStream', () => {
      it('is empty for a stream that does not exist', async () => {
        expect(await store.readStream('case-nowhere')).toEqual([]);
        expect(await store.readStream('case-nowhere', { direction: 'backwards', limit: 1 })).toEqual([]);
      });

      it('reads both ways, from a revision, up to a limit', async () => {
        await store.append(stream, NO_STREAM, newEvents(6));
        const revisions = async (options?: Parameters<EventStore['readStream']>[1]) =>
          (await store.readStream(stream, options)).map(({ revision }) => revision);
        expect(await revisions()).toEqual([0, 1, 2, 3, 4, 5]);
        expect(await revisions({ from: 4 })).toEqual([4, 5]);
        expect(await revisions({ from: 1, limit: 2 })).toEqual([1, 2]);
        expect(await revisions({ from: 6 })).toEqual([]);
        expect(await revisions({ direction: 'backwards' })).toEqual([5, 4, 3, 2, 1, 0]);
        expect(await revisions({ direction: 'backwards', limit: 1 })).toEqual([5]);
        expect(await revisions({ direction: 'backwards', from: 2, limit: 2 })).toEqual([2, 1]);
      });

      it('gives concurrent readers their own streams', async () => {
        await Promise.all([1, 2, 3].map((n) => store.append(`${stream}-${n}`, NO_STREAM, newEvents(n))));
        const read = await Promise.all([1, 2, 3, 1, 4].map((n) => store.readStream(`${stream}-${n}`)));
        expect(read.map(({ length }) => length)).toEqual([1, 2, 3, 1, 0]);
      });
    });

    describe('readAll', () => {
      it('pages through the log in the order of positions', async () => {
        const before = await store.head();
        for (let n = 0; n < 7; n++) await store.append(`${stream}-${n % 3}`, NO_STREAM + Math.floor(n / 3), newEvents(1));
        const log = await readToEnd(store, before, 3);
        expect(log).toHaveLength(7);
        const positions = log.map(({ position }) => position);
        expect(positions).toEqual([...positions].sort());
        expect(new Set(positions).size).toBe(7);
        expect(positions[0]! > before && positions.at(-1) === (await store.head())).toBe(true);
        expect((await readToEnd(store, START, 4)).slice(-7)).toEqual(log);
      });

      it('filters by stream prefix and by type, and moves past what it leaves out', async () => {
        const before = await store.head();
        await store.append(`${stream}-a`, NO_STREAM, [newEvent('One'), newEvent('Two')]);
        await store.append(`${stream}_b`, NO_STREAM, [newEvent('One'), newEvent('Two')]);
        const read = (filter: Parameters<EventStore['readAll']>[1]) => store.readAll(before, filter);
        const head = await store.head();
        const seen = async (filter: Parameters<EventStore['readAll']>[1]) => {
          const batch = await read(filter);
          expect(batch.position).toBe(head);
          return batch.events.map((event) => `${event.stream.slice(stream.length)} ${event.type}`);
        };
        expect(await seen({ filter: { streamPrefixes: [`${stream}-`] } })).toEqual(['-a One', '-a Two']);
        expect(await seen({ filter: { types: ['Two'] } })).toEqual(['-a Two', '_b Two']);
        expect(await seen({ filter: { streamPrefixes: [`${stream}_`, 'x'], types: ['One', 'Two'] } })).toEqual([
          '_b One',
          '_b Two',
        ]);
        expect(await seen({ filter: { streamPrefixes: [`${stream}_`], types: ['Three'] } })).toEqual([]);
        expect(await seen({ filter: {} })).toHaveLength(4);
      });

      it('looks at no more than the limit', async () => {
        const before = await store.head();
        await store.append(stream, NO_STREAM, newEvents(5));
        const batch = await store.readAll(before, { limit: 2, filter: { types: ['Absent'] } });
        expect(batch.events).toEqual([]);
        const [, second] = await store.readStream(stream);
        expect(batch.position).toBe(second!.position);
      });

      it('refuses a position of another store', async () => {
        await expect(store.readAll('elsewhere' as Position)).rejects.toThrow('not a position');
      });
    });

    describe('subscribe', () => {
      it('catches up from the start and stays live', async () => {
        await store.append(stream, NO_STREAM, newEvents(5));
        const all = await readToEnd(store);
        const following = follow(store, START, all.length + 3, { batchSize: 3 });
        await store.append(stream, 4, newEvents(1));
        await store.append(stream, 5, newEvents(2));
        expect(ids(await following)).toEqual([...ids(all), ...ids((await store.readStream(stream)).slice(5))]);
      });

      it('starts in the middle', async () => {
        await store.append(stream, NO_STREAM, newEvents(4));
        const [, second, third, fourth] = await store.readStream(stream);
        expect(ids(await follow(store, second!.position, 2))).toEqual(ids([third!, fourth!]));
      });

      it('starts at the end', async () => {
        const following = follow(store, await store.head(), 1);
        const event = newEvent();
        await store.append(stream, NO_STREAM, [event]);
        expect(ids(await following)).toEqual([event.id]);
      });

      it('survives lost connections without missing, repeating or reordering', async () => {
        const start = await store.head();
        const seen: string[] = [];
        const stop = new AbortController();
        const appended: NewEvent[] = [];
        const following = (async () => {
          for await (const { events } of store.subscribe(start, { signal: stop.signal, batchSize: 3 })) {
            seen.push(...ids(events));
            if (seen.length >= 40) return;
          }
        })();
        for (let n = 0; n < 40; n++) {
          const event = newEvent('Noted', n);
          appended.push(event);
          await appendKnowing(store, stream, n - 1, [event]);
          if (n % 8 === 5) await drop?.();
        }
        await following;
        expect(seen).toEqual(ids(appended));
      });

      it('moves its position past what the filter leaves out', async () => {
        const start = await store.head();
        const stop = new AbortController();
        await store.append(stream, NO_STREAM, newEvents(3, 'Other'));
        const head = await store.head();
        let last: Batch | undefined;
        for await (const batch of store.subscribe(start, { filter: { types: ['Wanted'] }, signal: stop.signal })) {
          last = batch;
          if (batch.position === head) break;
        }
        expect(last).toEqual({ events: [], position: head });
      });

      it('waits for a slow consumer and then gives it everything, in batches of the size asked for', async () => {
        const start = await store.head();
        const stop = new AbortController();
        const batches: Batch[] = [];
        await store.append(stream, NO_STREAM, [newEvent('Noted', 0)]);
        let appended = 1;
        for await (const batch of store.subscribe(start, { signal: stop.signal, batchSize: 4 })) {
          batches.push(batch);
          // The consumer works while the log grows.
          for (; appended < 10; appended++) await store.append(stream, appended - 1, [newEvent('Noted', appended)]);
          if (batches.flatMap(({ events }) => events).length === 10) break;
        }
        expect(batches.flatMap(({ events }) => events.map(({ data }) => data))).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
        expect(Math.max(...batches.map(({ events }) => events.length))).toBeLessThanOrEqual(4);
        for (const { events, position } of batches) expect(position).toBe(events.at(-1)!.position);
      });

      it('serves several followers', async () => {
        const start = await store.head();
        const following = [1, 2, 3].map((n) => follow(store, start, 20, { batchSize: n }));
        for (let n = 0; n < 20; n++) await store.append(stream, n - 1, newEvents(1));
        const expected = ids(await store.readStream(stream));
        for (const seen of await Promise.all(following)) expect(ids(seen)).toEqual(expected);
      });

      it('ends when the signal aborts, before, while waiting, and between batches', async () => {
        const aborted = AbortSignal.abort();
        for await (const batch of store.subscribe(START, { signal: aborted })) throw new Error(`a batch at ${batch.position}`);

        const stop = new AbortController();
        const waiting = store.subscribe(await store.head(), { signal: stop.signal })[Symbol.asyncIterator]();
        const next = waiting.next();
        stop.abort();
        expect((await next).done).toBe(true);
        expect((await waiting.next()).done).toBe(true);

        await store.append(stream, NO_STREAM, newEvents(3));
        const between = new AbortController();
        let batches = 0;
        for await (const batch of store.subscribe(START, { signal: between.signal, batchSize: 1 })) {
          batches += batch.events.length;
          between.abort();
        }
        expect(batches).toBe(1);
      });

      it('can be left while it waits', async () => {
        const waiting = store.subscribe(await store.head(), { signal: new AbortController().signal })[Symbol.asyncIterator]();
        const next = waiting.next();
        await waiting.return!();
        expect((await next).done).toBe(true);
      });
    });

    it('ends its subscriptions and refuses every call when closed', async () => {
      const other = await open();
      const following = follow(other.store, START, 1);
      await other.store.close();
      expect(await following).toEqual([]);
      await expect(other.store.append('case-1', NO_STREAM, newEvents(1))).rejects.toBeInstanceOf(UnavailableError);
      await expect(other.store.readStream('case-1')).rejects.toBeInstanceOf(UnavailableError);
      await expect(other.store.head()).rejects.toBeInstanceOf(UnavailableError);
      await other.store.close();
      await other.end();
    });
  });
};
