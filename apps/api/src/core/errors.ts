// Errors that only HTTP knows.
import type { Refusal } from '@app/domain';

/** A rule said no: 422, or 404 when the rule's id ends in `.unknown`. */
export class RefusedError extends Error {
  override readonly name = 'RefusedError';
  constructor(readonly refusal: Refusal) {
    super(refusal.rule);
  }
}
/** It does not exist or may not be seen: the same answer, and the same line in the access log. */
export class NotFoundError extends Error {
  override readonly name = 'NotFoundError';
  constructor(
    readonly action: string,
    readonly caseIds: readonly string[] = [],
    readonly policies: readonly string[] = [],
  ) {
    super('not found');
  }
}
/** 401; `reason` is a code and goes to the log only. */
export class NotSignedInError extends Error {
  override readonly name = 'NotSignedInError';
  constructor(readonly reason: string) {
    super('not signed in');
  }
}
/** 503: whose tokens are good cannot be told. `reason` is a code and goes to the log only. */
export class IssuerUnavailableError extends Error {
  override readonly name = 'IssuerUnavailableError';
  constructor(reason: string) {
    super(reason);
  }
}
/** 429 */
export class TooManyRequestsError extends Error {
  override readonly name = 'TooManyRequestsError';
  constructor(readonly retryAfterSeconds: number) {
    super('too many requests');
  }
}
/** 428 */
export class PreconditionRequiredError extends Error {
  override readonly name = 'PreconditionRequiredError';
}
/** 400; the message names the field, never its value. */
export class BadRequestError extends Error {
  override readonly name = 'BadRequestError';
  constructor(readonly errors: readonly string[]) {
    super('bad request');
  }
}
