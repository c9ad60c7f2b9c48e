// One embedded PostgreSQL for a whole test run, with production's durable settings; every spec makes databases of its own in it.
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chmodSync } from 'node:fs';
import { importTypeScript } from './compile.mjs';

export default async () => {
  const { startEmbeddedPostgres } = await importTypeScript(
    join(import.meta.dirname, '../../libs/platform/src/embedded-postgres.ts'),
  );
  const folder = mkdtempSync(join(tmpdir(), 'fremdrift-test-'));
  chmodSync(folder, 0o755);
  const server = await startEmbeddedPostgres({ dir: join(folder, 'postgres') });
  process.env.FREMDRIFT_TEST_POSTGRES = server.url('postgres');
  process.env.FREMDRIFT_TEST_POSTGRES_DIR = join(folder, 'postgres');
  globalThis.__fremdriftTestPostgres = { server, folder };
};
