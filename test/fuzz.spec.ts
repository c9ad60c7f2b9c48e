// A short run of `npm run -s fuzz`, with the same seed every time; what it looks for is in test/fuzz/fuzz.ts.
import { fuzz } from './fuzz/fuzz.js';
import { startTestServer, type TestServer } from './support/server.js';

describe('bent requests', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer();
  });
  afterAll(() => server.stop());

  it('are answered in words, and tell nobody what is not theirs', async () => {
    const { failures, statuses, reached } = await fuzz({ url: server.url, seed: 1, count: 300 });
    expect(failures).toEqual([]);
    // They came through to where rules are, and were not all stopped at the door.
    expect(statuses['200']).toBeGreaterThan(20);
    expect(statuses['400']).toBeGreaterThan(20);
    expect(reached).toBeGreaterThan(10);
  });
});
