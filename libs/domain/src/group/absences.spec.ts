// When somebody is away: several times, none of them lost when another is announced, and how one is moved, shortened or called off.
import { command, given, parties } from '@app/testing';
import fc from 'fast-check';
import { groupDecider, type GroupFolded } from './group.js';
import { isAwayOn } from './absences.js';

const { bif } = parties;
const series = { weekday: 2, startTime: '09:00', durationMinutes: 90 };
const member = (userId: string): GroupFolded => ({
  type: 'MemberJoined',
  data: { groupId: 'g1', userId, organisationId: 'bif', from: '2026-01-01' },
});
const history: GroupFolded[] = [
  { type: 'GroupFormed', data: { groupId: 'g1', name: 'Group', areaIds: ['a1'], series } },
  { type: 'OrganisationJoinedGroup', data: { groupId: 'g1', ...bif } },
  member('u1'),
  member('u2'),
];

const on = (today: string) => ({ today, at: `${today}T08:00:00.000Z` });
const away = (from: string, backOn: string, today = '2026-11-24', userId = 'u1') =>
  command('RecordAbsence', { groupId: 'g1', userId, from, backOn }, on(today));

type Absence = readonly [from: string, backOn: string];
const after = (...commands: ReturnType<typeof away>[]): readonly Absence[] => {
  const { state } = given(groupDecider, ...history).after(...commands);
  if (state.status === 'none') throw new Error('no group');
  return state.absences.map(({ from, backOn }) => [from, backOn] as const);
};
/** Away since 16 November, today the 24th, back on 1 December. */
const NOW = away('2026-11-16', '2026-12-01');

describe('absences', () => {
  it('of nobody outside the group, and nobody is back before they leave', () => {
    given(groupDecider, ...history)
      .when(away('2026-12-14', '2026-12-28', '2026-11-24', 'u3'))
      .thenRefused('member.unknown');
    given(groupDecider, ...history)
      .when(away('2026-12-28', '2026-12-14'))
      .thenRefused('group.absence');
  });

  it.each<[string, Absence, Absence[]]>([
    [
      'a later one is kept beside it',
      ['2027-07-05', '2027-07-26'],
      [
        ['2026-11-16', '2026-12-01'],
        ['2027-07-05', '2027-07-26'],
      ],
    ],
    [
      'one that begins when it ends is kept too',
      ['2026-12-01', '2026-12-08'],
      [
        ['2026-11-16', '2026-12-01'],
        ['2026-12-01', '2026-12-08'],
      ],
    ],
    ['the same day it began: another end', ['2026-11-16', '2026-11-27'], [['2026-11-16', '2026-11-27']]],
    ['one that overlaps takes its place', ['2026-11-23', '2026-12-04'], [['2026-11-23', '2026-12-04']]],
    [
      'one that overlaps it from a later day on lengthens it: nobody is back in between',
      ['2026-11-30', '2026-12-11'],
      [['2026-11-16', '2026-12-11']],
    ],
    ['back on the day it begins: it never was', ['2026-11-16', '2026-11-16'], []],
    ['back today', ['2026-11-24', '2026-11-24'], []],
    ['back on a later day', ['2026-11-27', '2026-11-27'], [['2026-11-16', '2026-11-27']]],
    ['an empty one elsewhere is nothing', ['2026-12-01', '2026-12-01'], [['2026-11-16', '2026-12-01']]],
  ])('who is away now, and then: %s', (_, [from, backOn], expected) => {
    expect(after(NOW, away(from, backOn))).toEqual(expected);
    // Said twice it is the same.
    expect(after(NOW, away(from, backOn), away(from, backOn))).toEqual(expected);
  });

  it('one to come is called off by itself, or takes another’s place', () => {
    const summer = away('2027-07-05', '2027-07-26');
    expect(after(NOW, summer, away('2027-07-05', '2027-07-05'))).toEqual([['2026-11-16', '2026-12-01']]);
    expect(after(summer, away('2027-07-12', '2027-08-02'))).toEqual([['2027-07-12', '2027-08-02']]);
    expect(after(away('2026-12-21', '2026-12-24'), away('2026-12-28', '2026-12-31'), away('2026-12-23', '2027-01-02'))).toEqual([
      ['2026-12-23', '2027-01-02'],
    ]);
  });

  it('nobody who is away today is back because another absence was announced', () => {
    const day = fc.integer({ min: 0, max: 60 }).map((n) => new Date(Date.UTC(2026, 10, 1 + n)).toISOString().slice(0, 10));
    const said = fc.record({ at: day, days: fc.tuple(day, day), userId: fc.constantFrom('u1', 'u2') });
    fc.assert(
      fc.property(fc.array(said, { maxLength: 12 }), (all) => {
        let state = given(groupDecider, ...history).state;
        for (const { at: today, days, userId } of [...all].sort((a, b) => (a.at < b.at ? -1 : 1))) {
          const [from, backOn] = [...days].sort() as [string, string];
          if (state.status === 'none') throw new Error('no group');
          const before = state.absences;
          const sent = away(from, backOn, today, userId);
          for (const event of groupDecider.decide(sent, state).events) state = groupDecider.evolve(state, event);
          if (state.status === 'none') throw new Error('no group');
          const now = state.absences;
          expect(groupDecider.decide(sent, state).events).toEqual([]);
          // What was said holds from the first day to the last.
          if (from < backOn) expect(isAwayOn(now, userId, from)).toBe(true);
          expect(isAwayOn(now, userId, backOn) && !isAwayOn(before, userId, backOn)).toBe(false);
          if (from > today) expect(isAwayOn(now, userId, today)).toBe(isAwayOn(before, userId, today));
          const others = (absences: typeof now) => absences.filter((a) => a.userId !== userId);
          expect(others(now)).toEqual(others(before));
          for (const a of now) {
            expect(a.from < a.backOn).toBe(true);
            expect(now.filter((b) => b.userId === a.userId && a.from < b.backOn && b.from < a.backOn)).toEqual([a]);
          }
        }
      }),
    );
  });
});
