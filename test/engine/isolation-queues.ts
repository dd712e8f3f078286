// Probes of the operations of operators, on queues and on single tasks, of explanations, and of what tasks ask.
import { create } from "@bufbuild/protobuf";
import {
  ListQueuesRequestSchema,
  ListWorkersRequestSchema,
  OverrideWaitRequestSchema,
  PauseQueueRequestSchema,
  PauseTaskRequestSchema,
  ResumeQueueRequestSchema,
  ResumeTaskRequestSchema,
} from "../../gen/typescript/asyncgate/v1/queue_service_pb.ts";
import type { Operations } from "../../src/engine/index.ts";
import { operating } from "../helpers/operate.ts";
import { questionProbes } from "./isolation-questions.ts";
import type { Probe } from "./isolation-sessions.ts";

/** A queue that only probes use: a pause of another would change what they answer. */
const queue = "probed";

export const queueProbes = {
  ...questionProbes,
  explainTask: (op, { agent, all }, { taskId, heldTaskId }) =>
    [agent, all].flatMap((caller) => [taskId, heldTaskId].map((id) => op.explainTask(caller, { taskId: id }))),
  listQueues: (op, { agent, all }) =>
    [agent, all].map((caller) => op.listQueues(caller, create(ListQueuesRequestSchema, { queue }))),
  // The probes before it open and renew sessions: only whose they are stays the same.
  listWorkers: (op, { all }) => [
    op
      .listWorkers(all, create(ListWorkersRequestSchema, {}))
      .then(({ workers }) => ({ principals: [...new Set(workers.map(({ worker }) => worker?.principal?.id))] })),
  ],
  pauseQueue: (op, { all }) => [op.pauseQueue(operating(all), create(PauseQueueRequestSchema, { queue }))],
  resumeQueue: (op, { all }) => [op.resumeQueue(operating(all), create(ResumeQueueRequestSchema, { queue: "never" }))],
  pauseTask: (op, { all }, { taskId, heldTaskId }) =>
    [taskId, heldTaskId].map((id) =>
      op.pauseTask(operating(all), create(PauseTaskRequestSchema, { taskId: id, requestId: "the-same-key-in-both" })),
    ),
  resumeTask: (op, { all }, { taskId }) => [op.resumeTask(operating(all), create(ResumeTaskRequestSchema, { taskId }))],
  overrideWait: (op, { all }, { taskId }) => [
    op.overrideWait(operating(all), create(OverrideWaitRequestSchema, { taskId })),
  ],
} satisfies Partial<Record<keyof Operations, Probe>>;
