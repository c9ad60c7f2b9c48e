// The counts behind the published figures, and the figures as they were published.
import { FIGURES } from '@app/domain';
import { openTestReadModels, type ReadModelBench } from '../../testing/fixture.js';
import { inGroup } from '../../testing/people.js';

let bench: ReadModelBench;
beforeAll(async () => {
  bench = await openTestReadModels();
});
afterAll(() => bench.close());

describe('the counts of an area', () => {
  it('are of its cases alone, with how many cases stand behind the actions; an area without cases counts none', async () => {
    const { history, models } = bench;
    const group = inGroup(history);
    for (const areaId of [group.areaId, 'empty'])
      await history.write(`hotspot-${areaId}`, {
        type: 'HotspotDesignated',
        data: { areaId, name: 'Testparken', authorityId: 'kk' },
      });
    const cases = [];
    for (let i = 0; i < 5; i++) cases.push(await group.case());
    await group.case({ areaId: 'elsewhere' });
    for (const theCase of cases) await group.action(theCase, '2026-11-20');
    await group.action(cases[0]!, '2026-11-20');
    const { caseId, subject } = cases[1]!;
    const actionId = await group.action(cases[1]!, '2026-12-20');
    await group.onCase(caseId, { type: 'ActionCompleted', data: { caseId, actionId }, subject, text: {} });
    await bench.settled();
    const counted = await models.countForOverview('2026-11-25');
    expect([...counted.keys()].sort()).toEqual([group.areaId, 'elsewhere', 'empty'].sort());
    expect(counted.get(group.areaId)).toEqual({
      openCases: { count: 5, cases: 5 },
      closedCases: { count: 0, cases: 0 },
      openActions: { count: 6, cases: 5 },
      overdueActions: { count: 6, cases: 5 },
      actionsDoneLast90Days: { count: 1, cases: 1 },
    });
    for (const figure of FIGURES) expect(counted.get('empty')![figure]).toEqual({ count: 0, cases: 0 });
    expect((await models.countForOverview('2027-06-01')).get(group.areaId)!.actionsDoneLast90Days.count).toBe(0);
    expect((await models.countForOverview('2026-11-20')).get(group.areaId)!.overdueActions.count).toBe(0);
  });
});

describe('the published figures', () => {
  it('are those of the week asked for, or of the newest', async () => {
    const { history, models } = bench;
    expect(await models.publishedOverview()).toBeUndefined();
    for (const [week, countedOn, openCases] of [
      ['2026-W48', '2026-11-23', 20],
      ['2026-W49', '2026-11-30', 25],
    ] as const)
      await history.write(`overview-${week.toLowerCase()}`, {
        type: 'OverviewPublished',
        data: { week, countedOn, total: { openCases }, areas: [{ areaId: 'a1', openCases }] },
      });
    await bench.settled();
    const weeks = ['2026-W49', '2026-W48'];
    expect(await models.publishedOverview()).toEqual({
      week: '2026-W49',
      countedOn: '2026-11-30',
      total: { openCases: 25 },
      areas: [{ areaId: 'a1', openCases: 25 }],
      weeks,
    });
    expect(await models.publishedOverview('2026-W48')).toMatchObject({ week: '2026-W48', total: { openCases: 20 }, weeks });
    expect(await models.publishedOverview('2026-W47')).toBeUndefined();
  });
});
