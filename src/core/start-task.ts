// StartTask as a rule: a leased task runs. Said again by the same holder, nothing happens.

import { TaskState } from "../../gen/typescript/asyncgate/v1/task_pb.ts";
import type { Decision, DecisionContext } from "./decision.ts";
import { stateAfter, step } from "./decision.ts";
import type { CallMark } from "./ledger.ts";
import type { Held } from "./task-record.ts";

export function startTask(held: Held, mark: CallMark | undefined, moment: DecisionContext): Decision<Held> | undefined {
  if (held.state === TaskState.RUNNING) return undefined;
  const { carried, receipts } = step(held, moment, [
    {
      receiptId: moment.newId(),
      from: held.worker,
      to: held.owner,
      leaseId: held.leaseId,
      parents: [held.acceptedReceiptId],
      body: { case: "taskStarted", value: { $typeName: "asyncgate.v1.TaskStarted", attempt: held.attempt } },
      mark,
    },
  ]);
  const after: Held = { ...held, ...carried, state: stateAfter(held.state, "start"), startTime: moment.now };
  return { before: held, after, receipts };
}
