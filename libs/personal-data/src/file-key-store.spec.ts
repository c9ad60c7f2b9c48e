import { jest } from '@jest/globals';
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, open, readdir, readFile, rm, stat, unlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { randomBytes, randomUUID } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { openFileKeyStore, type FileKeyStore } from './file-key-store.js';
import { lockName } from './folder-lock.js';
import { keyStoreContract } from '../testing/key-store-contract.js';
import { RECORD_BYTES } from './key-file.js';
import { KeyStoreCorruptError, KeyStoreLockedError, KeyStoreUnavailableError } from './key-store.js';

const masterKey = randomBytes(32);
const subject = { id: 'p-1', scope: 'identity' };
let root: string;
let folder: string;
let store: FileKeyStore;
const file = () => join(folder, 'keys.dat');
const start = async () => (store = await openFileKeyStore({ folder, masterKey }));
const restart = async () => {
  await store.close();
  return start();
};

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'keys-'));
  folder = join(root, 'keys');
  await start();
});
afterEach(async () => {
  jest.restoreAllMocks();
  await store.close();
  await rm(root, { recursive: true });
});

keyStoreContract('the key store on a file', async () => {
  const path = await mkdtemp(join(tmpdir(), 'keys-'));
  return {
    open: ({ masterKey: key = masterKey, now } = {}) => openFileKeyStore({ folder: path, masterKey: key, now }),
    remove: () => rm(path, { recursive: true }),
    stored: () => readFile(join(path, 'keys.dat')),
  };
});

describe('the key store on a file', () => {
  it('makes many keys with few syncs', async () => {
    const handle = await open(file());
    const sync = jest.spyOn(Object.getPrototypeOf(handle) as typeof handle, 'datasync');
    await handle.close();
    await Promise.all(Array.from({ length: 50 }, () => store.keyFor(subject)));
    await Promise.all(Array.from({ length: 2_000 }, (_, i) => store.keyFor({ id: `p-${i + 2}`, scope: 'identity' })));
    await store.close();
    expect(sync.mock.calls.length).toBeLessThan(10);
    expect((await stat(file())).size).toBe((1 + 1 + 2_001) * RECORD_BYTES); // header, the key of places, the keys
  });

  it('answers only when the key is on disk', async () => {
    const made = await store.keyFor(subject);
    const copy = join(root, 'copy');
    await openFileKeyStore({ folder: copy, masterKey }).then((other) => other.close());
    await writeFile(join(copy, 'keys.dat'), await readFile(file()));
    const other = await openFileKeyStore({ folder: copy, masterKey });
    expect(await other.find(made.keyId)).toEqual(made.key);
    await other.close();
  });

  it('destroys one scope, or all of a subject: the wrapped key is gone from the file, the id stays known', async () => {
    const [identity, inCase, other] = await Promise.all([
      store.keyFor(subject),
      store.keyFor({ id: 'p-1', scope: 'c-1' }),
      store.keyFor({ id: 'p-2', scope: 'c-1' }),
    ]);
    const before = await readFile(file());
    const at = before.indexOf(Buffer.from(inCase.keyId, 'base64url'));
    const wrapped = before.subarray(at + 60, at + 92); // see key-file.ts
    expect(before.indexOf(wrapped)).toBe(at + 60);

    expect(await store.destroy({ subjectId: 'p-1', scope: 'c-1' })).toEqual([inCase.keyId]);
    const after = await readFile(file());
    expect(after.indexOf(wrapped)).toBe(-1);
    expect(after.subarray(at + 48, at + 108)).toEqual(Buffer.alloc(60));
    expect(after.indexOf(Buffer.from(inCase.keyId, 'base64url'))).toBe(at);
    expect(await store.find(inCase.keyId)).toBeUndefined();
    expect(await store.find(identity.keyId)).toEqual(identity.key);

    await store.destroy({ subjectId: 'p-1' });
    await restart();
    expect(await store.find(identity.keyId)).toBeUndefined();
    expect(await store.find(other.keyId)).toEqual(other.key);
    expect([...store.tombstones()].sort()).toEqual([identity.keyId, inCase.keyId].sort());
  });

  it('writes neither keys, nor who they belong to, nor anything others may read', async () => {
    const id = randomUUID();
    const made = await store.keyFor({ id, scope: 'canary-scope' });
    const names = await readdir(folder);
    for (const name of names) {
      const bytes = await readFile(join(folder, name));
      for (const canary of [
        made.key,
        masterKey,
        Buffer.from(id),
        Buffer.from(id.replaceAll('-', ''), 'hex'),
        Buffer.from('canary-scope'),
      ])
        expect(bytes.indexOf(canary)).toBe(-1);
      expect((await stat(join(folder, name))).mode & 0o777).toBe(0o600);
    }
    await store.close();
    await chmod(folder, 0o755);
    await start();
    expect((await stat(folder)).mode & 0o777).toBe(0o700);
  });

  it('finds the keys of subjects by their ids, never a service key', async () => {
    await store.named('cpr-index');
    const { keyId } = await store.keyFor(subject);
    const bytes = await readFile(file());
    const ids = [];
    for (let at = RECORD_BYTES; at < bytes.length; at += RECORD_BYTES) ids.push(bytes.toString('base64url', at + 16, at + 32));
    expect(ids).toHaveLength(3); // the key of places, the one by name, the subject's
    const found = [];
    for (const id of ids) if ((await store.find(id)) !== undefined) found.push(id);
    expect(found).toEqual([keyId]);
  });

  it('closed twice leaves the folder to who has it since', async () => {
    await store.close();
    const next = await openFileKeyStore({ folder, masterKey });
    await store.close();
    await next.keyFor(subject);
    await expect(store.keyFor(subject)).rejects.toThrow(new KeyStoreUnavailableError('the key store is closed'));
    await next.close();
  });
});

describe('after a crash, or damage', () => {
  it('says so when there is not even the key of places', async () => {
    await store.close();
    await writeFile(file(), (await readFile(file())).subarray(0, RECORD_BYTES));
    await expect(start()).rejects.toThrow(new KeyStoreCorruptError('the first record of the file of keys is missing'));
  });

  it('says what is wrong with a file that is none, or of another version', async () => {
    await store.close();
    const sound = await readFile(file());
    const header = (change: (bytes: Buffer) => unknown) => {
      const bytes = Buffer.from(sound);
      change(bytes);
      bytes.writeUInt32LE(crc32(bytes.subarray(0, 124)), 124);
      return bytes;
    };
    const none = 'this is not a file of keys, or its header is damaged';
    for (const [bytes, message] of [
      [Buffer.alloc(0), none],
      [sound.subarray(0, RECORD_BYTES - 1), none],
      [header((bytes) => bytes.write('SOMEKEYS', 'latin1')), none],
      [header((bytes) => bytes.writeUInt16LE(2, 8)), 'version 2 of the file of keys is not known here'],
    ] as const) {
      await writeFile(file(), bytes);
      await expect(start()).rejects.toThrow(new KeyStoreCorruptError(message));
    }
    await rm(file());
    await mkdir(file());
    await expect(start()).rejects.toMatchObject({ code: 'EISDIR' });
    expect(await readdir(folder)).toEqual(['keys.dat']); // and it holds no lock
  });

  it('names the key whose record was altered, also where its checksum was', async () => {
    const { keyId } = await store.keyFor(subject);
    await store.close();
    const bytes = await readFile(file());
    bytes[2 * RECORD_BYTES + 80]! ^= 1;
    bytes.writeUInt32LE(crc32(bytes.subarray(2 * RECORD_BYTES, 2 * RECORD_BYTES + 124)), 2 * RECORD_BYTES + 124);
    await writeFile(file(), bytes);
    await start();
    await expect(store.find(keyId)).rejects.toThrow(
      new KeyStoreCorruptError(`key ${keyId} does not unwrap: its record was altered`),
    );
  });

  it('holds no key in a file that is only zeros behind its header', async () => {
    await store.close();
    await writeFile(file(), Buffer.concat([(await readFile(file())).subarray(0, RECORD_BYTES), Buffer.alloc(2 * RECORD_BYTES)]));
    await expect(start()).rejects.toThrow('the first record of the file of keys is missing');
  });

  const tails = { 'half a record': randomBytes(50), 'zeros the file system left': Buffer.alloc(300) };
  it.each(Object.entries(tails))('drops %s at the end and goes on', async (_, tail) => {
    const { keyId, key } = await store.keyFor(subject);
    const { size } = await stat(file());
    await store.close();
    await writeFile(file(), tail, { flag: 'a' });
    await start();
    expect((await stat(file())).size).toBe(size);
    expect(await store.find(keyId)).toEqual(key);
    const next = await store.keyFor({ id: 'p-2', scope: 'identity' });
    await restart();
    expect(await store.find(next.keyId)).toEqual(next.key);
  });

  it('refuses to start on a damaged record or header, and names it', async () => {
    await store.keyFor(subject);
    await store.keyFor({ id: 'p-2', scope: 'identity' });
    await store.close();
    const sound = await readFile(file());
    for (let at = 0; at < sound.length; at += 7) {
      const bytes = Buffer.from(sound);
      bytes[at]! ^= 0x10;
      await writeFile(file(), bytes);
      await expect(start()).rejects.toThrow(KeyStoreCorruptError);
    }
    await writeFile(file(), Buffer.concat([sound.subarray(0, 256), Buffer.alloc(128), sound.subarray(384)]));
    await expect(start()).rejects.toThrow('record 2 of 3 in the file of keys is damaged');
  });

  it('writes on where the system took only some of it', async () => {
    const handle = await open(file());
    const proto = Object.getPrototypeOf(handle) as typeof handle;
    const write = Reflect.get(proto, 'write') as (...args: unknown[]) => Promise<{ bytesWritten: number }>;
    await handle.close();
    const some = function (this: typeof handle, bytes: Buffer, offset: number, length: number, position: number) {
      return write.call(this, bytes, offset, Math.min(length, 50), position);
    };
    jest.spyOn(proto, 'write').mockImplementation(some as never);
    const keys = await Promise.all(['p-1', 'p-2', 'p-3'].map((id) => store.keyFor({ id, scope: 'identity' })));
    await store.destroy({ subjectId: 'p-2' });
    await restart();
    for (const [n, { keyId, key }] of keys.entries()) expect(await store.find(keyId)).toEqual(n === 1 ? undefined : key);
  });

  it('says what it could not do, and after a failed sync or an unknown end of the file nothing more until it is opened again', async () => {
    await store.keyFor(subject);
    const handle = await open(file());
    const proto = Object.getPrototypeOf(handle) as typeof handle;
    await handle.close();
    let n = 0;
    const another = () => store.keyFor({ id: `another-${n++}`, scope: 'identity' });
    const fails = (method: 'write' | 'truncate' | 'datasync') =>
      jest.spyOn(proto, method).mockRejectedValueOnce(Object.assign(new Error('EIO'), { code: 'EIO' }));
    const saying = (what: string): unknown =>
      expect.objectContaining({ name: 'KeyStoreUnavailableError', message: `the key store ${what}` });
    const stopped = async (what: string) => {
      const calls = [another, () => store.find('x'), () => store.destroy({ subjectId: 'p-3' })];
      for (const call of [...calls, () => store.destroyAgain([])]) await expect(call()).rejects.toEqual(saying(what));
      await restart();
    };

    fails('write');
    await expect(another()).rejects.toEqual(saying('could not write a key'));
    await another(); // it took back what was half-written, and goes on

    fails('write');
    fails('truncate');
    await expect(another()).rejects.toEqual(saying('could not write a key'));
    await stopped('could not take back a failed write');

    fails('datasync');
    await expect(another()).rejects.toEqual(saying('could not sync a key'));
    await stopped('could not sync a key');

    fails('datasync');
    await expect(store.destroy({ subjectId: 'p-1' })).rejects.toEqual(saying('could not destroy a key'));
    await stopped('could not destroy a key');

    await unlink(join(folder, lockName(process.pid)));
    await expect(another()).rejects.toEqual(saying('lost its lock to another process'));
    await stopped('lost its lock to another process');
  });

  it('says unavailable when a write fails, gives no key away, and recovers when the disk does', async () => {
    await store.keyFor(subject);
    const { size } = await stat(file());
    const handle = await open(file());
    const proto = Object.getPrototypeOf(handle) as typeof handle;
    await handle.close();
    jest.spyOn(proto, 'write').mockImplementationOnce(async () => {
      await writeFile(file(), randomBytes(100), { flag: 'a' }); // half of it, and then the disk is full
      throw Object.assign(new Error('disk full'), { code: 'ENOSPC' });
    });
    await expect(store.keyFor({ id: 'p-2', scope: 'identity' })).rejects.toThrow(KeyStoreUnavailableError);
    expect((await stat(file())).size).toBe(size);
    await expect(store.keyFor({ id: 'p-2', scope: 'identity' })).resolves.toBeDefined();

    jest.spyOn(proto, 'datasync').mockRejectedValueOnce(new Error('EIO'));
    await expect(store.keyFor({ id: 'p-3', scope: 'identity' })).rejects.toThrow(KeyStoreUnavailableError);
    await expect(store.keyFor(subject)).rejects.toThrow(KeyStoreUnavailableError); // unsure of the disk: until opened again
    await restart();
    await expect(store.keyFor(subject)).resolves.toBeDefined();
  });
});

describe('one process per folder', () => {
  let child: ChildProcess | undefined;
  afterEach(() => void child?.kill('SIGKILL'));

  it('refuses a second opening while the first lives', async () => {
    await expect(openFileKeyStore({ folder, masterKey })).rejects.toThrow(KeyStoreLockedError);
    await store.keyFor(subject);
    await store.close();
    await start();
  });

  it('refuses while another process lives, and takes over after its kill -9', async () => {
    await store.close();
    const other = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000); console.log(1)'], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    child = other;
    await once(other.stdout, 'data');
    const name = lockName(other.pid!);
    await writeFile(join(folder, name), '');
    await expect(start()).rejects.toThrow(`in use by process ${other.pid}`);
    other.kill('SIGKILL');
    await once(other, 'exit');
    await start();
    expect(await readdir(folder)).not.toContain(name);
  });

  it('takes over from a dead process, also when its pid belongs to another now', async () => {
    await store.close();
    const { pid } = spawnSync(process.execPath, ['--version']);
    const stale = [`lock.${pid}.1-0`, `lock.${process.pid}.1-0`, `lock.${process.ppid}.1-0`];
    for (const name of stale) await writeFile(join(folder, name), '');
    await start();
    expect((await readdir(folder)).sort()).toEqual(['keys.dat', lockName(process.pid)]);
  });

  it('takes over from a zombie: killed, and not yet buried by its parent', async () => {
    await store.close();
    const parent = spawn('sh', ['-c', 'sleep 1000 & echo $!; exec sleep 1000'], { stdio: ['ignore', 'pipe', 'ignore'] });
    child = parent;
    const [line] = (await once(parent.stdout, 'data')) as [Buffer];
    const pid = Number(line.toString());
    const name = lockName(pid);
    // Not before the shell has become the parent that never asks about its children.
    while (!(await readFile(`/proc/${parent.pid}/stat`, 'latin1')).includes('(sleep)')) await setImmediate();
    process.kill(pid, 'SIGKILL');
    while (!/\) Z /.test(await readFile(`/proc/${pid}/stat`, 'latin1'))) await setImmediate();
    await writeFile(join(folder, name), '');
    await start();
    expect(await readdir(folder)).not.toContain(name);
  });

  it('stops writing when its lock was taken', async () => {
    await unlink(join(folder, lockName(process.pid)));
    await expect(store.keyFor(subject)).rejects.toThrow(KeyStoreUnavailableError);
    await expect(store.destroy({ subjectId: 'p-1' })).rejects.toThrow(KeyStoreUnavailableError);
  });
});
