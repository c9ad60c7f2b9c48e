// The tables, made in a schema of any name: a rebuild fills a second set beside the live one and swaps the names.
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { TABLES } from './rows.js';
import { createIndexes, createTable, type Table } from './tables.js';

export const SCHEMA = 'read_models';

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
  `create schema ${schema}`,
  ...bookkeeping(schema),
  ...TABLES.map((t) => createTable(schema, t)),
];
/** Once a table is filled: its indexes, and what the planner is to know of its rows. */
export const indexTable = (schema: string, t: Table<never>): string[] => [
  ...createIndexes(schema, t),
  `analyze ${schema}.${t.name}`,
];

/**
 * Makes the tables as they are described now, empty: the projections fill them from the log. A change of a table is a change
 * of its description and one more class like this in the list below.
 */
class ReadModels1795407200000 implements MigrationInterface {
  readonly name = 'ReadModels1795407200000';
  async up(runner: QueryRunner): Promise<void> {
    await this.down(runner);
    for (const statement of [...createTables(SCHEMA), ...TABLES.flatMap((t) => indexTable(SCHEMA, t))])
      await runner.query(statement);
  }
  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`drop schema if exists ${SCHEMA} cascade`);
  }
}

export const READ_MODEL_MIGRATIONS = [ReadModels1795407200000];
