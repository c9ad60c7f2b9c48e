// Stops the test run's PostgreSQL and removes its folder.
import { rmSync } from 'node:fs';

export default async () => {
  const { server, folder } = globalThis.__fremdriftTestPostgres;
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
};
