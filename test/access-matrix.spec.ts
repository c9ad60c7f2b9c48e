// Every endpoint of the OpenAPI document as every user, against the table in access-matrix.md; and no personal data where none may be.
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { importJWK, SignJWT, type CryptoKey, type JWK } from 'jose';
import { DEMO_USERS } from '../apps/api/src/demo/users.js';
import { inParallel } from './support/flow.js';
import { searchFor } from './support/secrets.js';
import { startTestServer, type Answer } from './support/server.js';
import { ROWS } from './matrix/requests.js';
import {
  askOf,
  erasuresCarriedOut,
  meetingElsewhere,
  type Asked,
  server,
  as,
  coordinator,
  endedCase,
  WITHOUT_POLICE,
  erasureOf,
  groupBody,
} from './matrix/situations.js';

const USERS = [...DEMO_USERS.map(({ user }) => user), 'nobody', 'expired', 'garbage'];
/** Municipal or not: these have no young person's data to see. */
const NO_PERSONAL_DATA = [
  ...['steeringMember', 'auditor', 'externalAuditor', 'partner', 'politicalMember', 'administrator'],
  ...['nobody', 'expired', 'garbage'],
];
/** What the municipality's own auditor is shown, logged: reasons, and an identity that was opened. */
const FOR_AUDITORS = [
  ...['GET /api/access-log/reasons', 'GET /api/sharing-log/reasons', 'GET /api/break-glass'],
  'GET /api/break-glass/{breakGlassId}/identity',
];
/** Their organisation takes no part in demo case 5. */
const NOT_IN_CASE_5 = ['BIF', 'BUF', 'gadeteam', 'jobcenter'];
const VARIANTS = { mine: '', others: ' of others', left: ' of a case left' } as const;
type Variant = keyof typeof VARIANTS;
/** What is in a cell: reached (2xx, or a rule or a revision said no), or the status of those who do not get there. */
const REACHED_AND_REFUSED = [409, 422, 428];
const cellOf = (status: number): string =>
  (status >= 200 && status < 300) || REACHED_AND_REFUSED.includes(status) ? 'ok' : String(status);

const tableOf = (markdown: string): Map<string, string[]> =>
  new Map(
    markdown
      .split('\n')
      .filter((line) => /^\| +`/.test(line))
      .map((line) => line.split('|').map((cell) => cell.trim().replaceAll('`', '')))
      .map(([, name, ...cells]) => [name!, cells.slice(0, -1)]),
  );
const headOf = (markdown: string): string[] =>
  /^\| +endpoint +\|(.*)\|$/m
    .exec(markdown)![1]!
    .split('|')
    .map((cell) => cell.trim());

const personalData = searchFor([
  'KANARIE',
  'Demo Ung',
  'Testperson',
  ...Array.from(
    { length: 9 },
    (_, i) => [2009, 2012, 2007, 2010, 2008, 2006, 2005, 2011, 2009].map((y) => [i + 1, y] as const)[i]!,
  )
    .map(([n, year]) => `${String(n).padStart(2, '0')}02${String(year).slice(2)}4${String(240 + n)}`)
    .flatMap((cpr) => [cpr, `${cpr.slice(0, 6)}-${cpr.slice(6)}`]),
]);
const case5 = searchFor(
  ['navn-05', 'alias-05', 'telefon-05', 'adresse-05', 'grund-05', 'aftale-50']
    .map((what) => `KANARIE-${what}`)
    .concat('0502084245'),
);
const whole = ({ text, headers }: Answer) => `${text}\n${JSON.stringify([...headers])}`;

describe('the endpoint matrix', () => {
  const markdown = readFileSync(join(import.meta.dirname, 'access-matrix.md'), 'utf8');
  const table = tableOf(markdown);
  const actual = new Map<string, string[]>();
  /** Everything that went wrong, one line each. */
  const leaks: string[] = [];
  const told: string[] = [];
  const never: string[] = [];
  let coordinatorSaw = 0;
  let documented: string[];

  const authorization = new Map<string, string>();
  const send = (user: string, endpoint: string, { params = {}, body, ifMatch, query = '' }: Asked) => {
    const [method, template] = endpoint.split(' ') as [string, string];
    const path = template.replace(/\{(\w+)\}/g, (_, name: string) => params[name]!);
    const headers = {
      ...(ifMatch !== undefined && { 'if-match': `"${ifMatch}"` }),
      ...(authorization.has(user) && { authorization: authorization.get(user)! }),
    };
    return server.call(DEMO_USERS.some((u) => u.user === user) ? user : undefined, method, path + query, body, headers);
  };

  const look = (user: string, name: string, answer: Answer) => {
    const { status } = answer;
    if (status >= 500) never.push(`${name} as ${user}: ${status}`);
    if (status === 400) never.push(`${name} as ${user}: 400 ${answer.text}`);
    if (NO_PERSONAL_DATA.includes(user) && !(user === 'auditor' && FOR_AUDITORS.includes(name))) {
      for (const secret of personalData.inText(whole(answer))) leaks.push(`${name} as ${user}: ${secret}`);
    }
    if (NOT_IN_CASE_5.includes(user)) {
      for (const secret of case5.inText(whole(answer))) leaks.push(`${name} as ${user}: ${secret}`);
    }
    if (user === 'coordinator' && personalData.inText(whole(answer)).length > 0) coordinatorSaw++;
  };

  /** The same words and the same headers, but for the one that tells the time. */
  const same = (a: Answer, b: Answer) => {
    const [one, other] = [a, b].map(({ status, text, headers }) => [
      status,
      text,
      [...headers].filter(([name]) => name !== 'date'),
    ]);
    return JSON.stringify(one) === JSON.stringify(other);
  };
  /** Somebody who may see the case or the meeting, but not do this, is told so. */
  const sees = (user: string, endpoint: string, variant: Variant) => {
    const seen = /^\S+ (\/api\/(?:cases|meetings|actions)\/\{\w+\})/
      .exec(endpoint)?.[1]
      ?.replace(/(\{actionId\})$/, '$1/history');
    const cells = table.get(`GET ${seen}${VARIANTS[variant]}`);
    return cells?.[USERS.indexOf(user)] === 'ok';
  };
  const tellsNothing = (answer: Answer, nothing: Answer, mayKnow: boolean): boolean => {
    if (cellOf(answer.status) === 'ok') return [404, 422].includes(nothing.status);
    return same(answer, nothing) || (mayKnow && nothing.status === 404);
  };

  const walk = async (endpoint: string, variant: Variant) => {
    const row = ROWS[endpoint]!;
    const name = `${endpoint}${VARIANTS[variant]}`;
    const asked = await row[variant]!();
    const cells: string[] = [];
    let worked = false;
    let first = '';
    for (const user of USERS) {
      const answer = await send(user, endpoint, asked);
      look(user, name, answer);
      first ||= `${answer.status} ${answer.text}`;
      worked ||= answer.status >= 200 && answer.status < 300;
      cells.push(cellOf(answer.status));
      if (!asked.params) continue;
      // The same request about what does not exist.
      const params = Object.fromEntries(Object.keys(asked.params).map((key) => [key, randomUUID()]));
      const nothing = await send(user, endpoint, { ...asked, params });
      look(user, `${name}, nothing there`, nothing);
      if (!tellsNothing(answer, nothing, sees(user, endpoint, variant))) {
        told.push(`${name} as ${user}: ${answer.status} ${answer.text}, nothing there: ${nothing.status} ${nothing.text}`);
      }
    }
    if (variant === 'mine' && !worked) never.push(`${name}: nobody gets a 2xx, but ${first}`);
    actual.set(name, cells);
  };

  beforeAll(async () => {
    askOf(await startTestServer({ now: new Date(Date.now() - 7 * 86_400_000) }));
    const carriedOut = await Promise.all([undefined, WITHOUT_POLICE].map(async (few) => erasureOf(await endedCase(few))));
    erasuresCarriedOut(carriedOut);
    for (const id of carriedOut) {
      await as('projectLead', 'POST', `/api/erasures/${id}/approvals`);
      await coordinator('POST', `/api/erasures/${id}/archiving`, { outcome: 'not-required', ground: 'disposal-rules' });
    }
    await as('administrator', 'POST', '/demo/clock', { days: 7 });
    const file = join(server.ports.configuration.dataFolder, 'demo', 'issuer.json');
    const key = (await importJWK(JSON.parse(readFileSync(file, 'utf8')) as JWK, 'ES256')) as CryptoKey;
    const { issuer } = (await server.call<{ issuer: string }>(undefined, 'GET', '/demo/.well-known/openid-configuration')).body;
    const expired = await new SignJWT({
      fremdrift_role: 'coordinator',
      fremdrift_organisation: 'hotspotsekretariatet',
      amr: ['mfa'],
    })
      .setProtectedHeader({ alg: 'ES256', kid: 'demo' })
      .setIssuer(issuer)
      .setAudience('fremdrift')
      .setSubject('coordinator')
      .setIssuedAt(Date.now() / 1000 - 7200)
      .setExpirationTime(Date.now() / 1000 - 3600)
      .sign(key);
    authorization.set('expired', `Bearer ${expired}`);
    authorization.set('garbage', 'Bearer KANARIE.garbage.token');

    // A group none of the demo's users is in; its series plans its meeting by itself.
    const { groupId } = groupBody();
    await as('administrator', 'POST', '/api/groups', { ...groupBody(), groupId });
    await server.readModels.reach(server.ports.lastWritten);
    await as('administrator', 'POST', '/demo/clock', { days: 0 });
    await server.readModels.reach(server.ports.lastWritten);
    meetingElsewhere((await server.readModels.meetings([groupId], {}, { limit: 1 })).items[0]!.meetingId);

    const { body } = await server.call<{ paths: Record<string, Record<string, unknown>> }>(undefined, 'GET', '/api/openapi.json');
    documented = Object.entries(body.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    );
    const known = documented.filter((endpoint) => ROWS[endpoint]);
    // A few at a time: read models wait for what is written, and everything is written at once here.
    await inParallel(
      [
        ...(Object.keys(VARIANTS) as Variant[]).flatMap((variant) =>
          known.filter((endpoint) => ROWS[endpoint]![variant]).map((endpoint) => () => walk(endpoint, variant)),
        ),
      ],
      4,
    );
  }, 600_000); // some ten thousand requests, on whatever machine
  afterAll(() => server.stop());

  it('knows every endpoint of the OpenAPI document, and no other', () => {
    expect(Object.keys(ROWS).sort()).toEqual([...documented].sort());
    expect([...table.keys()].filter((name) => !/ of (others|a case left)$/.test(name)).sort()).toEqual([...documented].sort());
  });

  it('gives every user of every endpoint exactly what the table says', () => {
    expect(headOf(markdown)).toEqual(USERS);
    const lines = (rows: Map<string, string[]>) =>
      [...rows].map(([name, cells]) => `${name}: ${cells.map((cell, i) => `${USERS[i]} ${cell}`).join(', ')}`).sort();
    expect(lines(actual)).toEqual(lines(table));
  });

  it('never breaks, never calls a valid request malformed, and works for somebody', () => {
    expect(never).toEqual([]);
  });

  it('does not tell what exists', () => {
    expect(told).toEqual([]);
  });

  it('shows no personal data to those who may not see it', () => {
    expect(leaks).toEqual([]);
    // The search can find: the coordinator's answers do hold what it looks for.
    expect(coordinatorSaw).toBeGreaterThan(10);
  });
});
