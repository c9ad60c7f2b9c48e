// The sharing log: every disclosure and every refusal of one, from the cases and from the rooms (§ 115).
import { sealed, type OnCase, type OnMeeting } from '../history.js';
import type { DisclosureRow } from '../questions.js';
import type { Rows } from '../rows.js';
import { table } from '../tables.js';

/** The case number is the case's to tell. */
export type DisclosureDoc = Omit<DisclosureRow, 'caseNumber' | 'groupId'>;
export interface DisclosureTableRow {
  position: string;
  case_id: string;
  group_id: string;
  meeting_id: string | null;
  at: string;
  refused: boolean;
  doc: DisclosureDoc;
}
export const disclosuresTable = table<DisclosureTableRow>({
  name: 'disclosures',
  key: 'position',
  columns: { position: 'text', case_id: 'text', group_id: 'text', meeting_id: 'text', at: 'text', refused: 'bool', doc: 'json' },
  indexes: [
    '(at, position)',
    '(group_id, at, position)',
    '(case_id, at, position)',
    '(meeting_id, at, position) where meeting_id is not null',
  ],
  appendOnly: true,
});

/** Needs the row of the case (or, in the room, of the meeting): the group is theirs. */
export const projectSharing = (event: OnCase | OnMeeting, rows: Rows): void => {
  const { type, at, position, userId: byUserId } = event;
  if (
    type !== 'InformationShared' &&
    type !== 'InformationSharedInRoom' &&
    type !== 'DisclosureRefused' &&
    type !== 'DisclosureRefusedInRoom'
  )
    return;
  const { data } = event;
  const meetingId = 'meetingId' in data ? data.meetingId : undefined;
  const groupId = meetingId === undefined ? rows.cases.get(data.caseId)?.group_id : rows.meetings.get(meetingId)?.group_id;
  const shared = 'recipients' in data ? data : undefined;
  const refused = 'recipients' in data ? undefined : data;
  const doc: DisclosureDoc = {
    disclosureId: data.disclosureId,
    caseId: data.caseId,
    personId: data.personId,
    at,
    saidAt: 'saidAt' in data ? data.saidAt : undefined,
    meetingId,
    fromOrganisationId: data.fromOrganisationId,
    byUserId,
    fromUserId: shared?.fromUserId,
    recipients: shared?.recipients ?? [],
    category: data.category,
    purpose: data.purpose,
    ruleSetId: data.ruleSetId,
    policies: shared?.policies ?? [],
    refusedBy: refused?.rule,
    toOrganisationIds: refused?.toOrganisationIds,
    repeats: shared?.repeats,
    content: sealed(event, 'content'),
    necessity: sealed(event, 'necessity'),
  };
  rows.disclosures.put({
    position,
    case_id: data.caseId,
    group_id: groupId ?? '',
    meeting_id: meetingId ?? null,
    at,
    refused: refused !== undefined,
    doc,
  });
};
