// A fresh, empty database for a spec, in the test run's own PostgreSQL.
import { randomBytes } from 'node:crypto';
import pg from 'pg';

export interface TestDatabase {
  readonly url: string;
  drop(): Promise<void>;
}

const admin = async (run: (client: pg.Client) => Promise<unknown>): Promise<void> => {
  const client = new pg.Client({ connectionString: process.env['FREMDRIFT_TEST_POSTGRES'] });
  await client.connect();
  try {
    await run(client);
  } finally {
    await client.end();
  }
};

/**
 * Creates a database; `drop` removes it, whoever is still connected.
 * @param copyOf url of one that nobody is connected to: the new one is as it is now, like a backup of it
 */
export const createTestDatabase = async (copyOf?: string): Promise<TestDatabase> => {
  const name = `test_${randomBytes(8).toString('hex')}`;
  const template = copyOf === undefined ? '' : ` template ${new URL(copyOf).pathname.slice(1)}`;
  await admin((client) => client.query(`create database ${name}${template}`));
  const url = new URL(process.env['FREMDRIFT_TEST_POSTGRES']!);
  url.pathname = `/${name}`;
  return { url: url.href, drop: () => admin((client) => client.query(`drop database if exists ${name} with (force)`)) };
};
