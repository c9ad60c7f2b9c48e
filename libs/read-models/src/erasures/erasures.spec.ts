// What is due, under way, held and erased, as the lists show it; and that what is erased is found by nobody.
import { randomUUID } from 'node:crypto';
import type { PersonEvent } from '@app/domain';
import { openTestReadModels, type ReadModelBench } from '../../testing/fixture.js';
import { inGroup } from '../../testing/people.js';
import { erasedSoFar } from './queries.js';

let bench: ReadModelBench;
beforeAll(async () => {
  bench = await openTestReadModels();
});
afterAll(() => bench.close());

const REGRET = '2026-11-30T08:00:00.000Z';
type Made = { readonly caseId: string; readonly personId: string; readonly subject: { id: string; scope: string } };
const setting = () => {
  const g = inGroup(bench.history);
  const scope = { groups: [g.groupId], userId: 'nobody' };
  const write = (personId: string, ...events: PersonEvent[]) => bench.history.write(`person-${personId}`, events);
  const close = async ({ caseId, subject }: Made, at: string, outcome: 'moved' | 'closed-without-action' = 'moved') =>
    g.onCase(caseId, { type: 'CaseClosed', data: { caseId, outcome, at }, subject, text: {} }, { at });
  const steps = (personId: string, caseId?: string) => {
    const erasureId = randomUUID();
    const target = { personId, erasureId, ...(caseId !== undefined && { caseId }) };
    const id = { personId, erasureId };
    const subject = { id: personId, scope: caseId ?? 'identity' };
    const proposed = { ground: 'objection', proposedBy: 'u1', authorities: ['kk', 'police'] } as const;
    const approval = (authorityId: string, last?: true): PersonEvent => ({
      type: 'ErasureApproved',
      data: { ...id, authorityId, approvedBy: 'u2', ...(last && { regretUntil: REGRET }) },
    });
    const record = { ...id, keys: [], affected: [] };
    return {
      erasureId,
      propose: { type: 'ErasureProposed', data: { ...target, ...proposed }, subject, text: { reason: 'Bedt om det' } },
      approvals: [approval('kk'), approval('police', true)],
      archive: { type: 'ArchivingNotRequired', data: { ...id, ground: 'disposal-rules' } },
      withdraw: { type: 'ErasureWithdrawn', data: { ...id, cause: 'person' }, subject, text: {} },
      start: { type: 'ErasureStarted', data: target },
      done:
        caseId === undefined ? { type: 'PersonErased', data: record } : { type: 'CaseTextErased', data: { ...record, caseId } },
    } satisfies Record<string, PersonEvent | readonly PersonEvent[] | string>;
  };
  const bounds = { withoutAction: '2025-11-24T23:00:00.000Z', otherwise: '2021-11-24T23:00:00.000Z' };
  const due = async (who = scope) => (await bench.models.dueForErasure(who, bounds, { limit: 50 })).items;
  return { g, scope, write, close, steps, due };
};
const hold = (personId: string, caseId?: string): PersonEvent => ({
  type: 'LegalHoldPlaced',
  data: { personId, holdId: randomUUID(), ground: 'complaint', reviewOn: '2027-01-01', ...(caseId !== undefined && { caseId }) },
  subject: { id: personId, scope: caseId ?? 'identity' },
  text: { note: 'Klage' },
});

describe('what is due', () => {
  it('is what ended before its time: soon when nothing was done, also when it was rejected; never what lives', async () => {
    const { g, close, due } = setting();
    const [old, recent, nothing, reopened, rejected] = await Promise.all(
      Array.from({ length: 5 }, () => g.case({ status: 'open', at: '2019-01-01T09:00:00.000Z' })),
    );
    await close(old!, '2021-11-24T22:59:59.999Z');
    await close(recent!, '2021-11-24T23:00:00.000Z');
    await close(nothing!, '2025-11-01T09:00:00.000Z', 'closed-without-action');
    await close(reopened!, '2020-01-01T09:00:00.000Z');
    await g.onCase(reopened!.caseId, {
      type: 'CaseReopened',
      data: { caseId: reopened!.caseId },
      subject: reopened!.subject,
      text: {},
    });
    await g.onCase(
      rejected!.caseId,
      { type: 'CaseScreened', data: { caseId: rejected!.caseId, outcome: 'rejected' }, subject: rejected!.subject, text: {} },
      { at: '2025-06-01T09:00:00.000Z' },
    );
    await g.case({ status: 'open', at: '2010-01-01T09:00:00.000Z' });
    await bench.settled();
    expect((await due()).map(({ caseId, withoutAction }) => [caseId, withoutAction])).toEqual([
      [old!.caseId, false],
      [rejected!.caseId, true],
      [nothing!.caseId, true],
    ]);
  });

  it('is what somebody may see, and says what is held', async () => {
    const { g, scope, write, close, due } = setting();
    const made = await g.case();
    await close(made, '2020-01-01T09:00:00.000Z');
    await write(made.personId, hold(made.personId, made.caseId));
    await g.onCase(made.caseId, {
      type: 'WorkerExcluded',
      data: { caseId: made.caseId, userId: 'cousin' },
      subject: made.subject,
      text: {},
    });
    await bench.settled();
    expect(await due()).toMatchObject([{ caseId: made.caseId, caseNumber: made.caseNumber, outcome: 'moved', held: true }]);
    expect(await due({ ...scope, userId: 'cousin' })).toEqual([]);
    expect(await due({ groups: ['another'], userId: 'nobody' })).toEqual([]);
  });

  it('is the identity, when the texts of every case are gone; and nothing that is proposed', async () => {
    const { g, write, close, steps, due } = setting();
    const first = await g.case();
    const { personId } = first;
    const second = await g.case({ personId });
    await close(first, '2020-01-01T09:00:00.000Z');
    await close(second, '2020-02-01T09:00:00.000Z');
    const [one, two, whole] = [steps(personId, first.caseId), steps(personId, second.caseId), steps(personId)];
    await write(personId, one.propose, one.start, one.done);
    await bench.settled();
    expect((await due()).map(({ caseId }) => caseId)).toEqual([second.caseId]);
    await write(personId, two.propose);
    await bench.settled();
    expect(await due()).toEqual([]);
    await write(personId, two.start, two.done);
    await bench.settled();
    expect(await due()).toEqual([{ personId, endedAt: '2020-02-01T09:00:00.000Z', withoutAction: false, held: false }]);
    await write(personId, whole.propose);
    await bench.settled();
    expect(await due()).toEqual([]);
    await write(personId, whole.withdraw);
    await bench.settled();
    expect(await due()).toHaveLength(1);
  });

  it('is paged', async () => {
    const { g, scope, close, due } = setting();
    for (const n of [1, 2, 3, 4, 5]) await close(await g.case(), `2020-01-0${n}T09:00:00.000Z`);
    await bench.settled();
    const bounds = { withoutAction: '2025-01-01', otherwise: '2025-01-01' };
    const paged: unknown[] = [];
    for (let after: string | undefined; ;) {
      const page = await bench.models.dueForErasure(scope, bounds, { limit: 2, ...(after !== undefined && { after }) });
      paged.push(...page.items);
      if ((after = page.next) === undefined) break;
    }
    expect(paged).toEqual(await due());
    expect(paged).toHaveLength(5);
  });
});

describe('an erasure', () => {
  it('is carried out when all is there and the time is over, and not while it is held', async () => {
    const { g, scope, write, steps } = setting();
    const { personId, caseId } = await g.case();
    const s = steps(personId, caseId);
    const ready = async (now = REGRET) => {
      await bench.settled();
      return (await bench.models.erasuresToCarryOut(now)).filter((e) => e.erasureId === s.erasureId).map(({ status }) => status);
    };
    await write(personId, s.propose, ...s.approvals);
    expect(await ready()).toEqual([]);
    await write(personId, s.archive);
    expect(await ready('2026-11-30T07:59:59.999Z')).toEqual([]);
    expect(await ready()).toEqual(['approved']);
    const keep = hold(personId);
    await write(personId, keep);
    expect(await ready()).toEqual([]);
    const { items } = await bench.models.erasures(scope, { status: 'approved' }, { limit: 10 });
    expect(items).toMatchObject([
      { erasureId: s.erasureId, held: true, regretUntil: REGRET, archiving: { outcome: 'not-required' } },
    ]);
    await write(personId, {
      type: 'LegalHoldLifted',
      data: { personId, holdId: (keep.data as { holdId: string }).holdId },
      subject: { id: personId, scope: 'identity' },
      text: {},
    });
    expect(await ready()).toEqual(['approved']);
    await write(personId, s.start);
    expect(await ready('2000-01-01T00:00:00.000Z')).toEqual(['started']);
    expect(await bench.models.erasedOf([personId])).toMatchObject([{ erasureId: s.erasureId, personId, caseId }]);
    await write(personId, s.done);
    expect(await ready()).toEqual([]);
    const timeline = await bench.models.timeline(caseId, { limit: 1 });
    expect(timeline.items).toMatchObject([{ type: 'CaseTextErased' }]);
    expect((await bench.models.legalHolds(scope, { limit: 10 })).items).toMatchObject([{ personId, lifted: true }]);
  });

  it('of a person takes the CPR number out of the index when it begins', async () => {
    const { g, write, steps } = setting();
    const personId = await g.register({ name: 'Ung Testperson', cpr: '0101901234' });
    const index = bench.blindIndex.cprIndex('0101901234');
    await bench.settled();
    expect(await bench.models.personByCpr(index)).toMatchObject({ personId });
    const s = steps(personId);
    await write(personId, s.propose, s.start);
    await bench.settled();
    expect(await bench.models.personByCpr(index)).toBeUndefined();
    const { targets, position } = await erasedSoFar(bench.dataSource);
    expect(targets).toContainEqual({ personId });
    expect(position).toBe(await bench.store.head());
  });
});
