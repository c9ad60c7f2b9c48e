// In which role a question is asked. Taken on for one transaction and sent along with the statement, so that no connection carries it on.
import type { OrganisationKind } from '@app/domain';
import pg from 'pg';
import type { Connection, QueryConfig, QueryResult } from 'pg';
import type { DataSource, EntityManager } from 'typeorm';
import { personalOf } from './tables.js';

export const SCHEMA = 'read_models';
/** Views of the personal tables without their texts. */
export const pseudonymousOf = (schema: string): string => `${schema}_pseudonymous`;

/** On whose behalf the database is asked. `background`: of no request. */
export type DatabaseContext =
  | { readonly role: 'staff'; readonly userId: string; readonly kind: Exclude<OrganisationKind, 'other'> }
  | { readonly role: 'auditor' | 'outsider' | 'background' };
/** Undefined: no context. Then there are no rows but those of the registry and the checkpoint. */
export type CurrentContext = () => DatabaseContext | undefined;
export const BACKGROUND: DatabaseContext = { role: 'background' };

/**
 * What a policy asks of the context: somebody of the municipality or the police. Nobody set means nothing seen. It says of itself that
 * it never changes, so that the planner asks once, before it plans: what remains is a plan without a condition, or one without rows.
 * Otherwise every table of every question would have a filter that hides indexes and estimates. It holds because nothing that reads
 * these tables is planned in one context and run in another: a statement's name is one role's, staff has a kind and a user always
 * (`queryIn`), and the windows of others do not ask.
 */
export const IS_STAFF = 'fremdrift_context.is_staff()';
export const CREATE_IS_STAFF = [
  'create schema fremdrift_context',
  `create function fremdrift_context.is_staff() returns boolean language plpgsql immutable parallel restricted as $$ begin
     return coalesce(current_setting('fremdrift.kind', true) in ('municipal', 'police')
       and current_setting('fremdrift.user_id', true) <> '', false);
   end $$`,
  'revoke execute on function fremdrift_context.is_staff from public',
  'grant usage on schema fremdrift_context to fremdrift_staff',
  'grant execute on function fremdrift_context.is_staff to fremdrift_staff',
];

const SEARCH_PATH: Readonly<Record<DatabaseContext['role'], string>> = {
  staff: `${personalOf(SCHEMA)}, ${SCHEMA}, pg_temp`,
  background: `${personalOf(SCHEMA)}, ${SCHEMA}, pg_temp`,
  auditor: `${pseudonymousOf(SCHEMA)}, ${SCHEMA}, pg_temp`,
  outsider: `${SCHEMA}, pg_temp`,
};

/** `true`: until the end of the transaction. The role last: it may not set another's settings, and need not. */
const ENTER = `select set_config('fremdrift.kind', $1, true), set_config('fremdrift.user_id', $2, true),
  set_config('search_path', $3, true), set_config('role', $4, true)`;
const valuesOf = (context: DatabaseContext): string[] => [
  context.role === 'staff' ? context.kind : '',
  context.role === 'staff' ? context.userId : '',
  SEARCH_PATH[context.role],
  `fremdrift_${context.role}`,
];

/** The rest of this transaction is in the context. */
export const enter = async (em: Pick<EntityManager, 'query'>, context: DatabaseContext): Promise<void> => {
  await em.query(ENTER, valuesOf(context));
};

/** The parts of the driver's connection that its types leave out. */
interface Wire {
  readonly parsedStatements: Record<string, string | undefined>;
  parse(statement: { name: string; text: string }): void;
  bind(portal: { statement: string; values: string[] }): void;
  execute(portal: { portal?: string }): void;
}
/** The parts of the driver's query that its types leave out: what it does with what the server says. */
interface Handling {
  prepare(connection: Connection): void;
  handleDataRow(message: unknown): void;
  handleCommandComplete(message: unknown, connection: Connection): void;
}
const DriverQuery = pg.Query as unknown as new (config: QueryConfig & { queryMode: 'extended' }) => pg.Query & Handling;

const NAME = 'fremdrift_enter';

/** So many questions, of one role each, are planned once a connection; what else there may be is planned every time. */
const PLANNED_ONCE = 400;
const names = new Map<string, string>();
/** Planning costs more than most answers. */
const nameOf = ({ role }: DatabaseContext, text: string): string | undefined => {
  const question = `${role} ${text}`;
  if (!names.has(question) && names.size < PLANNED_ONCE) names.set(question, `fremdrift_${names.size}`);
  return names.get(question);
};

/**
 * A statement with its context before it: both on their way together, as one transaction, for the server ends it only at the Sync that
 * follows the second. What the first answers is not the caller's.
 */
class QueryInContext extends DriverQuery {
  /** The context was taken on, and its statement is known to the connection. */
  private entered = false;
  #wire: Wire | undefined;
  constructor(
    private readonly context: DatabaseContext,
    config: QueryConfig,
  ) {
    super({ ...config, queryMode: 'extended' });
  }
  override prepare(connection: Connection): void {
    const wire = (this.#wire = connection as unknown as Wire);
    if (wire.parsedStatements[NAME] === undefined) wire.parse({ name: NAME, text: ENTER });
    wire.bind({ statement: NAME, values: valuesOf(this.context) });
    wire.execute({});
    super.prepare(connection);
  }
  override handleDataRow(message: unknown): void {
    if (this.entered) super.handleDataRow(message);
  }
  override handleCommandComplete(message: unknown, connection: Connection): void {
    if (this.entered) return super.handleCommandComplete(message, connection);
    this.entered = true;
    this.#wire!.parsedStatements[NAME] = ENTER;
  }
}

/** The pool that typeorm opened. */
const poolOf = (dataSource: DataSource): pg.Pool => (dataSource.driver as unknown as { readonly master: pg.Pool }).master;

const run = async <R>(dataSource: DataSource, context: DatabaseContext, config: QueryConfig): Promise<R[]> => {
  const client = await poolOf(dataSource).connect();
  const onError = (): void => {}; // The query says so too, and without a listener it would end the process.
  client.on('error', onError);
  // After an error a connection may be broken, or know a plan of tables that are no more: another takes its place.
  let broken = true;
  try {
    const { rows } = await new Promise<QueryResult>((resolve, reject) => {
      const done = (error: Error | null, result: QueryResult) => (error ? reject(error) : resolve(result));
      void client.query(new QueryInContext(context, config) as never, done as never);
    });
    broken = false;
    return rows as R[];
  } finally {
    client.off('error', onError);
    client.release(broken);
  }
};

/** Of a plan whose tables have got other columns meanwhile. */
const isOutOfDate = (error: unknown): boolean => error instanceof pg.DatabaseError && error.code === '0A000';

/**
 * One statement in a transaction of its own, in the context.
 * @throws the database's error; TypeError for staff that is nobody
 */
export const queryIn = async <R>(
  dataSource: DataSource,
  context: DatabaseContext,
  text: string,
  values: unknown[],
): Promise<R[]> => {
  if (context.role === 'staff' && !context.userId) throw new TypeError('staff without a user');
  const name = nameOf(context, text);
  if (name === undefined) return run(dataSource, context, { text, values });
  try {
    return await run(dataSource, context, { name, text, values });
  } catch (error) {
    if (!isOutOfDate(error)) throw error;
    return run(dataSource, context, { text, values });
  }
};
