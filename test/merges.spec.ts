// Two registrations of one young person over HTTP: proposed, merged, shown as one by either id, taken apart again, never erased as one.
import { DEMO_GROUP } from '../apps/api/src/demo/users.js';
import { accessLogOf, arrive, day, done, events, newItem, newMeeting, types } from './support/flow.js';
import { startTestServer, type TestServer } from './support/server.js';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
}, 60_000);
afterAll(() => server.stop());

const call = async <T = Record<string, unknown>>(user: string, method: string, path: string, body?: unknown): Promise<T> =>
  done<T>(await server.call(user, method, path, body));

/** A number that no other of this file is alike. */
let numbers = 0;
const cprOf = () => {
  const n = ++numbers;
  return `${String(n).padStart(2, '0')}0${(n % 9) + 1}${String(80 + (n % 10))}${String(1000 + n * 37)}`;
};
const registered = async (identity: object, organisationIds?: readonly string[]) => {
  const { id: personId } = await call<{ id: string }>('coordinator', 'POST', '/api/persons', identity);
  const { id: caseId } = await call<{ id: string }>('coordinator', 'POST', '/api/cases', {
    ...{ personId, groupId: DEMO_GROUP, areaId: 'akacieparken', responsibleOrganisationId: 'sof', open: true },
    ...(organisationIds && { organisationIds }),
  });
  return { personId, caseId };
};
const FEW = ['hotspotsekretariatet', 'sof'];
const merge = (user: string, personId: string, intoPersonId: string) =>
  server.call<{ rule?: string }>(user, 'POST', `/api/persons/${personId}/merge`, { intoPersonId, reason: 'HEMMELIG-grund' });
const undo = (user: string, personId: string) =>
  server.call<{ rule?: string }>(user, 'POST', `/api/persons/${personId}/merge-undoing`, { reason: 'To personer' });
interface Pair {
  readonly reasons: string[];
  readonly persons: { readonly personId: string; readonly name: string; readonly caseIds: string[] }[];
}
const duplicatesOf = async (user: string, personId: string): Promise<Pair[]> => {
  const { items } = await call<{ items: Pair[] }>(user, 'GET', '/api/persons/duplicates?limit=200');
  return items.filter(({ persons }) => persons.some((person) => person.personId === personId));
};
const found = async (user: string, name: string) =>
  (
    await call<{ items: { personId: string; name: string; caseIds: string[] }[] }>(user, 'POST', '/api/persons/searches', {
      name,
    })
  ).items;

describe('duplicates', () => {
  it('are proposed by the same name and birth date, however spelled and turned, and by numbers that are alike', async () => {
    const cpr = cprOf();
    const slip = `${cpr.slice(0, 9)}${(Number(cpr[9]) + 1) % 10}`;
    const one = await registered({ name: 'Åse Dobbelt', birthDate: '2010-02-03' });
    const other = await registered({ name: 'Dobbelt Aase', birthDate: '2010-02-03' });
    const [first] = await duplicatesOf('coordinator', one.personId);
    expect(first!.reasons).toEqual(['same-name-and-birth-date']);
    expect(new Set(first!.persons.map(({ personId }) => personId))).toEqual(new Set([one.personId, other.personId]));
    expect(new Set(first!.persons.flatMap(({ caseIds }) => caseIds))).toEqual(new Set([one.caseId, other.caseId]));
    const number = await registered({ name: 'Tastefejl Dobbelt', cpr });
    const typed = await registered({ name: 'Tastefejl D', cpr: slip });
    const [second] = await duplicatesOf('projectLead', number.personId);
    expect(second!.reasons).toEqual(['alike-cpr']);
    expect(second!.persons.map(({ personId }) => personId)).toContain(typed.personId);
    // Of the same name, born on another day: nobody.
    await registered({ name: 'Åse Dobbelt', birthDate: '2010-02-04' });
    expect(await duplicatesOf('coordinator', one.personId)).toHaveLength(1);
  });

  it('are shown to who leads cases of both, and logged', async () => {
    const one = await registered({ name: 'Ene Dobbelt', birthDate: '2010-03-03' });
    const other = await registered({ name: 'Ene Dobbelt', birthDate: '2010-03-03' });
    for (const user of ['hotspotChief', 'SOF', 'auditor', 'partner', 'administrator'])
      expect((await server.call(user, 'GET', '/api/persons/duplicates')).status).toBe(403);
    expect(await duplicatesOf('projectLead', one.personId)).toHaveLength(1);
    const entry = (await accessLogOf(server, 'project-lead'))
      .filter(({ data }) => data['purpose'] === 'persons.duplicates')
      .at(-1);
    expect(entry!.data['personIds']).toEqual(expect.arrayContaining([one.personId, other.personId]));
    // Excluded from one case is excluded from the person, whatever other cases there are.
    const second = { personId: other.personId, groupId: DEMO_GROUP, areaId: 'akacieparken', responsibleOrganisationId: 'sof' };
    await call('coordinator', 'POST', '/api/cases', second);
    await call('coordinator', 'POST', `/api/cases/${other.caseId}/exclusions`, { userId: 'project-lead', ground: 'Fætter' });
    expect(await duplicatesOf('projectLead', one.personId)).toEqual([]);
    expect((await merge('projectLead', one.personId, other.personId)).status).toBe(404);
    expect((await merge('hotspotChief', one.personId, other.personId)).status).toBe(403);
  });
});

describe('a merge', () => {
  it('shows the surviving identity by either id, with the cases of both, and a search finds one', async () => {
    const cpr = cprOf();
    const alias = await registered({ name: 'Gammelt Flettenavn', cpr, address: 'HEMMELIG-ADRESSE' });
    const stays = await registered({ name: 'Rigtigt Flettenavn', birthDate: '2009-05-05', phone: '00000009' }, FEW);
    expect((await merge('coordinator', alias.personId, stays.personId)).status).toBe(200);
    const [, event] = await events(server, `person-${alias.personId}`);
    expect(event).toMatchObject({ type: 'PersonMerged', data: { personId: alias.personId, intoPersonId: stays.personId } });
    expect(JSON.stringify(event)).not.toContain('HEMMELIG');
    // Nothing is sealed anew.
    expect(await types(server, `person-${stays.personId}`)).toEqual(['PersonRegistered']);

    const shown = { personId: stays.personId, name: 'Rigtigt Flettenavn', phone: '00000009', birthDate: '2009-05-05' };
    for (const personId of [alias.personId, stays.personId])
      expect((await server.call('SOF', 'GET', `/api/persons/${personId}`)).body).toMatchObject({
        ...shown,
        mergedPersonIds: [alias.personId],
      });
    for (const caseId of [alias.caseId, stays.caseId])
      expect((await server.call('SOF', 'GET', `/api/cases/${caseId}`)).body).toMatchObject({ person: shown });
    for (const name of ['Gammelt', 'Rigtigt', 'Flettenavn']) {
      const items = await found('SOF', name);
      expect(items).toMatchObject([{ personId: stays.personId, name: 'Rigtigt Flettenavn' }]);
      expect(new Set(items[0]!.caseIds)).toEqual(new Set([alias.caseId, stays.caseId]));
    }
    // Who may see one case sees the person through it, and not the other case.
    expect(await found('BIF', 'Rigtigt')).toMatchObject([{ personId: stays.personId, caseIds: [alias.caseId] }]);
    const byNumber = await call('SOF', 'POST', '/api/persons/look-up', { cpr });
    expect(byNumber).toMatchObject({ found: true, person: shown });
    expect(new Set(byNumber['caseIds'] as string[])).toEqual(new Set([alias.caseId, stays.caseId]));
    // The number registered once more, and a new case, are of the one that stays.
    expect((await call('coordinator', 'POST', '/api/persons', { name: 'Ung Testperson', cpr }))['id']).toBe(stays.personId);
    const body = { personId: alias.personId, groupId: DEMO_GROUP, areaId: 'akacieparken', responsibleOrganisationId: 'sof' };
    const { stream } = await call<{ stream: string }>('coordinator', 'POST', '/api/cases', body);
    expect((await events(server, stream))[0]!.data).toMatchObject({ personId: stays.personId });
    // What is corrected is what is shown.
    await call('SOF', 'POST', `/api/persons/${alias.personId}/corrections`, { phone: '00000010' });
    expect(await types(server, `person-${stays.personId}`)).toEqual(['PersonRegistered', 'PersonCorrected']);
    expect(await duplicatesOf('coordinator', alias.personId)).toEqual([]);
    // Twice is once; a chain is refused.
    expect((await merge('coordinator', alias.personId, stays.personId)).status).toBe(200);
    const third = await registered({ name: 'Tredje Flettenavn' });
    for (const [from, into] of [
      [third.personId, alias.personId],
      [stays.personId, third.personId],
    ] as const)
      expect((await merge('coordinator', from, into)).body.rule).toBe('merge.chain');
    expect(await types(server, `person-${alias.personId}`)).toEqual(['PersonRegistered', 'PersonMerged']);
  });

  it('keeps the address protected when either is', async () => {
    const alias = await registered({ name: 'Beskyttet Flettenavn', address: 'HEMMELIG-ADRESSE', addressProtected: true });
    const stays = await registered({ name: 'Åben Flettenavn', address: 'HEMMELIG-ADRESSE' });
    await merge('coordinator', alias.personId, stays.personId);
    for (const path of [
      `/api/persons/${stays.personId}`,
      `/api/cases/${stays.caseId}`,
      `/api/cases/${alias.caseId}`,
      '/api/cases?limit=200',
    ])
      expect((await server.call('SOF', 'GET', path)).text).not.toContain('HEMMELIG-ADRESSE');
    const { items } = await call<{ items: { person: { personId: string; addressProtected: boolean } }[] }>(
      'SOF',
      'GET',
      '/api/cases?limit=200',
    );
    const mine = items.filter(({ person }) => person.personId === stays.personId);
    expect(mine.map(({ person }) => person.addressProtected)).toEqual([true, true]);
  });

  it.each(['by the id of the alias', 'by the id that stays', 'by the number of the alias', 'by the number that stays'])(
    'keeps the address of both protected when they are taken apart: protected %s meanwhile',
    async (how) => {
      const cprs = { alias: cprOf(), stays: cprOf() };
      const identity = (which: 'alias' | 'stays') => ({ name: `Værn ${which}`, cpr: cprs[which], address: 'HEMMELIG-ADRESSE' });
      const persons = { alias: await registered(identity('alias')), stays: await registered(identity('stays')) };
      await merge('coordinator', persons.alias.personId, persons.stays.personId);
      const which = how.includes('alias') ? 'alias' : 'stays';
      if (how.includes('number'))
        await call('coordinator', 'POST', '/api/persons', { ...identity(which), addressProtected: true });
      else await call('coordinator', 'PUT', `/api/persons/${persons[which].personId}/address-protection`);
      expect((await undo('coordinator', persons.alias.personId)).status).toBe(200);
      for (const { personId } of Object.values(persons)) {
        expect(await types(server, `person-${personId}`)).toContain('AddressProtected');
        expect((await server.call('SOF', 'GET', `/api/persons/${personId}`)).text).not.toContain('HEMMELIG-ADRESSE');
      }
    },
  );

  it('is undone: each is itself again, and is not proposed again', async () => {
    const birthDate = '2008-08-08';
    const alias = await registered({ name: 'Skilt Flettenavn', birthDate });
    const stays = await registered({ name: 'Skilt Flettenavn', birthDate, phone: '00000011' });
    expect(await duplicatesOf('coordinator', alias.personId)).toHaveLength(1);
    await merge('coordinator', alias.personId, stays.personId);
    expect((await undo('SOF', alias.personId)).status).toBe(403);
    expect((await undo('projectLead', alias.personId)).status).toBe(200);
    expect((await undo('projectLead', alias.personId)).status).toBe(200);
    expect(await types(server, `person-${alias.personId}`)).toEqual(['PersonRegistered', 'PersonMerged', 'PersonMergeUndone']);
    const one = await server.call('SOF', 'GET', `/api/persons/${alias.personId}`);
    expect(one.body).toMatchObject({ personId: alias.personId });
    expect(one.text).not.toContain('00000011');
    expect((await found('SOF', 'Skilt')).map(({ caseIds }) => caseIds).sort()).toEqual([[alias.caseId], [stays.caseId]].sort());
    expect(await duplicatesOf('coordinator', alias.personId)).toEqual([]);
    const merges = await call('coordinator', 'GET', `/api/persons/${stays.personId}/merges`);
    expect(merges['items']).toMatchObject([
      { ...{ personId: alias.personId, intoPersonId: stays.personId, mergedBy: 'coordinator', undoneBy: 'project-lead' } },
    ]);
    expect(merges['items']).toMatchObject([{ reason: 'HEMMELIG-grund', undoneReason: 'To personer' }]);
  });

  it('undone, lists the texts written while they were one: of both identities, their cases and the meetings', async () => {
    const alias = await registered({ name: 'Tekst Flettenavn' });
    const stays = await registered({ name: 'Anden Flettenavn' }, FEW);
    const report = (caseId: string, text: string) => call('SOF', 'POST', `/api/cases/${caseId}/reports`, { report: text });
    await report(alias.caseId, 'Før');
    await merge('coordinator', alias.personId, stays.personId);
    await report(alias.caseId, 'Imens om den ene');
    await report(stays.caseId, 'Imens om den anden');
    await call('SOF', 'POST', `/api/persons/${alias.personId}/corrections`, { address: 'HEMMELIG-ADRESSE', alias: 'Imens' });
    const meetingId = await newMeeting(server);
    const item = `/api/meetings/${meetingId}/items/${await newItem(server, meetingId, alias.caseId)}`;
    await call('coordinator', 'POST', `/api/meetings/${meetingId}/opening`);
    await arrive(server, meetingId, { userId: 'sof' });
    await call('coordinator', 'POST', `${item}/opening`);
    await call('coordinator', 'POST', `${item}/discussion`, { noNews: false, note: 'Imens på mødet' });
    await undo('coordinator', alias.personId);
    await report(alias.caseId, 'Efter');
    await call('coordinator', 'PUT', `/api/persons/${stays.personId}/address-protection`);

    const path = `/api/persons/${stays.personId}/merges`;
    const { items } = await call<{ items: { mergeId: string }[] }>('coordinator', 'GET', path);
    const texts = await server.call<{
      items: { type: string; personId: string; caseId?: string; meetingId?: string; texts: Record<string, string> }[];
    }>('coordinator', 'GET', `${path}/${items[0]!.mergeId}/texts`);
    expect(texts.body).toMatchObject({
      items: [
        { type: 'ProgressReported', personId: alias.personId, caseId: alias.caseId, texts: { report: 'Imens om den ene' } },
        { type: 'ProgressReported', personId: stays.personId, caseId: stays.caseId, texts: { report: 'Imens om den anden' } },
        { type: 'PersonCorrected', personId: stays.personId, texts: { alias: 'Imens' }, withheld: true },
        { type: 'ItemDiscussed', personId: alias.personId, meetingId, texts: { note: 'Imens på mødet' } },
      ],
      ...{ inOtherCases: 0, more: false },
    });
    expect(texts.body.items).toHaveLength(4);
    expect(texts.text).not.toContain('HEMMELIG-ADRESSE');
    // Not for who is excluded from one of the two.
    await call('coordinator', 'POST', `/api/cases/${stays.caseId}/exclusions`, { userId: 'project-lead', ground: 'Fætter' });
    expect((await server.call('projectLead', 'GET', `${path}/${items[0]!.mergeId}/texts`)).status).toBe(404);
  });

  it('tells no more of a protected address by what was written in between: nor where they moved to', async () => {
    const [goes, stays] = [await registered({ name: 'Flyttet Et' }), await registered({ name: 'Flyttet To' })];
    await call('coordinator', 'PUT', `/api/persons/${stays.personId}/address-protection`);
    done(await merge('coordinator', goes.personId, stays.personId));
    const move = { movedOn: day(-1), municipality: 'KANARIE-kommune' };
    await call('coordinator', 'POST', `/api/persons/${stays.personId}/move`, move);
    const { items } = await call<{ items: { mergeId: string }[] }>('coordinator', 'GET', `/api/persons/${goes.personId}/merges`);
    const texts = `/api/persons/${goes.personId}/merges/${items[0]!.mergeId}/texts`;
    const { status, text } = await server.call('coordinator', 'GET', texts);
    expect([status, text.includes('PersonMoved'), text.includes('KANARIE')]).toEqual([200, true, false]);
  });
});

describe('a merge and an erasure', () => {
  const propose = (target: object) =>
    server.call<{ id: string; rule?: string }>('coordinator', 'POST', '/api/erasures', {
      ...{ ground: 'objection', reason: 'Bedt om det' },
      ...target,
    });
  const close = async (caseId: string) => {
    const { headers } = await server.call('coordinator', 'GET', `/api/cases/${caseId}`);
    const revision = { 'if-match': headers.get('etag')! };
    done(await server.call('coordinator', 'POST', `/api/cases/${caseId}/closing`, { outcome: 'other' }, revision));
  };

  it('of the whole person exclude each other, both ways; of one case there is no hindrance, by either id', async () => {
    const [alias, stays] = [await registered({ name: 'Slet Flettenavn' }), await registered({ name: 'Slettes Flettenavn' })];
    await close(alias.caseId);
    await close(stays.caseId);
    await merge('coordinator', alias.personId, stays.personId);
    for (const { personId } of [alias, stays]) expect((await propose({ personId })).body.rule).toBe('erasure.merged');
    const ofCase = await propose({ personId: stays.personId, caseId: alias.caseId });
    expect(ofCase.status).toBe(201);
    expect(await types(server, `person-${alias.personId}`)).toEqual(['PersonRegistered', 'PersonMerged', 'ErasureProposed']);
    await undo('coordinator', alias.personId);
    done(await propose({ personId: stays.personId }));
    for (const [from, into] of [
      [alias.personId, stays.personId],
      [stays.personId, alias.personId],
    ] as const)
      expect((await merge('coordinator', from, into)).body.rule).toBe('erasure.under-way');
  });

  it('a hold of one keeps the cases of both', async () => {
    const [alias, stays] = [await registered({ name: 'Hold Flettenavn' }), await registered({ name: 'Holdt Flettenavn' })];
    await close(alias.caseId);
    await merge('coordinator', alias.personId, stays.personId);
    const hold = { personId: stays.personId, ground: 'complaint', reviewOn: day(30) };
    done(await server.call('coordinator', 'POST', '/api/legal-holds', hold));
    const { id } = done(await propose({ personId: alias.personId, caseId: alias.caseId }));
    const waitsFor = async () => (await call('coordinator', 'GET', `/api/erasures/${id}`))['waitsFor'];
    expect(await waitsFor()).toContain('legal-hold');
    await undo('coordinator', alias.personId);
    expect(await waitsFor()).not.toContain('legal-hold');
  });
});
