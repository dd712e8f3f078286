// ClaimTasks as a rule: who of several claimers gets which task, and how a waiting task becomes a held one, under a
// fence that was never used before.
import { type Task, TerminalReason } from "../../gen/typescript/asyncgate/v1/task_pb.ts";
import type { TaskRow } from "./create-task.ts";
import { type Decision, type DecisionContext, stateAfter, step } from "./decision.ts";
import { addMs, dateOfTimestamp, durationOfMs, msOfDuration, timestampOfDate } from "./duration.ts";
import type { CallMark } from "./ledger.ts";
import { clampTtlMs, type LeaseBounds } from "./limits.ts";
import { parsePrincipal, servicePrincipal } from "./principal.ts";
import type { Held, Waiting } from "./task-record.ts";

export type Claimer = {
  readonly principal: string;
  readonly instance: string;
  readonly ttlWishMs: number | undefined;
  /** The session that is to keep the lease: then its time counts, and no wish. */
  readonly session: { readonly sessionId: string; readonly ttlMs: number; readonly expireTime: Date } | undefined;
  readonly bounds: LeaseBounds;
  readonly mark?: CallMark | undefined;
};

/** What one claim asks for, at most. */
export type Demand = { readonly tasks: number; readonly bytesMax: number };
/** `isCut`: the claim got fewer tasks than it asked for, because the next one would have weighed too much. */
export type Allocation<Item> = { readonly tasks: readonly Item[]; readonly isCut: boolean };

/**
 * Distributes tasks among claims, one at a time in turn and the best first, so that each claim gets its share of the
 * most urgent ones. A claim that cannot carry the next task gets nothing more: a lighter one does not overtake it.
 */
export function distribute<Item>(
  tasks: readonly Item[],
  demands: readonly Demand[],
  weigh: (task: Item) => number = () => 0,
): Allocation<Item>[] {
  const allocations = demands.map(() => ({ tasks: [] as Item[], bytes: 0, isCut: false }));
  const unfilled = [...demands.keys()].filter((place) => (demands[place]?.tasks ?? 0) > 0);
  for (const task of tasks) {
    const bytes = weigh(task);
    for (let place = unfilled.shift(); place !== undefined; place = unfilled.shift()) {
      const [allocation, demand] = [allocations[place], demands[place]];
      if (!allocation || !demand) break;
      allocation.isCut = allocation.tasks.length > 0 && allocation.bytes + bytes > demand.bytesMax;
      if (allocation.isCut) continue;
      allocation.bytes += bytes;
      if (allocation.tasks.push(task) < demand.tasks) unfilled.push(place);
      break;
    }
    if (unfilled.length === 0) break;
  }
  return allocations;
}

export function claimTask(
  waiting: Waiting,
  task: Pick<TaskRow, "owner" | "obligated"> & { readonly terms: Task },
  claimer: Claimer,
  moment: DecisionContext,
): Decision<Held> {
  const { now } = moment;
  const { terms } = task;
  const { session } = claimer;
  const ofTask = terms.leaseTtl && msOfDuration(terms.leaseTtl);
  const ttlMs = session?.ttlMs ?? clampTtlMs(claimer.bounds, claimer.ttlWishMs, ofTask);
  const expireTime = session?.expireTime ?? addMs(now, ttlMs);
  const leaseId = moment.newId();
  const acceptedReceiptId = moment.newId();
  const fence = waiting.fence + 1;
  const deliveries = waiting.deliveries + 1;
  const { carried, receipts } = step(waiting, moment, [
    {
      receiptId: acceptedReceiptId,
      from: servicePrincipal,
      to: claimer.principal,
      leaseId,
      parents: [waiting.assignedReceiptId],
      mark: claimer.mark,
      body: {
        case: "taskAccepted",
        value: {
          $typeName: "asyncgate.v1.TaskAccepted",
          attempt: waiting.attempt,
          delivery: deliveries,
          fence: BigInt(fence),
          worker: {
            $typeName: "asyncgate.v1.Worker",
            principal: parsePrincipal(claimer.principal),
            instance: claimer.instance,
          },
          ttl: durationOfMs(ttlMs),
          expireTime: timestampOfDate(expireTime),
        },
      },
    },
  ]);
  const after: Held = {
    ...carried,
    state: stateAfter(waiting.state, "claim"),
    fence,
    deliveries,
    laneId: waiting.laneId,
    leaseId,
    sessionId: session?.sessionId ?? null,
    worker: claimer.principal,
    instance: claimer.instance,
    owner: task.owner,
    obligated: task.obligated,
    acceptedReceiptId,
    grantTime: now,
    expireTime,
    ttlMs,
    renewals: 0,
    startTime: null,
    ...heldBounds(terms, now),
    cancelPrincipal: null,
    cancelReason: null,
    cancelTime: null,
  };
  return { before: waiting, after, receipts };
}

/** When a held task fails though its lease is renewed: at its deadline, or when this attempt has held it too long. */
function heldBounds(terms: Task, now: Date): Pick<Held, "failTime" | "failReason"> {
  const deadline = terms.deadline && dateOfTimestamp(terms.deadline);
  const timeout = terms.attemptTimeout && addMs(now, msOfDuration(terms.attemptTimeout));
  if (timeout && (!deadline || timeout < deadline)) {
    return { failTime: timeout, failReason: TerminalReason.ATTEMPT_TIMEOUT };
  }
  if (deadline) return { failTime: deadline, failReason: TerminalReason.DEADLINE_EXCEEDED };
  return { failTime: null, failReason: null };
}
