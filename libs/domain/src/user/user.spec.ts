// What a user chooses for themselves, and what ends when they leave.
import { command, given } from '@app/testing';
import { userDecider, type UserCommand, type UserFolded } from './user.js';

const enrol: UserCommand = command('EnrolUser', {
  ...{ userId: 'u1', organisationId: 'bif', organisationKind: 'municipal', role: 'participant' },
  ...{ subjectHash: 'hash', name: 'Ansat Testperson' },
} as const);
const left: UserCommand = command('RecordUserLeft', { userId: 'u1', on: '2026-12-01' });
const feed = (feedHash: string): UserCommand => command('IssueCalendarFeed', { userId: 'u1', feedHash });
const after = (...commands: UserCommand[]) =>
  given(userDecider, ...(given(userDecider).after(...commands).events as UserFolded[]));
const choose: UserCommand = command('ChooseMail', { userId: 'u1', language: 'en', reminders: 'at-once', chases: 'digest' });

describe('a user', () => {
  it('chooses language and when mail comes; choosing what holds anyway is nothing', () => {
    after(enrol)
      .when(choose)
      .then({ type: 'MailChosen', data: { userId: 'u1', language: 'en', reminders: 'at-once', chases: 'digest' } });
    after(enrol)
      .when(command('ChooseMail', { userId: 'u1', language: 'da', reminders: 'digest', chases: 'at-once' }))
      .then();
  });

  it('has one calendar feed: a new one takes the place of the one before, and a revoked one is gone', () => {
    const { state } = given(userDecider).after(enrol, feed('one'), feed('two'));
    expect(state).toMatchObject({ feedHash: 'two' });
    const revoked = given(userDecider).after(enrol, feed('one'), command('RevokeCalendarFeed', { userId: 'u1' })).state;
    expect(revoked).not.toHaveProperty('feedHash');
  });

  it('who has left gets no feed, no address and no choice', () => {
    const email = command('ChangeEmail', { userId: 'u1', changeId: 'e1', email: 'ansat@example.dk' });
    for (const refused of [feed('one'), choose, email]) after(enrol, left).when(refused).thenRefused('user.left');
  });
});
