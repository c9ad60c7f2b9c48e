// Durable files, readable by their owner only: a name appears in a folder when its bytes are safe on disk.
import { randomBytes } from 'node:crypto';
import { link, open, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Makes the names in a folder durable. */
export const syncFolder = async (folder: string): Promise<void> => {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
};

/** Writes a file that must not exist yet (EEXIST), mode 0600, and syncs it. Works on shares without hard links. */
export const writeNew = async (path: string, bytes: Buffer): Promise<void> => {
  const handle = await open(path, 'wx', 0o600);
  try {
    await handle.writeFile(bytes);
    await handle.sync();
  } catch (error) {
    await unlink(path);
    throw error;
  } finally {
    await handle.close();
  }
  await syncFolder(dirname(path));
};

/** As {@link writeNew}, but nobody ever sees half of it, also after a crash. */
export const writeNewAtomically = async (path: string, bytes: Buffer): Promise<void> => {
  const draft = `${path}.${randomBytes(6).toString('hex')}`;
  await writeNew(draft, bytes);
  try {
    await link(draft, path); // unlike rename, never replaces
  } finally {
    await unlink(draft);
  }
  await syncFolder(dirname(path));
};

export const isErrno = (error: unknown, code: string): boolean => (error as NodeJS.ErrnoException | undefined)?.code === code;
