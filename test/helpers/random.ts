// Draws at random that can be repeated: all of a run follow from one seed. See seed.ts for SEED and RUNS.
import { inject } from "vitest";

export { createRandom } from "./draws.ts";

export const seed = inject("seed");

/** `usual`, or as many as RUNS asks for. */
export function times(usual: number): number {
  return Math.ceil(usual * inject("runs"));
}
