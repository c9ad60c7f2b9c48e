// The de-identified overview of an area for partners and politicians: counts, never a list, small numbers hidden (rule 13).
import type { AreaOverview, ReadModels, Registry } from '../questions.js';
import { at, type Ask } from '../sql.js';

/** Fewer than this, and not none, could point at somebody. */
const SMALLEST_SHOWN = 5;
const isSmall = (count: number): boolean => count > 0 && count < SMALLEST_SHOWN;

export interface Counts {
  readonly openCases: number;
  readonly closedCases: number;
  readonly openActions: number;
  readonly overdueActions: number;
  readonly actionsDoneLast90Days: number;
}
/** How many cases stand behind each count of actions: many actions of one young person are a small number too. */
export interface Behind {
  readonly openActions: number;
  readonly overdueActions: number;
  readonly actionsDoneLast90Days: number;
}
type Shown = { readonly [K in keyof Counts]: number | null };

/**
 * Hides cells of 1-4, and a cell from which one could be computed: overdue actions are a part of the open ones, so both are
 * shown only when the rest of them is no small number either. No other cell is a part or a total of another.
 */
export const suppress = (counts: Counts, behind: Behind): Shown => {
  const cases: Readonly<Record<string, number>> = { ...behind };
  const shown = Object.fromEntries(
    Object.entries(counts).map(([name, count]: [string, number]) => [
      name,
      isSmall(count) || isSmall(cases[name] ?? 0) ? null : count,
    ]),
  ) as Shown;
  const rest = [counts.openActions - counts.overdueActions, behind.openActions - behind.overdueActions];
  return shown.openActions === null || rest.some(isSmall) ? { ...shown, overdueActions: null } : shown;
};

export const overviewQuery =
  (ask: Ask, registry: () => Promise<Registry>): ReadModels['areaOverview'] =>
  async (areaId, today): Promise<AreaOverview | undefined> => {
    const area = (await registry()).areas.get(areaId);
    if (!area) return undefined;
    const since = new Date(Date.parse(today) - 90 * 86_400_000).toISOString();
    const [found] = await ask<Counts & { openBehind: number; overdueBehind: number; doneBehind: number }>(
      `select
         count(*) filter (where c.live)::int as "openCases",
         count(*) filter (where c.status = 'closed')::int as "closedCases",
         coalesce(sum(a.open), 0)::int as "openActions",
         coalesce(sum(a.overdue), 0)::int as "overdueActions",
         coalesce(sum(a.done), 0)::int as "actionsDoneLast90Days",
         count(*) filter (where a.open > 0)::int as "openBehind",
         count(*) filter (where a.overdue > 0)::int as "overdueBehind",
         count(*) filter (where a.done > 0)::int as "doneBehind"
       from ${at('cases')} c
       left join lateral (
         select count(*) filter (where open) as open,
           count(*) filter (where open and deadline < $2) as overdue,
           count(*) filter (where completed_at >= $3) as done
         from ${at('actions')} where case_id = c.case_id
       ) a on true
       where c.area_id = $1`,
      [areaId, today, since],
    );
    const { openBehind, overdueBehind, doneBehind, ...counts } = found!;
    const behind = { openActions: openBehind, overdueActions: overdueBehind, actionsDoneLast90Days: doneBehind };
    return { areaId, name: area.name, asOf: today, ...suppress(counts, behind) };
  };
