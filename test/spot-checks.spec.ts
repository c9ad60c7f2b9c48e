// Rule 10: every week some look-ups are drawn that nobody could foresee; what an agenda or an own action explains is marked, and
// somebody asks about the rest. Who has the log draws the same again.
import { DEMO_GROUP } from '../apps/api/src/demo/users.js';
import { done, events, newAction, newCase, type Receipt } from './support/flow.js';
import { startTestServer, type TestServer } from './support/server.js';

/** A Wednesday; the group meets on Tuesdays, and its next meeting is too far away to explain anything today. */
const NOW = new Date('2026-11-18T08:00:00.000Z');
const WEEK = '2026-11-16-2026-11-22-20';
const NOTE = 'KANARIE-stik: havde forvekslet sagen med en anden';

interface LookUp {
  readonly eventId: string;
  readonly at: string;
  readonly userId: string;
  readonly purpose: string;
  readonly caseIds: readonly string[];
  readonly explained: boolean;
  readonly because: readonly { why: string; id: string }[];
  readonly yours: boolean;
  readonly review?: { outcome: string; reviewedBy: string; note?: string | null };
}
interface Check {
  readonly spotCheckId: string;
  readonly from: string;
  readonly to: string;
  readonly drawnBy: string;
  readonly population: number;
  readonly drawn: number;
  readonly unexplained: number;
  readonly waiting: number;
  readonly alarm: boolean;
  readonly lookUps: readonly LookUp[];
}

let server: TestServer;
let own: string;
let onAgenda: string;
let nobodys: string;
let meetingId: string;
let actionId: string;

const read = async (user: string, caseId: string) => done(await server.call(user, 'GET', `/api/cases/${caseId}`));
const advance = async (days: number) => done(await server.call('administrator', 'POST', '/demo/clock', { days }));
const one = async (id = WEEK, user = 'auditor') => done<Check>(await server.call(user, 'GET', `/api/spot-checks/${id}`));
const list = async (query = '', user = 'auditor') =>
  done<{ items: Check[] }>(await server.call(user, 'GET', `/api/spot-checks?${query}`)).items;
const draw = (body: object = {}, user = 'auditor') =>
  server.call<Receipt & { rule: string }>(user, 'POST', '/api/spot-checks', body);
const verify = async (user = 'auditor') =>
  done<Record<string, boolean>>(await server.call(user, 'GET', `/api/spot-checks/${WEEK}/verification`));
const lookAt = async (userId: string, caseId: string) =>
  (await one()).lookUps.find((each) => each.userId === userId && each.caseIds.includes(caseId))!;
const review = (eventId: string, body: object = {}, user = 'auditor', id = WEEK) =>
  server.call<{ rule: string }>(user, 'POST', `/api/spot-checks/${id}/look-ups/${eventId}/outcome`, {
    ...{ outcome: 'not-justified', note: NOTE },
    ...body,
  });

beforeAll(async () => {
  server = await startTestServer({ now: NOW });
  [{ caseId: own }, { caseId: onAgenda }, { caseId: nobodys }] = [
    await newCase(server),
    await newCase(server),
    await newCase(server),
  ];
  actionId = await newAction(server, own, { deadline: '2026-12-01' });
  done(await server.call('SOF', 'POST', `/api/cases/${own}/actions/${actionId}/acceptance`));
  const meeting = { groupId: DEMO_GROUP, localDate: '2026-11-19', startTime: '15:00' };
  meetingId = done(await server.call('coordinator', 'POST', '/api/meetings', meeting)).id;
  done(await server.call('coordinator', 'POST', `/api/meetings/${meetingId}/agenda/items`, { caseId: onAgenda }));
  await read('SOF', own);
  await read('jobcenter', onAgenda);
  await read('jobcenter', own);
  done(await server.call('BUF', 'GET', '/api/cases'));
  await read('coordinator', nobodys);
  await read('police', nobodys);
  done(await server.call('auditor', 'GET', '/api/access-log/reasons'));
  expect((await server.call('police', 'GET', '/api/cases/6f9619ff-8b86-4d01-b42d-00cf4fc964ff')).status).toBe(404);
  await advance(5); // Monday
  await read('BIF', nobodys); // not of that week
}, 60_000);
afterAll(() => server.stop());

describe('the spot check of the week', () => {
  it('is drawn by itself when the week is over, once', async () => {
    await advance(0);
    const [check] = await list();
    expect(check).toMatchObject({ spotCheckId: WEEK, from: '2026-11-16', to: '2026-11-22', drawnBy: 'fremdrift' });
    expect((await events(server, `spotCheck-${WEEK}`)).map(({ type }) => type)).toEqual(['SpotCheckDrawn']);
  });

  it('is of look-ups of that week: nothing later, and no refusal', async () => {
    const { population, drawn, lookUps } = await one();
    const logged = await server.owner<{ type: string }>(
      `select type from event_store.events where stream like 'access-%' and metadata::json ->> 'at' < '2026-11-22T23:00:00.000Z'`,
    );
    expect(logged.map(({ type }) => type)).toContain('AccessRefused');
    expect(population).toBe(logged.filter(({ type }) => type.startsWith('PersonalData')).length);
    // There are fewer than twenty, so that all of them are in it.
    expect([drawn, lookUps.length]).toEqual([population, population]);
    expect(lookUps.filter(({ userId }) => userId === 'bif')).toEqual([]);
    expect(new Set(lookUps.map(({ at }) => at.slice(0, 10)))).toEqual(new Set(['2026-11-18']));
  });

  it('marks what an own action, an agenda or own work explains, and nothing else', async () => {
    expect(await lookAt('sof', own)).toMatchObject({ explained: true, because: [{ why: 'own-action', id: actionId }] });
    expect(await lookAt('jobcenter', onAgenda)).toMatchObject({ explained: true, because: [{ why: 'agenda', id: meetingId }] });
    expect(await lookAt('coordinator', nobodys)).toMatchObject({ explained: true, because: [{ why: 'own-work' }] });
    for (const [user, caseId] of [
      ['police', nobodys],
      ['jobcenter', own],
    ] as const)
      expect(await lookAt(user, caseId)).toMatchObject({ explained: false, because: [], yours: true });
    // A list that the agenda explains in part.
    expect(await lookAt('buf', onAgenda)).toMatchObject({ explained: false, because: [] });
    // With the auditor's own view of reasons. Who registered somebody had to look for the number.
    expect(await one()).toMatchObject({ unexplained: 4, waiting: 4 });
    const searches = (await one()).lookUps.filter(({ purpose }) => purpose === 'person.register');
    expect(searches.map(({ because }) => because[0]!.why)).toEqual(['own-work', 'own-work', 'own-work']);
  });

  it('shows persons by pseudonym, and is read as the access log is: without an entry of its own', async () => {
    const before = await server.ports.store.head();
    const { text } = await server.call('externalAuditor', 'GET', `/api/spot-checks/${WEEK}`);
    expect(text).not.toMatch(/Testperson/);
    await one();
    expect(await server.ports.store.head()).toBe(before);
    for (const user of ['coordinator', 'hotspotChief', 'police', 'partner', 'administrator'])
      expect((await server.call(user, 'GET', `/api/spot-checks/${WEEK}`)).status).toBe(403);
    expect((await server.call('auditor', 'GET', '/api/spot-checks/2026-11-09-2026-11-15-20')).status).toBe(404);
  });
});

describe('drawing by hand', () => {
  it('of the same period and size is the same spot check', async () => {
    const { status, body } = await draw(); // the last seven days are last week
    expect([status, body.id, body.repeated]).toEqual([201, WEEK, false]);
    expect(await events(server, `spotCheck-${WEEK}`)).toHaveLength(1);
  });
  it('draws less of the same, never something else', async () => {
    const { id } = done(await draw({ size: 3 }));
    const ids = ({ lookUps }: Check) => lookUps.map(({ eventId }) => eventId);
    expect(ids(await one(id))).toEqual(ids(await one()).slice(0, 3));
    expect((await list()).map(({ spotCheckId }) => spotCheckId).sort()).toEqual([WEEK, id].sort());
    // Of the same day in a period of another length it is the same order.
    const day = done(await draw({ from: '2026-11-18', to: '2026-11-18', size: 3 }));
    expect(ids(await one(day.id))).toEqual(ids(await one(id)));
  });
  it('is of days that are over', async () => {
    for (const body of [{ to: '2026-11-23' }, { from: '2026-10-01', to: '2026-11-22' }, { from: '2026-11-22', to: '2026-11-20' }])
      expect((await draw(body)).body.rule).toBe('spot-check.period');
    expect((await draw({ size: 51 })).status).toBe(400);
  });
  it('of a period without look-ups finds none', async () => {
    const { id } = done(await draw({ from: '2026-10-01', to: '2026-10-07' }));
    expect(await one(id)).toMatchObject({ population: 0, drawn: 0, lookUps: [] });
  });
  it('is for auditors of the municipality', async () => {
    for (const user of ['externalAuditor', 'hotspotChief', 'police', 'administrator', 'partner'])
      expect([user, (await draw({ size: 7 }, user)).status]).toEqual([user, 403]);
  });
});

describe('the outcome', () => {
  it('needs words, and is never by whose look-up it is', async () => {
    const { eventId } = await lookAt('police', nobodys);
    expect((await review(eventId, { note: 'ok' })).body.rule).toBe('spot-check.note');
    expect((await review(eventId, { outcome: 'fine' })).status).toBe(400);
    expect((await review(eventId, {}, 'externalAuditor')).status).toBe(403);
    const mine = (await one()).lookUps.find(({ userId }) => userId === 'auditor')!;
    expect(mine).toMatchObject({ purpose: 'access-log.reasons', explained: false, yours: false });
    expect((await review(mine.eventId)).body.rule).toBe('spot-check.own');
    expect((await review('6f9619ff-8b86-4d01-b42d-00cf4fc964ff')).status).toBe(404);
  });

  it('is recorded sealed, waits no longer, and the first holds', async () => {
    const { waiting } = await one();
    const { eventId } = await lookAt('police', nobodys);
    done(await review(eventId));
    done(await review(eventId)); // the same again
    expect(await lookAt('police', nobodys)).toMatchObject({
      ...{ yours: false, review: { reviewedBy: 'auditor', outcome: 'not-justified', note: NOTE } },
    });
    expect((await one()).waiting).toBe(waiting - 1);
    expect((await review(eventId, { outcome: 'justified' })).body.rule).toBe('spot-check.reviewed');
    const stored = await events(server, `spotCheck-${WEEK}`);
    expect(stored.map(({ type }) => type)).toEqual(['SpotCheckDrawn', 'LookUpReviewed']);
    expect(stored[1]!.data).toMatchObject({ eventId, subject: { id: 'access-log', scope: '2026-11' } });
    expect(JSON.stringify(stored)).not.toContain('KANARIE');
    // An external auditor sees that somebody asked and what came of it, without the words.
    const seen = (await one(WEEK, 'externalAuditor')).lookUps.find((each) => each.eventId === eventId)!;
    expect(seen.review).toEqual({ reviewedBy: 'auditor', outcome: 'not-justified', at: expect.any(String) as string });
  });

  it('holds in every spot check that drew the look-up', async () => {
    const { id } = done(await draw({ size: 19 }));
    const { eventId } = await lookAt('police', nobodys);
    expect((await one(id)).lookUps.find((each) => each.eventId === eventId)!.review).toMatchObject({ outcome: 'not-justified' });
    expect((await review(eventId, { outcome: 'justified' }, 'auditor', id)).body.rule).toBe('spot-check.reviewed');
    expect((await one(id)).waiting).toBe((await one()).waiting);
  });

  it('is asked for after fourteen days', async () => {
    const ready = async () =>
      done<{ status: string; parts: Record<string, string> }>(await server.call(undefined, 'GET', '/health/ready'));
    expect((await ready()).parts['spotChecks']).toBe('up');
    expect((await list('waiting=true')).some(({ alarm }) => alarm)).toBe(false);
    await advance(15);
    expect(await ready()).toMatchObject({ status: 'ready', parts: { spotChecks: 'up, with overdue reviews' } });
    expect((await list('waiting=true')).find(({ spotCheckId }) => spotCheckId === WEEK)!.alarm).toBe(true);
    const quiet = (await list('waiting=false')).map(({ spotCheckId }) => spotCheckId);
    expect(quiet).toContain('2026-10-01-2026-10-07-20');
    expect(quiet).not.toContain(WEEK);
  });
});

describe('whoever has the log', () => {
  it('draws the same again', async () => {
    for (const user of ['auditor', 'externalAuditor'])
      expect(await verify(user)).toEqual({ spotCheckId: WEEK, reproduced: true, seeds: true, population: true, sample: true });
  });
  it('sees that an entry was changed or dropped', async () => {
    const { eventId } = await lookAt('police', nobodys);
    const stamp = (at: string) =>
      server.owner(
        `update event_store.events set metadata = replace(metadata, '"at":"2026-', '"at":"${at}-') where id = '${eventId}'`,
      );
    await stamp('2025');
    expect(await verify()).toMatchObject({ reproduced: false, seeds: true, population: false, sample: false });
    await server.owner(
      `update event_store.events set metadata = replace(metadata, '"at":"2025-', '"at":"2026-') where id = '${eventId}'`,
    );
    expect(await verify()).toMatchObject({ reproduced: true });
  });
});
