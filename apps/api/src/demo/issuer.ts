// The demo's own OIDC issuer: inside the process, on loopback only. It signs anybody in, which is why it exists for the demo alone.
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import {
  createLocalJWKSet,
  exportJWK,
  generateKeyPair,
  importJWK,
  SignJWT,
  type CryptoKey,
  type JSONWebKeySet,
  type JWK,
  type JWTVerifyGetKey,
} from 'jose';
import type { OidcSettings } from '@app/platform';
import { DEMO_USERS, type DemoUser } from './users.js';

const ALGORITHM = 'ES256';
const TOKEN_HOURS = 8;

export class DemoIssuer {
  private constructor(
    readonly issuer: string,
    private readonly key: CryptoKey,
    readonly jwks: JSONWebKeySet,
    readonly keys: JWTVerifyGetKey,
  ) {}

  /** @param keyFile keeps the key, so that a token outlives a restart */
  static async open(issuer: string, keyFile: string): Promise<DemoIssuer> {
    if (!existsSync(keyFile)) {
      const { privateKey } = await generateKeyPair(ALGORITHM, { extractable: true });
      mkdirSync(dirname(keyFile), { recursive: true, mode: 0o700 });
      writeFileSync(`${keyFile}.new`, JSON.stringify(await exportJWK(privateKey)), { mode: 0o600 });
      renameSync(`${keyFile}.new`, keyFile);
    }
    const secret = JSON.parse(readFileSync(keyFile, 'utf8')) as JWK;
    const key = (await importJWK(secret, ALGORITHM)) as CryptoKey;
    const { d: _, ...open } = secret;
    const jwks = { keys: [{ ...open, kid: 'demo', alg: ALGORITHM, use: 'sig' }] };
    return new DemoIssuer(issuer, key, jwks, createLocalJWKSet(jwks));
  }

  get settings(): OidcSettings {
    return {
      issuer: this.issuer,
      audience: 'fremdrift',
      roleClaim: 'fremdrift_role',
      organisationClaim: 'fremdrift_organisation',
      mfaValues: ['mfa'],
    };
  }

  find(name: string): DemoUser | undefined {
    return DEMO_USERS.find((user) => user.user.toLowerCase() === name.toLowerCase());
  }

  /** Tokens use real time, whatever the demo's clock says. */
  token(user: DemoUser): Promise<string> {
    return new SignJWT({ fremdrift_role: user.role, fremdrift_organisation: user.organisationId, amr: ['demo', 'mfa'] })
      .setProtectedHeader({ alg: ALGORITHM, kid: 'demo', typ: 'JWT' })
      .setIssuer(this.issuer)
      .setAudience('fremdrift')
      .setSubject(user.user)
      .setIssuedAt()
      .setExpirationTime(`${TOKEN_HOURS}h`)
      .sign(this.key);
  }
}
