// Draws at random that can be repeated: all of a run follow from one seed. See seed.ts for SEED and RUNS.
import { inject } from "vitest";

export const seed = inject("seed");

/** `usual`, or as many as RUNS asks for. */
export function times(usual: number): number {
  return Math.ceil(usual * inject("runs"));
}

/** Draws from [0, 1): a small generator with a seed (mulberry32). */
export function createRandom(from: number): () => number {
  let state = from >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
