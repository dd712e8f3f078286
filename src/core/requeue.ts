// How a held task waits again: after a failure, a lost lease, a released one. What is counted differs; the rest does
// not.
import type { Task } from "../../gen/typescript/asyncgate/v1/task_pb.ts";
import { waitingFailTime } from "./create-task.ts";
import { type Decision, type DecisionContext, stateAfter, step } from "./decision.ts";
import type { ReceiptDraft } from "./ledger.ts";
import type { Held, Waiting } from "./task-record.ts";
import type { Command } from "./transitions.ts";

export type Requeue = {
  readonly command: Extract<Command, "fail" | "release" | "hand_off" | "lose">;
  readonly eligibleTime: Date;
  readonly attempt: number;
  readonly leaseLosses: number;
  readonly drafts: readonly ReceiptDraft[];
};

export function requeue(held: Held, terms: Task, how: Requeue, moment: DecisionContext): Decision<Waiting> {
  const { carried, receipts } = step(held, moment, how.drafts);
  const after: Waiting = {
    ...carried,
    state: stateAfter(held.state, how.command),
    attempt: how.attempt,
    leaseLosses: how.leaseLosses,
    laneId: held.laneId,
    eligibleTime: how.eligibleTime,
    failTime: waitingFailTime(terms, held.deliveries),
  };
  return { before: held, after, receipts };
}
