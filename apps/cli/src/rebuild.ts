// `rebuild`: the read models made anew from the log. Needed after a move to another event store, whose positions are others.
import type { Command } from 'commander';
import { ConnectionStringError, EVENT_STORE_MIGRATIONS, openEventStore, UnavailableError } from '@app/event-store';
import { BlindIndex, Vault } from '@app/personal-data';
import { ConfigurationError, openDatabase, readConfiguration } from '@app/platform';
import { READ_MODEL_MIGRATIONS, rebuildReadModels } from '@app/read-models';
import { openDataFolder } from './data-folder.js';
import type { Io } from './io.js';
import { orGiveUp } from './keys.js';
import { both, Unusable } from './unusable.js';

/** Events. How many there will be is not known before the end. */
const TELL_EVERY = 50_000;

/** Adds `rebuild` to the program. `done` gets the exit code. */
export const addRebuildCommand = (program: Command, io: Io, done: (exitCode: number) => void): void => {
  program
    .command('rebuild')
    .description(
      both(
        'Make the read models anew from the log, with the settings of the server, which must not run',
        'Dan læsemodellerne på ny ud fra loggen, med serverens indstillinger; serveren må ikke køre',
      ),
    )
    .addHelpText('after', '\nExit codes: 0 done, 1 done and some streams could not be read (parked), 2 nothing was changed.')
    .action(async () => {
      try {
        done(await orGiveUp(rebuild(io)));
      } catch (error) {
        if (error instanceof ConnectionStringError) throw new Unusable(`EVENTSTORE_URL ${error.message}`, 'adressen er forkert');
        if (!(error instanceof ConfigurationError || error instanceof UnavailableError)) throw error;
        throw new Unusable(error.message, 'sådan kan læsemodellerne ikke dannes');
      }
    });
};

const rebuild = async (io: Io): Promise<number> => {
  const { databaseUrl, migrationsDatabaseUrl, eventStoreUrl } = readConfiguration(io.env, process.cwd());
  const closers: (() => Promise<unknown>)[] = [];
  try {
    // The keys first, as the server does: their lock keeps a second one out of the folder.
    const folder = await openDataFolder(io);
    closers.push(() => folder.close());
    const { keys } = folder;
    const url = migrationsDatabaseUrl ?? databaseUrl ?? (await folder.postgres());
    const store = await openEventStore({ databaseUrl: url, eventStoreUrl });
    closers.push(() => store.close());
    const dataSource = await openDatabase(url, [...EVENT_STORE_MIGRATIONS, ...READ_MODEL_MIGRATIONS]);
    closers.push(() => dataSource.destroy());

    const vault = new Vault(keys);
    const blindIndex = await BlindIndex.open(keys);
    let told = 0;
    const { events, parked } = await rebuildReadModels({
      dataSource,
      store,
      vault,
      blindIndex,
      onProgress: (read) => {
        if (read - told < TELL_EVERY) return;
        told = read;
        io.err(both(`${read} events`, `${read} hændelser`));
      },
    });
    io.out(both(`read models made anew from ${events} events`, `læsemodellerne er dannet på ny af ${events} hændelser`));
    for (const { stream, type, reason } of parked)
      io.err(both(`stream ${stream} is parked (${type}): ${reason}`, 'strømmen kunne ikke læses'));
    return parked.length > 0 ? 1 : 0;
  } finally {
    for (const close of closers.reverse()) await close();
  }
};
