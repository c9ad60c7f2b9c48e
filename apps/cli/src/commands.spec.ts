import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { main } from './commands.js';

interface Seen {
  path: string;
  authorization: string | undefined;
  body: Record<string, unknown>;
}
type Reply = [status: number, body: unknown, headers?: Readonly<Record<string, string>>] | 'hang up';

const folder = mkdtempSync(join(tmpdir(), 'fremdrift-cli-'));
let http: Server;
let url: string;
let seen: Seen[];
let replies: (request: Seen) => Reply | undefined;

const defaults = ({ path, body }: Seen): Reply => {
  if (path === '/demo/token')
    return body.user === 'coordinator' ? [200, { access_token: 'TOKEN-CANARY' }] : [404, { title: 'Unknown user' }];
  if (path === '/demo/users')
    return [200, { items: [{ user: 'coordinator', role: 'coordinator', organisation: 'secretariat' }] }];
  if (path === '/api/groups') return [200, { items: [{ groupId: 'g1', name: 'Group 1' }] }];
  if (path === '/api/imports/rows') return [200, { outcome: 'created', problems: [] }];
  return [404, { title: 'Not found' }];
};

beforeAll(async () => {
  http = createServer((request, response) => {
    let text = '';
    request.on('data', (chunk: Buffer) => (text += chunk.toString()));
    request.on('end', () => {
      const body = (text ? JSON.parse(text) : {}) as Record<string, unknown>;
      const one = { path: request.url!, authorization: request.headers.authorization, body };
      seen.push(one);
      const reply = replies(one) ?? defaults(one);
      if (reply === 'hang up') return void request.socket.destroy();
      response.writeHead(reply[0], { 'content-type': 'application/json', ...reply[2] }).end(JSON.stringify(reply[1]));
    });
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
});
afterAll(async () => {
  http.closeAllConnections();
  await new Promise((resolve) => http.close(resolve));
  rmSync(folder, { recursive: true });
});
beforeEach(() => {
  seen = [];
  replies = () => undefined;
});

const run = async (args: string[], env: NodeJS.ProcessEnv = {}) => {
  const out: string[] = [];
  const err: string[] = [];
  const io = { out: (line: string) => out.push(line), err: (line: string) => err.push(line), env, today: () => '2026-11-24' };
  const code = await main(args, io);
  return { code, out: out.join('\n'), err: err.join('\n') };
};
const HEADER = 'Nr;Navn;CPR;Adresse;Telefon;Område;Ansvarlig;Henvisningsgrund;Aftale;Frist;Hund';
const csv = (...rows: string[]) => {
  const path = join(folder, 'cases.csv');
  writeFileSync(path, [HEADER, ...rows].join('\r\n'));
  return path;
};
const line = (nr: number, changes: { area?: string; deadline?: string; cpr?: string } = {}) =>
  `${nr};NAME-CANARY ${nr};${changes.cpr ?? '010108-9912'};ADDRESS-CANARY;PHONE-CANARY;${changes.area ?? 'Akacieparken'};SOF;REASON-CANARY;ACTION-CANARY ${nr};${changes.deadline ?? '01-12-2026'};DOG-CANARY`;
const importRows = () => seen.filter(({ path }) => path === '/api/imports/rows');
const unknownArea = {
  outcome: 'problem',
  problems: [
    {
      column: 'area',
      code: 'unknown-area',
      severity: 'error',
      da: 'ukendt område: Sjælør Blvd.',
      en: 'unknown area: Sjælør Blvd.\u001b[2J',
    },
  ],
};

describe('import', () => {
  it('sends every good row in sheet order and ends with 0', async () => {
    const { code, out, err } = await run(['import', csv(line(1), line(2)), '--server', url]);
    expect({ code, err }).toEqual({ code: 0, err: '2 of 2 rows / 2 af 2 rækker' });
    expect(seen.map(({ path }) => path)).toEqual(['/demo/token', '/api/groups', '/api/imports/rows', '/api/imports/rows']);
    expect(importRows()[0]).toEqual({
      path: '/api/imports/rows',
      authorization: 'Bearer TOKEN-CANARY',
      body: {
        groupId: 'g1',
        dryRun: false,
        row: {
          reference: '1',
          name: 'NAME-CANARY 1',
          cpr: '0101089912',
          birthDate: '2008-01-01',
          address: 'ADDRESS-CANARY',
          phone: 'PHONE-CANARY',
          area: 'Akacieparken',
          responsible: 'SOF',
          reason: 'REASON-CANARY',
          action: 'ACTION-CANARY 1',
          deadline: '2026-12-01',
        },
      },
    });
    expect(out).toMatch(/^column K "Hund": not read/);
    expect(out).toMatch(/^created \/ oprettet: +2$/m);
    expect(out).toMatch(/^rows with problems \/ rækker med problemer: +0$/m);
  });

  it('tells local and server problems by row and column, imports the rest, prints nothing personal and ends with 1', async () => {
    replies = ({ path, body }) =>
      path === '/api/imports/rows' && (body.row as { area: string }).area === 'Sjælør Blvd.' ? [200, unknownArea] : undefined;
    const file = csv(
      line(1),
      line(2, { area: 'Sjælør Blvd.' }),
      line(3, { deadline: '31-02-2026' }),
      line(4, { cpr: '320108-9912' }),
    );
    const { code, out, err } = await run(['import', file, '--server', url, '--group', 'g7']);
    expect(code).toBe(1);
    expect(importRows().map(({ body }) => body.groupId)).toEqual(['g7', 'g7']);
    expect(out.split('\n').slice(1, 4)).toEqual([
      'row 3, column F "Område": unknown area: Sjælør Blvd. [2J / ukendt område: Sjælør Blvd.',
      'row 4, column J "Frist": 31-02-2026 is not a date / er ikke en dato',
      expect.stringMatching(/^row 5, column C "CPR": this is not a CPR number/),
    ]);
    expect(out).toMatch(/^created .*: +1$/m);
    expect(out).toMatch(/^rows with problems .*: +3$/m);
    expect(out + err).not.toMatch(/CANARY|010108|9912/);
  });

  it('tells a warning that many rows have once, before the errors, with how many rows and the first of them', async () => {
    const warning = { column: 'cpr', code: 'w', severity: 'warning', en: 'careful', da: 'pas på' };
    replies = ({ path, body }) => {
      if (path !== '/api/imports/rows') return undefined;
      const { reference } = body.row as { reference: string };
      const other = { ...warning, en: 'look again', da: 'se igen' };
      return [200, { outcome: 'created', problems: reference === '3' ? [other] : [warning] }];
    };
    const bad = line(4, { deadline: '31-02-2026' });
    const rows = (...numbers: number[]) => numbers.map((nr) => line(nr));
    const first = await run(['import', csv(...rows(1, 2, 3), bad, ...rows(5, 6, 7, 8)), '--server', url]);
    expect(first.out.split('\n').slice(1, 4)).toEqual([
      '6 rows (2, 3, 6, 7, 8 …), column C "CPR": warning / advarsel: careful / pas på',
      'row 4, column C "CPR": warning / advarsel: look again / se igen',
      'row 5, column J "Frist": 31-02-2026 is not a date / er ikke en dato',
    ]);
    const few = await run(['import', csv(...rows(1, 2, 3)), '--server', url]);
    expect(few.out).toMatch(/^2 rows \(2, 3\), column C/m);
  });

  it('in a dry run asks the server about every row and says what would happen', async () => {
    const { code, out } = await run(['import', csv(line(1)), '--dry-run', '--server', url]);
    expect(code).toBe(0);
    expect(importRows().map(({ body }) => body.dryRun)).toEqual([true]);
    expect(out).toMatch(/nothing is changed/);
    expect(out).toMatch(/^would be created \/ ville blive oprettet: +1$/m);
  });

  it('shows a line every 50 rows when there is no terminal', async () => {
    const { err } = await run(['import', csv(...Array.from({ length: 120 }, (_, i) => line(i + 1))), '--server', url]);
    expect(err.split('\n')).toEqual(['50', '100', '120'].map((n) => `${n} of 120 rows / ${n} af 120 rækker`));
  });

  it("takes a server's warning as a warning, and its refusal of a row as that row's problem", async () => {
    const warning = { column: 'responsible', code: 'w', severity: 'warning', en: 'careful', da: 'pas på' };
    replies = ({ path, body }) => {
      if (path !== '/api/imports/rows') return undefined;
      return (body.row as { reference: string }).reference === '1'
        ? [200, { outcome: 'unchanged', problems: [warning] }]
        : [422, { title: 'Refused', detail: 'rule 3', status: 422 }];
    };
    const { code, out } = await run(['import', csv(line(1), line(2)), '--server', url]);
    expect(code).toBe(1);
    expect(out).toMatch(/^row 2, column G "Ansvarlig": warning \/ advarsel: careful \/ pas på$/m);
    expect(out).toMatch(/^row 3: the server refused the row \(HTTP 422: Refused: rule 3\)/m);
    expect(out).toMatch(/^unchanged .*: +1$/m);
    expect(out).toMatch(/^rows with problems .*: +1$/m);
  });

  it.each<[string, Reply, RegExp]>([
    ['goes away', 'hang up', /does not answer/],
    ['has no key store', [503, { title: 'Keys unavailable' }], /HTTP 503: Keys unavailable/],
    ['answers in an unknown way', [200, { outcome: 'great' }], /same version/],
  ])('stops when the server %s, tells how far it came and ends with 2', async (_name, reply, message) => {
    replies = ({ path }) => (path === '/api/imports/rows' && importRows().length > 1 ? reply : undefined);
    const { code, out, err } = await run(['import', csv(line(1), line(2), line(3, { deadline: 'x' })), '--server', url]);
    expect(code).toBe(2);
    expect(err).toMatch(message);
    expect(err).toMatch(/stopped after row 2 \(1 of 2 rows sent\): run the same command again/);
    expect(out).toMatch(/^row 4, column J/m);
    expect(out).not.toMatch(/^created/m);
  });

  it('renews a demo token that expires on the way, and stops when a given token is refused', async () => {
    replies = ({ path }) => (path === '/api/imports/rows' && importRows().length === 2 ? [401, { title: 'Expired' }] : undefined);
    expect((await run(['import', csv(line(1), line(2)), '--server', url])).code).toBe(0);
    expect(importRows()).toHaveLength(3);

    seen = [];
    const refused = await run(['import', csv(line(1), line(2)), '--server', url], { FREMDRIFT_TOKEN: 'GIVEN-CANARY' });
    expect(refused.code).toBe(2);
    expect(refused.err).toMatch(/HTTP 401: Expired/);
    expect(refused.err).not.toMatch(/CANARY/);
    expect(seen.some(({ path }) => path === '/demo/token')).toBe(false);
    expect(seen[0]!.authorization).toBe('Bearer GIVEN-CANARY');
  });

  it('waits as long as it is told when it was too fast, and loses no row', async () => {
    const tooMany: Reply = [429, { title: 'Too many requests' }, { 'retry-after': '0' }];
    replies = ({ path }) => (path === '/api/imports/rows' && importRows().length % 3 !== 0 ? tooMany : undefined);
    const { code, out } = await run(['import', csv(line(1), line(2)), '--server', url]);
    expect(code).toBe(0);
    expect(importRows().map(({ body }) => (body.row as { reference: string }).reference)).toEqual(['1', '1', '1', '2', '2', '2']);
    expect(out).toMatch(/^created .*: +2$/m);

    seen = [];
    replies = ({ path }) => (path === '/api/imports/rows' ? tooMany : undefined);
    expect((await run(['import', csv(line(1)), '--server', url])).err).toMatch(/HTTP 429: Too many requests/);
    expect(importRows()).toHaveLength(6);
  });

  it('lists the groups when there are several', async () => {
    replies = ({ path }) =>
      path === '/api/groups' ? [200, { items: ['a', 'b'].map((groupId) => ({ groupId, name: `Group ${groupId}` })) }] : undefined;
    const { code, err } = await run(['import', csv(line(1)), '--server', url]);
    expect(code).toBe(2);
    expect(err).toMatch(/--group a {3}Group a\n {2}--group b {3}Group b/);
    expect(importRows()).toEqual([]);
  });

  it.each<[string, string[], RegExp]>([
    ['no file', ['import'], /missing required argument/],
    ['an unknown option', ['import', 'x.csv', '--fast'], /unknown option/],
    ['an unknown command', ['export'], /unknown command/],
    ['a file that is not there', ['import', 'none.csv'], /no such file/],
    ['a server in the clear on another machine', ['import', 'FILE', '--server', 'http://example.org'], /over https/],
    ['a server that is no address', ['import', 'FILE', '--server', 'ftp:x'], /must be an address/],
    ['a server that is not there', ['import', 'FILE', '--server', 'http://127.0.0.1:1'], /does not answer/],
    ['another machine without a token', ['import', 'FILE', '--server', 'https://example.org'], /set FREMDRIFT_TOKEN/],
  ])('ends with 2 for %s', async (_name, args, message) => {
    const file = csv(line(1));
    const { code, err } = await run(args.map((arg) => (arg === 'FILE' ? file : arg)));
    expect(code).toBe(2);
    expect(err).toMatch(message);
    expect(err).not.toMatch(/CANARY/);
  });

  it('explains itself', async () => {
    const { code, out } = await run(['import', '--help']);
    expect(code).toBe(0);
    expect(out).toMatch(/Usage: npm run -s cli -- import \[options\] <file>[^]*Exit codes/);
  });
});

describe('token', () => {
  it('prints the token only', async () => {
    expect(await run(['token', 'coordinator', '--server', url])).toEqual({ code: 0, out: 'TOKEN-CANARY', err: '' });
  });
  it('lists the users when there is no such one', async () => {
    const { code, out, err } = await run(['token', 'nobody', '--server', url]);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toMatch(/no demo user "nobody"[^]*coordinator +coordinator +secretariat/);
  });
  it('says so when the server has no demo sign-in', async () => {
    replies = () => [404, { title: 'Not found' }];
    expect((await run(['token', 'coordinator', '--server', url])).err).toMatch(/no demo sign-in/);
  });
});

describe('access-report', () => {
  const issued = ({ path }: Seen): Reply | undefined => {
    if (path === '/api/access-requests/r1/reports') return [201, { id: 'u1' }];
    if (path === '/api/access-requests/r1/reports/u1') return [200, { number: 2, about: ['ord'] }];
    return path === '/api/access-requests/r1/reports/u1/pdf' ? [200, 'PDF'] : undefined;
  };
  it('issues the report and writes both files, for nobody else to read', async () => {
    replies = issued;
    const { code, out } = await run(['access-report', 'r1', '--out', folder, '--server', url]);
    const name = join(folder, 'indsigt-r1-2');
    expect({ code, out }).toEqual({ code: 0, out: `${name}.pdf\n${name}.json` });
    expect(JSON.parse(readFileSync(`${name}.json`, 'utf8'))).toEqual({ number: 2, about: ['ord'] });
    expect(readFileSync(`${name}.pdf`, 'utf8')).toBe('"PDF"');
    for (const end of ['json', 'pdf']) expect(statSync(`${name}.${end}`).mode & 0o777).toBe(0o600);
  });
  it.each<[string, string[], RegExp]>([
    ['a request that is not there', ['access-report', 'r9'], /HTTP 404/],
    ['what is no id', ['access-report', '../etc'], /not the id of a request/],
    ['a folder that is not there', ['access-report', 'r1', '--out', '/nowhere/at/all'], /no folder that can be written to/],
  ])('ends with 2 for %s', async (_name, args, message) => {
    replies = issued;
    const { code, err } = await run([...args, '--server', url]);
    expect(code).toBe(2);
    expect(err).toMatch(message);
  });
  it('issues nothing for a folder that is not there, and says when the police have not decided', async () => {
    replies = issued;
    const before = seen.length;
    await run(['access-report', 'r1', '--out', join(folder, 'not-there'), '--server', url]);
    expect(seen).toHaveLength(before);
    replies = (asked) => (asked.path.endsWith('/u1') ? [200, { number: 3, police: { status: 'pending' } }] : issued(asked));
    const { code, err } = await run(['access-report', 'r1', '--out', folder, '--server', url]);
    expect([code, err]).toEqual([0, expect.stringMatching(/politiet har ikke taget stilling endnu/)]);
  });
});

describe('breach-report', () => {
  const days = ['--from', '2026-11-01', '--to', '2026-11-30', '--as', 'coordinator'];
  const period = { from: '2026-11-01T00:00:00.000Z', to: '2026-12-01T00:00:00.000Z' };
  const could = { caseId: 'c1', personId: 'p1', userId: 'u1', organisationId: 'sof', role: 'participant', through: 'deputy' };
  const look = { at: '2026-11-03T08:00:00.000Z', type: 'PersonalDataShown', userId: 'u1', organisationId: 'sof' };
  const report = {
    ...period,
    couldSee: [{ ...could, ...period, policies: ['case.participant'] }],
    didLook: [{ ...look, purpose: 'case.read', caseIds: ['c1'], personIds: ['p1'], fieldClasses: ['identity'] }],
    more: false,
  };
  it('tells who could and who did, a line each, or as JSON', async () => {
    replies = ({ path }) => (path.startsWith('/api/breach-report') ? [200, report] : undefined);
    const { code, out } = await run(['breach-report', '--case', 'c1', ...days, '--server', url]);
    expect(code).toBe(0);
    expect(seen.at(-1)!.path).toBe('/api/breach-report?from=2026-11-01&to=2026-11-30&caseId=c1');
    expect(out).toMatch(/u1 \(sof, participant, deputy\) {2}case c1 {2}person p1/);
    expect(out).toMatch(/PersonalDataShown {2}u1 \(sof\) {2}case\.read/);
    const json = await run(['breach-report', '--user', 'u1', '--json', ...days, '--server', url]);
    expect(JSON.parse(json.out)).toEqual(report);
    expect(seen.at(-1)!.path).toContain('&userId=u1');
  });
  it('tells which value the server could not use', async () => {
    const malformed = { title: 'Malformed request', errors: ['from must be a local date, YYYY-MM-DD'] };
    replies = ({ path }) => (path.startsWith('/api/breach-report') ? [400, malformed] : undefined);
    const { code, err } = await run(['breach-report', '--case', 'c1', ...days, '--server', url]);
    expect([code, err]).toEqual([2, expect.stringMatching(/Malformed request: from must be a local date/)]);
  });
  it('asks for one of a user, an organisation and a case', async () => {
    expect(await run(['breach-report', ...days, '--server', url])).toMatchObject({ code: 2 });
    expect(await run(['breach-report', '--user', 'a', '--case', 'b', ...days, '--server', url])).toMatchObject({ code: 2 });
    expect(seen).toEqual([]);
  });
});
