// What the commands use of the process they run in.
import { text } from 'node:stream/consumers';
import { DateTime } from 'luxon';

/** What a command meets of the world outside. */
export interface Io {
  out(line: string): void;
  err(line: string): void;
  readonly env: NodeJS.ProcessEnv;
  /** Where a progress bar can be drawn; missing when standard error is not a terminal. */
  readonly terminal?: NodeJS.WriteStream;
  /** The local date in Europe/Copenhagen, `YYYY-MM-DD`. */
  today(): string;
  /** From now on Ctrl-C or SIGTERM aborts the signal instead of ending the process. */
  interrupted?(): AbortSignal;
  /** All of standard input. */
  stdin?(): Promise<string>;
}

export const processIo: Io = {
  out: (line) => process.stdout.write(`${line}\n`),
  err: (line) => process.stderr.write(`${line}\n`),
  env: process.env,
  ...(process.stderr.isTTY && { terminal: process.stderr }),
  interrupted: () => {
    const controller = new AbortController();
    // Through npm a Ctrl-C comes twice: from the terminal and from npm.
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => controller.abort());
    return controller.signal;
  },
  today: () => DateTime.now().setZone('Europe/Copenhagen').toISODate()!,
  stdin: () => text(process.stdin),
};
