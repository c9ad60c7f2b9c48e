// The Cedar policies as the machine runs them: the files an auditor reads, parsed once.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { policySetTextToParts, policyToJson, preparsePolicySet, preparseSchema, validate, type DetailedError } from './cedar.js';

/** One rule, with what it says in both languages and the law it comes from. */
export interface Policy {
  readonly id: string;
  readonly effect: 'permit' | 'forbid';
  readonly lawRef: string;
  readonly da: string;
  readonly en: string;
  /** The theme: the file it stands in. */
  readonly file: string;
  /** Cedar. */
  readonly text: string;
}

export interface PolicySet {
  /** Fingerprint of schema and policies: two decisions with the same version were made by the same text. */
  readonly version: string;
  readonly policies: readonly Policy[];
}

const FOLDER = fileURLToPath(new URL('./policies/', import.meta.url));
const ANNOTATIONS = ['id', 'lawRef', 'da', 'en'] as const;

/** A policy file is wrong: the programme must not start with it. Names the file and what Cedar says of it. */
export class PolicyError extends Error {
  override readonly name = 'PolicyError';
}
const why = (errors: readonly DetailedError[]) => errors.map((e) => e.message).join('; ');

const readPolicies = (folder: string, file: string): Policy[] => {
  const parts = policySetTextToParts(readFileSync(join(folder, file), 'utf8'));
  if (parts.type === 'failure') throw new PolicyError(`${file}: ${why(parts.errors)}`);
  if (parts.policy_templates.length > 0) throw new PolicyError(`${file}: templates are not used`);
  return parts.policies.map((text) => {
    const parsed = policyToJson(text);
    if (parsed.type === 'failure') throw new PolicyError(`${file}: ${why(parsed.errors)}`);
    const annotations = parsed.json.annotations ?? {};
    for (const name of ANNOTATIONS)
      if (!annotations[name]) throw new PolicyError(`${file}: policy ${annotations['id'] ?? ''} has no @${name}`);
    const { id, lawRef, da, en } = annotations as Record<(typeof ANNOTATIONS)[number], string>;
    return { id, effect: parsed.json.effect, lawRef, da, en, file, text };
  });
};

/**
 * Reads, validates and pre-parses `*.cedar` and `schema.cedarschema` of a folder. Call it at start, so that a wrong policy stops
 * the programme there; `requireAccess` uses the default folder, beside this (compiled) file.
 * @throws PolicyError
 */
export const loadPolicies = (folder: string = FOLDER): PolicySet => {
  const schema = readFileSync(join(folder, 'schema.cedarschema'), 'utf8');
  const files = readdirSync(folder).filter((name) => name.endsWith('.cedar'));
  const policies = files.sort().flatMap((file) => readPolicies(folder, file));
  const staticPolicies: Record<string, string> = {};
  for (const { id, text } of policies) {
    if (id in staticPolicies) throw new PolicyError(`two policies have the id ${id}`);
    staticPolicies[id] = text;
  }
  const verdict = validate({ schema, policies: { staticPolicies } });
  if (verdict.type === 'failure') throw new PolicyError(why(verdict.errors));
  const problems = [...verdict.validationErrors, ...verdict.validationWarnings];
  if (problems.length > 0) throw new PolicyError(problems.map((p) => `${p.policyId}: ${p.error.message}`).join('; '));

  const version = createHash('sha256')
    .update(JSON.stringify([schema, staticPolicies]))
    .digest('hex')
    .slice(0, 16);
  for (const parsed of [preparseSchema(version, schema), preparsePolicySet(version, { staticPolicies })])
    if (parsed.type === 'failure') throw new PolicyError(why(parsed.errors));
  return { version, policies };
};

let standard: PolicySet | undefined;
/** The policies in force in this process: loaded on first use, then kept. */
export const policiesInForce = (): PolicySet => (standard ??= loadPolicies());
