import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { code } from '@app/domain';
import { BlindIndex, canonicalJson } from './blind-index.js';
import { openFileKeyStore, type FileKeyStore } from './file-key-store.js';
import { ErasedError } from './key-store.js';

let root: string;
let store: FileKeyStore;
let index: BlindIndex;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'index-'));
  store = await openFileKeyStore({ folder: join(root, 'a'), masterKey: randomBytes(32) });
  index = await BlindIndex.open(store);
});
afterEach(async () => {
  await store.close();
  await rm(root, { recursive: true });
});
const subject = { id: 'p-1', scope: 'c-1' };

describe('the blind index', () => {
  it('finds a CPR number however it is written, and says nothing about it', () => {
    const found = ['0707614285', '070761-4285', ' 070761 4285 ', '070761–4285'].map((cpr) => index.cprIndex(cpr));
    expect(new Set(found).size).toBe(1);
    expect(found[0]).toMatch(/^[\w-]{43}$/);
    expect(index.cprIndex('070761-4286')).not.toBe(found[0]);
    for (const bad of ['', '070761-428', '070761-42855', '07076a-4285'])
      expect(() => index.cprIndex(bad)).toThrow(/^a CPR number has ten digits$/);
  });

  it('is keyed: another key store gives other hashes, the same one the same', async () => {
    const other = await openFileKeyStore({ folder: join(root, 'b'), masterKey: randomBytes(32) });
    const all = async (i: BlindIndex) => [
      i.cprIndex('0707614285'),
      i.commandHash('{}'),
      await i.fingerprint(subject, 'tekst'),
      i.subjectHash('iss', 'sub'),
    ];
    const [here, again, there] = [await all(index), await all(index), await all(await BlindIndex.open(other))];
    expect(again).toEqual(here);
    for (const [i, hash] of there.entries()) expect(hash).not.toBe(here[i]);
    for (const hash of here.slice(1)) expect(code.parse(hash, 'hash')).toBe(hash);
    await other.close();
  });

  it('knows a necessity used again: same letters and digits, same subject and scope', async () => {
    const print = await index.fingerprint(subject, 'Nødvendigt for at aftale 1 samtale i skolen.');
    expect(await index.fingerprint(subject, '  nødvendigt  for AT aftale: «1 samtale» i skolen')).toBe(print);
    expect(await index.fingerprint(subject, 'No\u0308dvendigt')).toBe(await index.fingerprint(subject, 'nödvendigt'));
    // A mark that makes no letter of its own with the one before it.
    expect(await index.fingerprint(subject, 'q\u0308')).toBe(await index.fingerprint(subject, 'q'));
    expect(await index.fingerprint(subject, 'Nødvendigt for at aftale 2 samtaler i skolen.')).not.toBe(print);
    expect(await index.fingerprint({ ...subject, scope: 'c-2' }, 'Nødvendigt for at aftale 1 samtale i skolen.')).not.toBe(print);
  });

  it('cannot recompute a fingerprint after the key is destroyed', async () => {
    const gone = { id: 'p-gone', scope: 'c-1' };
    await index.fingerprint(gone, 'tekst');
    await store.destroy({ subjectId: 'p-gone' });
    await expect(index.fingerprint(gone, 'tekst')).rejects.toThrow(ErasedError);
  });

  it('tells issuer and subject apart', () => {
    expect(index.subjectHash('https://a', 'b')).not.toBe(index.subjectHash('https://ab', ''));
    expect(index.subjectHash('a","b', 'c')).not.toBe(index.subjectHash('a', 'b","c'));
  });
});

describe('canonical JSON', () => {
  it('is the same whatever order the fields were set in, and is the same value', () => {
    const shuffled = (value: unknown): unknown =>
      Array.isArray(value)
        ? value.map(shuffled)
        : typeof value === 'object' && value !== null
          ? Object.fromEntries(
              Object.entries(value)
                .reverse()
                .map(([k, v]) => [k, shuffled(v)]),
            )
          : value;
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(canonicalJson(shuffled(value))).toBe(canonicalJson(value));
        expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
    expect(canonicalJson({ b: 1, a: { d: [2, { z: 1, y: undefined }], c: null } })).toBe(
      '{"a":{"c":null,"d":[2,{"z":1}]},"b":1}',
    );
    expect(canonicalJson({ a: 1, b: undefined })).toBe(canonicalJson({ a: 1 }));
    expect(canonicalJson(undefined)).toBe('null');
  });

  it('leaves out what JSON leaves out, and asks only a toJSON that can be asked', () => {
    expect(canonicalJson({ a: () => 1, b: Symbol('b'), c: 1 })).toBe('{"c":1}');
    expect(canonicalJson({ toJSON: 'x', a: 1 })).toBe('{"a":1,"toJSON":"x"}');
    expect(canonicalJson({ at: new Date(0) })).toBe('{"at":"1970-01-01T00:00:00.000Z"}');
  });
});
