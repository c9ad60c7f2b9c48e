// The server's log: one JSON line an entry, to standard error. Codes and ids only; nothing a person wrote.
import { ConsoleLogger } from '@nestjs/common';
import type { LogLevel } from '@app/platform';

const LEVELS: readonly LogLevel[] = ['error', 'warn', 'log', 'debug'];

export const createLog = (level: LogLevel): ConsoleLogger =>
  new ConsoleLogger('Fremdrift', { json: true, colors: false, logLevels: [...LEVELS.slice(0, LEVELS.indexOf(level) + 1)] });
