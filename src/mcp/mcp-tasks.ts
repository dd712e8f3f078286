// The tasks extension of MCP: a host that declares it gets create_task answered as an MCP task, and that is our task:
// it is committed before it is told, outlives every process, and is looked up under the caller's credential each time.
import { create, type JsonObject } from "@bufbuild/protobuf";
import {
  fromJsonSchema,
  MissingRequiredClientCapabilityError,
  type Server,
  type ServerContext,
} from "@modelcontextprotocol/server";
import { ErrorReason } from "../../gen/typescript/asyncgate/v1/error_pb.ts";
import { type Task, TaskState } from "../../gen/typescript/asyncgate/v1/task_pb.ts";
import {
  CancelTaskRequestSchema,
  CreateTaskRequestSchema,
  type CreateTaskResponse,
  CreateTaskResponseSchema,
  GetTaskRequestSchema,
  type GetTaskResponse,
  TaskService,
} from "../../gen/typescript/asyncgate/v1/task_service_pb.ts";
import { requestOf } from "./arguments.ts";
import { callMethod, detailOf, inTraceOf, type Line } from "./line.ts";
import { invalidParams, orProtocolError } from "./protocol-errors.ts";
import { answerJson, failure, sentenceOf, success, type ToolResult } from "./results.ts";

export const tasksExtension = "io.modelcontextprotocol/tasks";
const capabilitiesKey = "io.modelcontextprotocol/clientCapabilities";

/** How often a host should ask: soon after the beginning, seldom for what runs long. */
const pollIntervalMinMs = 1_000;
const pollIntervalMaxMs = 15_000;
/** As a part of the task's age. */
const pollIntervalPart = 10;
const msPerSecond = 1_000n;
const nanosPerMs = 1_000_000;

type McpStatus = "working" | "completed" | "cancelled";

export type McpTasks = {
  /** Whether the host knows what to do with a task. */
  isDeclared(context: ServerContext): boolean;
  /** Creates a task of ours, and answers as the MCP task that it is. */
  create(given: JsonObject, context: ServerContext): Promise<ToolResult>;
  register(server: Server): void;
};

export function createMcpTasks(line: Line): McpTasks {
  const read = async (taskId: string): Promise<Task> => {
    const { task } = (await orProtocolError(
      callMethod(line, TaskService.method.getTask, create(GetTaskRequestSchema, { taskId })),
    )) as GetTaskResponse;
    if (task === undefined) throw invalidParams("There is no such task.");
    return task;
  };
  return {
    isDeclared,
    async create(given, { mcpReq }) {
      let answer: CreateTaskResponse;
      try {
        const request = requestOf(CreateTaskRequestSchema, given);
        const { createTask } = TaskService.method;
        const traced = inTraceOf(line, mcpReq._meta);
        answer = (await callMethod(traced, createTask, request, mcpReq.signal)) as CreateTaskResponse;
      } catch (thrown) {
        return failure(thrown);
      }
      // The extension's own result type, which the library's types do not know.
      return { resultType: "task", ...factsOf(answer.task as Task) } as unknown as ToolResult;
    },
    register(server) {
      server.setRequestHandler("tasks/get", { params: taskParams }, async ({ taskId }, context) => {
        assertDeclared(context);
        const task = await read(taskId);
        return { resultType: "complete", ...factsOf(task), ...resultOf(task) };
      });
      server.setRequestHandler("tasks/cancel", { params: taskParams }, async ({ taskId }, context) => {
        assertDeclared(context);
        const request = create(CancelTaskRequestSchema, { taskId, reason: "canceled by the MCP host" });
        await orProtocolError(unlessEnded(callMethod(line, TaskService.method.cancelTask, request)));
        return { resultType: "complete" };
      });
      server.setRequestHandler("tasks/update", { params: taskParams }, async ({ taskId }, context) => {
        assertDeclared(context);
        await read(taskId); // no task asks for input yet, and answers to what was not asked are ignored
        return { resultType: "complete" };
      });
    },
  };
}

const taskParams = fromJsonSchema<{ taskId: string }>({
  type: "object",
  properties: { taskId: { type: "string" } },
  required: ["taskId"],
});

function isDeclared({ mcpReq }: ServerContext): boolean {
  const capabilities: unknown = Reflect.get(mcpReq.envelope ?? {}, capabilitiesKey);
  const extensions = (capabilities as { readonly extensions?: object } | undefined)?.extensions;
  return extensions !== undefined && Object.hasOwn(extensions, tasksExtension);
}

function assertDeclared(context: ServerContext): void {
  if (isDeclared(context)) return;
  throw new MissingRequiredClientCapabilityError({ requiredCapabilities: { extensions: { [tasksExtension]: {} } } });
}

/** A host cannot know that a task has just ended: canceling it then is acknowledged all the same. */
async function unlessEnded(canceling: Promise<unknown>): Promise<void> {
  try {
    await canceling;
  } catch (thrown) {
    if (detailOf(thrown)?.reason !== ErrorReason.INVALID_TRANSITION) throw thrown;
  }
}

function factsOf(task: Task) {
  const createdMs = msOf(task.createTime);
  const updatedMs = Math.max(createdMs, ...[task.startTime, task.endTime, task.progress?.updateTime].map(msOf));
  return {
    taskId: task.taskId,
    status: statusOf(task),
    statusMessage: sentenceOf(answerJson(CreateTaskResponseSchema, create(CreateTaskResponseSchema, { task }))),
    createdAt: new Date(createdMs).toISOString(),
    lastUpdatedAt: new Date(updatedMs).toISOString(),
    ttlMs: null,
    pollIntervalMs: Math.min(
      pollIntervalMaxMs,
      Math.max(pollIntervalMinMs, (updatedMs - createdMs) / pollIntervalPart),
    ),
  };
}

function msOf(time: { readonly seconds: bigint; readonly nanos: number } | undefined): number {
  return time === undefined ? 0 : Number(time.seconds * msPerSecond) + Math.floor(time.nanos / nanosPerMs);
}

/** Work that failed is completed, with a result that is an error: `failed` is for errors of the protocol. */
function statusOf({ state }: Task): McpStatus {
  if (state === TaskState.CANCELED) return "cancelled";
  return state === TaskState.SUCCEEDED || state === TaskState.FAILED ? "completed" : "working";
}

function resultOf(task: Task): { readonly result?: ToolResult } {
  if (statusOf(task) !== "completed") return {};
  const answer = answerJson(CreateTaskResponseSchema, create(CreateTaskResponseSchema, { task }));
  const { content, structuredContent } = success(sentenceOf(answer), answer);
  return task.state === TaskState.FAILED
    ? { result: { content, isError: true } }
    : { result: { content, ...(structuredContent && { structuredContent }) } };
}
