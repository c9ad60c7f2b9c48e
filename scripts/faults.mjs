// npm run -s faults -- chase [--kills 200] [--seed 7] [--days 7] [--json]: a busy week in which the worker is killed over and over. Ends with 1
// unless every step was taken once and every mail went out under one Message-ID. The same seed makes the same week and the same plan of
// kills; what a process has just done at that moment is the machine's.
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { register } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { buildIfNeeded } from './build-if-needed.mjs';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    kills: { type: 'string', default: '200' },
    seed: { type: 'string', default: String(Math.floor(Math.random() * 1e6)) },
    days: { type: 'string', default: '7' },
    json: { type: 'boolean', default: false },
  },
});
const [seed, kills, days] = [Number(values.seed), Number(values.kills), Number(values.days)];
if (
  positionals.join() !== 'chase' ||
  !Number.isInteger(seed) ||
  !Number.isInteger(kills) ||
  kills < 1 ||
  !(days >= 1 && days <= 11)
) {
  process.stderr.write('npm run -s faults -- chase [--kills 200] [--seed 7] [--days 7] [--json]: whole numbers, from 1 kill\n');
  process.exit(2);
}
const line = (text) => process.stdout.write(`${text}\n`);

buildIfNeeded();
register('../test/support/typescript-hooks.mjs', import.meta.url);
const { chase } = await import('../test/faults/chase.ts');
const { killAll } = await import('../test/faults/processes.ts');
const { startEmbeddedPostgres } = await import('../dist/libs/platform/src/index.js');

process.on('exit', killAll);
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(130));

const folder = mkdtempSync(join(tmpdir(), 'fremdrift-faults-'));
chmodSync(folder, 0o755);
const server = await startEmbeddedPostgres({ dir: join(folder, 'postgres') });
const started = performance.now();
try {
  const admin = new pg.Client({ connectionString: server.url('postgres') });
  await admin.connect();
  for (const name of ['events', 'keys']) await admin.query(`create database ${name}`);
  await admin.end();
  const progress = (killed) => killed % 20 === 0 && process.stderr.write(`${killed} of ${kills}\n`);
  const size = { days, cases: 36, actionsEach: 10, changesADay: 24 };
  const urls = { databaseUrl: server.url('events'), keysDatabaseUrl: server.url('keys') };
  const result = await chase({ seed, kills, ...size, ...urls, folder, progress });
  const { steps, mails, wrong, handed, kills: moments } = result;
  const killed = Object.values(moments).reduce((a, b) => a + b);
  const seconds = Math.round((performance.now() - started) / 1000);
  if (values.json) line(JSON.stringify({ seed, killed, seconds, ...result }));
  else {
    for (const what of wrong.slice(0, 50)) line(what);
    line(`\n${size.cases * size.actionsEach} actions, ${size.days} days, ${seconds} s, seed ${seed}`);
    line(
      `kills                  ${killed} (${Object.entries(moments)
        .map(([when, n]) => `${when} ${n}`)
        .join(', ')})`,
    );
    line(`steps expected         ${steps.expected}`);
    line(`  missing              ${steps.missing}`);
    line(`  doubled              ${steps.doubled}`);
    line(`mails expected         ${mails.expected} (handed over ${handed} times, ${mails.repeated} of them again)`);
    line(`  missing              ${mails.missing}`);
    line(`  that nobody expected ${mails.unexpected}`);
    line(`  second Message-ID    ${mails.secondMessageId}`);
  }
  process.exitCode = killed === kills && wrong.length === 0 ? 0 : 1;
} finally {
  killAll();
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
}
