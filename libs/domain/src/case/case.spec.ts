// The case: its life, who takes part, what is shared (rules 1-7), and its actions.
import { actors, command, contextOf, given, parties } from '@app/testing';
import { AGE_BANDS } from '../kernel/vocabulary.js';
import { caseDecider } from './decider.js';
import type { CaseCommand, CaseEvent, CaseFolded } from './events.js';
import type { DisclosureRequest } from '../information-sharing/information-sharing.js';

const { bif, buf, police, housing } = parties;
const caseId = 'case-1';
const subject = { id: 'person-1', scope: caseId };
const refer: Extract<CaseFolded, { type: 'CaseReferred' }>['data'] = {
  caseId,
  personId: 'person-1',
  groupId: 'group-1',
  areaId: 'akacieparken',
  caseNumber: 'K-7F3Q',
  ageBand: '15-17',
  responsibleOrganisationId: 'bif',
  organisations: [bif, buf, police],
};

const referred: CaseFolded = { type: 'CaseReferred', data: refer };
const opened: CaseFolded = { type: 'CaseOpened', data: { caseId } };
const closed: CaseFolded = { type: 'CaseClosed', data: { caseId, outcome: 'goal-reached', at: '2026-11-24T08:00:00.000Z' } };
const rejected: CaseFolded = { type: 'CaseScreened', data: { caseId, outcome: 'rejected' } };
const paused: CaseFolded = { type: 'CasePaused', data: { caseId, until: '2027-01-10' } };
const agreed = (over: Partial<Extract<CaseFolded, { type: 'ActionAgreed' }>['data']> = {}): CaseFolded => ({
  type: 'ActionAgreed',
  data: { caseId, actionId: 'a1', ownerOrganisationId: 'buf', ownerUserId: actors.buf.userId, deadline: '2026-12-08', ...over },
});
const accepted: CaseFolded = { type: 'ActionAccepted', data: { caseId, actionId: 'a1', userId: actors.buf.userId } };
const excluded = (userId: string): CaseFolded => ({ type: 'WorkerExcluded', data: { caseId, userId } });
const completed: CaseFolded = { type: 'ActionCompleted', data: { caseId, actionId: 'a1' } };
const handover = (toUserId?: string): CaseFolded => ({
  type: 'HandoverOffered',
  data: { caseId, actionId: 'a1', toOrganisationId: police.organisationId, toUserId },
});
const handedOver: CaseFolded = {
  type: 'HandoverAccepted',
  data: { caseId, actionId: 'a1', organisationId: police.organisationId, userId: actors.police.userId },
};
const asked: CaseFolded = {
  type: 'InformationRequested',
  data: {
    ...{ caseId, requestId: 'r1', toOrganisationId: police.organisationId },
    ...{ category: 'network', dueOn: '2026-12-01' },
  },
};

const as = (actor: keyof typeof actors) => ({ actor: actors[actor] });
const aCase = (...history: CaseFolded[]) => given(caseDecider, referred, ...history);
const anOpenCase = (...history: CaseFolded[]) => aCase(opened, ...history);

describe('referral', () => {
  it('records the case, its text under the key of person and case', () => {
    given(caseDecider)
      .when(command('ReferCase', { ...refer, reason: 'Ses ofte sent på pladsen.' }))
      .then({ type: 'CaseReferred', data: refer, subject, text: { reason: 'Ses ofte sent på pladsen.' } });
  });
  it('keeps an organisation once, and nothing that is not on the list of clear fields', () => {
    const careless = { ...refer, organisations: [{ ...bif, name: 'SECRET' }, bif, buf, police], name: 'SECRET' };
    given(caseDecider).when(command('ReferCase', careless)).then({ type: 'CaseReferred', data: refer, subject, text: {} });
  });
  it('with the same id and another content is refused', () => {
    aCase()
      .when(command('ReferCase', { ...refer, areaId: 'elsewhere' }))
      .thenRefused('case.exists');
  });
  it('names a responsible organisation that takes part', () => {
    given(caseDecider)
      .when(command('ReferCase', { ...refer, responsibleOrganisationId: 'sof' }))
      .thenRefused('case.organisation-not-taking-part');
  });
  it('what does not exist is not found', () => {
    given(caseDecider).when(command('OpenCase', { caseId })).thenRefused('case.unknown');
  });
});

describe('only municipal and police organisations take part', () => {
  it('a housing association cannot be on a referral', () => {
    given(caseDecider)
      .when(command('ReferCase', { ...refer, organisations: [bif, housing] }))
      .thenRefused('organisation.kind');
  });
  it('nor join later', () => {
    anOpenCase()
      .when(command('AddOrganisationToCase', { caseId, organisation: housing }))
      .thenRefused('organisation.kind');
  });
  it('others may', () => {
    anOpenCase()
      .when(command('AddOrganisationToCase', { caseId, organisation: parties.sof }))
      .then({ type: 'OrganisationJoinedCase', data: { caseId, organisation: parties.sof } });
  });
});

describe('the life of a case', () => {
  it('opens from referral, and after it was accepted', () => {
    const open: CaseEvent = { type: 'CaseOpened', data: { caseId } };
    aCase().when(command('OpenCase', { caseId })).then(open);
    aCase({ type: 'CaseScreened', data: { caseId, outcome: 'accepted' } })
      .when(command('OpenCase', { caseId }))
      .then(open);
  });
  it('is screened once', () => {
    const screen = command('ScreenCase', { caseId, outcome: 'rejected', assessment: 'Andet tilbud.' });
    aCase()
      .when(screen)
      .then({ type: 'CaseScreened', data: { caseId, outcome: 'rejected' }, subject, text: { assessment: 'Andet tilbud.' } });
    anOpenCase().when(screen).thenRefused('case.not-referred');
    aCase(rejected)
      .when(command('ScreenCase', { caseId, outcome: 'accepted' }))
      .thenRefused('case.not-open');
  });
  it('pauses until a day to come, and resumes', () => {
    anOpenCase()
      .when(command('PauseCase', { caseId, until: '2027-01-10', ground: 'Indlagt.' }))
      .then({ type: 'CasePaused', data: { caseId, until: '2027-01-10' }, subject, text: { ground: 'Indlagt.' } });
    anOpenCase()
      .when(command('PauseCase', { caseId, until: '2026-11-23', ground: 'x' }))
      .thenRefused('case.date');
    anOpenCase(paused).when(command('ResumeCase', { caseId })).then({ type: 'CaseResumed', data: { caseId } });
    aCase()
      .when(command('PauseCase', { caseId, until: '2027-01-10', ground: 'x' }))
      .thenRefused('case.not-open');
  });
  it('closes, and closing with open actions is refused', () => {
    const close = command('CloseCase', { caseId, outcome: 'goal-reached' });
    const at = contextOf().at;
    anOpenCase(agreed()).when(close).thenRefused('case.open-actions');
    anOpenCase(agreed(), completed)
      .when(close)
      .then({ type: 'CaseClosed', data: { caseId, outcome: 'goal-reached', at }, subject, text: {} });
  });
  it('closing again with another outcome is refused', () => {
    anOpenCase(closed)
      .when(command('CloseCase', { caseId, outcome: 'moved' }))
      .thenRefused('case.not-open');
  });
  it('only a closed case is reopened', () => {
    const reopen = command('ReopenCase', { caseId, ground: 'Nye oplysninger.' });
    anOpenCase(closed)
      .when(reopen)
      .then({ type: 'CaseReopened', data: { caseId }, subject, text: { ground: 'Nye oplysninger.' } });
    aCase(rejected).when(reopen).thenRefused('case.not-closed');
    aCase().when(reopen).thenRefused('case.not-closed');
  });

  const changes: CaseCommand[] = [
    command('OpenCase', { caseId }),
    command('PauseCase', { caseId, until: '2027-01-10', ground: 'x' }),
    command('ResumeCase', { caseId }),
    command('AssignResponsibility', { caseId, organisationId: 'buf' }),
    command('AddOrganisationToCase', { caseId, organisation: parties.sof }),
    command('RemoveOrganisationFromCase', { caseId, organisationId: 'buf' }),
    command('RequestInformation', {
      ...{ caseId, requestId: 'r2', toOrganisationId: 'buf', category: 'school', dueOn: '2026-12-01', question: 'Fravær?' },
    } as const),
    command('ShareInformation', {
      caseId,
      toOrganisationIds: ['buf'],
      disclosure: {
        disclosureId: 'd1',
        category: 'work',
        necessity: 'Praktikken skal passe.',
        necessityFingerprint: 'fp',
        content: 'x',
        policies: [],
      },
    }),
    command('ReportProgress', { caseId, reportId: 'p1', report: 'x' }),
    command('ScheduleFollowUp', { caseId, followUpId: 'f1', on: '2026-12-15' }),
    command('ChangeArea', { caseId, areaId: 'sjaeloer' }),
    command('AgreeAction', { caseId, actionId: 'a9', ownerOrganisationId: 'buf', deadline: '2026-12-08', description: 'x' }),
  ];
  it.each(changes)('$type is refused on a closed and on a rejected case', (change) => {
    anOpenCase(closed).when(change).thenRefused('case.not-open');
    aCase(rejected).when(change).thenRefused('case.not-open');
  });
  it.each(changes.filter((c) => ['RequestInformation', 'ShareInformation', 'ReportProgress'].includes(c.type)))(
    '$type is possible from referral on, also while paused',
    (change) => {
      for (const history of [[], [opened], [opened, paused]])
        expect(aCase(...history).when(change).decision).toMatchObject({ events: [{}] });
    },
  );
  it('actions wait until somebody has opened the case', () => {
    const agree = changes.at(-1)!;
    aCase().when(agree).thenRefused('case.not-open');
    expect(anOpenCase(paused).when(agree).decision.events).toHaveLength(1);
  });
});

describe('who takes part', () => {
  it('the responsible organisation takes part', () => {
    anOpenCase()
      .when(command('AssignResponsibility', { caseId, organisationId: 'sof' }))
      .thenRefused('case.organisation-not-taking-part');
    anOpenCase()
      .when(command('AssignResponsibility', { caseId, organisationId: 'buf', userId: 'user-buf' }))
      .then({ type: 'ResponsibilityAssigned', data: { caseId, organisationId: 'buf', userId: 'user-buf' } });
  });
  it('who is responsible, or owes an action, cannot leave', () => {
    anOpenCase()
      .when(command('RemoveOrganisationFromCase', { caseId, organisationId: 'bif' }))
      .thenRefused('case.organisation-responsible');
    const leave = command('RemoveOrganisationFromCase', { caseId, organisationId: 'buf' });
    anOpenCase(agreed()).when(leave).thenRefused('case.organisation-responsible');
    anOpenCase(agreed(), handover()).when(leave).thenRefused('case.organisation-responsible');
    const left: CaseEvent = { type: 'OrganisationLeftCase', data: { caseId, organisationId: 'buf' } };
    anOpenCase(agreed(), completed).when(leave).then(left);
    anOpenCase(agreed(), handover(), handedOver).when(leave).then(left);
  });
  it('a worker is excluded in any status, and is then named nowhere', () => {
    const exclude = command('ExcludeWorker', { caseId, userId: actors.buf.userId, ground: 'Fætter.' });
    const event: CaseEvent = {
      type: 'WorkerExcluded',
      data: { caseId, userId: actors.buf.userId },
      subject,
      text: { ground: 'Fætter.' },
    };
    for (const history of [[], [rejected], [opened, closed], [opened, agreed(), accepted]])
      aCase(...history)
        .when(exclude)
        .then(event);
    const { state } = anOpenCase(agreed(), accepted, excluded(actors.buf.userId));
    expect(state).toMatchObject({ actions: [{ status: 'open', accepted: false, ownerUserId: undefined }] });
  });
  it('an excluded worker does nothing in the case, and is not given anything', () => {
    const out = anOpenCase(agreed({ ownerUserId: undefined }), excluded(actors.buf.userId), excluded('user-police'));
    out.when(command('AcceptAction', { caseId, actionId: 'a1' }, as('buf'))).thenRefused('case.worker-excluded');
    out
      .when(command('AssignResponsibility', { caseId, organisationId: 'buf', userId: actors.buf.userId }))
      .thenRefused('case.worker-excluded');
    out
      .when(
        command('OfferHandover', { caseId, actionId: 'a1', toOrganisationId: police.organisationId, toUserId: 'user-police' }),
      )
      .thenRefused('case.worker-excluded');
  });
});

const disclosure: DisclosureRequest = {
  ...{ disclosureId: 'd1', category: 'network', necessityFingerprint: 'fp-1', policies: ['allow-1'] },
  necessity: 'Indsatsen kan ikke planlægges uden at kende risikoen.',
  content: 'SECRET-CONTENT',
};
const share = (
  over: Partial<DisclosureRequest> = {},
  to: readonly string[] = ['bif', 'buf'],
  actor: keyof typeof actors = 'police',
) => command('ShareInformation', { caseId, toOrganisationIds: to, disclosure: { ...disclosure, ...over } }, as(actor));
const shared = (over: Partial<Extract<CaseFolded, { type: 'InformationShared' }>['data']> = {}) =>
  ({
    type: 'InformationShared',
    data: {
      ...{ disclosureId: 'd1', caseId, personId: 'person-1', fromOrganisationId: police.organisationId },
      fromUserId: actors.police.userId,
      recipients: [
        { organisationId: 'bif', basis: 'rpl115' },
        { organisationId: 'buf', basis: 'rpl115' },
      ],
      ...{ category: 'network', purpose: 'ssp', necessityFingerprint: 'fp-1' },
      ...{ ruleSetId: 'rpl115-default', policies: ['allow-1'] },
      ...over,
    },
  }) satisfies CaseFolded;
const refusal = (rule: string, over: object = {}) =>
  ({
    type: 'DisclosureRefused',
    data: {
      ...{ disclosureId: 'd1', caseId, personId: 'person-1', fromOrganisationId: police.organisationId },
      ...{ toOrganisationIds: ['bif', 'buf'], category: 'network', purpose: 'ssp', rule, ruleSetId: 'rpl115-default' },
      ...over,
    },
  }) as CaseEvent;
const text = { content: disclosure.content, necessity: disclosure.necessity };

describe('rules 1-3: sharing in a case', () => {
  it('is recorded with purpose, basis and recipients, the words under the key of person and case', () => {
    anOpenCase()
      .when(share())
      .then({ ...shared(), subject, text });
  });
  it('counts a recipient once', () => {
    anOpenCase()
      .when(share({}, ['bif', 'buf', 'bif']))
      .then({ ...shared(), subject, text });
  });
  it.each([
    ['rpl115.purpose', share({ purpose: 'gossip' }), { purpose: 'unknown' }],
    ['rpl115.necessity', share({ necessity: 'Se ovenfor.' }), {}],
    ['rpl115.recipient', share({}, ['sof']), { toOrganisationIds: ['sof'] }],
    ['rpl115.recipient', share({}, ['housing']), { toOrganisationIds: ['housing'] }],
    ['rpl115.recipient', share({}, []), { toOrganisationIds: [] }],
    ['rpl115.sender', share({}, ['bif', 'buf'], 'sof'), { fromOrganisationId: 'sof' }],
  ])('%s: the refusal is recorded', (rule, attempt, record) => {
    anOpenCase().when(attempt).thenRefused(rule, refusal(rule, record));
  });
  it('rule 2: a repeated necessity cites the earlier disclosure', () => {
    const history = [shared()];
    anOpenCase(...history)
      .when(share({ disclosureId: 'd2' }))
      .thenRefused('rpl115.necessity-repeated', refusal('rpl115.necessity-repeated', { disclosureId: 'd2' }));
    anOpenCase(...history)
      .when(share({ disclosureId: 'd2', repeats: 'd1' }))
      .then({ ...shared({ disclosureId: 'd2', repeats: 'd1' }), subject, text });
  });
  it('the same disclosure id with another reason is refused', () => {
    anOpenCase(shared())
      .when(share({ necessityFingerprint: 'fp-2' }))
      .thenRefused('disclosure.exists');
  });
  it('an organisation that has left is no recipient any more', () => {
    anOpenCase({ type: 'OrganisationLeftCase', data: { caseId, organisationId: 'buf' } })
      .when(share())
      .thenRefused('rpl115.recipient', refusal('rpl115.recipient'));
  });
});

describe('rule 4: never for investigation', () => {
  const attempt = share({ purpose: 'investigation' });
  const record = refusal('rpl115.investigation', { purpose: 'investigation' });
  it('is refused with the paragraph, and recorded without the content', () => {
    const outcome = anOpenCase().when(attempt);
    outcome.thenRefused('rpl115.investigation', record);
    expect(outcome.decision.refusal?.source).toBe('Retsplejeloven § 115, stk. 2');
    expect(JSON.stringify(outcome.decision)).not.toContain('SECRET-CONTENT');
  });
  it('sent again is refused again and recorded once', () => {
    anOpenCase(record).when(attempt).thenRefused('rpl115.investigation');
  });
});

describe('rule 5: self-governing institutions', () => {
  it('never share, whatever they belong to', () => {
    anOpenCase()
      .when(share({}, ['bif'], 'housing'))
      .thenRefused('rpl115.kind', refusal('rpl115.kind', { fromOrganisationId: 'housing', toOrganisationIds: ['bif'] }));
  });
});

describe('rule 6: no duty to share', () => {
  const declined: CaseFolded = { type: 'InformationRequestDeclined', data: { caseId, requestId: 'r1' } };
  const decline = command('DeclineInformationRequest', { caseId, requestId: 'r1' }, as('police'));
  const answer = share({ answers: 'r1' });

  it('asks an organisation that takes part, by a date to come', () => {
    const ask = (over: object) =>
      command('RequestInformation', {
        ...{ caseId, requestId: 'r1', toOrganisationId: police.organisationId, category: 'network' },
        ...{ dueOn: '2026-12-01', question: 'Kendt i gruppen?' },
        ...over,
      } as const);
    aCase()
      .when(ask({}))
      .then({ ...asked, subject, text: { question: 'Kendt i gruppen?' } });
    aCase()
      .when(ask({ toOrganisationId: 'sof' }))
      .thenRefused('case.organisation-not-taking-part');
    aCase()
      .when(ask({ dueOn: '2026-11-23' }))
      .thenRefused('case.date');
    aCase(asked)
      .when(ask({ category: 'crime' }))
      .thenRefused('request.exists');
  });
  it('declining needs no reason, records none, and counts as answered', () => {
    const outcome = aCase(asked).when(decline);
    outcome.then({ type: 'InformationRequestDeclined', data: { caseId, requestId: 'r1' } });
    expect(aCase(asked, declined).state).toMatchObject({ requests: [{ answer: 'declined' }] });
  });
  it('an answered request is not answered twice', () => {
    aCase(asked, declined).when(answer).thenRefused('request.answered');
    aCase(asked, shared({ answers: 'r1' }))
      .when(decline)
      .thenRefused('request.answered');
    aCase(asked, shared({ answers: 'r1' }))
      .when(share({ answers: 'r1', disclosureId: 'd2' }))
      .thenRefused('request.answered');
  });
  it('a refused disclosure leaves the request unanswered', () => {
    expect(aCase(asked, refusal('rpl115.necessity')).state).toMatchObject({ requests: [{ asked: {} }] });
    aCase(asked, refusal('rpl115.necessity'))
      .when(answer)
      .then({ ...shared({ answers: 'r1' }), subject, text });
  });
  it('is answered by whom it was put to', () => {
    aCase(asked)
      .when(share({ answers: 'r1' }, ['police-prevention'], 'bif'))
      .thenRefused('request.not-yours');
    aCase(asked)
      .when(command('DeclineInformationRequest', { caseId, requestId: 'r1' }, as('buf')))
      .thenRefused('request.not-yours');
    aCase().when(decline).thenRefused('request.unknown');
    aCase().when(answer).thenRefused('request.unknown');
  });
});

describe('rule 7: all ages, no consent needed', () => {
  it.each(AGE_BANDS)('%s: nothing about age or consent stands in the way', (ageBand) => {
    given(caseDecider, { type: 'CaseReferred', data: { ...refer, ageBand } }, opened)
      .when(share())
      .then({ ...shared(), subject, text });
  });
});

describe('agreeing an action', () => {
  const agree = (over: object = {}, actor: keyof typeof actors = 'coordinator') =>
    command(
      'AgreeAction',
      {
        ...{ caseId, actionId: 'a1', ownerOrganisationId: 'buf', ownerUserId: actors.buf.userId },
        ...{ deadline: '2026-12-08', description: 'Ringer til skolen.' },
        ...over,
      },
      as(actor),
    );
  const agreement = (over: object = {}) =>
    ({ ...agreed(over), subject, text: { description: 'Ringer til skolen.' } }) as CaseEvent;

  it('names who, by when, and where it was agreed', () => {
    const inMeeting = { meetingId: 'm1', itemId: 'i1' };
    anOpenCase().when(agree({ inMeeting })).then(agreement({ inMeeting }));
    anOpenCase()
      .when(agree({ ownerUserId: undefined }))
      .then(agreement({ ownerUserId: undefined }));
  });
  it('is accepted at once when the owner agrees it', () => {
    anOpenCase().when(agree({}, 'buf')).then(agreement(), accepted);
    anOpenCase()
      .when(agree({ ownerOrganisationId: 'bif' }, 'buf'))
      .thenRefused('action.not-owner');
  });
  it('with a known id and another content is refused', () => {
    anOpenCase(agreed())
      .when(agree({ deadline: '2026-12-09' }))
      .thenRefused('action.exists');
  });
  it('is owned by an organisation that takes part, and never by an excluded worker', () => {
    anOpenCase()
      .when(agree({ ownerOrganisationId: 'sof' }))
      .thenRefused('case.organisation-not-taking-part');
    anOpenCase()
      .when(agree({ ownerOrganisationId: 'housing' }))
      .thenRefused('case.organisation-not-taking-part');
    anOpenCase(excluded(actors.buf.userId)).when(agree()).thenRefused('case.worker-excluded');
  });
  it('has a deadline from today to two years ahead; only an import brings one that has passed', () => {
    for (const deadline of ['2026-11-23', '2028-11-25', '2026-02-30', 'soon'])
      anOpenCase().when(agree({ deadline })).thenRefused('action.deadline');
    for (const deadline of ['2026-11-24', '2028-11-24']) anOpenCase().when(agree({ deadline })).then(agreement({ deadline }));
    anOpenCase()
      .when(agree({ deadline: '2026-01-05', imported: true }))
      .then(agreement({ deadline: '2026-01-05' }));
    anOpenCase()
      .when(agree({ deadline: '2029-01-05', imported: true }))
      .thenRefused('action.deadline');
  });
  it('today is the day in Copenhagen, not in UTC', () => {
    const late = { at: '2026-11-24T23:30:00.000Z' };
    const { data } = agree({ deadline: '2026-11-24' });
    anOpenCase()
      .when(command('AgreeAction', data, late))
      .thenRefused('action.deadline');
  });
});

describe('accepting and declining an action', () => {
  const accept = (actor: keyof typeof actors) => command('AcceptAction', { caseId, actionId: 'a1' }, as(actor));
  const decline = (actor: keyof typeof actors) =>
    command('DeclineAction', { caseId, actionId: 'a1', ground: 'Barselsorlov.' }, as(actor));
  const declined: CaseFolded = { type: 'ActionDeclined', data: { caseId, actionId: 'a1', userId: actors.buf.userId } };

  it('only the named owner accepts or declines', () => {
    anOpenCase(agreed()).when(accept('buf')).then(accepted);
    anOpenCase(agreed()).when(accept('bif')).thenRefused('action.not-owner');
    anOpenCase(agreed()).when(accept('coordinator')).thenRefused('action.not-owner');
    anOpenCase(agreed()).when(decline('bif')).thenRefused('action.not-owner');
  });
  it('nobody named: anyone of the organisation takes it on', () => {
    const unnamed = anOpenCase(agreed({ ownerUserId: undefined }));
    unnamed.when(accept('buf')).then(accepted);
    unnamed.when(accept('bif')).thenRefused('action.not-owner');
    expect(anOpenCase(agreed({ ownerUserId: undefined }), accepted).state).toMatchObject({
      actions: [{ ownerUserId: actors.buf.userId, accepted: true }],
    });
  });
  it('a declined action stays open and unnamed, so that it is seen', () => {
    anOpenCase(agreed())
      .when(decline('buf'))
      .then({ ...declined, subject, text: { ground: 'Barselsorlov.' } });
    const { state, when } = anOpenCase(agreed(), declined);
    expect(state).toMatchObject({ actions: [{ status: 'open', ownerOrganisationId: 'buf', ownerUserId: undefined }] });
    when(accept('buf')).then(accepted);
    when(command('CloseCase', { caseId, outcome: 'goal-reached' })).thenRefused('case.open-actions');
  });
  it('an action nobody knows is not found; a finished one is finished', () => {
    anOpenCase().when(accept('buf')).thenRefused('action.unknown');
    anOpenCase(agreed(), completed).when(accept('buf')).thenRefused('action.not-open');
  });
});

describe('handing an action over', () => {
  const offer = (over: object = {}, actor: keyof typeof actors = 'buf') =>
    command('OfferHandover', { caseId, actionId: 'a1', toOrganisationId: police.organisationId, ...over }, as(actor));
  const take = (actor: keyof typeof actors) => command('AcceptHandover', { caseId, actionId: 'a1' }, as(actor));

  it('is offered by the owner’s organisation, or by who chases for the group, to one that takes part', () => {
    anOpenCase(agreed())
      .when(offer())
      .then(handover() as CaseEvent);
    anOpenCase(agreed())
      .when(offer({}, 'projectLead'))
      .then(handover() as CaseEvent);
    anOpenCase(agreed()).when(offer({}, 'police')).thenRefused('action.not-owner');
    anOpenCase(agreed())
      .when(offer({ toOrganisationId: 'sof' }))
      .thenRefused('case.organisation-not-taking-part');
  });
  it('leaves the old owner responsible until the receiver accepts', () => {
    const { state } = anOpenCase(agreed(), accepted, handover());
    expect(state).toMatchObject({ actions: [{ ownerOrganisationId: 'buf', ownerUserId: actors.buf.userId, accepted: true }] });
  });
  it('is accepted by the named receiver, or by anyone of the receiving organisation', () => {
    anOpenCase(agreed(), handover()).when(take('police')).then(handedOver);
    anOpenCase(agreed(), handover(actors.police.userId)).when(take('police')).then(handedOver);
    anOpenCase(agreed(), handover('user-other-officer')).when(take('police')).thenRefused('action.not-receiver');
    anOpenCase(agreed(), handover()).when(take('bif')).thenRefused('action.not-receiver');
    anOpenCase(agreed()).when(take('police')).thenRefused('handover.unknown');
  });
  it('makes the receiver the owner', () => {
    expect(anOpenCase(agreed(), handover(), handedOver).state).toMatchObject({
      actions: [
        { ownerOrganisationId: police.organisationId, ownerUserId: actors.police.userId, accepted: true, handover: undefined },
      ],
    });
  });
  it('is offered to nobody any more once the receiver has left the case', () => {
    const left: CaseFolded = { type: 'OrganisationLeftCase', data: { caseId, organisationId: police.organisationId } };
    anOpenCase(agreed(), handover(), left).when(take('police')).thenRefused('handover.unknown');
    anOpenCase(agreed(), handover(), { ...left, data: { caseId, organisationId: 'bif' } })
      .when(take('police'))
      .then(handedOver);
  });
  it('is declined by who could accept it, with or without a ground, and stays with its owner', () => {
    const decline = (actor: keyof typeof actors, ground?: string) =>
      command('DeclineHandover', { caseId, actionId: 'a1', ...(ground !== undefined && { ground }) }, as(actor));
    const { organisationId, userId } = actors.police;
    const no: CaseFolded = { type: 'HandoverDeclined', data: { caseId, actionId: 'a1', organisationId, userId } };
    anOpenCase(agreed(), handover())
      .when(decline('police', 'Barselsorlov.'))
      .then({ ...no, subject, text: { ground: 'Barselsorlov.' } });
    anOpenCase(agreed(), handover(userId))
      .when(decline('police'))
      .then({ ...no, subject, text: {} });
    for (const actor of ['buf', 'bif', 'projectLead'] as const)
      anOpenCase(agreed(), handover()).when(decline(actor)).thenRefused('action.not-receiver');
    anOpenCase(agreed()).when(decline('police')).thenRefused('handover.unknown');
    const after = anOpenCase(agreed(), accepted, handover(), no);
    expect(after.state).toMatchObject({
      actions: [{ ownerOrganisationId: 'buf', ownerUserId: actors.buf.userId, accepted: true, handover: undefined }],
    });
    after.when(take('police')).thenRefused('handover.unknown');
    after.when(offer()).then(handover() as CaseEvent);
  });
});

describe('changing an action', () => {
  const move = (over: object = {}, actor: keyof typeof actors = 'buf') =>
    command(
      'MoveDeadline',
      { caseId, actionId: 'a1', to: '2026-12-15', ground: 'Skolen er lukket i uge 50.', ...over },
      as(actor),
    );

  it('moving a deadline keeps from, to and why', () => {
    anOpenCase(agreed())
      .when(move())
      .then({
        type: 'DeadlineMoved',
        data: { caseId, actionId: 'a1', from: '2026-12-08', to: '2026-12-15' },
        subject,
        text: { ground: 'Skolen er lukket i uge 50.' },
      });
  });
  it.each(['', '…', 'ok', 'Som aftalt.'])('%p is no ground', (ground) => {
    anOpenCase(agreed()).when(move({ ground })).thenRefused('action.ground');
  });
  it('moves within today and two years', () => {
    for (const to of ['2026-11-23', '2028-12-01', 'later'])
      anOpenCase(agreed()).when(move({ to })).thenRefused('action.deadline');
  });
  it('only the owner’s organisation, or who chases for the group, moves, rewords, completes or cancels', () => {
    const commands = (actor: keyof typeof actors): CaseCommand[] => [
      move({}, actor),
      command('RewordAction', { caseId, actionId: 'a1', description: 'Skriver til skolen.' }, as(actor)),
      command('CompleteAction', { caseId, actionId: 'a1', outcome: 'Aftale i stand.' }, as(actor)),
      command('CancelAction', { caseId, actionId: 'a1', ground: 'Flyttet skole.' }, as(actor)),
    ];
    for (const c of commands('police')) anOpenCase(agreed()).when(c).thenRefused('action.not-owner');
    for (const actor of ['buf', 'coordinator', 'projectLead'] as const)
      for (const c of commands(actor)) expect(anOpenCase(agreed()).when(c).decision).toMatchObject({ events: [{ subject }] });
  });
  it('a completed action is not cancelled, a cancelled one not completed', () => {
    anOpenCase(agreed(), completed)
      .when(command('CancelAction', { caseId, actionId: 'a1', ground: 'x' }, as('buf')))
      .thenRefused('action.not-open');
    anOpenCase(agreed(), { type: 'ActionCancelled', data: { caseId, actionId: 'a1' } })
      .when(command('CompleteAction', { caseId, actionId: 'a1' }, as('buf')))
      .thenRefused('action.not-open');
  });
  it('progress is reported on a known action, or on the case', () => {
    anOpenCase()
      .when(command('ReportProgress', { caseId, reportId: 'p1', report: 'Set på pladsen.' }))
      .then({ type: 'ProgressReported', data: { caseId, reportId: 'p1' }, subject, text: { report: 'Set på pladsen.' } });
    anOpenCase()
      .when(command('ReportProgress', { caseId, reportId: 'p1', actionId: 'a1', report: 'x' }))
      .thenRefused('action.unknown');
  });
});
