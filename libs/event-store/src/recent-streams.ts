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

/**
 * Holds the streams that were used last, bounded by the number of their events, about 400 bytes each. When the young half is
 * full, what nobody asked for since the last time goes.
 */
export class RecentStreams {
  #young = new Map<string, FoldedStream>();
  #old = new Map<string, FoldedStream>();
  #youngEvents = 0;

  constructor(private readonly maxEvents = 100_000) {}

  get(stream: string): FoldedStream | undefined {
    const young = this.#young.get(stream);
    if (young) return young;
    const old = this.#old.get(stream);
    if (old) this.#keep(stream, old);
    return old;
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
    const other = this.#young.get(stream) ?? this.#old.get(stream);
    if (!other || other.revision < folded.revision) this.#keep(stream, folded);
  }

  forget(stream: string): void {
    const young = this.#young.get(stream);
    if (young) this.#youngEvents -= young.revision + 1;
    this.#young.delete(stream);
    this.#old.delete(stream);
  }

  #keep(stream: string, folded: FoldedStream): void {
    const before = this.#young.get(stream)?.revision ?? -1;
    this.#young.set(stream, folded);
    this.#youngEvents += folded.revision - before;
    if (this.#youngEvents <= this.maxEvents / 2) return;
    this.#old = this.#young;
    this.#young = new Map();
    this.#youngEvents = 0;
  }
}
