// Files that a Danish Excel opens as they are meant, read back by other libraries than wrote them.
import { parse } from 'csv-parse/sync';
import readXlsx from 'read-excel-file/node';
import { tableFile, type TableFile } from './tables.js';

const table: TableFile = {
  title: 'Forfaldne',
  columns: { name: 'Navn', days: 'Dage', on: 'Dato' },
  rows: [
    { name: 'Børn; "Unge"\nSOF', days: 8.5, on: '2026-11-24' },
    { name: '=HYPERLINK("http://example.org")', days: 0 },
    { name: '@sum', on: '+45' },
  ],
  note: 'Må ikke bruges til efterforskning.',
};

describe('a table as CSV', () => {
  it('has the mark of UTF-8, semicolons, CRLF and a decimal comma', async () => {
    const text = (await tableFile('csv', table)).toString('utf8');
    expect(text.startsWith('\ufeffNavn;Dage;Dato\r\n')).toBe(true);
    expect(text).toContain(';8,5;2026-11-24\r\n');
    const rows = parse(text, { bom: true, delimiter: ';', relax_column_count: true });
    expect(rows[1]).toEqual(['Børn; "Unge"\nSOF', '8,5', '2026-11-24']);
    expect(rows.at(-1)).toEqual([table.note]);
  });

  it('has no cell that a spreadsheet takes for a formula', async () => {
    const rows = parse(await tableFile('csv', table), { bom: true, delimiter: ';', relax_column_count: true });
    for (const cell of rows.flat()) expect(cell).not.toMatch(/^[=+\-@\t\r]/);
    expect(rows[2]![0]).toContain('HYPERLINK');
  });
});

describe('a table as XLSX', () => {
  it('has numbers as numbers, and texts as texts, also those that look like formulas', async () => {
    const [sheet] = await readXlsx(await tableFile('xlsx', table));
    expect(sheet!.sheet).toBe('Forfaldne');
    expect(sheet!.data.slice(0, 4)).toEqual([
      ['Navn', 'Dage', 'Dato'],
      ['Børn; "Unge"\nSOF', 8.5, '2026-11-24'],
      ['=HYPERLINK("http://example.org")', 0, null],
      ['@sum', null, '+45'],
    ]);
    expect(sheet!.data.flat()).toContain(table.note);
  });
});

describe('a table as JSON', () => {
  it('has the rows by key, the names of the columns and the note', async () => {
    expect(JSON.parse((await tableFile('json', table)).toString())).toEqual({
      title: table.title,
      columns: table.columns,
      note: table.note,
      items: table.rows,
    });
  });
});
