// What every adapter checks before it sends or keeps anything, and the bytes that are stored.
import {
  ForeignPositionError,
  InvalidAppendError,
  MAX_EVENT_BYTES,
  NO_STREAM,
  START,
  type NewEvent,
  type Position,
} from './port.js';

/** An event as it is stored: data and metadata exactly as JSON.stringify wrote them. */
export interface PreparedEvent {
  readonly id: string;
  readonly type: string;
  readonly data: string;
  readonly metadata: string;
}

/** Printable ASCII, so that every store orders and filters names alike; a leading `$` belongs to EventStoreDB. */
const NAME = /^[A-Za-z0-9][\x21-\x7e]{0,199}$/;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

const json = (value: unknown): string => {
  const text = JSON.stringify(value) as string | undefined;
  if (text === undefined) throw new InvalidAppendError('data and metadata must be JSON');
  return text;
};

/** @throws InvalidAppendError naming what is wrong, never a value */
export const prepare = (stream: string, expectedRevision: number, events: readonly NewEvent[]): PreparedEvent[] => {
  if (!NAME.test(stream)) throw new InvalidAppendError('a stream name is 1-200 printable ASCII characters');
  if (!Number.isInteger(expectedRevision) || expectedRevision < NO_STREAM)
    throw new InvalidAppendError('the expected revision must be exact');
  if (events.length === 0) throw new InvalidAppendError('nothing to append');
  if (events.length > 1 && new Set(events.map(({ id }) => id)).size < events.length)
    throw new InvalidAppendError('two events with one id');
  return events.map(({ id, type, data, metadata }) => {
    if (!UUID.test(id)) throw new InvalidAppendError('an event id is a lower-case UUID');
    if (!NAME.test(type)) throw new InvalidAppendError('an event type is 1-200 printable ASCII characters');
    const prepared = { id, type, data: json(data), metadata: json(metadata) };
    if (Buffer.byteLength(prepared.data) + Buffer.byteLength(prepared.metadata) > MAX_EVENT_BYTES)
      throw new InvalidAppendError(`an event is at most ${MAX_EVENT_BYTES} bytes`);
    return prepared;
  });
};

/** Positions of the stores that count: the number of events up to and including this one, in 19 digits. */
export const toPosition = (count: number | string): Position =>
  (Number(count) === 0 ? START : String(count).padStart(19, '0')) as Position;

/** @throws ForeignPositionError when it is no position of a counting store */
export const fromPosition = (position: Position): number => {
  if (position !== START && !/^\d{19}$/.test(position)) throw new ForeignPositionError();
  return Number(position);
};
