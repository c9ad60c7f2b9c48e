// The command line as a process of its own.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const run = fileURLToPath(new URL('../../../scripts/run.mjs', import.meta.url));

it('goes on to its end, without a complaint, when nobody reads along any more', async () => {
  const child = spawn(process.execPath, [run, 'cli', '--help'], { stdio: ['ignore', 'pipe', 'pipe'] });
  child.stdout.destroy(); // long before it writes its first line
  let complaint = '';
  child.stderr.on('data', (bytes: Buffer) => (complaint += bytes.toString()));
  const [code] = (await once(child, 'close')) as [number];
  expect([code, complaint]).toEqual([0, '']);
});
