// What is due for erasure, under way and done; legal holds; and what shows as erased. Persons by pseudonym, texts sealed.
import type { CloseOutcome } from '@app/domain';
import type { Position } from '@app/event-store';
import type { DataSource } from 'typeorm';
import { readCheckpoint, readParked } from '../checkpoint.js';
import { decodeCursor, encodeCursor, limitOf, pageOf } from '../cursor.js';
import { REGISTRATIONS } from '../persons/queries.js';
import type { CaseScope, ErasureRow, LegalHoldRow, ReadModels } from '../questions.js';
import { BACKGROUND, enter, SCHEMA } from '../context.js';
import { at, inScope, Parameters, type Ask } from '../sql.js';
import type { ErasureTableRow, LegalHoldTableRow } from './projection.js';

/** A hold that keeps what `x` (person_id, case_id) is about: also one of everything about a person it is merged with. */
const HELD = (x: string) =>
  `exists (select 1 from ${at('legal_holds')} h where not h.lifted
     and (h.person_id = ${x}.person_id and (h.case_id is null or ${x}.case_id is null or h.case_id = ${x}.case_id)
       or h.case_id is null and h.person_id in (${REGISTRATIONS(`${x}.person_id`)})))`;
const NOT_WITHDRAWN = "status <> 'withdrawn'";

/** Conditions on `x` (person_id, case_id): the cases it is about are in the scope. Undefined: nothing is. */
const reaches = (scope: CaseScope, x: string, p: Parameters['p']): string | undefined => {
  const conditions = inScope(scope, p);
  if (!conditions) return undefined;
  const its = `c.person_id = ${x}.person_id and (${x}.case_id is null or c.case_id = ${x}.case_id)`;
  const within = `exists (select 1 from ${at('cases')} c where ${[its, ...conditions].join(' and ')})`;
  // Of somebody without a case: for those who lead.
  const without = `not exists (select 1 from ${at('cases')} c where c.person_id = ${x}.person_id)`;
  return 'organisationId' in scope ? within : `(${within} or ${without})`;
};

type FoundErasure = ErasureTableRow & { readonly case_number: string | null; readonly held: boolean };
const erasureRow = ({
  erasure_id,
  person_id,
  case_id,
  case_number,
  status,
  proposed_at,
  held,
  doc,
}: FoundErasure): ErasureRow => ({
  erasureId: erasure_id,
  personId: person_id,
  ...(case_id !== null && { caseId: case_id }),
  ...(case_number !== null && { caseNumber: case_number }),
  status,
  proposedAt: proposed_at,
  held,
  ...doc,
});
const ERASURE_COLUMNS = () =>
  `select e.*, ${HELD('e')} as held, n.case_number
   from ${at('erasures')} e left join ${at('cases')} n on n.case_id = e.case_id`;

type FoundHold = LegalHoldTableRow & { readonly case_number: string | null };
const holdRow = ({ hold_id, person_id, case_id, case_number, lifted, review_on, doc }: FoundHold): LegalHoldRow => ({
  holdId: hold_id,
  personId: person_id,
  ...(case_id !== null && { caseId: case_id }),
  ...(case_number !== null && { caseNumber: case_number }),
  lifted,
  reviewOn: review_on,
  ...doc,
});
const HOLD_COLUMNS = () =>
  `select h.*, n.case_number from ${at('legal_holds')} h left join ${at('cases')} n on n.case_id = h.case_id`;

interface FoundDue {
  readonly case_id: string | null;
  readonly person_id: string;
  readonly case_number: string | null;
  readonly ended_at: string;
  readonly outcome: CloseOutcome | null;
  readonly without_action: boolean;
  readonly held: boolean;
}

export const erasureQueries = (
  ask: Ask,
): Pick<
  ReadModels,
  'erasure' | 'erasures' | 'erasuresToCarryOut' | 'erasedOf' | 'dueForErasure' | 'legalHold' | 'legalHolds' | 'casesToErase'
> => ({
  erasure: async (erasureId) => {
    const [row] = await ask<FoundErasure>(`${ERASURE_COLUMNS()} where e.erasure_id = $1`, [erasureId]);
    return row && erasureRow(row);
  },

  erasures: async (scope, { status }, paging) => {
    const limit = limitOf(paging);
    const { p, values } = new Parameters();
    const visible = reaches(scope, 'e', p);
    if (visible === undefined) return { items: [] };
    const where = [visible];
    if (status !== undefined) where.push(`e.status = ${p(status)}`);
    if (paging.after !== undefined) {
      const [when, id] = decodeCursor('erasures', 2, paging.after);
      where.push(`(e.proposed_at, e.erasure_id) < (${p(when)}, ${p(id)})`);
    }
    const rows = await ask<FoundErasure>(
      `${ERASURE_COLUMNS()} where ${where.join(' and ')} order by e.proposed_at desc, e.erasure_id desc limit ${p(limit + 1)}`,
      values,
    );
    return pageOf(rows, limit, erasureRow, (row) => encodeCursor('erasures', [row.proposed_at, row.erasure_id]));
  },

  erasuresToCarryOut: async (now) => {
    const rows = await ask<FoundErasure>(
      `${ERASURE_COLUMNS()} where e.status = 'started' or (e.status = 'approved' and e.doc ->> 'regretUntil' <= $1
         and e.doc -> 'archiving' is not null and not ${HELD('e')})
       order by e.proposed_at, e.erasure_id`,
      [now],
    );
    return rows.map(erasureRow);
  },

  erasedOf: async (personIds) => {
    if (personIds.length === 0) return [];
    const rows = await ask<ErasureTableRow>(
      `select * from ${at('erasures')} where person_id = any($1) and status in ('started', 'erased')`,
      [personIds],
    );
    return rows.map(({ erasure_id, person_id, case_id, doc }) => ({
      erasureId: erasure_id,
      personId: person_id,
      ...(case_id !== null && { caseId: case_id }),
      at: doc.erasedAt ?? doc.startedAt!,
    }));
  },

  dueForErasure: async (scope, endedBefore, paging) => {
    const limit = limitOf(paging);
    const { p, values } = new Parameters();
    const conditions = inScope(scope, p);
    if (!conditions) return { items: [] };
    const scoped = conditions.join(' and ');
    const withoutAction = "(c.status = 'rejected' or c.doc ->> 'outcome' = 'closed-without-action')";
    const erased = (x: string) =>
      `exists (select 1 from ${at('erasures')} e where e.person_id = ${x}.person_id and e.case_id = ${x}.case_id and e.status = 'erased')`;
    const ofThePerson = `exists (select 1 from ${at('erasures')} e where e.person_id = c.person_id and e.case_id is null and e.${NOT_WITHDRAWN})`;
    const due =
      // Cases whose time is over, and persons of whom nothing but the identity is left.
      `select c.case_id, c.person_id, c.case_number, c.ended_at, c.doc ->> 'outcome' as outcome,
         ${withoutAction} as without_action, ${HELD('c')} as held
       from ${at('cases')} c
       where ${scoped} and c.ended_at is not null
         and c.ended_at < case when ${withoutAction} then ${p(endedBefore.withoutAction)} else ${p(endedBefore.otherwise)} end
         and not ${ofThePerson}
         and not exists (select 1 from ${at('erasures')} e
           where e.person_id = c.person_id and e.case_id = c.case_id and e.${NOT_WITHDRAWN})
       union all
       select null, c.person_id, null, max(c.ended_at), null, false,
         exists (select 1 from ${at('legal_holds')} h where h.person_id = c.person_id and not h.lifted)
       from ${at('cases')} c
       where ${scoped} and ${erased('c')} and not ${ofThePerson}
         and not exists (select 1 from ${at('cases')} o where o.person_id = c.person_id and not ${erased('o')})
       group by c.person_id`;
    const where: string[] = [];
    if (paging.after !== undefined) {
      const [ended, person, caseId] = decodeCursor('due', 3, paging.after);
      where.push(`where (ended_at, person_id, coalesce(case_id, '')) > (${p(ended)}, ${p(person)}, ${p(caseId)})`);
    }
    const rows = await ask<FoundDue>(
      `select * from (${due}) d ${where.join('')} order by ended_at, person_id, coalesce(case_id, '') limit ${p(limit + 1)}`,
      values,
    );
    return pageOf(
      rows,
      limit,
      ({ case_id, person_id, case_number, ended_at, outcome, without_action, held }) => ({
        personId: person_id,
        ...(case_id !== null && { caseId: case_id }),
        ...(case_number !== null && { caseNumber: case_number }),
        endedAt: ended_at,
        ...(outcome !== null && { outcome }),
        withoutAction: without_action,
        held,
      }),
      (row) => encodeCursor('due', [row.ended_at, row.person_id, row.case_id ?? '']),
    );
  },

  casesToErase: (personId) =>
    ask(
      `select c.case_id as "caseId", c.responsible_organisation_id as "responsibleOrganisationId",
         array(select distinct m.stream from ${at('mentions')} m where m.case_id = c.case_id order by 1) as "mentionedIn"
       from ${at('cases')} c where c.person_id = $1 order by c.case_id`,
      [personId],
    ),

  legalHold: async (holdId) => {
    const [row] = await ask<FoundHold>(`${HOLD_COLUMNS()} where h.hold_id = $1`, [holdId]);
    return row && holdRow(row);
  },

  legalHolds: async (scope, paging) => {
    const limit = limitOf(paging);
    const { p, values } = new Parameters();
    const visible = reaches(scope, 'h', p);
    if (visible === undefined) return { items: [] };
    const where = [visible];
    if (paging.after !== undefined) {
      const [on, id] = decodeCursor('holds', 2, paging.after);
      where.push(`(h.review_on, h.hold_id) > (${p(on)}, ${p(id)})`);
    }
    const rows = await ask<FoundHold>(
      `${HOLD_COLUMNS()} where ${where.join(' and ')} order by h.review_on, h.hold_id limit ${p(limit + 1)}`,
      values,
    );
    return pageOf(rows, limit, holdRow, (row) => encodeCursor('holds', [row.review_on, row.hold_id]));
  },
});

/** What was erased, as far as the read models know; what came after `position`, and to parked streams, is for the log to tell. */
export interface ErasedSoFar {
  readonly position: Position;
  readonly targets: readonly { readonly personId: string; readonly caseId?: string }[];
  readonly parkedPersonIds: readonly string[];
}

/** For the start of the server, before projections run. All of one moment. */
export const erasedSoFar = (dataSource: DataSource): Promise<ErasedSoFar> =>
  dataSource.transaction('REPEATABLE READ', async (em) => {
    await enter(em, BACKGROUND);
    const rows = await em.query<{ person_id: string; case_id: string | null }[]>(
      `select person_id, case_id from ${at('erasures')} where status in ('started', 'erased')`,
    );
    return {
      position: await readCheckpoint(em, SCHEMA),
      targets: rows.map(({ person_id, case_id }) => ({ personId: person_id, ...(case_id !== null && { caseId: case_id }) })),
      parkedPersonIds: (await readParked(em, SCHEMA)).flatMap(({ stream }) =>
        stream.startsWith('person-') ? stream.slice('person-'.length) : [],
      ),
    };
  });
