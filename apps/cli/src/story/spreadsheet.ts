// Monday: the group's spreadsheet comes in, through the import that everybody uses.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runImport } from '../import/run.js';
import { processIo, type Io } from '../io.js';
import { check, checkHoldsNone, type Play } from './play.js';

/** Relative to the project's folder, where npm runs scripts. What they hold, and the counts: examples/import/README.md. */
const CSV = 'examples/import/cases.csv';
const XLSX = 'examples/import/cases.xlsx';
const IMPORTED = 182;
const IDENTICAL = 1;
const PROBLEMS = 17;

interface Counts {
  readonly created: number;
  readonly updated: number;
  readonly unchanged: number;
}

/** Runs the import and reads what it printed. @throws NotAsTold unless problems and repeats are those of the README */
const importing = async (play: Play, file: string, dryRun = false): Promise<Counts> => {
  const printed: string[] = [];
  const print = (line: string) => void printed.push(line);
  const io: Io = { out: print, err: print, env: {}, today: () => processIo.today() };
  const code = await runImport(file, { server: play.url, as: 'coordinator', dryRun }, io);
  const text = printed.join('\n');
  const count = (label: RegExp): number => {
    const line = printed.find((printedLine) => label.test(printedLine));
    return Number(/(\d+)$/.exec(line ?? '')?.[1] ?? Number.NaN);
  };
  const counts = {
    created: count(/^(would be )?created /),
    updated: count(/^(would be )?updated /),
    unchanged: count(/^unchanged /),
  };
  const identical = count(/^identical rows /);
  const problems = count(/^rows with problems /);
  check(
    counts.created + counts.updated + counts.unchanged === IMPORTED && identical === IDENTICAL && problems === PROBLEMS,
    `expected ${IMPORTED} rows to be imported, ${IDENTICAL} identical, ${PROBLEMS} with problems, got ${JSON.stringify({ ...counts, identical, problems })}`,
  );
  check(code === 1, `expected exit code 1 because of the rows with problems, got ${code}`);
  checkHoldsNone('what the import printed', text, ['Testperson', '2309069797', '230906-9797']);
  return counts;
};
const checkCounts = (are: Counts, should: Counts): void =>
  check(JSON.stringify(are) === JSON.stringify(should), `expected ${JSON.stringify(should)}, got ${JSON.stringify(are)}`);

/** Row Nr. 2 of the sheet with another address: a person with one row, and nothing the calendar could refuse. */
const edited = (sheet: string): { sheet: string; cpr: string; was: string; is: string } => {
  const row = /^2;.*$/m.exec(sheet)![0];
  const cells = row.split(';');
  const [cpr, was] = [cells[2]!, cells[4]!];
  const is = `${was} (ny)`;
  return { sheet: sheet.replace(row, row.replace(was, is)), cpr, was, is };
};

export const spreadsheet = async (play: Play): Promise<void> => {
  const { coordinator } = play.cast;
  play.chapter('Mandag: regnearket', 'Monday: the spreadsheet');

  const foreseen = await play.step(
    'Prøvekørsel af 200 rækker: 182 kan læses ind, 17 har fejl, der nævnes med række og kolonne',
    'Dry run of 200 rows: 182 can be imported, 17 have problems, named by row and column',
    () => importing(play, CSV, true),
  );
  await play.step('Indlæsningen gør det, prøvekørslen lovede', 'The import does what the dry run promised', async () => {
    checkCounts(await importing(play, CSV), foreseen);
  });
  await play.step(
    'Samme liste igen, nu som .xlsx: intet ændres',
    'The same list again, now as .xlsx: nothing changes',
    async () => checkCounts(await importing(play, XLSX), { created: 0, updated: 0, unchanged: IMPORTED }),
  );

  const { sheet, cpr, was, is } = edited(readFileSync(CSV, 'latin1'));
  const address = async () => {
    const found = await coordinator.post<{ person?: { address?: string } }>('/api/persons/look-up', { cpr });
    return found.person?.address;
  };
  await play.step(
    'En række rettes i en kopi: præcis én sag opdateres, og den nye adresse kan slås op',
    'One row is edited in a copy: exactly one is updated, and the new address can be looked up',
    async () => {
      const folder = mkdtempSync(join(tmpdir(), 'fremdrift-story-'));
      try {
        writeFileSync(join(folder, 'cases.csv'), sheet, 'latin1');
        checkCounts(await importing(play, join(folder, 'cases.csv')), { created: 0, updated: 1, unchanged: IMPORTED - 1 });
      } finally {
        rmSync(folder, { recursive: true });
      }
      check((await address()) === is, 'the look-up does not give the new address');
    },
  );
  await play.step('Rettelsen tages tilbage: igen præcis én', 'The edit is taken back: again exactly one', async () => {
    checkCounts(await importing(play, CSV), { created: 0, updated: 1, unchanged: IMPORTED - 1 });
    check((await address()) === was, 'the look-up does not give the old address');
  });
};
