// Meetings, what was shared in them, and the timeline that brings room and case together.
import { randomUUID } from 'node:crypto';
import type { AgendaItem, MeetingEvent } from '@app/domain';
import { openTestReadModels, type ReadModelBench } from '../../testing/fixture.js';
import { BIF, inGroup, POLICE } from '../../testing/people.js';
import { InvalidCursorError, type Page, type Paging } from '../index.js';

let bench: ReadModelBench;
beforeAll(async () => {
  bench = await openTestReadModels();
});
afterAll(() => bench.close());

const all = async <T>(ask: (paging: Paging) => Promise<Page<T>>, limit: number): Promise<T[]> => {
  const items: T[] = [];
  let after: string | undefined;
  do {
    const page = await ask({ limit, ...(after !== undefined && { after }) });
    items.push(...page.items);
    after = page.next;
  } while (after !== undefined);
  return items;
};
type Subject = { id: string; scope: string };

const shared = (meetingId: string, caseId: string, subject: Subject, more: object = {}): MeetingEvent => ({
  type: 'InformationSharedInRoom',
  data: {
    disclosureId: randomUUID(),
    caseId,
    personId: subject.id,
    fromOrganisationId: 'police',
    fromUserId: 'user-police',
    recipients: [{ organisationId: 'bif', basis: 'rpl115', userId: 'user-bif', attendeeId: 'a1' }],
    category: 'crime',
    purpose: 'ssp',
    necessityFingerprint: 'f1.x',
    ruleSetId: 'rpl115-default',
    policies: ['share'],
    meetingId,
    itemId: 'i1',
    saidAt: '2026-11-24T08:20:00.000Z',
    ...more,
  },
  subject,
  text: { content: 'Set ved stationen', necessity: 'For at aftale fritidsjob' },
});
const refused = (caseId: string, personId: string) => ({
  disclosureId: randomUUID(),
  caseId,
  personId,
  fromOrganisationId: 'bif',
  toOrganisationIds: ['police'],
  category: 'work' as const,
  purpose: 'investigation' as const,
  rule: 'rpl115.investigation' as const,
  ruleSetId: 'rpl115-default',
});

/** A meeting from opening to closing with one item, one disclosure, one refusal. */
const held = async () => {
  const group = inGroup(bench.history);
  const theCase = await group.case();
  const { caseId, personId, subject } = theCase;
  await group.onCase(caseId, {
    type: 'InformationRequested',
    data: { caseId, requestId: `r-${caseId}`, toOrganisationId: 'police', category: 'crime', dueOn: '2026-12-02' },
    subject,
    text: { question: 'Er der nyt?' },
  });
  const item: AgendaItem = { itemId: 'i1', caseId, personId, reasons: ['follow-up-due'] };
  const meetingId = await group.meeting('2026-11-24', [item]);
  const at = (time: string) => `2026-11-24T${time}:00.000Z`;
  await group.onMeeting(meetingId, [
    { type: 'ApologyReceived', data: { meetingId, userId: 'user-bif', deputyUserId: 'deputy' } },
    {
      type: 'AttendeeArrived',
      data: { meetingId, attendeeId: 'a1', userId: 'user-bif', organisation: BIF, at: at('08:00') },
      subject: { id: 'a1', scope: 'identity' },
      text: {},
    },
    {
      type: 'AttendeeArrived',
      data: { meetingId, attendeeId: 'guest', organisation: POLICE, at: at('08:05') },
      subject: { id: 'guest', scope: 'identity' },
      text: { guestName: 'Gæst Testperson' },
    },
    { type: 'AttendeeSteppedOut', data: { meetingId, attendeeId: 'guest', at: at('08:10') } },
    {
      type: 'ItemOpened',
      data: { meetingId, itemId: 'i1', caseId, personId, organisations: [BIF, POLICE], excludedUserIds: [], at: at('08:15') },
    },
    shared(meetingId, caseId, subject, { answers: `r-${caseId}` }),
    { type: 'DisclosureRefusedInRoom', data: { ...refused(caseId, personId), meetingId, itemId: 'i1' } },
    { type: 'ItemDiscussed', data: { meetingId, itemId: 'i1', caseId, noNews: false }, subject, text: { note: 'Aftalt' } },
  ]);
  const actionId = await group.action(theCase, '2026-12-01', { meetingId });
  await group.onMeeting(meetingId, [
    { type: 'ItemShut', data: { meetingId, itemId: 'i1', caseId, why: 'done', at: at('08:30') } },
    { type: 'AttendeeReturned', data: { meetingId, attendeeId: 'guest', at: at('08:31') } },
    { type: 'MeetingClosed', data: { meetingId, at: at('09:00') } },
    {
      type: 'MinutesCorrected',
      data: { meetingId, itemId: 'i1', caseId, correctionId: 'c1' },
      subject,
      text: { correction: 'Det var torsdag' },
    },
  ]);
  await bench.settled();
  return { group, ...theCase, meetingId, actionId };
};

describe('a meeting', () => {
  it('keeps who was there when, the agenda as it froze, and what became of each item', async () => {
    const { caseId, meetingId, group } = await held();
    const meeting = (await bench.models.meeting(meetingId))!;
    expect(meeting).toMatchObject({
      groupId: group.groupId,
      status: 'closed',
      revision: 13,
      invited: [{ userId: 'user-bif', apology: true, deputyUserId: 'deputy' }],
      attendees: [
        {
          attendeeId: 'a1',
          userId: 'user-bif',
          state: 'present',
          presence: [{ from: '2026-11-24T08:00:00.000Z', to: '2026-11-24T09:00:00.000Z' }],
        },
        {
          attendeeId: 'guest',
          kind: 'police',
          guestName: { sealed: true, fieldClass: 'staff' },
          presence: [
            { from: '2026-11-24T08:05:00.000Z', to: '2026-11-24T08:10:00.000Z' },
            { from: '2026-11-24T08:31:00.000Z', to: '2026-11-24T09:00:00.000Z' },
          ],
        },
      ],
      items: [
        {
          itemId: 'i1',
          caseId,
          reasons: ['follow-up-due'],
          opened: [{ from: '2026-11-24T08:15:00.000Z', to: '2026-11-24T08:30:00.000Z' }],
          discussed: true,
          noNews: false,
          note: { sealed: true },
          corrections: [{ correctionId: 'c1', correction: { sealed: true } }],
        },
      ],
    });
    expect(meeting.openItemId).toBeUndefined();
  });

  it('knows which item is open', async () => {
    const group = inGroup(bench.history);
    const { caseId, personId } = await group.case();
    const meetingId = await group.meeting('2026-11-24', [{ itemId: 'i1', caseId, personId, reasons: ['manual'] }]);
    const at = '2026-11-24T08:15:00.000Z';
    await group.onMeeting(meetingId, {
      type: 'ItemOpened',
      data: { meetingId, itemId: 'i1', caseId, personId, organisations: [BIF], excludedUserIds: [], at },
    });
    await bench.settled();
    expect(await bench.models.meeting(meetingId)).toMatchObject({ openItemId: 'i1', items: [{ opened: [{ from: at }] }] });
  });

  it('collects changes by hand until it opens, and is changed itself from then on', async () => {
    const group = inGroup(bench.history);
    const [a, b] = [await group.case(), await group.case()];
    const item = (caseId: string, personId: string): AgendaItem => ({
      itemId: `i-${caseId}`,
      caseId,
      personId,
      reasons: ['manual'],
    });
    const meetingId = await group.meeting('2026-11-24');
    await group.onMeeting(meetingId, [
      { type: 'AgendaItemAdded', data: { meetingId, item: item(a.caseId, a.personId) } },
      { type: 'AgendaItemAdded', data: { meetingId, item: item(b.caseId, b.personId) } },
      { type: 'AgendaItemRemoved', data: { meetingId, caseId: a.caseId } },
      { type: 'AgendaItemReordered', data: { meetingId, caseIds: [b.caseId] } },
      {
        type: 'MeetingMoved',
        data: { meetingId, localDate: '2026-11-25', startsAt: '2026-11-25T08:00:00Z', endsAt: '2026-11-25T10:00:00Z' },
      },
    ]);
    await bench.settled();
    expect(await bench.models.meeting(meetingId)).toMatchObject({
      localDate: '2026-11-25',
      status: 'planned',
      items: [],
      overrides: { added: [{ caseId: b.caseId }], removed: [a.caseId], order: [b.caseId] },
    });
    await group.onMeeting(meetingId, [
      { type: 'MeetingOpened', data: { meetingId, agenda: [item(b.caseId, b.personId)] } },
      { type: 'AgendaItemAdded', data: { meetingId, item: item(a.caseId, a.personId) } },
      { type: 'AgendaItemReordered', data: { meetingId, caseIds: [a.caseId] } },
    ]);
    await bench.settled();
    const cases = async () => (await bench.models.meeting(meetingId))!.items.map((i) => i.caseId);
    expect(await cases()).toEqual([a.caseId, b.caseId]);
    await group.onMeeting(meetingId, { type: 'AgendaItemRemoved', data: { meetingId, caseId: a.caseId } });
    await bench.settled();
    expect(await cases()).toEqual([b.caseId]);
  });

  it('is listed newest first for the groups asked about; the next is the one under way, or the first to come', async () => {
    const group = inGroup(bench.history);
    const dates = ['2026-12-01', '2026-12-08', '2026-12-15'];
    const ids: string[] = [];
    for (const date of dates) ids.push(await group.meeting(date));
    await inGroup(bench.history).meeting('2026-12-02');
    await bench.settled();
    const list = (limit: number) => all((paging) => bench.models.meetings([group.groupId], {}, paging), limit);
    expect((await list(1)).map((m) => m.meetingId)).toEqual([...ids].reverse());
    expect(await bench.models.meetings([], {}, { limit: 5 })).toEqual({ items: [] });
    const next = async (now: string) => (await bench.models.nextMeeting([group.groupId], now))?.meetingId;
    expect(await next('2026-12-01T09:59:00Z')).toBe(ids[0]);
    expect(await next('2026-12-01T10:00:00Z')).toBe(ids[1]);
    await group.onMeeting(ids[1]!, { type: 'MeetingCancelled', data: { meetingId: ids[1]! } });
    await group.onMeeting(ids[2]!, { type: 'MeetingOpened', data: { meetingId: ids[2]!, agenda: [] } });
    await bench.settled();
    expect(await next('2026-12-01T09:00:00Z')).toBe(ids[2]);
    expect(await next('2027-01-01T09:00:00Z')).toBe(ids[2]);
    // To come is what is not over: one that nobody closed hides no other.
    const [planned] = [await group.meeting('2026-12-22')];
    await bench.settled();
    const toCome = async (now: string) => (await bench.models.meetingToCome([group.groupId], now))?.meetingId;
    expect(await toCome('2026-12-15T09:00:00Z')).toBe(ids[2]);
    expect(await toCome('2026-12-16T09:00:00Z')).toBe(planned);
    expect(await toCome('2027-01-01T09:00:00Z')).toBeUndefined();
    await group.onMeeting(planned, { type: 'MeetingCancelled', data: { meetingId: planned } });
    await bench.settled();
    const cancelled = await bench.models.meetings([group.groupId], { status: 'cancelled' }, { limit: 5 });
    expect(cancelled.items.map((m) => m.meetingId)).toEqual([planned, ids[1]]);
  });
});

describe('the sharing log', () => {
  it('holds what was shared and what was refused, in the room and in writing, newest first', async () => {
    const { group, caseId, personId, subject, caseNumber, meetingId } = await held();
    await group.onCase(
      caseId,
      [
        {
          type: 'InformationShared',
          data: {
            disclosureId: 'written',
            caseId,
            personId,
            fromOrganisationId: 'bif',
            recipients: [{ organisationId: 'sof', basis: 'internal' }],
            category: 'work',
            purpose: 'ssp',
            necessityFingerprint: 'f1.y',
            ruleSetId: 'rpl115-default',
            policies: [],
            repeats: 'earlier',
          },
          subject,
          text: { content: 'Praktik', necessity: 'For at aftale praktik' },
        },
        { type: 'DisclosureRefused', data: refused(caseId, personId) },
      ],
      { at: '2026-11-25T08:00:00.000Z', userId: 'user-bif' },
    );
    await bench.settled();
    const log = await all((paging) => bench.models.sharingLog({ groups: [group.groupId] }, paging), 1);
    expect(log.map((d) => [d.refusedBy ?? d.category, d.meetingId])).toEqual([
      ['rpl115.investigation', undefined],
      ['work', undefined],
      ['rpl115.investigation', meetingId],
      ['crime', meetingId],
    ]);
    expect(log[1]).toMatchObject({
      disclosureId: 'written',
      caseNumber,
      groupId: group.groupId,
      byUserId: 'user-bif',
      recipients: [{ organisationId: 'sof', basis: 'internal' }],
      repeats: 'earlier',
      content: { sealed: true, fieldClass: 'work', scope: caseId },
    });
    expect(log[0]).toMatchObject({ recipients: [], toOrganisationIds: ['police'], purpose: 'investigation' });
    expect(log[0]!.content).toBeUndefined();

    expect(await bench.models.disclosures(caseId, { limit: 10 })).toEqual({ items: log });
    expect((await bench.models.meetingDisclosures(meetingId)).map((d) => d.at)).toEqual([log[3]!.at, log[2]!.at]);
    const some = async (filter: Parameters<typeof bench.models.sharingLog>[0]) =>
      (await bench.models.sharingLog({ groups: [group.groupId], ...filter }, { limit: 10 })).items.length;
    expect(await some({ refused: true })).toBe(2);
    expect(await some({ refused: false })).toBe(2);
    expect(await some({ from: '2026-11-25' })).toBe(2);
    expect(await some({ from: '2026-11-25T08:00:00.000Z', to: '2026-11-26' })).toBe(2);
    expect(await some({ to: '2026-11-25' })).toBe(2);
    expect(await some({ groups: [] })).toBe(0);
    expect((await bench.models.sharingLog({}, { limit: 200 })).items).toEqual(expect.arrayContaining(log));
  });

  it('tells minutes what was agreed, and answers the request in the case', async () => {
    const { caseId, meetingId, actionId } = await held();
    expect((await bench.models.meetingActions(meetingId, '2026-12-03'))[0]).toMatchObject({
      actionId,
      agreedInMeetingId: meetingId,
      daysOverdue: 2,
    });
    expect((await bench.models.case(caseId, '2026-12-03'))!.requests).toMatchObject([{ status: 'answered' }]);
  });
});

describe('the timeline', () => {
  it('brings the case and what meetings said about it together, newest first, page by page', async () => {
    const { caseId, meetingId } = await held();
    const expected = [
      ['MinutesCorrected', meetingId],
      ['ActionAgreed', undefined],
      ['ItemDiscussed', meetingId],
      ['DisclosureRefusedInRoom', meetingId],
      ['InformationSharedInRoom', meetingId],
      ['InformationRequested', undefined],
      ['CaseOpened', undefined],
      ['CaseScreened', undefined],
      ['CaseReferred', undefined],
    ];
    for (const limit of [1, 2, 3, 5, 50]) {
      const timeline = await all((paging) => bench.models.timeline(caseId, paging), limit);
      expect(timeline.map((e) => [e.type, e.meetingId])).toEqual(expected);
    }
    const { items } = await bench.models.timeline(caseId, { limit: 50 });
    expect(items[4]!.texts).toMatchObject({ content: { sealed: true, fieldClass: 'crime' }, necessity: { sealed: true } });
    expect(items[4]!.data).toMatchObject({ category: 'crime', fromOrganisationId: 'police' });
    expect(items[4]!.data).not.toHaveProperty('text');
    expect(items[8]!.texts).toMatchObject({ reason: { scope: caseId } });
  });

  it('keeps its place when something happens between two pages', async () => {
    const { group, caseId, subject } = await held();
    const first = await bench.models.timeline(caseId, { limit: 4 });
    await group.onCase(caseId, { type: 'ProgressReported', data: { caseId, reportId: 'r' }, subject, text: { report: 'Nyt' } });
    await bench.settled();
    const rest = await bench.models.timeline(caseId, { limit: 50, after: first.next! });
    expect(rest.items.map((e) => e.type)).toEqual([
      'InformationSharedInRoom',
      'InformationRequested',
      'CaseOpened',
      'CaseScreened',
      'CaseReferred',
    ]);
  });

  it('is empty for a case that is not there, and refuses a foreign cursor', async () => {
    expect(await bench.models.timeline(randomUUID(), { limit: 5 })).toEqual({ items: [] });
    const after = Buffer.from(JSON.stringify(['timeline', 'x', 'y'])).toString('base64url');
    await expect(bench.models.timeline('c', { limit: 5, after })).rejects.toThrow(InvalidCursorError);
  });
});
