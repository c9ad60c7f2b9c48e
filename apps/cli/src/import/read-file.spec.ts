import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import writeXlsx from 'write-excel-file/node';
import { findHeader } from './headers.js';
import { MAX_FILE_BYTES, readTable } from './read-file.js';
import { readRows } from './rows.js';

const folder = mkdtempSync(join(tmpdir(), 'fremdrift-cli-'));
afterAll(() => rmSync(folder, { recursive: true }));
const file = (name: string, content: string | Uint8Array) => {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
};
const windows1252 = (text: string) => Buffer.from(text.replaceAll('–', '\x96').replaceAll('€', '\x80'), 'latin1');

const CSV = 'Navn;Område;Ansvarlig\r\n"Demo Ærø, nr. ""1"" – €";Sjælør Boulevard;SOF\r\n';
const ROWS = [
  ['Navn', 'Område', 'Ansvarlig'],
  ['Demo Ærø, nr. "1" – €', 'Sjælør Boulevard', 'SOF'],
];

describe('text files', () => {
  it.each<[string, Uint8Array]>([
    ['UTF-8', Buffer.from(CSV)],
    ['UTF-8 with byte order mark', Buffer.from(`\ufeff${CSV}`)],
    ['UTF-16 little endian', Buffer.from(`\ufeff${CSV}`, 'utf16le')],
    ['UTF-16 big endian', Buffer.from(`\ufeff${CSV}`, 'utf16le').swap16()],
    ['Windows-1252', windows1252(CSV)],
  ])('are read in %s', async (name, bytes) => {
    expect((await readTable(file(`${name}.csv`, bytes))).rows).toEqual(ROWS);
  });

  it.each([';', ',', '\t'])('are read with the delimiter %p', async (delimiter) => {
    const text = [['Sager; for uge 48, og', '49'], ...ROWS]
      .map((row) => row.map((cell) => (/[;,\t"]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell)).join(delimiter))
      .join('\n');
    expect((await readTable(file('delimiter.csv', text))).rows.slice(1)).toEqual(ROWS);
  });

  it("keep a sheet's row numbers over empty lines, quoted line breaks and Excel's own sep= line", async () => {
    const { rows } = await readTable(file('rows.csv', 'sep=;\r\nNavn;Område;Ansvarlig\r\n\r\n"to\r\nlinjer";b;c\r\nfire;b;c'));
    expect(rows.map((row) => row[0])).toEqual(['Navn', '', 'to\r\nlinjer', 'fire']);
  });

  it('that break off are refused without repeating what they hold', async () => {
    await expect(readTable(file('open.csv', 'Navn;Område\n"CANARY;b\nc;d'))).rejects.toThrow(/quotation mark(?!.*CANARY)/);
  });
});

describe('workbooks', () => {
  const day = (iso: string) => ({ value: new Date(`${iso}T00:00:00Z`), type: Date, format: 'dd-mm-yyyy' });

  it('give the same rows as text files: real dates, numbers for text, lost zeros', async () => {
    const xlsx = join(folder, 'same.xlsx');
    await writeXlsx([
      [],
      ['Nr', 'Navn', 'CPR', 'Født', 'Område', 'Ansvarlig', 'Aftale', 'Frist'],
      [1, 'Testperson, Demo', 101089912, day('2008-01-01'), ' Akacieparken ', 'BUF', 'Møde', day('2026-12-01')],
      [],
      [2, 'Demo Anden', null, '2/3 2010', 'Sjælør Boulevard', 'SOF', 'Besøg\nhjemme', 46350],
    ]).toFile(xlsx);
    const csv = file(
      'same.csv',
      windows1252(
        ';;\r\nNr;Navn;CPR;Født;Område;Ansvarlig;Aftale;Frist\r\n' +
          '1,0;Testperson, Demo;101089912;01-01-2008; Akacieparken ;BUF;Møde;1. december 2026\r\n;;;;;;;\r\n' +
          '2,0;Demo Anden;;2/3 2010;Sjælør Boulevard;SOF;"Besøg\r\nhjemme";24.11.26\r\n',
      ),
    );
    const read = async (path: string) => {
      const { rows } = await readTable(path);
      return readRows(rows, findHeader(rows), '2026-11-24');
    };
    const fromXlsx = await read(xlsx);
    expect(fromXlsx).toEqual(await read(csv));
    expect(fromXlsx.problems).toEqual([]);
    expect(fromXlsx.rows.map(({ number }) => number)).toEqual([3, 5]);
    expect(fromXlsx.rows[0]!.row).toEqual({
      reference: '1',
      name: 'Demo Testperson',
      cpr: '0101089912',
      birthDate: '2008-01-01',
      area: 'Akacieparken',
      responsible: 'BUF',
      action: 'Møde',
      deadline: '2026-12-01',
    });
  });

  it('have sheets to choose from', async () => {
    const path = join(folder, 'sheets.xlsx');
    await writeXlsx([
      { data: [['a']], sheet: 'Ark1' },
      { data: [['b']], sheet: 'Sager' },
    ]).toFile(path);
    expect(await readTable(path)).toEqual({ rows: [['a']], otherSheets: 1 });
    expect((await readTable(path, 'Sager')).rows).toEqual([['b']]);
    await expect(readTable(path, 'Andet')).rejects.toThrow(/it has "Ark1", "Sager"/);
  });
});

describe('files that cannot be used say what to do', () => {
  const ole = Buffer.from('d0cf11e0a1b11ae1', 'hex');
  it.each<[string, Uint8Array, RegExp]>([
    ['old.xls', Buffer.concat([ole, Buffer.from('Workbook', 'utf16le')]), /save it as \.xlsx/],
    ['locked.xlsx', Buffer.concat([ole, Buffer.from('EncryptedPackage', 'utf16le')]), /protected by a password/],
    ['calc.ods', Buffer.from('PK\x03\x04mimetypeapplication/vnd.oasis.opendocument.spreadsheet'), /\.ods/],
    ['broken.xlsx', Buffer.from('PK\x03\x04 nothing of a workbook'), /not a readable \.xlsx/],
    ['picture.csv', Buffer.from([0x89, 0x50, 0x4e, 0x47, 0, 0]), /neither \.xlsx nor text/],
    ['empty.csv', Buffer.alloc(0), /is empty/],
    ['large.csv', Buffer.alloc(MAX_FILE_BYTES + 1, 0x41), /20 MB/],
  ])('%s', async (name, bytes, message) => {
    await expect(readTable(file(name, bytes))).rejects.toThrow(message);
  });
  it('no file', async () => expect(readTable(join(folder, 'none.csv'))).rejects.toThrow(/no such file/));
});
