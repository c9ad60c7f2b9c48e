// Cases: one with all that hangs on it, the facts access asks for, and the list, most overdue first.
import type { Sealed } from '@app/personal-data';
import { decodeCursor, encodeCursor, limitOf } from '../cursor.js';
import { InvalidCursorError } from '../errors.js';
import { personRow, REGISTRATIONS } from '../persons/queries.js';
import type { PersonTableRow } from '../persons/projection.js';
import type { CaseDetail, CaseFacts, CaseRow, FollowUpRow, Page, ReadModels, RequestRow } from '../questions.js';
import { addressProtected, at, inScope, joinPerson, Parameters, type Ask } from '../sql.js';
import { actionRow } from './actions-queries.js';
import { NO_DEADLINE, type ActionTableRow, type CaseTableRow, type FollowUpTableRow, type RequestTableRow } from './tables.js';

type Person = {
  readonly shown_person_id: string | null;
  readonly address_protected: boolean | null;
  readonly person_doc: PersonTableRow['doc'] | null;
};
type Found = CaseTableRow & Person;

const facts = (row: CaseTableRow): CaseFacts => ({
  caseId: row.case_id,
  personId: row.person_id,
  groupId: row.group_id,
  areaId: row.area_id,
  organisations: row.doc.organisations,
  excludedUserIds: row.excluded_user_ids,
});

const caseRow = (row: Found, today: string): CaseRow => {
  const { ageBand, responsibleUserId, openedAt, closedAt, outcome, pausedUntil, open, followUps } = row.doc;
  const deadlines = open.map((action) => action.deadline);
  const nextFollowUp = row.live ? followUps[0] : undefined;
  return {
    ...facts(row),
    caseNumber: row.case_number,
    status: row.status,
    ageBand,
    responsibleOrganisationId: row.responsible_organisation_id,
    ...(responsibleUserId !== undefined && { responsibleUserId }),
    referredAt: row.referred_at,
    ...(openedAt !== undefined && { openedAt }),
    ...(closedAt !== undefined && { closedAt }),
    ...(outcome !== undefined && { outcome }),
    ...(pausedUntil !== undefined && { pausedUntil }),
    lastActivityAt: row.last_activity_at,
    openActions: deadlines.length,
    overdueActions: deadlines.filter((deadline) => deadline < today).length,
    ...(row.next_deadline !== NO_DEADLINE && { nextDeadline: row.next_deadline }),
    ...(nextFollowUp !== undefined && { nextFollowUp }),
    revision: row.revision,
    person: personRow(row.shown_person_id ?? row.person_id, { address_protected: row.address_protected, doc: row.person_doc }),
  };
};

const WITH_PERSON = () => `from ${at('cases')} c ${joinPerson()}`;
const CASE_COLUMNS = () => `c.*, ${addressProtected()} as address_protected, p.person_id as shown_person_id, p.doc as person_doc`;

const followUpRow = (row: FollowUpTableRow, lastDiscussedOn: string | null): FollowUpRow => ({
  followUpId: row.follow_up_id,
  on: row.due_on,
  ...row.doc,
  done: lastDiscussedOn !== null && lastDiscussedOn >= row.due_on,
});
const requestRow = ({ request_id, due_on, status, doc }: RequestTableRow): RequestRow => ({
  requestId: request_id,
  dueOn: due_on,
  status,
  ...doc,
});

/** The list in three parts, each in an order an index has: overdue, other live cases, and those at rest. */
const PARTS = ['overdue', 'live', 'resting'] as const;

export const caseQueries = (
  ask: Ask,
): Pick<ReadModels, 'case' | 'caseFacts' | 'caseFactsOf' | 'caseNames' | 'caseFactsOfPerson' | 'cases'> => ({
  caseFacts: async (caseId) => {
    const [row] = await ask<CaseTableRow>(`select * from ${at('cases')} where case_id = $1`, [caseId]);
    return row && facts(row);
  },
  caseFactsOf: async (caseIds) => {
    if (caseIds.length === 0) return [];
    const rows = await ask<CaseTableRow>(`select * from ${at('cases')} where case_id = any($1)`, [caseIds]);
    return rows.map(facts);
  },
  caseNames: async (caseIds) => {
    if (caseIds.length === 0) return new Map();
    const rows = await ask<{ case_id: string; case_number: string; area_id: string; person_name: Sealed | null }>(
      `select c.case_id, c.case_number, c.area_id, p.doc -> 'name' as person_name ${WITH_PERSON()} where c.case_id = any($1)`,
      [caseIds],
    );
    return new Map(
      rows.map(({ case_id, case_number: caseNumber, area_id: areaId, person_name }) => [
        case_id,
        { caseNumber, areaId, ...(person_name && { personName: person_name }) },
      ]),
    );
  },
  caseFactsOfPerson: async (personId) => {
    const rows = await ask<CaseTableRow>(
      `select * from ${at('cases')} where person_id = any (array[$1]::text[] || array(${REGISTRATIONS('$1')})) order by referred_at desc, case_id`,
      [personId],
    );
    return rows.map(facts);
  },

  case: async (caseId, today): Promise<CaseDetail | undefined> => {
    const list = (name: string, order: string) =>
      `(select coalesce(json_agg(x order by ${order}), '[]') from ${at(name)} x where x.case_id = c.case_id) as ${name}`;
    const [row] = await ask<Found & { actions: ActionTableRow[]; follow_ups: FollowUpTableRow[]; requests: RequestTableRow[] }>(
      `select ${CASE_COLUMNS()},
         ${list('actions', 'x.open desc, x.deadline, x.action_id')},
         ${list('follow_ups', 'x.due_on, x.follow_up_id')},
         ${list('requests', 'x.due_on, x.request_id')}
       ${WITH_PERSON()} where c.case_id = $1`,
      [caseId],
    );
    if (!row) return undefined;
    const { reason } = row.doc;
    return {
      ...caseRow(row, today),
      ...(reason && { reason }),
      actions: row.actions.map((action) =>
        actionRow({ ...row, ...action, person_id: row.shown_person_id ?? row.person_id }, row.person_doc?.name, today),
      ),
      followUps: row.follow_ups.map((followUp) => followUpRow(followUp, row.last_discussed_on)),
      requests: row.requests.map(requestRow),
    };
  },

  cases: async (scope, filter, paging, today): Promise<Page<CaseRow>> => {
    const limit = limitOf(paging);
    // The date belongs to the order: a list begun before midnight is paged to its end as it began.
    let [part, date, deadline, activity, caseId] = ['', today, '', '', ''];
    if (paging.after !== undefined) {
      [part, date, deadline, activity, caseId] = decodeCursor('cases', 5, paging.after) as [
        string,
        string,
        string,
        string,
        string,
      ];
      if (!(PARTS as readonly string[]).includes(part)) throw new InvalidCursorError();
    }
    const items: { row: Found; part: string }[] = [];
    for (const current of PARTS.slice(part === '' ? 0 : PARTS.indexOf(part as 'live'))) {
      const { p, values } = new Parameters();
      const where = inScope(scope, p);
      if (!where) return { items: [] };
      if (filter.status !== undefined) where.push(`c.status = ${p(filter.status)}`);
      if (filter.areaId !== undefined) where.push(`c.area_id = ${p(filter.areaId)}`);
      if (filter.groupId !== undefined) where.push(`c.group_id = ${p(filter.groupId)}`);
      if (filter.responsibleOrganisationId !== undefined)
        where.push(`c.responsible_organisation_id = ${p(filter.responsibleOrganisationId)}`);
      where.push(current === 'resting' ? 'not c.live' : 'c.live');
      if (current !== 'resting') where.push(`c.next_deadline ${current === 'overdue' ? '<' : '>='} ${p(date)}`);
      if (current === part) {
        const after = `(c.last_activity_on <= ${p(activity.slice(0, 10))} and (c.last_activity_at < ${p(activity)}
          or c.last_activity_at = ${p(activity)} and c.case_id > ${p(caseId)}))`;
        where.push(
          current === 'overdue' ? `(c.next_deadline > ${p(deadline)} or c.next_deadline = ${p(deadline)} and ${after})` : after,
        );
      }
      const order = `${current === 'overdue' ? 'c.next_deadline, ' : ''}c.last_activity_on desc, c.last_activity_at desc, c.case_id`;
      const rows = await ask<Found>(
        `select ${CASE_COLUMNS()} ${WITH_PERSON()} where ${where.join(' and ')}
         order by ${order} limit ${p(limit + 1 - items.length)}`,
        values,
      );
      items.push(...rows.map((row) => ({ row, part: current })));
      if (items.length > limit) break;
    }
    const shown = items.slice(0, limit).map(({ row }) => caseRow(row, today));
    if (items.length <= limit) return { items: shown };
    const last = items[limit - 1]!;
    const { next_deadline, last_activity_at, case_id } = last.row;
    return { items: shown, next: encodeCursor('cases', [last.part, date, next_deadline, last_activity_at, case_id]) };
  },
});
