// Registering a person once: two who register the same CPR number get the same person.
import { Injectable } from '@nestjs/common';
import { AGE_BANDS, personDied, personErased, type AgeBand, type Identity, type IdentityField } from '@app/domain';
import { birthDateOf, normaliseCpr } from '@app/personal-data';
import type { Position } from '@app/event-store';
import { requireAccess, type Principal } from '@app/access';
import { reaching, type PersonRow } from '@app/read-models';
import { mayReadCase } from '../core/guards.js';
import type { Call } from '../core/call.js';
import { Changer } from '../core/change.js';
import type { Receipt } from '../core/endpoint.js';
import { RefusedError } from '../core/errors.js';
import { Ports } from '../core/ports.js';

/** The identity as it is stored: CPR without hyphen, date of birth from the CPR number when none is given. */
export const completeIdentity = (identity: Identity): Identity => {
  const cpr = identity.cpr === undefined ? undefined : normaliseCpr(identity.cpr);
  const birthDate = identity.birthDate ?? (cpr === undefined ? undefined : birthDateOf(cpr));
  return { ...identity, ...(cpr !== undefined && { cpr }), ...(birthDate !== undefined && { birthDate }) };
};

/**
 * @param birthDate ISO local date
 * @param today ISO local date
 */
export const ageBandOf = (birthDate: string | undefined, today: string): AgeBand => {
  if (birthDate === undefined) return 'unknown';
  const age = Number(today.slice(0, 4)) - Number(birthDate.slice(0, 4)) - (today.slice(5) < birthDate.slice(5) ? 1 : 0);
  const limits: readonly [number, AgeBand][] = [
    [12, AGE_BANDS[0]],
    [15, AGE_BANDS[1]],
    [18, AGE_BANDS[2]],
    [25, AGE_BANDS[3]],
  ];
  return limits.find(([limit]) => age < limit)?.[1] ?? '25-plus';
};

@Injectable()
export class Registrar {
  constructor(
    private readonly ports: Ports,
    private readonly changer: Changer,
  ) {}

  private readonly last = new Map<string, Promise<unknown>>();

  /**
   * One at a time, in all processes, for as long as it takes to look and to change. Of a kind there is one at a time in this
   * process, whatever its key: each holds a connection while it waits, and the one whose turn it is needs others.
   */
  alone<T>(kind: 'break-glass' | 'import' | 'merge' | 'register', key: string, work: () => Promise<T>): Promise<T> {
    const before = this.last.get(kind) ?? Promise.resolve();
    const turn = before.then(
      () => this.locked(`${kind} ${key}`, work),
      () => this.locked(`${kind} ${key}`, work),
    );
    this.last.set(kind, turn);
    return turn;
  }

  private async locked<T>(key: string, work: () => Promise<T>): Promise<T> {
    const runner = this.ports.dataSource.createQueryRunner();
    try {
      await reaching(() => runner.query('select pg_advisory_lock(7305002, hashtext($1))', [key]));
      try {
        return await work();
      } finally {
        await reaching(() => runner.query('select pg_advisory_unlock(7305002, hashtext($1))', [key]));
      }
    } finally {
      await runner.release();
    }
  }

  /** The read models as of the end of the log. */
  async upToDate() {
    const { readModels, store } = this.ports;
    await readModels.reach(await store.head());
    return readModels;
  }

  /** Of all registrations of the person, newest first. */
  casesOf(personId: string) {
    return this.ports.readModels.caseFactsOfPerson(personId);
  }

  /** Of two that were merged the one that survived, by the number of either. */
  async byCpr(cpr: string): Promise<PersonRow | undefined> {
    const readModels = await this.upToDate();
    const registered = await readModels.personByCpr(this.ports.blindIndex.cprIndex(cpr));
    const [found] = registered ? await this.readable([registered], ['cpr']) : [];
    return found && readModels.person(found.personId);
  }

  /** Those of them whose texts can be read. An older backup of the database brings its index back: without the key it finds nobody. */
  async readable<P extends PersonRow>(
    persons: readonly P[],
    by: readonly IdentityField[] = ['name', 'alias'],
  ): Promise<readonly P[]> {
    const texts = persons.flatMap((person) => {
      const text = by.map((field) => person.identity[field]).find((each) => each !== undefined);
      return text ? [{ person, text }] : [];
    });
    const opened = await this.ports.vault.openMany(texts.map(({ text }) => text));
    return texts.filter((_, i) => opened[i] !== undefined).map(({ person }) => person);
  }

  /** Registers, or answers with who is registered under the CPR number: the answer does not tell which. */
  async register(
    call: Call,
    wanted: Identity,
    options: { commandId: string; personId: string; addressProtected?: boolean },
  ): Promise<Receipt> {
    const identity = completeIdentity(wanted);
    const register = () =>
      this.changer.change(
        call,
        'person',
        options.personId,
        () => ({
          type: 'RegisterPerson',
          data: { personId: options.personId, identity, ...(options.addressProtected && { addressProtected: true }) },
        }),
        { commandId: options.commandId },
      );
    if (identity.cpr === undefined) return register();
    const { policies } = requireAccess(call.principal, 'registerPerson');
    return this.alone('register', this.ports.blindIndex.cprIndex(identity.cpr), async () => {
      const known = await this.byCpr(identity.cpr!);
      const personId = known?.personId ?? options.personId;
      await this.logSearch(call, 'person.register', policies, identity.cpr!, personId);
      if (!known || known.personId === options.personId) {
        // The next one in line must find this person.
        await this.ports.readModels.reach((await register()).position as Position);
      } else if (options.addressProtected) {
        // A protection is kept, whoever asks for it.
        await this.protectAddress(call, personId, options.commandId);
      }
      // The same receipt for a new person and a known one.
      const revision = options.addressProtected ? 1 : 0;
      return { id: personId, stream: `person-${personId}`, revision, position: await this.ports.store.head(), repeated: false };
    });
  }

  /** Of all registrations of the person: a merge may be undone, and which of the addresses is the secret one is not known. */
  async protectAddress(call: Call, personId: string, commandId: string): Promise<Receipt> {
    const protect = (id: string) =>
      this.changer.change(call, 'person', id, () => ({ type: 'ProtectAddress', data: { personId: id } }), { commandId });
    for (const id of await (await this.upToDate()).mergedWith(personId)) await protect(id);
    return protect(personId);
  }

  /** A look for a CPR number is a search (rule 9): what was looked for is logged, encrypted. */
  async logSearch(call: Call, purpose: string, policies: readonly string[], cpr: string, personId?: string): Promise<void> {
    await this.ports.accessLog.record({
      type: 'PersonalDataSearched',
      actor: call.principal,
      requestId: String(call.id),
      purpose,
      policies,
      criterion: cpr,
      ...(personId !== undefined && { subject: { id: personId, scope: 'identity' } }),
      personIds: [],
      fieldClasses: [],
    });
  }

  /**
   * Whether a principal may bring a person into a case. Not who is excluded from one of the person's cases; and a participant not
   * when there are cases and none of them is theirs: a new case must not open what others recorded.
   */
  async mayRefer(principal: Principal, personId: string): Promise<boolean> {
    const cases = await this.casesOf(personId);
    if (cases.some((facts) => facts.excludedUserIds.includes(principal.userId))) return false;
    return principal.role !== 'participant' || cases.length === 0 || cases.some((facts) => mayReadCase(principal, facts));
  }

  /** Nobody writes on about who is erased. @throws RefusedError */
  async requireNotErased(personId: string): Promise<void> {
    const erased = await this.ports.readModels.erasedOf([personId]);
    if (erased.some(({ caseId }) => caseId === undefined)) throw new RefusedError(personErased.refusal!);
  }

  /** Nobody begins a case about who is dead. @throws RefusedError */
  async requireNotDead(personId: string): Promise<void> {
    const { died } = await this.ports.readModels.lifeOf(personId);
    if (died) throw new RefusedError(personDied.refusal!);
  }

  /** From the sealed date of birth; opened here and not shown. */
  async ageBand(person: PersonRow, today: string): Promise<AgeBand> {
    const sealed = person.identity.birthDate;
    const [birthDate] = sealed ? await this.ports.vault.openMany([sealed]) : [];
    return ageBandOf(birthDate, today);
  }
}
