// The store for unit tests: the contract of the others, in arrays.
import { Bell, follow, type Page } from './follow.js';
import {
  InvalidAppendError,
  RevisionConflictError,
  START,
  UnavailableError,
  type EventFilter,
  type EventMetadata,
  type EventStore,
  type StoredEvent,
} from './port.js';
import { fromPosition, prepare, toPosition } from './prepare.js';

/** @param clock gives the time an event is recorded */
export const createMemoryEventStore = ({ clock = () => new Date() }: { clock?: () => Date } = {}): EventStore => {
  const log: StoredEvent[] = [];
  const streams = new Map<string, StoredEvent[]>();
  const ids = new Set<string>();
  const bell = new Bell();
  const closing = new AbortController();
  const open = () => {
    if (closing.signal.aborted) throw new UnavailableError('the event store is closed');
  };

  const page = (after: number, limit: number, { streamPrefixes, types }: EventFilter = {}): Page => {
    open();
    const looked = log.slice(after, after + limit);
    const events = looked.filter(
      (event) =>
        (streamPrefixes?.some((prefix) => event.stream.startsWith(prefix)) ?? true) && (types?.includes(event.type) ?? true),
    );
    const end = Math.max(after, after + looked.length);
    return { events, position: toPosition(end), more: end < log.length };
  };

  return {
    append: async (stream, expectedRevision, newEvents) => {
      const prepared = prepare(stream, expectedRevision, newEvents);
      open();
      const events = streams.get(stream) ?? [];
      const actual = events.length - 1;
      if (actual !== expectedRevision) {
        const known = prepared.map(({ id }, i) => events[expectedRevision + 1 + i]?.id === id);
        if (!known.includes(true)) throw new RevisionConflictError(expectedRevision, actual);
        if (known.includes(false)) throw new InvalidAppendError('a repeat that differs from what was appended');
        const { revision, position } = events[expectedRevision + prepared.length]!;
        return { revision, position };
      }
      if (prepared.some(({ id }) => ids.has(id))) throw new InvalidAppendError('an event id that is used elsewhere');
      const recordedAt = clock().toISOString();
      for (const { id, type, data, metadata } of prepared) {
        const event: StoredEvent = {
          id,
          type,
          data: JSON.parse(data) as unknown,
          metadata: JSON.parse(metadata) as EventMetadata,
          stream,
          revision: events.length,
          position: toPosition(log.length + 1),
          recordedAt,
        };
        ids.add(id);
        events.push(event);
        log.push(event);
      }
      streams.set(stream, events);
      bell.ring();
      const { revision, position } = log.at(-1)!;
      return { revision, position };
    },
    readStream: async (stream, { direction = 'forwards', from, limit = Infinity } = {}) => {
      open();
      const events = streams.get(stream) ?? [];
      return direction === 'forwards'
        ? events.slice(from ?? 0, (from ?? 0) + limit)
        : events
            .slice(0, (from ?? Infinity) + 1)
            .reverse()
            .slice(0, limit);
    },
    readAll: async (after, { filter, limit = 1_000 } = {}) => {
      const { events, position } = page(fromPosition(after), limit, filter);
      return { events, position };
    },
    subscribe: (after, { filter, signal, batchSize = 500 }) =>
      follow(after, {
        read: async (position) => page(fromPosition(position), batchSize, filter),
        bell,
        signals: [signal, closing.signal],
        pollMs: 1_000,
        restMs: 0,
      }),
    head: async () => (open(), log.at(-1)?.position ?? START),
    close: async () => closing.abort(),
  };
};
