// The steering group's meetings: every 14 days, never on a closed day, planned and held.
import fc from 'fast-check';
import { command, given } from '@app/testing';
import { dateAfter, isClosed } from '../kernel/calendar.js';
import { groupDecider } from '../group/group.js';
import { DEFAULT_STEERING_SERIES, nextSteeringDate } from './series.js';
import { steeringMeetingDecider, type SteeringMeetingFolded } from './steeringMeeting.js';

const OPEN = { closingDays: [], yearlyClosingDays: [] };
/** Its dates from a day on. */
const dates = (from: string, count: number, calendar = OPEN as Parameters<typeof nextSteeringDate>[1]): string[] => {
  const found: string[] = [];
  for (let at = from; found.length < count; at = dateAfter(found.at(-1)!, 1))
    found.push(nextSteeringDate(DEFAULT_STEERING_SERIES, calendar, at));
  return found;
};

describe('the fortnightly series', () => {
  it('meets every 14 days, from its first day on', () => {
    expect(dates('2026-11-24', 3)).toEqual(['2026-11-26', '2026-12-10', '2026-12-24']);
    expect(dates('2020-01-01', 1)).toEqual(['2026-01-08']);
    expect(dates('2026-11-26', 1)).toEqual(['2026-11-26']);
  });
  it('is put off a week when the day is closed, and left out when that is closed too', () => {
    // Christmas Eve is closed by the group's own calendar, New Year's Eve a week later as well.
    const house = { closingDays: [], yearlyClosingDays: ['12-24', '12-31'] };
    expect(dates('2026-12-11', 2, house)).toEqual(['2027-01-07', '2027-01-21']);
    // Ascension Day 2026-05-14 is on the series: a week later instead.
    expect(dates('2026-05-01', 2)).toEqual(['2026-05-21', '2026-05-28']);
  });
  it('any two days that look find the same days, and none of them is closed', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 1500 }),
        fc.array(fc.integer({ min: 0, max: 200 }), { maxLength: 6 }),
        (n, closed) => {
          const from = dateAfter('2026-01-01', n);
          const calendar = { closingDays: closed.map((days) => dateAfter(from, days)), yearlyClosingDays: ['12-24'] };
          const date = nextSteeringDate(DEFAULT_STEERING_SERIES, calendar, from);
          expect(date >= from).toBe(true);
          expect(isClosed(date, calendar)).toBe(false);
          for (let at = from; at <= date; at = dateAfter(at, 1))
            expect(nextSteeringDate(DEFAULT_STEERING_SERIES, calendar, at)).toBe(date);
        },
      ),
    );
  });
  it('is the group’s own when it says so', () => {
    const form = command('FormGroup', {
      ...{ groupId: 'g1', name: 'Fremdriftsgruppen', areaIds: ['a1'] },
      series: { weekday: 2, startTime: '09:00', durationMinutes: 90 },
    });
    const set = (over: object) =>
      command('SetSteeringSeries', { groupId: 'g1', series: { ...DEFAULT_STEERING_SERIES, ...over } });
    expect(given(groupDecider).after(form, set({ startTime: '08:30' })).state).toMatchObject({
      steeringSeries: { startTime: '08:30' },
    });
    const formed = given(groupDecider).after(form).events[0]! as never;
    for (const over of [{ firstOn: '2026-02-30' }, { durationMinutes: 4 }, { durationMinutes: 481 }])
      given(groupDecider, formed).when(set(over)).thenRefused('group.steering-series');
  });
});

describe('a steering meeting', () => {
  const steeringMeetingId = 'sm1';
  const times = { localDate: '2026-11-26', startsAt: '2026-11-26T13:00:00.000Z', endsAt: '2026-11-26T14:00:00.000Z' };
  const attended = [{ userId: 'steering', organisationId: 'sof' }];
  const plan = command('PlanSteeringMeeting', { steeringMeetingId, groupId: 'g1', ...times, invited: attended });
  const planned: SteeringMeetingFolded = { type: 'SteeringMeetingPlanned', data: plan.data };
  const cancelled: SteeringMeetingFolded = { type: 'SteeringMeetingCancelled', data: { steeringMeetingId } };
  const onTheDay = { at: '2026-11-26T14:00:00.000Z' };
  const hold = (over: object = {}, context: object = onTheDay) =>
    command('HoldSteeringMeeting', { steeringMeetingId, attended, decided: ['x1'], undecided: ['x2'], ...over }, context);

  it('is planned once, moved and cancelled', () => {
    given(steeringMeetingDecider).when(plan).then(planned);
    given(steeringMeetingDecider, planned)
      .when(command('PlanSteeringMeeting', { ...plan.data, groupId: 'g2' }))
      .thenRefused('steering-meeting.exists');
    const move = (over: object) => command('MoveSteeringMeeting', { steeringMeetingId, ...times, ...over });
    given(steeringMeetingDecider, planned)
      .when(move({ endsAt: '2026-11-26T13:00:00.000Z' }))
      .thenRefused('steering-meeting.times');
    given(steeringMeetingDecider, planned)
      .when(move({ localDate: '2026-11-23', startsAt: '2026-11-23T13:00:00.000Z' }))
      .thenRefused('steering-meeting.times');
    given(steeringMeetingDecider, planned, cancelled)
      .when(move({ endsAt: '2026-11-26T15:00:00.000Z' }))
      .thenRefused('steering-meeting.not-planned');
    given(steeringMeetingDecider).when(move({})).thenRefused('steering-meeting.unknown');
  });
  it('is held on its day or later, by somebody, with what it decided and what still waits', () => {
    given(steeringMeetingDecider, planned)
      .when(hold())
      .then({
        type: 'SteeringMeetingHeld',
        data: { steeringMeetingId, groupId: 'g1', at: onTheDay.at, attended, decided: ['x1'], undecided: ['x2'] },
      });
    given(steeringMeetingDecider, planned).when(hold({}, {})).thenRefused('steering-meeting.early');
    given(steeringMeetingDecider, planned)
      .when(hold({ attended: [] }))
      .thenRefused('steering-meeting.nobody');
    given(steeringMeetingDecider, planned, cancelled).when(hold()).thenRefused('steering-meeting.not-planned');
  });
});
