import { jest } from '@jest/globals';
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, open, readdir, readFile, rm, stat, unlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { randomBytes, randomUUID } from 'node:crypto';
import { openFileKeyStore, type FileKeyStore } from './file-key-store.js';
import { lockName } from './folder-lock.js';
import { RECORD_BYTES } from './key-file.js';
import { ErasedError, KeyStoreCorruptError, KeyStoreLockedError, KeyStoreUnavailableError, MasterKeyError } from './key-store.js';

const masterKey = randomBytes(32);
const subject = { id: 'p-1', scope: 'identity' };
let root: string;
let folder: string;
let store: FileKeyStore;
const file = () => join(folder, 'keys.dat');
const start = async (now?: () => number) => (store = await openFileKeyStore({ folder, masterKey, now }));
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

describe('the key store on a file', () => {
  it('gives the same key for a subject and scope, also after a restart, and another for another', async () => {
    const first = await store.keyFor(subject);
    const others = [await store.keyFor({ id: 'p-1', scope: 'c-1' }), await store.keyFor({ id: 'p-2', scope: 'identity' })];
    const name = await store.named('cpr-index');
    expect(first.key).toHaveLength(32);
    expect(first.keyId).toMatch(/^[\w-]{22}$/);
    expect(new Set([first, ...others].map(({ key }) => key.toString('hex'))).size).toBe(3);
    await restart();
    expect(await store.keyFor(subject)).toEqual(first);
    expect(await store.find(first.keyId)).toEqual(first.key);
    expect(await store.find(others[0]!.keyId)).toEqual(others[0]!.key);
    expect(await store.named('cpr-index')).toEqual(name);
    expect(await store.named('command-hmac')).not.toEqual(name);
    expect(await store.find('unknown')).toBeUndefined();
  });

  it('gives concurrent callers one key, and many creations few syncs', async () => {
    const handle = await open(file());
    const sync = jest.spyOn(Object.getPrototypeOf(handle) as typeof handle, 'datasync');
    await handle.close();
    const same = await Promise.all(Array.from({ length: 50 }, () => store.keyFor(subject)));
    expect(new Set(same.map(({ keyId }) => keyId)).size).toBe(1);
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

    const all = await store.destroy({ subjectId: 'p-1' });
    expect([...all].sort()).toEqual([identity.keyId, inCase.keyId].sort());
    expect(await store.destroy({ subjectId: 'p-1' })).toEqual(all); // again: the same certificate
    expect(await store.destroy({ subjectId: 'p-3' })).toEqual([]);
    await restart();
    expect(await store.find(identity.keyId)).toBeUndefined();
    expect(await store.find(other.keyId)).toEqual(other.key);
    expect([...store.tombstones()].sort()).toEqual([identity.keyId, inCase.keyId].sort());
  });

  it('makes no other key for what was destroyed, also after a restart', async () => {
    const inCase = { id: 'p-1', scope: 'c-1' };
    for (const each of [subject, inCase, { id: 'p-2', scope: 'identity' }]) await store.keyFor(each);
    await store.destroy({ subjectId: 'p-1', scope: 'c-1' });
    for (const again of [async () => {}, restart]) {
      await again();
      await expect(store.keyFor(inCase)).rejects.toThrow(ErasedError);
      await store.keyFor({ id: 'p-1', scope: `c-${Math.random()}` }); // its other cases live on
    }
    await store.destroy({ subjectId: 'p-1' });
    for (const again of [async () => {}, restart]) {
      await again();
      // A case that never had a key neither: nobody writes on about who is erased.
      for (const scope of ['identity', 'c-1', 'c-new'])
        await expect(store.keyFor({ id: 'p-1', scope })).rejects.toThrow(ErasedError);
    }
    await store.keyFor({ id: 'p-2', scope: 'c-new' });
  });

  it('destroys again what an older backup brought back, and only that', async () => {
    const subjects = ['p-1', 'p-2', 'p-3'].flatMap((id) => ['identity', 'c-1', 'c-2'].map((scope) => ({ id, scope })));
    const keys = new Map<string, string>();
    for (const each of subjects) keys.set(`${each.id} ${each.scope}`, (await store.keyFor(each)).keyId);
    const erased = [{ subjectId: 'p-1' }, { subjectId: 'p-2', scope: 'c-2' }, { subjectId: 'p-nobody' }];
    expect(await store.destroyAgain(erased)).toBe(4);
    expect(await store.destroyAgain(erased)).toBe(0);
    await restart();
    for (const [name, keyId] of keys)
      expect([name, (await store.find(keyId)) === undefined]).toEqual([name, name.startsWith('p-1') || name === 'p-2 c-2']);
    expect(await store.destroy({ subjectId: 'p-1' })).toHaveLength(3); // the certificate's ids stay
  });

  it('destroys a key whose creation is still under way', async () => {
    const creating = store.keyFor(subject);
    const destroyed = await store.destroy({ subjectId: 'p-1' });
    expect(destroyed).toEqual([(await creating).keyId]);
    expect(await store.find(destroyed[0]!)).toBeUndefined();
  });

  it('makes no key while it destroys all of a person', async () => {
    await store.keyFor(subject);
    const destroying = store.destroy({ subjectId: 'p-1' });
    await expect(store.keyFor({ id: 'p-1', scope: 'c-9' })).rejects.toThrow(ErasedError);
    expect(await destroying).toHaveLength(1);
  });

  it('keeps unwrapped keys at most 60 s', async () => {
    await store.close();
    let now = 0;
    await start(() => now);
    const { keyId, key } = await store.keyFor(subject);
    expect(store.cached).toBe(1);
    now = 49_999;
    await store.keyFor({ id: 'p-2', scope: 'identity' });
    expect(store.cached).toBe(2);
    now = 50_000;
    expect(await store.find(keyId)).not.toBe(key); // unwrapped anew
    expect((await store.keyFor(subject)).key).not.toBe(key);
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
});

describe('after a crash, or damage', () => {
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

  it('refuses a wrong master key, by name', async () => {
    await store.close();
    await expect(openFileKeyStore({ folder, masterKey: randomBytes(32) })).rejects.toThrow(
      /wrong master key: the key store was made with MK-\w{4}-\w{4}, this one is MK-\w{4}-\w{4}/,
    );
    await expect(openFileKeyStore({ folder, masterKey: Buffer.alloc(16) })).rejects.toThrow(MasterKeyError);
    await start(); // and left the folder free
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

  it('is unavailable once closed', async () => {
    const { keyId } = await store.keyFor(subject);
    const late = store.close().then(() => store.find(keyId));
    await expect(late).rejects.toThrow(KeyStoreUnavailableError);
    await expect(store.named('cpr-index')).rejects.toThrow(KeyStoreUnavailableError);
    await expect(store.destroy({ subjectId: 'p-1' })).rejects.toThrow(KeyStoreUnavailableError);
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
