// What an event is: clear data that deciders fold, and personal text that is encrypted before it is appended.
import type { InferShape, Shape } from './schema.js';
import { object, SchemaError } from './schema.js';

/** Who a personal text is about, and the scope whose key seals it: `identity`, or the id of the case it belongs to. */
export interface Subject {
  readonly id: string;
  readonly scope: string;
}

/** What kind of personal fact a field holds; access policies decide by it. `staff` is about employees and guests. */
export const FIELD_CLASSES = [
  'identity',
  'family',
  'health',
  'school',
  'work',
  'crime',
  'network',
  'location',
  'social',
  'staff',
] as const;
export type FieldClass = (typeof FIELD_CLASSES)[number];

/** A personal text field. `field` is frozen for ever: it is part of what the ciphertext is bound to. */
export interface TextField {
  readonly field: number;
  /** `category` means: the event's own clear `category` says which class it is. */
  readonly fieldClass: FieldClass | 'category';
}
export const text = (field: number, fieldClass: FieldClass | 'category'): TextField => ({ field, fieldClass });

export type TextShape = Readonly<Record<string, TextField>>;
type Json = Readonly<Record<string, unknown>>;

export interface EventDefinition<S extends Shape = Shape, T extends TextShape = TextShape> {
  /** The version this code writes. Older ones are lifted by `upcast` on read. */
  readonly version: number;
  readonly clear: S;
  readonly text: T;
  /** By the version lifted *from*: pure, clear data in, clear data of the next version out. */
  readonly upcast: Readonly<Record<number, (clear: Json) => Json>>;
}

export const event = <S extends Shape, T extends TextShape = Record<never, TextField>>(
  version: number,
  clear: S,
  textFields?: T,
  upcast: EventDefinition['upcast'] = {},
): EventDefinition<S, T> => ({ version, clear, text: textFields ?? ({} as T), upcast });

export type EventDefinitions = Readonly<Record<string, EventDefinition>>;

/** An event as a decider emits it: `text` is still plain, and has exactly one subject. */
export type EventOf<D extends EventDefinitions> = {
  [K in keyof D & string]: {
    readonly type: K;
    readonly data: InferShape<D[K]['clear']>;
  } & (keyof D[K]['text'] extends never
    ? { readonly subject?: undefined; readonly text?: undefined }
    : { readonly subject: Subject; readonly text: { readonly [F in keyof D[K]['text']]?: string } });
}[keyof D & string];

/** An event as it is folded: clear data only. */
export type FoldedOf<D extends EventDefinitions> = {
  [K in keyof D & string]: { readonly type: K; readonly data: InferShape<D[K]['clear']> };
}[keyof D & string];

/** An event type that no codec knows: history from a newer version, or a stranger. Never skipped. */
export class UnknownEventError extends Error {
  override readonly name = 'UnknownEventError';
  constructor(readonly type: string) {
    super(`unknown event type ${type}`);
  }
}

export interface Codec<D extends EventDefinitions> {
  readonly definitions: D;
  /**
   * Validates and upcasts the clear data of a stored event.
   * @param version the version it was written in
   * @throws SchemaError, UnknownEventError
   */
  decode(type: string, version: number, clear: unknown): FoldedOf<D>;
}

export const codec = <D extends EventDefinitions>(definitions: D): Codec<D> => {
  const schemas = new Map(Object.entries(definitions).map(([type, d]) => [type, { definition: d, schema: object(d.clear) }]));
  return {
    definitions,
    decode: (type, version, clear) => {
      const known = schemas.get(type);
      if (!known) throw new UnknownEventError(type);
      const { definition, schema } = known;
      if (version > definition.version || version < 1)
        throw new SchemaError(`${type}.v${version}`, `a version up to ${definition.version}`);
      let data = clear;
      for (let v = version; v < definition.version; v++) {
        const lift = definition.upcast[v];
        if (!lift) throw new SchemaError(`${type}.v${v}`, 'an upcaster');
        data = lift(data as Json);
      }
      return { type, data: schema.parse(data, type) } as FoldedOf<D>;
    },
  };
};
