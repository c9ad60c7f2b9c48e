// The server's process: reads the configuration, starts, says where to go, stops on Ctrl-C and SIGTERM.
import 'reflect-metadata';
import { ConfigurationError, readConfiguration } from '@app/platform';
import { startApplication } from './application.js';
import { DEMO_USERS } from './demo/users.js';

const line = (text: string) => process.stdout.write(`${text}\n`);

const welcome = (url: string, demo: boolean): void => {
  line(`\nFremdrift is running: ${url}`);
  line(`  API page   ${url}/docs`);
  line(`  OpenAPI    ${url}/api/openapi.json`);
  if (!demo) return;
  line('\nDemo users (npm run -s token -- <user>):');
  for (const { user, role, organisationId } of DEMO_USERS) line(`  ${user.padEnd(16)} ${role.padEnd(16)} ${organisationId}`);
  line(`\n  curl -H "Authorization: Bearer $(npm run -s token -- coordinator)" ${url}/api/meetings/next`);
  line('\nCtrl-C stops everything.');
};

const fail = (error: unknown): never => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(error instanceof ConfigurationError ? 2 : 1);
};

try {
  const configuration = readConfiguration(process.env, process.cwd());
  const running = await startApplication(configuration);
  welcome(running.url, configuration.demo);

  const parent = process.ppid;
  let stopped = false;
  const end = (code: number) => {
    if (stopped) return;
    stopped = true;
    running.stop().then(
      () => process.exit(code),
      (error: unknown) => fail(error),
    );
  };
  process.on('SIGINT', () => end(0));
  process.on('SIGTERM', () => end(0));
  void running.failed.then((what) => {
    if (stopped) return;
    process.stderr.write(`Stopping: ${what}.\n`);
    end(1);
  });
  // Started through npm: when npm is killed, nobody is left to stop us.
  if (process.env['npm_lifecycle_event'] !== undefined) {
    setInterval(() => process.ppid !== parent && end(0), 1000).unref();
  }
} catch (error) {
  fail(error);
}
