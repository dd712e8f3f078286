// What is wrong with a schedule that a call creates or changes, told before a task is made of it: with the field, and
// the place in its text.
import type { ScheduleDefinition, ScheduleSpec } from "../../../gen/typescript/asyncgate/v1/schedule_pb.ts";
import { ScheduleDefinitionSchema } from "../../../gen/typescript/asyncgate/v1/schedule_pb.ts";
import type { BackfillScheduleRequest } from "../../../gen/typescript/asyncgate/v1/schedule_service_pb.ts";
import { checkCreateTask } from "../../core/create-task.ts";
import { dateOfTimestamp } from "../../core/duration.ts";
import type { Limits } from "../../core/limits.ts";
import { type FieldViolation, invalidArgument, limitExceeded, Refused } from "../../core/refusal.ts";
import {
  checkSchedule,
  checkSpecField,
  definitionBytesMax,
  type ScheduleFault,
} from "../../scheduler/rules/check-schedule.ts";
import { stored } from "../../scheduler/rules/stored.ts";

const backfillDaysMax = 366;
const dayMs = 86_400_000;

export function refuseFaults(faults: readonly ScheduleFault[]): void {
  const violations = faults.map((fault): FieldViolation => ({ ...fault, rule: "schedule" }));
  if (violations.length > 0) throw new Refused(invalidArgument(violations));
}

export function refuseFaultyDefinition(definition: ScheduleDefinition, after: Date, limits: Limits): void {
  refuseFaults(checkSchedule(definition, after));
  refuseFaultyAction(definition, limits);
  const value = Buffer.byteLength(stored(ScheduleDefinitionSchema, definition).content.value);
  if (value <= definitionBytesMax) return;
  throw new Refused(limitExceeded({ limit: "schedule_bytes_max", bound: definitionBytesMax, value }));
}

/** What CreateTask refuses is refused at each run, so it is told before there is one. */
function refuseFaultyAction({ action }: ScheduleDefinition, limits: Limits): void {
  const refusal = action && checkCreateTask(action, limits, "a holder's call");
  if (!refusal) return;
  if (refusal.facts?.case !== "violations") throw new Refused(refusal);
  const { violations = [] } = refusal.facts.value;
  const ofAction = violations.map(({ field = "", description = "", rule = "" }) => ({
    field: `action.${field}`,
    description,
    rule,
  }));
  throw new Refused(invalidArgument(ofAction));
}

export function refuseFaultySpec(spec: ScheduleSpec, after: Date): void {
  refuseFaults(checkSpecField(spec, after));
}

export function refuseFaultyBackfill({ startTime, endTime }: BackfillScheduleRequest, now: Date): void {
  const start = startTime && dateOfTimestamp(startTime);
  const end = endTime && dateOfTimestamp(endTime);
  const faults: ScheduleFault[] = [];
  if (start && end && start > end) faults.push({ field: "start_time", description: "must not be after end_time" });
  if (end && end > now) faults.push({ field: "end_time", description: "must not be in the future" });
  if (start && now.getTime() - start.getTime() > backfillDaysMax * dayMs) {
    faults.push({ field: "start_time", description: `must be at most ${backfillDaysMax} days ago` });
  }
  refuseFaults(faults);
}
