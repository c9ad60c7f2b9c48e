// Unwrapped keys, for a short while: the oldest go first, and none stays longer than its time, however much it is used.

/** Keys are out of memory at most 60 s after they went in: 50 s of use, swept every 10 s. */
const MAX_AGE_MS = 50_000;
const SWEEP_MS = 10_000;
const MAX_ENTRIES = 20_000;

export class KeyCache<V> {
  // In the order in which they expire. A look-up does not reorder: moving entries costs more than unwrapping a key now and then.
  readonly #entries = new Map<string, { readonly value: V; readonly until: number }>();
  readonly #timer: NodeJS.Timeout;

  /** @param now milliseconds of a clock that never goes back */
  constructor(
    private readonly now: () => number = () => performance.now(),
    private readonly maxEntries = MAX_ENTRIES,
  ) {
    this.#timer = setInterval(() => this.sweep(), SWEEP_MS).unref();
  }

  get size(): number {
    return this.#entries.size;
  }

  get(name: string): V | undefined {
    const entry = this.#entries.get(name);
    return entry && entry.until > this.now() ? entry.value : undefined;
  }

  set(name: string, value: V): void {
    if (this.#entries.size >= this.maxEntries) this.#dropOldest(Math.ceil(this.maxEntries / 4));
    this.#entries.delete(name);
    this.#entries.set(name, { value, until: this.now() + MAX_AGE_MS });
  }

  /** Drops what a predicate picks. */
  drop(which: (value: V) => boolean): void {
    for (const [name, entry] of this.#entries) if (which(entry.value)) this.#entries.delete(name);
  }

  /** Drops what is past its time; runs by itself every 10 s. */
  sweep(): void {
    const now = this.now();
    for (const [name, entry] of this.#entries) {
      if (entry.until > now) return;
      this.#entries.delete(name);
    }
  }

  close(): void {
    clearInterval(this.#timer);
    this.#entries.clear();
  }

  /** Many at once: finding the first entry of a Map steps over all that were deleted before it. */
  #dropOldest(count: number): void {
    let left = count;
    for (const name of this.#entries.keys()) {
      if (left-- === 0) return;
      this.#entries.delete(name);
    }
  }
}
