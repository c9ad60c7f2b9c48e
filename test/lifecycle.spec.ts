// Starting, stopping and being killed: the server as its own process, on folders and databases it must never leave in a mess.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { createServer as createHttpServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import pg from 'pg';
import { createTestDatabase } from '@app/testing';
import { DEMO_CASE_IDS } from '../apps/api/src/demo/data.js';
import { spawnServer, type Client, type SpawnedServer } from './support/server.js';

const ROOT = resolve(import.meta.dirname, '..');
const KEY = Buffer.alloc(32, 1).toString('base64');
const OPEN_CASES = [1, 2, 3, 5, 6, 8, 9].map((n) => DEMO_CASE_IDS[n - 1]!);
/** Only to end what hangs: a machine under load is slow, not wrong. */
const LIMIT_MS = 300_000;

const folders: string[] = [];
const processes: ChildProcess[] = [];
const newFolder = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'fremdrift-lifecycle-'));
  chmodSync(folder, 0o755);
  folders.push(folder);
  return folder;
};

/** Process ids of the PostgreSQL servers that run in this folder. */
const serversOf = (folder: string): number[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
        return /\/postgres -D/.test(command) && command.includes(folder);
      } catch {
        return false;
      }
    });

/** Waits for something that another process does. Without an end the test's own limit says so. */
const until = async (holds: () => boolean): Promise<void> => {
  while (!holds()) await new Promise((done) => setTimeout(done, 20));
};

const start = async (options: { dataFolder: string; env?: Record<string, string> }): Promise<SpawnedServer> => {
  const server = await spawnServer(options);
  processes.push(server.process);
  return server;
};

/** What a start that fails prints, and its exit code in front. */
const failedStart = async (env: Record<string, string>, dataFolder = newFolder()): Promise<string> => {
  const error: unknown = await spawnServer({ dataFolder, env }).then(
    (server) => server.end('SIGKILL'),
    (reason: unknown) => reason,
  );
  expect(serversOf(dataFolder)).toEqual([]);
  return error instanceof Error ? error.message.replace('the server ended ', '').trim() : 'it started';
};

/** @returns the position in the receipt: from now on the event must be there, whatever happens */
const register = async (server: Client, n = 0): Promise<number> => {
  const deadline = new Date(Date.now() + 300 * 86_400_000).toISOString().slice(0, 10);
  const action = { description: 'Tage kontakt', ownerOrganisationId: 'sof', deadline };
  const path = `/api/cases/${OPEN_CASES[n % OPEN_CASES.length]}/actions`;
  const { status, body, text } = await server.call<{ position: string }>('coordinator', 'POST', path, action);
  if (status !== 201) throw new Error(`not registered: ${status} ${text}`);
  return Number(body.position);
};

const embeddedUrl = (folder: string): string => {
  const port = readFileSync(join(folder, 'postgres/postmaster.pid'), 'utf8').split('\n')[3];
  return `postgres://fremdrift:${readFileSync(join(folder, 'postgres.password'), 'utf8')}@127.0.0.1:${port}/postgres`;
};
const column = async (url: string, query: string): Promise<string[]> => {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query<string[]>({ text: query, rowMode: 'array' });
  await client.end();
  return rows.map(([value]) => String(value));
};
const positions = async (folder: string): Promise<number[]> =>
  (await column(embeddedUrl(folder), 'select position from event_store.events order by position')).map(Number);

const listening = async (server: Server): Promise<number> => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
};
const freePort = async (): Promise<number> => {
  const server = createServer();
  const port = await listening(server);
  server.close();
  return port;
};

afterAll(async () => {
  // Something is left only where a test failed.
  for (const child of processes) child.kill('SIGKILL');
  for (const folder of folders) {
    for (const pid of serversOf(folder)) process.kill(pid, 'SIGQUIT');
    await until(() => serversOf(folder).length === 0);
    rmSync(folder, { recursive: true, force: true });
  }
}, LIMIT_MS);

describe('the server', () => {
  it.concurrent(
    'keeps everything across a restart, keeps a second server out, and ends when its PostgreSQL does',
    async () => {
      const dataFolder = newFolder();
      const first = await start({ dataFolder });
      const durable =
        "select name || '=' || setting from pg_settings where name in ('fsync', 'full_page_writes', 'synchronous_commit')";
      expect((await column(embeddedUrl(dataFolder), durable)).sort()).toEqual([
        'fsync=on',
        'full_page_writes=on',
        'synchronous_commit=on',
      ]);

      const acknowledged = [await register(first)];
      const before = await positions(dataFolder);
      // What is under way when the signal comes is answered; what comes later is told so, or finds nobody.
      const underWay = Array.from({ length: 10 }, (_, n) => register(first, n));
      await Promise.race(underWay);
      const ended = first.end('SIGTERM');
      for (const outcome of await Promise.allSettled(underWay))
        if (outcome.status === 'fulfilled') acknowledged.push(outcome.value);
        else expect(String(outcome.reason)).toMatch(/fetch failed|not registered: 503/);
      expect(await ended).toBe(0);
      expect(serversOf(dataFolder)).toEqual([]);

      // Another port: the demo's users are still who they were.
      const port = await freePort();
      const second = await start({ dataFolder, env: { PORT: String(port), LOG_LEVEL: 'debug' } });
      expect(second.output()).not.toContain('automatic recovery');
      const after = await positions(dataFolder);
      expect(after).toEqual(expect.arrayContaining(acknowledged));
      expect(after.length).toBeLessThanOrEqual(before.length + 10);
      expect((await second.call('coordinator', 'GET', `/api/cases/${OPEN_CASES[0]}`)).status).toBe(200);

      const [sameFolder, samePort] = await Promise.all([
        start({ dataFolder }).catch((error: unknown) => String(error)),
        failedStart({ PORT: String(port) }),
      ]);
      expect(sameFolder).toMatch(/ended \(1\): the key store is in use by process \d+: stop it first \(\S+\)\s*$/);
      expect(samePort).toBe(`(1): Port ${port} of 127.0.0.1 is in use: stop what runs there, or set PORT.`);
      acknowledged.push(await register(second));

      process.kill(Number(readFileSync(join(dataFolder, 'postgres/postmaster.pid'), 'utf8').split('\n')[0]), 'SIGKILL');
      await once(second.process, 'exit');
      expect(second.process.exitCode).toBe(1);
      expect(second.output()).toContain('\nStopping: the embedded PostgreSQL ended.\n');
      const third = await start({ dataFolder });
      expect(await positions(dataFolder)).toEqual(expect.arrayContaining(acknowledged));
      expect(await third.end('SIGINT')).toBe(0);
      const said = [...third.output().matchAll(/"message":"(stopp\w+)"/g)].map(([, word]) => word);
      expect(said).toEqual(['stopping', 'stopped']);
    },
    LIMIT_MS,
  );

  it.concurrent(
    'loses no acknowledged write, and leaves no PostgreSQL behind, however often it is killed',
    async () => {
      const dataFolder = newFolder();
      const acknowledged: number[] = [];
      const write = async (server: SpawnedServer, n: number): Promise<void> => {
        try {
          for (;;) acknowledged.push(await register(server, n));
        } catch (error) {
          if (server.process.signalCode === null && !String(error).includes('fetch failed')) throw error;
        }
      };
      for (let round = 0; round < 5; round++) {
        const server = await start({ dataFolder });
        const writers = Array.from({ length: 4 }, (_, n) => write(server, n));
        const enough = acknowledged.length + 20;
        await until(() => acknowledged.length >= enough);
        expect(await server.end('SIGKILL')).toBe('SIGKILL');
        await Promise.all(writers);
        // Odd rounds start again at once, while the orphan is still about to end.
        if (round % 2 === 0) await until(() => serversOf(dataFolder).length === 0);
      }
      const server = await start({ dataFolder });
      const stored = await positions(dataFolder);
      expect(stored).toEqual(stored.map((_, i) => i + 1));
      expect(stored).toEqual(expect.arrayContaining(acknowledged));
      expect((await server.call(undefined, 'GET', '/health/ready')).status).toBe(200);
      expect(await server.end('SIGTERM')).toBe(0);
    },
    LIMIT_MS,
  );

  it.concurrent(
    'finishes the demo when its loading was interrupted',
    async () => {
      const dataFolder = newFolder();
      const child = spawn(process.execPath, ['scripts/run.mjs', 'api'], {
        cwd: ROOT,
        env: { PATH: process.env['PATH'], PORT: '0', FREMDRIFT_DATA: dataFolder },
        stdio: 'ignore',
      });
      await until(() => existsSync(join(dataFolder, 'demo/loading')));
      child.kill('SIGKILL');
      const server = await start({ dataFolder });
      const { body } = await server.call<{ items: unknown[] }>('coordinator', 'GET', '/api/cases?limit=100');
      expect(body.items.length).toBeGreaterThan(5);
      expect(existsSync(join(dataFolder, 'demo/loading'))).toBe(false);
      expect(await server.end('SIGTERM')).toBe(0);
    },
    LIMIT_MS,
  );
});

describe('npm start', () => {
  const npmStart = async (dataFolder: string): Promise<ChildProcess> => {
    const npm = spawn('npm', ['start'], {
      cwd: ROOT,
      env: { ...process.env, PORT: '0', FREMDRIFT_DATA: relative(ROOT, dataFolder), NODE_OPTIONS: '' },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    processes.push(npm);
    let printed = '';
    for (const stream of [npm.stdout, npm.stderr]) stream.on('data', (bytes: Buffer) => (printed += bytes.toString()));
    await until(() => printed.includes('Ctrl-C stops everything') || npm.exitCode !== null);
    expect(printed).toMatch(/coordinator[\s\S]+Ctrl-C stops everything/);
    return npm;
  };
  const groupIsGone = (pid: number): boolean => {
    try {
      process.kill(-pid, 0);
      return false;
    } catch {
      return true;
    }
  };

  it.concurrent.each([
    ['Ctrl-C', (npm: ChildProcess) => process.kill(-npm.pid!, 'SIGINT'), 0],
    ['SIGTERM', (npm: ChildProcess) => npm.kill('SIGTERM'), 0],
    ['kill -9 of npm', (npm: ChildProcess) => npm.kill('SIGKILL'), null],
  ])(
    'ends with everything it started on %s, in a folder with a space and æøå, given by a relative path',
    async (_, stop, code) => {
      const dataFolder = join(newFolder(), 'en mappe æøå');
      const npm = await npmStart(dataFolder);
      expect(serversOf(dataFolder)).toHaveLength(1);
      stop(npm);
      await once(npm, 'exit');
      expect(npm.exitCode).toBe(code);
      await until(() => groupIsGone(npm.pid!) && serversOf(dataFolder).length === 0);
      const log = await start({ dataFolder, env: { LOG_LEVEL: 'debug' } });
      expect(log.output()).not.toContain('automatic recovery');
      expect(await log.end('SIGTERM')).toBe(0);
    },
    LIMIT_MS,
  );
});

describe('configuration', () => {
  it.concurrent(
    'a wrong value ends the start with one line that names it',
    async () => {
      const file = join(newFolder(), 'file');
      writeFileSync(file, '');
      expect(await failedStart({ PORT: 'http' })).toBe('(2): PORT must be a whole number from 0 to 65535, not "http"');
      expect(await failedStart({ FREMDRIFT_DATA: file })).toBe(
        `(2): FREMDRIFT_DATA must be a folder this user can write to: ${file} is not (EEXIST)`,
      );
      expect(await failedStart({ HOST: '192.0.2.1', ...realIssuer('http://127.0.0.1:1') })).toBe(
        '(1): Port 0 of 192.0.2.1 is not an address of this machine: set HOST.',
      );
    },
    LIMIT_MS,
  );

  const realIssuer = (issuer: string) => ({ OIDC_ISSUER: issuer, OIDC_AUDIENCE: 'fremdrift', FREMDRIFT_MASTER_KEY: KEY });

  it.concurrent(
    "runs on a database and an issuer of one's own: nothing embedded, no demo, one administrator",
    async () => {
      const database = await createTestDatabase();
      const { publicKey, privateKey } = await generateKeyPair('ES256');
      const jwk = { ...(await exportJWK(publicKey)), kid: 'k', alg: 'ES256', use: 'sig' };
      const provider = createHttpServer((request, response) => {
        response.setHeader('content-type', 'application/json');
        response.end(JSON.stringify(request.url === '/jwks' ? { keys: [jwk] } : { issuer, jwks_uri: `${issuer}/jwks` }));
      });
      const issuer = `http://127.0.0.1:${await listening(provider)}`;
      const dataFolder = newFolder();
      const env = { ...realIssuer(issuer), DATABASE_URL: database.url, FREMDRIFT_FIRST_ADMINISTRATOR: 'first' };
      const server = await start({ dataFolder, env });
      const tokenOf = (sub: string) =>
        new SignJWT({ fremdrift_role: 'administrator', fremdrift_organisation: 'administration', amr: ['mfa'] })
          .setProtectedHeader({ alg: 'ES256', kid: 'k' })
          .setIssuer(issuer)
          .setAudience('fremdrift')
          .setSubject(sub)
          .setIssuedAt()
          .setExpirationTime('5m')
          .sign(privateKey);
      const as = async (sub: string) => ({ authorization: `Bearer ${await tokenOf(sub)}` });

      const me = await server.call(undefined, 'GET', '/api/me', undefined, await as('first'));
      expect([me.status, me.body['role']]).toEqual([200, 'administrator']);
      expect((await server.call(undefined, 'GET', '/api/me', undefined, await as('second'))).status).toBe(401);
      for (const path of ['/demo/users', '/demo/clock', '/demo/jwks', '/demo/.well-known/openid-configuration'])
        expect((await server.call(undefined, 'GET', path)).status).toBe(404);
      expect((await server.call(undefined, 'POST', '/demo/token', { user: 'coordinator' })).status).toBe(404);
      expect(existsSync(join(dataFolder, 'postgres'))).toBe(false);
      expect(await column(database.url, 'select distinct stream from event_store.events order by 1')).toEqual([
        'organisation-administration',
        expect.stringMatching(/^user-/),
      ]);
      expect(await server.end('SIGINT')).toBe(0);

      const otherKey = Buffer.alloc(32, 2).toString('base64');
      expect(await failedStart({ ...env, FREMDRIFT_MASTER_KEY: otherKey }, dataFolder)).toMatch(
        /^\(1\): wrong master key: the key store was made with MK-\S+, this one is MK-\S+$/,
      );
      provider.close();
      await database.drop();
    },
    LIMIT_MS,
  );

  it.concurrent(
    'refuses a database that cannot be reached or is not durable, in one line',
    async () => {
      const database = await createTestDatabase();
      const demo = { FREMDRIFT_DEMO: '1' };
      const nobody = new URL(database.url);
      nobody.password = 'wrong';
      const { host, pathname } = nobody;
      await column(database.url, `alter database ${pathname.slice(1)} set synchronous_commit = off`);
      const [off, unreachable, password] = await Promise.all([
        failedStart({ ...demo, DATABASE_URL: database.url }),
        failedStart({ ...demo, DATABASE_URL: 'postgres://someone:secret@localhost:1/none' }),
        failedStart({ ...demo, DATABASE_URL: nobody.href }),
      ]);
      expect(off).toBe('(1): The event store needs a durable PostgreSQL: turn on synchronous_commit.');
      expect(unreachable).toBe('(1): PostgreSQL at localhost:1/none: the event store does not answer (ECONNREFUSED).');
      expect(password).toBe(`(1): PostgreSQL at ${host}${pathname}: the event store does not answer (wrong user or password).`);
      expect(await column(database.url, 'select count(*) from pg_namespace where nspname = $$event_store$$')).toEqual(['0']);
      await database.drop();
    },
    LIMIT_MS,
  );

  it.concurrent(
    'does not touch what is in the place of its cluster',
    async () => {
      const dataFolder = newFolder();
      mkdirSync(join(dataFolder, 'postgres'));
      writeFileSync(join(dataFolder, 'postgres', 'precious'), 'x');
      expect(await failedStart({}, dataFolder)).toBe(
        `(1): ${join(dataFolder, 'postgres')} holds something that is no PostgreSQL cluster: move it away.`,
      );
      expect(readdirSync(join(dataFolder, 'postgres'))).toEqual(['precious']);
    },
    LIMIT_MS,
  );
});
