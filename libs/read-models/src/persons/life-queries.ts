// What happened in a person's life, who turns 18, and which cases it asks something of.
import { decodeCursor, encodeCursor, limitOf, pageOf } from '../cursor.js';
import { midnightOf } from '../dates.js';
import type { LifeCaseRow, ReadModels } from '../questions.js';
import { at, inScope, joinPerson, lifeOfAll, Parameters, type Ask } from '../sql.js';
import type { LifeTableRow } from './life.js';
import { REGISTRATIONS } from './queries.js';

interface Found {
  case_id: string;
  case_number: string;
  person_id: string;
  group_id: string;
  came_of_age_on: string | null;
  moved_on: string | null;
  last_discussed_on: string | null;
}

type Questions = 'lifeOf' | 'recordedUnder' | 'comingOfAge' | 'liveCasesOfTheDead' | 'lifeCases';
export const lifeQueries = (ask: Ask): Pick<ReadModels, Questions> => ({
  lifeOf: async (personId) => {
    const rows = await ask<LifeTableRow>(
      `select * from ${at('life_events')} where person_id in (${REGISTRATIONS('$1')}) order by person_id`,
      [personId],
    );
    // Of two registrations what is known of either.
    const one = <T>(of: (row: LifeTableRow) => T | null | undefined): T | undefined =>
      rows.map(of).find((each) => each != null) ?? undefined;
    const [cameOfAgeOn, moved, died] = [
      one((row) => row.came_of_age_on),
      one((row) => row.moved_on && row),
      one((row) => row.died_on && row),
    ];
    return {
      ...(cameOfAgeOn !== undefined && { cameOfAgeOn }),
      ...(moved && { moved: { recordedOn: moved.moved_on!, movedOn: moved.doc.movedOn, municipality: moved.doc.municipality } }),
      ...(died && { died: { recordedOn: died.died_on!, diedOn: died.doc.diedOn } }),
    };
  },

  recordedUnder: async (personId, lifeEvent) => {
    const [row] = await ask<{ person_id: string }>(
      `select person_id from ${at('life_events')} where person_id in (${REGISTRATIONS('$1')})
       order by ${lifeEvent === 'died' ? 'died_on' : 'moved_on'} is null, person_id limit 1`,
      [personId],
    );
    return row?.person_id;
  },

  comingOfAge: async (days) => {
    if (days.length === 0) return [];
    const rows = await ask<{ person_id: string }>(
      `select p.person_id from json_to_recordset($1) as d(birth_index text, before text)
         join ${at('person_search')} s on s.birth_index = d.birth_index
         join ${at('persons')} p using (person_id)
         join ${at('informing')} i using (person_id)
         left join ${at('life_events')} l using (person_id)
       where i.registered_at < d.before and p.merged_into is null and l.came_of_age_on is null and l.died_on is null
       order by p.person_id`,
      [JSON.stringify(days.map(({ birthIndex, on }) => ({ birth_index: birthIndex, before: midnightOf(on) })))],
    );
    return rows.map((row) => row.person_id);
  },

  liveCasesOfTheDead: async () => {
    const rows = await ask<{ case_id: string; revision: number }>(
      `select c.case_id, c.revision from ${at('life_events')} l join ${at('persons')} d using (person_id)
         join ${at('persons')} o on coalesce(o.merged_into, o.person_id) = coalesce(d.merged_into, d.person_id)
         join ${at('cases')} c on c.person_id = o.person_id
       where l.died_on is not null and c.live order by c.case_id`,
    );
    return rows.map(({ case_id: caseId, revision }) => ({ caseId, revision }));
  },

  lifeCases: async (scope, paging) => {
    const limit = limitOf(paging);
    const { p, values } = new Parameters();
    const conditions = inScope(scope, p);
    if (!conditions) return { items: [] };
    if (paging.after !== undefined) conditions.push(`c.case_id > ${p(decodeCursor('life', 1, paging.after)[0])}`);
    const rows = await ask<Found>(
      `select c.case_id, c.case_number, p.person_id, c.group_id, l.came_of_age_on, l.moved_on, c.last_discussed_on
       from ${at('cases')} c ${joinPerson()} join ${lifeOfAll()} l on l.person_id = p.person_id
       where c.live and ${conditions.join(' and ')}
         and (l.moved_on is not null or l.came_of_age_on > coalesce(c.last_discussed_on, ''))
       order by c.case_id limit ${p(limit + 1)}`,
      values,
    );
    return pageOf(
      rows,
      limit,
      (row): LifeCaseRow => ({
        ...{ caseId: row.case_id, caseNumber: row.case_number, personId: row.person_id, groupId: row.group_id },
        ...(row.moved_on !== null && { movedOn: row.moved_on }),
        ...(row.came_of_age_on !== null &&
          row.came_of_age_on > (row.last_discussed_on ?? '') && { cameOfAgeOn: row.came_of_age_on }),
      }),
      (row) => encodeCursor('life', [row.case_id]),
    );
  },
});
