// The story against servers that are not as told. That it passes on a real one, CI sees by playing it.
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { main } from '../commands.js';
import { NotAsTold, whatCame } from './play.js';

let http: Server;
let url: string;
let rowAnswer: [status: number, body: unknown];

beforeAll(async () => {
  http = createServer((request, response) => {
    const [status, body] = {
      '/demo/token': [200, { access_token: 'TOKEN-CANARY' }],
      '/api/groups': [200, { items: [{ groupId: 'g1', name: 'Group 1' }] }],
      '/api/imports/rows': rowAnswer,
    }[request.url!] as [number, unknown];
    request.resume().on('end', () => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    });
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
});
afterAll(async () => {
  http.closeAllConnections();
  await new Promise((resolve) => http.close(resolve));
});

const play = async (...args: string[]) => {
  const out: string[] = [];
  const print = (line: string) => void out.push(line);
  const io = { out: print, err: print, env: {}, today: () => '2026-11-24' };
  return { code: await main(['story', ...args], io), out: out.join('\n') };
};

it('ends with 1 at the first step that does not hold, says which and what came instead', async () => {
  rowAnswer = [200, { outcome: 'unchanged', problems: [] }];
  const { code, out } = await play('--server', url, '--lang', 'en');
  expect(code).toBe(1);
  expect(out).toMatch(
    /^✗ Dry run of 200 rows.*\n {2}instead: expected 182 rows.*"unchanged":187.*\n.*not played\n\n0 passed, 1 failed, 0 skipped$/m,
  );
  expect(out).not.toMatch(/CANARY|Prøvekørsel/);
});

it('is in Danish to its last line, where Danish is asked for, and ends in English where both are', async () => {
  const last = (out: string) => out.split('\n').slice(-2);
  const danish = (await play('--server', url, '--lang', 'da')).out;
  expect(last(danish)).toEqual(['', '0 bestået, 1 mislykket, 0 sprunget over']);
  expect(danish).not.toMatch(/passed|not played/);
  const both = (await play('--server', url)).out;
  expect(last(both)).toEqual(['0 bestået, 1 mislykket, 0 sprunget over', '0 passed, 1 failed, 0 skipped']);
});

it('also when the server refuses everything', async () => {
  rowAnswer = [503, { title: 'Out of reach' }];
  const { code, out } = await play('--server', url);
  expect(code).toBe(1);
  expect(out).toMatch(/^✗ Prøvekørsel.*\n {2}Dry run.*\n {2}i stedet \/ instead: .*HTTP 503: Out of reach/m);
});

it('ends with 2 when there is nothing to play on', async () => {
  expect((await play('--server', 'http://127.0.0.1:1')).code).toBe(2);
  expect((await play('--lang', 'fr')).code).toBe(2);
});

it('tells of an unexpected error where it was, and not its message', () => {
  expect(whatCame(new TypeError('MESSAGE-CANARY'))).toMatch(/^an unexpected TypeError at .*story\.spec/);
  expect(whatCame(new TypeError('MESSAGE-CANARY'))).not.toMatch(/CANARY/);
  expect(whatCame(new NotAsTold('got 200'))).toBe('got 200');
});
