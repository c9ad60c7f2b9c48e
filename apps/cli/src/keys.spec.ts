import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadMasterKey, openFileKeyStore, openPostgresKeyStore } from '@app/personal-data';
import { createTestDatabase } from '@app/testing';
import { main } from './commands.js';

describe('keys', () => {
  let folder: string;
  const at = (...names: string[]) => join(folder, ...names);
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'fremdrift-keys-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const run = async (args: string[], { data = 'old', env = {}, stdin = '' } = {}) => {
    const out: string[] = [];
    const err: string[] = [];
    const exitCode = await main(['keys', ...args], {
      out: (line) => out.push(line),
      err: (line) => err.push(line),
      env: { FREMDRIFT_DATA: at(data), ...env },
      today: () => '2026-11-24',
      stdin: async () => stdin,
    });
    return { exitCode, out: out.join('\n'), err: err.join('\n') };
  };
  const open = async (data: string) =>
    openFileKeyStore({
      folder: at(data, 'keys'),
      masterKey: await loadMasterKey({ file: at(data, 'master.key'), create: true }),
    });
  /** A data folder with one key in it. */
  const makeKeys = async () => {
    mkdirSync(at('old'));
    const store = await open('old');
    const made = await store.keyFor({ id: 'p1', scope: 'identity' });
    return { store, ...made };
  };

  it('come back on another machine from the backup and the sheet', async () => {
    const { store, keyId, key } = await makeKeys();
    expect(await run(['backup', at('backup.keys')])).toMatchObject({
      exitCode: 0,
      out: expect.stringMatching(/^\d+ keys, 0 of/) as string,
    });
    const sheet = await run(['sheet']);
    await store.close();

    mkdirSync(at('new'));
    expect((await run(['master-from-sheet'], { data: 'new', stdin: sheet.out })).exitCode).toBe(0);
    expect(statSync(at('new', 'master.key')).mode & 0o777).toBe(0o600);
    expect((await run(['restore', at('backup.keys')], { data: 'new' })).exitCode).toBe(0);
    const restored = await open('new');
    expect(await restored.find(keyId)).toEqual(key);
    await restored.close();
  });

  it('take the master key from the environment first', async () => {
    const { store } = await makeKeys();
    const own = await run(['sheet']);
    const other = await run(['sheet'], { env: { FREMDRIFT_MASTER_KEY: Buffer.alloc(32, 7).toString('base64') } });
    expect(other.exitCode).toBe(0);
    expect(other.out).not.toBe(own.out);
    await store.close();
  });

  it('are never overwritten', async () => {
    const { store } = await makeKeys();
    await run(['backup', at('backup.keys')]);
    const before = [readFileSync(at('old', 'master.key')), readFileSync(at('backup.keys'))];
    const sheet = (await run(['sheet'])).out;
    for (const args of [['backup', at('backup.keys')], ['restore', at('backup.keys')], ['master-from-sheet']])
      expect([args[0], (await run(args, { stdin: sheet })).exitCode]).toEqual([args[0], 2]);
    expect([readFileSync(at('old', 'master.key')), readFileSync(at('backup.keys'))]).toEqual(before);
    await store.close();
  });

  it('are not restored under another master key', async () => {
    const { store } = await makeKeys();
    await run(['backup', at('backup.keys')]);
    await store.close();
    const env = { FREMDRIFT_MASTER_KEY: Buffer.alloc(32, 7).toString('base64') };
    const answer = await run(['restore', at('backup.keys')], { data: 'new', env });
    expect(answer).toMatchObject({ exitCode: 2, out: '' });
    expect(answer.err).toMatch(/master key/);
  });

  const NEW = Buffer.alloc(32, 9).toString('base64');

  it('move to a database, get a new master key there, and come back', async () => {
    const { store, keyId, key } = await makeKeys();
    await store.close();
    const database = await createTestDatabase();
    try {
      const [old, env] = [readFileSync(at('old', 'master.key'), 'utf8').trim(), { KEYS_DATABASE_URL: database.url }];
      await run(['backup', at('one.keys')]);
      expect((await run(['backup', at('none.keys')], { env })).exitCode).toBe(2);
      expect((await run(['restore', at('one.keys')], { env })).exitCode).toBe(0);
      expect((await run(['rotate-master'], { env })).err).toMatch(/FREMDRIFT_MASTER_KEY is the new master key/);
      const both = { ...env, FREMDRIFT_MASTER_KEY: NEW, FREMDRIFT_MASTER_KEY_PREVIOUS: old };
      expect(await run(['rotate-master'], { env: both })).toMatchObject({
        exitCode: 0,
        out: expect.stringMatching(/^2 keys wrapped/) as string,
      });
      const keys = await openPostgresKeyStore({ url: database.url, masterKey: Buffer.from(NEW, 'base64') });
      expect(await keys.find(keyId)).toEqual(key);
      await keys.close();

      expect((await run(['backup', at('two.keys')], { env })).exitCode).toBe(0);
      expect((await run(['restore', at('two.keys')], { data: 'new' })).err).toMatch(/no master key/);
      expect((await run(['restore', at('two.keys')], { data: 'new', env: { FREMDRIFT_MASTER_KEY: NEW } })).exitCode).toBe(0);
      // A backup from before, for who still has the old one.
      expect((await run(['restore', at('one.keys')], { data: 'older', env: { FREMDRIFT_MASTER_KEY: NEW } })).exitCode).toBe(2);
      const given = { FREMDRIFT_MASTER_KEY: NEW, FREMDRIFT_MASTER_KEY_PREVIOUS: old };
      expect((await run(['restore', at('one.keys')], { data: 'older', env: given })).exitCode).toBe(0);
    } finally {
      await database.drop();
    }
  });

  it('get a new master key in a folder, when no server has it', async () => {
    const { store, keyId, key } = await makeKeys();
    const env = { FREMDRIFT_MASTER_KEY: NEW };
    expect((await run(['rotate-master'], { env })).err).toMatch(/in use by process/);
    await store.close();
    expect((await run(['rotate-master'], { env: { FREMDRIFT_MASTER_KEY: 'short' } })).exitCode).toBe(2);
    expect(await run(['rotate-master'], { env })).toMatchObject({ exitCode: 0 });
    const keys = await openFileKeyStore({ folder: at('old', 'keys'), masterKey: Buffer.from(NEW, 'base64') });
    expect(await keys.find(keyId)).toEqual(key);
    await keys.close();
    expect((await run(['rotate-master'], { env })).err).toMatch(/wrong master key/);
  });

  it('say in words what is wrong', async () => {
    expect(await run(['backup', at('backup.keys')])).toMatchObject({
      exitCode: 2,
      err: expect.stringMatching(/no such file/) as string,
    });
    expect((await run(['sheet'])).err).toMatch(/no master key/);
    expect((await run(['master-from-sheet'], { stdin: '1: ABCD' })).err).toMatch(/line 1 of the recovery sheet/);
  });
});
