// ClaimTasks: leases what is eligible now, perhaps nothing.
import type { ClaimTasksRequest } from "../../../gen/typescript/asyncgate/v1/lease_service_pb.ts";
import { throwIfRefused } from "../../core/refusal.ts";
import type { Caller } from "../caller.ts";
import type { Engine } from "../engine.ts";
import type { GrantedTask } from "../views/granted-task.ts";
import { claimFromRequest, quotaRefusal } from "./claim.ts";
import type { ClaimTogether } from "./coalesced-claims.ts";
import { claimOnce } from "./recorded-claim.ts";

export async function claimTasks(
  engine: Engine & { readonly claimTogether: ClaimTogether },
  caller: Caller,
  request: ClaimTasksRequest,
): Promise<GrantedTask[]> {
  const { call, ...claim } = claimFromRequest(engine, caller, request);
  if (call) return await claimOnce(engine, { ...claim, call });
  const result = await engine.claimTogether(claim);
  throwIfRefused(quotaRefusal(result));
  return [...result.leased];
}
