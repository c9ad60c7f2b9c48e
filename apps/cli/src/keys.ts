// The keys of a data folder or of KEYS_DATABASE_URL: backup, restore, a new master key, and the sheet of paper that brings the master
// key back. Needs no server.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Command } from 'commander';
import {
  backupKeys,
  backupPostgresKeys,
  exportMasterKey,
  importMasterKey,
  loadMasterKey,
  restoreKeys,
  restorePostgresKeys,
  rotateMasterKey,
  rotatePostgresMasterKey,
  type BackupSummary,
} from '@app/personal-data';
import { dataFolderOf, keysDatabaseOf } from '@app/platform';
import { masterKeyOf, previousMasterKeyOf } from './data-folder.js';
import type { Io } from './io.js';
import { both, Unusable } from './unusable.js';

/** Errors whose message says what is wrong and holds neither a key nor anybody's data. */
const KNOWN = ['MasterKeyError', 'KeyStoreCorruptError', 'KeyStoreUnavailableError', 'KeyStoreLockedError', 'ConfigurationError'];
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
    .description(
      both(
        'The keys in KEYS_DATABASE_URL, or else in FREMDRIFT_DATA (default: .data)',
        'Nøglerne i KEYS_DATABASE_URL, eller ellers i FREMDRIFT_DATA (ellers: .data)',
      ),
    );
  /** @returns undefined when the keys are in the folder @throws ConfigurationError */
  const database = async () => keysDatabaseOf(io.env);
  keys
    .command('backup <file>')
    .description(
      both(
        'Back up the keys, also while the server runs; useless without the master key',
        'Sikkerhedskopiér nøglerne, også mens serveren kører; kan ikke bruges uden hovednøglen',
      ),
    )
    .action(async (file: string) => {
      const url = await orGiveUp(database());
      io.out(told(await orGiveUp(url === undefined ? backupKeys(keyFolder, file) : backupPostgresKeys(url, file))));
    });
  keys
    .command('restore <file>')
    .description(
      both(
        'Put a backup into a data folder or a database without keys; the server must not run',
        'Læg en sikkerhedskopi i en datamappe eller en database uden nøgler; serveren må ikke køre',
      ),
    )
    .action(async (file: string) => {
      const masterKey = await orGiveUp(masterKeyOf(io));
      const options = { masterKey, previousMasterKey: await orGiveUp(previousMasterKeyOf(io)) };
      const url = await orGiveUp(database());
      io.out(
        told(await orGiveUp(url === undefined ? restoreKeys(file, keyFolder, options) : restorePostgresKeys(file, url, options))),
      );
    });
  keys
    .command('rotate-master')
    .description(
      both(
        'Wrap every key under a new master key: in a database while servers run that have both, in a folder while none does',
        'Pak alle nøgler om under en ny hovednøgle: i en database mens servere med begge kører, i en mappe mens ingen gør',
      ),
    )
    .addHelpText(
      'after',
      `
FREMDRIFT_MASTER_KEY is the new one, FREMDRIFT_MASTER_KEY_PREVIOUS the old one (or, without it, master.key in the data folder).
FREMDRIFT_MASTER_KEY er den nye, FREMDRIFT_MASTER_KEY_PREVIOUS den gamle (eller, uden den, master.key i datamappen).`,
    )
    .action(async () => {
      if (!io.env['FREMDRIFT_MASTER_KEY']?.trim())
        throw new Unusable(
          'FREMDRIFT_MASTER_KEY is the new master key: set it',
          'FREMDRIFT_MASTER_KEY er den nye hovednøgle: sæt den',
        );
      const to = await orGiveUp(masterKeyOf(io));
      const from = (await orGiveUp(previousMasterKeyOf(io))) ?? (await orGiveUp(loadMasterKey({ file: masterKeyFile })));
      const url = await orGiveUp(database());
      const { keys: wrapped } = await orGiveUp(
        url === undefined ? rotateMasterKey(keyFolder, { from, to }) : rotatePostgresMasterKey(url, { from, to }),
      );
      io.out(
        both(
          `${wrapped} keys wrapped under the new master key; keep the old one while there are backups from before, 30 days at most`,
          `${wrapped} nøgler er pakket om under den nye hovednøgle; gem den gamle, så længe der er ældre sikkerhedskopier, højst 30 dage`,
        ),
      );
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
