// The young person's identity over HTTP: one person a CPR number, never in an event or a log, and nobody learns who is known.
import { demoId } from '../apps/api/src/demo/data.js';
import { DEMO_GROUP } from '../apps/api/src/demo/users.js';
import { accessLogOf, done, events, inParallel, newCase, newCpr, newIdentity, types } from './support/flow.js';
import { startTestServer, type TestServer } from './support/server.js';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
}, 60_000);
afterAll(() => server.stop());

const register = (user: string, body: object, headers?: Record<string, string>) =>
  server.call<{ id: string; errors?: string[] }>(...([user, 'POST', '/api/persons', body, headers] as const));
const lookUp = (user: string, cpr: string) =>
  server.call<{ found: boolean; caseIds: string[]; person?: object }>(user, 'POST', '/api/persons/look-up', { cpr });

const search = (user: string, name: string) =>
  server.call<{ items: { personId: string; exact: boolean; caseIds: string[] }[]; more: boolean }>(
    ...([user, 'POST', '/api/persons/searches', { name }] as const),
  );

describe('a search by name', () => {
  const ids = async (user: string, name: string) =>
    done<{ items: { personId: string }[] }>(await search(user, name)).items.map((p) => p.personId);
  const registered = async (identity: object, organisationIds?: readonly string[]) => {
    const { id: personId } = done<{ id: string }>(await register('coordinator', identity));
    const body = { personId, groupId: DEMO_GROUP, areaId: 'akacieparken', responsibleOrganisationId: 'sof' };
    const { id: caseId } = done(
      await server.call('coordinator', 'POST', '/api/cases', { ...body, ...(organisationIds && { organisationIds }) }),
    );
    return { personId, caseId };
  };

  it('finds whom the caller may see, however it is spelled, and shows name, alias and birth date: no more', async () => {
    const cpr = newCpr();
    const { personId, caseId } = await registered({
      ...{ name: 'Øzgür Søgeperson', alias: 'Lille Ås', cpr, address: 'HEMMELIG-ADRESSE', phone: '00000007' },
    });
    for (const name of ['ozgur', 'soegeperson Özg', 'AAS']) expect(await ids('SOF', name)).toEqual([personId]);
    const answer = await search('SOF', 'Ozgur Søgeperson');
    expect(answer.body).toEqual({
      items: [
        {
          ...{ personId, name: 'Øzgür Søgeperson', alias: 'Lille Ås', birthDate: '2011-01-01', addressProtected: false },
          ...{ exact: true, caseIds: [caseId] },
        },
      ],
      more: false,
    });
  });

  it('does not tell of anybody out of reach: the answer is that about nobody', async () => {
    const few = ['hotspotsekretariatet', 'sof'];
    const { personId, caseId } = await registered({ name: 'Utilgængelig Søgeperson' }, few);
    expect(await ids('SOF', 'Utilgaengelig')).toEqual([personId]);
    const [hidden, unknown] = [await search('BIF', 'Utilgaengelig'), await search('BIF', 'Findesikke')];
    expect(hidden.body).toEqual({ items: [], more: false });
    expect(hidden.text).toBe(unknown.text);
    // Nor of a person without a case, and no more to who is excluded from one.
    done(await register('BIF', { name: 'Sagløs Søgeperson' }));
    expect(await ids('coordinator', 'Sagløs')).toEqual([]);
    done(await server.call('coordinator', 'POST', `/api/cases/${caseId}/exclusions`, { userId: 'sof', ground: 'Fætter' }));
    expect(await ids('SOF', 'Utilgaengelig')).toEqual([]);
    for (const user of ['auditor', 'steeringMember', 'partner', 'administrator'])
      expect((await search(user, 'Utilgaengelig')).status).toBe(403);
  });

  it('shows the best twenty and says that there are more, of those the caller may see', async () => {
    const before = await search('coordinator', 'Mangefold');
    expect(before.body).toEqual({ items: [], more: false });
    await inParallel(
      Array.from({ length: 20 }, (_, i) => () => registered({ name: `Mangefoldig ${'abcdefghijklmnopqrst'[i]!}` })),
    );
    await registered({ name: 'Mangefoldig Skjult' }, ['hotspotsekretariatet', 'sof']);
    const { personId } = await registered({ name: 'Ung Mangefold' });
    expect((await search('BIF', 'Mangefold')).body.items).toHaveLength(20);
    const { body } = await search('BIF', 'Mangefold');
    expect([body.items[0]!.personId, body.items[0]!.exact, body.more]).toEqual([personId, true, true]);
  });

  it('is logged before it is answered, found or not, with what was looked for sealed', async () => {
    const { personId, caseId } = await registered({ name: 'Logget Søgeperson' });
    await search('gadeteam', 'Logget Soegeperson');
    await search('gadeteam', 'Findesikke');
    const entries = (await accessLogOf(server, 'gadeteam')).filter(({ data }) => data['purpose'] === 'person.search');
    expect(entries.map(({ type }) => type)).toEqual(['PersonalDataSearched', 'PersonalDataSearched']);
    const text = { criterion: { v: 1 } };
    expect(entries.map(({ data }) => data)).toMatchObject([
      {
        personIds: [personId],
        caseIds: [caseId],
        fieldClasses: ['identity'],
        policies: ['case.search', 'text.participant'],
        text,
      },
      { personIds: [], caseIds: [], text },
    ]);
    expect(JSON.stringify(entries)).not.toMatch(/Logget|Soegeperson|Findesikke/);
  });

  it('follows a correction at once, and refuses what is no word', async () => {
    const { personId } = await registered({ name: 'Forkert Søgeperson' });
    done(await server.call('SOF', 'POST', `/api/persons/${personId}/corrections`, { name: 'Rigtig Søgeperson' }));
    expect(await ids('SOF', 'Forkert')).toEqual([]);
    expect(await ids('SOF', 'Rigtig')).toEqual([personId]);
    for (const body of [{ name: '0101114000' }, { name: '' }, {}, { name: 'x'.repeat(101) }]) {
      const answer = await server.call('SOF', 'POST', '/api/persons/searches', body);
      expect(answer.status).toBe(400);
      expect(answer.text).not.toContain('0101114000');
    }
  });
});

describe('a person', () => {
  it('is one, however often the CPR number is registered, by however many at once', async () => {
    const cpr = newCpr();
    const both = [cpr, `${cpr.slice(0, 6)}-${cpr.slice(6)}`];
    // More than there are connections: those who wait must not starve the one whose turn it is.
    const tasks = Array.from(
      { length: 40 },
      (_, i) => () => register(i % 2 ? 'BIF' : 'police', { name: 'Ung Testperson', cpr: both[i % 2] }),
    );
    const others = Array.from({ length: 20 }, () => () => register('coordinator', newIdentity()));
    const answers = (await inParallel([...tasks, ...others], 60)).map((answer) => done<{ id: string }>(answer).id);
    expect(new Set(answers.slice(0, 40)).size).toBe(1);
    expect(new Set(answers).size).toBe(21);
    expect(await types(server, `person-${answers[0]!}`)).toEqual(['PersonRegistered']);
  }, 60_000);

  it('is looked up by those who may see a case of theirs; not known and not visible look the same', async () => {
    const visible = await lookUp('SOF', '050208-4245');
    expect(visible.body).toMatchObject({ found: true, caseIds: [demoId('case 5')], person: { addressProtected: true } });
    expect(visible.text).not.toContain('KANARIE-adresse');
    const [hidden, unknown] = [await lookUp('BIF', '0502084245'), await lookUp('BIF', newCpr())];
    expect(hidden.body).toEqual({ found: false, caseIds: [] });
    expect([hidden.status, hidden.text]).toEqual([unknown.status, unknown.text]);
    // Every search is logged, its criterion sealed.
    const [entry] = (await accessLogOf(server, 'sof')).filter(({ data }) => data['purpose'] === 'person.look-up');
    expect(entry).toMatchObject({ type: 'PersonalDataSearched' });
    expect(entry!.data).toMatchObject({ caseIds: [demoId('case 5')], text: { criterion: { v: 1 } } });
    const searches = (await accessLogOf(server, 'bif')).filter(({ data }) => data['purpose'] === 'person.look-up');
    expect(searches).toHaveLength(2);
    expect(JSON.stringify([entry, searches])).not.toContain('0502084245');
  });

  it('registered once more by somebody who may not see them answers as a new one does', async () => {
    const fields = { name: 'Ung Testperson' };
    for (const over of [{}, { addressProtected: true }]) {
      const known = await register('BIF', { ...fields, cpr: '050208-4245', ...over });
      const unknown = await register('BIF', { ...fields, cpr: newCpr(), ...over });
      const shape = ({ status, body }: { status: number; body: object }) => {
        // What is said of the number is said of what was typed, not of the person.
        const { id, stream, position, warnings: _, ...rest } = body as Record<string, string>;
        return [status, stream === `person-${id}`, typeof position, rest];
      };
      expect(shape(known)).toEqual(shape(unknown));
      expect(known.body.id).toBe(demoId('person 5'));
    }
  });

  it('registered once more with a protected address is protected from then on', async () => {
    const identity = { ...newIdentity(), address: 'Demovej 1, HEMMELIG-ADRESSE' };
    const { id } = done<{ id: string }>(await register('coordinator', identity));
    done(await register('BIF', { name: 'Ung Testperson', cpr: identity.cpr, addressProtected: true }));
    expect(await types(server, `person-${id}`)).toEqual(['PersonRegistered', 'AddressProtected']);
  });

  it('is corrected, and the address protected: then nobody is given it', async () => {
    const { personId, caseId } = await newCase(server);
    const path = `/api/persons/${personId}`;
    done(await server.call('SOF', 'POST', `${path}/corrections`, { address: 'HEMMELIG-ADRESSE', phone: '00000001' }));
    expect((await server.call('SOF', 'GET', path)).body).toMatchObject({ address: 'HEMMELIG-ADRESSE', addressProtected: false });
    done(await server.call('coordinator', 'PUT', `${path}/address-protection`));
    for (const user of ['SOF', 'coordinator']) {
      for (const where of [path, `/api/cases/${caseId}`, `/api/cases?limit=200`, `/api/cases/${caseId}/timeline`])
        expect((await server.call(user, 'GET', where)).text).not.toContain('HEMMELIG-ADRESSE');
    }
    done(await server.call('coordinator', 'POST', `${path}/corrections`, { removed: ['phone'] }));
    expect((await server.call('SOF', 'GET', path)).body).not.toHaveProperty('phone');
    const stored = await events(server, `person-${personId}`);
    expect(stored.map(({ type }) => type)).toEqual([
      'PersonRegistered',
      'PersonCorrected',
      'AddressProtected',
      'PersonCorrected',
    ]);
    expect(JSON.stringify(stored)).not.toMatch(/HEMMELIG|Testperson|00000001/);
  });

  it('with a CPR number that fails modulus 11 is registered, with a warning to who typed it', async () => {
    const warned = await register('coordinator', { name: 'Ung Testperson', cpr: '010111-4999' });
    expect(warned.status).toBe(201);
    expect(warned.body).toMatchObject({ warnings: [{ code: 'cpr.modulus11' }] });
    expect(warned.text).not.toContain('4999');
    const right = await register('coordinator', { name: 'Ung Testperson', cpr: '070761-4285' });
    expect(right.body).not.toHaveProperty('warnings');
    // The same for one that is known.
    expect((await register('BIF', { name: 'Ung Testperson', cpr: '0101114999' })).body).toMatchObject({
      warnings: [{ code: 'cpr.modulus11' }],
    });
  });

  it('is not repeated in an error, by value or by name', async () => {
    const bodies = [
      { cpr: 'KANARIE-fejl' },
      { name: 'KANARIE-fejl'.repeat(50) },
      { name: 'Ung', birthDate: 'KANARIE-fejl' },
      { name: 'Ung', 'KANARIE-fejl': 1 },
      { name: 'Ung', '010203-1234': 'x' },
      { name: { 'KANARIE-fejl': ['KANARIE-fejl'] } },
      { name: 'Ung', birthDate: '2999-01-01' },
    ];
    for (const body of bodies) {
      const answer = await register('coordinator', body);
      expect([400, 422]).toContain(answer.status);
      expect(answer.headers.get('content-type')).toBe('application/problem+json; charset=utf-8');
      expect(answer.text).not.toMatch(/KANARIE|010203|2999/);
    }
    const misspelt = await register('coordinator', { nmae: 'Ung' });
    expect(misspelt.body.errors).toEqual(['nmae is not a field here']);
  });
});
