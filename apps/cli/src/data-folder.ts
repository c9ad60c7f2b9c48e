// The data folder while its server is stopped: the keys, whose lock keeps a server out meanwhile, and the embedded PostgreSQL. Or
// the keys in a PostgreSQL of their own, beside whom servers may run.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { loadMasterKey, openFileKeyStore, openPostgresKeyStore, type KeyStore } from '@app/personal-data';
import { dataFolderOf, keysDatabaseOf, startEmbeddedPostgres } from '@app/platform';
import type { Io } from './io.js';
import { Unusable } from './unusable.js';

export interface DataFolder {
  readonly keys: KeyStore;
  /** Starts the embedded PostgreSQL. @returns its URL, with the password */
  postgres(): Promise<string>;
  close(): Promise<void>;
}

/** FREMDRIFT_MASTER_KEY, or in the demo the file in the data folder. @throws MasterKeyError */
export const masterKeyOf = (io: Io): Promise<Buffer> => {
  const env = io.env['FREMDRIFT_MASTER_KEY']?.trim();
  return loadMasterKey(env ? { env } : { file: join(dataFolderOf(io.env, process.cwd()), 'master.key') });
};

/** FREMDRIFT_MASTER_KEY_PREVIOUS. @throws MasterKeyError */
export const previousMasterKeyOf = async (io: Io): Promise<Buffer | undefined> => {
  const name = 'FREMDRIFT_MASTER_KEY_PREVIOUS';
  const env = io.env[name]?.trim();
  return env ? loadMasterKey({ env, name }) : undefined;
};

/**
 * Makes nothing: what a server makes anew in a folder that is empty would be other keys.
 * @throws Unusable without keys; ConfigurationError; KeyStoreLockedError while the server runs; MasterKeyError, KeyStoreCorruptError, KeyStoreUnavailableError
 */
export const openDataFolder = async (io: Io): Promise<DataFolder> => {
  const folder = dataFolderOf(io.env, process.cwd());
  const url = keysDatabaseOf(io.env);
  if (url !== undefined) {
    const [masterKey, previousMasterKey] = [await masterKeyOf(io), await previousMasterKeyOf(io)];
    const keys = await openPostgresKeyStore({ url, masterKey, previousMasterKey, create: false });
    return {
      keys,
      postgres: () => {
        throw new Unusable(
          'the embedded database has its keys in its folder: unset KEYS_DATABASE_URL',
          'den indlejrede database har sine nøgler i sin mappe',
        );
      },
      close: () => keys.close(),
    };
  }
  if (!existsSync(join(folder, 'keys')))
    throw new Unusable(`no keys in ${folder}: set FREMDRIFT_DATA to the server's folder`, 'der er ingen nøgler i mappen');
  const keys = await openFileKeyStore({ folder: join(folder, 'keys'), masterKey: await masterKeyOf(io) });
  const closers = [() => keys.close()];
  return {
    keys,
    postgres: async () => {
      const server = await startEmbeddedPostgres({ dir: join(folder, 'postgres') });
      closers.push(() => server.stop());
      return server.url('postgres');
    },
    close: async () => {
      for (const close of closers.reverse()) await close();
    },
  };
};
