// The agenda composes itself: every reason, its order, and what keeps a case off it.
import { randomUUID } from 'node:crypto';
import type { CaseEvent } from '@app/domain';
import { openTestReadModels, type ReadModelBench } from '../../testing/fixture.js';
import { inGroup } from '../../testing/people.js';

let bench: ReadModelBench;
beforeAll(async () => {
  bench = await openTestReadModels();
});
afterAll(() => bench.close());

const NEW = '2026-11-20T08:00:00Z';
const MEETING = '2026-11-24';

/** A group whose last meeting was held; cases of before it were discussed there. */
const setUp = async () => {
  const group = inGroup(bench.history);
  const agenda = async (onDate = MEETING, today = '2026-11-22') => {
    await bench.settled();
    return bench.models.agenda(group.groupId, onDate, today, { silentAfterDays: 21, waitedSince: '2026-11-17' });
  };
  const reasons = async (caseId: string, onDate?: string, today?: string) =>
    (await agenda(onDate, today)).find((p) => p.caseId === caseId)?.reasons;
  const hold = async (localDate: string, ...caseIds: string[]) => {
    const meetingId = await group.meeting(localDate, []);
    for (const caseId of caseIds)
      await group.onMeeting(
        meetingId,
        {
          type: 'ItemDiscussed',
          data: { meetingId, itemId: 'i', caseId, noNews: true },
          subject: { id: 'p', scope: caseId },
          text: {},
        },
        { at: `${localDate}T09:00:00Z` },
      );
    await group.onMeeting(meetingId, { type: 'MeetingClosed', data: { meetingId, at: `${localDate}T10:00:00Z` } });
    return meetingId;
  };
  /** An open case, discussed at the last meeting, alive a few days ago: nothing puts it on the agenda. */
  const calm = async () => {
    const theCase = await group.case({ at: '2026-11-18T08:00:00Z' });
    await hold('2026-11-17', theCase.caseId);
    return theCase;
  };
  const tell = (caseId: string, event: CaseEvent, at = NEW) => group.onCase(caseId, event, { at });
  return { group, agenda, reasons, hold, calm, tell };
};

it('leaves a calm case off', async () => {
  const { reasons, calm } = await setUp();
  expect(await reasons((await calm()).caseId)).toBeUndefined();
});

it('takes up an action overdue on the meeting date, and one nobody is named for', async () => {
  const { group, agenda, reasons, calm } = await setUp();
  const theCase = await calm();
  await group.action(theCase, '2026-11-23', { ownerUserId: 'u', at: NEW });
  expect(await reasons(theCase.caseId, '2026-11-23')).toBeUndefined();
  expect(await reasons(theCase.caseId, '2026-11-24')).toEqual(['overdue-action']);
  const [proposal] = await agenda('2026-11-26');
  expect(proposal).toMatchObject({ overdueActions: 1, oldestOverdueDays: 3, personName: { sealed: true } });
  await group.action(theCase, '2026-12-20', { at: NEW });
  expect(await reasons(theCase.caseId)).toEqual(['overdue-action', 'unnamed-owner']);
});

it('judges a planned date that has passed by today', async () => {
  const { group, reasons, calm } = await setUp();
  const theCase = await calm();
  await group.action(theCase, '2026-11-23', { ownerUserId: 'u', at: NEW });
  expect(await reasons(theCase.caseId, '2026-11-20', '2026-11-20')).toBeUndefined();
  expect(await reasons(theCase.caseId, '2026-11-20', '2026-11-24')).toEqual(['overdue-action']);
});

it('takes up a follow-up from its date until it was discussed on or after it', async () => {
  const { reasons, hold, calm, tell } = await setUp();
  const { caseId, subject } = await calm();
  await tell(caseId, { type: 'FollowUpScheduled', data: { caseId, followUpId: randomUUID(), on: MEETING }, subject, text: {} });
  expect(await reasons(caseId, '2026-11-23')).toBeUndefined();
  expect(await reasons(caseId, MEETING)).toEqual(['follow-up-due']);
  await hold('2026-11-23', caseId);
  expect(await reasons(caseId, MEETING)).toEqual(['follow-up-due']);
  await hold(MEETING, caseId);
  expect(await reasons(caseId, '2026-12-01')).toBeUndefined();
  expect(await bench.models.case(caseId, MEETING)).toMatchObject({ followUps: [{ on: MEETING, done: true }] });
});

it('takes up answers and reports since the last held meeting, and counts them', async () => {
  const { group, agenda, reasons, hold, calm, tell } = await setUp();
  const theCase = await calm();
  const { caseId, subject } = theCase;
  const actionId = await group.action(theCase, '2026-12-20', { ownerUserId: 'u', at: NEW });
  expect(await reasons(caseId)).toBeUndefined();
  const sources: CaseEvent[] = [
    { type: 'ProgressReported', data: { caseId, reportId: randomUUID() }, subject, text: { report: 'Nyt' } },
    { type: 'InformationRequestDeclined', data: { caseId, requestId: 'r' } },
    { type: 'ActionCompleted', data: { caseId, actionId }, subject, text: {} },
  ];
  for (const [i, event] of sources.entries()) {
    await tell(caseId, event);
    expect((await agenda()).find((p) => p.caseId === caseId)).toMatchObject({ reasons: ['new-information'], newSince: i + 1 });
  }
  await hold('2026-11-24', caseId);
  expect(await reasons(caseId, '2026-12-01')).toBeUndefined();
});

it('takes up new referrals until a meeting has discussed them', async () => {
  const { group, reasons, hold } = await setUp();
  const referred = await group.case({ status: 'referred', at: NEW });
  const opened = await group.case({ at: NEW });
  expect(await reasons(referred.caseId)).toEqual(['new-referral']);
  expect(await reasons(opened.caseId)).toEqual(['new-referral']);
  await hold('2026-11-23');
  expect(await reasons(opened.caseId)).toEqual(['new-referral']);
  await hold('2026-11-24', opened.caseId);
  expect(await reasons(opened.caseId, '2026-12-01')).toBeUndefined();
  expect(await reasons(referred.caseId, '2026-12-01')).toEqual(['new-referral']);
});

it('does not take up an imported case as a new referral: the group knows it', async () => {
  const { group, reasons } = await setUp();
  expect(await reasons((await group.case({ at: NEW, imported: true })).caseId)).toBeUndefined();
});

it('takes up silent cases after the rule set days, and "no news" does not end the silence', async () => {
  const { agenda, hold, calm } = await setUp();
  const { caseId } = await calm(); // last heard of on 18 November
  await hold('2026-12-08', caseId);
  const silent = async (date: string) => (await agenda(date, date)).find((p) => p.caseId === caseId);
  expect(await silent('2026-12-08')).toBeUndefined();
  expect(await silent('2026-12-09')).toMatchObject({ reasons: ['silent'], silentDays: 21 });
});

it('counts silence in local days: late in the evening UTC is the next day in Copenhagen', async () => {
  const { group, agenda, hold } = await setUp();
  const { caseId } = await group.case({ at: '2026-11-01T23:30:00Z' });
  await hold('2026-11-17', caseId);
  const silentDays = async (date: string) => (await agenda(date, date)).find((p) => p.caseId === caseId)?.silentDays;
  expect(await silentDays('2026-11-22')).toBeUndefined();
  expect(await silentDays('2026-11-23')).toBe(21);
});

it('leaves paused cases in peace until something is due, the pause ends or an action is overdue', async () => {
  const { group, reasons, hold, calm, tell } = await setUp();
  const theCase = await calm();
  const { caseId, subject } = theCase;
  await group.action(theCase, '2027-02-01', { at: NEW });
  await tell(caseId, { type: 'ProgressReported', data: { caseId, reportId: randomUUID() }, subject, text: { report: 'x' } });
  await tell(caseId, { type: 'CasePaused', data: { caseId, until: '2027-01-05' }, subject, text: { ground: 'Udlandsophold' } });
  expect(await reasons(caseId, '2027-01-04', '2027-01-04')).toBeUndefined();
  expect(await reasons(caseId, '2027-01-05')).toEqual(['follow-up-due', 'new-information', 'unnamed-owner', 'silent']);
  expect(await reasons(caseId, '2027-02-02')).toContain('overdue-action');
  await hold('2027-01-05', caseId);
  expect(await reasons(caseId, '2027-01-12')).not.toContain('follow-up-due');
});

it('never takes up what is closed or rejected', async () => {
  const { group, reasons, calm, tell } = await setUp();
  const closed = await calm();
  await group.action(closed, '2026-11-01', { at: NEW });
  const { caseId, subject } = closed;
  await tell(caseId, { type: 'CaseClosed', data: { caseId, outcome: 'moved', at: NEW }, subject, text: {} });
  const rejected = await group.case({ status: 'referred', at: NEW });
  await tell(rejected.caseId, {
    type: 'CaseScreened',
    data: { caseId: rejected.caseId, outcome: 'rejected' },
    subject: rejected.subject,
    text: {},
  });
  expect(await reasons(caseId)).toBeUndefined();
  expect(await reasons(rejected.caseId)).toBeUndefined();
});

it('comes in the order of its reasons, within one the most pressing first', async () => {
  const { group, agenda, calm, tell } = await setUp();
  const [newer, follow, late, later] = [await calm(), await calm(), await calm(), await calm()];
  await group.action(late, '2026-11-20', { ownerUserId: 'u', at: NEW });
  await group.action(later, '2026-11-10', { ownerUserId: 'u', at: NEW });
  await tell(follow.caseId, {
    type: 'FollowUpScheduled',
    data: { caseId: follow.caseId, followUpId: randomUUID(), on: '2026-11-23' },
    subject: follow.subject,
    text: {},
  });
  await tell(newer.caseId, { type: 'InformationRequestDeclined', data: { caseId: newer.caseId, requestId: 'r' } });
  const fresh = await group.case({ status: 'referred', at: NEW });
  expect((await agenda()).map((p) => p.caseId)).toEqual([later, late, follow, newer, fresh].map((c) => c.caseId));
});
