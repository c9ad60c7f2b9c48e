// What the OpenAPI document says of an endpoint: its answer and every error it can give, as RFC 9457 problem details.
import { applyDecorators, HttpCode, type Type } from '@nestjs/common';
import { ApiBearerAuth, ApiHeader, ApiOperation, ApiProperty, ApiResponse } from '@nestjs/swagger';

export class Problem {
  @ApiProperty({ description: 'Stable, for programs.', example: 'urn:fremdrift:problem:refused' }) type!: string;
  @ApiProperty({ example: 'Refused by a rule' }) title!: string;
  @ApiProperty({ example: 422 }) status!: number;
  @ApiProperty({ example: 'The case has open actions.' }) detail!: string;
  @ApiProperty({ description: 'The same in Danish.', example: 'Sagen har åbne aftaler.' }) detailDa!: string;
  @ApiProperty({ required: false, description: 'The rule that said no.', example: 'case.open-actions' }) rule?: string;
  @ApiProperty({ required: false, description: 'Where the rule comes from.', example: 'Retsplejeloven § 115, stk. 2' })
  source?: string;
  @ApiProperty({
    required: false,
    type: [String],
    description: 'One line a field; never a value.',
    example: ['deadline must be a date'],
  })
  errors?: string[];
}

export class Receipt {
  @ApiProperty({ description: 'Id of what was changed or made.', example: '6f9619ff-8b86-4d01-b42d-00cf4fc964ff' }) id!: string;
  @ApiProperty({ example: 'case-6f9619ff-8b86-4d01-b42d-00cf4fc964ff' }) stream!: string;
  @ApiProperty({ description: 'Of the stream, for If-Match.', example: 4 }) revision!: number;
  @ApiProperty({
    description: 'Opaque. Send it as Fremdrift-Position to read what you wrote, on any server.',
    example: '0000000000000000123',
  })
  position!: string;
  @ApiProperty({ description: 'The command had been carried out before: nothing was added.', example: false }) repeated!: boolean;
}

const PROBLEMS: Readonly<Record<number, string>> = {
  400: 'The request is malformed; `errors` has a line a field',
  401: 'No valid token',
  403: 'The role does not give this right',
  404: 'It does not exist, or this user may not see it: the answer is the same',
  409: 'Somebody else changed it meanwhile: read again',
  413: 'The body is too large',
  415: 'The body is not JSON',
  422: 'A rule refused; `rule` and `source` say which',
  428: 'If-Match with the revision is needed',
  429: 'Too many requests of this user or address within a minute; `Retry-After` says for how long',
  503: 'A store, a key or the access log is out of reach: nothing is shown and nothing was changed',
};

interface EndpointOptions {
  readonly summary: string;
  readonly description?: string;
  /** Class of the answer; missing: Receipt. */
  readonly answer?: Type;
  /** Answers with a file of this type, or one of these, instead. */
  readonly file?: 'application/pdf' | 'text/calendar' | readonly string[];
  readonly status?: number;
  readonly errors?: readonly (keyof typeof PROBLEMS)[];
  /** Needs If-Match with the revision. */
  readonly ifMatch?: 'needed' | 'possible';
  readonly public?: boolean;
}

/** For a change: answers a receipt, takes an Idempotency-Key. */
export const Changes = (options: EndpointOptions) =>
  applyDecorators(
    describe({
      ...options,
      answer: options.answer ?? Receipt,
      errors: [400, 401, 403, 404, 409, 413, 415, 422, 429, 503, ...(options.errors ?? [])],
    }),
    ApiHeader({
      name: 'Idempotency-Key',
      required: false,
      description:
        'Any text of 1-200 characters. The same key and body again gives the first receipt; another body is refused (422).',
    }),
    ...(options.ifMatch
      ? [
          ApiHeader({
            name: 'If-Match',
            required: options.ifMatch === 'needed',
            description: 'The revision that was read, in quotes: "4".',
          }),
        ]
      : []),
  );

/** For a question: waits until it can answer with what the caller has written. */
export const Answers = (
  options: EndpointOptions & ({ readonly answer: Type } | { readonly file: NonNullable<EndpointOptions['file']> }),
) =>
  applyDecorators(
    describe({ ...options, errors: [400, ...(options.public ? [] : [401, 403]), 429, 503, ...(options.errors ?? [])] }),
    ApiHeader({
      name: 'Fremdrift-Position',
      required: false,
      description: 'The position of a receipt: the answer includes that change. Not needed on the server that gave the receipt.',
    }),
  );

const describe = (options: EndpointOptions) => {
  const status = options.status ?? 200;
  const errors = [...new Set(options.errors ?? [])].sort((a, b) => a - b);
  return applyDecorators(
    HttpCode(status),
    ApiOperation({ summary: options.summary, ...(options.description !== undefined && { description: options.description }) }),
    ApiResponse({
      ...{ status, description: 'Done', ...(options.answer && { type: options.answer }) },
      ...(options.file && {
        content: Object.fromEntries(
          [options.file].flat().map((type) => [type, { schema: { type: 'string', format: 'binary' } }]),
        ),
      }),
    }),
    ...errors.map((code) =>
      ApiResponse({
        status: code,
        description: PROBLEMS[code]!,
        content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
      }),
    ),
    ...(options.public ? [] : [ApiBearerAuth()]),
  );
};
