// What people write in a cell, and what it means: dates in Danish forms, CPR numbers, names, statuses.

export type Cell = string | number | boolean | Date | null;

const EMPTY_MARKERS = /^(?:[-–—.?\s]+|ingen|intet|ukendt|ikke oplyst|n\/?a|none|unknown)$/i;

const isoDate = (date: Date): string => date.toISOString().slice(0, 10);
const digitsOf = (text: string): string => text.replace(/\D/g, '');

/** The cell's text: spaces of every kind trimmed, `å` as one character, no control characters; an empty marker (`-`, `ingen`, `n/a`, `?`) is ''. */
export const textOf = (cell: Cell): string => {
  if (cell === null) return '';
  if (cell instanceof Date) return Number.isNaN(cell.getTime()) ? '' : isoDate(cell);
  const text = String(cell)
    .normalize('NFC')
    .replace(/\r\n?/g, '\n')
    .replace(/[\u200b-\u200d\u2060\ufeff]/g, '')
    .replace(/(?:(?!\n)[\p{Zs}\p{Cc}])+/gu, ' ')
    .replace(/ ?\n ?/g, '\n')
    .trim();
  return EMPTY_MARKERS.test(text) ? '' : text;
};

/** A sheet's running number: Excel's `1,0` and `1.0` are `1`. */
export const referenceOf = (cell: Cell): string => textOf(cell).replace(/^(\d+)[.,]0+$/, '$1');

/** `Efternavn, Fornavn` as `Fornavn Efternavn`; other names as they are written. */
export const displayName = (text: string): string => {
  const oneLine = text.replace(/\s+/g, ' ');
  const parts = oneLine.split(',').map((part) => part.trim());
  return parts.length === 2 && parts[0] && parts[1] ? `${parts[1]} ${parts[0]}` : oneLine;
};

// ---- dates ----

/** `birth`: not after today, not before 1900. `plan`: a deadline or follow-up, 2000-2099. */
export type DateKind = 'birth' | 'plan';

const MONTHS = [
  ['januar', 'january', 'jan'],
  ['februar', 'february', 'feb'],
  ['marts', 'march', 'mar'],
  ['april', 'apr'],
  ['maj', 'may'],
  ['juni', 'june', 'jun'],
  ['juli', 'july', 'jul'],
  ['august', 'aug'],
  ['september', 'sept', 'sep'],
  ['oktober', 'october', 'okt', 'oct'],
  ['november', 'nov'],
  ['december', 'dec'],
];
const WEEKDAY =
  /^(?:(?:man|tirs|ons|tors|fre|lør|søn)(?:dag)?|(?:mon|tues?|wed(?:nes)?|thurs?|fri|sat(?:ur)?|sun)(?:day)?)\.?,?\s+(?=\D*\d)/i;
const TIME = /(?:[\sT,]+kl\.?\s*\d{1,2}[:.]\d{2}|[\sT,]+\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?Z?)$/i;
const YEAR_FIRST = /^(\d{4})[-./](\d{1,2})[-./](\d{1,2})$/;
const DAY_FIRST = /^(\d{1,2})\s*[-–./\s]\s*(\d{1,2})\s*[-–./\s]\s*'?(\d{4}|\d{2})\.?$/;
const MONTH_NAME = /^(\d{1,2})\.?[\s-]*([a-zæøå]+)\.?[\s,-]*'?(\d{4}|\d{2})\.?$/i;
const DAY_MS = 86_400_000;

const dateIn = (kind: DateKind, today: string, year: number, month: number, day: number): string | undefined => {
  const date = new Date(Date.UTC(year, month - 1, day));
  if (date.getUTCFullYear() !== year || date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return undefined;
  const iso = isoDate(date);
  if (kind === 'plan') return year >= 2000 && year <= 2099 ? iso : undefined;
  return year >= 1900 && iso <= today ? iso : undefined;
};

/**
 * The local date a cell means, as `YYYY-MM-DD`, or undefined when it is none.
 * Reads `24-11-2026`, `24/11 2026`, `24.11.26`, `24. november 2026`, `tirsdag d. 24/11-26`, `2026-11-24`, `24112026`, `241126`,
 * Excel serial numbers and real dates (as UTC midnight, which is how a sheet's dates without time zone arrive). A year of two digits is this
 * century, except for a birth date that would lie in the future. `today` is a local date in Europe/Copenhagen.
 */
export const parseDate = (cell: Cell, kind: DateKind, today: string): string | undefined => {
  const of = (year: number, month: number, day: number) => dateIn(kind, today, year, month, day);
  if (cell instanceof Date) {
    if (Number.isNaN(cell.getTime())) return undefined;
    const at = new Date(Math.round(cell.getTime() / 1000) * 1000);
    return of(at.getUTCFullYear(), at.getUTCMonth() + 1, at.getUTCDate());
  }
  const text = textOf(cell)
    .replace(/\s+/g, ' ')
    .replace(WEEKDAY, '')
    .replace(/^(?:d\.|den)\s*/i, '')
    .replace(TIME, '');
  const shortYear = (year: string, month: number, day: number) =>
    year.length === 4
      ? of(+year, month, day)
      : (of(2000 + +year, month, day) ?? (kind === 'birth' ? of(1900 + +year, month, day) : undefined));

  const yearFirst = YEAR_FIRST.exec(text);
  if (yearFirst) return of(+yearFirst[1]!, +yearFirst[2]!, +yearFirst[3]!);
  const dayFirst = DAY_FIRST.exec(text);
  if (dayFirst) return shortYear(dayFirst[3]!, +dayFirst[2]!, +dayFirst[1]!);
  const named = MONTH_NAME.exec(text);
  if (named) {
    const month = MONTHS.findIndex((names) => names.includes(named[2]!.toLowerCase())) + 1;
    return month ? shortYear(named[3]!, month, +named[1]!) : undefined;
  }
  if (/^\d{8}$/.test(text)) {
    return of(+text.slice(0, 4), +text.slice(4, 6), +text.slice(6)) ?? of(+text.slice(4), +text.slice(2, 4), +text.slice(0, 2));
  }
  if (/^\d{6}$/.test(text)) return shortYear(text.slice(4), +text.slice(2, 4), +text.slice(0, 2));
  const serial = /^(\d{5})(?:[.,]\d+)?$/.exec(text);
  if (serial) {
    const at = new Date(Date.UTC(1899, 11, 30) + +serial[1]! * DAY_MS);
    return of(at.getUTCFullYear(), at.getUTCMonth() + 1, at.getUTCDate());
  }
  return undefined;
};

/** Whether a text has a date's shape, so that a message may repeat it: free text, telephone and CPR numbers have not. */
export const looksLikeDate = (text: string): boolean => {
  const named = MONTH_NAME.exec(text);
  return (
    YEAR_FIRST.test(text) ||
    (DAY_FIRST.test(text) && /[-–./]/.test(text)) ||
    (named !== null && MONTHS.flat().includes(named[2]!.toLowerCase()))
  );
};

// ---- CPR numbers ----

/**
 * A CPR number with or without hyphen, or one that lost its leading zero as a number in a sheet; with the birth date it tells.
 * Undefined when it cannot be one: the first six digits must be a date in the century the seventh digit gives, not
 * before 1900 or in the future; replacement numbers (day + 60) are not accepted. Modulus 11 is not checked: numbers without it are valid since 2007.
 */
export const parseCpr = (cell: Cell, today: string): { cpr: string; birthDate: string } | undefined => {
  const text = textOf(cell).replace(/\s/g, '');
  if (!/^\d{5,6}[-–]?\d{4}$/.test(text)) return undefined;
  const cpr = digitsOf(text).padStart(10, '0');
  const yy = +cpr.slice(4, 6);
  const seventh = +cpr[6]!;
  const century = seventh <= 3 ? 1900 : seventh === 4 || seventh === 9 ? (yy <= 36 ? 2000 : 1900) : yy <= 57 ? 2000 : 1800;
  const birthDate = dateIn('birth', today, century + yy, +cpr.slice(2, 4), +cpr.slice(0, 2));
  return birthDate === undefined ? undefined : { cpr, birthDate };
};

// ---- status ----

export type Status = 'open' | 'paused' | 'closed';
const STATUSES: Record<Status, readonly string[]> = {
  open: ['åben', 'aktiv', 'i gang', 'igang', 'igangværende', 'kører', 'ny', 'genåbnet', 'open', 'active', 'new'],
  paused: ['pause', 'på pause', 'pauset', 'sat på pause', 'afventer', 'bero', 'i bero', 'paused', 'on hold', 'waiting'],
  closed: ['lukket', 'afsluttet', 'færdig', 'afslut', 'closed', 'done', 'finished'],
};

export const parseStatus = (text: string): Status | undefined => {
  const wanted = text.toLowerCase().replace(/[.!]+$/, '');
  return (Object.keys(STATUSES) as Status[]).find((status) => STATUSES[status].includes(wanted));
};
