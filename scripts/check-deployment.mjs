// Checks the files that put the server into containers, as far as that goes without a container engine: the compose files against the
// schema of the Compose Specification (it comes with dclint) and dclint's rules, the Dockerfile's grammar, and the certificates
// script by running it with a stand-in for es-gencert-cli. What the files say is compared with the code in test/deployment.spec.ts.
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DCLinter } from 'dclint';
import { validate } from 'dockerfile-utils';

const root = join(import.meta.dirname, '..');
const problems = [];

// The order of things follows the reader here, not the alphabet.
const ORDER = [
  'services-alphabetical-order',
  'service-keys-order',
  'service-dependencies-alphabetical-order',
  'service-ports-alphabetical-order',
  'top-level-properties-order',
];
const lintCompose = (file) => {
  const linter = new DCLinter({
    rules: Object.fromEntries(ORDER.map((rule) => [rule, 0])),
    quiet: false,
    debug: false,
    exclude: [],
  });
  const results = linter.lintFiles([file], false);
  if (results.length !== 1) return [`${file}: was not read`];
  return results.flatMap(({ messages }) => messages.map(({ line, message, rule }) => `${file}:${line} ${message} (${rule})`));
};
const lintDockerfile = (file) =>
  validate(readFileSync(file, 'utf8')).map(({ range, message }) => `${file}:${range.start.line + 1} ${message}`);

const STAND_IN = `#!/usr/bin/env bash
set -e
kind=$1; shift
while [ $# -gt 0 ]; do case "$1" in -out) out=$2;; -ca-certificate|-ca-key) test -f "$2";; esac; shift 2; done
mkdir -p "$out"
case $kind in
  create-ca) test ! -e "$out/ca.key"; echo ca > "$out/ca.crt"; echo secret > "$out/ca.key";;
  create-node) test ! -e "$out/node.key"; echo node > "$out/node.crt"; echo secret > "$out/node.key";;
esac
`;
/** Twice: the second time it changes nothing, and would fail if it made anything again. */
const tryCertificates = () => {
  const folder = mkdtempSync(join(tmpdir(), 'fremdrift-certificates-'));
  try {
    const [authority, certificates] = [join(folder, 'authority'), join(folder, 'certificates')];
    for (const path of [authority, certificates]) mkdirSync(path);
    writeFileSync(join(folder, 'es-gencert-cli'), STAND_IN);
    chmodSync(join(folder, 'es-gencert-cli'), 0o755);
    const owner = `${process.getuid?.() ?? 0}:${process.getgid?.() ?? 0}`;
    const env = { PATH: `${folder}:${process.env.PATH}`, AUTHORITY: authority, CERTIFICATES: certificates, OWNER: owner };
    for (let n = 1; n <= 2; n++) {
      const run = spawnSync('bash', [join(root, 'deploy/certificates.sh'), '10.0.0.1', '10.0.0.2'], { env, encoding: 'utf8' });
      if (run.status !== 0) return [`deploy/certificates.sh: run ${n} ended with ${run.status}: ${run.stderr.trim()}`];
    }
    const wanted = { 'ca/ca.crt': 0o044, 'node1/node.crt': 0, 'node1/node.key': 0, 'node2/node.key': 0 };
    const open = Object.keys(wanted).filter((name) => {
      const { mode } = statSync(join(certificates, name));
      return name.endsWith('.key') && (mode & 0o077) !== 0;
    });
    return open.map((name) => `deploy/certificates.sh: ${name} can be read by others`);
  } catch (error) {
    return [`deploy/certificates.sh: ${error.message}`];
  } finally {
    rmSync(folder, { recursive: true });
  }
};

/** Each check finds what it is there for. */
const probes = () => {
  const folder = mkdtempSync(join(tmpdir(), 'fremdrift-probe-'));
  try {
    const compose = join(folder, 'docker-compose.yml');
    writeFileSync(compose, 'name: x\nservices:\n  a:\n    image: a:1\n    read_onyl: true\n');
    const dockerfile = join(folder, 'Dockerfile');
    writeFileSync(dockerfile, 'FROM node:24-slim\nCOPPY a b\n');
    return [
      ...(lintCompose(compose).length > 0 ? [] : ['a misspelt key in a compose file is not found']),
      ...(lintDockerfile(dockerfile).length > 0 ? [] : ['a misspelt instruction in a Dockerfile is not found']),
    ];
  } finally {
    rmSync(folder, { recursive: true });
  }
};

process.chdir(root);
for (const file of ['docker-compose.yml', 'docker-compose.cluster.yml']) problems.push(...lintCompose(file));
problems.push(...lintDockerfile('Dockerfile'), ...tryCertificates(), ...probes());
for (const problem of problems) process.stderr.write(`${problem}\n`);
process.exit(problems.length > 0 ? 1 : 0);
