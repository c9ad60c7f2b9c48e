// What the groups share: what was built, fresh databases, events as production has them, medians.
import { spawnSync } from 'node:child_process';
import { createCipheriv, randomBytes, randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import pg from 'pg';

/** One of our libraries, as `npm run build` left it. */
export const built = (lib) => import(new URL(`../../dist/libs/${lib}/src/index.js`, import.meta.url));

/** Emmett, installed beside the benchmark from its own lock file. */
export const emmett = async (name = 'emmett-postgresql') => {
  const folder = join(import.meta.dirname, 'emmett');
  if (!existsSync(join(folder, 'node_modules'))) {
    const installed = spawnSync('npm', ['ci', '--prefix', folder, '--ignore-scripts', '--no-audit', '--no-fund'], {
      stdio: ['ignore', 2, 2],
    });
    if (installed.status !== 0) throw new Error('emmett could not be installed');
  }
  return import(pathToFileURL(createRequire(join(folder, 'package.json')).resolve(`@event-driven-io/${name}`)));
};

const admin = async (server, statement) => {
  const client = new pg.Client({ connectionString: server.url('postgres') });
  await client.connect();
  await client.query(statement);
  await client.end();
};

/** A database of its own for `use`, gone afterwards. */
export const withDatabase = async (server, use) => {
  const name = `bench_${randomBytes(6).toString('hex')}`;
  await admin(server, `create database ${name}`);
  try {
    return await use(server.url(name));
  } finally {
    // Emmett may hold a connection still; the folder goes at the end anyway.
    await admin(server, `drop database ${name}`).catch(() => {});
  }
};

export const connectAll = (url, count) =>
  Promise.all(
    Array.from({ length: count }, async () => {
      const client = new pg.Client({ connectionString: url });
      client.on('error', () => {}); // Its database is dropped under it when a run failed: that error is the one to see.
      await client.connect();
      return client;
    }),
  );

const key = randomBytes(32);
const TEXT = 'The young person said that the job centre had called and that school begins again on Monday. '
  .repeat(3)
  .slice(0, 220);
/** An event of about 600 bytes, its text sealed with AES-256-GCM for this event: part of what every store's append costs. */
export const sealedEvent = () => {
  const id = randomUUID();
  const iv = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', key, iv);
  cipher.setAAD(Buffer.from(id));
  const ct = cipher.update(TEXT, 'utf8', 'base64') + cipher.final('base64');
  return {
    id,
    type: 'ProgressReported',
    data: {
      actionId: id,
      subject: 's-5d1c',
      text: { 7: { v: 1, keyId: 'k-18c2a6f0', iv: iv.toString('base64'), ct, tag: cipher.getAuthTag().toString('base64') } },
    },
    metadata: {
      v: 1,
      commandId: id,
      commandHash: 'mN0f2v7mZ1o5c3r8',
      actor: 'user-17',
      organisation: 'bif',
      authority: 'municipality',
      at: '2026-11-24T08:00:00.000Z',
      ruleSet: 'ruleset-2026',
    },
  };
};

export const median = (numbers) => {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
};
/** `12,345 (±8 %)`: the median, and half the distance between best and worst. */
export const spread = (numbers) => {
  const middle = median(numbers);
  const half = (Math.max(...numbers) - Math.min(...numbers)) / 2 / middle;
  return `${Math.round(middle).toLocaleString('en')} (±${Math.round(half * 100)} %)`;
};
