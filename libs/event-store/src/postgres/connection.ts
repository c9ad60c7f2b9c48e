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

/** The key or check that an error is about. */
export const constraint = (error: unknown): string | undefined =>
  error instanceof pg.DatabaseError ? error.constraint : undefined;

/** Never the server's own words: they may quote a row. */
const reason = (error: unknown): string => {
  const { code } = error as { code?: unknown };
  return typeof code === 'string' ? code : 'connection failed';
};
export const unavailable = (error: unknown): UnavailableError =>
  new UnavailableError(`the event store does not answer (${reason(error)})`);

/** With a callback: the promises in between would cost a lone append a tenth of its time. */
export const rows = (client: Queryable, { name, text, values }: Statement): Promise<Row[]> =>
  new Promise((resolve, reject) => {
    client.query({ name, text, values, rowMode: 'array', types: RAW_TYPES }, (error, result) =>
      error ? reject(error) : resolve(result.rows),
    );
  });
type Queryable = Pick<pg.ClientBase | pg.Pool, 'query'>;

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
  let ready: pg.Client | undefined;
  let opening: Promise<pg.Client> | undefined;

  const drop = (client: pg.Client): void => {
    if (ready !== client) return;
    ready = undefined;
    lost?.();
    void client.end().catch(() => {});
  };
  const connect = async (): Promise<pg.Client> => {
    const client = new pg.Client({ ...clientConfig(options), pipeline: true });
    client.on('error', () => drop(client));
    client.on('end', () => drop(client));
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
    ready = client;
    return client;
  };
  const open = (): Promise<pg.Client> => (opening ??= connect().finally(() => (opening = undefined)));

  const send = (client: pg.Client, statement: Statement): Promise<Row[]> =>
    rows(client, statement).catch((error: unknown) => {
      if (sqlState(error) !== undefined) throw error;
      drop(client);
      throw new ConnectionLostError(reason(error));
    });

  return {
    query: (statement) => (ready ? send(ready, statement) : open().then((client) => send(client, statement))),
    close: async () => {
      const client = ready ?? (await opening?.catch(() => undefined));
      ready = undefined;
      await client?.end().catch(() => {});
    },
  };
};
