// pg-boss as this server uses it: over the connections that are there, without timers or workers of its own. Whoever looks, fetches.
import type pg from 'pg';
import type PgBoss from 'pg-boss';
import type { DataSource, EntityManager } from 'typeorm';
import { DEAD_LETTERS, JOBS, QUEUE } from './tables.js';

/** A job's whole content. */
interface Content {
  readonly id: string;
}
export interface Job {
  readonly jobId: string;
  /** Of the message in the outbox. */
  readonly id: string;
}

const within = (em: EntityManager): PgBoss.Db => ({
  executeSql: async (text, values) => {
    const client = (await em.queryRunner!.connect()) as pg.ClientBase;
    return client.query(text, values);
  },
});
const on = (dataSource: DataSource): PgBoss.Db => ({
  executeSql: async (text, values) => {
    const runner = dataSource.createQueryRunner();
    try {
      const client = (await runner.connect()) as pg.ClientBase;
      try {
        return await client.query(text, values);
      } catch (error) {
        // Some of pg-boss's statements open a transaction of their own.
        await client.query('rollback');
        throw error;
      }
    } finally {
      await runner.release();
    }
  },
});

export class Jobs {
  private constructor(private readonly boss: PgBoss) {}

  /** @throws Error when the tables are of another version of pg-boss */
  static async open(dataSource: DataSource): Promise<Jobs> {
    const { default: Boss } = await import('pg-boss');
    const boss = new Boss({
      ...{ db: on(dataSource), schema: JOBS, migrate: false, supervise: false, schedule: false },
      ...{ archiveCompletedAfterSeconds: 3600, deleteAfterDays: 7 },
    });
    boss.on('error', () => {}); // every call here is awaited, and tells by itself
    await boss.start();
    return new Jobs(boss);
  }

  /** In the caller's transaction. */
  async add(em: EntityManager, ids: readonly string[]): Promise<void> {
    const content = (id: string): Content => ({ id });
    for (const id of ids) await this.boss.send(QUEUE, content(id), { db: within(em) });
  }
  /** Nobody else gets it for five minutes. */
  async next(): Promise<Job | undefined> {
    const [job] = await this.boss.fetch<Content>(QUEUE);
    return job && { jobId: job.id, id: job.data.id };
  }
  /** In the caller's transaction. */
  async done(em: EntityManager, { jobId }: Job): Promise<void> {
    await this.boss.complete(QUEUE, jobId, {}, { db: within(em) });
  }
  /** To be tried again later, or given up after the last try. @param why a code: it is stored */
  async failed({ jobId }: Job, why: string): Promise<void> {
    await this.boss.fail(QUEUE, jobId, { why });
  }

  /** Tries that were killed count as failed; what is done long ago goes. */
  async tidy(): Promise<void> {
    await this.boss.maintain();
  }
  /** Messages that were given up; told until {@link buried}. */
  async nextDead(): Promise<Job | undefined> {
    const [job] = await this.boss.fetch<Content>(DEAD_LETTERS);
    return job && { jobId: job.id, id: job.data.id };
  }
  async buried(em: EntityManager, { jobId }: Job): Promise<void> {
    await this.boss.complete(DEAD_LETTERS, jobId, {}, { db: within(em) });
  }
}
