// One process at a time in the folder of keys: who is alive keeps others out, who is dead does not, and nothing else is touched.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lockFolder, lockName } from './folder-lock.js';
import { KeyStoreLockedError } from './key-store.js';

let folder: string;
const children: ChildProcess[] = [];
beforeEach(async () => {
  own = lockName(process.pid);
  folder = await mkdtemp(join(tmpdir(), 'fremdrift-lock-'));
});
afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  await rm(folder, { recursive: true, force: true });
});
let own: string;
const put = (name: string) => writeFile(join(folder, name), '');
const files = async () => (await readdir(folder)).sort();
/** A process that lives until it is told not to. */
const another = async (): Promise<{ pid: number; end: () => Promise<void> }> => {
  const child = spawn(process.execPath, ['-e', 'process.stdout.write("up"); setInterval(() => {}, 1000)']);
  children.push(child);
  await once(child.stdout, 'data');
  const end = async () => {
    child.kill('SIGKILL');
    await once(child, 'exit');
  };
  return { pid: child.pid!, end };
};

it('is a file of this life of this process, for its owner alone, as long as it is held', async () => {
  const lock = await lockFolder(folder);
  expect(await files()).toEqual([own]);
  expect(own).toMatch(new RegExp(`^lock\\.${process.pid}\\.[\\w-]+$`));
  expect((await stat(join(folder, own))).mode & 0o777).toBe(0o600);
  expect(await lock.held()).toBe(true);
  await lock.release();
  expect(await files()).toEqual([]);
  expect(await lock.held()).toBe(false);
  await lock.release();
  await (await lockFolder(folder)).release();
});

it('is refused to a second one in the same process, which leaves the first its lock', async () => {
  const lock = await lockFolder(folder);
  await expect(lockFolder(folder)).rejects.toThrow(KeyStoreLockedError);
  await expect(lockFolder(folder)).rejects.toThrow(
    `the key store is in use by process ${process.pid}: stop it first (${join(folder, own)})`,
  );
  expect(await lock.held()).toBe(true);
});

it('is refused while another process that holds it lives, and had when it is dead', async () => {
  const { pid, end } = await another();
  const theirs = lockName(pid);
  expect(theirs).not.toBe(own.replace(String(process.pid), String(pid)));
  await put(theirs);
  await expect(lockFolder(folder)).rejects.toThrow(
    `the key store is in use by process ${pid}: stop it first (${join(folder, theirs)})`,
  );
  expect(await files()).toEqual([theirs]);
  await end();
  const lock = await lockFolder(folder);
  expect(await files()).toEqual([own]);
  await lock.release();
});

it('is had from a process whose number lives again as somebody else', async () => {
  const { pid } = await another();
  await put(`lock.${pid}.1-earlier`);
  const lock = await lockFolder(folder);
  expect(await files()).toEqual([own]);
  await lock.release();
});

it('is had when this process has the number of a dead one', async () => {
  await put(`lock.${process.pid}.1-earlier`);
  const lock = await lockFolder(folder);
  expect(await files()).toEqual([own]);
  await lock.release();
});

it('leaves other files alone, whatever they are called', async () => {
  const others = ['keys', 'lock', 'lock.x.1-a', 'lock.1', 'lock.1.1-a.bak', 'old-lock.1.1-a'];
  for (const name of others) await put(name);
  const lock = await lockFolder(folder);
  expect(await files()).toEqual([...others, own].sort());
  await lock.release();
  expect(await files()).toEqual([...others].sort());
});

it('says what is wrong with a folder that is not there', async () => {
  await expect(lockFolder(join(folder, 'none'))).rejects.toMatchObject({ code: 'ENOENT' });
});
