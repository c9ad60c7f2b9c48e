// Actions: who owes what by when. Overdue is a matter of today's date, never stored.
import type { Sealed } from '@app/personal-data';
import { decodeCursor, encodeCursor, limitOf, pageOf } from '../cursor.js';
import { daysBetween } from '../dates.js';
import type { ActionRow, ReadModels } from '../questions.js';
import { at, inScope, joinPerson, Parameters, type Ask } from '../sql.js';
import type { ActionTableRow, CaseTableRow } from './tables.js';

type OfCase = Pick<CaseTableRow, 'case_number' | 'person_id' | 'area_id'>;
export type FoundAction = ActionTableRow & OfCase & { readonly person_name: Sealed | null };

export const actionRow = (row: ActionTableRow & OfCase, personName: Sealed | undefined, today: string): ActionRow => {
  const overdue = row.open && row.deadline < today;
  const { agreedAt, agreedInMeetingId, handoverTo, description, lastReport, quarantine = [] } = row.doc;
  return {
    actionId: row.action_id,
    caseId: row.case_id,
    caseNumber: row.case_number,
    personId: row.person_id,
    areaId: row.area_id,
    groupId: row.group_id,
    ownerOrganisationId: row.owner_organisation_id,
    ...(row.owner_user_id !== null && { ownerUserId: row.owner_user_id }),
    deadline: row.deadline,
    status: row.status,
    overdue,
    daysOverdue: overdue ? daysBetween(row.deadline, today) : 0,
    deadlineMoves: row.deadline_moves,
    chases: row.chase.climbed.chases.length,
    chasesAnswered: new Set(row.chase.climbed.answers.map(({ chaseId }) => chaseId)).size,
    ...(row.chase.lastChasedOn !== undefined && { lastChasedOn: row.chase.lastChasedOn }),
    ...(row.chase.escalatedOn !== undefined && { escalatedOn: row.chase.escalatedOn }),
    ...(row.asked_on !== null && { awaitsAcceptanceSince: row.asked_on }),
    agreedAt,
    ...(agreedInMeetingId !== undefined && { agreedInMeetingId }),
    ...(handoverTo && { handoverTo }),
    ...(description && { description }),
    ...(lastReport && { lastReport }),
    ...(quarantine.length > 0 && { restsOnRecalled: [...new Set(quarantine.map(({ disclosureId }) => disclosureId))] }),
    ...(personName && { personName }),
  };
};

export const SELECT_ACTIONS = () =>
  `select a.*, c.case_number, coalesce(p.person_id, c.person_id) as person_id, c.area_id, p.doc -> 'name' as person_name
   from ${at('actions')} a join ${at('cases')} c on c.case_id = a.case_id
   ${joinPerson()}`;
export const toActionRow =
  (today: string) =>
  (row: FoundAction): ActionRow =>
    actionRow(row, row.person_name ?? undefined, today);

export const actionQueries = (ask: Ask): Pick<ReadModels, 'action' | 'actions' | 'meetingActions'> => ({
  action: async (actionId, today) => {
    const [row] = await ask<FoundAction>(`${SELECT_ACTIONS()} where a.action_id = $1`, [actionId]);
    return row && toActionRow(today)(row);
  },

  actions: async (scope, filter, paging, today) => {
    const limit = limitOf(paging);
    const { p, values } = new Parameters();
    const where = inScope(scope, p);
    if (!where) return { items: [] };
    // The action knows its group too, and has the index for it.
    if ('groups' in scope && scope.groups.length === 1) where.push(`a.group_id = ${p(scope.groups[0])}`);
    if (filter.ownerUserId !== undefined) where.push(`a.owner_user_id = ${p(filter.ownerUserId)}`);
    if (filter.ownerOrganisationId !== undefined) where.push(`a.owner_organisation_id = ${p(filter.ownerOrganisationId)}`);
    const status = filter.status ?? 'open';
    if (status === 'open') where.push('a.open');
    if (status === 'done') where.push('not a.open');
    if (filter.overdue === true) where.push(`a.open and a.deadline < ${p(today)}`);
    if (filter.overdue === false) where.push(`not (a.open and a.deadline < ${p(today)})`);
    if (filter.dueBefore !== undefined) where.push(`a.deadline < ${p(filter.dueBefore)}`);
    if (filter.awaitsAcceptance !== undefined) where.push(`a.asked_on is ${filter.awaitsAcceptance ? 'not ' : ''}null`);
    if (filter.awaitsAcceptanceOf !== undefined) {
      const asked = `case when a.doc -> 'handoverTo' is null then a.owner_user_id else a.doc -> 'handoverTo' ->> 'userId' end`;
      where.push(`a.asked_on is not null and ${asked} = ${p(filter.awaitsAcceptanceOf)}`);
    }
    if (filter.unnamedOf !== undefined) {
      const [of, handover] = [p(filter.unnamedOf), `a.doc -> 'handoverTo'`];
      const offered = `${handover} ->> 'organisationId' = ${of} and ${handover} -> 'userId' is null`;
      where.push(`(a.owner_organisation_id = ${of} and a.owner_user_id is null or ${offered})`);
    }
    if (paging.after !== undefined) {
      const [deadline, actionId] = decodeCursor('actions', 2, paging.after);
      where.push(`(a.deadline, a.action_id) > (${p(deadline)}, ${p(actionId)})`);
    }
    const rows = await ask<FoundAction>(
      `${SELECT_ACTIONS()} where ${where.join(' and ')} order by a.deadline, a.action_id limit ${p(limit + 1)}`,
      values,
    );
    return pageOf(rows, limit, toActionRow(today), (row) => encodeCursor('actions', [row.deadline, row.action_id]));
  },

  meetingActions: async (meetingId, today) => {
    const rows = await ask<FoundAction>(`${SELECT_ACTIONS()} where a.meeting_id = $1 order by a.deadline, a.action_id`, [
      meetingId,
    ]);
    return rows.map(toActionRow(today));
  },
});
