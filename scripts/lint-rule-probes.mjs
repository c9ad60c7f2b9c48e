// Proves that the house's rules still fire: breaks each of them once, and fails unless exactly that rule answers.
// Import rules are tried on a copy of the tree, lint rules on text that is never written: the tree itself stays as it is.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { ESLint } from 'eslint';

const root = join(import.meta.dirname, '..');

/** By rule: a file, and the text in it that breaks the rule. A list where it takes several; the first is where it shows. */
const IMPORT_PROBES = {
  'no-circular': [
    ['libs/platform/src/probe-a.ts', "import { b } from './probe-b.js';\nexport const a = () => b;\n"],
    ['libs/platform/src/probe-b.ts', "import { a } from './probe-a.js';\nexport const b = () => a;\n"],
  ],
  'domain-is-pure': [
    'libs/domain/src/case/probe.ts',
    "import { randomUUID } from 'node:crypto';\nexport const id = randomUUID;\n",
  ],
  'event-store-imports': ['libs/event-store/src/probe.ts', "export * from '@app/personal-data';\n"],
  'personal-data-imports': ['libs/personal-data/src/probe.ts', "export * from '@app/event-store';\n"],
  'access-imports': ['libs/access/src/probe.ts', "export * from '@app/personal-data';\n"],
  'read-models-imports': ['libs/read-models/src/probe.ts', "export * from '@app/access';\n"],
  'platform-imports': ['libs/platform/src/probe.ts', "export * from '@app/domain';\n"],
  'testing-in-specs-only': ['apps/api/src/probe-testing.ts', "export * from '@app/testing';\n"],
  'libs-by-the-front-door': ['apps/api/src/probe-door.ts', "export * from '../../../libs/personal-data/src/master-key.js';\n"],
  'libs-not-to-apps': ['libs/access/src/probe-app.ts', "export * from '../../../apps/api/src/core/errors.js';\n"],
  'apps-apart': ['apps/cli/src/probe.ts', "export * from '../../api/src/core/errors.js';\n"],
  'not-to-spec': ['apps/cli/src/probe-spec.ts', "import './commands.spec.js';\n"],
  'no-dev-deps-in-src': ['libs/platform/src/probe-dev.ts', "import fc from 'fast-check';\nexport const probe = fc;\n"],
  'only-listed-packages': ['apps/api/src/probe-package.ts', "import ajv from 'ajv';\nexport const probe = ajv;\n"],
  'not-unresolvable': ['libs/platform/src/probe-nowhere.ts', "import { x } from './nowhere.js';\nexport const probe = x;\n"],
};

/** A rule, an existing file whose place decides which rules hold, and the text that breaks it there. */
const DOMAIN = 'libs/domain/src/kernel/values.ts';
const SPEC = 'libs/domain/src/case/case.spec.ts';
const LINT_PROBES = [
  ['no-console', 'libs/platform/src/clock.ts', "console.log('x');\n"],
  ['no-console', 'apps/cli/src/io.ts', "console.error('x');\n"],
  ['no-restricted-syntax', DOMAIN, 'export const now = new Date();\n'],
  ['no-restricted-properties', DOMAIN, 'export const now = Date.now();\n'],
  ['no-restricted-properties', DOMAIN, 'export const dice = Math.random();\n'],
  ['no-restricted-globals', DOMAIN, 'export const id = crypto.randomUUID();\n'],
  ['no-restricted-globals', DOMAIN, "export const home = process.env['HOME'];\n"],
  ['no-restricted-syntax', SPEC, "it.skip('is not run', () => {});\n"],
  ['no-restricted-syntax', SPEC, "describe.only('runs alone', () => {});\n"],
  [
    '@typescript-eslint/consistent-type-imports',
    'libs/platform/src/clock.ts',
    "import { Server } from 'node:net';\nexport type Probe = Server;\n",
  ],
  ['@typescript-eslint/no-floating-promises', 'apps/cli/src/io.ts', 'export const f = () => {\n  Promise.resolve(1);\n};\n'],
  ['@typescript-eslint/no-explicit-any', 'apps/cli/src/io.ts', 'export type Probe = any;\n'],
];

const failures = [];
const verdict = (what, wanted, fired) => {
  const found = [...new Set(fired)].sort().join(', ') || 'nothing';
  if (found !== wanted) failures.push(`${what}: expected ${wanted}, found ${found}`);
};

const probeImports = () => {
  mkdirSync(join(root, '.build'), { recursive: true });
  const copy = mkdtempSync(join(root, '.build/probes-'));
  try {
    for (const name of ['apps', 'libs', 'package.json', 'tsconfig.json', '.dependency-cruiser.cjs'])
      cpSync(join(root, name), join(copy, name), { recursive: true });
    const probes = Object.entries(IMPORT_PROBES).map(([rule, files]) => [rule, Array.isArray(files[0]) ? files : [files]]);
    const files = probes.flatMap(([, all]) => all);
    for (const [file, text] of files) {
      mkdirSync(dirname(join(copy, file)), { recursive: true });
      writeFileSync(join(copy, file), text);
    }
    const rules = createRequire(import.meta.url)(join(root, '.dependency-cruiser.cjs')).forbidden.map(({ name }) => name);
    for (const rule of rules) if (!(rule in IMPORT_PROBES)) failures.push(`${rule}: has no probe`);
    const args = ['--config', '.dependency-cruiser.cjs', '--output-type', 'json', ...files.map(([file]) => file)];
    const { stdout, stderr } = spawnSync(
      process.execPath,
      [join(root, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs'), ...args],
      {
        cwd: copy,
        encoding: 'utf8',
        maxBuffer: 256 * 1024 * 1024,
      },
    );
    if (!stdout) throw new Error(`dependency-cruiser did not run: ${stderr}`);
    const { violations } = JSON.parse(stdout).summary;
    for (const [rule, own] of probes) {
      const fired = violations.filter(({ from }) => from === own[0][0]).map(({ rule: { name } }) => name);
      verdict(own[0][0], rule, fired);
    }
    return probes.length;
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
};

const probeLint = async () => {
  const eslint = new ESLint({ cwd: root });
  for (const [rule, file, text] of LINT_PROBES) {
    const [{ messages }] = await eslint.lintText(text, { filePath: join(root, file) });
    verdict(
      `${file} with ${text.trim().split('\n')[0]}`,
      rule,
      messages.map(({ ruleId, message }) => ruleId ?? message),
    );
  }
  return LINT_PROBES.length;
};

const tried = probeImports() + (await probeLint());
for (const failure of failures) console.error(`rule probe: ${failure}`);
if (failures.length > 0) process.exit(1);
console.log(`${tried} rule probes: every rule fires`);
