// Small pure tools that several deciders share: dates as text, equality of clear data, leaving out what is not there.

/** Whether `value` is a day that exists, written `2026-11-24`. */
export const isLocalDate = (value: string): boolean => {
  if (!/^\d{4}-\d\d-\d\d$/.test(value)) return false;
  const at = Date.parse(`${value}T00:00:00Z`);
  return !Number.isNaN(at) && new Date(at).getUTCDate() === Number(value.slice(8));
};

/** The same day `years` later (29 February stays the 29th: good for comparing only). */
export const yearsLater = (date: string, years: number): string =>
  `${String(Number(date.slice(0, 4)) + years).padStart(4, '0')}${date.slice(4)}`;

/** The same day of the next month, or its last day (Regulation 1182/71, art. 3(2)(c)). When a month's time is over: `monthFrom`. */
export const monthLater = (date: string): string => {
  const [year, month, day] = date.split('-').map(Number) as [number, number, number];
  const last = new Date(Date.UTC(year, month + 1, 0)).getUTCDate();
  return new Date(Date.UTC(year, month, Math.min(day, last))).toISOString().slice(0, 10);
};

/** An instant in the one form in which text order is time order, `…T08:00:00.000Z`; undefined when it is none. */
export const normalInstant = (value: string): string | undefined => {
  const at = Date.parse(value);
  return Number.isNaN(at) ? undefined : new Date(at).toISOString();
};

export const plusMilliseconds = (at: string, milliseconds: number): string =>
  new Date(Date.parse(at) + milliseconds).toISOString();

const sorted = (_key: string, value: unknown): unknown =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
    : value;

/** Equal as stored JSON: key order and undefined fields do not count. */
export const same = (a: unknown, b: unknown): boolean => JSON.stringify(a, sorted) === JSON.stringify(b, sorted);

/** Without the fields that are undefined: what is not said is not there, so that nobody encrypts it. */
export const compact = <T extends object>(value: T): T =>
  Object.fromEntries(Object.entries(value).filter(([, v]) => v !== undefined)) as T;

export const unique = <T>(values: readonly T[]): readonly T[] => [...new Set(values)];
