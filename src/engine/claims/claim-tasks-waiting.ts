// ClaimTasks with a wait: takes a seat at the dispatcher's table and holds nothing else, until something comes, the
// wait is over or the caller has gone.
import type { ClaimTasksRequest } from "../../../gen/typescript/asyncgate/v1/lease_service_pb.ts";
import { msOfDuration } from "../../core/duration.ts";
import { throwIfRefused } from "../../core/refusal.ts";
import type { Caller } from "../caller.ts";
import type { Engine } from "../engine.ts";
import { acquireWaitSlot } from "../runtime/parked-waits.ts";
import type { GrantedTask } from "../views/granted-task.ts";
import { type Claimed, claimFromRequest, claimTasks, fullness, type PlainClaims } from "./claim-tasks.ts";
import type { Dispatcher } from "./dispatcher.ts";

export async function claimTasksWaiting(
  engine: Engine & { readonly plainClaims: PlainClaims; readonly dispatcher: Dispatcher },
  caller: Caller,
  request: ClaimTasksRequest,
  signal: AbortSignal,
): Promise<GrantedTask[]> {
  const look = () => claimTasks(engine, caller, request);
  const waitMs = request.wait ? msOfDuration(request.wait) : 0;
  // Who may have been answered before is told so first. All others leave it to the table whether there is anything to
  // look for: it has heard of all that came since it looked.
  if (waitMs <= 0 || request.requestId !== "") {
    const leased = await look();
    if (waitMs <= 0 || leased.length > 0) return leased;
  }
  const leave = acquireWaitSlot(engine, caller);
  try {
    const claimed = await sitUntil(engine, caller, request, { waitMs, signal });
    if (claimed.said) return await look();
    throwIfRefused(fullness(claimed));
    return [...claimed.leased];
  } finally {
    leave();
  }
}

/** One grant, whatever its size, ends the wait. */
async function sitUntil(
  engine: Engine & { readonly dispatcher: Dispatcher },
  caller: Caller,
  request: ClaimTasksRequest,
  { waitMs, signal }: { readonly waitMs: number; readonly signal: AbortSignal },
): Promise<Claimed> {
  const { tasks, ...claim } = claimFromRequest(engine, caller, request);
  let claimed: Claimed = { leased: [] };
  let endWait = () => {};
  let fail = (_error: unknown) => {};
  const waited = new Promise<void>((resolve, reject) => {
    endWait = resolve;
    fail = reject;
  });
  const seat = engine.dispatcher.join({
    ...claim,
    kind: request,
    granted(one) {
      claimed = one;
      // At once: the next look must not ask for it again.
      void seat.leave();
      endWait();
    },
    failed: (error) => fail(error),
  });
  const timer = setTimeout(endWait, waitMs);
  signal.addEventListener("abort", endWait, { once: true });
  try {
    if (!signal.aborted) {
      seat.credit(tasks);
      await waited;
    }
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", endWait);
    // What a look under way brings is brought to the caller.
    await seat.leave();
  }
  return claimed;
}
