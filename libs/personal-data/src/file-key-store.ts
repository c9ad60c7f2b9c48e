// The key cabinet as one append-only file: the whole index in memory, keys there only wrapped, creations that wait share one fsync.
import type { FileHandle } from 'node:fs/promises';
import { access, chmod, mkdir, open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Subject } from '@app/domain';
import { writeNewAtomically } from './files.js';
import { lockFolder, type FolderLock } from './folder-lock.js';
import { KeyCache } from './key-cache.js';
import * as form from './key-file.js';
import { KIND, RECORD_BYTES, type Kind } from './key-file.js';
import {
  ErasedError,
  KeyStoreCorruptError,
  KeyStoreUnavailableError,
  type DataKey,
  type KeyStore,
  type KeyTarget,
} from './key-store.js';
import { namedPlace, OWNER_BYTES, placeOfTarget, PLACES_KEY } from './places.js';

export const KEY_FILE = 'keys.dat';
interface Creation {
  readonly cacheName: string;
  readonly place: string;
  readonly record: Buffer;
  readonly key: Buffer;
  readonly resolve: (key: DataKey) => void;
  readonly reject: (error: unknown) => void;
}

const writeAll = async (file: FileHandle, bytes: Buffer, position: number): Promise<void> => {
  for (let done = 0; done < bytes.length;) {
    const { bytesWritten } = await file.write(bytes, done, bytes.length - done, position + done);
    done += bytesWritten;
  }
};
const unavailable = (what: string, cause?: unknown) => new KeyStoreUnavailableError(`the key store ${what}`, { cause });

export class FileKeyStore implements KeyStore {
  /** The file's records without its header; `#count` of them are in use. */
  #records: Buffer;
  #count: number;
  readonly #byId = new Map<string, number>();
  /** The live key of every place. */
  readonly #byPlace = new Map<string, number>();
  /** Places of subjects whose key was destroyed. */
  readonly #destroyed = new Set<string>();
  readonly #creating = new Map<string, Promise<DataKey>>();
  readonly #cache: KeyCache<DataKey>;
  readonly #placesKey: Buffer;
  readonly #wrapping: Buffer;
  #queue: Creation[] = [];
  /** Everything that writes, one after the other. */
  #work: Promise<unknown> = Promise.resolve();
  /** Closed, or unsure of what is on disk: says no until it is opened again. */
  #stopped?: KeyStoreUnavailableError;
  #closed = false;

  /** Use {@link openFileKeyStore}. */
  constructor(
    private readonly file: FileHandle,
    private readonly lock: FolderLock,
    records: Buffer,
    wrapping: Buffer,
    now?: () => number,
  ) {
    this.#wrapping = wrapping;
    this.#records = records;
    this.#count = records.length / RECORD_BYTES;
    for (let n = 0; n < this.#count; n++) this.#index(n);
    const places = this.#byPlace.get(PLACES_KEY.toString('latin1'));
    if (places === undefined) throw new KeyStoreCorruptError('the first record of the file of keys is missing');
    this.#placesKey = form.unwrap(wrapping, this.#record(places));
    this.#cache = new KeyCache(now);
  }

  /** How many unwrapped keys are in memory. */
  get cached(): number {
    return this.#cache.size;
  }

  async keyFor(subject: Subject): Promise<DataKey> {
    const { id, scope } = subject;
    return this.#obtain(KIND.subject, `s:${id}\n${scope}`, () => {
      const place = this.#place({ subjectId: id, scope });
      if (this.#isDestroyed(place) || this.#isDestroyed(this.#place({ subjectId: id, scope: 'identity' })))
        throw new ErasedError();
      return place;
    });
  }

  async named(name: string): Promise<Buffer> {
    return (await this.#obtain(KIND.named, `n:${name}`, () => namedPlace(name))).key;
  }

  async find(keyId: string): Promise<Buffer | undefined> {
    if (this.#stopped) throw this.#stopped;
    const cached = this.#cache.get(keyId);
    if (cached) return cached.key;
    const n = this.#byId.get(keyId);
    if (n === undefined || !form.isLive(this.#record(n))) return undefined;
    return this.#take(keyId, n).key;
  }

  async destroy(target: KeyTarget): Promise<readonly string[]> {
    const place = this.#place(target);
    // At once: a key asked for from here on must not be made behind this destruction's back.
    this.#destroyed.add(this.#place({ scope: 'identity', ...target }).toString('latin1'));
    return this.#exclusively(async () => {
      const all = this.#recordsAt(place);
      await this.#zero(all.filter((n) => form.isLive(this.#record(n))));
      return all.map((n) => form.keyIdOf(this.#record(n)));
    });
  }

  async destroyAgain(targets: readonly KeyTarget[]): Promise<number> {
    const places = new Set(targets.map((target) => this.#place(target).toString('latin1')));
    // Also where this file never had a key: none is made.
    for (const target of targets) this.#destroyed.add(this.#place({ scope: 'identity', ...target }).toString('latin1'));
    return this.#exclusively(async () => {
      const back: number[] = [];
      for (let n = 0; n < this.#count && places.size > 0; n++) {
        const record = this.#record(n);
        if (!form.isLive(record) || form.kindOf(record) !== KIND.subject) continue;
        const place = form.placeOf(record);
        if (places.has(place) || places.has(place.slice(0, OWNER_BYTES))) back.push(n);
      }
      await this.#zero(back);
      return back.length;
    });
  }

  /** Overwrites the wrapped keys of live records, on disk first. */
  async #zero(live: readonly number[]): Promise<void> {
    await this.#ensureOurs();
    if (live.length === 0) return;
    const zeroed = live.map((n) => form.destroyedRecord(this.#record(n)));
    try {
      for (const [i, n] of live.entries()) await writeAll(this.file, zeroed[i]!, (n + 1) * RECORD_BYTES);
      await this.file.datasync();
    } catch (error) {
      throw this.#stop('could not destroy a key', error);
    }
    const gone = new Set<string>();
    for (const [i, n] of live.entries()) {
      gone.add(form.keyIdOf(this.#record(n)));
      zeroed[i]!.copy(this.#record(n));
      this.#index(n);
    }
    this.#cache.drop((key) => gone.has(key.keyId));
  }

  /** Ids of all keys destroyed so far: what a restored older backup must destroy again before it serves. */
  tombstones(): readonly string[] {
    const all = Array.from({ length: this.#count }, (_, n) => this.#record(n));
    return all.filter((record) => !form.isLive(record)).map(form.keyIdOf);
  }

  /** Waits for what is being written, then lets go of the folder. */
  async close(): Promise<void> {
    await this.#exclusively(async () => {
      if (this.#closed) return;
      this.#closed = true;
      this.#stopped ??= unavailable('is closed');
      this.#cache.close();
      await this.file.close();
      await this.lock.release();
    });
  }

  #place(target: KeyTarget): Buffer {
    return placeOfTarget(this.#placesKey, target);
  }
  #isDestroyed(place: Buffer): boolean {
    return this.#destroyed.has(place.toString('latin1'));
  }

  #record(n: number): Buffer {
    return this.#records.subarray(n * RECORD_BYTES, (n + 1) * RECORD_BYTES);
  }

  #index(n: number): void {
    const record = this.#record(n);
    const place = form.placeOf(record);
    if (form.isLive(record)) this.#byPlace.set(place, n);
    else {
      this.#byPlace.delete(place);
      this.#destroyed.add(place);
    }
    if (form.kindOf(record) === KIND.subject) this.#byId.set(form.keyIdOf(record), n);
  }

  /** Record numbers whose place begins with these bytes. */
  #recordsAt(place: Buffer): number[] {
    const found: number[] = [];
    const first = place.readInt32LE(0);
    for (let n = 0; n < this.#count; n++) {
      const at = n * RECORD_BYTES + 32;
      if (this.#records.readInt32LE(at) !== first || form.kindOf(this.#record(n)) !== KIND.subject) continue;
      if (place.equals(this.#records.subarray(at, at + place.length))) found.push(n);
    }
    return found;
  }

  #take(cacheName: string, n: number): DataKey {
    const record = this.#record(n);
    const key = { keyId: form.keyIdOf(record), key: form.unwrap(this.#wrapping, record) };
    this.#cache.set(cacheName, key);
    return key;
  }

  async #obtain(kind: Kind, cacheName: string, placeOf: () => Buffer): Promise<DataKey> {
    if (this.#stopped) throw this.#stopped;
    const cached = this.#cache.get(cacheName);
    if (cached) return cached;
    const bytes = placeOf();
    const place = bytes.toString('latin1');
    const n = this.#byPlace.get(place);
    if (n !== undefined) return this.#take(cacheName, n);
    let creating = this.#creating.get(place);
    if (!creating) {
      creating = new Promise<DataKey>((resolve, reject) => {
        const { key, record } = form.newKey(this.#wrapping, kind, bytes);
        this.#queue.push({ cacheName, place, record, key, resolve, reject });
        // The first in the queue calls for a flush; who comes while it waits for the one under way rides along.
        if (this.#queue.length === 1) void this.#exclusively(() => this.#flush());
      });
      this.#creating.set(place, creating);
    }
    return creating;
  }

  /** Writes and syncs all creations that wait. Never rejects: every creation hears its own answer. */
  async #flush(): Promise<void> {
    const batch = this.#queue;
    this.#queue = [];
    try {
      await this.#ensureOurs();
      await this.#append(Buffer.concat(batch.map(({ record }) => record)));
    } catch (error) {
      for (const { place, reject } of batch) {
        this.#creating.delete(place);
        reject(error);
      }
      return;
    }
    for (const { cacheName, place, record, key, resolve } of batch) {
      record.copy(this.#record(this.#count));
      this.#index(this.#count++);
      this.#creating.delete(place);
      const made = { keyId: form.keyIdOf(record), key };
      this.#cache.set(cacheName, made);
      resolve(made);
    }
  }

  async #append(bytes: Buffer): Promise<void> {
    const end = (this.#count + 1) * RECORD_BYTES;
    try {
      await writeAll(this.file, bytes, end);
    } catch (error) {
      // A full disk: take back what was half-written, and the next one may succeed.
      await this.file.truncate(end).catch((cause: unknown) => this.#stop('could not take back a failed write', cause));
      throw unavailable('could not write a key', error);
    }
    try {
      await this.file.datasync();
    } catch (error) {
      throw this.#stop('could not sync a key', error); // after a failed fsync nobody knows what is on disk
    }
    const needed = this.#count * RECORD_BYTES + bytes.length;
    if (needed > this.#records.length) {
      const larger = Buffer.alloc(needed * 2);
      this.#records.copy(larger);
      this.#records = larger;
    }
  }

  async #ensureOurs(): Promise<void> {
    if (this.#stopped) throw this.#stopped;
    if (!(await this.lock.held())) throw this.#stop('lost its lock to another process');
  }

  #stop(what: string, cause?: unknown): KeyStoreUnavailableError {
    this.#stopped ??= unavailable(what, cause);
    return this.#stopped;
  }

  #exclusively<T>(task: () => Promise<T>): Promise<T> {
    const run = this.#work.then(task);
    this.#work = run.catch(() => undefined);
    return run;
  }
}

/**
 * Opens the folder (made with mode 0700 when missing) for this process alone.
 * @param options `masterKey` 32 bytes, see loadMasterKey; `now`: milliseconds of a clock that never goes back, for the cache
 * @throws KeyStoreLockedError, MasterKeyError, KeyStoreCorruptError
 */
export const openFileKeyStore = async (options: {
  readonly folder: string;
  readonly masterKey: Buffer;
  readonly now?: () => number;
}): Promise<FileKeyStore> => {
  const { folder, masterKey, now } = options;
  const wrapping = form.wrappingKey(masterKey);
  const path = join(folder, KEY_FILE);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await chmod(folder, 0o700);
  const lock = await lockFolder(folder);
  let file: FileHandle | undefined;
  try {
    const exists = await access(path).then(
      () => true,
      () => false,
    );
    if (!exists) {
      const places = form.newKey(wrapping, KIND.named, PLACES_KEY);
      await writeNewAtomically(path, Buffer.concat([form.newHeader(masterKey), places.record]));
    }
    file = await open(path, 'r+');
    const bytes = await readFile(file);
    const { header, records } = form.readKeyFile(bytes);
    form.requireMasterKey(form.checkOf(header), masterKey);
    const end = header.length + records.length;
    if (end < bytes.length) {
      await file.truncate(end);
      await file.sync();
    }
    return new FileKeyStore(file, lock, records, wrapping, now);
  } catch (error) {
    await file?.close();
    await lock.release();
    throw error;
  }
};
