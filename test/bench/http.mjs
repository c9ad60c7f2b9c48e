// Servers under load, over HTTP: started as processes of their own, filled with cases, asked by autocannon.
import { spawn } from 'node:child_process';
import autocannon from 'autocannon';

/** @param pattern its group is what the process says when it is ready */
export const start = (args, env, pattern) =>
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

const post = async (url, path, body, headers) => {
  const answer = await fetch(`${url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
  return answer.json();
};

/** Our server on a database of its own, with the coordinator signed in. */
export const serve = async (args, databaseUrl, folder) => {
  const env = {
    ...{ DATABASE_URL: databaseUrl, FREMDRIFT_DEMO: '1', FREMDRIFT_DATA: folder, PORT: '0', LOG_LEVEL: 'error' },
    RATE_LIMIT_PER_MINUTE: '0', // one user, thousands of requests a second
  };
  const { found: named, stop } = await start(args, env, /running: (\S+)/);
  const url = named.replace('localhost', '127.0.0.1');
  const { access_token: token } = await post(url, '/demo/token', { user: 'coordinator' });
  return { url, headers: { authorization: `Bearer ${token}` }, cases: [], stop };
};

/** In 20 days. */
const deadline = () => new Date(Date.now() + 20 * 86_400_000).toISOString().slice(0, 10);
const action = () => ({
  description: 'Tage kontakt til den unge og aftale et møde i næste uge.',
  ownerOrganisationId: 'gadeteam',
  deadline: deadline(),
});

/** Fills `cases`. */
export const openCases = async ({ url, headers, cases }, count, { reason, actions = 0 } = {}) => {
  const open = async () => {
    while (cases.length < count) {
      const { id: personId } = await post(url, '/api/persons', { name: 'Demo Ung' }, headers);
      const referral = {
        ...{
          personId,
          groupId: 'fremdriftsgruppen',
          areaId: 'akacieparken',
          responsibleOrganisationId: 'bif',
          open: true,
          reason,
        },
      };
      const { id } = await post(url, '/api/cases', referral, headers);
      cases.push(id);
      for (let n = 0; n < actions; n++) await post(url, `/api/cases/${id}/actions`, action(), headers);
    }
  };
  await Promise.all(Array.from({ length: 32 }, open));
};

/** What an action is agreed with, in one case after the other. */
export const agreeing = ({ cases }) => {
  let n = Math.floor(Math.random() * cases.length);
  const body = JSON.stringify(action());
  return {
    method: 'POST',
    requests: [{ setupRequest: (r) => ({ ...r, path: `/api/cases/${cases[n++ % cases.length]}/actions`, body }) }],
  };
};

/** Requests per second that were answered 2xx. @throws Error when one was not */
export const load = async ({ url, headers }, requests, { connections, seconds }) => {
  const result = await autocannon({
    ...{ url, connections, duration: seconds, ...requests },
    headers: { 'content-type': 'application/json', ...headers },
  });
  if (result.non2xx > 0 || result.errors > 0) throw new Error(`${result.non2xx} answers were not 2xx, ${result.errors} errors`);
  return result['2xx'] / result.duration;
};
