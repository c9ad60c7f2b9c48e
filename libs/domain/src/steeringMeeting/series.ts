// When a steering group meets: every 14 days (Hotspotmodellen s. 14), never on a closed day.
import { dateAfter, isClosed, type WorkCalendar } from '../kernel/calendar.js';
import { int, localDate, localTime, object, type Infer } from '../kernel/schema.js';
import { isLocalDate } from '../kernel/values.js';

/** `firstOn` and every 14 days after it; times are local (Europe/Copenhagen). */
export const steeringSeries = object({ firstOn: localDate, startTime: localTime, durationMinutes: int });
export type SteeringSeries = Infer<typeof steeringSeries>;

/** What holds until a group says otherwise: every other Thursday afternoon. */
export const DEFAULT_STEERING_SERIES: SteeringSeries = { firstOn: '2026-01-08', startTime: '14:00', durationMinutes: 60 };

export const isSoundSteeringSeries = ({ firstOn, durationMinutes }: SteeringSeries): boolean =>
  isLocalDate(firstOn) && durationMinutes >= 5 && durationMinutes <= 480;

const FORTNIGHT = 14;
const DAY_MS = 86_400_000;

/**
 * The first day from `from` on which the steering group meets: a day of the series, or where that is closed, the same weekday a week
 * later; where that is closed too, none in that fortnight.
 */
export const nextSteeringDate = ({ firstOn }: SteeringSeries, calendar: WorkCalendar, from: string): string => {
  const since = Math.floor((Date.parse(from) - Date.parse(firstOn)) / DAY_MS);
  // From the fortnight before: its meeting may have been put off into this one.
  for (let n = Math.max(0, Math.floor(since / FORTNIGHT) - 1); ; n++) {
    const planned = dateAfter(firstOn, n * FORTNIGHT);
    const date = [planned, dateAfter(planned, FORTNIGHT / 2)].find((day) => !isClosed(day, calendar));
    if (date !== undefined && date >= from) return date;
  }
};
