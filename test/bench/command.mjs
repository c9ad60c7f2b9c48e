// A command over HTTP at 32 connections: agree an action (sign-in, access, read, decide, encrypt, append, receipt), beside a bare
// Nest and Fastify endpoint with one INSERT, and the same endpoint on emmett. Client and servers share the machine.
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import autocannon from 'autocannon';
import { median, spread, withDatabase } from './parts.mjs';

const CONNECTIONS = 32;
const SECONDS = 4;
/** So many that their streams stay about as long as a real case's. */
const CASES = 4000;

const start = (args, env, pattern) =>
  new Promise((done, fail) => {
    const child = spawn(process.execPath, args, { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
    let printed = '';
    const read = (bytes) => {
      printed += bytes;
      const found = pattern.exec(printed)?.[1];
      if (found !== undefined)
        done({ found, stop: () => new Promise((gone) => (child.once('exit', gone), child.kill('SIGTERM'))) });
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    child.once('exit', () => fail(new Error(printed.slice(-2000))));
  });

const peer = async (kind, url) => {
  const { found, stop } = await start(['test/bench/command-peers.mjs', kind, url], {}, /listening (\d+)/);
  const cases = Array.from({ length: CASES }, () => randomUUID());
  return { url: `http://127.0.0.1:${found}`, cases, headers: {}, stop };
};

const post = async (url, path, body, headers) => {
  const answer = await fetch(`${url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
  return answer.json();
};

const ours = async (databaseUrl, folder) => {
  const env = {
    ...{ DATABASE_URL: databaseUrl, FREMDRIFT_DEMO: '1', FREMDRIFT_DATA: folder, PORT: '0', LOG_LEVEL: 'error' },
    RATE_LIMIT_PER_MINUTE: '0', // one user, thousands of requests a second
  };
  const { found: named, stop } = await start(['dist/apps/api/src/main.js'], env, /running: (\S+)/);
  const url = named.replace('localhost', '127.0.0.1');
  const { access_token: token } = await post(url, '/demo/token', { user: 'coordinator' });
  const headers = { authorization: `Bearer ${token}` };
  const cases = [];
  const open = async () => {
    while (cases.length < CASES) {
      const { id: personId } = await post(url, '/api/persons', { name: 'Demo Ung' }, headers);
      const referral = {
        personId,
        groupId: 'fremdriftsgruppen',
        areaId: 'akacieparken',
        responsibleOrganisationId: 'bif',
        open: true,
      };
      cases.push((await post(url, '/api/cases', referral, headers)).id);
    }
  };
  await Promise.all(Array.from({ length: 32 }, open));
  return { url, cases, headers, stop };
};

const ACTION = JSON.stringify({
  description: 'Tage kontakt til den unge og aftale et møde i næste uge.',
  ownerOrganisationId: 'gadeteam',
  deadline: '',
});

/** Requests per second that were answered 2xx. */
const load = async ({ url, cases, headers }, deadline, seconds) => {
  let n = Math.floor(Math.random() * cases.length);
  const body = JSON.stringify({ ...JSON.parse(ACTION), deadline });
  const result = await autocannon({
    url,
    connections: CONNECTIONS,
    duration: seconds,
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    requests: [{ setupRequest: (request) => ({ ...request, path: `/api/cases/${cases[n++ % cases.length]}/actions`, body }) }],
  });
  if (result.non2xx > 0 || result.errors > 0) throw new Error(`${result.non2xx} answers were not 2xx, ${result.errors} errors`);
  return result['2xx'] / result.duration;
};

export const run = async ({ server, rounds, report }) => {
  const folder = mkdtempSync(join(tmpdir(), 'fremdrift-bench-'));
  const deadline = new Date(Date.now() + 20 * 86_400_000).toISOString().slice(0, 10);
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
          for (const contender of Object.values(contenders)) await load(contender, deadline, 2);
          for (let round = 0; round < rounds; round++) {
            for (const [name, contender] of Object.entries(contenders))
              figures[name].push(await load(contender, deadline, SECONDS));
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
