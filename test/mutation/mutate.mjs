// npm run -s mutate [-- --only <group>]: small faults are put into the code that guards personal data, one at a time; the specs have to
// notice each. Outside CI: it takes about two hours on two cores, less with TMPDIR in memory. Stryker comes from a lock file of its own.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { mutatePolicies } from './policies.mjs';

const HERE = import.meta.dirname;
const ROOT = resolve(HERE, '../..');
/** What the specs of keys in PostgreSQL are needed for: their store, and backup and rotation, which know both stores. */
const KEYS_IN_POSTGRES = ['postgres-key*', 'key-backup', 'key-rotation', 'open'].map(
  (file) => `libs/personal-data/src/${file}.ts`,
);
const GROUPS = {
  'section-115': {
    mutate: ['libs/domain/src/information-sharing/*.ts', 'libs/domain/src/case/rules.ts', 'libs/domain/src/meeting/room.ts'],
    specs: ['libs/domain/src/information-sharing', 'libs/domain/src/case', 'libs/domain/src/meeting'],
  },
  access: { mutate: ['libs/access/src/*.ts'], specs: ['libs/access'] },
  'personal-data': {
    mutate: ['libs/personal-data/src/*.ts', ...KEYS_IN_POSTGRES.map((file) => `!${file}`)],
    specs: ['libs/personal-data'],
    without: 'postgres',
  },
  'personal-data-postgres': { mutate: KEYS_IN_POSTGRES, specs: ['libs/personal-data'] },
};
/** A mutant that no spec notices is alive; one that no spec even runs is too. */
const KILLED = ['Killed', 'Timeout'];
/** No mutants at all, as Stryker counts: they do not compile, or nothing runs any more, not even a spec. */
const INVALID = ['Ignored', 'CompileError', 'RuntimeError'];
const GOAL = 85;

const { only } = parseArgs({ options: { only: { type: 'string' } } }).values;
if (only !== undefined && only !== 'policies' && !(only in GROUPS)) {
  console.error(`mutate [--only policies|${Object.keys(GROUPS).join('|')}]`);
  process.exit(2);
}

const stryker = join(HERE, 'stryker/node_modules/@stryker-mutator/core/bin/stryker.js');
if (!existsSync(stryker)) {
  const args = ['ci', '--prefix', join(HERE, 'stryker'), '--ignore-scripts', '--no-audit', '--no-fund'];
  if (spawnSync('npm', args, { stdio: ['ignore', 2, 2] }).status !== 0) throw new Error('Stryker could not be installed');
}

const { startEmbeddedPostgres } = await import(new URL('../../dist/libs/platform/src/index.js', import.meta.url));
const work = mkdtempSync(join(tmpdir(), 'fremdrift-mutation-'));
chmodSync(work, 0o755);
const server = await startEmbeddedPostgres({ dir: join(work, 'postgres') });

/** @returns of every mutant its file, place, kind and what became of it */
const run = async ({ mutate, specs, without }) => {
  const [config, report] = [join(work, 'stryker.json'), join(work, 'report.json')];
  writeFileSync(
    config,
    JSON.stringify({
      testRunner: 'jest',
      plugins: ['@stryker-mutator/jest-runner'],
      mutate: [...mutate, '!**/*.spec.ts'],
      jest: { projectType: 'custom', configFile: join(HERE, 'jest.config.mjs'), enableFindRelatedTests: false },
      testRunnerNodeArgs: ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning'],
      coverageAnalysis: 'perTest',
      concurrency: 2,
      maxTestRunnerReuse: 60, // modules of earlier runs are never let go
      timeoutMS: 3_000,
      reporters: ['json', 'progress-append-only'],
      jsonReporter: { fileName: report },
      tempDirName: '.build/stryker',
      ignorePatterns: ['/dist', '/.build', '/.data', '/docs', '/test/bench', '/test/mutation/stryker'],
      allowConsoleColors: false,
    }),
  );
  const env = {
    ...process.env,
    FREMDRIFT_MUTATION_SPECS: specs.join(' '),
    FREMDRIFT_MUTATION_WITHOUT: without ?? '',
    FREMDRIFT_TEST_POSTGRES: server.url('postgres'),
    FREMDRIFT_TEST_POSTGRES_DIR: join(work, 'postgres'),
  };
  // Not spawnSync: nobody would read what PostgreSQL logs meanwhile, and it stops when the pipe is full.
  const child = spawn(process.execPath, [stryker, 'run', config], { cwd: ROOT, env, stdio: ['ignore', 2, 2] });
  const [status] = await once(child, 'exit');
  if (status !== 0) throw new Error(`Stryker ended with ${status}`);
  const { files } = JSON.parse(readFileSync(report, 'utf8'));
  return Object.entries(files).flatMap(([file, { mutants }]) =>
    mutants.map(({ location, mutatorName, replacement, status: became }) => ({
      place: `${file}:${location.start.line}`,
      mutant: `${mutatorName}: ${String(replacement).replace(/\s+/g, ' ').slice(0, 80)}`,
      killed: KILLED.includes(became),
      counts: !INVALID.includes(became),
    })),
  );
};

let missed = false;
const tell = (name, mutants, goal) => {
  const counted = mutants.filter(({ counts }) => counts);
  const alive = counted.filter(({ killed }) => !killed);
  const score = (100 * (counted.length - alive.length)) / counted.length;
  for (const { place, mutant } of alive) console.log(`  alive  ${place}  ${mutant}`);
  console.log(`${name}: ${counted.length - alive.length} of ${counted.length} noticed, ${score.toFixed(1)} % (goal ${goal} %)\n`);
  missed ||= score < goal;
};
try {
  for (const [name, group] of Object.entries(GROUPS)) if (only === undefined || only === name) tell(name, await run(group), GOAL);
  if (only === undefined || only === 'policies')
    tell('policies', await mutatePolicies(ROOT, mkdtempSync(join(work, 'policies-'))), 100);
} finally {
  await server.stop();
  rmSync(work, { recursive: true, force: true });
}
process.exit(missed ? 1 : 0);
