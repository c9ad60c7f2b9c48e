// Connections of the postgres store: how they are opened, and what it means when one of them fails.
import pg from 'pg';
import { UnavailableError } from '../port.js';

export interface ConnectionOptions {
  readonly connectionString: string;
  /** Milliseconds a connect or a statement may take. */
  readonly timeoutMs: number;
}

/** The connection broke under a statement: whether it took effect is not known. */
export class ConnectionLostError extends Error {
  override readonly name = 'ConnectionLostError';
}

export type Row = readonly (string | null)[];
export interface Statement {
  readonly name?: string;
  readonly text: string;
  readonly values?: unknown[];
}

/** Every value as the text the server sent: what a column means is the store's business. */
const RAW_TYPES = { getTypeParser: () => (value: string) => value };

/** Plans that do not depend on what a table held when they were made: by index, always. */
const SESSION = [
  'timezone=UTC',
  'datestyle=ISO',
  'default_transaction_isolation=read\\ committed',
  'plan_cache_mode=force_generic_plan',
  'enable_seqscan=off',
  'enable_bitmapscan=off',
  'jit=off',
]
  .map((setting) => `-c ${setting}`)
  .join(' ');

export const clientConfig = ({ connectionString, timeoutMs }: ConnectionOptions): pg.ClientConfig => ({
  connectionString,
  application_name: 'fremdrift event store',
  connectionTimeoutMillis: timeoutMs,
  statement_timeout: timeoutMs,
  // Only for a network that swallows packets: the server's own limit comes first.
  query_timeout: timeoutMs + 2_000,
  keepAlive: true,
  options: SESSION,
});

/** SQLSTATE of an error the server answered with. */
export const sqlState = (error: unknown): string | undefined => {
  const code = error instanceof pg.DatabaseError ? error.code : undefined;
  // Class 57P: the server ends the session, perhaps after the commit.
  return code?.startsWith('57P') || code?.startsWith('08') ? undefined : code;
};

/** Never the server's own words: they may quote a row. */
const reason = (error: unknown): string => {
  const { code } = error as { code?: unknown };
  return typeof code === 'string' ? code : 'connection failed';
};
export const unavailable = (error: unknown): UnavailableError =>
  new UnavailableError(`the event store does not answer (${reason(error)})`);

export const rows = async (client: Pick<pg.ClientBase, 'query'>, statement: Statement): Promise<Row[]> => {
  const result = await client.query<string[]>({ ...statement, rowMode: 'array', types: RAW_TYPES } as pg.QueryArrayConfig);
  return result.rows;
};

/** The settings without which an acknowledged event can be lost. */
const requireDurable = async (client: pg.Client): Promise<void> => {
  const off = await rows(client, {
    text: `select name from pg_settings where setting = 'off' and name in ('fsync', 'full_page_writes', 'synchronous_commit')`,
  });
  if (off.length === 0) return;
  const names = off.map(([name]) => name).join(', ');
  throw new Error(`The event store needs a durable PostgreSQL: turn on ${names}.`);
};

/** One connection, opened when it is needed and again when it was lost. Statements on it are pipelined. */
export interface Session {
  /** @throws UnavailableError when it cannot be opened; ConnectionLostError; pg.DatabaseError with an {@link sqlState} */
  query(statement: Statement): Promise<Row[]>;
  close(): Promise<void>;
}

export const createSession = (
  options: ConnectionOptions,
  { opened = async () => {}, lost }: { opened?: (client: pg.Client) => Promise<unknown>; lost?: () => void } = {},
): Session => {
  let current: Promise<pg.Client> | undefined;

  const connect = async (forget: () => void): Promise<pg.Client> => {
    const client = new pg.Client({ ...clientConfig(options), pipeline: true });
    client.on('error', forget);
    client.on('end', forget);
    try {
      await client.connect();
    } catch (error) {
      throw unavailable(error);
    }
    try {
      await requireDurable(client);
      await opened(client);
    } catch (error) {
      void client.end().catch(() => {});
      throw error;
    }
    return client;
  };
  const open = (): Promise<pg.Client> => {
    const forget = () => {
      if (current !== opening) return;
      current = undefined;
      lost?.();
    };
    const opening = connect(forget);
    opening.catch(forget);
    return opening;
  };

  return {
    query: async (statement) => {
      const opening = (current ??= open());
      const client = await opening;
      try {
        return await rows(client, statement);
      } catch (error) {
        if (sqlState(error) !== undefined) throw error;
        if (current === opening) current = undefined;
        void client.end().catch(() => {});
        throw new ConnectionLostError(reason(error));
      }
    },
    close: async () => {
      const closing = current;
      current = undefined;
      await closing?.then((client) => client.end()).catch(() => {});
    },
  };
};
