// Access to one case or one group, asked once it is known. What may not be read does not exist: 404 either way.
import { mayAccess, requireAccess, type AccessDecision, type Action, type Principal, type Resource } from '@app/access';
import type { CaseState } from '@app/domain';
import type { CaseFacts, Registry } from '@app/read-models';
import { NotFoundError } from './errors.js';

type CaseResource = Extract<Resource, { type: 'Case' }>;

/** A case as access asks about it. */
export const resourceOf = (facts: Pick<CaseFacts, 'groupId' | 'organisations' | 'excludedUserIds'>): CaseResource => ({
  type: 'Case',
  groupId: facts.groupId,
  organisationIds: facts.organisations.map((o) => o.organisationId),
  excludedUserIds: facts.excludedUserIds,
});

/**
 * @param facts from a read model or from the folded state; undefined: there is no such case
 * @throws NotFoundError when the principal may not read the case; AccessDeniedError when it may read but not do this
 */
export const requireCase = (
  principal: Principal,
  action: Action,
  caseId: string,
  facts: Pick<CaseFacts, 'groupId' | 'organisations' | 'excludedUserIds'> | undefined,
  actionOwnerId?: string,
): AccessDecision => {
  // Only a case that exists is named in the log: what somebody typed may be anything.
  if (!facts) throw new NotFoundError(action);
  const resource = resourceOf(facts);
  if (!mayAccess(principal, 'readCase', resource)) throw new NotFoundError(action, [caseId]);
  return requireAccess(principal, action, actionOwnerId === undefined ? resource : { ...resource, actionOwnerId });
};

export const mayReadCase = (
  principal: Principal,
  facts: Pick<CaseFacts, 'groupId' | 'organisations' | 'excludedUserIds'>,
): boolean => mayAccess(principal, 'readCase', resourceOf(facts));

/** The organisations of the principal's authority. */
export const ofAuthority = ({ authorityId }: Principal, { organisations }: Registry): readonly string[] =>
  [...organisations.values()].filter((each) => each.authorityId === authorityId).map(({ organisationId }) => organisationId);

/** Roles that lead the group see what is in its cases; a participant sees what the own organisation gave or got. */
export const leads = ({ role }: Principal): boolean =>
  role === 'coordinator' || role === 'projectLead' || role === 'hotspotChief';

/** What access asks of a folded case. */
export const factsOf = (state: CaseState) =>
  state.status === 'none'
    ? undefined
    : { groupId: state.referred.groupId, organisations: state.organisations, excludedUserIds: state.excludedUserIds };

/** @throws NotFoundError */
export const requireGroup = (principal: Principal, action: Action, groupId: string | undefined): AccessDecision => {
  if (groupId === undefined || !mayAccess(principal, action, { type: 'Group', groupId })) throw new NotFoundError(action);
  return requireAccess(principal, action, { type: 'Group', groupId });
};
