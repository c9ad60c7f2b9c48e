// What is on disk must be found and opened by every version to come: a file of keys as it was written once, and hashes by known keys.
import { createHash } from 'node:crypto';
import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BlindIndex, canonicalJson } from './blind-index.js';
import { openFileKeyStore } from './file-key-store.js';
import type { KeyStore } from './key-store.js';

const of = (text: string): Buffer => createHash('sha256').update(text).digest();
/** Version 1, made for this spec under a master key of its own: a key of places, one by name, one of a subject. */
const KEYS = `
RlJFTUtFWVMBAAAAAAAAAAAAAAAAAAAAAAAAAAAAAADEqDxFHTlGO9lSNnJ7y8gjX3XImQeIX3JAVMVOdLHFaAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA
AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAP/fIl8CAQAAAAAAAAAAAAAAAAAA4yp5ALwFgy6dfegOAY1LIv2z5WyWMqCFwUCVZS9Hem7CEQXZ
S/Cw1Fk454yw+tG0rgHiPbjq8/dl7bNxcdLlmcRduAOT760pw7Trzw6AkJpAJrbIvuuxmtTg/LBpD19z972s/Z/bvIS1XSqoFMPS6wIBAAAAAAAAAAAAAAAA
AADQejZl0gzitfBIE2tCkm4YqUac3wMYEtmDsNRdmciaKz90pDru0XY3PogeKKB2D9Nsgw30M1nU3yIFISvWoO//SRNqXJa64OnKNXjToNFkBGLfti4ws3Lv
jBHXFfM4DByd1LkInl68iHH0w2iFn9NGAQEAAAAAAAAAAAAAAAAAAMB3q8Rm6g9nSCufmGCXVuGUFoxZemQrtIYKCy7Brvs5MOCUopHqDKTOhKnjn74d8DBY
iSKxY+JulPA7vjWXdRQA7p3Lqh4mefLprYEyDudatLZSK73MgpN+euEwOUexOwes/zF5hPLr4qPnwwNHSog=
`;

it('a file of keys that was written once opens, and gives the keys it was given', async () => {
  const root = await mkdtemp(join(tmpdir(), 'keys-'));
  const folder = join(root, 'keys');
  await mkdir(folder, { mode: 0o700 });
  await writeFile(join(folder, 'keys.dat'), Buffer.from(KEYS, 'base64'), { mode: 0o600 });
  const store = await openFileKeyStore({ folder, masterKey: of('a master key for a spec') });
  const { keyId, key } = await store.keyFor({ id: 'p-1', scope: 'identity' });
  expect(keyId).toBe('wHerxGbqD2dIK5-YYJdW4Q');
  expect(Buffer.from(key).toString('hex')).toBe('86de0ada80aaaa6cbce1bac21f73c40f5720b2756a341d56a790b6a117645c7b');
  expect(Buffer.from(await store.named('cpr-index')).toString('hex')).toBe(
    'c1a927ec4b68b326b02ab15b2524c7d6a3fb672583c190844c28e054249288b7',
  );
  await store.close();
  await rm(root, { recursive: true });
});

describe('hashes by known keys', () => {
  const keys = {
    named: (name: string) => Promise.resolve(of(name)),
    keyFor: () => Promise.resolve({ keyId: 'k', key: of('a key of a subject') }),
  } as unknown as KeyStore;
  it('are what they always were: by them people are found, and repeats known', async () => {
    const index = await BlindIndex.open(keys);
    const alike = index.cprAlike('010203-4567');
    // Those of names and births are a read model's: another form of them needs the read models made anew.
    const name = index.nameTokens('Åse Holm 7');
    expect({
      cpr: index.cprIndex('010203-4567'),
      alike: [alike.length, alike[0]],
      birth: index.birthIndex('2010-01-01'),
      name: [name.tokens.length, name.key, name.tokens[0]],
      query: index.nameQuery('Aas Holm')[0],
      command: index.commandHash(canonicalJson({ b: 1, a: ['x', undefined, new Date(0)], c: undefined })),
      user: index.subjectHash('https://issuer.example', 'sub'),
      fingerprint: await index.fingerprint({ id: 'p-1', scope: 'identity' }, '  Går IKKE i skole! '),
    }).toEqual({
      cpr: 'SAXjea8gxjwH2i_dRHGuXaPxNWxB96cywffh7El9JNw',
      alike: [19, '5Xf5mjv66H9CubRyjEBkir'],
      birth: 'JRm3bewVL2XKlX5ESe59_4',
      name: [13, 'EhHy_hcchs5pbwHbhd9ZBN', 'BmnQWJ0M7VQsSQrVBDVpuH'],
      query: {
        exact: ['BhX6noRR4FC1mrzTu4mpFB', 'qLBmP0nRkbqneI1eDtaahU'],
        found: ['kEpO-6W16d98HkYToUABWi', 'e9arp_dqaL9pV5dlaHNxvd'],
      },
      command: 'c1.s7DRU_cJocK1sYfPE9M1Jp8hWYyKLCZG3fHmZarofPI',
      user: 's1.8F_YSePAZO7z4_kL1oIeiH0xUVNHJ4JficQuHjp2MGA',
      fingerprint: 'f1.OL9rJoVd3ANNmhFsjZRNsW6kRiZeJLmWmF-Z-zXlBiY',
    });
  });
  it('of numbers that differ by one slip have one in common, and of others none', async () => {
    const index = await BlindIndex.open(keys);
    const common = (other: string) => index.cprAlike('010203-4567').filter((slip) => index.cprAlike(other).includes(slip)).length;
    for (const slip of ['110203-4567', '010203-4568', '010230-4567', '010203-4576', '100203-4567'])
      expect([slip, common(slip) > 0]).toEqual([slip, true]);
    for (const other of ['110203-4568', '010302-4567', '765-4302010']) expect([other, common(other)]).toEqual([other, 0]);
    for (const none of ['', '010203-456', '010203-45678']) {
      expect(() => index.cprAlike(none)).toThrow('a CPR number has ten digits');
      expect(() => index.cprIndex(none)).toThrow('a CPR number has ten digits');
    }
  });
  it('of a text do not change with its case, accents, punctuation and spaces; with a letter or a digit they do', async () => {
    const index = await BlindIndex.open(keys);
    const print = (text: string) => index.fingerprint({ id: 'p-1', scope: 'identity' }, text);
    for (const same of ['går ikke i skole', 'GÅR  ikke, i skole.', 'ga\u030Ar ikke i skole'])
      expect([same, await print(same)]).toEqual([same, await print('Går ikke i skole!')]);
    for (const other of ['går i skole', 'går ikke i skole 2', 'gårikke i skole'])
      expect([other, await print(other)]).not.toEqual([other, await print('Går ikke i skole!')]);
  });
});
