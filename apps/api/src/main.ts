// The server's process: reads the configuration, starts, says where to go, stops on Ctrl-C and SIGTERM.
import 'reflect-metadata';
import { ConfigurationError, readConfiguration, type Configuration } from '@app/platform';
import { DEMO_USERS } from './demo/users.js';

/** However something hangs, nobody waits longer than this for the process to end. The embedded PostgreSQL ends with it. */
const STOP_LIMIT_MS = 20_000;

const line = (text: string) => process.stdout.write(`${text}\n`);

const welcome = (url: string, { demo, role, mail }: Configuration): void => {
  line(`\nFremdrift is running: ${url}`);
  if (!demo && !mail && role !== 'api') line('  no mail is sent: SMTP_URL is not set');
  if (role === 'worker') {
    line(`  a worker: only ${url}/health/ready answers`);
    return;
  }
  line(`  API page   ${url}/docs`);
  line(`  OpenAPI    ${url}/api/openapi.json`);
  if (!demo) return;
  line(`  Mail sent  ${url}/demo/mail`);
  const server = url.endsWith(':3000') ? '' : ` --server ${url}`;
  line(`\nDemo users (npm run -s token -- <user>${server}):`);
  for (const { user, role, organisationId } of DEMO_USERS) line(`  ${user.padEnd(16)} ${role.padEnd(16)} ${organisationId}`);
  line(`\n  curl -H "Authorization: Bearer $(npm run -s token -- coordinator${server})" ${url}/api/meetings/next`);
  line('\nCtrl-C stops everything.');
};

/** One line; an error that only groups others (one per address that was tried) has no words of its own. */
const inOneLine = (error: unknown): string => {
  const { message, errors } = error as Partial<AggregateError>;
  return (message || (errors?.[0] as Error | undefined)?.message || String(error)).trim().replaceAll(/\s*\n\s*/g, ' ');
};

/** Resolves when somebody wants the server to stop: Ctrl-C, SIGTERM, or the end of the npm that started us. */
const asked = new Promise<undefined>((resolve) => {
  const stop = () => {
    setTimeout(() => process.exit(1), STOP_LIMIT_MS).unref();
    resolve(undefined);
  };
  // Through npm a Ctrl-C comes twice: from the terminal and from npm.
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  const parent = process.ppid;
  if (process.env['npm_lifecycle_event'] !== undefined) setInterval(() => process.ppid !== parent && stop(), 500).unref();
});
// Whoever read our output may be gone; that is no reason to leave requests unfinished.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});

try {
  const configuration = readConfiguration(process.env, process.cwd());
  // Only now: a wrong value is told before hundreds of modules are loaded.
  const { startApplication } = await import('./application.js');
  const { createLog } = await import('./core/log.js');
  const log = createLog(configuration.logLevel);
  const running = await startApplication(configuration);
  welcome(running.url, configuration);
  const failure = await Promise.race([asked, running.failed]);
  if (failure === undefined) log.log('stopping', 'Server');
  else process.stderr.write(`Stopping: ${failure}.\n`);
  await running.stop();
  log.log('stopped', 'Server');
  process.exit(failure === undefined ? 0 : 1);
} catch (error) {
  process.stderr.write(`${inOneLine(error)}\n`);
  process.exit(error instanceof ConfigurationError ? 2 : 1);
}
