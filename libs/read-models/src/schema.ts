// The tables, made in a schema of any name: a rebuild fills a second set beside the live one and swaps the names.
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { CREATE_IS_STAFF, pseudonymousOf, SCHEMA } from './context.js';
import { protect } from './rights.js';
import { TABLES } from './rows.js';
import { createIndexes, createTable, nameOf, personalOf, type Table } from './tables.js';

export { SCHEMA };
/** All that is made, swapped and dropped together. */
export const schemasOf = (schema: string): readonly string[] => [schema, personalOf(schema), pseudonymousOf(schema)];

/** One checkpoint for all tables, committed with their rows. `registry_position`: the last change of the registry. */
const bookkeeping = (schema: string): string[] => [
  `create table ${schema}.checkpoint (
     one boolean primary key default true check (one),
     position text collate "C" not null,
     registry_position text collate "C" not null
   )`,
  `insert into ${schema}.checkpoint (position, registry_position) values ('', '')`,
  `create table ${schema}.parked_streams (
     stream text collate "C" primary key,
     position text collate "C" not null,
     event_id text not null,
     type text not null,
     reason text not null,
     parked_at timestamptz not null default now()
   )`,
];

export const createTables = (schema: string): string[] => [
  ...schemasOf(schema).map((name) => `create schema ${name}`),
  ...bookkeeping(schema),
  ...TABLES.map((t) => createTable(schema, t)),
];
/** Once a table is filled: its indexes, and what the planner is to know of its rows. */
export const indexTable = (schema: string, t: Table<never>): string[] => [
  ...createIndexes(schema, t),
  `analyze ${nameOf(schema, t)}`,
];

/** Apart from the tables: they are dropped and made anew, and not all that asks is one of them. */
class AccessContext1795440000050 implements MigrationInterface {
  readonly name = 'AccessContext1795440000050';
  async up(runner: QueryRunner): Promise<void> {
    for (const statement of CREATE_IS_STAFF) await runner.query(statement);
  }
  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop schema fremdrift_context cascade');
  }
}

/**
 * Makes the tables as they are described now, empty: the projections fill them from the log. A change of a table is a change
 * of its description and one more class like this in the list below.
 */
class ReadModels1795440000420 implements MigrationInterface {
  readonly name = 'ReadModels1795440000420';
  async up(runner: QueryRunner): Promise<void> {
    await this.down(runner);
    for (const statement of [...createTables(SCHEMA), ...TABLES.flatMap((t) => indexTable(SCHEMA, t)), ...protect(SCHEMA)])
      await runner.query(statement);
  }
  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`drop schema if exists ${schemasOf(SCHEMA).join(', ')} cascade`);
  }
}

export const READ_MODEL_MIGRATIONS = [AccessContext1795440000050, ReadModels1795440000420];
