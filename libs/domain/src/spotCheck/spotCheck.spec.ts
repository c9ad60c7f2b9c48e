// Rule 10, spot checks: what is drawn stays drawn, what explains a look, and who says what of the others.
import { actors, command, given } from '@app/testing';
import { caseDecider } from '../case/decider.js';
import type { CaseFolded } from '../case/events.js';
import type { ExistingCase } from '../case/state.js';
import { explain, type LookedInto } from './explain.js';
import { daysOf, spotCheckDecider, spotCheckId, type Sample, type SpotCheckFolded } from './spotCheck.js';

// Today is Tuesday 24 November 2026.
const week = { from: '2026-11-16', to: '2026-11-22', size: 20 };
const lookUp = (eventId: string, userId: string, explained = false) => ({
  ...{ eventId, userId, organisationId: 'sof', at: '2026-11-18T08:00:00.000Z', explained, because: [] },
});
const sample = (over: Partial<Sample> = {}): Sample => ({
  ...{ population: 2, last: 'e2', seeds: daysOf(week).map((day) => ({ day, seed: `seed-${day}` })) },
  ...{ lookUps: [lookUp('e1', 'user-sof'), lookUp('e2', actors.coordinator.userId)] },
  ...over,
});
const draw = (over: object = {}) => command('DrawSpotCheck', { ...week, sample: sample(), ...over });
const drawn: SpotCheckFolded = { type: 'SpotCheckDrawn', data: { spotCheckId: spotCheckId(week), ...week, ...sample() } };

describe('drawing', () => {
  it('puts period, seeds and sample on record', () => {
    given(spotCheckDecider).when(draw()).then(drawn);
  });
  it('is done once: another sample of the same period and size is not taken', () => {
    given(spotCheckDecider, drawn)
      .when(draw({ sample: sample({ lookUps: [lookUp('e9', 'user-buf')] }) }))
      .then();
    expect(spotCheckId(week)).toBe('2026-11-16-2026-11-22-20');
  });
  it.each([
    ['of a day that is not over', { to: '2026-11-24' }],
    ['that ends before it begins', { from: '2026-11-23' }],
    ['of more than 31 days', { from: '2026-10-22' }],
    ['of no day', { from: '2026-02-30' }],
  ])('is refused for a period %s', (_, over) => {
    given(spotCheckDecider).when(draw(over)).thenRefused('spot-check.period');
  });
  it('is of 31 days at most, until yesterday', () => {
    for (const over of [{ from: '2026-10-23' }, { from: '2026-11-23', to: '2026-11-23' }])
      expect(given(spotCheckDecider).when(draw(over)).decision.refusal).toBeUndefined();
  });
  it.each([0, 51, 1.5])('is refused for %p look-ups', (size) => {
    given(spotCheckDecider).when(draw({ size })).thenRefused('spot-check.size');
  });
});

describe('the outcome', () => {
  const review = (over: object = {}) =>
    command('ReviewLookUp', {
      ...{ spotCheckId: spotCheckId(week), eventId: 'e1', outcome: 'not-justified' as const },
      ...{ note: 'Kunne ikke sige, hvad opslaget skulle bruges til', ...over },
    });
  const reviewed: SpotCheckFolded = {
    type: 'LookUpReviewed',
    data: { spotCheckId: spotCheckId(week), eventId: 'e1', reviewedBy: actors.coordinator.userId, outcome: 'not-justified' },
  };

  it('is recorded, its words under the key of the log’s month', () => {
    const { note } = review().data;
    given(spotCheckDecider, drawn)
      .when(review())
      .then({ ...reviewed, subject: { id: 'access-log', scope: '2026-11' }, text: { note } });
  });
  it('is never by whose look-up it is', () => {
    given(spotCheckDecider, drawn)
      .when(review({ eventId: 'e2' }))
      .thenRefused('spot-check.own');
  });
  it.each(['justified', 'not-justified', 'referred'])('%s says in words what was asked and answered', (outcome) => {
    given(spotCheckDecider, drawn)
      .when(review({ outcome, note: 'ok' }))
      .thenRefused('spot-check.note');
  });
  it('is of a look-up in the sample', () => {
    given(spotCheckDecider, drawn)
      .when(review({ eventId: 'e3' }))
      .thenRefused('look-up.unknown');
    given(spotCheckDecider).when(review()).thenRefused('spot-check.unknown');
  });
  it('is the first that was recorded, also in another spot check', () => {
    given(spotCheckDecider, drawn, reviewed)
      .when(review({ outcome: 'justified' }))
      .thenRefused('spot-check.reviewed');
    given(spotCheckDecider, drawn)
      .when(review({ earlier: { reviewedBy: 'user-auditor', outcome: 'not-justified' } }))
      .thenRefused('spot-check.reviewed');
  });
});

describe('what explains a look', () => {
  const by = actors.sof.userId;
  const caseData = { caseId: 'c1', caseNumber: 'K-1', personId: 'p1', groupId: 'g1', areaId: 'a1', ageBand: '15-17' };
  const referred = { ...caseData, responsibleOrganisationId: 'sof', organisations: [] };
  const action = { caseId: 'c1', actionId: 'a1', ownerOrganisationId: 'sof', deadline: '2026-12-01' };
  const agreed = (ownerUserId?: string) => ({ type: 'ActionAgreed', data: { ...action, ownerUserId } });
  const aCase = (...events: object[]): ExistingCase =>
    given(caseDecider, ...([{ type: 'CaseReferred', data: referred }, ...events] as CaseFolded[])).state as ExistingCase;
  const into = (over: Partial<LookedInto> = {}): LookedInto => ({
    ...{ then: aCase(), written: [], agendas: [], standsInFor: [], calendar: { closingDays: [], yearlyClosingDays: [] } },
    ...over,
  });
  const why = (over: Partial<LookedInto>, day = '2026-11-20') => explain({ userId: by, day }, into(over), 2);
  const agenda = (...expected: string[]) => ({ agendas: [{ meetingId: 'm1', localDate: '2026-11-24', expected }] });

  it('is nothing, when nothing does', () => {
    expect(why({})).toBeUndefined();
  });
  it('is the agenda, from two working days before the meeting to two after it, for who is to be there', () => {
    // The meeting is on a Tuesday: Friday counts, Thursday does not; Thursday after it counts, Friday does not.
    for (const day of ['2026-11-20', '2026-11-21', '2026-11-24', '2026-11-26'])
      expect(why(agenda(by), day)).toEqual({ why: 'agenda', id: 'm1' });
    for (const day of ['2026-11-19', '2026-11-27']) expect(why(agenda(by), day)).toBeUndefined();
    expect(why(agenda('user-buf'))).toBeUndefined();
    const closed = { ...agenda(by), calendar: { closingDays: ['2026-11-23'], yearlyClosingDays: [] } };
    expect(why(closed, '2026-11-19')).toEqual({ why: 'agenda', id: 'm1' });
  });
  it('is an open action of one’s own, or of whom one stands in for', () => {
    const mine = { why: 'own-action', id: 'a1' };
    expect(why({ then: aCase(agreed(by)) })).toEqual(mine);
    expect(why({ then: aCase(agreed('user-buf')) })).toBeUndefined();
    expect(why({ then: aCase(agreed()) })).toBeUndefined();
    expect(why({ then: aCase(agreed('user-buf')), standsInFor: ['user-buf'] })).toEqual(mine);
    const done = { type: 'ActionCompleted', data: { caseId: 'c1', actionId: 'a1' } };
    expect(why({ then: aCase(agreed(by), done) })).toBeUndefined();
    const offered = { type: 'HandoverOffered', data: { caseId: 'c1', actionId: 'a1', toOrganisationId: 'sof', toUserId: by } };
    expect(why({ then: aCase(agreed('user-buf'), offered) })).toEqual(mine);
  });
  it('is what one wrote oneself that day', () => {
    const written = [{ eventId: 'e1', by, day: '2026-11-20' }];
    expect(why({ written })).toEqual({ why: 'own-work', id: 'e1' });
    expect(why({ written }, '2026-11-18')).toBeUndefined();
    expect(why({ written: [{ eventId: 'e1', by: 'user-buf', day: '2026-11-20' }] })).toBeUndefined();
  });
});
