import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MasterKeyError } from './key-store.js';
import { exportMasterKey, importMasterKey, loadMasterKey, masterKeyCheck } from './master-key.js';

/** Of the key of the specs below. Sheets lie in safes for years: this form is for good. */
const SHEET = `FREMDRIFT  Hovednøgle / Master key  MK-8M1S-S0VR

Uden denne nøgle kan ingen læse persondata. Opbevar arket i et pengeskab, adskilt fra sikkerhedskopierne.
Without this key nobody can read the personal data. Keep the sheet in a safe, apart from the backups.

    1:  003G W58W M2
    2:  4CN3 2E1Z FD
    3:  8S6N 8PV2 Z0
    4:  D5R7 EZM5 WE
    5:  HJ9S N8D8 X3
    6:  NYVB VH6B CT
    7:  TBCQ 1JHF Z7
`;

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

  it('may be written in either alphabet of base64, with or without its padding, and with nothing else in it', async () => {
    const key = Buffer.from('fb'.repeat(31) + 'ff', 'hex');
    const [plain, url] = [key.toString('base64'), key.toString('base64url')];
    expect([plain.includes('+'), plain.includes('/'), plain.endsWith('=')]).toEqual([true, true, true]);
    for (const env of [plain, url, plain.slice(0, -1), `${url}=`, `${url}==`]) expect(await loadMasterKey({ env })).toEqual(key);
    for (const env of [`${plain.slice(0, 9)}=${plain.slice(9)}`, `=${plain}`, `${plain.slice(0, 9)} ${plain.slice(9)}`])
      await expect(loadMasterKey({ env })).rejects.toThrow(MasterKeyError);
  });

  it('that is none is named by where it came from, never by what it is', async () => {
    const file = join(root, 'master.key');
    const says = (where: string) =>
      new MasterKeyError(`${where} must hold 32 random bytes as base64, such as \`openssl rand -base64 32\` prints`);
    await expect(loadMasterKey({ env: 'x' })).rejects.toThrow(says('FREMDRIFT_MASTER_KEY'));
    await expect(loadMasterKey({ env: 'x', name: 'ANOTHER' })).rejects.toThrow(says('ANOTHER'));
    await expect(loadMasterKey({ file })).rejects.toThrow(new MasterKeyError(`no master key in ${file}`));
    await writeFile(file, 'x');
    await expect(loadMasterKey({ file })).rejects.toThrow(says(file));
    expect(() => masterKeyCheck(Buffer.alloc(31))).toThrow(new MasterKeyError('a master key is 32 bytes'));
  });

  it('is not made where its file cannot be read or written', async () => {
    await mkdir(join(root, 'folder'));
    await expect(loadMasterKey({ file: join(root, 'folder'), create: true })).rejects.toMatchObject({ code: 'EISDIR' });
    await expect(loadMasterKey({ file: join(root, 'none', 'key'), create: true })).rejects.toMatchObject({ code: 'ENOENT' });
    expect(await readdir(root)).toEqual(['folder']);
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
    let sheet: string;
    beforeEach(() => (sheet = exportMasterKey(key)));

    it('looks as it always did, so that old sheets come back', () => {
      expect(sheet).toBe(SHEET);
    });

    it('comes back, also as a person types it', () => {
      // Numbers with a point, as lists have them; a one for an I or an L; more on the paper than the lines.
      expect(importMasterKey(sheet.replace(/^ +(\d):/gm, '$1 .'))).toEqual(key);
      const ones = exportMasterKey(Buffer.alloc(32, 0x08));
      expect(ones.match(/1/g)!.length).toBeGreaterThan(7);
      for (const letter of ['I', 'l'])
        expect(importMasterKey(ones.replace(/(?<=:.*)1/g, letter))).toEqual(Buffer.alloc(32, 0x08));
      expect(importMasterKey(`Ark 1: i pengeskab\n${sheet}\nPrinted on page 3: of 7`)).toEqual(key);
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
        expect(() => importMasterKey(typed(`   ${n}:  0`))).toThrow(`line ${n} of`);
      }
    });

    it('takes a letter that is none for no digit, whatever else is in the line', () => {
      const zeros = exportMasterKey(Buffer.alloc(32));
      expect(() => importMasterKey(zeros.replace(/(?<=2: {2})0000/, '00U0'))).toThrow('line 2 of');
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
