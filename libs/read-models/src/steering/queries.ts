// Escalations by age, one of them with its evidence, and the steering group's meetings with what is before them.
import { STUCK_AFTER_HELD_MEETINGS, type AgeBand } from '@app/domain';
import type { Sealed } from '@app/personal-data';
import { decodeCursor, encodeCursor, limitOf, pageOf } from '../cursor.js';
import type { ReadModels } from '../questions.js';
import { at, inScope, isOneOf, joinPerson, Parameters, type Ask } from '../sql.js';
import type { EscalationRow, SteeringQuestions } from './questions.js';
import type { EscalationTableRow, SteeringMeetingTableRow } from './tables.js';

type Found = EscalationTableRow & {
  readonly person_id: string;
  readonly area_id: string;
  readonly excluded_user_ids: readonly string[];
  readonly person_name: Sealed | null;
};

const select = (): string =>
  `select e.*, c.person_id, c.area_id, c.excluded_user_ids, p.doc -> 'name' as person_name
   from ${at('escalations')} e join ${at('cases')} c on c.case_id = e.case_id ${joinPerson()}`;

const toRow = (found: Found): EscalationRow => {
  const { doc, status, passed_meetings: passedMeetings } = found;
  const { caseNumber, ageBand, deadline, why, evidence, at: receivedAt } = doc.received!;
  const { follows, summary, summarisedBy, nameOpened, directors, decision, resolved } = doc;
  return {
    escalationId: found.escalation_id,
    status: status as EscalationRow['status'],
    actionId: found.action_id,
    caseId: found.case_id,
    personId: found.person_id,
    groupId: found.group_id,
    areaId: found.area_id,
    caseNumber,
    ageBand: ageBand as AgeBand,
    excludedUserIds: found.excluded_user_ids,
    deadline,
    why,
    escalatedAt: doc.escalatedAt,
    receivedAt,
    waitingSince: found.waiting_since,
    passedMeetings,
    stuck: status === 'open' && passedMeetings >= STUCK_AFTER_HELD_MEETINGS,
    evidence,
    follows,
    summary,
    summarisedAt: summarisedBy?.at,
    nameOpened,
    directors: directors && {
      at: directors.at,
      userId: directors.userId,
      answerBy: directors.answerBy,
      reason: directors.reason,
      followUp: directors.followUp,
    },
    decision,
    resolved,
    personName: found.person_name ?? undefined,
  };
};

export const steeringQueries = (ask: Ask): Pick<ReadModels, keyof SteeringQuestions> => ({
  escalationsToDo: async () => {
    const rows = await ask<EscalationTableRow>(
      `select escalation_id, action_id, case_id, doc from ${at('escalations')} where todo order by escalation_id`,
    );
    return rows.map(({ escalation_id, action_id, case_id, doc: { follows, followedBy } }) => ({
      ...{ escalationId: escalation_id, actionId: action_id, caseId: case_id, follows, followedBy },
    }));
  },

  escalation: async (escalationId) => {
    const [found] = await ask<Found>(`${select()} where e.escalation_id = $1 and e.status <> 'due'`, [escalationId]);
    return found && toRow(found);
  },

  escalations: async (scope, { status, stuck, withDirectors, actionId, caseId, groupId }, paging) => {
    const limit = limitOf(paging);
    const { p, values } = new Parameters();
    const where = inScope(scope, p);
    if (!where) return { items: [] };
    where.push(status === undefined ? `e.status <> 'due'` : `e.status = ${p(status)}`);
    const isStuck = `e.status = 'open' and e.passed_meetings >= ${STUCK_AFTER_HELD_MEETINGS}`;
    if (stuck !== undefined) where.push(stuck ? isStuck : `not (${isStuck})`);
    const isThere = `e.status = 'open' and e.doc -> 'directors' is not null`;
    if (withDirectors !== undefined) where.push(withDirectors ? isThere : `not (${isThere})`);
    if (actionId !== undefined) where.push(`e.action_id = ${p(actionId)}`);
    if (caseId !== undefined) where.push(`e.case_id = ${p(caseId)}`);
    if (groupId !== undefined) where.push(`e.group_id = ${p(groupId)}`);
    if (paging.after !== undefined) {
      const [since, id] = decodeCursor('escalations', 2, paging.after);
      where.push(`(e.waiting_since, e.escalation_id) > (${p(since)}, ${p(id)})`);
    }
    const rows = await ask<Found>(
      `${select()} where ${where.join(' and ')} order by e.waiting_since, e.escalation_id limit ${p(limit + 1)}`,
      values,
    );
    return pageOf(rows, limit, toRow, (row) => encodeCursor('escalations', [row.waiting_since, row.escalation_id]));
  },

  steeringAgenda: async ({ steeringMeetingId, groupId, status, decided = [], undecided = [] }) => {
    const rows =
      status === 'held'
        ? await ask<Found>(`${select()} where e.escalation_id = any($1) order by e.waiting_since, e.escalation_id`, [
            [...decided, ...undecided],
          ])
        : await ask<Found>(
            `${select()} where e.group_id = $1 and e.status = 'open' or e.decided_in = $2
             order by e.waiting_since, e.escalation_id`,
            [groupId, steeringMeetingId],
          );
    return rows.map(toRow);
  },

  steeringMeeting: async (steeringMeetingId) => {
    const [row] = await ask<SteeringMeetingTableRow>(
      `select doc from ${at('steering_meetings')} where steering_meeting_id = $1`,
      [steeringMeetingId],
    );
    return row?.doc;
  },

  steeringMeetings: async (groups, { status }, paging) => {
    const limit = limitOf(paging);
    if (groups?.length === 0) return { items: [] };
    const { p, values } = new Parameters();
    const where = [groups ? isOneOf('group_id', groups, p) : 'true'];
    if (status !== undefined) where.push(`status = ${p(status)}`);
    if (paging.after !== undefined) {
      const [startsAt, id] = decodeCursor('steering-meetings', 2, paging.after);
      where.push(`(starts_at, steering_meeting_id) < (${p(startsAt)}, ${p(id)})`);
    }
    const rows = await ask<SteeringMeetingTableRow>(
      `select steering_meeting_id, starts_at, doc from ${at('steering_meetings')} where ${where.join(' and ')}
       order by starts_at desc, steering_meeting_id desc limit ${p(limit + 1)}`,
      values,
    );
    const cursor = (row: SteeringMeetingTableRow) => encodeCursor('steering-meetings', [row.starts_at, row.steering_meeting_id]);
    return pageOf(rows, limit, (row) => row.doc, cursor);
  },

  nextSteeringMeeting: async (groups, now) => {
    if (groups?.length === 0) return undefined;
    const [row] = await ask<SteeringMeetingTableRow>(
      `select doc from ${at('steering_meetings')}
       where ($1::text[] is null or group_id = any($1)) and status = 'planned' and ends_at > $2
       order by starts_at, steering_meeting_id limit 1`,
      [groups ?? null, new Date(now).toISOString()],
    );
    return row?.doc;
  },
});
