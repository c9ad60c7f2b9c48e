// The server answers, in this process and as its own.
import { spawnServer, startTestServer, type TestServer } from './support/server.js';

describe('the server', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer();
  });
  afterAll(() => server.stop());

  it('tells who you are', async () => {
    const { status, body } = await server.call('coordinator', 'GET', '/api/me');
    expect(status).toBe(200);
    expect(body).toMatchObject({ userId: 'coordinator', role: 'coordinator', kind: 'municipal', groups: ['fremdriftsgruppen'] });
  });

  it.each([
    ['a body that is not JSON', '{"a":', 'application/json', 400],
    ['a body that is not said to be JSON', 'x', 'text/plain', 415],
    ['a body that is too large', JSON.stringify({ cpr: 'x'.repeat(300_000) }), 'application/json', 413],
  ])('answers %s with problem details', async (_, body, type, status) => {
    const answer = await fetch(`${server.url}/api/persons/look-up`, {
      method: 'POST',
      headers: { authorization: `Bearer ${await server.token('coordinator')}`, 'content-type': type },
      body,
    });
    expect([answer.status, answer.headers.get('content-type')]).toEqual([status, 'application/problem+json; charset=utf-8']);
  });

  it('answers an unknown path with problem details', async () => {
    const { status, headers } = await server.call('coordinator', 'GET', '/api/nothing-here');
    expect([status, headers.get('content-type')]).toEqual([404, 'application/problem+json; charset=utf-8']);
  });

  it('starts as its own process and ends on SIGTERM', async () => {
    const spawned = await spawnServer();
    expect((await spawned.call(undefined, 'GET', '/health/ready')).status).toBe(200);
    expect(await spawned.end('SIGTERM')).toBe(0);
  });
});
