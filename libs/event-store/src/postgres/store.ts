// The event store on PostgreSQL.
import pg from 'pg';
import { Bell, follow, type Page } from '../follow.js';
import { UnavailableError, type EventFilter, type EventMetadata, type EventStore, type StoredEvent } from '../port.js';
import { fromPosition, prepare, toPosition } from '../prepare.js';
import { clientConfig, createSession, rows, sqlState, unavailable, type Row, type Statement } from './connection.js';
import { createWriter } from './writer.js';

export interface PostgresEventStoreOptions {
  readonly connectionString: string;
  /** Connections for reading; appends have one of their own, and notifications. */
  readonly poolSize?: number;
  /** Lines for the operator, nothing personal in them. */
  readonly log?: (line: string) => void;
  /** Milliseconds a call may take. */
  readonly timeoutMs?: number;
  /** Milliseconds between looks for what other processes appended, should a notification be missed. */
  readonly pollMs?: number;
}

const CHANNEL = 'event_store';
/** At most one notification in this time: it is a hint, and each costs a commit. */
const NOTIFY_EVERY_MS = 50;
/** Its commit is not waited for: what it tells of is on disk already, and appends would stand in line behind it. */
const NOTIFY = `select set_config('synchronous_commit', 'off', true), pg_notify('${CHANNEL}', '')`;
/** A subscription that keeps up looks at most this often. */
const REST_MS = 10;

/** So many group reads at once: while one is on its way, the other's events are parsed. */
const READ_GROUPS = 2;

const COLUMNS = 'e.position, e.stream, e.revision, e.id, e.type, e.data, e.metadata, e.recorded_at';
const READ_STREAMS = {
  name: 'read_streams',
  text: `select ${COLUMNS} from event_store.events e where e.stream = any($1) order by e.stream, e.revision`,
};
const READ_FORWARDS = {
  name: 'read_forwards',
  text: `select ${COLUMNS} from event_store.events e where e.stream = $1 and e.revision >= $2 order by e.revision limit $3`,
};
const READ_BACKWARDS = {
  name: 'read_backwards',
  text: `select ${COLUMNS} from event_store.events e where e.stream = $1 and e.revision <= $2 order by e.revision desc limit $3`,
};
const HEAD = '(select h.position from event_store.events h order by h.position desc limit 1)';
const READ_HEAD = { name: 'read_head', text: `select ${HEAD}` };
/** One statement, one snapshot: everything up to the head it sees is committed. */
const readAllText = (condition: string) => `
  select h.head, e.* from (select ${HEAD} as head) h
  left join lateral (
    select ${COLUMNS} from event_store.events e
    where e.position > $1 and e.position <= $1::bigint + $2 ${condition} order by e.position
  ) e on true`;
const READ_ALL = { name: 'read_all', text: readAllText('') };
const READ_ALL_FILTERED = {
  name: 'read_all_filtered',
  text: readAllText('and ($3::text[] is null or e.stream like any($3)) and ($4::text[] is null or e.type = any($4))'),
};

/** `2026-11-24 08:00:00.12+00`, as the session prints it. */
const isoTime = (text: string): string => `${text.slice(0, 10)}T${text.slice(11, 19)}.${text.slice(20, -3).padEnd(3, '0')}Z`;

const toEvent = (row: Row, at = 0): StoredEvent => ({
  position: toPosition(row[at]!),
  stream: row[at + 1]!,
  revision: Number(row[at + 2]),
  id: row[at + 3]!,
  type: row[at + 4]!,
  data: JSON.parse(row[at + 5]!) as unknown,
  metadata: JSON.parse(row[at + 6]!) as EventMetadata,
  recordedAt: isoTime(row[at + 7]!),
});

const likePrefix = (prefix: string): string => `${prefix.replaceAll(/[\\%_]/g, '\\$&')}%`;

interface StreamRead {
  readonly stream: string;
  readonly resolve: (events: readonly StoredEvent[]) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Opens the store; its tables must be there (EVENT_STORE_MIGRATIONS).
 * @throws Error in one line when the server's settings are not durable; UnavailableError when it does not answer
 */
export const createPostgresEventStore = async ({
  connectionString,
  poolSize = 4,
  log = () => {},
  timeoutMs = 10_000,
  pollMs = 250,
}: PostgresEventStoreOptions): Promise<EventStore> => {
  const connection = { connectionString, timeoutMs };
  const closing = new AbortController();
  const bell = new Bell();
  const pool = new pg.Pool({ ...clientConfig(connection), max: poolSize });
  pool.on('error', () => log('an idle connection to the event store was lost'));
  const open = () => {
    if (closing.signal.aborted) throw new UnavailableError('the event store is closed');
  };
  /** Reading is repeated once: the pool may hand out a connection that died while it was idle. */
  const read = async (statement: Statement, again = true): Promise<Row[]> => {
    open();
    try {
      return await rows(pool, statement);
    } catch (error) {
      if (again && sqlState(error) === undefined) return read(statement, false);
      throw unavailable(error);
    }
  };

  // News for other processes; this one's subscriptions hear the bell itself.
  let notifyTimer: NodeJS.Timeout | undefined;
  let notifyAgain = false;
  const notify = (): void => {
    if (notifyTimer) {
      notifyAgain = true;
      return;
    }
    notifyAgain = false;
    pool.query(NOTIFY).catch(() => {}); // Whoever did not hear it polls.
    notifyTimer = setTimeout(() => {
      notifyTimer = undefined;
      if (notifyAgain) notify();
    }, NOTIFY_EVERY_MS).unref();
  };
  const writer = createWriter({
    connection,
    committed: () => {
      bell.ring();
      notify();
    },
  });

  const listener = createSession(connection, {
    opened: async (client) => {
      client.on('notification', () => bell.ring());
      await client.query(`listen ${CHANNEL}`);
      bell.ring(); // for what was told before anybody listened
    },
    lost: () => listenLater(),
  });
  const listenLater = () => setTimeout(listen, pollMs).unref();
  const listen = (): void => {
    if (closing.signal.aborted) return;
    listener.query({ text: 'select 1' }).catch((error: unknown) => {
      if (error instanceof UnavailableError) listenLater(); // One that was lost says so itself.
    });
  };
  let listening = false;
  await writer.open();

  const page = async (after: string, limit: number, filter: EventFilter | undefined): Promise<Page> => {
    const start = fromPosition(after as never);
    const prefixes = filter?.streamPrefixes?.map(likePrefix);
    const found = await read(
      filter ? { ...READ_ALL_FILTERED, values: [start, limit, prefixes, filter.types] } : { ...READ_ALL, values: [start, limit] },
    );
    const head = Number(found[0]![0]);
    const end = Math.max(start, Math.min(start + limit, head));
    const events = found[0]![1] === null ? [] : found.map((row) => toEvent(row, 1));
    return { events, position: toPosition(end), more: end < head };
  };

  // Whole streams that are asked for while reads are under way are read together.
  let waiting: StreamRead[] = [];
  let groups = 0;
  const readWaiting = async (): Promise<void> => {
    const reads = waiting;
    waiting = [];
    try {
      const streams = [...new Set(reads.map(({ stream }) => stream))];
      const found = new Map<string, StoredEvent[]>(streams.map((stream) => [stream, []]));
      for (const row of await read({ ...READ_STREAMS, values: [streams] })) found.get(row[1]!)!.push(toEvent(row));
      for (const { stream, resolve } of reads) resolve(found.get(stream)!);
    } catch (error) {
      for (const { reject } of reads) reject(error);
    }
    process.nextTick(nextRead);
  };
  const nextRead = (): void => {
    if (waiting.length > 0) void readWaiting();
    else groups--;
  };

  return {
    append: async (stream, expectedRevision, events) => {
      const prepared = prepare(stream, expectedRevision, events);
      open();
      return writer.append(stream, expectedRevision, prepared);
    },
    readStream: async (stream, { direction = 'forwards', from, limit } = {}) => {
      if (direction === 'forwards' && from === undefined && limit === undefined)
        return new Promise((resolve, reject) => {
          waiting.push({ stream, resolve, reject });
          if (groups === READ_GROUPS) return;
          groups++;
          process.nextTick(nextRead);
        });
      const statement = direction === 'forwards' ? READ_FORWARDS : READ_BACKWARDS;
      const start = from ?? (direction === 'forwards' ? 0 : 2 ** 31 - 1);
      return (await read({ ...statement, values: [stream, start, limit] })).map((row) => toEvent(row));
    },
    readAll: async (after, { filter, limit = 1_000 } = {}) => {
      const { events, position } = await page(after, limit, filter);
      return { events, position };
    },
    subscribe: (after, { filter, signal, batchSize = 500 }) => {
      fromPosition(after);
      if (!listening) listen();
      listening = true;
      return follow(after, {
        read: (position) => page(position, batchSize, filter),
        bell,
        signals: [signal, closing.signal],
        pollMs,
        restMs: REST_MS,
        log,
      });
    },
    head: async () => toPosition((await read(READ_HEAD))[0]?.[0] ?? 0),
    close: async () => {
      if (closing.signal.aborted) return;
      closing.abort();
      clearTimeout(notifyTimer);
      await Promise.all([writer.close(), listener.close(), pool.end()]);
    },
  };
};
