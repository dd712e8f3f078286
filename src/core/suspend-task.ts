// SuspendTask as a rule: the lease ends and the task is blocked until its wait is over. Where the wait is over already,
// or can no longer be met, the second step follows at once; where the owner wants the task to end, it ends.
import type { SuspendTaskRequest } from "../../gen/typescript/asyncgate/v1/lease_service_pb.ts";
import { type CreatedTask, type Task, TaskState } from "../../gen/typescript/asyncgate/v1/task_pb.ts";
import { assert } from "./assert.ts";
import { cancelByHolder, wantsCancel } from "./cancel-task.ts";
import type { Verdict } from "./conditions.ts";
import { waitingFailTime } from "./create-task.ts";
import { type Decision, type DecisionContext, joinSteps, stateAfter, step } from "./decision.ts";
import type { CallMark, ReceiptDraft } from "./ledger.ts";
import type { Limits } from "./limits.ts";
import { checkPayload } from "./payload.ts";
import type { Refusal } from "./refusal.ts";
import { type Held, isWaiting, never, tie, type Waiting } from "./task-record.ts";
import { type BegunWait, checkWait, nextStep, waitDigest } from "./wait.ts";

export function checkSuspendTask(request: SuspendTaskRequest, limits: Limits): Refusal | undefined {
  return (
    checkPayload(request.checkpoint, "checkpoint", "checkpoint_bytes_max", limits.checkpoint_bytes_max) ??
    checkWait(request.wait, request.create.length > 0 ? "may name items" : "has no items")
  );
}

/** `begun` is undefined where the task ends instead of waiting. */
export type Suspension = Decision & { readonly begun: BegunWait | undefined; readonly beginReceiptId: string };

const stateOfVerdict: Readonly<Record<Verdict, TaskState>> = {
  waits: TaskState.BLOCKED,
  "waits in vain": TaskState.BLOCKED,
  over: TaskState.QUEUED,
  fails: TaskState.FAILED,
  cancels: TaskState.CANCELED,
};

/** What the same call creates, and the id of the receipt that this may name. */
export type CreatedAlong = {
  readonly receiptId: string;
  readonly tasks: readonly CreatedTask[];
  readonly hasChildren: boolean;
};

/** `begun` may be undefined where the owner wants the task to end. */
export function suspendTask(
  held: Held,
  terms: Task,
  begun: BegunWait | undefined,
  mark: CallMark | undefined,
  moment: DecisionContext,
  along?: CreatedAlong,
): Suspension {
  if (wantsCancel(held)) return { ...cancelByHolder(held, mark, moment), begun: undefined, beginReceiptId: "" };
  assert(begun !== undefined, "a task that is to go on begins a wait");
  const draft: ReceiptDraft = {
    receiptId: along?.receiptId ?? moment.newId(),
    from: held.worker,
    to: held.owner,
    leaseId: held.leaseId,
    parents: [held.acceptedReceiptId],
    body: {
      case: "taskSuspended",
      value: {
        $typeName: "asyncgate.v1.TaskSuspended",
        attempt: held.attempt,
        fence: BigInt(held.fence),
        conditions: begun.conditions.length,
        waitDigest: waitDigest(begun.stored),
        state: stateOfVerdict[begun.verdict],
        created: [...(along?.tasks ?? [])],
      },
    },
    mark,
  };
  const { carried, receipts } = step(held, moment, [draft]);
  const blocked: Waiting = {
    ...carried,
    ties: carried.ties | tie.conditions | (along?.hasChildren ? tie.children : 0),
    state: stateAfter(held.state, "suspend"),
    laneId: held.laneId,
    eligibleTime: never,
    failTime: waitingFailTime(terms, held.deliveries),
  };
  const task = { owner: held.owner, obligated: held.obligated, terms };
  const suspended: Decision<Waiting> = { before: held, after: blocked, receipts };
  const next = nextStep(blocked, task, draft.receiptId, begun, moment);
  const decided = next ? joinSteps(suspended, next) : suspended;
  return { ...decided, begun: isWaiting(decided.after) ? begun : undefined, beginReceiptId: draft.receiptId };
}
