import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MasterKeyError } from './key-store.js';
import { exportMasterKey, importMasterKey, loadMasterKey } from './master-key.js';

describe('the master key', () => {
  let root: string;
  beforeEach(async () => (root = await mkdtemp(join(tmpdir(), 'master-'))));
  afterEach(async () => rm(root, { recursive: true }));

  it('comes from the environment, as base64 of 32 bytes and nothing else', async () => {
    const key = randomBytes(32);
    expect(await loadMasterKey({ env: key.toString('base64') })).toEqual(key);
    expect(await loadMasterKey({ env: ` ${key.toString('base64url')}\n` })).toEqual(key);
    for (const env of ['', 'secret', randomBytes(31).toString('base64'), `${key.toString('base64')}!`, key.toString('hex')]) {
      const refused = loadMasterKey({ env });
      await expect(refused).rejects.toThrow(MasterKeyError);
      if (env) await expect(refused).rejects.not.toThrow(env); // the value is never told
    }
  });

  it('is made in a file when asked to, once, for its owner only', async () => {
    const file = join(root, 'master.key');
    await expect(loadMasterKey({ file })).rejects.toThrow(MasterKeyError);
    const keys = await Promise.all([1, 2, 3].map(() => loadMasterKey({ file, create: true })));
    expect(keys[1]).toEqual(keys[0]);
    expect(keys[2]).toEqual(keys[0]);
    expect(await loadMasterKey({ file })).toEqual(keys[0]);
    expect(await readdir(root)).toEqual(['master.key']);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect((await readFile(file, 'utf8')).trim()).toBe(keys[0]!.toString('base64'));
    await writeFile(file, '');
    await expect(loadMasterKey({ file, create: true })).rejects.toThrow(MasterKeyError); // never a second key over a first
  });

  describe('on its recovery sheet', () => {
    const key = Buffer.from(Array.from({ length: 32 }, (_, i) => i * 7));
    const sheet = exportMasterKey(key);

    it('comes back, also as a person types it', () => {
      expect(importMasterKey(sheet)).toEqual(key);
      expect(importMasterKey(exportMasterKey(Buffer.alloc(32)).toLowerCase().replaceAll('0', 'o'))).toEqual(Buffer.alloc(32));
      const random = randomBytes(32);
      expect(importMasterKey(exportMasterKey(random).replaceAll('\n', '\r\n').replaceAll(' ', ''))).toEqual(random);
    });

    it('tells every single typing error, and its line', () => {
      const lines = sheet.split('\n');
      for (let n = 1; n <= 7; n++) {
        const row = lines.findIndex((line) => line.trim().startsWith(`${n}:`));
        const typed = (line: string) => lines.with(row, line).join('\n');
        const line = lines[row]!;
        for (let at = line.indexOf(':') + 3; at < line.length; at++) {
          if (line[at] === ' ') continue;
          const wrong = line.slice(0, at) + (line[at] === '7' ? '8' : '7') + line.slice(at + 1);
          expect(() => importMasterKey(typed(wrong))).toThrow(`line ${n} of the recovery sheet`);
        }
        expect(() => importMasterKey(typed(''))).toThrow(`line ${n} of`);
        expect(() => importMasterKey(typed(`${line}A`))).toThrow(`line ${n} of`);
        expect(() => importMasterKey(typed(line.replace(/.$/, 'U')))).toThrow(`line ${n} of`);
      }
    });

    it('tells lines that were swapped, and lines of two sheets', () => {
      const line = (of: string, n: number) => new RegExp(`^ +${n}: +(.*)$`, 'm').exec(of)![1]!;
      const swapped = sheet.replace(line(sheet, 1), 'x').replace(line(sheet, 2), line(sheet, 1)).replace('x', line(sheet, 2));
      expect(() => importMasterKey(swapped)).toThrow('line 1 of');
      const other = exportMasterKey(Buffer.alloc(32, 1));
      expect(() => importMasterKey(sheet.replace(line(sheet, 3), line(other, 3)))).toThrow('do not belong together');
    });
  });
});
