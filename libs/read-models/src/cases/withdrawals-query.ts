// Which texts were withdrawn: those among an answer's, and the list of who got them.
import { decodeCursor, encodeCursor, limitOf, pageOf } from '../cursor.js';
import type { ReadModels, RecallRow, WithdrawalRow } from '../questions.js';
import { at, inScope, isOneOf, Parameters, type Ask } from '../sql.js';
import type { RestTableRow, WithdrawalTableRow } from './withdrawals.js';

type MarkOfWithdrawal = Pick<WithdrawalTableRow, 'event_id' | 'case_id' | 'disclosure_id' | 'at' | 'doc'>;
type MarkRow = MarkOfWithdrawal | (Pick<RestTableRow, 'event_id' | 'case_id' | 'disclosure_id' | 'doc'> & { readonly at: null });

type Found = WithdrawalTableRow & { readonly case_number: string; readonly group_id: string };
const withdrawalRow = ({
  event_id,
  case_id,
  disclosure_id,
  case_number,
  group_id,
  told,
  at: when,
  doc,
}: Found): WithdrawalRow => {
  const { acknowledged, withdrawn, recalled: _, ...rest } = doc;
  return {
    ...{ eventId: event_id, caseId: case_id, caseNumber: case_number, groupId: group_id, at: when },
    ...rest,
    why: withdrawn ?? 'recalled',
    ...(disclosure_id !== null && { disclosureId: disclosure_id }),
    told: told.map((organisationId) => {
      const answer = acknowledged.find((each) => each.organisationId === organisationId);
      return { organisationId, ...(answer && { acknowledgedAt: answer.at, acknowledgedBy: answer.by }) };
    }),
  };
};

/** Of `c`, a case: its texts are erased, and nobody can look at them any more. */
const ERASED = () =>
  `exists (select 1 from ${at('erasures')} e where e.person_id = c.person_id
     and (e.case_id is null or e.case_id = c.case_id) and e.status in ('started', 'erased'))`;

type FoundRecall = Found & { readonly rests: readonly RestTableRow[]; readonly erased: boolean };
const recallRow = ({ rests, erased, ...row }: FoundRecall): RecallRow => {
  const { why: _, disclosureId, writtenAt: sharedAt, by, at: when, ...rest } = withdrawalRow(row);
  const { fromOrganisationId, at: recalledAt, by: recalledBy } = row.doc.recalled ?? { fromOrganisationId: '', at: when, by };
  return {
    ...rest,
    ...{ disclosureId: disclosureId!, sharedAt, fromOrganisationId, at: recalledAt, by: recalledBy },
    // Open ones first, then by kind, so that the list reads the same each time.
    rests: rests
      .map(({ event_id, open, doc }) => ({ eventId: event_id, open: open && !erased, ...doc }))
      .sort((a, b) => Number(b.open) - Number(a.open) || (a.eventType + a.eventId < b.eventType + b.eventId ? -1 : 1)),
  };
};

export const withdrawalQueries = (ask: Ask): Pick<ReadModels, 'withdrawals' | 'marksAmong' | 'recalls'> => ({
  withdrawals: async (scope, { eventId, open }, paging) => {
    const limit = limitOf(paging);
    if ('none' in scope || ('groups' in scope && scope.groups.length === 0)) return { items: [] };
    const { p, values } = new Parameters();
    // Who was told sees it, also when the organisation takes no part in the case any more.
    const where = [`not (${p(scope.userId)} = any(c.excluded_user_ids))`];
    if ('groups' in scope) where.push(isOneOf('c.group_id', scope.groups, p));
    if ('organisationId' in scope) where.push(`${p(scope.organisationId)} = any(w.told)`);
    if (eventId !== undefined) where.push(`w.event_id = ${p(eventId)}`);
    if (open !== undefined) {
      const waits =
        'organisationId' in scope
          ? `not exists (select 1 from json_array_elements(w.doc -> 'acknowledged') k
               where k ->> 'organisationId' = ${p(scope.organisationId)})`
          : `json_array_length(w.doc -> 'acknowledged') < cardinality(w.told)`;
      where.push(open ? waits : `not (${waits})`);
    }
    if (paging.after !== undefined) {
      const [when, id] = decodeCursor('withdrawals', 2, paging.after);
      where.push(`(w.at, w.event_id) < (${p(when)}, ${p(id)})`);
    }
    const rows = await ask<Found>(
      `select w.*, c.case_number, c.group_id from ${at('withdrawals')} w join ${at('cases')} c using (case_id)
       where ${where.join(' and ')} order by w.at desc, w.event_id desc limit ${p(limit + 1)}`,
      values,
    );
    return pageOf(rows, limit, withdrawalRow, (row) => encodeCursor('withdrawals', [row.at, row.event_id]));
  },

  // One question: every answer with texts asks it, and each takes on its context first.
  marksAmong: async (eventIds) => {
    if (eventIds.length === 0) return { withdrawn: [], rests: [] };
    const rows = await ask<MarkRow>(
      `select event_id, case_id, disclosure_id, at, doc from ${at('withdrawals')} where event_id = any($1)
       union all
       select event_id, case_id, disclosure_id, null, doc from ${at('rests')} where open and event_id = any($1)`,
      [eventIds],
    );
    const ofWithdrawal = (row: MarkRow): row is MarkOfWithdrawal => row.at !== null;
    return {
      withdrawn: rows.filter(ofWithdrawal).map(({ event_id, case_id, disclosure_id, at: when, doc }) => ({
        eventId: event_id,
        caseId: case_id,
        at: when,
        by: doc.by,
        why: doc.withdrawn ?? 'recalled',
        ...(disclosure_id !== null && { disclosureId: disclosure_id }),
        ...(doc.recalled && { fromOrganisationId: doc.recalled.fromOrganisationId }),
      })),
      rests: rows
        .filter((row) => !ofWithdrawal(row))
        .map(({ event_id, case_id, disclosure_id, doc }) => ({
          ...{ eventId: event_id, caseId: case_id, disclosureId: disclosure_id, why: doc.why },
        })),
    };
  },

  recalls: async (scope, { open }, paging) => {
    const limit = limitOf(paging);
    const { p, values } = new Parameters();
    const where = inScope(scope, p);
    if (!where) return { items: [] };
    where.push('w.disclosure_id is not null');
    const waits = `(exists (select 1 from ${at('rests')} r where r.disclosure_id = w.disclosure_id and r.open) and not ${ERASED()})`;
    if (open !== undefined) where.push(open ? waits : `not ${waits}`);
    if (paging.after !== undefined) {
      const [when, id] = decodeCursor('recalls', 2, paging.after);
      where.push(`(w.at, w.event_id) < (${p(when)}, ${p(id)})`);
    }
    const rows = await ask<FoundRecall>(
      `select w.*, c.case_number, c.group_id, ${ERASED()} as erased,
         (select coalesce(json_agg(r), '[]') from ${at('rests')} r where r.disclosure_id = w.disclosure_id) as rests
       from ${at('withdrawals')} w join ${at('cases')} c using (case_id)
       where ${where.join(' and ')} order by w.at desc, w.event_id desc limit ${p(limit + 1)}`,
      values,
    );
    return pageOf(rows, limit, recallRow, (row) => encodeCursor('recalls', [row.at, row.event_id]));
  },
});
