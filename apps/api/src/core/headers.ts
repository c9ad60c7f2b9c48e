// The headers every answer carries: nothing is kept by a cache, framed, sniffed or told to another site.
import type { FastifyInstance } from 'fastify';

export const HEADERS = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'strict-transport-security': 'max-age=31536000; includeSubDomains',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
};

/** The Swagger page has styles and scripts of its own: its path alone gets a policy that allows them. */
const DOCS_POLICY =
  "default-src 'self'; style-src 'self' 'unsafe-inline'; script-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'";

export const setSecurityHeaders = (fastify: Pick<FastifyInstance, 'addHook'>): void => {
  fastify.addHook('onRequest', (request, reply, done) => {
    void reply.headers(HEADERS);
    if (request.url.startsWith('/docs')) void reply.header('content-security-policy', DOCS_POLICY);
    done();
  });
};
