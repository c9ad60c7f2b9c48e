// Rule 13: what of a count may be published, so that neither it nor any combination of what was published tells a small number.

export const FIGURES = ['openCases', 'closedCases', 'openActions', 'overdueActions', 'actionsDoneLast90Days'] as const;
export type Figure = (typeof FIGURES)[number];

/** How many, and how many cases stand behind them: many actions of one young person are a small number too. */
export interface Counted {
  readonly count: number;
  readonly cases: number;
}
export type Counts = { readonly [F in Figure]: Counted };
/** What is shown. Missing: fewer than ten, or of fewer than ten cases. */
export type Figures = { readonly [F in Figure]?: number };

/** By area id; every case is in exactly one area. */
export type AreaCounts = ReadonlyMap<string, Counts>;
export interface Published {
  readonly total: Figures;
  readonly areas: readonly ({ readonly areaId: string } & Figures)[];
}

/**
 * Figures are rounded down to a multiple of it. The numbers to hide are 1-4: no difference between two figures, of whatever areas and
 * weeks, is one. And areas may add up to the total: what can be 0-4 from what is shown can be each of them, for every bound that
 * follows from the total and the other areas ends at one less than a multiple of 5.
 */
const STEP = 5;
/**
 * Fewer are not shown, nor a nought. There is a whole step between them and the numbers to hide: whoever sees a figure come or go, and
 * believes that one case made it, learns of a 9 or a 10, and never of a 1 or a 4.
 */
const LEAST_SHOWN = 10;

const shown = ({ count, cases }: Counted): number | undefined =>
  count < LEAST_SHOWN || cases < LEAST_SHOWN ? undefined : count - (count % STEP);

const figuresOf = (counts: (figure: Figure) => Counted): Figures =>
  Object.fromEntries(FIGURES.map((figure) => [figure, shown(counts(figure))] as const).filter(([, n]) => n !== undefined));

/** What may be published of the counts of one week (rule 13). No figure is hidden or shown because of another one. */
export const withoutSmallNumbers = (areas: AreaCounts): Published => {
  const all = [...areas.values()];
  const sum = (figure: Figure, of: keyof Counted) => all.reduce((n, counts) => n + counts[figure][of], 0);
  return {
    total: figuresOf((figure) => ({ count: sum(figure, 'count'), cases: sum(figure, 'cases') })),
    areas: [...areas]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([areaId, counts]) => ({ areaId, ...figuresOf((figure) => counts[figure]) })),
  };
};
