// Streams that were just folded, so that the next command on one of them needs no read. A memory, never the truth: what is
// decided on it counts only once the store has appended at the revision that is remembered.
import type { Refusal } from '@app/domain';
import type { Position } from './port.js';

/** What a command did: of its last event. */
export interface CarriedOut {
  readonly commandHash: string;
  readonly revision: number;
  readonly position: Position;
  readonly refusal?: Refusal;
}

/** A stream, folded up to and including `revision`. */
export interface FoldedStream<State = unknown> {
  readonly state: State;
  readonly revision: number;
  readonly position: Position;
  /** By command id. Facts, so that those who hold an older state may see newer ones. */
  readonly commands: Map<string, CarriedOut>;
}

/** Holds the streams that were used last. Bounded by the number of their events, about 400 bytes each. */
export class RecentStreams {
  readonly #streams = new Map<string, FoldedStream>();
  #events = 0;

  constructor(private readonly maxEvents = 100_000) {}

  get(stream: string): FoldedStream | undefined {
    const folded = this.#streams.get(stream);
    if (folded) {
      this.#streams.delete(stream);
      this.#streams.set(stream, folded);
    }
    return folded;
  }

  /** @param fold what was appended is folded here; should that fail, the next reader of the stream finds out why */
  set(stream: string, fold: () => FoldedStream): void {
    let folded: FoldedStream;
    try {
      folded = fold();
    } catch {
      this.forget(stream);
      return;
    }
    const other = this.#streams.get(stream);
    if (other && other.revision > folded.revision) return;
    this.forget(stream);
    this.#streams.set(stream, folded);
    this.#events += folded.revision + 1;
    for (const oldest of this.#streams.keys()) {
      if (this.#events <= this.maxEvents) break;
      this.forget(oldest);
    }
  }

  forget(stream: string): void {
    const folded = this.#streams.get(stream);
    if (!folded) return;
    this.#streams.delete(stream);
    this.#events -= folded.revision + 1;
  }
}
