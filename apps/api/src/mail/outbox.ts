// The outbox: what is to be sent, to whom (by user id), and what became of it. Filled from the log in transactions that move its own
// checkpoint along, so that a message is in it once for every event and recipient, whatever is killed when.
import type { Position } from '@app/event-store';
import { reaching } from '@app/read-models';
import type { DataSource, EntityManager } from 'typeorm';
import type { Facts, MailKind, MailStatus, Message } from './kinds.js';

interface Row {
  id: string;
  message_id: string;
  kind: MailKind;
  user_id: string;
  event_id: string | null;
  happened_at: Date;
  facts: Facts;
  status: MailStatus;
  why: string | null;
  attempts: number;
  created_at: Date;
  settled_at: Date | null;
}
/** A message and what became of it. */
export interface Delivery extends Message {
  readonly status: MailStatus;
  readonly why?: string;
  readonly attempts: number;
  /** UTC. */
  readonly createdAt: string;
  readonly settledAt?: string;
}
const deliveryOf = (row: Row): Delivery => ({
  id: row.id,
  messageId: row.message_id,
  kind: row.kind,
  userId: row.user_id,
  ...(row.event_id !== null && { eventId: row.event_id }),
  happenedAt: row.happened_at.toISOString(),
  facts: row.facts,
  status: row.status,
  ...(row.why !== null && { why: row.why }),
  attempts: row.attempts,
  createdAt: row.created_at.toISOString(),
  ...(row.settled_at && { settledAt: row.settled_at.toISOString() }),
});

/** Another process has filled the outbox meanwhile: what was read is done. */
export class OutboxMovedError extends Error {
  override readonly name = 'OutboxMovedError';
}

/** How long it is shown what became of a message. */
const KEPT_DAYS = 90;

type Db = Pick<EntityManager, 'query'>;

export class Outbox {
  private readonly db: Db;

  constructor(private readonly dataSource: DataSource) {
    this.db = { query: <T>(sql: string, values?: unknown[]) => reaching(() => dataSource.query<T>(sql, values)) };
  }

  transaction<T>(work: (em: EntityManager) => Promise<T>): Promise<T> {
    return this.dataSource.transaction(work);
  }

  /** @param head where the log ends: where the first start begins. Mail about what was before is nobody's wish */
  async begin(head: Position, now: Date): Promise<void> {
    await this.db.query('insert into mail.checkpoint (position, began_at) values ($1, $2) on conflict do nothing', [head, now]);
  }
  /** Of a log that was copied to another kind of store: it goes on from the end. */
  async beginAnew(head: Position): Promise<void> {
    await this.db.query('update mail.checkpoint set position = $1', [head]);
  }
  /** @returns undefined: never begun */
  async checkpoint(): Promise<{ readonly position: Position; readonly beganAt: Date } | undefined> {
    const [row] = await this.db.query<{ position: Position; began_at: Date }[]>('select * from mail.checkpoint');
    return row && { position: row.position, beganAt: row.began_at };
  }
  /** @throws OutboxMovedError when it does not stand at `from` */
  async move(em: Db, from: Position, to: Position): Promise<void> {
    const [row] = await em.query<{ position: Position }[]>('select position from mail.checkpoint for update');
    if (row?.position !== from) throw new OutboxMovedError();
    await em.query('update mail.checkpoint set position = $1', [to]);
  }

  /** @returns false: it was there already */
  async put(em: Db, message: Message, status: MailStatus, now: Date): Promise<boolean> {
    const { id, messageId, kind, userId, eventId, happenedAt, facts } = message;
    const rows = await em.query<unknown[]>(
      `insert into mail.outbox (id, message_id, kind, user_id, event_id, happened_at, facts, status, created_at)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict do nothing returning id`,
      [id, messageId, kind, userId, eventId ?? null, happenedAt, JSON.stringify(facts), status, now],
    );
    return rows.length > 0;
  }

  async find(id: string, db: Db = this.db): Promise<Delivery | undefined> {
    const [row] = await db.query<Row[]>('select * from mail.outbox where id = $1', [id]);
    return row && deliveryOf(row);
  }

  /** Nothing more happens with it by itself. */
  async settle(db: Db, id: string, status: 'sent' | 'not-sent' | 'dead', now: Date, why?: string): Promise<void> {
    await db.query(`update mail.outbox set status = $2, why = $3, settled_at = $4 where id = $1 and status <> 'sent'`, [
      id,
      status,
      why ?? null,
      now,
    ]);
  }
  /** Before each try: whatever comes of it, it was one. */
  async tried(id: string): Promise<void> {
    await this.db.query('update mail.outbox set attempts = attempts + 1 where id = $1', [id]);
  }
  /** Why the last try failed; it is tried again. */
  async failed(id: string, why: string): Promise<void> {
    await this.db.query(`update mail.outbox set why = $2 where id = $1 and status = 'queued'`, [id, why]);
  }

  /** By hand: a message that was given up, or went to nobody, is tried again. @returns false: it is neither */
  async request(id: string): Promise<boolean> {
    const [rows] = await this.db.query<[unknown[], number]>(
      `update mail.outbox set status = 'requested', why = null, settled_at = null
       where id = $1 and status in ('dead', 'not-sent', 'requested') returning id`,
      [id],
    );
    return rows.length > 0;
  }
  /** @returns those requested by hand, queued from here on */
  async takeRequested(em: Db): Promise<readonly string[]> {
    const [rows] = await em.query<[{ id: string }[], number]>(
      `update mail.outbox set status = 'queued' where status = 'requested' returning id`,
    );
    return rows.map(({ id }) => id);
  }

  /** Newest first. */
  async list(
    filter: { readonly status?: MailStatus; readonly before?: { readonly createdAt: string; readonly id: string } },
    limit: number,
  ): Promise<readonly Delivery[]> {
    const { status, before } = filter;
    const rows = await this.db.query<Row[]>(
      `select * from mail.outbox where ($1::text is null or status = $1)
         and ($2::timestamptz is null or (created_at, id) < ($2, $3::uuid))
       order by created_at desc, id desc limit $4`,
      [status ?? null, before?.createdAt ?? null, before?.id ?? null, limit],
    );
    return rows.map(deliveryOf);
  }
  async hasDead(): Promise<boolean> {
    const rows = await this.db.query<unknown[]>(`select 1 from mail.outbox where status = 'dead' limit 1`);
    return rows.length > 0;
  }

  /** What waits for the next lists. */
  async waiting(): Promise<readonly Delivery[]> {
    const rows = await this.db.query<Row[]>(`select * from mail.outbox where status = 'for-digest' order by created_at, id`);
    return rows.map(deliveryOf);
  }
  async putIntoDigest(em: Db, ids: readonly string[], now: Date): Promise<void> {
    await em.query(`update mail.outbox set status = 'in-digest', settled_at = $2 where id = any($1)`, [ids, now]);
  }
  async isDigestMade(week: string): Promise<boolean> {
    return (await this.db.query<unknown[]>('select 1 from mail.digests where week = $1', [week])).length > 0;
  }
  /** @returns false: somebody else has made it meanwhile */
  async markDigestMade(em: Db, week: string): Promise<boolean> {
    const rows = await em.query<unknown[]>('insert into mail.digests (week) values ($1) on conflict do nothing returning week', [
      week,
    ]);
    return rows.length > 0;
  }

  async forgetOld(now: Date): Promise<void> {
    await this.db.query(`delete from mail.outbox where created_at < $1 and status not in ('queued', 'requested')`, [
      new Date(now.getTime() - KEPT_DAYS * 86_400_000),
    ]);
  }
}
