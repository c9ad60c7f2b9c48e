// The one path for every change: read the stream, fold, decide, seal, append at the revision that was read.
import type { Codec, Command, Decider, EventDefinitions, EventOf, FoldedOf, Refusal } from '@app/domain';
import {
  NO_STREAM,
  OutcomeUnknownError,
  RevisionConflictError,
  START,
  UnavailableError,
  type Appended,
  type EventMetadata,
  type EventStore,
  type Json,
  type NewEvent,
  type Position,
  type StoredEvent,
} from './port.js';

/** What the caller knows of the command; the version comes from the event, the refusal from the decision. */
export type CommandMetadata = Omit<EventMetadata, 'v' | 'refusal'>;

export interface Receipt {
  readonly stream: string;
  /** Of the command's last event; of the stream's last event when nothing had to happen. */
  readonly revision: number;
  readonly position: Position;
  /** The command had been carried out before. */
  readonly repeated: boolean;
}

/** With `refusal` the answer is no; what was appended, if anything, is the record of it. */
export interface Outcome {
  readonly receipt: Receipt;
  readonly refusal?: Refusal;
}

/** The same idempotency key came with another body. */
export class IdempotencyKeyReusedError extends Error {
  override readonly name = 'IdempotencyKeyReusedError';
  constructor() {
    super('the idempotency key was used for another command');
  }
}

export interface RunDecider<D extends EventDefinitions, State, C extends Command> {
  readonly store: EventStore;
  readonly stream: string;
  readonly decider: Decider<State, C, EventOf<D>, FoldedOf<D>>;
  readonly codec: Codec<D>;
  readonly command: C;
  readonly meta: CommandMetadata;
  /** An event's stored data, or a promise of it: clear fields, and the personal text encrypted. */
  readonly seal: (eventId: string, event: EventOf<D>) => unknown;
  /** A new lower-case UUID. */
  readonly newId: () => string;
  /** From If-Match: decide at this revision only. */
  readonly expectedRevision?: number;
  /** After an append of this call, before it returns. */
  readonly onAppended?: (receipt: Receipt) => void;
}

/** After the first; a conflict means that somebody else made progress. */
const CONFLICT_RETRIES = 5;
const RESENDS = 2;

/** The clear part of stored data: `subject` and `text` are reserved for what is encrypted. */
export const clearOf = (data: Json): Json => {
  if (typeof data !== 'object' || data === null || !('subject' in data || 'text' in data)) return data;
  return Object.fromEntries(Object.entries(data).filter(([key]) => key !== 'subject' && key !== 'text'));
};

interface Folding<D extends EventDefinitions, State> {
  readonly decider: Pick<Decider<State, never, EventOf<D>, FoldedOf<D>>, 'initialState' | 'evolve'>;
  readonly codec: Codec<D>;
}
const fold = <D extends EventDefinitions, State>(events: readonly StoredEvent[], { decider, codec }: Folding<D, State>): State =>
  events.reduce(
    (state, { type, metadata, data }) => decider.evolve(state, codec.decode(type, metadata.v, clearOf(data))),
    decider.initialState,
  );

/**
 * The state of a stream, for looking only.
 * @throws SchemaError, UnknownEventError, UnavailableError
 */
export const loadState = async <D extends EventDefinitions, State>(
  store: EventStore,
  stream: string,
  decider: Folding<D, State>['decider'],
  codec: Codec<D>,
): Promise<{ state: State; revision: number }> => {
  const events = await store.readStream(stream);
  return { state: fold(events, { decider, codec }), revision: events.at(-1)?.revision ?? NO_STREAM };
};

/** What this command did before, if it did. */
const earlierOutcome = (events: readonly StoredEvent[], { commandId, commandHash }: CommandMetadata): Outcome | undefined => {
  const last = events.findLast(({ metadata }) => metadata.commandId === commandId);
  if (!last) return undefined;
  const { stream, revision, position, metadata } = last;
  if (metadata.commandHash !== commandHash) throw new IdempotencyKeyReusedError();
  return { receipt: { stream, revision, position, repeated: true }, ...(metadata.refusal && { refusal: metadata.refusal }) };
};

/**
 * Carries out a command once, however often it is sent. A refusal that comes with events returns after they are appended.
 * @throws IdempotencyKeyReusedError (422); RevisionConflictError (409): `expectedRevision` is not the stream's, or others
 *   were faster too often; UnavailableError, OutcomeUnknownError (503): send it again; SchemaError, UnknownEventError
 */
export const runDecider = async <D extends EventDefinitions, State, C extends Command>(
  run: RunDecider<D, State, C>,
): Promise<Outcome> => {
  const { store, stream, decider, codec, command, meta, expectedRevision } = run;
  for (let attempt = 0; ; attempt++) {
    const history = await store.readStream(stream);
    const earlier = earlierOutcome(history, meta);
    if (earlier) return earlier;
    const revision = history.at(-1)?.revision ?? NO_STREAM;
    const { events, refusal } = decider.decide(command, fold(history, run));
    // Only now: a decider that throws, for somebody who may not know that the stream exists, comes before a conflict.
    if (expectedRevision !== undefined && expectedRevision !== revision)
      throw new RevisionConflictError(expectedRevision, revision);
    const answer = (appended: { revision: number; position: Position }): Outcome => ({
      receipt: { stream, revision: appended.revision, position: appended.position, repeated: false },
      ...(refusal && { refusal }),
    });
    if (events.length === 0) return answer({ revision, position: history.at(-1)?.position ?? START });

    const sealed: NewEvent[] = [];
    for (const event of events) {
      const id = run.newId();
      const metadata: EventMetadata = { v: codec.definitions[event.type]!.version, ...meta, ...(refusal && { refusal }) };
      sealed.push({ id, type: event.type, data: await run.seal(id, event), metadata });
    }
    try {
      const outcome = answer(await appendKnowing(store, stream, revision, sealed));
      run.onAppended?.(outcome.receipt);
      return outcome;
    } catch (error) {
      if (!(error instanceof RevisionConflictError) || attempt === CONFLICT_RETRIES) throw error;
    }
  }
};

/** Resolves an unknown outcome: the same bytes at the same revision are appended once, or recognised as a repeat. */
const appendKnowing = async (
  store: EventStore,
  stream: string,
  revision: number,
  events: readonly NewEvent[],
): Promise<Appended> => {
  let unknown: OutcomeUnknownError | undefined;
  for (let sent = 0; ; sent++) {
    try {
      return await store.append(stream, revision, events);
    } catch (error) {
      // Unavailable speaks of the last attempt only.
      if (!(error instanceof OutcomeUnknownError)) throw unknown && error instanceof UnavailableError ? unknown : error;
      if (sent === RESENDS) throw error;
      unknown = error;
    }
  }
};
