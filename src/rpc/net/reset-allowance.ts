// How many calls the clients of an address may give up, over all of its connections. The burst lets a crowd of waiting
// calls be canceled at once; with more, and with more a second, a client only keeps the server busy.
import { renewBounded } from "../../core/bounded-map.ts";

/** The cost of 10,000 calls given up before they begin, or of 100,000 others: `resetCost` in http2-flood-guard.ts. */
export const resetBurst = 100_000;
export const resetsPerSecond = 1_000;
/** A few megabytes. Beyond, the addresses whose last reset is longest ago are forgotten. */
const addressesMax = 10_000;
const msPerSecond = 1_000;

type Spent = { readonly cost: number; readonly atMs: number };

export type ResetAllowance = {
  /** False when the address has spent all that it may. */
  spend(address: string, cost: number): boolean;
};

export function createResetAllowance(monotonicMs: () => number): ResetAllowance {
  const spent = new Map<string, Spent>();
  return {
    spend(address, cost) {
      const atMs = monotonicMs();
      const before = spent.get(address);
      const recovered = before === undefined ? 0 : ((atMs - before.atMs) / msPerSecond) * resetsPerSecond;
      const total = Math.max(0, (before?.cost ?? 0) - recovered) + cost;
      renewBounded(spent, address, { cost: Math.min(total, resetBurst), atMs }, addressesMax);
      return total <= resetBurst;
    },
  };
}
