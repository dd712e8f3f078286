// What the task of a schedule carries, as JSON: its definition in the payload, its progress in the checkpoint, and
// commands in signals. Fields of a later version are skipped, so two versions may take turns.
import {
  clone,
  create,
  type DescMessage,
  fromJson,
  type JsonValue,
  type MessageShape,
  toJson,
} from "@bufbuild/protobuf";
import type { Payload } from "../../../gen/typescript/asyncgate/v1/payload_pb.ts";
import {
  type ScheduleDefinition,
  ScheduleDefinitionSchema,
  type ScheduleProgress,
  ScheduleProgressSchema,
} from "../../../gen/typescript/asyncgate/v1/schedule_pb.ts";
import type { Task } from "../../../gen/typescript/asyncgate/v1/task_pb.ts";

/** Undefined if it is no JSON of this message. */
export function readStored<Desc extends DescMessage>(
  schema: Desc,
  payload: Payload | undefined,
): MessageShape<Desc> | undefined {
  if (payload?.content.case !== "json") return undefined;
  try {
    return fromJson(schema, JSON.parse(payload.content.value) as JsonValue, { ignoreUnknownFields: true });
  } catch {
    return undefined;
  }
}

export function stored<Desc extends DescMessage>(schema: Desc, message: MessageShape<Desc>) {
  const content = { case: "json" as const, value: storedJson(schema, message) };
  return { content, mediaType: "" };
}

/** As a checkpoint may be. */
const progressBytesMax = 65_536;

/**
 * The progress as a checkpoint. If every list of it is full, it would be too large and the schedule could not go on:
 * then the oldest runs that are only kept to be shown are dropped.
 */
export function storedProgress(progress: ScheduleProgress) {
  let kept = stored(ScheduleProgressSchema, progress);
  for (let runs = progress.recentRuns; isTooLarge(kept) && runs.length > 0; ) {
    runs = runs.slice(0, Math.floor(runs.length / 2));
    kept = stored(ScheduleProgressSchema, { ...progress, recentRuns: runs });
  }
  return kept;
}

function isTooLarge({ content }: ReturnType<typeof stored>): boolean {
  return Buffer.byteLength(content.value) > progressBytesMax;
}

/** The same text for the same message, whatever the order is in which a client has sent its maps. */
export function storedJson<Desc extends DescMessage>(schema: Desc, message: MessageShape<Desc>): string {
  return JSON.stringify(toJson(schema, message), (_key, value: JsonValue) => sorted(value));
}

function sorted(value: JsonValue): JsonValue {
  if (value === null || typeof value !== "object" || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1)));
}

/** The definition of a task that is a schedule. Undefined if its payload is none. */
export function definitionOf({ payload }: Pick<Task, "payload">): ScheduleDefinition | undefined {
  return readStored(ScheduleDefinitionSchema, payload);
}

/** Where a schedule stands: its checkpoint, or where its generation begins. */
export function progressOf({ checkpoint }: Pick<Task, "checkpoint">, definition: ScheduleDefinition): ScheduleProgress {
  const kept = readStored(ScheduleProgressSchema, checkpoint) ?? definition.progress;
  const progress = kept ? clone(ScheduleProgressSchema, kept) : create(ScheduleProgressSchema);
  if (progress.generation === 0n) progress.generation = 1n;
  return progress;
}
