// The task of a run, made of the schedule's action: three placeholders are replaced in the strings of a JSON payload
// and in labels, and nothing is ever run or looked up.
import { clone } from "@bufbuild/protobuf";
import type { ScheduleDefinition } from "../../../gen/typescript/asyncgate/v1/schedule_pb.ts";
import {
  type CreateTaskRequest,
  CreateTaskRequestSchema,
} from "../../../gen/typescript/asyncgate/v1/task_service_pb.ts";
import { firingKey, runTimeText } from "./names.ts";

export type Placeholders = { readonly runTime: Date; readonly count: bigint };

export function taskOfRun(
  { scheduleId, action }: ScheduleDefinition,
  run: Placeholders,
): CreateTaskRequest | undefined {
  if (!action) return undefined;
  const request = clone(CreateTaskRequestSchema, action);
  const fill = filler(scheduleId, run);
  const { payload } = request;
  if (payload?.content.case === "json") payload.content.value = fillJson(payload.content.value, fill);
  for (const [name, value] of Object.entries(request.labels)) request.labels[name] = fill(value);
  request.labels["schedule_id"] = scheduleId;
  request.labels["run_time"] = runTimeText(run.runTime);
  request.idempotencyKey = firingKey(scheduleId, run.runTime);
  return request;
}

function filler(scheduleId: string, { runTime, count }: Placeholders): (text: string) => string {
  const values: Readonly<Record<string, string>> = {
    run_time: runTimeText(runTime),
    schedule_id: scheduleId,
    count: String(count),
  };
  return (text) => text.replace(/\{\{(run_time|schedule_id|count)\}\}/g, (_whole, name: string) => values[name] ?? "");
}

/** A string of JSON with its quotes, and the colon behind it if it is the name of a field. */
const jsonString = /"[^"\\]*(?:\\.[^"\\]*)*"(\s*:)?/g;

/** Only strings that are values change: numbers keep all their digits, and white space and names stay as they are. */
function fillJson(json: string, fill: (text: string) => string): string {
  return json.replace(jsonString, (quoted: string, colon: string | undefined) => {
    if (colon !== undefined) return quoted;
    const text = JSON.parse(quoted) as string;
    const filled = fill(text);
    return filled === text ? quoted : JSON.stringify(filled);
  });
}
