// The key cabinet in a PostgreSQL of its own, for as many processes as there are. It holds wrapped keys under keyed hashes; which
// of two who make the same key wins, and that none is made for who is being erased, is decided there.
import pg from 'pg';
import type { Subject } from '@app/domain';
import { KeyCache } from './key-cache.js';
import { destroyedRecord, isLive, keyIdOf, KIND, kindOf, newKey, placeOf, unwrap, type Kind } from './key-file.js';
import {
  ErasedError,
  KeyStoreCorruptError,
  KeyStoreUnavailableError,
  type DataKey,
  type KeyStore,
  type KeyTarget,
} from './key-store.js';
import { namedPlace, OWNER_BYTES, placeOfTarget, PLACES_KEY } from './places.js';
import * as db from './postgres-keys.js';
import { SCHEMA, type Master } from './postgres-keys.js';

const LISTEN_AGAIN_MS = 1_000;

const FIND = `select (select r.record from ${SCHEMA}.records r where r.key_id = u.id) as record
  from unnest($1::bytea[]) with ordinality as u(id, n) order by u.n`;
const MAKE = `select make as record from ${SCHEMA}.make($1, $2::bytea[], $3::bytea[])`;
const OF_OWNERS = `select record from ${SCHEMA}.records where owner = any($1::bytea[]) order by key_id`;
const OVERWRITE = `update ${SCHEMA}.records r set record = u.zeroed
  from unnest($1::bytea[]) as u(zeroed) where r.key_id = substring(u.zeroed from 17 for 16)`;
type Row = { readonly record: Buffer | null };

/** What is asked for while a statement is on its way, or in one go, becomes one statement. */
const together = <I, O>(
  schedule: (task: () => Promise<void>) => unknown,
  run: (items: readonly I[]) => Promise<readonly O[]>,
): ((item: I) => Promise<O>) => {
  let waiting: { readonly item: I; readonly resolve: (answer: O) => void; readonly reject: (error: unknown) => void }[] = [];
  const flush = async () => {
    const batch = waiting;
    waiting = [];
    try {
      const answers = await run(batch.map(({ item }) => item));
      batch.forEach(({ resolve }, n) => resolve(answers[n]!));
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
  };
  return (item) =>
    new Promise((resolve, reject) => {
      waiting.push({ item, resolve, reject });
      if (waiting.length === 1) schedule(flush);
    });
};

interface Wanted {
  readonly kind: Kind;
  readonly place: Buffer;
  /** Where the subject's identity key is: once destroyed, no key is made. Null for a service key. */
  readonly identity: Buffer | null;
}

export class PostgresKeyStore implements KeyStore {
  // Private to the runtime too: a dump of this object holds neither a password nor a key.
  readonly #pool: pg.Pool;
  readonly #url: string;
  readonly #masters: readonly Master[];
  #current: Master;
  readonly #cache: KeyCache<DataKey>;
  /** How often keys were dropped: an answer that was asked for before is not kept. */
  #drops = 0;
  /** Places of who is erased, as every start tells them. */
  readonly #erased = new Set<string>();
  readonly #creating = new Map<string, Promise<DataKey>>();
  /** Everything that makes or destroys keys in this process, one after the other. */
  #work: Promise<unknown> = Promise.resolve();
  #placesKey!: Buffer;
  #listener: pg.Client | undefined;
  #listenTimer: NodeJS.Timeout | undefined;
  #stopped: KeyStoreUnavailableError | undefined;
  readonly #find = together(
    (task) => queueMicrotask(() => void task()),
    (keyIds: readonly string[]) => this.#records(FIND, 'find', [keyIds.map((keyId) => Buffer.from(keyId, 'base64url'))]),
  );
  readonly #make = together(
    (task) => this.#exclusively(task),
    (wanted: readonly Wanted[]) => this.#makeAll(wanted),
  );

  /** Use {@link openPostgresKeyStore}. @param current of the masters, the one to wrap under */
  constructor(pool: pg.Pool, url: string, masters: readonly Master[], current: Master, now?: () => number) {
    this.#pool = pool;
    this.#url = url;
    this.#masters = masters;
    this.#current = current;
    this.#cache = new KeyCache(now);
  }

  /** Use {@link openPostgresKeyStore}. */
  async open(): Promise<this> {
    const [found] = await this.#records(`select record from ${SCHEMA}.records where owner = $1 and scope = $2`, 'places', [
      PLACES_KEY.subarray(0, OWNER_BYTES),
      PLACES_KEY.subarray(OWNER_BYTES),
    ]);
    if (!found) throw new KeyStoreCorruptError('the first record of the keys is missing');
    this.#placesKey = this.#unwrap(found);
    await this.#listen();
    return this;
  }

  /** How many unwrapped keys are in memory. */
  get cached(): number {
    return this.#cache.size;
  }

  async keyFor({ id, scope }: Subject): Promise<DataKey> {
    for (const target of [
      { subjectId: id, scope },
      { subjectId: id, scope: 'identity' },
    ])
      if (this.#erased.has(this.#place(target).toString('latin1'))) throw new ErasedError();
    return this.#obtain(`s:${id}\n${scope}`, () => ({
      kind: KIND.subject,
      place: this.#place({ subjectId: id, scope }),
      identity: this.#place({ subjectId: id, scope: 'identity' }),
    }));
  }

  async named(name: string): Promise<Buffer> {
    return (await this.#obtain(`n:${name}`, () => ({ kind: KIND.named, place: namedPlace(name), identity: null }))).key;
  }

  async find(keyId: string): Promise<Buffer | undefined> {
    if (this.#stopped) throw this.#stopped;
    const cached = this.#cache.get(keyId);
    if (cached) return cached.key;
    const drops = this.#drops;
    const record = await this.#find(keyId);
    if (!record || !isLive(record) || kindOf(record) !== KIND.subject) return undefined;
    return this.#keep(keyId, { keyId, key: this.#unwrap(record) }, drops).key;
  }

  async destroy(target: KeyTarget): Promise<readonly string[]> {
    const all = await this.#destroyAll([target]);
    return all.map(keyIdOf);
  }

  async destroyAgain(targets: readonly KeyTarget[]): Promise<number> {
    if (this.#stopped) throw this.#stopped;
    // Also where this database never had a key, being older than the subject: none is made.
    for (const target of targets) this.#erased.add(this.#place({ scope: 'identity', ...target }).toString('latin1'));
    // Nearly always there are none: then nobody has to wait for a lock.
    const back = (await this.#recordsOf(this.#pool, targets)).filter(isLive);
    if (back.length > 0) await this.#destroyAll(targets);
    return back.length;
  }

  /** Waits for what is being written. */
  async close(): Promise<void> {
    await this.#exclusively(async () => {
      if (this.#stopped) return;
      this.#stopped = new KeyStoreUnavailableError('the key store is closed');
      clearTimeout(this.#listenTimer);
      this.#cache.close();
      await this.#listener?.end().catch(() => {});
      await this.#pool.end();
    });
  }

  /** @returns the targets' records as they were, live or destroyed earlier */
  async #destroyAll(targets: readonly KeyTarget[]): Promise<readonly Buffer[]> {
    if (this.#stopped) throw this.#stopped;
    return this.#exclusively(async () => {
      const client = await this.#connect();
      try {
        const all = await db.inTransaction(client, async () => {
          await db.lockAlone(client);
          const found = await this.#recordsOf(client, targets);
          const live = found.filter(isLive);
          if (live.length > 0) {
            await client.query(OVERWRITE, [live.map(destroyedRecord)]);
            await db.tellDestroyed(client);
          }
          return found;
        });
        this.#drop();
        client.release();
        return all;
      } catch (error) {
        client.release(true);
        throw db.isKnown(error) ? error : db.unavailable(error);
      }
    });
  }

  async #recordsOf(client: pg.PoolClient | pg.Pool, targets: readonly KeyTarget[]): Promise<Buffer[]> {
    const places = targets.map((target) => this.#place(target));
    const owners = [
      ...new Map(places.map((place) => [place.toString('latin1', 0, OWNER_BYTES), place.subarray(0, OWNER_BYTES)])),
    ];
    const wanted = new Set(places.map((place) => place.toString('latin1')));
    const records = await this.#records(OF_OWNERS, 'of-owners', [owners.map(([, owner]) => owner)], client);
    return records.filter((record): record is Buffer => {
      if (!record || kindOf(record) !== KIND.subject) return false;
      const place = placeOf(record);
      return wanted.has(place) || wanted.has(place.slice(0, OWNER_BYTES));
    });
  }

  async #obtain(cacheName: string, wantedOf: () => Wanted): Promise<DataKey> {
    if (this.#stopped) throw this.#stopped;
    const cached = this.#cache.get(cacheName);
    if (cached) return cached;
    let creating = this.#creating.get(cacheName);
    if (!creating) {
      const drops = this.#drops;
      creating = this.#make(wantedOf())
        .then((made) => {
          if (!made) throw new ErasedError();
          return this.#keep(cacheName, made, drops);
        })
        .finally(() => this.#creating.delete(cacheName));
      this.#creating.set(cacheName, creating);
    }
    return creating;
  }

  /** The keys of these places, made where there are none; undefined where they were destroyed. */
  async #makeAll(wanted: readonly Wanted[], again = false): Promise<(DataKey | undefined)[]> {
    const { check, wrapping } = this.#current;
    const drafts = wanted.map(({ kind, place }) => newKey(wrapping, kind, place));
    const values = [check, drafts.map(({ record }) => record), wanted.map(({ identity }) => identity)];
    try {
      const records = await this.#records(MAKE, 'make', values);
      return records.map((record, n) => {
        if (!record) return undefined;
        const { key, record: draft } = drafts[n]!;
        return { keyId: keyIdOf(record), key: record.equals(draft) ? key : this.#unwrap(record) };
      });
    } catch (error) {
      if (again || !(error instanceof OtherMasterKeyError)) throw error;
      await this.#turnToCurrent();
      return this.#makeAll(wanted, true);
    }
  }

  /** The master keys are being rotated: from here on keys are wrapped under the new one, which this process has as well. */
  async #turnToCurrent(): Promise<void> {
    const stored = await db.readMasters(this.#pool).catch((error: unknown) => {
      throw db.unavailable(error);
    });
    if (!stored) throw new KeyStoreCorruptError('the key store has lost its master key');
    this.#current = db.requireMasters(stored, this.#masters);
  }

  #unwrap(record: Buffer): Buffer {
    const other = this.#masters.find((master) => master !== this.#current);
    if (!other) return unwrap(this.#current.wrapping, record);
    // While they are rotated a record is wrapped under one or the other.
    try {
      return unwrap(this.#current.wrapping, record);
    } catch {
      return unwrap(other.wrapping, record);
    }
  }

  #place(target: KeyTarget): Buffer {
    return placeOfTarget(this.#placesKey, target);
  }

  #keep(cacheName: string, key: DataKey, drops: number): DataKey {
    if (drops === this.#drops && this.#listener && !this.#stopped) this.#cache.set(cacheName, key);
    return key;
  }
  #drop(): void {
    this.#drops++;
    this.#cache.drop(() => true);
  }

  async #records(
    text: string,
    name: string,
    values: readonly unknown[],
    client: pg.PoolClient | pg.Pool = this.#pool,
  ): Promise<(Buffer | null)[]> {
    try {
      const { rows } = await client.query<Row>({ text, name, values: [...values] });
      return rows.map(({ record }) => record);
    } catch (error) {
      if ((error as { code?: string }).code === db.OTHER_MASTER_KEY) throw new OtherMasterKeyError();
      throw this.#stopped ?? db.unavailable(error);
    }
  }

  async #connect(): Promise<pg.PoolClient> {
    try {
      return await this.#pool.connect();
    } catch (error) {
      throw this.#stopped ?? db.unavailable(error);
    }
  }

  /** Hears when another process destroys keys. Whoever cannot hear keeps none. */
  async #listen(): Promise<void> {
    const client = new pg.Client(db.clientConfig(this.#url, this.#masters));
    const lost = () => {
      if (this.#listener !== client) return;
      this.#listener = undefined;
      this.#drop();
      this.#listenLater();
    };
    client.on('error', lost);
    client.on('end', lost);
    client.on('notification', () => this.#drop());
    try {
      await client.connect();
      await db.requireDurable(client); // it may be another server by now
      await client.query(`listen ${db.CHANNEL}`);
    } catch (error) {
      await client.end().catch(() => {});
      throw error;
    }
    this.#listener = client;
  }
  #listenLater(): void {
    if (this.#stopped) return;
    this.#listenTimer = setTimeout(() => {
      this.#listen().catch(() => this.#listenLater());
    }, LISTEN_AGAIN_MS).unref();
  }

  #exclusively<T>(task: () => Promise<T>): Promise<T> {
    const run = this.#work.then(task);
    this.#work = run.catch(() => undefined);
    return run;
  }
}

class OtherMasterKeyError extends Error {}

export interface PostgresKeyStoreOptions {
  /** `postgres://…` of a database that is for keys only. */
  readonly url: string;
  /** 32 bytes, see loadMasterKey. */
  readonly masterKey: Buffer;
  /** While the master key is being rotated: the one before. Keys wrapped under either can be read. */
  readonly previousMasterKey?: Buffer | undefined;
  /** URL of the database with events or read models: it must be another one. */
  readonly apartFrom?: string | undefined;
  /** Whether keys may be made where there are none. Default true. */
  readonly create?: boolean | undefined;
  /** What is not as it should be, and is no reason not to start. */
  readonly warn?: ((line: string) => void) | undefined;
  /** Milliseconds of a clock that never goes back, for the cache. */
  readonly now?: (() => number) | undefined;
}

/**
 * Opens the keys in a PostgreSQL, making the tables where there are none. Many processes may.
 * @throws KeyStoreUnavailableError also where the database is not durable or not apart; MasterKeyError; KeyStoreCorruptError
 */
export const openPostgresKeyStore = async (options: PostgresKeyStoreOptions): Promise<PostgresKeyStore> => {
  const { url, masterKey, previousMasterKey, apartFrom, create = true, warn, now } = options;
  const masters = [db.masterOf(masterKey), ...(previousMasterKey ? [db.masterOf(previousMasterKey)] : [])] as const;
  const pool = new pg.Pool({ ...db.clientConfig(url, masters), max: 4 });
  pool.on('error', () => {}); // an idle connection was lost: the next call opens another
  try {
    const client = await pool.connect();
    let current: Master;
    try {
      await db.requireDurable(client);
      if (apartFrom !== undefined && (await db.requireApart(client, apartFrom)))
        warn?.('keys and events are on one PostgreSQL server: its write-ahead log and its base backups hold both');
      current = await db.prepare(client, masters, create);
    } finally {
      client.release();
    }
    return await new PostgresKeyStore(pool, url, masters, current, now).open();
  } catch (error) {
    await pool.end();
    throw db.isKnown(error) ? error : db.unavailable(error);
  }
};
