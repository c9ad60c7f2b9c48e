// The vocabulary in which every stream declares its events: which fields are clear, which are personal text.
// One declaration gives the TypeScript type, the codec that validates on read, and the allow-list of clear fields.

/** Validates one JSON value; throws {@link SchemaError} with the path of the first thing wrong. */
export interface Schema<T> {
  readonly parse: (value: unknown, path: string) => T;
  /** The same as a question. Most values are right: no path is written out for them. */
  readonly accepts: (value: unknown) => boolean;
  readonly optional?: boolean;
}
export type Infer<S> = S extends Schema<infer T> ? T : never;

/** A stored event (or a part of it) does not have the shape its type promises. Names the path, never the value. */
export class SchemaError extends Error {
  override readonly name = 'SchemaError';
  constructor(
    readonly path: string,
    readonly expected: string,
  ) {
    super(`${path}: expected ${expected}`);
  }
}

/** @param explain throws for a value that is not accepted, with the path of what is wrong */
const schema = <T>(accepts: (value: unknown) => boolean, explain: (value: unknown, path: string) => void): Schema<T> => ({
  accepts,
  parse: (value, path) => {
    if (!accepts(value)) {
      explain(value, path);
      throw new SchemaError(path, 'something else');
    }
    return value as T;
  },
});
const check = <T>(expected: string, accepts: (value: unknown) => boolean): Schema<T> =>
  schema(accepts, (_, path) => {
    throw new SchemaError(path, expected);
  });
const matches = (re: RegExp) => (value: unknown) => typeof value === 'string' && re.test(value);

/** An opaque id: a lower-case UUID, or a short code such as `bif` for what an administrator names (letters, digits, hyphens). */
export const id = check<string>('an id', matches(/^[a-z0-9][a-z0-9-]{0,63}$/));
/** A short name of something that is not a person: an organisation, an area, a group. */
export const label = check<string>('a name of 1-200 characters', (v) => typeof v === 'string' && v.length > 0 && v.length <= 200);
/** A code from software, not from a person: a rule id, a category, a keyed fingerprint. */
export const code = check<string>('a code', matches(/^[A-Za-z0-9][A-Za-z0-9._:/+=-]{0,199}$/));
/** The opaque id of a key, as sealed texts name it. */
export const keyId = check<string>('the id of a key', matches(/^[A-Za-z0-9_-]{22}$/));
/** An instant, ISO 8601 in UTC: `2026-11-24T08:00:00.000Z`. */
export const instant = check<string>('an instant in UTC', matches(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,3})?Z$/));
/** A local date in Europe/Copenhagen: `2026-11-24`. */
export const localDate = check<string>('a local date', matches(/^\d{4}-\d\d-\d\d$/));
/** A day of every year: `12-24`. */
export const monthDay = check<string>('a day of the year', matches(/^(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/));
/** A local time of day in Europe/Copenhagen: `09:00`. */
export const localTime = check<string>('a local time', matches(/^([01]\d|2[0-3]):[0-5]\d$/));
export const int = check<number>('a whole number', Number.isSafeInteger);
export const bool = check<boolean>('true or false', (v) => typeof v === 'boolean');
export const oneOf = <const T extends string>(values: readonly T[]): Schema<T> =>
  check<T>(`one of ${values.join(', ')}`, (v) => values.includes(v as T));

export const list = <T>(item: Schema<T>): Schema<readonly T[]> =>
  schema(
    (value) => Array.isArray(value) && value.every(item.accepts),
    (value, path) => {
      if (!Array.isArray(value)) throw new SchemaError(path, 'a list');
      value.forEach((entry, i) => item.parse(entry, `${path}[${i}]`));
    },
  );
export const opt = <T>(inner: Schema<T>): Schema<T | undefined> & { readonly optional: true } => ({
  optional: true,
  accepts: (value) => value === undefined || inner.accepts(value),
  parse: (value, path) => (value === undefined ? undefined : inner.parse(value, path)),
});

export type Shape = Readonly<Record<string, Schema<unknown>>>;
type OptionalKeys<S extends Shape> = { [K in keyof S]: S[K] extends { readonly optional: true } ? K : never }[keyof S];
export type InferShape<S extends Shape> = {
  readonly [K in Exclude<keyof S, OptionalKeys<S>>]: Infer<S[K]>;
} & { readonly [K in OptionalKeys<S>]?: Infer<S[K]> };

/** An object with exactly these fields: an unknown field is refused, because what is not on the list is not clear. */
export const object = <S extends Shape>(shape: S): Schema<InferShape<S>> => {
  const fields = Object.entries(shape);
  return schema(
    (value) => {
      if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
      const record = value as Record<string, unknown>;
      for (const key in record) if (!Object.hasOwn(shape, key)) return false;
      for (const [key, field] of fields) {
        const part = record[key];
        if (part === undefined ? field.optional !== true : !field.accepts(part)) return false;
      }
      return true;
    },
    (value, path) => {
      if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new SchemaError(path, 'an object');
      const record = value as Record<string, unknown>;
      for (const key in record) if (!Object.hasOwn(shape, key)) throw new SchemaError(`${path}.${key}`, 'no such field');
      for (const [key, field] of fields) {
        if (record[key] === undefined) {
          if (field.optional !== true) throw new SchemaError(`${path}.${key}`, 'a value');
        } else field.parse(record[key], `${path}.${key}`);
      }
    },
  );
};
