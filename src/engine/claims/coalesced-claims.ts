// Claims of one kind that come while another one is under way are done together, in one transaction.
import { assert } from "../../core/assert.ts";
import { compoundKey } from "../../core/compound-key.ts";
import { workKindKey } from "../../core/work-kind.ts";
import type { Engine } from "../engine.ts";
import { createCoalescer } from "../runtime/coalescer.ts";
import type { TenantEngines } from "../tx/tenant-engines.ts";
import type { Claim, ClaimResult } from "./claim.ts";
import { claimBatch } from "./claim-batch.ts";

export type ClaimTogether = (claim: Claim) => Promise<ClaimResult>;

export function createClaimTogether(engineOf: TenantEngines, isPoison: (error: unknown) => boolean): ClaimTogether {
  const submit = createCoalescer<Claim, ClaimResult>({
    run(_key, claims) {
      const [first] = claims;
      assert(first !== undefined, "a batch is never empty");
      const { tenantId } = first.caller;
      return claimForEach(engineOf(tenantId), tenantId, claims);
    },
    weigh: ({ tasks }) => tasks,
    isPoison,
  });
  return (claim) => submit(compoundKey(claim.caller.tenantId, workKindKey(claim.kind)), claim);
}

/** Where tasks are large, one transaction may leave some claims with nothing though there is more: they claim again. */
async function claimForEach(engine: Engine, tenantId: string, claims: readonly Claim[]): Promise<ClaimResult[]> {
  const results = await claimBatch(engine, tenantId, claims);
  const empty = results.flatMap(({ leased, isCut }, place) => (isCut && leased.length === 0 ? [place] : []));
  // Another claim was granted something each time, so that fewer are left.
  if (empty.length === 0 || empty.length === claims.length) return results;
  const left = claims.filter((_claim, place) => empty.includes(place));
  const more = await claimForEach(engine, tenantId, left).catch((error: unknown) => {
    // The others have their leases, whatever becomes of these.
    engine.database.log("claim_failed", { error: String(error) });
    return [];
  });
  for (const [index, place] of empty.entries()) results[place] = more[index] ?? { leased: [] };
  return results;
}
