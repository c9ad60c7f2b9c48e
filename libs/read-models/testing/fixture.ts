// Read models for specs: a database of their own, a log in memory, projections that run when they are told to.
import { createMemoryEventStore, type EventStore, type Position } from '@app/event-store';
import { BlindIndex } from '@app/personal-data';
import {
  createReadModels,
  READ_MODEL_MIGRATIONS,
  startProjections,
  type CurrentContext,
  type ProjectionOptions,
  type Projections,
  type ReadModels,
} from '../src/index.js';
import { DataSource } from 'typeorm';
import { openDatabase, prepareDatabase } from '@app/platform';
import { createTestDatabase } from '@app/testing';
import { createMemoryKeyStore, History } from './history.js';

export interface ReadModelBench {
  readonly store: EventStore;
  readonly history: History;
  readonly blindIndex: BlindIndex;
  /** Of the owner, who sees every table: for a look behind the models, and for rebuilding. */
  readonly dataSource: DataSource;
  /** As the server has it. */
  readonly serverDataSource: DataSource;
  /** Asked on behalf of somebody of the municipality. Of the process under test; projections run from the start unless `running: false`. */
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

export const STAFF: CurrentContext = () => ({ role: 'staff', userId: 'user-1', kind: 'municipal' });

export const openTestReadModels = async (options: { running?: boolean; batchSize?: number } = {}): Promise<ReadModelBench> => {
  const database = await createTestDatabase();
  const dataSource = await openDatabase(database.url, READ_MODEL_MIGRATIONS);
  const serverUrl = await prepareDatabase({ url: database.url }, READ_MODEL_MIGRATIONS);
  const serverDataSource = await new DataSource({ type: 'postgres', url: serverUrl, poolSize: 8 }).initialize();
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
      dataSource: serverDataSource,
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
  const models = createReadModels({ dataSource: serverDataSource, store, projections, context: STAFF });
  return {
    store,
    history,
    blindIndex,
    dataSource,
    serverDataSource,
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
      await serverDataSource.destroy();
      await database.drop();
    },
  };
};
