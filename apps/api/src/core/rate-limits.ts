// How often: requests of one user, requests of one address, and failed sign-ins of one address, each in a minute. In this process's
// memory: with several processes behind a balancer the limits are each process's own.
import rateLimit from '@fastify/rate-limit';
import { Logger } from '@nestjs/common';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { TooManyRequestsError } from './errors.js';
import { problemOf, send } from './problem.js';
import type { Call } from './call.js';

/** Everybody in a town hall may come from one address: it gets as much as this many users. */
const USERS_AT_AN_ADDRESS = 10;
/** A failed sign-in counts as this many requests: a script with an expired token is stopped, a morning's expired tokens are not. */
const REQUESTS_OF_A_FAILURE = 10;

type Check = (request: FastifyRequest, options?: { increment?: boolean }) => Promise<unknown>;
interface Counted {
  readonly max: number;
  readonly remaining: number;
  readonly isExceeded: boolean;
  readonly ttlInSeconds: number;
}

/** IPv4 whole; of IPv6 the network (/64), which one household or machine has to itself. */
const networkOf = ({ ip }: FastifyRequest): string => {
  if (!ip.includes(':')) return ip;
  if (ip.startsWith('::ffff:') && ip.includes('.')) return ip.slice(7);
  const [head = '', tail] = ip.split('::');
  const groups = head.split(':');
  const zeros = tail === undefined ? 0 : 8 - groups.length - tail.split(':').length;
  return [...groups, ...Array<string>(Math.max(zeros, 0)).fill('0')].slice(0, 4).join(':');
};

export class RateLimits {
  private readonly logger = new Logger('RateLimits');

  private constructor(
    private readonly checks: { readonly user: Check; readonly address: Check; readonly failures: Check } | undefined,
  ) {}

  /** @param perMinute requests of one user; 0: nothing is limited */
  static async on(fastify: FastifyInstance, perMinute: number): Promise<RateLimits> {
    if (perMinute === 0) return new RateLimits(undefined);
    await fastify.register(rateLimit, { global: false, timeWindow: 60_000 });
    const limits = new RateLimits({
      user: fastify.createRateLimit({ max: perMinute, keyGenerator: (request) => (request as unknown as Call).principal.userId }),
      address: fastify.createRateLimit({ max: perMinute * USERS_AT_AN_ADDRESS, keyGenerator: networkOf }),
      failures: fastify.createRateLimit({ max: Math.ceil(perMinute / REQUESTS_OF_A_FAILURE), keyGenerator: networkOf }),
    });
    fastify.addHook('onRequest', async (request, reply) => {
      try {
        return await limits.count('address', request);
      } catch (error) {
        send(reply, problemOf(error));
        return reply;
      }
    });
    return limits;
  }

  /** @throws TooManyRequestsError */
  user(call: Call): Promise<void> {
    return this.count('user', call);
  }

  /** A sign-in of this address failed. @throws TooManyRequestsError */
  failed(request: FastifyRequest): Promise<void> {
    return this.count('failures', request);
  }

  /** Before a token is verified that is not known yet: too many of this address were bad. @throws TooManyRequestsError */
  async mayTry(request: FastifyRequest): Promise<void> {
    if (!this.checks) return;
    const { remaining, ttlInSeconds } = (await this.checks.failures(request, { increment: false })) as Counted;
    if (remaining === 0) throw new TooManyRequestsError(ttlInSeconds);
  }

  private async count(what: 'user' | 'address' | 'failures', request: FastifyRequest): Promise<void> {
    if (!this.checks) return;
    const { isExceeded, remaining, ttlInSeconds } = (await this.checks[what](request)) as Counted;
    // The one that uses up the limit is told of once; those beyond it would fill the log.
    if (remaining === 0 && !isExceeded) this.logger.warn(`limit reached: ${what} request=${request.id}`);
    if (isExceeded) throw new TooManyRequestsError(ttlInSeconds);
  }
}
