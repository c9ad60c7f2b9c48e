// Sign-in against an issuer of its own: how its keys are found, what happens when it is away, and how soon a withdrawn key is worth nothing.
import { createServer, type Server } from 'node:http';
import { jest } from '@jest/globals';
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey, type JWK } from 'jose';
import type { FastifyRequest } from 'fastify';
import { setDate } from '../../../../test/support/clock.js';
import { IssuerUnavailableError, NotSignedInError } from './errors.js';
import { problemOf } from './problem.js';
import type { Ports } from './ports.js';
import { RateLimits } from './rate-limits.js';
import { keysOf, SignIn } from './sign-in.js';

const START = Date.parse('2027-01-11T08:00:00.000Z');
const at = (seconds: number) => setDate(START + seconds * 1000);

let http: Server;
let issuer: string;
let discovery: Record<string, unknown>;
let published: JWK[];
let status: number;
let asked: string[];
let first: CryptoKey;
let second: CryptoKey;
let keys: Record<'first' | 'second', JWK>;

beforeAll(async () => {
  const pairs = [await generateKeyPair('PS256'), await generateKeyPair('PS256')] as const;
  [first, second] = [pairs[0].privateKey, pairs[1].privateKey];
  const jwk = async (n: 0 | 1, kid: string) => ({ ...(await exportJWK(pairs[n].publicKey)), kid, alg: 'PS256', use: 'sig' });
  keys = { first: await jwk(0, 'first'), second: await jwk(1, 'second') };
  http = createServer((request, response) => {
    asked.push(request.url!);
    // Of redirects, only that of the discovery document is tried.
    const sound = status === 302 && request.url !== '/.well-known/openid-configuration';
    response.writeHead(sound ? 200 : status, {
      'content-type': 'application/json',
      location: '/elsewhere',
    });
    response.end(JSON.stringify(request.url === '/keys' ? { keys: published } : discovery));
  });
  await new Promise<void>((listening) => http.listen(0, '127.0.0.1', listening));
  issuer = `http://127.0.0.1:${(http.address() as { port: number }).port}`;
});
afterAll(() => {
  jest.useRealTimers();
  http.close();
});
beforeEach(() => {
  at(0);
  discovery = { issuer, jwks_uri: `${issuer}/keys` };
  published = [keys.first];
  status = 200;
  asked = [];
});

const registry = {
  usersBySubject: new Map([['hash of ung-1', { userId: 'bif', role: 'participant', organisationId: 'bif' }]]),
  organisations: new Map([['bif', { kind: 'municipal', authorityId: 'kommunen' }]]),
  groups: new Map(),
};
const signIn = () => {
  const ports = {
    issuer,
    readModels: { reach: async () => {}, registry: async () => registry },
    clock: { today: () => '2027-01-11' },
    blindIndex: { subjectHash: (_: string, sub: string) => `hash of ${sub}` },
  };
  const claims = { roleClaim: 'role', organisationClaim: 'unit', mfaValues: ['otp'] };
  return new SignIn({ issuer, audience: 'fremdrift', ...claims }, keysOf(issuer), ports as unknown as Ports);
};
const token = (by: CryptoKey, kid: string, more: object = {}) =>
  new SignJWT({ role: 'participant', unit: 'bif', amr: ['otp'], ...more })
    .setProtectedHeader({ alg: 'PS256', kid, typ: 'at+jwt' })
    .setIssuer(issuer)
    .setAudience('fremdrift')
    .setSubject('ung-1')
    .setIssuedAt(START / 1000)
    .setExpirationTime(START / 1000 + 3600)
    .sign(by);
const enter = async (door: SignIn, bearer: string) => {
  const authorization = `Bearer ${bearer}`;
  const request = { headers: { authorization }, raw: { rawHeaders: ['Authorization', authorization] } };
  return door.principalOf(request as unknown as FastifyRequest, await RateLimits.on(undefined as never, 0));
};

describe('an issuer', () => {
  it('is asked for its keys once for many tokens', async () => {
    const door = signIn();
    for (const n of [1, 2, 3])
      expect(await enter(door, await token(first, 'first', { n }))).toMatchObject({ userId: 'bif', kind: 'municipal' });
    expect(asked).toEqual(['/.well-known/openid-configuration', '/keys']);
  });

  it('may change its keys: the new one is found at once', async () => {
    const door = signIn();
    await enter(door, await token(first, 'first'));
    published = [keys.first, keys.second];
    at(6);
    expect(await enter(door, await token(second, 'second'))).toMatchObject({ userId: 'bif' });
  });

  it('withdraws a key: within 60 seconds no token signed with it gets in, verified before or not', async () => {
    const door = signIn();
    const [early, late] = [await token(first, 'first', { n: 1 }), await token(first, 'first', { n: 2 })];
    await enter(door, early);
    published = [keys.second];
    // The last moment at which the old keys are believed, and a token verified in it.
    at(28);
    await enter(door, late);
    at(59);
    for (const withdrawn of [early, late, await token(first, 'first', { n: 3 })])
      await expect(enter(door, withdrawn)).rejects.toThrow(NotSignedInError);
    expect(await enter(door, await token(second, 'second'))).toMatchObject({ userId: 'bif' });
  });

  it('issues tokens that end, also those that were verified', async () => {
    const door = signIn();
    const mine = await token(first, 'first');
    at(3600 - 10);
    await enter(door, mine);
    at(3600 + 6);
    await expect(enter(door, mine)).rejects.toThrow(NotSignedInError);
  });

  it('forgets nobody who is in the registry, and knows at once who is no longer', async () => {
    const door = signIn();
    const mine = await token(first, 'first');
    await enter(door, mine);
    const left = { ...registry, usersBySubject: new Map() };
    Object.assign(door, {
      ports: {
        ...(door as unknown as { ports: object }).ports,
        readModels: { reach: async () => {}, registry: async () => left },
      },
    });
    await expect(enter(door, mine)).rejects.toThrow(NotSignedInError);
  });

  it.each<[string, () => void]>([
    ['is not there', () => (status = 500)],
    ['sends us elsewhere', () => (status = 302)],
    ['calls itself something else', () => (discovery['issuer'] = 'https://login.example')],
    ['names no keys', () => delete discovery['jwks_uri']],
    ['has its keys where everybody can read along', () => (discovery['jwks_uri'] = 'http://keys.example/keys')],
    ['has no keys but words', () => (published = 'words' as never)],
  ])('that %s is out of reach: 503, and tried again', async (_, broken) => {
    broken();
    const door = signIn();
    const mine = await token(first, 'first');
    const error = await enter(door, mine).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(IssuerUnavailableError);
    expect(problemOf(error).status).toBe(503);
    discovery = { issuer, jwks_uri: `${issuer}/keys` };
    published = [keys.first];
    status = 200;
    expect(await enter(door, mine)).toMatchObject({ userId: 'bif' });
  });
});
