// Turning 18, moving to another municipality, death: what is recorded, and what is not.
import { command, given } from '@app/testing';
import { personDecider, type PersonFolded } from './person.js';
import { bornEighteenYearsBefore } from './life.js';

const personId = 'p1';
const subject = { id: personId, scope: 'identity' };
const registered: PersonFolded = { type: 'PersonRegistered', data: { personId } };
const died: PersonFolded = { type: 'PersonDied', data: { personId } };
const moved: PersonFolded = { type: 'PersonMoved', data: { personId } };
const merged: PersonFolded = { type: 'PersonMerged', data: { personId, mergeId: 'm1', intoPersonId: 'p2' } };
const ofAge = command('RecordCameOfAge', { personId });
const die = (diedOn = '2026-11-24') => command('RecordDied', { personId, diedOn });
const move = (over: object = {}) => command('RecordMoved', { personId, movedOn: '2026-11-01', municipality: 'Prøveby', ...over });

describe('turning 18', () => {
  it('is once, and not of the dead or of an alias', () => {
    given(personDecider, registered).when(ofAge).then({ type: 'PersonCameOfAge', data: { personId } });
    for (const before of [died, merged]) given(personDecider, registered, before).when(ofAge).then();
  });
  it('is 18 years after the birth; who is born on 29 February turns 18 on 1 March', () => {
    expect(bornEighteenYearsBefore('2026-11-24')).toEqual(['2008-11-24']);
    expect(bornEighteenYearsBefore('2026-02-28')).toEqual(['2008-02-28']);
    expect(bornEighteenYearsBefore('2026-03-01')).toEqual(['2008-03-01', '2008-02-29']);
    expect(bornEighteenYearsBefore('2027-03-01')).toEqual(['2009-03-01']);
    expect(bornEighteenYearsBefore('2028-02-29')).toEqual([]);
  });
});

describe('moving and death', () => {
  it('are sealed: the clear part tells only that they were recorded', () => {
    given(personDecider, registered)
      .when(move())
      .then({ ...moved, subject, text: { movedOn: '2026-11-01', municipality: 'Prøveby' } });
    given(personDecider, registered)
      .when(die())
      .then({ ...died, subject, text: { diedOn: '2026-11-24' } });
  });
  it.each(['2026-11-25', '2026-02-30', 'i går'])('not on %s', (day) => {
    given(personDecider, registered).when(die(day)).thenRefused('life.date');
    given(personDecider, registered)
      .when(move({ movedOn: day }))
      .thenRefused('life.date');
  });
  it('a municipality has letters; the dead do not move; an alias is changed under the other', () => {
    given(personDecider, registered)
      .when(move({ municipality: ' -' }))
      .thenRefused('life.blank');
    given(personDecider, registered, died).when(move()).thenRefused('person.died');
    given(personDecider, registered, merged).when(die()).thenRefused('person.merged');
  });
  it('a mistake is retracted, with a reason, and can be recorded anew', () => {
    const retract = (lifeEvent: 'moved' | 'died', reason = 'En anden med samme navn') =>
      command('RetractLifeEvent', { personId, lifeEvent, reason });
    const retracted: PersonFolded = { type: 'LifeEventRetracted', data: { personId, lifeEvent: 'died' } };
    given(personDecider, registered, died)
      .when(retract('died'))
      .then({ ...retracted, subject, text: { reason: 'En anden med samme navn' } });
    // Also where it stands in the stream of an alias.
    given(personDecider, registered, died, merged)
      .when(retract('died'))
      .then({ ...retracted, subject, text: { reason: 'En anden med samme navn' } });
    given(personDecider, registered, died).when(retract('died', '?')).thenRefused('life.blank');
    given(personDecider, registered, died).when(retract('moved')).thenRefused('life-event.unknown');
    given(personDecider, registered, died, retracted)
      .when(die())
      .then({ ...died, subject, text: { diedOn: '2026-11-24' } });
  });
});
