// Requests out of the OpenAPI document: first as it asks for them, with ids that exist, then with something wrong.
import { randomOf, type Random } from './random.js';

export interface Schema {
  readonly $ref?: string;
  readonly type?: string;
  readonly format?: string;
  readonly pattern?: string;
  readonly enum?: readonly unknown[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly maxLength?: number;
  readonly items?: Schema;
  readonly allOf?: readonly Schema[];
  readonly example?: unknown;
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
}
export interface Operation {
  readonly parameters?: readonly {
    readonly name: string;
    readonly in: string;
    readonly required?: boolean;
    readonly schema: Schema;
  }[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: Schema }>> };
  readonly responses: Readonly<Record<string, unknown>>;
}
export interface OpenApi {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}

/** One request, as it is sent and as it is printed when it fails. */
export interface FuzzRequest {
  /** As in the document; what is sent may differ. */
  readonly endpoint: string;
  readonly user: string;
  method: string;
  path: string;
  headers: Record<string, string>;
  body?: string;
  /** What was done to it. */
  readonly mutations: string[];
}

/** What exists: ids by name of field, cursors, revisions. */
export interface Pools {
  readonly ids: Map<string, string[]>;
  readonly cursors: string[];
  readonly positions: string[];
  readonly revisions: Map<string, number>;
}
export interface World {
  readonly document: OpenApi;
  readonly users: readonly string[];
  readonly pools: Pools;
  /** Ids that only these users may be given: what the others must never see, nobody else may change. */
  readonly reserved: ReadonlyMap<string, readonly string[]>;
  /** Local date. */
  readonly today: string;
}

export const CANARY = 'KANARIE-fuzz';
/** What administrators name is shown to everybody. */
const NAMED_FOR_ALL = /^\/api\/(organisations|users|groups|areas|rule-sets)/;

const dayFrom = (today: string, days: number): string =>
  new Date(Date.parse(`${today}T12:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);

const endpointsOf = ({ paths }: OpenApi) =>
  Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method: method.toUpperCase(), operation })),
  );

const idFor = (world: World, random: Random, name: string, user: string, path: string): string => {
  // Demo users, their organisation and their group stay as they are, or soon nobody would reach anything.
  const own = NAMED_FOR_ALL.test(path) ? (world.pools.ids.get(`own.${name}`) ?? []) : [];
  const all = own.length > 0 ? own : (world.pools.ids.get(name) ?? []);
  const mine = all.filter((id) => world.reserved.get(id)?.includes(user) ?? true);
  return mine.length > 0 ? random.of(mine) : '6f9619ff-8b86-4d01-b42d-00cf4fc964ff';
};

/** A value as the schema asks for it. */
const valueOf = (world: World, random: Random, schema: Schema, name: string, at: { user: string; path: string }): unknown => {
  const resolved = schema.$ref ? world.document.components.schemas[schema.$ref.split('/').at(-1)!] : schema.allOf?.[0];
  if (resolved) return valueOf(world, random, resolved, name, at);
  if (schema.enum) return random.of(schema.enum);
  if (schema.type === 'array') {
    const one = name.replace(/ies$/, 'y').replace(/s$/, '');
    return Array.from({ length: 1 + random.below(3) }, () => valueOf(world, random, schema.items ?? {}, one, at));
  }
  if (schema.properties) {
    const chosen = Object.entries(schema.properties).filter(([key]) => schema.required?.includes(key) || random.chance(0.5));
    return Object.fromEntries(chosen.map(([key, inner]) => [key, valueOf(world, random, inner, key, at)]));
  }
  if (schema.format === 'date') return dayFrom(world.today, random.below(40) - 5);
  if (schema.format === 'date-time') return `${dayFrom(world.today, -random.below(5))}T08:00:00.000Z`;
  if (schema.type === 'integer' || schema.type === 'number')
    return (schema.minimum ?? 0) + random.below(Math.min((schema.maximum ?? 100) - (schema.minimum ?? 0) + 1, 1000));
  if (schema.type === 'boolean') return random.chance(0.5);
  if (/Id$/.test(name))
    return idFor(
      world,
      random,
      /(?:^to|^from)?([A-Z]?[a-z]+Id)$/.exec(name)![1]!.replace(/^./, (c) => c.toLowerCase()),
      at.user,
      at.path,
    );
  if (schema.pattern !== undefined && schema.example !== undefined) return schema.example;
  if (name === 'cpr') return `${String(1 + random.below(28)).padStart(2, '0')}0311${4000 + random.below(1000)}`;
  const text = NAMED_FOR_ALL.test(at.path) ? `Navn ${random.below(1000)}` : `${CANARY}-${random.below(1000)} er nødvendigt her`;
  return text.slice(0, schema.maxLength ?? text.length);
};

const LONG = 'x'.repeat(10_000);
const TEXTS = [
  ...[
    '',
    ' ',
    '\u0000',
    `${CANARY}\u0000`,
    '\ud800',
    `${CANARY}\udfff`,
    '\u202e',
    '🧒🏽',
    'a\u0301'.repeat(500),
    '\ufeff',
    '\r\n',
    '\u001b[31m',
  ],
  ...[
    'null',
    'undefined',
    'NaN',
    '-1',
    '1e999',
    '0x10',
    '1e1000000',
    '[object Object]',
    '__proto__',
    'constructor',
    'toString',
    'hasOwnProperty',
  ],
  ...[
    "' or 1=1 --",
    `${CANARY}'); drop schema event_store cascade; --`,
    '%',
    '_',
    '\\',
    '$1',
    '${7*7}',
    '{{7*7}}',
    '<script>alert(1)</script>',
  ],
  ...[
    '../../../../etc/passwd',
    '%2e%2e%2f',
    'C:\\',
    '0102094241',
    '010209-4241',
    '2026-02-30',
    '9999-12-31',
    '0000-00-00',
    '2026-11-24T25:00:00Z',
  ],
  ...['6f9619ff-8b86-4d01-b42d-00cf4fc964ff', 'AKACIEPARKEN', 'ÆØÅ'],
  LONG,
];
const VALUES: readonly unknown[] = [
  ...[null, true, false, 0, -1, 1.5, 1e308, Number.MAX_SAFE_INTEGER + 1, -0, [], {}, [[]], [null], [1, 'a', null]],
  ...[{ length: 1e9 }, { toString: 1 }, { $ref: '#' }, { type: 'Buffer', data: [1] }, { then: 1 }, { id: { $gt: '' } }],
  ...[Array(501).fill('a'), Array(499).fill(CANARY), Object.fromEntries(Array.from({ length: 99 }, (_, i) => [`f${i}`, i]))],
];
const nastyValue = (random: Random): unknown => (random.chance(0.5) ? random.of(TEXTS) : random.of(VALUES));

type Holder = Record<string, unknown>;
/** Every object and list in a value, itself included; of what is nested very deep, the outermost. */
const holdersIn = (value: unknown, depth = 20): Holder[] =>
  typeof value === 'object' && value !== null && depth > 0
    ? [value as Holder, ...Object.values(value).flatMap((inner) => holdersIn(inner, depth - 1))]
    : [];
const PROTO = '"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}';

type Mutation = (request: FuzzRequest, random: Random, world: World) => void;

const changeBody =
  (change: (body: unknown, random: Random) => unknown): Mutation =>
  (request, random) => {
    let body: unknown;
    try {
      body = JSON.parse(request.body ?? '{}');
      request.body = JSON.stringify(change(body, random)) ?? '';
    } catch {
      // An earlier mutation broke it, or nested it too deep to be written: that is enough.
    }
  };
const inside = (change: (holder: Holder, key: string, random: Random) => void) =>
  changeBody((body, random) => {
    const holders = holdersIn(body).filter((holder) => Object.keys(holder).length > 0);
    if (holders.length > 0) {
      const holder = random.of(holders);
      change(holder, random.of(Object.keys(holder)), random);
    }
    return body;
  });
const changeText =
  (change: (body: string, random: Random) => string): Mutation =>
  (request, random) => {
    request.body = change(request.body ?? '{}', random);
  };
const header =
  (name: string, values: readonly string[]): Mutation =>
  (request, random) => {
    request.headers[name] = random.of(values);
  };
const withQuery = (request: FuzzRequest, text: string) => {
  request.path += `${request.path.includes('?') ? '&' : '?'}${text}`;
};
/** A cursor of ours with something else in it. */
const bentCursor = (random: Random, cursors: readonly string[]): string => {
  const sound = cursors.length > 0 ? random.of(cursors) : 'WzEsIjIwMjYiXQ';
  if (random.chance(0.3)) return sound.slice(0, random.below(sound.length));
  let parts: unknown;
  try {
    parts = JSON.parse(Buffer.from(sound, 'base64url').toString());
  } catch {
    parts = [];
  }
  const list = Array.isArray(parts) ? [...(parts as unknown[])] : [parts];
  if (random.chance(0.3)) list.push(nastyValue(random));
  else if (random.chance(0.2)) list.pop();
  else list[random.below(Math.max(list.length, 1))] = nastyValue(random);
  return Buffer.from(JSON.stringify(random.chance(0.1) ? list[0] : list)).toString('base64url');
};

const MUTATIONS: Readonly<Record<string, Mutation>> = {
  'value replaced': inside((holder, key, random) => (holder[key] = nastyValue(random))),
  'value replaced by text': inside((holder, key, random) => (holder[key] = random.of(TEXTS))),
  'field left out': inside((holder, key) => delete holder[key]),
  'value in a list': inside((holder, key) => (holder[key] = [holder[key]])),
  'value in an object': inside((holder, key) => (holder[key] = { [key]: holder[key] })),
  'value out of its list': inside(
    (holder, key) => (holder[key] = Array.isArray(holder[key]) ? (holder[key] as unknown[])[0] : holder[key]),
  ),
  'field of another': inside((holder, key, random) => (holder[key] = holder[random.of(Object.keys(holder))])),
  'field more': changeBody((body, random) => {
    const holders = holdersIn(body);
    if (holders.length > 0)
      random.of(holders)[random.of(['KANARIE', 'id', 'role', 'userId', 'organisationId', 'at', 'toString', ''])] =
        nastyValue(random);
    return body;
  }),
  'another body': changeBody((_, random) => nastyValue(random)),
  'deep body': changeText((body, random) => {
    const depth = random.of([7, 9, 100, 20_000]);
    return '{"name":'.repeat(depth) + body + '}'.repeat(depth);
  }),
  'prototype in the body': changeText((body) => body.replace(/^\{/, `{${PROTO},`).replace(',}', '}')),
  'half a body': changeText((body, random) => body.slice(0, random.below(body.length + 1))),
  'more after the body': changeText((body, random) => body + random.of(['}', ',', ' x', '\u0000', body])),
  'field twice': changeText((body) => body.replace(/"(\w+)":("[^"]*"|\d+)/, '"$1":$2,"$1":null')),
  'lone surrogate written out': changeText((body) => body.replace(/:"/, ':"\\ud83d')),
  'huge number': changeText((body) => body.replace(/:(\d+|"[^"]*")/, ':1e999')),
  'a body of 300 kB': changeText((body) => body.replace(/"([^"]*)"\}/, `"${'y'.repeat(300_000)}"}`)),

  'path parameter': (request, random, world) => {
    const parts = request.path.split('/');
    const n = 3 + random.below(Math.max(parts.length - 3, 1));
    if (parts[n] === undefined) return;
    const raw = ['%ZZ', '%00', '%2e%2e', '..', '.', '', '%C3%28', '%ED%A0%80', 'a'.repeat(101), '*', ':id', ';x=1', '%2F', '%5c'];
    parts[n] = random.chance(0.5)
      ? random.of(raw)
      : encodeURIComponent(
          random.of(
            [...TEXTS, ...(world.pools.ids.get('caseId') ?? [])].map((text) =>
              text.slice(0, 300).replace(/\p{Surrogate}/gu, '?'),
            ),
          ),
        );
    request.path = parts.join('/');
  },
  'path longer': (request, random) => {
    request.path += random.of(['/', '//', '/x', '/..', '/%2e%2e/%2e%2e', '.pdf', '.json', '%20', ';', '#x', '?']);
  },
  'query parameter': (request, random) => {
    const name = random.of([
      'limit',
      'after',
      'on',
      'from',
      'to',
      'status',
      'caseId',
      'areaId',
      'personId',
      'userId',
      'KANARIE',
      '__proto__',
      'constructor[prototype]',
      'limit[]',
      '',
    ]);
    withQuery(
      request,
      `${encodeURIComponent(name)}=${encodeURIComponent(
        random
          .of(TEXTS)
          .slice(0, 2000)
          .replace(/\p{Surrogate}/gu, '?'),
      )}`,
    );
  },
  'query parameter twice': (request) => withQuery(request, 'limit=1&limit=2&after=a&after=b'),
  'broken query': (request, random) =>
    withQuery(request, random.of(['%', '%ZZ', '&&&=', '=%C3%28', 'a[b][c]=1', '?', 'limit=%00', '+', 'after=%ff'])),
  limit: (request, random) =>
    withQuery(
      request,
      `limit=${random.of(['0', '-1', '201', '1e3', '9999999999999999999', ' 1', '1.5', '0x1', '', '%F0%9F%A7%92', '1', '200'])}`,
    ),
  cursor: (request, random, world) => withQuery(request, `after=${encodeURIComponent(bentCursor(random, world.pools.cursors))}`),
  'cursor of elsewhere': (request, random, world) =>
    withQuery(request, `after=${random.of(world.pools.cursors.concat('WzEsIjIwMjYiXQ'))}`),

  'If-Match': header('if-match', [
    '',
    '*',
    '"4"',
    'W/"4"',
    '"-1"',
    '"999999999"',
    '9999999999999',
    '"a"',
    '"1", "2"',
    'null',
    '0',
    '"01"',
    'x'.repeat(3000),
  ]),
  'Idempotency-Key': header('idempotency-key', [
    '',
    ' ',
    'one',
    'two',
    'k'.repeat(200),
    'k'.repeat(201),
    '\u00e6\u00f8\u00e5',
    '"',
    "' or 1=1",
    '__proto__',
  ]),
  'Fremdrift-Position': header('fremdrift-position', [
    '',
    '0',
    '0000000000000000001',
    '9999999999999999999',
    'z'.repeat(64),
    'z'.repeat(65),
    '/',
    ':',
    '-',
    'C:1/P:1',
    "'",
    '__proto__',
  ]),
  'Content-Type': header('content-type', [
    '',
    'text/plain',
    'application/json; charset=utf-16',
    'application/json;',
    'application/xml',
    'multipart/form-data',
    'application/problem+json',
    'application/json, text/plain',
    'application/x-www-form-urlencoded',
    'APPLICATION/JSON',
    'x'.repeat(300),
    '\u00ff',
  ]),
  'Content-Encoding': header('content-encoding', ['gzip', 'br', 'identity', 'KANARIE']),
  Accept: header('accept', ['text/html', 'application/xml', '*/*;q=0', '', 'application/pdf', 'KANARIE']),
  'other headers': (request, random) => {
    const [name, value] = random.of([
      ['x-forwarded-for', '10.0.0.1'],
      ['x-http-method-override', 'DELETE'],
      ['host', 'elsewhere.example'],
      ['origin', 'null'],
      ['range', 'bytes=0-1'],
      ['if-none-match', '*'],
      ['cookie', `a=${CANARY}`],
      ['x-request-id', CANARY],
      ['x-big', 'b'.repeat(12_000)],
    ] as const);
    request.headers[name] = value;
  },
  Authorization: header('authorization', [
    '',
    'Bearer',
    'Bearer ',
    `Bearer ${CANARY}`,
    'Bearer a.b.c',
    'Bearer eyJhbGciOiJub25lIn0.e30.',
    'Basic YTpi',
    'bearer x',
    `Bearer ${'a'.repeat(9000)}`,
  ]),
  method: (request, random) => {
    request.method = random.of(['GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'HEAD', 'OPTIONS', 'PROPFIND', 'TRACE', 'QUERY']);
  },
};
const OF_BODIES = Object.entries(MUTATIONS).filter(([name]) => /body|value|field|surrogate|number/.test(name));
const OF_OTHERS = Object.entries(MUTATIONS).filter(([name]) => !/body|value|field|surrogate|number/.test(name));

/** Request number `n` of a run; the same for the same seed in the same world. */
export const requestOf = (world: World, seed: number, n: number): FuzzRequest => {
  const random = randomOf(Math.imul(seed, 0x9e3779b1) ^ Math.imul(n + 1, 0x85ebca6b));
  const endpoints = endpointsOf(world.document);
  // Every endpoint in turn, so that none is left out by chance.
  const { path: template, method, operation } = endpoints[n % endpoints.length]!;
  // Half of them by somebody whose role usually may.
  const able =
    NAMED_FOR_ALL.test(template) && method !== 'GET' ? ['administrator'] : ['coordinator', 'projectLead', 'SOF', 'police'];
  const user = random.chance(0.1) ? 'nobody' : random.of(random.chance(0.5) ? able : world.users);
  const at = { user, path: template };
  const ids = new Map<string, string>();
  const path = template.replace(/\{(\w+)\}/g, (_, name: string) => {
    const id = idFor(world, random, name, user, template);
    ids.set(name, id);
    return encodeURIComponent(id);
  });
  const request: FuzzRequest = { endpoint: `${method} ${template}`, user, method, path, headers: {}, mutations: [] };
  for (const parameter of operation.parameters ?? []) {
    const name = parameter.name.toLowerCase();
    if (parameter.in === 'query' && (parameter.required || random.chance(0.3))) {
      if (name === 'after') continue;
      withQuery(
        request,
        `${parameter.name}=${encodeURIComponent(String(valueOf(world, random, parameter.schema, parameter.name, at)))}`,
      );
    }
    if (parameter.in !== 'header') continue;
    if (name === 'if-match') {
      const known = ['actionId', 'meetingId', 'caseId']
        .map((id) => world.pools.revisions.get(ids.get(id) ?? ''))
        .find((r) => r !== undefined);
      request.headers[name] = `"${known ?? random.below(6)}"`;
    } else if (name === 'idempotency-key' && random.chance(0.2)) request.headers[name] = `key-${random.below(20)}`;
    else if (name === 'fremdrift-position' && world.pools.positions.length > 0 && random.chance(0.2))
      request.headers[name] = random.of(world.pools.positions);
  }
  const schema = operation.requestBody?.content['application/json']?.schema;
  if (schema) request.body = JSON.stringify(valueOf(world, random, schema, '', at));
  if (request.body !== undefined) request.headers['content-type'] = 'application/json';
  const times = random.chance(0.15) ? 0 : random.chance(0.7) ? 1 : 2 + random.below(2);
  for (let time = 0; time < times; time++) {
    const [name, mutate] = random.of(schema && random.chance(0.65) ? OF_BODIES : OF_OTHERS);
    mutate(request, random, world);
    request.mutations.push(name);
  }
  return request;
};
