// The rows of a case: a summary that lists and agendas are made from, and one row per action, follow-up, request and mention in a meeting.
import type { AgeBand, Category, ChaseState, CloseOutcome, OnLadder, Party } from '@app/domain';
import type { Sealed } from '@app/personal-data';
import type { ActionRow, ActionStatus, CaseStatus } from '../questions.js';
import { table } from '../tables.js';

/** What lists and agendas ask about an action that is open. */
export interface OpenAction {
  readonly actionId: string;
  readonly deadline: string;
  readonly userId?: string | undefined;
  readonly handoverUserId?: string | undefined;
  /** The furthest of these steps of the ladder, for this deadline. */
  readonly ladder?: 'first' | 'escalated' | undefined;
}
export interface CaseDoc {
  readonly ageBand: AgeBand;
  readonly responsibleUserId?: string;
  readonly organisations: readonly Party[];
  readonly reason?: Sealed;
  readonly openedAt?: string;
  /** It came from a spreadsheet: known to the group already, so no new referral. */
  readonly imported?: boolean | undefined;
  readonly closedAt?: string;
  readonly outcome?: CloseOutcome;
  readonly pausedUntil?: string;
  readonly open: readonly OpenAction[];
  /** Local dates of the follow-ups not yet discussed, earliest first. */
  readonly followUps: readonly string[];
  /** Information requests without an answer, and the local dates they were put. */
  readonly asked: readonly { readonly requestId: string; readonly toOrganisationId: string; readonly on: string }[];
  /** What may rest on recalled disclosures and was not looked at yet: how many. */
  readonly unreviewed?: number;
  /** Where in the log the newest pieces of information came in, at most {@link NEWS_KEPT}. */
  readonly news: readonly string[];
  /** Where in the log the newest decisions of the steering group, or the directors, stand. */
  readonly decisions: readonly string[];
}
/** More than one meeting ever has to count. */
export const NEWS_KEPT = 100;

export interface CaseTableRow {
  case_id: string;
  case_number: string;
  person_id: string;
  group_id: string;
  area_id: string;
  status: CaseStatus;
  /** From referral until closing or rejection. */
  live: boolean;
  responsible_organisation_id: string;
  organisation_ids: readonly string[];
  /** Took part once. May have come back. */
  left_organisation_ids: readonly string[];
  excluded_user_ids: readonly string[];
  referred_at: string;
  /** When it was closed, or rejected in screening; null while it lives. Retention counts from here. */
  ended_at: string | null;
  /** Of what the case itself tells, and what was said about it in the room; "no news" is no activity. */
  last_activity_at: string;
  /** Its date in UTC: what is indexed changes once a day, so that an update is cheap (heap-only). */
  last_activity_on: string;
  /** Local date of the last meeting that discussed it. */
  last_discussed_on: string | null;
  /** Earliest deadline of an open action; {@link NO_DEADLINE} when none is open. */
  next_deadline: string;
  revision: number;
  doc: CaseDoc;
}
export const NO_DEADLINE = '9999-12-31';

export const casesTable = table<CaseTableRow>({
  name: 'cases',
  key: 'case_id',
  fillFactor: 70,
  columns: {
    case_id: 'text',
    case_number: 'text',
    person_id: 'text',
    group_id: 'text',
    area_id: 'text',
    status: 'text',
    live: 'bool',
    responsible_organisation_id: 'text',
    organisation_ids: 'text[]',
    left_organisation_ids: 'text[]',
    excluded_user_ids: 'text[]',
    referred_at: 'text',
    ended_at: 'text',
    last_activity_at: 'text',
    last_activity_on: 'text',
    last_discussed_on: 'text',
    next_deadline: 'text',
    revision: 'int',
    doc: 'json',
  },
  indexes: [
    '(group_id, live, next_deadline)',
    '(group_id, live, last_activity_on desc)',
    'using gin (organisation_ids)',
    '(area_id, live)',
    '(person_id)',
    '(ended_at) where ended_at is not null',
  ],
});

export type ActionDoc = Pick<ActionRow, 'agreedAt' | 'agreedInMeetingId' | 'handoverTo' | 'description' | 'lastReport'> & {
  /** When the owner of that time accepted it first. */
  readonly acceptedAt?: string | undefined;
  /** When it was cancelled. */
  readonly cancelledAt?: string;
  /** Earlier deadlines, and when each was given up. */
  readonly earlier?: readonly { readonly deadline: string; readonly until: string }[];
  /** Events of the action that may rest on a recalled disclosure, and that nobody has looked at yet. */
  readonly quarantine?: readonly { readonly disclosureId: string; readonly eventId: string }[];
};
/** What the ladder knows of the action. */
export interface ChaseDoc {
  readonly ladder: OnLadder;
  readonly climbed: ChaseState;
  /** Of the chase stream; -1: nothing was done yet. */
  readonly revision: number;
  readonly lastChasedOn?: string;
  readonly escalatedOn?: string | undefined;
  /** The last one. */
  readonly escalationId?: string;
}
export interface ActionTableRow {
  action_id: string;
  case_id: string;
  group_id: string;
  owner_organisation_id: string;
  owner_user_id: string | null;
  deadline: string;
  status: ActionStatus;
  open: boolean;
  meeting_id: string | null;
  completed_at: string | null;
  deadline_moves: number;
  /** Local date on which the ladder has something to do; null: never, as things stand. */
  next_step_on: string | null;
  /** A meeting held after this local date was missed; null when no more are counted. */
  missed_until: string | null;
  /** Local date since which somebody has to accept it. */
  asked_on: string | null;
  chase: ChaseDoc;
  doc: ActionDoc;
}
export const actionsTable = table<ActionTableRow>({
  name: 'actions',
  key: 'action_id',
  columns: {
    action_id: 'text',
    case_id: 'text',
    group_id: 'text',
    owner_organisation_id: 'text',
    owner_user_id: 'text',
    deadline: 'text',
    status: 'text',
    open: 'bool',
    meeting_id: 'text',
    completed_at: 'text',
    deadline_moves: 'int',
    next_step_on: 'text',
    missed_until: 'text',
    asked_on: 'text',
    chase: 'json',
    doc: 'json',
  },
  indexes: [
    '(case_id)',
    '(next_step_on) where next_step_on is not null',
    '(group_id, missed_until) where missed_until is not null',
    '(group_id, asked_on, action_id) where asked_on is not null',
    '(group_id, deadline_moves desc, action_id) where deadline_moves > 0',
    '(group_id, open, deadline, action_id)',
    '(owner_user_id, open, deadline, action_id)',
    '(owner_organisation_id, open, deadline, action_id)',
    '(meeting_id) where meeting_id is not null',
  ],
});

export interface FollowUpTableRow {
  follow_up_id: string;
  case_id: string;
  due_on: string;
  doc: { readonly note?: Sealed };
}
export const followUpsTable = table<FollowUpTableRow>({
  name: 'follow_ups',
  key: 'follow_up_id',
  columns: { follow_up_id: 'text', case_id: 'text', due_on: 'text', doc: 'json' },
  indexes: ['(case_id)'],
  appendOnly: true,
});

export interface RequestTableRow {
  request_id: string;
  case_id: string;
  status: 'open' | 'answered' | 'declined';
  due_on: string;
  doc: {
    readonly fromOrganisationId: string;
    readonly toOrganisationId: string;
    readonly category: Category;
    readonly question?: Sealed;
  };
}
export const requestsTable = table<RequestTableRow>({
  name: 'requests',
  key: 'request_id',
  columns: { request_id: 'text', case_id: 'text', status: 'text', due_on: 'text', doc: 'json' },
  indexes: ['(case_id)'],
});

/** Where a case is spoken of outside its own stream; the event itself is read from there. */
export interface MentionTableRow {
  position: string;
  case_id: string;
  stream: string;
  revision: number;
}
export const mentionsTable = table<MentionTableRow>({
  name: 'mentions',
  key: 'position',
  columns: { position: 'text', case_id: 'text', stream: 'text', revision: 'int' },
  indexes: ['(case_id, position)'],
  appendOnly: true,
});
