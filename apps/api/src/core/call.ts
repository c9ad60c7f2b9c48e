// One HTTP call as handlers see it: who calls, which key, which revision, from which position.
import { createHash, randomUUID } from 'node:crypto';
import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { Principal } from '@app/access';
import { START, type Position } from '@app/event-store';
import { BadRequestError, PreconditionRequiredError } from './errors.js';

/** The request after sign-in. `principal` is missing only on public endpoints. */
export interface Call extends FastifyRequest {
  principal: Principal;
}

const header = (call: Call, name: string): string | undefined => {
  const value = call.headers[name];
  return typeof value === 'string' ? value : undefined;
};

/** The revision in If-Match; undefined when there is none. @throws BadRequestError */
export const ifMatch = (call: Call): number | undefined => {
  const value = header(call, 'if-match');
  if (value === undefined) return undefined;
  const revision = /^(?:W\/)?"?(\d{1,9})"?$/.exec(value)?.[1];
  if (revision === undefined) throw new BadRequestError(['If-Match must be a revision, such as "4"']);
  return Number(revision);
};

/** @throws PreconditionRequiredError */
export const ifMatchNeeded = (call: Call): number => {
  const revision = ifMatch(call);
  if (revision === undefined) throw new PreconditionRequiredError();
  return revision;
};

/** The same user, key and route give the same id, so that a repeat is recognised; without a key every command is its own. */
export const commandId = (call: Call): string => {
  const key = header(call, 'idempotency-key');
  if (key === undefined) return randomUUID();
  if (key.length < 1 || key.length > 200) throw new BadRequestError(['Idempotency-Key must be 1-200 characters']);
  const hex = createHash('sha256').update(`${call.principal.userId}\n${call.method} ${call.url}\n${key}`).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-5${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
};

/** The position the caller has seen. @throws BadRequestError */
export const positionOf = (call: Call): Position => {
  const value = header(call, 'fremdrift-position');
  if (value === undefined) return START;
  if (!/^[0-9A-Za-z/:-]{1,64}$/.test(value)) throw new BadRequestError(['Fremdrift-Position must be a position from a receipt']);
  return value as Position;
};

/** The call itself, as a handler's argument. */
export const TheCall = createParamDecorator((_: unknown, context: ExecutionContext): Call =>
  context.switchToHttp().getRequest<Call>(),
);
