// given(history).when(command).then(events): specs that state a rule in the domain's words, and the people who act in them.
import { DEFAULT_RULE_SET, type Actor, type Command, type Context, type Decider, type Decision, type Party } from '@app/domain';

interface Event {
  readonly type: string;
  readonly data: unknown;
}
/** A decider folds what was stored in the clear: a spec hands it nothing else either. */
const clear = <F extends Event>({ type, data }: F): F => ({ type, data }) as F;

export interface Outcome<E> {
  readonly decision: Decision<E>;
  /** Exactly these events and no refusal. None: the command changes nothing. */
  then(...events: E[]): void;
  /** Refused by this rule, with exactly these events (a refusal that is a legal fact). */
  thenRefused(rule: string, ...events: E[]): void;
}

/** State from history, for one decider. Undefined fields do not count when events are compared, as in stored JSON. */
export const given = <S, C extends Command, E extends F, F extends Event>(decider: Decider<S, C, E, F>, ...history: F[]) => {
  const state = history.map(clear).reduce((s: S, event) => decider.evolve(s, event), decider.initialState);
  return {
    state,
    when: (command: C): Outcome<E> => {
      const decision = decider.decide(command, state);
      return {
        decision,
        then: (...events) => {
          expect(decision.refusal).toBeUndefined();
          expect(decision.events).toEqual(events);
        },
        thenRefused: (rule, ...events) => {
          // A sentence in each language: a refusal is read by people.
          const sentence = expect.stringMatching(/^\S.{8,}\.$/s) as string;
          expect(decision.refusal).toMatchObject({ rule, da: sentence, en: sentence });
          expect(decision.events).toEqual(events);
        },
      };
    },
    /** Runs commands one after the other, each on what the ones before decided; the events of all, and the state after. */
    after: (...commands: C[]) => {
      const events: E[] = [];
      let reached = state;
      for (const command of commands) {
        const decision = decider.decide(command, reached);
        expect(decision.refusal).toBeUndefined();
        for (const event of decision.events) {
          events.push(event);
          reached = decider.evolve(reached, clear<F>(event));
        }
      }
      return { events, state: reached };
    },
  };
};

const MUNICIPALITY = 'municipality';
const POLICE = 'police';

/** Organisations as the cases of a group have them; `housing` is of kind `other` and must never get anywhere. */
export const parties = {
  bif: { organisationId: 'bif', kind: 'municipal', authorityId: MUNICIPALITY },
  buf: { organisationId: 'buf', kind: 'municipal', authorityId: MUNICIPALITY },
  sof: { organisationId: 'sof', kind: 'municipal', authorityId: MUNICIPALITY },
  police: { organisationId: 'police-prevention', kind: 'police', authorityId: POLICE },
  housing: { organisationId: 'housing', kind: 'other', authorityId: 'housing' },
} as const satisfies Record<string, Party>;

const actor = (userId: string, role: Actor['role'], party: Party): Actor => ({ userId, role, ...party });

export const actors = {
  coordinator: actor('user-coordinator', 'coordinator', parties.bif),
  projectLead: actor('user-project-lead', 'projectLead', parties.bif),
  bif: actor('user-bif', 'participant', parties.bif),
  buf: actor('user-buf', 'participant', parties.buf),
  sof: actor('user-sof', 'participant', parties.sof),
  police: actor('user-police', 'participant', parties.police),
  housing: actor('user-housing', 'partner', parties.housing),
} as const satisfies Record<string, Actor>;

const copenhagen = new Intl.DateTimeFormat('sv-SE', { timeZone: 'Europe/Copenhagen' });

/** A Tuesday morning in November 2026, the coordinator acting, the default rule set; `today` follows `at` in Europe/Copenhagen. */
export const contextOf = (over: Partial<Context> = {}): Context => {
  const at = over.at ?? '2026-11-24T08:00:00.000Z';
  return { at, today: copenhagen.format(new Date(at)), actor: actors.coordinator, ruleSet: DEFAULT_RULE_SET, ...over };
};

/** A command, from {@link contextOf} unless another context is given. */
export const command = <const T extends string, const D>(type: T, data: D, context: Partial<Context> = {}) => ({
  type,
  data,
  context: contextOf(context),
});
