// The commands, their arguments and exit codes: 0 fine, 1 some rows had problems or a step did not hold, 2 unusable file, arguments or server.
import { Command, CommanderError, Option } from 'commander';
import { addAccessReportCommand } from './access-report.js';
import { addBreachReportCommand } from './breach-report.js';
import { addCopyLogCommand } from './copy-log/command.js';
import { runImport, type ImportOptions } from './import/run.js';
import { processIo, type Io } from './io.js';
import { addKeysCommands } from './keys.js';
import { addRebuildCommand } from './rebuild.js';
import { demoToken } from './server.js';
import { LANGUAGES, runStory, type StoryOptions } from './story/run.js';
import { both, Unusable } from './unusable.js';

const SERVER = 'http://localhost:3000';

/** Runs one command line (without `node` and the script's name) and gives the exit code. */
export const main = async (args: readonly string[], io: Io = processIo): Promise<number> => {
  let exitCode = 0;
  const program = new Command('npm run -s cli --')
    .description(both('Commands for a running Fremdrift server', 'Kommandoer til en kørende Fremdrift-server'))
    .exitOverride()
    .configureOutput({ writeOut: (text) => io.out(text.trimEnd()), writeErr: (text) => io.err(text.trimEnd()) });
  program
    .command('import <file>')
    .description(
      both(
        'Import a list of cases from .xlsx or .csv; running it again changes nothing twice',
        'Importér en sagsliste fra .xlsx eller .csv; en gentagelse ændrer intet to gange',
      ),
    )
    .option(
      '--group <id>',
      both('group that gets the cases (default: the only one)', 'gruppe, der får sagerne (ellers den eneste)'),
    )
    .option('--dry-run', both('check every row and change nothing', 'kontrollér alle rækker uden at ændre noget'))
    .option('--sheet <name>', both('sheet of the workbook (default: the first)', 'ark i projektmappen (ellers det første)'))
    .option(
      '--as <user>',
      both('demo user, when FREMDRIFT_TOKEN is not set', 'demobruger, når FREMDRIFT_TOKEN ikke er sat'),
      'coordinator',
    )
    .option('--server <url>', both('the running server', 'den kørende server'), SERVER)
    .addHelpText(
      'after',
      `
Columns / kolonner: Navn (or Fornavn, Efternavn), CPR, Fødselsdato, Adresse, Telefon, Område, Ansvarlig forvaltning,
  Henvisningsgrund, Aftale, Udføres af, Frist, Opfølgning, Status, Nr; English names work too.
  Needed / nødvendige: name or CPR, area, responsible authority.
Exit codes: 0 all rows fine, 1 some rows had problems (the good ones were imported), 2 nothing could be done.`,
    )
    .action(async (file: string, options: ImportOptions) => {
      exitCode = await runImport(file, options, io);
    });
  program
    .command('token <user>')
    .description(both('Print a token of a demo user, for use with curl', 'Udskriv en demobrugers token, fx til curl'))
    .option('--server <url>', both('the running server', 'den kørende server'), SERVER)
    .action(async (user: string, { server }: { server: string }) => {
      io.out(await demoToken(server, user));
    });
  program
    .command('story')
    .description(
      both(
        'Play a week of the programme against a running demo and check every step (moves its clock two weeks)',
        'Spil en uge af programmet på en kørende demo, og kontrollér hvert trin (stiller dens ur to uger frem)',
      ),
    )
    .option('--server <url>', both('the running server', 'den kørende server'), SERVER)
    .addOption(
      new Option('--lang <language>', both('language of the steps', 'trinenes sprog')).choices(LANGUAGES).default('both'),
    )
    .addHelpText('after', '\nExit codes: 0 every step holds, 1 a step does not hold, 2 no demo to play on.')
    .action(async (options: StoryOptions) => {
      exitCode = await runStory(options, io);
    });

  addAccessReportCommand(program, io, SERVER);
  addBreachReportCommand(program, io, SERVER);
  addKeysCommands(program, io);
  addCopyLogCommand(program, io, (code) => (exitCode = code));
  addRebuildCommand(program, io, (code) => (exitCode = code));

  try {
    await program.parseAsync(args, { from: 'user' });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    // A bug's message may hold what stood in a cell; its stack does not.
    const frames = error instanceof Error ? (error.stack ?? '').split('\n').filter((line) => /^ {4}at /.test(line)) : [];
    io.err(error instanceof Unusable ? error.message : [both('an unexpected error', 'en uventet fejl'), ...frames].join('\n'));
    return 2;
  }
};
