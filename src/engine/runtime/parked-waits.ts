// Calls that wait or watch, by tenant and principal. Each holds memory of this server for as long as it lasts, so the
// bound is for this server alone.
import { compoundKey } from "../../core/compound-key.ts";
import type { QuotaLimits } from "../../core/limits.ts";
import { limitReached, Refused } from "../../core/refusal.ts";
import type { Caller } from "../caller.ts";

/** How many wait, by tenant, and by tenant and principal. Names with no waits are not kept. */
export type ParkedWaits = Map<string, number>;

/** Some other wait ends within about this time. */
const retryMs = 1_000;

export function createParkedWaits(): ParkedWaits {
  return new Map();
}

/** Followers of output are counted once more, by themselves. */
export type WaitKind = "wait" | "follow";

/** Counts a wait until the answer is called. Throws when there may be no further one. */
export function acquireWaitSlot(
  { parkedWaits }: { readonly parkedWaits: ParkedWaits },
  caller: Caller,
  kind: WaitKind = "wait",
): () => void {
  const { limits, tenantId, principalText } = caller;
  const principal = compoundKey(tenantId, principalText);
  const scopes: { readonly name: string; readonly limit: keyof QuotaLimits }[] = [
    { name: tenantId, limit: "parked_waits_max" },
    { name: principal, limit: "principal_parked_waits_max" },
  ];
  if (kind === "follow") {
    scopes.push(
      { name: compoundKey("follow", tenantId), limit: "output_followers_max" },
      { name: compoundKey("follow", principal), limit: "principal_output_followers_max" },
    );
  }
  for (const { name, limit } of scopes) {
    const value = (parkedWaits.get(name) ?? 0) + 1;
    if (value > limits[limit]) throw new Refused(limitReached({ limit, bound: limits[limit], value }, retryMs));
  }
  const change = (by: 1 | -1) => {
    for (const { name } of scopes) {
      const waits = (parkedWaits.get(name) ?? 0) + by;
      if (waits > 0) parkedWaits.set(name, waits);
      else parkedWaits.delete(name);
    }
  };
  change(1);
  return () => change(-1);
}
