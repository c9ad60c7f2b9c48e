// Who gets in: only a token of the right issuer, for this programme, of today, with a second factor, that the registry agrees with.
import { createHmac, createPrivateKey, createSign, type JsonWebKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { exportJWK, exportSPKI, generateKeyPair, importJWK, SignJWT, type CryptoKey, type JWK } from 'jose';
import { day, done } from './support/flow.js';
import { startTestServer, type TestServer } from './support/server.js';

let server: TestServer;
let issuer: string;
let secret: JWK;
let key: CryptoKey;
/** What the log is told, in a process whose own level is above it. */
const logged = jest.spyOn(Logger.prototype, 'warn');
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

describe('who has left', () => {
  it('reads nothing from the moment that is on record', async () => {
    const path = '/api/cases?limit=5';
    expect((await server.call('hotspotChief', 'GET', path)).status).toBe(200);
    done(await server.call('administrator', 'POST', '/api/users/hotspot-chief/leaving', { on: day(0) }));
    const answers = await Promise.all(Array.from({ length: 5 }, () => server.call('hotspotChief', 'GET', path)));
    expect(answers.map(({ status }) => status)).toEqual([401, 401, 401, 401, 401]);
  });
});

describe('sign-in', () => {
  it('lets a sound token in', async () => {
    expect((await withToken(await sign(claims()))).body).toMatchObject({ userId: 'bif', kind: 'municipal' });
    for (const [over, header] of [
      [{ amr: undefined, acr: 'mfa', aud: ['x', 'fremdrift'] }],
      [
        { typ: 'Bearer', azp: 'web', scope: 'openid' },
        { typ: 'JWT', x5t: 'x' },
      ],
      [{ client_id: 'web', jti: '1' }, { typ: 'at+jwt' }],
    ] as const)
      expect([over, (await withToken(await sign(claims(over), header))).status]).toEqual([over, 200]);
  });

  /** What it is, the token, and the code by which the log tells why: each is refused for its own reason. */
  type Kind = readonly [kind: string, token: string, code: string];
  const JOSE = {
    algorithm: 'ERR_JOSE_ALG_NOT_ALLOWED',
    claim: 'ERR_JWT_CLAIM_VALIDATION_FAILED',
    expired: 'ERR_JWT_EXPIRED',
    form: 'ERR_JWS_INVALID',
    key: 'ERR_JWKS_NO_MATCHING_KEY',
    payload: 'ERR_JWT_INVALID',
    signature: 'ERR_JWS_SIGNATURE_VERIFICATION_FAILED',
    unsupported: 'ERR_JOSE_NOT_SUPPORTED',
  };
  const forged = async (): Promise<Kind[]> => {
    const { d: _, ...open } = secret;
    const publicKey = (await importJWK(open, 'ES256', { extractable: true })) as CryptoKey;
    const another = await generateKeyPair('ES256', { extractable: true });
    const larger = await generateKeyPair('ES384');
    const rsa = await generateKeyPair('RS256');
    const hmac = (head: object, by: string | Buffer) => {
      const text = `${part(head)}.${part(claims())}`;
      return `${text}.${createHmac('sha256', by).update(text).digest('base64url')}`;
    };
    /** Signed with the issuer's key, whatever it says. */
    const signed = (header: object, payload: string) => {
      const text = `${part(header)}.${Buffer.from(payload).toString('base64url')}`;
      const bySecret = {
        key: createPrivateKey({ key: secret as JsonWebKey, format: 'jwk' }),
        dsaEncoding: 'ieee-p1363',
      } as const;
      return `${text}.${createSign('sha256').update(text).sign(bySecret, 'base64url')}`;
    };
    const good = await sign(claims());
    const [head, body, signature] = good.split('.') as [string, string, string];
    const bytes = Buffer.from(signature, 'base64url');
    const changed = Buffer.from(bytes.map((byte, i) => (i === 40 ? byte ^ 1 : byte)));
    const json = JSON.stringify(claims());
    const header = { alg: 'ES256', kid: 'demo' };
    const withHeader = (over: object) => signed({ ...header, ...over }, json);
    const nested = await sign({ ...claims(), nested: good }, { cty: 'JWT' });
    return [
      ['another issuer', await sign(claims({ iss: 'http://localhost:1/demo' })), JOSE.claim],
      ['our issuer with a slash more', await sign(claims({ iss: `${issuer}/` })), JOSE.claim],
      ['issuers as a list', await sign(claims({ iss: [issuer] })), JOSE.claim],
      ['no issuer', await sign(claims({ iss: undefined })), JOSE.claim],
      ['another audience', await sign(claims({ aud: 'another-programme' })), JOSE.claim],
      ['no audience', await sign(claims({ aud: undefined })), JOSE.claim],
      ['expired', await sign(claims({ iat: now() - 7200, exp: now() - 3600 })), JOSE.expired],
      ['not yet valid', await sign(claims({ nbf: now() + 3600 })), JOSE.claim],
      ['issued in the future', await sign(claims({ iat: now() + 3600, exp: now() + 7200 })), JOSE.claim],
      ['issued days ago, good for ten years', await sign(claims({ iat: now() - 200_000, exp: now() + 3e8 })), JOSE.expired],
      ['no expiry', await sign(claims({ exp: undefined })), JOSE.claim],
      ['expiry as text', await sign(claims({ exp: String(now() + 600) })), JOSE.claim],
      ['expiry beyond all numbers', signed(header, json.replace(/"exp":\d+/, '"exp":1e999')), 'no-end'],
      ['no time of issue', await sign(claims({ iat: undefined })), JOSE.claim],
      ['no subject', await sign(claims({ sub: undefined })), JOSE.claim],
      ['an empty subject', await sign(claims({ sub: '' })), 'subject'],
      ['a subject that is a list', await sign(claims({ sub: ['BIF'] })), 'subject'],
      ['an unknown subject', await sign(claims({ sub: 'KANARIE-ukendt' })), 'not-enrolled'],
      ['the subject in other letters', await sign(claims({ sub: 'bif' })), 'not-enrolled'],

      ['alg none', `${part({ alg: 'none', kid: 'demo' })}.${body}.`, JOSE.algorithm],
      ['alg None', `${part({ alg: 'None', kid: 'demo' })}.${body}.`, JOSE.algorithm],
      ['alg NONE with the signature', `${part({ alg: 'NONE', kid: 'demo' })}.${body}.${signature}`, JOSE.algorithm],
      ['no alg', `${part({ kid: 'demo' })}.${body}.${signature}`, JOSE.form],
      ['algs as a list', `${part({ alg: ['ES256'], kid: 'demo' })}.${body}.${signature}`, JOSE.form],
      ['HS256 with the public key as PEM', hmac({ alg: 'HS256', kid: 'demo' }, await exportSPKI(publicKey)), JOSE.algorithm],
      ['HS256 with the public key as JWK', hmac({ alg: 'HS256', kid: 'demo' }, JSON.stringify(open)), JOSE.algorithm],
      ['HS256 with the point', hmac({ alg: 'HS256', kid: 'demo' }, Buffer.from(secret.x!, 'base64url')), JOSE.algorithm],
      ['HS256 with nothing', hmac({ alg: 'HS256', kid: 'demo' }, ''), JOSE.algorithm],
      ['a larger curve', await sign(claims(), { alg: 'ES384' }, larger.privateKey), JOSE.key],
      ['an RSA key under the name', await sign(claims(), { alg: 'RS256' }, rsa.privateKey), JOSE.key],
      ['ES256 said to be RS256', `${part({ alg: 'RS256', kid: 'demo' })}.${body}.${signature}`, JOSE.key],

      ['another key', await sign(claims(), {}, another.privateKey), JOSE.signature],
      [
        'another key, brought along',
        await sign(claims(), { jwk: await exportJWK(another.publicKey) }, another.privateKey),
        'header',
      ],
      ['our key, brought along', await sign(claims(), { jwk: open }), 'header'],
      ['a place of keys elsewhere', withHeader({ jku: `${server.url}/demo/jwks` }), 'header'],
      ['a certificate elsewhere', withHeader({ x5u: 'https://keys.example/cert' }), 'header'],
      ['a certificate, brought along', withHeader({ x5c: ['MIIB'] }), 'header'],
      ['a key of another name', await sign(claims(), { kid: 'another' }), JOSE.key],
      ['a key named by a path', withHeader({ kid: '../../../../dev/null' }), JOSE.key],
      ['a key named by a query', withHeader({ kid: "x' UNION SELECT 'demo" }), JOSE.key],
      ['keys named by a list', withHeader({ kid: ['demo'] }), 'header'],
      ['an extension we do not know', withHeader({ crit: ['http://example/x'], 'http://example/x': 1 }), JOSE.unsupported],
      ['an empty list of extensions', withHeader({ crit: [] }), JOSE.form],
      ['a payload that is not encoded', signed({ ...header, b64: false, crit: ['b64'] }, json), 'header'],
      ['the same, not said to matter', withHeader({ b64: false }), 'header'],
      ['another type', withHeader({ typ: 'logout+jwt' }), 'type'],
      ['a type that is a list', withHeader({ typ: ['JWT'] }), 'type'],

      ['one byte of the signature', `${head}.${body}.${changed.toString('base64url')}`, JOSE.signature],
      ['a signature of zeros', `${head}.${body}.${Buffer.alloc(64).toString('base64url')}`, JOSE.signature],
      [
        'a signature in DER',
        `${head}.${body}.${createSign('sha256')
          .update(`${head}.${body}`)
          .sign(createPrivateKey({ key: secret as JsonWebKey, format: 'jwk' }), 'base64url')}`,
        JOSE.signature,
      ],
      ['no signature', `${head}.${body}.`, JOSE.signature],
      ['half a signature', `${head}.${body}.${signature.slice(0, 40)}`, JOSE.signature],
      ['other claims under the signature', `${head}.${part(claims({ sub: 'coordinator' }))}.${signature}`, JOSE.signature],
      ['another header over the signature', `${part({ ...header, x5t: 'x' })}.${body}.${signature}`, JOSE.signature],
      ['two parts', `${head}.${body}`, JOSE.form],
      ['four parts', `${good}.${signature}`, JOSE.form],
      ['encrypted, by its form', `${part({ alg: 'ECDH-ES', enc: 'A256GCM', kid: 'demo' })}..aaaa.bbbb.cccc`, JOSE.form],
      ['a token in a token', nested, 'header'],
      ['a payload that is no object', signed(header, '"BIF"'), JOSE.payload],
      ['a payload that is no JSON', signed(header, 'BIF'), JOSE.payload],
      ['two subjects', signed(header, json.replace('"sub":"BIF"', '"sub":"coordinator","sub":"BIF"')), 'said-twice'],
      [
        'two subjects, one in disguise',
        signed(header, json.replace('"sub":"BIF"', '"su\\u0062":"SOF","sub":"BIF"')),
        'said-twice',
      ],
      ['larger than a token is', await sign(claims({ more: 'x'.repeat(8000) })), 'oversized'],

      ['an id token, by its nonce', await sign(claims({ nonce: 'n' })), 'not-an-access-token'],
      ['an id token, by at_hash', await sign(claims({ at_hash: 'h' })), 'not-an-access-token'],
      ['an id token, as Keycloak says', await sign(claims({ typ: 'ID' })), 'not-an-access-token'],
      ['a refresh token', await sign(claims({ typ: 'Refresh' })), 'not-an-access-token'],
      [
        'a logout token',
        await sign(claims({ events: { 'http://schemas.openid.net/event/backchannel-logout': {} } })),
        'not-an-access-token',
      ],
      ['bound to a key', await sign(claims({ cnf: { jkt: 'thumbprint' } })), 'not-an-access-token'],

      ['no second factor', await sign(claims({ amr: ['pwd'] })), 'no-mfa'],
      ['no word of factors', await sign(claims({ amr: undefined })), 'no-mfa'],
      ['factors that are no list', await sign(claims({ amr: { mfa: true } })), 'no-mfa'],
      ['factors in one text', await sign(claims({ amr: 'pwd mfa' })), 'no-mfa'],
      ['a factor within a list', await sign(claims({ amr: [['mfa']] })), 'no-mfa'],

      ['another role than the registry', await sign(claims({ fremdrift_role: 'coordinator' })), 'role-differs'],
      ['a role that does not exist', await sign(claims({ fremdrift_role: 'root' })), 'role-differs'],
      ['two roles', await sign(claims({ fremdrift_role: ['participant', 'coordinator'] })), 'role-differs'],
      ['the role as a list', await sign(claims({ fremdrift_role: ['participant'] })), 'role-differs'],
      ['no role', await sign(claims({ fremdrift_role: undefined })), 'role-differs'],
      [
        'another organisation than the registry',
        await sign(claims({ fremdrift_organisation: 'politi' })),
        'organisation-differs',
      ],
      ['an organisation that does not exist', await sign(claims({ fremdrift_organisation: 'ukendt' })), 'organisation-differs'],
      ['two organisations', await sign(claims({ fremdrift_organisation: ['bif', 'politi'] })), 'organisation-differs'],
      ['no organisation', await sign(claims({ fremdrift_organisation: undefined })), 'organisation-differs'],

      ['no token at all', '', 'no-token'],
      ['not a token', 'KANARIE', JOSE.form],
      ['characters no token has', `${good}%00`, 'no-token'],
      ['two tokens', `${good} ${good}`, 'no-token'],
    ];
  };

  /** A request as bytes: fetch would mend it. */
  const raw = (path: string, ...lines: string[]) =>
    new Promise<{ status: number; text: string }>((resolve, reject) => {
      const { hostname, port } = new URL(server.url);
      const socket = connect(Number(port), hostname, () =>
        socket.write(['GET ' + path + ' HTTP/1.1', 'Host: x', 'Connection: close', ...lines, '', ''].join('\r\n')),
      );
      let answer = '';
      socket.on('data', (bytes) => (answer += bytes.toString()));
      socket.on('error', reject);
      socket.on('end', () => resolve({ status: Number(answer.split(' ')[1]), text: answer.split('\r\n\r\n')[1]! }));
    });

  it('answers everything else with the same 401, and tells the log why in a code', async () => {
    const nobody = await server.call(undefined, 'GET', '/api/me');
    expect(nobody.status).toBe(401);
    expect(nobody.headers.get('content-type')).toBe('application/problem+json; charset=utf-8');
    const kinds = await forged();
    expect(kinds.length).toBeGreaterThan(80);
    const answered: unknown[] = [];
    for (const [kind, token] of kinds) {
      logged.mockClear();
      const { status, text, headers } = await withToken(token);
      answered.push([kind, status, text, headers.get('content-type'), ...(logged.mock.calls as unknown[][]).flat()]);
    }
    expect(answered).toEqual(
      kinds.map(([kind, _, code]): unknown[] => [
        ...[kind, 401, nobody.text, 'application/problem+json; charset=utf-8'],
        expect.stringMatching(new RegExp(`^sign-in refused: ${code} request=[0-9a-f-]{36}$`)) as string,
      ]),
    );
  });

  it('looks for a token in one place only', async () => {
    const token = await sign(claims());
    const { text } = await server.call(undefined, 'GET', '/api/me');
    const bearer = `Authorization: Bearer ${token}`;
    expect((await raw('/api/me', bearer)).status).toBe(200);
    // RFC 9110: names of schemes and headers are the same in any letters.
    expect((await raw('/api/me', `authorization: bearer ${token}`)).status).toBe(200);
    for (const [path, ...lines] of [
      ['/api/me', bearer, bearer],
      ['/api/me', bearer, 'authorization: Bearer x'],
      ['/api/me', 'Authorization: Basic x', bearer],
      ['/api/me', `Authorization: Basic ${token}`],
      ['/api/me', `Authorization: ${token}`],
      ['/api/me', `Authorization: Bearer Bearer ${token}`],
      ['/api/me', `Authorization: DPoP ${token}`],
      ['/api/me', `Cookie: access_token=${token}`],
      ['/api/me', `X-Authorization: Bearer ${token}`],
      [`/api/me?access_token=${token}`],
    ] as const)
      expect([lines, await raw(path, ...lines)]).toEqual([lines, { status: 401, text }]);
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
