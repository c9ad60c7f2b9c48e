// Who could see a case, from when to when and why: worked out from the streams of users, groups and cases, by the policies in force now.
import { requireAccess, AccessDeniedError, type Principal } from '@app/access';
import {
  caseCodec,
  caseDecider,
  groupCodec,
  groupDecider,
  userCodec,
  userDecider,
  type Codec,
  type Decider,
  type EventDefinitions,
  type OrganisationKind,
  type Role,
} from '@app/domain';
import { clearOf, type StoredEvent } from '@app/event-store';
import { instantAt, localDateAt } from '@app/platform';
import { factsOf, resourceOf } from '../core/guards.js';
import { membershipOf } from '../core/membership.js';

/** Why somebody could: the role, the organisation it is held for, and how they belong to the group. */
export interface Why {
  readonly role: Role;
  readonly organisationId: string;
  readonly through: 'member' | 'deputy' | 'neither';
  /** Ids of the policies that permit it. */
  readonly policies: readonly string[];
}
/** Instants, UTC; the last is not part of it. */
export interface Period extends Why {
  readonly from: string;
  readonly to: string;
}
export interface Interval {
  readonly from: string;
  readonly to: string;
}
export interface Organisation {
  readonly kind: OrganisationKind;
  readonly authorityId: string;
}

/** A stream as it stood at any moment; and the moments at which it changed. */
export class Past<S> {
  readonly moments: readonly string[];
  private readonly known = new Map<number, S>();
  constructor(
    private readonly events: readonly StoredEvent[],
    private readonly kind: { readonly decider: Decider<S, never, never>; readonly codec: Codec<EventDefinitions> },
  ) {
    this.moments = events.map(({ metadata }) => metadata.at);
  }
  at(moment: string): S {
    const { decider, codec } = this.kind;
    const until = this.moments.filter((at) => at <= moment).length;
    let state = this.known.get(until);
    if (state === undefined) {
      state = this.events
        .filter(({ metadata }) => metadata.at <= moment)
        .reduce(
          (s, { type, metadata, data }) => decider.evolve(s, codec.decode(type, metadata.v, clearOf(data)) as never),
          decider.initialState,
        );
      this.known.set(until, state);
    }
    return state;
  }
  get now(): S {
    return this.at('9999');
  }
}
const past =
  <S>(decider: unknown, codec: unknown) =>
  (events: readonly StoredEvent[]): Past<S> =>
    new Past<S>(events, { decider, codec } as never);
export const pastUser = past<ReturnType<typeof userDecider.evolve>>(userDecider, userCodec);
export const pastGroup = past<ReturnType<typeof groupDecider.evolve>>(groupDecider, groupCodec);
export const pastCase = past<ReturnType<typeof caseDecider.evolve>>(caseDecider, caseCodec);

export type PastUser = ReturnType<typeof pastUser>;
export type PastGroup = ReturnType<typeof pastGroup>;
export type PastCase = ReturnType<typeof pastCase>;

export interface TheirPast {
  readonly user: PastUser;
  readonly group: PastGroup;
  readonly theCase: PastCase;
  readonly others: ReadonlyMap<string, PastUser>;
}

const midnight = (day: string | undefined): readonly string[] => (day === undefined ? [] : [instantAt(day, '00:00')]);

/** When the local dates in a group's and a user's streams begin to count. */
const dated = (group: PastGroup, users: readonly PastUser[]): readonly string[] => {
  const formed = group.now;
  return [
    ...(formed.status === 'formed' ? formed.members.flatMap(({ from, until }) => [...midnight(from), ...midnight(until)]) : []),
    ...users.flatMap(({ now }) => (now.status === 'left' ? midnight(now.on) : [])),
  ];
};

/**
 * @param others those whom somebody in the group stands in for
 * @param organisations of all there are: kind and authority of an organisation never change
 * @returns the periods within the interval in which this user could open this case, first to last
 */
export const couldSee = (
  userId: string,
  { user, group, theCase, others }: TheirPast,
  organisations: ReadonlyMap<string, Organisation>,
  { from, to }: Interval,
): readonly Period[] => {
  const why = (at: string): Why | undefined => {
    const [enrolled, formed, facts] = [user.at(at), group.at(at), factsOf(theCase.at(at))];
    if (enrolled.status === 'none' || !facts) return undefined;
    const day = localDateAt(new Date(at));
    if (enrolled.status === 'left' && enrolled.on <= day) return undefined;
    const { organisationId } = enrolled.enrolled;
    const organisation = organisations.get(organisationId);
    if (!organisation) return undefined;
    const leftOn = (id: string): string | undefined => {
      const other = others.get(id)?.at(at);
      return other?.status === 'left' ? other.on : undefined;
    };
    const membership = formed.status === 'formed' ? membershipOf(formed, userId, day, leftOn) : undefined;
    const { kind, authorityId } = organisation;
    const principal: Principal = {
      ...{ userId, organisationId, kind, authorityId, role: enrolled.role },
      groups: membership ? [facts.groupId] : [],
    };
    try {
      const { policies } = requireAccess(principal, 'readCase', resourceOf(facts));
      return { role: enrolled.role, organisationId, through: membership ?? 'neither', policies };
    } catch (error) {
      if (error instanceof AccessDeniedError) return undefined;
      throw error;
    }
  };
  const instead = [...others.values()].flatMap(({ moments }) => moments);
  const moments = [
    from,
    ...user.moments,
    ...group.moments,
    ...theCase.moments,
    ...instead,
    ...dated(group, [user, ...others.values()]),
  ]
    .filter((at) => at >= from && at < to)
    .sort();
  const periods: Period[] = [];
  for (const at of new Set(moments)) {
    const last = periods.at(-1);
    const now = why(at);
    const open = last?.to === to ? last : undefined;
    if (open && now && JSON.stringify(now) === JSON.stringify(whyOf(open))) continue;
    if (open) periods[periods.length - 1] = { ...open, to: at };
    if (now) periods.push({ from: at, to, ...now });
  }
  return periods;
};
const whyOf = ({ role, organisationId, through, policies }: Period): Why => ({ role, organisationId, through, policies });
