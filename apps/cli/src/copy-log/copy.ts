// Copies a whole log into another store, in its order, and shows that the copy is the same.
//
// An unfinished copy is recognised by what it holds, not by a marker: its log is the beginning of the source's, event by
// event. That is the very thing a marker would only claim, it holds after a crash at any point, and the reading is not
// lost, because the same comparison is the check at the end.
import { createHash, hash } from 'node:crypto';
import {
  RevisionConflictError,
  START,
  type Batch,
  type EventStore,
  type NewEvent,
  type Position,
  type StoredEvent,
} from '@app/event-store';
import { printable, Unusable } from '../unusable.js';

/** Events read at a time: one page of 900 kB events still fits into memory. */
const PAGE = 500;
/** One append at most: EventStoreDB takes 1 MiB with its default settings. */
const APPEND_EVENTS = 200;
const APPEND_BYTES = 700 * 1024;
/** Streams read back at a time. */
const READING_BACK = 8;

/** `copy` counts events in the target, those found there too; `verify` events compared; `streams` streams read back. */
export type Step = 'copy' | 'verify' | 'streams';

export interface CopyOptions {
  readonly from: EventStore;
  readonly to: EventStore;
  /** Stops after what is under way; the same copy can go on later. */
  readonly signal: AbortSignal;
  /** Total: what the source holds, as far as it is known. */
  readonly tell?: (step: Step, done: number, total: number) => void;
}

export interface Copied {
  /** False: interrupted. */
  readonly finished: boolean;
  /** Events in the target when it began. */
  readonly found: number;
  /** Events appended now. */
  readonly copied: number;
  /** Events that were compared, each read from both stores. */
  readonly verified: number;
  readonly streams: number;
  /** SHA-256 over the fingerprints of all verified events in their order: the same for every store with this log. */
  readonly digest: string;
  /** Of the source: the copy goes this far. */
  readonly position: Position;
}

/** A log's events one by one, from a position to where the log ends; asked again later, it goes on. Reads a page ahead. */
class Walk {
  #page: Batch;
  #next = 0;
  #ahead: Promise<Batch> | undefined;
  constructor(
    private readonly store: EventStore,
    /** Of the last event given. */
    public position: Position = START,
  ) {
    this.#page = { events: [], position };
  }

  async next(): Promise<StoredEvent | undefined> {
    while (this.#next === this.#page.events.length) {
      const after = this.#page.position;
      let page = await (this.#ahead ?? this.#read(after));
      this.#ahead = undefined;
      // What was read ahead may be old: the log may have gone on since.
      if (page.position === after) page = await this.#read(after);
      if (page.position === after) return undefined;
      this.#page = page;
      this.#next = 0;
      this.#ahead = this.#read(page.position);
    }
    const event = this.#page.events[this.#next++]!;
    this.position = event.position;
    return event;
  }

  #read(after: Position): Promise<Batch> {
    const page = this.store.readAll(after, { limit: PAGE });
    page.catch(() => {}); // Whoever awaits it sees the error.
    return page;
  }
}

/** SHA-256 of all that a copy keeps: stream, place in it, id, type, and the bytes of data and metadata. */
const fingerprint = ({ stream, revision, id, type, data, metadata }: StoredEvent): string =>
  hash('sha256', JSON.stringify([stream, revision, id, type, data, metadata]), 'base64');

/** Of a stream: its fingerprints, chained in order. */
interface StreamDigest {
  events: number;
  digest: string;
  /** Events that were there when it was last read back. */
  readBack: number;
}
const chained = (digest: string, print: string): string => hash('sha256', digest + print, 'base64');

const place = ({ stream, revision }: StoredEvent): string => `${printable(stream, 200)} #${revision}`;

const countEvents = async (store: EventStore, signal: AbortSignal): Promise<number> => {
  const walk = new Walk(store);
  let events = 0;
  while (!signal.aborted && (await walk.next())) events++;
  return events;
};

/**
 * Copies until a whole round has found nothing new in the source, which may grow meanwhile. Every event is then read from both
 * stores and compared, and every stream of the target is read back by its name. One append is under way at a time: only so is
 * the order of the whole log the source's, wherever it is interrupted.
 * @throws Unusable when the target is neither empty nor this copy, unfinished, or when the copy is not the same;
 *   UnavailableError, OutcomeUnknownError: the same copy can go on later
 */
export const copyLog = async ({ from, to, signal, tell = () => {} }: CopyOptions): Promise<Copied> => {
  const source = new Walk(from);
  const target = new Walk(to);
  const streams = new Map<string, StreamDigest>();
  const log = createHash('sha256');
  let total = 0;
  let verified = 0;
  let copied = 0;

  /** From where it stopped last time to the end of the target: both logs hold the same. */
  const compare = async (step: 'copy' | 'verify'): Promise<void> => {
    while (!signal.aborted) {
      const there = await target.next();
      if (!there) return;
      const here = await source.next();
      if (!here)
        throw new Unusable(
          `the target goes on after the end of the source (event ${verified + 1}): it has been used by itself`,
          'målet fortsætter efter kildens slutning: det har været i brug for sig selv',
        );
      const print = fingerprint(here);
      if (print !== fingerprint(there))
        throw new Unusable(
          `event ${verified + 1} of the target is not that of the source (${place(here)}): it is no copy of this log`,
          'målets hændelse er ikke kildens: det er ikke en kopi af denne log',
        );
      const stream = streams.get(here.stream) ?? { events: 0, digest: '', readBack: 0 };
      stream.events++;
      stream.digest = chained(stream.digest, print);
      streams.set(here.stream, stream);
      log.update(print);
      verified++;
      total = Math.max(total, verified);
      tell(step, verified, total);
    }
  };

  const append = async (run: readonly StoredEvent[]): Promise<void> => {
    const { stream, revision } = run[0]!;
    const events = run.map(({ id, type, data, metadata }): NewEvent => ({ id, type, data, metadata }));
    try {
      await to.append(stream, revision - 1, events);
    } catch (error) {
      if (!(error instanceof RevisionConflictError)) throw error;
      throw new Unusable(
        `${place(run[0]!)} does not follow in the target, which is at #${error.actual}: somebody else writes to it, or the source has lost events`,
        'hændelsen passer ikke i målet: en anden skriver til det, eller kilden mangler hændelser',
      );
    }
    copied += run.length;
    total = Math.max(total, found + copied);
    tell('copy', found + copied, total);
  };

  /** Events that follow each other in one stream go together. @returns how many were copied */
  const copyNew = async (): Promise<number> => {
    const before = copied;
    let run: StoredEvent[] = [];
    let bytes = 0;
    for (let event = await reading.next(); event && !signal.aborted; event = await reading.next()) {
      const size = Buffer.byteLength(JSON.stringify([event.data, event.metadata]));
      if (run.length > 0 && (run[0]!.stream !== event.stream || run.length === APPEND_EVENTS || bytes + size > APPEND_BYTES)) {
        await append(run);
        run = [];
        bytes = 0;
      }
      run.push(event);
      bytes += size;
    }
    if (run.length > 0 && !signal.aborted) await append(run);
    return copied - before;
  };

  /** Each stream that has changed since, as a reader of that stream gets it. */
  const readBack = async (): Promise<void> => {
    const changed = [...streams].filter(([, { events, readBack }]) => readBack < events);
    const all = changed.length;
    let done = 0;
    const readNext = async (): Promise<void> => {
      for (let next = changed.pop(); next && !signal.aborted; next = changed.pop()) {
        const [name, expected] = next;
        let events = 0;
        let digest = '';
        for (;;) {
          const page = await to.readStream(name, { from: events, limit: PAGE });
          for (const event of page) digest = chained(digest, fingerprint(event));
          events += page.length;
          if (page.length < PAGE) break;
        }
        if (events !== expected.events || digest !== expected.digest)
          throw new Unusable(
            `stream ${printable(name, 200)} differs: ${expected.events} events in the source, ${events} in the target, digests ${expected.digest} and ${digest}`,
            'en strøm er ikke ens i kilde og mål',
          );
        expected.readBack = events;
        tell('streams', ++done, all);
      }
    };
    await Promise.all(Array.from({ length: READING_BACK }, readNext));
  };

  total = await countEvents(from, signal);
  await compare('copy');
  const found = verified;
  const reading = new Walk(from, source.position);
  while (!signal.aborted) {
    const news = await copyNew();
    await compare('verify');
    if (!signal.aborted && verified !== found + copied)
      throw new Unusable(
        `the target gives back ${verified} of ${found + copied} events`,
        'målet giver ikke alle hændelser tilbage',
      );
    await readBack();
    if (news === 0) break;
  }
  const result = { found, copied, verified, streams: streams.size, position: source.position };
  return { ...result, finished: !signal.aborted, digest: log.digest('hex') };
};
