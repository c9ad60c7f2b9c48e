// A command over HTTP at 32 connections: agree an action (sign-in, access, read, decide, encrypt, append, receipt), beside a bare
// Nest and Fastify endpoint with one INSERT, and the same endpoint on emmett. Client and servers share the machine.
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { agreeing, load, openCases, serve, start } from './http.mjs';
import { median, spread, withDatabase } from './parts.mjs';

const CONNECTIONS = 32;
const SECONDS = 4;
/** So many that their streams stay about as long as a real case's. */
const CASES = 4000;

const peer = async (kind, url) => {
  const { found, stop } = await start(['test/bench/command-peers.mjs', kind, url], {}, /listening (\d+)/);
  const cases = Array.from({ length: CASES }, () => randomUUID());
  return { url: `http://127.0.0.1:${found}`, cases, headers: {}, stop };
};
const ours = async (databaseUrl, folder) => {
  const server = await serve(['dist/apps/api/src/main.js'], databaseUrl, folder);
  await openCases(server, CASES);
  return server;
};

const under = (contender, seconds) => load(contender, agreeing(contender), { connections: CONNECTIONS, seconds });

export const run = async ({ server, rounds, report }) => {
  const folder = mkdtempSync(join(tmpdir(), 'fremdrift-bench-'));
  try {
    await withDatabase(server, (oursUrl) =>
      withDatabase(server, (bareUrl) =>
        withDatabase(server, async (emmettUrl) => {
          const contenders = {
            ours: await ours(oursUrl, folder),
            bare: await peer('bare', bareUrl),
            emmett: await peer('emmett', emmettUrl),
          };
          const figures = { ours: [], bare: [], emmett: [] };
          for (const contender of Object.values(contenders)) await under(contender, 2);
          for (let round = 0; round < rounds; round++) {
            for (const [name, contender] of Object.entries(contenders)) figures[name].push(await under(contender, SECONDS));
          }
          for (const { stop } of Object.values(contenders)) await stop();
          for (const [name, perSecond] of Object.entries(figures))
            report.line(`${name.padEnd(8)} ${spread(perSecond)} requests a second`);
          const ratio = (other) => median(figures.ours.map((value, i) => value / figures[other][i]));
          report.result('command.http.bare', ratio('bare'), 'x one INSERT on Nest and Fastify (goal 0.7)');
          report.result('command.http.emmett', ratio('emmett'), 'x the same on emmett (goal 2.5)');
        }),
      ),
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};
