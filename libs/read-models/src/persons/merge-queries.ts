// Registrations that may be of one person, what was merged, and what was written about two while they were one.
import type { EventStore, StoredEvent } from '@app/event-store';
import { decodeCursor, encodeCursor, limitOf, pageOf } from '../cursor.js';
import { readAbout } from '../access-requests/queries.js';
import { timelineEntry } from '../cases/timeline-query.js';
import type { DuplicateReason, MergeRow, ReadModels } from '../questions.js';
import { at, inScope, Parameters, type Ask } from '../sql.js';
import type { MergeTableRow, PersonTableRow } from './projection.js';
import { personRow, REGISTRATIONS } from './queries.js';

const mergeRow = ({ merge_id, person_id, into_person_id, doc }: MergeTableRow): MergeRow => ({
  mergeId: merge_id,
  personId: person_id,
  intoPersonId: into_person_id,
  ...doc,
});

type Questions = 'duplicates' | 'mergeFacts' | 'mergedWith' | 'mergesOf' | 'textsInBetween';
export const mergeQueries = (ask: Ask, store: EventStore): Pick<ReadModels, Questions> => ({
  duplicates: async (scope, paging) => {
    const limit = limitOf(paging);
    if ('none' in scope) return { items: [] };
    const { p, values } = new Parameters();
    const conditions = inScope(scope, p);
    if (!conditions) return { items: [] };
    const itsCases = (person: string) => `from ${at('cases')} c where c.person_id = ${person}.person_id`;
    const inBoth = (reason: DuplicateReason, condition: string, source = 'mine') =>
      `select a.person_id as one, b.person_id as other, '${reason}' as reason
       from ${source} a join ${source} b on a.person_id < b.person_id and ${condition}`;
    const after: string[] = [];
    if (paging.after !== undefined) {
      const [one, other] = decodeCursor('duplicates', 2, paging.after);
      after.push(`and (pair.one, pair.other) > (${p(one)}, ${p(other)})`);
    }
    // From the blind index alone: nothing is opened to compare it.
    const pairs = await ask<{ one: string; other: string; reasons: DuplicateReason[] }>(
      `with mine as materialized (
         select s.* from ${at('person_search')} s join ${at('persons')} r using (person_id)
         where r.merged_into is null and exists (select 1 ${itsCases('s')} and ${conditions.join(' and ')})
           and not exists (select 1 ${itsCases('s')} and ${p(scope.userId)} = any(c.excluded_user_ids))
       ), slips as materialized (select mine.*, slip from mine cross join unnest(mine.cpr_alike) slip),
       pair as (
         ${inBoth('same-cpr', 'a.cpr_index = b.cpr_index')}
         union ${inBoth('alike-cpr', 'a.slip = b.slip and a.cpr_index <> b.cpr_index and a.name_tokens && b.name_tokens', 'slips')}
         union ${inBoth('same-name-and-birth-date', 'a.name_key = b.name_key and a.birth_index = b.birth_index')}
       )
       select pair.one, pair.other, array_agg(pair.reason order by pair.reason) as reasons from pair
       where not exists (select 1 from ${at('merges')} m
         where (m.person_id, m.into_person_id) in ((pair.one, pair.other), (pair.other, pair.one))) ${after.join('')}
       group by 1, 2 order by 1, 2 limit ${p(limit + 1)}`,
      values,
    );
    const ids = [...new Set(pairs.flatMap(({ one, other }) => [one, other]))];
    const of = new Parameters();
    const persons = await ask<PersonTableRow & { case_ids: string[] }>(
      `select p.*, array(select c.case_id ${itsCases('p')} and ${inScope(scope, of.p)!.join(' and ')}
         order by c.referred_at desc, c.case_id) as case_ids
       from ${at('persons')} p where p.person_id = any(${of.p(ids)})`,
      of.values,
    );
    const byId = new Map(persons.map((row) => [row.person_id, { ...personRow(row.person_id, row), caseIds: row.case_ids }]));
    return pageOf(
      pairs,
      limit,
      ({ one, other, reasons }) => ({ reasons, persons: [byId.get(one)!, byId.get(other)!] }),
      ({ one, other }) => encodeCursor('duplicates', [one, other]),
    );
  },

  mergeFacts: async (personId, intoPersonId) => {
    const [row] = await ask<{ survivor_merged: boolean; survivor_erased: boolean; aliases: boolean }>(
      `select exists (select 1 from ${at('persons')} where person_id = $2 and merged_into is not null) as survivor_merged,
         exists (select 1 from ${at('erasures')} where person_id = $2 and case_id is null and status <> 'withdrawn') as survivor_erased,
         exists (select 1 from ${at('persons')} where merged_into = $1) as aliases`,
      [personId, intoPersonId],
    );
    const { survivor_merged, survivor_erased, aliases } = row!;
    return { survivorIsMerged: survivor_merged, survivorIsErased: survivor_erased, hasAliases: aliases };
  },

  mergedWith: async (personId) => {
    const rows = await ask<{ id: string }>(`select id from (${REGISTRATIONS('$1')}) r(id) where id <> $1 order by id`, [
      personId,
    ]);
    return rows.map(({ id }) => id);
  },

  mergesOf: async (personId) => {
    const rows = await ask<MergeTableRow>(
      `select * from ${at('merges')} where person_id = $1 or into_person_id = $1 order by position desc`,
      [personId],
    );
    return rows.map(mergeRow);
  },

  textsInBetween: async (mergeId) => {
    const [merge] = await ask<MergeTableRow>(`select * from ${at('merges')} where merge_id = $1`, [mergeId]);
    if (!merge) return [];
    const { person_id, into_person_id, position: from, undone_position: until } = merge;
    const persons = [person_id, into_person_id];
    const between = ({ position }: StoredEvent) => position > from && (until === null || position < until);
    return (await readAbout(ask, store, persons)).filter(between).flatMap((stored) => {
      const entry = timelineEntry(stored);
      const [text] = Object.values(entry.texts);
      if (!text || !persons.includes(text.subjectId)) return [];
      const { subjectId: personId, scope } = text;
      return [{ ...entry, personId, ...(scope !== 'identity' && { caseId: scope }), position: stored.position }];
    });
  },
});
