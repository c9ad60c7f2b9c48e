// Who gets in: only a token of the right issuer, for this programme, of today, with a second factor, that the registry agrees with.
import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { exportSPKI, generateKeyPair, importJWK, SignJWT, type CryptoKey, type JWK } from 'jose';
import { day, done } from './support/flow.js';
import { startTestServer, type TestServer } from './support/server.js';

let server: TestServer;
let issuer: string;
let secret: JWK;
let key: CryptoKey;
beforeAll(async () => {
  server = await startTestServer();
  issuer = (await server.call<{ issuer: string }>(undefined, 'GET', '/demo/.well-known/openid-configuration')).body.issuer;
  secret = JSON.parse(readFileSync(join(server.ports.configuration.dataFolder, 'demo', 'issuer.json'), 'utf8')) as JWK;
  key = (await importJWK(secret, 'ES256')) as CryptoKey;
}, 60_000);
afterAll(() => server.stop());

const now = () => Math.floor(Date.now() / 1000);
const claims = (over: object = {}) => ({
  ...{ iss: issuer, aud: 'fremdrift', sub: 'BIF', iat: now(), exp: now() + 600, amr: ['mfa'] },
  ...{ fremdrift_role: 'participant', fremdrift_organisation: 'bif' },
  ...over,
});
const sign = (payload: Record<string, unknown>, header: object = {}, by: CryptoKey = key) =>
  new SignJWT(payload).setProtectedHeader({ alg: 'ES256', kid: 'demo', ...header }).sign(by);
const withToken = (token: string) => server.call(undefined, 'GET', '/api/me', undefined, { authorization: `Bearer ${token}` });
const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');

describe('sign-in', () => {
  it('lets a sound token in', async () => {
    expect((await withToken(await sign(claims()))).body).toMatchObject({ userId: 'bif', kind: 'municipal' });
    expect((await withToken(await sign(claims({ amr: undefined, acr: 'mfa', aud: ['x', 'fremdrift'] })))).status).toBe(200);
  });

  const forged = async (): Promise<[string, string][]> => {
    const { privateKey } = await generateKeyPair('ES256');
    const { d: _, ...open } = secret;
    const publicKey = (await importJWK(open, 'ES256', { extractable: true })) as CryptoKey;
    const hmac = (head: object, by: string | Buffer) => {
      const text = `${part(head)}.${part(claims())}`;
      return `${text}.${createHmac('sha256', by).update(text).digest('base64url')}`;
    };
    const good = await sign(claims());
    const [head, body, signature] = good.split('.') as [string, string, string];
    return [
      ['wrong issuer', await sign(claims({ iss: 'http://localhost:1/demo' }))],
      ['wrong audience', await sign(claims({ aud: 'another-programme' }))],
      ['expired', await sign(claims({ iat: now() - 7200, exp: now() - 3600 }))],
      ['not yet valid', await sign(claims({ nbf: now() + 3600 }))],
      ['no expiry', await sign(claims({ exp: undefined }))],
      ['no subject', await sign(claims({ sub: undefined }))],
      ['no time of issue', await sign(claims({ iat: undefined }))],
      ['alg none', `${part({ alg: 'none', kid: 'demo' })}.${part(claims())}.`],
      ['alg none with the signature', `${part({ alg: 'none', kid: 'demo' })}.${body}.${signature}`],
      ['HS256 with the public key as PEM', hmac({ alg: 'HS256', kid: 'demo' }, await exportSPKI(publicKey))],
      ['HS256 with the public key as JWK', hmac({ alg: 'HS256', kid: 'demo' }, JSON.stringify(open))],
      ['HS256 with the point', hmac({ alg: 'HS256', kid: 'demo' }, Buffer.from(secret.x!, 'base64url'))],
      ['another key', await sign(claims(), {}, privateKey)],
      ['another key, brought along', await sign(claims(), { jwk: open }, privateKey)],
      ['a key of another name', await sign(claims(), { kid: 'another' })],
      ['other claims under the signature', `${head}.${part(claims({ sub: 'coordinator' }))}.${signature}`],
      ['no second factor', await sign(claims({ amr: ['pwd'] }))],
      ['no word of factors', await sign(claims({ amr: undefined }))],
      ['factors that are no list', await sign(claims({ amr: { mfa: true } }))],
      ['another role than the registry', await sign(claims({ fremdrift_role: 'coordinator' }))],
      ['no role', await sign(claims({ fremdrift_role: undefined }))],
      ['another organisation than the registry', await sign(claims({ fremdrift_organisation: 'politi' }))],
      ['an unknown subject', await sign(claims({ sub: 'KANARIE-ukendt' }))],
      ['no token at all', ''],
      ['not a token', 'KANARIE'],
    ];
  };

  it('answers everything else with the same 401', async () => {
    const nobody = await server.call(undefined, 'GET', '/api/me');
    expect(nobody.status).toBe(401);
    const kinds = await forged();
    const answers = await Promise.all(kinds.map(async ([kind, token]) => [kind, await withToken(token)] as const));
    for (const [kind, { status, text }] of answers) expect([kind, status, text]).toEqual([kind, 401, nobody.text]);
    // Basic, a token in the address, a token in the body: not looked at.
    const token = await sign(claims());
    for (const [path, authorization] of [
      ['/api/me', `Basic ${token}`],
      [`/api/me?access_token=${token}`, ''],
      ['/api/me', `Bearer ${token} x`],
    ] as const)
      expect((await server.call(undefined, 'GET', path, undefined, { authorization })).status).toBe(401);
  });

  it('ends the day somebody leaves, also for a token that has been used, and follows the role', async () => {
    const enrol = async (subject: string) => {
      const body = { organisationId: 'bif', role: 'participant', subject, name: 'Demo Ny' };
      const { id } = done<{ id: string }>(await server.call('administrator', 'POST', '/api/users', body));
      await server.call('administrator', 'GET', '/api/users');
      const token = await sign(claims({ sub: subject }));
      expect((await withToken(token)).body).toMatchObject({ userId: id, role: 'participant' });
      return { id, token };
    };
    const today = await enrol('ny-1');
    const tomorrow = await enrol('ny-2');
    const promoted = await enrol('ny-3');
    done(await server.call('administrator', 'POST', `/api/users/${today.id}/leaving`, { on: day(0) }));
    done(await server.call('administrator', 'POST', `/api/users/${tomorrow.id}/leaving`, { on: day(1) }));
    done(await server.call('administrator', 'PUT', `/api/users/${promoted.id}/role`, { role: 'projectLead' }));
    // Answers when the registry holds what was just written.
    await server.call('administrator', 'GET', '/api/users');
    const nobody = await server.call(undefined, 'GET', '/api/me');
    const left = await withToken(today.token);
    expect([left.status, left.text]).toEqual([401, nobody.text]);
    expect((await withToken(tomorrow.token)).status).toBe(200);
    expect((await withToken(promoted.token)).status).toBe(401);
    expect((await withToken(await sign(claims({ sub: 'ny-3', fremdrift_role: 'projectLead' })))).status).toBe(200);
  });
});
