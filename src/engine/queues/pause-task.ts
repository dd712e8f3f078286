// PauseTask and ResumeTask: an operator holds a task back, and lets it go on from where it would stand by then.

import {
  type PauseTaskRequest,
  PauseTaskRequestSchema,
  QueueService,
  type ResumeTaskRequest,
  ResumeTaskRequestSchema,
} from "../../../gen/typescript/asyncgate/v1/queue_service_pb.ts";
import { ReceiptType } from "../../../gen/typescript/asyncgate/v1/receipt_pb.ts";
import { assert } from "../../core/assert.ts";
import { pauseTask as pauseTaskRule, unpauseTask } from "../../core/pause-task.ts";
import { isEnded, isPaused, isWaiting, mayHaveWait } from "../../core/task-record.ts";
import { nextState } from "../../core/transitions.ts";
import { insertTaskPauses, type ReadTaskPausesRow, readTaskPauses } from "../../store/pause.sql.gen.ts";
import type { Engine } from "../engine.ts";
import { type OnTask, type Operated, type Operator, operateOn } from "./operator.ts";
import { readWaitOf } from "./read-wait-of.ts";

export async function pauseTask(engine: Engine, operator: Operator, request: PauseTaskRequest): Promise<Operated> {
  return await operateOn(engine, operator, PauseTaskRequestSchema, request, {
    method: QueueService.method.pauseTask,
    writes: ReceiptType.TASK_PAUSED,
    async decide(on) {
      const { tx, tenantId, living, task, call, moment, refuse } = on;
      if (isPaused(living)) return { asItIs: (await pauseOf(on)).receiptId };
      if (!isWaiting(living) || nextState(living.state, "pause") === undefined) {
        return refuse(
          isEnded(living) ? "It has ended." : "Only a task that is QUEUED, BLOCKED or INPUT_REQUIRED can be paused.",
        );
      }
      const { pause, ...decided } = pauseTaskRule(living, task.owner, call, moment);
      const row = { ...pause, pauseTime: tx.now, principal: call.operator, reason: call.reason };
      return { decided, beside: () => insertTaskPauses(tx, { tenantId, ...row }) };
    },
  });
}

export async function resumeTask(engine: Engine, operator: Operator, request: ResumeTaskRequest): Promise<Operated> {
  return await operateOn(engine, operator, ResumeTaskRequestSchema, request, {
    method: QueueService.method.resumeTask,
    writes: ReceiptType.TASK_RESUMED,
    async decide(on) {
      const { living, task, call, moment, refuse } = on;
      if (isEnded(living)) return refuse("It has ended.");
      if (!isPaused(living) || !isWaiting(living)) return { asItIs: "" };
      const pause = await pauseOf(on);
      const { wait, conditions } = mayHaveWait(living) ? await readWaitOf(on) : { wait: undefined, conditions: [] };
      const decided = unpauseTask(living, task, { pause, wait, conditions }, call, moment);
      return { decided, ownIds: [pause.receiptId] };
    },
  });
}

async function pauseOf({ tx, tenantId, living: { taskId } }: OnTask): Promise<ReadTaskPausesRow> {
  const [pause] = await readTaskPauses(tx, { tenantId, taskIds: [taskId] });
  assert(pause !== undefined, "a paused task has its pause");
  return pause;
}
