// A sample is the same for who has the seeds, another for other seeds, fair, and holds nothing that does not belong to the period.
import { createHash, createHmac } from 'node:crypto';
import fc from 'fast-check';
import { drawSample, seedOf, unaskedBefore, type Drawable } from './spot-checks.js';

const DAYS = ['2026-11-16', '2026-11-17', '2026-11-18'];
const seedsBy = (key: string) => new Map(DAYS.map((day) => [day, seedOf(Buffer.from(key), day)]));
const idOf = (n: number) => createHash('sha256').update(`entry ${n}`).digest('hex').slice(0, 32);
const entries = (count: number, organisations = 1): Drawable[] =>
  Array.from({ length: count }, (_, n) => ({
    ...{ eventId: idOf(n), organisationId: `org-${n % organisations}`, day: DAYS[n % DAYS.length]! },
  }));

const anyEntries = fc.uniqueArray(
  fc.record({
    eventId: fc.uuid(),
    organisationId: fc.constantFrom('sof', 'buf', 'politi', 'jobcenter'),
    day: fc.constantFrom(...DAYS, '2026-11-15', '2026-11-19'),
  }),
  { selector: ({ eventId }) => eventId, maxLength: 60 },
);
const anySize = fc.integer({ min: 1, max: 50 });
const anyKey = fc.string({ minLength: 1 });

it('rule 10: whoever has log and seeds draws the same, in whatever order the log is read', () => {
  fc.assert(
    fc.property(anyEntries, anySize, anyKey, (all, size, key) => {
      const sample = drawSample(all, seedsBy(key), size);
      expect(drawSample([...all].reverse(), seedsBy(key), size)).toEqual(sample);
    }),
  );
});

it('rule 10: can be drawn again with common tools: lowest SHA-256 of seed and id first, the seed a keyed SHA-256 of the day', () => {
  const key = Buffer.from('key');
  const hex = (text: string) => createHash('sha256').update(text).digest('hex');
  const all = entries(30);
  const byHand = all
    .map(({ eventId, day }) => ({
      eventId,
      rank: hex(`${createHmac('sha256', key).update(`spot-check ${day}`).digest('hex')} ${eventId}`),
    }))
    .sort((a, b) => (a.rank < b.rank ? -1 : 1));
  expect(drawSample(all, seedsBy('key'), 30)).toEqual(byHand.map(({ eventId }) => eventId));
});

it('alarms when nobody has asked for fourteen days', () => {
  expect(unaskedBefore('2026-12-08T08:00:00.000Z')).toBe('2026-11-24T08:00:00.000Z');
});

it('takes as many as it should, each once, and nothing of a day outside the period', () => {
  fc.assert(
    fc.property(anyEntries, anySize, anyKey, (all, size, key) => {
      const within = all.filter(({ day }) => DAYS.includes(day));
      const sample = drawSample(all, seedsBy(key), size);
      expect(sample).toHaveLength(Math.min(size, within.length));
      expect(new Set(sample).size).toBe(sample.length);
      expect(within.map(({ eventId }) => eventId)).toEqual(expect.arrayContaining([...sample]));
    }),
  );
});

it('takes one of every organisation that looked, while there is room', () => {
  fc.assert(
    fc.property(anyEntries, anySize, anyKey, (all, size, key) => {
      const within = all.filter(({ day }) => DAYS.includes(day));
      const sample = drawSample(all, seedsBy(key), size);
      const organisations = (ids: readonly Drawable[]) => new Set(ids.map(({ organisationId }) => organisationId)).size;
      const taken = organisations(within.filter(({ eventId }) => sample.includes(eventId)));
      expect(taken).toBe(Math.min(size, organisations(within)));
    }),
  );
});

it('is the beginning of a larger one: nobody draws away what was drawn', () => {
  fc.assert(
    fc.property(anyEntries, anySize, anyKey, (all, size, key) => {
      const smaller = drawSample(all, seedsBy(key), size);
      expect(drawSample(all, seedsBy(key), size + 7).slice(0, smaller.length)).toEqual(smaller);
    }),
  );
});

it('is another for another key, and a day’s seed tells nothing of the next', () => {
  const all = entries(300);
  expect(drawSample(all, seedsBy('another'), 20)).not.toEqual(drawSample(all, seedsBy('key'), 20));
  expect(new Set(seedsBy('key').values()).size).toBe(DAYS.length);
  expect(seedOf(Buffer.from('key'), DAYS[0]!)).toMatch(/^[0-9a-f]{64}$/);
});

it('is fair: over many seeds every entry is taken about as often', () => {
  const all = entries(40);
  const times = new Map<string, number>();
  const draws = 2_000;
  for (let n = 0; n < draws; n++)
    for (const id of drawSample(all, seedsBy(`key ${n}`), 10)) times.set(id, (times.get(id) ?? 0) + 1);
  // Expected 500 of 2,000 each, with a standard deviation of 19.4; the keys are fixed, and so is the result.
  for (const { eventId } of all) expect(Math.abs((times.get(eventId) ?? 0) - draws / 4)).toBeLessThan(80);
});
