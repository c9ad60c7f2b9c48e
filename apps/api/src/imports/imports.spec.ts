// A list that was kept for a while before it is imported: dates that have passed, and dates that cannot be.
import { startTestServer, type TestServer } from '../../../../test/support/server.js';

describe('importing a row', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer();
  });
  afterAll(() => server.stop());

  const day = (daysFromNow: number) => new Date(Date.now() + daysFromNow * 86_400_000).toISOString().slice(0, 10);
  const importing = async (row: object) => {
    const common = { area: 'Akacieparken', responsible: 'SOF', birthDate: '2010-01-01' };
    const body = { groupId: 'fremdriftsgruppen', dryRun: false, row: { ...common, ...row } };
    const { body: answer } = await server.call<{
      outcome: string;
      caseId?: string;
      problems: { code: string; column: string }[];
    }>('coordinator', 'POST', '/api/imports/rows', body);
    return answer;
  };
  const statusOf = async (caseId: string | undefined) =>
    (await server.call<{ status: string }>('coordinator', 'GET', `/api/cases/${caseId}`)).body.status;

  it.each([
    ['that goes on', 20, 'paused'],
    ['that is over by now', -20, 'open'],
  ])('a pause %s: the case is imported, and %s days from now says how', async (_, days, status) => {
    const { outcome, caseId } = await importing({ name: `Ung Testperson ${status}`, status: 'paused', followUpOn: day(days) });
    expect([outcome, await statusOf(caseId)]).toEqual(['created', status]);
  });

  it.each(['deadline', 'followUpOn'])(
    'a date more than two years ahead in %s: nothing of the row is imported',
    async (column) => {
      const before = await server.ports.store.head();
      const row = { name: 'Ung Testperson fremtid', action: 'Ringe til skolen', deadline: day(5), [column]: day(1000) };
      const { outcome, problems } = await importing(row);
      expect({ outcome, errors: problems.filter((p) => p.code === 'too-far') }).toMatchObject({
        outcome: 'problem',
        errors: [{ column }],
      });
      expect(await server.ports.store.head()).toBe(before);
    },
  );
});
