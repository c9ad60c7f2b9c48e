// A copy is the same log, wherever it was interrupted, and nothing else is ever taken for one.
import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import pg from 'pg';
import {
  createMemoryEventStore,
  createPostgresEventStore,
  EVENT_STORE_DDL,
  NO_STREAM,
  OutcomeUnknownError,
  START,
  type EventStore,
  type NewEvent,
  type StoredEvent,
} from '@app/event-store';
import { createTestDatabase, type TestDatabase } from '@app/testing';
import { main } from '../commands.js';
import { copyLog, type CopyOptions } from './copy.js';

const newEvent = (data: unknown = { n: 1 }): NewEvent => ({
  id: randomUUID(),
  type: 'Noted',
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

/** Appends to the streams in that order, so many events each. */
const write = async (store: EventStore, ...appends: [stream: string, events: number, data?: unknown][]): Promise<void> => {
  for (const [stream, events, data] of appends) {
    const [last] = await store.readStream(stream, { direction: 'backwards', limit: 1 });
    await store.append(
      stream,
      last?.revision ?? NO_STREAM,
      Array.from({ length: events }, (_, n) => newEvent(data ?? { n })),
    );
  }
};
const all = async (store: EventStore): Promise<StoredEvent[]> => {
  const events: StoredEvent[] = [];
  for (let position = START; ;) {
    const page = await store.readAll(position);
    if (page.position === position) return events;
    events.push(...page.events);
    position = page.position;
  }
};
/** What a copy keeps. */
const kept = async (store: EventStore) =>
  (await all(store)).map(({ stream, revision, id, type, data, metadata }) => ({ stream, revision, id, type, data, metadata }));

const never = new AbortController().signal;
const copying = (from: EventStore, to: EventStore, over: Partial<CopyOptions> = {}) =>
  copyLog({ from, to, signal: never, ...over });
const refused = (words: RegExp) => ({ name: 'Unusable', message: expect.stringMatching(words) as string });

/** Interleaved streams of every shape: long ones, short ones, text of every kind, one that comes back again and again. */
const sample = async (): Promise<EventStore> => {
  const store = createMemoryEventStore();
  await write(store, ['case-1', 3], ['person-1', 1, { ø: 'Ung Testperson \u{1f600} \u0000 "' }], ['case-1', 2]);
  await write(store, ['case-2', 1, { list: [null, -0, 1e21, { '2': 1, b: [] }] }], ['access-2026', 450]);
  await write(store, ['case-1', 1], ['access-2026', 1], ['big-1', 3, { sealed: 'x'.repeat(400_000) }], ['case-2', 1, []]);
  return store;
};

describe('copying a log', () => {
  it('keeps every event, in the order of the whole log', async () => {
    const from = await sample();
    const to = createMemoryEventStore();
    const copied = await copying(from, to);
    expect(await kept(to)).toEqual(await kept(from));
    const events = (await all(from)).length;
    expect(copied).toMatchObject({ finished: true, found: 0, copied: events, verified: events, streams: 5 });
    expect(copied.position).toBe(await from.head());
  });

  it('of an empty log is an empty log', async () => {
    const copied = await copying(createMemoryEventStore(), createMemoryEventStore());
    expect(copied).toMatchObject({ finished: true, found: 0, copied: 0, verified: 0, streams: 0, position: START });
  });

  it('changes nothing when it is repeated, and says the same digest', async () => {
    const from = await sample();
    const to = createMemoryEventStore();
    const first = await copying(from, to);
    const again = await copying(from, to);
    expect(again).toEqual({ ...first, found: first.copied, copied: 0 });
    expect((await copying(to, createMemoryEventStore())).digest).toBe(first.digest);
    await write(from, ['case-9', 1]);
    expect((await copying(from, to)).digest).not.toBe(first.digest);
  });

  it('catches up with a source that grows meanwhile', async () => {
    const from = await sample();
    const to = createMemoryEventStore();
    let growing = Promise.resolve();
    const told: string[] = [];
    const copied = await copying(from, to, {
      // While it copies, while it compares and while it reads back; and again in the round after.
      tell: (step) => {
        told.push(step);
        if (told.at(-1) !== told.at(-2) && told.length < 2_000)
          growing = growing.then(() => write(from, [`new-${told.length}`, 1], ['case-1', 1]));
      },
    });
    await growing;
    expect(copied.copied).toBeGreaterThan(470);
    expect(copied.position).toBe(await from.head());
    expect(await kept(to)).toEqual(await kept(from));
  });

  it('tells how far it is', async () => {
    const from = await sample();
    const told: Record<string, [number, number][]> = { copy: [], verify: [], streams: [] };
    await copying(from, createMemoryEventStore(), { tell: (step, ...now) => told[step]!.push(now) });
    const events = (await all(from)).length;
    for (const [step, end] of [
      ['copy', events],
      ['verify', events],
      ['streams', 5],
    ] as const)
      expect([step, told[step]!.at(-1), new Set(told[step]!.map(([, of]) => of))]).toEqual([step, [end, end], new Set([end])]);
  });

  it('sends no append that is larger than a store takes', async () => {
    const from = await sample();
    const to = createMemoryEventStore();
    const append = to.append.bind(to);
    const sizes: { events: number; bytes: number }[] = [];
    to.append = (stream, expected, events) => {
      sizes.push({ events: events.length, bytes: JSON.stringify(events).length });
      return append(stream, expected, events);
    };
    await copying(from, to);
    expect(Math.max(...sizes.map(({ bytes }) => bytes))).toBeLessThan(1024 * 1024);
    expect(Math.max(...sizes.map(({ events }) => events))).toBe(200);
  });
});

describe('a copy that was interrupted', () => {
  /** Fails at that append, before or after it took effect. */
  const failing = (store: EventStore, at: number, after: boolean): EventStore => {
    let appends = 0;
    return {
      ...store,
      append: async (...args) => {
        if (appends++ !== at) return store.append(...args);
        if (after) await store.append(...args);
        throw new OutcomeUnknownError('the connection broke');
      },
    };
  };
  const logs = fc.array(fc.tuple(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 4 })), { maxLength: 40 });
  const stops = fc.array(
    fc.oneof(
      fc.record({ at: fc.nat(40), after: fc.boolean() }),
      fc.record({ told: fc.nat(200) }), // Ctrl-C
    ),
    { maxLength: 4 },
  );
  const seed = Date.now();

  it(`goes on to the identical log, wherever that was (seed ${seed})`, async () => {
    await fc.assert(
      fc.asyncProperty(logs, stops, fc.boolean(), async (appends, interruptions, grows) => {
        const from = createMemoryEventStore();
        const to = createMemoryEventStore();
        await write(from, ...appends.map(([stream, events]): [string, number] => [`case-${stream}`, events]));
        for (const stop of interruptions) {
          if ('at' in stop)
            await copying(from, failing(to, stop.at, stop.after)).catch((error: unknown) =>
              expect(error).toBeInstanceOf(OutcomeUnknownError),
            );
          else {
            const controller = new AbortController();
            let told = 0;
            await copying(from, to, {
              signal: controller.signal,
              tell: () => {
                if (told++ === stop.told) controller.abort();
              },
            });
          }
          const [whole, part] = [await kept(from), await kept(to)];
          expect(part).toEqual(whole.slice(0, part.length));
          if (grows) await write(from, ['case-1', 1], ['case-7', 2]);
        }
        const before = (await all(to)).length;
        const { found, copied, verified } = await copying(from, to);
        expect(await kept(to)).toEqual(await kept(from));
        expect({ found, sum: found + copied }).toEqual({ found: before, sum: verified });
      }),
      { seed, numRuns: 150 },
    );
  });

  it('says so and is not finished', async () => {
    const controller = new AbortController();
    controller.abort();
    expect(await copying(await sample(), createMemoryEventStore(), { signal: controller.signal })).toMatchObject({
      finished: false,
      copied: 0,
    });
  });
});

describe('a copy is refused', () => {
  it('into a store with events of its own', async () => {
    const to = createMemoryEventStore();
    await write(to, ['case-1', 1]);
    await expect(copying(await sample(), to)).rejects.toMatchObject(refused(/event 1 of the target is not that of the source/));
    expect(await all(to)).toHaveLength(1);
  });

  it('into a copy that went on by itself', async () => {
    const from = await sample();
    const to = createMemoryEventStore();
    await copying(from, to);
    await write(to, ['case-1', 1]);
    await expect(copying(from, to)).rejects.toMatchObject(refused(/goes on after the end of the source/));
    await write(from, ['case-1', 1]);
    await expect(copying(from, to)).rejects.toMatchObject(refused(/is not that of the source/));
  });

  it('into a copy of another log, even where only one byte differs', async () => {
    const from = await sample();
    const to = createMemoryEventStore();
    await copying(from, to);
    const metadata = { ...newEvent().metadata, at: '2026-11-24T08:00:00.001Z' };
    for (const over of [{ type: 'Noted2' }, { data: { n: 99 } }, { metadata }, { id: randomUUID() }, { stream: 'case-3' }]) {
      const other: EventStore = {
        ...from,
        readAll: async (...args) => {
          const page = await from.readAll(...args);
          return { ...page, events: page.events.map((e) => (e.stream === 'case-2' && e.revision === 0 ? { ...e, ...over } : e)) };
        },
      };
      await expect(copying(other, to)).rejects.toMatchObject(refused(/event 7 of the target is not that of the source/));
    }
  });

  it('when somebody else writes to the target meanwhile', async () => {
    const from = await sample();
    const to = createMemoryEventStore();
    let meddled: Promise<void> | undefined;
    const meddling = copying(from, to, { tell: () => void (meddled ??= write(to, ['access-2026', 1])) });
    await expect(meddling).rejects.toMatchObject(refused(/somebody else writes to it/));

    const beside = createMemoryEventStore();
    let once: Promise<void> | undefined;
    const unseen = copying(from, beside, { tell: () => void (once ??= write(beside, ['other-1', 1])) });
    await expect(unseen).rejects.toMatchObject(refused(/is not that of the source|goes on after/));
  });
});

describe('a copy is not the same', () => {
  type Page = Awaited<ReturnType<EventStore['readAll']>>;
  const tampered = async (readAll: (page: Page) => Page, words: RegExp) => {
    const to = createMemoryEventStore();
    const other: EventStore = { ...to, readAll: async (...args) => readAll(await to.readAll(...args)) };
    await expect(copying(await sample(), other)).rejects.toMatchObject(refused(words));
  };

  it('when the log gives back another event', async () => {
    await tampered((page) => {
      const last = page.events.at(-1);
      return last?.stream === 'case-2' ? { ...page, events: [...page.events.slice(0, -1), { ...last, data: {} }] } : page;
    }, /is not that of the source \(case-2 #1\)/);
  });

  it('when the log gives back fewer events than were appended', async () => {
    await tampered(
      (page) => (page.events.at(-1)?.stream === 'case-2' ? { ...page, events: page.events.slice(0, -1) } : page),
      /the target gives back 462 of 463 events/,
    );
  });

  it.each([
    ['another event', (events: readonly StoredEvent[]) => events.map((e, n) => (n === 1 ? { ...e, data: {} } : e))],
    ['fewer events', (events: readonly StoredEvent[]) => events.slice(1)],
    ['them in another order', (events: readonly StoredEvent[]) => events.toReversed()],
  ])('when a stream gives back %s', async (_, change) => {
    const to = createMemoryEventStore();
    const other: EventStore = {
      ...to,
      readStream: async (stream, options) => {
        const events = await to.readStream(stream, options);
        return stream === 'case-1' ? change(events) : events;
      },
    };
    await expect(copying(await sample(), other)).rejects.toMatchObject(refused(/stream case-1 differs: 6 events in the source/));
  });
});

describe('copy-log', () => {
  const databases: TestDatabase[] = [];
  const database = async (): Promise<string> => {
    const made = await createTestDatabase();
    databases.push(made);
    return made.url;
  };
  afterEach(async () => {
    for (const made of databases.splice(0)) await made.drop();
  });
  const sql = async (url: string, text: string): Promise<void> => {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    await client.query(text);
    await client.end();
  };
  const withStore = async <T>(url: string, work: (store: EventStore) => Promise<T>): Promise<T> => {
    const store = await createPostgresEventStore({ connectionString: url });
    try {
      return await work(store);
    } finally {
      await store.close();
    }
  };
  const source = async (): Promise<string> => {
    const url = await database();
    await sql(url, EVENT_STORE_DDL);
    await withStore(url, async (store) => {
      await write(store, ['case-1', 2], ['person-1', 1, { ø: 'Ung Testperson \u{1f600}' }], ['case-1', 1], ['case-2', 300]);
    });
    return url;
  };
  const run = async (from: string, to: string, { env = {}, stop = false } = {}) => {
    const out: string[] = [];
    const err: string[] = [];
    const controller = new AbortController();
    if (stop) controller.abort();
    const exitCode = await main(['copy-log', '--from', from, '--to', to], {
      out: (line) => out.push(line),
      err: (line) => err.push(line),
      env,
      today: () => '2026-11-24',
      interrupted: () => controller.signal,
    });
    return { exitCode, out: out.join('\n'), err: err.join('\n') };
  };

  it('copies one PostgreSQL to an empty one, and finds what came since', async () => {
    const [from, to] = [await source(), await database()];
    const answer = await run(from, to);
    expect(answer).toMatchObject({ exitCode: 0, err: expect.stringMatching(/^304 of 304 events in the target/) as string });
    expect(answer.out).toMatch(/copied \/ kopieret: +304\n/);
    expect(answer.out).toMatch(/streams read back and the same .* 3\n/);
    expect(await withStore(to, kept)).toEqual(await withStore(from, kept));

    await withStore(from, (store) => write(store, ['case-3', 2]));
    expect((await run(from, to)).out).toMatch(/found in the target .* 304\ncopied \/ kopieret: +2\n/);
    expect(await withStore(to, kept)).toEqual(await withStore(from, kept));
  });

  it('finds a byte that was changed in the target', async () => {
    const [from, to] = [await source(), await database()];
    await run(from, to);
    await sql(to, `update event_store.events set data = replace(data, 'Ung', 'ung') where stream = 'person-1'`);
    const answer = await run(from, to);
    expect(answer).toMatchObject({ exitCode: 2, out: '' });
    expect(answer.err).toMatch(/event 3 of the target is not that of the source \(person-1 #0\)/);
    expect(answer.err).not.toMatch(/ung/i);
  });

  it('takes variables, so that no password is seen among the arguments, and shows none', async () => {
    const [from, to] = [await source(), await database()];
    expect((await run('OLD_LOG', 'NEW_LOG', { env: { OLD_LOG: from, NEW_LOG: to } })).exitCode).toBe(0);
    const wrong = to.replace(/:[^:@/]+@/, ':geheim@');
    const answer = await run(from, wrong);
    expect(answer).toMatchObject({ exitCode: 2, out: '' });
    expect(answer.err).toMatch(/postgres:\/\/127\.0\.0\.1:\d+\/test_\w+: .*wrong user or password/);
    expect(answer.err).not.toMatch(/geheim/);
  });

  it('stops when it is asked to, with exit code 1', async () => {
    const [from, to] = [await source(), await database()];
    const answer = await run(from, to, { stop: true });
    expect(answer).toMatchObject({ exitCode: 1, out: '' });
    expect(answer.err).toMatch(/stopped; 0 events compared, 0 copied[^]*run the same command again/);
    expect((await run(from, to)).exitCode).toBe(0);
  });

  it('says in words what cannot be copied', async () => {
    const from = await source();
    const empty = await database();
    expect((await run(from, from)).err).toMatch(/the same store/);
    expect((await run(from, 'mysql://localhost/x')).err).toMatch(/--to is the URL of an event store: postgres:\/\/…/);
    expect((await run('nothing', empty)).err).toMatch(/--from is the URL of an event store/);
    expect((await run(empty, from)).err).toMatch(/there is no log in it/);
    for (const [a, b] of [
      [from, from],
      [empty, from],
    ] as const)
      expect((await run(a, b)).exitCode).toBe(2);
  });
});
