// Which key store it is: PostgreSQL where there is a URL, a folder otherwise.
import { openFileKeyStore } from './file-key-store.js';
import type { KeyStore } from './key-store.js';
import { openPostgresKeyStore, type PostgresKeyStoreOptions } from './postgres-key-store.js';

/**
 * Opens the key store of a process.
 * @param options `folder`: where keys are without a `url`; it knows no previous master key, as it is rotated while nobody has it
 * @throws KeyStoreLockedError, KeyStoreUnavailableError, MasterKeyError, KeyStoreCorruptError
 */
export const openKeyStore = (
  options: Omit<PostgresKeyStoreOptions, 'url' | 'now'> & { readonly url?: string | undefined; readonly folder: string },
): Promise<KeyStore> => {
  const { url, folder, masterKey } = options;
  return url === undefined ? openFileKeyStore({ folder, masterKey }) : openPostgresKeyStore({ ...options, url });
};
