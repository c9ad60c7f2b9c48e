// The running server, as the command line meets it: a bearer token, JSON, and problem documents (RFC 9457) as sentences.
import { setTimeout as delay } from 'node:timers/promises';
import { printable, Unusable } from './unusable.js';

const TIMEOUT_MS = 60_000;
/** A server that goes on saying "too many" for so many of its own waits has another problem than our haste. */
const MOST_WAITS = 5;
const LONGEST_WAIT_S = 120;

export interface Answer {
  readonly status: number;
  readonly body: unknown;
}
export interface Server {
  /** @throws Unusable when the server cannot be reached or does not answer in JSON. */
  request(method: 'GET' | 'POST', path: string, body?: unknown, headers?: Readonly<Record<string, string>>): Promise<Answer>;
  /** A file, as it is. @throws Unusable when it is not given. */
  download(path: string): Promise<Uint8Array>;
}

const isLoopback = (url: URL): boolean => /^(localhost|127(\.\d+){3}|\[::1\])$/.test(url.hostname);

/** @throws Unusable unless it is https, or http on this machine: personal data never travels in the clear. */
const serverUrl = (text: string): URL => {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !/^https?:$/.test(url.protocol)) {
    throw new Unusable(
      '--server must be an address such as http://localhost:3000',
      '--server skal være en adresse som http://localhost:3000',
    );
  }
  if (url.protocol === 'http:' && !isLoopback(url)) {
    throw new Unusable(
      'a server on another machine must be reached over https',
      'en server på en anden maskine skal nås over https',
    );
  }
  return url;
};

const send = async (
  base: URL,
  method: string,
  path: string,
  token?: string,
  body?: unknown,
  headers: Readonly<Record<string, string>> = {},
  waits = 0,
): Promise<Answer> => {
  let response: Response;
  let text: string;
  try {
    response = await fetch(new URL(path, base), {
      method,
      headers: {
        accept: 'application/json, application/problem+json',
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      body: body === undefined ? null : JSON.stringify(body),
      redirect: 'error',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    text = await response.text();
  } catch {
    throw new Unusable(`the server at ${base.origin} does not answer`, `serveren på ${base.origin} svarer ikke`);
  }
  // Too many requests: this one did nothing. It waits as long as it was told, and goes again.
  const wait = Number(response.headers.get('retry-after') ?? NaN);
  if (response.status === 429 && waits < MOST_WAITS && wait >= 0 && wait <= LONGEST_WAIT_S) {
    await delay(wait * 1000);
    return send(base, method, path, token, body, headers, waits + 1);
  }
  try {
    return { status: response.status, body: text ? JSON.parse(text) : undefined };
  } catch {
    throw new Unusable(
      `what answers at ${base.origin} is not this system (HTTP ${response.status}, not JSON)`,
      `det, der svarer på ${base.origin}, er ikke dette system`,
    );
  }
};

/** An error answer as one sentence: the problem document's title, detail and errors. */
export const faultText = ({ status, body }: Answer): string => {
  const { title, detail, errors } = (body ?? {}) as { title?: unknown; detail?: unknown; errors?: unknown };
  const parts: unknown[] = [title, detail, ...(Array.isArray(errors) ? (errors as unknown[]) : [])];
  const words = parts.filter((part) => typeof part === 'string').map((part) => printable(part));
  return [`HTTP ${status}`, ...new Set(words)].join(': ');
};

/** The list in an answer of the form `{ items: […] }`. */
const itemsOf = (answer: Answer): Record<string, unknown>[] => {
  const items = (answer.body as { items?: unknown } | undefined)?.items;
  if (answer.status !== 200 || !Array.isArray(items)) {
    throw new Unusable(`the server refused: ${faultText(answer)}`, 'serveren afviste');
  }
  return items as Record<string, unknown>[];
};
const field = (item: Record<string, unknown>, key: string): string => {
  const value = item[key];
  return typeof value === 'string' ? printable(value, 100) : '';
};

/**
 * A token of the demo's own issuer, which only exists on the server's own machine.
 * @throws Unusable for an unknown user, with the list of those there are
 */
export const demoToken = async (server: string, user: string): Promise<string> => {
  const base = serverUrl(server);
  if (!isLoopback(base)) {
    throw new Unusable(
      'only a demo on this machine gives tokens: set FREMDRIFT_TOKEN',
      'kun en demo på denne maskine udsteder tokens: sæt FREMDRIFT_TOKEN',
    );
  }
  const answer = await send(base, 'POST', '/demo/token', undefined, { user });
  const token = (answer.body as { access_token?: unknown } | undefined)?.access_token;
  if (answer.status < 300 && typeof token === 'string') return token;
  if (answer.status >= 500) throw new Unusable(`the server refused: ${faultText(answer)}`, 'serveren afviste');

  const users = await send(base, 'GET', '/demo/users');
  if (users.status !== 200) {
    throw new Unusable(
      'this server has no demo sign-in: set FREMDRIFT_TOKEN',
      'denne server har ikke demo-login: sæt FREMDRIFT_TOKEN',
    );
  }
  const lines = itemsOf(users).map(
    (item) => `  ${field(item, 'user').padEnd(18)} ${field(item, 'role').padEnd(16)} ${field(item, 'organisation')}`,
  );
  throw new Unusable(
    `there is no demo user "${printable(user, 40)}"`,
    `den demobruger findes ikke. Users / brugere:\n${lines.join('\n')}`,
  );
};

/**
 * Signs in with FREMDRIFT_TOKEN or, without it, as a demo user; a demo token that expires on the way is renewed.
 * @throws Unusable
 */
export const connect = async (server: string, user: string, givenToken: string | undefined): Promise<Server> => {
  const base = serverUrl(server);
  let token = givenToken || (await demoToken(server, user));
  return {
    async download(path) {
      const headers = { accept: 'application/pdf', authorization: `Bearer ${token}` };
      const response = await fetch(new URL(path, base), { headers, redirect: 'error', signal: AbortSignal.timeout(TIMEOUT_MS) });
      if (response.status !== 200)
        throw new Unusable(`the server refused: HTTP ${response.status}`, `serveren afviste: HTTP ${response.status}`);
      return new Uint8Array(await response.arrayBuffer());
    },
    async request(method, path, body, headers) {
      const answer = await send(base, method, path, token, body, headers);
      if (answer.status !== 401 || givenToken) return answer;
      token = await demoToken(server, user);
      return send(base, method, path, token, body, headers);
    },
  };
};

/** The group to import into: the given one, or the only one there is. */
export const chooseGroup = async (server: Server, given: string | undefined): Promise<string> => {
  if (given) return given;
  const groups = itemsOf(await server.request('GET', '/api/groups'));
  const only = groups.length === 1 ? field(groups[0]!, 'groupId') : '';
  if (only) return only;
  const lines = groups.map((group) => `\n  --group ${field(group, 'groupId')}   ${field(group, 'name')}`);
  throw new Unusable(
    groups.length ? 'there are several groups: choose one' : 'this user has no group to import into',
    groups.length ? `der er flere grupper: vælg en${lines.join('')}` : 'brugeren har ingen gruppe at importere til',
  );
};
