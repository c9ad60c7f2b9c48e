// The one path for every change: envelope on the CommandBus, runDecider, receipt.
import { Injectable } from '@nestjs/common';
import { Command, CommandBus, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { randomUUID } from 'node:crypto';
import {
  definitionOf,
  STREAMS,
  streamName,
  type Actor,
  type Command as DomainCommand,
  type Context,
  type Codec,
  type Decider,
  type EventDefinitions,
  type StreamCategory,
} from '@app/domain';
import { RecentStreams, runDecider } from '@app/event-store';
import { canonicalJson } from '@app/personal-data';
import { commandId, type Call } from './call.js';
import { RefusedError } from './errors.js';
import type { Receipt } from './endpoint.js';
import { Ports } from './ports.js';

type StateOf<K extends StreamCategory> = (typeof STREAMS)[K]['decider'] extends Decider<infer S, never, never, never> ? S : never;
type CommandOf<K extends StreamCategory> = Parameters<(typeof STREAMS)[K]['decider']['decide']>[0];

/**
 * What is asked of a stream: a command without its context.
 * `mustRefuse`: access forbids it, and the decider has to find out by itself and put it on record; if it does not, this is thrown.
 */
export type Asked<K extends StreamCategory> = AskedBy[K];
type AskedBy = { [K in StreamCategory]: WithoutContext<CommandOf<K>> };
type WithoutContext<C> = C extends { readonly type: infer T; readonly data: infer D }
  ? { readonly type: T; readonly data: D; readonly mustRefuse?: Error }
  : never;

export interface ChangeRequest<K extends StreamCategory> {
  readonly category: K;
  readonly id: string;
  readonly actor: Actor;
  readonly commandId: string;
  /** Keyed HMAC of the canonical request: the same key with another body is refused. */
  readonly commandHash: string;
  readonly causation?: string;
  /** If-Match. */
  readonly expectedRevision?: number;
  /**
   * Looks at the state, throws when this actor may not change it, and says what is asked for. Called again after a conflict.
   */
  readonly command: (state: StateOf<K>) => Asked<K>;
}

/** One envelope for every aggregate: which one is in `request.category`. */
export class Change<K extends StreamCategory = StreamCategory> extends Command<Receipt> {
  constructor(readonly request: ChangeRequest<K>) {
    super();
  }
}

interface AnyStream {
  readonly decider: Decider<unknown, DomainCommand, never>;
  readonly codec: Codec<EventDefinitions>;
}

@CommandHandler(Change)
export class ChangeHandler implements ICommandHandler<Change> {
  private readonly recent = new RecentStreams();

  constructor(private readonly ports: Ports) {}

  async execute({ request }: Change): Promise<Receipt> {
    const { ports } = this;
    const { category, id, actor } = request;
    // Which decider meets which state and command is settled by the category; the types of eight streams are not one type.
    const { decider, codec } = STREAMS[category] as unknown as AnyStream;
    const context: Context = await ports.context(actor);
    const result = await runDecider({
      store: ports.store,
      recent: this.recent,
      stream: streamName(category, id),
      codec,
      decider: {
        ...decider,
        decide: (_: DomainCommand, state: unknown) => {
          const { mustRefuse, ...asked } = request.command(state as never);
          const decision = decider.decide({ ...asked, context }, state);
          if (mustRefuse && !decision.refusal) throw mustRefuse;
          return decision;
        },
      },
      command: { type: 'deferred', data: undefined, context },
      meta: {
        commandId: request.commandId,
        commandHash: request.commandHash,
        actor: actor.userId,
        organisation: actor.organisationId,
        authority: actor.authorityId,
        at: context.at,
        ruleSet: context.ruleSet.ruleSetId,
        ...(request.causation !== undefined && { causation: request.causation }),
      },
      seal: (eventId, event) => ports.vault.sealEvent(eventId, event, definitionOf(event.type)),
      newId: randomUUID,
      ...(request.expectedRevision !== undefined && { expectedRevision: request.expectedRevision }),
    });
    ports.wrote(result.receipt.position, category);
    if (result.refusal) throw new RefusedError(result.refusal);
    return { id, ...result.receipt };
  }
}

/** How controllers send a change: fills the envelope from the call. */
@Injectable()
export class Changer {
  constructor(
    private readonly bus: CommandBus,
    private readonly ports: Ports,
  ) {}

  /** Ids of the command and of what it makes; a repeat under the same Idempotency-Key gets the same. */
  begin(call: Call) {
    const id = commandId(call);
    return {
      commandId: id,
      // Without a key there is no repeat to be recognised.
      idFor: (what: string) => (call.headers['idempotency-key'] === undefined ? randomUUID() : this.ports.idFor(id, what)),
    };
  }

  /**
   * @throws RefusedError, RevisionConflictError, IdempotencyKeyReusedError, and what `command` throws
   */
  async change<K extends StreamCategory>(
    call: Call,
    category: K,
    id: string,
    command: ChangeRequest<K>['command'],
    options: { commandId?: string; expectedRevision?: number; causation?: string } = {},
  ): Promise<Receipt> {
    const body = { method: call.method, url: call.url, body: (call as { body?: unknown }).body ?? null };
    const request: ChangeRequest<K> = {
      category,
      id,
      actor: call.principal,
      commandId: options.commandId ?? commandId(call),
      commandHash: this.ports.blindIndex.commandHash(canonicalJson(body)),
      command,
      ...(options.expectedRevision !== undefined && { expectedRevision: options.expectedRevision }),
      ...(options.causation !== undefined && { causation: options.causation }),
    };
    return this.bus.execute(new Change(request as unknown as ChangeRequest<StreamCategory>));
  }
}
