// What an execution keeps between its steps: the checkpoint of its task, and the large values beside it.
import { create, type JsonValue } from "@bufbuild/protobuf";
import type { Task } from "../../../gen/typescript/asyncgate/v1/task_pb.ts";
import { ListTasksRequestSchema } from "../../../gen/typescript/asyncgate/v1/task_service_pb.ts";
import { notFound, Refused } from "../../core/refusal.ts";
import type { Caller, Operations } from "../../engine/index.ts";
import { digestOf, refsOf, restored } from "../../machines/interpreter/large-values.ts";
import type { Snapshot } from "../../machines/interpreter/types.ts";
import { isObject, jsonIn } from "./execution-task.ts";

export function snapshotOf({ checkpoint }: Pick<Task, "checkpoint">): Snapshot | undefined {
  const read = checkpoint?.content.case === "json" ? jsonIn(checkpoint.content.value) : undefined;
  return isObject(read) && read["format"] === 1 ? (read as unknown as Snapshot) : undefined;
}

/**
 * For an execution that the caller may read. The tasks below it belong to its runner: those that may see the execution
 * see them in outline, as by GetTaskTree, and the values of its context.
 */
export function ofItsTree(caller: Caller): Caller {
  return { ...caller, scopes: new Set([...caller.scopes, "tasks:read_all"]) };
}

export async function wholeSnapshot(
  engine: Operations,
  caller: Caller,
  taskId: string,
  snapshot: Snapshot,
): Promise<Snapshot> {
  const values = new Map<string, JsonValue>();
  for (const { digest } of refsOf(snapshot.stored)) {
    if (!values.has(digest)) values.set(digest, await readValue(engine, ofItsTree(caller), taskId, digest));
  }
  return restored(snapshot, (digest) => values.get(digest) ?? null);
}

/** Once an execution has ended, what is beside it is kept no longer than other tasks. */
async function readValue(engine: Operations, caller: Caller, parent: string, digest: string): Promise<JsonValue> {
  const parts = new Map<number, Uint8Array>();
  for (let pageToken = ""; ; ) {
    const asked = create(ListTasksRequestSchema, { parent, labels: { value: digest }, pageToken });
    const { tasks, nextPageToken } = await engine.listTasks(caller, asked);
    for (const { labels, payload } of tasks) {
      if (payload?.content.case === "data") parts.set(Number(labels["part"]), payload.content.value);
    }
    if (nextPageToken === "") break;
    pageToken = nextPageToken;
  }
  const inOrder = [...parts].toSorted(([one], [other]) => one - other).map(([, part]) => part);
  const text = Buffer.concat(inOrder).toString("utf8");
  if (digestOf(text) !== digest) throw new Refused(notFound("task", parent));
  return JSON.parse(text) as JsonValue;
}
