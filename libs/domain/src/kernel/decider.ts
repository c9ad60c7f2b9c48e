// The contract of every stream: fold what happened, decide what happens next. No I/O, no clock, no random numbers.
import type { RuleSet } from '../ruleset/ruleset.js';
import type { OrganisationKind, Role } from './vocabulary.js';

/** Who acts: resolved from the token and the registry before the command is built. */
export interface Actor {
  readonly userId: string;
  readonly organisationId: string;
  /** The data controller the organisation belongs to: a municipality or the police. */
  readonly authorityId: string;
  readonly kind: OrganisationKind;
  readonly role: Role;
}

/** What a decision may know of the world: it arrives with the command. */
export interface Context {
  /** Now, UTC. */
  readonly at: string;
  /** Today's local date in Europe/Copenhagen. */
  readonly today: string;
  readonly actor: Actor;
  /** The rule set in force at `at`. */
  readonly ruleSet: RuleSet;
}

export type Command<Type extends string = string, Data = unknown> = {
  readonly type: Type;
  readonly data: Data;
  readonly context: Context;
};

/** A rule said no. Bilingual, without personal data: it ends in an answer and may end in a log. */
export interface Refusal {
  /** Stable id such as `rpl115.necessity`, `case.open-actions`, `action.unknown`. Ids ending in `.unknown` mean: not found. */
  readonly rule: string;
  /** Where the rule comes from: `Retsplejeloven § 115, stk. 2`, `rule 8`. */
  readonly source?: string;
  readonly da: string;
  readonly en: string;
}

/** A refusal that is itself a legal fact (DisclosureRefused) comes with events, which are appended before the answer. */
export interface Decision<E> {
  readonly events: readonly E[];
  readonly refusal?: Refusal;
}

export interface Decider<State, C extends Command, E extends { readonly type: string }, F = E> {
  readonly initialState: State;
  evolve(state: State, event: F): State;
  /** A repeated command decides `{ events: [] }`. */
  decide(command: C, state: State): Decision<E>;
}

export const accept = <E>(...events: E[]): Decision<E> => ({ events });
export const refuse = (rule: string, en: string, da: string, source?: string): Decision<never> => ({
  events: [],
  refusal: source === undefined ? { rule, en, da } : { rule, en, da, source },
});

/** The never-branch of a switch over a union: a forgotten case fails the build, a stranger fails at run time. */
export const unreachable = (value: never): never => {
  throw new Error(`unhandled ${String((value as { type?: unknown }).type)}`);
};
