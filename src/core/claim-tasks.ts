// ClaimTasks as a rule: a waiting task becomes a held one, under a fence that was never used before.
import { create, fromBinary } from "@bufbuild/protobuf";
import { WorkerSchema } from "../../gen/typescript/asyncgate/v1/principal_pb.ts";
import { type Task, TaskSchema, TerminalReason } from "../../gen/typescript/asyncgate/v1/task_pb.ts";
import type { TaskRow } from "./create-task.ts";
import { type Decision, type Moment, stateAfter, step } from "./decision.ts";
import { addMs, dateOfTimestamp, durationOfMs, msOfDuration, timestampOfDate } from "./duration.ts";
import type { CallMark } from "./ledger.ts";
import { clampTtlMs, type LeaseBounds } from "./limits.ts";
import type { Held, Waiting } from "./living.ts";
import { parsePrincipal, servicePrincipal } from "./principal.ts";

export type Claimer = {
  readonly principal: string;
  readonly instance: string;
  readonly ttlWishMs: number | undefined;
  readonly sessionId: string | null;
  readonly bounds: LeaseBounds;
  readonly mark?: CallMark | undefined;
};

export function claimTask(
  waiting: Waiting,
  task: Pick<TaskRow, "owner" | "obligated" | "terms">,
  claimer: Claimer,
  moment: Moment,
): Decision<Held> {
  const { now } = moment;
  const terms = fromBinary(TaskSchema, task.terms);
  const ttlMs = clampTtlMs(claimer.bounds, claimer.ttlWishMs, terms.leaseTtl && msOfDuration(terms.leaseTtl));
  const expireTime = addMs(now, ttlMs);
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
          worker: create(WorkerSchema, { principal: parsePrincipal(claimer.principal), instance: claimer.instance }),
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
    sessionId: claimer.sessionId,
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
