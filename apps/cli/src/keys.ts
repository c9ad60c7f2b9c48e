// The keys of a data folder: backup, restore, and the sheet of paper that brings the master key back. Needs no server.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Command } from 'commander';
import { backupKeys, exportMasterKey, importMasterKey, restoreKeys, type BackupSummary } from '@app/personal-data';
import { dataFolderOf } from '@app/platform';
import { masterKeyOf } from './data-folder.js';
import type { Io } from './io.js';
import { both, Unusable } from './unusable.js';

/** Errors whose message says what is wrong and holds neither a key nor anybody's data. */
const KNOWN = ['MasterKeyError', 'KeyStoreCorruptError', 'KeyStoreUnavailableError', 'KeyStoreLockedError'];
const FILE_PROBLEMS: Readonly<Record<string, readonly [en: string, da: string]>> = {
  ENOENT: ['there is no such file or folder', 'filen eller mappen findes ikke'],
  EEXIST: ['the file exists already; nothing was written', 'filen findes allerede; intet er skrevet'],
  EACCES: ['the file cannot be opened by this user', 'brugeren må ikke åbne filen'],
  EISDIR: ['that is a folder, not a file', 'det er en mappe og ikke en fil'],
};

/** Gives up in words where the reason is known. @throws Unusable */
export const orGiveUp = async <T>(work: Promise<T>): Promise<T> => {
  try {
    return await work;
  } catch (error) {
    const { code, name, message } = error as NodeJS.ErrnoException;
    const problem = FILE_PROBLEMS[code ?? ''];
    if (problem) throw new Unusable(...problem);
    if (KNOWN.includes(name)) throw new Unusable(message, 'nøglerne kan ikke bruges sådan');
    throw error;
  }
};

const told = ({ keys, destroyed }: BackupSummary): string =>
  both(`${keys} keys, ${destroyed} of them destroyed`, `${keys} nøgler, heraf ${destroyed} tilintetgjort`);

/** Adds `keys …` to the program. */
export const addKeysCommands = (program: Command, io: Io): void => {
  const folder = dataFolderOf(io.env, process.cwd());
  const keyFolder = join(folder, 'keys');
  const masterKeyFile = join(folder, 'master.key');

  const keys = program
    .command('keys')
    .description(both('The keys in FREMDRIFT_DATA (default: .data)', 'Nøglerne i FREMDRIFT_DATA (ellers: .data)'));
  keys
    .command('backup <file>')
    .description(
      both(
        'Back up the keys, also while the server runs; useless without the master key',
        'Sikkerhedskopiér nøglerne, også mens serveren kører; kan ikke bruges uden hovednøglen',
      ),
    )
    .action(async (file: string) => {
      io.out(told(await orGiveUp(backupKeys(keyFolder, file))));
    });
  keys
    .command('restore <file>')
    .description(
      both(
        'Put a backup into a data folder without keys; the server must not run',
        'Læg en sikkerhedskopi i en datamappe uden nøgler; serveren må ikke køre',
      ),
    )
    .action(async (file: string) => {
      const key = await orGiveUp(masterKeyOf(io));
      io.out(told(await orGiveUp(restoreKeys(file, keyFolder, { masterKey: key }))));
    });
  keys
    .command('sheet')
    .description(
      both('Print the recovery sheet of the master key, for a safe', 'Udskriv hovednøglens genskabelsesark til et pengeskab'),
    )
    .action(async () => {
      io.out(exportMasterKey(await orGiveUp(masterKeyOf(io))));
    });
  keys
    .command('master-from-sheet')
    .description(
      both(
        'Read a recovery sheet from standard input and write master.key, when there is none',
        'Læs et genskabelsesark fra standardinput, og skriv master.key, hvis den ikke findes',
      ),
    )
    .action(async () => {
      const sheet = (await io.stdin?.()) ?? '';
      const key = await orGiveUp((async () => importMasterKey(sheet))());
      await orGiveUp(writeFile(masterKeyFile, `${key.toString('base64')}\n`, { flag: 'wx', mode: 0o600 }));
      io.out(both(`written: ${masterKeyFile}`, 'skrevet'));
    });
};
