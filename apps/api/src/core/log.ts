// The server's log: one JSON line an entry, to standard error. Codes and ids only; nothing a person wrote.
import { ConsoleLogger } from '@nestjs/common';
import type { LogLevel } from '@app/platform';

const LEVELS: readonly LogLevel[] = ['error', 'warn', 'log', 'debug'];

/** What Nest says of itself at start: a hundred lines that nobody reads. */
const START_UP = ['InstanceLoader', 'NestApplication', 'NestFactory', 'RouterExplorer', 'RoutesResolver'];

class Log extends ConsoleLogger {
  override log(message: unknown, ...rest: unknown[]): void {
    if (!START_UP.includes(String(rest.at(-1)))) super.log(message, ...(rest as string[]));
  }
}

export const createLog = (level: LogLevel): ConsoleLogger =>
  new Log('Fremdrift', { json: true, colors: false, logLevels: [...LEVELS.slice(0, LEVELS.indexOf(level) + 1)] });
