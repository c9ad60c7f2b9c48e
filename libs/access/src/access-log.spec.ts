// Rule 9: logged before it is shown, and never shown when it could not be logged.
import { readdirSync, readFileSync } from 'node:fs';
import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import fc from 'fast-check';
import type { Actor } from '@app/domain';
import {
  createMemoryEventStore,
  InvalidAppendError,
  OutcomeUnknownError,
  START,
  UnavailableError,
  type EventStore,
  type StoredEvent,
} from '@app/event-store';
import { AccessLog, AccessLogUnavailableError, type AccessLogEntry } from './access-log.js';
import { accessLogCodec, accessLogEvents } from './log-events.js';
import { policiesInForce } from './policies.js';

type Store = Pick<EventStore, 'append' | 'readStream'>;

type Fault = 'unavailable' | 'lost' | 'done but unknown' | 'too large' | 'never answers' | 'answers late' | undefined;
/** Appends meet the faults given, first to last, then none. */
class Faulty implements Store {
  readonly #faults: Fault[];
  readonly late: (() => Promise<unknown>)[] = [];
  constructor(
    readonly inner: Store,
    faults: readonly Fault[],
  ) {
    this.#faults = [...faults];
  }
  readStream: Store['readStream'] = (...args) => this.inner.readStream(...args);
  append: Store['append'] = async (stream, expected, events) => {
    switch (this.#faults.shift()) {
      case 'unavailable':
        throw new UnavailableError('down');
      case 'lost':
        throw new OutcomeUnknownError('broken');
      case 'done but unknown':
        await this.inner.append(stream, expected, events);
        throw new OutcomeUnknownError('broken');
      case 'too large':
        throw new InvalidAppendError('too large');
      case 'never answers':
        return new Promise(() => undefined);
      case 'answers late':
        this.late.push(() => this.inner.append(stream, expected, events));
        return new Promise(() => undefined);
      case undefined:
        return this.inner.append(stream, expected, events);
    }
  };
}

const actor: Actor = {
  userId: 'user-1',
  organisationId: 'bif',
  authorityId: 'municipality',
  kind: 'municipal',
  role: 'coordinator',
};
const shown = (requestId = 'req-1', rest: { caseIds?: readonly string[]; purpose?: string } = {}): AccessLogEntry => ({
  type: 'PersonalDataShown',
  actor,
  requestId,
  purpose: 'case.read',
  policies: ['case.lead'],
  caseIds: ['case-1'],
  personIds: ['person-1', 'person-1'],
  fieldClasses: ['identity'],
  ...rest,
});
const searched: AccessLogEntry = { ...shown(), type: 'PersonalDataSearched', criterion: 'Ung Testperson' } as AccessLogEntry;

let now = new Date('2026-11-24T08:00:00.000Z');
beforeEach(() => {
  now = new Date('2026-11-24T08:00:00.000Z');
});
const open = (store: Store, options: Partial<ConstructorParameters<typeof AccessLog>[1]> = {}) =>
  new AccessLog(store, { clock: () => now, newId: randomUUID, ...options });
const requestIdOf = (event: { data: unknown }) => (event.data as { requestId: string }).requestId;
const written = async (store: EventStore) => (await store.readAll(START)).events;
const requestIds = async (store: EventStore) => (await written(store)).map(requestIdOf);
const verdicts = async (records: readonly Promise<void>[]) =>
  (await Promise.allSettled(records)).map((r) => {
    if (r.status === 'rejected') expect(r.reason).toBeInstanceOf(AccessLogUnavailableError);
    return r.status === 'fulfilled';
  });

const turns = async (n: number) => {
  for (let i = 0; i < n; i++) await new Promise(setImmediate);
};

describe('what is written', () => {
  it('who, when, for what, which cases, persons and classes, and by which policies', async () => {
    const store = createMemoryEventStore();
    await open(store).record(shown());
    const events = await written(store);
    expect(events).toMatchObject([
      {
        stream: expect.stringMatching(/^access-[0-9a-f-]{36}-2026-11-24$/) as string,
        revision: 0,
        id: expect.any(String) as string,
        type: 'PersonalDataShown',
        data: {
          userId: 'user-1',
          organisationId: 'bif',
          purpose: 'case.read',
          caseIds: ['case-1'],
          personIds: ['person-1'],
          fieldClasses: ['identity'],
          policies: ['case.lead'],
          requestId: 'req-1',
        },
        metadata: {
          v: 1,
          commandId: events[0]!.id,
          commandHash: 'none',
          actor: 'user-1',
          organisation: 'bif',
          authority: 'municipality',
          at: '2026-11-24T08:00:00.000Z',
          ruleSet: policiesInForce().version,
          causation: 'req-1',
        },
      },
    ]);
  });

  it('a refusal: the action, and no resource beyond the case asked for', async () => {
    const store = createMemoryEventStore();
    const { requestId, purpose } = shown();
    await open(store).record({ type: 'AccessRefused', actor, requestId, purpose, policies: [], action: 'readCase' });
    expect((await written(store))[0]!.data).toMatchObject({ action: 'readCase', policies: [], caseIds: [] });
  });

  it('the criterion of a search is sealed for its event; nothing else is said of it', async () => {
    const store = createMemoryEventStore();
    const asked: unknown[][] = [];
    const seal = async (...args: unknown[]) => {
      asked.push(args);
      return { criterion: { ct: 'sealed' } };
    };
    await open(store, { seal }).record(searched);
    const [event] = await written(store);
    const subject = { id: 'access-log', scope: '2026-11' };
    expect(asked).toEqual([[event!.id, 'PersonalDataSearched', subject, { criterion: 'Ung Testperson' }]]);
    expect(event!.data).toMatchObject({ subject, text: { criterion: { ct: 'sealed' } } });
    expect(JSON.stringify(event)).not.toContain('Testperson');
  });

  it('an opened identity: until when, the reason under the key of the person; its review: the verdict', async () => {
    const store = createMemoryEventStore();
    const asked: unknown[][] = [];
    const seal = async (_id: string, ...rest: unknown[]) => {
      asked.push(rest);
      return {};
    };
    const about = {
      ...{ actor, requestId: 'req-1', purpose: 'case.read', policies: ['case.lead'], caseIds: ['case-1'] },
      ...{ personIds: ['person-1'], fieldClasses: ['identity'] as const },
    };
    const subject = { id: 'person-1', scope: 'identity' };
    const until = '2026-11-24T09:00:00.000Z';
    const log = open(store, { seal });
    await log.record({ ...about, type: 'BreakGlassOpened', breakGlassId: 'b1', until, subject, reason: 'Klage' });
    await log.record({ ...about, type: 'BreakGlassReviewed', breakGlassId: 'b1', verdict: 'not-justified', note: 'Ingen klage' });
    await log.record({ ...about, type: 'BreakGlassReviewed', breakGlassId: 'b2', verdict: 'justified' });
    const clear = {
      ...{ userId: 'user-1', organisationId: 'bif', purpose: 'case.read', caseIds: ['case-1'], personIds: ['person-1'] },
      ...{ fieldClasses: ['identity'], policies: ['case.lead'], requestId: 'req-1' },
    };
    const month = { id: 'access-log', scope: '2026-11' };
    expect((await written(store)).map(({ data }) => data)).toEqual([
      { ...clear, breakGlassId: 'b1', until, subject, text: {} },
      { ...clear, breakGlassId: 'b1', verdict: 'not-justified', subject: month, text: {} },
      { ...clear, breakGlassId: 'b2', verdict: 'justified' },
    ]);
    expect(asked).toEqual([
      ['BreakGlassOpened', subject, { reason: 'Klage' }],
      ['BreakGlassReviewed', month, { note: 'Ingen klage' }],
    ]);
  });

  it('a search that found somebody: the criterion under their key, and erased with them', async () => {
    const asked: unknown[] = [];
    const seal = async (_id: string, _type: string, of: unknown) => {
      asked.push(of);
      return {};
    };
    const subject = { id: 'person-1', scope: 'identity' };
    await open(createMemoryEventStore(), { seal }).record({ ...searched, subject } as AccessLogEntry);
    expect(asked).toEqual([subject]);
  });

  it('without a seal, or with one that fails, a search is not logged and so refused', async () => {
    const store = createMemoryEventStore();
    const broken = async () => Promise.reject(new Error('key store down'));
    expect(await verdicts([open(store).record(searched), open(store, { seal: broken }).record(searched)])).toEqual([
      false,
      false,
    ]);
    expect(await written(store)).toEqual([]);
  });

  it('what is no code or id is not written, and does not harm its neighbours', async () => {
    const store = createMemoryEventStore();
    const log = open(store);
    const records = [
      shown('req-1'),
      shown('req-2', { purpose: 'Ung Testperson' }),
      shown('req-3', { caseIds: ['010203-1234 '] }),
    ];
    expect(await verdicts(records.map((entry) => log.record(entry)))).toEqual([true, false, false]);
    expect(await requestIds(store)).toEqual(['req-1']);
  });

  it('what is sealed, under which number and class: for ever', () => {
    const texts = Object.fromEntries(Object.entries(accessLogEvents).map(([type, { text }]) => [type, text]));
    expect(texts).toEqual({
      ...{ PersonalDataShown: {}, PersonalDataExported: {}, AccessRefused: {} },
      PersonalDataSearched: { criterion: { field: 901, fieldClass: 'identity' } },
      BreakGlassOpened: { reason: { field: 902, fieldClass: 'social' } },
      BreakGlassReviewed: { note: { field: 903, fieldClass: 'staff' } },
    });
  });

  it('every version ever written can be read', () => {
    const folder = new URL('./examples/', import.meta.url);
    const examples = readdirSync(folder).map((file) => {
      const example = JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as { type: string; version: number; data: unknown };
      expect(accessLogCodec.decode(example.type, example.version, example.data)).toMatchObject({ type: example.type });
      return `${example.type}.v${example.version}`;
    });
    const versions = Object.entries(accessLogEvents).flatMap(([type, { version }]) =>
      Array.from({ length: version }, (_, i) => `${type}.v${i + 1}`),
    );
    expect(examples.sort()).toEqual(versions.sort());
  });
});

describe('before a byte leaves', () => {
  it('nothing of it keeps the process from ending', async () => {
    const timers = () => process.getActiveResourcesInfo().filter((resource) => resource === 'Timeout').length;
    const before = timers();
    const log = open(createMemoryEventStore(), { limit: 60_000 });
    await Promise.all([log.record(shown('req-1')), log.record(shown('req-2'))]);
    await new Promise(setImmediate);
    expect(timers()).toBe(before);
  });

  it('resolves only when committed', async () => {
    const store = createMemoryEventStore();
    let commit = () => {};
    const gate = new Promise<void>((resolve) => (commit = resolve));
    let asked = () => {};
    const appending = new Promise<void>((resolve) => (asked = resolve));
    const log = open({
      readStream: (...args) => store.readStream(...args),
      append: async (...args) => (asked(), gate.then(() => store.append(...args))),
    });
    let done = false;
    const record = log.record(shown()).then(() => (done = true));
    await appending;
    await new Promise(setImmediate);
    expect(done).toBe(false);
    commit();
    await record;
    expect(await written(store)).toHaveLength(1);
  });

  it('entries that wait for the same append go out together, in order', async () => {
    const store = createMemoryEventStore();
    let appends = 0;
    const log = open({
      readStream: (...args) => store.readStream(...args),
      append: (...args) => (appends++, store.append(...args)),
    });
    const ids = Array.from({ length: 200 }, (_, i) => `req-${i}`);
    await Promise.all(ids.map((id) => log.record(shown(id))));
    expect(await requestIds(store)).toEqual(ids);
    expect(appends).toBeLessThanOrEqual(2);
  });

  it('so do those that a busy process has ready a moment later', async () => {
    const store = createMemoryEventStore();
    let appends = 0;
    const log = open({
      readStream: (...args) => store.readStream(...args),
      append: (...args) => (appends++, store.append(...args)),
    });
    const records: Promise<void>[] = [];
    for (let i = 0; i < 4; i++) {
      records.push(log.record(shown(`req-${i}`)));
      await new Promise(setImmediate);
    }
    await Promise.all(records);
    expect(appends).toBe(1);
  });

  it('a new day is a new stream, also inside one batch', async () => {
    const store = createMemoryEventStore();
    const log = open(store);
    const evening = [log.record(shown('req-1')), log.record(shown('req-2'))];
    now = new Date('2026-11-25T00:00:00.000Z');
    await Promise.all([...evening, log.record(shown('req-3'))]);
    await log.record(shown('req-4'));
    const days = (await written(store)).map(({ stream, revision }) => `${stream.slice(-10)} ${revision}`);
    expect(days).toEqual(['2026-11-24 0', '2026-11-24 1', '2026-11-25 0', '2026-11-25 1']);
  });

  it('goes on where the stream ends, and looks only once where that is', async () => {
    const store = createMemoryEventStore();
    let reads = 0;
    const counted: Store = {
      readStream: (...args) => (reads++, store.readStream(...args)),
      append: (...args) => store.append(...args),
    };
    const started = () => {
      let n = 0;
      return open(counted, { newId: () => (n++ === 0 ? 'process' : randomUUID()) });
    };
    for (const log of [started(), started()])
      for (let i = 1; i <= 3; i++) {
        await log.record(shown(`req-${i}`));
      }
    expect((await written(store)).map((event) => `${event.stream} ${event.revision} ${requestIdOf(event)}`)).toEqual(
      [1, 2, 3, 1, 2, 3].map((request, i) => `access-process-2026-11-24 ${i} req-${request}`),
    );
    expect(reads).toBe(2);
  });

  it('the error says to the operator what is the matter, and nothing of the entry', async () => {
    const store = createMemoryEventStore();
    const down = { ...store, append: () => Promise.reject(new UnavailableError('down')) };
    const silent = { ...store, append: () => new Promise<never>(() => undefined) };
    const ofRecord = async (log: AccessLog, entry: AccessLogEntry) =>
      log.record(entry).then(
        () => 'recorded',
        (error: Error) => `${String(error)}: ${String(error.cause)}`,
      );
    const unavailable = 'AccessLogUnavailableError: the access log cannot be written';
    expect(await ofRecord(open(down), shown())).toBe(`${unavailable}: ${String(new UnavailableError('down'))}`);
    expect(await ofRecord(open(store), searched)).toBe(`${unavailable}: Error: no seal`);
    expect(await ofRecord(open(silent, { limit: 50 }), shown())).toBe(`${unavailable}: time limit`);
  });
});

describe('when the store fails', () => {
  const start = (faults: Fault[], limit = 2000) => {
    const store = createMemoryEventStore();
    const faulty = new Faulty(store, faults);
    return { store, faulty, log: open(faulty, { limit }) };
  };

  it('nothing is shown; the next entry is written again', async () => {
    const { log, store } = start(['unavailable']);
    expect(await verdicts([log.record(shown('req-1'))])).toEqual([false]);
    await log.record(shown('req-2'));
    expect(await requestIds(store)).toEqual(['req-2']);
  });

  it('a store that cannot be read is no reason to show anything', async () => {
    const store = createMemoryEventStore();
    const log = open({
      append: (...args) => store.append(...args),
      readStream: () => Promise.reject(new UnavailableError('down')),
    });
    expect(await verdicts([log.record(shown())])).toEqual([false]);
  });

  it.each<[Fault]>([['lost'], ['done but unknown']])(
    'an unknown outcome (%s) is settled by the same bytes: once in the log',
    async (fault) => {
      const { log, store } = start([fault, fault]);
      expect(await verdicts(['req-1', 'req-2', 'req-3'].map((id) => log.record(shown(id))))).toEqual([true, true, true]);
      expect(await requestIds(store)).toEqual(['req-1', 'req-2', 'req-3']);
    },
  );

  it('a store that never answers: refused in time, and those behind are not held up for ever', async () => {
    const { log, store } = start(['never answers'], 500);
    const first = log.record(shown('req-1'));
    expect(await verdicts([first])).toEqual([false]);
    await log.record(shown('req-2'));
    expect(await requestIds(store)).toEqual(['req-2']);
  });

  it('what was refused while it waited behind others is not written afterwards: nobody saw it', async () => {
    const limit = 200;
    const { store, faulty } = start(['never answers']);
    const slowToRead: Store = {
      readStream: async (...args) => (await pause(limit / 2), store.readStream(...args)),
      append: (...args) => faulty.append(...args),
    };
    const log = open(slowToRead, { limit });
    const ahead = verdicts([log.record(shown('req-1'))]);
    await turns(20); // it is on its way, for one and a half times the limit
    expect(await verdicts([log.record(shown('req-2'))])).toEqual([false]);
    expect(await ahead).toEqual([false]);
    await log.record(shown('req-3'));
    expect(await requestIds(store)).toEqual(['req-3']);
  });

  it('what was refused while it was tried is not tried again', async () => {
    const store = createMemoryEventStore();
    let lost = true;
    const append: Store['append'] = async (...args) => {
      if (lost) throw new OutcomeUnknownError('broken');
      return store.append(...args);
    };
    const log = open({ append, readStream: (...args) => store.readStream(...args) }, { limit: 150 });
    expect(await verdicts([log.record(shown('req-1'))])).toEqual([false]);
    lost = false;
    await log.record(shown('req-2'));
    expect(await requestIds(store)).toEqual(['req-2']);
  });

  it('one that can wait longer is tried on when its neighbours have been refused', async () => {
    const limit = 600;
    const store = createMemoryEventStore();
    let letGo = () => {};
    const gate = new Promise<void>((resolve) => (letGo = resolve));
    let asked = () => {};
    const appending = new Promise<void>((resolve) => (asked = resolve));
    const appended: string[][] = [];
    let lost = true;
    const log = open(
      {
        readStream: (...args) => store.readStream(...args),
        append: async (stream, expected, events) => {
          appended.push(events.map(requestIdOf));
          asked();
          if (appended.length === 1) await gate;
          else if (lost) throw new OutcomeUnknownError('broken');
          return store.append(stream, expected, events);
        },
      },
      { limit },
    );
    const first = log.record(shown('req-1'));
    await appending;
    const early = log.record(shown('req-2'));
    const refused = verdicts([early]);
    await pause(limit / 2);
    const late = log.record(shown('req-3'));
    letGo();
    expect(await verdicts([first])).toEqual([true]);
    expect(await refused).toEqual([false]);
    lost = false;
    expect(await verdicts([late])).toEqual([true]);
    expect(appended.at(-1)).toEqual(['req-2', 'req-3']);
  });

  it('an append that was given up on and lands late is no conflict for those after it', async () => {
    const { log, store, faulty } = start(['answers late'], 500);
    expect(await verdicts([log.record(shown('req-1'))])).toEqual([false]);
    await faulty.late[0]!();
    await log.record(shown('req-2'));
    expect(await requestIds(store)).toEqual(['req-1', 'req-2']);
  });

  it('a stream that moved underneath is read again', async () => {
    const { log, store } = start([]);
    await log.record(shown('req-1'));
    const [{ stream, data, metadata }] = (await written(store)) as [StoredEvent];
    await store.append(stream, 0, [{ id: randomUUID(), type: 'AccessRefused', data, metadata }]);
    await log.record(shown('req-2'));
    expect((await written(store)).map(({ revision }) => revision)).toEqual([0, 1, 2]);
  });

  it('one entry the store refuses does not take the others with it', async () => {
    const store = createMemoryEventStore();
    const log = open({
      readStream: (...args) => store.readStream(...args),
      append: async (stream, expected, events) => {
        if (events.some((event) => requestIdOf(event) === 'req-2')) throw new InvalidAppendError('too large');
        return store.append(stream, expected, events);
      },
    });
    const records = ['req-0', 'req-1', 'req-2', 'req-3'].map((id) => log.record(shown(id)));
    expect(await verdicts(records)).toEqual([true, true, false, true]);
    expect(await requestIds(store)).toEqual(['req-0', 'req-1', 'req-3']);
  });

  it('whatever happens: every entry gets its verdict, and what was allowed out is in the log exactly once', async () => {
    const fault = fc.constantFrom<Fault>('unavailable', 'lost', 'done but unknown', 'too large', 'never answers', undefined);
    await fc.assert(
      fc.asyncProperty(
        fc.array(fault, { maxLength: 6 }),
        fc.array(fc.tuple(fc.nat(3), fc.constantFrom(1, 20)), { minLength: 1, maxLength: 6 }),
        async (faults, waves) => {
          const { log, store } = start(faults, 60);
          const records: Promise<void>[] = [];
          for (const [size, rest] of waves) {
            for (let i = 0; i <= size; i++) {
              const record = log.record(shown(`req-${records.length}`));
              record.catch(() => {}); // its verdict is read below, perhaps after it is there
              records.push(record);
            }
            await turns(rest);
          }
          const allowed = await verdicts(records);
          const logged = await requestIds(store);
          expect(new Set(logged).size).toBe(logged.length);
          allowed.forEach((ok, i) => ok && expect(logged).toContain(`req-${i}`));
        },
      ),
      { numRuns: 40 },
    );
  }, 60_000);
});
