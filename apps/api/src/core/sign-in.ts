// Sign-in: a bearer token of an OIDC issuer becomes a principal. Claims say who; what the person may do comes from the registry.
import { CanActivate, Injectable, SetMetadata, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyRequest } from 'fastify';
import { createRemoteJWKSet, errors, jwtVerify, type JWTPayload, type JWTVerifyGetKey } from 'jose';
import type { Principal } from '@app/access';
import { isLoopback, type OidcSettings } from '@app/platform';
import type { Registry, UserRow } from '@app/read-models';
import type { Call } from './call.js';
import { signedIn } from './context.js';
import { IssuerUnavailableError, NotSignedInError } from './errors.js';
import { membershipOf, type LeftOn } from './membership.js';
import { Ports } from './ports.js';
import { RateLimits } from './rate-limits.js';

const PUBLIC = 'fremdrift:public';
/** Needs no token: health, documentation, the demo's own sign-in. */
export const Public = () => SetMetadata(PUBLIC, true);

const ALGORITHMS = ['ES256', 'ES384', 'PS256', 'RS256', 'EdDSA'];
/** What a token's header may say. Not where a key is to be found (jku, x5u) or what it is (jwk, x5c): keys are the issuer's. */
const HEADER_MEMBERS = ['alg', 'kid', 'typ', 'x5t', 'x5t#S256'];
/** RFC 9068; most issuers say JWT, some nothing. */
const TYPES = ['at+jwt', 'application/at+jwt', 'jwt', ''];
/** Claims of id tokens, logout tokens and tokens bound to a key: none of these is a bearer's access token. */
const CLAIMS_OF_OTHERS = ['at_hash', 'c_hash', 's_hash', 'events', 'cnf'];
const TOKEN_LENGTH = 8192;
/** However late a token says it expires. */
const MAX_AGE_SECONDS = 24 * 3600;

/**
 * Seconds for which a verified token is not verified again, and for which the issuer's keys are not asked for again. Together they are
 * the time within which a key that the issuer withdraws is worth nothing here. People are looked up in the registry at every request.
 */
const CACHE_SECONDS = 29;
const CACHE_SIZE = 10_000;

interface Verified {
  readonly payload: JWTPayload;
  /** Unix seconds. */
  readonly until: number;
}

/** Codes of what jose throws when the issuer's keys cannot be had, rather than the token being bad. */
const OF_THE_ISSUER = ['ERR_JWKS_TIMEOUT', 'ERR_JWKS_INVALID', 'ERR_JOSE_GENERIC'];
const codeOf = (error: unknown): string | undefined => (error instanceof errors.JOSEError ? error.code : undefined);

const discover = async (issuer: string): Promise<JWTVerifyGetKey> => {
  const url = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
  const answer = await fetch(url, { signal: AbortSignal.timeout(5000), redirect: 'error' });
  const { issuer: named, jwks_uri: uri } = (await answer.json()) as { issuer?: string; jwks_uri?: string };
  if (named !== issuer || uri === undefined) throw new IssuerUnavailableError('discovery');
  if (new URL(uri).protocol !== 'https:' && !isLoopback(new URL(uri).hostname)) throw new IssuerUnavailableError('not-https');
  return createRemoteJWKSet(new URL(uri), { cooldownDuration: 5000, cacheMaxAge: CACHE_SECONDS * 1000 });
};

/** Keys of an issuer, found through its discovery document. @throws IssuerUnavailableError */
export const keysOf = (issuer: string): JWTVerifyGetKey => {
  let keys: JWTVerifyGetKey | undefined;
  return async (header, token) => {
    try {
      keys ??= await discover(issuer);
      return await keys(header, token);
    } catch (error) {
      if (error instanceof IssuerUnavailableError) throw error;
      const code = codeOf(error);
      if (code === undefined || OF_THE_ISSUER.includes(code)) throw new IssuerUnavailableError(code ?? 'unreachable');
      throw error;
    }
  };
};

/** How many members an object has as it is written; twice the same name counts twice. @param json sound JSON of an object */
const membersWritten = (json: string): number => {
  let [depth, members] = [0, 0];
  for (const [mark] of json.matchAll(/"(?:[^"\\]|\\.)*"|[{}[\]:]/gs)) {
    if (mark === '{' || mark === '[') depth++;
    else if (mark === '}' || mark === ']') depth--;
    else if (mark === ':' && depth === 1) members++;
  }
  return members;
};
/** A name that stands twice means one thing to us and may mean another to whoever wrote the token. */
const saysTwice = (part: string): boolean => {
  const json = Buffer.from(part, 'base64url').toString();
  return membersWritten(json) !== Object.keys(JSON.parse(json) as object).length;
};

/** The token in a call's one Authorization header. @throws NotSignedInError */
const bearerOf = ({ headers, raw }: FastifyRequest): string => {
  // Of two, Node keeps the first and something before us may have looked at the second.
  const names = raw.rawHeaders.filter((name, i) => i % 2 === 0 && name.length === 13 && name.toLowerCase() === 'authorization');
  if (names.length > 1) throw new NotSignedInError('two-headers');
  const token = /^Bearer ([A-Za-z0-9._~+/=-]+)$/i.exec(headers.authorization ?? '')?.[1];
  if (token === undefined) throw new NotSignedInError('no-token');
  if (token.length > TOKEN_LENGTH) throw new NotSignedInError('oversized');
  return token;
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

  /** @throws NotSignedInError, which says why in a code only; IssuerUnavailableError; TooManyRequestsError; NotCaughtUpError */
  async principalOf(request: FastifyRequest, limits: RateLimits): Promise<Principal> {
    const payload = await this.payloadOf(bearerOf(request), () => limits.mayTry(request));
    const { readModels, whoWritten } = this.ports;
    await readModels.reach(whoWritten);
    const registry = await readModels.registry();
    const today = this.ports.clock.today();
    if (this.known.registry !== registry || this.known.today !== today)
      this.known = { registry, today, principals: new WeakMap() };
    let principal = this.known.principals.get(payload);
    if (!principal) this.known.principals.set(payload, (principal = this.resolve(payload, registry, today)));
    return principal;
  }

  private async payloadOf(token: string, mayVerify: () => Promise<void>): Promise<JWTPayload> {
    const now = Date.now() / 1000;
    const cached = this.cache.get(token);
    if (cached && cached.until > now) return cached.payload;
    this.cache.delete(token);
    await mayVerify();
    const payload = await this.verify(token);
    if (this.cache.size >= CACHE_SIZE) this.cache.delete(this.cache.keys().next().value!);
    this.cache.set(token, { payload, until: Math.min(payload.exp!, now + CACHE_SECONDS) });
    return payload;
  }

  private async verify(token: string): Promise<JWTPayload> {
    try {
      const keys: JWTVerifyGetKey = (header, jws) => {
        if (Object.keys(header).some((name) => !HEADER_MEMBERS.includes(name))) throw new NotSignedInError('header');
        if (header.kid !== undefined && typeof header.kid !== 'string') throw new NotSignedInError('header');
        if (typeof header.typ !== 'string' && header.typ !== undefined) throw new NotSignedInError('type');
        if (!TYPES.includes((header.typ ?? '').toLowerCase())) throw new NotSignedInError('type');
        return this.keys(header, jws);
      };
      const { payload, protectedHeader } = await jwtVerify(token, keys, {
        issuer: this.settings.issuer,
        audience: this.settings.audience,
        algorithms: ALGORITHMS,
        requiredClaims: ['sub', 'exp', 'iat'],
        maxTokenAge: MAX_AGE_SECONDS,
        clockTolerance: 5,
      });
      if (token.split('.', 2).some(saysTwice)) throw new NotSignedInError('said-twice');
      if (typeof payload.sub !== 'string' || payload.sub === '') throw new NotSignedInError('subject');
      if (!Number.isFinite(payload.exp)) throw new NotSignedInError('no-end');
      // Keycloak says in `typ` what a token is (Bearer, ID, Refresh, Logout, DPoP); its older releases give a nonce to all of them.
      const { typ, nonce } = payload;
      const isCalledAccessToken = typ === 'Bearer' || /at\+jwt$/i.test(protectedHeader.typ ?? '');
      if (
        (typ !== undefined && typ !== 'Bearer') ||
        (nonce !== undefined && !isCalledAccessToken) ||
        CLAIMS_OF_OTHERS.some((claim) => payload[claim] !== undefined)
      )
        throw new NotSignedInError('not-an-access-token');
      const amr = Array.isArray(payload['amr']) ? (payload['amr'] as unknown[]) : [];
      if (![...amr, payload['acr']].some((value) => typeof value === 'string' && this.settings.mfaValues.includes(value))) {
        throw new NotSignedInError('no-mfa');
      }
      return payload;
    } catch (error) {
      if (error instanceof NotSignedInError || error instanceof IssuerUnavailableError) throw error;
      throw new NotSignedInError(codeOf(error) ?? 'malformed');
    }
  }

  /** The token must agree with the registry: enrolled, not left, same role, same organisation. */
  private resolve(payload: JWTPayload, registry: Registry, today: string): Principal {
    const user = registry.usersBySubject.get(this.ports.blindIndex.subjectHash(this.ports.issuer, payload.sub!));
    if (!user) throw new NotSignedInError('not-enrolled');
    if (user.leftOn !== undefined && user.leftOn <= today) throw new NotSignedInError('left');
    if (payload[this.settings.roleClaim] !== user.role) throw new NotSignedInError('role-differs');
    if (payload[this.settings.organisationClaim] !== user.organisationId) throw new NotSignedInError('organisation-differs');
    const principal = principalOf(user, registry, today);
    if (!principal) throw new NotSignedInError('organisation-unknown');
    return principal;
  }
}

/**
 * A user as access knows them.
 * @param today local date in Europe/Copenhagen
 * @returns undefined: they have left, or their organisation is unknown
 */
export const principalOf = (user: UserRow, registry: Registry, today: string): Principal | undefined => {
  const organisation = registry.organisations.get(user.organisationId);
  if (!organisation || (user.leftOn !== undefined && user.leftOn <= today)) return undefined;
  const leftOn: LeftOn = (userId) => registry.users.get(userId)?.leftOn;
  // Frozen: what access remembers of a principal must stay true.
  return Object.freeze({
    userId: user.userId,
    organisationId: user.organisationId,
    authorityId: organisation.authorityId,
    kind: organisation.kind,
    role: user.role,
    groups: Object.freeze(
      [...registry.groups.values()]
        .filter((group) => membershipOf(group, user.userId, today, leftOn))
        .map((group) => group.groupId),
    ),
  });
};

@Injectable()
export class SignInGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly signIn: SignIn,
    private readonly limits: RateLimits,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    if (this.reflector.getAllAndOverride<boolean>(PUBLIC, [context.getHandler(), context.getClass()])) return true;
    const call = context.switchToHttp().getRequest<Call>();
    try {
      call.principal = await this.signIn.principalOf(call, this.limits);
    } catch (error) {
      if (error instanceof NotSignedInError) await this.limits.failed(call);
      throw error;
    }
    signedIn(call.principal);
    await this.limits.user(call);
    return true;
  }
}
