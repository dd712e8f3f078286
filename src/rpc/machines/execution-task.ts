// The task that an execution is: how it is created, and how a repeated call finds the one that it created first.
import { create, equals, type JsonObject, type JsonValue } from "@bufbuild/protobuf";
import { type Budget, BudgetSchema, type Task } from "../../../gen/typescript/asyncgate/v1/task_pb.ts";
import {
  type CreateTaskRequest,
  CreateTaskRequestSchema,
} from "../../../gen/typescript/asyncgate/v1/task_service_pb.ts";
import { assert } from "../../core/assert.ts";
import { durationOfMs } from "../../core/duration.ts";
import { isRefusal, notFound, Refused } from "../../core/refusal.ts";
import type { Caller, Operations } from "../../engine/index.ts";
import { leaseLossesMax, machineTaskType, stepAttemptsMax, stepRetryMs } from "../../machines/interpreter/requests.ts";

/** What an execution is made of. The texts are JSON. */
export type ExecutionInit = {
  readonly machine: {
    readonly name: string;
    readonly version: string;
    readonly hash: string;
    readonly document: string;
  };
  readonly input: string;
  readonly depth?: number;
  readonly goOn?: JsonObject | undefined;
  readonly executionName: string;
  readonly budget: Budget | undefined;
  readonly requestId: string;
  readonly redriveOf?: string;
  readonly clonedFrom?: string;
};

/** On an execution's task: its machine, and where a clone is from. */
export const executionLabels = {
  machine: "machine",
  version: "machine_version",
  hash: "machine_hash",
  clonedFrom: "cloned_from",
} as const;

export function executionTask(init: ExecutionInit): CreateTaskRequest {
  const { machine, executionName, budget, requestId, redriveOf = "", clonedFrom } = init;
  return create(CreateTaskRequestSchema, {
    type: machineTaskType,
    payload: { content: { case: "json", value: payloadOf(init) } },
    labels: {
      [executionLabels.machine]: machine.name,
      ...(machine.version !== "" && { [executionLabels.version]: machine.version }),
      [executionLabels.hash]: machine.hash,
      ...(clonedFrom !== undefined && { [executionLabels.clonedFrom]: clonedFrom }),
    },
    maxAttempts: stepAttemptsMax,
    maxLeaseLosses: leaseLossesMax,
    retry: { initialInterval: durationOfMs(stepRetryMs) },
    name: executionName,
    redriveOf,
    requestId,
    ...(budget && { budget }),
  });
}

/** The document goes in as the text that its hash is of. */
function payloadOf({ machine, input, depth = 0, goOn }: ExecutionInit): string {
  const parts = [
    `"machine":${machine.document}`,
    `"hash":${JSON.stringify(machine.hash)}`,
    `"input":${input === "" ? "{}" : input}`,
    ...(depth > 0 ? [`"depth":${depth}`] : []),
    ...(goOn ? [`"go_on":${JSON.stringify(goOn)}`] : []),
  ];
  return `{${parts.join(",")}}`;
}

export type Started = { readonly task: Task; readonly existed: boolean };

/**
 * A call that is repeated may come to another request than the first time: the machine has got a newer version, the
 * execution that is cloned has gone on. `isSame` tells from the task that was created first whether it was this call.
 */
export async function startExecution(
  engine: Operations,
  caller: Caller,
  request: CreateTaskRequest,
  isSame: (first: Task) => boolean,
): Promise<Started> {
  const [answer] = await engine.createTasks(caller, { tasks: [request], requestId: request.requestId });
  assert(answer !== undefined, "every request has an answer");
  if (!isRefusal(answer)) return { task: answer.task, existed: answer.existed };
  if (answer.facts?.case !== "conflict" || !answer.facts.value.taskId) throw new Refused(answer);
  const first = await engine.getTask(caller, { taskId: answer.facts.value.taskId });
  if (first.type !== machineTaskType || !isSame(first) || !isAlike(first, request)) throw new Refused(answer);
  return { task: first, existed: true };
}

function isAlike({ name, budget, redriveOf }: Task, request: CreateTaskRequest): boolean {
  const isBudget = budget && request.budget ? equals(BudgetSchema, budget, request.budget) : budget === request.budget;
  return name === request.name && redriveOf === request.redriveOf && isBudget;
}

/** What the payload of an execution says. Refused as if it did not exist for a task that is no execution. */
export type ExecutionPayload = {
  readonly machine: JsonObject;
  readonly hash: string;
  readonly input: JsonValue;
  readonly depth: number;
  /** Where it began, if it went on from another one. */
  readonly goOn: JsonObject | undefined;
};

export async function readExecution(engine: Operations, caller: Caller, taskId: string) {
  const task = await engine.getTask(caller, { taskId });
  const payload = task.type === machineTaskType ? executionPayloadOf(task) : undefined;
  if (!payload) throw new Refused(notFound("task", taskId));
  return { task, payload };
}

/** Undefined for a task of this type that any caller may have made of anything. */
export function executionPayloadOf({ payload }: Pick<Task, "payload">): ExecutionPayload | undefined {
  const read = payload?.content.case === "json" ? jsonIn(payload.content.value) : undefined;
  if (!isObject(read) || !isObject(read["machine"])) return undefined;
  const { machine, hash, input = {}, depth, go_on: goOn } = read;
  return {
    machine,
    hash: typeof hash === "string" ? hash : "",
    input,
    depth: typeof depth === "number" ? depth : 0,
    goOn: isObject(goOn) ? goOn : undefined,
  };
}

export function jsonIn(text: string): JsonValue | undefined {
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    return undefined;
  }
}

export function isObject(value: JsonValue | undefined): value is JsonObject {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}

export function textIn(object: JsonObject, field: string): string {
  const value = object[field];
  return typeof value === "string" ? value : "";
}
