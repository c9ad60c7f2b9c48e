// All read models made anew from the log, in tables beside the live ones, then swapped in by renaming: no question fails meanwhile.
import { setTimeout as delay } from 'node:timers/promises';
import { START, type Batch, type EventStore, type Position } from '@app/event-store';
import pg from 'pg';
import type { DataSource, QueryFailedError } from 'typeorm';
import { MOVED, writeProgress } from './checkpoint.js';
import { isOurs } from './history.js';
import { indexPersons, type Search } from './persons/person-indexes.js';
import { decodeAll, fold, load, type ParkedStream } from './projections.js';
import { Rows, TABLES } from './rows.js';
import { protect } from './rights.js';
import { createTables, indexTable, SCHEMA, schemasOf } from './schema.js';
import { copy, copyText, type Changes } from './tables.js';

const NEXT = 'read_models_next';
const OLD = 'read_models_old';
const LOCK = 7305003;
const WRITE_BYTES = 4_000_000;
/** Tables indexed at a time. */
const INDEXING = 2;
const UNIQUE_VIOLATION = '23505';

export interface RebuildOptions extends Partial<Search> {
  /** Of the owner of the tables. */
  readonly dataSource: DataSource;
  readonly store: EventStore;
  /** Called after every page of the log with the number of events so far. */
  readonly onProgress?: (events: number) => void;
  /** Events read at a time. Default 5000. */
  readonly pageSize?: number;
  /** Rows kept in memory at most. Default 250,000, about 400 MB. */
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
  /** Tables of which a row that is written now may have been written before. */
  readonly #written = new Set<Changes['table']>();
  #waiting = new Map<Changes['table'], Buffer[]>();
  #waitingBytes = 0;
  #parkedWritten = 0;
  #registryChangedAt: Position | undefined;
  #writing: Promise<void> = Promise.resolve();
  position: Position = START;
  events = 0;

  constructor(private readonly options: RebuildOptions) {}

  get parked(): ParkedStream[] {
    return [...this.#parked.values()];
  }

  /**
   * To the end of the log as it is when it gets there.
   * @param filled called with every table, once its rows are there
   */
  async catchUp(filled?: (table: Changes['table']) => void): Promise<void> {
    const { store, pageSize = 5_000, onProgress } = this.options;
    const read = (after: Position) => {
      const page = store.readAll(after, { limit: pageSize }); // unfiltered: nearly all of it is ours
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
    await this.#writeAll(filled);
  }

  async #apply(page: Batch): Promise<void> {
    const { dataSource, vault, blindIndex, rowsInMemory = 250_000 } = this.options;
    const rows = this.#rows;
    const events = page.events.filter(isOurs);
    const happened = decodeAll(events, this.#parked);
    const personIndexes = await indexPersons(happened, vault && blindIndex && { vault, blindIndex });
    await load(happened, rows, dataSource.manager, NEXT);
    const registryChangedAt = fold(happened, rows, personIndexes, this.#parked);
    this.events += events.length;
    this.position = page.position;
    this.#registryChangedAt = registryChangedAt ?? this.#registryChangedAt;
    // Rows that stay as they are leave the heap at once: it is the young garbage that costs most here.
    this.#format(rows.takeChanges('appendOnly'));
    if (rows.size > rowsInMemory) {
      await this.#writeAll();
      rows.forgetHalf();
    } else if (this.#waitingBytes > WRITE_BYTES) await this.#write([]);
  }

  /** Table by table, so that the server has the indexes of one to build while the next is formatted. */
  async #writeAll(filled?: (table: Changes['table']) => void): Promise<void> {
    const changes = this.#rows.takeChanges();
    for (const table of [...TABLES].sort((a, b) => Number(b.appendOnly ?? false) - Number(a.appendOnly ?? false))) {
      this.#format(changes.filter((change) => change.table === table));
      if (this.#waiting.has(table)) await this.#write([], [table]);
      if (filled) {
        await this.#writing;
        filled(table);
      }
    }
    // With all rows, never before them: parking marks the row of a person.
    const newlyParked = this.parked.slice(this.#parkedWritten);
    this.#parkedWritten = this.#parked.size;
    await this.#write(newlyParked);
    await this.#writing;
  }

  #format(changes: readonly Changes[]): void {
    for (const change of changes) {
      const data = copyText(change);
      this.#waitingBytes += data.length;
      this.#waiting.set(change.table, [...(this.#waiting.get(change.table) ?? []), data]);
    }
  }

  /** Begins to write what is formatted; one write at a time. */
  async #write(newlyParked: readonly ParkedStream[], tables: readonly Changes['table'][] = TABLES): Promise<void> {
    await this.#writing;
    const { position } = this;
    const waiting = new Map<Changes['table'], Buffer[]>();
    for (const table of tables) {
      const data = this.#waiting.get(table);
      if (!data) continue;
      waiting.set(table, data);
      this.#waiting.delete(table);
      for (const { length } of data) this.#waitingBytes -= length;
    }
    const write = (merge: boolean): Promise<void> =>
      this.options.dataSource.transaction(async (em) => {
        await em.query('set local synchronous_commit = off'); // the swap's commit makes it all durable
        const client = (await em.queryRunner!.connect()) as pg.ClientBase;
        for (const [table, data] of waiting) await copy(client, NEXT, table, data, merge || this.#written.has(table));
        await writeProgress(em, NEXT, newlyParked, position, this.#registryChangedAt);
      });
    this.#writing = write(false)
      .catch((error: unknown) => {
        if ((error as { code?: string }).code !== UNIQUE_VIOLATION) throw error;
        return write(true); // a row that is only ever added was added twice: the last one holds, as in the live tables
      })
      .then(() => {
        for (const table of waiting.keys()) if (!table.appendOnly) this.#written.add(table);
      });
    this.#writing.catch(() => {}); // Whoever awaits it sees the error.
  }
}

/** The indexes of tables that are filled, some tables at a time. */
class Indexes {
  readonly #waiting: Changes['table'][] = [];
  readonly #working: Promise<void>[] = [];
  #idle = INDEXING;

  constructor(private readonly dataSource: DataSource) {}

  create(table: Changes['table']): void {
    this.#waiting.push(table);
    if (this.#idle === 0) return;
    this.#idle--;
    const working = this.#work().finally(() => this.#idle++);
    working.catch(() => {}); // Whoever awaits it sees the error.
    this.#working.push(working);
  }
  async #work(): Promise<void> {
    for (let table = this.#waiting.shift(); table; table = this.#waiting.shift())
      for (const statement of indexTable(NEXT, table)) await this.dataSource.query(statement);
  }
  async created(): Promise<void> {
    await Promise.all(this.#working);
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
    const indexes = new Indexes(dataSource);
    await builder.catchUp((table) => indexes.create(table));
    await indexes.created();
    await drop(dataSource, OLD);
    await builder.catchUp();

    await dataSource.transaction(async (em) => {
      // The leader's transaction takes the same lock first: no batch is half in the old tables, half in the new ones.
      const [live] = await em.query<{ position: Position }[]>(`select position from ${SCHEMA}.checkpoint for update`);
      if (live && live.position > builder.position) await builder.catchUp();
      await em.query(`update ${SCHEMA}.checkpoint set position = '${MOVED}'`); // for a leader that waits for this lock
      for (const statement of protect(NEXT)) await em.query(statement);
      for (const [now, then] of [
        [SCHEMA, OLD],
        [NEXT, SCHEMA],
      ] as const) {
        const names = schemasOf(then);
        for (const [i, name] of schemasOf(now).entries()) await em.query(`alter schema ${name} rename to ${names[i]}`);
      }
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
        await em.query(`drop schema if exists ${schemasOf(schema).join(', ')} cascade`);
      });
      return;
    } catch (error) {
      if ((error as QueryFailedError<Error & { code?: string }>).driverError?.code !== LOCK_NOT_AVAILABLE) throw error;
      await delay(50);
    }
  }
};
