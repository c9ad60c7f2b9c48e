// Configuration: read from the environment once, at start; a wrong value is named in one clear line.
import { isIP } from 'node:net';
import { isAbsolute, join, resolve } from 'node:path';

export interface OidcSettings {
  readonly issuer: string;
  readonly audience: string;
  readonly roleClaim: string;
  readonly organisationClaim: string;
  /** `amr` must hold one of these, or `acr` be one of them. */
  readonly mfaValues: readonly string[];
}

/** Where mail is handed over. */
export interface MailSettings {
  readonly smtpUrl: string;
  /** The sender's address, and the organiser of meetings. */
  readonly from: string;
}

export interface Configuration {
  readonly host: string;
  readonly port: number;
  /** Absolute. Holds the embedded database, the key store and the demo's state. */
  readonly dataFolder: string;
  /** A PostgreSQL of one's own: then nothing embedded starts. */
  readonly databaseUrl?: string;
  /** The same database in the role that owns the tables; without it `databaseUrl` is that role's, or the tables are up to date. */
  readonly migrationsDatabaseUrl?: string;
  /** Where events go with EVENT_STORE=eventstoredb, `esdb://…`; PostgreSQL has the rest. What is in it, its store checks. */
  readonly eventStoreUrl?: string;
  /** A PostgreSQL for the keys alone; without it they are files in the data folder, of one process. */
  readonly keysDatabaseUrl?: string;
  /** What this process does: `api` answers requests, `worker` does what happens without one, `all` both. */
  readonly role: ProcessRole;
  /** The demo issuer, demo data and the movable clock. */
  readonly demo: boolean;
  readonly oidc?: OidcSettings;
  /** Base64, 32 bytes. Without it the embedded demo keeps one in a file beside the keys. */
  readonly masterKey?: string;
  /** While the master key is being rotated: the one before. */
  readonly previousMasterKey?: string;
  /** `sub` of the administrator who is enrolled when the log is empty. */
  readonly firstAdministrator?: string;
  readonly logLevel: LogLevel;
  /** Requests of one user; 0: nothing is limited. */
  readonly rateLimitPerMinute: number;
  /** Addresses and networks whose X-Forwarded-For is believed. */
  readonly trustedProxies?: readonly string[];
  /** Missing: no mail is sent. The demo has a mail server of its own and is given none. */
  readonly mail?: MailSettings;
  /** Where people find this server; without a slash at the end. Links in mail begin with it. */
  readonly publicUrl?: string;
}

export const PROCESS_ROLES = ['all', 'api', 'worker'] as const;
export type ProcessRole = (typeof PROCESS_ROLES)[number];

export const LOG_LEVELS = ['error', 'warn', 'log', 'debug'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** One setting is wrong. The message names the setting and what it takes, never a secret's value. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError';
  constructor(setting: string, problem: string) {
    super(`${setting} ${problem}`);
  }
}

const LOOPBACK = ['127.0.0.1', '::1', 'localhost'];
export const isLoopback = (host: string): boolean => LOOPBACK.includes(host);

type Environment = Readonly<Record<string, string | undefined>>;
const setting = (env: Environment, name: string): string | undefined => env[name]?.trim() || undefined;

const url = (setting: string, value: string, protocols: readonly string[]): string => {
  const parsed = URL.canParse(value) ? new URL(value) : undefined;
  if (!parsed || !protocols.includes(parsed.protocol)) {
    throw new ConfigurationError(setting, `must be a URL that starts with ${protocols.map((p) => `${p}//`).join(' or ')}`);
  }
  return value;
};

const POSTGRES = ['postgres:', 'postgresql:'];

/** KEYS_DATABASE_URL. @throws ConfigurationError */
export const keysDatabaseOf = (env: Environment): string | undefined => {
  const text = setting(env, 'KEYS_DATABASE_URL');
  return text === undefined ? undefined : url('KEYS_DATABASE_URL', text, POSTGRES);
};

/** Of the event store, when that is not PostgreSQL. No URL to Node: it may name several hosts. */
const readEventStore = (env: Environment): string | undefined => {
  const kind = setting(env, 'EVENT_STORE') ?? 'postgres';
  const eventStoreUrl = setting(env, 'EVENTSTORE_URL');
  if (kind !== 'postgres' && kind !== 'eventstoredb')
    throw new ConfigurationError('EVENT_STORE', 'must be postgres or eventstoredb');
  if (kind === 'postgres') {
    if (eventStoreUrl === undefined) return undefined;
    throw new ConfigurationError('EVENT_STORE', 'must be eventstoredb when EVENTSTORE_URL is set');
  }
  if (eventStoreUrl === undefined)
    throw new ConfigurationError('EVENTSTORE_URL', 'is needed with EVENT_STORE=eventstoredb: esdb://host:2113');
  if (!/^esdb(\+discover)?:\/\//.test(eventStoreUrl))
    throw new ConfigurationError('EVENTSTORE_URL', 'must start with esdb:// or esdb+discover://');
  return eventStoreUrl;
};

const readOidc = (env: Environment): OidcSettings | undefined => {
  const issuer = setting(env, 'OIDC_ISSUER');
  if (issuer === undefined) return undefined;
  const audience = setting(env, 'OIDC_AUDIENCE');
  if (audience === undefined)
    throw new ConfigurationError('OIDC_AUDIENCE', 'is needed when OIDC_ISSUER is set: the audience of our tokens');
  url('OIDC_ISSUER', issuer, ['https:', 'http:']);
  if (new URL(issuer).protocol !== 'https:' && !isLoopback(new URL(issuer).hostname))
    throw new ConfigurationError('OIDC_ISSUER', 'must start with https:// unless it is on this machine');
  return {
    issuer,
    audience,
    roleClaim: setting(env, 'OIDC_ROLE_CLAIM') ?? 'fremdrift_role',
    organisationClaim: setting(env, 'OIDC_ORGANISATION_CLAIM') ?? 'fremdrift_organisation',
    mfaValues: (setting(env, 'OIDC_MFA_VALUES') ?? 'mfa').split(/[\s,]+/).filter(Boolean),
  };
};

/** An address, or a network such as 10.0.0.0/8. */
const isNetwork = (text: string): boolean => {
  const [address = '', length, more] = text.split('/');
  const bits = { 0: -1, 4: 32, 6: 128 }[isIP(address)]!;
  return more === undefined && bits > 0 && (length === undefined || (/^\d{1,3}$/.test(length) && Number(length) <= bits));
};
const readTrustedProxies = (env: Environment): readonly string[] | undefined => {
  const proxies = setting(env, 'TRUSTED_PROXIES')?.split(/[\s,]+/);
  if (proxies?.every(isNetwork) === false)
    throw new ConfigurationError('TRUSTED_PROXIES', 'must be addresses or networks, such as 10.0.0.7, 10.1.0.0/16');
  return proxies;
};

/** @param demo whose mail goes nowhere but to its own page */
const readMail = (env: Environment, demo: boolean): Pick<Configuration, 'mail' | 'publicUrl'> => {
  const publicText = setting(env, 'PUBLIC_URL');
  const publicUrl = publicText === undefined ? undefined : url('PUBLIC_URL', publicText, ['https:', 'http:']).replace(/\/+$/, '');
  if (publicUrl !== undefined) {
    const { protocol, hostname, search, hash } = new URL(publicUrl);
    if (protocol !== 'https:' && !isLoopback(hostname))
      throw new ConfigurationError('PUBLIC_URL', 'must start with https:// unless it is on this machine');
    if (search !== '' || hash !== '') throw new ConfigurationError('PUBLIC_URL', 'must be an address without ? and #');
  }
  const found = publicUrl === undefined ? {} : { publicUrl };
  const smtpText = setting(env, 'SMTP_URL');
  const from = setting(env, 'MAIL_FROM');
  if (smtpText === undefined) {
    if (from !== undefined) throw new ConfigurationError('MAIL_FROM', 'is of no use without SMTP_URL');
    return found;
  }
  if (demo) throw new ConfigurationError('SMTP_URL', 'cannot be set in the demo: its mail stays here, at /demo/mail');
  const smtpUrl = url('SMTP_URL', smtpText, ['smtps:', 'smtp:']);
  if (from === undefined)
    throw new ConfigurationError('MAIL_FROM', 'is needed when SMTP_URL is set: the address mail comes from');
  if (!/^[^\s@<>,;:"()]+@[a-z0-9-]+(\.[a-z0-9-]+)+$/i.test(from))
    throw new ConfigurationError('MAIL_FROM', 'must be an address alone, such as fremdrift@kommune.example');
  if (publicUrl === undefined)
    throw new ConfigurationError('PUBLIC_URL', 'is needed when SMTP_URL is set: what links in mail begin with');
  return { ...found, mail: { smtpUrl, from } };
};

/** FREMDRIFT_DATA, absolute; default `.data` in the working folder. */
export const dataFolderOf = (env: Environment, workingFolder: string): string => {
  const data = setting(env, 'FREMDRIFT_DATA') ?? '.data';
  return isAbsolute(data) ? data : resolve(join(workingFolder, data));
};

/**
 * @param env usually `process.env`
 * @param workingFolder what a relative FREMDRIFT_DATA is relative to
 * @throws ConfigurationError on the first wrong value
 */
export const readConfiguration = (env: Environment, workingFolder: string): Configuration => {
  const portText = setting(env, 'PORT') ?? '3000';
  const port = Number(portText);
  if (!/^\d{1,5}$/.test(portText) || port > 65_535)
    throw new ConfigurationError('PORT', `must be a whole number from 0 to 65535, not "${portText}"`);
  const host = setting(env, 'HOST') ?? '127.0.0.1';
  if (!/^[A-Za-z0-9.:_-]+$/.test(host)) throw new ConfigurationError('HOST', 'must be a host name or an IP address');
  const dataFolder = dataFolderOf(env, workingFolder);
  const databaseText = setting(env, 'DATABASE_URL');
  const databaseUrl = databaseText === undefined ? undefined : url('DATABASE_URL', databaseText, POSTGRES);
  const migrationsText = setting(env, 'MIGRATIONS_DATABASE_URL');
  const migrationsDatabaseUrl =
    migrationsText === undefined ? undefined : url('MIGRATIONS_DATABASE_URL', migrationsText, POSTGRES);
  if (migrationsDatabaseUrl !== undefined && databaseUrl === undefined)
    throw new ConfigurationError('MIGRATIONS_DATABASE_URL', 'needs a DATABASE_URL: the embedded database has its own owner');
  const keysDatabaseUrl = keysDatabaseOf(env);
  // The folder's lock is what keeps a second server from the embedded database.
  if (keysDatabaseUrl !== undefined && databaseUrl === undefined)
    throw new ConfigurationError('KEYS_DATABASE_URL', 'needs a DATABASE_URL: beside the embedded database keys are files');
  const role = (setting(env, 'FREMDRIFT_ROLE') ?? 'all') as ProcessRole;
  if (!PROCESS_ROLES.includes(role)) throw new ConfigurationError('FREMDRIFT_ROLE', `must be one of ${PROCESS_ROLES.join(', ')}`);
  if (role !== 'all' && keysDatabaseUrl === undefined)
    throw new ConfigurationError(
      'FREMDRIFT_ROLE',
      `${role} is one of several processes: they share a DATABASE_URL and a KEYS_DATABASE_URL`,
    );
  const eventStoreUrl = readEventStore(env);
  const demoText = setting(env, 'FREMDRIFT_DEMO');
  if (demoText !== undefined && demoText !== '0' && demoText !== '1')
    throw new ConfigurationError('FREMDRIFT_DEMO', 'must be 0 or 1');
  const oidc = readOidc(env);
  if (oidc && demoText === '1')
    throw new ConfigurationError('FREMDRIFT_DEMO', 'cannot be 1 when OIDC_ISSUER is set: the demo signs everybody in');
  const demo = !oidc && demoText !== '0' && ((databaseUrl === undefined && eventStoreUrl === undefined) || demoText === '1');
  if (!oidc && !demo) {
    throw new ConfigurationError(
      'OIDC_ISSUER',
      'is needed for sign-in (or FREMDRIFT_DEMO=1 for demo users and demo data in this database or event store)',
    );
  }
  if (demo && !isLoopback(host))
    throw new ConfigurationError('HOST', `must be ${LOOPBACK.join(', ')} with the demo issuer: it signs anybody in`);
  const masterKey = setting(env, 'FREMDRIFT_MASTER_KEY');
  if (masterKey !== undefined && Buffer.from(masterKey, 'base64').length !== 32) {
    throw new ConfigurationError('FREMDRIFT_MASTER_KEY', 'must be 32 bytes in base64');
  }
  if (!demo && masterKey === undefined)
    throw new ConfigurationError('FREMDRIFT_MASTER_KEY', 'is needed: 32 random bytes in base64 that wrap every key');
  const previousMasterKey = setting(env, 'FREMDRIFT_MASTER_KEY_PREVIOUS');
  if (previousMasterKey !== undefined && Buffer.from(previousMasterKey, 'base64').length !== 32)
    throw new ConfigurationError('FREMDRIFT_MASTER_KEY_PREVIOUS', 'must be 32 bytes in base64');
  const logLevel = setting(env, 'LOG_LEVEL') ?? 'log';
  if (!LOG_LEVELS.includes(logLevel as LogLevel))
    throw new ConfigurationError('LOG_LEVEL', `must be one of ${LOG_LEVELS.join(', ')}`);
  const rateText = setting(env, 'RATE_LIMIT_PER_MINUTE') ?? '3000';
  if (!/^\d{1,7}$/.test(rateText))
    throw new ConfigurationError('RATE_LIMIT_PER_MINUTE', 'must be a whole number of requests a user, or 0 for no limit');
  const trustedProxies = readTrustedProxies(env);
  const firstAdministrator = setting(env, 'FREMDRIFT_FIRST_ADMINISTRATOR');
  return {
    host,
    port,
    dataFolder,
    role,
    demo,
    logLevel: logLevel as LogLevel,
    rateLimitPerMinute: Number(rateText),
    ...(trustedProxies && { trustedProxies }),
    ...(databaseUrl !== undefined && { databaseUrl }),
    ...(migrationsDatabaseUrl !== undefined && { migrationsDatabaseUrl }),
    ...(keysDatabaseUrl !== undefined && { keysDatabaseUrl }),
    ...(eventStoreUrl !== undefined && { eventStoreUrl }),
    ...(oidc && { oidc }),
    ...(masterKey !== undefined && { masterKey }),
    ...(previousMasterKey !== undefined && { previousMasterKey }),
    ...(firstAdministrator !== undefined && { firstAdministrator }),
    ...readMail(env, demo),
  };
};
