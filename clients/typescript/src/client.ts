// For those who hand over tasks and follow them. Every call has a deadline and is said again, under the same request
// id, when the contract says that this may help: an answer that got lost costs time, and nothing is done twice.
import { randomUUID } from "node:crypto";
import type { JsonValue, MessageInitShape } from "@bufbuild/protobuf";
import { createClient as createStub, type Client as Stub } from "@connectrpc/connect";
import { LeaseService } from "../../../gen/typescript/asyncgate/v1/lease_service_pb.ts";
import {
  type ListOpenObligationsRequestSchema,
  ObligationService,
  type OpenObligation,
} from "../../../gen/typescript/asyncgate/v1/obligation_service_pb.ts";
import type { Receipt } from "../../../gen/typescript/asyncgate/v1/receipt_pb.ts";
import {
  type ListReceiptsRequestSchema,
  ReceiptService,
} from "../../../gen/typescript/asyncgate/v1/receipt_service_pb.ts";
import { SystemService } from "../../../gen/typescript/asyncgate/v1/system_service_pb.ts";
import { type Task, TaskState } from "../../../gen/typescript/asyncgate/v1/task_pb.ts";
import {
  type CancelTaskResponse,
  type CreateTaskResponse,
  type ListTasksRequestSchema,
  TaskService,
  type WatchTaskResponse,
} from "../../../gen/typescript/asyncgate/v1/task_service_pb.ts";
import { pause } from "./backoff.ts";
import { contentOf } from "./content.ts";
import { durationOf, monotonicMs } from "./durations.ts";
import { type AsyncGateError, asyncGateErrorOf, errorOfDetail, TaskEndedError } from "./errors.ts";
import { type NewTask, requestOf } from "./new-task.ts";
import { callWithRetry, defaultRetry, type RetryOptions, retryDelayMs } from "./retry.ts";
import { type ConnectionOptions, connect } from "./transport.ts";

export type ClientOptions = ConnectionOptions & {
  /** Where the server is, as `http://host:port` or `https://…`. */
  readonly endpoint: string;
  /** A call's deadline, with every time it is said again. If absent, 30 s. */
  readonly timeoutMs?: number;
  readonly retry?: Partial<RetryOptions>;
};

export type CallOptions = {
  readonly signal?: AbortSignal;
  readonly timeoutMs?: number;
  /** To say a call again that another process said before. If absent, one is made. */
  readonly requestId?: string;
};

/** A task that was handed over. */
export type Created = {
  readonly task: Task;
  readonly taskId: string;
  readonly assignedReceiptId: string;
  /** True when it existed already and nothing was written. */
  readonly existed: boolean;
};

/** The stubs, with the client's connection and key and nothing else: no retries, no deadlines, errors of Connect. */
export type Stubs = {
  readonly tasks: Stub<typeof TaskService>;
  readonly leases: Stub<typeof LeaseService>;
  readonly receipts: Stub<typeof ReceiptService>;
  readonly obligations: Stub<typeof ObligationService>;
  readonly system: Stub<typeof SystemService>;
};

const timeoutMsDefault = 30_000;
/** The longest that the server waits for a task to end, and some time for the answer. */
const awaitMs = 50_000;
const awaitSlackMs = 10_000;

export type Client = ReturnType<typeof createClient>;

export function createClient(options: ClientOptions) {
  const connection = connect(options.endpoint, options);
  const { transport } = connection;
  const retry: RetryOptions = { ...defaultRetry, ...options.retry };
  const stubs: Stubs = {
    tasks: createStub(TaskService, transport),
    leases: createStub(LeaseService, transport),
    receipts: createStub(ReceiptService, transport),
    obligations: createStub(ObligationService, transport),
    system: createStub(SystemService, transport),
  };

  type Bounds = { readonly signal?: AbortSignal; readonly timeoutMs: number };

  function call<Answer>(
    { signal, timeoutMs, requestId }: CallOptions,
    say: (bounds: Bounds) => Promise<Answer>,
  ): Promise<Answer> {
    const bounds = { signal, timeoutMs: timeoutMs ?? options.timeoutMs ?? timeoutMsDefault, requestId };
    return callWithRetry(retry, bounds, (left) => say({ ...(signal && { signal }), timeoutMs: left }));
  }

  /** Gives a changing call its id. */
  function once(options: CallOptions): CallOptions & { readonly requestId: string } {
    return { ...options, requestId: options.requestId ?? randomUUID() };
  }

  async function createTask(task: NewTask, options: CallOptions = {}): Promise<Created> {
    // An idempotency key makes the call safe by itself.
    const keyed = task.idempotencyKey ? options : once(options);
    const request = requestOf(task, keyed.requestId);
    return createdOf(await call(keyed, (bounds) => stubs.tasks.createTask(request, bounds)));
  }

  /** Up to 500. Answers item by item, in order; what was refused is an error in its place. */
  async function createTasks(
    tasks: readonly NewTask[],
    options: CallOptions = {},
  ): Promise<(Created | AsyncGateError)[]> {
    const keyed = once(options);
    const { requestId } = keyed;
    const request = { tasks: tasks.map((task) => requestOf(task)), requestId };
    const { results } = await call(keyed, (bounds) => stubs.tasks.createTasks(request, bounds));
    return results.map(({ result }) => {
      if (result.case === "created") return createdOf(result.value);
      if (result.case === "error") return errorOfDetail(result.value, requestId);
      throw new Error("the server answered an item of a batch with nothing");
    });
  }

  async function getTask(taskId: string, options: CallOptions = {}): Promise<Task> {
    return present((await call(options, (bounds) => stubs.tasks.getTask({ taskId }, bounds))).task);
  }

  /** All that match, newest first, page by page as they are read. */
  async function* listTasks(
    filter: MessageInitShape<typeof ListTasksRequestSchema> = {},
    options: CallOptions = {},
  ): AsyncGenerator<Task> {
    for (let pageToken = ""; ; ) {
      const page = await call(options, (bounds) => stubs.tasks.listTasks({ ...filter, pageToken }, bounds));
      yield* page.tasks;
      pageToken = page.nextPageToken;
      if (pageToken === "") return;
    }
  }

  async function cancelTask(
    taskId: string,
    cancel: { readonly reason?: string; readonly gracePeriodMs?: number } = {},
    options: CallOptions = {},
  ): Promise<CancelTaskResponse> {
    const keyed = once(options);
    const { reason = "", gracePeriodMs } = cancel;
    const grace = gracePeriodMs === undefined ? {} : { gracePeriod: durationOf(gracePeriodMs) };
    const request = { taskId, reason, requestId: keyed.requestId, ...grace };
    return await call(keyed, (bounds) => stubs.tasks.cancelTask(request, bounds));
  }

  /** The task when it has ended. Without `timeoutMs`, waits for as long as it takes. */
  async function awaitTask(taskId: string, { signal, timeoutMs }: CallOptions = {}): Promise<Task> {
    const until = monotonicMs() + (timeoutMs ?? Number.POSITIVE_INFINITY);
    for (;;) {
      const left = until - monotonicMs();
      const wait = durationOf(Math.max(0, Math.min(awaitMs, left)));
      const bounds = { ...(signal && { signal }), timeoutMs: Math.min(awaitMs, Math.max(0, left)) + awaitSlackMs };
      const { task, ended } = await call(bounds, (inner) => stubs.tasks.awaitTask({ taskId, wait }, inner));
      if (ended || monotonicMs() >= until) return present(task);
    }
  }

  /** What the task resulted in, as a native value. Throws a TaskEndedError when it failed or was canceled. */
  async function result(taskId: string, options: CallOptions = {}): Promise<JsonValue | Uint8Array | undefined> {
    const task = await awaitTask(taskId, options);
    if (task.state === TaskState.SUCCEEDED) return contentOf(task.outcome?.result);
    if (task.endTime) throw new TaskEndedError(task);
    throw new DOMException(`task ${taskId} has not ended within ${options.timeoutMs} ms`, "TimeoutError");
  }

  /** A snapshot, then every change until the task has ended. After a break it goes on where it was. */
  async function* watchTask(
    taskId: string,
    { signal, afterVersion = 0n }: { readonly signal?: AbortSignal; readonly afterVersion?: bigint } = {},
  ): AsyncGenerator<WatchTaskResponse> {
    let seen = afterVersion;
    for (let failures = 0; ; ) {
      signal?.throwIfAborted();
      try {
        for await (const news of stubs.tasks.watchTask({ taskId, afterVersion: seen }, { ...(signal && { signal }) })) {
          failures = 0;
          seen = news.task?.version ?? seen;
          yield news;
          if (news.task?.endTime) return;
        }
        return;
      } catch (thrown) {
        signal?.throwIfAborted();
        const error = asyncGateErrorOf(thrown);
        failures += 1;
        if (!error.retryable || failures >= retry.attemptsMax) throw error;
        await pause(retryDelayMs(retry, failures, error), signal);
      }
    }
  }

  /** What is open, oldest first. The one call to make first in a new session. */
  async function* obligations(
    filter: MessageInitShape<typeof ListOpenObligationsRequestSchema> = {},
    options: CallOptions = {},
  ): AsyncGenerator<OpenObligation> {
    for (let cursor = ""; ; ) {
      const page = await call(options, (bounds) =>
        stubs.obligations.listOpenObligations({ ...filter, cursor }, bounds),
      );
      yield* page.openObligations;
      cursor = page.cursor;
      if (cursor === "") return;
    }
  }

  /** Those of a task in the order of its chain, else those addressed to you, newest first. */
  async function* receipts(
    filter: MessageInitShape<typeof ListReceiptsRequestSchema> = {},
    options: CallOptions = {},
  ): AsyncGenerator<Receipt> {
    for (let pageToken = ""; ; ) {
      const page = await call(options, (bounds) => stubs.receipts.listReceipts({ ...filter, pageToken }, bounds));
      yield* page.receipts;
      pageToken = page.nextPageToken;
      if (pageToken === "") return;
    }
  }

  return {
    createTask,
    createTasks,
    getTask,
    listTasks,
    cancelTask,
    awaitTask,
    result,
    watchTask,
    obligations,
    receipts,
    stubs,
    close: connection.close,
  };
}

function createdOf({ task, assignedReceiptId, existed }: CreateTaskResponse): Created {
  const created = present(task);
  return { task: created, taskId: created.taskId, assignedReceiptId, existed };
}

function present(task: Task | undefined): Task {
  if (!task) throw new Error("the server answered without the task");
  return task;
}
