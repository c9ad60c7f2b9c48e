// Rule 13: what is published of a week's counts, and what nobody can compute from it.
import fc from 'fast-check';
import { command, given } from '@app/testing';
import { overviewDecider } from './overview.js';
import { FIGURES, withoutSmallNumbers, type AreaCounts, type Counted, type Counts } from './small-numbers.js';

const evenly = (count: number, cases = count): Counts =>
  Object.fromEntries(FIGURES.map((figure) => [figure, { count, cases } satisfies Counted])) as unknown as Counts;
const areasOf = (counts: readonly number[]): AreaCounts => new Map(counts.map((count, i) => [`a${i}`, evenly(count)]));
/** The published areas, and last the total. */
const shownOf = (counts: readonly number[]): (number | null)[] => {
  const { areas, total } = withoutSmallNumbers(areasOf(counts));
  return [...areas, total].map(({ openCases }) => openCases ?? null);
};
const sum = (ns: readonly number[]) => ns.reduce((a, b) => a + b, 0);
const isSmall = (n: number): boolean => n >= 1 && n <= 4;

describe('the figures of a week (rule 13)', () => {
  it('are rounded down to a multiple of 5, and hidden below 10, a nought too', () => {
    expect(shownOf([0, 9, 10, 14, 15, 22])).toEqual([null, null, 10, 10, 15, 20, 70]);
    expect(shownOf([4, 5])).toEqual([null, null, null]);
  });

  it('hide the actions of few young people, however many the actions are', () => {
    const areas = new Map([
      ['a0', evenly(40, 9)],
      ['a1', evenly(40, 10)],
    ]);
    expect(withoutSmallNumbers(areas).areas.map(({ openActions }) => openActions)).toEqual([undefined, 40]);
  });

  it('are published once for a week', () => {
    const data = { week: '2026-W48', areas: areasOf([20, 3]) };
    const published = {
      type: 'OverviewPublished' as const,
      data: { week: '2026-W48', countedOn: '2026-11-24', ...withoutSmallNumbers(data.areas) },
    };
    given(overviewDecider).when(command('PublishOverview', data)).then(published);
    const again = command('PublishOverview', { ...data, areas: areasOf([30, 3]) });
    given(overviewDecider, published).when(again).then();
  });
});

describe('who knows every published figure and the rule by which they are made', () => {
  const vectors = (length: number, most: number): number[][] =>
    length === 0 ? [[]] : vectors(length - 1, most).flatMap((head) => Array.from({ length: most + 1 }, (_, n) => [...head, n]));

  it.each([
    [1, 44],
    [2, 44],
    [3, 24],
    [4, 14],
    [5, 9],
  ])('cannot compute a number of 1-4: %i areas, every count up to %i', (areas, most) => {
    // Everything that could be true, by what would be published of it.
    const truths = new Map<string, number[][]>();
    for (const truth of vectors(areas, most)) {
      const key = JSON.stringify(shownOf(truth));
      const same = truths.get(key);
      if (same) same.push(truth);
      else truths.set(key, [truth]);
    }
    const told: string[] = [];
    for (const [shown, could] of truths)
      for (let i = 0; i <= areas; i++) {
        const possible = new Set(could.map((truth) => truth[i] ?? sum(truth)));
        if ([...possible].some(isSmall) && possible.size < 5) told.push(`${shown} [${i}]: ${[...possible].join(' ')}`);
      }
    expect(told).toEqual([]);
    expect(truths.size).toBeGreaterThan(1);
  });
});

describe('who compares all areas of all weeks', () => {
  it('finds no difference of 1-4, and no change from or to a number of 1-4', () => {
    const steps = fc.array(fc.tuple(fc.nat(2), fc.boolean()), { minLength: 40, maxLength: 150 });
    fc.assert(
      fc.property(fc.array(fc.nat(20), { minLength: 3, maxLength: 3 }), steps, (start, walk) => {
        // One case comes or goes a week, and everybody knows it.
        const counts = [...start];
        const weeks = walk.map(([area, comes]) => {
          counts[area] = Math.max(0, counts[area]! + (comes ? 1 : -1));
          return { truth: [...counts, sum(counts)], shown: shownOf(counts) };
        });
        const figures = [...new Set(weeks.flatMap(({ shown }) => shown).filter((n) => n !== null))];
        for (const a of figures) for (const b of figures) expect(isSmall(Math.abs(a - b))).toBe(false);
        weeks.slice(1).forEach(({ truth, shown }, w) => {
          const before = weeks[w]!;
          shown.forEach((value, i) => {
            if (value !== before.shown[i]) expect([truth[i]!, before.truth[i]!].filter(isSmall)).toEqual([]);
          });
        });
      }),
    );
  });
});
