// The port of the event store: what every adapter promises. Nothing outside an adapter looks inside a position.
import type { Refusal } from '@app/domain';

declare const positionBrand: unique symbol;
/**
 * A place in the whole log. Opaque: only its store knows what is in it. Printable and fixed-width, so that plain string
 * order is log order (`a < b` in JavaScript, `collate "C"` in SQL). The empty string is before the first event.
 */
export type Position = string & { readonly [positionBrand]: true };
export const START = '' as Position;

/** The revision of a stream that does not exist. The first event has revision 0. */
export const NO_STREAM = -1;

/** JSON with the rules of JSON.stringify; stored byte for byte as stringified. */
export type Json = unknown;

/** Who, when, why; nothing personal. All ids opaque, times UTC ISO 8601. */
export interface EventMetadata {
  /** Version of the event's type. */
  readonly v: number;
  readonly commandId: string;
  /** Keyed HMAC of the command's canonical plaintext: same key with another body is refused. */
  readonly commandHash: string;
  readonly actor: string;
  readonly organisation: string;
  readonly authority: string;
  /** When it happened (the store adds when it was recorded). */
  readonly at: string;
  readonly ruleSet: string;
  /** Id of the event or request that caused the command. */
  readonly causation?: string;
  /** The rule's answer, when the command was refused with an event: a repeat of the command gets the same answer. */
  readonly refusal?: Refusal;
}

export interface NewEvent<M = EventMetadata> {
  /** UUID. Appending the same id again at the same expected revision is recognised as a repeat. */
  readonly id: string;
  readonly type: string;
  readonly data: Json;
  readonly metadata: M;
}

export interface StoredEvent<M = EventMetadata> extends NewEvent<M> {
  readonly stream: string;
  readonly revision: number;
  readonly position: Position;
  /** UTC, ISO 8601, from the store's clock. */
  readonly recordedAt: string;
}

/** Of the last event appended. */
export interface Appended {
  readonly revision: number;
  readonly position: Position;
}

/** Either list narrows; both given: an event must match both. Prefixes of stream names, whole type names. */
export interface EventFilter {
  readonly streamPrefixes?: readonly string[];
  readonly types?: readonly string[];
}

/** `position`: everything up to and including it was looked at, also what the filter left out. The next checkpoint. */
export interface Batch {
  readonly events: readonly StoredEvent[];
  readonly position: Position;
}

export interface EventStore {
  /**
   * Appends all events or none.
   * @param expectedRevision exact: the stream's last revision, or NO_STREAM.
   * @throws RevisionConflictError with the actual revision; InvalidAppendError for an empty list, an event over
   *   MAX_EVENT_BYTES or a repeat that differs; UnavailableError when nothing was written; OutcomeUnknownError when that is not known.
   * Idempotent by event id: the same ids (all, or a prefix of what was written at that place) at the same expected revision give the first receipt of those events.
   */
  append(stream: string, expectedRevision: number, events: readonly NewEvent[]): Promise<Appended>;
  /** Events of one stream, in order of `direction`, from revision `from` (default: the end it starts at). A stream that does not exist is empty. */
  readStream(
    stream: string,
    options?: { direction?: 'forwards' | 'backwards'; from?: number; limit?: number },
  ): Promise<readonly StoredEvent[]>;
  /** The whole log after `after`, in commit order. At most `limit` events are looked at. */
  readAll(after: Position, options?: { filter?: EventFilter; limit?: number }): Promise<Batch>;
  /**
   * Catches up from `after`, then stays live, for ever: never misses, repeats or reorders. Pull-based: at most one batch is
   * fetched ahead of the consumer. Every batch moves `position`; its list is empty when the filter left nothing.
   * Ends when `signal` aborts or the store closes. Lost connections are resumed inside, with back-off.
   */
  subscribe(after: Position, options: { filter?: EventFilter; signal: AbortSignal; batchSize?: number }): AsyncIterable<Batch>;
  /** The position of the last event in the log; START when empty. */
  head(): Promise<Position>;
  close(): Promise<void>;
}

/** Largest event: bytes of data plus metadata as UTF-8 JSON. */
export const MAX_EVENT_BYTES = 900 * 1024;

export class RevisionConflictError extends Error {
  override readonly name = 'RevisionConflictError';
  constructor(
    readonly expected: number,
    readonly actual: number,
  ) {
    super(`expected revision ${expected}, the stream is at ${actual}`);
  }
}
/** The caller's mistake: nothing was sent. */
export class InvalidAppendError extends Error {
  override readonly name = 'InvalidAppendError';
}
/** A position of another store: of a log that was copied from there, the read models are made anew. */
export class ForeignPositionError extends TypeError {
  override readonly name = 'ForeignPositionError';
  constructor() {
    super('not a position of this store');
  }
}
/** The store cannot be reached; nothing was written. */
export class UnavailableError extends Error {
  override readonly name = 'UnavailableError';
}
/** The connection broke while an append was under way: read the stream to learn what happened, resend the same bytes only. */
export class OutcomeUnknownError extends Error {
  override readonly name = 'OutcomeUnknownError';
}
