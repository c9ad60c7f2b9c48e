// The weekly meeting: agenda, room (rule 8) and record.
import { actors, command, contextOf, given, parties } from '@app/testing';
import type { DisclosureRequest, Party } from '../information-sharing/information-sharing.js';
import { composeAgenda } from './agenda.js';
import { meetingDecider } from './decider.js';
import type { AgendaItem, CaseInRoom, MeetingCommand, MeetingEvent, MeetingFolded } from './events.js';

const { bif, buf, police, housing } = parties;
const meetingId = 'meeting-1';
const at = (time: string) => `2026-11-24T${time}:00.000Z`;
const context = (time: string) => ({ at: at(time) });

const times = { localDate: '2026-11-24', startsAt: at('08:00'), endsAt: at('09:30') };
const plan = { meetingId, groupId: 'group-1', ...times, invited: [{ userId: actors.bif.userId, organisationId: 'bif' }] };
const item = (n: number, ...reasons: AgendaItem['reasons']): AgendaItem => ({
  itemId: `item-${n}`,
  caseId: `case-${n}`,
  personId: `person-${n}`,
  reasons,
});
const inRoom = (n: number, over: Partial<CaseInRoom> = {}): CaseInRoom => ({
  caseId: `case-${n}`,
  personId: `person-${n}`,
  organisations: [bif, police],
  excludedUserIds: [],
  ...over,
});

const planned: MeetingFolded = { type: 'MeetingPlanned', data: plan };
const opened = (...agenda: AgendaItem[]): MeetingFolded => ({ type: 'MeetingOpened', data: { meetingId, agenda } });
const started = [planned, opened(item(1, 'overdue-action'), item(2, 'silent'))];
const closed: MeetingFolded = { type: 'MeetingClosed', data: { meetingId, at: at('09:30') } };
const cancelled: MeetingFolded = { type: 'MeetingCancelled', data: { meetingId } };
const arrived = (attendeeId: string, organisation: Party, time: string, userId?: string) =>
  ({ type: 'AttendeeArrived', data: { meetingId, attendeeId, userId, organisation, at: at(time) } }) satisfies MeetingFolded;
const steppedOut = (attendeeId: string, time: string): MeetingFolded => ({
  type: 'AttendeeSteppedOut',
  data: { meetingId, attendeeId, at: at(time) },
});
const returned = (attendeeId: string, time: string) =>
  ({ type: 'AttendeeReturned', data: { meetingId, attendeeId, at: at(time) } }) satisfies MeetingEvent;
const itemOpened = (n: number, time: string, over: Partial<CaseInRoom> = {}) =>
  ({ type: 'ItemOpened', data: { meetingId, itemId: `item-${n}`, ...inRoom(n, over), at: at(time) } }) satisfies MeetingEvent;
const itemShut = (n: number, why: 'done' | 'room-changed' | 'meeting-closed', time: string) =>
  ({
    type: 'ItemShut',
    data: { meetingId, itemId: `item-${n}`, caseId: `case-${n}`, why, at: at(time) },
  }) satisfies MeetingEvent;

const worker = arrived('w-bif', bif, '08:00', actors.bif.userId);
const officer = arrived('w-police', police, '08:01', actors.police.userId);
const tenantAdviser = arrived('w-housing', housing, '08:02');
const teacher = arrived('w-buf', buf, '08:02', actors.buf.userId);
const openItem = (n: number, time: string, over: Partial<CaseInRoom> = {}) =>
  command('OpenItem', { meetingId, itemId: `item-${n}`, case: inRoom(n, over) }, context(time));
const aMeeting = (...history: MeetingFolded[]) => given(meetingDecider, ...started, ...history);
const aRoom = (...history: MeetingFolded[]) => aMeeting(worker, officer, ...history);
const room = (who: string, type: 'RecordStepOut' | 'RecordReturn' | 'RecordLeaving', time: string, said?: string) =>
  command(type, { meetingId, attendeeId: who, at: said === undefined ? undefined : at(said) }, context(time));
const arrive = (event: Extract<MeetingFolded, { type: 'AttendeeArrived' }>, time: string, said?: string) => {
  const { attendeeId, userId, organisation } = event.data;
  const data = { meetingId, attendeeId, userId, organisation, guestName: userId ? undefined : 'Gæst Testperson' };
  return command('RecordArrival', { ...data, at: said === undefined ? undefined : at(said) }, context(time));
};
const withText = (event: Extract<MeetingFolded, { type: 'AttendeeArrived' }>): MeetingEvent => ({
  ...event,
  subject: { id: event.data.attendeeId, scope: 'identity' },
  text: event.data.userId === undefined ? { guestName: 'Gæst Testperson' } : {},
});

describe('planning', () => {
  it('a meeting is planned, moved and cancelled before it opens, not after', () => {
    given(meetingDecider).when(command('PlanMeeting', plan)).then({ type: 'MeetingPlanned', data: plan });
    const moved = { localDate: '2026-11-25', startsAt: '2026-11-25T08:00:00.000Z', endsAt: '2026-11-25T09:00:00.000Z' };
    const move = command('MoveMeeting', { meetingId, ...moved });
    const cancel = command('CancelMeeting', { meetingId });
    given(meetingDecider, planned)
      .when(move)
      .then({ type: 'MeetingMoved', data: { meetingId, ...moved } });
    given(meetingDecider, planned).when(cancel).then({ type: 'MeetingCancelled', data: { meetingId } });
    for (const c of [move, cancel]) {
      given(meetingDecider).when(c).thenRefused('meeting.unknown');
      aMeeting().when(c).thenRefused('meeting.opened');
      aMeeting(closed).when(c).thenRefused('meeting.closed');
    }
    given(meetingDecider, planned, cancelled).when(move).thenRefused('meeting.closed');
  });
  it('ends after it starts', () => {
    given(meetingDecider)
      .when(command('PlanMeeting', { ...plan, endsAt: plan.startsAt }))
      .thenRefused('meeting.times');
    given(meetingDecider)
      .when(command('PlanMeeting', { ...plan, localDate: '2026-02-30' }))
      .thenRefused('meeting.times');
  });
  it('the same id for another meeting is refused', () => {
    given(meetingDecider, planned)
      .when(command('PlanMeeting', { ...plan, place: 'Lokale 2' }))
      .thenRefused('meeting.exists');
  });
  it('apologies come from the invited, with a deputy or without, until the meeting closes', () => {
    const apology = command('RecordApology', { meetingId, userId: actors.bif.userId, deputyUserId: 'user-deputy' });
    given(meetingDecider, planned)
      .when(apology)
      .then({ type: 'ApologyReceived', data: { meetingId, userId: actors.bif.userId, deputyUserId: 'user-deputy' } });
    aMeeting(closed).when(apology).thenRefused('meeting.closed');
    aMeeting()
      .when(command('RecordApology', { meetingId, userId: 'user-stranger' }))
      .thenRefused('meeting.not-invited');
  });
});

describe('the agenda', () => {
  const none = { added: [], removed: [], order: [] };
  it('takes the most pressing reason first, and keeps the order of the proposal within one', () => {
    const proposed = [
      item(1, 'silent'),
      item(2, 'new-referral'),
      item(3, 'overdue-action'),
      item(4, 'silent', 'follow-up-due'),
      item(5, 'new-referral'),
    ];
    expect(composeAgenda(proposed, none).map((i) => i.caseId)).toEqual(['case-3', 'case-4', 'case-2', 'case-5', 'case-1']);
  });
  it('has a case once, with all its reasons in order; put there by hand it keeps that item id', () => {
    const added = [{ ...item(1, 'manual'), itemId: 'by-hand' }];
    expect(composeAgenda([item(1, 'silent'), item(1, 'overdue-action')], { ...none, added })).toEqual([
      { ...item(1, 'overdue-action', 'silent', 'manual'), itemId: 'by-hand' },
    ]);
  });
  it('leaves out what was removed, and follows the wished order as far as it goes', () => {
    const proposed = [item(1, 'overdue-action'), item(2, 'overdue-action'), item(3, 'silent'), item(4, 'silent')];
    const wished = { ...none, removed: ['case-2'], order: ['case-4', 'case-9', 'case-3'] };
    expect(composeAgenda(proposed, wished).map((i) => i.caseId)).toEqual(['case-4', 'case-3', 'case-1']);
  });

  const add = (n: number) =>
    command('AddAgendaItem', { meetingId, itemId: `item-${n}`, caseId: `case-${n}`, personId: `person-${n}` });
  const remove = (n: number) => command('RemoveAgendaItem', { meetingId, caseId: `case-${n}` });
  const order = (...ns: number[]) => command('ReorderAgenda', { meetingId, caseIds: ns.map((n) => `case-${n}`) });
  const open = command('OpenMeeting', { meetingId, proposed: [item(1, 'silent'), item(2, 'overdue-action')] });
  const agendaOf = (...commands: MeetingCommand[]) => {
    const { state } = given(meetingDecider, planned).after(...commands);
    return state.status === 'none' ? [] : state.agenda.map((i) => i.caseId);
  };

  it('opening freezes the proposal with what was changed by hand', () => {
    expect(agendaOf(open)).toEqual(['case-2', 'case-1']);
    expect(agendaOf(add(3), remove(1), order(3), open)).toEqual(['case-3', 'case-2']);
    expect(agendaOf(remove(1), add(1), open)).toEqual(['case-2', 'case-1']);
    expect(agendaOf(add(3), remove(3), open)).toEqual(['case-2', 'case-1']);
  });
  it('changes by hand after opening too', () => {
    expect(agendaOf(open, add(3), order(3, 1), remove(2))).toEqual(['case-3', 'case-1']);
  });
  it('does not change after closing', () => {
    for (const c of [add(3), remove(1), order(2, 1), open]) aMeeting(closed).when(c).thenRefused('meeting.closed');
  });
  it('keeps what has been open or discussed', () => {
    aRoom(itemOpened(1, '08:05'), itemShut(1, 'done', '08:06'))
      .when(remove(1))
      .thenRefused('item.discussed');
    aMeeting({ type: 'ItemDiscussed', data: { meetingId, itemId: 'item-1', caseId: 'case-1', noNews: true } })
      .when(remove(1))
      .thenRefused('item.discussed');
  });
  it('has a case under one item id', () => {
    aMeeting()
      .when(command('AddAgendaItem', { meetingId, itemId: 'item-9', caseId: 'case-1', personId: 'person-1' }))
      .thenRefused('item.exists');
  });
});

describe('arrivals', () => {
  it('are recorded with organisation; a guest’s name under the guest’s own key', () => {
    aMeeting().when(arrive(worker, '08:00')).then(withText(worker));
    aMeeting().when(arrive(tenantAdviser, '08:02')).then(withText(tenantAdviser));
  });
  it('are ticked before opening as well, but not after closing', () => {
    given(meetingDecider, planned).when(arrive(worker, '08:00')).then(withText(worker));
    aMeeting(closed).when(arrive(worker, '09:40')).thenRefused('meeting.closed');
    given(meetingDecider, planned, cancelled).when(arrive(worker, '08:00')).thenRefused('meeting.closed');
  });
  it('may be noted a little later, never for a time to come', () => {
    aMeeting()
      .when(arrive(worker, '08:10', '08:00'))
      .then(withText(worker));
    aMeeting()
      .when(arrive(worker, '08:00', '08:01'))
      .thenRefused('room.future');
    aMeeting(worker)
      .when(room('w-bif', 'RecordStepOut', '08:00', '08:01'))
      .thenRefused('room.future');
    const unclear = arrive(worker, '08:10', '08:00');
    aMeeting()
      .when({ ...unclear, data: { ...unclear.data, at: 'a little later' } })
      .thenRefused('room.future');
    const late = arrive(worker, '08:10', '08:00');
    aMeeting()
      .when({ ...late, data: { ...late.data, at: undefined }, context: contextOf({ at: '2026-11-24T08:00:00Z' }) })
      .then(withText(worker));
  });
  it('may be noted at the very time of what is on record, and of the clock', () => {
    const atOnce = arrived('w-buf', buf, '08:01', actors.buf.userId);
    aRoom()
      .when(arrive(atOnce, '08:01', '08:01'))
      .then(withText(atOnce));
  });
  it('noted again change nothing; who has left does not step out', () => {
    const out = steppedOut('w-bif', '08:05');
    const left: MeetingFolded = { type: 'AttendeeLeft', data: { meetingId, attendeeId: 'w-bif', at: at('08:05') } };
    aRoom().when(arrive(worker, '08:10')).then();
    aRoom()
      .when(room('w-bif', 'RecordReturn', '08:10'))
      .then();
    aRoom(out)
      .when(room('w-bif', 'RecordStepOut', '08:10'))
      .then();
    aRoom(left)
      .when(room('w-bif', 'RecordLeaving', '08:10'))
      .then();
    aRoom(left)
      .when(room('w-bif', 'RecordStepOut', '08:10'))
      .then();
    aRoom(out)
      .when(room('w-bif', 'RecordLeaving', '08:10'))
      .then({ type: 'AttendeeLeft', data: { meetingId, attendeeId: 'w-bif', at: at('08:10') } });
  });
  it('a person is in the room once', () => {
    const again = { ...worker, data: { ...worker.data, attendeeId: 'w-second' } };
    aMeeting(worker).when(arrive(again, '08:10')).thenRefused('attendee.recorded');
    aMeeting(worker)
      .when(arrive({ ...worker, data: { ...worker.data, organisation: buf } }, '08:10'))
      .thenRefused('attendee.exists');
  });
  it('who left or stepped out comes back by returning', () => {
    const out = aMeeting(worker, steppedOut('w-bif', '08:05'));
    out.when(arrive(worker, '08:10')).thenRefused('attendee.recorded');
    out.when(room('w-bif', 'RecordReturn', '08:10')).then(returned('w-bif', '08:10'));
    aMeeting(worker, { type: 'AttendeeLeft', data: { meetingId, attendeeId: 'w-bif', at: at('08:05') } })
      .when(room('w-bif', 'RecordReturn', '08:10'))
      .then(returned('w-bif', '08:10'));
    aMeeting()
      .when(room('w-bif', 'RecordReturn', '08:10'))
      .thenRefused('attendee.unknown');
  });
});

describe('rule 8: an item opens only while everyone present may hear it', () => {
  it('opens for those whose organisations take part in the case', () => {
    aRoom().when(openItem(1, '08:05')).then(itemOpened(1, '08:05'));
  });
  it('stays shut while somebody of kind other is checked in, unless stepped out', () => {
    aRoom(tenantAdviser).when(openItem(1, '08:05')).thenRefused('room.mixed');
    aRoom(tenantAdviser, steppedOut('w-housing', '08:03')).when(openItem(1, '08:05')).then(itemOpened(1, '08:05'));
  });
  it('stays shut for kind other even if the case named the organisation', () => {
    aRoom(tenantAdviser)
      .when(openItem(1, '08:05', { organisations: [bif, police, housing] }))
      .thenRefused('room.mixed');
    const disguised = { ...housing, kind: 'municipal' as const };
    aRoom(tenantAdviser)
      .when(openItem(1, '08:05', { organisations: [bif, police, disguised] }))
      .thenRefused('room.mixed');
  });
  it('stays shut while an organisation is present that does not take part in the case', () => {
    aRoom(teacher).when(openItem(1, '08:05')).thenRefused('room.mixed');
    aRoom(teacher)
      .when(openItem(1, '08:05', { organisations: [bif, buf, police] }))
      .then(itemOpened(1, '08:05', { organisations: [bif, buf, police] }));
  });
  it('stays shut while an excluded worker is present', () => {
    const excludedUserIds = [actors.police.userId];
    aRoom()
      .when(openItem(1, '08:05', { excludedUserIds }))
      .thenRefused('room.mixed');
    aRoom(steppedOut('w-police', '08:03'))
      .when(openItem(1, '08:05', { excludedUserIds }))
      .then(itemOpened(1, '08:05', { excludedUserIds }));
  });
  it('does not open in an empty room, before the meeting, after it, or for a case that is not on the agenda', () => {
    aMeeting().when(openItem(1, '08:05')).thenRefused('room.empty');
    aRoom(steppedOut('w-bif', '08:03'), steppedOut('w-police', '08:03')).when(openItem(1, '08:05')).thenRefused('room.empty');
    given(meetingDecider, planned, worker).when(openItem(1, '08:05')).thenRefused('meeting.not-open');
    aRoom(closed).when(openItem(1, '09:40')).thenRefused('meeting.closed');
    aRoom().when(openItem(3, '08:05')).thenRefused('item.unknown');
    aRoom()
      .when(command('OpenItem', { meetingId, itemId: 'item-1', case: inRoom(2) }))
      .thenRefused('item.unknown');
  });
  it('one item is open at a time', () => {
    aRoom(itemOpened(1, '08:05'))
      .when(openItem(2, '08:10'))
      .then(itemShut(1, 'done', '08:10'), itemOpened(2, '08:10'));
    aRoom(itemOpened(1, '08:05'))
      .when(openItem(2, '08:10', { organisations: [bif] }))
      .thenRefused('room.mixed');
  });
  it('an item is shut by hand while the meeting is open, and only if it is the open one', () => {
    const shutItem = (itemId: string) => command('ShutItem', { meetingId, itemId }, context('08:10'));
    const open = aRoom(itemOpened(1, '08:05'));
    open.when(shutItem('item-1')).then(itemShut(1, 'done', '08:10'));
    open.when(shutItem('item-2')).then();
    open.when(shutItem('item-9')).thenRefused('item.unknown');
    given(meetingDecider, planned).when(shutItem('item-1')).thenRefused('meeting.not-open');
    aMeeting(closed).when(shutItem('item-1')).thenRefused('meeting.closed');
  });
  it('opening an open item again changes nothing', () => {
    aRoom(itemOpened(1, '08:05')).when(openItem(1, '08:10')).then();
  });
  it('opening an open item again finds that somebody may no longer hear, and shuts it', () => {
    aRoom(itemOpened(1, '08:05'))
      .when(openItem(1, '08:10', { organisations: [bif] }))
      .thenRefused('room.mixed', itemShut(1, 'room-changed', '08:10'));
  });
});

describe('rule 8: the item shuts before somebody who may not hear is in the room', () => {
  const strangers: [string, Extract<MeetingFolded, { type: 'AttendeeArrived' }>, Partial<CaseInRoom>][] = [
    ['somebody of kind other', arrived('w-housing', housing, '08:10'), {}],
    ['an organisation that does not take part', arrived('w-buf', buf, '08:10', actors.buf.userId), {}],
    ['an excluded worker', arrived('w-x', bif, '08:10', 'user-cousin'), { excludedUserIds: ['user-cousin'] }],
  ];
  it.each(strangers)('when %s arrives', (_who, stranger, over) => {
    aRoom(itemOpened(1, '08:05', over))
      .when(arrive(stranger, '08:10'))
      .then(itemShut(1, 'room-changed', '08:10'), withText(stranger));
  });
  it.each(strangers)('when %s returns', (_who, stranger, over) => {
    const here = { ...stranger, data: { ...stranger.data, at: at('08:02') } };
    aRoom(here, steppedOut(here.data.attendeeId, '08:03'), itemOpened(1, '08:05', over))
      .when(room(here.data.attendeeId, 'RecordReturn', '08:10'))
      .then(itemShut(1, 'room-changed', '08:10'), returned(here.data.attendeeId, '08:10'));
  });
  it('also when the arrival is noted later: it shut then, not now', () => {
    aRoom(itemOpened(1, '08:05'))
      .when(arrive(arrived('w-housing', housing, '08:10'), '08:20', '08:10'))
      .then(itemShut(1, 'room-changed', '08:10'), withText(arrived('w-housing', housing, '08:10')));
  });
  it('stays open for somebody who may hear', () => {
    const second = arrived('w-bif-2', bif, '08:10', 'user-bif-2');
    aRoom(itemOpened(1, '08:05')).when(arrive(second, '08:10')).then(withText(second));
  });
});

const disclosure: DisclosureRequest = {
  disclosureId: 'd1',
  category: 'network',
  necessity: 'Indsatsen kan ikke planlægges uden at kende risikoen.',
  necessityFingerprint: 'fp-1',
  content: 'SECRET-CONTENT',
  policies: [],
};
interface Said {
  saidAt?: string;
  by?: string;
  now?: string;
  case?: CaseInRoom;
  disclosure?: Partial<DisclosureRequest>;
}
const say = ({ saidAt = '08:06', by = 'w-police', now = '08:30', case: c = inRoom(1), disclosure: d = {} }: Said = {}) =>
  command(
    'ShareInRoom',
    {
      ...{ meetingId, itemId: 'item-1', case: c, fromAttendeeId: by, saidAt: at(saidAt) },
      disclosure: { ...disclosure, ...d },
    },
    context(now),
  );
const shared = (over: object = {}) =>
  ({
    type: 'InformationSharedInRoom',
    data: {
      disclosureId: 'd1',
      caseId: 'case-1',
      personId: 'person-1',
      fromOrganisationId: police.organisationId,
      fromUserId: actors.police.userId,
      recipients: [{ organisationId: 'bif', basis: 'rpl115', userId: actors.bif.userId, attendeeId: 'w-bif' }],
      category: 'network',
      purpose: 'ssp',
      necessityFingerprint: 'fp-1',
      ruleSetId: 'rpl115-default',
      policies: [],
      meetingId,
      itemId: 'item-1',
      saidAt: at('08:06'),
      ...over,
    },
    subject: { id: 'person-1', scope: 'case-1' },
    text: { content: disclosure.content, necessity: disclosure.necessity },
  }) as Extract<MeetingEvent, { type: 'InformationSharedInRoom' }>;
const refusal = (rule: string, over: object = {}) =>
  ({
    type: 'DisclosureRefusedInRoom',
    data: {
      disclosureId: 'd1',
      caseId: 'case-1',
      personId: 'person-1',
      fromOrganisationId: police.organisationId,
      toOrganisationIds: ['bif'],
      category: 'network',
      purpose: 'ssp',
      rule,
      ruleSetId: 'rpl115-default',
      meetingId,
      itemId: 'item-1',
      ...over,
    },
  }) as MeetingEvent;

describe('rule 8: recipients are those who were present when it was said', () => {
  it('are the others in the room, each with person and basis', () => {
    const colleague = arrived('w-police-2', police, '08:02', 'user-police-2');
    const guest = arrived('w-guest', bif, '08:03');
    aRoom(colleague, guest, itemOpened(1, '08:05'))
      .when(say())
      .then(
        shared({
          recipients: [
            { organisationId: 'bif', basis: 'rpl115', userId: actors.bif.userId, attendeeId: 'w-bif' },
            { organisationId: police.organisationId, basis: 'internal', userId: 'user-police-2', attendeeId: 'w-police-2' },
            { organisationId: 'bif', basis: 'rpl115', attendeeId: 'w-guest' },
          ],
        }),
      );
  });
  it('not those who came later, not those who were outside', () => {
    const late = arrived('w-bif-2', bif, '08:10', 'user-bif-2');
    aRoom(itemOpened(1, '08:05'), late).when(say()).then(shared());
    const early = arrived('w-bif-2', bif, '08:02', 'user-bif-2');
    aRoom(early, steppedOut('w-bif-2', '08:03'), itemOpened(1, '08:05')).when(say()).then(shared());
  });
  it('what was said while the item was open is recorded also after it shut', () => {
    aRoom(itemOpened(1, '08:05'), itemShut(1, 'room-changed', '08:10'), arrived('w-housing', housing, '08:10'))
      .when(say())
      .then(shared());
  });
  it('who came and went is settled up to what was recorded: a list of recipients never becomes untrue', () => {
    const history = [itemOpened(1, '08:05'), shared({ saidAt: at('08:20') })];
    const late = arrived('w-bif-2', bif, '08:15', 'user-bif-2');
    aRoom(...history)
      .when(arrive(late, '08:30', '08:15'))
      .thenRefused('room.before-recorded');
    aRoom(...history)
      .when(arrive(late, '08:30', '08:20'))
      .thenRefused('room.before-recorded');
    aRoom(...history)
      .when(room('w-bif', 'RecordStepOut', '08:30', '08:19'))
      .thenRefused('room.before-recorded');
    aRoom(...history)
      .when(room('w-bif', 'RecordLeaving', '08:30', '08:20'))
      .thenRefused('room.before-recorded');
    aRoom(...history, steppedOut('w-bif', '08:25'))
      .when(room('w-bif', 'RecordReturn', '08:30', '08:24'))
      .thenRefused('room.before-recorded');
    aRoom()
      .when(arrive(teacher, '08:10', '07:30'))
      .thenRefused('room.before-recorded');
  });
  it('sent again it is recorded once; under the same id it stays what it was; and it was said, not will be', () => {
    const said = aRoom(itemOpened(1, '08:05'), shared());
    said.when(say()).then();
    said.when(say({ disclosure: { necessityFingerprint: 'fp-2' } })).thenRefused('disclosure.exists');
    aRoom(itemOpened(1, '08:05'))
      .when(say({ saidAt: '08:31', now: '08:30' }))
      .thenRefused('room.future');
  });
  it('a clock that is a little behind does not go back in the record', () => {
    const event = { ...returned('w-bif', '08:30'), type: 'AttendeeSteppedOut' } as const;
    aRoom(arrived('w-bif-2', bif, '08:30', 'user-bif-2'))
      .when(room('w-bif', 'RecordStepOut', '08:29'))
      .then(event);
  });
});

describe('rule 8: what is refused in the room is recorded without its content', () => {
  it('an item that was not open when it was said', () => {
    const record = refusal('room.item-not-open');
    aRoom().when(say()).thenRefused('room.item-not-open', record);
    aRoom(itemOpened(1, '08:07')).when(say()).thenRefused('room.item-not-open', record);
    aRoom(itemOpened(1, '08:03'), itemShut(1, 'done', '08:06'))
      .when(say())
      .thenRefused('room.item-not-open', record);
    aRoom(itemOpened(2, '08:05')).when(say()).thenRefused('room.item-not-open', record);
    expect(JSON.stringify(aRoom().when(say()).decision)).not.toContain('SECRET-CONTENT');
  });
  it('sent again it is refused again and recorded once', () => {
    aRoom(refusal('room.item-not-open')).when(say()).thenRefused('room.item-not-open');
  });
  it('a speaker who was not in the room', () => {
    aRoom(steppedOut('w-police', '08:04'), itemOpened(1, '08:05'))
      .when(say())
      .thenRefused('rpl115.sender', refusal('rpl115.sender'));
  });
  it('a room that the case, as it is now, no longer allows', () => {
    aRoom(itemOpened(1, '08:05'))
      .when(say({ case: inRoom(1, { organisations: [police] }) }))
      .thenRefused('room.mixed', refusal('room.mixed'));
    aRoom(itemOpened(1, '08:05'))
      .when(say({ case: inRoom(1, { excludedUserIds: [actors.bif.userId] }) }))
      .thenRefused('room.mixed', refusal('room.mixed'));
  });
  it('a room that the case did not allow when the item opened', () => {
    aRoom(itemOpened(1, '08:05', { organisations: [police] }))
      .when(say())
      .thenRefused('room.mixed', refusal('room.mixed'));
  });
  it('nobody else in the room', () => {
    aMeeting(officer, itemOpened(1, '08:05'))
      .when(say())
      .thenRefused('rpl115.recipient', refusal('rpl115.recipient', { toOrganisationIds: [] }));
  });
  it.each([
    ['rpl115.necessity', { necessity: 'ok' }, {}],
    ['rpl115.purpose', { purpose: 'gossip' }, { purpose: 'unknown' }],
    ['rpl115.investigation', { purpose: 'investigation' }, { purpose: 'investigation' }],
  ])('%s (rules 1, 2 and 4 hold in the room)', (rule, attempt, record) => {
    aRoom(itemOpened(1, '08:05'))
      .when(say({ disclosure: attempt }))
      .thenRefused(rule, refusal(rule, record));
  });
  it('rule 2: a necessity repeated within the meeting', () => {
    const again = { disclosureId: 'd2' };
    aRoom(itemOpened(1, '08:05'), shared())
      .when(say({ disclosure: again }))
      .thenRefused('rpl115.necessity-repeated', refusal('rpl115.necessity-repeated', again));
    aRoom(itemOpened(1, '08:05'), shared())
      .when(say({ disclosure: { ...again, repeats: 'd1' } }))
      .then(shared({ ...again, repeats: 'd1' }));
  });
  it('is said now when no time is given, by the clock of the room', () => {
    const { saidAt: _, ...untimed } = say().data;
    const now = (time: string) => command('ShareInRoom', untimed, context(time));
    aRoom(itemOpened(1, '08:05'))
      .when(now('08:30'))
      .then(shared({ saidAt: at('08:30') }));
    // A server whose clock is a little behind does not speak of a time before the item opened.
    aRoom(itemOpened(1, '08:05'))
      .when(now('08:04'))
      .then(shared({ saidAt: at('08:05') }));
  });
  it('is not recorded when it is no disclosure at all', () => {
    aRoom(itemOpened(1, '08:05'))
      .when(say({ saidAt: '08:40' }))
      .thenRefused('room.future');
    aRoom(itemOpened(1, '08:05'))
      .when(say({ by: 'w-nobody' }))
      .thenRefused('attendee.unknown');
    aRoom(itemOpened(1, '08:05'))
      .when(say({ case: inRoom(2) }))
      .thenRefused('item.unknown');
    given(meetingDecider, planned, worker).when(say()).thenRefused('meeting.not-open');
    aRoom(itemOpened(1, '08:05'), closed).when(say()).thenRefused('meeting.closed');
    aRoom(itemOpened(1, '08:05'), shared())
      .when(say({ disclosure: { necessityFingerprint: 'fp-2' } }))
      .thenRefused('disclosure.exists');
  });
});

describe('discussing and closing', () => {
  const discuss = (over: object = {}) =>
    command('RecordDiscussed', { meetingId, itemId: 'item-1', noNews: false, note: 'Ny praktik.', ...over });
  const discussed: MeetingEvent = {
    type: 'ItemDiscussed',
    data: { meetingId, itemId: 'item-1', caseId: 'case-1', noNews: false },
    subject: { id: 'person-1', scope: 'case-1' },
    text: { note: 'Ny praktik.' },
  };
  it('an item on the agenda is discussed while the meeting is open', () => {
    aMeeting().when(discuss()).then(discussed);
    aMeeting()
      .when(discuss({ noNews: true, note: undefined }))
      .then({ ...discussed, data: { ...discussed.data, noNews: true }, text: {} });
    aMeeting()
      .when(discuss({ itemId: 'item-9' }))
      .thenRefused('item.unknown');
    given(meetingDecider, planned).when(discuss()).thenRefused('meeting.not-open');
    aMeeting(closed).when(discuss()).thenRefused('meeting.closed');
  });
  it('closing shuts the open item', () => {
    const event: MeetingEvent = { type: 'MeetingClosed', data: { meetingId, at: at('09:30') } };
    aRoom(itemOpened(1, '08:05'))
      .when(command('CloseMeeting', { meetingId }, context('09:30')))
      .then(itemShut(1, 'meeting-closed', '09:30'), event);
    aRoom()
      .when(command('CloseMeeting', { meetingId }, context('09:30')))
      .then(event);
    given(meetingDecider, planned).when(command('CloseMeeting', { meetingId })).thenRefused('meeting.not-open');
  });
  it('after closing the record is corrected beside itself, not before', () => {
    const correct = command('CorrectMinutes', { meetingId, itemId: 'item-1', correctionId: 'c1', correction: 'Onsdag.' });
    aMeeting(closed)
      .when(correct)
      .then({
        type: 'MinutesCorrected',
        data: { meetingId, itemId: 'item-1', caseId: 'case-1', correctionId: 'c1' },
        subject: { id: 'person-1', scope: 'case-1' },
        text: { correction: 'Onsdag.' },
      });
    aMeeting().when(correct).thenRefused('meeting.not-closed');
    aMeeting(closed)
      .when(command('CorrectMinutes', { meetingId, itemId: 'item-9', correctionId: 'c1', correction: 'x' }))
      .thenRefused('item.unknown');
  });
  it('the coordinator’s own clock is the default for every time', () => {
    expect(contextOf().at).toBe(at('08:00'));
    aRoom(itemOpened(1, '08:05'))
      .when(command('ShutItem', { meetingId, itemId: 'item-1' }, context('08:09')))
      .then(itemShut(1, 'done', '08:09'));
  });
});
