// The gate: what it does not know it refuses, what it remembers is what it decided, and lists agree with it.
import fc from 'fast-check';
import { ORGANISATION_KINDS, ROLES } from '@app/domain';
import type { Action } from './actions.js';
import { caseScope, inScope, type CaseResource } from './case-scope.js';
import { AccessDeniedError, mayAccess, requireAccess, type Principal, type Resource } from './require-access.js';

const coordinator: Principal = {
  userId: 'user-1',
  organisationId: 'bif',
  authorityId: 'municipality',
  kind: 'municipal',
  role: 'coordinator',
  groups: ['group-1'],
};
const aCase: CaseResource = { type: 'Case', groupId: 'group-1', organisationIds: ['bif'], excludedUserIds: [] };

describe('what it does not know it refuses', () => {
  const wrong = (value: unknown) => value as never;
  it.each<[string, Principal, Action, Resource | undefined]>([
    ['an unknown action', coordinator, wrong('deleteEverything'), undefined],
    ['the group of actions itself', coordinator, wrong('personalData'), undefined],
    ['an unknown role', { ...coordinator, role: wrong('mayor') }, 'readSelf', undefined],
    ['no role', { ...coordinator, role: wrong(undefined) }, 'readSelf', undefined],
    ['an unknown kind', { ...coordinator, kind: wrong('church') }, 'readCase', undefined],
    ['no groups', { ...coordinator, groups: wrong(undefined) }, 'readCase', undefined],
    ['an unknown resource', coordinator, 'readCase', wrong({ type: 'Everything' })],
    ['a resource the action is not about', coordinator, 'readCase', { type: 'Room', groupId: 'group-1', mixed: false }],
    ['a resource where the action has none', coordinator, 'readSelf', aCase],
    ['a case without its exclusions', coordinator, 'readCase', { ...aCase, excludedUserIds: wrong(undefined) }],
    ['a room that does not say who is in it', coordinator, 'shareInRoom', wrong({ type: 'Room', groupId: 'group-1' })],
  ])('%s', (_, principal, action, resource) => {
    expect(() => requireAccess(coordinator, 'readCase')).not.toThrow(); // the plain question is remembered as allowed
    try {
      requireAccess(principal, action, resource);
      throw new Error('not denied');
    } catch (error) {
      expect(error).toBeInstanceOf(AccessDeniedError);
      expect(error).toMatchObject({ policies: [] }); // no policy said so: the log must not tell of one
    }
  });

  it('the error says what was denied and by which policies, and nothing of the resource', () => {
    const resource: CaseResource = { ...aCase, groupId: 'group-7', excludedUserIds: ['user-1'] };
    try {
      requireAccess(coordinator, 'readCase', resource);
      throw new Error('not denied');
    } catch (error) {
      expect(error).toBeInstanceOf(AccessDeniedError);
      expect(error).toMatchObject({ action: 'readCase', policies: ['personal-data.excluded-worker'] });
      expect(String(error)).toBe('AccessDeniedError: access denied: readCase');
      expect(JSON.stringify(error)).not.toContain('group-7');
    }
  });

  it('several policies are named in order, so that the same decision reads the same in the log', () => {
    const named = (role: Principal['role'], action: Action) => {
      try {
        return requireAccess({ ...coordinator, kind: 'other', role }, action).policies;
      } catch (error) {
        return (error as AccessDeniedError).policies;
      }
    };
    expect(named('partner', 'readCase')).toEqual(['partners.no-personal-data', 'personal-data.authorities-only']);
    expect(named('politicalMember', 'readCase')).toEqual([
      'partners.politicians-no-personal-data',
      'personal-data.authorities-only',
    ]);
    expect(named('administrator', 'readPerson')).toEqual(['administration.no-personal-data', 'personal-data.authorities-only']);
  });

  it('an unknown purpose is one word for all, however it is written', () => {
    const share = (purpose: string) => mayAccess(coordinator, 'shareInformation', { type: 'Purpose', purpose });
    expect(share('ssp')).toBe(true);
    for (const text of ['', 'SSP', 'ssp"', 'unknown', 'x'.repeat(10_000)]) expect(share(text)).toBe(false);
  });
});

// Small pools of ids, so that principals and cases meet often.
const groups = fc.subarray(['g1', 'g2', 'g3']);
const organisation = fc.constantFrom('bif', 'sof', 'police');
const principals: fc.Arbitrary<Principal> = fc.record({
  userId: fc.constantFrom('u1', 'u2'),
  organisationId: organisation,
  authorityId: fc.constant('authority'),
  kind: fc.constantFrom(...ORGANISATION_KINDS),
  role: fc.constantFrom(...ROLES),
  groups,
});
const cases: fc.Arbitrary<CaseResource> = fc.record({
  type: fc.constant('Case' as const),
  groupId: fc.constantFrom('g1', 'g2', 'g3', 'g4'),
  organisationIds: fc.subarray(['bif', 'sof', 'police']),
  excludedUserIds: fc.subarray(['u1', 'u2', 'u3'], { maxLength: 1 }),
  authorityLeft: fc.boolean(),
});

describe('lists', () => {
  it.each([
    'readCase',
    'readSharingLog',
    'readErasures',
    'mergePersons',
    'informPerson',
    'readAccessRequests',
    'reviewRecalls',
  ] as const)(
    '%s: a scope selects exactly the cases the policies allow',
    (action) => {
      fc.assert(
        fc.property(principals, cases, (principal, row) => {
          expect(inScope(caseScope(principal, action), row)).toBe(mayAccess(principal, action, row));
        }),
        { numRuns: 300 },
      );
    },
    60_000,
  );

  it('scopes as a query gets them', () => {
    expect(caseScope(coordinator)).toEqual({ groups: ['group-1'], userId: 'user-1' });
    expect(caseScope({ ...coordinator, groups: [] })).toEqual({ none: true });
    expect(caseScope({ ...coordinator, role: 'participant' })).toEqual({
      groups: coordinator.groups,
      organisationId: 'bif',
      userId: 'user-1',
    });
    expect(caseScope({ ...coordinator, role: 'participant', kind: 'other' })).toEqual({ none: true });
    expect(caseScope({ ...coordinator, role: 'auditor' })).toEqual({ none: true });
    expect(caseScope({ ...coordinator, role: 'auditor' }, 'readSharingLog')).toEqual({ all: true, userId: 'user-1' });
    expect(caseScope({ ...coordinator, role: 'participant', kind: 'police' }, 'readAccessRequests')).toEqual({
      ...{ groups: coordinator.groups, organisationId: 'bif', userId: 'user-1', left: true },
    });
  });
});

describe('memory', () => {
  it('a remembered answer is the answer', () => {
    const asked = fc.sample(fc.tuple(principals, cases), 100);
    const answers = () => asked.map(([principal, row]) => mayAccess(principal, 'readCase', row));
    const first = answers();
    expect(answers()).toEqual(first);
    expect(first).toContain(true);
    expect(first).toContain(false);
  });

  it('no id can pose as another list, group or resource', () => {
    expect(mayAccess({ ...coordinator, groups: ['group-1', 'group-2'] }, 'readCase', { ...aCase, groupId: 'group-2' })).toBe(
      true,
    );
    expect(mayAccess({ ...coordinator, groups: ['group-1","group-2'] }, 'readCase', { ...aCase, groupId: 'group-2' })).toBe(
      false,
    );
    expect(mayAccess(coordinator, 'readMeetings', { type: 'Group', groupId: 'group-1' })).toBe(true);
    expect(mayAccess(coordinator, 'readMeetings', { type: 'Room', groupId: 'group-1' } as never)).toBe(false);
  });
});
