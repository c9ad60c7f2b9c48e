// Time as the system sees it: the machine's, or in the demo moved forward, and kept so across restarts.
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { localDateAt } from './copenhagen.js';

export interface Clock {
  now(): Date;
  /** Local date in Europe/Copenhagen. */
  today(): string;
}

export const clockOf = (now: () => Date): Clock => ({ now, today: () => localDateAt(now()) });
export const systemClock: Clock = clockOf(() => new Date());

export interface MovableClock extends Clock {
  /** Moves time forward; it never goes back. @throws RangeError */
  advance(milliseconds: number): void;
}

/** The demo's clock. The offset lies in a file, so that a restart does not go back in time. */
export const openMovableClock = (file: string): MovableClock => {
  let offset = 0;
  try {
    offset = Number((JSON.parse(readFileSync(file, 'utf8')) as { offset: number }).offset);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  const clock = clockOf(() => new Date(Date.now() + offset));
  return {
    ...clock,
    advance: (milliseconds) => {
      if (!Number.isSafeInteger(milliseconds) || milliseconds <= 0) throw new RangeError('the clock moves forward only');
      writeFileSync(`${file}.new`, JSON.stringify({ offset: offset + milliseconds }));
      renameSync(`${file}.new`, file);
      offset += milliseconds;
    },
  };
};
