// Local dates and times in Europe/Copenhagen, where deadlines live; everything else is UTC.
import { DateTime } from 'luxon';

const ZONE = 'Europe/Copenhagen';
const local = (date: string) => DateTime.fromISO(date, { zone: ZONE });

/** The local date at an instant: `2026-11-24`. */
export const localDateAt = (instant: Date): string => DateTime.fromJSDate(instant, { zone: ZONE }).toISODate()!;

/** The instant of a local date and time of day (`09:00`), UTC ISO 8601. A time that summer time skips moves forward. */
export const instantAt = (date: string, time: string): string => local(`${date}T${time}`).toUTC().toISO()!;

/** The local date `days` calendar days later. */
export const addDays = (date: string, days: number): string => local(date).plus({ days }).toISODate()!;

/** ISO weekday: 1 Monday to 7 Sunday. */
export const weekdayOf = (date: string): number => local(date).weekday;

/** Calendar days from one local date to another. */
export const daysBetween = (from: string, to: string): number => Math.round(local(to).diff(local(from), 'days').days);

/** Whether the string is a date that exists. */
export const isLocalDate = (date: string): boolean => /^\d{4}-\d\d-\d\d$/.test(date) && local(date).isValid;
