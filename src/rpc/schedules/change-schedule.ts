// Changes to a schedule: a command goes to its task as a signal, and the call waits until a scheduler has carried it
// out. Who may do this is decided here, by the caller's credential; the schedule takes commands of its owner and the
// service.
import { createHash } from "node:crypto";
import { create } from "@bufbuild/protobuf";
import type { Schedule } from "../../../gen/typescript/asyncgate/v1/schedule_pb.ts";
import {
  type ScheduleCommand,
  ScheduleCommandSchema,
} from "../../../gen/typescript/asyncgate/v1/schedule_service_pb.ts";
import { SendSignalRequestSchema } from "../../../gen/typescript/asyncgate/v1/signal_service_pb.ts";
import { type Task, TaskState } from "../../../gen/typescript/asyncgate/v1/task_pb.ts";
import { WatchTaskRequestSchema } from "../../../gen/typescript/asyncgate/v1/task_service_pb.ts";
import { formatPrincipal, parsePrincipal, servicePrincipal } from "../../core/principal.ts";
import { idempotencyConflict, permissionDenied, Refused } from "../../core/refusal.ts";
import { hasEnded } from "../../core/transitions.ts";
import type { Caller, Operations } from "../../engine/index.ts";
import { definitionOf, progressOf, storedJson } from "../../scheduler/rules/stored.ts";
import { readLive, viewOf, withTaskIds } from "./view-schedule.ts";

export type Changed = { readonly schedule: Schedule; readonly pending: boolean; readonly noScheduler: boolean };

/** A schedule may go on as its next generation between the send and the look. Then the command is sent to that. */
const sendsMax = 5;

const wider = "tasks:signal_all";

export type Change = {
  readonly method: string;
  readonly scheduleId: string;
  readonly requestId: string;
  /** Tells commands apart that come without a request id. */
  readonly callId: string;
  readonly command: ScheduleCommand["command"];
  /** How long the call waits until its change is carried out. */
  readonly waitMs: number;
  /** Refuses what is wrong with it, unless it has been carried out: what was right then may be too late now. */
  readonly refuse?: (task: Task) => Promise<void>;
};

/** The idempotency key of the task that a call makes of a new schedule: a repeated call knows the schedule by it. */
export function creationKey(scheduleId: string, requestId: string): string {
  return requestId === "" ? "" : `schedule:${scheduleId}:call:${digestOf(requestId)}`;
}

export async function changeSchedule(
  engine: Operations,
  caller: Caller,
  change: Change,
  signal: AbortSignal,
): Promise<Changed> {
  const { scheduleId, requestId, method, callId, waitMs } = change;
  const over = AbortSignal.any([signal, AbortSignal.timeout(waitMs)]);
  const sendId = requestId === "" ? callId : digestOf(caller.principalText, method, requestId);
  // With what it asks for, to tell a call that is repeated from another one under its id.
  const commandId = requestId === "" ? callId : `${sendId}:${digestOf(contentOf(change, ""))}`;
  let task = await readLive(engine, caller, scheduleId);
  for (let sends = 0; sends < sendsMax; sends += 1) {
    if (hasApplied(task, commandId)) break;
    refuseOther(task, sendId, requestId);
    if (sends === 0) await change.refuse?.(task);
    await send(engine, caller, task, { ...change, sendId, commandId });
    const isEnough = (one: Task) => hasApplied(one, commandId) || hasEnded(one.state);
    task = await awaitTask(engine, caller, task, isEnough, over);
    if (!hasEnded(task.state) || hasApplied(task, commandId)) break;
    task = await readLive(engine, caller, scheduleId);
    // The next generation knows its next run when it has been looked at once.
    if (hasApplied(task, commandId)) task = await awaitTask(engine, caller, task, hasBegun, over);
  }
  return await changedOf(engine, caller, task, hasApplied(task, commandId), signal);
}

/** A new schedule is there when its scheduler has looked at it once. */
export async function awaitCreated(
  engine: Operations,
  caller: Caller,
  task: Task,
  { signal, waitMs }: { readonly signal: AbortSignal; readonly waitMs: number },
): Promise<Changed> {
  const over = AbortSignal.any([signal, AbortSignal.timeout(waitMs)]);
  const later = await awaitTask(engine, caller, task, hasBegun, over);
  return await changedOf(engine, caller, later, hasBegun(later), signal);
}

function hasBegun({ checkpoint, state }: Task): boolean {
  return checkpoint !== undefined || hasEnded(state);
}

async function changedOf(engine: Operations, caller: Caller, task: Task, isDone: boolean, signal: AbortSignal) {
  const schedule = await withTaskIds(engine, caller, task, viewOf(task), signal);
  return { schedule, pending: !isDone, noScheduler: !isDone && task.state === TaskState.QUEUED };
}

/** The same call repeated is the same command. */
function digestOf(...parts: readonly string[]): string {
  return createHash("sha256").update(JSON.stringify(parts)).digest("base64url");
}

function hasApplied(task: Task, commandId: string): boolean {
  const definition = definitionOf(task);
  return definition !== undefined && progressOf(task, definition).appliedCommands.includes(commandId);
}

function refuseOther(task: Task, sendId: string, requestId: string): void {
  const definition = definitionOf(task);
  const applied = definition ? progressOf(task, definition).appliedCommands : [];
  if (requestId !== "" && applied.some((id) => id.startsWith(`${sendId}:`))) {
    throw new Refused(idempotencyConflict(requestId));
  }
}

function contentOf({ command }: Pick<Change, "command">, commandId: string, by?: Caller["principal"]): string {
  return storedJson(ScheduleCommandSchema, create(ScheduleCommandSchema, { commandId, ...(by && { by }), command }));
}

async function send(
  engine: Operations,
  caller: Caller,
  task: Task,
  change: Change & { readonly sendId: string; readonly commandId: string },
): Promise<void> {
  const { method, sendId, commandId } = change;
  const value = contentOf(change, commandId, caller.principal);
  const request = create(SendSignalRequestSchema, {
    to: { case: "taskId", value: task.taskId },
    payload: { content: { case: "json", value } },
    requestId: digestOf(sendId, task.taskId),
  });
  try {
    await engine.sendSignal(senderOf(caller, task, method), request);
  } catch (error) {
    // It has gone on as its next generation meanwhile.
    if (!(error instanceof Refused) || error.refusal.facts?.case !== "transition") throw error;
  }
}

/**
 * Its owner signs for itself. Others need the scope that reaches all tasks, and the service vouches for them: holders
 * in the tree of a schedule may send to its task, and are not to change it.
 */
function senderOf(caller: Caller, { createdBy }: Task, method: string): Caller {
  if (createdBy && formatPrincipal(createdBy) === caller.principalText) return caller;
  if (!caller.scopes.has(wider)) throw new Refused(permissionDenied(method, wider));
  return { ...caller, principal: parsePrincipal(servicePrincipal), principalText: servicePrincipal };
}

/** The task once it is as wished, or as it is when the time is over. */
async function awaitTask(
  engine: Operations,
  caller: Caller,
  task: Task,
  isEnough: (task: Task) => boolean,
  over: AbortSignal,
): Promise<Task> {
  let last = task;
  try {
    const asked = create(WatchTaskRequestSchema, { taskId: task.taskId });
    for await (const { task: next } of engine.watchTask(caller, asked, over)) {
      last = next ?? last;
      if (isEnough(last)) break;
    }
  } catch (error) {
    // Too many wait already. The command is on its way all the same.
    if (!(error instanceof Refused)) throw error;
  }
  return last;
}
