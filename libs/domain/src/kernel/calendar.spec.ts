// Working days: against the days Denmark really had off, as published.
import {
  easterSunday,
  isWorkingDay,
  monthFrom,
  publicHolidays,
  workingDaysAfter,
  workingDaysBefore,
  YEARLY_CLOSING_DAYS,
} from './calendar.js';

const open = { closingDays: [], yearlyClosingDays: [] };
const usual = { closingDays: [], yearlyClosingDays: YEARLY_CLOSING_DAYS };

/** Every public holiday of the year, written down. */
const PUBLISHED: Readonly<Record<number, readonly string[]>> = {
  2022: ['01-01', '04-14', '04-15', '04-17', '04-18', '05-13', '05-26', '06-05', '06-06', '12-25', '12-26'],
  2023: ['01-01', '04-06', '04-07', '04-09', '04-10', '05-05', '05-18', '05-28', '05-29', '12-25', '12-26'],
  2024: ['01-01', '03-28', '03-29', '03-31', '04-01', '05-09', '05-19', '05-20', '12-25', '12-26'],
  2025: ['01-01', '04-17', '04-18', '04-20', '04-21', '05-29', '06-08', '06-09', '12-25', '12-26'],
  2026: ['01-01', '04-02', '04-03', '04-05', '04-06', '05-14', '05-24', '05-25', '12-25', '12-26'],
  2027: ['01-01', '03-25', '03-26', '03-28', '03-29', '05-06', '05-16', '05-17', '12-25', '12-26'],
  2030: ['01-01', '04-18', '04-19', '04-21', '04-22', '05-30', '06-09', '06-10', '12-25', '12-26'],
};

it.each(Object.entries(PUBLISHED))('%s has its public holidays', (year, days) => {
  expect(publicHolidays(Number(year))).toEqual(days.map((day) => `${year}-${day}`));
});

it('knows Easter where the rule is at its limits', () => {
  const known = ['1818-03-22', '1943-04-25', '1981-04-19', '2008-03-23', '2011-04-24', '2038-04-25', '2049-04-18', '2076-04-19'];
  for (const easter of known) expect(easterSunday(Number(easter.slice(0, 4)))).toBe(easter);
});

it('works on no weekend, no public holiday, and on no day the house is closed', () => {
  for (const day of ['2026-11-28', '2026-11-29', '2026-12-25', '2026-05-14']) expect(isWorkingDay(day, open)).toBe(false);
  for (const day of ['2026-11-27', '2026-06-05', '2026-12-24', '2026-12-31']) expect(isWorkingDay(day, open)).toBe(true);
  for (const day of ['2026-06-05', '2026-12-24', '2026-12-31', '2031-12-24']) expect(isWorkingDay(day, usual)).toBe(false);
  expect(isWorkingDay('2026-12-23', { ...open, closingDays: ['2026-12-23'] })).toBe(false);
});

it('counts over Easter and Christmas', () => {
  expect(workingDaysBefore('2026-04-07', 3, open)).toBe('2026-03-30');
  expect(workingDaysAfter('2026-04-01', 1, open)).toBe('2026-04-07');
  expect(workingDaysAfter('2026-12-22', 2, usual)).toBe('2026-12-28');
  expect(workingDaysAfter('2026-12-22', 2, open)).toBe('2026-12-24');
  expect(workingDaysAfter('2026-11-28', 0, open)).toBe('2026-11-28');
});

it('ends, also where a house says that it is always closed', () => {
  const closed = Array.from({ length: 2000 }, (_, i) => new Date(Date.UTC(2026, 0, 1 + i)).toISOString().slice(0, 10));
  expect(workingDaysAfter('2026-01-01', 1, { ...open, closingDays: closed })).toMatch(/^202[67]/);
});

describe('a month’s time (Regulation 1182/71, art. 3)', () => {
  it.each([
    ['on a working day: the same date', '2026-10-20', '2026-11-20'],
    ['on a date the month does not have: its last day', '2027-03-31', '2027-04-30'],
    ['on a Saturday: Monday', '2026-11-05', '2026-12-07'],
    ['on a Sunday: Monday', '2026-11-20', '2026-12-21'],
    ['on the last day of a month, a Sunday: the next month', '2027-01-31', '2027-03-01'],
    ['on Maundy Thursday: after Easter Monday', '2026-03-02', '2026-04-07'],
    ['on Easter Sunday: after Easter Monday', '2027-02-28', '2027-03-30'],
    ['on Ascension Day: the Friday between', '2026-04-14', '2026-05-15'],
    ['on Whit Monday: the day after', '2026-04-25', '2026-05-26'],
    ['on Christmas Day, a Friday: the Monday', '2026-11-25', '2026-12-28'],
    ['on Christmas Day, a Saturday: the Monday', '2027-11-25', '2027-12-27'],
    ['on New Year’s Day: the next working day', '2026-12-01', '2027-01-04'],
    ['on Christmas Eve, closed but no public holiday: not moved', '2026-11-24', '2026-12-24'],
    ['on Constitution Day: not moved', '2026-05-05', '2026-06-05'],
  ])('ends %s', (_, from, end) => {
    expect(monthFrom(from)).toBe(end);
  });
});
