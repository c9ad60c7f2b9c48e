// Local dates and times in Europe/Copenhagen, where deadlines live; everything else is UTC.
import { DateTime } from 'luxon';

const ZONE = 'Europe/Copenhagen';
const local = (date: string) => DateTime.fromISO(date, { zone: ZONE });

const HOUR_MS = 3_600_000;
let lately: { readonly hour: number; readonly date: string } | undefined;

/** The local date at an instant: `2026-11-24`. It changes at a full hour of UTC, so the answer holds for the rest of that hour. */
export const localDateAt = (instant: Date): string => {
  const hour = Math.floor(instant.getTime() / HOUR_MS);
  if (lately?.hour !== hour) lately = { hour, date: DateTime.fromJSDate(instant, { zone: ZONE }).toISODate()! };
  return lately.date;
};

/** The instant of a local date and time of day (`09:00`), UTC ISO 8601. A time that summer time skips moves forward. */
export const instantAt = (date: string, time: string): string => local(`${date}T${time}`).toUTC().toISO()!;

/** The local date `days` calendar days later. */
export const addDays = (date: string, days: number): string => local(date).plus({ days }).toISODate()!;

/** ISO weekday: 1 Monday to 7 Sunday. */
export const weekdayOf = (date: string): number => local(date).weekday;

/** The ISO 8601 week of a local date, `2026-W48`: it begins on Monday, and sorts as it should. */
export const weekOf = (date: string): string => local(date).toFormat("kkkk-'W'WW");

/** Calendar days from one local date to another. */
export const daysBetween = (from: string, to: string): number => Math.round(local(to).diff(local(from), 'days').days);

/** Whether the string is a date that exists. */
export const isLocalDate = (date: string): boolean => {
  const at = /^\d{4}-\d\d-\d\d$/.test(date) ? Date.parse(`${date}T00:00:00Z`) : NaN;
  return !Number.isNaN(at) && new Date(at).getUTCDate() === Number(date.slice(8));
};
