// Faults in the Cedar policies: one of them gone, or a condition, a part of one, an action, a word of a list; an equality turned round. The
// specs of the policies have to notice every one. What turns a whole rule into its opposite is left out: anything notices that.
import { spawn } from 'node:child_process';
import { cpSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { policySetTextToParts, policyToJson, policyToText } from '@cedar-policy/cedar-wasm/nodejs';

const FOLDER = 'libs/access/src/policies';
const COPIED = [
  'libs',
  'test/support',
  'test/mutation/jest.config.mjs',
  'jest.config.mjs',
  'package.json',
  'tsconfig.json',
  '.swcrc',
];

const without = (list, n) => list.filter((_, i) => i !== n);
const is = (value) => typeof value === 'object' && value !== null;

/** Every expression with one fault in it, as [what, expression]. */
const faultsIn = (expression) => {
  if (!is(expression)) return [];
  const [[kind, inside]] = Object.entries(expression);
  const faults = [];
  if (kind === '&&' || kind === '||')
    faults.push([`only the left of ${kind}`, inside.left], [`only the right of ${kind}`, inside.right]);
  if (kind === '==') faults.push(['== turned', { '!=': inside }]);
  if (kind === '!=') faults.push(['!= turned', { '==': inside }]);
  if (kind === '!') faults.push(['no !', inside.arg]);
  if (kind === 'Set' && inside.length > 1) inside.forEach((_, n) => faults.push([`word ${n} gone`, { Set: without(inside, n) }]));
  // And in each part of it.
  if (kind === 'Value' || kind === 'Var' || kind === 'Set') return faults;
  for (const [name, part] of Object.entries(inside)) {
    if (!is(part) || Array.isArray(part)) continue;
    for (const [what, changed] of faultsIn(part)) faults.push([what, { [kind]: { ...inside, [name]: changed } }]);
  }
  return faults;
};

/** Every policy with one fault in it; undefined: the policy is not there. */
const faultsOf = (policy) => {
  const { action, conditions } = policy;
  const faults = [['gone', undefined]];
  if (action.entities?.length > 1)
    action.entities.forEach(({ id }, n) =>
      faults.push([`without action ${id}`, { ...policy, action: { ...action, entities: without(action.entities, n) } }]),
    );
  conditions.forEach((condition, n) => {
    const others = (changed) => ({ ...policy, conditions: conditions.flatMap((each, i) => (i === n ? changed : each)) });
    faults.push([`without ${condition.kind}`, others([])]);
    for (const [what, body] of faultsIn(condition.body)) faults.push([what, others([{ ...condition, body }])]);
  });
  return faults;
};

const run = (cwd) =>
  new Promise((done) => {
    const jest = [
      '--experimental-vm-modules',
      '--disable-warning=ExperimentalWarning',
      'node_modules/jest/bin/jest.js',
      '--config',
      'test/mutation/jest.config.mjs',
    ];
    const child = spawn(process.execPath, [...jest, '--bail', '--silent', `${FOLDER}.spec.ts`], {
      cwd,
      stdio: 'ignore',
      env: { ...process.env, FREMDRIFT_MUTATION_SPECS: 'libs/access' },
    });
    child.once('exit', (code) => done(code));
  });

/** Every policy file with one fault in it. */
const mutantsOf = (root) =>
  readdirSync(join(root, FOLDER))
    .filter((name) => name.endsWith('.cedar'))
    .flatMap((file) => {
      const parts = policySetTextToParts(readFileSync(join(root, FOLDER, file), 'utf8')).policies;
      return parts.flatMap((text, n) => {
        const { json } = policyToJson(text);
        return faultsOf(json).map(([what, changed]) => ({
          file,
          mutant: `${json.annotations.id}: ${what}`,
          text: parts
            .flatMap((each, i) => (i !== n ? [each] : changed === undefined ? [] : [policyToText(changed).text]))
            .join('\n'),
        }));
      });
    });

/** @param work an empty folder for copies of what the specs need @returns of every mutant its place, kind and what became of it */
export const mutatePolicies = async (root, work) => {
  const mutants = mutantsOf(root);
  const found = [];
  const worker = async (_, n) => {
    const copy = join(work, String(n));
    for (const each of COPIED) cpSync(join(root, each), join(copy, each), { recursive: true });
    symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
    for (let next = mutants.shift(); next; next = mutants.shift()) {
      const { file, mutant, text } = next;
      writeFileSync(join(copy, FOLDER, file), text);
      const killed = (await run(copy)) !== 0;
      found.push({ place: `${FOLDER}/${file}`, mutant, killed, counts: true });
      if (!killed || found.length % 50 === 0)
        console.error(`${found.length} tried, ${mutants.length} left; ${killed ? 'noticed' : 'alive'}: ${mutant}`);
      cpSync(join(root, FOLDER, file), join(copy, FOLDER, file));
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, worker));
  return found;
};
