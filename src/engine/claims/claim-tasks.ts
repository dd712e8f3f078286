// ClaimTasks: leases what is eligible now, perhaps nothing.
import type { ClaimTasksRequest } from "../../../gen/typescript/asyncgate/v1/lease_service_pb.ts";
import { preflightFailed } from "../../core/agent-refusals.ts";
import { assert } from "../../core/assert.ts";
import { msOfDuration } from "../../core/duration.ts";
import { isOfAgent } from "../../core/preflight.ts";
import { Refused, throwIfRefused } from "../../core/refusal.ts";
import type { Caller } from "../caller.ts";
import type { Engine } from "../engine.ts";
import { checkWanted, withPassed } from "../health/preflight.ts";
import type { GrantedTask } from "../views/granted-task.ts";
import { claimOfCall } from "./acting-agent.ts";
import { type Claim, type ClaimResult, checkClaimTasks, quotaRefusal } from "./claim.ts";
import { claimBatch } from "./claim-batch.ts";
import type { ClaimTogether } from "./coalesced-claims.ts";
import { claimOnce } from "./recorded-claim.ts";

type ClaimingEngine = Engine & { readonly claimTogether: ClaimTogether };

export async function claimTasks(
  engine: ClaimingEngine,
  caller: Caller,
  request: ClaimTasksRequest,
): Promise<GrantedTask[]> {
  throwIfRefused(checkClaimTasks(request));
  const claim = await claimOfCall(engine, caller, request);
  const leased = await claimKnown(engine, claim);
  if (leased.length > 0 || !isOfAgent(claim.kind)) return leased;
  // Tasks may wait for an agent of which nothing was known: it is looked at, once.
  const { passed, failed } = await checkWanted(engine, caller.tenantId, claim.kind);
  const found = passed.length > 0 ? await claimKnown(engine, claim) : leased;
  if (found.length === 0 && failed.length > 0 && !mayWait(request)) throw new Refused(preflightFailed(failed));
  return found;
}

function mayWait({ wait }: ClaimTasksRequest): boolean {
  return wait !== undefined && msOfDuration(wait) > 0;
}

/** With the agents that are known to pass. */
async function claimKnown(engine: ClaimingEngine, { call, ...asked }: Claim): Promise<GrantedTask[]> {
  const claim = { ...asked, kind: withPassed(engine, asked.caller.tenantId, asked.kind) };
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
