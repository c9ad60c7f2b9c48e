// Whether a person was told, and who nobody has told.
import { decodeCursor, encodeCursor, limitOf, pageOf } from '../cursor.js';
import type { InformingRow, ReadModels, UninformedRow } from '../questions.js';
import { at, inScope, Parameters, type Ask } from '../sql.js';
import type { InformingTableRow } from './informing.js';
import type { PersonTableRow } from './projection.js';
import { personRow, REGISTRATIONS } from './queries.js';

/** Of somebody registered twice: of the registration that was informed last, else of the one that waits longest. */
const rank = ({ informed_on, review_on }: InformingTableRow) => `${informed_on ?? ''} ${review_on ?? ''}`;

export const informingQueries = (ask: Ask): Pick<ReadModels, 'informing' | 'uninformed'> => ({
  informing: async (personId): Promise<InformingRow> => {
    const rows = await ask<InformingTableRow>(
      `select * from ${at('informing')} where person_id in (${REGISTRATIONS('$1')}) order by person_id`,
      [personId],
    );
    const [row] = [...rows].sort((a, b) => (rank(a) < rank(b) ? 1 : -1));
    const { informed, postponed } = row?.doc ?? {};
    return {
      ...(row?.in_doubt && { inDoubt: true }),
      ...(informed && { informed: { ...informed, informedOn: row!.informed_on! } }),
      ...(postponed && row!.review_on !== null && { postponed: { ...postponed, reviewOn: row!.review_on } }),
    };
  },

  uninformed: async (scope, today, paging) => {
    const limit = limitOf(paging);
    const { p, values } = new Parameters();
    const conditions = inScope(scope, p);
    if (!conditions || 'none' in scope) return { items: [] };
    const day = p(today);
    const itsCases = `from ${at('cases')} c join ${at('persons')} o on o.person_id = c.person_id
      where coalesce(o.merged_into, o.person_id) = p.person_id`;
    // The month runs from the first of somebody's registrations.
    const registeredAt = `least(i.registered_at, (select min(f.registered_at) from ${at('informing')} f
      join ${at('persons')} m using (person_id) where m.merged_into = p.person_id))`;
    const after: string[] = [];
    if (paging.after !== undefined) {
      const [when, id] = decodeCursor('uninformed', 2, paging.after);
      after.push(`and (${registeredAt}, i.person_id) > (${p(when)}, ${p(id)})`);
    }
    const rows = await ask<InformingTableRow & { identity: PersonTableRow['doc']; protected: boolean; case_ids: string[] }>(
      `select i.*, ${registeredAt} as registered_at, p.doc as identity, p.address_protected as protected,
         array(select c.case_id ${itsCases} and ${conditions.join(' and ')} order by c.referred_at desc, c.case_id) as case_ids
       from ${at('informing')} i join ${at('persons')} p using (person_id)
       where i.informed_on is null and (i.review_on is null or i.review_on <= ${day}) and p.merged_into is null
         and not exists (select 1 from ${at('informing')} other join ${at('persons')} m using (person_id)
           where m.merged_into = p.person_id and (other.informed_on is not null or other.review_on > ${day}))
         and not exists (select 1 from ${at('erasures')} e
           where e.person_id = p.person_id and e.case_id is null and e.status in ('started', 'erased'))
         and not exists (select 1 from ${at('life_events')} l join ${at('persons')} r using (person_id)
           where l.died_on is not null and coalesce(r.merged_into, r.person_id) = p.person_id)
         and exists (select 1 ${itsCases} and ${conditions.join(' and ')})
         and not exists (select 1 ${itsCases} and ${p(scope.userId)} = any(c.excluded_user_ids)) ${after.join('')}
       order by ${registeredAt}, i.person_id limit ${p(limit + 1)}`,
      values,
    );
    return pageOf(
      rows,
      limit,
      ({ person_id, identity, protected: address_protected, ...row }): UninformedRow => ({
        ...personRow(person_id, { address_protected, doc: identity }),
        caseIds: row.case_ids,
        registeredAt: row.registered_at,
        ...(row.doc.postponed && { postponed: { ground: row.doc.postponed.ground, reviewOn: row.review_on! } }),
      }),
      (row) => encodeCursor('uninformed', [row.registered_at, row.person_id]),
    );
  },
});
