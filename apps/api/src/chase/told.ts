// Who is told about an action: the holder, deputies while the holder is away, else whoever of the organisation is in the group.
import { isAwayOn, type ExistingCase, type Told } from '@app/domain';
import type { GroupRow, Registry } from '@app/read-models';
import { membershipOf } from '../core/membership.js';

export const isHere = (group: GroupRow, userId: string, today: string): boolean =>
  group.members.some((m) => m.userId === userId && m.from <= today && (m.until === undefined || today < m.until)) &&
  !isAwayOn(group.absences, userId, today);

/** There, and of the group: a deputy who belongs to it only for somebody who has left belongs to it no more. */
const mayStandIn = ({ users }: Registry, group: GroupRow, userId: string, today: string): boolean =>
  membershipOf(group, userId, today, (id) => users.get(id)?.leftOn) !== undefined && !isAwayOn(group.absences, userId, today);

/** Who stands in for a user in a group today, if that user is not here. */
export const deputiesOf = (registry: Registry, group: GroupRow, userId: string, today: string): readonly string[] =>
  group.deputies.flatMap((d) =>
    d.userId === userId && mayStandIn(registry, group, d.deputyUserId, today) ? [d.deputyUserId] : [],
  );

/** Whose actions in a group are a user's to see to besides the own: of those who named them deputy and are not here today. */
export const standsInFor = (registry: Registry, group: GroupRow, userId: string, today: string): readonly string[] =>
  mayStandIn(registry, group, userId, today)
    ? group.deputies.flatMap((d) => (d.deputyUserId === userId && !isHere(group, d.userId, today) ? [d.userId] : []))
    : [];

/**
 * @param holder whose hands it is in; without `userId` nobody is named
 * @param today local date in Europe/Copenhagen
 * @returns users who may see the case; nobody only when the group has nobody
 */
export const toldOf = (
  registry: Registry,
  groupId: string,
  theCase: Pick<ExistingCase, 'organisations' | 'excludedUserIds'>,
  { organisationId, userId }: { readonly organisationId: string; readonly userId?: string | undefined },
  today: string,
): Told => {
  const group = registry.groups.get(groupId);
  if (!group) return { organisationId, to: [] };
  const takesPart = (id: string): boolean =>
    theCase.organisations.some((o) => o.organisationId === registry.users.get(id)?.organisationId);
  const may = (id: string): boolean => {
    const left = registry.users.get(id)?.leftOn;
    return !(left !== undefined && left <= today) && !theCase.excludedUserIds.includes(id);
  };
  const here = group.members.map((m) => m.userId).filter((id) => isHere(group, id, today));
  const deputies = userId === undefined ? [] : deputiesOf(registry, group, userId, today);
  // Who leads the group's cases leads this one, whether or not their own organisation takes part in it.
  const leads = here.filter((id) => ['coordinator', 'projectLead'].includes(registry.users.get(id)?.role ?? ''));
  const candidates = [
    userId !== undefined && here.includes(userId) ? [userId].filter(takesPart) : [],
    deputies.filter(takesPart),
    here.filter((id) => registry.users.get(id)?.organisationId === organisationId).filter(takesPart),
    leads,
  ];
  const to = candidates.map((ids) => ids.filter(may)).find((ids) => ids.length > 0) ?? [];
  return { organisationId, to: [...new Set(to)] };
};
