// One leader at a time: a session lock in PostgreSQL, held by a connection of its own, gone with it.
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import type { DataSource } from 'typeorm';

const LOCK = 7305002;
const CANDIDATE_EVERY_MS = 500;

export interface Leadership {
  /** Aborts when the connection, and with it the lock, is lost. */
  readonly lost: AbortSignal;
  release(): Promise<void>;
}

/**
 * Waits until this process leads.
 * @returns undefined when the signal aborted
 * @throws Error when the database cannot be reached
 */
export const lead = async (dataSource: DataSource, signal: AbortSignal): Promise<Leadership | undefined> => {
  const { url } = dataSource.options as { readonly url?: string };
  const client = new pg.Client({ connectionString: url, application_name: 'fremdrift read models', keepAlive: true });
  const lost = new AbortController();
  client.on('error', () => lost.abort());
  client.on('end', () => lost.abort());
  try {
    await client.connect();
    while (!signal.aborted) {
      const { rows } = await client.query<{ leads: boolean }>('select pg_try_advisory_lock($1) as leads', [LOCK]);
      if (rows[0]?.leads) return { lost: lost.signal, release: () => client.end() };
      await delay(CANDIDATE_EVERY_MS, undefined, { signal }).catch(() => {});
    }
  } catch (error) {
    await client.end().catch(() => {});
    throw error;
  }
  await client.end();
  return undefined;
};
