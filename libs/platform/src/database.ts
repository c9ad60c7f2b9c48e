// Schema changes and shared connections: typeorm runs migrations and carries the read models; appends have their own pool.
import { DataSource, type MigrationInterface } from 'typeorm';

type MigrationClass = new () => MigrationInterface;

/**
 * Connects and brings the schema up to date. Migrations are listed explicitly and run once each, in order, one transaction a piece;
 * two processes that start together take turns.
 * @throws Error when the database cannot be reached or a migration fails
 */
export const openDatabase = async (url: string, migrations: readonly MigrationClass[], poolSize = 10): Promise<DataSource> => {
  const dataSource = new DataSource({
    type: 'postgres',
    url,
    poolSize,
    migrations: [...migrations],
    migrationsTableName: 'fremdrift_migrations',
    migrationsTransactionMode: 'each',
    applicationName: 'fremdrift',
  });
  await dataSource.initialize();
  const lock = dataSource.createQueryRunner();
  try {
    await lock.query('select pg_advisory_lock(7305001)');
    await dataSource.runMigrations();
    await lock.query('select pg_advisory_unlock(7305001)');
  } finally {
    await lock.release();
  }
  return dataSource;
};
