// Rule 11: an access request has a month; parts are withheld with ground and review date; the police decide on their own.
import { actors, command, given } from '@app/testing';
import { personDecider, type PersonFolded } from './person.js';

const personId = 'p1';
const of = { personId, requestId: 'a1' };
const subject = { id: personId, scope: 'identity' };
const registered: PersonFolded = { type: 'PersonRegistered', data: { personId } };
const requested: PersonFolded = { type: 'AccessRequested', data: { ...of, receivedOn: '2026-11-20', dueOn: '2026-12-21' } };
const held: PersonFolded = {
  type: 'LegalHoldPlaced',
  data: { personId, holdId: 'a1', ground: 'access-request', reviewOn: '2026-12-21' },
};
const asked = [registered, requested, held] as const;
const lifted = { type: 'LegalHoldLifted', data: { personId, holdId: 'a1' }, subject, text: {} } as const;
const decided = (decision: 'approved' | 'refused'): PersonFolded => ({
  type: 'PoliceContributionDecided',
  data: { ...of, decision },
});
const withheld = (reviewOn: string): PersonFolded => ({
  type: 'PartWithheld',
  data: { personId, partId: 'e1', ground: 'private-interests', reviewOn },
});
const released: PersonFolded = { type: 'PartReleased', data: { personId, partId: 'e1' } };
const issued = (number: number, reportId = `r${number}`) =>
  ({ type: 'AccessReportIssued', data: { ...of, reportId, number } }) as const;

const request = (receivedOn = '2026-11-20', requestId = 'a1') => command('RequestAccess', { personId, requestId, receivedOn });
const withhold = (over: object = {}) =>
  command('WithholdPart', {
    ...{ personId, partId: 'e1', ground: 'private-interests', reviewOn: '2027-05-24', reason: 'Afslører anmelderen.' },
    ...over,
  } as const);
const release = command('ReleasePart', { personId, partId: 'e1' });
const issue = (reportId: string, policeTookPart = true) => command('IssueAccessReport', { ...of, reportId, policeTookPart });
const decide = (decision: 'approved' | 'refused', actor = actors.police) =>
  command('DecidePoliceContribution', { ...of, decision }, { actor });

describe('an access request (rule 11)', () => {
  it('is due a month after it came in, or on the working day after that, and keeps what it asks for from erasure', () => {
    given(personDecider, registered)
      .when(request())
      .then(requested, { ...held, subject, text: {} });
    given(personDecider, ...asked)
      .when(
        command('ProposeErasure', {
          ...{ personId, erasureId: 'x1', ground: 'objection', reason: 'Bedt om det.' },
          facts: { authorities: [], liveCaseIds: [] },
        }),
      )
      .thenRefused('erasure.legal-hold');
  });
  it.each(['2026-11-25', '2026-02-30', '2025-11-23'])('did not come in on %s', (day) => {
    given(personDecider, registered).when(request(day)).thenRefused('access-request.date');
  });
  it('waits for its answer before there is another', () => {
    given(personDecider, ...asked)
      .when(request('2026-11-23', 'a2'))
      .thenRefused('access-request.open');
    given(personDecider, ...asked)
      .when(request('2026-11-23', 'a1'))
      .thenRefused('access-request.exists');
    expect(given(personDecider, ...asked, issued(1)).when(request('2026-11-23', 'a2')).decision.events).toHaveLength(2);
  });
  it('of a merged registration is one of the registration that stayed; of an erased person there is none', () => {
    const merged: PersonFolded = { type: 'PersonMerged', data: { personId, mergeId: 'm1', intoPersonId: 'p2' } };
    given(personDecider, registered, merged).when(request()).thenRefused('person.merged');
    const erased: PersonFolded = { type: 'ErasureStarted', data: { personId, erasureId: 'x1' } };
    const proposed: PersonFolded = {
      type: 'ErasureProposed',
      data: { personId, erasureId: 'x1', ground: 'objection', proposedBy: 'u1', authorities: [] },
    };
    given(personDecider, registered, proposed, erased).when(request()).thenRefused('person.erased');
    given(personDecider, ...asked, proposed, erased)
      .when(issue('r1'))
      .thenRefused('person.erased');
  });
});

describe('a request that is withdrawn', () => {
  const withdraw = (reason = 'Det var fætteren, der spurgte.') => command('WithdrawAccessRequest', { ...of, reason });
  const withdrawn: PersonFolded = { type: 'AccessRequestWithdrawn', data: of };
  it('keeps nothing from erasure any more, and leaves room for another', () => {
    given(personDecider, ...asked)
      .when(withdraw())
      .then({ ...withdrawn, subject, text: { reason: 'Det var fætteren, der spurgte.' } }, lifted);
    const after = [...asked, withdrawn, { type: 'LegalHoldLifted', data: { personId, holdId: 'a1' } } as PersonFolded];
    expect(given(personDecider, ...after).when(request('2026-11-23', 'a2')).decision.events).toHaveLength(2);
  });
  it('may have been answered: then there is no hold to lift', () => {
    const answered = [...asked, issued(1), { type: 'LegalHoldLifted', data: { personId, holdId: 'a1' } } as PersonFolded];
    given(personDecider, ...answered)
      .when(withdraw('Den forkerte.'))
      .then({ ...withdrawn, subject, text: { reason: 'Den forkerte.' } });
  });
  it('is answered no more, and decided on no more', () => {
    for (const late of [issue('r1'), decide('approved')])
      given(personDecider, ...asked, withdrawn)
        .when(late)
        .thenRefused('access-request.withdrawn');
  });
  it('has a reason in words, and must be there', () => {
    given(personDecider, ...asked)
      .when(withdraw('...'))
      .thenRefused('access-request.withdrawal-reason');
    given(personDecider, registered).when(withdraw()).thenRefused('access-request.unknown');
  });
});

describe('what the police contributed', () => {
  it('is decided on by the police alone, and the last decision holds', () => {
    given(personDecider, ...asked)
      .when(decide('approved', actors.coordinator))
      .thenRefused('access-request.police');
    given(personDecider, ...asked)
      .when(decide('approved'))
      .then({ ...decided('approved'), subject, text: {} } as never);
    given(personDecider, ...asked, decided('approved'))
      .when(decide('approved'))
      .then();
    given(personDecider, ...asked, decided('approved'))
      .when(decide('refused'))
      .then({ ...decided('refused'), subject, text: {} } as never);
    given(personDecider, registered).when(decide('approved')).thenRefused('access-request.unknown');
  });
  it('keeps the hold until they have decided', () => {
    given(personDecider, ...asked)
      .when(issue('r1'))
      .then(issued(1));
    given(personDecider, ...asked, decided('refused'))
      .when(issue('r1'))
      .then(issued(1), lifted);
    given(personDecider, ...asked)
      .when(issue('r1', false))
      .then(issued(1), lifted);
    given(personDecider, ...asked, issued(1), decided('approved'))
      .when(issue('r2'))
      .then(issued(2), lifted);
  });
});

describe('a part that is withheld (databeskyttelsesloven § 22)', () => {
  it('has a ground, a review date and a reason in words', () => {
    given(personDecider, ...asked)
      .when(withhold())
      .then({ ...withheld('2027-05-24'), subject, text: { reason: 'Afslører anmelderen.' } } as never);
  });
  it.each([
    ['withholding.review', { reviewOn: '2026-11-23' }],
    ['withholding.review', { reviewOn: '2027-11-25' }],
    ['withholding.reason', { reason: '...' }],
  ])('%s', (rule, over) => {
    given(personDecider, ...asked)
      .when(withhold(over))
      .thenRefused(rule);
  });
  it('is looked at again before a report is issued, also when it is withheld under a registration merged with this one', () => {
    const due = (nextReviewOn: string) =>
      command('IssueAccessReport', { ...of, reportId: 'r1', policeTookPart: false, nextReviewOn });
    given(personDecider, ...asked)
      .when(due('2026-11-23'))
      .thenRefused('withholding.review-due');
    given(personDecider, ...asked)
      .when(due('2026-11-24'))
      .then(issued(1), lifted);
  });
  it('is looked at again before a report is issued after its review date', () => {
    given(personDecider, ...asked, withheld('2026-11-23'))
      .when(issue('r1'))
      .thenRefused('withholding.review-due');
    given(personDecider, ...asked, withheld('2026-11-24'))
      .when(issue('r1', false))
      .then(issued(1), lifted);
    given(personDecider, ...asked, withheld('2026-11-23'), withheld('2027-01-01'))
      .when(issue('r1', false))
      .then(issued(1), lifted);
  });
  it('is released by a human, once', () => {
    given(personDecider, ...asked, withheld('2026-11-23'))
      .when(release)
      .then({ ...released, subject, text: {} });
    given(personDecider, ...asked)
      .when(release)
      .thenRefused('withholding.unknown');
    given(personDecider, ...asked, withheld('2026-11-23'), released)
      .when(release)
      .then();
    expect(given(personDecider, ...asked, withheld('2026-11-23'), released).when(withhold()).decision.events).toHaveLength(1);
  });
});
