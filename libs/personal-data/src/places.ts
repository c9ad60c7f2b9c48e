// Where a key is filed: keyed hashes of whose it is, so that the cabinet does not tell about whom it holds keys.
import { createHash, createHmac } from 'node:crypto';
import type { KeyTarget } from './key-store.js';

/** A place is owner and scope, 16 bytes each. */
export const OWNER_BYTES = 16;

/** Where a named key is filed. Names of service keys are no secret. */
export const namedPlace = (name: string): Buffer => createHash('sha256').update(`named:${name}`).digest();
/** Keys the places of subjects; random rather than derived from the master key, so that a new master key leaves them where they are. */
export const PLACES_KEY = namedPlace('places');

const hash = (placesKey: Buffer, parts: readonly string[]): Buffer =>
  createHmac('sha256', placesKey).update(JSON.stringify(parts)).digest().subarray(0, OWNER_BYTES);

/** Owner and scope; of a whole subject only the owner, with which all its places begin. Frozen. */
export const placeOfTarget = (placesKey: Buffer, { subjectId, scope }: KeyTarget): Buffer => {
  const owner = hash(placesKey, ['subject', subjectId]);
  return scope === undefined ? owner : Buffer.concat([owner, hash(placesKey, ['scope', subjectId, scope])]);
};
