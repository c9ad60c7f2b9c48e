// How much and how often: bodies, addresses, headers, slow clients, and requests in a minute. What is more gets an answer in words.
import { connect } from 'node:net';
import { jest } from '@jest/globals';
import Fastify from 'fastify';
import { SERVER_LIMITS } from '../apps/api/src/core/limits.js';
import { setDate } from './support/clock.js';
import { startTestServer, type TestServer } from './support/server.js';

const PROBLEM = 'application/problem+json; charset=utf-8';
/** An answer, read as bytes until the server closes. */
const send = (port: number, ...chunks: string[]) =>
  new Promise<{ status: number; head: string; body: string }>((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => chunks.forEach((chunk) => socket.write(chunk)));
    let answer = '';
    socket.on('data', (bytes) => (answer += bytes.toString()));
    socket.on('error', reject);
    socket.on('close', () => {
      const [head = '', body = ''] = answer.split('\r\n\r\n');
      resolve({ status: Number(head.split(' ')[1]), head: head.toLowerCase(), body });
    });
  });

describe('how much a request may be', () => {
  let server: TestServer;
  let port: number;
  beforeAll(async () => {
    server = await startTestServer();
    port = Number(new URL(server.url).port);
  });
  afterAll(() => server.stop());

  const nested = (depth: number): unknown => (depth === 0 ? 'KANARIE' : [nested(depth - 1)]);
  const post = (body: unknown) => server.call('coordinator', 'POST', '/api/persons', body);
  const TOO_BIG = 'the body may be nested 8 deep, with 500 elements in a list and 100 fields in an object';

  it.each<[string, unknown]>([
    ['a list in a list, nine deep', nested(9)],
    ['an object in an object, nine deep', { name: [[[[[[[[{}]]]]]]]] }],
    ['a list of 501', { name: Array(501).fill(1) }],
    ['an object of 101', Object.fromEntries(Array.from({ length: 101 }, (_, i) => [`field${i}`, 1]))],
    ['one within', { name: { row: { more: Array(501).fill(null) } } }],
  ])('refuses %s, before it looks at the fields', async (_, body) => {
    const { status, text, body: problem } = await post(body);
    expect([status, problem['errors']]).toEqual([400, [TOO_BIG]]);
    expect(text).not.toContain('KANARIE');
  });

  it('looks at the fields of what is within', async () => {
    for (const body of [nested(8), { name: Array(500).fill(1) }]) {
      const { status, body: problem } = await post(body);
      expect(status).toBe(400);
      expect(problem['errors']).not.toEqual([TOO_BIG]);
    }
    const wide = Object.fromEntries(Array.from({ length: 100 }, (_, i) => [`field${i}`, 1]));
    expect((await post(wide)).body['errors']).toHaveLength(50);
  });

  it('reads a hundred thousand brackets and says no', async () => {
    const answer = await fetch(`${server.url}/api/persons`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${await server.token('coordinator')}` },
      body: '['.repeat(100_000) + ']'.repeat(100_000),
    });
    expect([answer.status, answer.headers.get('content-type')]).toEqual([400, PROBLEM]);
  });

  it('refuses long addresses and long names in them', async () => {
    for (const [path, status] of [
      [`/api/cases?after=${'a'.repeat(4096)}`, 414],
      [`/api/cases/${'a'.repeat(200)}`, 414],
      [`/api/cases?after=${'a'.repeat(1001)}`, 400],
    ] as const) {
      const answer = await server.call('coordinator', 'GET', path);
      expect([answer.status, answer.headers.get('content-type')]).toEqual([status, PROBLEM]);
    }
  });

  it.each<[string, string[], number]>([
    ['headers of 17 kB', ['GET /api/me HTTP/1.1\r\nHost: x\r\n', `X-Long: ${'x'.repeat(17_000)}\r\n\r\n`], 431],
    ['what is not HTTP', ['KANARIE\r\n\r\n'], 400],
    ['two lengths', ['POST /api/persons HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}'], 400],
    [
      'a length and chunks, as smugglers send',
      ['POST /api/persons HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n'],
      400,
    ],
    ['a line end in a header', ['GET /api/me HTTP/1.1\r\nHost: x\r\nX-A: a\rb\r\n\r\n'], 400],
    ['an unknown expectation', ['GET /api/me HTTP/1.1\r\nHost: x\r\nConnection: close\r\nExpect: money\r\n\r\n'], 417],
  ])('answers %s with problem details', async (_, chunks, status) => {
    const answer = await send(port, ...chunks);
    expect([answer.status, JSON.parse(answer.body)]).toEqual([
      status,
      expect.objectContaining({ status, type: expect.stringMatching(/^urn:fremdrift:problem:/) as string }),
    ]);
    expect(answer.head).toContain(`content-type: ${PROBLEM}`);
    expect(answer.head).toContain('cache-control: no-store');
    expect(answer.body).not.toContain('KANARIE');
  });

  it('gives a request half a minute to arrive, its headers ten seconds', () => {
    const http = server.app.getHttpServer();
    expect([http.requestTimeout, http.headersTimeout, http.timeout]).toEqual([30_000, 10_000, 60_000]);
  });

  it('answers one that does not arrive with problem details', async () => {
    const quick = { requestTimeout: 40, http: { ...SERVER_LIMITS.http, headersTimeout: 40, connectionsCheckingInterval: 10 } };
    const slow = Fastify({ ...SERVER_LIMITS, ...quick });
    slow.post('/', () => 'all of it');
    await slow.listen({ port: 0, host: '127.0.0.1' });
    const { port: at } = slow.server.address() as { port: number };
    const head = 'POST / HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n';
    const answer = await send(at, head, '{"name":"KANARIE');
    await slow.close();
    const text = expect.any(String) as string;
    expect([answer.status, JSON.parse(answer.body)]).toEqual([
      408,
      {
        ...{ type: 'urn:fremdrift:problem:too-slow', status: 408, title: 'The request took too long to arrive' },
        ...{ detail: text, detailDa: text },
      },
    ]);
  });
});

describe('how often', () => {
  /** A user's; an address has ten times as many, and a tenth of failed sign-ins. */
  const PER_MINUTE = 30;
  let server: TestServer;
  beforeEach(async () => {
    server = await startTestServer({ rateLimitPerMinute: PER_MINUTE, trustedProxies: ['127.0.0.1'] });
  });
  afterEach(async () => {
    jest.useRealTimers();
    await server.stop();
  });
  /** So many seconds later, for the server as well. */
  const later = (seconds: number) => setDate(Date.now() + seconds * 1000);
  const me = (user: string | undefined, from: string, authorization?: string) =>
    server.call(user, 'GET', '/api/me', undefined, {
      ...(authorization !== undefined && { authorization }),
      'x-forwarded-for': from,
    });
  const statuses = async (n: number, ask: (i: number) => Promise<{ status: number }>) => {
    const found = [];
    for (let i = 0; i < n; i++) found.push((await ask(i)).status);
    return found;
  };

  it('answers a user as often as the limit says, wherever from, and again a minute later', async () => {
    expect(await statuses(PER_MINUTE, (i) => me('BIF', `192.0.2.${i}`))).toEqual(Array(PER_MINUTE).fill(200));
    const refused = await me('BIF', '192.0.2.200');
    expect([refused.status, refused.headers.get('content-type')]).toEqual([429, PROBLEM]);
    expect(refused.body).toMatchObject({ type: 'urn:fremdrift:problem:too-many', status: 429 });
    const wait = Number(refused.headers.get('retry-after'));
    expect(wait).toBeGreaterThan(50);
    expect(wait).toBeLessThanOrEqual(60);
    expect((await me('BUF', '192.0.2.200')).status).toBe(200);
    later(wait);
    expect((await me('BIF', '192.0.2.200')).status).toBe(200);
  });

  it('does not verify more tokens for an address that brought bad ones; who is signed in stays', async () => {
    const own = '192.0.2.7';
    expect((await me('SOF', own)).status).toBe(200);
    expect(await statuses(5, (i) => me(undefined, own, `Bearer KANARIE${i}`))).toEqual([401, 401, 401, 429, 429]);
    const refused = await me(undefined, own, 'Bearer KANARIE');
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(50);
    // A good token that is new has to wait; one that was verified before is answered; so is another address.
    expect((await me('gadeteam', own)).status).toBe(429);
    expect((await me('SOF', own)).status).toBe(200);
    expect((await me('gadeteam', '192.0.2.8')).status).toBe(200);
    later(61);
    expect((await me('jobcenter', own)).status).toBe(200);
  });

  it('answers an address ten times as often as a user, also where no token is needed', async () => {
    const live = (from: string) => server.call(undefined, 'GET', '/health/live', undefined, { 'x-forwarded-for': from });
    expect(new Set(await statuses(PER_MINUTE * 10, () => live('2001:db8:1:2::1')))).toEqual(new Set([200]));
    const refused = await live('2001:db8:1:2::1');
    expect([refused.status, refused.headers.get('content-type')]).toEqual([429, PROBLEM]);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(50);
    // A network of IPv6 is one address; others are others.
    expect((await live('2001:db8:1:2:ffff::9')).status).toBe(429);
    expect((await live('2001:db8:1:3::1')).status).toBe(200);
  });
});

it('believes nobody who says where a request comes from, unless told', async () => {
  const server = await startTestServer({ rateLimitPerMinute: 10 });
  const ask = (i: number) =>
    server.call(undefined, 'GET', '/api/me', undefined, { authorization: 'Bearer x', 'x-forwarded-for': `192.0.2.${i}` });
  expect([(await ask(1)).status, (await ask(2)).status]).toEqual([401, 429]);
  await server.stop();
});
