// The chaser's figures: what waits on whom, what came of a chase, what moved from meeting to meeting, how long things take.
import { openTestReadModels, type ReadModelBench } from '../../testing/fixture.js';
import { BIF, inGroup, POLICE, SOF } from '../../testing/people.js';

let bench: ReadModelBench;
beforeAll(async () => {
  bench = await openTestReadModels();
});
afterAll(() => bench.close());

type Group = ReturnType<typeof inGroup>;
type Case = Awaited<ReturnType<Group['case']>>;
const scopeOf = ({ groupId }: Group) => ({ groups: [groupId], userId: 'lead' });
const nobodys = { groups: ['another'], userId: 'lead' };

/** Writes what becomes of actions, at given times. */
const onActions = (group: Group) => ({
  complete: ({ caseId, subject }: Case, actionId: string, at: string) =>
    group.onCase(caseId, { type: 'ActionCompleted', data: { caseId, actionId }, subject, text: {} }, { at }),
  cancel: ({ caseId, subject }: Case, actionId: string, at: string) =>
    group.onCase(caseId, { type: 'ActionCancelled', data: { caseId, actionId }, subject, text: { ground: 'x' } }, { at }),
  accept: ({ caseId }: Case, actionId: string, userId: string, at: string) =>
    group.onCase(caseId, { type: 'ActionAccepted', data: { caseId, actionId, userId } }, { at }),
  move: ({ caseId, subject }: Case, actionId: string, from: string, to: string, at: string) =>
    group.onCase(caseId, { type: 'DeadlineMoved', data: { caseId, actionId, from, to }, subject, text: { ground: 'x' } }, { at }),
  chase: (
    { caseId, subject }: Case,
    actionId: string,
    chaseId: string,
    deadline: string,
    at: string,
    by: 'hand' | 'ladder' = 'hand',
  ) =>
    bench.history.write(
      `chase-${actionId}`,
      {
        type: 'ActionChased',
        data: { caseId, actionId, deadline, deadlineMoves: 0, on: at.slice(0, 10), organisationId: 'bif', to: [], chaseId, by },
        subject,
        text: {},
      },
      { at, userId: 'lead' },
    ),
  answer: ({ caseId, subject }: Case, actionId: string, chaseId: string, at: string) =>
    bench.history.write(
      `chase-${actionId}`,
      {
        type: 'ChaseAnswered',
        data: { caseId, actionId, chaseId, answerId: `${chaseId}-answer` },
        subject,
        text: { answer: 'x' },
      },
      { at },
    ),
});

describe('what waits on whom', () => {
  it('counts actions, acceptances, chases and questions by organisation and person, most overdue first', async () => {
    const { history, models } = bench;
    const group = inGroup(history);
    const on = onActions(group);
    const one = await group.case({ organisations: [BIF, SOF, POLICE] });
    const mine = await group.action(one, '2026-11-20', { ownerUserId: 'worker' });
    await on.accept(one, mine, 'worker', '2026-11-03T09:00:00.000Z');
    await on.chase(one, mine, `${group.groupId}-1`, '2026-11-20', '2026-11-21T09:00:00.000Z', 'ladder');
    const done = await group.action(one, '2026-11-19', { ownerUserId: 'worker' });
    await on.complete(one, done, '2026-11-18T09:00:00.000Z');
    const offered = await group.action(one, '2026-12-20');
    const { caseId, subject } = one;
    await group.onCase(
      caseId,
      { type: 'HandoverOffered', data: { caseId, actionId: offered, toOrganisationId: 'sof' } },
      { at: '2026-11-10T09:00:00.000Z' },
    );
    await group.onCase(
      caseId,
      {
        type: 'InformationRequested',
        data: { caseId, requestId: `${group.groupId}-r`, toOrganisationId: 'police', category: 'school', dueOn: '2026-11-25' },
        subject,
        text: { question: 'x' },
      },
      { at: '2026-11-18T09:00:00.000Z' },
    );
    await bench.settled();
    const none = { openActions: 0, overdueActions: 0, awaitsAcceptance: 0, unansweredChases: 0, unansweredRequests: 0 };
    expect(await models.waiting(scopeOf(group), '2026-11-24')).toEqual([
      {
        organisationId: 'bif',
        userId: 'worker',
        ...none,
        openActions: 1,
        overdueActions: 1,
        unansweredChases: 1,
        oldest: '2026-11-20',
      },
      { organisationId: 'sof', ...none, awaitsAcceptance: 1, oldest: '2026-11-10' },
      { organisationId: 'police', ...none, unansweredRequests: 1, oldest: '2026-11-25' },
      { organisationId: 'bif', ...none, openActions: 1, oldest: '2026-12-20' },
    ]);
    expect(await models.waiting(nobodys, '2026-11-24')).toEqual([]);
    // Answered: it waits no more. A new deadline: the chase was for another one.
    await on.answer(one, mine, `${group.groupId}-1`, '2026-11-22T09:00:00.000Z');
    await bench.settled();
    expect((await models.waiting(scopeOf(group), '2026-11-24'))[0]).toMatchObject({ userId: 'worker', unansweredChases: 0 });
    await on.chase(one, mine, `${group.groupId}-2`, '2026-11-20', '2026-11-23T09:00:00.000Z');
    await on.move(one, mine, '2026-11-20', '2026-12-01', '2026-11-24T09:00:00.000Z');
    await bench.settled();
    const worker = (await models.waiting(scopeOf(group), '2026-11-24')).find(({ userId }) => userId === 'worker');
    expect(worker).toMatchObject({ overdueActions: 0, unansweredChases: 0, oldest: '2026-12-01' });
  });
});

describe('what I chased', () => {
  it('says what came of it, newest first, and only of what I chased by hand', async () => {
    const { history, models } = bench;
    const group = inGroup(history);
    const on = onActions(group);
    const one = await group.case();
    const names = ['completed', 'cancelled', 'moved', 'answered', 'nothing', 'ladder'] as const;
    const actions = new Map<string, string>();
    for (const [i, name] of names.entries()) {
      const actionId = await group.action(one, '2026-11-20');
      actions.set(name, actionId);
      const by = name === 'ladder' ? 'ladder' : 'hand';
      await on.chase(one, actionId, `${group.groupId}-${name}`, '2026-11-20', `2026-11-2${i}T23:30:00.000Z`, by);
    }
    await on.complete(one, actions.get('completed')!, '2026-11-27T09:00:00.000Z');
    await on.cancel(one, actions.get('cancelled')!, '2026-11-27T09:00:00.000Z');
    await on.move(one, actions.get('moved')!, '2026-11-20', '2026-12-01', '2026-11-27T09:00:00.000Z');
    await on.answer(one, actions.get('answered')!, `${group.groupId}-answered`, '2026-11-27T09:00:00.000Z');
    await bench.settled();
    const { items } = await models.chasedBy('lead', scopeOf(group), { limit: 10 });
    // Chased after midnight in Copenhagen.
    expect(items.map(({ outcome, daysUntilEnd }) => [outcome, daysUntilEnd])).toEqual([
      ['nothing', undefined],
      ['answered', undefined],
      ['moved', undefined],
      ['cancelled', 5],
      ['completed', 6],
    ]);
    const first = await models.chasedBy('lead', scopeOf(group), { limit: 2 });
    const second = await models.chasedBy('lead', scopeOf(group), { limit: 3, after: first.next! });
    expect([...first.items, ...second.items]).toEqual(items);
    expect((await models.chasedBy('lead', nobodys, { limit: 10 })).items).toEqual([]);
    expect((await models.chasedBy('other', scopeOf(group), { limit: 10 })).items).toEqual([]);
  });
});

describe('from meeting to meeting', () => {
  it('counts what happened since the one before, with the deadlines of that day', async () => {
    const { history, models } = bench;
    const group = inGroup(history);
    const on = onActions(group);
    const one = await group.case();
    const item = { itemId: 'i', caseId: one.caseId, personId: one.personId, reasons: [] };
    for (const date of ['2026-11-03', '2026-11-10', '2026-11-17']) {
      const meetingId = await group.meeting(date, [item]);
      const { caseId, subject } = one;
      if (date !== '2026-11-10')
        await group.onMeeting(meetingId, {
          type: 'ItemDiscussed',
          data: { meetingId, itemId: 'i', caseId, noNews: false },
          subject,
          text: {},
        });
      await group.onMeeting(meetingId, { type: 'MeetingClosed', data: { meetingId, at: `${date}T10:00:00.000Z` } });
    }
    const a = await group.action(one, '2026-11-05', { at: '2026-11-03T09:00:00.000Z' });
    const b = await group.action(one, '2026-11-12', { at: '2026-11-03T09:00:00.000Z' });
    await on.move(one, a, '2026-11-05', '2026-11-30', '2026-11-11T09:00:00.000Z');
    await on.complete(one, b, '2026-11-13T09:00:00.000Z');
    const c = await group.action(one, '2026-11-14', { at: '2026-11-13T09:00:00.000Z' });
    await on.cancel(one, c, '2026-11-17T09:00:00.000Z');
    await bench.settled();
    const figures = (await models.progress(scopeOf(group), group.groupId, 10)).map(({ meetingId: _, ...figures }) => figures);
    const none = {
      casesDiscussed: 0,
      actionsAgreed: 0,
      actionsCompleted: 0,
      deadlinesMoved: 0,
      openActions: 0,
      overdueActions: 0,
    };
    expect(figures).toEqual([
      {
        ...none,
        ...{ heldOn: '2026-11-17', casesDiscussed: 1, actionsAgreed: 1, actionsCompleted: 1 },
        ...{ deadlinesMoved: 1, openActions: 2, overdueActions: 1 },
      },
      { ...none, heldOn: '2026-11-10', actionsAgreed: 2, openActions: 2, overdueActions: 1 },
      { ...none, heldOn: '2026-11-03', casesDiscussed: 1 },
    ]);
    expect(await models.progress(scopeOf(group), group.groupId, 1)).toMatchObject([
      { heldOn: '2026-11-17', actionsCompleted: 1 },
    ]);
    expect(await models.progress(nobodys, group.groupId, 10)).toEqual([]);
  });
});

describe('how actions ended', () => {
  it('says how many in time, and how long from information to agreement to acceptance to done', async () => {
    const { history, models } = bench;
    const group = inGroup(history);
    const on = onActions(group);
    const one = await group.case({ at: '2026-11-01T09:00:00.000Z' });
    // Two days after the referral; done on the evening of the deadline in Copenhagen.
    const first = await group.action(one, '2026-11-10', { at: '2026-11-03T09:00:00.000Z' });
    await on.accept(one, first, 'worker', '2026-11-04T09:00:00.000Z');
    await on.complete(one, first, '2026-11-10T22:30:00.000Z');
    // Nothing was told since: no time to agreement. Late for its first deadline.
    const second = await group.action(one, '2026-11-05', { at: '2026-11-04T09:00:00.000Z' });
    await on.move(one, second, '2026-11-05', '2026-11-20', '2026-11-05T09:00:00.000Z');
    await on.complete(one, second, '2026-11-14T09:00:00.000Z');
    const third = await group.action(one, '2026-11-10', { at: '2026-11-05T09:00:00.000Z', ownerOrganisationId: 'sof' });
    await on.cancel(one, third, '2026-11-14T09:00:00.000Z');
    const late = await group.action(one, '2026-11-10', { at: '2026-11-06T09:00:00.000Z' });
    await on.complete(one, late, '2026-11-30T23:00:00.000Z'); // December in Copenhagen
    await bench.settled();
    const [from, to] = ['2026-10-31T23:00:00.000Z', '2026-11-30T23:00:00.000Z'];
    expect(await models.results(scopeOf(group), from, to)).toEqual([
      {
        ...{ organisationId: 'bif', completed: 2, cancelled: 0, onTime: 2, onFirstDeadline: 1 },
        ...{ informationToAgreement: 2, agreementToAcceptance: 1, agreementToCompletion: 8.8 },
      },
      { organisationId: 'sof', completed: 0, cancelled: 1, onTime: 0, onFirstDeadline: 0 },
    ]);
    expect(await models.results(scopeOf(group), to, '2027-01-01T00:00:00.000Z')).toMatchObject([{ completed: 1, onTime: 0 }]);
    expect(await models.results(nobodys, from, to)).toEqual([]);
  });
});
