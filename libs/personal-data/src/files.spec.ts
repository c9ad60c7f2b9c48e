// Files that survive a power cut: synced themselves, and then their names; never half of one, and none left open.
import { jest } from '@jest/globals';
import { mkdtemp, open, readdir, readFile, readlink, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isErrno, syncFolder, writeNew, writeNewAtomically } from './files.js';

type Handle = Awaited<ReturnType<typeof open>>;
let folder: string;
let proto: Handle;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'files-'));
  const handle = await open(folder);
  proto = Object.getPrototypeOf(handle) as Handle;
  await handle.close();
});
afterEach(async () => {
  jest.restoreAllMocks();
  await rm(folder, { recursive: true });
});
const bytes = Buffer.from('bytes');
/** Of what is in the folder, or the folder itself. */
const filesOpen = async (): Promise<string[]> => {
  const links = await Promise.all((await readdir('/proc/self/fd')).map((fd) => readlink(`/proc/self/fd/${fd}`).catch(() => '')));
  return links.filter((path) => path.startsWith(folder));
};
/** What is synced from here on, in order. */
const watchSyncs = (): string[] => {
  const synced: string[] = [];
  const sync = Reflect.get(proto, 'sync');
  jest.spyOn(proto, 'sync').mockImplementation(async function (this: Handle) {
    synced.push((await this.stat()).isDirectory() ? 'folder' : `file of ${(await this.stat()).size}`);
    return sync.call(this);
  });
  return synced;
};

it('a new file is synced with all its bytes, and then its name; for its owner alone, and once', async () => {
  const synced = watchSyncs();
  const path = join(folder, 'new');
  await writeNew(path, bytes);
  expect(synced).toEqual(['file of 5', 'folder']);
  expect(await readFile(path)).toEqual(bytes);
  expect((await stat(path)).mode & 0o777).toBe(0o600);
  await expect(writeNew(path, Buffer.from('other'))).rejects.toMatchObject({ code: 'EEXIST' });
  expect(await readFile(path)).toEqual(bytes);
  expect(await filesOpen()).toEqual([]);
});

it('a file that cannot be written whole is not there', async () => {
  const failure = Object.assign(new Error('disk full'), { code: 'ENOSPC' });
  for (const method of ['writeFile', 'sync'] as const) {
    jest.spyOn(proto, method).mockRejectedValueOnce(failure);
    await expect(writeNew(join(folder, 'new'), bytes)).rejects.toBe(failure);
    expect([await readdir(folder), await filesOpen()]).toEqual([[], []]);
  }
});

it('a file that must never be seen by halves gets its name when it is whole, and leaves no draft', async () => {
  const synced = watchSyncs();
  const path = join(folder, 'new');
  await writeNewAtomically(path, bytes);
  expect(synced).toEqual(['file of 5', 'folder', 'folder']);
  expect([await readdir(folder), await readFile(path)]).toEqual([['new'], bytes]);
  await expect(writeNewAtomically(path, Buffer.from('other'))).rejects.toMatchObject({ code: 'EEXIST' });
  expect([await readdir(folder), await readFile(path), await filesOpen()]).toEqual([['new'], bytes, []]);
});

it('a folder is let go of once it is synced, or could not be', async () => {
  await syncFolder(folder);
  jest.spyOn(proto, 'sync').mockRejectedValueOnce(new Error('EIO'));
  await expect(syncFolder(folder)).rejects.toThrow('EIO');
  expect(await filesOpen()).toEqual([]);
});

it('errors of the system are known by their codes, whatever is thrown', () => {
  expect(isErrno(Object.assign(new Error(), { code: 'ENOENT' }), 'ENOENT')).toBe(true);
  for (const other of [Object.assign(new Error(), { code: 'EACCES' }), new Error('ENOENT'), undefined])
    expect(isErrno(other, 'ENOENT')).toBe(false);
});
