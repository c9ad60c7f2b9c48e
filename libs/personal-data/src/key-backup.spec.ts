import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openFileKeyStore, type FileKeyStore } from './file-key-store.js';
import { backupKeys, restoreKeys } from './key-backup.js';
import { KeyStoreCorruptError, MasterKeyError } from './key-store.js';

const masterKey = randomBytes(32);
let root: string;
let store: FileKeyStore;
const at = (name: string) => join(root, name);
const keysOf = (from: number, to: number) =>
  Promise.all(Array.from({ length: to - from }, (_, i) => store.keyFor({ id: `p-${from + i}`, scope: 'identity' })));

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'keys-'));
  store = await openFileKeyStore({ folder: at('keys'), masterKey });
});
afterEach(async () => {
  await store.close();
  await rm(root, { recursive: true });
});

describe('backup and restore of keys', () => {
  it('backs up consistently while keys are made and destroyed', async () => {
    const made = await keysOf(0, 200);
    let running = true;
    const writing = (async () => {
      for (let i = 200; running; i += 20) {
        await keysOf(i, i + 20);
        await store.destroy({ subjectId: `p-${i}` });
      }
    })();
    for (let n = 0; n < 10; n++) await backupKeys(at('keys'), at(`backup-${n}`));
    running = false;
    await writing;
    for (let n = 0; n < 10; n++) {
      await restoreKeys(at(`backup-${n}`), at(`restored-${n}`), { masterKey });
      const restored = await openFileKeyStore({ folder: at(`restored-${n}`), masterKey });
      for (const { keyId, key } of made) expect(await restored.find(keyId)).toEqual(key);
      await restored.close();
    }
  });

  it('keeps tombstones, so that a key destroyed before stays destroyed, and one destroyed since can be destroyed again', async () => {
    const [early, late, other] = await keysOf(0, 3);
    await store.destroy({ subjectId: 'p-0' });
    expect(await backupKeys(at('keys'), at('backup'))).toEqual({ keys: 4, destroyed: 1 });
    await store.destroy({ subjectId: 'p-1' });
    expect(await restoreKeys(at('backup'), at('restored'), { masterKey })).toEqual({ keys: 4, destroyed: 1 });
    const restored = await openFileKeyStore({ folder: at('restored'), masterKey });
    expect(restored.tombstones()).toEqual([early!.keyId]);
    expect(await restored.find(late!.keyId)).toEqual(late!.key);
    expect(await restored.destroy({ subjectId: 'p-1' })).toEqual([late!.keyId]);
    expect(restored.tombstones()).toEqual(store.tombstones());
    expect(await restored.find(other!.keyId)).toEqual(other!.key);
    await restored.close();
  });

  it('is still wrapped, and only the owner may read it', async () => {
    const made = await keysOf(0, 5);
    await backupKeys(at('keys'), at('backup'));
    const bytes = await readFile(at('backup'));
    for (const { key } of made) expect(bytes.indexOf(key)).toBe(-1);
    expect((await stat(at('backup'))).mode & 0o777).toBe(0o600);
    await expect(backupKeys(at('keys'), at('backup'))).rejects.toThrow('EEXIST');
  });

  it('is not made of a file that is damaged, which stays so however often it is read', async () => {
    await keysOf(0, 3);
    const bytes = await readFile(at('keys/keys.dat'));
    bytes[300]! ^= 1;
    await writeFile(at('keys/keys.dat'), bytes);
    await expect(backupKeys(at('keys'), at('backup'))).rejects.toThrow(
      new KeyStoreCorruptError('record 2 of 4 in the file of keys is damaged'),
    );
    expect(await readdir(root)).toEqual(['keys']);
  });

  it('refuses a damaged backup, another version, a wrong master key and a folder in use', async () => {
    await keysOf(0, 3);
    await backupKeys(at('keys'), at('backup'));
    const sound = await readFile(at('backup'));
    const restore = () => restoreKeys(at('backup'), at('restored'), { masterKey });
    const [none, other, damaged] = [
      'this is not a backup of keys',
      'this version of a backup of keys is not known here',
      'the backup of keys is damaged or not complete',
    ];
    for (const [message, spoil] of [
      [none, (b: Buffer) => b.subarray(0, 40)],
      [none, (b: Buffer) => (b.write('SOMEKBAK', 'latin1'), b)],
      [damaged, (b: Buffer) => b.subarray(0, 64)],
      [damaged, (b: Buffer) => b.subarray(0, b.length - 128)],
      [damaged, (b: Buffer) => Buffer.concat([b, Buffer.alloc(128)])],
      [other, (b: Buffer) => (b.writeUInt16LE(2, 8), b)],
      [damaged, (b: Buffer) => (b.writeBigUInt64LE(1n, 16), b)],
      [damaged, (b: Buffer) => (b.writeUInt8(b[300]! ^ 1, 300), b)],
      [damaged, (b: Buffer) => (b.copy(b, b.length - 128, b.length - 256, b.length - 128), b)], // a sound record in a wrong place
    ] as const) {
      await writeFile(at('backup'), spoil(Buffer.from(sound)));
      await expect(restore()).rejects.toThrow(new KeyStoreCorruptError(message));
    }
    await writeFile(at('backup'), sound);
    await expect(restoreKeys(at('backup'), at('restored'), { masterKey: randomBytes(32) })).rejects.toThrow(MasterKeyError);
    await expect(restoreKeys(at('backup'), at('keys'), { masterKey })).rejects.toThrow('not empty');
    await restore();
    await expect(restore()).rejects.toThrow('not empty');
  });
});
