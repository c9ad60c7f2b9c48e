// Local dates in Europe/Copenhagen, as far as questions need them.
const COPENHAGEN = new Intl.DateTimeFormat('sv-SE', {
  timeZone: 'Europe/Copenhagen',
  year: 'numeric',
  month: '2-digit',
  day: '2-digit',
});

/** The local date at an instant (UTC ISO 8601). */
export const localDateAt = (instant: string): string => COPENHAGEN.format(new Date(instant));

/** Calendar days from one local date to another; negative when `to` is earlier. */
export const daysBetween = (from: string, to: string): number => Math.round((Date.parse(to) - Date.parse(from)) / 86_400_000);

/** UTC instant at which a local date begins. */
export const midnightOf = (date: string): string => {
  const utc = Date.parse(date);
  for (const hours of [2, 1]) {
    const instant = new Date(utc - hours * 3_600_000).toISOString();
    if (localDateAt(instant) === date) return instant;
  }
  throw new RangeError('not a local date');
};

/** The local date so many calendar days earlier. */
export const daysBefore = (date: string, days: number): string =>
  new Date(Date.parse(date) - days * 86_400_000).toISOString().slice(0, 10);
