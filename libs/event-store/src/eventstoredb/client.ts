// The client package, and what had to be added to it: one call for many appends that is this store's own, and connections that
// are given up when they do not answer.
import type { ChannelInterface, ClientDuplexStream } from '@grpc/grpc-js';
import { EventStoreDBClient, isCommandError } from '@eventstore/db-client';
import streamsGrpc from '@eventstore/db-client/generated/streams_grpc_pb.js';
import type { BatchAppendReq, BatchAppendResp } from '@eventstore/db-client/generated/streams_pb.js';
import { UnavailableError } from '../port.js';
import type { Connection } from './connection-string.js';

export type BatchAppendCall = ClientDuplexStream<BatchAppendReq, BatchAppendResp>;

// Of grpc-js, which is there only through the client package.
const READY = 2;
const TRANSIENT_FAILURE = 3;
const SHUTDOWN = 4;

/** Resolves when there is a connection. @throws UnavailableError when there is none at the first attempt, or in time */
const connected = (channel: ChannelInterface, timeoutMs: number): Promise<void> =>
  new Promise((resolve, reject) => {
    const deadline = Date.now() + timeoutMs;
    const look = (): void => {
      const state = channel.getConnectivityState(true);
      const is = (other: number) => (state as number) === other;
      if (is(READY)) resolve();
      else if (is(TRANSIENT_FAILURE) || is(SHUTDOWN)) reject(new UnavailableError('no connection to the event store'));
      else
        channel.watchConnectivityState(state, deadline, (late) =>
          late ? reject(new UnavailableError('no connection to the event store in time')) : look(),
        );
    };
    look();
  });

export class Client extends EventStoreDBClient {
  /**
   * A call of one's own for appends, opened once there is a connection: whatever fails before it resolves, nothing was sent.
   * The package's own appendToStream keeps the answers it waits for in one map for all clients of the process: an error of one
   * rejects the appends of all, and an answer that comes too late throws where nobody can catch it.
   */
  openBatchAppend(timeoutMs: number): Promise<BatchAppendCall> {
    return this.GRPCStreamCreator(streamsGrpc.StreamsClient, 'batchAppend', async (grpc) => {
      await connected(grpc.getChannel(), timeoutMs);
      return grpc.batchAppend(...this.callArguments({ requiresLeader: true }, { deadline: Infinity }));
    })();
  }

  /** Ends its calls and its connection. */
  async end(): Promise<void> {
    await this.dispose();
    (await this.getChannel()).close();
  }
}

/** In words for a log: never the server's own, which may name a stream or a user. */
export const reasonOf = (error: unknown): string => {
  if (error instanceof Error && isCommandError(error)) return error.type;
  const { code } = error as { code?: unknown };
  return typeof code === 'number' || typeof code === 'string' ? `code ${code}` : 'no connection';
};

/** @throws UnavailableError after `timeoutMs`. What it waited for may still come: it is left alone. */
export const inTime = async <T>(answer: Promise<T>, timeoutMs: number): Promise<T> => {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new UnavailableError('the event store does not answer (time limit)')), timeoutMs);
  });
  answer.catch(() => {}); // It may fail after nobody waits any more.
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
};

const KEEP_ALIVE_MS = 10_000;
const MOST_VARIANTS = 1_000;
/** Clients with the same settings would share a connection, also one that is dead: this setting differs. */
let variant = 0;

export interface Clients {
  /** The client to use now. */
  readonly current: Client;
  /** It lost its connection or did not answer: the next calls get another one, what is under way on it may end. */
  giveUp(client: Client): void;
  close(): Promise<void>;
}

export const createClients = ({ settings, channel, user }: Connection, timeoutMs: number): Clients => {
  const open = (): Client => {
    variant = (variant + 1) % MOST_VARIANTS;
    const keepAliveInterval = (settings.keepAliveInterval ?? KEEP_ALIVE_MS) + variant;
    // One of three kinds of settings, for which the package has a constructor each.
    return new Client({ ...settings, keepAliveInterval } as ConstructorParameters<typeof Client>[0], { ...channel }, user);
  };
  const end = (client: Client): Promise<void> => inTime(client.end(), timeoutMs).catch(() => {});
  const retired = new Map<NodeJS.Timeout, Client>();
  let current = open();
  return {
    get current() {
      return current;
    },
    giveUp: (client) => {
      if (client !== current) return;
      current = open();
      const timer = setTimeout(() => {
        retired.delete(timer);
        void end(client);
      }, timeoutMs).unref();
      retired.set(timer, client);
    },
    close: async () => {
      for (const timer of retired.keys()) clearTimeout(timer);
      await Promise.all([current, ...retired.values()].map(end));
    },
  };
};
