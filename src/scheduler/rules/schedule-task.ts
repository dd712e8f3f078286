// The task that a schedule is: how it is created, by the service and by a scheduler, and how it goes on as the next
// generation.
import { create } from "@bufbuild/protobuf";
import type { Principal } from "../../../gen/typescript/asyncgate/v1/principal_pb.ts";
import { type ScheduleDefinition, ScheduleDefinitionSchema } from "../../../gen/typescript/asyncgate/v1/schedule_pb.ts";
import type { CreateScheduleRequest } from "../../../gen/typescript/asyncgate/v1/schedule_service_pb.ts";
import {
  type CreateTaskRequest,
  CreateTaskRequestSchema,
} from "../../../gen/typescript/asyncgate/v1/task_service_pb.ts";
import { scheduleQueue, scheduleTaskName, scheduleType } from "./names.ts";
import { stored } from "./stored.ts";

/** Schedules go before what they create. */
const priority = 9;
/** A pass does not fail; what a bug leaves is returned to the queue. */
const maxAttempts = 1_000;

export function definitionOfRequest({
  scheduleId,
  spec,
  action,
  policies,
  state,
}: CreateScheduleRequest): ScheduleDefinition {
  return create(ScheduleDefinitionSchema, {
    scheduleId,
    ...(spec && { spec }),
    ...(action && { action }),
    ...(policies && { policies }),
    progress: { generation: 1n, ...(state && { state }) },
  });
}

type TaskOptions = { readonly key?: string; readonly requestId?: string; readonly obligated?: Principal | undefined };

export function scheduleTask(
  definition: ScheduleDefinition,
  { key = "", requestId = "", obligated }: TaskOptions = {},
): CreateTaskRequest {
  return create(CreateTaskRequestSchema, {
    type: scheduleType,
    queue: scheduleQueue,
    name: scheduleTaskName(definition.scheduleId),
    labels: { schedule_id: definition.scheduleId },
    payload: stored(ScheduleDefinitionSchema, definition),
    priority,
    maxAttempts,
    // However often schedulers are killed, the schedule lives.
    maxLeaseLosses: 0,
    idempotencyKey: key,
    requestId,
    ...(obligated && { obligated }),
  });
}
