// The stores that a URL can name.
import {
  ConnectionStringError,
  createEventStoreDbEventStore,
  createPostgresEventStore,
  EVENT_STORE_MIGRATIONS,
  UnavailableError,
  type EventStore,
} from '@app/event-store';
import { openDatabase } from '@app/platform';
import { Unusable } from '../unusable.js';

/** In place of a URL: the embedded PostgreSQL of FREMDRIFT_DATA, while its server is stopped. */
export const EMBEDDED = 'embedded';
const TIMEOUT_MS = 30_000;
const POSTGRES = /^postgres(ql)?:\/\//;
const EVENTSTOREDB = /^esdb(\+discover)?:\/\//;

/** Without user, password and options: fit to be shown. Not through URL, which does not know a list of hosts. */
export const shown = (url: string): string => url.replace(/\/\/[^/?#]*@/, '//').replace(/[?#].*$/s, '');

/** Codes of PostgreSQL. */
const CODES: Readonly<Record<string, string>> = {
  '28P01': 'wrong user or password',
  '28000': 'this user may not sign in',
  '3D000': 'no such database',
  '42P01': 'there is no log in it',
};

const connect = async (option: string, url: string): Promise<EventStore> => {
  if (POSTGRES.test(url)) return createPostgresEventStore({ connectionString: url, poolSize: 8, timeoutMs: TIMEOUT_MS });
  if (EVENTSTOREDB.test(url)) return createEventStoreDbEventStore({ connectionString: url, timeoutMs: TIMEOUT_MS });
  const known = `postgres://…, esdb://…, esdb+discover://…, ${EMBEDDED}`;
  throw new Unusable(`${option} is the URL of an event store: ${known}`, `${option} er adressen på et hændelseslager: ${known}`);
};

/** A PostgreSQL without tables gets those of the event store. */
const makeTables = async (url: string): Promise<void> => {
  const database = await openDatabase(url, EVENT_STORE_MIGRATIONS, 2);
  await database.destroy();
};

/** @param option `--to` may be empty and is prepared. @throws Unusable in words that hold no password */
export const openStore = async (option: '--from' | '--to', url: string): Promise<EventStore> => {
  let store: EventStore | undefined;
  try {
    // First the store, which refuses a database that is not durable, then its tables.
    store = await connect(option, url);
    if (option === '--to' && POSTGRES.test(url)) await makeTables(url);
    await store.head();
    return store;
  } catch (error) {
    await store?.close();
    if (error instanceof ConnectionStringError) throw new Unusable(`${option} ${error.message}`, 'adressen er forkert');
    if (!(error instanceof UnavailableError)) throw error;
    const why = error.message.replace(/\((\w+)\)$/, (_, code: string) => `(${CODES[code] ?? code})`);
    throw new Unusable(`${shown(url)}: ${why}`, 'lageret kan ikke bruges');
  }
};
