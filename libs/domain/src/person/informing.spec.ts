// Rule 14: the young person is informed, or somebody says why not and looks again.
import { command, given } from '@app/testing';
import { personDecider, type PersonFolded } from './person.js';

const personId = 'p1';
const registered: PersonFolded = { type: 'PersonRegistered', data: { personId } };
const subject = { id: personId, scope: 'identity' };
const inform = (informedOn = '2026-11-20', note?: string) =>
  command('RecordInformed', { personId, informedOn, means: 'conversation', ...(note !== undefined && { note }) });
const postpone = (over: object = {}) =>
  command('PostponeInforming', {
    ...{ personId, ground: 'private-interests', reviewOn: '2027-02-01', reason: 'Vil skade forholdet til kontaktpersonen.' },
    ...over,
  } as const);
const informed: PersonFolded = { type: 'PersonInformed', data: { personId, informedOn: '2026-11-20', means: 'conversation' } };
const postponed: PersonFolded = {
  type: 'InformingPostponed',
  data: { personId, ground: 'private-interests', reviewOn: '2027-02-01' },
};

describe('informing the young person (rule 14)', () => {
  it('is recorded with its day and means; what was said is sealed', () => {
    given(personDecider, registered)
      .when(inform('2026-11-20', 'Talte med den unge og mor.'))
      .then({ ...informed, subject, text: { note: 'Talte med den unge og mor.' } });
    given(personDecider, registered)
      .when(inform('2026-11-24'))
      .then({ ...informed, data: { ...informed.data, informedOn: '2026-11-24' }, subject, text: {} });
  });
  it.each(['2026-11-25', '2026-02-30'])('is not recorded for %s', (day) => {
    given(personDecider, registered).when(inform(day)).thenRefused('informing.date');
  });
  it('may come again, and ends a postponement', () => {
    expect(given(personDecider, registered, informed).when(inform('2026-11-23')).decision.events).toHaveLength(1);
    const { state } = given(personDecider, registered, postponed).after(inform());
    expect(state).toMatchObject({ informed: { informedOn: '2026-11-20' }, postponed: undefined });
  });
  it('is postponed with a ground, a reason in words and a review date, and again when that has passed', () => {
    const reason = 'Vil skade forholdet til kontaktpersonen.';
    given(personDecider, registered)
      .when(postpone())
      .then({ ...postponed, subject, text: { reason } });
    given(personDecider, registered, postponed)
      .when(postpone({ reviewOn: '2027-05-01' }))
      .then({ ...postponed, data: { ...postponed.data, reviewOn: '2027-05-01' }, subject, text: { reason } });
  });
  it.each([
    ['informing.review', { reviewOn: '2026-11-23' }],
    ['informing.review', { reviewOn: '2027-11-25' }],
    ['informing.review', { reviewOn: '2027-02-30' }],
    ['informing.reason', { reason: ' . ' }],
  ])('%s', (rule, over) => {
    given(personDecider, registered).when(postpone(over)).thenRefused(rule);
  });
  it('is not postponed when it is done', () => {
    given(personDecider, registered, informed).when(postpone()).thenRefused('informing.done');
  });
  it('is recorded of the registration that stayed, and of nobody who is erased', () => {
    const merged: PersonFolded = { type: 'PersonMerged', data: { personId, mergeId: 'm1', intoPersonId: 'p2' } };
    given(personDecider, registered, merged).when(inform()).thenRefused('person.merged');
    const proposed: PersonFolded = {
      type: 'ErasureProposed',
      data: { personId, erasureId: 'e1', ground: 'objection', proposedBy: 'u1', authorities: [] },
    };
    const started: PersonFolded = { type: 'ErasureStarted', data: { personId, erasureId: 'e1' } };
    given(personDecider, registered, proposed, started).when(inform()).thenRefused('person.erased');
    given(personDecider).when(inform()).thenRefused('person.unknown');
  });
});
