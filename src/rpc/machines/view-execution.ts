// An execution as callers see it, made of the task that it is: what was asked from the payload, how far it is from the
// checkpoint, what it waits for from what explains the task.
import { create, type JsonValue } from "@bufbuild/protobuf";
import { type Explanation, type Obstacle, ObstacleKind } from "../../../gen/typescript/asyncgate/v1/explanation_pb.ts";
import {
  type ExecutionTask,
  ExecutionTaskSchema,
  type MachineExecution,
  MachineExecutionSchema,
} from "../../../gen/typescript/asyncgate/v1/machine_service_pb.ts";
import { type Task, TaskState } from "../../../gen/typescript/asyncgate/v1/task_pb.ts";
import { ListTasksRequestSchema } from "../../../gen/typescript/asyncgate/v1/task_service_pb.ts";
import { hasEnded } from "../../core/transitions.ts";
import type { Caller, Operations } from "../../engine/index.ts";
import { valueTaskType } from "../../machines/runner/value-store.ts";
import { executionLabels, readExecution, textIn } from "./execution-task.ts";
import { ofItsTree, snapshotOf } from "./read-snapshot.ts";

const tasksMax = 100;

export async function viewExecution(engine: Operations, caller: Caller, taskId: string): Promise<MachineExecution> {
  const { task, payload } = await readExecution(engine, caller, taskId);
  const [explanation, children] = await Promise.all([
    hasEnded(task.state) ? undefined : engine.explainTask(caller, { taskId: task.taskId }),
    engine.listTasks(ofItsTree(caller), create(ListTasksRequestSchema, { parent: task.taskId, pageSize: tasksMax })),
  ]);
  const { createdBy, createTime, endTime, budget, spent, outcome } = task;
  const snapshot = snapshotOf(task);
  return create(MachineExecutionSchema, {
    taskId: task.taskId,
    executionName: task.name,
    machine: textIn(payload.machine, "name"),
    version: textIn(payload.machine, "version"),
    hash: payload.hash,
    taskState: task.state,
    input: JSON.stringify(payload.input),
    clonedFrom: task.labels[executionLabels.clonedFrom] ?? "",
    redriveOf: task.redriveOf,
    waits: obstaclesOf(explanation),
    tasks: children.tasks.filter(({ type }) => type !== valueTaskType).map(executionTaskOf),
    moreTasks: children.nextPageToken !== "",
    ...(snapshot && {
      state: snapshot.state,
      step: snapshot.step,
      context: JSON.stringify(snapshot.context),
      largeValues: Object.keys(snapshot.stored?.context ?? {}),
      trail: snapshot.trail.map(([step, state]) => ({ step, state })),
      cost: snapshot.cost,
      tokens: BigInt(Math.trunc(snapshot.tokens)),
    }),
    ...(task.state === TaskState.SUCCEEDED && outcome?.result && { output: textOf(outcome.result) }),
    ...(outcome?.error && { error: outcome.error }),
    ...(spent && { spent }),
    ...(budget && { budget }),
    ...(createdBy && { createdBy }),
    ...(createTime && { createTime }),
    ...(endTime && { endTime }),
  });
}

function executionTaskOf({ taskId, type, state, labels, createTime, endTime }: Task): ExecutionTask {
  return create(ExecutionTaskSchema, {
    taskId,
    type,
    state,
    ofState: labels["state"] ?? "",
    ...(createTime && { createTime }),
    ...(endTime && { endTime }),
  });
}

function obstaclesOf(explanation: Explanation | undefined): Obstacle[] {
  const all = [...(explanation?.unmet ?? []), ...(explanation?.delays ?? [])];
  return all.filter(({ kind }) => kind !== ObstacleKind.ENDED);
}

/** Anything else than JSON is the result of a task that another program has ended. */
function textOf({ content }: NonNullable<NonNullable<Task["outcome"]>["result"]>): string {
  const value: JsonValue = content.case === "json" ? content.value : "";
  return value;
}
