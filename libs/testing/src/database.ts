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

/** Creates a database; `drop` removes it, whoever is still connected. */
export const createTestDatabase = async (): Promise<TestDatabase> => {
  const name = `test_${randomBytes(8).toString('hex')}`;
  await admin((client) => client.query(`create database ${name}`));
  const url = new URL(process.env['FREMDRIFT_TEST_POSTGRES']!);
  url.pathname = `/${name}`;
  return { url: url.href, drop: () => admin((client) => client.query(`drop database if exists ${name} with (force)`)) };
};
