// What lists ask the database for is exactly what each item would be allowed as: nothing more is selected, nothing left out.
import { ORGANISATION_KINDS, ROLES } from '@app/domain';
import { escalationScope, inScope, steeringGroups } from './case-scope.js';
import { mayAccess, type Principal } from './require-access.js';

const GROUPS = ['group-1', 'group-2', 'group-3'];
const principals: Principal[] = ROLES.flatMap((role) =>
  ORGANISATION_KINDS.flatMap((kind) =>
    [[], ['group-1'], ['group-1', 'group-2']].map((groups) => ({
      ...{ userId: 'user-1', organisationId: 'bif', authorityId: 'municipality', kind, role, groups },
    })),
  ),
);
const called = ({ role, kind, groups }: Principal): string => `${role} of ${kind}, in ${groups.join() || 'no group'}`;

it.each(principals.map((principal) => [called(principal), principal] as const))('escalations: %s', (_, principal) => {
  const scope = escalationScope(principal);
  for (const groupId of GROUPS)
    for (const excludedUserIds of [[], ['user-1'], ['user-2']]) {
      const selected = inScope(scope, { type: 'Case', groupId, organisationIds: [], excludedUserIds });
      const allowed = mayAccess(principal, 'readEscalations', {
        ...{ type: 'Escalation', groupId, excludedUserIds, nameOpened: false },
      });
      expect([groupId, excludedUserIds, selected]).toEqual([groupId, excludedUserIds, allowed]);
    }
});

it('steering meetings: of the own groups, or of all', () => {
  for (const principal of principals) {
    const groups = steeringGroups(principal);
    const allowed = GROUPS.filter((groupId) => mayAccess(principal, 'readSteeringMeetings', { type: 'Group', groupId }));
    // Who may see none is never asked: the answer is the own groups all the same.
    if (mayAccess(principal, 'readSteeringMeetings'))
      expect([called(principal), groups ?? GROUPS]).toEqual([called(principal), allowed]);
  }
  const of = (role: Principal['role'], kind: Principal['kind'] = 'municipal') =>
    steeringGroups({ ...principals[0]!, role, kind, groups: ['group-1'] });
  expect([of('steeringMember'), of('projectLead')]).toEqual([undefined, ['group-1']]);
});
