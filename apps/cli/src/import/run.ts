// The import: reads the sheet, sends its good rows one at a time in sheet order, and tells what became of every row.
import type { Io } from '../io.js';
import { startProgress } from '../progress.js';
import { chooseGroup, connect, faultText, type Answer, type Server } from '../server.js';
import { both, printable, Unusable } from '../unusable.js';
import { FIELDS, findHeader, type Field } from './headers.js';
import { readTable } from './read-file.js';
import { problemLines, readRows, type ImportRow, type RowProblem } from './rows.js';

export interface ImportOptions {
  readonly group?: string;
  readonly dryRun?: boolean;
  readonly server: string;
  readonly as: string;
  readonly sheet?: string;
}

const OUTCOMES = ['created', 'updated', 'unchanged', 'problem'] as const;
type Outcome = (typeof OUTCOMES)[number];
const PLAIN_PROGRESS_EVERY = 50;

/**
 * Imports a file, or with `dryRun` only tells what would happen. Running it again is safe: the server knows the rows it has.
 * @returns exit code: 0 all rows fine, 1 some rows had errors and the others were imported
 * @throws Unusable for the file, the arguments or the server (exit code 2)
 */
export const runImport = async (file: string, options: ImportOptions, io: Io): Promise<number> => {
  const { rows: table, otherSheets } = await readTable(file, options.sheet);
  const header = findHeader(table);
  const { rows, problems, identical } = readRows(table, header, io.today());
  for (const column of header.ignored) {
    io.out(`column ${column.letter} "${column.header}": ${both('not read', 'læses ikke')}`);
  }
  if (otherSheets && options.sheet === undefined) {
    io.out(
      both(`only the first sheet is read; choose another with --sheet`, 'kun det første ark læses; vælg et andet med --sheet'),
    );
  }

  const counts: Record<Outcome, number> = { created: 0, updated: 0, unchanged: 0, problem: 0 };
  const found = [...problems];
  const dryRun = options.dryRun ?? false;
  let done = 0;
  const tell = () => problemLines(found, header.columns).forEach((line) => io.out(line));
  const progress = startProgress(rows.length, io, { en: 'rows', da: 'rækker', every: PLAIN_PROGRESS_EVERY });
  try {
    const server = await connect(options.server, options.as, io.env.FREMDRIFT_TOKEN);
    const groupId = await chooseGroup(server, options.group);
    for (const { number, row } of rows) {
      const result = await sendRow(server, { groupId, dryRun, row }, number);
      counts[result.outcome] += 1;
      found.push(...result.problems);
      done += 1;
      progress.at(done);
    }
  } catch (error) {
    progress.stop();
    if (!(error instanceof Unusable) || done === 0) throw error;
    tell();
    const last = rows[done - 1]!.number;
    io.err(error.message);
    throw dryRun
      ? new Unusable(`stopped after row ${last} (${done} of ${rows.length} rows checked)`, `stoppet efter række ${last}`)
      : new Unusable(
          `stopped after row ${last} (${done} of ${rows.length} rows sent): run the same command again, it continues safely`,
          `stoppet efter række ${last}: kør samme kommando igen, den fortsætter uden at gentage noget`,
        );
  }
  progress.stop();
  tell();

  const rowsWithErrors = new Set(found.filter(({ severity }) => severity === 'error').map(({ row }) => row)).size;
  const summary: [string, string, number][] = [
    [dryRun ? 'would be created' : 'created', dryRun ? 'ville blive oprettet' : 'oprettet', counts.created],
    [dryRun ? 'would be updated' : 'updated', dryRun ? 'ville blive opdateret' : 'opdateret', counts.updated],
    ['unchanged', 'uændret', counts.unchanged],
    ['identical rows', 'ens rækker', identical],
    ['rows with problems', 'rækker med problemer', rowsWithErrors],
  ];
  if (dryRun) io.out(both('dry run, nothing is changed', 'prøvekørsel, intet er ændret'));
  for (const [en, da, count] of summary) io.out(`${`${both(en, da)}:`.padEnd(48)}${String(count).padStart(6)}`);
  return rowsWithErrors ? 1 : 0;
};

/** One row. What the server refuses about the row itself is the row's problem; anything else stops the import. */
const sendRow = async (
  server: Server,
  body: { groupId: string; dryRun: boolean; row: ImportRow },
  number: number,
): Promise<{ outcome: Outcome; problems: RowProblem[] }> => {
  const answer = await server.request('POST', '/api/imports/rows', body);
  if (answer.status === 400 || answer.status === 409 || answer.status === 422) {
    const refused = faultText(answer);
    return {
      outcome: 'problem',
      problems: [
        { row: number, severity: 'error', en: `the server refused the row (${refused})`, da: 'serveren afviste rækken' },
      ],
    };
  }
  if (answer.status !== 200) throw new Unusable(`the server refused: ${faultText(answer)}`, 'serveren afviste');
  return readAnswer(answer, number);
};

const readAnswer = ({ body }: Answer, row: number): { outcome: Outcome; problems: RowProblem[] } => {
  const { outcome, problems } = (body ?? {}) as { outcome?: unknown; problems?: unknown };
  const known = OUTCOMES.find((candidate) => candidate === outcome);
  if (!known || !Array.isArray(problems)) {
    throw new Unusable(
      'the server answered in a way this program does not know: is it the same version?',
      'serveren svarede på en måde, programmet ikke kender: er det samme version?',
    );
  }
  const read = (problems as Record<string, unknown>[]).map((problem): RowProblem => {
    const word = (key: string) => (typeof problem[key] === 'string' ? printable(problem[key]) : '');
    const field = (Object.keys(FIELDS) as Field[]).find((candidate) => candidate === problem.column);
    return {
      row,
      ...(field && { field }),
      severity: problem.severity === 'warning' ? 'warning' : 'error',
      en: word('en') || word('code'),
      da: word('da') || word('code'),
    };
  });
  if (known === 'problem' && !read.some(({ severity }) => severity === 'error')) {
    read.push({ row, severity: 'error', en: 'the server could not import the row', da: 'serveren kunne ikke importere rækken' });
  }
  return { outcome: known, problems: read };
};
