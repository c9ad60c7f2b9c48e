// Which cases a principal may see, said so that a query can select them. The policies are asked, not repeated.
import { mayAccess, type Principal, type Resource } from './require-access.js';

/** In all but `none`: never a case that excludes `userId`. */
export type CaseScope =
  | { readonly none: true }
  | { readonly all: true; readonly userId: string }
  /** Cases of these groups. */
  | { readonly groups: readonly string[]; readonly userId: string }
  /** Cases of these groups that this organisation takes part in. `left`: also those its authority takes part in no more, but did. */
  | { readonly groups: readonly string[]; readonly organisationId: string; readonly userId: string; readonly left?: true };

export type CaseResource = Extract<Resource, { type: 'Case' }>;

/** A group or organisation no id can be: upper case is not an id. */
const NOBODY = 'NOBODY';
const probe = (groupId: string, organisationIds: readonly string[] = []): CaseResource => ({
  type: 'Case',
  groupId,
  organisationIds,
  excludedUserIds: [],
});

/** The cases for which `requireAccess(principal, action, case)` would say yes. */
export const caseScope = (
  principal: Principal,
  action:
    | 'readCase'
    | 'readSharingLog'
    | 'readErasures'
    | 'mergePersons'
    | 'informPerson'
    | 'readAccessRequests'
    | 'reviewRecalls' = 'readCase',
): CaseScope => {
  const { userId, organisationId, groups } = principal;
  const may = (resource: CaseResource) => mayAccess(principal, action, resource);
  const [group = NOBODY] = groups;
  if (may(probe(NOBODY))) return { all: true, userId };
  if (may(probe(group))) return { groups, userId };
  if (!may(probe(group, [organisationId]))) return { none: true };
  const left = may({ ...probe(group), authorityLeft: true });
  return { groups, organisationId, userId, ...(left && { left }) };
};

/** The cases whose escalations `requireAccess(principal, 'readEscalations', escalation)` would say yes to. */
export const escalationScope = (principal: Principal): CaseScope => {
  const { userId, groups } = principal;
  const may = (groupId: string) =>
    mayAccess(principal, 'readEscalations', { type: 'Escalation', groupId, excludedUserIds: [], nameOpened: false });
  const [group = NOBODY] = groups;
  if (may(NOBODY)) return { all: true, userId };
  return may(group) ? { groups, userId } : { none: true };
};

/** Groups whose steering meetings the principal may see; undefined: all. */
export const steeringGroups = (principal: Principal): readonly string[] | undefined =>
  mayAccess(principal, 'readSteeringMeetings', { type: 'Group', groupId: NOBODY }) ? undefined : principal.groups;

/** What a scope means, row by row: a query must select exactly these. */
export const inScope = (scope: CaseScope, row: CaseResource): boolean => {
  if ('none' in scope || row.excludedUserIds.includes(scope.userId)) return false;
  if ('all' in scope) return true;
  if (!scope.groups.includes(row.groupId)) return false;
  if (!('organisationId' in scope) || row.organisationIds.includes(scope.organisationId)) return true;
  return scope.left === true && row.authorityLeft === true;
};
