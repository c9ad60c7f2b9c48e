// Chance that can be had again: everything random in a fuzz run comes from its seed.
export interface Random {
  /** 0 up to 1. */
  number(): number;
  /** 0 up to `below`, whole. */
  below(below: number): number;
  chance(probability: number): boolean;
  of<T>(list: readonly T[]): T;
}

/** Mulberry32: small, and good enough to pick among lists. */
export const randomOf = (seed: number): Random => {
  let state = seed >>> 0;
  const number = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
  const below = (limit: number) => Math.floor(number() * limit);
  return { number, below, chance: (probability) => number() < probability, of: (list) => list[below(list.length)]! };
};
