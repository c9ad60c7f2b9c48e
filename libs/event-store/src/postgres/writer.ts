// Group commit: appends that arrive while a commit is under way go to the server together, as one statement in one
// transaction, each with its own verdict. No delay is added; a lone append takes a shorter statement.
import { setTimeout as delay } from 'node:timers/promises';
import { InvalidAppendError, OutcomeUnknownError, RevisionConflictError, UnavailableError, type Appended } from '../port.js';
import { toPosition, type PreparedEvent } from '../prepare.js';
import { intArray, parseNumbers, textArray, uuidArray } from './arrays.js';
import { ConnectionLostError, sqlState, type Session } from './connection.js';

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
/** Never a revision: an append in a batch that can only lose or be a repeat. */
const LOSER = -2;
/** Answers that are about the server, not about one append of the batch: nobody is tried again alone. */
const ABOUT_THE_SERVER = /^(25|40|53|55|57|58|XX)/;

const APPEND_ONE = { name: 'append_one', text: 'select event_store.append_one($1, $2, $3, $4, $5, $6)' };
const APPEND_BATCH = {
  name: 'append_batch',
  text: 'select head, positions, actual from event_store.append_batch($1, $2, $3, $4, $5, $6, $7)',
};

export interface Writer {
  append(stream: string, expected: number, events: readonly PreparedEvent[]): Promise<Appended>;
  /** Resolves when everything queued has its answer. */
  drained(): Promise<void>;
}

export interface WriterOptions {
  readonly session: Session;
  /** How long an append whose connection broke is pursued, in milliseconds. */
  readonly timeoutMs: number;
  /** Called after every commit that may have appended something. */
  readonly committed: () => void;
}

export const createWriter = ({ session, timeoutMs, committed }: WriterOptions): Writer => {
  let queue: Append[] = [];
  let scheduled = false;
  let underWay = 0;
  let idle: (() => void)[] = [];

  /**
   * The next batch, in order of arrival. Of several appends that expect the same revision of a stream only the first can
   * win; the others go along for their verdict. One that expects another revision must see the first: it waits a batch.
   */
  const take = (most: number): { batch: Append[]; expected: number[] } => {
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

  const sendOne = async ({ stream, expected, events: [event], resolve }: Append): Promise<boolean> => {
    const { id, type, data, metadata } = event!;
    const [row] = await session.query({ ...APPEND_ONE, values: [stream, expected, id, type, data, metadata] });
    if (row![0] === null) return false;
    committed();
    resolve({ revision: expected + 1, position: toPosition(row![0]!) });
    return true;
  };

  const sendBatch = async (batch: readonly Append[], expected: readonly number[]): Promise<void> => {
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
    const [row] = await session.query({
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
    });
    committed();
    const head = Number(row![0]);
    const positions = row![1] == null ? undefined : parseNumbers(row![1]);
    const actual = row![2] == null ? undefined : parseNumbers(row![2]);
    let at = 0;
    for (const { expected: wanted, events: own, resolve, reject } of batch) {
      const from = at;
      at += own.length;
      const last = positions ? positions[at - 1] : head + at;
      const stored = positions ? positions.slice(from, at).filter((position) => position !== undefined).length : own.length;
      if (stored === own.length) resolve({ revision: wanted + own.length, position: toPosition(last!) });
      else if (stored > 0) reject(new InvalidAppendError('a repeat that differs from what was appended'));
      else reject(new RevisionConflictError(wanted, actual![from]!));
    }
  };

  const verdict = (error: unknown, lost: boolean): Error => {
    const state = sqlState(error);
    if (state === '23505') return new InvalidAppendError('an event id that is used elsewhere');
    if (lost) return new OutcomeUnknownError('the connection broke while the append was under way');
    return error instanceof UnavailableError ? error : new UnavailableError(`nothing was appended (${state ?? 'no connection'})`);
  };

  /**
   * Sends a batch until there is a verdict. After a broken connection the same batch is sent again: the lock makes the
   * first attempt's outcome visible, and an append that took effect is then recognised as a repeat.
   */
  const settle = async (batch: readonly Append[], expected: readonly number[], lostBefore = false): Promise<void> => {
    const deadline = performance.now() + timeoutMs;
    let lost = lostBefore;
    for (let pause = 10; ; pause = Math.min(pause * 2, 500)) {
      try {
        const alone = batch.length === 1 && batch[0]!.events.length === 1;
        if (alone && !lost && (await sendOne(batch[0]!))) return;
        return await sendBatch(batch, expected);
      } catch (error) {
        const state = sqlState(error);
        if (state !== undefined && batch.length > 1 && !ABOUT_THE_SERVER.test(state)) {
          for (const append of batch) await settle([append], [append.expected], lost);
          return;
        }
        lost ||= error instanceof ConnectionLostError;
        if (!lost || state !== undefined || performance.now() > deadline) {
          for (const append of batch) append.reject(verdict(error, lost));
          return;
        }
        await delay(pause);
      }
    }
  };

  const pump = (): void => {
    scheduled = false;
    while (queue.length > 0 && (underWay === 0 || (underWay === 1 && queue.length >= WORTH_A_COMMIT))) {
      const halve = underWay === 0 && queue.length >= 2 * WORTH_A_COMMIT;
      const { batch, expected } = take(halve ? Math.ceil(queue.length / 2) : queue.length);
      underWay++;
      void settle(batch, expected).finally(() => {
        underWay--;
        schedule();
        if (underWay === 0 && queue.length === 0) for (const done of idle.splice(0)) done();
      });
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
    drained: () => (queue.length === 0 && underWay === 0 ? Promise.resolve() : new Promise((done) => (idle = [...idle, done]))),
  };
};
