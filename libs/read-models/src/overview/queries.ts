// The published figures of a week, and the counts from which the next week's are made (rule 13).
import { FIGURES, type Counts, type Figure } from '@app/domain';
import type { OverviewQuestions, RegistryQuestions } from '../questions.js';
import { at, type Ask } from '../sql.js';
import type { OverviewsRow } from './projection.js';

const WEEKS_LISTED = 53;

type CountRow = { readonly areaId: string } & { readonly [F in Figure | `${Figure}Behind`]: number };

const countsOf = (row: CountRow | undefined): Counts =>
  Object.fromEntries(FIGURES.map((f) => [f, { count: row?.[f] ?? 0, cases: row?.[`${f}Behind`] ?? 0 }])) as unknown as Counts;

export const overviewQueries = (ask: Ask, registry: RegistryQuestions['registry']): OverviewQuestions => ({
  publishedOverview: async (week) => {
    const rows = await ask<{ week: string; doc: OverviewsRow['doc'] | null }>(
      `select week, case when week = coalesce($1, max(week) over ()) then doc end as doc
       from ${at('overviews')} order by week desc`,
      [week ?? null],
    );
    const found = rows.find(({ doc }) => doc !== null)?.doc;
    return found ? { ...found, weeks: rows.slice(0, WEEKS_LISTED).map((row) => row.week) } : undefined;
  },

  countForOverview: async (today) => {
    const since = new Date(Date.parse(today) - 90 * 86_400_000).toISOString();
    const rows = await ask<CountRow>(
      `select c.area_id as "areaId",
           count(*) filter (where c.live)::int as "openCases",
           count(*) filter (where c.live)::int as "openCasesBehind",
           count(*) filter (where c.status = 'closed')::int as "closedCases",
           count(*) filter (where c.status = 'closed')::int as "closedCasesBehind",
           coalesce(sum(a.open), 0)::int as "openActions",
           count(*) filter (where a.open > 0)::int as "openActionsBehind",
           coalesce(sum(a.overdue), 0)::int as "overdueActions",
           count(*) filter (where a.overdue > 0)::int as "overdueActionsBehind",
           coalesce(sum(a.done), 0)::int as "actionsDoneLast90Days",
           count(*) filter (where a.done > 0)::int as "actionsDoneLast90DaysBehind"
         from ${at('cases')} c
         left join (
           select case_id, count(*) filter (where open) as open,
             count(*) filter (where open and deadline < $1) as overdue,
             count(*) filter (where completed_at >= $2) as done
           from ${at('actions')} group by case_id
         ) a using (case_id)
         group by 1`,
      [today, since],
    );
    const counts = new Map(rows.map((row) => [row.areaId, countsOf(row)]));
    for (const areaId of (await registry()).areas.keys()) if (!counts.has(areaId)) counts.set(areaId, countsOf(undefined));
    return counts;
  },
});
