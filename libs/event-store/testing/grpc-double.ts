// A double of an EventStoreDB server, for specs and the benchmark: it speaks the protocol over real gRPC, from the client
// package's own generated stubs, and keeps its log in memory. No EventStoreDB runs here.
//
// It serves ServerFeatures.GetSupportedMethods, Gossip.Read, and of Streams: Append, BatchAppend and Read (a stream and $all,
// both ways, filtered, live). Delete and Tombstone are counted and refused: nothing of ours may call them. What it answers was
// written after the server's published source, errors included, and it can be told to fail (refuse, lose, gate).
//
// It cannot prove what only a server does: that what was acknowledged is on disk and on a majority of nodes, elections, order
// and visibility under a cluster's load, authorisation beyond one user, limits and timings of a release. For those, run
// `npm run -s test:eventstoredb` against a real one.
//
// One file without imports of ours: the benchmark and scripts load it without a build.
import { randomUUID } from 'node:crypto';
import { createServer, connect, type AddressInfo, type Server as TcpServer, type Socket } from 'node:net';
import grpc from '@grpc/grpc-js';
import gossipGrpc from '@eventstore/db-client/generated/gossip_grpc_pb.js';
import gossip from '@eventstore/db-client/generated/gossip_pb.js';
import featuresGrpc from '@eventstore/db-client/generated/serverfeatures_grpc_pb.js';
import features from '@eventstore/db-client/generated/serverfeatures_pb.js';
import shared from '@eventstore/db-client/generated/shared_pb.js';
import statusPb from '@eventstore/db-client/generated/status_pb.js';
import streamsGrpc from '@eventstore/db-client/generated/streams_grpc_pb.js';
import streams from '@eventstore/db-client/generated/streams_pb.js';
import type { UUID } from '@eventstore/db-client/generated/shared_pb.js';
import type {
  AppendReq,
  AppendResp,
  BatchAppendReq,
  BatchAppendResp,
  ReadReq,
  ReadResp,
} from '@eventstore/db-client/generated/streams_pb.js';
import any from 'google-protobuf/google/protobuf/any_pb.js';

/** An event as the server keeps it: bytes. */
export interface Kept {
  readonly position: bigint;
  readonly stream: string;
  readonly revision: bigint;
  readonly id: string;
  readonly type: string;
  readonly contentType: string;
  readonly data: Uint8Array;
  readonly metadata: Uint8Array;
  /** 100 ns since 1970. */
  readonly created: string;
}
type Proposed = Pick<Kept, 'id' | 'type' | 'contentType' | 'data' | 'metadata'>;

/** The log, which the nodes of a cluster share. */
class Log {
  readonly all: Kept[] = [];
  readonly streams = new Map<string, Kept[]>();
  readonly followers = new Set<(event: Kept) => void>();
  #end = 1_000n;

  add(stream: string, proposed: readonly Proposed[]): Kept {
    const events = this.streams.get(stream) ?? [];
    this.streams.set(stream, events);
    const created = `${Date.now()}0000`;
    for (const event of proposed) {
      const kept = { ...event, position: this.#end, stream, revision: BigInt(events.length), created };
      // A place in a file: it grows by what the record takes.
      this.#end += BigInt(150 + event.data.length + event.metadata.length);
      events.push(kept);
      this.all.push(kept);
      for (const follow of this.followers) follow(kept);
    }
    return events.at(-1)!;
  }

  /** Index of the first event at or after a position. */
  indexOf(position: bigint): number {
    let low = 0;
    let high = this.all.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.all[middle]!.position < position) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** `pending`: the answer waits until the double is told. */
export type Refusal = 'notReady' | 'tooBusy' | 'notLeader' | 'noLeader' | 'timeout' | 'accessDenied' | 'pending';
/** The connection breaks under an append: before it is stored, or after it was but before the answer. */
export type Loss = 'before' | 'after';

export interface DoubleOptions {
  /** Its certificate; TLS only, then. */
  readonly tls?: { readonly key: string; readonly cert: string };
  /** Who may call. Without it everybody. */
  readonly user?: { readonly username: string; readonly password: string };
  /** Another node of the same cluster: the log is shared. This one follows. */
  readonly leader?: GrpcDouble;
  readonly port?: number;
}

const DEFAULT_MAX_APPEND_BYTES = 1024 * 1024;
const MAX_MESSAGE_BYTES = 17 * 1024 * 1024;
const LIVE_HIGH_WATER = 1_000;

const idOf = (id: UUID | undefined): string => {
  if (!id?.hasStructured()) return id?.getString() ?? '';
  const hex = (bits: string) => BigInt.asUintN(64, BigInt(bits)).toString(16).padStart(16, '0');
  const structured = id.getStructured()!;
  const digits = hex(structured.getMostSignificantBits()) + hex(structured.getLeastSignificantBits());
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
};
const nameOf = (bytes: Uint8Array | string): string =>
  typeof bytes === 'string' ? Buffer.from(bytes, 'base64').toString() : Buffer.from(bytes).toString();
const bytesOf = (bytes: Uint8Array | string): Uint8Array => (typeof bytes === 'string' ? Buffer.from(bytes, 'base64') : bytes);

const toProposed = (message: ReturnType<BatchAppendReq['getProposedMessagesList']>[number]): Proposed => ({
  id: idOf(message.getId()),
  type: message.getMetadataMap().get('type') ?? '',
  contentType: message.getMetadataMap().get('content-type') ?? '',
  data: bytesOf(message.getData()),
  metadata: bytesOf(message.getCustomMetadata()),
});
/** What an event counts towards the largest append. */
const sizeOf = ({ type, data, metadata }: Proposed): number => type.length * 2 + data.length + metadata.length;

const { ReadEvent, SubscriptionConfirmation, Checkpoint, StreamNotFound } = streams.ReadResp;
const identifierOf = (stream: string) => new shared.StreamIdentifier().setStreamName(Buffer.from(stream));

/** What a server says that knows no position. */
const NO_POSITION = String(2n ** 64n - 1n);
const toReadResp = (kept: Kept, withPosition = true): ReadResp => {
  const position = withPosition ? String(kept.position) : NO_POSITION;
  const recorded = new ReadEvent.RecordedEvent()
    .setId(new shared.UUID().setString(kept.id))
    .setStreamIdentifier(identifierOf(kept.stream))
    .setStreamRevision(String(kept.revision))
    .setCommitPosition(position)
    .setPreparePosition(position)
    .setCustomMetadata(kept.metadata)
    .setData(kept.data);
  recorded.getMetadataMap().set('type', kept.type).set('content-type', kept.contentType).set('created', kept.created);
  return new streams.ReadResp().setEvent(new ReadEvent().setEvent(recorded).setCommitPosition(String(kept.position)));
};

const METADATA_OF: Partial<Record<Refusal, string>> = { notLeader: 'not-leader', accessDenied: 'access-denied' };
const STATUS_OF: Record<Exclude<Refusal, 'pending'>, [grpc.status, string]> = {
  notReady: [grpc.status.UNAVAILABLE, 'Server Is Not Ready'],
  tooBusy: [grpc.status.UNAVAILABLE, 'Server Is Too Busy'],
  notLeader: [grpc.status.NOT_FOUND, 'Leader info available'],
  noLeader: [grpc.status.UNKNOWN, 'No leader info available in response'],
  timeout: [grpc.status.ABORTED, 'Operation timed out'],
  accessDenied: [grpc.status.PERMISSION_DENIED, 'Access Denied'],
};

type Verdict =
  { readonly last: Kept } | { readonly wrong: true; readonly current: bigint | undefined } | { readonly tooLarge: true };
/** `undefined`: no_stream. */
type Expected = bigint | undefined;

export class GrpcDouble {
  readonly log: Log;
  /** How often each call came, by its name. */
  readonly calls: Record<string, number> = {};
  /** Events sent by reads. */
  sent = 0;
  /** `connection-name` and the like, of the last call. */
  lastHeaders: Record<string, string> = {};
  /** As the server's setting of that name. */
  maxAppendBytes = DEFAULT_MAX_APPEND_BYTES;
  /** Servers before 22.6 give no positions of a stream's events. */
  withoutStreamPositions = false;
  /** Of a repeat that is not indexed yet, a server knows no position. */
  withoutReceiptPositions = false;
  #role: 'leader' | 'follower' = 'leader';
  #cluster: GrpcDouble[] = [this];
  readonly #refusals: { call: 'append' | 'read'; refusal: Refusal; times: number }[] = [];
  readonly #losses: Loss[] = [];
  readonly #pending: (() => void)[] = [];
  readonly #server: grpc.Server;
  #innerPort = 0;
  #gate: TcpServer | undefined;
  readonly #sockets = new Map<Socket, Socket>();
  /** Connections through which no byte passes. */
  #frozen = new Set<Socket>();
  #freezing = false;
  port = 0;

  /** Listens when it resolves. */
  static async start(options: DoubleOptions = {}): Promise<GrpcDouble> {
    const double = new GrpcDouble(options);
    const { tls } = options;
    const credentials = tls
      ? grpc.ServerCredentials.createSsl(null, [{ private_key: Buffer.from(tls.key), cert_chain: Buffer.from(tls.cert) }])
      : grpc.ServerCredentials.createInsecure();
    double.#innerPort = await new Promise<number>((resolve, reject) =>
      double.#server.bindAsync('127.0.0.1:0', credentials, (error, port) => (error ? reject(error) : resolve(port))),
    );
    double.port = options.port ?? 0;
    await double.up();
    return double;
  }

  private constructor(private readonly options: DoubleOptions) {
    this.log = options.leader?.log ?? new Log();
    if (options.leader) {
      this.#role = 'follower';
      this.#cluster = options.leader.#cluster;
      this.#cluster.push(this);
    } else this.addSystemEvents();
    const limits = { 'grpc.max_receive_message_length': MAX_MESSAGE_BYTES, 'grpc.max_send_message_length': MAX_MESSAGE_BYTES };
    this.#server = new grpc.Server(limits);
    this.#server.addService(streamsGrpc.StreamsService, {
      append: this.#append,
      batchAppend: this.#batchAppend,
      read: this.#read,
      delete: this.#never('delete'),
      tombstone: this.#never('tombstone'),
    });
    this.#server.addService(featuresGrpc.ServerFeaturesService, {
      getSupportedMethods: (_call: unknown, answer: grpc.sendUnaryData<unknown>) => {
        this.#count('getSupportedMethods');
        const supported = new features.SupportedMethods().setEventStoreServerVersion('24.10.0');
        for (const name of ['append', 'batchappend', 'read'])
          supported.addMethods(
            new features.SupportedMethod().setServiceName('event_store.client.streams.streams').setMethodName(name),
          );
        answer(null, supported);
      },
    });
    this.#server.addService(gossipGrpc.GossipService, {
      read: (_call: unknown, answer: grpc.sendUnaryData<unknown>) => {
        this.#count('gossip');
        const info = new gossip.ClusterInfo();
        for (const node of this.#cluster) {
          const { LEADER, FOLLOWER } = gossip.MemberInfo.VNodeState;
          info.addMembers(
            new gossip.MemberInfo()
              .setInstanceId(new shared.UUID().setString(randomUUID()))
              .setIsAlive(node.#gate !== undefined)
              .setState(node.#role === 'leader' ? LEADER : FOLLOWER)
              .setHttpEndPoint(new gossip.EndPoint().setAddress('localhost').setPort(node.port)),
          );
        }
        answer(null, info);
      },
    });
  }

  /** Past the gate, for measurements. */
  get directUrl(): string {
    return `esdb://127.0.0.1:${this.#innerPort}?tls=false`;
  }

  /** For `esdb://`: `query` and `user:password` as they stand in a URL. */
  url(query = 'tls=false', user?: string): string {
    return `esdb://${user === undefined ? '' : `${user}@`}localhost:${this.port}?${query}`;
  }

  // What a server has before anybody writes, and between what others write.
  addSystemEvents(): void {
    this.add('$users', '$UserCreated', '{"login":"admin"}');
    this.add('$$$stats', '$metadata', '{"$maxAge":86400}');
  }
  /** What other systems write, in streams called like ours, some of it no JSON; and the server itself. */
  addForeignEvents(): void {
    this.add('user-17', 'UserRegistered', '{"name":"x"}', '{"v":1,"commandId":"c"}');
    this.add('case-1', 'Opened', new Uint8Array([0, 255, 1]), 'no JSON');
    this.add('$stats-localhost', '$statsCollected', '{"proc":1');
  }
  /** Something another system wrote. */
  add(stream: string, type: string, data: string | Uint8Array, metadata = ''): Kept {
    const contentType = typeof data === 'string' ? 'application/json' : 'application/octet-stream';
    return this.log.add(stream, [
      { id: randomUUID(), type, contentType, data: Buffer.from(data), metadata: Buffer.from(metadata) },
    ]);
  }

  /** The next calls of that kind are refused. */
  refuse(call: 'append' | 'read', refusal: Refusal, times = 1): void {
    this.#refusals.push({ call, refusal, times });
  }
  /** What is pending is carried out and answered. */
  answerPending(): void {
    for (const answer of this.#pending.splice(0)) answer();
  }
  /** The connection breaks under the next appends. */
  lose(...losses: Loss[]): void {
    this.#losses.push(...losses);
  }
  /** This node leads from now on. */
  becomeLeader(): void {
    for (const node of this.#cluster) node.#role = node === this ? 'leader' : 'follower';
  }

  // The gate: what stands between clients and the server, as a network does.
  /** Refuses connections, and drops those there are. */
  async down(): Promise<void> {
    this.drop();
    const gate = this.#gate;
    this.#gate = undefined;
    if (gate) await new Promise((closed) => gate.close(closed));
  }
  async up(): Promise<void> {
    if (this.#gate) return;
    const gate = createServer((outer) => {
      const inner = connect(this.#innerPort, '127.0.0.1');
      this.#sockets.set(outer, inner);
      if (this.#freezing) this.#frozen.add(outer);
      for (const [from, to] of [
        [outer, inner],
        [inner, outer],
      ] as const) {
        from.setNoDelay();
        from.on('data', (bytes) => this.#frozen.has(outer) || to.write(bytes));
        from.on('error', () => {});
        from.on('close', () => {
          this.#sockets.delete(outer);
          this.#frozen.delete(outer);
          to.destroy();
        });
      }
    });
    await new Promise<void>((listening, failed) => {
      gate.once('error', failed);
      gate.listen(this.port, 'localhost', listening);
    });
    this.port = (gate.address() as AddressInfo).port;
    this.#gate = gate;
  }
  /** Connections break; new ones are taken. */
  drop(): void {
    for (const [outer, inner] of this.#sockets) {
      outer.resetAndDestroy();
      inner.destroy();
    }
  }
  /** Half-open: connections are taken and stay, and no byte passes, in either direction. Bytes sent meanwhile are lost. */
  freeze(): void {
    this.#freezing = true;
    for (const outer of this.#sockets.keys()) this.#frozen.add(outer);
  }
  /** Bytes pass on new connections; the old ones stay as they are. */
  thawForNewConnections(): void {
    this.#freezing = false;
  }
  async stop(): Promise<void> {
    await this.down();
    this.#server.forceShutdown();
  }

  #count(call: string): void {
    this.calls[call] = (this.calls[call] ?? 0) + 1;
  }

  /** An error when this call is refused, now or because of who calls. */
  #refusalOf(call: 'append' | 'read', metadata: grpc.Metadata): Refusal | undefined {
    const header = (name: string) => metadata.get(name)[0]?.toString();
    this.lastHeaders = Object.fromEntries(Object.keys(metadata.getMap()).map((name) => [name, header(name) ?? '']));
    const { user } = this.options;
    const basic = user && `Basic ${Buffer.from(`${user.username}:${user.password}`).toString('base64')}`;
    if (basic !== undefined && header('authorization') !== basic) return 'accessDenied';
    if (this.#role === 'follower' && (call === 'append' || header('requires-leader') === 'true')) return 'notLeader';
    const at = this.#refusals.findIndex((refusal) => refusal.call === call && refusal.times > 0);
    if (at < 0) return undefined;
    const next = this.#refusals[at]!;
    if (--next.times === 0) this.#refusals.splice(at, 1);
    return next.refusal;
  }
  #error(refusal: Exclude<Refusal, 'pending'>): Partial<grpc.StatusObject> {
    const [code, details] = STATUS_OF[refusal];
    const metadata = new grpc.Metadata();
    const exception = METADATA_OF[refusal];
    if (exception !== undefined) metadata.set('exception', exception);
    if (refusal === 'notLeader') {
      const leader = this.#cluster.find((node) => node.#role === 'leader') ?? this;
      metadata.set('leader-endpoint-host', 'localhost');
      metadata.set('leader-endpoint-port', String(leader.port));
    }
    return { code, details, metadata };
  }
  #never =
    (call: string) =>
    (_call: unknown, answer: grpc.sendUnaryData<never>): void => {
      this.#count(call);
      answer({ code: grpc.status.UNIMPLEMENTED, details: `the double serves no ${call}` });
    };

  /** As the server decides: an exact revision, or a repeat of the same ids at that place. */
  #decide(stream: string, expected: Expected, proposed: readonly Proposed[]): Verdict {
    if (proposed.reduce((bytes, event) => bytes + sizeOf(event), 0) > this.maxAppendBytes) return { tooLarge: true };
    const events = this.log.streams.get(stream) ?? [];
    const next = expected === undefined ? 0 : Number(expected) + 1;
    if (next === events.length) return { last: this.log.add(stream, proposed) };
    const isRepeat = proposed.every(({ id }, i) => events[next + i]?.id === id);
    if (isRepeat) return { last: events[next + proposed.length - 1]! };
    return { wrong: true, current: events.at(-1)?.revision };
  }
  /** @returns whether there is nobody left to answer */
  #loses(when: Loss): boolean {
    if (this.#losses[0] !== when) return false;
    this.#losses.shift();
    this.drop();
    return true;
  }

  #append = (call: grpc.ServerReadableStream<AppendReq, AppendResp>, answer: grpc.sendUnaryData<AppendResp>): void => {
    this.#count('append');
    const refusal = this.#refusalOf('append', call.metadata);
    let stream = '';
    let expected: Expected;
    const proposed: Proposed[] = [];
    call.on('data', (request: AppendReq) => {
      const options = request.getOptions();
      if (options) {
        stream = nameOf(options.getStreamIdentifier()!.getStreamName());
        expected = options.hasRevision() ? BigInt(options.getRevision()) : undefined;
      } else proposed.push(toProposed(request.getProposedMessage()!));
    });
    const carryOut = (): void => {
      if (this.#loses('before')) return;
      const verdict = this.#decide(stream, expected, proposed);
      if (this.#loses('after')) return;
      const response = new streams.AppendResp();
      if ('last' in verdict) {
        const position = String(verdict.last.position);
        response.setSuccess(
          new streams.AppendResp.Success()
            .setCurrentRevision(String(verdict.last.revision))
            .setPosition(new streams.AppendResp.Position().setCommitPosition(position).setPreparePosition(position)),
        );
      } else if ('wrong' in verdict) {
        const wrong = new streams.AppendResp.WrongExpectedVersion();
        if (verdict.current === undefined) wrong.setCurrentNoStream(new shared.Empty());
        else wrong.setCurrentRevision(String(verdict.current));
        response.setWrongExpectedVersion(wrong);
      } else {
        const metadata = new grpc.Metadata();
        metadata.set('exception', 'maximum-append-size-exceeded');
        metadata.set('maximum-append-size', String(this.maxAppendBytes));
        return answer({ code: grpc.status.INVALID_ARGUMENT, details: 'Maximum Append Size Exceeded', metadata });
      }
      answer(null, response);
    };
    call.on('end', () => {
      if (refusal === 'pending') this.#pending.push(carryOut);
      else if (refusal) answer(this.#error(refusal));
      else carryOut();
    });
  };

  #batchAppend = (call: grpc.ServerDuplexStream<BatchAppendReq, BatchAppendResp>): void => {
    this.#count('batchAppend');
    const open = new Map<string, { stream: string; expected: Expected; proposed: Proposed[] }>();
    call.on('error', () => {});
    call.on('end', () => call.end());
    call.on('data', (request: BatchAppendReq) => {
      const correlation = idOf(request.getCorrelationId());
      const options = request.getOptions();
      if (options?.hasAny() || options?.hasStreamExists()) this.#count('inexact');
      if (options)
        open.set(correlation, {
          stream: nameOf(options.getStreamIdentifier()!.getStreamName()),
          expected: options.hasStreamPosition() ? BigInt(options.getStreamPosition()) : undefined,
          proposed: [],
        });
      const append = open.get(correlation);
      if (!append) return;
      append.proposed.push(...request.getProposedMessagesList().map(toProposed));
      if (!request.getIsFinal()) return;
      open.delete(correlation);
      this.#count('batchAppend.append');

      const response = new streams.BatchAppendResp()
        .setCorrelationId(new shared.UUID().setString(correlation))
        .setStreamIdentifier(identifierOf(append.stream));
      const fail = (message: string, type: string, detail: { serializeBinary(): Uint8Array }) => {
        const details = new any.Any();
        details.pack(detail.serializeBinary(), type);
        call.write(response.setError(new statusPb.Status().setMessage(message).setDetails(details)));
      };
      const carryOut = (): void => {
        if (this.#loses('before')) return;
        const verdict = this.#decide(append.stream, append.expected, append.proposed);
        if (this.#loses('after')) return;
        if ('last' in verdict) {
          const position = String(verdict.last.position);
          const success = new streams.BatchAppendResp.Success().setCurrentRevision(String(verdict.last.revision));
          if (!this.withoutReceiptPositions)
            success.setPosition(new shared.AllStreamPosition().setCommitPosition(position).setPreparePosition(position));
          call.write(response.setSuccess(success));
        } else if ('wrong' in verdict) {
          const wrong = new shared.WrongExpectedVersion();
          if (verdict.current === undefined) wrong.setCurrentNoStream(new shared.Empty());
          else wrong.setCurrentStreamRevision(String(verdict.current));
          fail('', 'event_store.client.WrongExpectedVersion', wrong);
        } else {
          const tooLarge = new shared.MaximumAppendSizeExceeded().setMaxappendsize(this.maxAppendBytes);
          fail('', 'event_store.client.MaximumAppendSizeExceeded', tooLarge);
        }
      };
      const refusal = this.#refusalOf('append', call.metadata);
      switch (refusal) {
        case 'pending':
          this.#pending.push(carryOut);
          return;
        case 'notReady':
          return fail('Server Is Not Ready', 'google.protobuf.Empty', new shared.Empty());
        case 'tooBusy':
          return fail('Server Is Busy', 'google.protobuf.Empty', new shared.Empty());
        case 'noLeader':
          return fail('No leader info available in response', 'google.protobuf.Empty', new shared.Empty());
        case 'timeout':
          return fail('', 'event_store.client.Timeout', new shared.Timeout());
        case 'accessDenied':
          return fail('', 'event_store.client.AccessDenied', new shared.AccessDenied());
        case 'notLeader': // ends the whole call
          call.emit('error', this.#error(refusal));
          return;
        case undefined:
          carryOut();
      }
    });
  };

  #read = (call: grpc.ServerWritableStream<ReadReq, ReadResp>): void => {
    this.#count('read');
    const refusal = this.#refusalOf('read', call.metadata);
    if (refusal === 'pending') return; // for ever: a read changes nothing
    if (refusal) {
      call.emit('error', this.#error(refusal));
      return;
    }
    const options = call.request.getOptions()!;
    const isLive = options.hasSubscription();
    if (isLive) this.#count('subscribe');
    else if (this.#role === 'follower') this.#count('readFromFollower');
    const matches = this.#matcher(options);
    const of = options.getStream();
    const stream = of && nameOf(of.getStreamIdentifier()!.getStreamName());
    const events = stream === undefined ? this.log.all : this.log.streams.get(stream);
    if (events === undefined && !isLive) {
      call.write(new streams.ReadResp().setStreamNotFound(new StreamNotFound().setStreamIdentifier(identifierOf(stream!))));
      call.end();
      return;
    }
    if (isLive) this.#follow(call, stream, options, matches);
    else void this.#send(call, this.#select(events!, options, matches), stream === undefined || !this.withoutStreamPositions);
  };

  #matcher(options: NonNullable<ReturnType<ReadReq['getOptions']>>): (event: Kept) => boolean {
    const filter = options.getFilter();
    const expression = filter?.getStreamIdentifier() ?? filter?.getEventType();
    if (!expression) return () => true;
    const field = filter!.hasStreamIdentifier() ? 'stream' : 'type';
    const prefixes = expression.getPrefixList();
    const regex = expression.getRegex() === '' ? undefined : new RegExp(expression.getRegex());
    return (event) => prefixes.some((prefix) => event[field].startsWith(prefix)) || (regex?.test(event[field]) ?? false);
  }

  *#select(
    events: readonly Kept[],
    options: NonNullable<ReturnType<ReadReq['getOptions']>>,
    matches: (event: Kept) => boolean,
  ): Generator<Kept> {
    const backwards = options.getReadDirection() === streams.ReadReq.Options.ReadDirection.BACKWARDS;
    const of = options.getStream();
    const all = options.getAll();
    let at: number;
    if (of) {
      if (of.hasRevision()) at = Math.min(Number(of.getRevision()), backwards ? events.length - 1 : events.length);
      else at = of.hasEnd() ? events.length - 1 : 0;
      if (of.hasEnd() && !backwards) at = events.length;
    } else if (all?.hasPosition()) {
      // Forwards with the event at the position, backwards with the one before it.
      at = this.log.indexOf(BigInt(all.getPosition()!.getCommitPosition())) - (backwards ? 1 : 0);
    } else at = all?.hasEnd() ? events.length - (backwards ? 1 : 0) : 0;
    const limit = Number(options.getCount());
    for (let taken = 0; taken < limit && at >= 0 && at < events.length; at += backwards ? -1 : 1) {
      if (!matches(events[at]!)) continue;
      taken++;
      yield events[at]!;
    }
  }

  async #send(call: grpc.ServerWritableStream<ReadReq, ReadResp>, events: Iterable<Kept>, withPositions: boolean): Promise<void> {
    let goOn = (): void => {};
    for (const ending of ['drain', 'close', 'cancelled']) call.on(ending, () => goOn());
    for (const event of events) {
      if (call.cancelled || call.destroyed) return;
      this.sent++;
      if (!call.write(toReadResp(event, withPositions))) await new Promise<void>((drained) => (goOn = drained));
    }
    call.end();
  }

  #follow(
    call: grpc.ServerWritableStream<ReadReq, ReadResp>,
    stream: string | undefined,
    options: NonNullable<ReturnType<ReadReq['getOptions']>>,
    matches: (event: Kept) => boolean,
  ): void {
    const isWanted = (event: Kept) => (stream === undefined || event.stream === stream) && matches(event);
    const of = options.getStream() ?? options.getAll();
    // The start position is exclusive.
    let next: number;
    if (of?.hasEnd()) next = this.log.all.length;
    else if (options.getAll()?.hasPosition()) {
      const position = BigInt(options.getAll()!.getPosition()!.getCommitPosition());
      next = this.log.indexOf(position + 1n);
    } else next = 0;
    const fromRevision = options.getStream()?.hasRevision() ? BigInt(options.getStream()!.getRevision()) : -1n;
    call.write(new streams.ReadResp().setConfirmation(new SubscriptionConfirmation().setSubscriptionId(randomUUID())));
    const interval = (options.getFilter()?.getCheckpointintervalmultiplier() ?? 0) * 32;
    let looked = 0;
    let waiting = false;
    let caughtUp = false;
    const pump = (): void => {
      while (!waiting && next < this.log.all.length) {
        const event = this.log.all[next++]!;
        looked++;
        let more = true;
        if (isWanted(event) && (stream === undefined || event.revision > fromRevision)) more = call.write(toReadResp(event));
        else if (interval > 0 && looked % interval === 0) {
          const position = String(event.position);
          more = call.write(
            new streams.ReadResp().setCheckpoint(new Checkpoint().setCommitPosition(position).setPreparePosition(position)),
          );
        }
        if (!more && call.writableLength > LIVE_HIGH_WATER) {
          waiting = true;
          call.once('drain', () => {
            waiting = false;
            pump();
          });
        }
      }
      if (!caughtUp && next >= this.log.all.length) {
        caughtUp = true;
        call.write(new streams.ReadResp().setCaughtUp(new streams.ReadResp.CaughtUp()));
      }
    };
    const follow = () => pump();
    this.log.followers.add(follow);
    const leave = () => this.log.followers.delete(follow);
    call.on('cancelled', leave).on('close', leave).on('error', leave);
    pump();
  }
}
