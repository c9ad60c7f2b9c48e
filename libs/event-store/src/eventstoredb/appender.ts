// Appends: one long call to the server for all of them, each with its own answer and its own time limit.
import { randomUUID } from 'node:crypto';
import type { ServiceError } from '@grpc/grpc-js';
import shared from '@eventstore/db-client/generated/shared_pb.js';
import streams from '@eventstore/db-client/generated/streams_pb.js';
import type { UUID } from '@eventstore/db-client/generated/shared_pb.js';
import type { BatchAppendResp } from '@eventstore/db-client/generated/streams_pb.js';
import { InvalidAppendError, NO_STREAM, UnavailableError, type Position } from '../port.js';
import type { PreparedEvent } from '../prepare.js';
import { inTime, reasonOf, type BatchAppendCall, type Client, type Clients } from './client.js';
import { toPosition } from './positions.js';

/** As the server counts: data, metadata and type. Its default, and what it refuses takes the bytes there and back. */
const MAX_APPEND_BYTES = 1024 * 1024;

/** It was sent, and no answer came. */
export class NoAnswerError extends Error {
  override readonly name = 'NoAnswerError';
}
/** The stream is elsewhere; or these events are there in part. */
export class WrongRevisionError extends Error {
  override readonly name = 'WrongRevisionError';
  constructor(readonly actual: number) {
    super('the stream is at another revision');
  }
}

/** Without a position: the server knows the events, but not where, for now. */
export interface Answer {
  readonly revision: number;
  readonly position: Position | undefined;
}

interface Waiting {
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: Error) => void;
}

/** The call that appends go out on. */
interface Session {
  readonly client: Client;
  readonly call: BatchAppendCall;
  readonly waiting: Map<string, Waiting>;
}

const idOf = (id: UUID | undefined): string => {
  if (!id?.hasStructured()) return id?.getString() ?? '';
  const hex = (bits: string) => BigInt.asUintN(64, BigInt(bits)).toString(16).padStart(16, '0');
  const { mostSignificantBits, leastSignificantBits } = id.getStructured()!.toObject();
  const digits = hex(mostSignificantBits) + hex(leastSignificantBits);
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
};

const TYPES = 'event_store.client.';
/** What the server's refusal of one append means here. */
const verdict = (error: NonNullable<ReturnType<BatchAppendResp['getError']>>): Error => {
  const details = error.getDetails();
  const type = details?.getTypeName() ?? '';
  switch (type) {
    case `${TYPES}WrongExpectedVersion`: {
      const wrong = details!.unpack((bytes) => shared.WrongExpectedVersion.deserializeBinary(bytes), type);
      return new WrongRevisionError(wrong?.hasCurrentStreamRevision() ? Number(wrong.getCurrentStreamRevision()) : NO_STREAM);
    }
    case `${TYPES}MaximumAppendSizeExceeded`:
      return new InvalidAppendError('more in one append than the server takes');
    case `${TYPES}AccessDenied`:
      return new UnavailableError('the event store refuses this user');
    case `${TYPES}StreamDeleted`:
      return new UnavailableError('the stream was deleted on the server');
    case 'google.protobuf.Empty': // not ready, too busy, no leader
      return new UnavailableError('the event store is not ready');
    default: // a time limit of the server's own, or worse
      return new NoAnswerError(type);
  }
};

const toAnswer = (response: BatchAppendResp): Answer => {
  const success = response.getSuccess()!;
  const position = success.getPosition();
  return {
    revision: Number(success.getCurrentRevision()),
    position:
      position && toPosition({ commit: BigInt(position.getCommitPosition()), prepare: BigInt(position.getPreparePosition()) }),
  };
};

const toRequest = (correlation: string, stream: string, expected: number, events: readonly PreparedEvent[]) => {
  const options = new streams.BatchAppendReq.Options().setStreamIdentifier(
    new shared.StreamIdentifier().setStreamName(Buffer.from(stream)),
  );
  // Exact, always: the server recognises repeats reliably only then.
  if (expected === NO_STREAM) options.setNoStream(new shared.Empty());
  else options.setStreamPosition(String(expected));
  const request = new streams.BatchAppendReq()
    .setCorrelationId(new shared.UUID().setString(correlation))
    .setOptions(options)
    .setIsFinal(true);
  for (const { id, type, data, metadata } of events) {
    // The bytes as they were prepared; the package would make its own of them.
    const message = new streams.BatchAppendReq.ProposedMessage()
      .setId(new shared.UUID().setString(id))
      .setData(Buffer.from(data))
      .setCustomMetadata(Buffer.from(metadata));
    message.getMetadataMap().set('type', type).set('content-type', 'application/json');
    request.addProposedMessages(message);
  }
  return request;
};

/** @throws InvalidAppendError */
export const checkSize = (events: readonly PreparedEvent[]): void => {
  let bytes = 0;
  for (const { type, data, metadata } of events) bytes += type.length * 2 + Buffer.byteLength(data) + Buffer.byteLength(metadata);
  if (bytes > MAX_APPEND_BYTES) throw new InvalidAppendError(`an append is at most ${MAX_APPEND_BYTES} bytes in this store`);
};

export interface Appender {
  /**
   * @throws WrongRevisionError; NoAnswerError when it was sent and nothing is known; UnavailableError when it was not sent, or
   *   the server says that nothing was written; InvalidAppendError
   */
  append(stream: string, expected: number, events: readonly PreparedEvent[]): Promise<Answer>;
  /** After everything under way has its answer, or has waited its time. */
  close(): Promise<void>;
}

export const createAppender = (clients: Clients, timeoutMs: number): Appender => {
  let session: Session | undefined;
  let opening: Promise<Session> | undefined;
  const underWay = new Set<Promise<unknown>>();

  const leave = (left: Session): void => {
    if (session === left) session = undefined;
    if (left.waiting.size === 0) left.call.cancel();
  };

  const open = async (): Promise<Session> => {
    const client = clients.current;
    let call: BatchAppendCall;
    try {
      call = await inTime(client.openBatchAppend(timeoutMs), timeoutMs);
    } catch (error) {
      clients.giveUp(client);
      throw error instanceof UnavailableError
        ? error
        : new UnavailableError(`the event store does not answer (${reasonOf(error)})`);
    }
    const waiting = new Map<string, Waiting>();
    const opened: Session = { client, call, waiting };
    const lost = (error?: Error & Partial<ServiceError>): void => {
      const reason = error ? reasonOf(error) : 'the server ended the call';
      // The package itself follows a leader that moved; any other error may be the connection's.
      if (error?.metadata?.getMap()['exception'] !== 'not-leader') clients.giveUp(client);
      // The connection was gone before the call was, unseen.
      const unsent = error?.details?.startsWith('No connection established');
      if (session === opened) session = undefined;
      const lostOnes = [...waiting.values()];
      waiting.clear();
      for (const { reject } of lostOnes)
        reject(unsent ? new UnavailableError(`no connection to the event store (${reason})`) : new NoAnswerError(reason));
    };
    call.on('error', lost);
    call.on('end', () => lost());
    call.on('data', (response: BatchAppendResp) => {
      const id = idOf(response.getCorrelationId());
      const found = waiting.get(id);
      if (!found) return; // It waited too long and is gone.
      waiting.delete(id);
      const error = response.getError();
      if (error) found.reject(verdict(error));
      else found.resolve(toAnswer(response));
      if (session !== opened && waiting.size === 0) call.cancel();
    });
    session = opened;
    return opened;
  };

  const send = async (stream: string, expected: number, events: readonly PreparedEvent[]): Promise<Answer> => {
    const used =
      session ??
      (await (opening ??= open().finally(() => {
        opening = undefined;
      })));
    const id = randomUUID();
    return new Promise<Answer>((resolve, reject) => {
      const timer = setTimeout(() => {
        used.waiting.delete(id);
        clients.giveUp(used.client);
        leave(used);
        reject(new NoAnswerError('time limit'));
      }, timeoutMs);
      used.waiting.set(id, {
        resolve: (answer) => {
          clearTimeout(timer);
          resolve(answer);
        },
        reject: (error) => {
          clearTimeout(timer);
          reject(error);
        },
      });
      used.call.write(toRequest(id, stream, expected, events));
    });
  };

  return {
    append: (stream, expected, events) => {
      const sent = send(stream, expected, events);
      underWay.add(sent);
      const done = () => underWay.delete(sent);
      sent.then(done, done);
      return sent;
    },
    close: async () => {
      await Promise.allSettled(underWay);
      session?.call.end();
    },
  };
};
