// How cases change: by the events of their own stream, and by what is said about them in the room.
import { unreachable } from '@app/domain';
import { InconsistentHistoryError } from '../errors.js';
import { sealed, type OnCase, type OnMeeting } from '../history.js';
import type { ActionStatus, CaseStatus } from '../questions.js';
import type { Rows } from '../rows.js';
import { NEWS_KEPT, NO_DEADLINE, type ActionDoc, type ActionTableRow, type CaseDoc, type CaseTableRow } from './tables.js';

type CaseChange = Partial<Omit<CaseTableRow, 'doc'>> & { readonly doc?: Partial<CaseDoc> };

const later = (a: string, b: string): string => (a > b ? a : b);
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
const withNews = (doc: CaseDoc, position: string): { news: string[] } => ({ news: [...doc.news, position].slice(-NEWS_KEPT) });
const earliestDeadline = (open: CaseDoc['open']): string => {
  let earliest = NO_DEADLINE;
  for (const id in open) if (open[id]!.deadline < earliest) earliest = open[id]!.deadline;
  return earliest;
};

export const needCase = (event: OnCase, rows: Rows): void => {
  const { data } = event;
  if (event.type === 'CaseReferred') return rows.cases.fresh(data.caseId);
  rows.cases.need(data.caseId);
  if (event.type === 'ActionAgreed') return rows.actions.fresh(event.data.actionId);
  if (event.type === 'InformationRequested') return rows.requests.fresh(event.data.requestId);
  if ('actionId' in data && data.actionId !== undefined) rows.actions.need(data.actionId);
  if ('requestId' in data) rows.requests.need(data.requestId);
  if ('answers' in data && data.answers !== undefined) rows.requests.need(data.answers);
  if (event.type === 'WorkerExcluded') rows.actions.needBy('case_id', data.caseId);
};

export const needSpokenOf = (event: OnMeeting, rows: Rows): void => {
  if (event.type === 'InformationSharedInRoom' || event.type === 'ItemDiscussed') rows.cases.need(event.data.caseId);
  if (event.type === 'InformationSharedInRoom' && event.data.answers !== undefined) rows.requests.need(event.data.answers);
};

const answer = (rows: Rows, requestId: string | undefined, status: 'answered' | 'declined'): void => {
  const request = requestId === undefined ? undefined : rows.requests.get(requestId);
  if (request) rows.requests.put({ ...request, status });
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
          changed.doc = { ...row.doc, ...withNews(row.doc, event.position) };
          answer(rows, event.data.answers, 'answered');
        } else {
          const on = rows.meetings.get(meetingId)!.doc.localDate;
          changed.last_discussed_on = later(row.last_discussed_on ?? '', on);
          changed.doc = { ...row.doc, followUps: row.doc.followUps.filter((due) => due > on) };
        }
        if (event.type !== 'ItemDiscussed' || !event.data.noNews)
          changed.last_activity_at = later(row.last_activity_at, event.at);
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

export const projectCase = (event: OnCase, rows: Rows): void => {
  const { at, position, revision } = event;
  if (event.type === 'CaseReferred') {
    const { caseId, caseNumber, personId, groupId, areaId, ageBand, responsibleOrganisationId, organisations, imported } =
      event.data;
    const reason = sealed(event, 'reason');
    rows.cases.put({
      case_id: caseId,
      case_number: caseNumber,
      person_id: personId,
      group_id: groupId,
      area_id: areaId,
      status: 'referred',
      live: true,
      responsible_organisation_id: responsibleOrganisationId,
      organisation_ids: organisations.map((o) => o.organisationId),
      excluded_user_ids: [],
      referred_at: at,
      last_activity_at: at,
      last_discussed_on: null,
      next_deadline: NO_DEADLINE,
      revision,
      doc: {
        ageBand,
        organisations,
        ...(reason && { reason }),
        ...(imported && { imported }),
        open: {},
        followUps: [],
        news: [],
      },
    });
    return;
  }

  const { caseId } = event.data;
  const row = rows.cases.get(caseId);
  if (!row) throw new InconsistentHistoryError('case unknown');

  const change = (changes: CaseChange = {}): void => {
    const { doc, ...columns } = changes;
    rows.cases.put({
      ...row,
      ...columns,
      revision,
      last_activity_at: later(row.last_activity_at, at),
      doc: doc ? { ...row.doc, ...doc } : row.doc,
    });
  };
  const become = (status: CaseStatus, doc: Partial<CaseDoc> = {}): void => change({ status, live: LIVE[status], doc });

  /** Keeps the action's row and the case's summary of it in step. */
  const putActions = (actions: readonly ActionTableRow[], changes: CaseChange = {}): void => {
    const open = { ...row.doc.open };
    for (const action of actions) {
      rows.actions.put(action);
      const handoverUserId = action.doc.handoverTo?.userId;
      if (action.open)
        open[action.action_id] = {
          deadline: action.deadline,
          ...(action.owner_user_id !== null && { userId: action.owner_user_id }),
          ...(handoverUserId !== undefined && { handoverUserId }),
        };
      else delete open[action.action_id];
    }
    change({ ...changes, next_deadline: earliestDeadline(open), doc: { ...changes.doc, open } });
  };
  const changeAction = (
    actionId: string,
    changes: Partial<Omit<ActionTableRow, 'doc'>>,
    doc: Partial<ActionDoc> = {},
    caseChanges?: CaseChange,
  ): void => {
    const action = rows.actions.get(actionId);
    if (!action) throw new InconsistentHistoryError('action unknown');
    const status = changes.status ?? action.status;
    putActions([{ ...action, ...changes, open: OPEN[status], doc: { ...action.doc, ...doc } }], caseChanges);
  };

  switch (event.type) {
    case 'CaseScreened':
      return become(event.data.outcome);
    case 'CaseOpened':
      return become('open', { openedAt: row.doc.openedAt ?? at });
    case 'CaseResumed':
      return become('open', { pausedUntil: undefined });
    case 'CasePaused':
      return become('paused', { pausedUntil: event.data.until });
    case 'CaseClosed':
      return become('closed', {
        closedAt: event.data.at,
        outcome: event.data.outcome,
        pausedUntil: undefined,
      });
    case 'CaseReopened':
      return become('open', { closedAt: undefined, outcome: undefined });
    case 'CaseAreaChanged':
      return change({ area_id: event.data.areaId });
    case 'ResponsibilityAssigned':
      return change({
        responsible_organisation_id: event.data.organisationId,
        doc: { responsibleUserId: event.data.userId },
      });
    case 'OrganisationJoinedCase': {
      const organisations = [...row.doc.organisations, event.data.organisation];
      return change({ organisation_ids: organisations.map((o) => o.organisationId), doc: { organisations } });
    }
    case 'OrganisationLeftCase': {
      const organisations = row.doc.organisations.filter((o) => o.organisationId !== event.data.organisationId);
      return change({ organisation_ids: organisations.map((o) => o.organisationId), doc: { organisations } });
    }
    case 'WorkerExcluded': {
      // As the case itself: what they owed is open and unnamed from here on.
      const { userId } = event.data;
      const unnamed: ActionTableRow[] = [];
      for (const [actionId, entry] of Object.entries(row.doc.open)) {
        if (entry.userId !== userId && entry.handoverUserId !== userId) continue;
        const action = rows.actions.get(actionId)!;
        unnamed.push({
          ...action,
          ...(entry.userId === userId && { owner_user_id: null, status: 'agreed' as const }),
          doc: entry.handoverUserId === userId ? { ...action.doc, handoverTo: undefined } : action.doc,
        });
      }
      const responsible = row.doc.responsibleUserId === userId ? { responsibleUserId: undefined } : {};
      return putActions(unnamed, { excluded_user_ids: [...row.excluded_user_ids, userId], doc: responsible });
    }

    case 'InformationRequested': {
      const { requestId, toOrganisationId, category, dueOn } = event.data;
      const question = sealed(event, 'question');
      rows.requests.put({
        request_id: requestId,
        case_id: caseId,
        status: 'open',
        due_on: dueOn,
        doc: { fromOrganisationId: event.organisationId, toOrganisationId, category, ...(question && { question }) },
      });
      return change();
    }
    case 'InformationRequestDeclined':
      answer(rows, event.data.requestId, 'declined');
      return change({ doc: withNews(row.doc, position) });
    case 'InformationShared':
      answer(rows, event.data.answers, 'answered');
      return change({ doc: withNews(row.doc, position) });
    case 'DisclosureRefused':
      return change();

    case 'ActionAgreed': {
      const { actionId, ownerOrganisationId, ownerUserId, deadline, inMeeting } = event.data;
      const description = sealed(event, 'description');
      return putActions([
        {
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
          doc: {
            agreedAt: at,
            ...(inMeeting && { agreedInMeetingId: inMeeting.meetingId }),
            deadlineMoves: 0,
            ...(description && { description }),
          },
        },
      ]);
    }
    case 'ActionAccepted':
      return changeAction(event.data.actionId, { status: 'accepted', owner_user_id: event.data.userId });
    case 'ActionDeclined':
      return changeAction(event.data.actionId, { status: 'declined', owner_user_id: null });
    case 'HandoverOffered': {
      const { actionId, toOrganisationId, toUserId } = event.data;
      const handoverTo = { organisationId: toOrganisationId, ...(toUserId !== undefined && { userId: toUserId }) };
      return changeAction(actionId, {}, { handoverTo });
    }
    case 'HandoverAccepted': {
      const { actionId, organisationId, userId } = event.data;
      const owner = { owner_organisation_id: organisationId, owner_user_id: userId };
      return changeAction(actionId, { status: 'accepted', ...owner }, { handoverTo: undefined });
    }
    case 'DeadlineMoved': {
      const { actionId, to } = event.data;
      const moves = rows.actions.get(actionId)?.doc.deadlineMoves ?? 0;
      return changeAction(actionId, { deadline: to }, { deadlineMoves: moves + 1 });
    }
    case 'ActionReworded':
      return changeAction(event.data.actionId, {}, { description: sealed(event, 'description') });
    case 'ActionCompleted': {
      const done = { status: 'completed' as const, completed_at: at };
      return changeAction(event.data.actionId, done, { handoverTo: undefined }, { doc: withNews(row.doc, position) });
    }
    case 'ActionCancelled':
      return changeAction(event.data.actionId, { status: 'cancelled' }, { handoverTo: undefined });
    case 'ProgressReported': {
      const { actionId } = event.data;
      const news = { doc: withNews(row.doc, position) };
      return actionId === undefined ? change(news) : changeAction(actionId, {}, { lastReport: sealed(event, 'report') }, news);
    }
    case 'FollowUpScheduled': {
      const { followUpId, on } = event.data;
      const note = sealed(event, 'note');
      rows.followUps.put({ follow_up_id: followUpId, case_id: caseId, due_on: on, doc: note ? { note } : {} });
      const done = row.last_discussed_on !== null && on <= row.last_discussed_on;
      return change(done ? {} : { doc: { followUps: [...row.doc.followUps, on].sort() } });
    }
    default:
      return unreachable(event);
  }
};
