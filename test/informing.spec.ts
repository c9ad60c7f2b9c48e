// Telling the young person over HTTP (rule 14): recorded, postponed, shown on the person, and listed while nobody has.
import { accessLogOf, day, done, events, newCase, types } from './support/flow.js';
import { startTestServer, type TestServer } from './support/server.js';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
}, 60_000);
afterAll(() => server.stop());

interface Uninformed {
  readonly personId: string;
  readonly name: string;
  readonly caseIds: string[];
  readonly dueOn: string;
  readonly overdue: boolean;
  readonly postponed?: { readonly ground: string; readonly reviewOn: string };
}
const uninformed = async (user: string, personId: string): Promise<Uninformed | undefined> => {
  for (let after = ''; ;) {
    const path = `/api/persons/uninformed?limit=100${after && `&after=${after}`}`;
    const { items, next } = done<{ items: Uninformed[]; next?: string }>(await server.call(user, 'GET', path));
    const found = items.find((item) => item.personId === personId);
    if (found || next === undefined) return found;
    after = next;
  }
};
const informed = { informedOn: day(), means: 'letter', note: 'HEMMELIG-brev' };
const postponed = { ground: 'private-interests', reviewOn: day(30), reason: 'HEMMELIG-grund' };
const inform = (user: string, personId: string, over: object = {}) =>
  server.call<{ rule?: string }>(user, 'POST', `/api/persons/${personId}/informing`, { ...informed, ...over });
const postpone = (user: string, personId: string, over: object = {}) =>
  server.call<{ rule?: string }>(user, 'POST', `/api/persons/${personId}/informing-postponement`, { ...postponed, ...over });

it('a person is on the list until informed, and shows what was told', async () => {
  const { personId, caseId } = await newCase(server);
  expect(await uninformed('coordinator', personId)).toMatchObject({ caseIds: [caseId], overdue: false });
  done(await inform('projectLead', personId));
  expect(await uninformed('coordinator', personId)).toBeUndefined();
  const { body } = await server.call('SOF', 'GET', `/api/persons/${personId}`);
  expect(body).toMatchObject({ informing: { informed: { informedOn: day(), means: 'letter', note: 'HEMMELIG-brev' } } });
  expect(JSON.stringify(await events(server, `person-${personId}`))).not.toContain('HEMMELIG');
  expect((await postpone('coordinator', personId)).body.rule).toBe('informing.done');
  expect((await inform('coordinator', personId, { informedOn: day(1) })).body.rule).toBe('informing.date');
  expect((await inform('coordinator', personId, { means: 'rumour' })).status).toBe(400);
});

it('a postponement keeps off the list until its review date has come', async () => {
  const { personId } = await newCase(server);
  done(await postpone('coordinator', personId));
  expect(await uninformed('projectLead', personId)).toBeUndefined();
  const { body } = await server.call('coordinator', 'GET', `/api/persons/${personId}`);
  expect(body).toMatchObject({ informing: { postponed: { ground: 'private-interests', reason: 'HEMMELIG-grund' } } });
  done(await postpone('coordinator', personId, { reviewOn: day() }));
  expect(await uninformed('projectLead', personId)).toMatchObject({ postponed: { reviewOn: day() } });
  expect((await postpone('coordinator', personId, { reviewOn: day(-1) })).body.rule).toBe('informing.review');
});

it('the list is for those who lead a case, logged, and leaves out who is excluded', async () => {
  const { personId, caseId } = await newCase(server);
  for (const user of ['SOF', 'police', 'auditor', 'partner', 'administrator', 'steeringMember'])
    for (const { status } of [await inform(user, personId), await server.call(user, 'GET', '/api/persons/uninformed')])
      expect(status).toBe(403);
  const log = await accessLogOf(server, 'coordinator');
  done(await server.call('coordinator', 'GET', '/api/persons/uninformed?limit=200'));
  const [entry, ...rest] = (await accessLogOf(server, 'coordinator')).slice(log.length);
  expect(rest).toEqual([]);
  expect(entry!.data).toMatchObject({ purpose: 'persons.uninformed', policies: ['case.inform'] });
  done(await server.call('coordinator', 'POST', `/api/cases/${caseId}/exclusions`, { userId: 'project-lead', ground: 'Fætter' }));
  expect(await uninformed('projectLead', personId)).toBeUndefined();
  expect((await inform('projectLead', personId)).status).toBe(404);
  expect(await uninformed('coordinator', personId)).toBeDefined();
});

it('two registrations of one person are told once', async () => {
  const [one, other] = [await newCase(server), await newCase(server)];
  const body = { intoPersonId: other.personId, reason: 'Samme' };
  done(await server.call('coordinator', 'POST', `/api/persons/${one.personId}/merge`, body));
  expect(await uninformed('coordinator', one.personId)).toBeUndefined();
  expect((await uninformed('coordinator', other.personId))!.caseIds.sort()).toEqual([one.caseId, other.caseId].sort());
  done(await inform('coordinator', one.personId));
  expect(await uninformed('coordinator', other.personId)).toBeUndefined();
  for (const { personId } of [one, other])
    expect((await server.call('coordinator', 'GET', `/api/persons/${personId}`)).body).toMatchObject({
      informing: { informed: { informedOn: day() } },
    });
  // Taken apart again, the alias was told by nobody.
  done(await server.call('coordinator', 'POST', `/api/persons/${one.personId}/merge-undoing`, { reason: 'To' }));
  expect(await uninformed('coordinator', one.personId)).toBeDefined();
});

it('who was told while two were one is not known when they are two: neither counts, and the same can be recorded of the one', async () => {
  const [alias, stays] = [await newCase(server), await newCase(server)];
  const body = { intoPersonId: stays.personId, reason: 'Samme' };
  done(await server.call('coordinator', 'POST', `/api/persons/${alias.personId}/merge`, body));
  done(await inform('coordinator', alias.personId));
  done(await server.call('coordinator', 'POST', `/api/persons/${alias.personId}/merge-undoing`, { reason: 'To' }));
  for (const { personId } of [alias, stays]) expect(await uninformed('coordinator', personId)).toBeDefined();
  const shown = async () =>
    (await server.call<{ informing: object }>('coordinator', 'GET', `/api/persons/${stays.personId}`)).body;
  expect((await shown()).informing).toEqual({ inDoubt: true });
  const report = async () => {
    const request = { personId: stays.personId, receivedOn: day() };
    const { id } = done(await server.call('coordinator', 'POST', '/api/access-requests', request));
    const issued = done(await server.call('coordinator', 'POST', `/api/access-requests/${id}/reports`));
    return (await server.call('coordinator', 'GET', `/api/access-requests/${id}/reports/${issued.id}`)).text;
  };
  expect(await report()).toContain('Det er ikke noteret, at du er oplyst');
  for (const _ of [1, 2]) done(await inform('coordinator', stays.personId));
  expect((await types(server, `person-${stays.personId}`)).filter((type) => type === 'PersonInformed')).toHaveLength(2);
  expect((await shown()).informing).toMatchObject({ informed: { informedOn: day() } });
  expect((await shown()).informing).not.toHaveProperty('inDoubt');
  expect(await uninformed('coordinator', stays.personId)).toBeUndefined();
  expect(await uninformed('coordinator', alias.personId)).toBeDefined();
  expect(await report()).not.toContain('Det er ikke noteret, at du er oplyst');
  // Told before they were merged: known still.
  done(await server.call('coordinator', 'POST', `/api/persons/${alias.personId}/merge`, body));
  done(await server.call('coordinator', 'POST', `/api/persons/${alias.personId}/merge-undoing`, { reason: 'To' }));
  expect(await uninformed('coordinator', stays.personId)).toBeUndefined();
});

it('after a month without a word the person shows as overdue', async () => {
  // Due on 2 April, Maundy Thursday: told in time on the first working day after Easter.
  const later = await startTestServer({ now: new Date('2026-03-02T09:00:00.000Z') });
  try {
    const { personId } = await newCase(later);
    done(await later.call('administrator', 'POST', '/demo/clock', { days: 36 }));
    const found = async (id: string) =>
      done<{ items: Uninformed[] }>(await later.call('coordinator', 'GET', '/api/persons/uninformed?limit=200')).items.find(
        (item) => item.personId === id,
      );
    expect(await found(personId)).toMatchObject({ dueOn: '2026-04-07', overdue: false });
    done(await later.call('administrator', 'POST', '/demo/clock', { days: 1 }));
    expect(await found(personId)).toMatchObject({ overdue: true });
    // The month runs from when the person was first registered, also when a later registration is the one that is shown.
    const again = await newCase(later);
    expect(await found(again.personId)).toMatchObject({ overdue: false });
    const body = { intoPersonId: again.personId, reason: 'Samme' };
    done(await later.call('coordinator', 'POST', `/api/persons/${personId}/merge`, body));
    expect(await found(again.personId)).toMatchObject({ overdue: true });
  } finally {
    await later.stop();
  }
}, 60_000);
