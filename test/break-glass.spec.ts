// An auditor of the municipality opens one person's identity for a while, with a reason; somebody else reviews it, or it alarms.
import { jest } from '@jest/globals';
import { DEMO_GROUP } from '../apps/api/src/demo/users.js';
import { accessLogOf, done, newCase, newCpr, newIdentity, type Recorded } from './support/flow.js';
import { startTestServer, type TestServer } from './support/server.js';

const NOW = new Date('2026-11-24T08:00:00.000Z');
const REASON = 'KANARIE-glas: borgeren klager, og navnet skal sammenholdes med klagen';
const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

let server: TestServer;
let time = NOW.getTime();
beforeAll(async () => {
  server = await startTestServer({ now: NOW });
  jest.spyOn(server.ports.clock, 'now').mockImplementation(() => new Date(time));
}, 60_000);
afterAll(() => server.stop());

interface Opened {
  readonly breakGlassId: string;
  readonly personId: string;
  readonly until: string;
}
interface Item extends Opened {
  readonly reason: string;
  readonly alarm: boolean;
  readonly yours: boolean;
  readonly review?: object;
}
const open = (personId: string, over: object = {}, user = 'auditor', headers = {}) =>
  server.call<Opened & { rule: string }>(user, 'POST', '/api/break-glass', { personId, reason: REASON, ...over }, headers);
const opened = async (over: object = {}) => {
  const { personId } = await newCase(server);
  return done<Opened>(await open(personId, over));
};
const look = (breakGlassId: string, user = 'auditor') =>
  server.call<{
    name: string;
    rule: string;
    detail: string;
    detailDa: string;
    withheldTexts: { path: string; reason: string }[];
  }>(user, 'GET', `/api/break-glass/${breakGlassId}/identity`);
const review = (breakGlassId: string, user: string, body: object = { verdict: 'justified' }) =>
  server.call<{ rule: string }>(user, 'POST', `/api/break-glass/${breakGlassId}/review`, body);
const list = async (user: string, query = 'unreviewed=true') =>
  done<{ items: Item[] }>(await server.call(user, 'GET', `/api/break-glass?limit=200&${query}`)).items;
const logged = async (user: string, type: string): Promise<Recorded[]> =>
  (await accessLogOf(server, user)).filter((entry) => entry.type === type);

describe('opening', () => {
  it('shows this identity to this auditor, and each look is in the access log', async () => {
    const { personId } = await newCase(server);
    const { breakGlassId, until } = done<Opened>(await open(personId));
    expect(Date.parse(until)).toBe(time + 60 * MINUTE);
    const before = (await logged('auditor', 'PersonalDataShown')).length;
    for (let i = 0; i < 2; i++) expect(done<{ name: string }>(await look(breakGlassId)).name).toMatch(/^Ung Testperson /);
    const looks = (await logged('auditor', 'PersonalDataShown')).slice(before);
    expect(looks.map(({ data }) => [data['purpose'], data['personIds'], data['policies']])).toEqual(
      [1, 2].map(() => ['break-glass.identity', [personId], ['break-glass.auditor']]),
    );
    // Not by the ordinary way, not to anybody else.
    expect((await server.call('auditor', 'GET', `/api/persons/${personId}`)).status).toBe(403);
    for (const user of ['externalAuditor', 'hotspotChief', 'partner', 'administrator', 'police'])
      expect((await look(breakGlassId, user)).status).toBe(403);
  });

  it('is an event with its reason sealed, and itself the review item', async () => {
    const { breakGlassId, personId, until } = await opened({ minutes: 5 });
    const entries = await logged('auditor', 'BreakGlassOpened');
    const entry = entries.find(({ data }) => data['breakGlassId'] === breakGlassId)!;
    expect(entry.data).toMatchObject({ personIds: [personId], until, purpose: 'break-glass.open' });
    expect(JSON.stringify(entry)).not.toContain('KANARIE');
    expect(await list('hotspotChief')).toContainEqual(expect.objectContaining({ breakGlassId, reason: REASON, yours: true }));
    expect(await list('auditor')).toContainEqual(expect.objectContaining({ breakGlassId, yours: false }));
  });

  it('needs a reason in words, a person who is there, and a case of the own authority', async () => {
    const { personId } = await newCase(server);
    expect((await open(personId, { reason: 'se ovenfor' })).body.rule).toBe('break-glass.reason');
    expect((await open(personId, { minutes: 61 })).status).toBe(400);
    expect((await open('6f9619ff-8b86-4d01-b42d-00cf4fc964ff')).status).toBe(404);
    const { id } = done(await server.call('coordinator', 'POST', '/api/persons', newIdentity()));
    expect((await open(id)).status).toBe(404);
  });

  it('is not for anybody else, partners never', async () => {
    const { personId } = await newCase(server);
    for (const user of [
      'externalAuditor',
      'partner',
      'politicalMember',
      'administrator',
      'coordinator',
      'hotspotChief',
      'police',
    ])
      expect([user, (await open(personId, {}, user)).status]).toEqual([user, 403]);
    expect((await open(personId, {}, 'externalAuditor')).status).toBe(403);
  });

  it('opens the identity, not where the person lives: withheld, protected or not', async () => {
    const { personId } = await newCase(server);
    const correct = { address: 'KANARIE-glas-adresse 1' };
    done(await server.call('coordinator', 'POST', `/api/persons/${personId}/corrections`, correct));
    const { breakGlassId } = done<Opened>(await open(personId));
    const reason = async () => (await look(breakGlassId)).body.withheldTexts.map((each) => `${each.path} ${each.reason}`);
    expect(await reason()).toEqual(['/address field-class']);
    done(await server.call('coordinator', 'PUT', `/api/persons/${personId}/address-protection`));
    expect(await reason()).toEqual(['/address address-protected']);
    expect((await look(breakGlassId)).text).not.toContain('KANARIE-glas-adresse');
  });

  it('ends when its time is over; the refusal is on record and says why', async () => {
    const { breakGlassId } = await opened({ minutes: 10 });
    time += 10 * MINUTE;
    const before = (await logged('auditor', 'AccessRefused')).length;
    const { status, body, text } = await look(breakGlassId);
    expect([status, body.rule]).toEqual([422, 'break-glass.over']);
    expect(text).not.toContain('Testperson');
    expect([body.detail, body.detailDa].every((said) => said.length > 10)).toBe(true);
    const refusals = (await logged('auditor', 'AccessRefused')).slice(before);
    expect(refusals.map(({ data }) => [data['action'], data['policies']])).toEqual([['breakGlass', ['break-glass.over']]]);
  });

  it('with the same key is the same opening, with another body refused', async () => {
    const { personId } = await newCase(server);
    const key = { 'idempotency-key': 'glas-1' };
    const first = done<Opened>(await open(personId, {}, 'auditor', key));
    time += MINUTE;
    expect(done<Opened>(await open(personId, {}, 'auditor', key))).toEqual(first);
    expect((await open(personId, { minutes: 5 }, 'auditor', key)).status).toBe(422);
    expect((await open(personId, { reason: `${REASON} igen` }, 'auditor', key)).status).toBe(422);
    const entries = (await logged('auditor', 'BreakGlassOpened')).filter((e) => e.data['breakGlassId'] === first.breakGlassId);
    expect(entries).toHaveLength(1);
  });
});

describe('the review', () => {
  it('is never by who opened it', async () => {
    const { breakGlassId } = await opened();
    const own = await review(breakGlassId, 'auditor');
    expect([own.status, own.body.rule]).toEqual([422, 'break-glass.own']);
    expect((await review(breakGlassId, 'coordinator')).status).toBe(403);
  });

  it('has a verdict, and words when it was not justified; the first holds', async () => {
    const { breakGlassId } = await opened();
    expect((await review(breakGlassId, 'hotspotChief', { verdict: 'not-justified' })).body.rule).toBe('break-glass.note');
    const verdict = { verdict: 'not-justified', note: 'KANARIE-glas-note: der var ingen klage' };
    for (let i = 0; i < 2; i++) done(await review(breakGlassId, 'hotspotChief', verdict));
    expect((await review(breakGlassId, 'hotspotChief')).body.rule).toBe('break-glass.reviewed');
    const reviews = (await logged('hotspot-chief', 'BreakGlassReviewed')).filter((e) => e.data['breakGlassId'] === breakGlassId);
    expect(reviews).toHaveLength(1);
    expect(JSON.stringify(reviews)).not.toContain('KANARIE');
    expect((await list('hotspotChief')).map((item) => item.breakGlassId)).not.toContain(breakGlassId);
    const item = (await list('auditor', '')).find((each) => each.breakGlassId === breakGlassId);
    expect(item?.review).toMatchObject({ by: 'hotspot-chief', ...verdict });
  });

  it('alarms after seven days: in the list, in /health/ready, and once in the log, without a person', async () => {
    const { breakGlassId, personId } = await opened();
    const ready = async () =>
      (await server.call<{ parts: Record<string, string> }>(undefined, 'GET', '/health/ready')).body.parts;
    const alarm = async () => (await list('hotspotChief')).find((each) => each.breakGlassId === breakGlassId)?.alarm;
    expect(await alarm()).toBe(false);
    time += 7 * DAY;
    expect(await alarm()).toBe(false);
    time += 1;
    expect(await alarm()).toBe(true);
    expect((await ready())['breakGlass']).toBe('up, with overdue reviews');

    const lines: unknown[] = [];
    const { ReviewWatch } = await import('../apps/api/src/audit/review-watch.js');
    const watch = new ReviewWatch(server.ports);
    jest.spyOn((watch as unknown as { logger: { error(line: string): void } }).logger, 'error').mockImplementation((line) => {
      lines.push(line);
    });
    await watch.look();
    await watch.look();
    expect(lines).toEqual([expect.stringMatching(/^\d+ openings of identities have not been reviewed for 7 days/)]);
    expect(String(lines)).not.toContain(personId);

    for (const item of await list('hotspotChief')) done(await review(item.breakGlassId, 'hotspotChief'));
    expect((await ready())['breakGlass']).toBe('up');
  });
});

describe('reasons', () => {
  it('of looks at somebody the auditor is too close to are not read by that auditor', async () => {
    const cpr = newCpr();
    const { id: personId } = done(
      await server.call('coordinator', 'POST', '/api/persons', { name: 'Fætter Kanariefætter', cpr }),
    );
    const referral = {
      groupId: DEMO_GROUP,
      areaId: 'akacieparken',
      responsibleOrganisationId: 'sof',
      open: true,
      organisationIds: ['hotspotsekretariatet', 'sof'],
    };
    const { id: caseId } = done(await server.call('coordinator', 'POST', '/api/cases', { personId, ...referral }));
    const search = () => server.call('coordinator', 'POST', '/api/persons/searches', { name: 'Kanariefætter' });
    const lookUp = () => server.call('BIF', 'POST', '/api/persons/look-up', { cpr });
    done(await search());
    done(await lookUp());
    const reasons = async () => {
      const { text, status } = await server.call('auditor', 'GET', `/api/access-log/reasons?personId=${personId}&limit=200`);
      return [status, /Kanariefætter/i.test(text), text.includes('PersonalDataSearched')];
    };
    // By number, and without a case to see: the person is nowhere in the entry but in what was looked for.
    const numbers = async () => {
      const { text } = await server.call('auditor', 'GET', '/api/access-log/reasons?userId=bif&limit=200');
      return text.includes(cpr);
    };
    expect(await reasons()).toEqual([200, true, true]);
    expect(await numbers()).toBe(true);
    const exclusion = { userId: 'auditor', ground: 'Fætter til den unge' };
    done(await server.call('coordinator', 'POST', `/api/cases/${caseId}/exclusions`, exclusion));
    done(await search());
    done(await lookUp());
    expect(await reasons()).toEqual([200, false, true]);
    expect(await numbers()).toBe(false);
  });

  it('of disclosures and of looks are read by auditors of the municipality, and the view is logged', async () => {
    const { caseId, personId } = await newCase(server);
    const disclosure = {
      ...{ category: 'school', toOrganisationIds: ['buf'], content: 'KANARIE-glas-indhold' },
      necessity: 'KANARIE-glas-nødvendigt: skolen skal kende planen for at holde den',
    };
    done(await server.call('SOF', 'POST', `/api/cases/${caseId}/disclosures`, disclosure));
    done(await server.call('SOF', 'POST', '/api/persons/searches', { name: 'Kanarieglas' }));
    done(await open(personId));

    const sharing = await server.call('auditor', 'GET', '/api/sharing-log/reasons?limit=200');
    expect(sharing.text).toContain('KANARIE-glas-nødvendigt');
    expect(sharing.text).not.toContain('KANARIE-glas-indhold');
    const access = await server.call('auditor', 'GET', '/api/access-log/reasons?limit=200');
    for (const text of ['Kanarieglas', REASON]) expect(access.text).toContain(text);
    const shown = (await logged('auditor', 'PersonalDataShown')).slice(-2).map(({ data }) => data);
    expect(shown.map(({ purpose }) => purpose)).toEqual(['sharing-log.reasons', 'access-log.reasons']);
    expect(shown[0]).toMatchObject({ policies: ['break-glass.reasons'], caseIds: expect.arrayContaining([caseId]) as unknown });
    expect(shown[1]!['personIds']).toEqual(expect.arrayContaining([personId]));

    for (const path of ['sharing-log', 'access-log']) {
      expect((await server.call('auditor', 'GET', `/api/${path}?limit=200`)).text).not.toMatch(/KANARIE-glas|Kanarieglas/);
      for (const user of ['externalAuditor', 'coordinator'])
        expect((await server.call(user, 'GET', `/api/${path}/reasons`)).status).toBe(403);
    }
  });
});
