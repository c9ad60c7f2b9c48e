// The rows of the steering group: every escalation from the moment it is due to be received, and the meetings.
import type { EscalationCause, Evidence, Resolution } from '@app/domain';
import type { Sealed } from '@app/personal-data';
import type { DirectorsFollowUp, SteeringDecision, SteeringMeetingRow } from './questions.js';
import { table } from '../tables.js';

export interface EscalationDoc {
  /** Missing: not received yet. */
  readonly received?: {
    readonly at: string;
    readonly caseNumber: string;
    readonly ageBand: string;
    readonly deadline: string;
    readonly why: EscalationCause;
    readonly evidence: Evidence;
  };
  readonly escalatedAt: string;
  /** The undecided escalation of the same action before it. */
  readonly follows?: string | undefined;
  /** The one that took over from it. */
  readonly followedBy?: string | undefined;
  readonly summary?: Sealed | undefined;
  readonly summarisedBy?: { readonly at: string; readonly userId: string };
  readonly nameOpened?: { readonly at: string; readonly userId: string; readonly necessity?: Sealed | undefined };
  readonly directors?: {
    readonly at: string;
    readonly userId: string;
    readonly answerBy: string;
    readonly reason?: Sealed | undefined;
    readonly followUp?: DirectorsFollowUp;
  };
  readonly decision?: SteeringDecision;
  readonly resolved?: { readonly at: string; readonly how: Resolution };
}
export interface EscalationTableRow {
  escalation_id: string;
  action_id: string;
  case_id: string;
  group_id: string;
  /** `due`: the steering group does not have it yet. */
  status: 'due' | 'open' | 'decided' | 'resolved';
  /** Since when somebody above waits for it: the first of escalations that followed each other. */
  waiting_since: string;
  /** Held steering meetings that left it undecided. */
  passed_meetings: number;
  decided_in: string | null;
  /** The process has something to do with it. */
  todo: boolean;
  doc: EscalationDoc;
}
export const escalationsTable = table<EscalationTableRow>({
  name: 'escalations',
  key: 'escalation_id',
  columns: {
    escalation_id: 'text',
    action_id: 'text',
    case_id: 'text',
    group_id: 'text',
    status: 'text',
    waiting_since: 'text',
    passed_meetings: 'int',
    decided_in: 'text',
    todo: 'bool',
    doc: 'json',
  },
  indexes: [
    '(escalation_id) where todo',
    '(group_id, status, waiting_since, escalation_id)',
    '(waiting_since, escalation_id)',
    '(case_id)',
    '(action_id)',
    '(decided_in) where decided_in is not null',
  ],
});

export interface SteeringMeetingTableRow {
  steering_meeting_id: string;
  group_id: string;
  status: SteeringMeetingRow['status'];
  starts_at: string;
  ends_at: string;
  doc: SteeringMeetingRow;
}
export const steeringMeetingsTable = table<SteeringMeetingTableRow>({
  name: 'steering_meetings',
  key: 'steering_meeting_id',
  columns: {
    steering_meeting_id: 'text',
    group_id: 'text',
    status: 'text',
    starts_at: 'text',
    ends_at: 'text',
    doc: 'json',
  },
  indexes: ['(group_id, starts_at, steering_meeting_id)'],
});
