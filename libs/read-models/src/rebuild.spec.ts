// Read models made anew: the same as those kept up event by event, and swapped in without a question failing.
import { setTimeout as delay } from 'node:timers/promises';
import { createMemoryEventStore, type EventStore } from '@app/event-store';
import fc from 'fast-check';
import { anyHistory, beginning, type Written } from '../testing/arbitrary.js';
import { openTestReadModels, type ReadModelBench } from '../testing/fixture.js';
import { History } from '../testing/history.js';
import { inGroup } from '../testing/people.js';
import { rebuildReadModels } from './index.js';
import { TABLES } from './rows.js';
import { nameOf } from './tables.js';

const dump = async ({ dataSource }: ReadModelBench): Promise<Record<string, unknown>> => {
  const tables: Record<string, unknown> = {};
  for (const t of [...TABLES, { name: 'checkpoint', key: 'one', clear: true as const }])
    tables[t.name] = await dataSource.query(`select * from ${nameOf('read_models', t)} order by ${t.key}`);
  tables['parked_streams'] = await dataSource.query(
    'select stream, position, event_id, type, reason from read_models.parked_streams order by stream',
  );
  return tables;
};
const options = ({ dataSource, store, history, blindIndex }: ReadModelBench) => ({
  dataSource,
  store,
  vault: history.vault,
  blindIndex,
});
const clear = async ({ dataSource }: ReadModelBench): Promise<void> => {
  for (const t of TABLES) await dataSource.query(`truncate ${nameOf('read_models', t)}`);
  await dataSource.query('truncate read_models.parked_streams');
  await dataSource.query(`update read_models.checkpoint set position = '', registry_position = ''`);
};

/** No decider would agree on the same action twice; what came of it must be found all the same, in whatever batch it is. */
const agreedAgain = (then: 'excluded' | 'parked'): Written[] => {
  const caseId = 'c1';
  const at = '2026-11-02T09:00:00.000Z';
  const write = (kind: 'case' | 'chase', type: string, data: object): Written => {
    const event = { type, data: { caseId, ...data }, subject: { id: 'p1', scope: caseId }, text: {} };
    return { stream: kind === 'case' ? `case-${caseId}` : 'chase-a1', event, at } as unknown as Written;
  };
  const agreed = (actionId: string) =>
    write('case', 'ActionAgreed', { actionId, ownerOrganisationId: 'bif', ownerUserId: 'u1', deadline: '2026-11-24' });
  const again =
    then === 'excluded'
      ? [write('case', 'WorkerExcluded', { userId: 'u1' }), agreed('a1')]
      : [
          write('case', 'ActionAccepted', { actionId: 'unknown', userId: 'u1' }),
          agreed('a1'),
          write('chase', 'ActionFellDue', {
            actionId: 'a1',
            deadline: '2026-11-24',
            deadlineMoves: 0,
            on: '2026-11-24',
            organisationId: 'bif',
            to: ['u1'],
          }),
        ];
  return [...beginning, agreed('a1'), agreed('a2'), ...again];
};

it('gives from nothing what the events gave one batch at a time, for any history and any size of batch', async () => {
  const bench = await openTestReadModels({ running: false });
  try {
    await fc.assert(
      fc.asyncProperty(
        anyHistory,
        fc.integer({ min: 1, max: 20 }),
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 0, max: 20 }),
        fc.integer({ min: 0, max: 20 }),
        async (history, batchSize, pageSize, rowsInMemory, rowsKept) => {
          const world = { ...bench, ...newLog() };
          for (const { stream, event, at } of history) await world.history.write(stream, event, { at });
          await clear(bench);
          const { projections, stop } = bench.start({ ...options(world), batchSize, rowsKept });
          await projections.reach(await world.store.head(), 20_000);
          await stop();
          const incremental = await dump(bench);
          const rebuilt = await rebuildReadModels({ ...options(world), pageSize, rowsInMemory });
          expect(rebuilt.events).toBe(history.length);
          expect(await dump(bench)).toEqual(incremental);
        },
      ),
      {
        numRuns: 15,
        endOnFailure: true,
        examples: (['excluded', 'parked'] as const).map((then) => [agreedAgain(then), 6, 40, 20, 0]),
      },
    );
  } finally {
    await bench.close();
  }
}, 120_000);

const newLog = () => {
  const store = createMemoryEventStore();
  return { store, history: new History(store) };
};

it('swaps while questions are asked and changes come in: none fails, none is lost, the projections go on', async () => {
  const bench = await openTestReadModels();
  try {
    const { models, history } = bench;
    const group = inGroup(history);
    const scope = { groups: [group.groupId], userId: 'u' };
    const first = await group.case();
    await bench.settled();
    let running = true;
    let asked = 0;
    let written = 1;
    const failures: unknown[] = [];
    const reader = async () => {
      while (running) {
        try {
          const detail = await models.case(first.caseId, '2026-11-25');
          if (!detail) failures.push('a case was gone');
          const { items } = await models.cases(scope, {}, { limit: 200 }, '2026-11-25');
          if (items.length < 1) failures.push('the list was empty');
          await models.disclosures(first.caseId, { limit: 5 });
          await models.agenda(group.groupId, '2026-11-25', '2026-11-25', { silentAfterDays: 21 } as never);
          asked += 4;
        } catch (error) {
          failures.push(error);
        }
      }
    };
    const writer = async () => {
      while (running && written < 150) {
        const theCase = await group.case();
        const { caseId, subject } = theCase;
        const actionId = await group.action(theCase, '2026-12-01');
        // What is not the same when done twice: a count, a list.
        await group.onCase(caseId, [
          { type: 'DeadlineMoved', data: { caseId, actionId, from: '2026-12-01', to: '2026-12-02' }, subject, text: {} },
          { type: 'InformationRequestDeclined', data: { caseId, requestId: 'r' } },
        ]);
        const head = await bench.store.head();
        await models.reach(head, 10_000);
        if (!(await models.caseFacts(caseId))) failures.push('a change that was reached was not there');
        written++;
        await delay(5);
      }
    };
    const everybody = [reader(), reader(), writer()];
    for (let i = 0; i < 4; i++) await rebuildReadModels({ ...options(bench), pageSize: 20 });
    running = false;
    await Promise.all(everybody);
    expect(failures).toEqual([]);
    expect(asked).toBeGreaterThan(8);
    await bench.settled();
    const [row] = await bench.dataSource.query<{ n: number }[]>('select count(*)::int as n from read_models_personal.cases');
    expect(row!.n).toBe(written);
    const swapped = await dump(bench);
    await rebuildReadModels(options(bench));
    expect(await dump(bench)).toEqual(swapped);
    const left = await bench.dataSource.query<unknown[]>(
      `select 1 from pg_namespace where nspname like 'read\\_models\\_next%' or nspname like 'read\\_models\\_old%'`,
    );
    expect(left).toEqual([]);
    expect(bench.alarms).toEqual([]);
  } finally {
    await bench.close();
  }
}, 60_000);

it('is never behind the tables it replaces', async () => {
  const bench = await openTestReadModels({ running: false });
  try {
    const group = inGroup(bench.history);
    await group.case();
    let caseId = '';
    let ends = 0;
    const { projections, stop } = bench.start();
    const readAll: EventStore['readAll'] = async (...from) => {
      const page = await bench.store.readAll(...from);
      // The log grows, and the live tables with it, after the rebuild has seen the end of it for the last time.
      if (page.events.length === 0 && ++ends === 2) {
        ({ caseId } = await group.case());
        await projections.reach(await bench.store.head(), 10_000);
        await stop();
      }
      return page;
    };
    const rebuilt = await rebuildReadModels({ ...options(bench), store: { ...bench.store, readAll } });
    expect(rebuilt.position).toBe(await bench.store.head());
    expect(await bench.models.caseFacts(caseId)).toBeDefined();
  } finally {
    await bench.close();
  }
});

it('lets no batch through twice that waited for the swap', async () => {
  const bench = await openTestReadModels();
  try {
    const group = inGroup(bench.history);
    const theCase = await group.case();
    const { caseId, subject } = theCase;
    const actionId = await group.action(theCase, '2026-12-01');
    const waits = async () => {
      const [row] = await bench.dataSource.query<{ n: number }[]>(
        `select count(*)::int as n from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
      );
      return row!.n > 0;
    };
    let ends = 0;
    const readAll: EventStore['readAll'] = async (...from) => {
      const page = await bench.store.readAll(...from);
      if (page.events.length === 0) ends++;
      else if (ends === 2) {
        // The swap holds the lock and catches up: the next change reaches the projections, which have to wait.
        ends = 3;
        const data = { caseId, actionId, from: '2026-12-01', to: '2026-12-02' };
        await group.onCase(caseId, { type: 'DeadlineMoved', data, subject, text: {} });
        while (!(await waits())) await delay(5);
      }
      if (page.events.length === 0 && ends === 2) {
        await group.case();
        await bench.settled();
      }
      return page;
    };
    await rebuildReadModels({ ...options(bench), store: { ...bench.store, readAll } });
    expect(ends).toBeGreaterThan(2);
    await group.case();
    await bench.settled();
    expect((await bench.models.case(caseId, '2026-11-25'))!.actions).toMatchObject([{ deadlineMoves: 1 }]);
  } finally {
    await bench.close();
  }
});

it('parks as the projections do, and counts the address of a parked person as protected', async () => {
  const bench = await openTestReadModels({ running: false });
  try {
    const group = inGroup(bench.history);
    const personId = await group.register();
    await bench.history.writeRaw(`person-${personId}`, [{ type: 'AddressProtected', data: { personId, from: 'now' } }]);
    const { caseId } = await group.case();
    const { parked } = await rebuildReadModels({ ...options(bench), pageSize: 1 });
    expect(parked).toMatchObject([{ stream: `person-${personId}`, type: 'AddressProtected' }]);
    expect((await bench.models.person(personId))!.addressProtected).toBe(true);
    expect(await bench.models.caseFacts(caseId)).toBeDefined();
  } finally {
    await bench.close();
  }
});

it('leaves the live tables alone when it cannot finish, and can be done again', async () => {
  const bench = await openTestReadModels();
  try {
    const { caseId } = await inGroup(bench.history).case();
    await bench.settled();
    const before = await dump(bench);
    const store: EventStore = { ...bench.store, readAll: () => Promise.reject(new Error('the log is away')) };
    await expect(rebuildReadModels({ ...options(bench), store })).rejects.toThrow('the log is away');
    expect(await dump(bench)).toEqual(before);
    const progress: number[] = [];
    const rebuilt = await rebuildReadModels({ ...options(bench), onProgress: (n) => progress.push(n) });
    expect(rebuilt).toMatchObject({ events: 4, position: await bench.store.head(), parked: [] });
    expect(progress.at(-1)).toBe(4);
    expect(await bench.models.caseFacts(caseId)).toBeDefined();
  } finally {
    await bench.close();
  }
});

it('is done by one at a time', async () => {
  const bench = await openTestReadModels();
  try {
    await inGroup(bench.history).case();
    const outcomes = await Promise.allSettled([rebuildReadModels(options(bench)), rebuildReadModels(options(bench))]);
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  } finally {
    await bench.close();
  }
});
