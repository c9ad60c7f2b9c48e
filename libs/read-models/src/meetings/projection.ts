// The weekly meetings: times, who was in the room when, the agenda as it was frozen and what became of each item.
import { unreachable, type AgendaItem } from '@app/domain';
import { InconsistentHistoryError } from '../errors.js';
import { sealed, type OnMeeting } from '../history.js';
import type { AttendeeRow, MeetingItemRow, MeetingRow, MeetingStatus } from '../questions.js';
import type { Rows } from '../rows.js';
import { table } from '../tables.js';

export interface MeetingTableRow {
  meeting_id: string;
  group_id: string;
  status: MeetingStatus;
  starts_at: string;
  ends_at: string;
  /** Where in the log the meeting was opened, and its agenda settled: a decision that comes after it is not on it. */
  opened_position: string | null;
  /** Where it was closed: what comes after it is new at the next one. */
  closed_position: string | null;
  doc: MeetingRow;
}
export const meetingsTable = table<MeetingTableRow>({
  name: 'meetings',
  key: 'meeting_id',
  columns: {
    meeting_id: 'text',
    group_id: 'text',
    status: 'text',
    starts_at: 'text',
    ends_at: 'text',
    opened_position: 'text',
    closed_position: 'text',
    doc: 'json',
  },
  indexes: ['(group_id, starts_at, meeting_id)', '(group_id, status, ends_at)', '(group_id, closed_position)'],
});

type Interval = { readonly from: string; readonly to?: string };
const end = (intervals: readonly Interval[], at: string): Interval[] =>
  intervals.map((i) => (i.to === undefined ? { from: i.from, to: at } : i));

const frozen = ({ itemId, caseId, personId, reasons }: AgendaItem): MeetingItemRow => ({
  itemId,
  caseId,
  personId,
  reasons,
  opened: [],
  discussed: false,
  noNews: false,
  corrections: [],
});

/** The named cases first, in that order; the others follow as they were. */
const inOrder = <T extends { readonly caseId: string }>(items: readonly T[], caseIds: readonly string[]): T[] => {
  const wished = new Map(caseIds.map((caseId, i) => [caseId, i]));
  const rank = (item: T) => wished.get(item.caseId) ?? caseIds.length;
  return [...items].sort((a, b) => rank(a) - rank(b));
};

export const needMeeting = (event: OnMeeting, rows: Rows): void => {
  if (event.type === 'MeetingPlanned') rows.meetings.fresh(event.data.meetingId);
  else rows.meetings.need(event.data.meetingId);
};

export const projectMeeting = (event: OnMeeting, rows: Rows): void => {
  const { meetingId } = event.data;
  const { revision } = event;
  if (event.type === 'MeetingPlanned') {
    const { groupId, localDate, startsAt, endsAt, place, invited } = event.data;
    const doc: MeetingRow = {
      meetingId,
      groupId,
      localDate,
      startsAt,
      endsAt,
      ...(place !== undefined && { place }),
      status: 'planned',
      invited,
      attendees: [],
      items: [],
      overrides: { added: [], removed: [], order: [] },
      revision,
    };
    rows.meetings.put({
      meeting_id: meetingId,
      group_id: groupId,
      status: 'planned',
      starts_at: startsAt,
      ends_at: endsAt,
      opened_position: null,
      closed_position: null,
      doc,
    });
    return;
  }

  const row = rows.meetings.get(meetingId);
  if (!row) throw new InconsistentHistoryError('meeting unknown');
  const { doc } = row;
  const change = (changes: Partial<MeetingRow>, columns?: Partial<MeetingTableRow>) => {
    const changed = { ...doc, ...changes, revision };
    const { status, startsAt, endsAt } = changed;
    rows.meetings.put({ ...row, status, starts_at: startsAt, ends_at: endsAt, ...columns, doc: changed });
  };
  const changeAttendee = (attendeeId: string, how: (a: AttendeeRow) => Partial<AttendeeRow>) =>
    change({ attendees: doc.attendees.map((a) => (a.attendeeId === attendeeId ? { ...a, ...how(a) } : a)) });
  const changeItem = (itemId: string, how: (i: MeetingItemRow) => Partial<MeetingItemRow>, more?: Partial<MeetingRow>) =>
    change({ ...more, items: doc.items.map((i) => (i.itemId === itemId ? { ...i, ...how(i) } : i)) });

  switch (event.type) {
    case 'MeetingMoved': {
      const { localDate, startsAt, endsAt } = event.data;
      return change({ localDate, startsAt, endsAt });
    }
    case 'MeetingCancelled':
      return change({ status: 'cancelled' });
    case 'ApologyReceived': {
      const { userId, deputyUserId } = event.data;
      const apology = { apology: true as const, ...(deputyUserId !== undefined && { deputyUserId }) };
      return change({
        invited: doc.invited.map((i) => (i.userId === userId ? { userId, organisationId: i.organisationId, ...apology } : i)),
      });
    }

    case 'AgendaItemAdded': {
      const { item } = event.data;
      const { itemId, caseId, personId } = item;
      if (doc.status === 'open') return change({ items: [...doc.items, frozen(item)] });
      const { added, removed, order } = doc.overrides;
      const overrides = { added: [...added, { itemId, caseId, personId }], removed: removed.filter((c) => c !== caseId), order };
      return change({ overrides });
    }
    case 'AgendaItemRemoved': {
      const { caseId } = event.data;
      if (doc.status === 'open') return change({ items: doc.items.filter((i) => i.caseId !== caseId) });
      const { added, removed, order } = doc.overrides;
      return change({ overrides: { added: added.filter((a) => a.caseId !== caseId), removed: [...removed, caseId], order } });
    }
    case 'AgendaItemReordered': {
      const { caseIds } = event.data;
      if (doc.status === 'open') return change({ items: inOrder(doc.items, caseIds) });
      return change({ overrides: { ...doc.overrides, order: caseIds } });
    }
    case 'MeetingOpened':
      return change({ status: 'open', items: event.data.agenda.map(frozen) }, { opened_position: event.position });

    case 'AttendeeArrived': {
      const { attendeeId, userId, organisation, at } = event.data;
      const guestName = sealed(event, 'guestName');
      const attendee: AttendeeRow = {
        attendeeId,
        ...(userId !== undefined && { userId }),
        ...(guestName && { guestName }),
        organisationId: organisation.organisationId,
        kind: organisation.kind,
        state: 'present',
        arrivedAt: at,
        presence: [{ from: at }],
      };
      return change({ attendees: [...doc.attendees, attendee] });
    }
    case 'AttendeeReturned': {
      const { attendeeId, at } = event.data;
      return changeAttendee(attendeeId, (a) => ({ state: 'present', presence: [...a.presence, { from: at }] }));
    }
    case 'AttendeeSteppedOut': {
      const { attendeeId, at } = event.data;
      return changeAttendee(attendeeId, (a) => ({ state: 'stepped-out', presence: end(a.presence, at) }));
    }
    case 'AttendeeLeft': {
      const { attendeeId, at } = event.data;
      return changeAttendee(attendeeId, (a) => ({ state: 'left', presence: end(a.presence, at) }));
    }

    case 'ItemOpened': {
      const { itemId, at } = event.data;
      return changeItem(itemId, (i) => ({ opened: [...i.opened, { from: at }] }), { openItemId: itemId });
    }
    case 'ItemShut': {
      const { itemId, at } = event.data;
      return changeItem(itemId, (i) => ({ opened: end(i.opened, at) }), { openItemId: undefined });
    }
    case 'InformationSharedInRoom':
    case 'DisclosureRefusedInRoom':
      return change({});
    case 'ItemDiscussed': {
      const { itemId, noNews } = event.data;
      const note = sealed(event, 'note');
      return changeItem(itemId, () => ({ discussed: true, noNews, ...(note && { note }) }));
    }
    case 'MeetingClosed': {
      // Who was there to the end stays `present`: that is how the record froze.
      const { at } = event.data;
      const attendees = doc.attendees.map((a) => ({ ...a, presence: end(a.presence, at) }));
      return change({ status: 'closed', openItemId: undefined, attendees }, { closed_position: event.position });
    }
    case 'MinutesCorrected': {
      const { itemId, correctionId } = event.data;
      const correction = sealed(event, 'correction');
      const entry = { correctionId, at: event.at, ...(correction && { correction }) };
      return changeItem(itemId, (i) => ({ corrections: [...i.corrections, entry] }));
    }
    default:
      return unreachable(event);
  }
};
