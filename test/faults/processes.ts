// The server's processes, as they run in production but for their clock, and somebody who asks them over HTTP.
import { spawn, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const ROOT = resolve(import.meta.dirname, '../..');
const TIME_LAPSE = pathToFileURL(join(import.meta.dirname, 'time-lapse.mjs')).href;

/** One clock for all processes, in a file; forward only. */
export class Clock {
  constructor(readonly file: string) {}
  /** @param instant ISO 8601 */
  set(instant: string): void {
    writeFileSync(`${this.file}.new`, String(Date.parse(instant) - Date.now()));
    renameSync(`${this.file}.new`, this.file);
  }
}

export interface ServerProcess {
  readonly child: ChildProcess;
  /** Its address, when it serves, and everything that looks by itself has looked once. @throws Error when it ended before */
  readonly running: Promise<string>;
  /** When it is gone. */
  readonly ended: Promise<void>;
  printed(): string;
  kill(): Promise<void>;
}

const alive = new Set<ChildProcess>();
/** Nothing stays behind when the run is broken off. */
export const killAll = (): void => {
  for (const child of alive) child.kill('SIGKILL');
};

/** @param settings as the server reads them; @param folder of its own */
export const startProcess = (clock: Clock, folder: string, settings: Readonly<Record<string, string>>): ServerProcess => {
  mkdirSync(folder, { recursive: true });
  const child = spawn(process.execPath, ['--import', TIME_LAPSE, join(ROOT, 'dist/apps/api/src/main.js')], {
    cwd: ROOT,
    env: { PATH: process.env['PATH'], PORT: '0', FREMDRIFT_DATA: folder, FREMDRIFT_TIME_LAPSE: clock.file, ...settings },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  alive.add(child);
  let printed = '';
  const ended = new Promise<void>((done) => child.once('close', () => (alive.delete(child), done())));
  const running = new Promise<string>((done, fail) => {
    const read = (bytes: Buffer) => {
      printed += bytes.toString();
      const found = /Fremdrift is running: (\S+)/.exec(printed)?.[1];
      if (found !== undefined) done(found.replace('localhost', '127.0.0.1'));
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    void ended.then(() => fail(new Error(`the server ended (${child.exitCode}): ${printed.slice(-2000)}`)));
  });
  running.catch(() => {}); // who waits for it hears it
  const kill = () => {
    child.kill('SIGKILL');
    return ended;
  };
  return { child, running, ended, printed: () => printed, kill };
};

export interface Answer {
  readonly id: string;
  readonly etag: string | null;
}
export type Call = (
  user: string,
  method: string,
  path: string,
  body?: unknown,
  headers?: Record<string, string>,
) => Promise<Answer>;

/** Who is told 503 asks again: nobody leads the projections while workers die. */
const AGAIN_MS = 50;
const GIVE_UP_MS = 60_000;

/** Tokens are of this moment: one caller lives a day. @throws Error when the answer is not yes */
export const callerOf = (url: string): Call => {
  const tokens = new Map<string, Promise<string>>();
  const tokenOf = async (user: string): Promise<string> => {
    const headers = { 'content-type': 'application/json' };
    const answer = await fetch(`${url}/demo/token`, { method: 'POST', headers, body: JSON.stringify({ user }) });
    return ((await answer.json()) as { access_token: string }).access_token;
  };
  return async (user, method, path, body, headers = {}) => {
    const token = tokens.get(user) ?? tokenOf(user);
    tokens.set(user, token);
    const request = {
      method,
      headers: {
        authorization: `Bearer ${await token}`,
        ...(method !== 'GET' && { 'idempotency-key': randomUUID() }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    };
    for (const began = performance.now(); ;) {
      const answer = await fetch(`${url}${path}`, request);
      const text = await answer.text();
      if (answer.ok) {
        const { id = '' } = (text === '' ? {} : JSON.parse(text)) as { id?: string };
        return { id, etag: answer.headers.get('etag') };
      }
      if (answer.status !== 503 || performance.now() - began > GIVE_UP_MS)
        throw new Error(`${method} ${path} as ${user}: ${answer.status} ${text}`);
      await new Promise((next) => setTimeout(next, AGAIN_MS));
    }
  };
};
