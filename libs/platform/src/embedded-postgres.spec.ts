import pg from 'pg';
import { createTestDatabase } from '@app/testing';

describe("the test run's PostgreSQL", () => {
  it('has the durable settings of production', async () => {
    const database = await createTestDatabase();
    const client = new pg.Client({ connectionString: database.url });
    await client.connect();
    const { rows } = await client.query<{ name: string; setting: string }>(
      "select name, setting from pg_settings where name in ('fsync', 'full_page_writes', 'synchronous_commit') order by name",
    );
    await client.end();
    await database.drop();
    expect(rows.map((row) => row.setting)).toEqual(['on', 'on', 'on']);
  });
});
