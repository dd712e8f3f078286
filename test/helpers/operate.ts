// One line for each step of an operator, for tests by scenario.
import { create } from "@bufbuild/protobuf";
import {
  ListQueuesRequestSchema,
  OverrideWaitRequestSchema,
  PauseQueueRequestSchema,
  PauseTaskRequestSchema,
  type Queue,
  ResumeQueueRequestSchema,
  ResumeTaskRequestSchema,
} from "../../gen/typescript/asyncgate/v1/queue_service_pb.ts";
import type { Caller } from "../../src/engine/caller.ts";
import type { Operations } from "../../src/engine/index.ts";
import type { Operator } from "../../src/engine/queues/operator.ts";

type Scene = { readonly operations: Operations; readonly operator: Caller };
type Named = { readonly reason?: string; readonly requestId?: string };

export function operating(caller: Caller): Operator {
  return { ...caller, peer: "10.0.0.1", callId: "call" };
}

export function pauseQueue({ operations, operator }: Scene, queue: string, more: Named = {}) {
  return operations.pauseQueue(operating(operator), create(PauseQueueRequestSchema, { queue, ...more }));
}

export function resumeQueue({ operations, operator }: Scene, queue: string, more: Named = {}) {
  return operations.resumeQueue(operating(operator), create(ResumeQueueRequestSchema, { queue, ...more }));
}

export function pauseTask({ operations, operator }: Scene, taskId: string, more: Named = {}) {
  return operations.pauseTask(operating(operator), create(PauseTaskRequestSchema, { taskId, ...more }));
}

export function resumeTask({ operations, operator }: Scene, taskId: string, more: Named = {}) {
  return operations.resumeTask(operating(operator), create(ResumeTaskRequestSchema, { taskId, ...more }));
}

export function overrideWait({ operations, operator }: Scene, taskId: string, more: Named = {}) {
  return operations.overrideWait(operating(operator), create(OverrideWaitRequestSchema, { taskId, ...more }));
}

export async function queuesOf({ operations, operator }: Scene): Promise<Queue[]> {
  return (await operations.listQueues(operator, create(ListQueuesRequestSchema, {}))).queues;
}
