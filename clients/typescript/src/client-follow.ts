// A client's calls that follow a task to its end.
import type { JsonValue } from "@bufbuild/protobuf";
import { Code, ConnectError } from "@connectrpc/connect";
import { type Task, TaskState } from "../../../gen/typescript/asyncgate/v1/task_pb.ts";
import type { WatchTaskResponse } from "../../../gen/typescript/asyncgate/v1/task_service_pb.ts";
import { pause } from "./backoff.ts";
import type { CallOptions, Calls } from "./client-calls.ts";
import { taskOf } from "./client-tasks.ts";
import { contentOf } from "./content.ts";
import { durationOf } from "./durations.ts";
import { asyncGateErrorOf, TaskEndedError } from "./errors.ts";
import { retryDelayMs } from "./retry.ts";

export type WatchOptions = { readonly signal?: AbortSignal; readonly afterVersion?: bigint };

/** The longest that one call waits for a task to end, and time for its answer. */
const awaitMs = 50_000;
const awaitSlackMs = 10_000;

export async function awaitTask(
  { stubs, call }: Calls,
  taskId: string,
  { signal, timeoutMs }: CallOptions,
): Promise<Task> {
  const untilMs = performance.now() + (timeoutMs ?? Number.POSITIVE_INFINITY);
  // A name is looked up once: it may pass on to another task.
  let asked = taskId;
  for (;;) {
    const leftMs = untilMs - performance.now();
    const wait = durationOf(Math.max(0, Math.min(awaitMs, leftMs)));
    const bounds = { ...(signal && { signal }), timeoutMs: Math.min(awaitMs, Math.max(0, leftMs)) + awaitSlackMs };
    const { task, ended } = await call(bounds, (inner) => stubs.tasks.awaitTask({ taskId: asked, wait }, inner));
    if (ended || performance.now() >= untilMs) return taskOf(task);
    asked = taskOf(task).taskId;
  }
}

export async function result(
  calls: Calls,
  taskId: string,
  options: CallOptions,
): Promise<JsonValue | Uint8Array | undefined> {
  const task = await awaitTask(calls, taskId, options);
  if (task.state === TaskState.SUCCEEDED) return contentOf(task.outcome?.result);
  if (task.endTime) throw new TaskEndedError(task);
  throw new DOMException(`task ${taskId} has not ended within ${options.timeoutMs} ms`, "TimeoutError");
}

/** After a break it tries again for as long as a call would. */
export async function* watchTask(
  { stubs, retry, timeoutMs }: Calls,
  taskId: string,
  { signal, afterVersion = 0n }: WatchOptions,
): AsyncGenerator<WatchTaskResponse> {
  let seen = afterVersion;
  let asked = taskId;
  let brokenMs: number | undefined;
  for (let failures = 0; ; ) {
    signal?.throwIfAborted();
    try {
      for await (const news of stubs.tasks.watchTask(
        { taskId: asked, afterVersion: seen },
        { ...(signal && { signal }) },
      )) {
        failures = 0;
        brokenMs = undefined;
        seen = news.task?.version ?? seen;
        asked = news.task?.taskId ?? asked;
        yield news;
        if (news.task?.endTime) return;
      }
      // Only the end of the task ends it. Servers that shut down may end it, too.
      throw new ConnectError("the server has ended the stream before the task ended", Code.Unavailable);
    } catch (thrown) {
      signal?.throwIfAborted();
      const error = asyncGateErrorOf(thrown);
      failures += 1;
      brokenMs ??= performance.now();
      const isOver = failures >= retry.attemptsMax || performance.now() - brokenMs >= timeoutMs;
      if (!error.retryable || isOver) throw error;
      await pause(retryDelayMs(retry, failures, error), signal);
    }
  }
}
