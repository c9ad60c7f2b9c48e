// What every key store promises, as specs. A store's own spec says how to open it.
import { randomBytes } from 'node:crypto';
import { ErasedError, KeyStoreUnavailableError, MasterKeyError, type KeyStore } from '../src/key-store.js';

export interface OpenStore extends KeyStore {
  readonly cached: number;
}
export interface KeyStoreBench {
  /** Opens the store that is being tested, the same one every time. */
  open(options?: { masterKey?: Buffer; now?: () => number }): Promise<OpenStore>;
  /** Removes it; nothing is open any more. */
  remove(): Promise<void>;
  /** Everything that is stored, byte for byte, as somebody would find it who has no master key. */
  stored(): Promise<Buffer>;
}

const subject = { id: 'p-1', scope: 'identity' };
const masterKey = randomBytes(32);

export const keyStoreContract = (name: string, newBench: () => Promise<KeyStoreBench>): void => {
  describe(`${name}, as every key store`, () => {
    let bench: KeyStoreBench;
    let store: OpenStore;
    const start = async (now?: () => number) => (store = await bench.open({ masterKey, ...(now && { now }) }));
    const restart = async () => {
      await store.close();
      return start();
    };
    beforeEach(async () => {
      bench = await newBench();
      await start();
    });
    afterEach(async () => {
      await store.close();
      await bench.remove();
    });

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

    it('gives concurrent callers one key', async () => {
      const same = await Promise.all(Array.from({ length: 50 }, () => store.keyFor(subject)));
      expect(new Set(same.map(({ keyId }) => keyId)).size).toBe(1);
      const many = await Promise.all(
        Array.from({ length: 2_000 }, (_, i) => store.keyFor({ id: `p-${i + 2}`, scope: 'identity' })),
      );
      await restart();
      const found = await Promise.all(many.map(({ keyId }) => store.find(keyId)));
      expect(found).toEqual(many.map(({ key }) => key));
    });

    it('destroys one scope, or all of a subject, and the ids stay known', async () => {
      const [identity, inCase, other] = await Promise.all([
        store.keyFor(subject),
        store.keyFor({ id: 'p-1', scope: 'c-1' }),
        store.keyFor({ id: 'p-2', scope: 'c-1' }),
      ]);
      expect(await store.destroy({ subjectId: 'p-1', scope: 'c-1' })).toEqual([inCase.keyId]);
      expect(await store.find(inCase.keyId)).toBeUndefined();
      expect(await store.find(identity.keyId)).toEqual(identity.key);

      const all = await store.destroy({ subjectId: 'p-1' });
      expect([...all].sort()).toEqual([identity.keyId, inCase.keyId].sort());
      expect(await store.destroy({ subjectId: 'p-1' })).toEqual(all); // again: the same certificate
      expect(await store.destroy({ subjectId: 'p-3' })).toEqual([]);
      await restart();
      expect(await store.find(identity.keyId)).toBeUndefined();
      expect(await store.find(other.keyId)).toEqual(other.key);
      expect(await store.destroy({ subjectId: 'p-1' })).toEqual(all);
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
      expect(await store.destroyAgain([])).toBe(0);
      // Nor does who is erased get a key where the backup is older than the subject.
      for (const scope of ['identity', 'c-1']) await expect(store.keyFor({ id: 'p-nobody', scope })).rejects.toThrow(ErasedError);
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

    it('stores neither keys nor whose they are', async () => {
      const id = 'aaaaaaaa-0000-4000-8000-cccccccccccc';
      const { key } = await store.keyFor({ id, scope: 'canary-scope' });
      const service = await store.named('cpr-index');
      const stored = await bench.stored();
      const hex = Buffer.from(id.replaceAll('-', ''), 'hex');
      for (const secret of [key, service, masterKey, Buffer.from(id), hex, Buffer.from('canary-scope')])
        expect(stored.indexOf(secret)).toBe(-1);
    });

    it('refuses a wrong master key, by name', async () => {
      await store.close();
      await expect(bench.open({ masterKey: randomBytes(32) })).rejects.toThrow(
        /wrong master key: the key store was made with MK-\w{4}-\w{4}, this one is MK-\w{4}-\w{4}$/,
      );
      await expect(bench.open({ masterKey: Buffer.alloc(16) })).rejects.toThrow(MasterKeyError);
      await start(); // and left it free
    });

    it('is unavailable once closed', async () => {
      const { keyId } = await store.keyFor(subject);
      const late = store.close().then(() => store.find(keyId));
      await expect(late).rejects.toThrow(KeyStoreUnavailableError);
      await expect(store.named('cpr-index')).rejects.toThrow(KeyStoreUnavailableError);
      await expect(store.destroy({ subjectId: 'p-1' })).rejects.toThrow(KeyStoreUnavailableError);
      await expect(store.destroyAgain([{ subjectId: 'p-1' }])).rejects.toThrow(KeyStoreUnavailableError);
    });
  });
};
