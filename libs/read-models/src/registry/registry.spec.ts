// The registry, the persons, and the access log.
import { randomUUID } from 'node:crypto';
import { DEFAULT_RULE_SET } from '@app/domain';
import { openTestReadModels, type ReadModelBench } from '../../testing/fixture.js';
import { inGroup } from '../../testing/people.js';
import { createReadModels } from '../index.js';

let bench: ReadModelBench;
beforeAll(async () => {
  bench = await openTestReadModels();
});
afterAll(() => bench.close());

describe('the registry', () => {
  it('knows organisations, users, groups, areas and rule sets, newest rule set first', async () => {
    const { history } = bench;
    await history.write('organisation-bif', [
      {
        type: 'OrganisationRegistered',
        data: { organisationId: 'bif', name: 'Beskæftigelse', kind: 'municipal', authorityId: 'kk' },
      },
      { type: 'OrganisationRenamed', data: { organisationId: 'bif', name: 'Beskæftigelse og integration' } },
    ]);
    await history.write('user-u1', [
      {
        type: 'UserEnrolled',
        data: { userId: 'u1', organisationId: 'bif', organisationKind: 'municipal', role: 'participant', subjectHash: 's1.u1' },
        subject: { id: 'u1', scope: 'identity' },
        text: { name: 'Medarbejder Et' },
      },
      { type: 'RoleChanged', data: { userId: 'u1', role: 'coordinator' } },
      { type: 'UserLeft', data: { userId: 'u1', on: '2027-01-01' } },
    ]);
    await history.write('hotspot-a1', {
      type: 'HotspotDesignated',
      data: { areaId: 'a1', name: 'Testparken', authorityId: 'kk' },
    });
    await history.write('group-g1', [
      {
        type: 'GroupFormed',
        data: {
          groupId: 'g1',
          name: 'Gruppe 1',
          areaIds: ['a1'],
          series: { weekday: 2, startTime: '09:00', durationMinutes: 90 },
        },
      },
      { type: 'OrganisationJoinedGroup', data: { groupId: 'g1', organisationId: 'bif', kind: 'municipal', authorityId: 'kk' } },
      { type: 'OrganisationJoinedGroup', data: { groupId: 'g1', organisationId: 'sof', kind: 'municipal', authorityId: 'kk' } },
      { type: 'OrganisationLeftGroup', data: { groupId: 'g1', organisationId: 'sof' } },
      { type: 'MemberJoined', data: { groupId: 'g1', userId: 'u1', organisationId: 'bif', from: '2026-01-01' } },
      { type: 'MemberLeft', data: { groupId: 'g1', userId: 'u1', on: '2026-02-01' } },
      { type: 'MemberJoined', data: { groupId: 'g1', userId: 'u1', organisationId: 'bif', from: '2026-03-01' } },
      { type: 'DeputyNamed', data: { groupId: 'g1', userId: 'u1', deputyUserId: 'u2' } },
      { type: 'ClosingDaysSet', data: { groupId: 'g1', dates: ['2026-12-23'], yearly: ['12-24'] } },
      ...[
        ['2026-12-01', '2026-12-20'],
        ['2027-07-05', '2027-07-26'],
        ['2027-07-05', '2027-07-19'],
        ['2027-02-15', '2027-02-22'],
        ['2027-02-17', '2027-02-17'],
      ].map(([from, backOn]) => ({
        type: 'MemberAway' as const,
        data: { groupId: 'g1', userId: 'u1', from: from!, backOn: backOn! },
      })),
    ]);
    const ruleSet = (ruleSetId: string, validFrom: string) => ({ ...DEFAULT_RULE_SET, ruleSetId, validFrom });
    await history.write('ruleset-r1', { type: 'RuleSetAdopted', data: ruleSet('r1', '2026-01-01') });
    await history.write('ruleset-r2', { type: 'RuleSetAdopted', data: ruleSet('r2', '2027-01-01') });
    await bench.settled();

    const registry = await bench.models.registry();
    expect(registry.organisations.get('bif')).toEqual({
      organisationId: 'bif',
      name: 'Beskæftigelse og integration',
      kind: 'municipal',
      authorityId: 'kk',
    });
    expect(registry.usersBySubject.get('s1.u1')).toBe(registry.users.get('u1'));
    expect(registry.users.get('u1')).toMatchObject({ role: 'coordinator', leftOn: '2027-01-01', name: { sealed: true } });
    expect(registry.areas.get('a1')).toMatchObject({ name: 'Testparken' });
    expect(registry.groups.get('g1')).toMatchObject({
      organisations: [{ organisationId: 'bif' }],
      members: [
        { userId: 'u1', from: '2026-01-01', until: '2026-02-01' },
        { userId: 'u1', from: '2026-03-01' },
      ],
      deputies: [{ userId: 'u1', deputyUserId: 'u2' }],
      closingDays: ['2026-12-23'],
      yearlyClosingDays: ['12-24'],
      absences: [
        { userId: 'u1', from: '2026-12-01', backOn: '2026-12-20' },
        { userId: 'u1', from: '2027-07-05', backOn: '2027-07-19' },
      ],
    });
    expect(registry.ruleSets.map((r) => r.ruleSetId)).toEqual(['r2', 'r1']);
  });

  it('is one snapshot until it changes; the process that changed it sees that at once', async () => {
    await bench.settled();
    const before = await bench.models.registry();
    expect(await bench.models.registry()).toBe(before);
    const organisationId = randomUUID();
    await bench.history.write(`organisation-${organisationId}`, {
      type: 'OrganisationRegistered',
      data: { organisationId, name: 'Ny', kind: 'other', authorityId: organisationId },
    });
    await bench.settled();
    expect((await bench.models.registry()).organisations.get(organisationId)).toMatchObject({ name: 'Ny' });
    const elsewhere = createReadModels({ dataSource: bench.serverDataSource, store: bench.store, context: () => undefined });
    expect((await elsewhere.registry()).organisations.has(organisationId)).toBe(true);
  });
});

describe('persons', () => {
  it('are found by the blind index of the CPR number, as corrected last', async () => {
    const { history, blindIndex, models } = bench;
    const group = inGroup(history);
    const personId = await group.register({ name: 'Ung Testperson', cpr: '0101901234' });
    const subject = { id: personId, scope: 'identity' };
    const byCpr = async (cpr: string) => (await models.personByCpr(blindIndex.cprIndex(cpr)))?.personId;
    await bench.settled();
    expect(await byCpr('010190-1234')).toBe(personId);
    const correct = (text: object, removed: ('cpr' | 'name')[] = []) =>
      history.write(`person-${personId}`, { type: 'PersonCorrected', data: { personId, removed }, subject, text });
    await correct({ alias: 'Kalle' });
    await bench.settled();
    expect(await byCpr('0101901234')).toBe(personId);
    await correct({ cpr: '0202901234' }, ['name']);
    await bench.settled();
    expect([await byCpr('0101901234'), await byCpr('0202901234')]).toEqual([undefined, personId]);
    const person = await models.person(personId);
    expect(Object.keys(person!.identity).sort()).toEqual(['alias', 'cpr']);
    await correct({}, ['cpr']);
    await bench.settled();
    expect(await byCpr('0202901234')).toBeUndefined();
  });

  it('whose key is destroyed, or whose number is altered or none, have no index; the others do', async () => {
    const other = await openTestReadModels({ running: false });
    try {
      const group = inGroup(other.history);
      const erased = await group.register({ name: 'Slettet', cpr: '0303901234' });
      const noNumber = await group.register({ name: 'Ukendt', cpr: 'ukendt' });
      const kept = await group.register({ name: 'Beholdt', cpr: '0404901234' });
      const [original] = await other.store.readStream(`person-${kept}`);
      const forged = randomUUID();
      const { subject, text } = original!.data as { subject: unknown; text: unknown };
      await other.history.writeRaw(`person-${forged}`, [{ type: 'PersonRegistered', data: { personId: forged, subject, text } }]);
      await other.history.keys.destroy({ subjectId: erased });
      const { projections } = other.start();
      await projections.reach(await other.store.head(), 10_000);
      const byCpr = async (cpr: string) => (await other.models.personByCpr(other.blindIndex.cprIndex(cpr)))?.personId;
      expect(await byCpr('0303901234')).toBeUndefined();
      expect(await byCpr('0404901234')).toBe(kept);
      for (const personId of [erased, noNumber, forged]) expect(await other.models.person(personId)).toBeDefined();
      expect((await projections.health()).parked).toEqual([]);
    } finally {
      await other.close();
    }
  });

  it('keep the flag of a protected address', async () => {
    const { history, models } = bench;
    const personId = await inGroup(history).register();
    const isProtected = async () => {
      await bench.settled();
      return (await models.person(personId))!.addressProtected;
    };
    expect(await isProtected()).toBe(false);
    await history.write(`person-${personId}`, { type: 'AddressProtected', data: { personId } });
    expect(await isProtected()).toBe(true);
    await history.write(`person-${personId}`, { type: 'AddressProtectionLifted', data: { personId } });
    expect(await isProtected()).toBe(false);
  });
});

describe('the access log', () => {
  it('lists look-ups and refusals, newest first, by user, case, person and time', async () => {
    const shown = (userId: string, caseId: string, personId: string) => ({
      type: 'PersonalDataShown',
      data: {
        userId,
        organisationId: 'bif',
        purpose: 'case.read',
        caseIds: [caseId],
        personIds: [personId],
        fieldClasses: ['identity'],
        policies: ['p1'],
        requestId: 'q',
      },
    });
    const refusal = {
      type: 'AccessRefused',
      data: {
        userId: 'u9',
        organisationId: 'x',
        purpose: 'case.read',
        action: 'readCase',
        caseIds: ['c1'],
        policies: [],
        requestId: 'q',
      },
    };
    const { history, models } = bench;
    await history.writeRaw('access-p-2026-11-24', [shown('u8', 'c1', 'p1')], { at: '2026-11-24T08:00:00.000Z' });
    await history.writeRaw('access-p-2026-11-24', [shown('u8', 'c2', 'p2'), refusal], { at: '2026-11-25T08:00:00.000Z' });
    await bench.settled();
    const found = async (filter: Parameters<typeof models.accessLog>[0]) => {
      const first = await models.accessLog(filter, { limit: 1 });
      const rest = first.next === undefined ? [] : (await models.accessLog(filter, { limit: 9, after: first.next })).items;
      return [...first.items, ...rest].map((row) => `${row.userId} ${row.caseIds.join()}`);
    };
    expect(await found({})).toEqual(['u9 c1', 'u8 c2', 'u8 c1']);
    expect(await found({ userId: 'u8' })).toEqual(['u8 c2', 'u8 c1']);
    expect(await found({ caseId: 'c1' })).toEqual(['u9 c1', 'u8 c1']);
    expect(await found({ personId: 'p2' })).toEqual(['u8 c2']);
    expect(await found({ from: '2026-11-25' })).toEqual(['u9 c1', 'u8 c2']);
    expect(await found({ to: '2026-11-25' })).toEqual(['u8 c1']);
    expect((await models.accessLog({ userId: 'u9' }, { limit: 1 })).items[0]).toMatchObject({
      type: 'AccessRefused',
      action: 'readCase',
      personIds: [],
      fieldClasses: [],
    });
  });
});
