// Turning 18, moving to another municipality, death: what follows by itself, over HTTP and with the clock.
import { DEMO_GROUP } from '../apps/api/src/demo/users.js';
import { accessLogOf, done, events, newAction, newCase, newIdentity, types } from './support/flow.js';
import { startTestServer, type TestServer } from './support/server.js';

/** A Monday, noon in Copenhagen. */
const NOW = new Date('2026-02-23T11:00:00.000Z');
let server: TestServer;
let today = '2026-02-23';
beforeAll(async () => {
  server = await startTestServer({ now: NOW });
}, 60_000);
afterAll(() => server.stop());

const as = async <T = { id: string }>(user: string, method: string, path: string, body?: unknown): Promise<T> =>
  done<T>(await server.call(user, method, path, body));
const forward = async (days: number) => {
  await as('administrator', 'POST', '/demo/clock', { days });
  today = (await as<{ today: string }>('coordinator', 'GET', '/api/me')).today;
};
const bornOn = async (birthDate: string) => {
  const { id } = await as('coordinator', 'POST', '/api/persons', { name: 'Ung Testperson', birthDate });
  const body = { personId: id, groupId: DEMO_GROUP, areaId: 'akacieparken', responsibleOrganisationId: 'sof', open: true };
  return { personId: id, caseId: (await as('coordinator', 'POST', '/api/cases', body)).id };
};
interface Proposed {
  readonly caseId: string;
  readonly proposals: { readonly proposal: string; readonly since: string }[];
}
const proposals = async (caseId: string, user = 'coordinator') =>
  (await as<{ items: Proposed[] }>(user, 'GET', '/api/life-events?limit=200')).items.find((row) => row.caseId === caseId)
    ?.proposals;
const reasons = async (caseId: string) => {
  const { meetingId } = await as<{ meetingId: string }>('coordinator', 'GET', '/api/meetings/next');
  const path = `/api/meetings/${meetingId}/agenda`;
  const { items } = await as<{ items: { caseId: string; why: { reason: string }[] }[] }>('coordinator', 'GET', path);
  return items.find((item) => item.caseId === caseId)?.why.map(({ reason }) => reason) ?? [];
};
const ofAge = async (personId: string) =>
  (await types(server, `person-${personId}`)).filter((type) => type === 'PersonCameOfAge').length;

describe('turning 18', () => {
  it('is found on the day, once, without a date in the clear; also on 29 February and after an outage', async () => {
    const inTwoDays = await bornOn('2008-02-25');
    const leap = await bornOn('2008-02-29');
    const adult = await bornOn('2008-02-22');
    const nextYear = await bornOn('2009-02-25');
    await forward(1);
    expect([await ofAge(inTwoDays.personId), await ofAge(adult.personId)]).toEqual([0, 0]);
    await forward(1);
    expect(await ofAge(inTwoDays.personId)).toBe(1);
    expect((await events(server, `person-${inTwoDays.personId}`)).at(-1)).toMatchObject({
      data: { personId: inTwoDays.personId },
    });
    expect(JSON.stringify((await events(server, `person-${inTwoDays.personId}`)).at(-1)!.data)).not.toMatch(/20\d\d-/);
    expect(await reasons(inTwoDays.caseId)).toContain('came-of-age');
    expect(await proposals(inTwoDays.caseId)).toEqual([
      expect.objectContaining({ proposal: 'look-at-basis', since: '2026-02-25' }),
    ]);

    await forward(3); // 28 February
    expect([today, await ofAge(leap.personId)]).toEqual(['2026-02-28', 0]);
    await forward(1);
    expect([today, await ofAge(leap.personId)]).toEqual(['2026-03-01', 1]);
    await forward(1);
    expect([await ofAge(leap.personId), await ofAge(inTwoDays.personId), await ofAge(adult.personId)]).toEqual([1, 1, 0]);
    expect(await ofAge(nextYear.personId)).toBe(0);
    await forward(370); // far past the day: the first look finds it
    expect(await ofAge(nextYear.personId)).toBe(1);
  });

  it('is found for a date of birth that was corrected', async () => {
    const { personId } = await bornOn('2015-01-01');
    const birthDate = `${Number(today.slice(0, 4)) - 18}${today.slice(4)}`;
    await forward(1);
    await as('coordinator', 'POST', `/api/persons/${personId}/corrections`, { birthDate });
    await forward(0);
    expect(await ofAge(personId)).toBe(0); // It was before the person was registered.
    await as('coordinator', 'POST', `/api/persons/${personId}/corrections`, {
      birthDate: `${Number(today.slice(0, 4)) - 18}${today.slice(4)}`,
    });
    await forward(0);
    expect(await ofAge(personId)).toBe(1);
  });
});

describe('moving to another municipality', () => {
  it('brings every live case on the next agenda, and proposes to close or hand over until it is closed', async () => {
    const { personId, caseId } = await newCase(server);
    const body = { movedOn: today, municipality: 'KANARIE-flyttekommune' };
    await as('projectLead', 'POST', `/api/persons/${personId}/move`, body);
    expect(await reasons(caseId)).toContain('person-moved');
    expect(await proposals(caseId)).toEqual([expect.objectContaining({ proposal: 'close-or-hand-over', since: today })]);
    expect(await proposals(caseId, 'BUF')).toHaveLength(1);
    const path = `/api/persons/${personId}/life-events`;
    expect((await server.call('SOF', 'GET', path)).text).toContain('KANARIE-flyttekommune');
    expect(JSON.stringify(await events(server, `person-${personId}`))).not.toContain('KANARIE');

    await as('coordinator', 'PUT', `/api/persons/${personId}/address-protection`);
    const withheld = await server.call<{ moved: object }>('SOF', 'GET', path);
    expect(withheld.text).not.toContain('KANARIE-flyttekommune');
    expect(withheld.body.moved).toMatchObject({ movedOn: body.movedOn });

    const { revision } = await as<{ revision: number }>('coordinator', 'GET', `/api/cases/${caseId}`);
    const close = { outcome: 'moved' };
    done(await server.call('coordinator', 'POST', `/api/cases/${caseId}/closing`, close, { 'if-match': `"${revision}"` }));
    expect(await proposals(caseId)).toBeUndefined();
    const share = {
      category: 'school',
      necessity: 'Skolen skal kende planen for at holde den',
      content: 'x',
      toOrganisationIds: ['buf'],
    };
    expect((await server.call('SOF', 'POST', `/api/cases/${caseId}/disclosures`, share)).status).toBe(422);
  });
});

describe('death', () => {
  it('closes every case with its outcome, ends what is open, and nobody is reminded or asked to inform', async () => {
    const { personId, caseId } = await newCase(server);
    await newAction(server, caseId, { deadline: today });
    const { id: waiting } = done(
      await server.call('coordinator', 'POST', '/api/cases', {
        ...{ personId, groupId: DEMO_GROUP, areaId: 'akacieparken', responsibleOrganisationId: 'buf' },
      }),
    );
    await as('coordinator', 'POST', `/api/persons/${personId}/death`, { diedOn: today });
    for (const id of [caseId, waiting])
      expect(await as('coordinator', 'GET', `/api/cases/${id}`)).toMatchObject({
        status: 'closed',
        outcome: 'died',
        openActions: 0,
      });
    expect((await types(server, `case-${caseId}`)).slice(-2)).toEqual(['ActionCancelled', 'CaseClosed']);
    const before = await server.ports.store.readAll('' as never, { filter: { streamPrefixes: ['chase-'] }, limit: 100_000 });
    await forward(30);
    const chased = await server.ports.store.readAll('' as never, { filter: { streamPrefixes: ['chase-'] }, limit: 100_000 });
    const about = (all: typeof before) => all.events.filter(({ data }) => JSON.stringify(data).includes(caseId)).length;
    expect(about(chased)).toBe(about(before));
    expect((await server.call('coordinator', 'GET', '/api/persons/uninformed?limit=200')).text).not.toContain(personId);
    expect(await reasons(caseId)).toEqual([]);
  });

  it('lets no case begin or go on; a mistake is retracted, and the case opened again by hand', async () => {
    const { personId, caseId } = await newCase(server);
    await as('hotspotChief', 'POST', `/api/persons/${personId}/death`, { diedOn: today });
    const body = { personId, groupId: DEMO_GROUP, areaId: 'akacieparken', responsibleOrganisationId: 'sof' };
    expect((await server.call<{ rule: string }>('coordinator', 'POST', '/api/cases', body)).body.rule).toBe('person.died');
    await as('coordinator', 'POST', `/api/cases/${caseId}/reopening`, { ground: 'Ved en fejl' });
    await forward(0);
    expect(await as('coordinator', 'GET', `/api/cases/${caseId}`)).toMatchObject({ status: 'closed', outcome: 'died' });

    const retraction = { lifeEvent: 'died', reason: 'En anden med samme navn' };
    await as('hotspotChief', 'POST', `/api/persons/${personId}/life-event-retraction`, retraction);
    await as('coordinator', 'POST', `/api/cases/${caseId}/reopening`, { ground: 'Ved en fejl' });
    await forward(0);
    expect(await as('coordinator', 'GET', `/api/cases/${caseId}`)).toMatchObject({ status: 'open' });
    expect((await server.call('coordinator', 'POST', '/api/cases', body)).status).toBe(201);
  });

  it('is recorded by who leads a case of the person, and by nobody else', async () => {
    const { personId } = await newCase(server);
    for (const user of ['SOF', 'police', 'auditor', 'partner'])
      expect((await server.call(user, 'POST', `/api/persons/${personId}/death`, { diedOn: today })).status).toBe(403);
    const { id } = done(await server.call('SOF', 'POST', '/api/persons', newIdentity()));
    expect((await server.call('coordinator', 'POST', `/api/persons/${id}/death`, { diedOn: today })).status).toBe(404);
    const path = `/api/persons/${personId}/death`;
    expect((await server.call<{ rule: string }>('coordinator', 'POST', path, { diedOn: '2099-01-01' })).body.rule).toBe(
      'life.date',
    );
  });
});

describe('of two registrations that were merged', () => {
  const merged = async (event: (personId: string) => Promise<unknown>) => {
    const [alias, shown] = [await newCase(server), await newCase(server)];
    await event(alias.personId);
    const body = { intoPersonId: shown.personId, reason: 'Samme person' };
    await as('coordinator', 'POST', `/api/persons/${alias.personId}/merge`, body);
    return { alias, shown };
  };
  const retract = (personId: string, lifeEvent: string) =>
    as('coordinator', 'POST', `/api/persons/${personId}/life-event-retraction`, { lifeEvent, reason: 'Det var en anden' });

  it('a death that was recorded of the alias is retracted by either id, and closes no case again', async () => {
    for (const by of ['alias', 'shown'] as const) {
      const both = await merged((personId) => as('coordinator', 'POST', `/api/persons/${personId}/death`, { diedOn: today }));
      await forward(0);
      const path = `/api/cases/${both.shown.caseId}`;
      expect(await as('coordinator', 'GET', path)).toMatchObject({ status: 'closed', outcome: 'died' });
      await retract(both[by].personId, 'died');
      expect(await as('coordinator', 'GET', `/api/persons/${both.shown.personId}/life-events`)).not.toHaveProperty('died');
      await as('coordinator', 'POST', `${path}/reopening`, { ground: 'Ved en fejl' });
      await forward(0);
      expect(await as('coordinator', 'GET', path)).toMatchObject({ status: 'open' });
    }
  });

  it('a move that was recorded of the alias asks of the cases of both, until it is retracted', async () => {
    const body = { movedOn: today, municipality: 'Prøveby Kommune' };
    const both = await merged((personId) => as('coordinator', 'POST', `/api/persons/${personId}/move`, body));
    for (const { caseId } of [both.alias, both.shown]) {
      expect(await reasons(caseId)).toContain('person-moved');
      expect(await proposals(caseId)).toEqual([expect.objectContaining({ proposal: 'close-or-hand-over', since: today })]);
    }
    await retract(both.shown.personId, 'moved');
    for (const { caseId } of [both.alias, both.shown]) {
      expect(await reasons(caseId)).not.toContain('person-moved');
      expect(await proposals(caseId)).toBeUndefined();
    }
  });

  it('a death that was recorded of both is retracted of both', async () => {
    const die = (personId: string) => as('coordinator', 'POST', `/api/persons/${personId}/death`, { diedOn: today });
    const [alias, shown] = [await newCase(server), await newCase(server)];
    for (const { personId } of [alias, shown]) await die(personId);
    const body = { intoPersonId: shown.personId, reason: 'Samme person' };
    await as('coordinator', 'POST', `/api/persons/${alias.personId}/merge`, body);
    for (const { personId } of [alias, shown]) await retract(personId, 'died');
    expect(await as('coordinator', 'GET', `/api/persons/${shown.personId}/life-events`)).not.toHaveProperty('died');
  });
});

it('what is shown of it is in the access log', async () => {
  const { personId } = await newCase(server);
  await as('coordinator', 'POST', `/api/persons/${personId}/move`, { movedOn: today, municipality: 'Prøveby' });
  await as('SOF', 'GET', `/api/persons/${personId}/life-events`);
  expect((await accessLogOf(server, 'sof')).at(-1)!.data).toMatchObject({
    ...{
      purpose: 'person.life-events',
      personIds: [personId],
      fieldClasses: ['location'],
      policies: ['case.participant', 'text.participant'],
    },
  });
});
