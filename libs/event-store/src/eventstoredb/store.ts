// The event store on EventStoreDB or KurrentDB, for when one machine is not enough.
import { setTimeout as delay } from 'node:timers/promises';
import {
  BACKWARDS,
  END,
  FORWARDS,
  NotLeaderError,
  StreamNotFoundError,
  streamNameFilter,
  type AllStreamResolvedEvent,
  type ResolvedEvent,
  type StreamingRead,
} from '@eventstore/db-client';
import { Bell, follow, type Page } from '../follow.js';
import {
  InvalidAppendError,
  OutcomeUnknownError,
  RevisionConflictError,
  NO_STREAM,
  START,
  UnavailableError,
  type Appended,
  type EventFilter,
  type EventMetadata,
  type EventStore,
  type Position,
  type StoredEvent,
} from '../port.js';
import { prepare, type PreparedEvent } from '../prepare.js';
import { checkSize, createAppender, NoAnswerError, WrongRevisionError } from './appender.js';
import { createClients, reasonOf, type Client } from './client.js';
import { parseConnectionString } from './connection-string.js';
import { fromPosition, toPosition } from './positions.js';

export interface EventStoreDbEventStoreOptions {
  /** `esdb://…`, see {@link parseConnectionString}. */
  readonly connectionString: string;
  /** Lines for the operator, nothing personal in them. */
  readonly log?: (line: string) => void;
  /** Milliseconds a call may take. */
  readonly timeoutMs?: number;
  /** Milliseconds between looks for what other processes appended, should the server not have told. */
  readonly pollMs?: number;
}

/** A subscription that keeps up looks at most this often. */
const REST_MS = 10;
/** A read that failed is repeated once, after this time: a connection may have died unseen, or the leader moved. */
const AGAIN_AFTER_MS = 50;
const LONGEST_PAUSE_MS = 500;
/** Records of others that are looked at in one read. */
const MOST_AT_ONCE = 500;
/** Records looked at to find the last event: mostly the first one is it. */
const HEAD_PAGES = [1, 32, 500];
type Resolved = ResolvedEvent | AllStreamResolvedEvent;
type Recorded = NonNullable<ResolvedEvent['event']>;

/** A record of the server's log. Without an event it is not ours: the server's own, or of others on the same server. */
interface Record {
  readonly position: Position;
  readonly event?: StoredEvent;
}

const matches = ({ stream, type }: StoredEvent, { streamPrefixes, types }: EventFilter): boolean =>
  (streamPrefixes?.some((prefix) => stream.startsWith(prefix)) ?? true) && (types?.includes(type) ?? true);

/** Everything a read gives. Ends it after `timeoutMs`. */
const collect = <T extends Resolved>(stream: StreamingRead<T>, timeoutMs: number): Promise<T[]> =>
  new Promise((resolve, reject) => {
    const found: T[] = [];
    const timer = setTimeout(() => {
      reject(new UnavailableError('the event store does not answer (time limit)'));
      stream.cancel().catch(() => {});
    }, timeoutMs);
    const settle = (end: () => void) => {
      clearTimeout(timer);
      end();
    };
    stream.on('data', (resolved: T) => found.push(resolved));
    stream.on('end', () => settle(() => resolve(found)));
    stream.on('error', (error) => settle(() => reject(error)));
  });

/**
 * Connects and looks whether the server answers.
 * @throws ConnectionStringError; UnavailableError when the server does not answer, or refuses the user
 */
export const createStore = async ({
  connectionString,
  log = () => {},
  timeoutMs = 10_000,
  pollMs = 500,
}: EventStoreDbEventStoreOptions): Promise<EventStore> => {
  const connection = parseConnectionString(connectionString);
  const { streamPrefix } = connection;
  const clients = createClients(connection, timeoutMs);
  const appender = createAppender(clients, timeoutMs);
  const closing = new AbortController();
  const bell = new Bell();
  const open = () => {
    if (closing.signal.aborted) throw new UnavailableError('the event store is closed');
  };

  const nameOf = (stream: string): string => `${streamPrefix}${stream}`;
  const toEvent = (recorded: Recorded): StoredEvent => ({
    position: toPosition(recorded.position),
    stream: recorded.streamId.slice(streamPrefix.length),
    revision: Number(recorded.revision),
    id: recorded.id,
    type: recorded.type,
    data: recorded.data,
    metadata: recorded.metadata as unknown as EventMetadata,
    recordedAt: recorded.created.toISOString(),
  });
  const toRecord = (resolved: Resolved): Record => {
    const recorded = (resolved.event ?? resolved.link)!;
    const position = toPosition(recorded.position);
    return recorded.streamId.startsWith(streamPrefix) ? { position, event: toEvent(recorded) } : { position };
  };

  const read = async <T extends Resolved>(
    ask: (client: Client) => StreamingRead<T>,
    limitMs = timeoutMs,
    again = true,
  ): Promise<T[]> => {
    open();
    const client = clients.current;
    try {
      const found = await collect(ask(client), limitMs);
      open(); // A read that is cancelled by closing looks as if it had come to its end.
      return found;
    } catch (error) {
      if (error instanceof StreamNotFoundError) return [];
      // To another leader the package goes by itself.
      if (!(error instanceof NotLeaderError)) clients.giveUp(client);
      open();
      if (again && !(error instanceof UnavailableError)) {
        await delay(AGAIN_AFTER_MS);
        return read(ask, limitMs, false);
      }
      throw error instanceof UnavailableError
        ? error
        : new UnavailableError(`the event store does not answer (${reasonOf(error)})`);
    }
  };

  const readStream = async (
    stream: string,
    { direction = 'forwards', from, limit }: NonNullable<Parameters<EventStore['readStream']>[1]> = {},
    limitMs = timeoutMs,
  ): Promise<StoredEvent[]> => {
    const found = await read(
      (client) =>
        client.readStream(nameOf(stream), {
          direction: direction === 'forwards' ? FORWARDS : BACKWARDS,
          fromRevision: from === undefined ? (direction === 'forwards' ? 'start' : END) : BigInt(from),
          ...(limit !== undefined && { maxCount: limit }),
          requiresLeader: true,
        }),
      limitMs,
    );
    return found.map(({ event }) => toEvent(event!));
  };

  /** Records after a place, and whether those were the last. */
  const scan = async (after: Position, count: number): Promise<{ records: Record[]; end: boolean }> => {
    const fromPlace = fromPosition(after);
    // A read begins with the record at its place, which is the last one seen.
    const maxCount = fromPlace === 'start' ? count : count + 1;
    const found = await read((client) =>
      client.readAll({ direction: FORWARDS, fromPosition: fromPlace, maxCount, requiresLeader: true }),
    );
    const records = found.map(toRecord);
    if (records[0]?.position === after) records.shift();
    return { records, end: found.length < maxCount };
  };

  /** After the event at `after` nothing of ours comes until `scanned`. */
  interface Scanned {
    after: Position;
    scanned: Position;
  }
  /**
   * Looks on until there are `limit` events, or any if it knows where it was, or the log ends. Its position is always an event's,
   * never that of a record that is not ours.
   */
  const page = async (after: Position, limit: number, filter: EventFilter = {}, known?: Scanned): Promise<Page> => {
    const events: StoredEvent[] = [];
    let from = known?.after === after ? known.scanned : after;
    // Where others write more than we do, small pages would never get there.
    for (let count = limit; ; count = Math.max(count, Math.min(2 * count, MOST_AT_ONCE))) {
      const { records, end } = await scan(from, count);
      for (const { event, position } of records) {
        if (events.length === limit) break;
        from = position;
        if (event) events.push(event);
      }
      const atEnd = end && from === (records.at(-1)?.position ?? from);
      const position = events.at(-1)?.position ?? after;
      if (known && atEnd) Object.assign(known, { after: position, scanned: from });
      if (atEnd || events.length === limit || (known && events.length > 0))
        return { events: events.filter((event) => matches(event, filter)), position, more: !atEnd };
    }
  };

  /** The last event, and the last record at that time. */
  let end: { readonly head: Position; readonly scanned: Position } | undefined;
  const head = async (): Promise<Position> => {
    let newest: Position | undefined;
    let before: Position | undefined;
    for (let n = 0; ; n++) {
      const maxCount = HEAD_PAGES[Math.min(n, HEAD_PAGES.length - 1)]!;
      const fromPlace = before === undefined ? END : fromPosition(before);
      const found = await read((client) =>
        client.readAll({ direction: BACKWARDS, fromPosition: fromPlace, maxCount, requiresLeader: true }),
      );
      for (const { position, event } of found.map(toRecord)) {
        if (before !== undefined && position >= before) continue;
        before = position;
        newest ??= position;
        if (end && newest < end.scanned) end = undefined; // an older log was restored
        if (!event && (!end || position > end.scanned)) continue;
        end = { head: event ? position : end!.head, scanned: newest };
        return end.head;
      }
      if (found.length < maxCount) {
        if (newest !== undefined) end = { head: START, scanned: newest };
        return START;
      }
    }
  };

  /** What is in the stream at the place of an append: the same events (the receipt), some of them, or others. */
  const compare = async (
    stream: string,
    expected: number,
    prepared: readonly PreparedEvent[],
    actual: number | undefined,
    limitMs: number,
  ): Promise<Appended | undefined> => {
    const found = await readStream(stream, { from: expected + 1, limit: prepared.length }, limitMs);
    const known = prepared.map(({ id }, i) => found[i]?.id === id);
    if (!known.includes(false)) {
      const { revision, position } = found.at(-1)!;
      return { revision, position };
    }
    if (known.includes(true)) throw new InvalidAppendError('a repeat that differs from what was appended');
    if (actual === undefined) {
      if (found.length === 0) return undefined;
      const [last] = await readStream(stream, { direction: 'backwards', limit: 1 }, limitMs);
      throw new RevisionConflictError(expected, last?.revision ?? NO_STREAM);
    }
    throw new RevisionConflictError(expected, actual);
  };

  /** Sent, and no answer: reads the stream until it can be read. What is not there may yet come. */
  const resolveUnknown = async (
    stream: string,
    expected: number,
    prepared: readonly PreparedEvent[],
    deadline: number,
    why: string,
  ): Promise<Appended> => {
    const unknown = new OutcomeUnknownError(`no answer to an append (${why})`);
    for (let pause = 20; ; pause = Math.min(2 * pause, LONGEST_PAUSE_MS)) {
      const left = deadline - performance.now();
      if (left <= 0 || closing.signal.aborted) throw unknown;
      try {
        const appended = await compare(stream, expected, prepared, undefined, left);
        if (!appended) throw unknown;
        return appended;
      } catch (error) {
        if (!(error instanceof UnavailableError)) throw error;
        await delay(Math.min(pause, Math.max(left, 0)));
      }
    }
  };

  const append = async (stream: string, expected: number, prepared: readonly PreparedEvent[]): Promise<Appended> => {
    const deadline = performance.now() + timeoutMs;
    try {
      const { revision, position } = await appender.append(nameOf(stream), expected, prepared);
      if (position !== undefined) return { revision, position };
      return await resolveUnknown(stream, expected, prepared, deadline, 'no position');
    } catch (error) {
      if (error instanceof WrongRevisionError) return (await compare(stream, expected, prepared, error.actual, timeoutMs))!;
      if (error instanceof NoAnswerError) return resolveUnknown(stream, expected, prepared, deadline, error.message);
      throw error;
    } finally {
      bell.ring();
    }
  };

  // News of what others append. Only a hint: what is delivered is read, page by page.
  let listening = false;
  const listen = (): void => {
    if (closing.signal.aborted) return;
    const client = clients.current;
    const filter = streamNameFilter({ prefixes: [streamPrefix] });
    const subscription = client.subscribeToAll({ fromPosition: END, filter, requiresLeader: true });
    let over = false;
    const again = (): void => {
      if (over) return;
      over = true;
      clearTimeout(timer);
      subscription.unsubscribe().catch(() => {});
      setTimeout(listen, pollMs).unref();
    };
    const timer = setTimeout(again, timeoutMs).unref();
    subscription.on('confirmation', () => clearTimeout(timer));
    subscription.on('data', () => bell.ring());
    subscription.on('error', again);
    subscription.on('end', again);
  };

  const close = async (): Promise<void> => {
    if (closing.signal.aborted) return;
    closing.abort();
    await appender.close();
    await clients.close();
  };

  try {
    await head();
  } catch (error) {
    await close();
    throw error;
  }
  return {
    append: async (stream, expectedRevision, events) => {
      const prepared = prepare(stream, expectedRevision, events);
      checkSize(prepared);
      open();
      return append(stream, expectedRevision, prepared);
    },
    readStream: (stream, options) => readStream(stream, options),
    readAll: async (after, { filter, limit = 1_000 } = {}) => {
      const { events, position } = await page(after, limit, filter);
      return { events, position };
    },
    subscribe: (after, { filter, signal, batchSize = 500 }) => {
      fromPosition(after);
      if (!listening) listen();
      listening = true;
      const known: Scanned = { after, scanned: after };
      return follow(after, {
        read: (position) => page(position, batchSize, filter, known),
        bell,
        signals: [signal, closing.signal],
        pollMs,
        restMs: REST_MS,
        log,
      });
    },
    head,
    close,
  };
};
