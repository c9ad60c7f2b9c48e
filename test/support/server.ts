// Servers for tests: one in this process (its stores can be looked into), one as its own process (as a user starts it).
import { spawn, type ChildProcess } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Configuration } from '@app/platform';
import { BACKGROUND, createReadModels, type ReadModels } from '@app/read-models';
import { createTestDatabase } from '@app/testing';
import pg from 'pg';
import { startApplication, type RunningApplication } from '../../apps/api/src/application.js';

const ROOT = resolve(import.meta.dirname, '../..');

export const temporaryFolder = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'fremdrift-server-'));
  chmodSync(folder, 0o755);
  return folder;
};

export interface Answer<T = unknown> {
  readonly status: number;
  readonly body: T;
  readonly text: string;
  readonly headers: Headers;
}
export interface Client {
  readonly url: string;
  token(user: string): Promise<string>;
  /** `user`: a demo user, or nobody when undefined. */
  call<T = Record<string, unknown>>(
    user: string | undefined,
    method: string,
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ): Promise<Answer<T>>;
}

export const createClient = (url: string): Client => {
  const tokens = new Map<string, Promise<string>>();
  const token = (user: string): Promise<string> => {
    const asked = async () => {
      const answer = await fetch(`${url}/demo/token`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ user }),
      });
      return ((await answer.json()) as { access_token: string }).access_token;
    };
    const known = tokens.get(user) ?? asked();
    tokens.set(user, known);
    return known;
  };
  return {
    url,
    token,
    call: async <T>(
      user: string | undefined,
      method: string,
      path: string,
      body?: unknown,
      headers: Record<string, string> = {},
    ) => {
      const answer = await fetch(`${url}${path}`, {
        method,
        headers: {
          ...(user !== undefined && { authorization: `Bearer ${await token(user)}` }),
          ...(body !== undefined && { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
      const text = await answer.text();
      const json = /json/.test(answer.headers.get('content-type') ?? '') && text !== '';
      return { status: answer.status, body: (json ? JSON.parse(text) : undefined) as T, text, headers: answer.headers };
    },
  };
};

export interface TestServer extends RunningApplication, Client {
  /** Asked as what happens without a request asks. */
  readonly readModels: ReadModels;
  /** A look into the database as its owner, whom nothing is hidden from. */
  readonly ownerUrl: string;
  owner<R extends object>(sql: string, values?: unknown[]): Promise<R[]>;
}

/** The whole server in this process, on stores that outlive it. */
export const startServerOn = async (
  databaseUrl: string,
  dataFolder: string,
  over: Partial<Configuration> = {},
): Promise<TestServer> => {
  const running = await startApplication({
    ...{ host: '127.0.0.1', port: 0, dataFolder, databaseUrl, role: 'all', demo: true, logLevel: 'error', rateLimitPerMinute: 0 },
    ...over,
  });
  const owner = async <R extends object>(sql: string, values?: unknown[]): Promise<R[]> => {
    const client = new pg.Client({ connectionString: databaseUrl });
    await client.connect();
    try {
      return (await client.query<R>(sql, values)).rows;
    } finally {
      await client.end();
    }
  };
  const { dataSource, store, projections } = running.ports;
  const readModels = createReadModels({ dataSource, store, projections, context: () => BACKGROUND });
  return { ...running, ...createClient(running.url), ownerUrl: databaseUrl, owner, readModels };
};

/**
 * The whole server in this process, with demo data, on a database of its own in the test run's PostgreSQL.
 * @param options `now`: what the demo's clock shows at the start; and settings other than a test's usual ones
 */
export const startTestServer = async ({ now, ...over }: { now?: Date } & Partial<Configuration> = {}): Promise<TestServer> => {
  const database = await createTestDatabase();
  const dataFolder = temporaryFolder();
  if (now) {
    mkdirSync(join(dataFolder, 'demo'));
    writeFileSync(join(dataFolder, 'demo', 'clock.json'), JSON.stringify({ offset: now.getTime() - Date.now() }));
  }
  const running = await startServerOn(database.url, dataFolder, over);
  const stop = async () => {
    await running.stop();
    await database.drop();
    rmSync(dataFolder, { recursive: true, force: true });
  };
  return { ...running, stop };
};

export interface SpawnedServer extends Client {
  readonly process: ChildProcess;
  readonly dataFolder: string;
  /** Everything it printed so far, both streams. */
  output(): string;
  /** Sends a signal and waits for the end. @returns exit code, or the signal's name */
  end(signal: NodeJS.Signals): Promise<number | string>;
}

/** The server as its own process, as `npm start` runs it: embedded PostgreSQL, demo, a data folder of its own unless given. */
export const spawnServer = async (
  options: { dataFolder?: string; env?: Record<string, string> } = {},
): Promise<SpawnedServer> => {
  const dataFolder = options.dataFolder ?? temporaryFolder();
  const child = spawn(process.execPath, ['scripts/run.mjs', 'api'], {
    cwd: ROOT,
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'], PORT: '0', FREMDRIFT_DATA: dataFolder, ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let printed = '';
  const ended = new Promise<number | string>((done) => child.once('close', (code, signal) => done(code ?? signal ?? 'unknown')));
  const url = await new Promise<string>((done, fail) => {
    const read = (bytes: Buffer) => {
      printed += bytes.toString();
      const found = /Fremdrift is running: (\S+)/.exec(printed)?.[1];
      if (found !== undefined) done(found);
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    void ended.then((how) => fail(new Error(`the server ended (${how}): ${printed.slice(-2000)}`)));
  });
  return {
    ...createClient(url),
    process: child,
    dataFolder,
    output: () => printed,
    end: (signal) => {
      child.kill(signal);
      return ended;
    },
  };
};
