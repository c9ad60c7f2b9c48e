// The one path for every change: read the stream, fold, decide, seal, append at the revision that was read.
import type { Codec, Command, Decider, Decision, EventDefinitions, EventOf, FoldedOf, Refusal } from '@app/domain';
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
import type { CarriedOut, FoldedStream, RecentStreams } from './recent-streams.js';

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
  /** Streams this process has just folded: a command on one of them is decided without reading it again. */
  readonly recent?: RecentStreams;
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
const fold = <D extends EventDefinitions, State>(
  from: State,
  events: readonly Pick<StoredEvent, 'type' | 'metadata' | 'data'>[],
  { decider, codec }: Folding<D, State>,
): State =>
  events.reduce((state, { type, metadata, data }) => decider.evolve(state, codec.decode(type, metadata.v, clearOf(data))), from);

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
  return { state: fold(decider.initialState, events, { decider, codec }), revision: events.at(-1)?.revision ?? NO_STREAM };
};

const remember = (
  commands: Map<string, CarriedOut>,
  events: readonly Pick<StoredEvent, 'metadata' | 'revision' | 'position'>[],
): void => {
  for (const { metadata, revision, position } of events) {
    const { commandId, commandHash, refusal } = metadata;
    commands.set(commandId, { commandHash, revision, position, ...(refusal && { refusal }) });
  }
};

const read = async <D extends EventDefinitions, State, C extends Command>(
  run: RunDecider<D, State, C>,
): Promise<FoldedStream<State>> => {
  const events = await run.store.readStream(run.stream);
  const commands = new Map<string, CarriedOut>();
  remember(commands, events);
  const { revision, position } = events.at(-1) ?? { revision: NO_STREAM, position: START };
  return { state: fold(run.decider.initialState, events, run), revision, position, commands };
};

/** What this command did before, if it did. */
const earlierOutcome = (
  { stream, meta }: { stream: string; meta: CommandMetadata },
  folded: FoldedStream,
): Outcome | undefined => {
  const earlier = folded.commands.get(meta.commandId);
  if (!earlier) return undefined;
  const { commandHash, revision, position, refusal } = earlier;
  if (commandHash !== meta.commandHash) throw new IdempotencyKeyReusedError();
  return { receipt: { stream, revision, position, repeated: true }, ...(refusal && { refusal }) };
};

/** What will be read of an event: its bytes are JSON. */
const asStored = ({ type, metadata, data }: NewEvent) => ({
  type,
  metadata,
  data: JSON.parse(JSON.stringify(clearOf(data))) as Json,
});

/**
 * Carries out a command once, however often it is sent. A refusal that comes with events returns after they are appended.
 * @throws IdempotencyKeyReusedError (422); RevisionConflictError (409): `expectedRevision` is not the stream's, or others
 *   were faster too often; UnavailableError, OutcomeUnknownError (503): send it again; SchemaError, UnknownEventError
 */
export const runDecider = async <D extends EventDefinitions, State, C extends Command>(
  run: RunDecider<D, State, C>,
): Promise<Outcome> => {
  const { store, stream, decider, codec, command, meta, expectedRevision, recent } = run;
  let remembered = recent?.get(stream) as FoldedStream<State> | undefined;
  for (let attempt = 0; ;) {
    const folded = remembered ?? (await read(run));
    const { state, revision, position, commands } = folded;
    const earlier = earlierOutcome(run, folded);
    if (earlier) return earlier;
    const decide = () => {
      const decision = decider.decide(command, state);
      // Only now: a decider that throws, for somebody who may not know that the stream exists, comes before a conflict.
      if (expectedRevision !== undefined && expectedRevision !== revision)
        throw new RevisionConflictError(expectedRevision, revision);
      return decision;
    };
    let decision: Decision<EventOf<D>> | undefined;
    try {
      decision = decide();
    } catch (error) {
      if (!remembered) throw error;
    }
    // Only an append proves that what is remembered is the stream's end. Any other answer is given on the stream itself.
    if (!decision || (remembered && decision.events.length === 0)) {
      remembered = undefined;
      continue;
    }
    const { events, refusal } = decision;
    const answer = (appended: { revision: number; position: Position }): Outcome => ({
      receipt: { stream, revision: appended.revision, position: appended.position, repeated: false },
      ...(refusal && { refusal }),
    });
    if (events.length === 0) return answer({ revision, position });

    const sealed: NewEvent[] = [];
    for (const event of events) {
      const id = run.newId();
      const metadata: EventMetadata = { v: codec.definitions[event.type]!.version, ...meta, ...(refusal && { refusal }) };
      sealed.push({ id, type: event.type, data: await run.seal(id, event), metadata });
    }
    try {
      const appended = await appendKnowing(store, stream, revision, sealed);
      recent?.set(stream, () => {
        remember(commands, [{ ...appended, metadata: sealed[0]!.metadata }]);
        return { state: fold(state, sealed.map(asStored), run), ...appended, commands };
      });
      const outcome = answer(appended);
      run.onAppended?.(outcome.receipt);
      return outcome;
    } catch (error) {
      if (!(error instanceof RevisionConflictError)) throw error;
      recent?.forget(stream);
      // What was remembered was old: that is no attempt yet.
      if (!remembered && attempt++ === CONFLICT_RETRIES) throw error;
      remembered = undefined;
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
