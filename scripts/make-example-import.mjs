// `node scripts/make-example-import.mjs`: writes examples/import/, the same bytes every time. Everybody in it is invented.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { format, resolveConfig } from 'prettier';
import writeXlsx from 'write-excel-file/node';

const ROWS = 200;
const TODAY = '2026-11-24';
const HEADER = [
  'Nr.',
  'Navn',
  'CPR-nr.',
  'Fødselsdato',
  'Adresse',
  'Telefon',
  'Område',
  'Ansvarlig forvaltning',
  'Henvisningsgrund',
  'Aftale',
  'Udføres af',
  'Frist',
  'Opfølgning',
  'Status',
  'Sidst drøftet',
];
const DEPARTMENTS = [
  ['SOF', 'Socialforvaltningen', ' SOF ', 'socialforvaltningen'],
  ['BUF', 'Børne- og Ungdomsforvaltningen'],
  ['BIF', 'Beskæftigelses- og Integrationsforvaltningen'],
  ['Gadeteam'],
  ['Jobcenter'],
  ['Politiet'],
];
const AREAS = [
  ['Akacieparken', 'akacieparken ', 'Akacieparken'],
  ['Sjælør Boulevard', 'Sjælør  Boulevard', 'Sjælør Boulevard'],
];
const REASONS = [
  'Ses ofte i området sent om aftenen',
  'Fravær fra skole siden sommerferien',
  'Uro ved boldbanen – sammen med ældre unge',
  'Uden uddannelse og job',
  'Søskende har været omtalt i gruppen',
  'Bekymring fra klubben',
  'Hærværk i kælderen; anmeldt',
];
const ACTIONS = [
  'Kontakt til skolen',
  'Hjemmebesøg',
  'Samtale om fritidsjob',
  'Fritidspas',
  'Møde med forældre',
  'Mentorforløb',
  'Bekymringssamtale',
  'Plan for uddannelse',
  'Samtale i klubben',
  'Netværksmøde',
  'Opfølgning på praktik',
];
/** No person with a special row comes again in a later row. */
const NAME_ONLY = [45, 145];
const CLOSED = [27, 87];
const PAUSED = [34, 74, 114];
const IDENTICAL = { row: 180, to: 179 };

/** Nr → what is wrong, in which column, and who finds it. */
const PROBLEMS = new Map([
  [17, { column: 'Frist', value: '31-02-2026', by: 'command line', what: 'a date that does not exist' }],
  [22, { column: 'Område', value: 'Sjælør Blvd.', by: 'server', what: 'unknown area' }],
  [29, { column: 'Frist', value: '', by: 'command line', what: 'an agreed action without deadline' }],
  [41, { column: 'Ansvarlig forvaltning', value: 'Kultur og Fritid', by: 'server', what: 'unknown department' }],
  [58, { column: 'Frist', value: 'snarest', by: 'command line', what: 'text for a date' }],
  [66, { column: 'Frist', value: '', by: 'command line', what: 'an agreed action without deadline' }],
  [77, { column: 'CPR-nr.', value: '320210-9912', by: 'command line', what: 'a CPR number that cannot be' }],
  [84, { column: 'Ansvarlig forvaltning', value: 'Socialforvaltnigen', by: 'server', what: 'misspelled department' }],
  [92, { column: 'Område', value: '?', by: 'command line', what: 'no area' }],
  [103, { column: 'Opfølgning', value: 'uge 50', by: 'command line', what: 'text for a date' }],
  [118, { column: 'Udføres af', value: 'Kultur og Fritid', by: 'server', what: 'unknown department' }],
  [124, { column: 'Frist', value: '-', by: 'command line', what: 'an agreed action without deadline' }],
  [133, { column: 'Ansvarlig forvaltning', value: '', by: 'command line', what: 'nobody responsible' }],
  [139, { column: 'Fødselsdato', value: '30-02-2009', by: 'command line', what: 'a date that does not exist' }],
  [149, { column: 'Område', value: 'Sjælør Blvd.', by: 'server', what: 'unknown area' }],
  [155, { column: 'Navn', value: '', by: 'command line', what: 'neither name nor CPR number' }],
  [171, { column: 'Frist', value: 'n/a', by: 'command line', what: 'an agreed action without deadline' }],
]);

/** mulberry32: small, seeded, the same everywhere. */
const generator = (seed) => () => {
  seed = (seed + 0x6d2b79f5) | 0;
  let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
};
const pad = (number, length = 2) => String(number).padStart(length, '0');
const day = (year, month, date) => new Date(Date.UTC(year, month - 1, date));
const addDays = (date, days) => new Date(date.getTime() + days * 86_400_000);
const danish = (date) => `${pad(date.getUTCDate())}-${pad(date.getUTCMonth() + 1)}-${date.getUTCFullYear()}`;
const MONTHS = 'januar februar marts april maj juni juli august september oktober november december'.split(' ');
const asText = [
  (date) => `${date.getUTCDate()}/${date.getUTCMonth() + 1} ${date.getUTCFullYear()}`,
  (date) => `${pad(date.getUTCDate())}.${pad(date.getUTCMonth() + 1)}.${pad(date.getUTCFullYear() % 100)}`,
  (date) => `${date.getUTCDate()}. ${MONTHS[date.getUTCMonth()]} ${date.getUTCFullYear()}`,
];
/** The same day, or the next that is neither in a weekend nor a holiday. */
const workday = (date) =>
  [0, 6].includes(date.getUTCDay()) || /^(24|25|26|31)-12|^01-01/.test(danish(date)) ? workday(addDays(date, 1)) : date;

const passesModulus11 = (cpr) =>
  [...cpr].reduce((sum, digit, i) => sum + Number(digit) * [4, 3, 2, 7, 6, 5, 4, 3, 2, 1][i], 0) % 11 === 0;
/** Serial numbers from the top of the range that fail modulus 11, so that they are hardly anybody's. */
const cprOf = (birthDate, personNo) => {
  const six = `${pad(birthDate.getUTCDate())}${pad(birthDate.getUTCMonth() + 1)}${pad(birthDate.getUTCFullYear() % 100)}`;
  const cpr = `${six}${9999 - personNo}`;
  return passesModulus11(cpr) ? `${six}${9799 - personNo}` : cpr;
};

const makePerson = (no, random) => {
  const birthDate = day(2004 + Math.floor(random() * 10), 1 + Math.floor(random() * 12), 1 + Math.floor(random() * 28));
  return {
    no,
    rows: 0,
    birthDate,
    cpr: no % 7 === 3 ? undefined : cprOf(birthDate, no),
    address: no % 11 === 5 ? ['-', 'ukendt'][no % 2] : `Demovej ${no}, ${1 + (no % 4)}. tv`,
    phone: no % 3 === 0 ? '' : `00 00 ${pad(Math.floor(no / 100))} ${pad(no % 100)}`,
    area: AREAS[no % 2],
    department: DEPARTMENTS[no % DEPARTMENTS.length],
    reason: REASONS[no % REASONS.length],
  };
};

/** The rows as a person typed them: per column text, a number or a date; plus whose row it is. */
const makeRows = () => {
  const random = generator(2026);
  const persons = [];
  const special = new Set([...NAME_ONLY, ...CLOSED, ...PAUSED, ...PROBLEMS.keys(), IDENTICAL.to]);
  const mayComeAgain = [];
  const rows = [];
  for (let nr = 1; nr <= ROWS; nr++) {
    const again = nr % 4 === 0 && nr !== IDENTICAL.row && mayComeAgain.length > 0;
    let person;
    if (again) person = mayComeAgain[mayComeAgain.length - 1 - Math.floor(random() * Math.min(mayComeAgain.length, 25))];
    else if (nr === IDENTICAL.row) person = rows.at(-1).person;
    else {
      person = makePerson(persons.length + 1, random);
      persons.push(person);
      if (!special.has(nr)) mayComeAgain.push(person);
    }
    person.rows += 1;
    rows.push({
      nr,
      person,
      cells: nr === IDENTICAL.row ? { ...rows.at(-1).cells, 'Nr.': nr } : makeCells(nr, person, again, random),
    });
  }
  return rows;
};

const makeCells = (nr, person, again, random) => {
  const hasAction = nr % 10 !== 7 || PROBLEMS.has(nr);
  const deadline = workday(addDays(day(2026, 11, 10), Math.floor(random() * 78)));
  const reversed = again ? nr % 8 === 0 : nr % 5 === 0;
  const name = reversed ? `Testperson ${pad(person.no, 3)}, Demo` : `Demo Testperson ${pad(person.no, 3)}`;
  const birth = nr % 9 === 2 ? asText[nr % 3](person.birthDate) : person.birthDate;
  const withoutCpr = !person.cpr || NAME_ONLY.includes(nr) || (again && nr % 12 === 0);
  const cpr = withoutCpr ? '' : [`${person.cpr.slice(0, 6)}-${person.cpr.slice(6)}`, person.cpr, Number(person.cpr)][nr % 3];
  const owner = DEPARTMENTS[Math.floor(random() * DEPARTMENTS.length)];
  const followUp = addDays(deadline, 7);
  const cells = {
    'Nr.': nr,
    Navn: nr % 30 === 1 ? `\u00a0${name} ` : name,
    'CPR-nr.': cpr,
    Fødselsdato: NAME_ONLY.includes(nr) ? '' : withoutCpr || nr % 5 < 3 ? birth : '',
    Adresse: person.address,
    Telefon: person.phone,
    Område: person.area[nr % 3],
    'Ansvarlig forvaltning': person.department[nr % person.department.length],
    Henvisningsgrund: again && nr % 8 === 4 ? '' : nr === 13 ? 'Uro ved boldbanen\nog i kælderen' : person.reason,
    Aftale: hasAction ? ACTIONS[(person.no * 3 + person.rows) % ACTIONS.length] : '',
    'Udføres af': hasAction ? (nr % 14 === 5 ? '?' : owner[nr % owner.length]) : '',
    Frist: hasAction ? (nr % 6 === 1 ? asText[nr % 3](deadline) : deadline) : '',
    Opfølgning: PAUSED.includes(nr) || (nr % 3 === 0 && !CLOSED.includes(nr)) ? followUp : nr % 20 === 1 ? 'n/a' : '',
    Status: CLOSED.includes(nr) ? 'Lukket' : PAUSED.includes(nr) ? 'På pause' : ['Åben', 'Åben', 'aktiv', ''][person.no % 4],
    'Sidst drøftet': nr % 2 ? day(2026, 11, 17) : '',
  };
  const problem = PROBLEMS.get(nr);
  if (problem) cells[problem.column] = problem.value;
  if (nr === 155) cells['CPR-nr.'] = '';
  return cells;
};

/** The sheet: a title, an empty line, the column names, the rows with empty lines between, and a note. */
const makeSheet = (rows) => {
  const lines = [['Fremdriftsgruppen: sager og aftaler (syntetiske eksempeldata)'], [], HEADER];
  const sheetRow = new Map();
  for (const { nr, cells } of rows) {
    lines.push(HEADER.map((column) => cells[column]));
    sheetRow.set(nr, lines.length);
    if ([40, 90, 160].includes(nr)) lines.push([]);
    if (nr === 90) lines.push([]);
  }
  lines.push([], [`I alt ${ROWS} rækker`]);
  sheetRow.set('note', lines.length);
  return { lines, sheetRow };
};

const csvCell = (value, column) => {
  const text = value instanceof Date ? danish(value) : column === 0 && value % 25 === 0 ? `${value},0` : String(value ?? '');
  return /[;"\n]/.test(text) ? `"${text.replaceAll('"', '""').replaceAll('\n', '\r\n')}"` : text;
};
/** Windows-1252 as a Danish Excel saves it. */
const makeCsv = (lines) => {
  const text = lines.map((line) => HEADER.map((_, i) => csvCell(line[i], i)).join(';') + '\r\n').join('');
  return Buffer.from(text.replaceAll('–', '\x96'), 'latin1');
};

const makeXlsx = async (lines) => {
  const cell = (value) => {
    if (value === undefined || value === '') return null;
    return value instanceof Date ? { value, type: Date, format: 'dd-mm-yyyy' } : { value, type: value.constructor };
  };
  const columns = [6, 24, 13, 13, 20, 13, 18, 34, 36, 24, 34, 16, 13, 10, 13].map((width) => ({ width }));
  const bytes = await writeXlsx(
    lines.map((line) => line.map(cell)),
    { sheet: 'Sager', columns },
  ).toBuffer();
  return withoutClock(bytes);
};
/** A zip file carries the time it was made: put the earliest one there is (1980-01-01) in every entry. */
const withoutClock = (zip) => {
  const end = zip.lastIndexOf(Buffer.from('504b0506', 'hex'));
  let at = zip.readUInt32LE(end + 16);
  for (let entry = zip.readUInt16LE(end + 10); entry > 0; entry--) {
    zip.writeUInt32LE(0x00210000, at + 12);
    zip.writeUInt32LE(0x00210000, zip.readUInt32LE(at + 42) + 10);
    at += 46 + zip.readUInt16LE(at + 28) + zip.readUInt16LE(at + 30) + zip.readUInt16LE(at + 32);
  }
  return zip;
};

const makeReadme = async (rows, sheetRow, expected) => {
  const letter = (column) => String.fromCharCode(65 + HEADER.indexOf(column));
  const table = [...PROBLEMS].map(
    ([nr, { column, value, by, what }]) =>
      `| ${nr} | ${sheetRow.get(nr)} | ${letter(column)} ${column} | ${value ? `\`${value}\`` : 'empty'} | ${what} | ${by} |`,
  );
  const nrs = (list) => list.join(', ');
  const where = (test) => nrs(rows.filter(test).map(({ nr }) => nr));
  const text = `# An example list of cases

\`cases.xlsx\` and \`cases.csv\` (Windows-1252, \`;\`, CRLF) hold the same ${ROWS} rows, as a group might keep them, with the usual dirt.
Everybody is invented: the names are "Demo Testperson" with a number, telephone numbers begin with 00, and the CPR numbers are
made of an invented birth date and a serial number between 9600 and 9999 that fails modulus 11. (The usual test numbers, with 60 added to the
day, are not accepted as CPR numbers.)

Made by \`node scripts/make-example-import.mjs\`, which writes the same bytes every time. Do not edit by hand.

## What an import into an empty group gives

| | rows |
| --- | --- |
| data rows | ${ROWS} |
| rows that are imported | ${expected.imported} |
| — the first row of a person | ${expected.persons} |
| — a further row of a person already there, with another action | ${expected.furtherRows} |
| identical to another row, not sent | ${expected.identical} |
| rows with problems | ${expected.problems} |
| — found by the command line, not sent | ${expected.localProblems} |
| — found by the server | ${expected.serverProblems} |

So ${expected.sent} rows are sent. The imported rows carry ${expected.actions} actions, ${expected.overdue} of them overdue on ${TODAY}. A second run changes nothing. Exit code 1, because of the rows with problems.

## Rows with problems

| Nr. | sheet row | column | value | what is wrong | found by |
| --- | --- | --- | --- | --- | --- |
${table.join('\n')}

## Dirt that is no problem

- A title line and an empty line above the column names (row 3); empty lines after Nr. 40, 90 and 160; a note in the last row (a warning).
- A column that is not read: O "Sidst drøftet".
- Nr. ${IDENTICAL.row} is word for word Nr. ${IDENTICAL.to} (a warning; not sent).
- Names in two orders ("Testperson 017, Demo"): Nr. ${where(({ cells }) => cells.Navn.includes(','))}.
- CPR numbers with and without hyphen, as numbers that lost their leading zero (Nr. ${where(
    ({ cells }) => typeof cells['CPR-nr.'] === 'number' && cells['CPR-nr.'] < 1e9,
  )}), or missing (recognised by name and birth date).
- Neither CPR number nor birth date (a warning; age unknown): Nr. ${nrs(NAME_ONLY)}.
- Dates as real dates and as text ("24/11 2026", "24.11.26", "24. november 2026"); birth dates missing where there is a CPR number; no follow-up date in most rows.
- Areas and departments in other cases and with extra spaces; departments by code or by name; \`-\`, \`?\`, \`ukendt\` and \`n/a\` for nothing. Without "Udføres af" the responsible department is meant.
- No agreed action: Nr. ${where(({ cells }) => !cells.Aftale)}. Closed: Nr. ${nrs(CLOSED)}. Paused until the follow-up date: Nr. ${nrs(PAUSED)}.
- Running numbers such as \`25,0\` in the CSV file; a cell of two lines (Nr. 13); a cell with the delimiter in it.
`;
  const config = await resolveConfig(join(import.meta.dirname, 'x.md'));
  return format(text, { ...config, parser: 'markdown' });
};

/** The files' contents, and what an import of them gives. */
export const makeExample = async () => {
  const rows = makeRows();
  const { lines, sheetRow } = makeSheet(rows);
  const imported = rows.filter(({ nr }) => !PROBLEMS.has(nr) && nr !== IDENTICAL.row);
  const agreed = imported.filter(({ cells }) => cells.Aftale).map(({ person, cells }) => `${person.no} ${cells.Aftale}`);
  if (new Set(agreed).size !== agreed.length) throw new Error('somebody has the same action twice');
  const persons = new Set(imported.map(({ person }) => person.no)).size;
  const deadline = ({ cells, nr }) => {
    const real = cells.Frist instanceof Date ? cells.Frist : undefined;
    if (real) return real.toISOString().slice(0, 10);
    const at = Array.from({ length: 90 }, (_, i) => addDays(day(2026, 11, 10), i)).find(
      (date) => asText[nr % 3](date) === cells.Frist,
    );
    return at?.toISOString().slice(0, 10);
  };
  const by = (who) => [...PROBLEMS].filter(([, problem]) => problem.by === who);
  const expected = {
    imported: imported.length,
    persons,
    furtherRows: imported.length - persons,
    identical: 1,
    problems: PROBLEMS.size,
    localProblems: by('command line').length,
    serverProblems: by('server').length,
    sent: imported.length + by('server').length,
    actions: imported.filter(({ cells }) => cells.Aftale).length,
    overdue: imported.filter((row) => row.cells.Aftale && deadline(row) < TODAY).length,
    localProblemRows: by('command line').map(([nr, { column }]) => ({ row: sheetRow.get(nr), column })),
    serverProblemRows: by('server').map(([nr, { column }]) => ({ row: sheetRow.get(nr), column })),
  };
  return {
    csv: makeCsv(lines),
    xlsx: await makeXlsx(lines),
    readme: await makeReadme(rows, sheetRow, expected),
    expected,
  };
};

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const folder = join(import.meta.dirname, '../examples/import');
  const { csv, xlsx, readme, expected } = await makeExample();
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'cases.csv'), csv);
  writeFileSync(join(folder, 'cases.xlsx'), xlsx);
  writeFileSync(join(folder, 'README.md'), readme);
  console.log(expected);
}
