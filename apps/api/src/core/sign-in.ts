// Sign-in: a bearer token of an OIDC issuer becomes a principal. Claims say who; what the person may do comes from the registry.
import { CanActivate, Injectable, SetMetadata, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { createRemoteJWKSet, errors, jwtVerify, type JWTPayload, type JWTVerifyGetKey } from 'jose';
import type { Principal } from '@app/access';
import { isLoopback, type OidcSettings } from '@app/platform';
import type { GroupRow, Registry } from '@app/read-models';
import type { Call } from './call.js';
import { NotSignedInError } from './errors.js';
import { Ports } from './ports.js';

const PUBLIC = 'fremdrift:public';
/** Needs no token: health, documentation, the demo's own sign-in. */
export const Public = () => SetMetadata(PUBLIC, true);

const ALGORITHMS = ['ES256', 'ES384', 'PS256', 'RS256', 'EdDSA'];
/** Seconds for which a verified token is not verified again: the time within which a revocation takes effect. */
const CACHE_SECONDS = 60;
const CACHE_SIZE = 10_000;

interface Verified {
  readonly payload: JWTPayload;
  /** Unix seconds. */
  readonly until: number;
}

/** Keys of an issuer, found through its discovery document. @throws NotSignedInError when it cannot be reached */
export const keysOf = (issuer: string): JWTVerifyGetKey => {
  let keys: JWTVerifyGetKey | undefined;
  return async (header, token) => {
    if (!keys) {
      const url = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
      const answer = await fetch(url, { signal: AbortSignal.timeout(5000) });
      const { issuer: named, jwks_uri: uri } = (await answer.json()) as { issuer?: string; jwks_uri?: string };
      if (named !== issuer || uri === undefined) throw new NotSignedInError('issuer-discovery');
      if (new URL(uri).protocol !== 'https:' && !isLoopback(new URL(uri).hostname))
        throw new NotSignedInError('issuer-not-https');
      keys = createRemoteJWKSet(new URL(uri), { cooldownDuration: 5000 });
    }
    return keys(header, token);
  };
};

export class SignIn {
  private readonly cache = new Map<string, Verified>();
  /** Who a verified token is, for as long as the registry and the date are those it was looked up in. */
  private known = { registry: undefined as Registry | undefined, today: '', principals: new WeakMap<JWTPayload, Principal>() };

  constructor(
    private readonly settings: OidcSettings,
    private readonly keys: JWTVerifyGetKey,
    private readonly ports: Ports,
  ) {}

  /** @throws NotSignedInError; says why in a code only */
  async principalOf(authorization: string | undefined): Promise<Principal> {
    const token = /^Bearer ([A-Za-z0-9._~+/=-]+)$/i.exec(authorization ?? '')?.[1];
    if (token === undefined) throw new NotSignedInError('no-token');
    const payload = await this.verify(token);
    const registry = await this.ports.readModels.registry();
    const today = this.ports.clock.today();
    if (this.known.registry !== registry || this.known.today !== today)
      this.known = { registry, today, principals: new WeakMap() };
    let principal = this.known.principals.get(payload);
    if (!principal) this.known.principals.set(payload, (principal = this.resolve(payload, registry, today)));
    return principal;
  }

  private async verify(token: string): Promise<JWTPayload> {
    const now = Date.now() / 1000;
    const cached = this.cache.get(token);
    if (cached && cached.until > now) return cached.payload;
    try {
      const { payload } = await jwtVerify(token, this.keys, {
        issuer: this.settings.issuer,
        audience: this.settings.audience,
        algorithms: ALGORITHMS,
        requiredClaims: ['sub', 'exp', 'iat'],
        clockTolerance: 5,
      });
      const amr = Array.isArray(payload['amr']) ? (payload['amr'] as unknown[]) : [];
      if (![...amr, payload['acr']].some((value) => typeof value === 'string' && this.settings.mfaValues.includes(value))) {
        throw new NotSignedInError('no-mfa');
      }
      if (this.cache.size >= CACHE_SIZE) this.cache.delete(this.cache.keys().next().value!);
      this.cache.set(token, { payload, until: Math.min(payload.exp!, now + CACHE_SECONDS) });
      return payload;
    } catch (error) {
      this.cache.delete(token);
      if (error instanceof NotSignedInError) throw error;
      throw new NotSignedInError(error instanceof errors.JOSEError ? error.code : 'issuer-unreachable');
    }
  }

  /** The token must agree with the registry: enrolled, not left, same role, same organisation. */
  private resolve(payload: JWTPayload, registry: Registry, today: string): Principal {
    const user = registry.usersBySubject.get(this.ports.blindIndex.subjectHash(this.ports.issuer, payload.sub!));
    if (!user) throw new NotSignedInError('not-enrolled');
    if (user.leftOn !== undefined && user.leftOn <= today) throw new NotSignedInError('left');
    if (payload[this.settings.roleClaim] !== user.role) throw new NotSignedInError('role-differs');
    if (payload[this.settings.organisationClaim] !== user.organisationId) throw new NotSignedInError('organisation-differs');
    const organisation = registry.organisations.get(user.organisationId);
    if (!organisation) throw new NotSignedInError('organisation-unknown');
    // Frozen: what access remembers of a principal must stay true.
    return Object.freeze({
      userId: user.userId,
      organisationId: user.organisationId,
      authorityId: organisation.authorityId,
      kind: organisation.kind,
      role: user.role,
      groups: Object.freeze(
        [...registry.groups.values()].filter((group) => isMember(group, user.userId, today)).map((group) => group.groupId),
      ),
    });
  }
}

/** Member on that day, or deputy of one who is. */
const isMember = (group: GroupRow, userId: string, today: string): boolean => {
  const member = (id: string) =>
    group.members.some((m) => m.userId === id && m.from <= today && (m.until === undefined || today < m.until));
  return member(userId) || group.deputies.some((d) => d.deputyUserId === userId && member(d.userId));
};

@Injectable()
export class SignInGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly signIn: SignIn,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    if (this.reflector.getAllAndOverride<boolean>(PUBLIC, [context.getHandler(), context.getClass()])) return true;
    const call = context.switchToHttp().getRequest<Call>();
    call.principal = await this.signIn.principalOf(call.headers.authorization);
    return true;
  }
}
