// How escalations come and go: due when the ladder (or somebody) escalates an action, open when received, ended by a decision or without.
import { unreachable } from '@app/domain';
import { InconsistentHistoryError } from '../errors.js';
import { sealed, type Happened, type OnCase, type OnChase, type OnEscalation, type OnSteeringMeeting } from '../history.js';
import type { SteeringMeetingRow } from './questions.js';
import type { Rows } from '../rows.js';
import type { EscalationDoc, EscalationTableRow } from './tables.js';

/** Whether the process has something to do: receive it, resolve it, return its decision, set the directors' follow-up. */
const todo = (rows: Rows, { action_id, status, doc }: EscalationTableRow): boolean => {
  const { decision, directors, followedBy } = doc;
  if (status === 'due') return true;
  if (status === 'decided') return decision !== undefined && decision.returned === undefined;
  if (status === 'resolved') return false;
  const done = rows.actions.get(action_id)?.open === false;
  return done || followedBy !== undefined || (directors !== undefined && directors.followUp === undefined);
};
const put = (rows: Rows, row: EscalationTableRow): void => rows.escalations.put({ ...row, todo: todo(rows, row) });
const change = (
  rows: Rows,
  row: EscalationTableRow,
  doc: Partial<EscalationDoc>,
  columns: Partial<Omit<EscalationTableRow, 'doc'>> = {},
): void => put(rows, { ...row, ...columns, doc: { ...row.doc, ...doc } });

export const needEscalation = (event: OnEscalation, rows: Rows): void => {
  const { escalationId, caseId } = event.data;
  rows.escalations.need(escalationId);
  rows.cases.need(caseId);
  if (event.type === 'EscalationReceived' && event.data.follows !== undefined) rows.escalations.need(event.data.follows);
};
/** What can be announced only once the rows of escalations and actions are here. */
export const needEscalated = (events: readonly Happened[], rows: Rows): void => {
  for (const event of events) {
    if (event.kind === 'escalation') {
      const actionId =
        event.type === 'EscalationReceived' ? event.data.actionId : rows.escalations.get(event.data.escalationId)?.action_id;
      if (actionId !== undefined) rows.actions.need(actionId);
    }
    const done = event.kind === 'case' && (event.type === 'ActionCompleted' || event.type === 'ActionCancelled');
    if (done || (event.kind === 'chase' && event.type === 'ActionEscalated')) {
      const escalationId = rows.actions.get(event.data.actionId)?.chase.escalationId;
      if (escalationId !== undefined) rows.escalations.need(escalationId);
    }
  }
};

/** The ladder, or somebody, escalated an action: after the action's own row has changed. */
export const projectEscalated = (event: OnChase, rows: Rows): void => {
  if (event.type !== 'ActionEscalated') return;
  const { caseId, actionId } = event.data;
  const action = rows.actions.get(actionId);
  if (!action) return;
  const escalationId = event.eventId;
  const last = action.chase.escalationId === undefined ? undefined : rows.escalations.get(action.chase.escalationId);
  const waits = last && (last.status === 'open' || last.status === 'due') ? last : undefined;
  rows.actions.put({ ...action, chase: { ...action.chase, escalationId } });
  put(rows, {
    escalation_id: escalationId,
    action_id: actionId,
    case_id: caseId,
    group_id: action.group_id,
    status: 'due',
    waiting_since: waits?.waiting_since ?? event.at,
    passed_meetings: waits?.passed_meetings ?? 0,
    decided_in: null,
    todo: true,
    doc: { escalatedAt: event.at, follows: waits?.escalation_id },
  });
  if (waits) change(rows, waits, { followedBy: escalationId });
};

/** An action that is done needs no decision any more: after the action's own row has changed. */
export const projectDone = (event: OnCase, rows: Rows): void => {
  if (event.type !== 'ActionCompleted' && event.type !== 'ActionCancelled') return;
  const escalationId = rows.actions.get(event.data.actionId)?.chase.escalationId;
  const row = escalationId === undefined ? undefined : rows.escalations.get(escalationId);
  if (row) put(rows, row);
};

/** What is told of it on the case's timeline: everything with a text, and what an erasure has to find. */
const ON_TIMELINE: readonly OnEscalation['type'][] = [
  'EscalationSummarised',
  'EscalationNameOpened',
  'TakenToDirectors',
  'SteeringDecisionMade',
];

/** Decisions kept for the next agenda: more than one meeting ever has to count. */
const DECISIONS_KEPT = 20;

export const projectEscalation = (event: OnEscalation, rows: Rows): void => {
  const { at, userId, position, stream, revision } = event;
  const { escalationId, caseId } = event.data;
  const row = rows.escalations.get(escalationId);
  // Its action's own stream is parked: it is not known.
  if (!row) return;
  if (ON_TIMELINE.includes(event.type)) rows.mentions.put({ position, case_id: caseId, stream, revision });
  switch (event.type) {
    case 'EscalationReceived': {
      const { caseNumber, ageBand, deadline, why, evidence } = event.data;
      const received = { at, caseNumber, ageBand, deadline, why, evidence };
      return change(rows, row, { received }, { status: 'open' });
    }
    case 'EscalationSummarised':
      return change(rows, row, { summary: sealed(event, 'summary'), summarisedBy: { at, userId } });
    case 'EscalationNameOpened':
      return change(rows, row, { nameOpened: { at, userId, necessity: sealed(event, 'necessity') } });
    case 'TakenToDirectors': {
      const { answerBy } = event.data;
      return change(rows, row, { directors: { at, userId, answerBy, reason: sealed(event, 'reason') } });
    }
    case 'SteeringDecisionMade': {
      const { decisionId, by, steeringMeetingId, outcome, owner, dueOn, newActionId, amount } = event.data;
      const texts = { decision: sealed(event, 'decision'), otherAction: sealed(event, 'otherAction') };
      const decision = { decisionId, at, userId, by, steeringMeetingId, outcome, owner, dueOn, newActionId, amount, ...texts };
      const theCase = rows.cases.get(caseId);
      if (theCase) {
        const decisions = [...theCase.doc.decisions, position].slice(-DECISIONS_KEPT);
        rows.cases.put({ ...theCase, doc: { ...theCase.doc, decisions } });
      }
      return change(rows, row, { decision }, { status: 'decided', decided_in: steeringMeetingId ?? null });
    }
    case 'DecisionReturned': {
      const { actionIds, refused } = event.data;
      const { decision } = row.doc;
      if (!decision) throw new InconsistentHistoryError('decision unknown');
      return change(rows, row, { decision: { ...decision, returned: { at, actionIds, refused } } });
    }
    case 'DirectorsFollowUpSet': {
      const { directors } = row.doc;
      if (!directors) throw new InconsistentHistoryError('directors unknown');
      return change(rows, row, { directors: { ...directors, followUp: { at, refused: event.data.refused } } });
    }
    case 'EscalationResolved':
      return change(rows, row, { resolved: { at, how: event.data.how } }, { status: 'resolved' });
    default:
      return unreachable(event);
  }
};

export const needSteeringMeeting = (event: OnSteeringMeeting, rows: Rows): void => {
  if (event.type === 'SteeringMeetingPlanned') return rows.steeringMeetings.fresh(event.data.steeringMeetingId);
  rows.steeringMeetings.need(event.data.steeringMeetingId);
  if (event.type === 'SteeringMeetingHeld') for (const id of event.data.undecided) rows.escalations.need(id);
};

export const projectSteeringMeeting = (event: OnSteeringMeeting, rows: Rows): void => {
  const { steeringMeetingId } = event.data;
  const { revision } = event;
  const putMeeting = (doc: SteeringMeetingRow): void =>
    rows.steeringMeetings.put({
      ...{ steering_meeting_id: steeringMeetingId, group_id: doc.groupId, status: doc.status },
      ...{ starts_at: doc.startsAt, ends_at: doc.endsAt, doc },
    });
  if (event.type === 'SteeringMeetingPlanned') return putMeeting({ ...event.data, status: 'planned', revision });
  const row = rows.steeringMeetings.get(steeringMeetingId);
  if (!row) throw new InconsistentHistoryError('steering meeting unknown');
  switch (event.type) {
    case 'SteeringMeetingMoved': {
      const { localDate, startsAt, endsAt } = event.data;
      return putMeeting({ ...row.doc, localDate, startsAt, endsAt, revision });
    }
    case 'SteeringMeetingCancelled':
      return putMeeting({ ...row.doc, status: 'cancelled', revision });
    case 'SteeringMeetingHeld': {
      const { attended, decided, undecided } = event.data;
      for (const id of undecided) {
        const waits = rows.escalations.get(id);
        if (waits) rows.escalations.put({ ...waits, passed_meetings: waits.passed_meetings + 1 });
      }
      return putMeeting({ ...row.doc, status: 'held', attended, decided, undecided, revision });
    }
    default:
      return unreachable(event);
  }
};
