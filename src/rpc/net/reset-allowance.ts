// How many calls the clients of an address may give up, over all of its connections. The burst lets a crowd of waiting
// calls be canceled at once; with more, and with more a second, a client only keeps the server busy.
import { renewBounded } from "../../core/bounded-map.ts";
import { fill, fullBucket, type TokenBucket } from "../../core/token-bucket.ts";

/** The cost of 10,000 calls given up before they begin, or of 100,000 others: `resetCost` in http2-flood-guard.ts. */
export const resetBurst = 100_000;
export const resetsPerSecond = 1_000;
/** A few megabytes. Beyond, the addresses whose last reset is longest ago are forgotten. */
const addressesMax = 10_000;

export type ResetAllowance = {
  /** False when the address has spent all that it may. */
  spend(address: string, cost: number): boolean;
};

export function createResetAllowance(monotonicMs: () => number): ResetAllowance {
  const buckets = new Map<string, TokenBucket>();
  return {
    spend(address, cost) {
      const nowMs = monotonicMs();
      const bucket = buckets.get(address) ?? fullBucket({ perSecond: resetsPerSecond, burst: resetBurst }, nowMs);
      fill(bucket, nowMs);
      const left = bucket.tokens - cost;
      bucket.tokens = Math.max(0, left);
      renewBounded(buckets, address, bucket, addressesMax);
      return left >= 0;
    },
  };
}
