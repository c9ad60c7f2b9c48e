// A table as a file: CSV and XLSX as Danish Excel opens them, JSON for programs.
import { stringify } from 'csv-stringify/sync';
import writeXlsx from 'write-excel-file/node';

export const FORMATS = {
  csv: 'text/csv; charset=utf-8',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  json: 'application/json; charset=utf-8',
} as const;
export type Format = keyof typeof FORMATS;

/** Numbers stay numbers; local dates and texts are texts. */
export type Cell = string | number | undefined;
export interface TableFile {
  /** Of the sheet, at most 31 characters. */
  readonly title: string;
  /** By key, in order. */
  readonly columns: Readonly<Record<string, string>>;
  readonly rows: readonly Readonly<Record<string, Cell>>[];
  /** In words, below the rows: what it may not be used for. */
  readonly note: string;
}

/** `;` between fields and a decimal comma, UTF-8 with its mark; what begins like a formula is text to every spreadsheet. */
const csv = ({ columns, rows, note }: TableFile): Buffer =>
  Buffer.from(
    stringify([Object.values(columns), ...rows.map((row) => Object.keys(columns).map((key) => row[key])), [note]], {
      bom: true,
      delimiter: ';',
      record_delimiter: 'windows',
      escape_formulas: true,
      cast: { number: (n) => String(n).replace('.', ',') },
    }),
  );

const xlsx = ({ title, columns, rows, note }: TableFile): Promise<Buffer> => {
  const cell = (value: Cell) => {
    if (value === undefined) return null;
    return typeof value === 'number' ? { value, type: Number } : { value, type: String };
  };
  const head = Object.values(columns).map((value) => ({ value, type: String, fontWeight: 'bold' as const }));
  const data = [head, ...rows.map((row) => Object.keys(columns).map((key) => cell(row[key]))), [], [cell(note)]];
  const widths = Object.values(columns).map((name) => ({ width: Math.max(12, name.length + 2) }));
  return writeXlsx(data, { sheet: title, columns: widths, stickyRowsCount: 1 }).toBuffer();
};

/** @returns the bytes of the file */
export const tableFile = async (format: Format, table: TableFile): Promise<Buffer> => {
  if (format === 'csv') return csv(table);
  if (format === 'xlsx') return xlsx(table);
  const { title, columns, rows, note } = table;
  return Buffer.from(JSON.stringify({ title, columns, note, items: rows }));
};
