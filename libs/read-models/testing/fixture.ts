// Read models for specs: a database of their own, a log in memory, projections that run when they are told to.
import { createMemoryEventStore, type EventStore, type Position } from '@app/event-store';
import { BlindIndex } from '@app/personal-data';
import {
  createReadModels,
  READ_MODEL_MIGRATIONS,
  startProjections,
  type ProjectionOptions,
  type Projections,
  type ReadModels,
} from '../src/index.js';
import { DataSource } from 'typeorm';
import { createTestDatabase } from '@app/testing';
import { createMemoryKeyStore, History } from './history.js';

export interface ReadModelBench {
  readonly store: EventStore;
  readonly history: History;
  readonly blindIndex: BlindIndex;
  readonly dataSource: DataSource;
  /** Of the process under test; projections run from the start unless `running: false`. */
  readonly models: ReadModels;
  readonly projections: Projections;
  /** Lines the projections logged as errors. */
  readonly alarms: string[];
  /** Starts another set of projections, as a further process would. */
  readonly start: (options?: Partial<ProjectionOptions>) => {
    readonly projections: Projections;
    readonly stop: () => Promise<void>;
  };
  /** Until all that is in the log is in the read models. */
  readonly settled: () => Promise<Position>;
  readonly close: () => Promise<void>;
}

export const openTestReadModels = async (options: { running?: boolean; batchSize?: number } = {}): Promise<ReadModelBench> => {
  const database = await createTestDatabase();
  const dataSource = await new DataSource({ type: 'postgres', url: database.url, poolSize: 8 }).initialize();
  const runner = dataSource.createQueryRunner();
  for (const Migration of READ_MODEL_MIGRATIONS) await new Migration().up(runner);
  await runner.release();
  const store = createMemoryEventStore();
  const keys = createMemoryKeyStore();
  const history = new History(store, keys);
  const blindIndex = await BlindIndex.open(keys);
  const alarms: string[] = [];
  const log = { log: () => {}, error: (line: string) => void alarms.push(line) };
  const stops: (() => Promise<void>)[] = [];

  const start = (more: Partial<ProjectionOptions> = {}) => {
    const end = new AbortController();
    const projections = startProjections({
      dataSource,
      store,
      vault: history.vault,
      blindIndex,
      log,
      signal: end.signal,
      ...(options.batchSize !== undefined && { batchSize: options.batchSize }),
      ...more,
    });
    const stop = async () => {
      end.abort();
      await projections.done.catch(() => {});
    };
    stops.push(stop);
    return { projections, stop };
  };
  const { projections, stop } = start();
  if (options.running === false) await stop();
  const models = createReadModels({ dataSource, store, projections });
  return {
    store,
    history,
    blindIndex,
    dataSource,
    models,
    projections,
    alarms,
    start,
    settled: async () => {
      const head = await store.head();
      await models.reach(head, 10_000);
      return head;
    },
    close: async () => {
      for (const end of stops) await end();
      await store.close();
      await dataSource.destroy();
      await database.drop();
    },
  };
};
