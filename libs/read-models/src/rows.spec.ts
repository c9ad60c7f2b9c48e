// Rows in memory: all changes of an event, or none; and what a rebuild lets go of.
import type { EntityManager } from 'typeorm';
import { Rows } from './rows.js';

const registryRow = (name: string) => ({
  id: 'area-a',
  kind: 'area' as const,
  doc: { areaId: 'a', name, authorityId: 'kk' },
});
const mention = (position: string) => ({ position, case_id: 'c', stream: 'meeting-m', revision: 1 });

it('takes back all that an event changed before it failed', () => {
  const rows = new Rows(true);
  rows.registry.need('area-a');
  const failing = (...names: string[]) =>
    expect(() =>
      rows.attempt(() => {
        for (const name of names) rows.registry.put(registryRow(name));
        rows.mentions.put(mention('1'));
        throw new Error('it failed');
      }),
    ).toThrow('it failed');
  failing('first', 'second');
  expect(rows.registry.get('area-a')).toBeUndefined();
  expect(rows.takeChanges()).toEqual([]);

  rows.attempt(() => rows.registry.put(registryRow('kept')));
  failing('third');
  expect(rows.registry.get('area-a')).toEqual(registryRow('kept'));
  expect(rows.takeChanges()).toMatchObject([{ rows: [registryRow('kept')] }]);
});

it('gives no row that was not announced, and asks the database once for those that were', async () => {
  const rows = new Rows(false);
  expect(() => rows.registry.get('area-a')).toThrow('not announced');
  rows.registry.need('area-a');
  rows.registry.need('area-b');
  rows.registry.fresh('area-c');
  const asked: unknown[][] = [];
  const query = ((_: string, parameters: unknown[]) => {
    asked.push(parameters);
    return Promise.resolve([registryRow('found')]);
  }) as EntityManager['query'];
  await rows.load({ query }, 'read_models');
  await rows.load({ query }, 'read_models');
  expect(asked).toEqual([[['area-a', 'area-b']]]);
  expect(rows.registry.get('area-a')).toEqual(registryRow('found'));
  expect(rows.registry.get('area-b')).toBeUndefined();
  expect(rows.registry.get('area-c')).toBeUndefined();
});

it('looks for a row announced as new when it is asked for too, also after its event was taken back', async () => {
  const rows = new Rows(false);
  rows.registry.fresh('area-a');
  expect(() =>
    rows.attempt(() => {
      rows.registry.put(registryRow('new'));
      throw new Error('it failed');
    }),
  ).toThrow('it failed');
  rows.registry.need('area-a');
  const query = (() => Promise.resolve([registryRow('found')])) as unknown as EntityManager['query'];
  await rows.load({ query }, 'read_models');
  expect(rows.registry.get('area-a')).toEqual({ ...registryRow('found'), id: 'area-a' });
});

it('lets go of the rows changed longest ago, and then no longer takes what is missing for new', () => {
  const rows = new Rows(true);
  const row = (id: string) => ({ ...registryRow(id), id });
  for (const id of ['a', 'b', 'c', 'd']) rows.registry.put(row(id));
  rows.registry.put(row('a'));
  rows.takeChanges();
  rows.forgetHalf();
  expect(rows.registry.get('d')).toBeDefined();
  expect(rows.registry.get('a')).toBeDefined();
  expect(() => rows.registry.get('b')).toThrow('not announced');
  rows.registry.need('b');
  expect(() => rows.registry.get('b')).toThrow('not announced');
});
