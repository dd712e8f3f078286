// ScheduleService, for callers that let tasks be created at times. A schedule is a task: each method creates, signals,
// reads or cancels it by the engine's operations for tasks, under the caller's own rights.
import { create } from "@bufbuild/protobuf";
import type { HandlerContext, ServiceImpl } from "@connectrpc/connect";
import type { Schedule, ScheduleRun } from "../../../gen/typescript/asyncgate/v1/schedule_pb.ts";
import {
  type DeleteScheduleRequest,
  type ListScheduleRunsRequest,
  ListScheduleRunsRequestSchema,
  type PreviewScheduleRequest,
  ScheduleService,
  type UpdateScheduleRequest,
} from "../../../gen/typescript/asyncgate/v1/schedule_service_pb.ts";
import { type Task, TaskState, TaskStateSchema } from "../../../gen/typescript/asyncgate/v1/task_pb.ts";
import {
  CancelTaskRequestSchema,
  ListTasksRequestSchema,
} from "../../../gen/typescript/asyncgate/v1/task_service_pb.ts";
import { dateOfTimestamp } from "../../core/duration.ts";
import { formatPageToken, pageQuestion, pageSizeDefault, parsePageToken } from "../../core/page-token.ts";
import { invalidArgument, orThrow, Refused } from "../../core/refusal.ts";
import { hasEnded } from "../../core/transitions.ts";
import type { Caller, Operations } from "../../engine/index.ts";
import { scheduleTaskName, scheduleType } from "../../scheduler/rules/names.ts";
import { definitionOfRequest, scheduleTask } from "../../scheduler/rules/schedule-task.ts";
import { definitionOf } from "../../scheduler/rules/stored.ts";
import { callerOf, callIdOf } from "../call/call.ts";
import { awaitCreated, type Change, changeSchedule, creationKey } from "../schedules/change-schedule.ts";
import { refuseFaultyBackfill, refuseFaultyDefinition, refuseFaultySpec } from "../schedules/check-request.ts";
import { previewOf } from "../schedules/preview-schedule.ts";
import { readLast, readLive, scheduleOf, viewOf, withTaskIds } from "../schedules/view-schedule.ts";
import type { ServiceContext } from "../server.ts";
import { single, waitSignal } from "./answers.ts";

const { method: methods } = ScheduleService;

const liveStates = TaskStateSchema.values
  .map(({ number }) => number as TaskState)
  .filter((state) => state !== TaskState.UNSPECIFIED && !hasEnded(state));

/** How long a call waits until a scheduler has carried out what it asks. */
const changeWaitMs = 5_000;

export function scheduleService(engine: Operations, server: ServiceContext, waitMs = changeWaitMs) {
  return {
    ...reading(engine, server),
    ...changing(engine, server, waitMs),
  } satisfies ServiceImpl<typeof ScheduleService>;
}

type Methods<Name extends keyof ServiceImpl<typeof ScheduleService>> = Pick<ServiceImpl<typeof ScheduleService>, Name>;

function reading(
  engine: Operations,
  server: ServiceContext,
): Methods<"getSchedule" | "listSchedules" | "previewSchedule" | "listScheduleRuns"> {
  return {
    async getSchedule({ scheduleId }, context) {
      const caller = callerOf(context);
      const task = await readLast(engine, caller, scheduleId);
      return { schedule: await withTaskIds(engine, caller, task, viewOf(task), waitSignal(context, server)) };
    },
    async listSchedules({ createdBy, pageSize, pageToken }, context) {
      const common = { type: scheduleType, states: liveStates, pageSize, pageToken };
      const asked = create(ListTasksRequestSchema, { ...common, ...(createdBy && { createdBy }) });
      const { tasks, nextPageToken } = await engine.listTasks(callerOf(context), asked);
      return { schedules: tasks.flatMap((task) => scheduleOf(task) ?? []), nextPageToken };
    },
    async previewSchedule(request, context) {
      const caller = callerOf(context);
      const after = request.after ? dateOfTimestamp(request.after) : await databaseTime(engine, caller);
      return previewOf(await specOf(engine, caller, request, after), request, after);
    },
    listScheduleRuns: (request, context) => listRuns(engine, callerOf(context), request, waitSignal(context, server)),
  };
}

type Changing = Exclude<keyof ServiceImpl<typeof ScheduleService>, keyof ReturnType<typeof reading>>;

function changing(engine: Operations, server: ServiceContext, waitMs: number): Methods<Changing> {
  const change = (context: HandlerContext, method: { readonly name: string }, asked: AskedChange) => {
    const named = { ...asked, method: method.name, callId: callIdOf(context), waitMs };
    return changeSchedule(engine, callerOf(context), named, waitSignal(context, server));
  };
  return {
    async createSchedule(request, context) {
      const caller = callerOf(context);
      const definition = definitionOfRequest(request);
      const { scheduleId, requestId } = request;
      const key = creationKey(scheduleId, requestId);
      try {
        refuseFaultyDefinition(definition, await databaseTime(engine, caller), caller.limits);
      } catch (error) {
        // A call that is repeated after the last run of its spec is still the same call.
        if (!(await isMadeUnder(engine, caller, scheduleId, key))) throw error;
      }
      const tasks = [scheduleTask(definition, { key, requestId })];
      const { task } = single(await engine.createTasks(caller, { tasks, requestId }));
      return await awaitCreated(engine, caller, task, { signal: waitSignal(context, server), waitMs });
    },
    updateSchedule: (request, context) =>
      change(context, methods.updateSchedule, {
        ...request,
        command: { case: "update", value: request },
        refuse: (task) => refuseFaultyUpdate(engine, callerOf(context), task, request),
      }),
    pauseSchedule: (request, context) =>
      change(context, methods.pauseSchedule, { ...request, command: { case: "pause", value: request } }),
    resumeSchedule: (request, context) =>
      change(context, methods.resumeSchedule, { ...request, command: { case: "resume", value: request } }),
    deleteSchedule: async (request, context) => ({
      schedule: await deleteSchedule(engine, callerOf(context), request, waitSignal(context, server)),
    }),
    triggerSchedule: (request, context) =>
      change(context, methods.triggerSchedule, { ...request, command: { case: "trigger", value: request } }),
    async backfillSchedule(request, context) {
      refuseFaultyBackfill(request, await databaseTime(engine, callerOf(context)));
      const command = { case: "backfill", value: request } as const;
      return await change(context, methods.backfillSchedule, { ...request, command });
    },
    skipNextRun: (request, context) =>
      change(context, methods.skipNextRun, { ...request, command: { case: "skipNext", value: request } }),
  };
}

type AskedChange = Omit<Change, "method" | "callId" | "waitMs">;

async function isMadeUnder(engine: Operations, caller: Caller, scheduleId: string, key: string): Promise<boolean> {
  if (key === "") return false;
  try {
    return (await readLast(engine, caller, scheduleId)).idempotencyKey === key;
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    return false;
  }
}

async function refuseFaultyUpdate(
  engine: Operations,
  caller: Caller,
  task: Task,
  { spec, action, policies }: UpdateScheduleRequest,
): Promise<void> {
  const definition = definitionOf(task);
  if (!definition) return;
  const changed = { ...definition, ...(spec && { spec }), ...(action && { action }), ...(policies && { policies }) };
  refuseFaultyDefinition(changed, await databaseTime(engine, caller), caller.limits);
}

async function deleteSchedule(
  engine: Operations,
  caller: Caller,
  { scheduleId, reason, requestId }: DeleteScheduleRequest,
  signal: AbortSignal,
): Promise<Schedule> {
  const last = await readLast(engine, caller, scheduleId);
  if (!hasEnded(last.state)) {
    const taskId = `name:${scheduleTaskName(scheduleId)}`;
    await engine.cancelTask(caller, create(CancelTaskRequestSchema, { taskId, reason, requestId }));
  }
  const task = await readLast(engine, caller, scheduleId);
  return await withTaskIds(engine, caller, task, viewOf(task), signal);
}
/** The clock by which schedules fire. */
async function databaseTime(engine: Operations, caller: Caller): Promise<Date> {
  const { serverTime } = await engine.getServerInfo(caller);
  return serverTime ? dateOfTimestamp(serverTime) : new Date(0);
}

async function specOf(engine: Operations, caller: Caller, { scheduleId, spec }: PreviewScheduleRequest, after: Date) {
  if ((scheduleId === "") === (spec === undefined)) {
    const description = "must be given, or else spec: one of the two";
    throw new Refused(invalidArgument([{ field: "schedule_id", description, rule: "schedule" }]));
  }
  if (spec) {
    refuseFaultySpec(spec, after);
    return spec;
  }
  const found = viewOf(await readLive(engine, caller, scheduleId)).spec;
  if (!found)
    throw new Refused(invalidArgument([{ field: "schedule_id", description: "has no spec", rule: "schedule" }]));
  return found;
}

async function listRuns(
  engine: Operations,
  caller: Caller,
  request: ListScheduleRunsRequest,
  signal: AbortSignal,
): Promise<{ readonly runs: ScheduleRun[]; readonly nextPageToken: string }> {
  const { scheduleId, pageSize, pageToken } = request;
  const question = pageQuestion(ListScheduleRunsRequestSchema, { ...request, pageToken: "", pageSize: 0 });
  const { position } = orThrow(parsePageToken(question, pageToken, "page_token", /^\d{1,12}$/));
  const task = await readLast(engine, caller, scheduleId);
  const { recentRuns } = await withTaskIds(engine, caller, task, viewOf(task), signal);
  const left = recentRuns.filter(({ count }) => position === undefined || count < BigInt(position));
  const page = left.slice(0, pageSize || pageSizeDefault);
  const last = page.at(-1);
  const nextPageToken = last && left.length > page.length ? formatPageToken(question, String(last.count)) : "";
  return { runs: await Promise.all(page.map((run) => withState(engine, caller, run))), nextPageToken };
}

/** A task that is no longer kept leaves its run without a state. */
async function withState(engine: Operations, caller: Caller, run: ScheduleRun): Promise<ScheduleRun> {
  if (run.taskId === "") return run;
  try {
    return { ...run, state: (await engine.getTask(caller, { taskId: run.taskId })).state };
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    return run;
  }
}
