// ClaimTasks with a wait: joins the dispatcher's group of such workers and holds nothing else, until something is
// granted, the wait is over or the caller cancels.
import type { ClaimTasksRequest } from "../../../gen/typescript/asyncgate/v1/lease_service_pb.ts";
import { msOfDuration } from "../../core/duration.ts";
import { notFound, Refused, throwIfRefused } from "../../core/refusal.ts";
import type { Caller } from "../caller.ts";
import type { Engine } from "../engine.ts";
import { acquireWaitSlot } from "../runtime/parked-waits.ts";
import type { GrantedTask } from "../views/granted-task.ts";
import { claimOfCall } from "./acting-agent.ts";
import { type Claim, type ClaimResult, checkClaimTasks, quotaRefusal } from "./claim.ts";
import { claimTasks } from "./claim-tasks.ts";
import type { ClaimTogether } from "./coalesced-claims.ts";
import type { Dispatcher } from "./dispatcher.ts";

export async function claimTasksWaiting(
  engine: Engine & { readonly claimTogether: ClaimTogether; readonly dispatcher: Dispatcher },
  caller: Caller,
  request: ClaimTasksRequest,
  signal: AbortSignal,
): Promise<GrantedTask[]> {
  throwIfRefused(checkClaimTasks(request));
  const waitMs = request.wait ? msOfDuration(request.wait) : 0;
  // A repeated call may be on record. All others leave it to the group whether there is anything to claim: it has heard
  // of everything that came since its last fetch.
  if (waitMs <= 0 || request.requestId !== "") {
    const leased = await claimTasks(engine, caller, request);
    if (waitMs <= 0 || leased.length > 0) return leased;
  }
  const release = acquireWaitSlot(engine, caller);
  try {
    const claim = await claimOfCall(engine, caller, request);
    const result = await waitForGrant(engine.dispatcher, claim, waitMs, signal);
    // Its session has ended meanwhile.
    if (result.sessionEnd !== undefined) throw new Refused(notFound("agent_session", request.agentSessionId));
    if (result.recorded) return await claimTasks(engine, caller, request);
    throwIfRefused(quotaRefusal(result));
    return [...result.leased];
  } finally {
    release();
  }
}

/** One grant, whatever its size, ends the wait. */
async function waitForGrant(
  dispatcher: Dispatcher,
  { tasks, ...claim }: Claim,
  waitMs: number,
  signal: AbortSignal,
): Promise<ClaimResult> {
  let result: ClaimResult = { leased: [] };
  const { promise: waited, resolve: endWait, reject } = Promise.withResolvers<void>();
  const subscription = dispatcher.join({
    ...claim,
    onGranted(granted) {
      result = granted;
      // At once: the next fetch must not ask for this worker again.
      void subscription.leave();
      endWait();
    },
    onFailed: reject,
  });
  const timer = setTimeout(endWait, waitMs);
  const onAbort = () => endWait();
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    if (!signal.aborted) {
      subscription.credit(tasks);
      await waited;
    }
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", onAbort);
    // What a fetch under way brings belongs to the caller.
    await subscription.leave();
  }
  return result;
}
