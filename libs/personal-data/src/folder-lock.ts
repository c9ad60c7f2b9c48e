// One process at a time in the folder of keys. A lock file carries the name of one life of one process, so what a kill -9
// leaves behind is known to be dead, also when its pid lives again as somebody else.
import { readFileSync } from 'node:fs';
import { access, open, readdir, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { isErrno } from './files.js';
import { KeyStoreLockedError } from './key-store.js';

const read = (path: string): string | undefined => {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
};
const boot = read('/proc/sys/kernel/random/boot_id')?.slice(0, 8);

/** Start of a process since boot, with the boot; undefined when it is dead or a zombie. Without /proc only our own is known. */
const lifeOf = (pid: number): string | undefined => {
  if (boot === undefined) return pid === process.pid ? String(Math.round(performance.timeOrigin)) : undefined;
  const stat = read(`/proc/${pid}/stat`);
  const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' '); // the name before it may hold anything
  if (!fields || fields[0] === 'Z' || fields[0] === 'X') return undefined;
  return `${fields[19]}-${boot}`;
};

const isAlive = (pid: number, life: string): boolean => {
  if (boot !== undefined || pid === process.pid) return lifeOf(pid) === life;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return !isErrno(error, 'ESRCH');
  }
};

/** The lock file's name for a living process. */
export const lockName = (pid: number): string => `lock.${pid}.${lifeOf(pid)}`;

export interface FolderLock {
  /** Whether it is still ours: somebody who could not see this process (another container) may have taken it. */
  held(): Promise<boolean>;
  release(): Promise<void>;
}

/**
 * Each process puts up its own file first and looks for others second: of two that race, at least one sees the other.
 * (Both may then refuse; never do both go in.)
 * @throws KeyStoreLockedError
 */
export const lockFolder = async (folder: string): Promise<FolderLock> => {
  const refuse = (name: string) =>
    new KeyStoreLockedError(`the key store is in use by process ${name.split('.')[1]}: stop it first (${join(folder, name)})`);
  const own = lockName(process.pid);
  const path = join(folder, own);
  try {
    await (await open(path, 'wx', 0o600)).close();
  } catch (error) {
    throw isErrno(error, 'EEXIST') ? refuse(own) : error;
  }
  try {
    for (const name of await readdir(folder)) {
      const [, pid, life] = /^lock\.(\d+)\.([\w-]+)$/.exec(name) ?? [];
      if (name === own || life === undefined) continue;
      if (isAlive(Number(pid), life)) throw refuse(name);
      await unlink(join(folder, name)).catch((error: unknown) => {
        if (!isErrno(error, 'ENOENT')) throw error;
      });
    }
  } catch (error) {
    await unlink(path);
    throw error;
  }
  return {
    held: () =>
      access(path).then(
        () => true,
        () => false,
      ),
    release: () => unlink(path).catch(() => undefined),
  };
};
