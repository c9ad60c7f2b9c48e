// Group commit: appends that arrive while a commit is under way go to the server together, as one statement in one
// transaction, each with its own verdict. No delay is added; a lone append whose place is known is a plain insert.
import { setTimeout as delay } from 'node:timers/promises';
import {
  InvalidAppendError,
  NO_STREAM,
  OutcomeUnknownError,
  RevisionConflictError,
  UnavailableError,
  type Appended,
} from '../port.js';
import { toPosition, type PreparedEvent } from '../prepare.js';
import { intArray, parseNumbers, textArray, uuidArray } from './arrays.js';
import {
  ConnectionLostError,
  constraint,
  createSession,
  sqlState,
  type ConnectionOptions,
  type Row,
  type Statement,
} from './connection.js';

interface Append {
  readonly stream: string;
  readonly expected: number;
  readonly events: readonly PreparedEvent[];
  readonly bytes: number;
  readonly resolve: (appended: Appended) => void;
  readonly reject: (error: Error) => void;
}

const MAX_BATCH_EVENTS = 512;
const MAX_BATCH_BYTES = 4 * 1024 * 1024;
/**
 * So many queued appends are worth a commit of their own: they are sent on the heels of the batch under way, so that the
 * server works on one batch while this process answers and prepares the other. Twice as many are halved to get there.
 */
const WORTH_A_COMMIT = 8;
const MAX_KNOWN_STREAMS = 10_000;
/** Never a revision: an append in a batch that can only lose or be a repeat. */
const LOSER = -2;
/** Answers that are about the server, not about one append of the batch: nobody is tried again alone. */
const ABOUT_THE_SERVER = /^(25|40|53|55|57|58|XX)/;

/**
 * A lone append right after what this process saw committed: nothing to look up and nothing to lock, because the keys of
 * position and of stream and revision let it in only if that is still the end of both. If not: append_batch tells why.
 */
const APPEND_NEXT = {
  name: 'append_next',
  text: `insert into event_store.events (position, stream, revision, id, type, data, metadata, recorded_at)
    values ($1, $2, $3, $4, $5, $6, $7, date_trunc('milliseconds', clock_timestamp())) returning position`,
};
const UNIQUE_VIOLATION = '23505';
/** Another process writes, too: so many batches go by the lock, as a plain insert would likely be in vain. */
const NOT_ALONE_FOR = 100;
const APPEND_BATCH = {
  name: 'append_batch',
  text: 'select head, positions, actual from event_store.append_batch($1, $2, $3, $4, $5, $6, $7)',
};

export interface Writer {
  append(stream: string, expected: number, events: readonly PreparedEvent[]): Promise<Appended>;
  /** Connects. @throws Error when the server's settings are not durable, UnavailableError */
  open(): Promise<void>;
  /** After everything queued has its answer. */
  close(): Promise<void>;
}

export interface WriterOptions {
  readonly connection: ConnectionOptions;
  /** Called after every commit that may have appended something. */
  readonly committed: () => void;
}

export const createWriter = ({ connection, committed }: WriterOptions): Writer => {
  // The end of the log and of streams, as this process saw them committed. Another server may know less: forgotten with the connection.
  let head: number | undefined;
  const ends = new Map<string, number>();
  const session = createSession(connection, {
    lost: () => {
      head = undefined;
      ends.clear();
    },
  });
  const remember = (stream: string, revision: number): void => {
    ends.delete(stream);
    ends.set(stream, revision);
    if (ends.size > MAX_KNOWN_STREAMS) ends.delete(ends.keys().next().value!);
  };

  let notAlone = 0;

  let queue: Append[] = [];
  let scheduled = false;
  let underWay = 0;
  const idle: (() => void)[] = [];

  /**
   * The next batch, in order of arrival. Of several appends that expect the same revision of a stream only the first can
   * win; the others go along for their verdict. One that expects another revision must see the first: it waits a batch.
   */
  const take = (most: number): { batch: Append[]; expected: number[] } => {
    if (queue.length === 1) {
      const batch = queue;
      queue = [];
      return { batch, expected: [batch[0]!.expected] };
    }
    const batch: Append[] = [];
    const expected: number[] = [];
    const later: Append[] = [];
    const first = new Map<string, number>();
    let events = 0;
    let bytes = 0;
    let full = false;
    for (const append of queue) {
      const before = first.get(append.stream);
      full ||=
        batch.length === most ||
        (batch.length > 0 && (events + append.events.length > MAX_BATCH_EVENTS || bytes + append.bytes > MAX_BATCH_BYTES));
      if (full || (before !== undefined && before !== append.expected)) {
        later.push(append);
        continue;
      }
      first.set(append.stream, append.expected);
      batch.push(append);
      expected.push(before === undefined ? append.expected : LOSER);
      events += append.events.length;
      bytes += append.bytes;
    }
    queue = later;
    return { batch, expected };
  };

  /** The plain insert of a lone append, when its place is known and nobody else is about to take it. */
  const next = ({ stream, expected, events: [event, more] }: Append): Statement | undefined => {
    if (head === undefined || notAlone > 0 || more || (expected !== NO_STREAM && ends.get(stream) !== expected)) return undefined;
    const { id, type, data, metadata } = event!;
    return { ...APPEND_NEXT, values: [head + 1, stream, expected + 1, id, type, data, metadata] };
  };

  /** @returns no row when it broke a key, which undid it */
  const insert = async (lone: Statement): Promise<Row | undefined> => {
    try {
      return (await session.query(lone))[0];
    } catch (error) {
      if (sqlState(error) !== UNIQUE_VIOLATION) throw error;
      notAlone = NOT_ALONE_FOR;
      return undefined;
    }
  };

  const together = (batch: readonly Append[], expected: readonly number[]): Statement => {
    const streams: string[] = [];
    const expectations: number[] = [];
    const revisions: number[] = [];
    const events: PreparedEvent[] = [];
    batch.forEach((append, b) =>
      append.events.forEach((event, i) => {
        streams.push(append.stream);
        expectations.push(expected[b]!);
        revisions.push(append.expected + 1 + i);
        events.push(event);
      }),
    );
    return {
      ...APPEND_BATCH,
      values: [
        textArray(streams),
        intArray(expectations),
        intArray(revisions),
        uuidArray(events.map(({ id }) => id)),
        textArray(events.map(({ type }) => type)),
        textArray(events.map(({ data }) => data)),
        textArray(events.map(({ metadata }) => metadata)),
      ],
    };
  };

  const answer = (batch: readonly Append[], row: Row): void => {
    const before = Number(row[0]);
    const positions = row[1] == null ? undefined : parseNumbers(row[1]);
    const actual = row[2] == null ? undefined : parseNumbers(row[2]);
    head = before;
    let at = 0;
    for (const { stream, expected, events, resolve, reject } of batch) {
      const from = at;
      at += events.length;
      const position = positions ? positions[at - 1] : before + at;
      const stored = positions ? positions.slice(from, at).filter((found) => found !== undefined).length : events.length;
      if (stored === events.length) {
        head = Math.max(head, position!);
        if (!positions) remember(stream, expected + events.length);
        resolve({ revision: expected + events.length, position: toPosition(position!) });
      } else if (stored > 0) reject(new InvalidAppendError('a repeat that differs from what was appended'));
      else reject(new RevisionConflictError(expected, actual![from]!));
    }
  };

  const verdict = (error: unknown, lost: boolean): Error => {
    const state = sqlState(error);
    if (state === UNIQUE_VIOLATION) return new InvalidAppendError('an event id that is used elsewhere');
    if (lost) return new OutcomeUnknownError('the connection broke while the append was under way');
    return error instanceof UnavailableError ? error : new UnavailableError(`nothing was appended (${state ?? 'no connection'})`);
  };

  /**
   * Sends a batch until there is a verdict. After a broken connection the same batch is sent again: it waits for whatever
   * the first attempt left on the server, and an append that took effect is then recognised as a repeat.
   */
  const settle = async (batch: readonly Append[], expected: readonly number[], lostBefore = false): Promise<void> => {
    const deadline = performance.now() + connection.timeoutMs;
    let lost = lostBefore;
    for (let pause = 10; ;) {
      try {
        const lone = batch.length === 1 && !lost ? next(batch[0]!) : undefined;
        if (lone) {
          const row = await insert(lone);
          if (row) {
            const { stream, expected: before, resolve } = batch[0]!;
            head = Number(row[0]);
            remember(stream, before + 1);
            committed();
            resolve({ revision: before + 1, position: toPosition(head) });
            return;
          }
        }
        const [row] = await session.query(together(batch, expected));
        if (notAlone > 0) notAlone--;
        committed();
        answer(batch, row!);
        return;
      } catch (error) {
        const state = sqlState(error);
        const inTime = performance.now() < deadline;
        // Another process's lone append came in between.
        if (inTime && constraint(error) === 'events_pkey') continue;
        if (state !== undefined && batch.length > 1 && !ABOUT_THE_SERVER.test(state)) {
          for (const append of batch) await settle([append], [append.expected], lost);
          return;
        }
        lost ||= error instanceof ConnectionLostError;
        if (!lost || state !== undefined || !inTime) {
          for (const append of batch) append.reject(verdict(error, lost));
          return;
        }
        await delay(pause);
        pause = Math.min(pause * 2, 500);
      }
    }
  };

  const landed = (): void => {
    underWay--;
    schedule();
  };
  const pump = (): void => {
    scheduled = false;
    if (queue.length === 0 && underWay === 0) for (const done of idle.splice(0)) done();
    while (queue.length > 0 && (underWay === 0 || (underWay === 1 && queue.length >= WORTH_A_COMMIT))) {
      const halve = underWay === 0 && queue.length >= 2 * WORTH_A_COMMIT;
      const { batch, expected } = take(halve ? Math.ceil(queue.length / 2) : queue.length);
      underWay++;
      void settle(batch, expected).then(landed);
    }
  };
  /** After the callers that just got their answers have run: what they append next belongs in the same batch. */
  const schedule = (): void => {
    if (scheduled) return;
    scheduled = true;
    process.nextTick(pump);
  };

  return {
    append: (stream, expected, events) =>
      new Promise<Appended>((resolve, reject) => {
        let bytes = 0;
        for (const { data, metadata } of events) bytes += data.length + metadata.length;
        queue.push({ stream, expected, events, bytes, resolve, reject });
        schedule();
      }),
    open: async () => {
      await session.query({ text: 'select 1' });
    },
    close: async () => {
      await new Promise<void>((done) => {
        idle.push(done);
        schedule();
      });
      await session.close();
    },
  };
};
