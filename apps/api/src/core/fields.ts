// One decorator a field: what it accepts and what the OpenAPI document says of it, from the same words.
import { applyDecorators } from '@nestjs/common';
import { ApiProperty, type ApiPropertyOptions } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  IsArray,
  IsBoolean,
  IsDefined,
  IsIn,
  IsInt,
  IsNumber,
  IsString,
  Length,
  Matches,
  Max,
  Min,
  Validate,
  ValidateIf,
  ValidateNested,
  ValidatorConstraint,
  type ValidatorConstraintInterface,
} from 'class-validator';
import { isLocalDate } from '@app/platform';

export interface FieldOptions {
  readonly description?: string;
  readonly example?: unknown;
  readonly optional?: boolean;
  /** In answers: the text may be unreadable (its key is gone) or withheld. */
  readonly nullable?: boolean;
  /** A list of these. */
  readonly many?: boolean;
}

const PARAMS = { optional: false, nullable: false, many: false } satisfies FieldOptions;

/** `null` is not "missing": only an absent field is. */
const present = (_: unknown, value: unknown) => value !== undefined;

const field = (options: FieldOptions, api: ApiPropertyOptions, ...validators: PropertyDecorator[]): PropertyDecorator => {
  const { optional, nullable, many } = { ...PARAMS, ...options };
  return applyDecorators(
    ApiProperty({
      ...api,
      ...(options.description !== undefined && { description: options.description }),
      ...(options.example !== undefined && { example: options.example }),
      required: !optional,
      ...(nullable && { nullable: true }),
      ...(many && { isArray: true }),
    } as ApiPropertyOptions),
    ...(optional ? [ValidateIf((object: object, value: unknown) => present(object, value))] : []),
    ...(many ? [IsArray(), ArrayMaxSize(500)] : []),
    ...validators,
  );
};
const each = (options: FieldOptions) => ({ each: options.many === true });

@ValidatorConstraint({ name: 'localDate' })
class LocalDateConstraint implements ValidatorConstraintInterface {
  validate(value: unknown): boolean {
    return typeof value === 'string' && isLocalDate(value);
  }
  defaultMessage(): string {
    return '$property must be a date that exists, such as 2026-11-24';
  }
}

@ValidatorConstraint({ name: 'momentOrDay' })
class MomentOrDayConstraint implements ValidatorConstraintInterface {
  validate(value: unknown): boolean {
    if (typeof value !== 'string' || !isLocalDate(value.slice(0, 10))) return false;
    return value.length === 10 || (/^.{10}T\d\d:\d\d:\d\d(\.\d{1,3})?Z$/.test(value) && !Number.isNaN(Date.parse(value)));
  }
  defaultMessage(): string {
    return '$property must be an instant in UTC, such as 2026-11-24T08:00:00Z, or a date that exists, such as 2026-11-24';
  }
}

const EXAMPLE_ID = '6f9619ff-8b86-4d01-b42d-00cf4fc964ff';
/** Never a CPR number: ids are stored and logged in clear. */
export const ID_PATTERN = /^(?!\d{6}-?\d{4}$)[a-z0-9][a-z0-9-]{0,63}$/;

/** An opaque id. */
export const Id = (options: FieldOptions = {}) =>
  field(
    { example: options.many ? [EXAMPLE_ID] : EXAMPLE_ID, ...options },
    { type: String, pattern: ID_PATTERN.source },
    Matches(ID_PATTERN, {
      ...each(options),
      message: '$property must be an id: at most 64 small letters, digits and hyphens, and no CPR number',
    }),
  );

/** Free text. `max` characters. */
export const Text = (max: number, options: FieldOptions = {}) =>
  field(options, { type: String, minLength: 1, maxLength: max }, IsString(each(options)), Length(1, max, each(options)));

/** An e-mail address and nothing else. */
export const Email = (options: FieldOptions = {}) =>
  field(
    { example: 'demo@example.dk', ...options },
    { type: String, format: 'email', maxLength: 200 },
    Matches(/^(?=.{3,200}$)[^\s@<>,;:"()[\]\\]+@[^\s@<>,;:"()[\]\\]+$/, {
      ...each(options),
      message: '$property must be an e-mail address',
    }),
  );

/** One of a closed list of words. */
export const Word = (words: readonly string[], options: FieldOptions = {}) =>
  field(
    { example: options.many ? [words[0]] : words[0], ...options },
    { type: String, enum: [...words] },
    IsIn(words, each(options)),
  );

/** A local date in Europe/Copenhagen. */
export const Day = (options: FieldOptions = {}) =>
  field(
    { example: options.many ? ['2026-11-24'] : '2026-11-24', ...options },
    { type: String, format: 'date' },
    Validate(LocalDateConstraint, each(options)),
  );

/** A day of every year: `12-24`. */
export const DayOfYear = (options: FieldOptions = {}) =>
  field(
    { example: options.many ? ['12-24'] : '12-24', ...options },
    { type: String, pattern: '^(0[1-9]|1[0-2])-(0[1-9]|[12]\\d|3[01])$' },
    Matches(/^(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/, {
      ...each(options),
      message: '$property must be a day of every year, such as 12-24',
    }),
  );

/** An ISO 8601 week, which begins on Monday: `2026-W48`. */
export const Week = (options: FieldOptions = {}) =>
  field(
    { example: options.many ? ['2026-W48'] : '2026-W48', ...options },
    { type: String, pattern: '^\\d{4}-W(0[1-9]|[1-4]\\d|5[0-3])$' },
    Matches(/^\d{4}-W(0[1-9]|[1-4]\d|5[0-3])$/, { ...each(options), message: '$property must be a week, such as 2026-W48' }),
  );

/** An instant, UTC ISO 8601. */
export const Moment = (options: FieldOptions = {}) =>
  field(
    { example: '2026-11-24T08:00:00.000Z', ...options },
    { type: String, format: 'date-time' },
    Matches(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,3})?Z$/, {
      ...each(options),
      message: '$property must be an instant in UTC, such as 2026-11-24T08:00:00Z',
    }),
  );

/** An instant in UTC, or a local date in Europe/Copenhagen. */
export const MomentOrDay = (options: FieldOptions = {}) =>
  field(
    { example: '2026-11-24', ...options },
    { type: String, pattern: '^\\d{4}-\\d\\d-\\d\\d(T\\d\\d:\\d\\d:\\d\\d(\\.\\d{1,3})?Z)?$' },
    Validate(MomentOrDayConstraint),
  );

/** A local time of day in Europe/Copenhagen. */
export const TimeOfDay = (options: FieldOptions = {}) =>
  field(
    { example: '09:00', ...options },
    { type: String, pattern: '^([01]\\d|2[0-3]):[0-5]\\d$' },
    Matches(/^([01]\d|2[0-3]):[0-5]\d$/, { message: '$property must be a time of day, such as 09:00' }),
  );

export const Whole = (min: number, max: number, options: FieldOptions = {}) =>
  field(
    { example: Math.max(min, 1), ...options },
    { type: 'integer', minimum: min, maximum: max },
    IsInt(each(options)),
    Min(min, each(options)),
    Max(max, each(options)),
  );

export const Flag = (options: FieldOptions = {}) => field({ example: true, ...options }, { type: Boolean }, IsBoolean());

/** A number, also with decimals. */
export const Amount = (min: number, max: number, options: FieldOptions = {}) =>
  field(
    options,
    { type: Number, minimum: min, maximum: max },
    IsNumber({}, each(options)),
    Min(min, each(options)),
    Max(max, each(options)),
  );

/** An object of another class, or with `many` a list of them. */
export const Nested = (of: () => new () => object, options: FieldOptions = {}) =>
  field(options, { type: of }, ...(options.optional ? [] : [IsDefined()]), ValidateNested(each(options)), Type(of));
