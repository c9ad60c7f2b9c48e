// Page cursors: the sort key of the last row, opaque to whoever carries it. Whatever is inserted meanwhile, no row comes twice.
import { InvalidCursorError } from './errors.js';
import type { Page, Paging } from './questions.js';

export const encodeCursor = (list: string, key: readonly string[]): string =>
  Buffer.from(JSON.stringify([list, ...key])).toString('base64url');

/**
 * @param list the list's name: a cursor of another list is refused
 * @param length of its sort key
 * @throws InvalidCursorError
 */
export const decodeCursor = (list: string, length: number, cursor: string): string[] => {
  let parts: unknown;
  try {
    parts = JSON.parse(Buffer.from(cursor, 'base64url').toString());
  } catch {
    throw new InvalidCursorError();
  }
  if (!Array.isArray(parts) || parts.length !== length + 1 || parts[0] !== list) throw new InvalidCursorError();
  const key: unknown[] = parts.slice(1);
  // NUL cannot be compared in SQL, and no key of ours holds one.
  if (!key.every((part): part is string => typeof part === 'string' && !part.includes('\0'))) throw new InvalidCursorError();
  return key;
};

/** Rows were asked for one more than a page holds: the extra one tells that there is a next page. */
export const pageOf = <R, T>(rows: readonly R[], limit: number, toItem: (row: R) => T, cursorOf: (row: R) => string): Page<T> => {
  const shown = rows.slice(0, limit);
  const items = shown.map(toItem);
  return rows.length > limit ? { items, next: cursorOf(shown.at(-1)!) } : { items };
};

/** @throws RangeError outside 1-200 */
export const limitOf = ({ limit }: Paging): number => {
  if (!Number.isInteger(limit) || limit < 1 || limit > 200) throw new RangeError('a page holds 1 to 200');
  return limit;
};
