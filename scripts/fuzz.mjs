// npm run -s fuzz [-- --seed 7 --count 10000]: bent requests over every endpoint, against a server of its own with demo data.
// Ends with 1 when an answer, or what the server printed, is not as it has to be. The same seed and count make the same run.
import { spawn } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { transformSync } from '@swc/core';
import { buildIfNeeded } from './build-if-needed.mjs';

const root = join(import.meta.dirname, '..');
const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: String(Math.floor(Math.random() * 1e6)) },
    count: { type: 'string', default: '10000' },
  },
});
const [seed, count] = [Number(values.seed), Number(values.count)];
if (!Number.isInteger(seed) || !Number.isInteger(count) || count < 1) {
  process.stderr.write('--seed and --count take whole numbers\n');
  process.exit(2);
}
const line = (text) => process.stdout.write(`${text}\n`);

const work = mkdtempSync(join(tmpdir(), 'fremdrift-fuzz-'));
chmodSync(work, 0o755);
const load = async () => {
  for (const file of ['fuzz/random', 'fuzz/requests', 'fuzz/fuzz', 'support/secrets']) {
    const source = readFileSync(join(root, 'test', `${file}.ts`), 'utf8');
    const { code } = transformSync(source, { jsc: { parser: { syntax: 'typescript' }, target: 'es2023' } });
    const target = join(work, 'code', `${file}.js`);
    mkdirSync(join(target, '..'), { recursive: true });
    writeFileSync(target, code);
  }
  writeFileSync(join(work, 'code/package.json'), '{"type":"module"}');
  const from = (file) => import(pathToFileURL(join(work, 'code', file)).href);
  return { ...(await from('fuzz/fuzz.js')), ...(await from('support/secrets.js')) };
};

buildIfNeeded();
const { fuzz, searchFor } = await load();
const server = spawn(process.execPath, [join(root, 'dist/apps/api/src/main.js')], {
  cwd: root,
  env: {
    PATH: process.env.PATH,
    HOME: process.env.HOME,
    PORT: '0',
    FREMDRIFT_DATA: join(work, 'data'),
    RATE_LIMIT_PER_MINUTE: '0',
  },
  stdio: ['ignore', 'pipe', 'pipe'],
});
let printed = '';
const ended = new Promise((done) => server.once('close', done));
try {
  const url = await new Promise((done, fail) => {
    const read = (bytes) => {
      printed += bytes;
      const found = /Fremdrift is running: (\S+)/.exec(printed)?.[1];
      if (found !== undefined) done(found.replace('localhost', '127.0.0.1'));
    };
    server.stdout.on('data', read);
    server.stderr.on('data', read);
    void ended.then(() => fail(new Error(`the server ended: ${printed.slice(-2000)}`)));
  });
  const started = Date.now();
  const progress = (done) => done % 1000 === 0 && process.stderr.write(`${done} of ${count}\n`);
  const { failures, statuses, reached, endpoints } = await fuzz({ url, seed, count, progress });
  server.kill('SIGTERM');
  await ended;
  for (const { n, request, status, wrong, answer } of failures) {
    line(`\n#${n} ${request.endpoint} as ${request.user} (${request.mutations.join(', ') || 'as documented'}): ${status}`);
    for (const what of wrong) line(`  ${what}`);
    const { method, path, headers, body } = request;
    line(`  sent    ${JSON.stringify({ method, path, headers, body: body?.slice(0, 1000) })}`);
    line(`  answer  ${answer}`);
    line(`  again   npm run -s fuzz -- --seed ${seed} --count ${n + 1}`);
  }
  const told = searchFor(['KANARIE', 'Demo Ung', 'Testperson']).inText(printed);
  for (const secret of told) line(`\nthe server printed ${secret}`);
  const counts = Object.entries(statuses).map(([status, n]) => `${status}: ${n}`);
  line(
    `\nseed ${seed}, ${count} requests over ${endpoints} endpoints (${reached} gave a 2xx) in ${Math.round((Date.now() - started) / 1000)} s`,
  );
  line(`answers ${counts.join(', ')}`);
  line(`${failures.length} answers are not as they have to be, ${told.length} secrets printed`);
  process.exitCode = failures.length + told.length > 0 ? 1 : 0;
} finally {
  server.kill('SIGKILL');
  await ended;
  rmSync(work, { recursive: true, force: true });
}
