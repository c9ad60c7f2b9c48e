// The Cedar policies as the machine runs them: the files an auditor reads, parsed once.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  answered,
  CedarError,
  policySetTextToParts,
  policyToJson,
  preparsePolicySet,
  preparseSchema,
  validate,
} from './cedar.js';

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
const SCHEMA = 'schema.cedarschema';
const ANNOTATIONS = ['id', 'lawRef', 'da', 'en'] as const;

/** A policy file is wrong: the programme must not start with it. Names the file and what Cedar says of it. */
export class PolicyError extends Error {
  override readonly name = 'PolicyError';
}
/** Says of what Cedar cannot take which file it stands in. */
const inFile = <T>(file: string, work: () => T): T => {
  try {
    return work();
  } catch (error) {
    throw error instanceof CedarError ? new PolicyError(`${file}: ${error.message}`) : error;
  }
};

const readPolicies = (folder: string, file: string): Policy[] => {
  const { policies, policy_templates } = answered(policySetTextToParts(readFileSync(join(folder, file), 'utf8')));
  if (policy_templates.length > 0) throw new PolicyError(`${file}: templates are not used`);
  return policies.map((text) => {
    const { annotations = {}, effect } = answered(policyToJson(text)).json;
    for (const name of ANNOTATIONS)
      if (!annotations[name]) throw new PolicyError(`${file}: no @${name}: ${annotations['id'] ?? text}`);
    const { id, lawRef, da, en } = annotations as Record<(typeof ANNOTATIONS)[number], string>;
    return { id, effect, lawRef, da, en, file, text };
  });
};

/**
 * Reads, validates and pre-parses `*.cedar` and `schema.cedarschema` of a folder. Call it at start, so that a wrong policy stops
 * the programme there; `requireAccess` uses the default folder, beside this (compiled) file.
 * @throws PolicyError
 */
export const loadPolicies = (folder: string = FOLDER): PolicySet => {
  const schema = readFileSync(join(folder, SCHEMA), 'utf8');
  const files = readdirSync(folder).filter((name) => name.endsWith('.cedar'));
  const policies = files.sort().flatMap((file) => inFile(file, () => readPolicies(folder, file)));
  const staticPolicies: Record<string, string> = {};
  for (const { id, text } of policies) {
    if (id in staticPolicies) throw new PolicyError(`two policies have the id ${id}`);
    staticPolicies[id] = text;
  }
  const version = createHash('sha256')
    .update(JSON.stringify([schema, staticPolicies]))
    .digest('hex')
    .slice(0, 16);
  const { validationErrors, validationWarnings } = inFile(SCHEMA, () => {
    answered(preparseSchema(version, schema));
    answered(preparsePolicySet(version, { staticPolicies }));
    return answered(validate({ schema, policies: { staticPolicies } }));
  });
  const problems = [...validationErrors, ...validationWarnings];
  if (problems.length > 0) throw new PolicyError(problems.map((p) => `${p.policyId}: ${p.error.message}`).join('; '));
  return { version, policies };
};

let standard: PolicySet | undefined;
/** The policies in force in this process: loaded on first use, then kept. */
export const policiesInForce = (): PolicySet => (standard ??= loadPolicies());
