import { createCipheriv, randomBytes } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { event, id, SchemaError, text, type EventDefinition } from '@app/domain';
import { isEnvelope, openText, sealText, type Envelope } from './envelope.js';
import { openFileKeyStore, type FileKeyStore } from './file-key-store.js';
import { TamperedError } from './key-store.js';
import { readStored, Vault } from './vault.js';

const shape = { content: text(205, 'category'), necessity: text(206, 'category') };
const shared = event(1, { caseId: id }, shape) as EventDefinition;
const subject = { id: 'p-1', scope: 'c-1' };
let folder: string;
let store: FileKeyStore;
let vault: Vault;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vault-'));
  store = await openFileKeyStore({ folder, masterKey: randomBytes(32) });
  vault = new Vault(store);
});
afterEach(async () => {
  await store.close();
  await rm(folder, { recursive: true });
});

describe('an envelope', () => {
  it('is known by its five parts, each of its kind', () => {
    const envelope = { v: 1, keyId: 'k', iv: 'i', ct: 'c', tag: 't' };
    expect(isEnvelope(envelope)).toBe(true);
    for (const part of Object.keys(envelope)) expect([part, isEnvelope({ ...envelope, [part]: null })]).toEqual([part, false]);
    for (const other of [undefined, null, 'x', 1, [], () => {}, { ...envelope, v: '1' }]) expect(isEnvelope(other)).toBe(false);
  });

  it('has the frozen form: this one, written by hand, always opens', () => {
    const key = Buffer.alloc(32, 7);
    const cipher = createCipheriv('aes-256-gcm', key, Buffer.alloc(12, 1));
    cipher.setAAD(Buffer.from('["fremdrift.text",1,"e-1","p-1",205]'));
    const ct = Buffer.concat([cipher.update('æøå'), cipher.final()]).toString('base64url');
    const envelope = { v: 1, keyId: 'k', iv: 'AQEBAQEBAQEBAQEB', ct, tag: cipher.getAuthTag().toString('base64url') } as const;
    expect(openText(key, { eventId: 'e-1', subjectId: 'p-1', field: 205 }, envelope)).toBe('æøå');
    const sealed = sealText({ keyId: 'k', key }, { eventId: 'e-1', subjectId: 'p-1', field: 205 }, 'æøå');
    expect(Object.keys(sealed)).toEqual(['v', 'keyId', 'iv', 'ct', 'tag']);
    expect([sealed.iv.length, sealed.ct.length, sealed.tag.length]).toEqual([16, ct.length, 22]);
  });

  it('carries any text there is, to 100 kB', async () => {
    const key = { keyId: 'k', key: randomBytes(32) };
    const place = { eventId: 'e-1', subjectId: 'p-1', field: 1 };
    const roundTrip = (plain: string) => openText(key.key, place, sealText(key, place, plain));
    const anyText = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(fc.integer({ min: 0, max: 0xffff })).map((units) => String.fromCharCode(...units)), // lone surrogates too
      fc.tuple(fc.string({ unit: 'grapheme', minLength: 1 }), fc.nat(100_000)).map(([s, n]) => s.repeat(n / s.length + 1)),
    );
    fc.assert(
      fc.property(anyText, (plain) => {
        expect(roundTrip(plain)).toBe(plain.replace(/\p{Surrogate}/gu, '\ufffd')); // as toWellFormed does
      }),
    );
    expect(roundTrip('')).toBe('');
    expect(roundTrip('a\ud800b')).toBe('a\ufffdb');
  });
});

describe('the vault', () => {
  const seal = async (eventId = 'e-1', who = subject, plain = 'fortrolig tekst') =>
    (await vault.seal(eventId, who, shape, { content: plain })).content!;

  it('says which field of which event does not open, and no more', async () => {
    const envelope = await seal('e-1', subject);
    await expect(vault.open('e-2', 'p-1', 205, envelope)).rejects.toThrow(
      new TamperedError('field 205 of event e-2 does not authenticate'),
    );
    await expect(vault.open('e-2', 'p-1', 205, null as unknown as Envelope)).rejects.toThrow(
      new TamperedError('field 205 of event e-2 is not a sealed text'),
    );
  });

  it('opens what it sealed, and seals the same text differently every time', async () => {
    const [one, two] = [await seal(), await seal()];
    expect(await vault.open('e-1', 'p-1', 205, one)).toBe('fortrolig tekst');
    expect(one.keyId).toBe(two.keyId);
    expect(one.iv).not.toBe(two.iv);
    expect(one.ct).not.toBe(two.ct);
  });

  it('does not open a text that was moved to another event, person, field or key, or altered', async () => {
    const envelope = await seal();
    const elsewhere = await seal('e-1', { id: 'p-2', scope: 'c-1' });
    const otherCase = await seal('e-1', { id: 'p-1', scope: 'c-2' });
    const flipped = (name: 'iv' | 'ct' | 'tag') => {
      const bytes = Buffer.from(envelope[name], 'base64url');
      bytes[0]! ^= 1;
      return { ...envelope, [name]: bytes.toString('base64url') };
    };
    const attempts: [string, string, number, Envelope][] = [
      ['e-2', 'p-1', 205, envelope],
      ['e-1', 'p-2', 205, envelope],
      ['e-1', 'p-1', 206, envelope],
      ['e-1', 'p-1', 205, { ...envelope, keyId: elsewhere.keyId }],
      ['e-1', 'p-1', 205, { ...envelope, keyId: otherCase.keyId }],
      ['e-1', 'p-1', 205, elsewhere],
      ['e-1', 'p-1', 205, flipped('iv')],
      ['e-1', 'p-1', 205, flipped('ct')],
      ['e-1', 'p-1', 205, flipped('tag')],
      ['e-1', 'p-1', 205, { ...envelope, tag: envelope.tag.slice(0, 6) }], // a short tag is easier to guess
      ['e-1', 'p-1', 205, { ...envelope, tag: '' }],
      ['e-1', 'p-1', 205, { ...envelope, v: 2 } as unknown as Envelope],
      ['e-1', 'p-1', 205, null as unknown as Envelope],
      ['e-1","p-1', '', 205, envelope],
    ];
    for (const attempt of attempts) {
      const opened = vault.open(...attempt);
      await expect(opened).rejects.toThrow(TamperedError);
      await expect(opened).rejects.not.toThrow(/fortrolig/);
    }
  });

  it('gives undefined for what was erased, and opens the rest of a list, in order, with one look-up per key', async () => {
    const erased = { id: 'p-9', scope: 'c-1' };
    const places = [
      { eventId: 'e-1', subjectId: 'p-9', field: 205, envelope: await seal('e-1', erased) },
      ...(await Promise.all(
        ['a', 'b', 'c'].map(async (t) => ({ eventId: t, subjectId: 'p-1', field: 205, envelope: await seal(t, subject, t) })),
      )),
    ];
    await store.destroy({ subjectId: 'p-9' });
    const asked: string[] = [];
    const counting = new Vault({
      keyFor: (s) => store.keyFor(s),
      named: (n) => store.named(n),
      destroy: (t) => store.destroy(t),
      destroyAgain: (t) => store.destroyAgain(t),
      close: () => store.close(),
      find: (keyId) => (asked.push(keyId), store.find(keyId)),
    });
    expect(await counting.openMany(places)).toEqual([undefined, 'a', 'b', 'c']);
    expect(asked).toHaveLength(2);
    expect(await vault.openMany([])).toEqual([]);
  });

  it('stores an event as its clear fields, its subject and sealed texts, and readers take it apart again', async () => {
    const plain = { content: 'kanariefugl-1', necessity: 'kanariefugl-2' };
    const stored = await vault.sealEvent(
      'e-1',
      { type: 'InformationShared', data: { caseId: 'c-1' }, subject, text: plain },
      shared,
    );
    const json = JSON.stringify(stored);
    expect(json).not.toContain('kanariefugl');
    const { clear, subject: who, text: sealed } = readStored(JSON.parse(json));
    expect(clear).toEqual({ caseId: 'c-1' });
    expect(who).toEqual(subject);
    expect(await vault.open('e-1', who!.id, 205, sealed.content!)).toBe('kanariefugl-1');
    expect(await vault.open('e-1', who!.id, 206, sealed.necessity!)).toBe('kanariefugl-2');
    for (const name of await readdir(folder)) expect((await readFile(join(folder, name))).indexOf('kanariefugl')).toBe(-1);
  });

  it('stores an event without personal text as it is, and makes no key for texts that are not there', async () => {
    const clearOnly = event(1, { caseId: id }) as EventDefinition;
    const stored = await vault.sealEvent('e-1', { type: 'CaseOpened', data: { caseId: 'c-1' } }, clearOnly);
    expect(stored).toEqual({ caseId: 'c-1' });
    expect(readStored(stored)).toEqual({ clear: { caseId: 'c-1' }, text: {} });
    const nobody = { id: 'p-nobody', scope: 'identity' };
    const data = { caseId: 'c-1' };
    const empty = await vault.sealEvent('e-1', { type: 'X', data, subject: nobody, text: { content: undefined } }, shared);
    expect(empty).toEqual({ caseId: 'c-1', subject: nobody, text: {} });
    expect(await store.destroy({ subjectId: 'p-nobody' })).toEqual([]);
  });

  it('refuses what is not on the list of clear fields, reserved names, unknown texts, and text about nobody', async () => {
    const sealEvent = (e: object) => vault.sealEvent('e-1', { type: 'X', data: { caseId: 'c-1' }, ...e }, shared);
    await expect(sealEvent({ data: { caseId: 'c-1', name: 'Ung Testperson' }, subject })).rejects.toThrow(SchemaError);
    await expect(sealEvent({ data: { caseId: 'c-1', name: 'Ung Testperson' }, subject })).rejects.not.toThrow(/Testperson/);
    await expect(sealEvent({ data: { caseId: 'c-1', text: 'x' } })).rejects.toThrow('reserved');
    await expect(sealEvent({ data: { caseId: 'c-1', subject: 'x' } })).rejects.toThrow('reserved');
    await expect(sealEvent({ subject, text: { surprise: 'x' } })).rejects.toThrow('no such text field: surprise');
    await expect(sealEvent({ subject, text: { toString: 'x' } })).rejects.toThrow('no such text field');
    await expect(sealEvent({ text: { content: 'x' } })).rejects.toThrow('needs its subject');
  });

  it('names the place of what has not the form', () => {
    const sealedText = { v: 1, keyId: 'k', iv: 'i', ct: 'c', tag: 't' };
    const says = (data: unknown) => {
      try {
        return readStored(data);
      } catch (error) {
        return (error as Error).message;
      }
    };
    const who = 'data.subject: expected an id and a scope';
    expect(
      [
        1,
        [],
        { subject: { id: 'p-1' }, text: {} },
        { subject: { scope: 'c-1' }, text: {} },
        { subject: null, text: {} },
        { subject },
        { subject, text: null },
        { subject, text: 'x' },
        { subject, text: { a: sealedText, b: {} } },
      ].map(says),
    ).toEqual([
      'data: expected an object',
      'data: expected an object',
      who,
      who,
      who,
      'data.text: expected sealed texts',
      'data.text: expected sealed texts',
      'data.text: expected sealed texts',
      'data.text.b: expected a sealed text',
    ]);
    expect(says({ a: 1, subject, text: { a: sealedText } })).toEqual({ clear: { a: 1 }, subject, text: { a: sealedText } });
  });

  it('refuses stored data that has not the form, without telling what is in it', () => {
    const who = { subject };
    for (const data of [
      null,
      'x',
      [],
      { text: {} },
      { ...who },
      { ...who, text: { a: 'hemmelig' } },
      { subject: 'hemmelig', text: {} },
    ]) {
      expect(() => readStored(data)).toThrow(SchemaError);
      expect(() => readStored(data)).not.toThrow(/hemmelig/);
    }
  });
});
