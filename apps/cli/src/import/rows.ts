// Turns a sheet's rows into what the server takes, and says what is wrong with the others, by row and column.
import { both, printable, Unusable } from '../unusable.js';
import { FIELDS, type Column, type Field, type Header } from './headers.js';
import {
  displayName,
  looksLikeDate,
  parseCpr,
  parseDate,
  parseStatus,
  referenceOf,
  textOf,
  type Cell,
  type Status,
} from './values.js';

export const MAX_ROWS = 20_000;

/** One row of the sheet as `POST /api/imports/rows` takes it. Dates are local dates in Europe/Copenhagen, `YYYY-MM-DD`. */
export interface ImportRow {
  /** The sheet's own number; a number used for several rows counts them: `17`, `17/2`, `17/3`. */
  reference?: string;
  name?: string;
  alias?: string;
  /** Ten digits. */
  cpr?: string;
  /** From its own column, or else from the CPR number. */
  birthDate?: string;
  address?: string;
  phone?: string;
  area?: string;
  responsible?: string;
  reason?: string;
  action?: string;
  actionOwner?: string;
  deadline?: string;
  followUpOn?: string;
  status?: Status;
}

/** What is wrong with a row. Never holds a name, a CPR number, an address or free text: it ends in terminals and logs. */
export interface RowProblem {
  /** As the sheet numbers its rows: the first is 1. */
  readonly row: number;
  readonly field?: Field;
  /** An error keeps the row out; a warning does not. */
  readonly severity: 'error' | 'warning';
  readonly en: string;
  readonly da: string;
}
export interface ReadRows {
  readonly rows: readonly { readonly number: number; readonly row: ImportRow }[];
  readonly problems: readonly RowProblem[];
  /** Rows that are word for word an earlier row, apart from their number; they are not sent. */
  readonly identical: number;
}

/** Of a warning that many rows have, so many rows are named: the sheet has it in the same column everywhere. */
const ROWS_NAMED = 5;

/**
 * What is printed of all problems. Equal warnings are one line, `145 rows (4, 5, 6, 7, 8 …), column C "CPR": warning / advarsel: …`;
 * the errors follow, each by itself as somebody has to mend it, `row 17, column F "Frist": 31-02-2026 is not a date / er ikke en dato`.
 */
export const problemLines = (problems: readonly RowProblem[], columns: ReadonlyMap<Field, Column>): string[] => {
  const inOrder = problems.toSorted((a, b) => a.row - b.row);
  const rowsWith = new Map<string, number[]>();
  for (const problem of inOrder.filter(({ severity }) => severity === 'warning')) {
    const words = problemText(problem, columns);
    rowsWith.set(words, [...(rowsWith.get(words) ?? []), problem.row]);
  }
  const warnings = [...rowsWith].map(([words, rows]) => {
    if (rows.length === 1) return `row ${rows[0]!}${words}`;
    const named = rows.slice(0, ROWS_NAMED).join(', ');
    return `${rows.length} rows (${named}${rows.length > ROWS_NAMED ? ' …' : ''})${words}`;
  });
  const errors = inOrder.filter(({ severity }) => severity === 'error');
  return [...warnings, ...errors.map((problem) => `row ${problem.row}${problemText(problem, columns)}`)];
};

/** All but the row. */
const problemText = (problem: RowProblem, columns: ReadonlyMap<Field, Column>): string => {
  const { field } = problem;
  const column =
    field && (columns.get(field) ?? (field === 'name' ? (columns.get('lastName') ?? columns.get('firstName')) : undefined));
  const place = column
    ? `, column ${column.letter} "${column.header}"`
    : field
      ? `, ${both(FIELDS[field].en, FIELDS[field].da)}`
      : '';
  const severity = problem.severity === 'warning' ? `${both('warning', 'advarsel')}: ` : '';
  return `${place}: ${severity}${both(problem.en, problem.da)}`;
};

/**
 * Reads every row below the header. `today` is a local date in Europe/Copenhagen.
 * @throws Unusable when the table has more than {@link MAX_ROWS} rows, or none
 */
export const readRows = (table: readonly (readonly Cell[])[], header: Header, today: string): ReadRows => {
  const filled: { number: number; cells: readonly Cell[] }[] = [];
  table.forEach((cells, index) => {
    if (index > header.rowIndex && cells.some((cell) => textOf(cell) !== '')) filled.push({ number: index + 1, cells });
  });
  if (filled.length > MAX_ROWS) {
    throw new Unusable(
      `the table has ${filled.length} rows; at most ${MAX_ROWS} can be imported at a time: split the file`,
      `tabellen har ${filled.length} rækker; højst ${MAX_ROWS} kan importeres ad gangen: del filen op`,
    );
  }
  if (!filled.length) {
    throw new Unusable('there are no rows below the column names', 'der er ingen rækker under kolonnenavnene');
  }

  const rows: { number: number; row: ImportRow }[] = [];
  const problems: RowProblem[] = [];
  const firstWith = new Map<string, number>();
  const references = uniqueReferences(filled, header);
  let identical = 0;
  for (const { number, cells } of filled) {
    const warn = (en: string, da: string) => problems.push({ row: number, severity: 'warning', en, da });
    if (cells.filter((cell) => textOf(cell) !== '').length === 1) {
      warn(
        'only one cell is filled: taken for a note or a sum line, not imported',
        'kun én celle er udfyldt: læst som note eller sumlinje, ikke importeret',
      );
      continue;
    }
    const read = readRow(number, cells, header, today);
    problems.push(...read.problems);
    if (read.problems.some((problem) => problem.severity === 'error')) continue;

    const content = JSON.stringify(read.row);
    const earlier = firstWith.get(content);
    if (earlier !== undefined) {
      identical += 1;
      warn(`the same as row ${earlier}: not imported again`, `det samme som række ${earlier}: ikke importeret igen`);
      continue;
    }
    firstWith.set(content, number);
    const reference = references.get(number);
    rows.push({ number, row: reference === undefined ? read.row : { reference, ...read.row } });
  }
  return { rows, problems, identical };
};

/** Counts every row with a number, also those with errors, so that correcting one row does not rename the others. */
const uniqueReferences = (filled: readonly { number: number; cells: readonly Cell[] }[], header: Header): Map<number, string> => {
  const references = new Map<number, string>();
  const column = header.columns.get('reference');
  if (!column) return references;
  const written = filled.map(({ number, cells }) => ({ number, reference: referenceOf(cells[column.index] ?? null) }));
  const taken = new Set(written.map(({ reference }) => reference));
  const seen = new Set<string>();
  for (const { number, reference } of written) {
    if (!reference) continue;
    let unique = reference;
    for (let nth = 2; seen.has(unique) || (unique !== reference && taken.has(unique)); nth++) unique = `${reference}/${nth}`;
    seen.add(unique);
    references.set(number, unique);
  }
  return references;
};

const readRow = (
  number: number,
  cells: readonly Cell[],
  header: Header,
  today: string,
): { row: ImportRow; problems: RowProblem[] } => {
  const row: ImportRow = {};
  const problems: RowProblem[] = [];
  const cell = (field: Field): Cell => {
    const column = header.columns.get(field);
    return (column && cells[column.index]) ?? null;
  };
  const text = (field: Field): string => textOf(cell(field));
  const problem = (severity: RowProblem['severity'], field: Field, en: string, da: string) =>
    problems.push({ row: number, field, severity, en, da });
  const keep = <F extends keyof ImportRow>(field: F, value: ImportRow[F] | '') => {
    if (value) row[field] = value;
  };

  keep('name', displayName(text('name')) || [text('firstName'), text('lastName')].filter(Boolean).join(' '));
  for (const field of ['alias', 'address', 'phone', 'area', 'responsible', 'reason', 'action', 'actionOwner'] as const) {
    keep(field, text(field));
  }

  let bornByCpr: string | undefined;
  if (text('cpr')) {
    const parsed = parseCpr(cell('cpr'), today);
    if (parsed) {
      row.cpr = parsed.cpr;
      bornByCpr = parsed.birthDate;
    } else {
      problem(
        'error',
        'cpr',
        'this is not a CPR number (ten digits that begin with a birth date)',
        'dette er ikke et CPR-nummer (ti cifre, der begynder med en fødselsdato)',
      );
    }
  }
  if (!row.name && !text('cpr')) {
    const field = header.columns.has('name') || header.columns.has('lastName') ? 'name' : 'cpr';
    problem('error', field, 'a row needs a name or a CPR number', 'en række skal have navn eller CPR-nummer');
  }

  for (const field of ['birthDate', 'deadline', 'followUpOn'] as const) {
    if (!text(field)) continue;
    const date = parseDate(cell(field), field === 'birthDate' ? 'birth' : 'plan', today);
    if (date) row[field] = date;
    else {
      // A young person's birth date is not repeated, not even a wrong one; nor is anything that is no date at all.
      const echo = field !== 'birthDate' && looksLikeDate(text(field)) ? printable(text(field), 40) : undefined;
      problem(
        'error',
        field,
        echo ? `${echo} is not a date` : 'this is not a date',
        echo ? 'er ikke en dato' : 'dette er ikke en dato',
      );
    }
  }
  if (bornByCpr && row.birthDate && row.birthDate !== bornByCpr) {
    problem(
      'error',
      'birthDate',
      'the birth date and the CPR number do not agree',
      'fødselsdatoen og CPR-nummeret passer ikke sammen',
    );
  }
  if (bornByCpr && !text('birthDate')) row.birthDate = bornByCpr;
  if (row.name && !text('cpr') && !text('birthDate')) {
    problem(
      'warning',
      'name',
      'neither CPR number nor birth date: the person cannot be recognised in other rows',
      'hverken CPR-nummer eller fødselsdato: personen kan ikke genkendes i andre rækker',
    );
  }

  if (!row.area) problem('error', 'area', 'the area is missing', 'området mangler');
  if (!row.responsible) problem('error', 'responsible', 'the responsible authority is missing', 'ansvarlig forvaltning mangler');

  if (row.action && !text('deadline')) {
    problem('error', 'deadline', 'an agreed action needs a deadline', 'en aftale skal have en frist');
  }
  if (!row.action && (text('deadline') || row.actionOwner)) {
    problem(
      'warning',
      'action',
      'there is a deadline or an owner but no agreed action: both are left out',
      'der er en frist eller en udfører, men ingen aftale: de tages ikke med',
    );
    delete row.deadline;
    delete row.actionOwner;
  }

  if (text('status')) {
    const status = parseStatus(text('status'));
    if (status) row.status = status;
    else problem('error', 'status', 'the status must be open, paused or closed', 'status skal være åben, på pause eller lukket');
  }
  return { row, problems };
};
