// A worker's claim, from a request or a stream, and what comes of it.
import {
  type ClaimTasksRequest,
  ClaimTasksRequestSchema,
  LeaseService,
} from "../../../gen/typescript/asyncgate/v1/lease_service_pb.ts";
import type { ActingAgent } from "../../core/agent-session.ts";
import { msOfDuration } from "../../core/duration.ts";
import { invalidArgument, type Refusal } from "../../core/refusal.ts";
import type { SessionEnd } from "../../core/session-status.ts";
import { namingKind, type WorkKind, workKind } from "../../core/work-kind.ts";
import type { Caller } from "../caller.ts";
import type { Engine } from "../engine.ts";
import type { Admitted } from "../runtime/quotas.ts";
import type { Call, RecordedCall } from "../tx/repeated-call.ts";
import { requestDigest } from "../tx/request-digest.ts";
import type { GrantedTask } from "../views/granted-task.ts";

export type Claim = {
  readonly caller: Caller;
  readonly kind: WorkKind;
  /** The only tasks that it wants; absent: any. */
  readonly taskIds?: readonly string[] | undefined;
  /** At most. */
  readonly tasks: number;
  /** What its tasks may weigh, beyond the first; undefined: what one transaction may grant. */
  readonly bytesMax?: number | undefined;
  readonly instance: string;
  readonly ttlWishMs?: number | undefined;
  /** Its tasks come without their holder, who is the worker itself. */
  readonly omitHolder?: boolean | undefined;
  /** The session that is to keep the leases. */
  readonly session?: { readonly sessionId: string; readonly epoch: number } | undefined;
  /** The agent whose session that is: its role, its tree and its scopes decide what there is for the claim. */
  readonly agent?: ActingAgent | undefined;
  /** The call, if it has a request id: what it is granted is recorded under that. */
  readonly call?: Call | undefined;
};

/** What a claim was granted, perhaps nothing. */
export type ClaimResult = {
  readonly leased: readonly GrantedTask[];
  /** It got fewer than it asked for though there is more: together, they would weigh too much. */
  readonly isCut?: boolean | undefined;
  /** Its session has ended: nothing was granted. */
  readonly sessionEnd?: SessionEnd | undefined;
  /** What its call did before, or the conflict if its request id was used for another call: nothing was granted. */
  readonly recorded?: RecordedCall | Refusal | undefined;
  /** How many leases its quotas left room for, and why not for all that it asked for. */
  readonly admitted?: Admitted | undefined;
};

/** What is wrong with a request that no rule on one field can say. */
export function checkClaimTasks({ taskIds, wait }: ClaimTasksRequest): Refusal | undefined {
  if (taskIds.length === 0 || !wait || msOfDuration(wait) === 0) return undefined;
  const description = "must be absent where tasks are named: a claim cannot wait for certain tasks";
  return invalidArgument([{ field: "wait", description, rule: "claim.task_ids" }]);
}

/** Why a claim is granted nothing however much waits: its tenant or its principal has as many leases as it may. */
export function quotaRefusal({ leased, admitted }: ClaimResult): Refusal | undefined {
  return leased.length === 0 && admitted?.count === 0 ? admitted.refusal : undefined;
}

export function claimFromRequest({ claimBytesMax }: Engine, caller: Caller, request: ClaimTasksRequest): Claim {
  const { maxTasks, instance, leaseTtl, omitHolder, taskIds } = request;
  const isNaming = taskIds.length > 0;
  return {
    caller,
    kind: isNaming ? namingKind(request) : workKind(request),
    taskIds: isNaming ? taskIds : undefined,
    tasks: Math.max(maxTasks || taskIds.length, 1),
    bytesMax: claimBytesMax,
    instance,
    ttlWishMs: leaseTtl && msOfDuration(leaseTtl),
    omitHolder,
    call: callOf(caller, request),
  };
}

function callOf({ principalText: principal }: Caller, request: ClaimTasksRequest): Call | undefined {
  const { requestId } = request;
  if (requestId === "") return undefined;
  return {
    method: LeaseService.method.claimTasks.name,
    principal,
    requestId,
    digest: requestDigest(ClaimTasksRequestSchema, request),
  };
}
