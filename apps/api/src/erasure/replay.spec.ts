// The replay reads all that came after the read models, page by page, and what they know, and streams that are parked.
import { randomUUID } from 'node:crypto';
import type { EventStore, Position } from '@app/event-store';
import { createMemoryEventStore, NO_STREAM } from '@app/event-store';
import type { KeyStore, KeyTarget } from '@app/personal-data';
import type { DataSource } from 'typeorm';
import { replayErasures } from './replay.js';

const metadata = {
  ...{ v: 1, commandId: randomUUID(), commandHash: 'none', actor: 'u1', organisation: 'o', authority: 'a' },
  ...{ at: '2026-11-24T08:00:00.000Z', ruleSet: 'r' },
};
const write = (store: EventStore, stream: string, ...types: string[]) =>
  store.append(
    stream,
    NO_STREAM,
    types.map((type) => ({ id: randomUUID(), type, data: { personId: stream.slice(7), erasureId: 'e' }, metadata })),
  );
/** What the read models hold. */
const readModels = (position: Position, erased: readonly object[], parked: readonly string[]) => {
  const query = (sql: string) =>
    Promise.resolve(
      sql.includes('parked_streams')
        ? parked.map((stream) => ({ stream }))
        : sql.includes('checkpoint')
          ? [{ position }]
          : erased,
    );
  return { transaction: (_: string, run: (em: object) => unknown) => run({ query }) } as unknown as DataSource;
};
/** Looks at three events at a time, however many are asked for. */
const inSmallPages = (store: EventStore): EventStore => ({
  ...store,
  readAll: (after, options) => store.readAll(after, { ...options, limit: 3 }),
});

it('destroys again what the read models know, what came after them, and what is in a parked stream', async () => {
  const store = createMemoryEventStore();
  await write(store, 'person-p1', 'PersonRegistered', 'ErasureStarted');
  const { position } = await write(store, 'person-p2', 'PersonRegistered', 'ErasureStarted', 'PersonErased');
  for (let n = 0; n < 10; n++) await write(store, `case-${n}`, 'CaseOpened');
  await write(store, 'person-p3', 'PersonRegistered');
  await write(store, 'person-p4', 'PersonRegistered', 'ErasureStarted');
  const asked: KeyTarget[] = [];
  const keys = {
    destroyAgain: (targets: readonly KeyTarget[]) => Promise.resolve(asked.push(...targets)),
  } as unknown as KeyStore;
  const dataSource = readModels(position, [{ person_id: 'p0', case_id: 'c0' }], ['person-p2', 'case-3']);
  expect(await replayErasures({ store: inSmallPages(store), dataSource, keys })).toBe(3);
  expect(asked).toEqual([{ subjectId: 'p0', scope: 'c0' }, { subjectId: 'p2' }, { subjectId: 'p4' }]);
});

it('fails when the keys cannot be destroyed: nothing is served then', async () => {
  const keys = { destroyAgain: () => Promise.reject(new Error('no disk')) } as unknown as KeyStore;
  const dataSource = readModels('' as Position, [], []);
  await expect(replayErasures({ store: createMemoryEventStore(), dataSource, keys })).rejects.toThrow('no disk');
});
