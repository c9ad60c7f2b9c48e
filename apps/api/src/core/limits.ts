// How much one request may be: bytes, time, address, nesting, lists. What is more is refused before anybody looks at what it says.
import { STATUS_CODES, type Server } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyHttpOptions, FastifyInstance } from 'fastify';
import { BadRequestError } from './errors.js';
import { HEADERS } from './headers.js';
import { problemOf, problemText, send } from './problem.js';

/** Characters of path and query together. The longest thing in an address is a cursor, of at most 1,000. */
const URL_LENGTH = 4096;
/** Of a body that has been read and not yet been validated. */
const DEPTH = 8;
const ELEMENTS = 500;
const FIELDS = 100;

/** What reached nobody: the connection broke HTTP, was too slow, or its headers were too large. Codes of Node's errors. */
const STATUS_OF: Readonly<Record<string, number>> = { ERR_HTTP_REQUEST_TIMEOUT: 408, HPE_HEADER_OVERFLOW: 431 };

const answerBroken = (error: NodeJS.ErrnoException, socket: Socket): void => {
  if (error.code !== 'ECONNRESET' && socket.writable) {
    const body = problemOf({ statusCode: STATUS_OF[error.code ?? ''] ?? 400 });
    const text = problemText(body);
    const headers = { ...HEADERS, 'content-type': 'application/problem+json; charset=utf-8', connection: 'close' };
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
    socket.write(
      `HTTP/1.1 ${body.status} ${STATUS_CODES[body.status]}\r\n${lines.join('')}content-length: ${Buffer.byteLength(text)}\r\n\r\n${text}`,
    );
  }
  socket.destroy();
};

/** What Fastify is started with. Times in milliseconds. */
export const SERVER_LIMITS = {
  bodyLimit: 256 * 1024,
  /** For a whole request to arrive, from its first byte. */
  requestTimeout: 30_000,
  /** Without a byte either way; longer than any answer takes. */
  connectionTimeout: 60_000,
  http: { maxHeaderSize: 16 * 1024, headersTimeout: 10_000, connectionsCheckingInterval: 5_000 },
  clientErrorHandler: answerBroken,
} as const satisfies FastifyHttpOptions<Server>;

/** Whether a body is shaped as bodies here are. Looks no deeper than it may be nested. */
const fits = (value: unknown, depth = DEPTH): boolean => {
  if (typeof value !== 'object' || value === null) return true;
  if (depth === 0) return false;
  const inner: unknown[] = Array.isArray(value) ? value : Object.values(value);
  return inner.length <= (Array.isArray(value) ? ELEMENTS : FIELDS) && inner.every((one) => fits(one, depth - 1));
};

const TOO_BIG = new BadRequestError([
  `the body may be nested ${DEPTH} deep, with ${ELEMENTS} elements in a list and ${FIELDS} fields in an object`,
]);

/** Address and shape; before sign-in, routing to a handler, and validation. */
export const limitRequests = (fastify: Pick<FastifyInstance, 'addHook' | 'server'>): void => {
  fastify.addHook('onRequest', (request, reply, done) => {
    if (request.url.length > URL_LENGTH) send(reply, problemOf({ statusCode: 414 }));
    else done();
  });
  fastify.addHook('preValidation', (request, reply, done) => {
    if (fits(request.body)) done();
    else send(reply, problemOf(TOO_BIG));
  });
  // An `Expect` that Node does not know would be answered without words.
  fastify.server.on('checkExpectation', (_, response) => {
    const body = problemOf({ statusCode: 417 });
    const text = problemText(body);
    const about = { 'content-type': 'application/problem+json; charset=utf-8', 'content-length': Buffer.byteLength(text) };
    response.writeHead(body.status, { ...HEADERS, ...about }).end(text);
  });
};
