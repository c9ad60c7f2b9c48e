// One case with all that hangs on it, the list of cases, and the actions: what they say, in which order, and to whom.
import { randomUUID } from 'node:crypto';
import { openTestReadModels, type ReadModelBench } from '../../testing/fixture.js';
import { BIF, inGroup, POLICE, SOF } from '../../testing/people.js';
import { InvalidCursorError, type CaseScope, type Page, type Paging } from '../index.js';

let bench: ReadModelBench;
beforeAll(async () => {
  bench = await openTestReadModels();
});
afterAll(() => bench.close());

const all = async <T>(ask: (paging: Paging) => Promise<Page<T>>, limit = 2): Promise<T[]> => {
  const items: T[] = [];
  let after: string | undefined;
  do {
    const page = await ask({ limit, ...(after !== undefined && { after }) });
    items.push(...page.items);
    after = page.next;
  } while (after !== undefined);
  return items;
};
const open = async (sealed: { eventId: string; subjectId: string; field: number; envelope: never } | undefined) =>
  sealed && bench.history.vault.open(sealed.eventId, sealed.subjectId, sealed.field, sealed.envelope);

describe('one case', () => {
  it('shows responsibilities, follow-ups, requests and what is overdue, with texts still sealed', async () => {
    const group = inGroup(bench.history);
    const theCase = await group.case();
    const { caseId, subject } = theCase;
    const late = await group.action(theCase, '2026-11-20', { ownerUserId: 'user-bif' });
    await group.action(theCase, '2026-12-20');
    await group.onCase(caseId, [
      {
        type: 'DeadlineMoved',
        data: { caseId, actionId: late, from: '2026-11-20', to: '2026-11-23' },
        subject,
        text: { ground: 'Ferie' },
      },
      {
        type: 'ProgressReported',
        data: { caseId, actionId: late, reportId: randomUUID() },
        subject,
        text: { report: 'Ringet to gange' },
      },
      {
        type: 'FollowUpScheduled',
        data: { caseId, followUpId: randomUUID(), on: '2026-12-01' },
        subject,
        text: { note: 'Spørg skolen' },
      },
      {
        type: 'InformationRequested',
        data: { caseId, requestId: 'r1', toOrganisationId: 'police', category: 'crime', dueOn: '2026-12-02' },
        subject,
        text: { question: 'Er der nyt?' },
      },
    ]);
    await bench.settled();

    const detail = (await bench.models.case(caseId, '2026-11-25'))!;
    expect(detail).toMatchObject({
      caseId,
      status: 'open',
      openActions: 2,
      overdueActions: 1,
      nextDeadline: '2026-11-23',
      nextFollowUp: '2026-12-01',
      revision: 8,
      organisations: [BIF, POLICE],
      followUps: [{ on: '2026-12-01', done: false }],
      requests: [{ requestId: 'r1', fromOrganisationId: 'bif', toOrganisationId: 'police', status: 'open' }],
    });
    expect(detail.actions).toHaveLength(2);
    const [action] = detail.actions;
    expect(action).toMatchObject({ actionId: late, ownerUserId: 'user-bif', overdue: true, daysOverdue: 2, deadlineMoves: 1 });
    expect(await open(action!.description as never)).toBe('Kontakt til familien');
    expect(await open(action!.lastReport as never)).toBe('Ringet to gange');
    expect(await open(detail.reason as never)).toBe('Bekymring fra skolen');
    expect(await open(detail.person.identity.name as never)).toBe('Ung Testperson');
    expect(JSON.stringify(detail)).not.toContain('Ung Testperson');
  });

  it('knows no case that is not there', async () => {
    expect(await bench.models.case(randomUUID(), '2026-11-25')).toBeUndefined();
    expect(await bench.models.caseFacts(randomUUID())).toBeUndefined();
  });

  it('is overdue from the midnight after the deadline, by the date asked about alone', async () => {
    const group = inGroup(bench.history);
    const theCase = await group.case();
    await group.action(theCase, '2026-11-24');
    await bench.settled();
    const overdue = async (today: string) => {
      const [action] = (await bench.models.actions({ groups: [group.groupId], userId: 'u' }, {}, { limit: 10 }, today)).items;
      return [action!.overdue, action!.daysOverdue, (await bench.models.case(theCase.caseId, today))!.overdueActions];
    };
    expect(await overdue('2026-11-24')).toEqual([false, 0, 0]);
    expect(await overdue('2026-11-25')).toEqual([true, 1, 1]);
  });

  it('follows an action through decline, handover, completion, and takes an excluded worker off it', async () => {
    const group = inGroup(bench.history);
    const theCase = await group.case();
    const { caseId, subject } = theCase;
    const handed = await group.action(theCase, '2026-12-01', { ownerUserId: 'cousin' });
    const kept = await group.action(theCase, '2026-12-02', { ownerUserId: 'cousin' });
    const done = await group.action(theCase, '2026-12-03', { ownerUserId: 'user-bif' });
    await group.onCase(caseId, [
      { type: 'ResponsibilityAssigned', data: { caseId, organisationId: 'bif', userId: 'cousin' } },
      { type: 'ActionAccepted', data: { caseId, actionId: kept, userId: 'cousin' } },
      { type: 'HandoverOffered', data: { caseId, actionId: handed, toOrganisationId: 'police', toUserId: 'user-police' } },
      { type: 'HandoverAccepted', data: { caseId, actionId: handed, organisationId: 'police', userId: 'user-police' } },
      { type: 'ActionCompleted', data: { caseId, actionId: done }, subject, text: {} },
    ]);
    await bench.settled();
    await group.onCase(caseId, { type: 'WorkerExcluded', data: { caseId, userId: 'cousin' }, subject, text: {} });
    await bench.settled();
    const detail = (await bench.models.case(caseId, '2026-11-25'))!;
    const action = (id: string) => detail.actions.find((a) => a.actionId === id)!;
    expect(action(handed)).toMatchObject({ ownerOrganisationId: 'police', ownerUserId: 'user-police', status: 'accepted' });
    expect(action(handed)).not.toHaveProperty('handoverTo');
    expect(action(kept)).toMatchObject({ ownerOrganisationId: 'bif', status: 'agreed' });
    expect(action(kept).ownerUserId).toBeUndefined();
    expect(action(done)).toMatchObject({ status: 'completed', overdue: false });
    expect(detail).toMatchObject({ openActions: 2, nextDeadline: '2026-12-01', excludedUserIds: ['cousin'] });
    expect(detail.responsibleUserId).toBeUndefined();
  });

  it('gives access its facts, one or many, and a list its names', async () => {
    const group = inGroup(bench.history);
    const first = await group.case({ at: '2026-11-02T08:00:00Z' });
    const second = await group.case({ personId: first.personId, at: '2026-11-03T08:00:00Z', organisations: [BIF, SOF] });
    await bench.settled();
    const facts = { caseId: second.caseId, personId: first.personId, groupId: group.groupId, areaId: group.areaId };
    expect(await bench.models.caseFacts(second.caseId)).toEqual({ ...facts, organisations: [BIF, SOF], excludedUserIds: [] });
    const ofPerson = await bench.models.caseFactsOfPerson(first.personId);
    expect(ofPerson.map((c) => c.caseId)).toEqual([second.caseId, first.caseId]);
    expect(await bench.models.caseFactsOf([first.caseId, randomUUID()])).toMatchObject([{ caseId: first.caseId }]);
    const names = await bench.models.caseNames([first.caseId, randomUUID()]);
    expect([...names.keys()]).toEqual([first.caseId]);
    expect(names.get(first.caseId)).toMatchObject({ caseNumber: first.caseNumber, personName: { sealed: true } });
  });
});

describe('the list of cases', () => {
  it('is ordered: longest overdue, then newest activity, then those at rest; and paged without gap or repeat', async () => {
    const group = inGroup(bench.history);
    const scope: CaseScope = { groups: [group.groupId], userId: 'u' };
    const quiet = await group.case({ at: '2026-11-02T08:00:00Z' });
    const lively = await group.case({ at: '2026-11-09T08:00:00Z' });
    const late = await group.case({ at: '2026-11-03T08:00:00Z' });
    const later = await group.case({ at: '2026-11-04T08:00:00Z' });
    await group.action(late, '2026-11-20', { at: '2026-11-05T08:00:00Z' });
    await group.action(later, '2026-11-10', { at: '2026-11-05T08:00:00Z' });
    const closed = await group.case({ at: '2026-11-10T08:00:00Z' });
    const { caseId, subject } = closed;
    await group.onCase(caseId, {
      type: 'CaseClosed',
      data: { caseId, outcome: 'moved', at: '2026-11-11T08:00:00Z' },
      subject,
      text: {},
    });
    await bench.settled();
    const expected = [later, late, lively, quiet, closed].map((c) => c.caseId);
    for (const limit of [1, 2, 3, 10]) {
      const found = await all((paging) => bench.models.cases(scope, {}, paging, '2026-11-25'), limit);
      expect(found.map((c) => c.caseId)).toEqual(expected);
    }
    const one = async (filter: Parameters<typeof bench.models.cases>[1]) =>
      (await bench.models.cases(scope, filter, { limit: 10 }, '2026-11-25')).items.map((c) => c.caseId);
    expect(await one({ status: 'closed' })).toEqual([closed.caseId]);
    expect(await one({ areaId: 'elsewhere' })).toEqual([]);
    expect(await one({ responsibleOrganisationId: 'bif' })).toEqual(expected);
    expect(await one({ groupId: 'elsewhere' })).toEqual([]);
  });

  it('keeps its place when cases come in between two pages, also over midnight', async () => {
    const group = inGroup(bench.history);
    const scope: CaseScope = { groups: [group.groupId], userId: 'u' };
    const before = [];
    for (const day of ['02', '03', '04', '05']) before.push(await group.case({ at: `2026-11-${day}T08:00:00Z` }));
    await group.action(before[0]!, '2026-11-25', { at: '2026-11-02T08:00:00Z' });
    await bench.settled();
    const first = await bench.models.cases(scope, {}, { limit: 2 }, '2026-11-25');
    await group.case({ at: '2026-11-12T08:00:00Z' });
    await bench.settled();
    const second = await bench.models.cases(scope, {}, { limit: 2, after: first.next! }, '2026-11-26');
    expect([...first.items, ...second.items].map((c) => c.caseId)).toEqual(before.map((c) => c.caseId).reverse());
    expect(second.items.at(-1)).toMatchObject({ overdueActions: 1 });
    expect(second.next).toBeUndefined();
  });

  it('refuses a cursor it did not give out', async () => {
    const scope: CaseScope = { groups: ['g'], userId: 'u' };
    const foreign = Buffer.from(JSON.stringify(['actions', '2026-11-24', 'a'])).toString('base64url');
    const wrongPart = Buffer.from(JSON.stringify(['cases', 'x', '', '', '', ''])).toString('base64url');
    const nul = Buffer.from(JSON.stringify(['cases', 'live', '', '\0', '', ''])).toString('base64url');
    for (const after of ['nonsense', foreign, wrongPart, nul, '']) {
      await expect(bench.models.cases(scope, {}, { limit: 2, after }, '2026-11-25')).rejects.toThrow(InvalidCursorError);
    }
    await expect(bench.models.actions(scope, {}, { limit: 2, after: wrongPart }, '2026-11-25')).rejects.toThrow(
      InvalidCursorError,
    );
    await expect(bench.models.cases(scope, {}, { limit: 201 }, '2026-11-25')).rejects.toThrow(RangeError);
  });

  it('holds exactly what the scope allows', async () => {
    const group = inGroup(bench.history);
    const other = inGroup(bench.history);
    const withPolice = await group.case();
    const withSof = await group.case({ organisations: [BIF, SOF] });
    const elsewhere = await other.case();
    const excluding = await group.case();
    await group.action(withPolice, '2026-12-01');
    await group.action(excluding, '2026-12-01');
    const { caseId, subject } = excluding;
    await group.onCase(caseId, { type: 'WorkerExcluded', data: { caseId, userId: 'cousin' }, subject, text: {} });
    await bench.settled();
    const ours = [withPolice, withSof, elsewhere, excluding].map((c) => c.caseId);
    const seen = async (scope: CaseScope) => {
      const found = await all((paging) => bench.models.cases(scope, {}, paging, '2026-11-25'), 200);
      return ours.filter((id) => found.some((c) => c.caseId === id));
    };
    const seenByActions = async (scope: CaseScope) => {
      const found = await all((paging) => bench.models.actions(scope, {}, paging, '2026-11-25'), 200);
      return ours.filter((id) => found.some((a) => a.caseId === id));
    };
    const ids = (...cases: { caseId: string }[]) => cases.map((c) => c.caseId);
    expect(await seen({ groups: [group.groupId], userId: 'u' })).toEqual(ids(withPolice, withSof, excluding));
    expect(await seen({ groups: [group.groupId, other.groupId], userId: 'u' })).toEqual(ours);
    expect(await seen({ groups: [group.groupId], userId: 'cousin' })).toEqual(ids(withPolice, withSof));
    const police = { groups: [group.groupId, other.groupId], organisationId: 'police' };
    expect(await seen({ ...police, userId: 'u' })).toEqual(ids(withPolice, elsewhere, excluding));
    expect(await seen({ ...police, userId: 'cousin' })).toEqual(ids(withPolice, elsewhere));
    expect(await seen({ ...police, groups: [group.groupId], userId: 'u' })).toEqual(ids(withPolice, excluding));
    expect(await seen({ all: true, userId: 'cousin' })).toEqual(ids(withPolice, withSof, elsewhere));
    expect(await seen({ groups: [], userId: 'u' })).toEqual([]);
    expect(await seen({ none: true })).toEqual([]);
    expect(await seenByActions({ groups: [group.groupId], userId: 'u' })).toEqual(ids(withPolice, excluding));
    expect(await seenByActions({ groups: [group.groupId], userId: 'cousin' })).toEqual(ids(withPolice));
    expect(await seenByActions({ groups: [group.groupId], organisationId: 'sof', userId: 'u' })).toEqual([]);
    expect(await seenByActions({ none: true })).toEqual([]);
  });
});

describe('the list of actions', () => {
  it('filters by owner, state and date, earliest deadline first', async () => {
    const group = inGroup(bench.history);
    const theCase = await group.case();
    const { caseId, subject } = theCase;
    const mine = await group.action(theCase, '2026-11-20', { ownerUserId: 'user-bif' });
    const theirs = await group.action(theCase, '2026-11-10', { ownerOrganisationId: 'police' });
    const done = await group.action(theCase, '2026-11-05');
    await group.onCase(caseId, { type: 'ActionCompleted', data: { caseId, actionId: done }, subject, text: {} });
    const declined = await group.action(theCase, '2026-12-05', { ownerUserId: 'user-bif' });
    await group.onCase(caseId, {
      type: 'ActionDeclined',
      data: { caseId, actionId: declined, userId: 'user-bif' },
      subject,
      text: { ground: 'Ingen tid' },
    });
    await bench.settled();
    const ids = async (filter: Parameters<typeof bench.models.actions>[1]) =>
      (await all((paging) => bench.models.actions({ groups: [group.groupId], userId: 'u' }, filter, paging, '2026-11-15'))).map(
        (a) => a.actionId,
      );
    expect(await ids({})).toEqual([theirs, mine, declined]);
    expect(await ids({ status: 'all' })).toEqual([done, theirs, mine, declined]);
    expect(await ids({ status: 'done' })).toEqual([done]);
    expect(await ids({ overdue: true })).toEqual([theirs]);
    expect(await ids({ overdue: false })).toEqual([mine, declined]);
    expect(await ids({ ownerUserId: 'user-bif' })).toEqual([mine]);
    expect(await ids({ ownerOrganisationId: 'police' })).toEqual([theirs]);
    expect(await ids({ dueBefore: '2026-11-20' })).toEqual([theirs]);
    const offer = (actionId: string, to: object) =>
      group.onCase(caseId, { type: 'HandoverOffered', data: { caseId, actionId, toOrganisationId: 'police', ...to } } as never);
    await offer(mine, { toUserId: 'user-police' });
    await bench.settled();
    expect(await ids({ unnamedOf: 'police' })).toEqual([theirs]);
    await offer(mine, {});
    await bench.settled();
    expect(await ids({ unnamedOf: 'police' })).toEqual([theirs, mine]);
    expect(await ids({ unnamedOf: 'sof' })).toEqual([]);
  });
});
