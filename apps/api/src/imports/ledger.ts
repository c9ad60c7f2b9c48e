// The import's ledger: which row of a spreadsheet became which person, case and action. Rows are known by keyed hashes only.
import { createHmac, randomUUID } from 'node:crypto';
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { canonicalJson } from '@app/personal-data';
import { IS_STAFF, type Ask } from '@app/read-models';

export class ImportLedger1795300000100 implements MigrationInterface {
  name = 'ImportLedger1795300000100';
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('create schema imports');
    await runner.query(`create table imports.ledger (
      row_key text primary key,
      person_key text not null,
      person_id text not null,
      case_id text not null,
      action_id text not null,
      -- Hashes of the row as it was last carried out; null until it first was.
      done jsonb
    )`);
    await runner.query('create index ledger_person on imports.ledger (person_key)');
  }
  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop schema imports cascade');
  }
}
/** It tells which row became which person: seen and written by people of the authorities, forgotten by the eraser. */
export class ImportLedgerRights1795440000100 implements MigrationInterface {
  name = 'ImportLedgerRights1795440000100';
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      alter table imports.ledger enable row level security;
      alter table imports.ledger force row level security;
      create policy staff on imports.ledger to fremdrift_staff using (${IS_STAFF}) with check (${IS_STAFF});
      create policy background on imports.ledger to fremdrift_background using (true) with check (true);
      grant usage on schema imports to fremdrift_staff, fremdrift_background;
      grant select, insert, update on imports.ledger to fremdrift_staff, fremdrift_background;
      grant delete on imports.ledger to fremdrift_background;`);
  }
  async down(runner: QueryRunner): Promise<void> {
    await runner.query('alter table imports.ledger disable row level security');
  }
}
export const IMPORT_MIGRATIONS = [ImportLedger1795300000100, ImportLedgerRights1795440000100];

/** Ids are random; the ledger is what makes a re-run find them again. */
export interface LedgerEntry {
  readonly rowKey: string;
  readonly personKey: string;
  readonly personId: string;
  readonly caseId: string;
  readonly actionId: string;
  /** As it was last carried out; missing: begun, and not finished. */
  readonly done?: RowHashes;
}
/** Of the whole row, and of each column that says something. */
export type RowHashes = Readonly<Record<string, string>> & { readonly row: string };

interface Row {
  row_key: string;
  person_key: string;
  person_id: string;
  case_id: string;
  action_id: string;
  done: RowHashes | null;
}

export class Ledger {
  constructor(
    private readonly ask: Ask,
    private readonly key: Buffer,
  ) {}

  hash(...parts: readonly unknown[]): string {
    return createHmac('sha256', this.key).update(canonicalJson(parts)).digest('base64url');
  }

  async find(rowKey: string): Promise<LedgerEntry | undefined> {
    const [row] = await this.ask<Row>('select * from imports.ledger where row_key = $1', [rowKey]);
    return row && entryOf(row);
  }

  /** The ids this person has from other rows, else new random ones. Not written yet. */
  async draft(rowKey: string, personKey: string): Promise<LedgerEntry> {
    const [row] = await this.ask<Row>('select * from imports.ledger where person_key = $1 limit 1', [personKey]);
    return {
      rowKey,
      personKey,
      personId: row?.person_id ?? randomUUID(),
      caseId: row?.case_id ?? randomUUID(),
      actionId: randomUUID(),
    };
  }

  /** Before the first command of a row: a crash in the middle finds the same ids again. */
  async write({ rowKey, personKey, personId, caseId, actionId, done }: LedgerEntry): Promise<void> {
    await this.ask(
      `insert into imports.ledger (row_key, person_key, person_id, case_id, action_id, done) values ($1, $2, $3, $4, $5, $6)
       on conflict (row_key) do update set person_key = $2, person_id = $3, case_id = $4, action_id = $5, done = $6`,
      [rowKey, personKey, personId, caseId, actionId, done ? JSON.stringify(done) : null],
    );
  }
}

const entryOf = (row: Row): LedgerEntry => ({
  rowKey: row.row_key,
  personKey: row.person_key,
  personId: row.person_id,
  caseId: row.case_id,
  actionId: row.action_id,
  ...(row.done !== null && { done: row.done }),
});
