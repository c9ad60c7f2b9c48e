// The guard of cedar.ts, in a process of its own: without it, that process dies.
import { spawnSync } from 'node:child_process';
import { V8_FLAG } from './cedar.js';

/** Optimises Cedar's entry function, then de-optimises it while a decision is under way: Cedar reads `context`, a getter. */
const script = `
  require('node:v8').setFlagsFromString('${V8_FLAG}');
  const cedar = require('@cedar-policy/cedar-wasm/nodejs');
  const decide = cedar.statefulIsAuthorized;
  cedar.preparsePolicySet('set', { staticPolicies: { all: 'permit (principal, action, resource);' } });
  let disturb = false;
  const ask = () => decide({
    principal: { type: 'User', id: 'u' }, action: { type: 'Action', id: 'a' }, resource: { type: 'Any', id: 'any' },
    preparsedPolicySetId: 'set', entities: [],
    get context() { if (disturb) %DeoptimizeFunction(decide); return {}; },
  });
  %PrepareFunctionForOptimization(decide);
  for (let i = 0; i < 50; i++) ask();
  %OptimizeFunctionOnNextCall(decide);
  ask();
  disturb = true;
  console.log(ask().response.decision);
`;

it('a decision survives the de-optimisation of its caller', () => {
  const { status, signal, stdout } = spawnSync(process.execPath, ['--allow-natives-syntax', '-e', script], { encoding: 'utf8' });
  expect({ status, signal, stdout }).toEqual({ status: 0, signal: null, stdout: 'allow\n' });
}, 30_000);
