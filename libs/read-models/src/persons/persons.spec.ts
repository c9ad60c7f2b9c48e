// Persons found by name in the tables: within the scope, as corrected last, not once erased, and made anew with another key.
import { createHash } from 'node:crypto';
import { BlindIndex, type KeyStore } from '@app/personal-data';
import { openTestReadModels, type ReadModelBench } from '../../testing/fixture.js';
import { BIF, inGroup, POLICE, SOF } from '../../testing/people.js';
import { rebuildReadModels, type CaseScope } from '../index.js';

let bench: ReadModelBench;
beforeAll(async () => {
  bench = await openTestReadModels();
});
afterAll(() => bench.close());

const found = async (name: string, scope: CaseScope, limit = 20) => {
  await bench.settled();
  return bench.models.personsByName(bench.blindIndex.nameQuery(name), scope, limit);
};
const ids = async (name: string, scope: CaseScope, limit?: number) =>
  (await found(name, scope, limit)).map(({ personId }) => personId);
const leads = (groupId: string): CaseScope => ({ groups: [groupId], userId: 'worker' });
const registered = async (identity: Record<string, string>) => {
  const g = inGroup(bench.history);
  const personId = await g.register(identity);
  const { caseId } = await g.case({ personId });
  const correct = (text: object, removed: ('name' | 'alias')[] = []) =>
    bench.history.write(`person-${personId}`, {
      ...{ type: 'PersonCorrected', data: { personId, removed }, text },
      subject: { id: personId, scope: 'identity' },
    });
  return { g, personId, caseId, scope: leads(g.groupId), correct };
};

describe('a search by name', () => {
  it('finds by name and by alias, in any spelling and order, those of the very name first', async () => {
    const { g, personId, scope, caseId } = await registered({ name: 'Øzgür Testperson', alias: 'Lille Åse' });
    const other = await g.register({ name: 'Ozgurine Testperson' });
    await g.case({ personId: other });
    for (const name of ['ozgur', 'Testperson Oezgür', 'Øz']) expect(await ids(name, scope)).toContain(personId);
    for (const name of ['aase', 'Lille', 'åse øzgür']) expect(await ids(name, scope)).toEqual([personId]);
    expect(await found('Ozgur', scope)).toMatchObject([
      { personId, exact: true, caseIds: [caseId] },
      { personId: other, exact: false },
    ]);
    expect(await ids('ozgur', scope, 1)).toEqual([personId]);
    expect(await ids('Testpige', scope)).toEqual([]);
  });

  it('takes a number in a name for part of it', async () => {
    const { g, personId, scope } = await registered({ name: 'Talt Person 12' });
    const other = await g.register({ name: 'Talt Person 13' });
    await g.case({ personId: other });
    expect(await found('Talt Person 12', scope)).toMatchObject([{ personId, exact: true }]);
    expect((await ids('Talt Person', scope)).sort()).toEqual([personId, other].sort());
    expect(await found('Talt P', scope)).toMatchObject([{ exact: false }, { exact: false }]);
  });

  it('finds only persons with a case in the scope, and tells of no other case', async () => {
    const { g, personId, caseId } = await registered({ name: 'Kjær Testperson' });
    const elsewhere = inGroup(bench.history);
    await elsewhere.case({ personId });
    expect((await found('Kjaer', leads(g.groupId)))[0]!.caseIds).toEqual([caseId]);
    expect(await ids('Kjaer', leads('another-group'))).toEqual([]);
    expect(await ids('Kjaer', { none: true })).toEqual([]);
    const participant = (organisationId: string): CaseScope => ({ groups: [g.groupId], organisationId, userId: 'u' });
    expect(await ids('Kjaer', participant(POLICE.organisationId))).toEqual([personId]);
    expect(await ids('Kjaer', participant(SOF.organisationId))).toEqual([]);
  });

  it('does not find for somebody who is excluded from any case of the person', async () => {
    const { g, personId, caseId, scope } = await registered({ name: 'Fætter Testperson' });
    await g.case({ personId, organisations: [BIF] });
    expect(await ids('Faetter', scope)).toEqual([personId]);
    await g.onCase(caseId, {
      ...{ type: 'WorkerExcluded', data: { caseId, userId: 'worker' }, subject: { id: personId, scope: caseId }, text: {} },
    });
    expect(await ids('Faetter', scope)).toEqual([]);
    expect(await ids('Faetter', { groups: [g.groupId], userId: 'somebody-else' })).toEqual([personId]);
  });

  it('follows corrections, of the name and of the alias each for itself', async () => {
    const { personId, scope, correct } = await registered({ name: 'Gammel Testperson', alias: 'Kalle' });
    await correct({ name: 'Ny Testperson' });
    expect(await ids('Gammel', scope)).toEqual([]);
    for (const name of ['Ny Testperson', 'Kalle']) expect(await ids(name, scope)).toEqual([personId]);
    await correct({}, ['alias']);
    expect(await ids('Kalle', scope)).toEqual([]);
    expect(await ids('Ny', scope)).toEqual([personId]);
  });

  it('finds nobody from the moment an erasure begins: no row says anything any more', async () => {
    const { personId, scope } = await registered({ name: 'Slettet Testperson', alias: 'Væk', cpr: '0101014000' });
    expect(await ids('Slettet', scope)).toEqual([personId]);
    const erasure = { personId, erasureId: personId };
    await bench.history.write(`person-${personId}`, [
      {
        ...{ type: 'ErasureProposed', subject: { id: personId, scope: 'identity' }, text: {} },
        data: { ...erasure, ground: 'objection', proposedBy: 'u', authorities: ['kk'] },
      },
      { type: 'ErasureStarted', data: erasure },
    ]);
    for (const name of ['Slettet', 'Væk', 'Test']) expect(await ids(name, scope)).toEqual([]);
    const [row] = await bench.dataSource.query<object[]>(
      'select * from read_models_personal.person_search where person_id = $1',
      [personId],
    );
    expect(row).toEqual({
      ...{ person_id: personId, cpr_index: null, cpr_alike: [], birth_index: null },
      ...{ name_key: null, name_tokens: [], alias_tokens: [] },
    });
  });

  it('leaves in the table neither a word nor what anybody could make of it without the key', async () => {
    const identity = { name: 'Hemmelig Testperson', alias: 'Kaldet', birthDate: '2010-01-01', cpr: '0101104000' };
    const { personId } = await registered(identity);
    await bench.settled();
    const [{ dump } = { dump: '' }] = await bench.dataSource.query<{ dump: string }[]>(
      'select s::text as dump from read_models_personal.person_search s where person_id = $1',
      [personId],
    );
    const words = ['hemmelig', 'hemelig', 'testperson', 'kaldet', '2010-01-01', '0101104000'];
    for (const word of words)
      for (const algorithm of ['sha1', 'sha256', 'sha512', 'md5'])
        for (const encoding of ['hex', 'base64', 'base64url'] as const) {
          expect(dump.toLowerCase()).not.toContain(word);
          expect(dump).not.toContain(createHash(algorithm).update(word).digest(encoding).slice(0, 20));
        }
  });

  it('is the same after a rebuild, and with another key after a rebuild with that one', async () => {
    const { personId, scope } = await registered({ name: 'Nøgle Testperson' });
    const tokens = async () => {
      const [row] = await bench.dataSource.query<{ name_tokens: string[] }[]>(
        'select name_tokens from read_models_personal.person_search where person_id = $1',
        [personId],
      );
      return row!.name_tokens;
    };
    await bench.settled();
    const before = await tokens();
    const { dataSource, store, history } = bench;
    await rebuildReadModels({ dataSource, store, vault: history.vault, blindIndex: bench.blindIndex });
    expect(await tokens()).toEqual(before);
    const rotated = await BlindIndex.open({
      named: async (name: string) => createHash('sha256').update(`rotated ${name}`).digest(),
    } as KeyStore);
    await rebuildReadModels({ dataSource, store, vault: history.vault, blindIndex: rotated });
    expect((await tokens()).filter((token) => before.includes(token))).toEqual([]);
    expect(await ids('Nogle', scope)).toEqual([]);
    expect(await bench.models.personsByName(rotated.nameQuery('Nogle'), scope, 20)).toMatchObject([{ personId }]);
    await rebuildReadModels({ dataSource, store, vault: history.vault, blindIndex: bench.blindIndex });
    expect(await ids('Nogle', scope)).toEqual([personId]);
  });
});
