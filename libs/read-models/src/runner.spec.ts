// The projections as a process: nothing lost or doubled, one leader, one poisoned stream, a log that shrank, a clean stop.
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { START, type Position } from '@app/event-store';
import type { EntityManager } from 'typeorm';
import { openTestReadModels, STAFF, type ReadModelBench } from '../testing/fixture.js';
import { inGroup } from '../testing/people.js';
import { applyBatch, CheckpointMovedError } from './checkpoint.js';
import { CheckpointBeyondLogError, createReadModels, NotCaughtUpError } from './index.js';

let bench: ReadModelBench;
beforeEach(async () => {
  bench = await openTestReadModels({ running: false, batchSize: 3 });
});
afterEach(() => bench.close());

const until = async (holds: () => Promise<boolean> | boolean): Promise<void> => {
  const end = performance.now() + 10_000;
  while (!(await holds())) {
    if (performance.now() > end) throw new Error('it never came about');
    await delay(10);
  }
};
const count = async (table: 'cases' | 'mentions' | 'registry'): Promise<number> => {
  const schema = table === 'registry' ? 'read_models' : 'read_models_personal';
  const [row] = await bench.dataSource.query<{ n: number }[]>(`select count(*)::int as n from ${schema}.${table}`);
  return row!.n;
};

it('commits rows and checkpoint together: a batch that fails halfway is done again, nothing is lost or doubled', async () => {
  const group = inGroup(bench.history);
  const theCase = await group.case();
  await group.action(theCase, '2026-12-01');
  await group.action(theCase, '2026-12-02');

  // The connection breaks after the rows are written, before the checkpoint is.
  const { serverDataSource: dataSource } = bench;
  const real = dataSource.transaction.bind(dataSource);
  let failures = 0;
  const positions: Position[] = [];
  dataSource.transaction = ((run: (em: EntityManager) => Promise<unknown>) =>
    real(async (em) => {
      const query = em.query.bind(em);
      em.query = (async (sql: string, parameters?: unknown[]): Promise<unknown> => {
        if (sql.includes('update read_models.checkpoint') && failures++ % 2 === 0) {
          const [row] = await dataSource.query<{ position: Position }[]>('select position from read_models.checkpoint');
          positions.push(row!.position);
          throw new Error('the connection broke');
        }
        return query(sql, parameters);
      }) as never;
      return run(em);
    })) as never;

  const { projections } = bench.start();
  await projections.reach(await bench.store.head(), 10_000);
  expect(failures).toBeGreaterThan(2);
  expect(positions[0]).toBe('');
  expect(await bench.models.case(theCase.caseId, '2026-11-25')).toMatchObject({ openActions: 2, revision: 4 });
  expect(await count('cases')).toBe(1);
  expect(bench.alarms[0]).toBe('ALARM: the projections stand still: Error; trying again');
});

it('writes nothing when somebody else has moved the checkpoint', async () => {
  await inGroup(bench.history).case();
  const batch = await bench.store.readAll(START);
  const apply = (after: Position) => applyBatch(bench.serverDataSource, 'read_models', after, batch, new Map(), undefined);
  await expect(apply('0000000000000000001' as Position)).rejects.toThrow(CheckpointMovedError);
  expect(await count('cases')).toBe(0);
  await apply(START);
  expect(await count('cases')).toBe(1);
});

it('goes on from the checkpoint after a stop', async () => {
  const group = inGroup(bench.history);
  const first = bench.start();
  const { caseId } = await group.case();
  await first.projections.reach(await bench.store.head());
  await first.stop();
  expect((await first.projections.health()).state).toBe('stopped');
  await bench.dataSource.query(`update read_models_personal.cases set case_number = 'kept'`);
  await group.case();
  const second = bench.start();
  await second.projections.reach(await bench.store.head());
  expect(await count('cases')).toBe(2);
  expect((await bench.models.case(caseId, '2026-11-25'))!.caseNumber).toBe('kept');
});

it('parks the stream of an event it cannot read or apply, sounds the alarm, and everything else goes on', async () => {
  const group = inGroup(bench.history);
  const good = await group.case();
  const broken = await group.case({ status: 'referred' });
  const { caseId } = broken;
  await bench.history.writeRaw(`case-${caseId}`, [{ type: 'CaseOpened', data: { caseId, secret: 'Ung Testperson' } }]);
  await group.onCase(caseId, { type: 'CaseAreaChanged', data: { caseId, areaId: 'elsewhere' } });
  await bench.history.writeRaw('case-from-the-future', [{ type: 'CaseDreamt', data: { caseId: 'x' } }]);
  await group.onCase('nowhere', { type: 'CaseOpened', data: { caseId: 'nowhere' } });
  await group.onCase(good.caseId, { type: 'CaseAreaChanged', data: { caseId: good.caseId, areaId: 'moved' } });
  const last = await bench.store.head();

  const { projections, stop } = bench.start();
  await projections.reach(last, 10_000);
  expect(await bench.models.caseFacts(good.caseId)).toMatchObject({ areaId: 'moved' });
  expect(await bench.models.case(caseId, '2026-11-25')).toMatchObject({ status: 'referred', areaId: group.areaId });
  const parked = [
    { stream: `case-${caseId}`, type: 'CaseOpened', reason: 'SchemaError: CaseOpened.secret: expected no such field' },
    { stream: 'case-from-the-future', type: 'CaseDreamt', reason: 'UnknownEventError: unknown event type CaseDreamt' },
    { stream: 'case-nowhere', type: 'CaseOpened', reason: 'InconsistentHistoryError: case unknown' },
  ];
  expect((await projections.health()).parked).toMatchObject(parked);
  expect(bench.alarms).toHaveLength(3);
  expect(bench.alarms.join()).not.toContain('Testperson');

  // Still parked for who comes next.
  await stop();
  await group.onCase(caseId, { type: 'CaseAreaChanged', data: { caseId, areaId: 'elsewhere' } });
  const next = bench.start();
  await next.projections.reach(await bench.store.head(), 10_000);
  expect(await bench.models.caseFacts(caseId)).toMatchObject({ areaId: group.areaId });
  expect((await next.projections.health()).parked).toHaveLength(3);
});

it('takes nothing of an event that fails halfway', async () => {
  const group = inGroup(bench.history);
  const { caseId, subject } = await group.case();
  const meetingId = await group.meeting('2026-11-24', []);
  await bench.history.write(
    `meeting-${meetingId}`,
    { type: 'ItemDiscussed', data: { meetingId: 'another', itemId: 'i', caseId, noNews: false }, subject, text: {} },
    { at: '2027-01-01T00:00:00.000Z' },
  );
  const { projections } = bench.start();
  await projections.reach(await bench.store.head(), 10_000);
  expect((await projections.health()).parked).toMatchObject([{ stream: `meeting-${meetingId}` }]);
  expect(await count('mentions')).toBe(0);
  expect(await bench.models.case(caseId, '2026-11-25')).toMatchObject({ lastActivityAt: bench.history.at });
});

it('parks the stream of an event whose values the database refuses', async () => {
  const group = inGroup(bench.history);
  const before = await group.meeting('2026-11-17');
  const refused = randomUUID();
  const times = { localDate: '2026-11-24', startsAt: '2026-11-24T08:00:00Z', endsAt: '2026-11-24T09:00:00Z' };
  await group.onMeeting(refused, {
    type: 'MeetingPlanned',
    data: { meetingId: refused, groupId: group.groupId, ...times, place: 'Lokale \u0000', invited: [] },
  });
  const after = await group.meeting('2026-11-24');
  const { projections } = bench.start();
  await projections.reach(await bench.store.head(), 10_000);
  expect((await projections.health()).parked).toMatchObject([
    { stream: `meeting-${refused}`, type: 'MeetingPlanned', reason: 'QueryFailedError' },
  ]);
  expect(await bench.models.meeting(refused)).toBeUndefined();
  for (const id of [before, after]) expect(await bench.models.meeting(id)).toBeDefined();
});

it('counts an address as protected once the person is parked', async () => {
  const personId = await inGroup(bench.history).register();
  const { projections } = bench.start();
  await projections.reach(await bench.store.head(), 10_000);
  expect((await bench.models.person(personId))!.addressProtected).toBe(false);
  await bench.history.writeRaw(`person-${personId}`, [{ type: 'AddressProtected', data: { personId, from: 'now' } }]);
  await projections.reach(await bench.store.head(), 10_000);
  expect((await bench.models.person(personId))!.addressProtected).toBe(true);
});

it('has one leader; when it goes, another takes over, also when its connection is cut', async () => {
  const group = inGroup(bench.history);
  const [first, second] = [bench.start(), bench.start()];
  const states = async () => Promise.all([first, second].map(async ({ projections }) => (await projections.health()).state));
  await until(async () => (await states()).includes('leading'));
  expect((await states()).sort()).toEqual(['leading', 'standby']);
  const leader = (await states())[0] === 'leading' ? first : second;
  const other = leader === first ? second : first;

  await group.case();
  await other.projections.reach(await bench.store.head(), 10_000); // by looking at the checkpoint
  expect(await count('cases')).toBe(1);

  await bench.dataSource.query(
    `select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory' and granted and objid = 7305002`,
  );
  await group.case();
  await other.projections.reach(await bench.store.head(), 10_000);
  expect(await count('cases')).toBe(2);
  // The one that was cut off ends what it had begun, which the checkpoint lets count or not; then it knows.
  await until(async () => (await states()).filter((state) => state === 'leading').length === 1);

  const leaderNow = (await states())[0] === 'leading' ? first : second;
  await leaderNow.stop();
  const left = leaderNow === first ? second : first;
  await until(async () => (await left.projections.health()).state === 'leading');
  await group.case();
  await left.projections.reach(await bench.store.head());
  expect(await count('cases')).toBe(3);
});

it('hurries for who waits in another process, which never leads', async () => {
  const leader = bench.start();
  await until(async () => (await leader.projections.health()).state === 'leading');
  const { projections, stop } = bench.start({ leads: false });
  const models = createReadModels({ dataSource: bench.serverDataSource, store: bench.store, projections, context: STAFF });
  const took: number[] = [];
  for (let n = 0; n < 21; n++) {
    const organisationId = randomUUID();
    const { position } = await bench.history.write(`organisation-${organisationId}`, {
      type: 'OrganisationRegistered',
      data: { organisationId, name: 'x', kind: 'other', authorityId: 'x' },
    });
    const before = performance.now();
    await models.reach(position, 10_000);
    took.push(performance.now() - before);
    expect((await models.registry()).organisations.has(organisationId)).toBe(true); // not the snapshot of some seconds ago
  }
  // Left alone it gathers for 200 ms.
  expect(took.sort((a, b) => a - b)[10]).toBeLessThan(90);
  expect((await projections.health()).state).toBe('standby');
  await leader.stop();
  const { position } = await inGroup(bench.history).onCase('c', { type: 'CaseOpened', data: { caseId: 'c' } });
  await expect(projections.reach(position, 1_000)).rejects.toThrow(NotCaughtUpError);

  // Its connection is cut: it goes on without, and makes another.
  const cut = `select pg_terminate_backend(pid) from pg_stat_activity
    where datname = current_database() and application_name = 'fremdrift read models'`;
  await bench.dataSource.query(cut);
  bench.start();
  await projections.reach(position, 10_000);
  await stop();
  expect((await projections.health()).state).toBe('stopped');
});

it('refuses to read where the checkpoint is beyond the end of the log, also when it does not lead', async () => {
  await inGroup(bench.history).case();
  await bench.dataSource.query('update read_models.checkpoint set position = $1', ['0000000000000009999']);
  const { projections } = bench.start({ leads: false });
  await expect(projections.done).rejects.toThrow(CheckpointBeyondLogError);
  await expect(projections.reach(START)).rejects.toThrow(CheckpointBeyondLogError);
});

it('refuses to go on from a checkpoint beyond the end of the log, with an alarm', async () => {
  await inGroup(bench.history).case();
  const beyond = '0000000000000009999' as Position;
  await bench.dataSource.query('update read_models.checkpoint set position = $1', [beyond]);
  const { projections } = bench.start();
  await expect(projections.done).rejects.toThrow(CheckpointBeyondLogError);
  expect(await projections.health()).toMatchObject({
    state: 'failed',
    error: expect.stringContaining('older log was restored') as string,
  });
  // Nobody is answered from rows of another log, not even who waits for nothing.
  await expect(projections.reach(START)).rejects.toThrow(CheckpointBeyondLogError);
  expect(bench.alarms).toEqual([expect.stringContaining('ALARM: the projections have stopped')]);
  expect(await count('cases')).toBe(0);
});

it('stops for good at a checkpoint of another store', async () => {
  await inGroup(bench.history).case();
  const foreign = '0000000000000000-0000000000000000' as Position;
  await bench.dataSource.query('update read_models.checkpoint set position = $1', [foreign]);
  const { projections } = bench.start();
  await expect(projections.done).rejects.toThrow('not a position of this store');
  expect(await projections.health()).toMatchObject({ state: 'failed', error: 'not a position of this store' });
});

it('reaches a position when it is committed, and says so when that takes too long', async () => {
  const group = inGroup(bench.history);
  const head = (await group.onCase('c', { type: 'CaseOpened', data: { caseId: 'c' } })).position;
  const alone = createReadModels({ dataSource: bench.serverDataSource, store: bench.store, context: STAFF });
  await expect(alone.reach(head, 50)).rejects.toThrow(NotCaughtUpError);
  const { projections } = bench.start();
  await expect(projections.reach('0000000000000000099' as Position, 50)).rejects.toThrow(NotCaughtUpError);
  await projections.reach(head);
  await alone.reach(head);
  const waiting = Array.from({ length: 20 }, async () => {
    const { position } = await bench.history.write(`organisation-${randomUUID()}`, {
      type: 'OrganisationRegistered',
      data: { organisationId: randomUUID(), name: 'x', kind: 'other', authorityId: 'x' },
    });
    await projections.reach(position);
  });
  await Promise.all(waiting);
  expect(await count('registry')).toBe(20);
});

it('stops cleanly in the middle of work', async () => {
  const group = inGroup(bench.history);
  for (let i = 0; i < 20; i++) await group.case();
  const { projections, stop } = bench.start();
  await until(async () => (await count('cases')) > 0);
  await stop();
  await expect(projections.done).resolves.toBeUndefined();
  const again = bench.start();
  await again.projections.reach(await bench.store.head(), 10_000);
  expect(await count('cases')).toBe(20);
});
