// The roles in the database. Rights are given to roles that nobody signs in as; the server's login is a member of one that owns nothing,
// and takes on one of the others for a transaction at a time.
import { createHash, createHmac, pbkdf2Sync, randomBytes } from 'node:crypto';
import pg from 'pg';
import { ConfigurationError } from './configuration.js';

type Queries = { query<T>(sql: string): Promise<T> };

/** What the server signs in with the rights of: the event log to read and add to, the registry. No person's row. */
const RUNTIME = 'fremdrift_runtime';
/** For one transaction each. `staff`: people of the authorities; `auditor`: pseudonyms; `outsider`: numbers; `background`: no request. */
const FOR_A_TRANSACTION = ['fremdrift_staff', 'fremdrift_auditor', 'fremdrift_outsider', 'fremdrift_background'];
/** Owns the views and functions through which others see less. Nobody works in it. */
const WINDOWS = 'fremdrift_windows';

const OLDEST_VERSION = 160_000;
const [DUPLICATE_OBJECT, UNIQUE_VIOLATION, INTERNAL_ERROR] = ['42710', '23505', 'XX000'];
const INSUFFICIENT_PRIVILEGE = '42501';
const codeOf = (error: unknown): unknown =>
  ((error as { driverError?: { code?: unknown } }).driverError ?? (error as { code?: unknown })).code;

/** Roles belong to the whole server, and another database's owner may be making the same at this moment. */
const unlessMadeMeanwhile = async (work: () => Promise<unknown>): Promise<void> => {
  try {
    await work();
  } catch (error) {
    const code = codeOf(error);
    if (code === INSUFFICIENT_PRIVILEGE)
      throw new Error(
        'The owner of the tables may not make roles: give it CREATEROLE, or make the roles as docs/database-roles.md says.',
        { cause: error },
      );
    if (code !== DUPLICATE_OBJECT && code !== UNIQUE_VIOLATION && code !== INTERNAL_ERROR) throw error;
  }
};

/** @throws ConfigurationError for a login that only works for the server */
export const requireOwner = async (owner: Queries): Promise<void> => {
  if (await worksOnly(owner))
    throw new ConfigurationError('MIGRATIONS_DATABASE_URL', 'is needed: the login of DATABASE_URL may not change tables');
};

/** Makes the roles that are missing, as the owner. @throws Error in one line when it may not */
export const makeRoles = async (owner: Queries): Promise<void> => {
  const [server] = await owner.query<{ version: number }[]>(`select current_setting('server_version_num')::int as version`);
  if (server!.version < OLDEST_VERSION) throw new Error('PostgreSQL must be version 16 or later.');
  const missing = async () => {
    const roles = [RUNTIME, WINDOWS, ...FOR_A_TRANSACTION];
    const rows = await owner.query<{ name: string }[]>(
      `select name from unnest(array['${roles.join("','")}']) name where not exists (select 1 from pg_roles where rolname = name)`,
    );
    return rows.map(({ name }) => name);
  };
  // What is inherited would be there without being taken on.
  for (const name of await missing()) await unlessMadeMeanwhile(() => owner.query(`create role ${name} nologin noinherit`));
  const isMember = async (role: string, of: string) => {
    const [row] = await owner.query<unknown[]>(
      `select 1 from pg_auth_members m where m.set_option and m.roleid = '${of}'::regrole and m.member = ${role}::regrole`,
    );
    return row !== undefined;
  };
  for (const role of FOR_A_TRANSACTION)
    if (!(await isMember(`'${RUNTIME}'`, role)))
      await unlessMadeMeanwhile(() => owner.query(`grant ${role} to ${RUNTIME} with inherit false, set true`));
  // To give things to it. A superuser need not be a member.
  const [self] = await owner.query<{ superuser: boolean }[]>(
    'select rolsuper as superuser from pg_roles where rolname = current_user',
  );
  if (!self!.superuser && !(await isMember('quote_ident(current_user)', WINDOWS)))
    await unlessMadeMeanwhile(() => owner.query(`grant ${WINDOWS} to current_user with inherit false, set true`));
};

/** Temporary tables are nobody's but the owner's. The caller's lock lets one do this at a time. */
export const keepTemporaryTablesToOwner = async (owner: Queries): Promise<void> => {
  const [row] = await owner.query<{ name: string; open: boolean }[]>(
    `select quote_ident(current_database()) as name, has_database_privilege('${RUNTIME}', current_database(), 'temporary') as open`,
  );
  if (row!.open) await owner.query(`revoke temporary on database ${row!.name} from public`);
};

/** The login made beside an owner: its password follows from the owner's, so that every process knows it and nobody keeps it. */
export const loginFor = (ownerUrl: string): string => {
  const url = new URL(ownerUrl);
  if (url.password === '' || url.username === '')
    throw new Error(
      'DATABASE_URL of an owner has no password: set MIGRATIONS_DATABASE_URL to it, and DATABASE_URL to another login.',
    );
  const password = createHmac('sha256', decodeURIComponent(url.password))
    .update("fremdrift: the server's login")
    .digest('base64url');
  url.username = `${url.username}_server`;
  url.password = password;
  return url.href;
};

/** As the server stores it: a password in a statement could end in its log. */
const scram = (password: string): string => {
  const [salt, rounds] = [randomBytes(16), 4096];
  const salted = pbkdf2Sync(password.normalize('NFKC'), salt, rounds, 32, 'sha256');
  const hmac = (text: string) => createHmac('sha256', salted).update(text).digest();
  const stored = createHash('sha256').update(hmac('Client Key')).digest('base64');
  return `SCRAM-SHA-256$${rounds}:${salt.toString('base64')}$${stored}:${hmac('Server Key').toString('base64')}`;
};

const signsIn = async (url: string): Promise<boolean> => {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => {});
  try {
    await client.connect();
    return true;
  } catch (error) {
    if (String(codeOf(error)).startsWith('28')) return false;
    throw error;
  } finally {
    await client.end().catch(() => {});
  }
};

/** Makes the login of this URL, or gives it the password of this URL, and the rights to work. @param owner connected as the owner */
export const makeLogin = async (owner: Queries, url: string): Promise<void> => {
  const { username, password } = new URL(url);
  const role = pg.escapeIdentifier(decodeURIComponent(username));
  const quoted = pg.escapeLiteral(decodeURIComponent(username));
  const [known] = await owner.query<{ works: boolean }[]>(
    `select pg_has_role(oid, '${RUNTIME}', 'usage') as works from pg_roles where rolname = ${quoted}`,
  );
  const secret = password === '' ? '' : ` password '${scram(decodeURIComponent(password))}'`;
  if (!known) await unlessMadeMeanwhile(() => owner.query(`create role ${role} login${secret}`));
  if (!known?.works) await unlessMadeMeanwhile(() => owner.query(`grant ${RUNTIME} to ${role} with inherit true, set true`));
  if (!(await signsIn(url))) await unlessMadeMeanwhile(() => owner.query(`alter role ${role} login${secret}`));
};

const worksOnly = async (login: Queries): Promise<boolean> => {
  const [row] = await login.query<{ works: boolean }[]>(
    `select not s.rolsuper and pg_has_role(s.rolname, r.rolname, 'usage') as works
     from pg_roles s, pg_roles r where s.rolname = current_user and r.rolname = '${RUNTIME}'`,
  );
  return row?.works === true;
};

/** Whether it is a login that only works for the server: nothing can be made or changed with it. */
export const mayOnlyWork = async (url: string): Promise<boolean> => {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => {});
  try {
    await client.connect();
    return await worksOnly({ query: async <T>(sql: string) => (await client.query<object>(sql)).rows as T });
  } finally {
    await client.end().catch(() => {});
  }
};

/** Fails closed: a server that could do more than it must does not start. @throws Error that says what the role could do */
export const requirePowerless = async (server: Queries): Promise<void> => {
  const found = await server.query<{ power: string }[]>(`
    with me as (select * from pg_roles where rolname = current_user),
    mine as (select r.* from pg_roles r, me where pg_has_role(me.rolname, r.oid, 'member')),
    ours as (select oid, nspname from pg_namespace
      where nspname in ('event_store', 'imports', 'fremdrift_context') or nspname like 'read\\_models%')
    select 'SUPERUSER' as power from mine where rolsuper
    union all select 'BYPASSRLS' from mine where rolbypassrls
    union all select 'CREATEROLE' from mine where rolcreaterole
    union all select 'CREATEDB' from mine where rolcreatedb
    union all select 'CREATE in ' || nspname from ours where has_schema_privilege(nspname, 'create')
    union all select p.may || ' in the database' from unnest(array['CREATE', 'TEMPORARY']) p(may)
      where has_database_privilege(current_database(), p.may)
    union all select 'owner of ' || c.relname from pg_class c join ours on ours.oid = c.relnamespace join mine on mine.oid = c.relowner
    union all select p.may || ' on ' || c.relname from pg_class c join ours on ours.oid = c.relnamespace,
        unnest(array['UPDATE', 'DELETE', 'TRUNCATE']) p(may)
      where ours.nspname = 'event_store' and c.relkind = 'r' and has_table_privilege(c.oid, p.may)`);
  if (found.length > 0)
    throw new Error(
      `The server works in a role of the database that could do too much (${[...new Set(found.map(({ power }) => power))].join(', ')}): see docs/database-roles.md.`,
    );
};
