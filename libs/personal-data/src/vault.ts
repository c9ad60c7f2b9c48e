// Where personal text goes in sealed and comes out readable: the only door between plain text and what is stored.
import { object, SchemaError, type EventDefinition, type Schema, type Subject, type TextShape } from '@app/domain';
import { isEnvelope, openText, sealText, type Envelope, type Place } from './envelope.js';
import { TamperedError, type KeyStore } from './key-store.js';

/** Texts by the names of the event's definition; what is undefined is left out. */
export type Texts<T extends TextShape = TextShape> = { readonly [F in keyof T]?: string | undefined };
export type Envelopes<T extends TextShape = TextShape> = { readonly [F in keyof T]?: Envelope };

/** An event with plain text, as a decider emits it. */
export interface PlainEvent {
  readonly type: string;
  readonly data: object;
  readonly subject?: Subject | undefined;
  readonly text?: Texts | undefined;
}

/** What is stored as an event's data, taken apart. */
export interface StoredData {
  readonly clear: Readonly<Record<string, unknown>>;
  readonly subject?: Subject;
  readonly text: Readonly<Record<string, Envelope>>;
}

/** @throws TypeError naming a field that is not in the shape */
const fieldsOf = (shape: TextShape, texts: Texts): { name: string; field: number; text: string }[] => {
  const fields = [];
  for (const [name, text] of Object.entries(texts)) {
    if (text === undefined) continue;
    if (!Object.hasOwn(shape, name)) throw new TypeError(`no such text field: ${name}`);
    fields.push({ name, field: shape[name]!.field, text });
  }
  return fields;
};

const schemas = new WeakMap<EventDefinition, Schema<unknown>>();
const schemaOf = (definition: EventDefinition): Schema<unknown> => {
  let schema = schemas.get(definition);
  if (!schema) schemas.set(definition, (schema = object(definition.clear)));
  return schema;
};

export class Vault {
  constructor(private readonly keys: KeyStore) {}

  /**
   * Seals the texts of one event under the key of (subject, scope).
   * @throws KeyStoreUnavailableError
   */
  async seal<T extends TextShape>(eventId: string, subject: Subject, shape: T, texts: Texts<T>): Promise<Envelopes<T>> {
    const fields = fieldsOf(shape, texts);
    const sealed: Record<string, Envelope> = {};
    if (fields.length > 0) {
      const key = await this.keys.keyFor(subject);
      for (const { name, field, text } of fields) sealed[name] = sealText(key, { eventId, subjectId: subject.id, field }, text);
    }
    return sealed;
  }

  /**
   * @returns the text; undefined when its key is destroyed: it is erased
   * @throws TamperedError, KeyStoreUnavailableError
   */
  async open(eventId: string, subjectId: string, field: number, envelope: Envelope): Promise<string | undefined> {
    const [text] = await this.openMany([{ eventId, subjectId, field, envelope }]);
    return text;
  }

  /** As {@link open}, for a list: every key is fetched once. In the order given; one that was tampered with fails the list. */
  async openMany(items: readonly (Place & { readonly envelope: Envelope })[]): Promise<(string | undefined)[]> {
    const keys = new Map<string, Buffer | undefined>();
    for (const { envelope, field, eventId } of items) {
      if (!isEnvelope(envelope)) throw new TamperedError(`field ${field} of event ${eventId} is not a sealed text`);
      keys.set(envelope.keyId, undefined);
    }
    await Promise.all([...keys.keys()].map(async (keyId) => keys.set(keyId, await this.keys.find(keyId))));
    return items.map((item) => {
      const key = keys.get(item.envelope.keyId);
      return key && openText(key, item, item.envelope);
    });
  }

  /**
   * What is stored as the event's data: its clear fields (exactly those of the definition), `subject`, and `text` sealed.
   * @throws SchemaError when a clear field is not on the list: nothing personal slips in beside it
   * @throws KeyStoreUnavailableError
   */
  async sealEvent(eventId: string, event: PlainEvent, definition: EventDefinition): Promise<Readonly<Record<string, unknown>>> {
    const { type, data, subject, text = {} } = event;
    if ('subject' in data || 'text' in data) throw new TypeError(`${type}: the names subject and text are reserved`);
    schemaOf(definition).parse(data, type);
    if (subject) return { ...data, subject, text: await this.seal(eventId, subject, definition.text, text) };
    if (fieldsOf(definition.text, text).length > 0) throw new TypeError(`${type}: personal text needs its subject`);
    return { ...data };
  }
}

/**
 * Takes stored data apart again. The clear part is for the event's codec to check.
 * @throws SchemaError naming the path, never the value
 */
export const readStored = (data: unknown): StoredData => {
  if (typeof data !== 'object' || data === null || Array.isArray(data)) throw new SchemaError('data', 'an object');
  const { subject, text, ...clear } = data as Record<string, unknown>;
  if (subject === undefined && text === undefined) return { clear, text: {} };
  const { id, scope } = (subject ?? {}) as Record<string, unknown>;
  if (typeof id !== 'string' || typeof scope !== 'string') throw new SchemaError('data.subject', 'an id and a scope');
  if (typeof text !== 'object' || text === null) throw new SchemaError('data.text', 'sealed texts');
  for (const [name, envelope] of Object.entries(text))
    if (!isEnvelope(envelope)) throw new SchemaError(`data.text.${name}`, 'a sealed text');
  return { clear, subject: { id, scope }, text: text as Record<string, Envelope> };
};
