// Thousands of bent requests, and what every answer must be: never 5xx, never a text for somebody who may not see it, and every
// 4xx in problem details that the OpenAPI document tells of. One request after another, so that a run can be had again by its seed.
import { Agent, request as httpRequest } from 'node:http';
import { searchFor } from '../support/secrets.js';
import { CANARY, requestOf, type FuzzRequest, type OpenApi, type Pools, type World } from './requests.js';

export interface FuzzOptions {
  readonly url: string;
  readonly seed: number;
  readonly count: number;
  /** Told now and then how far it is. */
  readonly progress?: (done: number) => void;
}
export interface Failure {
  /** Its number in the run. */
  readonly n: number;
  readonly request: FuzzRequest;
  readonly status: number;
  /** What is wrong with the answer, each in a line. */
  readonly wrong: readonly string[];
  readonly answer: string;
}
export interface FuzzResult {
  readonly statuses: Readonly<Record<string, number>>;
  /** Of the documented endpoints, how many gave a 2xx to somebody. */
  readonly reached: number;
  readonly endpoints: number;
  readonly failures: readonly Failure[];
}

interface Answer {
  readonly status: number;
  readonly type: string;
  readonly text: string;
  readonly head: string;
}

/** Roles with no young person's data to see, as the demo's users. */
const SEES_NOBODY = ['steeringMember', 'auditor', 'externalAuditor', 'partner', 'politicalMember', 'administrator', 'nobody'];
/** What is for them to read: the steering group the summaries, decisions and opened names, auditors the reasons. Not the rest of the answer. */
const FOR_THEM: Readonly<Record<string, readonly [endpoint: RegExp, text: RegExp]>> = {
  steeringMember: [
    /^GET \/api\/(escalations|steering-meetings)/,
    /KANARIE-fuzz|"personName":"(?:[^"\\]|\\.)*"(?=,"nameOpened")/g,
  ],
  auditor: [
    /^GET \/api\/((sharing-log|access-log)\/reasons|break-glass|spot-checks)/,
    /"(necessity|reason|criterion|note)":"(?:[^"\\]|\\.)*"/g,
  ],
};
const withoutTheirs = (text: string, endpoint: string, user: string): string => {
  const [where, theirs] = FOR_THEM[user] ?? [];
  return where?.test(endpoint) && theirs ? text.replace(theirs, '') : text;
};
/** Of the demo's users, those whose organisation takes no part in demo case 5. */
const NOT_IN_CASE_5 = ['BIF', 'BUF', 'gadeteam', 'jobcenter'];
const TEXTS_OF_CASE_5 = ['navn-05', 'alias-05', 'telefon-05', 'adresse-05', 'grund-05', 'aftale-50'].map(
  (what) => `KANARIE-${what}`,
);
/** The demo's, and what the fuzzer writes itself. */
const personalData = searchFor(['KANARIE', 'Demo Ung', 'Testperson']);
const case5 = searchFor(TEXTS_OF_CASE_5);

const PROBLEM_FIELDS = ['type', 'title', 'status', 'detail', 'detailDa', 'rule', 'source', 'errors'];
/** Of the connection and the address as such, not of an endpoint. */
const OF_NO_ENDPOINT = [404, 405, 414, 417, 431];

const agent = new Agent({ keepAlive: true, maxSockets: 1 });

const sendTo = (url: string, { method, path, headers, body }: Pick<FuzzRequest, 'method' | 'path' | 'headers' | 'body'>) =>
  new Promise<Answer>((resolve, reject) => {
    const { hostname, port } = new URL(url);
    const bytes = body === undefined ? undefined : Buffer.from(body);
    // Node's client adds no length to a body of a GET or DELETE: bytes after the head would be a request of their own.
    const length = bytes === undefined ? {} : { 'content-length': String(bytes.length) };
    const request = httpRequest({ agent, hostname, port, method, path, headers: { ...headers, ...length } }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () =>
        resolve({
          status: response.statusCode!,
          type: response.headers['content-type'] ?? '',
          text: Buffer.concat(chunks).toString(),
          head: response.rawHeaders.join('\n'),
        }),
      );
    });
    request.on('error', reject);
    request.end(bytes);
  });

const add = (list: string[], value: string, most: number): void => {
  if (list.length < most && !list.includes(value)) list.push(value);
};
/** Takes ids, cursors, positions and revisions out of an answer. */
const learn = (pools: Pools, value: unknown, own: string | undefined): void => {
  if (typeof value !== 'object' || value === null) return;
  if (!Array.isArray(value)) {
    const { id, stream, revision, position, next } = value as Record<string, unknown>;
    if (typeof stream === 'string' && typeof id === 'string' && own !== undefined) remember(pools, own, id);
    if (typeof position === 'string') add(pools.positions, position, 100);
    if (typeof next === 'string') add(pools.cursors, next, 100);
    for (const [key, inner] of Object.entries(value)) {
      if (typeof inner === 'string' && /Id$/.test(key)) {
        remember(pools, key, inner);
        if (typeof revision === 'number') pools.revisions.set(inner, revision);
      }
      if (typeof id === 'string' && typeof revision === 'number') pools.revisions.set(id, revision);
    }
  }
  for (const inner of Object.values(value)) learn(pools, inner, undefined);
};
const remember = (pools: Pools, name: string, id: string): void => {
  if (!pools.ids.has(name)) pools.ids.set(name, []);
  add(pools.ids.get(name)!, id, 60);
};
/** What a receipt of this endpoint made: the name of its id in a path. */
const MADE: Readonly<Record<string, string>> = {
  'POST /api/cases': 'caseId',
  'POST /api/persons': 'personId',
  'POST /api/meetings': 'meetingId',
  'POST /api/cases/{caseId}/actions': 'actionId',
  'POST /api/cases/{caseId}/information-requests': 'requestId',
  'POST /api/meetings/{meetingId}/agenda/items': 'itemId',
  'POST /api/meetings/{meetingId}/attendance': 'attendeeId',
  'POST /api/erasures': 'erasureId',
  'POST /api/legal-holds': 'holdId',
  'POST /api/users': 'own.userId',
  'POST /api/groups': 'own.groupId',
  'POST /api/organisations': 'own.organisationId',
};

/** What is wrong with an answer. */
const wrongWith = (world: World, asked: FuzzRequest, { status, type, text, head }: Answer): string[] => {
  const wrong: string[] = [];
  const isAsDocumented = !asked.mutations.some((name) => /^(path|method)/.test(name));
  if (status >= 500) wrong.push(`answered ${status}`);
  if (!/^cache-control\nno-store$/im.test(head)) wrong.push('may be kept by a cache');
  if (status >= 400 && status < 500 && asked.method !== 'HEAD') {
    if (!type.startsWith('application/problem+json')) wrong.push(`a ${status} that is ${type || 'of no type'}`);
    try {
      const problem = JSON.parse(text) as Record<string, unknown>;
      if (
        problem['status'] !== status ||
        !/^urn:fremdrift:problem:[a-z-]+$/.test(String(problem['type'])) ||
        typeof problem['title'] !== 'string'
      )
        wrong.push('problem details without type, title or status');
      const unknown = Object.keys(problem).filter((field) => !PROBLEM_FIELDS.includes(field));
      if (unknown.length > 0) wrong.push(`problem details with ${unknown.join(', ')}`);
    } catch {
      wrong.push('problem details that are no JSON');
    }
    const [method, path] = asked.endpoint.split(' ') as [string, string];
    if (
      isAsDocumented &&
      !OF_NO_ENDPOINT.includes(status) &&
      !(String(status) in world.document.paths[path]![method.toLowerCase()]!.responses)
    )
      wrong.push(`a ${status} that the document does not tell of`);
    for (const secret of personalData.inText(text)) wrong.push(`says ${secret} in an error`);
  }
  const user = 'authorization' in asked.headers && asked.mutations.includes('Authorization') ? 'nobody' : asked.user;
  if (SEES_NOBODY.includes(user))
    for (const secret of personalData.inText(`${withoutTheirs(text, asked.endpoint, user)}\n${head}`))
      wrong.push(`tells ${user} ${secret}`);
  if (NOT_IN_CASE_5.includes(user))
    for (const secret of case5.inText(`${text}\n${head}`)) wrong.push(`tells ${user} ${secret} of case 5`);
  return wrong;
};

/** Signs everybody in, and looks at what is there. */
const enter = async (url: string): Promise<{ world: World; tokens: ReadonlyMap<string, string> }> => {
  const json = async (method: string, path: string, user?: string, body?: unknown): Promise<Record<string, unknown>> => {
    const headers = {
      'content-type': 'application/json',
      ...(user !== undefined && { authorization: `Bearer ${tokens.get(user)}` }),
    };
    const answer = await sendTo(url, { method, path, headers, ...(body !== undefined && { body: JSON.stringify(body) }) });
    if (answer.status > 299) throw new Error(`${method} ${path}: ${answer.status} ${answer.text}`);
    return JSON.parse(answer.text) as Record<string, unknown>;
  };
  const tokens = new Map<string, string>();
  const { items } = (await json('GET', '/demo/users')) as { items: { user: string }[] };
  for (const { user } of items)
    tokens.set(user, ((await json('POST', '/demo/token', undefined, { user })) as { access_token: string }).access_token);
  const { today } = (await json('GET', '/demo/clock')) as { today: string };
  const document = (await json('GET', '/api/openapi.json')) as unknown as OpenApi;
  const pools: Pools = { ids: new Map(), cursors: [], positions: [], revisions: new Map() };
  const reserved = new Map<string, readonly string[]>();
  const look = async (user: string, path: string) => {
    const found = await json('GET', path, user);
    learn(pools, found, undefined);
    return found;
  };
  for (const path of ['organisations', 'users', 'groups', 'areas']) await look('administrator', `/api/${path}`);
  for (const path of ['cases?limit=3', 'actions', 'meetings', 'meetings/next', 'sharing-log?limit=2', 'erasures'])
    await look('coordinator', `/api/${path}`);
  await look('auditor', '/api/access-log?limit=2');
  const cases = (await look('coordinator', '/api/cases')) as { items: { caseId: string }[] };
  for (const { caseId } of cases.items) {
    const found = await look('coordinator', `/api/cases/${caseId}`);
    const text = JSON.stringify(found);
    if (case5.inText(text).length === 0) continue;
    for (const id of [caseId, /"personId":"([^"]+)"/.exec(text)![1]!]) reserved.set(id, [...SEES_NOBODY, ...NOT_IN_CASE_5]);
  }
  if (reserved.size === 0) throw new Error('the demo has no case 5');
  const made = async (endpoint: string, user: string, path: string, body: unknown) =>
    learn(pools, await json('POST', path, user, body), MADE[endpoint]);
  const stamp = Math.floor(Date.now() / 1000);
  for (const n of [1, 2, 3]) {
    const organisation = {
      organisationId: `fuzz-${stamp}-${n}`,
      name: `Enhed ${n}`,
      kind: 'municipal',
      authorityId: 'koebenhavns-kommune',
    };
    await made('POST /api/organisations', 'administrator', '/api/organisations', organisation);
    const user = { organisationId: 'bif', role: 'participant', subject: `fuzz-${stamp}-${n}`, name: `Ny ${n}` };
    await made('POST /api/users', 'administrator', '/api/users', user);
    const series = { weekday: 1 + n, startTime: '09:00', durationMinutes: 60 };
    await made('POST /api/groups', 'administrator', '/api/groups', {
      groupId: `fuzz-${stamp}-${n}`,
      name: `Gruppe ${n}`,
      areaIds: ['akacieparken'],
      series,
    });
    const person = { name: `${CANARY} Ung Testperson ${n}` };
    await made('POST /api/persons', 'coordinator', '/api/persons', person);
  }
  return { world: { document, users: [...tokens.keys()], pools, reserved, today }, tokens };
};

/** @returns what went wrong, and how far the requests got */
export const fuzz = async ({ url, seed, count, progress }: FuzzOptions): Promise<FuzzResult> => {
  const { world, tokens } = await enter(url);
  const statuses: Record<string, number> = {};
  const reached = new Set<string>();
  const failures: Failure[] = [];
  const endpoints = Object.values(world.document.paths).reduce((sum, methods) => sum + Object.keys(methods).length, 0);
  for (let n = 0; n < count; n++) {
    const asked = requestOf(world, seed, n);
    const token = tokens.get(asked.user);
    const headers = { ...(token !== undefined && { authorization: `Bearer ${token}` }), ...asked.headers };
    let answer: Answer;
    try {
      answer = await sendTo(url, { ...asked, headers });
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      // Node's client does not let through what is no HTTP at all.
      if (code === 'ERR_UNESCAPED_CHARACTERS' || code === 'ERR_INVALID_CHAR')
        statuses['not sent'] = (statuses['not sent'] ?? 0) + 1;
      else failures.push({ n, request: asked, status: 0, wrong: [`no answer: ${code}`], answer: '' });
      continue;
    }
    statuses[answer.status] = (statuses[answer.status] ?? 0) + 1;
    const wrong = wrongWith(world, asked, answer);
    if (wrong.length > 0) failures.push({ n, request: asked, status: answer.status, wrong, answer: answer.text.slice(0, 500) });
    if (answer.status < 300) {
      reached.add(asked.endpoint);
      if (/json/.test(answer.type) && answer.text !== '') learn(world.pools, JSON.parse(answer.text), MADE[asked.endpoint]);
    }
    progress?.(n + 1);
  }
  agent.destroy();
  return { statuses, reached: reached.size, endpoints, failures };
};
