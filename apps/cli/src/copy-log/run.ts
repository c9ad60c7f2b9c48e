// `copy-log`: moves a log to another store, while the server still works on the old one, and shows how far it is.
import { OutcomeUnknownError, UnavailableError, type EventStore } from '@app/event-store';
import { openDataFolder } from '../data-folder.js';
import type { Io } from '../io.js';
import { orGiveUp } from '../keys.js';
import { startProgress, type Progress } from '../progress.js';
import { both, Unusable } from '../unusable.js';
import { copyLog, type Step } from './copy.js';
import { EMBEDDED, openStore } from './stores.js';

export interface CopyLogOptions {
  readonly from: string;
  readonly to: string;
}

const STEPS: Readonly<Record<Step, { en: string; da: string; every: number }>> = {
  copy: { en: 'events in the target', da: 'hændelser i målet', every: 10_000 },
  verify: { en: 'events compared', da: 'hændelser sammenlignet', every: 50_000 },
  streams: { en: 'streams read back', da: 'strømme læst tilbage', every: 10_000 },
};

/**
 * Copies, or goes on with a copy.
 * @returns exit code: 0 copied and the same, 1 stopped before that and able to go on
 * @throws Unusable when there is nothing to go on with (exit code 2)
 */
export const runCopyLog = async (options: CopyLogOptions, io: Io): Promise<number> => {
  // A URL holds a password, and arguments are seen by every user of the machine: the name of a variable does as well.
  const from = io.env[options.from] ?? options.from;
  const to = io.env[options.to] ?? options.to;
  if (from === to) throw new Unusable('--from and --to are the same store', '--from og --to er det samme lager');

  const closers: (() => Promise<unknown>)[] = [];
  try {
    const open = async (option: '--from' | '--to', url: string): Promise<EventStore> => {
      let address = url;
      if (url === EMBEDDED) {
        const folder = await orGiveUp(openDataFolder(io));
        closers.push(() => folder.close());
        address = await folder.postgres();
      }
      const store = await openStore(option, address);
      closers.push(() => store.close());
      return store;
    };
    return await copy(await open('--from', from), await open('--to', to), io);
  } finally {
    for (const close of closers.reverse()) await close();
  }
};

const copy = async (from: EventStore, to: EventStore, io: Io): Promise<number> => {
  let step: Step | undefined;
  let progress: Progress | undefined;
  const tell = (now: Step, done: number, total: number): void => {
    if (now !== step) {
      progress?.stop();
      progress = startProgress(total, io, STEPS[now]);
      step = now;
    }
    progress!.at(done, total);
  };
  const again = both(
    'run the same command again: it goes on where it stopped',
    'kør samme kommando igen: den fortsætter, hvor den slap',
  );
  const signal = io.interrupted?.() ?? new AbortController().signal;
  try {
    const { finished, found, copied, verified, streams, digest, position } = await copyLog({ from, to, signal, tell });
    progress?.stop();
    if (!finished) {
      io.err(
        both(`stopped; ${verified} events compared, ${copied} copied`, `stoppet; ${verified} sammenlignet, ${copied} kopieret`),
      );
      io.err(again);
      return 1;
    }
    const lines: [string, string, string | number][] = [
      ['found in the target', 'fandtes i målet', found],
      ['copied', 'kopieret', copied],
      ['compared and the same', 'sammenlignet og ens', verified],
      ['streams read back and the same', 'strømme læst tilbage og ens', streams],
      ['up to position of the source', 'til kildens position', position === '' ? '-' : position],
      ['SHA-256 of the log', 'loggens SHA-256', digest],
    ];
    for (const [en, da, value] of lines) io.out(`${`${both(en, da)}:`.padEnd(64)} ${value}`);
    io.out(
      both(
        'Does a server still write to the source? Stop it and run the same command once more: it copies what came since.',
        'Skriver en server stadig til kilden? Stop den, og kør kommandoen én gang til: den kopierer det nye.',
      ),
    );
    return 0;
  } catch (error) {
    progress?.stop();
    if (!(error instanceof UnavailableError || error instanceof OutcomeUnknownError)) throw error;
    io.err(both(`stopped: ${error.message}`, 'stoppet: et lager svarer ikke'));
    io.err(again);
    return 1;
  }
};
