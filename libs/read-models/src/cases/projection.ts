// How cases change: by the events of their own stream, and by what is said about them in the room.
import { takenOn, unreachable } from '@app/domain';
import { askedBy, findable, movedLadder, newLadder } from '../chase/ladder-row.js';
import { localDateAt } from '../dates.js';
import { InconsistentHistoryError } from '../errors.js';
import { sealed, type OnCase, type OnMeeting } from '../history.js';
import type { ActionStatus, CaseStatus } from '../questions.js';
import type { Rows } from '../rows.js';
import { projectRests, projectWithdrawal, restId } from './withdrawals.js';
import {
  NEWS_KEPT,
  NO_DEADLINE,
  type ActionDoc,
  type ActionTableRow,
  type CaseDoc,
  type CaseTableRow,
  type OpenAction,
} from './tables.js';

type CaseChange = Partial<Omit<CaseTableRow, 'doc'>> & { readonly doc?: Partial<CaseDoc> };

const later = (a: string, b: string): string => (a > b ? a : b);
/** Something happened at that time; times do not always come in order. */
const active = (row: CaseTableRow, at: string): Pick<CaseTableRow, 'last_activity_at' | 'last_activity_on'> => {
  const last = later(row.last_activity_at, at);
  return { last_activity_at: last, last_activity_on: last.slice(0, 10) };
};
const LIVE: Readonly<Record<CaseStatus, boolean>> = {
  referred: true,
  accepted: true,
  rejected: false,
  open: true,
  paused: true,
  closed: false,
};
const OPEN: Readonly<Record<ActionStatus, boolean>> = {
  agreed: true,
  accepted: true,
  declined: true,
  completed: false,
  cancelled: false,
};
export const withNews = (doc: CaseDoc, position: string): { news: string[] } => ({
  news: [...doc.news, position].slice(-NEWS_KEPT),
});
const earliestDeadline = (open: CaseDoc['open']): string => {
  let earliest = NO_DEADLINE;
  for (const { deadline } of open) if (deadline < earliest) earliest = deadline;
  return earliest;
};
const ladderOf = ({ chase }: ActionTableRow): OpenAction['ladder'] => {
  const taken = takenOn(chase.ladder, chase.climbed);
  return taken.includes('escalated') ? 'escalated' : taken.includes('first') ? 'first' : undefined;
};
const summary = (action: ActionTableRow): OpenAction => ({
  actionId: action.action_id,
  deadline: action.deadline,
  userId: action.owner_user_id ?? undefined,
  handoverUserId: action.doc.handoverTo?.userId,
  ladder: ladderOf(action),
});
const openWith = (row: CaseTableRow, action: ActionTableRow): readonly OpenAction[] => {
  const others = row.doc.open.filter(({ actionId }) => actionId !== action.action_id);
  return action.open ? [...others, summary(action)] : others;
};
/** Keeps the case's summary of an action in step with a change that is no event of the case itself. `at`: it is activity. */
export const putSummary = (
  rows: Rows,
  row: CaseTableRow,
  action: ActionTableRow,
  { at, ...news }: { readonly at?: string; readonly news?: readonly string[] } = {},
): void =>
  rows.cases.put({
    ...row,
    ...(at !== undefined && active(row, at)),
    doc: { ...row.doc, ...news, open: openWith(row, action) },
  });

/** A change by an event of the case's own stream. */
const change = (rows: Rows, row: CaseTableRow, { at, revision }: OnCase, changes: CaseChange = {}): void =>
  rows.cases.put({
    ...row,
    ...changes,
    revision,
    ...active(row, at),
    doc: changes.doc ? { ...row.doc, ...changes.doc } : row.doc,
  });

/** Keeps the action's row and the case's summary of it in step. */
const putAction = (rows: Rows, row: CaseTableRow, event: OnCase, action: ActionTableRow, news?: Partial<CaseDoc>): void => {
  rows.actions.put(findable(rows, action));
  const open = openWith(row, action);
  change(rows, row, event, { next_deadline: earliestDeadline(open), doc: { ...news, open } });
};
type OnAction = OnCase & { readonly data: { readonly actionId?: string } };
const actionOf = (rows: Rows, event: OnAction): ActionTableRow => {
  const action = rows.actions.get(event.data.actionId!);
  if (!action) throw new InconsistentHistoryError('action unknown');
  return action;
};
const changeAction = (
  rows: Rows,
  row: CaseTableRow,
  event: OnAction,
  changes: Partial<Omit<ActionTableRow, 'doc'>>,
  doc?: Partial<ActionDoc>,
  news?: Partial<CaseDoc>,
): void => {
  const action = actionOf(rows, event);
  const open = OPEN[changes.status ?? action.status];
  putAction(rows, row, event, { ...action, ...changes, open, doc: doc ? { ...action.doc, ...doc } : action.doc }, news);
};
/** As the case itself: what was offered to an organisation that has left is offered to nobody. */
const withoutOffers = (
  rows: Rows,
  row: CaseTableRow,
  event: Extract<OnCase, { type: 'OrganisationLeftCase' }>,
): CaseDoc['open'] =>
  row.doc.open.map((entry) => {
    const action = rows.actions.get(entry.actionId)!;
    if (action.doc.handoverTo?.organisationId !== event.data.organisationId) return entry;
    const kept = findable(rows, { ...action, chase: askedBy(action, event), doc: { ...action.doc, handoverTo: undefined } });
    rows.actions.put(kept);
    return summary(kept);
  });
/** As the case itself: what an excluded worker owed is open and unnamed from here on. */
const unname = (rows: Rows, row: CaseTableRow, event: OnCase, userId: string): void => {
  const open = row.doc.open.map((entry) => {
    if (entry.userId !== userId && entry.handoverUserId !== userId) return entry;
    const action = rows.actions.get(entry.actionId)!;
    const handoverTo = entry.handoverUserId === userId ? undefined : action.doc.handoverTo;
    const status = entry.userId === userId ? 'agreed' : action.status;
    const unnamed = findable(rows, {
      ...action,
      ...(entry.userId === userId && { owner_user_id: null }),
      status,
      chase: askedBy(action, event),
      doc: { ...action.doc, handoverTo },
    });
    rows.actions.put(unnamed);
    return summary(unnamed);
  });
  const { responsibleUserId } = row.doc;
  change(rows, row, event, {
    excluded_user_ids: [...row.excluded_user_ids, userId],
    doc: { open, responsibleUserId: responsibleUserId === userId ? undefined : responsibleUserId },
  });
};

export const needCase = (event: OnCase, rows: Rows): void => {
  const { data } = event;
  if (event.type === 'CaseReferred') return rows.cases.fresh(data.caseId);
  rows.cases.need(data.caseId);
  if (event.type === 'ActionAgreed') return rows.actions.fresh(event.data.actionId);
  if (event.type === 'InformationRequested') return rows.requests.fresh(event.data.requestId);
  if ('actionId' in data && data.actionId !== undefined) rows.actions.need(data.actionId);
  if (event.type === 'TextWithdrawn' || event.type === 'WithdrawalAcknowledged' || event.type === 'DisclosureRecalled')
    rows.withdrawals.need(event.data.eventId);
  if (event.type === 'DisclosureRecalled')
    for (const { eventId, actionId } of event.data.rests) {
      rows.rests.fresh(restId(event.data.disclosureId, eventId));
      if (actionId !== undefined) rows.actions.need(actionId);
    }
  if (event.type === 'RecallReviewed') rows.rests.need(restId(event.data.disclosureId, event.data.eventId));
  if ('requestId' in data) rows.requests.need(data.requestId);
  if ('answers' in data && data.answers !== undefined) rows.requests.need(data.answers);
  if (event.type === 'WorkerExcluded' || event.type === 'OrganisationLeftCase') rows.actions.needBy('case_id', data.caseId);
};

export const needSpokenOf = (event: OnMeeting, rows: Rows): void => {
  if (event.type === 'InformationSharedInRoom' || event.type === 'ItemDiscussed') rows.cases.need(event.data.caseId);
  if (event.type === 'InformationSharedInRoom' && event.data.answers !== undefined) rows.requests.need(event.data.answers);
};

/** @returns the requests of the case that still wait for an answer */
const answer = (
  rows: Rows,
  { doc }: CaseTableRow,
  requestId: string | undefined,
  status: 'answered' | 'declined',
): Pick<CaseDoc, 'asked'> => {
  const request = requestId === undefined ? undefined : rows.requests.get(requestId);
  if (request) rows.requests.put({ ...request, status });
  return { asked: doc.asked.filter((asked) => asked.requestId !== requestId) };
};

/** What a meeting tells about a case. A case that is not known (its stream is parked) is left alone. */
export const projectSpokenOf = (event: OnMeeting, rows: Rows): void => {
  switch (event.type) {
    case 'InformationSharedInRoom':
    case 'ItemDiscussed': {
      const { caseId, meetingId } = event.data;
      const row = rows.cases.get(caseId);
      if (row) {
        const changed: CaseTableRow = { ...row };
        if (event.type === 'InformationSharedInRoom') {
          const { asked } = answer(rows, row, event.data.answers, 'answered');
          changed.doc = { ...row.doc, asked, ...withNews(row.doc, event.position) };
        } else {
          const on = rows.meetings.get(meetingId)!.doc.localDate;
          changed.last_discussed_on = later(row.last_discussed_on ?? '', on);
          changed.doc = { ...row.doc, followUps: row.doc.followUps.filter((due) => due > on) };
        }
        if (event.type !== 'ItemDiscussed' || !event.data.noNews) Object.assign(changed, active(row, event.at));
        rows.cases.put(changed);
      }
      break;
    }
    case 'DisclosureRefusedInRoom':
    case 'MinutesCorrected':
      break;
    default:
      return;
  }
  const { position, stream, revision } = event;
  rows.mentions.put({ position, case_id: event.data.caseId, stream, revision });
};

const refer = (event: OnCase & { readonly type: 'CaseReferred' }): CaseTableRow => {
  const { data, at, revision } = event;
  return {
    case_id: data.caseId,
    case_number: data.caseNumber,
    person_id: data.personId,
    group_id: data.groupId,
    area_id: data.areaId,
    status: 'referred',
    live: true,
    responsible_organisation_id: data.responsibleOrganisationId,
    organisation_ids: data.organisations.map((o) => o.organisationId),
    left_organisation_ids: [],
    excluded_user_ids: [],
    referred_at: at,
    ended_at: null,
    last_activity_at: at,
    last_activity_on: at.slice(0, 10),
    last_discussed_on: null,
    next_deadline: NO_DEADLINE,
    revision,
    doc: {
      ageBand: data.ageBand,
      organisations: data.organisations,
      reason: sealed(event, 'reason'),
      imported: data.imported,
      open: [],
      followUps: [],
      asked: [],
      news: [],
      decisions: [],
    },
  };
};

export const projectCase = (event: OnCase, rows: Rows): void => {
  if (event.type === 'CaseReferred') return rows.cases.put(refer(event));
  const { caseId } = event.data;
  const row = rows.cases.get(caseId);
  if (!row) throw new InconsistentHistoryError('case unknown');
  const { at, position } = event;
  const become = (status: CaseStatus, doc?: Partial<CaseDoc>, endedAt: string | null = null): void =>
    change(rows, row, event, { status, live: LIVE[status], ended_at: endedAt, ...(doc && { doc }) });

  switch (event.type) {
    case 'CaseScreened':
      return become(event.data.outcome, undefined, event.data.outcome === 'rejected' ? at : null);
    case 'CaseOpened':
      return become('open', { openedAt: row.doc.openedAt ?? at });
    case 'CaseResumed':
      return become('open', { pausedUntil: undefined });
    case 'CasePaused':
      return become('paused', { pausedUntil: event.data.until });
    case 'CaseClosed':
      return become('closed', { closedAt: event.data.at, outcome: event.data.outcome, pausedUntil: undefined }, event.data.at);
    case 'CaseReopened':
      return become('open', { closedAt: undefined, outcome: undefined });
    case 'CaseAreaChanged':
      return change(rows, row, event, { area_id: event.data.areaId });
    case 'ResponsibilityAssigned': {
      const { organisationId, userId } = event.data;
      return change(rows, row, event, { responsible_organisation_id: organisationId, doc: { responsibleUserId: userId } });
    }
    case 'OrganisationJoinedCase': {
      const organisations = [...row.doc.organisations, event.data.organisation];
      return change(rows, row, event, {
        organisation_ids: organisations.map((o) => o.organisationId),
        doc: { organisations },
      });
    }
    case 'OrganisationLeftCase': {
      const { organisationId } = event.data;
      const organisations = row.doc.organisations.filter((o) => o.organisationId !== organisationId);
      return change(rows, row, event, {
        organisation_ids: organisations.map((o) => o.organisationId),
        left_organisation_ids: [...new Set([...row.left_organisation_ids, organisationId])],
        doc: { organisations, open: withoutOffers(rows, row, event) },
      });
    }
    case 'WorkerExcluded':
      return unname(rows, row, event, event.data.userId);

    case 'InformationRequested': {
      const { requestId, toOrganisationId, category, dueOn } = event.data;
      rows.requests.put({
        request_id: requestId,
        case_id: caseId,
        status: 'open',
        due_on: dueOn,
        doc: { fromOrganisationId: event.organisationId, toOrganisationId, category, question: sealed(event, 'question') },
      });
      return change(rows, row, event, {
        doc: { asked: [...row.doc.asked, { requestId, toOrganisationId, on: localDateAt(at) }] },
      });
    }
    case 'InformationRequestDeclined': {
      const answered = answer(rows, row, event.data.requestId, 'declined');
      return change(rows, row, event, { doc: { ...answered, ...withNews(row.doc, position) } });
    }
    case 'InformationShared': {
      const answered = answer(rows, row, event.data.answers, 'answered');
      return change(rows, row, event, { doc: { ...answered, ...withNews(row.doc, position) } });
    }
    case 'DisclosureRefused':
      return change(rows, row, event);

    case 'ActionAgreed': {
      const { actionId, ownerOrganisationId, ownerUserId, deadline, inMeeting } = event.data;
      return putAction(rows, row, event, {
        action_id: actionId,
        case_id: caseId,
        group_id: row.group_id,
        owner_organisation_id: ownerOrganisationId,
        owner_user_id: ownerUserId ?? null,
        deadline,
        status: 'agreed',
        open: true,
        meeting_id: inMeeting?.meetingId ?? null,
        completed_at: null,
        deadline_moves: 0,
        next_step_on: null,
        missed_until: null,
        asked_on: null,
        chase: newLadder(rows, row.group_id, deadline, event),
        doc: {
          agreedAt: at,
          agreedInMeetingId: inMeeting?.meetingId,
          handoverTo: undefined,
          description: sealed(event, 'description'),
          lastReport: undefined,
        },
      });
    }
    case 'ActionAccepted': {
      const chase = askedBy(actionOf(rows, event), event);
      const acceptedAt = actionOf(rows, event).doc.acceptedAt ?? at;
      return changeAction(rows, row, event, { status: 'accepted', owner_user_id: event.data.userId, chase }, { acceptedAt });
    }
    case 'ActionDeclined': {
      const chase = askedBy(actionOf(rows, event), event);
      return changeAction(rows, row, event, { status: 'declined', owner_user_id: null, chase });
    }
    case 'HandoverOffered': {
      const { toOrganisationId: organisationId, toUserId: userId } = event.data;
      const chase = askedBy(actionOf(rows, event), event);
      return changeAction(rows, row, event, { chase }, { handoverTo: { organisationId, userId } });
    }
    case 'HandoverDeclined': {
      const chase = askedBy(actionOf(rows, event), event);
      return changeAction(rows, row, event, { chase }, { handoverTo: undefined });
    }
    case 'HandoverAccepted': {
      const owner = { owner_organisation_id: event.data.organisationId, owner_user_id: event.data.userId };
      const chase = askedBy(actionOf(rows, event), event);
      const acceptedAt = actionOf(rows, event).doc.acceptedAt ?? at;
      return changeAction(rows, row, event, { status: 'accepted', ...owner, chase }, { handoverTo: undefined, acceptedAt });
    }
    case 'DeadlineMoved': {
      const action = actionOf(rows, event);
      const { to } = event.data;
      const moved = { deadline: to, deadline_moves: action.deadline_moves + 1, chase: movedLadder(rows, action, to, event) };
      const earlier = [...(action.doc.earlier ?? []), { deadline: action.deadline, until: at }];
      return changeAction(rows, row, event, moved, { earlier });
    }
    case 'ActionReworded':
      return changeAction(rows, row, event, {}, { description: sealed(event, 'description') });
    case 'ActionCompleted': {
      const done = { status: 'completed' as const, completed_at: at };
      return changeAction(rows, row, event, done, { handoverTo: undefined }, withNews(row.doc, position));
    }
    case 'ActionCancelled':
      return changeAction(rows, row, event, { status: 'cancelled' }, { handoverTo: undefined, cancelledAt: at });
    case 'ProgressReported': {
      const news = withNews(row.doc, position);
      if (event.data.actionId === undefined) return change(rows, row, event, { doc: news });
      return changeAction(rows, row, event, {}, { lastReport: sealed(event, 'report') }, news);
    }
    case 'FollowUpScheduled': {
      const { followUpId, on } = event.data;
      rows.followUps.put({ follow_up_id: followUpId, case_id: caseId, due_on: on, doc: { note: sealed(event, 'note') } });
      const done = row.last_discussed_on !== null && on <= row.last_discussed_on;
      return change(rows, row, event, done ? {} : { doc: { followUps: [...row.doc.followUps, on].sort() } });
    }
    case 'TextWithdrawn':
    case 'WithdrawalAcknowledged':
      projectWithdrawal(event, rows);
      return change(rows, row, event);
    case 'DisclosureRecalled':
    case 'RecallReviewed': {
      if (event.type === 'DisclosureRecalled') projectWithdrawal(event, rows);
      const unreviewed = (row.doc.unreviewed ?? 0) + projectRests(event, rows);
      return change(rows, row, event, { doc: { unreviewed } });
    }
    default:
      return unreachable(event);
  }
};
