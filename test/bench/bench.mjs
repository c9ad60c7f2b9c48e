// npm run bench [-- --json] [-- --only <group>] [-- --rounds <n>]: how fast this is, beside what else one could use,
// interleaved on one embedded server with durable settings.
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { built } from './parts.mjs';

const GROUPS = ['append', 'command', 'rebuild', 'screen', 'privacy', 'tick', 'tail', 'stores', 'idle'];

const { values } = parseArgs({
  options: { json: { type: 'boolean', default: false }, only: { type: 'string' }, rounds: { type: 'string', default: '5' } },
});
const { json, only } = values;
const rounds = Number(values.rounds);
if ((only !== undefined && !GROUPS.includes(only)) || !(rounds >= 1)) {
  console.error(`bench [--json] [--only ${GROUPS.join('|')}] [--rounds <n>]`);
  process.exit(2);
}

const results = {};
const say = (text) => json || console.log(text);
const report = {
  /** A line for the reader. */
  line: (text) => say(`  ${text}`),
  /** A figure under its stable name; `unit` in words. */
  result: (name, value, unit) => {
    results[name] = Number(value.toFixed(value < 10 ? 3 : 1));
    say(`  ${name.padEnd(28)} ${String(results[name]).padStart(9)} ${unit}`);
  },
};

const { startEmbeddedPostgres } = await built('platform');
const folder = mkdtempSync(join(tmpdir(), 'fremdrift-bench-'));
chmodSync(folder, 0o755);
const server = await startEmbeddedPostgres({ dir: join(folder, 'postgres') });
try {
  say(
    `${cpus().length} x ${cpus()[0]?.model ?? 'cpu'}, Node ${process.versions.node}, PostgreSQL ${server.version}, ${rounds} rounds`,
  );
  for (const group of only ? [only] : GROUPS) {
    say(`\n${group}`);
    const { run } = await import(`./${group}.mjs`);
    await run({ server, rounds, report });
  }
  if (json) console.log(JSON.stringify(results));
} finally {
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
}
