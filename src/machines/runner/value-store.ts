// The values that a snapshot is too small for, as tasks: they are created in the step whose snapshot names them, so
// they are there exactly when they are needed. Their payload is the value; they wait for a signal that never comes, so
// no worker gets them and nothing drops them while the execution lives. They end with it.
import type { JsonValue } from "@bufbuild/protobuf";
import type { Client } from "../../../clients/typescript/src/client.ts";
import { bytes, contentOf } from "../../../clients/typescript/src/content.ts";
import { asyncGateErrorOf, NonRetryable } from "../../../clients/typescript/src/errors.ts";
import type { NextTask } from "../../../clients/typescript/src/job.ts";
import { signal } from "../../../clients/typescript/src/wait.ts";
import { ErrorReason } from "../../../gen/typescript/asyncgate/v1/error_pb.ts";
import { type Task, TaskState } from "../../../gen/typescript/asyncgate/v1/task_pb.ts";
import { digestOf, refsOf, restored } from "../interpreter/large-values.ts";
import type { LargeValue, Snapshot } from "../interpreter/types.ts";

export const valueTaskType = "asyncgate.value";

const neverSent = "asyncgate.value/never";
/** Less than a payload may have. */
const partBytesMax = 200_000;
/** Most are read by the runner that has written them, or again by the same. */
const cachedMax = 32;

export type ValueStore = {
  /** The snapshot with its large values. */
  read(executionId: string, snapshot: Snapshot): Promise<Snapshot>;
  /** Remembers what was written. */
  keep(values: readonly LargeValue[]): void;
  /** Ends what earlier steps have left. Repeated after a crash, it changes nothing. */
  discard(executionId: string, snapshot: Snapshot): Promise<void>;
};

export function createValueStore(client: Client): ValueStore {
  const cache = new Map<string, string>();
  const remember = (digest: string, text: string) => {
    cache.delete(digest);
    cache.set(digest, text);
    const [oldest] = cache.keys();
    if (cache.size > cachedMax && oldest !== undefined) cache.delete(oldest);
  };
  return {
    async read(executionId, snapshot) {
      const values = new Map<string, JsonValue>();
      for (const { digest } of refsOf(snapshot.stored)) {
        if (values.has(digest)) continue;
        const text = cache.get(digest) ?? (await readText(client, executionId, digest));
        remember(digest, text);
        values.set(digest, JSON.parse(text) as JsonValue);
      }
      return restored(snapshot, (digest) => values.get(digest) ?? null);
    },
    keep(values) {
      for (const { digest, text } of values) remember(digest, text);
    },
    async discard(executionId, { discarded = [] }) {
      for (const digest of discarded) {
        for (const { taskId, state } of await tasksOf(client, executionId, digest)) {
          if (state === TaskState.BLOCKED) await cancel(client, taskId);
        }
      }
    },
  };
}

/** In parts, as a payload has a bound. */
export function valueTasks({ digest, text }: LargeValue): NextTask[] {
  const all = new TextEncoder().encode(text);
  const parts = Array.from({ length: Math.ceil(all.length / partBytesMax) }, (_, part) =>
    all.slice(part * partBytesMax, (part + 1) * partBytesMax),
  );
  return parts.map((part, place) => ({
    type: valueTaskType,
    payload: bytes(part, "application/json"),
    labels: { value: digest, part: String(place) },
    wait: signal(neverSent),
  }));
}

async function readText(client: Client, executionId: string, digest: string): Promise<string> {
  const parts = new Map<number, Uint8Array>();
  for (const { labels, payload } of await tasksOf(client, executionId, digest)) {
    const content = contentOf(payload);
    if (content instanceof Uint8Array) parts.set(Number(labels["part"]), content);
  }
  const inOrder = [...parts].toSorted(([one], [other]) => one - other).map(([, part]) => part);
  const text = Buffer.concat(inOrder).toString("utf8");
  if (digestOf(text) === digest) return text;
  throw new NonRetryable(`the value ${digest} of the context is gone`, { type: "CONTEXT_LOST" });
}

async function tasksOf(client: Client, parent: string, value: string): Promise<Task[]> {
  const tasks: Task[] = [];
  for await (const task of client.listTasks({ parent, labels: { value } })) tasks.push(task);
  return tasks;
}

async function cancel(client: Client, taskId: string): Promise<void> {
  await client.cancelTask(taskId, { reason: "the context has another value" }).catch((thrown: unknown) => {
    if (asyncGateErrorOf(thrown).reason !== ErrorReason.INVALID_TRANSITION) throw thrown;
  });
}
