// Who a person is, still sealed, and who is found by a name.
import type { PersonRow, ReadModels } from '../questions.js';
import { addressProtected, at, inScope, joinPerson, Parameters, type Ask } from '../sql.js';
import type { PersonTableRow } from './projection.js';

/** A person whose stream is parked from the start: nothing is known, so the address counts as protected. */
export const personRow = (
  personId: string,
  row: { address_protected: boolean | null; doc: PersonTableRow['doc'] | null },
): PersonRow => ({
  personId,
  addressProtected: row.address_protected ?? true,
  identity: row.doc ?? {},
});

/** Ids of all registrations of one person: the one with this id, and those it is merged with. */
export const REGISTRATIONS = (id: string): string =>
  `select coalesce(o.merged_into, o.person_id) from ${at('persons')} o where o.person_id = ${id}
   union all select r.person_id from ${at('persons')} o join ${at('persons')} r on r.merged_into = coalesce(o.merged_into, o.person_id)
     where o.person_id = ${id}`;

export const personQueries = (ask: Ask): Pick<ReadModels, 'person' | 'registrationsOf' | 'personByCpr' | 'personsByName'> => ({
  person: async (personId) => {
    const [row] = await ask<PersonTableRow>(
      `select p.person_id, p.doc, ${addressProtected()} as address_protected
       from (select $1::text as person_id) c ${joinPerson()} where p.person_id is not null`,
      [personId],
    );
    return row && personRow(row.person_id, row);
  },
  registrationsOf: async (personId) => {
    const rows = await ask<PersonTableRow>(
      `select * from ${at('persons')} where person_id in (${REGISTRATIONS('$1')}) order by person_id`,
      [personId],
    );
    return rows.map((row) => personRow(row.person_id, row));
  },
  personByCpr: async (cprIndex) => {
    const [row] = await ask<PersonTableRow>(
      `select p.* from ${at('person_search')} s join ${at('persons')} p using (person_id)
       where s.cpr_index = $1 order by person_id limit 1`,
      [cprIndex],
    );
    return row && personRow(row.person_id, row);
  },

  personsByName: async (query, scope, limit) => {
    if ('none' in scope || query.length === 0) return [];
    const { p, values } = new Parameters();
    const conditions = inScope(scope, p);
    if (!conditions) return [];
    const has = (token: string) => {
      const one = `array[${p(token)}]::text[]`;
      return `(s.name_tokens @> ${one} or s.alias_tokens @> ${one})`;
    };
    const any = (tokens: (reading: (typeof query)[number]) => readonly string[]) =>
      query.map((reading) => `(${tokens(reading).map(has).join(' and ')})`).join(' or ');
    // By the surviving registration, with the cases of all.
    const itsCases = `from ${at('cases')} c join ${at('persons')} o on o.person_id = c.person_id
      where coalesce(o.merged_into, o.person_id) = p.person_id`;
    const rows = await ask<PersonTableRow & { exact: boolean; case_ids: string[] }>(
      `select p.person_id, p.doc, ${addressProtected()} as address_protected, f.exact,
         array(select c.case_id ${itsCases} and ${conditions.join(' and ')} order by c.referred_at desc, c.case_id) as case_ids
       from (
         select coalesce(r.merged_into, r.person_id) as person_id, bool_or(${any(({ exact }) => exact)}) as exact
         from ${at('person_search')} s join ${at('persons')} r using (person_id)
         where ${any(({ found }) => found)} group by 1
       ) f join ${at('persons')} p using (person_id)
       where exists (select 1 ${itsCases} and ${conditions.join(' and ')})
         and not exists (select 1 ${itsCases} and ${p(scope.userId)} = any(c.excluded_user_ids))
       order by f.exact desc, p.person_id limit ${p(limit)}`,
      values,
    );
    return rows.map(({ exact, case_ids: caseIds, ...row }) => ({ ...personRow(row.person_id, row), exact, caseIds }));
  },
});
