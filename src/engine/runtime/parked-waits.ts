// Calls that wait or watch, by tenant and principal. Each holds memory of this server for as long as it lasts, so the
// bound is for this server alone.
import { compoundKey } from "../../core/compound-key.ts";
import { limitReached, Refused } from "../../core/refusal.ts";
import type { Caller } from "../caller.ts";

/** How many wait, by tenant, and by tenant and principal. Names with no waits are not kept. */
export type ParkedWaits = Map<string, number>;

/** Some other wait ends within about this time. */
const retryMs = 1_000;

export function createParkedWaits(): ParkedWaits {
  return new Map();
}

/** Counts a wait until the answer is called. Throws when there may be no further one. */
export function acquireWaitSlot({ parkedWaits }: { readonly parkedWaits: ParkedWaits }, caller: Caller): () => void {
  const { limits } = caller;
  const scopes = [
    { name: caller.tenantId, limit: "parked_waits_max" },
    { name: compoundKey(caller.tenantId, caller.principalText), limit: "principal_parked_waits_max" },
  ] as const;
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
