// One leader at a time: a session lock in PostgreSQL, held by a connection of its own, gone with it. The processes talk over the
// same connections: who waits for rows wakes the leader, and the leader says when they are there.
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import type { DataSource } from 'typeorm';

const LOCK = 7305002;
const CHANNEL = 'fremdrift_read_models';
const CANDIDATE_EVERY_MS = 500;

export interface Wire {
  /** Aborts when the connection, and with it the lock, is lost. */
  readonly lost: AbortSignal;
  /** To all other processes. A hint: whoever does not hear it looks for itself. */
  tell(message: string): void;
  /** Waits until this process leads; false when the signal aborted. */
  lead(signal: AbortSignal): Promise<boolean>;
  close(): Promise<void>;
}

/**
 * @param hear what another process tells
 * @throws Error when the database cannot be reached
 */
export const openWire = async (dataSource: DataSource, hear: (message: string) => void): Promise<Wire> => {
  const { url } = dataSource.options as { readonly url?: string };
  const client = new pg.Client({
    connectionString: url,
    application_name: 'fremdrift read models',
    keepAlive: true,
    // A leader whose machine is gone says no goodbye: PostgreSQL has to notice, or nobody takes over.
    options: '-c tcp_keepalives_idle=10 -c tcp_keepalives_interval=5 -c tcp_keepalives_count=3',
    pipeline: true, // a message need not wait for the lock's answer
  });
  const lost = new AbortController();
  client.on('error', () => lost.abort());
  client.on('end', () => lost.abort());
  let own: number | undefined;
  client.on('notification', ({ processId, payload = '' }) => {
    if (processId !== own) hear(payload);
  });
  try {
    await client.connect();
    const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid');
    own = rows[0]!.pid;
    await client.query(`listen ${CHANNEL}`);
  } catch (error) {
    await client.end().catch(() => {});
    throw error;
  }
  return {
    lost: lost.signal,
    tell: (message) => void client.query('select pg_notify($1, $2)', [CHANNEL, message]).catch(() => {}),
    lead: async (signal) => {
      while (!signal.aborted) {
        const { rows } = await client.query<{ leads: boolean }>('select pg_try_advisory_lock($1) as leads', [LOCK]);
        if (rows[0]?.leads) return true;
        await delay(CANDIDATE_EVERY_MS, undefined, { signal }).catch(() => {});
      }
      return false;
    },
    close: () => client.end(),
  };
};
