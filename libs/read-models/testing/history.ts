// Histories for specs: domain events with plain text, sealed and appended as production does it, under keys in memory.
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import {
  caseEvents,
  chaseEvents,
  escalationEvents,
  groupEvents,
  hotspotEvents,
  overviewEvents,
  meetingEvents,
  organisationEvents,
  personEvents,
  ruleSetEvents,
  steeringMeetingEvents,
  userEvents,
  type CaseEvent,
  type ChaseEvent,
  type EscalationEvent,
  type EventDefinition,
  type GroupEvent,
  type HotspotEvent,
  type MeetingEvent,
  type OrganisationEvent,
  type OverviewEvent,
  type PersonEvent,
  type RuleSetEvent,
  type SteeringMeetingEvent,
  type UserEvent,
} from '@app/domain';
import { NO_STREAM, type Appended, type EventStore } from '@app/event-store';
import { Vault, type KeyStore } from '@app/personal-data';

const DEFINITIONS: Readonly<Record<string, EventDefinition>> = {
  ...organisationEvents,
  ...userEvents,
  ...groupEvents,
  ...ruleSetEvents,
  ...personEvents,
  ...caseEvents,
  ...chaseEvents,
  ...meetingEvents,
  ...escalationEvents,
  ...steeringMeetingEvents,
  ...hotspotEvents,
  ...overviewEvents,
};
export type DomainEvent =
  | OrganisationEvent
  | UserEvent
  | GroupEvent
  | RuleSetEvent
  | PersonEvent
  | CaseEvent
  | ChaseEvent
  | MeetingEvent
  | EscalationEvent
  | SteeringMeetingEvent
  | HotspotEvent
  | OverviewEvent;

/** Keys that live as long as the process. */
export const createMemoryKeyStore = (): KeyStore => {
  const byPlace = new Map<string, { keyId: string; subjectId: string; scope: string; key: Buffer }>();
  return {
    keyFor: async ({ id, scope }) => {
      const place = JSON.stringify([id, scope]);
      const entry = byPlace.get(place) ?? { keyId: randomUUID(), subjectId: id, scope, key: randomBytes(32) };
      byPlace.set(place, entry);
      return entry;
    },
    find: async (keyId) => [...byPlace.values()].find((entry) => entry.keyId === keyId)?.key,
    destroy: async ({ subjectId, scope }) => {
      const gone = [...byPlace].filter(([, e]) => e.subjectId === subjectId && (scope === undefined || e.scope === scope));
      for (const [place] of gone) byPlace.delete(place);
      return gone.map(([, { keyId }]) => keyId);
    },
    destroyAgain: async () => 0,
    named: async (name) => createHash('sha256').update(name).digest(),
    close: async () => {},
  };
};

export interface WrittenBy {
  /** UTC. */
  readonly at?: string;
  readonly userId?: string;
  readonly organisationId?: string;
}

/** Appends events to the store as they are given, in order; nobody decides whether they may happen. */
export class History {
  readonly #revisions = new Map<string, number>();
  readonly vault: Vault;
  /** Of what is written next, unless it says otherwise. UTC. */
  at = '2026-11-02T09:00:00.000Z';

  constructor(
    readonly store: EventStore,
    readonly keys: KeyStore = createMemoryKeyStore(),
  ) {
    this.vault = new Vault(keys);
  }

  async write(stream: string, events: DomainEvent | readonly DomainEvent[], by: WrittenBy = {}): Promise<Appended> {
    const list = Array.isArray(events) ? (events as readonly DomainEvent[]) : [events as DomainEvent];
    const stored = await Promise.all(
      list.map(async (event) => {
        const id = randomUUID();
        const definition = DEFINITIONS[event.type]!;
        return { id, type: event.type, data: await this.vault.sealEvent(id, event, definition), v: definition.version };
      }),
    );
    return this.writeRaw(stream, stored, by);
  }

  /** Whatever it is, as it is. */
  async writeRaw(
    stream: string,
    events: readonly { readonly id?: string; readonly type: string; readonly data: unknown; readonly v?: number }[],
    { at = this.at, userId = 'worker', organisationId = 'bif' }: WrittenBy = {},
  ): Promise<Appended> {
    const appended = await this.store.append(
      stream,
      this.#revisions.get(stream) ?? NO_STREAM,
      events.map(({ id = randomUUID(), type, data, v = 1 }) => ({
        id,
        type,
        data,
        metadata: {
          v,
          commandId: randomUUID(),
          commandHash: 'none',
          actor: userId,
          organisation: organisationId,
          authority: 'kk',
          at,
          ruleSet: 'rpl115-default',
        },
      })),
    );
    this.#revisions.set(stream, appended.revision);
    return appended;
  }
}
