// Schema changes and shared connections: typeorm runs migrations, as the owner of the tables; the server works in a role that owns nothing.
import { DataSource, type MigrationInterface } from 'typeorm';
import {
  keepTemporaryTablesToOwner,
  loginFor,
  makeLogin,
  makeRoles,
  mayOnlyWork,
  requireOwner,
  requirePowerless,
} from './database-roles.js';

type MigrationClass = new () => MigrationInterface;

const connect = (url: string, migrations: readonly MigrationClass[], poolSize: number): Promise<DataSource> =>
  new DataSource({
    type: 'postgres',
    url,
    poolSize,
    migrations: [...migrations],
    migrationsTableName: 'fremdrift_migrations',
    migrationsTransactionMode: 'each',
    applicationName: 'fremdrift',
  }).initialize();

/**
 * Connects as the owner, makes the roles that are missing and brings the schema up to date. Migrations are listed explicitly and run
 * once each, in order, one transaction a piece; two processes that start together take turns.
 * @throws Error when the database cannot be reached or a migration fails
 */
export const openDatabase = async (url: string, migrations: readonly MigrationClass[], poolSize = 10): Promise<DataSource> => {
  const dataSource = await connect(url, migrations, poolSize);
  const lock = dataSource.createQueryRunner();
  try {
    await lock.query('select pg_advisory_lock(7305001)');
    await requireOwner(lock);
    await makeRoles(lock);
    await keepTemporaryTablesToOwner(lock);
    await dataSource.runMigrations();
    await lock.query('grant select on fremdrift_migrations to fremdrift_runtime');
    await lock.query('select pg_advisory_unlock(7305001)');
  } catch (error) {
    await lock.release();
    await dataSource.destroy();
    throw error;
  }
  await lock.release();
  return dataSource;
};

export interface ServerDatabase {
  /** Of the role the server works in. */
  readonly url: string;
  readonly dataSource: DataSource;
}

/**
 * The database as the server uses it, in a role that owns nothing.
 * @param url of a login that may only work; or, without `ownerUrl`, of the owner: then a login is made beside it
 * @param ownerUrl of the role that owns the tables. Without it, and with a login that may only work, the tables must be up to date
 * @throws Error in one line that says what to do
 */
export const openServerDatabase = async (
  { url, ownerUrl }: { readonly url: string; readonly ownerUrl?: string | undefined },
  migrations: readonly MigrationClass[],
): Promise<ServerDatabase> => {
  const serverUrl = await prepareDatabase({ url, ownerUrl }, migrations);
  const dataSource = await connect(serverUrl, migrations, 10);
  try {
    await requirePowerless(dataSource);
    if (!(await isUpToDate(dataSource, migrations)))
      throw new Error('The tables are not up to date: start once with MIGRATIONS_DATABASE_URL, the URL of their owner.');
    return { url: serverUrl, dataSource };
  } catch (error) {
    await dataSource.destroy();
    throw error;
  }
};

/** Asked by hand: typeorm would make its table first, and may not. */
const isUpToDate = async (dataSource: DataSource, migrations: readonly MigrationClass[]): Promise<boolean> => {
  const rows = await dataSource.query<{ name: string }[]>('select name from fremdrift_migrations').catch(() => []);
  const done = new Set(rows.map(({ name }) => name));
  return migrations.every((Migration) => done.has(new Migration().name ?? Migration.name));
};

/** Tables, roles and the server's login. @returns the URL the server works with */
export const prepareDatabase = async (
  { url, ownerUrl }: { readonly url: string; readonly ownerUrl?: string | undefined },
  migrations: readonly MigrationClass[],
): Promise<string> => {
  if (ownerUrl === undefined && (await mayOnlyWork(url))) return url;
  const owner = await openDatabase(ownerUrl ?? url, migrations, 2);
  try {
    const serverUrl = ownerUrl === undefined ? loginFor(url) : url;
    await makeLogin(owner, serverUrl);
    return serverUrl;
  } finally {
    await owner.destroy();
  }
};
