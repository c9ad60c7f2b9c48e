// The server answers, with problem details where it cannot; and its OpenAPI document says all of it.
import { startTestServer, type TestServer } from './support/server.js';

/** Endpoints that answer with a file, and what it is. */
const FILES = [
  [/[./]pdf$/, 'application/pdf'],
  [/^\/api\/calendar\//, 'text/calendar'],
  [/\/export$/, 'text/csv; charset=utf-8'],
] as const;

const some = expect.stringMatching(/^.{10,}\.$|^.{10,}\?$/) as string;
const IN_BOTH_LANGUAGES = { detail: some, detailDa: some };

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
    expect(await answer.json()).toMatchObject(IN_BOTH_LANGUAGES);
  });

  it('answers an unknown path with problem details', async () => {
    const { status, headers, body } = await server.call('coordinator', 'GET', '/api/nothing-here');
    expect([status, headers.get('content-type')]).toEqual([404, 'application/problem+json; charset=utf-8']);
    expect(body).toMatchObject(IN_BOTH_LANGUAGES);
  });

  it('says of every wrong field one thing: of what is missing, what it has to be, and not also how long', async () => {
    const { status, body } = await server.call<{ errors: string[] }>('coordinator', 'POST', '/api/persons/searches', {});
    expect([status, body]).toEqual([400, expect.objectContaining(IN_BOTH_LANGUAGES)]);
    expect(body.errors).toEqual(['name must be a string']);
    const wrong = { caseId: 7, agendaIndex: 'x', actionIds: [{}, 7], deadline: null };
    const many = await server.call<{ errors: string[] }>('coordinator', 'POST', '/api/groups', { ...wrong, name: 7 });
    const fields = many.body.errors.map((line) => line.split(' ')[0]);
    expect(fields).toEqual([...new Set(fields)]);
  });

  it('says what a value should look like in words and an example, never in a pattern', async () => {
    const ofPost = await server.call<{ errors: string[] }>('coordinator', 'POST', '/api/meetings', {
      ...{ groupId: 'Fremdriftsgruppen', localDate: '2026-02-30', startTime: '9.00' },
    });
    expect(ofPost.body.errors).toEqual([
      'groupId must be an id: at most 64 small letters, digits and hyphens, and no CPR number',
      'localDate must be a date that exists, such as 2026-11-24',
      'startTime must be a time of day, such as 09:00',
    ]);
    const ofPage = await server.call<{ errors: string[] }>('coordinator', 'GET', '/api/cases?after=%20');
    expect(ofPage.body.errors).toEqual(['after must be the `next` of the page before']);
  });

  it('documents every endpoint: what it is for, what it takes and gives, and how it can fail', async () => {
    interface Schema {
      $ref?: string;
      type?: string;
      example?: unknown;
      items?: Schema;
      allOf?: Schema[];
      properties?: Record<string, Schema>;
    }
    type Content = Record<string, { schema: Schema }>;
    interface Operation {
      summary?: string;
      security?: unknown[];
      requestBody?: { required?: boolean; content: Content };
      responses: Record<string, { description: string; content?: Content }>;
      parameters?: { name: string; in: string; schema: Schema }[];
    }
    const { body } = await server.call<{
      paths: Record<string, Record<string, Operation>>;
      components: { schemas: Record<string, Schema> };
    }>(undefined, 'GET', '/api/openapi.json');
    const gaps: string[] = [];
    const check = (holds: boolean | undefined, what: string) => !holds && gaps.push(what);
    for (const [path, methods] of Object.entries(body.paths)) {
      for (const [method, operation] of Object.entries(methods)) {
        const name = `${method.toUpperCase()} ${path}`;
        const { responses, requestBody, summary = '', security } = operation;
        check(summary.length > 3, `${name}: summary`);
        const yes = Object.entries(responses).filter(([status]) => status.startsWith('2'));
        const type = FILES.find(([which]) => which.test(path))?.[1] ?? 'application/json';
        check(yes.length === 1 && yes[0]![1].content?.[type]?.schema !== undefined, `${name}: schema of the answer`);
        const errors = Object.entries(responses).filter(([status]) => !status.startsWith('2'));
        for (const [status, { description, content }] of errors) {
          check(description !== '' && content?.['application/problem+json'] !== undefined, `${name}: ${status}`);
        }
        const isPublic = path.startsWith('/health') || path.startsWith('/api/calendar/');
        const needed = isPublic ? ['503'] : ['401', '403', '503', ...(path.includes('{') ? ['400', '404'] : [])];
        if (method !== 'get') needed.push('400', '413', '415');
        for (const status of needed) check(status in responses, `${name}: ${status} is missing`);
        check(isPublic ? !security && !('401' in responses) : (security ?? []).length > 0, `${name}: sign-in`);
        if (requestBody) check(requestBody.content['application/json']?.schema.$ref !== undefined, `${name}: schema of the body`);
        for (const inPath of path.matchAll(/\{(\w+)\}/g)) {
          check(
            operation.parameters?.some((p) => p.in === 'path' && p.name === inPath[1]),
            `${name}: ${inPath[1]!}`,
          );
        }
      }
    }
    for (const [name, { properties = {} }] of Object.entries(body.components.schemas)) {
      for (const [property, schema] of Object.entries(properties)) {
        const nested = schema.$ref ?? schema.items?.$ref ?? schema.allOf;
        check(nested !== undefined || schema.example !== undefined, `${name}.${property}: example`);
        check(nested !== undefined || schema.type !== undefined, `${name}.${property}: type`);
      }
    }
    expect(gaps).toEqual([]);
    expect((await server.call(undefined, 'GET', '/docs')).status).toBe(200);
  });
});
