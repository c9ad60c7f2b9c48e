// The programme in numbers, as partners and politicians see it: once a week, and nothing to be computed from it (rule 13).
import { addDays } from '@app/platform';
import { done, newAction, newCase } from './support/flow.js';
import { startTestServer, type TestServer } from './support/server.js';

interface Figures {
  readonly openCases: number | null;
  readonly openActions: number | null;
  readonly [figure: string]: unknown;
}
interface Overview {
  readonly week: string;
  readonly asOf: string;
  readonly total: Figures;
  readonly areas: readonly (Figures & { readonly areaId: string })[];
  readonly weeks: readonly string[];
}

/** A Tuesday of week 48. */
const START = new Date('2026-11-24T07:30:00.000Z');
let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ now: START });
}, 60_000);
afterAll(() => server.stop());

const get = async <T>(user: string, path: string): Promise<T> => done(await server.call<T>(user, 'GET', path));
const advance = async (days: number) => done(await server.call('coordinator', 'POST', '/demo/clock', { days }));
const numbersIn = (value: unknown): number[] =>
  typeof value === 'number'
    ? [value]
    : typeof value === 'object' && value !== null
      ? Object.values(value).flatMap(numbersIn)
      : [];

describe('the figures of a week', () => {
  it('stay as they were counted until the next one, whatever happens', async () => {
    const before = await get<Overview>('partner', '/api/overview');
    expect(before).toMatchObject({ week: '2026-W48', asOf: '2026-11-24', weeks: ['2026-W48'] });
    const events = (await server.ports.store.readStream('overview-2026-w48', {})).map(({ type }) => type);
    expect(events).toEqual(['OverviewPublished']);

    for (let i = 0; i < 12; i++) {
      const { caseId } = await newCase(server);
      await newAction(server, caseId, { deadline: addDays('2026-11-24', 1) });
    }
    await advance(5); // Sunday
    expect(await get<Overview>('partner', '/api/overview')).toEqual(before);
    await advance(1);
    const after = await get<Overview>('partner', '/api/overview');
    expect(after).toMatchObject({ week: '2026-W49', asOf: '2026-11-30', weeks: ['2026-W49', '2026-W48'] });
    const area = await get<Figures>('politicalMember', '/api/areas/akacieparken/overview');
    const { openCases, overdueActions } = (await server.readModels.countForOverview('2026-11-30')).get('akacieparken')!;
    const down = (n: number) => n - (n % 5);
    expect(area).toMatchObject({ week: '2026-W49', name: 'Akacieparken', openCases: down(openCases.count) });
    expect(area).toMatchObject({ overdueActions: down(overdueActions.count) });
    expect(overdueActions.count).toBeGreaterThanOrEqual(12);
    // The earlier week, still.
    expect(await get<Overview>('partner', '/api/overview?week=2026-W48')).toEqual({ ...before, weeks: after.weeks });
  });

  it('give no number of 1-4, and no difference of 1-4, over all areas, figures and weeks', async () => {
    const weeks: Overview[] = [];
    for (let i = 0; i < 6; i++) {
      await newCase(server);
      await advance(7);
      weeks.push(await get<Overview>('partner', '/api/overview'));
    }
    expect(new Set(weeks.map(({ week }) => week)).size).toBe(6);
    const published = weeks.flatMap(({ total, areas }) => numbersIn({ total, areas }));
    expect(published.length).toBeGreaterThan(0);
    for (const number of published) {
      expect(number).toBeGreaterThanOrEqual(10);
      expect(number % 5).toBe(0);
    }
    // One area by itself says what the whole says of it.
    for (const { areas, week } of weeks)
      for (const { areaId, ...figures } of areas)
        expect(await get<Figures>('partner', `/api/areas/${areaId}/overview?week=${week}`)).toMatchObject(figures);
  });

  it('are not there for a week that was not published, an area that is not, or a week that is none', async () => {
    const status = async (path: string) => (await server.call('partner', 'GET', path)).status;
    expect(await status('/api/overview?week=2026-W01')).toBe(404);
    expect(await status('/api/areas/nowhere/overview')).toBe(404);
    expect(await status('/api/overview?week=2026-48')).toBe(400);
  });
});
