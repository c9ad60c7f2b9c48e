// The data folder while its server is stopped: the keys, whose lock keeps a server out meanwhile, and the embedded PostgreSQL.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { loadMasterKey, openFileKeyStore, type KeyStore } from '@app/personal-data';
import { dataFolderOf, startEmbeddedPostgres } from '@app/platform';
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

/**
 * Makes nothing: what a server makes anew in a folder that is empty would be other keys.
 * @throws Unusable without keys; KeyStoreLockedError while the server runs; MasterKeyError, KeyStoreCorruptError, KeyStoreUnavailableError
 */
export const openDataFolder = async (io: Io): Promise<DataFolder> => {
  const folder = dataFolderOf(io.env, process.cwd());
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
