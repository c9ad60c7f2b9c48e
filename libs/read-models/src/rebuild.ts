// All read models made anew from the log, in tables beside the live ones, then swapped in by renaming: no question fails meanwhile.
import { setTimeout as delay } from 'node:timers/promises';
import { START, type Batch, type EventStore, type Position } from '@app/event-store';
import pg from 'pg';
import type { DataSource, QueryFailedError } from 'typeorm';
import { MOVED, writeChanges } from './checkpoint.js';
import { STREAM_PREFIXES } from './history.js';
import { indexCprNumbers, type Search } from './persons/cpr-indexes.js';
import { announce, decodeAll, fold, type ParkedStream } from './projections.js';
import { Rows } from './rows.js';
import { createAllIndexes, createTables, SCHEMA } from './schema.js';

const NEXT = 'read_models_next';
const OLD = 'read_models_old';
const LOCK = 7305003;

export interface RebuildOptions extends Partial<Search> {
  readonly dataSource: DataSource;
  readonly store: EventStore;
  /** Called after every page of the log with the number of events so far. */
  readonly onProgress?: (events: number) => void;
  /** Events read at a time. Default 5000. */
  readonly pageSize?: number;
  /** Rows kept in memory at most. Default 100,000, about 150 MB. */
  readonly rowsInMemory?: number;
}

export interface Rebuilt {
  readonly events: number;
  readonly position: Position;
  readonly parked: readonly ParkedStream[];
}

/** Fills the tables of a schema from the log, ahead of the database: a page is read and folded while the one before is written. */
class Builder {
  readonly #rows = new Rows(true);
  readonly #parked = new Map<string, ParkedStream>();
  #written = 0;
  #writing: Promise<void> = Promise.resolve();
  position: Position = START;
  events = 0;

  constructor(private readonly options: RebuildOptions) {}

  get parked(): ParkedStream[] {
    return [...this.#parked.values()];
  }

  /** To the end of the log as it is when it gets there. */
  async catchUp(): Promise<void> {
    const { store, pageSize = 5_000, onProgress } = this.options;
    const read = (after: Position) => {
      const page = store.readAll(after, { filter: { streamPrefixes: STREAM_PREFIXES }, limit: pageSize });
      page.catch(() => {}); // Whoever awaits it sees the error.
      return page;
    };
    let next = read(this.position);
    for (;;) {
      const page = await next;
      if (page.position === this.position) break;
      next = read(page.position);
      await this.#apply(page);
      onProgress?.(this.events);
    }
    await this.#writing;
  }

  async #apply(page: Batch): Promise<void> {
    const { dataSource, vault, blindIndex, rowsInMemory = 100_000 } = this.options;
    const rows = this.#rows;
    const happened = decodeAll(page.events, this.#parked);
    const cprIndexes = await indexCprNumbers(happened, vault && blindIndex && { vault, blindIndex });
    announce(happened, rows);
    await rows.load(dataSource.manager, NEXT);
    const registryChangedAt = fold(happened, rows, cprIndexes, this.#parked);
    this.events += page.events.length;
    this.position = page.position;
    const newlyParked = this.parked.slice(this.#written);
    this.#written = this.#parked.size;

    await this.#writing;
    this.#writing = dataSource.transaction(async (em) => {
      await em.query('set local synchronous_commit = off'); // the swap's commit makes it all durable
      await writeChanges(em, NEXT, rows, newlyParked, page.position, registryChangedAt);
    });
    this.#writing.catch(() => {}); // Whoever awaits it sees the error.
    if (rows.size > rowsInMemory) {
      await this.#writing;
      rows.forget();
    }
  }
}

/**
 * The live tables serve on while it works; then the new ones take their place, at least as far on in the log. Running
 * projections, here or in another process, go on from the new checkpoint.
 * @throws Error when another rebuild is under way, or the log cannot be read; the live tables are then untouched
 */
export const rebuildReadModels = async (options: RebuildOptions): Promise<Rebuilt> => {
  const { dataSource } = options;
  const { url } = dataSource.options as { readonly url?: string };
  const guard = new pg.Client({ connectionString: url });
  guard.on('error', () => {});
  await guard.connect();
  try {
    const { rows } = await guard.query<{ mine: boolean }>('select pg_try_advisory_lock($1) as mine', [LOCK]);
    if (!rows[0]?.mine) throw new Error('another rebuild is under way');
    await drop(dataSource, NEXT);
    for (const statement of createTables(NEXT)) await dataSource.query(statement);
    const builder = new Builder(options);
    await builder.catchUp();
    for (const statement of createAllIndexes(NEXT)) await dataSource.query(statement);
    await dataSource.query(`analyze ${NEXT}.cases, ${NEXT}.actions, ${NEXT}.disclosures, ${NEXT}.meetings, ${NEXT}.access_log`);
    await drop(dataSource, OLD);
    await builder.catchUp();

    await dataSource.transaction(async (em) => {
      // The leader's transaction takes the same lock first: no batch is half in the old tables, half in the new ones.
      const [live] = await em.query<{ position: Position }[]>(`select position from ${SCHEMA}.checkpoint for update`);
      if (live && live.position > builder.position) await builder.catchUp();
      await em.query(`update ${SCHEMA}.checkpoint set position = '${MOVED}'`); // for a leader that waits for this lock
      await em.query(`alter schema ${SCHEMA} rename to ${OLD}`);
      await em.query(`alter schema ${NEXT} rename to ${SCHEMA}`);
    });
    await drop(dataSource, OLD);
    const { events, parked } = builder;
    return { events, position: builder.position, parked };
  } finally {
    await guard.end();
  }
};

const LOCK_NOT_AVAILABLE = '55P03';

/** Drops a schema nobody asks for any more, giving way to whoever still reads from it: it must never be the reader that fails. */
const drop = async (dataSource: DataSource, schema: string): Promise<void> => {
  for (;;) {
    try {
      await dataSource.transaction(async (em) => {
        await em.query(`set local lock_timeout = '100ms'`); // well before the server looks for deadlocks
        await em.query(`drop schema if exists ${schema} cascade`);
      });
      return;
    } catch (error) {
      if ((error as QueryFailedError<Error & { code?: string }>).driverError?.code !== LOCK_NOT_AVAILABLE) throw error;
      await delay(50);
    }
  }
};
