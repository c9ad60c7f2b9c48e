// What every handler needs, made once at start. One injectable, so that a handler's constructor stays one line.
import { createHmac } from 'node:crypto';
import type { DataSource } from 'typeorm';
import type { AccessLog, Principal } from '@app/access';
import { DEFAULT_RULE_SET, type Actor, type Context, type RuleSet, type StreamCategory } from '@app/domain';
import { START, type EventStore, type Position } from '@app/event-store';
import type { BlindIndex, KeyStore, Vault } from '@app/personal-data';
import type { Clock, Configuration } from '@app/platform';
import type { Ask, Projections, ReadModels } from '@app/read-models';

/** Where it stands who somebody is, and what they may. */
const WHO: readonly StreamCategory[] = ['user', 'group', 'organisation'];

export class Ports {
  readonly configuration!: Configuration;
  readonly store!: EventStore;
  readonly dataSource!: DataSource;
  /** For what is in the database and no read model: on behalf of whoever it is at that moment. */
  readonly ask!: Ask;
  readonly readModels!: ReadModels;
  readonly projections!: Projections;
  readonly keys!: KeyStore;
  readonly vault!: Vault;
  readonly blindIndex!: BlindIndex;
  readonly accessLog!: AccessLog;
  readonly clock!: Clock;
  /** The sign-in issuer's name: a subject is hashed together with it. */
  readonly issuer!: string;
  /** Key of the ids that are derived from a command's id. */
  readonly idKey!: Buffer;

  /** The last position this process has written with a command: what its readers wait for. */
  lastWritten: Position = START;

  constructor(parts: Omit<Ports, 'lastWritten' | 'whoWritten' | 'context' | 'idFor' | 'wrote' | 'ruleSetOn'>) {
    Object.assign(this, parts);
  }

  /** The last change of who somebody is that this process has made: what sign-in waits for. */
  whoWritten: Position = START;

  wrote(position: Position, category?: StreamCategory): void {
    if (position > this.lastWritten) this.lastWritten = position;
    if (category && WHO.includes(category) && position > this.whoWritten) this.whoWritten = position;
  }

  /** A random-looking UUID that a repeat of the same command gets again. */
  idFor(commandId: string, what: string): string {
    const hex = createHmac('sha256', this.idKey).update(`${commandId} ${what}`).digest('hex');
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
  }

  /** @param today local date in Europe/Copenhagen */
  async ruleSetOn(today: string): Promise<RuleSet> {
    const { ruleSets } = await this.readModels.registry();
    return ruleSets.find((ruleSet) => ruleSet.validFrom <= today) ?? DEFAULT_RULE_SET;
  }

  async context(actor: Actor | Principal): Promise<Context> {
    const { userId, organisationId, authorityId, kind, role } = actor;
    const today = this.clock.today();
    return {
      at: this.clock.now().toISOString(),
      today,
      actor: { userId, organisationId, authorityId, kind, role },
      ruleSet: await this.ruleSetOn(today),
    };
  }
}
