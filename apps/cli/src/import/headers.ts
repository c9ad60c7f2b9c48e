// Finds the row of column names in a sheet and what each column means, in Danish and English.
import { both, printable, Unusable } from '../unusable.js';
import { textOf, type Cell } from './values.js';

/** Per field: what it is called in messages, and the column names that mean it (lower case; spaces, punctuation and parentheses do not count). */
export const FIELDS = {
  reference: {
    en: 'number',
    da: 'nummer',
    headers:
      'nr|nummer|no|number|id|løbenr|løbenummer|lb nr|sagsnr|sagsnummer|sag nr|sagsid|journalnr|journalnummer|række|rækkenr|reference|ref|case no|case number',
  },
  name: {
    en: 'name',
    da: 'navn',
    headers: 'navn|fulde navn|navn på den unge|den unge|ung|borger|borgers navn|name|full name|young person',
  },
  firstName: { en: 'first name', da: 'fornavn', headers: 'fornavn|fornavne|first name|given name' },
  lastName: { en: 'last name', da: 'efternavn', headers: 'efternavn|last name|surname|family name' },
  alias: { en: 'alias', da: 'kaldenavn', headers: 'alias|kaldenavn|kaldes|øgenavn|nickname' },
  cpr: {
    en: 'CPR number',
    da: 'CPR-nummer',
    headers: 'cpr|cpr nr|cpr nummer|personnummer|personnr|cpr no|cpr number|civil registration number',
  },
  birthDate: {
    en: 'birth date',
    da: 'fødselsdato',
    headers: 'fødselsdato|født|fødselsdag|fødsdato|fdato|birth date|date of birth|born|dob',
  },
  address: { en: 'address', da: 'adresse', headers: 'adresse|bopæl|bopælsadresse|address' },
  phone: {
    en: 'telephone',
    da: 'telefon',
    headers: 'telefon|telefonnr|telefonnummer|tlf|tlf nr|mobil|mobilnr|mobilnummer|phone|telephone|mobile',
  },
  area: { en: 'area', da: 'område', headers: 'område|boligområde|bydel|kvarter|hotspot|area|neighbourhood' },
  responsible: {
    en: 'responsible authority',
    da: 'ansvarlig forvaltning',
    headers:
      'ansvarlig|ansvarlig forvaltning|forvaltning|ansvarlig myndighed|myndighed|ansvarlig afdeling|ansvarlig enhed|responsible|responsible authority|responsible department|department|authority',
  },
  reason: {
    en: 'reason for referral',
    da: 'henvisningsgrund',
    headers:
      'henvisningsgrund|henvisningsårsag|årsag til henvisning|årsag|grund|begrundelse|bekymring|bemærkning|bemærkninger|reason|reason for referral|concern|remarks|notes',
  },
  action: {
    en: 'agreed action',
    da: 'aftale',
    headers: 'aftale|aftalt|aftalt handling|handling|handlinger|indsats|opgave|næste skridt|action|agreed action|next step|task',
  },
  actionOwner: {
    en: 'action owner',
    da: 'udføres af',
    headers:
      'udføres af|udfører|ansvarlig for handling|ansvarlig for handlingen|ansvarlig for aftale|ansvarlig for aftalen|ansvarlig for indsats|hvem|hvem gør|action owner|owner|done by|responsible for action',
  },
  deadline: { en: 'deadline', da: 'frist', headers: 'frist|deadline|senest|tidsfrist|fristdato|due|due date' },
  followUpOn: {
    en: 'follow-up date',
    da: 'opfølgning',
    headers: 'opfølgning|opfølgningsdato|følges op|opfølges|næste opfølgning|dato for opfølgning|follow up|follow up date',
  },
  status: { en: 'status', da: 'status', headers: 'status|sagsstatus|tilstand|case status|state' },
} as const;
export type Field = keyof typeof FIELDS;

const fieldByHeader = new Map<string, Field>(
  (Object.keys(FIELDS) as Field[]).flatMap((field) =>
    FIELDS[field].headers.split('|').map((name) => [name.replaceAll(' ', ''), field] as const),
  ),
);

/** Where a value stands in the sheet, as a person sees it: `column F "Frist"`. */
export interface Column {
  readonly index: number;
  readonly letter: string;
  readonly header: string;
}
export interface Header {
  /** Index of the row of column names; the table starts below it. */
  readonly rowIndex: number;
  readonly columns: ReadonlyMap<Field, Column>;
  /** Columns that are not read: unknown, or a second one for the same field. */
  readonly ignored: readonly Column[];
}

/** 0 is A, 25 is Z, 26 is AA. */
export const columnLetter = (index: number): string =>
  index < 26 ? String.fromCharCode(65 + index) : columnLetter(Math.floor(index / 26) - 1) + columnLetter(index % 26);

const fieldOf = (cell: Cell): Field | undefined =>
  fieldByHeader.get(
    textOf(cell)
      .toLowerCase()
      .replace(/\([^)]*\)/g, '')
      .replace(/[^\p{L}\p{N}]+/gu, ''),
  );

const SEARCHED_ROWS = 50;
const fieldsIn = (row: readonly Cell[]): number => new Set(row.map(fieldOf).filter((field) => field !== undefined)).size;

/** How many different fields the best row of column names has: tells the right delimiter of a CSV file from the wrong ones. */
export const headerScore = (rows: readonly (readonly Cell[])[]): number =>
  Math.max(0, ...rows.slice(0, SEARCHED_ROWS).map(fieldsIn));

/**
 * The row of column names, which title lines may precede.
 * @throws Unusable when there is none, or when a needed column is missing: name or CPR, area, responsible authority.
 */
export const findHeader = (rows: readonly (readonly Cell[])[]): Header => {
  const score = headerScore(rows);
  if (score < 2) {
    throw new Unusable(
      `no row of column names found in the first ${SEARCHED_ROWS} rows; expected names such as Navn, CPR, Område, Ansvarlig, Aftale, Frist`,
      `ingen række med kolonnenavne fundet i de første ${SEARCHED_ROWS} rækker; ventede navne som Navn, CPR, Område, Ansvarlig, Aftale, Frist`,
    );
  }
  const rowIndex = rows.findIndex((row) => fieldsIn(row) === score);
  const columns = new Map<Field, Column>();
  const ignored: Column[] = [];
  rows[rowIndex]!.forEach((cell, index) => {
    const column = { index, letter: columnLetter(index), header: printable(textOf(cell), 40) };
    const field = fieldOf(cell);
    if (field !== undefined && !columns.has(field)) columns.set(field, column);
    else if (column.header) ignored.push(column);
  });

  const missing: string[] = [];
  if (!(['name', 'lastName', 'cpr'] as const).some((field) => columns.has(field)))
    missing.push(both('name or CPR', 'navn eller CPR'));
  for (const field of ['area', 'responsible'] as const) {
    if (!columns.has(field)) missing.push(both(FIELDS[field].en, FIELDS[field].da));
  }
  if (missing.length) {
    throw new Unusable(
      `row ${rowIndex + 1} holds the column names, but a needed column is missing: ${missing.join('; ')}`,
      `række ${rowIndex + 1} har kolonnenavnene, men en nødvendig kolonne mangler`,
    );
  }
  return { rowIndex, columns, ignored };
};
