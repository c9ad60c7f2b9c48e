// What the documentation shows is what the server says: docs/api.md is played, in order, against a server with demo data,
// and must come out as it is written. `npm run docs:update` writes it anew. Links and the words for what does not belong here too.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, extname, join, relative, resolve } from 'node:path';
import { STREAMS } from '@app/domain';
import { startTestServer, type TestServer } from './support/server.js';

const ROOT = resolve(import.meta.dirname, '..');
const API = join(ROOT, 'docs/api.md');
/** A Monday; the group meets on Tuesdays. */
const NOW = new Date('2027-01-11T08:00:00.000Z');
const MORE = '…';
const LINE = 110;

type Json = string | number | boolean | null | Json[] | { [key: string]: Json };
const isObject = (value: Json | undefined): value is { [key: string]: Json } =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** What is shown of an answer: `"…"` as a key or as an element leaves the rest out; without a pattern all is shown. */
const shown = (actual: Json, pattern: Json | undefined): Json => {
  if (Array.isArray(actual)) {
    const wanted = Array.isArray(pattern) ? pattern : [];
    if (wanted.at(-1) !== MORE) return actual.map((value, i) => shown(value, wanted[i] ?? wanted[0]));
    return [...actual.slice(0, wanted.length - 1).map((value, i) => shown(value, wanted[i])), MORE];
  }
  if (!isObject(actual)) return actual;
  if (!isObject(pattern) || !(MORE in pattern))
    return Object.fromEntries(
      Object.entries(actual).map(([key, value]) => [key, shown(value, isObject(pattern) ? pattern[key] : undefined)]),
    );
  const keys = Object.keys(pattern).filter((key) => key in actual);
  return { ...Object.fromEntries(keys.map((key) => [key, shown(actual[key]!, pattern[key])])), [MORE]: MORE };
};

/** JSON as people write it: on one line where it fits. */
const oneLine = (value: Json): string => {
  if (Array.isArray(value)) return `[${value.map(oneLine).join(', ')}]`;
  if (!isObject(value)) return JSON.stringify(value);
  const fields = Object.entries(value).map(([key, field]) => `${JSON.stringify(key)}: ${oneLine(field)}`);
  return fields.length > 0 ? `{ ${fields.join(', ')} }` : '{}';
};
const pretty = (value: Json, indent = ''): string => {
  const line = oneLine(value);
  if (indent.length + line.length <= LINE || typeof value !== 'object' || value === null) return line;
  const inner = `${indent}  `;
  const parts = Array.isArray(value)
    ? value.map((part) => inner + pretty(part, inner))
    : Object.entries(value).map(([key, part]) => `${inner}${JSON.stringify(key)}: ${pretty(part, inner)}`);
  const [open, close] = Array.isArray(value) ? '[]' : '{}';
  return `${open}\n${parts.join(',\n')}\n${indent}${close}`;
};

const STATUS: Readonly<Record<number, string>> = {
  200: 'OK',
  201: 'Created',
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  409: 'Conflict',
  422: 'Unprocessable Content',
  428: 'Precondition Required',
};
const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;

/** A field; of a list the element in a place, or the first one of which the word is true. */
const inside = (at: Json | undefined, key: string): Json | undefined => {
  if (!Array.isArray(at)) return isObject(at) ? at[key] : undefined;
  return /^\d+$/.test(key) ? at[Number(key)] : at.find((each) => isObject(each) && each[key] === true);
};

/** Plays the document. What differs between two runs (ids, positions, cursors, milliseconds) is shown by a name in braces. */
const play = async (text: string, server: TestServer): Promise<string> => {
  const names = new Map<string, string>();
  const known = new Set<string>(); // ids the demo gives everywhere
  const fill = async (template: string): Promise<string> => {
    let filled = template;
    for (const [name, value] of names) filled = filled.replaceAll(`{${name}}`, value);
    for (const [whole, user] of [...filled.matchAll(/\{token:(\w+)\}/g)])
      filled = filled.replace(whole, await server.token(user!));
    return filled;
  };
  const mask = (answer: string): string => {
    let masked = answer;
    for (const [name, value] of names) masked = masked.replaceAll(value, `{${name}}`);
    return masked
      .replace(UUID, (id) => (known.has(id) ? id : '{id}'))
      .replace(/"\d{19}"/g, '"{position}"')
      .replace(/"next":"[\w-]+"/g, '"next":"{next}"')
      .replace(/T\d\d:\d\d:(?!00\.000Z)[\d.]{6}Z/g, 'T08:00:00.000Z')
      .replace(/"(?:eyJ[\w-]+\.){2}[\w-]+"/g, '"{token}"');
  };

  for (const list of ['/api/cases', '/api/actions?status=all', '/api/sharing-log'])
    for (const [id] of (await server.call('coordinator', 'GET', list)).text.matchAll(UUID)) known.add(id);

  let out = '';
  let rest = text;
  const exchange = /```http\n([A-Z]+) (\S+)\n([\s\S]*?)```\n\n```http\n([\s\S]*?)```\n((?:\n?<!-- \w+ = [\w.]+ -->\n)*)/;
  for (let found = exchange.exec(rest); found; found = exchange.exec(rest)) {
    const [whole, method, path, request, response, keep] = found as unknown as [string, string, string, string, string, string];
    const [head = '', body = ''] = request.split(/\n\n|^\n/);
    const headers = Object.fromEntries(
      (await fill(head))
        .split('\n')
        .filter(Boolean)
        .map((line) => line.split(/: /, 2) as [string, string]),
    );
    if (body.trim()) {
      headers['content-type'] = 'application/json';
      JSON.parse(body); // as it stands in the document
    }
    const answer = await fetch(`${server.url}${await fill(path)}`, {
      method,
      headers,
      ...(body.trim() && { body: await fill(body) }),
    });
    const actual = JSON.parse(await answer.text()) as Json;
    for (const [, name, field] of keep.matchAll(/<!-- (\w+) = ([\w.]+) -->/g)) {
      const value = field!.split('.').reduce<Json | undefined>(inside, actual);
      if (typeof value !== 'string') throw new Error(`${method} ${path} gives no text in ${field}: ${JSON.stringify(actual)}`);
      names.set(name!, value);
    }
    const written = response.slice(response.indexOf('\n\n') + 2).trim();
    const masked = JSON.parse(mask(JSON.stringify(actual))) as Json;
    const etag = answer.headers.get('etag');
    const lines = [
      `HTTP/1.1 ${answer.status} ${STATUS[answer.status]}`,
      ...(answer.ok ? [] : [`Content-Type: ${answer.headers.get('content-type')}`]),
      ...(etag ? [`ETag: ${etag}`] : []),
      '',
      pretty(shown(masked, written ? (JSON.parse(written) as Json) : undefined)),
    ];
    const again = `\`\`\`http\n${method} ${path}\n${request}\`\`\`\n\n\`\`\`http\n${lines.join('\n')}\n\`\`\`\n${keep}`;
    out += rest.slice(0, found.index) + again;
    rest = rest.slice(found.index + whole.length);
  }
  return out + rest;
};

describe('docs/api.md', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer({ now: NOW });
  });
  afterAll(() => server.stop());

  it('shows what the server answers', async () => {
    const text = readFileSync(API, 'utf8');
    const played = await play(text, server);
    if (process.env['FREMDRIFT_UPDATE_DOCS'] === '1') writeFileSync(API, played);
    else expect(played).toBe(text);
    expect(text.match(/^HTTP\/1\.1 /gm)!.length).toBeGreaterThan(15);
  });
});

const files = (folder: string): string[] =>
  readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (['node_modules', 'dist', '.git', '.data', '.build', 'coverage', 'test-results'].includes(entry.name)) return [];
    const path = join(folder, entry.name);
    return entry.isDirectory() ? files(path) : [path];
  });
const everything = files(ROOT);
const read = (path: string) => readFileSync(path, 'utf8');
const name = (path: string) => relative(ROOT, path);

describe('the documentation', () => {
  const pages = everything.filter((path) => extname(path) === '.md');

  it('links to what exists', () => {
    const broken = pages.flatMap((page) =>
      [...read(page).matchAll(/\]\((?!https?:|mailto:)([^)#\s]*)(#[^)\s]*)?\)/g)]
        .filter(([, target]) => target && !existsSync(resolve(dirname(page), target)))
        .map(([link]) => `${name(page)} ${link}`),
    );
    expect(broken).toEqual([]);
  });

  it('names files that exist', () => {
    const path = /`((?:apps|libs|test|scripts|docs|examples)\/[\w./-]+\.(?:ts|mjs|md|cedar|json|csv|xlsx|cjs))`/g;
    const missing = pages.flatMap((page) =>
      [...read(page).matchAll(path)]
        .filter(([, file]) => !existsSync(join(ROOT, file!)))
        .map(([, file]) => `${name(page)} ${file}`),
    );
    expect(missing).toEqual([]);
  });

  it('names npm scripts that exist', () => {
    const { scripts } = JSON.parse(read(join(ROOT, 'package.json'))) as { scripts: Record<string, string> };
    const named = pages.flatMap((page) => [...read(page).matchAll(/npm run (?:-s )?([\w:]+)/g)].map(([, script]) => script!));
    expect([...new Set(named)].filter((script) => !(script in scripts))).toEqual([]);
  });

  it('explains every setting', () => {
    const source = read(join(ROOT, 'libs/platform/src/configuration.ts'));
    const settings = [...new Set([...source.matchAll(/setting\(env, '(\w+)'\)/g)].map(([, setting]) => setting!))];
    expect(settings.length).toBeGreaterThan(10);
    const missing = ['README.md', '.env.example'].flatMap((page) =>
      settings.filter((setting) => !read(join(ROOT, page)).includes(setting)).map((setting) => `${page} ${setting}`),
    );
    expect(missing).toEqual([]);
  });

  it('has a word for every event of the domain', () => {
    const glossary = read(join(ROOT, 'docs/glossary.md'));
    const events = Object.values(STREAMS).flatMap(({ codec }) => Object.keys(codec.definitions));
    expect(events.filter((type) => !glossary.includes(`\`${type}\``))).toEqual([]);
  });

  it('lists every dependency', () => {
    const manifest = JSON.parse(read(join(ROOT, 'package.json'))) as Record<
      'dependencies' | 'devDependencies',
      Record<string, string>
    >;
    const page = read(join(ROOT, 'docs/dependencies.md'));
    const all = [...Object.keys(manifest.dependencies), ...Object.keys(manifest.devDependencies)];
    expect(all.filter((dependency) => !page.includes(`\`${dependency}\``))).toEqual([]);
  });
});

describe('the text of this repository', () => {
  it('names no folder of the machine it was written on', () => {
    const texts = everything.filter((path) => !['.xlsx', '.wasm', '.png'].includes(extname(path)));
    const machine = /(?<![\w.])\/(?:work|root|home|Users)\/|[A-Z]:\\Users\\/;
    expect(texts.filter((path) => machine.test(read(path))).map(name)).toEqual([]);
  });
});
