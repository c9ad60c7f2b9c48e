// Rule 12: what is erased when, who decides it, and what stops it.
import { actors, command, given, parties } from '@app/testing';
import { DEFAULT_RULE_SET, retentionEnds, ruleSetCodec } from '../ruleset/ruleset.js';
import { personDecider, type PersonFolded } from './person.js';
import type { ErasureFacts } from './erasure.js';

const AT = '2026-11-24T08:00:00.000Z';
const REGRET = '2026-12-01T08:00:00.000Z';
const MUNICIPALITY = parties.bif.authorityId;
const POLICE = parties.police.authorityId;
const as = (actor: keyof typeof actors, at = AT) => ({ actor: actors[actor], at });

const personId = 'p1';
const registered: PersonFolded = { type: 'PersonRegistered', data: { personId } };
const facts = (over: Partial<ErasureFacts> = {}): ErasureFacts => ({ authorities: [MUNICIPALITY], liveCaseIds: [], ...over });
const proposed = (over: object = {}): PersonFolded => ({
  type: 'ErasureProposed',
  data: {
    ...{ personId, erasureId: 'e1', caseId: 'c1', ground: 'objection', proposedBy: actors.coordinator.userId },
    ...{ authorities: [MUNICIPALITY] },
    ...over,
  },
});
const approved = (over: object = {}): PersonFolded => ({
  type: 'ErasureApproved',
  data: {
    ...{ personId, erasureId: 'e1', authorityId: MUNICIPALITY, approvedBy: actors.projectLead.userId, regretUntil: REGRET },
    ...over,
  },
});
const archived: PersonFolded = { type: 'ArchivingNotRequired', data: { personId, erasureId: 'e1', ground: 'disposal-rules' } };
const started = (over: object = {}): PersonFolded => ({
  type: 'ErasureStarted',
  data: { personId, erasureId: 'e1', caseId: 'c1', ...over },
});
const held = (caseId?: string): PersonFolded => ({
  type: 'LegalHoldPlaced',
  data: { personId, holdId: 'h1', ground: 'complaint', reviewOn: '2027-01-01', ...(caseId !== undefined && { caseId }) },
});
const lifted: PersonFolded = { type: 'LegalHoldLifted', data: { personId, holdId: 'h1' } };

const propose = (over: object = {}, context = as('coordinator')) =>
  command(
    'ProposeErasure',
    {
      ...{ personId, erasureId: 'e1', caseId: 'c1', ground: 'objection' as const, reason: 'Bedt om det' },
      ...{ facts: facts() },
      ...over,
    },
    context,
  );
const approve = (actor: keyof typeof actors, at = AT) => command('ApproveErasure', { personId, erasureId: 'e1' }, as(actor, at));
const withdraw = command('WithdrawErasure', { personId, erasureId: 'e1', reason: 'Fortrudt' });
const start = (at = REGRET, over: Partial<ErasureFacts> = {}) =>
  command('StartErasure', { personId, erasureId: 'e1', facts: facts(over) }, { at });
const archive = command('RecordArchiving', {
  ...{ personId, erasureId: 'e1' },
  archiving: { outcome: 'delivered', archiveId: 'stadsarkivet', deliveryId: 'a-1' },
});
const hold = (over: object = {}) =>
  command('PlaceLegalHold', {
    ...{ personId, holdId: 'h1', ground: 'complaint' as const, reviewOn: '2027-01-01', note: 'Klage' },
    ...over,
  });
const subject = { id: personId, scope: 'c1' };

describe('retention', () => {
  const ends = (on: string, withoutAction = false) => retentionEnds(on, withoutAction, DEFAULT_RULE_SET);
  it('is a year for a case closed without action, five for others, and a leap day ends the day after', () => {
    expect(ends('2026-11-24')).toBe('2031-11-24');
    expect(ends('2026-11-24', true)).toBe('2027-11-24');
    expect(ends('2024-02-29')).toBe('2029-03-01');
    expect(ends('2027-02-28', true)).toBe('2028-02-28');
  });
  it('is what it was for rule sets from before it was in them', () => {
    const { retention, ...older } = DEFAULT_RULE_SET;
    expect(ruleSetCodec.decode('RuleSetAdopted', 1, older).data.retention).toEqual(retention);
    expect(() => ruleSetCodec.decode('RuleSetAdopted', 2, older)).toThrow('retention');
  });
  it('is the ground from the first day it is due, not a day before', () => {
    const on = (today: string) =>
      propose(
        { ground: 'retention', reason: undefined, facts: facts({ retention: { endedOn: '2021-11-24', dueOn: '2026-11-24' } }) },
        { ...as('coordinator'), ...{ today } },
      );
    given(personDecider, registered).when(on('2026-11-23')).thenRefused('erasure.not-due');
    given(personDecider, registered)
      .when(on('2026-11-24'))
      .then({
        ...(proposed({ ground: 'retention', retention: { endedOn: '2021-11-24', dueOn: '2026-11-24' } }) as never as object),
        ...{ subject, text: {} },
      } as never);
    given(personDecider, registered)
      .when(propose({ ground: 'retention' }))
      .thenRefused('erasure.not-due');
  });
});

describe('an erasure is proposed', () => {
  it('with its reason under the key it is about, and the authorities that must approve', () => {
    given(personDecider, registered)
      .when(propose({ facts: facts({ authorities: [POLICE, MUNICIPALITY] }) }))
      .then({
        ...(proposed({ authorities: [MUNICIPALITY, POLICE].sort() }) as never as object),
        ...{ subject, text: { reason: 'Bedt om det' } },
      } as never);
    const whole = given(personDecider, registered).when(propose({ caseId: undefined })).decision.events[0]!;
    expect(whole.subject).toEqual({ id: personId, scope: 'identity' });
    expect(whole.data).not.toHaveProperty('caseId');
  });
  it.each([
    ['erasure.case-not-ended', [], { facts: facts({ liveCaseIds: ['c1'] }) }],
    ['erasure.reason', [], { reason: undefined }],
    ['erasure.under-way', [proposed()], { erasureId: 'e2' }],
    ['erasure.under-way', [proposed()], { erasureId: 'e2', caseId: undefined }],
    ['erasure.under-way', [proposed({ caseId: undefined })], { erasureId: 'e2' }],
    ['erasure.exists', [proposed()], { caseId: 'c2' }],
    ['erasure.legal-hold', [held()], {}],
    ['erasure.legal-hold', [held('c1')], {}],
    ['erasure.legal-hold', [held('c1')], { caseId: undefined }],
    ['case.erased', [proposed(), approved(), archived, started()], { erasureId: 'e2' }],
    [
      'person.erased',
      [proposed({ caseId: undefined }), approved(), archived, started({ caseId: undefined })],
      { erasureId: 'e2' },
    ],
  ] as const)('not: %s (%#)', (rule, history, over) => {
    given(personDecider, registered, ...history)
      .when(propose(over))
      .thenRefused(rule);
  });
  it('also beside one of another case, after one withdrawn, and when the hold is lifted or another case’s', () => {
    const gone: PersonFolded = { type: 'ErasureWithdrawn', data: { personId, erasureId: 'e1', cause: 'person' } };
    for (const history of [[proposed({ caseId: 'c2' })], [proposed(), gone], [held(), lifted], [held('c2')]])
      expect(given(personDecider, registered, ...history).when(propose({ erasureId: 'e2' })).decision.refusal).toBeUndefined();
  });
});

describe('an erasure is approved', () => {
  it('by somebody else than who proposed it, and regretted for 7 days', () => {
    given(personDecider, registered, proposed()).when(approve('coordinator')).thenRefused('erasure.self-approval');
    given(personDecider, registered, proposed())
      .when(approve('projectLead'))
      .then(approved() as never);
  });
  it('by every authority whose data it is, each for itself; the last one starts the 7 days', () => {
    const both = proposed({ authorities: [MUNICIPALITY, POLICE] });
    const first = given(personDecider, registered, both).when(approve('projectLead'));
    first.then(approved({ regretUntil: undefined }) as never);
    given(personDecider, registered, both, approved({ regretUntil: undefined }))
      .when(approve('police', '2026-11-30T08:00:00.000Z'))
      .then(
        approved({
          ...{ authorityId: POLICE, approvedBy: actors.police.userId, regretUntil: '2026-12-07T08:00:00.000Z' },
        }) as never,
      );
    // A second colleague adds nothing.
    given(personDecider, registered, both, approved({ regretUntil: undefined }))
      .when(approve('bif'))
      .then();
    given(personDecider, registered, proposed()).when(approve('police')).thenRefused('erasure.not-your-authority');
  });
  it('not while a hold keeps it, nor after it was withdrawn, nor when it was never proposed', () => {
    given(personDecider, registered, proposed(), held()).when(approve('projectLead')).thenRefused('erasure.legal-hold');
    const gone: PersonFolded = { type: 'ErasureWithdrawn', data: { personId, erasureId: 'e1', cause: 'person' } };
    given(personDecider, registered, proposed(), gone).when(approve('projectLead')).thenRefused('erasure.withdrawn');
    given(personDecider, registered).when(approve('projectLead')).thenRefused('erasure.unknown');
    given(personDecider).when(approve('projectLead')).thenRefused('person.unknown');
  });
});

describe('an erasure begins', () => {
  const ready = [registered, proposed(), approved(), archived];
  it('when the 7 days are over, to the millisecond', () => {
    given(personDecider, ...ready)
      .when(start('2026-12-01T07:59:59.999Z'))
      .thenRefused('erasure.regret');
    given(personDecider, ...ready)
      .when(start())
      .then(started() as never);
  });
  it('not before the archives are settled, every approval is there and no hold keeps it', () => {
    given(personDecider, registered, proposed(), approved()).when(start()).thenRefused('erasure.archiving');
    given(personDecider, registered, proposed(), archived).when(start()).thenRefused('erasure.not-approved');
    for (const hold of [held(), held('c1')])
      given(personDecider, ...ready, hold)
        .when(start())
        .thenRefused('erasure.legal-hold');
    expect(given(personDecider, ...ready, held('c2')).when(start()).decision.refusal).toBeUndefined();
    given(personDecider, registered, proposed(), approved())
      .when(archive)
      .then({ type: 'DeliveredToArchives', data: { personId, erasureId: 'e1', archiveId: 'stadsarkivet', deliveryId: 'a-1' } });
  });
  it.each([
    ['case-not-ended', { liveCaseIds: ['c1'] }],
    ['other-authority', { authorities: [MUNICIPALITY, POLICE] }],
  ] as const)('never of something else than was approved: withdrawn, %s', (cause, over) => {
    given(personDecider, ...ready)
      .when(start(REGRET, over))
      .then({ type: 'ErasureWithdrawn', data: { personId, erasureId: 'e1', cause }, subject, text: {} });
  });
  it('and cannot be taken back: until then it can', () => {
    given(personDecider, ...ready)
      .when(withdraw)
      .then({
        ...{ type: 'ErasureWithdrawn', data: { personId, erasureId: 'e1', cause: 'person' } },
        ...{ subject, text: { reason: 'Fortrudt' } },
      });
    given(personDecider, ...ready, started())
      .when(withdraw)
      .thenRefused('erasure.begun');
    given(personDecider, ...ready, started())
      .when(hold({ caseId: 'c1' }))
      .thenRefused('case.erased');
  });
});

describe('an erasure is done', () => {
  const complete = (keys: readonly string[] = ['mPzJ2yQ7Rk-0aXw_LbNc3A']) =>
    command('CompleteErasure', { personId, erasureId: 'e1', keys, affected: [] });
  it('after it began: of a case, or of the whole person', () => {
    given(personDecider, registered, proposed(), approved(), archived).when(complete()).thenRefused('erasure.not-approved');
    const data = { personId, erasureId: 'e1', keys: ['mPzJ2yQ7Rk-0aXw_LbNc3A'], affected: [] };
    given(personDecider, registered, proposed(), approved(), archived, started())
      .when(complete())
      .then({ type: 'CaseTextErased', data: { ...data, caseId: 'c1' } });
    const whole = { caseId: undefined };
    given(personDecider, registered, proposed(whole), approved(), archived, started(whole))
      .when(complete())
      .then({ type: 'PersonErased', data });
  });
  it('nothing is written about the person from its beginning on; of a case, the rest of the person lives', () => {
    const correct = command('CorrectPerson', { personId, identity: { alias: 'Ung' } });
    const protect = command('ProtectAddress', { personId });
    const whole = { caseId: undefined };
    const history = [registered, proposed(whole), approved(), archived, started(whole)];
    for (const each of [correct, protect])
      given(personDecider, ...history)
        .when(each)
        .thenRefused('person.erased');
    given(personDecider, ...history)
      .when(hold())
      .thenRefused('person.erased');
    expect(
      given(personDecider, registered, proposed(), approved(), archived, started()).when(correct).decision.events,
    ).toHaveLength(1);
    given(personDecider, registered, proposed(), approved(), archived, started())
      .when(hold({ caseId: 'c2' }))
      .then({
        type: 'LegalHoldPlaced',
        data: { ...{ personId, holdId: 'h1', caseId: 'c2', ground: 'complaint', reviewOn: '2027-01-01' } },
        ...{ subject: { id: personId, scope: 'c2' }, text: { note: 'Klage' } },
      });
  });
});

describe('a legal hold', () => {
  it('is looked at again within a year', () => {
    for (const reviewOn of ['2026-11-23', '2027-11-25', '2026-02-30'])
      given(personDecider, registered).when(hold({ reviewOn })).thenRefused('hold.review');
    for (const reviewOn of ['2026-11-24', '2027-11-24'])
      expect(given(personDecider, registered).when(hold({ reviewOn })).decision.refusal).toBeUndefined();
  });
  it('is lifted when there is one, and its id is its own', () => {
    given(personDecider, registered)
      .when(command('LiftLegalHold', { personId, holdId: 'h1' }))
      .thenRefused('hold.unknown');
    given(personDecider, registered, held('c1'))
      .when(command('LiftLegalHold', { personId, holdId: 'h1', note: 'Afgjort' }))
      .then({ type: 'LegalHoldLifted', data: { personId, holdId: 'h1' }, subject, text: { note: 'Afgjort' } });
    given(personDecider, registered, held('c1')).when(hold()).thenRefused('hold.exists');
  });
});
