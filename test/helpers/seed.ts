// Reads SEED and RUNS, once for a whole run: vitest.config.ts gives them to every test file.

declare module "vitest" {
  export interface ProvidedContext {
    /** What every draw at random begins from. */
    readonly seed: number;
    /** The factor by which tests that draw at random run longer than usual. */
    readonly runs: number;
  }
}

/** Fixed, so that a run that was green stays green until the code changes. */
const seedDefault = 20_261_121;
/** fast-check takes seeds of 32 bits with a sign. */
const seedsCount = 2 ** 31;

/** `SEED=random` draws a seed; `SEED=<number>` repeats one. `RUNS=10` runs ten times as many cases. */
export function readSeed(environment: Readonly<Record<string, string | undefined>>): { seed: number; runs: number } {
  const { SEED: wanted = String(seedDefault), RUNS: factor = "1" } = environment;
  const seed = wanted === "random" ? Math.floor(Math.random() * seedsCount) : Number(wanted);
  if (wanted === "" || !Number.isInteger(seed) || seed < 0 || seed >= seedsCount) {
    throw new Error(`SEED is "${wanted}"; it must be "random" or a whole number below ${seedsCount}`);
  }
  const runs = Number(factor);
  if (!(runs > 0 && runs <= 1_000)) throw new Error(`RUNS is "${factor}"; it must be a number above 0, at most 1000`);
  return { seed, runs };
}
