// `copy-log` on the command line.
import type { Command } from 'commander';
import type { Io } from '../io.js';
import { both } from '../unusable.js';
import { runCopyLog, type CopyLogOptions } from './run.js';

/** Adds `copy-log` to the program. `done` gets the exit code. */
export const addCopyLogCommand = (program: Command, io: Io, done: (exitCode: number) => void): void => {
  program
    .command('copy-log')
    .description(
      both(
        'Copy the whole log of events to another store and check that it is the same; see docs/event-stores.md',
        'Kopiér hele hændelsesloggen til et andet lager, og kontrollér, at den er ens; se docs/event-stores.md',
      ),
    )
    .requiredOption(
      '--from <store>',
      both('postgres://…, esdb://…, a variable with it, or embedded', 'eller en variabel med det'),
    )
    .requiredOption('--to <store>', both('an empty store, or its own unfinished copy', 'et tomt lager eller en ufærdig kopi'))
    .addHelpText(
      'after',
      '\nExit codes: 0 copied and the same, 1 stopped (run it again, it goes on), 2 refused: not a copy of this log, or no store.',
    )
    .action(async (options: CopyLogOptions) => done(await runCopyLog(options, io)));
};
