// The tables and functions of the postgres store.
import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Positions are gapless and in commit order: whoever writes a position has seen the one before it committed, and the
 * primary key lets only one write it. The lock, held until the commit is visible, makes batches queue for that instead of
 * colliding. A function, not one statement: what runs after the lock must see what was committed while it waited.
 * The revision is looked up by a scalar subquery: a join would keep whatever plan suited an empty table.
 */
const UP = `
create schema event_store;

create table event_store.events (
  position bigint primary key,
  stream text collate "C" not null,
  revision int not null,
  id uuid not null unique,
  type text collate "C" not null,
  data text not null,
  metadata text not null,
  recorded_at timestamptz not null,
  unique (stream, revision)
);
-- Ciphertext does not compress.
alter table event_store.events alter column data set storage external;

-- One array element per event: its stream, the revision its append expects, its own revision, and the rest.
-- head: the position before this batch. When some were not appended, for each event: where it is stored, if it is,
-- and the stream's actual revision.
create function event_store.append_batch(
  streams text[], expected int[], revisions int[], ids uuid[], types text[], datas text[], metadatas text[],
  out head bigint, out positions bigint[], out actual int[]
) language plpgsql as $$
declare
  appended int;
  moment timestamptz;
begin
  perform pg_advisory_xact_lock(hashtext('event_store'), 0);
  head := coalesce((select e.position from event_store.events e order by e.position desc limit 1), 0);
  moment := date_trunc('milliseconds', clock_timestamp());
  insert into event_store.events (position, stream, revision, id, type, data, metadata, recorded_at)
  select head + row_number() over (order by u.n), u.s, u.r, u.i, u.t, u.d, u.m, moment
  from unnest(streams, expected, revisions, ids, types, datas, metadatas) with ordinality as u(s, x, r, i, t, d, m, n)
  where u.x = coalesce((select e.revision from event_store.events e where e.stream = u.s order by e.revision desc limit 1), -1);
  get diagnostics appended = row_count;
  if appended < cardinality(streams) then
    positions := array(
      select (select e.position from event_store.events e where e.stream = u.s and e.revision = u.r and e.id = u.i)
      from unnest(streams, revisions, ids) with ordinality as u(s, r, i, n) order by u.n);
    actual := array(
      select coalesce((select e.revision from event_store.events e where e.stream = u.s order by e.revision desc limit 1), -1)
      from unnest(streams) with ordinality as u(s, n) order by u.n);
  end if;
end $$;
`;

export class EventStore1795300000000 implements MigrationInterface {
  readonly name = 'EventStore1795300000000';
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(UP);
  }
  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop schema event_store cascade');
  }
}

/** The server reads and adds. Nobody changes what was appended, or takes it away. */
export class EventStoreRights1795440000000 implements MigrationInterface {
  readonly name = 'EventStoreRights1795440000000';
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      grant usage on schema event_store to fremdrift_runtime;
      grant select, insert on event_store.events to fremdrift_runtime;
      revoke execute on all functions in schema event_store from public;
      grant execute on all functions in schema event_store to fremdrift_runtime;`);
  }
  async down(runner: QueryRunner): Promise<void> {
    await runner.query('revoke usage on schema event_store from fremdrift_runtime');
  }
}

/** In order. Adding to the list is the only way the tables change. */
export const EVENT_STORE_MIGRATIONS = [EventStore1795300000000, EventStoreRights1795440000000];
/** The same without typeorm. */
export const EVENT_STORE_DDL = UP;
