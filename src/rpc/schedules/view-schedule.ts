// A schedule as callers see it, made of the task that it is: what it says from the payload, what it has done from the
// checkpoint, and the tasks that its last call created from that call's receipt.
import { create } from "@bufbuild/protobuf";
import type { Receipt } from "../../../gen/typescript/asyncgate/v1/receipt_pb.ts";
import {
  type Schedule,
  type ScheduleProgress,
  ScheduleProgressSchema,
  ScheduleSchema,
} from "../../../gen/typescript/asyncgate/v1/schedule_pb.ts";
import type { Task } from "../../../gen/typescript/asyncgate/v1/task_pb.ts";
import {
  ListTasksRequestSchema,
  WatchTaskRequestSchema,
} from "../../../gen/typescript/asyncgate/v1/task_service_pb.ts";
import { notFound, Refused } from "../../core/refusal.ts";
import { hasEnded } from "../../core/transitions.ts";
import type { Caller, Operations } from "../../engine/index.ts";
import { scheduleTaskName, scheduleType } from "../../scheduler/rules/names.ts";
import { definitionOf, progressOf, readStored } from "../../scheduler/rules/stored.ts";

/** The live task of a schedule. */
export async function readLive(engine: Operations, caller: Caller, scheduleId: string): Promise<Task> {
  const task = await engine.getTask(caller, { taskId: `name:${scheduleTaskName(scheduleId)}` });
  if (task.type !== scheduleType) throw new Refused(notFound("task", scheduleTaskName(scheduleId)));
  return task;
}

/** The live one, or the last one with this id that is kept. */
export async function readLast(engine: Operations, caller: Caller, scheduleId: string): Promise<Task> {
  try {
    return await readLive(engine, caller, scheduleId);
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    const name = scheduleTaskName(scheduleId);
    const asked = create(ListTasksRequestSchema, { name, type: scheduleType, pageSize: 1 });
    const [task] = (await engine.listTasks(caller, asked)).tasks;
    if (!task) throw error;
    return task;
  }
}

/** Undefined for a task of this type that is no schedule: any caller may create one. */
export function scheduleOf(task: Task): Schedule | undefined {
  const definition = definitionOf(task);
  if (!definition) return undefined;
  const { scheduleId, spec, action, policies } = definition;
  const progress = finalProgress(task) ?? progressOf(task, definition);
  const createTime = definition.createTime ?? task.createTime;
  return create(ScheduleSchema, {
    scheduleId,
    taskId: task.taskId,
    generation: progress.generation,
    counts: progress.counts ?? {},
    state: progress.state ?? {},
    recentRuns: progress.recentRuns,
    waitingRuns: progress.waitingRuns.flatMap(({ runTime }) => runTime ?? []),
    lastError: progress.lastError,
    ...(spec && { spec }),
    ...(action && { action }),
    ...(policies && { policies }),
    ...(task.createdBy && { createdBy: task.createdBy }),
    ...(createTime && { createTime }),
    ...(progress.nextRunTime && !hasEnded(task.state) && { nextRunTime: progress.nextRunTime }),
    ...(progress.decidedUntil && { decidedUntil: progress.decidedUntil }),
    ...(hasEnded(task.state) && { ended: task.state }),
  });
}

/** One that has no run left keeps its progress as its result. */
function finalProgress({ outcome }: Task): ScheduleProgress | undefined {
  return readStored(ScheduleProgressSchema, outcome?.result);
}

export function viewOf(task: Task): Schedule {
  const schedule = scheduleOf(task);
  if (!schedule) throw new Refused(notFound("task", task.taskId));
  return schedule;
}

/** Changes of a task since its scheduler's last call: the end of its wait, the next lease. */
const versionsSince = 4n;

/** A scheduler learns the ids of what it creates when it comes again; until then they are in the call's receipt. */
export async function withTaskIds(
  engine: Operations,
  caller: Caller,
  task: Task,
  schedule: Schedule,
  signal: AbortSignal,
): Promise<Schedule> {
  if (schedule.recentRuns[0]?.taskId !== "") return schedule;
  const afterVersion = task.version > versionsSince ? task.version - versionsSince : 0n;
  const asked = create(WatchTaskRequestSchema, { taskId: task.taskId, afterVersion });
  for await (const { receipts } of engine.watchTask(caller, asked, signal)) {
    const created = receipts.flatMap(createdBy).at(-1) ?? [];
    for (const [place, taskId] of created.reverse().entries()) {
      const run = schedule.recentRuns[place];
      if (run?.taskId === "") run.taskId = taskId;
    }
    break;
  }
  return schedule;
}

function createdBy({ body }: Receipt): string[][] {
  const told = body?.body;
  const created =
    told?.case === "taskSuspended" ? told.value.created : told?.case === "taskCompleted" ? told.value.next : [];
  return created.length > 0 ? [created.map(({ taskId }) => taskId)] : [];
}
