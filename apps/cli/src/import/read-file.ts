// Opens a spreadsheet or a CSV file and gives its cells, with the row numbers a person sees.
import { existsSync, readFileSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { CsvError } from 'csv-parse';
import { parse } from 'csv-parse/sync';
import readWorkbook from 'read-excel-file/node';
import { Unusable } from '../unusable.js';
import { headerScore } from './headers.js';
import type { Cell } from './values.js';

export const MAX_FILE_BYTES = 20 * 1024 * 1024;

export interface Table {
  /** Row number n of the sheet is `rows[n - 1]`; empty rows are kept. */
  readonly rows: readonly (readonly Cell[])[];
  /** How many other sheets the workbook has that are not read. */
  readonly otherSheets: number;
}

/**
 * Reads `.xlsx` or delimited text (`;`, `,` or tab; UTF-8, UTF-16 with byte order mark, or Windows-1252). What the file is, its content tells, not its name.
 * @param sheet name of the sheet to read in a workbook; the first one otherwise
 * @throws Unusable with what to do instead
 */
export const readTable = async (path: string, sheet?: string): Promise<Table> => {
  const bytes = readBytes(path);
  if (bytes.subarray(0, 2).toString('latin1') === 'PK') return readXlsx(bytes, sheet);
  if (bytes.subarray(0, 4).toString('hex') === 'd0cf11e0') throw oldOrLocked(bytes);
  if (sheet !== undefined) throw new Unusable('--sheet is for .xlsx files only', '--sheet gælder kun .xlsx-filer');
  return { rows: parseCsv(decode(bytes)), otherSheets: 0 };
};

const readBytes = (path: string): Buffer => {
  // npm runs scripts in the project's folder; INIT_CWD is where the person stands.
  const file = [resolve(path), resolve(process.env.INIT_CWD ?? '.', path)].find((candidate) => existsSync(candidate));
  if (file === undefined) throw new Unusable('there is no such file', 'filen findes ikke');
  const stat = statSync(file);
  if (!stat.isFile()) throw new Unusable('this is not a file', 'dette er ikke en fil');
  if (stat.size > MAX_FILE_BYTES)
    throw new Unusable('the file is larger than 20 MB: split it', 'filen er større end 20 MB: del den op');
  if (stat.size === 0) throw new Unusable('the file is empty', 'filen er tom');
  try {
    return readFileSync(file);
  } catch {
    throw new Unusable('the file cannot be read', 'filen kan ikke læses');
  }
};

/** An OLE container is an old .xls file, or an .xlsx file behind a password. */
const oldOrLocked = (bytes: Buffer): Unusable =>
  bytes.includes(Buffer.from('EncryptedPackage', 'utf16le'))
    ? new Unusable(
        'the file is protected by a password: open it in Excel, remove the password (File > Info > Protect Workbook) and save it again',
        'filen er beskyttet med adgangskode: åbn den i Excel, fjern adgangskoden (Filer > Oplysninger > Beskyt projektmappe) og gem den igen',
      )
    : new Unusable(
        'this is an old Excel file (.xls): open it and save it as .xlsx',
        'dette er en gammel Excel-fil (.xls): åbn den og gem den som .xlsx',
      );

const readXlsx = async (bytes: Buffer, sheet: string | undefined): Promise<Table> => {
  if (bytes.subarray(0, 200).includes('opendocument')) {
    throw new Unusable(
      'this is an OpenDocument file (.ods): save it as .xlsx or .csv',
      'dette er en OpenDocument-fil (.ods): gem den som .xlsx eller .csv',
    );
  }
  const sheets = await readWorkbook(bytes).catch(() => {
    throw new Unusable(
      'the file is not a readable .xlsx workbook: open it in Excel and save it again',
      'filen er ikke en læsbar .xlsx-projektmappe: åbn den i Excel og gem den igen',
    );
  });
  const wanted = sheet === undefined ? sheets[0] : sheets.find((candidate) => candidate.sheet.trim() === sheet.trim());
  if (wanted === undefined) {
    const names = sheets.map((candidate) => `"${candidate.sheet}"`).join(', ');
    throw new Unusable(`the workbook has no such sheet; it has ${names}`, 'projektmappen har intet ark med det navn');
  }
  return { rows: wanted.data as unknown as Cell[][], otherSheets: sheets.length - 1 };
};

/** What Windows-1252 has at 0x80-0x9f. Node 20's own decoder of that name gives Latin-1 control characters there. */
const WINDOWS_1252 = '€\x81‚ƒ„…†‡ˆ‰Š‹Œ\x8dŽ\x8f\x90‘’“”•–—˜™š›œ\x9džŸ';

const decode = (bytes: Buffer): string => {
  const start = bytes.subarray(0, 2).toString('hex');
  const utf16 = start === 'fffe' ? 'utf-16le' : start === 'feff' ? 'utf-16be' : undefined;
  if (utf16) return new TextDecoder(utf16).decode(bytes);
  if (bytes.includes(0)) throw new Unusable('this is neither .xlsx nor text (.csv)', 'dette er hverken .xlsx eller tekst (.csv)');
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return bytes.toString('latin1').replace(/[\x80-\x9f]/g, (char) => WINDOWS_1252[char.charCodeAt(0) - 0x80]!);
  }
};

/** One record is one row of the sheet, also when a quoted cell holds several lines. */
const parseCsv = (text: string): string[][] => {
  const records = (delimiter: string, to = -1): string[][] =>
    parse(body, {
      delimiter,
      to,
      record_delimiter: ['\r\n', '\n', '\r'],
      relax_column_count: true,
      relax_quotes: true,
      skip_empty_lines: false,
    });
  // Excel's own first line `sep=;` names the delimiter; Excel does not show it as a row.
  const named = /^sep=(.)\r?\n/i.exec(text);
  const body = named ? text.slice(named[0].length) : text;
  const score = (delimiter: string): number => {
    try {
      return headerScore(records(delimiter, 50));
    } catch {
      return 0;
    }
  };
  const delimiter =
    named?.[1] ??
    [';', ',', '\t'].map((d) => ({ d, score: score(d) })).reduce((best, next) => (next.score > best.score ? next : best)).d;
  try {
    return records(delimiter);
  } catch (error) {
    // The parser's own message repeats the cell.
    const line = error instanceof CsvError && typeof error.lines === 'number' ? error.lines : undefined;
    throw new Unusable(
      `the CSV file breaks off${line === undefined ? '' : ` near line ${line}`}: a quotation mark (") is opened and never closed, or one is left over`,
      'CSV-filen kan ikke læses: et anførselstegn (") er åbnet og aldrig lukket, eller der er et for meget',
    );
  }
};
