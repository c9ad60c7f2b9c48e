// Every error leaves as RFC 9457 problem details, without personal data; refusals of access are logged first (rule 9).
import { Catch, HttpException, Injectable, Logger, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { AccessDeniedError, AccessLogUnavailableError } from '@app/access';
import {
  IdempotencyKeyReusedError,
  InvalidAppendError,
  OutcomeUnknownError,
  RevisionConflictError,
  UnavailableError,
} from '@app/event-store';
import { ErasedError, KeyStoreUnavailableError } from '@app/personal-data';
import { CheckpointBeyondLogError, InvalidCursorError, NotCaughtUpError } from '@app/read-models';
import type { Refusal } from '@app/domain';
import type { Call } from './call.js';
import {
  BadRequestError,
  IssuerUnavailableError,
  NotFoundError,
  NotSignedInError,
  PreconditionRequiredError,
  RefusedError,
  TooManyRequestsError,
} from './errors.js';
import { Ports } from './ports.js';
import type { Problem } from './endpoint.js';

/** `retryAfter`, in seconds, goes into a header. */
type ProblemBody = Omit<Problem, 'type'> & { code: string; retryAfter?: number };

/** Lines of `errors`: a body of thousands of wrong fields is not answered with thousands of lines. */
const ERROR_LINES = 50;

const problem = (status: number, code: string, title: string, detail: string, detailDa: string): ProblemBody => ({
  ...{ status, code, title, detail, detailDa },
});

const NOT_FOUND = problem(
  404,
  'not-found',
  'Not found',
  'It does not exist, or you may not see it.',
  'Det findes ikke, eller du må ikke se det.',
);
const UNAVAILABLE = problem(
  503,
  'unavailable',
  'Out of reach',
  'A part of the system is out of reach. Nothing is shown and nothing was changed; try again.',
  'En del af systemet kan ikke nås. Intet vises, og intet er ændret; prøv igen.',
);

/** The keys say so, where the stream that was asked does not know. */
const ERASED: Refusal = {
  rule: 'erased',
  source: 'Databeskyttelsesforordningen art. 17',
  en: 'What was kept about this is erased; nothing more is written about it.',
  da: 'Oplysningerne er slettet; der skrives ikke mere herom.',
};
const refused = ({ rule, source, en, da }: Refusal): ProblemBody =>
  rule.endsWith('.unknown')
    ? { ...NOT_FOUND, rule }
    : { ...problem(422, 'refused', 'Refused by a rule', en, da), rule, ...(source !== undefined && { source }) };

/** @param errors one line a field; missing where nothing could be read at all */
const malformed = (errors?: readonly string[]): ProblemBody => {
  const body = (detail: string, detailDa: string) => problem(400, 'bad-request', 'Malformed request', detail, detailDa);
  return errors
    ? {
        ...body(
          'What is wrong is in errors, one line a field.',
          'Hvad der er galt, står i errors på engelsk, en linje pr. felt.',
        ),
        errors: errors.slice(0, ERROR_LINES),
      }
    : body('It cannot be read: is the body valid JSON?', 'Det kan ikke læses: er indholdet gyldigt JSON?');
};

/** What class-validator, Nest and Fastify throw: statuses are kept, texts only where they cannot hold a value. */
const ofHttp = (status: number, errors?: readonly string[]): ProblemBody => {
  switch (status) {
    case 400:
      return malformed(errors);
    case 404:
      return NOT_FOUND;
    case 408:
      return problem(
        408,
        'too-slow',
        'The request took too long to arrive',
        'A request has half a minute to arrive: try again.',
        'En forespørgsel har et halvt minut til at nå frem: prøv igen.',
      );
    case 413:
      return problem(
        413,
        'too-large',
        'The body is too large',
        'A body may be 256 KiB: send less at a time.',
        'Indholdet må fylde 256 KiB: send mindre ad gangen.',
      );
    case 414:
      return problem(
        414,
        'too-large',
        'The address is too long',
        'Path and query of the address are too long together, or a name in it is.',
        'Adressens sti og søgedel er for lange tilsammen, eller et navn i den er.',
      );
    case 415:
      return problem(
        415,
        'media-type',
        'The body must be application/json',
        'Send the body as JSON, with Content-Type: application/json.',
        'Send indholdet som JSON med Content-Type: application/json.',
      );
    case 431:
      return problem(
        431,
        'too-large',
        'The headers are too large',
        'The headers may be 16 KiB together.',
        'Headerne må fylde 16 KiB tilsammen.',
      );
    default:
      return status >= 400 && status < 500
        ? problem(
            status,
            'error',
            'The request could not be handled',
            'The server takes no request of this kind.',
            'Serveren tager ikke imod en forespørgsel af denne slags.',
          )
        : problem(
            500,
            'error',
            'The request could not be handled',
            'Something went wrong on the server; its log says where.',
            'Noget gik galt på serveren; dens log siger hvor.',
          );
  }
};

export const problemOf = (error: unknown): ProblemBody => {
  if (error instanceof RefusedError) return refused(error.refusal);
  if (error instanceof ErasedError) return refused(ERASED);
  if (error instanceof NotFoundError) return NOT_FOUND;
  if (error instanceof AccessDeniedError) {
    return problem(
      403,
      'forbidden',
      'Not allowed',
      'Neither your role nor your part in this gives you this right.',
      'Hverken din rolle eller din del i det her giver dig denne ret.',
    );
  }
  if (error instanceof NotSignedInError)
    return problem(401, 'sign-in', 'Sign in', 'A valid token is needed.', 'Der skal et gyldigt adgangstoken til.');
  if (error instanceof TooManyRequestsError) {
    return {
      ...problem(
        429,
        'too-many',
        'Too many requests',
        'Wait for as many seconds as Retry-After says.',
        'Vent så mange sekunder, som Retry-After siger.',
      ),
      retryAfter: error.retryAfterSeconds,
    };
  }
  if (error instanceof PreconditionRequiredError) {
    return problem(
      428,
      'if-match',
      'If-Match is needed',
      'Send If-Match with the revision you have read.',
      'Send If-Match med den revision, du har læst.',
    );
  }
  if (error instanceof RevisionConflictError) {
    return problem(
      409,
      'conflict',
      'Changed meanwhile',
      'Somebody else changed it meanwhile: read it again.',
      'Nogen har ændret det i mellemtiden: læs det igen.',
    );
  }
  if (error instanceof IdempotencyKeyReusedError) {
    return problem(
      422,
      'idempotency-key',
      'Idempotency-Key reused',
      'This key was used with another body.',
      'Denne nøgle er brugt med et andet indhold.',
    );
  }
  if (error instanceof InvalidAppendError)
    return problem(422, 'too-large', 'Too large to store', 'The text is too long to store.', 'Teksten er for lang til at gemme.');
  if (error instanceof BadRequestError) return ofHttp(400, error.errors);
  if (error instanceof InvalidCursorError) return ofHttp(400, ['after must be a cursor from an earlier answer']);
  for (const kind of [
    UnavailableError,
    IssuerUnavailableError,
    OutcomeUnknownError,
    KeyStoreUnavailableError,
    AccessLogUnavailableError,
    NotCaughtUpError,
    CheckpointBeyondLogError,
  ]) {
    if (error instanceof kind) return UNAVAILABLE;
  }
  if (error instanceof HttpException) return ofHttp(error.getStatus());
  const status = (error as { statusCode?: unknown } | undefined)?.statusCode;
  return ofHttp(typeof status === 'number' ? status : 500);
};

@Catch()
@Injectable()
export class ProblemFilter implements ExceptionFilter {
  private readonly logger = new Logger('Http');

  constructor(private readonly ports: Ports) {}

  async catch(thrown: unknown, host: ArgumentsHost): Promise<void> {
    const call = host.switchToHttp().getRequest<Partial<Call>>();
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    let body = problemOf(thrown);
    if ((thrown instanceof AccessDeniedError || thrown instanceof NotFoundError) && call.principal) {
      try {
        await this.ports.accessLog.record({
          type: 'AccessRefused',
          actor: call.principal,
          action: thrown.action,
          purpose: thrown.action,
          policies: thrown.policies,
          requestId: String(call.id),
          ...(thrown instanceof NotFoundError && { caseIds: thrown.caseIds }),
        });
      } catch {
        body = UNAVAILABLE;
      }
    }
    // The stack says where; the message of an unexpected error may hold anything, so it stays out.
    if (body.status === 500) this.logger.error(`unexpected ${nameOf(thrown)} request=${String(call.id)}`, stackOf(thrown));
    else if (body.status === 503) this.logger.warn(`unavailable: ${whatFailed(thrown)} request=${String(call.id)}`);
    else if (thrown instanceof NotSignedInError) this.logger.warn(`sign-in refused: ${thrown.reason} request=${String(call.id)}`);
    send(reply, body);
  }
}

/** The body of an answer. */
export const problemText = ({ code, retryAfter: _, ...body }: ProblemBody): string =>
  JSON.stringify({ type: `urn:fremdrift:problem:${code}`, ...body });

export const send = (reply: FastifyReply, body: ProblemBody): void => {
  if (body.retryAfter !== undefined) void reply.header('retry-after', String(body.retryAfter));
  void reply
    .status(body.status)
    .header('content-type', 'application/problem+json; charset=utf-8')
    .header('cache-control', 'no-store')
    .send(problemText(body));
};

const nameOf = (thrown: unknown) => (thrown instanceof Error ? thrown.constructor.name : typeof thrown);
/** The messages of this one kind are codes. */
const whatFailed = (thrown: unknown) => (thrown instanceof IssuerUnavailableError ? `issuer ${thrown.message}` : nameOf(thrown));
const stackOf = (thrown: unknown) =>
  thrown instanceof Error
    ? (thrown.stack ?? '')
        .split('\n')
        .filter((line) => line.trimStart().startsWith('at '))
        .join('\n')
    : '';
