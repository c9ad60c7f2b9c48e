// npm run -s test:eventstoredb: the contract of the event store, and the whole system with the story, on a real EventStoreDB or
// KurrentDB. Each run has streams of its own (a streamPrefix nobody has used); it reads and deletes nothing else, and leaves them.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { buildIfNeeded } from './build-if-needed.mjs';

const url = process.env.EVENTSTORE_URL?.trim();
if (!url) {
  process.stderr.write(
    'This needs a server: EVENTSTORE_URL=esdb://user:password@host:2113?tlsCAFile=/path/ca.crt npm run -s test:eventstoredb\n' +
      'Without one, npm test runs the same specs on a double.\n',
  );
  process.exit(2);
}
if (url.toLowerCase().includes('streamprefix=')) {
  process.stderr.write('EVENTSTORE_URL must name no streamPrefix here: every run takes its own\n');
  process.exit(2);
}
buildIfNeeded();
const root = join(import.meta.dirname, '..');
const jest = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning', 'node_modules/jest/bin/jest.js'];
const specs = ['libs/event-store/src/eventstoredb/eventstoredb.spec.ts', 'test/eventstoredb.spec.ts'];
const { EVENTSTORE_URL: _, EVENT_STORE: __, ...env } = process.env;
const { status } = spawnSync(process.execPath, [...jest, '--runInBand', '--verbose', ...specs, ...process.argv.slice(2)], {
  cwd: root,
  stdio: 'inherit',
  env: { ...env, FREMDRIFT_TEST_EVENTSTORE_URL: url },
});
process.exit(status ?? 1);
