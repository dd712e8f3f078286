// ClaimTasks: leases what is eligible now, perhaps nothing.
import type { ClaimTasksRequest } from "../../../gen/typescript/asyncgate/v1/lease_service_pb.ts";
import { assert } from "../../core/assert.ts";
import { throwIfRefused } from "../../core/refusal.ts";
import type { Caller } from "../caller.ts";
import type { Engine } from "../engine.ts";
import type { GrantedTask } from "../views/granted-task.ts";
import { claimOfCall } from "./acting-agent.ts";
import { type Claim, type ClaimResult, checkClaimTasks, quotaRefusal } from "./claim.ts";
import { claimBatch } from "./claim-batch.ts";
import type { ClaimTogether } from "./coalesced-claims.ts";
import { claimOnce } from "./recorded-claim.ts";

export async function claimTasks(
  engine: Engine & { readonly claimTogether: ClaimTogether },
  caller: Caller,
  request: ClaimTasksRequest,
): Promise<GrantedTask[]> {
  throwIfRefused(checkClaimTasks(request));
  const { call, ...claim } = await claimOfCall(engine, caller, request);
  if (call) return await claimOnce(engine, { ...claim, call });
  const result = claim.taskIds ? await claimNamed(engine, claim) : await engine.claimTogether(claim);
  throwIfRefused(quotaRefusal(result));
  return [...result.leased];
}

/** By itself: no other claim wants the same tasks. */
async function claimNamed(engine: Engine, claim: Claim): Promise<ClaimResult> {
  const [result] = await claimBatch(engine, claim.caller.tenantId, [claim]);
  assert(result !== undefined, "every claim has a result");
  return result;
}
