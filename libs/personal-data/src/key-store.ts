// The key cabinet's door: what every key store promises, and the errors of this room. No message ever holds content.
import type { Subject } from '@app/domain';

/** A data key (32 bytes) and the opaque id by which an envelope names it. Do not keep it: ask again, so that destroyed keys are gone. */
export interface DataKey {
  readonly keyId: string;
  readonly key: Buffer;
}

/** All keys of a subject, or the key of one scope of it. */
export interface KeyTarget {
  readonly subjectId: string;
  readonly scope?: string;
}

/** Keys live apart from the event database, its log and its backups. Every method throws {@link KeyStoreUnavailableError} when it cannot answer. */
export interface KeyStore {
  /**
   * The key of (subject, scope); made, and safe on disk, before this resolves. Concurrent calls get the same key.
   * @throws ErasedError when it was destroyed, or the subject's identity was: nobody writes on about who is erased
   */
  keyFor(subject: Subject): Promise<DataKey>;
  /** The key behind an envelope; undefined when it was destroyed or never known. */
  find(keyId: string): Promise<Buffer | undefined>;
  /**
   * Destroys the keys of a subject, or of one scope of it, for good: what they sealed is erased (GDPR art. 17).
   * @returns the ids of all its keys, destroyed now or earlier, so that a repeated call gives the same certificate.
   */
  destroy(target: KeyTarget): Promise<readonly string[]>;
  /**
   * Destroys what an older backup brought back of many erasures, in one pass.
   * @returns how many keys that were
   */
  destroyAgain(targets: readonly KeyTarget[]): Promise<number>;
  /** A service key such as `cpr-index`, made on demand. */
  named(name: string): Promise<Buffer>;
  close(): Promise<void>;
}

/** The key of this subject and scope was destroyed. No other is made: what is erased stays erased. */
export class ErasedError extends Error {
  override readonly name = 'ErasedError';
  constructor() {
    super('the key was destroyed: what it sealed is erased');
  }
}
/** The key store cannot answer (503). Never a reason to write or show anything without it. */
export class KeyStoreUnavailableError extends Error {
  override readonly name = 'KeyStoreUnavailableError';
}
/** Another live process has the folder. */
export class KeyStoreLockedError extends Error {
  override readonly name = 'KeyStoreLockedError';
}
/** The file of keys, or a backup of it, is damaged: nothing is guessed, restore a backup. */
export class KeyStoreCorruptError extends Error {
  override readonly name = 'KeyStoreCorruptError';
}
/** No master key, not a master key, or another one than the store was made with. */
export class MasterKeyError extends Error {
  override readonly name = 'MasterKeyError';
}
/** A sealed text does not authenticate: altered, or moved from another event, person, field or key. */
export class TamperedError extends Error {
  override readonly name = 'TamperedError';
}
