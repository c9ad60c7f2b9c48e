// What a client may rely on: a repeat changes nothing, a stale revision is told, one reads what one wrote, errors have one form.
import { randomUUID } from 'node:crypto';
import { demoId } from '../apps/api/src/demo/data.js';
import { DEMO_GROUP } from '../apps/api/src/demo/users.js';
import { day, done, events, newCase, newCpr, newMeeting } from './support/flow.js';
import { startTestServer, type Answer, type TestServer } from './support/server.js';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
}, 60_000);
afterAll(() => server.stop());

interface Body {
  id: string;
  stream: string;
  revision: number;
  position: string;
  repeated: boolean;
  rule: string;
  type: string;
}
const call = (user: string | undefined, method: string, path: string, body?: unknown, headers?: Record<string, string>) =>
  server.call<Body>(...([user, method, path, body, headers] as const));

describe('Idempotency-Key', () => {
  it('gives the first receipt again and writes nothing; another body is refused', async () => {
    const { caseId, personId } = await newCase(server);
    const meetingId = await newMeeting(server);
    const { revision } = (await call('coordinator', 'GET', `/api/cases/${caseId}`)).body;
    const deadline = day(10);
    const action = { description: 'Ringe', ownerOrganisationId: 'sof', deadline };
    const disclosure = { category: 'school', necessity: 'Skolen skal kende det for at hjælpe', content: 'Indhold' };
    const requests: [method: string, path: string, body: object, other: object][] = [
      ['POST', '/api/persons', { name: 'Uden nummer' }, { name: 'En anden' }],
      [
        ...(['POST', '/api/cases'] as const),
        { personId, groupId: DEMO_GROUP, areaId: 'akacieparken', responsibleOrganisationId: 'sof', open: true },
        { personId, groupId: DEMO_GROUP, areaId: 'akacieparken', responsibleOrganisationId: 'bif', open: true },
      ],
      ['POST', `/api/cases/${caseId}/actions`, action, { ...action, description: 'Skrive' }],
      ['POST', `/api/cases/${caseId}/reports`, { report: 'Har ringet' }, { report: 'Har skrevet' }],
      ['POST', `/api/cases/${caseId}/follow-ups`, { on: deadline }, { on: day(11) }],
      [
        ...(['POST', `/api/cases/${caseId}/disclosures`] as const),
        { ...disclosure, toOrganisationIds: ['sof'] },
        { ...disclosure, toOrganisationIds: ['bif'] },
      ],
      [
        ...(['POST', `/api/cases/${caseId}/information-requests`] as const),
        { toOrganisationId: 'buf', category: 'school', dueOn: deadline, question: 'Hvordan går det?' },
        { toOrganisationId: 'buf', category: 'school', dueOn: deadline, question: 'Hvordan gik det?' },
      ],
      ['POST', '/api/meetings', { groupId: DEMO_GROUP, localDate: day(3) }, { groupId: DEMO_GROUP, localDate: day(4) }],
      [
        ...(['POST', `/api/meetings/${meetingId}/attendance`] as const),
        { guestName: 'Demo Gæst', organisationId: 'bif' },
        { guestName: 'Demo Anden', organisationId: 'bif' },
      ],
    ];
    expect(revision).toBeGreaterThan(0);
    for (const [method, path, body, other] of requests) {
      const headers = { 'idempotency-key': `nøgle ${randomUUID()}`.normalize('NFKD').replace(/[^ -~]/g, '') };
      const first = done<Body>(await call('coordinator', method, path, body, headers));
      const count = (await events(server, first.stream)).length;
      const [again, third] = await Promise.all([1, 2].map(() => call('coordinator', method, path, body, headers)));
      for (const answer of [again, third])
        expect([path, answer!.status, answer!.body]).toEqual([path, expect.any(Number), { ...first, repeated: true }]);
      const reused = await call('coordinator', method, path, other, headers);
      expect([path, reused.status, reused.body.type]).toEqual([path, 422, 'urn:fremdrift:problem:idempotency-key']);
      expect((await events(server, first.stream)).length).toBe(count);
      // The key is the user's own: another's request under it is another request.
      if (path === '/api/meetings') {
        expect(done<Body>(await call('projectLead', method, path, body, headers)).id).not.toBe(first.id);
      }
    }
  }, 60_000);

  it('gives a refusal again, and its record stays one', async () => {
    const { caseId } = await newCase(server);
    const body = { category: 'school', necessity: 'ok', content: 'Indhold', toOrganisationIds: ['sof'] };
    const send = () => call('BUF', 'POST', `/api/cases/${caseId}/disclosures`, body, { 'idempotency-key': 'afslag' });
    const [first, again] = [await send(), await send()];
    expect([again.status, again.text]).toEqual([first.status, first.text]);
    expect((await events(server, `case-${caseId}`)).filter(({ type }) => type === 'DisclosureRefused')).toHaveLength(1);
  });

  it('at once makes one', async () => {
    const headers = { 'idempotency-key': randomUUID() };
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => call('coordinator', 'POST', '/api/persons', { name: 'Ung' }, headers)),
    );
    expect(new Set(answers.map((answer) => done<Body>(answer).id)).size).toBe(1);
    expect(answers.filter(({ body }) => !body.repeated)).toHaveLength(1);
    for (const key of ['', 'x'.repeat(201)])
      expect((await call('coordinator', 'POST', '/api/persons', { name: 'Ung' }, { 'idempotency-key': key })).status).toBe(400);
  });
});

describe('reading what one wrote', () => {
  it('holds at once, fifty times, with and without the position of the receipt', async () => {
    const { caseId } = await newCase(server);
    for (let i = 0; i < 50; i++) {
      const body = { description: `Aftale ${i}`, ownerOrganisationId: 'sof', deadline: day(10) };
      const { id, position } = done<Body>(await call('coordinator', 'POST', `/api/cases/${caseId}/actions`, body));
      const headers: Record<string, string> = i % 2 === 0 ? { 'fremdrift-position': position } : {};
      const [path, user] =
        i % 3 === 0 ? [`/api/cases/${caseId}`, 'coordinator'] : ['/api/actions?organisation=sof&limit=200', 'SOF'];
      expect((await call(user, 'GET', path, undefined, headers)).text).toContain(id);
    }
  }, 60_000);

  it('does not wait for what never was', async () => {
    const far = await call('coordinator', 'GET', '/api/cases', undefined, { 'fremdrift-position': '9999999999999999999' });
    expect([far.status, far.body.type]).toEqual([400, 'urn:fremdrift:problem:bad-request']);
    const bad = await call('coordinator', 'GET', '/api/cases', undefined, { 'fremdrift-position': 'ikke en position' });
    expect(bad.status).toBe(400);
  });
});

describe('every error', () => {
  const problem = ({ status, headers, body, text }: Answer<Body>, expected: number) => {
    expect([status, headers.get('content-type'), headers.get('cache-control')]).toEqual([
      ...[expected, 'application/problem+json; charset=utf-8', 'no-store'],
    ]);
    expect(body).toMatchObject({
      type: expect.stringMatching(/^urn:fremdrift:problem:/) as string,
      status: expected,
      title: expect.any(String) as string,
    });
    expect(text).not.toContain('KANARIE');
  };

  it.each([
    ['no token', undefined, 'GET', '/api/me', undefined, {}, 401],
    ['a role without the right', 'partner', 'GET', '/api/cases', undefined, {}, 403],
    ['an id that is none', 'coordinator', 'GET', '/api/cases/KANARIE_sag', undefined, {}, 400],
    ['an id nobody has', 'coordinator', 'GET', `/api/cases/${demoId('nothing')}`, undefined, {}, 404],
    ['a path nobody knows', 'coordinator', 'GET', '/api/KANARIE', undefined, {}, 404],
    ['a method nobody knows', 'coordinator', 'PATCH', `/api/cases/${demoId('case 1')}`, {}, {}, 404],
    ['a path that is not text', 'coordinator', 'GET', '/api/cases/%ZZKANARIE', undefined, {}, 400],
    ['a very long path', 'coordinator', 'GET', `/api/cases/${'KANARIE'.repeat(100)}`, undefined, {}, 414],
    ['a body that is a list', 'coordinator', 'POST', '/api/persons', ['KANARIE'], {}, 400],
    ['a body that is a word', 'coordinator', 'POST', '/api/persons', 'KANARIE', {}, 400],
    ['no body', 'coordinator', 'POST', '/api/persons/look-up', undefined, {}, 400],
    ['no If-Match', 'coordinator', 'POST', `/api/cases/${demoId('case 1')}/closing`, { outcome: 'other' }, {}, 428],
    [
      'an old If-Match',
      'coordinator',
      'POST',
      `/api/cases/${demoId('case 1')}/closing`,
      { outcome: 'other' },
      { 'if-match': '"1"' },
      409,
    ],
    ['a rule', 'coordinator', 'POST', `/api/cases/${demoId('case 3')}/pause`, { until: '2020-01-01', ground: 'Ferie' }, {}, 422],
    ['a CPR number of nine digits', 'coordinator', 'POST', '/api/persons', { name: 'Ung', cpr: newCpr().slice(1) }, {}, 400],
  ] as [string, string | undefined, string, string, unknown, Record<string, string>, number][])(
    'is problem details: %s',
    async (_, user, method, path, body, headers, expected) => problem(await call(user, method, path, body, headers), expected),
  );

  it('for a body with __proto__ in it', async () => {
    const answer = await fetch(`${server.url}/api/persons`, {
      method: 'POST',
      headers: { authorization: `Bearer ${await server.token('coordinator')}`, 'content-type': 'application/json' },
      body: '{"__proto__":{"name":"KANARIE"}}',
    });
    const text = await answer.text();
    problem({ status: answer.status, headers: answer.headers, body: JSON.parse(text) as Body, text }, 400);
  });
});
