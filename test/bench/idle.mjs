// The whole server at rest: memory of Node and its PostgreSQL, and how long a start on existing data takes.
import { spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { median } from './parts.mjs';

const SETTLE_MS = 5000;

/** From the start of the process to its word that it serves, in seconds. */
const start = (folder) =>
  new Promise((done, fail) => {
    const began = performance.now();
    const env = { ...process.env, FREMDRIFT_DATA: folder, PORT: '0' };
    const child = spawn(process.execPath, ['scripts/run.mjs', 'api'], { env, stdio: ['ignore', 'pipe', 'pipe'] });
    let printed = '';
    const read = (bytes) => {
      printed += bytes;
      if (/Fremdrift is running/.test(printed)) done({ child, seconds: (performance.now() - began) / 1000 });
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    child.once('exit', () => fail(new Error(printed.slice(-2000))));
  });
const stop = (child) => new Promise((gone) => (child.once('exit', gone), child.kill('SIGTERM')));

/** The process and all below it. */
const family = (pid) => {
  const parents = readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .flatMap((entry) => {
      try {
        const stat = readFileSync(`/proc/${entry}/stat`, 'utf8');
        return [[Number(entry), Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1])]];
      } catch {
        return [];
      }
    });
  const below = (parent) => parents.filter(([, p]) => p === parent).flatMap(([child]) => [child, ...below(child)]);
  return [pid, ...below(pid)];
};

/** Resident megabytes; pages that processes share are counted once (proportional set size). */
const megabytes = (pid) =>
  family(pid).reduce(
    (sum, member) => sum + Number(/^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${member}/smaps_rollup`, 'utf8'))[1]),
    0,
  ) / 1024;

export const run = async ({ rounds, report }) => {
  const folder = mkdtempSync(join(tmpdir(), 'fremdrift-bench-'));
  chmodSync(folder, 0o755);
  try {
    const first = await start(folder);
    report.line(`first start, with demo data: ${first.seconds.toFixed(1)} s`);
    await stop(first.child);
    const seconds = [];
    const memory = [];
    for (let round = 0; round < rounds; round++) {
      const { child, seconds: taken } = await start(folder);
      seconds.push(taken);
      await new Promise((rested) => setTimeout(rested, SETTLE_MS));
      memory.push(megabytes(child.pid));
      await stop(child);
    }
    report.result('memory.idle.mb', median(memory), 'MB resident, Node and PostgreSQL (goal at most 350)');
    report.result('start.seconds', median(seconds), 's to serve on existing data (goal at most 3)');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};
