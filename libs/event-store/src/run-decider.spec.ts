// The command loop with a toy domain: a box with room for three things.
import { randomUUID } from 'node:crypto';
import { createTestDatabase, type TestDatabase } from '@app/testing';
import {
  accept,
  codec,
  event,
  id,
  int,
  refuse,
  unreachable,
  type Command,
  type Decider,
  type EventOf,
  type FoldedOf,
} from '@app/domain';
import fc from 'fast-check';
import pg from 'pg';
import { createMemoryEventStore } from './memory.js';
import { NO_STREAM, OutcomeUnknownError, RevisionConflictError, START, UnavailableError, type EventStore } from './port.js';
import { EVENT_STORE_DDL } from './postgres/schema.js';
import { createPostgresEventStore } from './postgres/store.js';
import { RecentStreams } from './recent-streams.js';
import { clearOf, IdempotencyKeyReusedError, loadState, runDecider, type RunDecider } from './run-decider.js';

const boxEvents = {
  ThingAdded: event(
    2,
    { thing: id, weight: int },
    { note: { field: 1, fieldClass: 'social' } },
    { 1: (old) => ({ ...old, weight: 0 }) },
  ),
  AddRefused: event(1, { thing: id }),
};
const boxCodec = codec(boxEvents);
type Events = typeof boxEvents;
interface Box {
  readonly things: readonly string[];
  readonly refused: number;
}
type Add = Command<'add', { thing: string }>;
const box: Decider<Box, Add, EventOf<Events>, FoldedOf<Events>> = {
  initialState: { things: [], refused: 0 },
  evolve: (state, added) => {
    switch (added.type) {
      case 'ThingAdded':
        return { ...state, things: [...state.things, added.data.thing] };
      case 'AddRefused':
        return { ...state, refused: state.refused + 1 };
      default:
        return unreachable(added);
    }
  },
  decide: ({ data: { thing } }, { things }) => {
    if (thing === 'stone') {
      const { refusal } = refuse('box.no-stones', 'No stones.', 'Ingen sten.');
      return { ...accept<EventOf<Events>>({ type: 'AddRefused', data: { thing } }), refusal };
    }
    if (things.length >= 3) return refuse('box.full', 'The box is full.', 'Kassen er fuld.');
    if (things.includes(thing)) return accept();
    return accept({
      type: 'ThingAdded',
      data: { thing, weight: 1 },
      subject: { id: 's1', scope: 'identity' },
      text: { note: 'plain' },
    });
  },
};

type Options = Partial<Pick<RunDecider<Events, Box, Add>, 'expectedRevision' | 'seal' | 'onAppended'>> & {
  commandId?: string;
  commandHash?: string;
};
/** Of the process that adds; undefined: it reads the stream every time. */
let recent: RecentStreams | undefined;
const adding = (
  store: EventStore,
  thing: string,
  { commandId = randomUUID(), commandHash = 'h1', ...options }: Options = {},
): RunDecider<Events, Box, Add> => ({
  store,
  ...(recent && { recent }),
  stream: 'box-1',
  decider: box,
  codec: boxCodec,
  command: { type: 'add', data: { thing }, context: {} as Add['context'] },
  meta: {
    commandId,
    commandHash,
    actor: 'user-1',
    organisation: 'bif',
    authority: 'municipality',
    at: '2026-11-24T08:00:00.000Z',
    ruleSet: 'ruleset-1',
  },
  seal: (eventId, { data, subject }) => (subject ? { ...data, subject: subject.id, text: { sealed: eventId } } : data),
  newId: () => randomUUID(),
  ...options,
});
const add = (...args: Parameters<typeof adding>) => runDecider(adding(...args));
const state = async (store: EventStore) => (await loadState(store, 'box-1', box, boxCodec)).state;

/** The store, with something in the way of the first appends. */
const disturbed = (store: EventStore, ...disturbances: ((append: () => Promise<unknown>) => Promise<unknown>)[]): EventStore => ({
  ...store,
  append: async (stream, revision, events) => {
    const append = () => store.append(stream, revision, events);
    await disturbances.shift()?.(append);
    return append();
  },
});
const lose = async (): Promise<never> => {
  throw new OutcomeUnknownError('lost');
};

type Open = () => Promise<{ store: EventStore; end: () => Promise<void> }>;
const STORES: [string, Open][] = [
  [
    'memory',
    async () => {
      const store = createMemoryEventStore();
      return { store, end: () => store.close() };
    },
  ],
  [
    'postgres',
    async () => {
      const database: TestDatabase = await createTestDatabase();
      const client = new pg.Client({ connectionString: database.url });
      await client.connect();
      await client.query(EVENT_STORE_DDL);
      await client.end();
      const store = await createPostgresEventStore({ connectionString: database.url });
      return { store, end: () => store.close().then(() => database.drop()) };
    },
  ],
];
describe.each(
  STORES.flatMap(([name, open]): [string, Open, boolean][] => [
    [name, open, false],
    [`${name}, remembering recent streams`, open, true],
  ]),
)('runDecider on %s', (_, open, remembers) => {
  let store: EventStore;
  let end: () => Promise<void>;
  beforeEach(async () => {
    ({ store, end } = await open());
    recent = remembers ? new RecentStreams() : undefined;
  });
  afterEach(() => end());

  it('decides, seals and appends', async () => {
    const receipts: unknown[] = [];
    const { receipt, refusal } = await add(store, 'ball', {
      commandId: 'c-1',
      onAppended: (appended) => receipts.push(appended),
    });
    expect(refusal).toBeUndefined();
    expect(receipt).toEqual({ stream: 'box-1', revision: 0, position: await store.head(), repeated: false });
    expect(receipts).toEqual([receipt]);
    const [stored] = await store.readStream('box-1');
    expect(stored).toMatchObject({
      type: 'ThingAdded',
      data: { thing: 'ball', weight: 1, subject: 's1', text: { sealed: stored!.id } },
      metadata: { v: 2, commandId: 'c-1', actor: 'user-1', ruleSet: 'ruleset-1' },
    });
    expect(await state(store)).toEqual({ things: ['ball'], refused: 0 });
  });

  it('folds older versions, and an empty stream', async () => {
    expect(await loadState(store, 'box-1', box, boxCodec)).toEqual({ state: box.initialState, revision: NO_STREAM });
    await add(store, 'ball');
    const [stored] = await store.readStream('box-1');
    const old = { id: randomUUID(), type: 'ThingAdded', data: { thing: 'hoop' }, metadata: { ...stored!.metadata, v: 1 } };
    await store.append('box-1', 0, [old]);
    expect(await state(store)).toMatchObject({ things: ['ball', 'hoop'] });
  });

  it('carries a command out once', async () => {
    const first = await add(store, 'ball', { commandId: 'c-1' });
    await add(store, 'hoop');
    const again = await add(store, 'ball', { commandId: 'c-1', expectedRevision: 17 });
    expect(again).toEqual({ receipt: { ...first.receipt, repeated: true } });
    expect(await store.readStream('box-1')).toHaveLength(2);
  });

  it('carries a command out once when it comes twice at the same time', async () => {
    const outcomes = await Promise.all([1, 2].map(() => add(store, 'ball', { commandId: 'c-1' })));
    expect(outcomes.map(({ receipt }) => receipt.revision)).toEqual([0, 0]);
    expect(outcomes.filter(({ receipt }) => receipt.repeated)).toHaveLength(1);
  });

  it('refuses an idempotency key with another body', async () => {
    await add(store, 'ball', { commandId: 'c-1' });
    await expect(add(store, 'hoop', { commandId: 'c-1', commandHash: 'h2' })).rejects.toBeInstanceOf(IdempotencyKeyReusedError);
  });

  it('returns a refusal and appends nothing', async () => {
    for (const thing of ['a', 'b', 'c']) await add(store, thing);
    const head = await store.head();
    expect(await add(store, 'd')).toMatchObject({ refusal: { rule: 'box.full' }, receipt: { revision: 2, position: head } });
    expect(await store.head()).toBe(head);
  });

  it('appends the record of a refusal before it returns it, and answers a repeat alike', async () => {
    const outcome = await add(store, 'stone', { commandId: 'c-1' });
    expect(outcome).toMatchObject({ refusal: { rule: 'box.no-stones' }, receipt: { revision: 0, repeated: false } });
    expect(await state(store)).toMatchObject({ refused: 1 });
    const again = await add(store, 'stone', { commandId: 'c-1' });
    expect(again).toEqual({ refusal: outcome.refusal, receipt: { ...outcome.receipt, repeated: true } });
  });

  it('says where the stream is when nothing had to happen', async () => {
    const { receipt } = await add(store, 'ball');
    expect((await add(store, 'ball')).receipt).toEqual(receipt);
    const idle = { ...box, decide: () => accept<EventOf<Events>>() };
    const nothing = await runDecider({
      ...({ store, codec: boxCodec, seal: () => ({}), newId: randomUUID, meta: {}, command: {} } as never as RunDecider<
        Events,
        Box,
        Add
      >),
      stream: 'box-2',
      decider: idle,
    });
    expect(nothing.receipt).toEqual({ stream: 'box-2', revision: NO_STREAM, position: START, repeated: false });
  });

  it('decides again on what others appended meanwhile', async () => {
    const outcomes = await Promise.all(['a', 'b', 'c', 'd'].map((thing) => add(store, thing)));
    expect(outcomes.filter(({ refusal }) => refusal?.rule === 'box.full')).toHaveLength(1);
    expect((await state(store)).things).toHaveLength(3);
  });

  it('gives up after five conflicts', async () => {
    let conflicts = 0;
    const hot: EventStore = {
      ...store,
      append: async (_stream, revision) => {
        conflicts++;
        throw new RevisionConflictError(revision, revision + 1);
      },
    };
    await expect(add(hot, 'ball')).rejects.toBeInstanceOf(RevisionConflictError);
    expect(conflicts).toBe(6);
  });

  it('decides at the expected revision or not at all', async () => {
    await add(store, 'ball', { expectedRevision: NO_STREAM });
    await expect(add(store, 'hoop', { expectedRevision: 3 })).rejects.toMatchObject({ expected: 3, actual: 0 });
    const overtaken = disturbed(store, () => add(store, 'bat'));
    await expect(add(overtaken, 'hoop', { expectedRevision: 0 })).rejects.toMatchObject({ expected: 0, actual: 1 });
    expect((await state(store)).things).toEqual(['ball', 'bat']);
  });

  it('resolves an unknown outcome, whether the append took effect or not', async () => {
    const tookEffect = disturbed(store, async (append) => append().then(lose));
    expect((await add(tookEffect, 'ball')).receipt).toMatchObject({ revision: 0, repeated: false });
    const didNot = disturbed(store, lose);
    expect((await add(didNot, 'hoop')).receipt).toMatchObject({ revision: 1 });
    expect((await state(store)).things).toEqual(['ball', 'hoop']);
  });

  it('keeps an outcome unknown that cannot be resolved', async () => {
    const down = async () => {
      throw new UnavailableError('down');
    };
    await expect(add(disturbed(store, lose, down), 'ball')).rejects.toBeInstanceOf(OutcomeUnknownError);
    await expect(add(disturbed(store, lose, lose, lose), 'ball')).rejects.toBeInstanceOf(OutcomeUnknownError);
    await expect(add(disturbed(store, down), 'ball')).rejects.toBeInstanceOf(UnavailableError);
  });
});

describe('a process that remembers recent streams', () => {
  let store: EventStore;
  let reads: number;
  const here = new RecentStreams();
  /** Another process: it does not tell this one what it appends. */
  const elsewhere = async (thing: string, options: Options = {}) => {
    recent = undefined;
    const outcome = await add(store, thing, options);
    recent = here;
    return outcome;
  };
  beforeEach(() => {
    const real = createMemoryEventStore();
    reads = 0;
    store = {
      ...real,
      readStream: (...args) => {
        reads++;
        return real.readStream(...args);
      },
    };
    recent = here;
    here.forget('box-1');
  });
  const things = async () => (await state(store)).things;

  it('decides the next command without reading the stream', async () => {
    await add(store, 'ball');
    expect(reads).toBe(1);
    await add(store, 'hoop', { expectedRevision: 0 });
    expect((await add(store, 'bat')).receipt).toMatchObject({ revision: 2, repeated: false });
    expect(reads).toBe(1);
    expect(await things()).toEqual(['ball', 'hoop', 'bat']);
  });

  it('folds what it appended as it will be read', async () => {
    const seen: unknown[] = [];
    const evolve: typeof box.evolve = (state, event) => (seen.push(event), box.evolve(state, event));
    const decide: typeof box.decide = (command, state) => {
      const [event] = box.decide(command, state).events;
      return accept({ ...event!, data: { ...event!.data, gone: undefined } } as never);
    };
    await runDecider({ ...adding(store, 'ball'), decider: { ...box, evolve, decide } });
    await loadState(store, 'box-1', { ...box, evolve }, boxCodec);
    expect(seen).toHaveLength(2);
    expect(seen[0]).toStrictEqual(seen[1]);
  });

  it('decides again when another process appended in between', async () => {
    await add(store, 'ball');
    await elsewhere('hoop');
    expect((await add(store, 'bat')).receipt.revision).toBe(2);
    expect(await things()).toEqual(['ball', 'hoop', 'bat']);
  });

  it('refuses on the stream itself, never on a memory', async () => {
    for (const thing of ['a', 'b', 'c']) await add(store, thing);
    const before = reads;
    expect((await add(store, 'd')).refusal?.rule).toBe('box.full');
    expect(reads).toBe(before + 1);
  });

  it.each<[string, Options]>([
    ['nothing to do', {}],
    ['If-Match', { expectedRevision: 0 }],
  ])('looks at the stream before it says: %s', async (_, options) => {
    await add(store, 'ball');
    await elsewhere('hoop');
    const outcome = add(store, 'hoop', options);
    if (options.expectedRevision === undefined) expect((await outcome).receipt.revision).toBe(1);
    else await expect(outcome).rejects.toMatchObject({ expected: 0, actual: 1 });
  });

  it('lets a command be thrown out on the stream itself', async () => {
    await add(store, 'ball');
    await elsewhere('key');
    const locked: typeof box.decide = (command, state) => {
      if (!state.things.includes('key')) throw new Error('locked');
      return box.decide(command, state);
    };
    const outcome = await runDecider({ ...adding(store, 'hoop'), decider: { ...box, decide: locked } });
    expect(outcome.receipt.revision).toBe(2);
  });

  it('recognises a repeat, from memory and from another process', async () => {
    const first = await add(store, 'ball', { commandId: 'c-1' });
    const before = reads;
    expect(await add(store, 'ball', { commandId: 'c-1' })).toEqual({ receipt: { ...first.receipt, repeated: true } });
    expect(reads).toBe(before);
    const other = await elsewhere('hoop', { commandId: 'c-2' });
    expect(await add(store, 'hoop', { commandId: 'c-2' })).toEqual({ receipt: { ...other.receipt, repeated: true } });
    expect(await things()).toEqual(['ball', 'hoop']);
  });

  it('starts over when the log is no longer the one it remembers', async () => {
    await add(store, 'ball');
    await add(store, 'hoop');
    store = createMemoryEventStore(); // an older backup was restored
    expect((await add(store, 'bat')).receipt.revision).toBe(0);
    expect(await things()).toEqual(['bat']);
  });

  it('keeps the streams used last, as many as their events allow', () => {
    const few = new RecentStreams(8);
    const folded = (revision: number) => ({ state: {}, revision, position: START, commands: new Map() });
    const kept = () => ['a', 'b', 'c', 'd'].map((stream) => few.get(stream)?.revision);
    few.set('a', () => folded(1));
    few.set('b', () => folded(1));
    few.set('c', () => folded(0)); // five events: the first half is full
    few.get('a');
    few.set('d', () => folded(0));
    few.set('d', () => folded(2)); // the next half: b and c were not asked for
    expect(kept()).toEqual([1, undefined, undefined, 2]);
    few.set('a', () => folded(0)); // late news
    expect(few.get('a')?.revision).toBe(1);
    few.set('a', () => {
      throw new Error('cannot be folded');
    });
    expect(kept()).toEqual([undefined, undefined, undefined, 2]);
  });

  it('holds no more events than it may, whatever is asked of it', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.record({
            stream: fc.integer({ min: 0, max: 9 }),
            revision: fc.nat(5),
            how: fc.constantFrom('set', 'get', 'forget'),
          }),
        ),
        (calls) => {
          const few = new RecentStreams(10);
          for (const { stream, revision, how } of calls) {
            if (how === 'set') few.set(`s${stream}`, () => ({ state: {}, revision, position: START, commands: new Map() }));
            else few[how](`s${stream}`);
          }
          const events = Array.from({ length: 10 }, (_, n) => few.get(`s${n}`)).map((folded) => (folded?.revision ?? -1) + 1);
          expect(events.reduce((sum, n) => sum + n, 0)).toBeLessThanOrEqual(10 + 2 * 6);
        },
      ),
    );
  });
});

describe('clearOf', () => {
  it('leaves only what a decider may fold', () => {
    expect(clearOf({ a: 1, subject: 's', text: {} })).toEqual({ a: 1 });
    expect(clearOf({ a: 1 })).toEqual({ a: 1 });
    expect(clearOf(null)).toBeNull();
  });
});
