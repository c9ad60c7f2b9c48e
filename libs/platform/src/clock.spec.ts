import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { clockOf, openMovableClock } from './clock.js';
import { addDays, daysBetween, instantAt, isLocalDate, localDateAt, weekdayOf } from './copenhagen.js';

describe('local dates in Europe/Copenhagen', () => {
  it('turns at local midnight, winter and summer', () => {
    expect(localDateAt(new Date('2026-11-24T22:59:59Z'))).toBe('2026-11-24');
    expect(localDateAt(new Date('2026-11-24T23:00:00Z'))).toBe('2026-11-25');
    expect(localDateAt(new Date('2026-07-01T21:59:59Z'))).toBe('2026-07-01');
    expect(localDateAt(new Date('2026-07-01T22:00:00Z'))).toBe('2026-07-02');
  });
  it('gives a local time its instant on both sides of summer time', () => {
    expect(instantAt('2026-11-24', '09:00')).toBe('2026-11-24T08:00:00.000Z');
    expect(instantAt('2026-03-31', '09:00')).toBe('2026-03-31T07:00:00.000Z');
  });
  it('counts calendar days across the change', () => {
    expect(addDays('2026-10-24', 2)).toBe('2026-10-26');
    expect(daysBetween('2026-10-24', '2026-10-26')).toBe(2);
    expect(weekdayOf('2026-11-24')).toBe(2);
  });
  it('knows which dates exist', () => {
    expect(['2026-02-29', '2028-02-29', '24-11-2026'].map(isLocalDate)).toEqual([false, true, false]);
  });
});

describe('clock', () => {
  it('says today in Copenhagen', () => {
    expect(clockOf(() => new Date('2026-11-24T23:30:00Z')).today()).toBe('2026-11-25');
  });
  it('moves forward only, and stays there after a restart', () => {
    const folder = mkdtempSync(join(tmpdir(), 'fremdrift-clock-'));
    const file = join(folder, 'clock.json');
    const clock = openMovableClock(file);
    clock.advance(86_400_000);
    expect(() => clock.advance(-1)).toThrow(RangeError);
    const reopened = openMovableClock(file);
    expect(reopened.now().getTime() - Date.now()).toBeGreaterThan(86_000_000);
    rmSync(folder, { recursive: true });
  });
});
