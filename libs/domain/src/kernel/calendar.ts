// Working days in Denmark: weekends, public holidays, and the days on which a group's own house is closed. Local dates only.

import { monthLater } from './values.js';

/** The days beside weekends and public holidays on which nobody works. */
export interface WorkCalendar {
  /** Local dates. */
  readonly closingDays: readonly string[];
  /** The same every year: `12-24`. */
  readonly yearlyClosingDays: readonly string[];
}

/** No public holidays, but closed in most town halls: Constitution Day, Christmas Eve, New Year's Eve. A group may say otherwise. */
export const YEARLY_CLOSING_DAYS: readonly string[] = ['06-05', '12-24', '12-31'];

const DAY_MS = 86_400_000;
/** The local date `days` calendar days later. */
export const dateAfter = (date: string, days: number): string =>
  new Date(Date.parse(`${date}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10);

/** Easter Sunday of a year (the Gregorian computus of Meeus, Jones and Butcher). */
export const easterSunday = (year: number): string => {
  const a = year % 19;
  const [b, c] = [Math.floor(year / 100), year % 100];
  const [d, e] = [Math.floor(b / 4), b % 4];
  const g = Math.floor((8 * b + 13) / 25);
  const h = (19 * a + b - d - g + 15) % 30;
  const [i, k] = [Math.floor(c / 4), c % 4];
  const l = (32 + 2 * e + 2 * i - h - k) % 7;
  const m = Math.floor((a + 11 * h + 19 * l) / 433);
  const month = Math.floor((h + l - 7 * m + 90) / 25);
  const day = (h + l - 7 * m + 33 * month + 19) % 32;
  return `${String(year).padStart(4, '0')}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`;
};

/** Days from Easter Sunday: Maundy Thursday, Good Friday, Easter, Ascension, Whitsun. */
const FROM_EASTER = [-3, -2, 0, 1, 39, 49, 50];
const PRAYER_DAY = 26;

/** Danish public holidays of a year. Great Prayer Day is none since 2024 (lov nr. 214 af 6. marts 2023). */
export const publicHolidays = (year: number): readonly string[] => {
  const easter = easterSunday(year);
  const movable = [...FROM_EASTER, ...(year < 2024 ? [PRAYER_DAY] : [])].map((days) => dateAfter(easter, days));
  return [`${easter.slice(0, 4)}-01-01`, ...movable, `${easter.slice(0, 4)}-12-25`, `${easter.slice(0, 4)}-12-26`].sort();
};

interface Day {
  readonly weekend: boolean;
  readonly publicHoliday: boolean;
  readonly next: string;
  readonly before: string;
}
/** About 27 years. Every event of an action counts working days: what a day is, is worked out once. */
const DAYS_KEPT = 10_000;
const days = new Map<string, Day>();
const dayOf = (date: string): Day => {
  let day = days.get(date);
  if (!day) {
    if (days.size >= DAYS_KEPT) days.clear();
    const weekday = new Date(`${date}T00:00:00Z`).getUTCDay();
    day = {
      weekend: weekday === 0 || weekday === 6,
      publicHoliday: publicHolidays(Number(date.slice(0, 4))).includes(date),
      next: dateAfter(date, 1),
      before: dateAfter(date, -1),
    };
    days.set(date, day);
  }
  return day;
};

/** Nobody meets on this day: a public holiday or closed. Weekends are left to who asks. */
export const isClosed = (date: string, { closingDays, yearlyClosingDays }: WorkCalendar): boolean =>
  dayOf(date).publicHoliday || yearlyClosingDays.includes(date.slice(5)) || closingDays.includes(date);

export const isWorkingDay = (date: string, calendar: WorkCalendar): boolean => !dayOf(date).weekend && !isClosed(date, calendar);

/** A house may say that it is closed for a year; it is not closed for longer than that. */
const FURTHEST = 366;
const working = (date: string, days: number, calendar: WorkCalendar, step: 1 | -1): string => {
  let at = date;
  for (let left = days, looked = 0; left > 0 && looked < FURTHEST + days * 7; looked++) {
    at = step === 1 ? dayOf(at).next : dayOf(at).before;
    if (isWorkingDay(at, calendar)) left--;
  }
  return at;
};

/** The local date that many working days later: the first counted is the day after. 0: the date itself. */
export const workingDaysAfter = (date: string, days: number, calendar: WorkCalendar): string => working(date, days, calendar, 1);
/** The local date that many working days earlier: the first counted is the day before. 0: the date itself. */
export const workingDaysBefore = (date: string, days: number, calendar: WorkCalendar): string =>
  working(date, days, calendar, -1);

const PUBLIC_HOLIDAYS_ONLY: WorkCalendar = { closingDays: [], yearlyClosingDays: [] };
/**
 * The last day of a month's time that runs from a local date, as the data protection regulation counts (Regulation (EEC, Euratom)
 * No 1182/71): the same date of the next month, or that month's last day (art. 3(2)(c)); where that is a public holiday, Sunday or
 * Saturday, the following working day (art. 3(4)). What days a house is closed besides moves nothing (art. 2).
 */
export const monthFrom = (date: string): string => {
  const end = monthLater(date);
  return isWorkingDay(end, PUBLIC_HOLIDAYS_ONLY) ? end : workingDaysAfter(end, 1, PUBLIC_HOLIDAYS_ONLY);
};
