// OverrideWait: an operator lets a blocked task go on without the conditions that are pending.

import {
  type OverrideWaitRequest,
  OverrideWaitRequestSchema,
  QueueService,
} from "../../../gen/typescript/asyncgate/v1/queue_service_pb.ts";
import { ReceiptType } from "../../../gen/typescript/asyncgate/v1/receipt_pb.ts";
import { assert } from "../../core/assert.ts";
import { overrideWait as overrideWaitRule } from "../../core/pause-task.ts";
import { isAsking, isBlocked, isWaiting } from "../../core/task-record.ts";
import { overrideConditions } from "../../store/wait.sql.gen.ts";
import type { Engine } from "../engine.ts";
import { type Operated, type Operator, operateOn } from "./operator.ts";
import { readWaitOf } from "./read-wait-of.ts";

export async function overrideWait(
  engine: Engine,
  operator: Operator,
  request: OverrideWaitRequest,
): Promise<Operated> {
  return await operateOn(engine, operator, OverrideWaitRequestSchema, request, {
    method: QueueService.method.overrideWait,
    writes: ReceiptType.TASK_RESUMED,
    async decide(on) {
      const { tx, tenantId, living, task, call, moment, refuse } = on;
      if (isAsking(living)) return refuse("It waits for an answer: ProvideInput answers or declines its question.");
      if (!isWaiting(living) || !isBlocked(living)) return refuse("Only the wait of a BLOCKED task can be overridden.");
      const { wait, conditions } = await readWaitOf(on);
      assert(wait !== undefined, "a blocked task has its wait");
      const decided = overrideWaitRule(living, task, wait, conditions, call, moment);
      // Before the decision ends the wait, which leaves the others as they are.
      return { decided, beside: () => overrideConditions(tx, { tenantId, taskIds: [living.taskId] }) };
    },
  });
}
