// Who a person is, still sealed.
import type { PersonRow } from '../questions.js';
import { at, type Ask } from '../sql.js';
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

export const personQueries = (ask: Ask) => ({
  person: async (personId: string): Promise<PersonRow | undefined> => {
    const [row] = await ask<PersonTableRow>(`select * from ${at('persons')} where person_id = $1`, [personId]);
    return row && personRow(personId, row);
  },
  personByCpr: async (cprIndex: string): Promise<PersonRow | undefined> => {
    const [row] = await ask<PersonTableRow>(
      `select p.* from ${at('person_search')} s join ${at('persons')} p using (person_id)
       where s.cpr_index = $1 order by person_id limit 1`,
      [cprIndex],
    );
    return row && personRow(row.person_id, row);
  },
});
