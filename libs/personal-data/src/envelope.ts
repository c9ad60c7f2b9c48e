// One personal text, sealed: AES-256-GCM, bound to its event, its subject and its field, so that it opens nowhere else.
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { TamperedError, type DataKey } from './key-store.js';

/** What is stored in place of a text. iv (12 bytes), ct and tag (16 bytes) as base64url; keyId is opaque. Frozen. */
export interface Envelope {
  readonly v: 1;
  readonly keyId: string;
  readonly iv: string;
  readonly ct: string;
  readonly tag: string;
}

/** Where a text belongs. `field` is the frozen number of the event's definition. */
export interface Place {
  readonly eventId: string;
  readonly subjectId: string;
  readonly field: number;
}

/** JSON of a list: no two places look alike, whatever is in an id. Frozen: it is part of every ciphertext ever written. */
const boundTo = (place: Place): Buffer =>
  Buffer.from(JSON.stringify(['fremdrift.text', 1, place.eventId, place.subjectId, place.field]));

const IV_BYTES = 12;
let pool = Buffer.alloc(0);
/** Random bytes, each used once: fetched for many texts at a time, as a fetch costs more than the encryption. */
const newIv = (): Buffer => {
  if (pool.length < IV_BYTES) pool = randomBytes(IV_BYTES * 256);
  const iv = pool.subarray(0, IV_BYTES);
  pool = pool.subarray(IV_BYTES);
  return iv;
};

/** Text is UTF-8; a lone surrogate is no character and becomes U+FFFD, as `toWellFormed` does. */
export const sealText = (key: DataKey, place: Place, text: string): Envelope => {
  const iv = newIv();
  const cipher = createCipheriv('aes-256-gcm', key.key, iv).setAAD(boundTo(place));
  const ct = cipher.update(text, 'utf8');
  cipher.final(); // GCM: nothing left, but it makes the tag
  return {
    v: 1,
    keyId: key.keyId,
    iv: iv.toString('base64url'),
    ct: ct.toString('base64url'),
    tag: cipher.getAuthTag().toString('base64url'),
  };
};

/** @throws TamperedError */
export const openText = (key: Buffer, place: Place, envelope: Envelope): string => {
  try {
    const decipher = createDecipheriv('aes-256-gcm', key, Buffer.from(envelope.iv, 'base64url'), { authTagLength: 16 })
      .setAAD(boundTo(place))
      .setAuthTag(Buffer.from(envelope.tag, 'base64url'));
    const text = decipher.update(envelope.ct, 'base64url');
    decipher.final();
    return text.toString('utf8');
  } catch {
    throw new TamperedError(`field ${place.field} of event ${place.eventId} does not authenticate`);
  }
};

export const isEnvelope = (value: unknown): value is Envelope => {
  if (typeof value !== 'object' || value === null) return false;
  const { v, keyId, iv, ct, tag } = value as Record<string, unknown>;
  return v === 1 && typeof keyId === 'string' && typeof iv === 'string' && typeof ct === 'string' && typeof tag === 'string';
};
