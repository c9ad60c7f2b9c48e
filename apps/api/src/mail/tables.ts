// The outbox's tables, and those of pg-boss: made among the migrations, by whoever owns the database, so that the server needs no
// more than to read and write rows. They are no read models: nothing here is ever made anew from the log.
import type { MigrationInterface, QueryRunner } from 'typeorm';

export const JOBS = 'mail_jobs';
export const QUEUE = 'mail';
export const DEAD_LETTERS = 'mail-dead';

/** Tries at about 1, 2, 4, … minutes: given up after 17 to 34 hours. A try that was killed counts after five minutes. */
const RETRIES = { policy: 'standard', retryLimit: 10, retryDelay: 60, retryBackoff: true, expireInSeconds: 300 };
const KEPT = { retentionMinutes: 60 * 24 * 60 };

/** pg-boss 10, schema version 24. Another version brings steps of its own (`PgBoss.getMigrationPlans`): one more class below. */
const jobTables = async (): Promise<string> => {
  const { default: PgBoss } = await import('pg-boss');
  // The migration's transaction is the one around it.
  return PgBoss.getConstructionPlans(JOBS)
    .replace(/^\s*BEGIN;/, '')
    .replace(/COMMIT;\s*$/, '');
};

class Mail1795500000000 implements MigrationInterface {
  readonly name = 'Mail1795500000000';
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('create schema mail');
    // Where the outbox is in the log. No row: mail was never on; it begins at the end of the log as it then is.
    await runner.query(`create table mail.checkpoint (
      one boolean primary key default true check (one),
      position text collate "C" not null,
      began_at timestamptz not null
    )`);
    await runner.query(`create table mail.outbox (
      -- Derived from the event, the recipient and the kind: the same message is never in here twice.
      id uuid primary key,
      message_id text not null unique,
      kind text not null,
      user_id text not null,
      -- Null: of no single event.
      event_id text,
      happened_at timestamptz not null,
      -- Ids, case numbers and dates.
      facts jsonb not null,
      status text not null,
      -- Why it is not sent: a code.
      why text,
      attempts integer not null default 0,
      created_at timestamptz not null,
      settled_at timestamptz
    )`);
    await runner.query('create index outbox_status on mail.outbox (status, created_at, id)');
    await runner.query('create index outbox_created on mail.outbox (created_at, id)');
    // Weeks whose lists are made, by their Monday.
    await runner.query('create table mail.digests (week date primary key)');
    await runner.query(await jobTables());
    for (const [name, options] of [
      [DEAD_LETTERS, { policy: 'standard', ...KEPT }],
      [QUEUE, { ...RETRIES, ...KEPT, deadLetter: DEAD_LETTERS }],
    ] as const)
      await runner.query(`select ${JOBS}.create_queue($1, $2)`, [name, JSON.stringify(options)]);
  }
  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`drop schema ${JOBS} cascade`);
    await runner.query('drop schema mail cascade');
  }
}
/** Rows of ids, codes and dates: whoever signs in as the server reads and writes them, on nobody's behalf. */
class MailRights1795500000100 implements MigrationInterface {
  readonly name = 'MailRights1795500000100';
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      grant usage on schema mail, ${JOBS} to fremdrift_runtime;
      grant select, insert, update, delete on all tables in schema mail, ${JOBS} to fremdrift_runtime;
      grant execute on all functions in schema ${JOBS} to fremdrift_runtime;`);
  }
  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`revoke usage on schema mail, ${JOBS} from fremdrift_runtime`);
  }
}
export const MAIL_MIGRATIONS = [Mail1795500000000, MailRights1795500000100];
