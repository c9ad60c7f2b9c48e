// The streams that say who is who: organisations, users, groups, areas, rule sets, persons.
import { command, contextOf, given, parties } from '@app/testing';
import { groupDecider, type GroupFolded } from '../group/group.js';
import { hotspotDecider } from '../hotspot/hotspot.js';
import { organisationDecider } from '../organisation/organisation.js';
import { personDecider, type Identity, type PersonFolded } from '../person/person.js';
import { DEFAULT_RULE_SET, ruleSetDecider } from '../ruleset/ruleset.js';
import { ROLES_BY_KIND, userDecider } from '../user/user.js';
import { unreachable } from './decider.js';
import { ORGANISATION_KINDS, ROLES, type OrganisationKind, type Role } from './vocabulary.js';

const { bif, police, housing } = parties;

describe('an organisation', () => {
  const registered = { type: 'OrganisationRegistered', data: { ...bif, name: 'BIF' } } as const;
  it('is registered with its kind and authority, which do not change', () => {
    given(organisationDecider).when(command('RegisterOrganisation', registered.data)).then(registered);
    given(organisationDecider, registered)
      .when(command('RegisterOrganisation', { ...registered.data, kind: 'other' }))
      .thenRefused('organisation.exists');
  });
  it('is renamed when it exists', () => {
    given(organisationDecider)
      .when(command('RenameOrganisation', { organisationId: 'bif', name: 'Job' }))
      .thenRefused('organisation.unknown');
  });
});

describe('a hotspot', () => {
  it('is designated once', () => {
    const data = { areaId: 'a1', name: 'Akacieparken', authorityId: 'municipality' };
    given(hotspotDecider, { type: 'HotspotDesignated', data })
      .when(command('DesignateHotspot', { ...data, name: 'Elsewhere' }))
      .thenRefused('hotspot.exists');
  });
});

describe('a rule set', () => {
  it('is never changed, only followed by another', () => {
    given(ruleSetDecider, { type: 'RuleSetAdopted', data: DEFAULT_RULE_SET })
      .when(command('AdoptRuleSet', { ...DEFAULT_RULE_SET, silentAfterDays: 14 }))
      .thenRefused('ruleset.exists');
  });
  it('has purposes, and thresholds that mean something', () => {
    for (const over of [
      { purposes: [] },
      { necessityMinLength: 0 },
      { validFrom: '2026-02-30' },
      { agendaWorkingDaysBefore: -1 },
    ])
      given(ruleSetDecider)
        .when(command('AdoptRuleSet', { ...DEFAULT_RULE_SET, ...over }))
        .thenRefused('ruleset.values');
  });
});

describe('a user', () => {
  const enrol = (organisationKind: OrganisationKind, role: Role) =>
    command('EnrolUser', {
      ...{ userId: 'u1', organisationId: 'org', organisationKind, role, subjectHash: 'hash' },
      name: 'Ansat Testperson',
    });
  const enrolled = {
    type: 'UserEnrolled',
    data: { userId: 'u1', organisationId: 'org', organisationKind: 'other', role: 'partner', subjectHash: 'hash' },
  } as const;

  it('has the name under the user’s own key', () => {
    given(userDecider)
      .when(enrol('other', 'partner'))
      .then({ ...enrolled, subject: { id: 'u1', scope: 'identity' }, text: { name: 'Ansat Testperson' } });
  });
  it.each(ORGANISATION_KINDS.flatMap((kind) => ROLES.map((role) => ({ kind, role }))))('$kind, $role', ({ kind, role }) => {
    const { decision } = given(userDecider).when(enrol(kind, role));
    const allowed = {
      municipal: role !== 'partner',
      police: ['participant', 'steeringMember', 'coordinator', 'projectLead', 'auditor'].includes(role),
      other: ['partner', 'auditor'].includes(role),
    }[kind];
    expect(decision.refusal?.rule).toBe(allowed ? undefined : 'user.role-for-kind');
    expect(ROLES_BY_KIND[kind].includes(role)).toBe(allowed);
  });
  it('of kind other never gets a role that sees personal data by changing it', () => {
    given(userDecider, enrolled)
      .when(command('ChangeRole', { userId: 'u1', role: 'participant' }))
      .thenRefused('user.role-for-kind');
  });
  it('who left gets no other role', () => {
    const left = { type: 'UserLeft', data: { userId: 'u1', on: '2026-11-01' } } as const;
    given(userDecider, enrolled, left)
      .when(command('ChangeRole', { userId: 'u1', role: 'auditor' }))
      .thenRefused('user.left');
    given(userDecider, enrolled, left)
      .when(command('RecordUserLeft', { userId: 'u1', on: '2026-12-01' }))
      .thenRefused('user.left');
    given(userDecider)
      .when(command('RecordUserLeft', { userId: 'u1', on: '2026-12-01' }))
      .thenRefused('user.unknown');
  });
});

describe('a group', () => {
  const data = {
    ...{ groupId: 'g1', name: 'Fremdriftsgruppen', areaIds: ['a1'] },
    series: { weekday: 2, startTime: '09:00', durationMinutes: 90 },
  };
  const formed: GroupFolded = { type: 'GroupFormed', data };
  const joined: GroupFolded = { type: 'OrganisationJoinedGroup', data: { groupId: 'g1', ...bif } };
  const member: GroupFolded = {
    type: 'MemberJoined',
    data: { groupId: 'g1', userId: 'u1', organisationId: 'bif', from: '2026-01-01' },
  };
  const left: GroupFolded = { type: 'MemberLeft', data: { groupId: 'g1', userId: 'u1', on: '2026-06-01' } };
  const add = (over: object = {}) =>
    command('AddMember', { ...{ groupId: 'g1', userId: 'u1', organisationId: 'bif', from: '2026-06-01' }, ...over });

  it('only municipal and police organisations join', () => {
    const join = (party: typeof bif | typeof police | typeof housing) =>
      command('AddOrganisationToGroup', { groupId: 'g1', ...party });
    given(groupDecider, formed).when(join(housing)).thenRefused('organisation.kind');
    given(groupDecider, formed)
      .when(join(police))
      .then({ type: 'OrganisationJoinedGroup', data: { groupId: 'g1', ...police } });
    given(groupDecider).when(join(police)).thenRefused('group.unknown');
  });
  it.each([{ weekday: 0 }, { weekday: 8 }, { durationMinutes: 4 }, { durationMinutes: 481 }])('no series with %p', (over) => {
    given(groupDecider)
      .when(command('FormGroup', { ...data, series: { ...data.series, ...over } }))
      .thenRefused('group.series');
  });
  it('a member comes from an organisation of the group, and is one once at a time', () => {
    given(groupDecider, formed).when(add()).thenRefused('group.organisation-not-taking-part');
    given(groupDecider, formed, joined, member).when(add()).thenRefused('member.exists');
    given(groupDecider, formed, joined, member, left)
      .when(add({ from: '2026-05-01' }))
      .thenRefused('member.exists');
    given(groupDecider, formed, joined, member, left)
      .when(add())
      .then({ type: 'MemberJoined', data: { groupId: 'g1', userId: 'u1', organisationId: 'bif', from: '2026-06-01' } });
  });
  it('a deputy stands in for a member, not for oneself', () => {
    const deputy = (deputyUserId: string) => command('NameDeputy', { groupId: 'g1', userId: 'u1', deputyUserId });
    given(groupDecider, formed, joined).when(deputy('u2')).thenRefused('member.unknown');
    given(groupDecider, formed, joined, member, left).when(deputy('u2')).thenRefused('member.unknown');
    given(groupDecider, formed, joined, member).when(deputy('u1')).thenRefused('group.deputy-self');
  });
  it('an organisation with members stays; members leave after they joined', () => {
    const leave = command('RemoveOrganisationFromGroup', { groupId: 'g1', organisationId: 'bif' });
    given(groupDecider, formed, joined, member).when(leave).thenRefused('group.organisation-has-members');
    given(groupDecider, formed, joined, member, left)
      .when(leave)
      .then({ type: 'OrganisationLeftGroup', data: { groupId: 'g1', organisationId: 'bif' } });
    const remove = (on: string) => command('RemoveMember', { groupId: 'g1', userId: 'u1', on });
    given(groupDecider, formed, joined, member).when(remove('2025-12-31')).thenRefused('group.member-dates');
    given(groupDecider, formed, joined).when(remove('2026-12-31')).thenRefused('member.unknown');
  });
  it('closing days are days', () => {
    given(groupDecider, formed)
      .when(command('SetClosingDays', { groupId: 'g1', dates: ['2026-02-30'] }))
      .thenRefused('group.closing-days');
    given(groupDecider, formed)
      .when(command('SetClosingDays', { groupId: 'g1', dates: [], yearly: ['02-30'] }))
      .thenRefused('group.closing-days');
    given(groupDecider, formed)
      .when(command('SetClosingDays', { groupId: 'g1', dates: ['2026-12-23'] }))
      .then({ type: 'ClosingDaysSet', data: { groupId: 'g1', dates: ['2026-12-23'], yearly: ['06-05', '12-24', '12-31'] } });
  });
  it('has thresholds of its own, none negative', () => {
    const ladder = { ...DEFAULT_RULE_SET.ladder, reminderWorkingDaysBefore: 5 };
    const set = (over: object) => command('SetLadder', { groupId: 'g1', ladder: { ...ladder, ...over } });
    given(groupDecider, formed)
      .when(set({}))
      .then({ type: 'LadderSet', data: { groupId: 'g1', ladder } });
    for (const over of [{ reminderWorkingDaysBefore: -1 }, { escalateAfterHeldMeetings: 0 }, { acceptWithinWorkingDays: 261 }])
      given(groupDecider, formed).when(set(over)).thenRefused('group.ladder');
  });
});

describe('a person', () => {
  const register = (identity: Identity) => command('RegisterPerson', { personId: 'p1', identity });
  const registered: PersonFolded = { type: 'PersonRegistered', data: { personId: 'p1' } };
  const subject = { id: 'p1', scope: 'identity' };

  it('is registered under the person’s own key, nothing in the clear', () => {
    given(personDecider)
      .when(register({ name: 'Ung Testperson', cpr: '0101101234', phone: undefined }))
      .then({ type: 'PersonRegistered', data: { personId: 'p1' }, subject, text: { name: 'Ung Testperson', cpr: '0101101234' } });
  });
  it('has a name or an alias', () => {
    given(personDecider)
      .when(register({ cpr: '0101101234' }))
      .thenRefused('person.nameless');
    expect(given(personDecider).when(register({ alias: 'Ung' })).decision.refusal).toBeUndefined();
  });
  it.each([
    ['person.blank', { name: ' ' }],
    ['person.cpr', { name: 'Ung', cpr: '010110-1234' }],
    ['person.cpr', { name: 'Ung', cpr: '01011012345' }],
    ['person.birth-date', { name: 'Ung', birthDate: '2026-11-25' }],
    ['person.birth-date', { name: 'Ung', birthDate: '2010-02-30' }],
    ['person.birth-date', { name: 'Ung', birthDate: '1810-01-01' }],
  ])('%s', (rule, identity) => {
    const outcome = given(personDecider).when(register(identity));
    outcome.thenRefused(rule);
    expect(JSON.stringify(outcome.decision.refusal)).not.toMatch(/01011|1810|2010-02/);
    given(personDecider, registered)
      .when(command('CorrectPerson', { personId: 'p1', identity }))
      .thenRefused(rule);
  });
  it('rule 7: of any age', () => {
    for (const birthDate of ['2026-11-24', '1940-05-05'])
      expect(given(personDecider).when(register({ name: 'Ung', birthDate })).decision.refusal).toBeUndefined();
  });
  it('is corrected field by field', () => {
    const correct = (identity: Identity, removed: 'phone'[]) => command('CorrectPerson', { personId: 'p1', identity, removed });
    given(personDecider, registered)
      .when(correct({ name: 'Ung T. Testperson' }, ['phone']))
      .then({
        type: 'PersonCorrected',
        data: { personId: 'p1', removed: ['phone'] },
        subject,
        text: { name: 'Ung T. Testperson' },
      });
    given(personDecider, registered)
      .when(correct({ phone: '12345678' }, ['phone']))
      .thenRefused('person.contradiction');
    given(personDecider, registered).when(correct({}, [])).then();
    given(personDecider)
      .when(correct({ name: 'Ung' }, []))
      .thenRefused('person.unknown');
  });
});

describe('a decider', () => {
  it('fails on an event it does not know', () => {
    expect(() => given(personDecider, { type: 'PersonForgotten', data: {} } as unknown as PersonFolded)).toThrow(
      'unhandled PersonForgotten',
    );
    expect(() => unreachable({ type: 'Stranger' } as never)).toThrow('unhandled Stranger');
    expect(contextOf().today).toBe('2026-11-24');
  });
});
