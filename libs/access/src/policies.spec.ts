// The policies say what they should: the table of every role, the cases beyond it, and every policy decides something.
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { schemaToJson } from '@cedar-policy/cedar-wasm/nodejs';
import {
  FIELD_CLASSES,
  ORGANISATION_KINDS,
  PURPOSES,
  ROLES,
  type FieldClass,
  type OrganisationKind,
  type Role,
} from '@app/domain';
import { ACTIONS, type Action } from './actions.js';
import { loadPolicies, policiesInForce, PolicyError } from './policies.js';
import { AccessDeniedError, requireAccess, type Principal, type Resource } from './require-access.js';

const folder = fileURLToPath(new URL('./policies/', import.meta.url));

/** Ids of the policies seen to decide something in this file. */
const decided = new Set<string>();
const decide = (principal: Principal, action: Action, resource?: Resource): { allowed: boolean; policies: readonly string[] } => {
  const note = (allowed: boolean, policies: readonly string[]) => {
    policies.forEach((id) => decided.add(id));
    return { allowed, policies };
  };
  try {
    return note(true, requireAccess(principal, action, resource).policies);
  } catch (error) {
    if (!(error instanceof AccessDeniedError)) throw error;
    return note(false, error.policies);
  }
};

const user = (role: Role, kind: OrganisationKind = 'municipal', rest: Partial<Principal> = {}): Principal => ({
  userId: 'user-1',
  organisationId: 'bif',
  authorityId: 'municipality',
  kind,
  role,
  groups: ['group-1'],
  ...rest,
});
type CaseResource = Extract<Resource, { type: 'Case' }>;
const aCase = (rest: Partial<CaseResource> = {}): CaseResource => ({
  type: 'Case',
  groupId: 'group-1',
  organisationIds: ['bif', 'sof'],
  excludedUserIds: [],
  ...rest,
});
const group = (groupId = 'group-1'): Resource => ({ type: 'Group', groupId });
const room = (mixed: boolean, groupId = 'group-1'): Resource => ({ type: 'Room', groupId, mixed });
const purpose = (word: string): Resource => ({ type: 'Purpose', purpose: word });

const LEADS = ['coordinator', 'projectLead', 'hotspotChief'] as const;
const WORKERS = [...LEADS, 'participant'] as const;

describe('the table of every role, kind and action (access-table.md)', () => {
  const rows = readFileSync(join(folder, '../../access-table.md'), 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('|') && !line.startsWith('| -') && !line.startsWith('|-'))
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim().replaceAll('`', '')),
    );
  const roles = rows[0]!.slice(1);
  const actions = rows.slice(1);

  it('lists every role and every action, once', () => {
    expect([...roles].sort()).toEqual([...ROLES].sort());
    expect(actions.map((row) => row[0])).toEqual([...ACTIONS]);
    expect(ORGANISATION_KINDS.map((kind) => kind[0])).toEqual(['m', 'p', 'o']);
  });

  it.each(actions)('%s', (action, ...cells) => {
    const measured = roles.map((role) =>
      ORGANISATION_KINDS.map((kind) => (decide(user(role as Role, kind), action as Action).allowed ? kind[0] : '-')).join(''),
    );
    expect(measured).toEqual(cells);
  });
});

describe('personal data', () => {
  const schema = schemaToJson(readFileSync(join(folder, 'schema.cedarschema'), 'utf8'));
  if (schema.type === 'failure') throw new Error('the schema does not parse');
  const { entityTypes, actions } = schema.json['']!;
  const personal = Object.keys(actions).filter((name) =>
    actions[name]!.memberOf?.some((g) => g.id === 'personalData'),
  ) as Action[];

  it('the schema knows the words of the code, and no others', () => {
    const words = (type: string) => (entityTypes[type] as { enum: string[] }).enum;
    expect(words('Role').sort()).toEqual([...ROLES].sort());
    expect(words('Kind').sort()).toEqual([...ORGANISATION_KINDS].sort());
    expect(words('Purpose').sort()).toEqual([...PURPOSES, 'investigation', 'unknown'].sort());
    expect(Object.keys(actions).sort()).toEqual([...ACTIONS, 'personalData'].sort());
  });

  it('every action is personal, except those that show no young person', () => {
    const self: Action[] = ['readSelf', 'chooseForSelf'];
    const not: Action[] = [
      ...self,
      'readAreas',
      'readOverview',
      'readRegistry',
      'administer',
      'manageMail',
      'backTestLadder',
      'moveClock',
    ];
    const logs: Action[] = ['readSharingLog', 'readAccessLog', 'reviewKnowledge', 'readErasures', 'readEscalations'];
    expect([...personal, ...not, ...logs].sort()).toEqual([...ACTIONS].sort());
  });

  it('who is neither municipal nor police is forbidden, whatever the role', () => {
    for (const action of personal)
      for (const role of ROLES) {
        const { allowed, policies } = decide(user(role, 'other'), action);
        expect({ action, role, allowed }).toEqual({ action, role, allowed: false });
        expect(policies).toContain('personal-data.authorities-only');
      }
    expect(decide(user('participant', 'other'), 'readCase', aCase()).policies).toEqual(['personal-data.authorities-only']);
  });

  it.each([
    ['partner', 'partners.no-personal-data'],
    ['politicalMember', 'partners.politicians-no-personal-data'],
    ['administrator', 'administration.no-personal-data'],
  ] as const)('%s is forbidden, also in the municipality', (role, id) => {
    for (const action of personal) expect(decide(user(role), action)).toEqual({ allowed: false, policies: [id] });
    expect(decide(user(role), 'readCase', aCase())).toEqual({ allowed: false, policies: [id] });
  });

  it('the steering group only what is before it; auditors none, but break-glass and reasons to those of the municipality', () => {
    const allowed: Partial<Record<Role, readonly Action[]>> = {
      steeringMember: ['readEscalationSummary', 'readEscalationName', 'decideEscalation', 'readSteeringMeetings'],
      auditor: ['breakGlass', 'reviewBreakGlass', 'readReasons', 'reviewSpotChecks'],
    };
    for (const [role, theirs] of Object.entries(allowed) as [Role, readonly Action[]][])
      for (const action of personal.filter((each) => !theirs.includes(each)))
        expect(decide(user(role), action)).toEqual({ allowed: false, policies: [] });
    for (const action of allowed.auditor!)
      expect(decide(user('auditor', 'police'), action)).toEqual({ allowed: false, policies: [] });
  });

  it('an excluded worker has no access to the case, in any role and by any action on it', () => {
    const excluding = aCase({ excludedUserIds: ['user-2', 'user-1'], actionOwnerId: 'bif' });
    for (const role of WORKERS)
      for (const action of [
        'readCase',
        'readPerson',
        'changeCase',
        'reportAction',
        'shareInformation',
        'openClosedItem',
      ] as const)
        expect(decide(user(role), action, excluding)).toEqual({ allowed: false, policies: ['personal-data.excluded-worker'] });
    expect(decide(user('coordinator'), 'readSharingLog', excluding).allowed).toBe(false);
    expect(decide(user('coordinator'), 'readCase', aCase({ excludedUserIds: ['user-2'] })).allowed).toBe(true);
  });
});

describe('cases', () => {
  it.each(LEADS)('%s: the cases of own groups', (role) => {
    expect(decide(user(role), 'readCase', aCase({ organisationIds: ['sof'] }))).toEqual({
      allowed: true,
      policies: ['case.lead'],
    });
    expect(decide(user(role), 'readCase', aCase({ groupId: 'group-2' }))).toEqual({ allowed: false, policies: [] });
    expect(decide(user(role, 'municipal', { groups: [] }), 'readCase', aCase()).allowed).toBe(false);
    expect(decide(user(role), 'readSharingLog', aCase())).toEqual({ allowed: true, policies: ['audit.own-sharing-log'] });
    expect(decide(user(role), 'readSharingLog', aCase({ groupId: 'group-2' })).allowed).toBe(false);
    expect(decide(user(role), 'reportAction', aCase({ actionOwnerId: 'sof' })).allowed).toBe(true);
  });

  it('participant: the cases of the own groups that the own organisation takes part in', () => {
    expect(decide(user('participant'), 'readCase', aCase())).toEqual({ allowed: true, policies: ['case.participant'] });
    // Who has left the group sees its cases no more.
    expect(decide(user('participant'), 'readCase', aCase({ groupId: 'group-2' })).allowed).toBe(false);
    expect(decide(user('participant', 'police'), 'readPerson', aCase()).allowed).toBe(true);
    expect(decide(user('participant'), 'readCase', aCase({ organisationIds: ['sof'] }))).toEqual({
      allowed: false,
      policies: [],
    });
    for (const action of ['screenCase', 'manageCase', 'openClosedItem', 'shareInRoom', 'readSharingLog'] as const)
      expect(decide(user('participant'), action, aCase()).allowed).toBe(false);
  });

  it('participant: reports only on what the own organisation owes', () => {
    const report = (rest: Partial<CaseResource>) => decide(user('participant'), 'reportAction', aCase(rest));
    expect(report({ actionOwnerId: 'bif' })).toEqual({ allowed: true, policies: ['case.own-action'] });
    expect(report({ actionOwnerId: 'sof' }).allowed).toBe(false);
    expect(report({}).allowed).toBe(false);
    expect(report({ actionOwnerId: 'bif', organisationIds: ['sof'] }).allowed).toBe(false);
    expect(report({ actionOwnerId: 'bif', groupId: 'group-2' }).allowed).toBe(false);
  });

  it('everybody who works with cases searches for persons by name', () => {
    for (const role of WORKERS) expect(decide(user(role), 'searchPersons')).toEqual({ allowed: true, policies: ['case.search'] });
  });

  it('everybody who works with a case may withdraw a text of it, and sees what was withdrawn', () => {
    for (const role of WORKERS) {
      expect(decide(user(role), 'withdrawText', aCase()).allowed).toBe(true);
      expect(decide(user(role), 'withdrawText', aCase({ groupId: 'group-2' })).allowed).toBe(false);
      expect(decide(user(role), 'readWithdrawals')).toEqual({ allowed: true, policies: ['case.withdrawals'] });
    }
    expect(decide(user('participant'), 'withdrawText', aCase({ organisationIds: ['sof'] })).allowed).toBe(false);
  });

  it('rule 11: the municipality answers an access request, the police decide on their own part', () => {
    for (const role of ['coordinator', 'projectLead'] as const) {
      for (const action of ['readAccessRequests', 'answerAccessRequest'] as const) {
        expect(decide(user(role), action, aCase())).toEqual({ allowed: true, policies: ['access-request.municipality'] });
        expect(decide(user(role), action, aCase({ groupId: 'group-2' })).allowed).toBe(false);
      }
      expect(decide(user(role), 'decidePoliceContribution', aCase()).allowed).toBe(false);
      expect(decide(user(role, 'police'), 'answerAccessRequest', aCase()).allowed).toBe(false);
    }
    for (const action of ['readAccessRequests', 'decidePoliceContribution'] as const)
      for (const role of ['coordinator', 'projectLead', 'participant'] as const) {
        const theirs = aCase({ organisationIds: ['bif'] });
        expect(decide(user(role, 'police'), action, theirs)).toEqual({ allowed: true, policies: ['access-request.police'] });
        expect(decide(user(role, 'police'), action, aCase({ organisationIds: ['sof'] })).allowed).toBe(false);
        expect(decide(user(role, 'police'), action, aCase({ groupId: 'group-2' })).allowed).toBe(false);
      }
    for (const role of ['hotspotChief', 'participant', 'auditor', 'steeringMember', 'administrator'] as const)
      expect(decide(user(role), 'answerAccessRequest', aCase()).allowed).toBe(false);
  });

  it('rule 11: the police decide on what they contributed also after they have left the case', () => {
    const left = (rest: Partial<CaseResource> = {}) => aCase({ organisationIds: ['sof'], authorityLeft: true, ...rest });
    for (const action of ['readAccessRequests', 'decidePoliceContribution'] as const)
      for (const role of ['coordinator', 'projectLead', 'participant'] as const) {
        const police = user(role, 'police');
        expect(decide(police, action, left())).toEqual({ allowed: true, policies: ['access-request.police-left'] });
        expect(decide(police, action, left({ authorityLeft: false })).allowed).toBe(false);
        expect(decide(police, action, left({ groupId: 'group-2' })).allowed).toBe(false);
        expect(decide(police, action, left({ excludedUserIds: ['user-1'] })).allowed).toBe(false);
        if (action === 'decidePoliceContribution') expect(decide(user(role), action, left()).allowed).toBe(false);
      }
    // Nothing else of the case, and nobody else of the police.
    for (const action of ['readCase', 'readPerson', 'answerAccessRequest', 'withdrawText', 'reviewRecalls'] as const)
      expect(decide(user('participant', 'police'), action, left()).allowed).toBe(false);
    for (const role of ['auditor', 'steeringMember'] as const)
      expect(decide(user(role, 'police'), 'decidePoliceContribution', left()).allowed).toBe(false);
    expect(decide(user('participant'), 'readAccessRequests', left()).allowed).toBe(false);
  });

  it('rule 14: those who lead a case inform its person, or say why not', () => {
    for (const role of LEADS) {
      expect(decide(user(role), 'informPerson', aCase())).toEqual({ allowed: true, policies: ['case.inform'] });
      expect(decide(user(role), 'informPerson', aCase({ groupId: 'group-2' })).allowed).toBe(false);
    }
    expect(decide(user('participant'), 'informPerson', aCase()).allowed).toBe(false);
  });

  it('coordinator and project lead merge persons of whom they lead a case', () => {
    for (const role of ['coordinator', 'projectLead'] as const) {
      expect(decide(user(role), 'mergePersons', aCase())).toEqual({ allowed: true, policies: ['case.merge'] });
      expect(decide(user(role), 'mergePersons', aCase({ groupId: 'group-2' })).allowed).toBe(false);
      expect(decide(user(role), 'mergePersons', aCase({ excludedUserIds: ['user-1'] })).allowed).toBe(false);
    }
    for (const role of ['hotspotChief', 'participant'] as const)
      expect(decide(user(role), 'mergePersons', aCase()).allowed).toBe(false);
  });

  it('chasing: those who lead the group; escalating at once: project lead and hotspot chief', () => {
    for (const role of LEADS) {
      expect(decide(user(role), 'chaseAction', aCase())).toEqual({ allowed: true, policies: ['case.chase'] });
      expect(decide(user(role), 'chaseAction', aCase({ groupId: 'group-2' })).allowed).toBe(false);
      const escalates = role !== 'coordinator';
      expect(decide(user(role), 'escalateAction', aCase())).toEqual({
        allowed: escalates,
        policies: escalates ? ['case.escalate'] : [],
      });
      expect(decide(user(role), 'escalateAction', aCase({ groupId: 'group-2' })).allowed).toBe(false);
    }
    for (const action of ['chaseAction', 'escalateAction'] as const)
      expect(decide(user('participant'), action, aCase({ actionOwnerId: 'bif' })).allowed).toBe(false);
  });

  it('referring and importing: into own groups only', () => {
    expect(decide(user('participant'), 'referCase', group())).toEqual({ allowed: true, policies: ['case.refer'] });
    expect(decide(user('participant'), 'referCase', group('group-2')).allowed).toBe(false);
    expect(decide(user('projectLead'), 'importCases', group())).toEqual({ allowed: true, policies: ['case.import'] });
    expect(decide(user('projectLead'), 'importCases', group('group-2')).allowed).toBe(false);
    expect(decide(user('participant'), 'importCases', group()).allowed).toBe(false);
  });

  it('recalling a disclosure: leads and who takes part; reviewing what rests on it: leads', () => {
    for (const role of LEADS) {
      for (const action of ['recallDisclosure', 'reviewRecalls'] as const) {
        expect(decide(user(role), action, aCase())).toEqual({ allowed: true, policies: ['case.lead'] });
        expect(decide(user(role), action, aCase({ groupId: 'group-2' })).allowed).toBe(false);
      }
    }
    expect(decide(user('participant'), 'recallDisclosure', aCase()).policies).toEqual(['case.participant']);
    expect(decide(user('participant'), 'recallDisclosure', aCase({ organisationIds: ['sof'] })).allowed).toBe(false);
    expect(decide(user('participant'), 'reviewRecalls', aCase()).allowed).toBe(false);
  });

  it('the police recall what the police shared also after they have left the case', () => {
    const left = (rest: Partial<CaseResource> = {}) => aCase({ organisationIds: ['sof'], authorityLeft: true, ...rest });
    expect(decide(user('participant', 'police'), 'recallDisclosure', left())).toEqual({
      allowed: true,
      policies: ['case.recall-left'],
    });
    for (const role of LEADS)
      expect(decide(user(role, 'police'), 'recallDisclosure', left()).policies).toContain('case.recall-left');
    for (const rest of [{ authorityLeft: false }, { groupId: 'group-2' }, { excludedUserIds: ['user-1'] }])
      expect(decide(user('participant', 'police'), 'recallDisclosure', left(rest)).allowed).toBe(false);
    expect(decide(user('participant', 'police'), 'recallDisclosure', aCase({ organisationIds: ['sof'] })).allowed).toBe(false);
    expect(decide(user('participant'), 'recallDisclosure', left()).allowed).toBe(false);
    for (const role of ['auditor', 'steeringMember', 'administrator'] as const)
      expect(decide(user(role, 'police'), 'recallDisclosure', left()).allowed).toBe(false);
  });

  it('what an organisation knew: leads of any, a participant of the own, municipal auditors without its words', () => {
    const of = (knowerId: string, rest: Partial<CaseResource> = {}) => aCase({ knowerId, ...rest });
    for (const role of LEADS) {
      expect(decide(user(role), 'readKnowledge', of('sof'))).toEqual({ allowed: true, policies: ['case.lead'] });
      expect(decide(user(role), 'readKnowledge', of('sof', { groupId: 'group-2' })).allowed).toBe(false);
    }
    expect(decide(user('participant'), 'readKnowledge', of('bif'))).toEqual({ allowed: true, policies: ['case.own-knowledge'] });
    expect(decide(user('participant'), 'readKnowledge', of('sof')).allowed).toBe(false);
    expect(decide(user('participant'), 'readKnowledge', aCase()).allowed).toBe(false);
    // It has left the case, or is of another group.
    expect(decide(user('participant'), 'readKnowledge', of('bif', { organisationIds: ['sof'] })).allowed).toBe(false);
    expect(decide(user('participant'), 'readKnowledge', of('bif', { groupId: 'group-2' })).allowed).toBe(false);
    expect(decide(user('participant'), 'readKnowledge', of('bif', { excludedUserIds: ['user-1'] })).allowed).toBe(false);
    expect(decide(user('auditor'), 'reviewKnowledge', of('bif', { groupId: 'group-2' })).policies).toEqual(['audit.knowledge']);
    for (const kind of ['police', 'other'] as const)
      expect(decide(user('auditor', kind), 'reviewKnowledge', of('bif')).allowed).toBe(false);
    expect(decide(user('coordinator'), 'reviewKnowledge', of('bif')).allowed).toBe(false);
  });

  it('auditors see the whole sharing log, not the cases', () => {
    expect(decide(user('auditor', 'other'), 'readSharingLog', aCase({ groupId: 'group-2' })).policies).toEqual(['audit.logs']);
    expect(decide(user('auditor'), 'readCase', aCase()).allowed).toBe(false);
  });
});

describe('erasing', () => {
  const ACTS = ['readErasures', 'proposeErasure', 'approveErasure'] as const;
  it.each(LEADS)('%s: the cases of own groups', (role) => {
    for (const action of ACTS) {
      expect(decide(user(role), action, aCase())).toEqual({ allowed: true, policies: ['erasure.lead'] });
      expect(decide(user(role), action, aCase({ groupId: 'group-2' })).allowed).toBe(false);
      expect(decide(user(role), action, aCase({ excludedUserIds: ['user-1'] })).allowed).toBe(false);
    }
  });

  it('the participant of the police approves where the police take part, and proposes nothing; no other participant does either', () => {
    const police = user('participant', 'police', { organisationId: 'politi' });
    for (const action of ['readErasures', 'approveErasure'] as const) {
      const theirs = aCase({ organisationIds: ['bif', 'politi'] });
      expect(decide(police, action, theirs)).toEqual({ allowed: true, policies: ['erasure.police'] });
      expect(decide(police, action, aCase()).allowed).toBe(false);
      expect(decide({ ...police, groups: [] }, action, theirs).allowed).toBe(false);
      expect(decide(user('participant'), action, aCase()).allowed).toBe(false);
    }
    expect(decide(police, 'proposeErasure', aCase({ organisationIds: ['politi'] })).allowed).toBe(false);
  });

  it('auditors read, and approve nothing', () => {
    for (const kind of ORGANISATION_KINDS) {
      expect(decide(user('auditor', kind), 'readErasures', aCase({ groupId: 'group-2' })).policies).toEqual(['erasure.audit']);
      expect(decide(user('auditor', kind), 'approveErasure', aCase()).allowed).toBe(false);
    }
  });
});

it('a protected address: coordinator and project lead of the municipality, in their own groups, not when excluded', () => {
  for (const role of ROLES)
    for (const kind of ORGANISATION_KINDS) {
      const may = kind === 'municipal' && (role === 'coordinator' || role === 'projectLead');
      expect([role, kind, decide(user(role, kind), 'readProtectedAddress', aCase()).allowed]).toEqual([role, kind, may]);
    }
  const lead = user('coordinator');
  expect(decide(lead, 'readProtectedAddress', aCase()).policies).toEqual(['personal-data.protected-address']);
  expect(decide(lead, 'readProtectedAddress', aCase({ groupId: 'group-2' })).allowed).toBe(false);
  expect(decide(lead, 'readProtectedAddress', aCase({ excludedUserIds: ['user-1'] })).allowed).toBe(false);
});

describe('the classes of text (field-classes.md)', () => {
  const audiences = { 'all of the case': [false, false], others: [true, false], own: [true, true] } as const;
  const rows = readFileSync(join(folder, '../../field-classes.md'), 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('| ') && !line.startsWith('| -') && !line.startsWith('| for '))
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim().replaceAll('`', '')),
    );
  const classes = FIELD_CLASSES.filter((each) => each !== 'staff');
  const cell = (role: Role, fieldClass: FieldClass, [addressed, party]: readonly [boolean, boolean]) =>
    ORGANISATION_KINDS.map((kind) => {
      const { allowed } = decide(user(role, kind), 'readText', { type: 'Text', fieldClass, addressed, party });
      return allowed ? kind[0] : '-';
    }).join('');

  it('lists every audience, class and role, once, and each is as the policies say', () => {
    const measured = Object.entries(audiences).flatMap(([audience, flags]) =>
      classes.map((fieldClass) => [audience, fieldClass, ...ROLES.map((role) => cell(role, fieldClass, flags))]),
    );
    expect(rows).toEqual(measured);
  });

  it('the schema knows the classes of the code, but for those of staff', () => {
    const schema = schemaToJson(readFileSync(join(folder, 'schema.cedarschema'), 'utf8'));
    if (schema.type === 'failure') throw new Error('the schema does not parse');
    expect((schema.json['']!.entityTypes['FieldClass'] as { enum: string[] }).enum).toEqual(classes);
  });

  it.each([
    ['text.party', user('participant', 'police'), 'health', [true, true]],
    ['text.lead', user('coordinator'), 'crime', [true, false]],
    ['text.participant', user('participant'), 'family', [false, false]],
    ['text.police', user('participant', 'police'), 'crime', [false, false]],
  ] as const)('%s decides', (id, principal, fieldClass, [addressed, party]) => {
    expect(decide(principal, 'readText', { type: 'Text', fieldClass, addressed, party })).toEqual({
      allowed: true,
      policies: [id],
    });
  });
});

describe('break-glass', () => {
  type Opening = Extract<Resource, { type: 'BreakGlass' }>;
  const opening = (rest: Partial<Opening> = {}): Opening => ({
    ...{ type: 'BreakGlass', openedBy: 'user-2', groupIds: ['group-1'], excludedUserIds: [], over: false },
    ...rest,
  });
  const own = (rest: Partial<Opening> = {}) => opening({ openedBy: 'user-1', ...rest });

  it('only who opened it looks, while its time lasts, and not when excluded', () => {
    const auditor = user('auditor');
    expect(decide(auditor, 'breakGlass', own())).toEqual({ allowed: true, policies: ['break-glass.auditor'] });
    expect(decide(auditor, 'breakGlass', opening())).toEqual({ allowed: false, policies: [] });
    expect(decide(auditor, 'breakGlass', own({ over: true }))).toEqual({ allowed: false, policies: ['break-glass.over'] });
    const excluded = own({ excludedUserIds: ['user-1'] });
    expect(decide(auditor, 'breakGlass', excluded)).toEqual({ allowed: false, policies: ['break-glass.excluded'] });
  });

  it('no other role and kind, and no partner ever', () => {
    for (const role of ROLES)
      for (const kind of ORGANISATION_KINDS)
        expect([role, kind, decide(user(role, kind), 'breakGlass', own()).allowed]).toEqual([
          ...[role, kind],
          role === 'auditor' && kind === 'municipal',
        ]);
  });

  it('somebody else reviews: another auditor, or the hotspot chief of a group of the person', () => {
    const review = (role: Role, resource: Opening, kind?: OrganisationKind) =>
      decide(user(role, kind), 'reviewBreakGlass', resource);
    for (const role of ['auditor', 'hotspotChief'] as const) {
      expect(review(role, opening())).toEqual({ allowed: true, policies: ['break-glass.review'] });
      expect(review(role, own())).toEqual({ allowed: false, policies: ['break-glass.own'] });
      expect(review(role, opening({ excludedUserIds: ['user-1'] })).policies).toEqual(['break-glass.excluded']);
      for (const kind of ['police', 'other'] as const) expect(review(role, opening(), kind).allowed).toBe(false);
    }
    expect(review('hotspotChief', opening({ groupIds: ['group-2'] })).allowed).toBe(false);
    expect(review('auditor', opening({ groupIds: [] })).allowed).toBe(true);
    for (const role of ['coordinator', 'projectLead', 'participant', 'steeringMember', 'administrator'] as const)
      expect(review(role, opening()).allowed).toBe(false);
  });

  it('reasons are for the auditors of the municipality', () => {
    expect(decide(user('auditor'), 'readReasons')).toEqual({ allowed: true, policies: ['break-glass.reasons'] });
  });
});

describe('spot checks', () => {
  it('are drawn and reviewed by the auditors of the municipality', () => {
    expect(decide(user('auditor'), 'reviewSpotChecks')).toEqual({ allowed: true, policies: ['audit.spot-checks'] });
    for (const kind of ['police', 'other'] as const)
      expect(decide(user('auditor', kind), 'reviewSpotChecks').allowed).toBe(false);
  });
});

describe('escalations and the steering group', () => {
  type EscalationResource = Extract<Resource, { type: 'Escalation' }>;
  const anEscalation = (rest: Partial<EscalationResource> = {}): EscalationResource => ({
    ...{ type: 'Escalation', groupId: 'group-1', excludedUserIds: [], nameOpened: false },
    ...rest,
  });
  const elsewhere = anEscalation({ groupId: 'group-2' });
  const member = user('steeringMember', 'police', { groups: [] });

  it('leads: those of the own groups, each what is theirs to do', () => {
    const theirs: Partial<Record<Action, readonly (typeof LEADS)[number][]>> = {
      readEscalations: LEADS,
      readEscalationSummary: LEADS,
      readEscalationName: LEADS,
      openEscalationName: LEADS,
      summariseEscalation: ['projectLead', 'hotspotChief'],
      decideEscalation: ['hotspotChief'],
      takeToDirectors: ['hotspotChief'],
    };
    for (const [action, roles] of Object.entries(theirs) as [Action, readonly Role[]][])
      for (const role of WORKERS) {
        expect({ action, role, ...decide(user(role), action, anEscalation()) }).toMatchObject({ allowed: roles.includes(role) });
        expect(decide(user(role), action, elsewhere).allowed).toBe(false);
      }
    for (const role of WORKERS) {
      expect(decide(user(role), 'readSteeringMeetings', group()).allowed).toBe(role !== 'participant');
      expect(decide(user(role), 'runSteeringMeeting', group()).allowed).toBe(role === 'projectLead' || role === 'hotspotChief');
      for (const action of ['readSteeringMeetings', 'runSteeringMeeting'] as const)
        expect(decide(user(role), action, group('group-2')).allowed).toBe(false);
    }
  });

  it('a member sees every escalation, no name until it is opened for that one, and decides', () => {
    for (const action of ['readEscalations', 'readEscalationSummary'] as const)
      expect(decide(member, action, anEscalation())).toEqual({ allowed: true, policies: ['steering.member-reads'] });
    expect(decide(member, 'readSteeringMeetings', group('group-2')).allowed).toBe(true);
    expect(decide(member, 'readEscalationName', anEscalation())).toEqual({ allowed: false, policies: [] });
    const opened = ['steering.member-reads-opened-name'];
    expect(decide(member, 'readEscalationName', anEscalation({ nameOpened: true }))).toEqual({ allowed: true, policies: opened });
    expect(decide(member, 'decideEscalation', anEscalation()).policies).toEqual(['steering.decide']);
    for (const action of ['openEscalationName', 'summariseEscalation', 'takeToDirectors'] as const)
      expect(decide(member, action, anEscalation({ nameOpened: true })).allowed).toBe(false);
    for (const action of ['readCase', 'readPerson'] as const) expect(decide(member, action, aCase()).allowed).toBe(false);
  });

  it('auditors of any kind see that they are there, and no texts', () => {
    for (const kind of ORGANISATION_KINDS) {
      expect(decide(user('auditor', kind), 'readEscalations', elsewhere).policies).toEqual(['steering.audit']);
      const opened = anEscalation({ nameOpened: true });
      for (const action of ['readEscalationSummary', 'readEscalationName', 'decideEscalation'] as const)
        expect(decide(user('auditor', kind), action, opened).allowed).toBe(false);
    }
  });

  it('who is excluded from the case has no access, whoever it is', () => {
    const excluding = anEscalation({ excludedUserIds: ['user-1'], nameOpened: true });
    for (const role of [...LEADS, 'steeringMember'] as const)
      for (const action of ['readEscalations', 'readEscalationName', 'decideEscalation'] as const)
        expect(decide(user(role), action, excluding)).toEqual({ allowed: false, policies: ['steering.excluded-worker'] });
  });
});

describe('the meeting and what is shared', () => {
  it('members of the group, and nobody else', () => {
    for (const action of ['readMeetings', 'attendMeeting', 'readAgenda', 'readMinutes'] as const)
      for (const role of WORKERS) {
        expect(decide(user(role), action, group())).toEqual({ allowed: true, policies: ['meeting.member'] });
        expect(decide(user(role), action, group('group-2')).allowed).toBe(false);
      }
    expect(decide(user('coordinator'), 'runMeeting', group())).toEqual({ allowed: true, policies: ['meeting.run'] });
    expect(decide(user('coordinator'), 'runMeeting', group('group-2')).allowed).toBe(false);
    expect(decide(user('participant'), 'runMeeting', group()).allowed).toBe(false);
  });

  it('rule 8: no closed item and no sharing while the room is mixed', () => {
    for (const action of ['openClosedItem', 'shareInRoom'] as const) {
      for (const role of LEADS) {
        expect(decide(user(role), action, room(false))).toEqual({ allowed: true, policies: ['meeting.closed-part'] });
        expect(decide(user(role), action, room(true))).toEqual({ allowed: false, policies: ['meeting.mixed-room'] });
        expect(decide(user(role), action, room(false, 'group-2')).allowed).toBe(false);
      }
      for (const role of ROLES.filter((r) => !LEADS.some((lead) => lead === r)))
        expect(decide(user(role), action, room(false)).allowed).toBe(false);
    }
  });

  it('rules 1 and 4: the purposes of the law, and never investigation', () => {
    for (const word of PURPOSES) {
      const lawful = { allowed: true, policies: ['information-sharing.lawful-purpose'] };
      for (const role of WORKERS) expect(decide(user(role), 'shareInformation', purpose(word))).toEqual(lawful);
      for (const role of LEADS) expect(decide(user(role), 'shareInRoom', purpose(word))).toEqual(lawful);
      expect(decide(user('participant'), 'shareInRoom', purpose(word)).allowed).toBe(false);
      for (const role of ROLES.filter((r) => !WORKERS.some((worker) => worker === r)))
        for (const action of ['shareInformation', 'shareInRoom'] as const)
          expect(decide(user(role), action, purpose(word)).allowed).toBe(false);
    }
    for (const role of WORKERS)
      expect(decide(user(role, 'police'), 'shareInformation', purpose('investigation'))).toEqual({
        allowed: false,
        policies: ['information-sharing.never-for-investigation'],
      });
    expect(decide(user('participant'), 'shareInformation', purpose('curiosity'))).toEqual({ allowed: false, policies: [] });
  });
});

describe('the files', () => {
  it('every policy is decisive in one of the cases above, and no other is', () => {
    expect([...decided].sort()).toEqual(
      policiesInForce()
        .policies.map((p) => p.id)
        .sort(),
    );
  });

  const altered = (alter: (text: string) => string, file = 'case.cedar') => {
    const copy = mkdtempSync(join(tmpdir(), 'policies-'));
    try {
      cpSync(folder, copy, { recursive: true });
      writeFileSync(join(copy, file), alter(readFileSync(join(copy, file), 'utf8')));
      return loadPolicies(copy);
    } finally {
      rmSync(copy, { recursive: true });
    }
  };

  it('have a version that follows their text', () => {
    expect(altered((text) => text).version).toBe(policiesInForce().version);
    expect(altered((text) => text.replace('case.refer', 'case.send')).version).not.toBe(policiesInForce().version);
  });

  it.each<[string, RegExp, (text: string) => string, string?]>([
    ['a syntax error', /^case\.cedar: .*\ballow\b/, (text) => text.replace('permit', 'allow')],
    ['an unknown role', /^case\..*chairman/, (text) => text.replace('Role::"coordinator"', 'Role::"chairman"')],
    ['an unknown action', /referCases/, (text) => text.replace('Action::"referCase"', 'Action::"referCases"')],
    ['an unknown attribute', /departments/, (text) => text.replace('resource.organisations', 'resource.departments')],
    ['no law', /^case\.cedar: no @lawRef: case\.\S+$/, (text) => text.replace(/@lawRef\(.*\)\n/, '')],
    ['no Danish', /^case\.cedar: no @da: case\.\S+$/, (text) => text.replace(/@da\(.*\)\n/, '')],
    ['no id', /^case\.cedar: no @id: @lawRef.*permit/s, (text) => text.replace(/@id\(.*\)\n/, '')],
    ['nothing said of it', /^case\.cedar: no @id: forbid/, (text) => `${text}\nforbid (principal, action, resource);`],
    ['an id twice', /^two policies have the id case\.lead$/, (text) => text.replace('case.refer', 'case.lead')],
    [
      'a template',
      /^case\.cedar: templates are not used$/,
      (text) => `${text}\n@id("x") permit (principal == ?principal, action, resource);`,
    ],
    [
      'a schema that is none',
      /^schema\.cedarschema: ./,
      (text) => text.replace('entity Group;', 'entity Group'),
      'schema.cedarschema',
    ],
    [
      'a schema that lacks a word of theirs',
      /(^|; )case\.lead: [^;]*hotspotChief[^;]*; [a-z-]+\.[a-z-]+: /,
      (text) => text.replace('"hotspotChief", ', ''),
      'schema.cedarschema',
    ],
    [
      'one that can never apply',
      /^case\.never: /,
      (text) => `${text}\n@id("case.never")@lawRef("x")@da("x")@en("x")\nforbid (principal, action, resource) when { false };`,
    ],
  ])('are refused with %s, and the message says where', (_, message, alter, ...file) => {
    expect(() => altered(alter, ...file)).toThrow(PolicyError);
    expect(() => altered(alter, ...file)).toThrow(message);
  });
});
