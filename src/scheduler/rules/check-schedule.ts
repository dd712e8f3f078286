// What is wrong with a schedule before it becomes one. The service asks when a schedule is created or changed, and the
// scheduler asks again, because any caller may write the payload of a task.
import type { DescMessage, Message } from "@bufbuild/protobuf";
import type { ScheduleDefinition, ScheduleSpec } from "../../../gen/typescript/asyncgate/v1/schedule_pb.ts";
import type { CreateTaskRequest } from "../../../gen/typescript/asyncgate/v1/task_service_pb.ts";
import { checkSpec } from "../calendar/check-spec.ts";
import { controlPrefix, scheduleType } from "./names.ts";

/** The checks of the contract's field rules, as the program that uses this room has them. */
export type CheckRules = (schema: DescMessage, message: Message) => readonly ScheduleFault[];

export type ScheduleFault = { readonly field: string; readonly description: string };

const idPattern = /^[A-Za-z0-9][A-Za-z0-9._~-]{0,127}$/;

/** The two that each run adds must have room. */
const actionLabelsMax = 62;

/** Its task has the whole definition as payload, and an update passes through one signal. */
export const definitionBytesMax = 49_152;

type Asked = Pick<ScheduleDefinition, "scheduleId" | "spec" | "action">;

/** `after`: a spec without a run after it is refused. */
export function checkSchedule({ scheduleId, spec, action }: Asked, after: Date): ScheduleFault[] {
  const faults: ScheduleFault[] = [];
  if (!idPattern.test(scheduleId)) {
    faults.push({
      field: "schedule_id",
      description: "must be at most 128 letters, digits, and . _ ~ - behind the first",
    });
  }
  faults.push(...(spec ? checkSpecField(spec, after) : [{ field: "spec", description: "is required" }]));
  faults.push(...(action ? checkAction(action) : [{ field: "action", description: "is required" }]));
  return faults;
}

export function checkSpecField(spec: ScheduleSpec, after: Date): ScheduleFault[] {
  return checkSpec(spec, after).map(({ field, description }) => ({
    field: field === "" ? "spec" : `spec.${field}`,
    description,
  }));
}

/**
 * A scheduler creates tasks with its own credential, which may read and cancel more than an owner may. What could make
 * use of that (a wait for another's task, a parent, a name) is refused, and what could be right once only, too.
 */
export function checkAction(action: CreateTaskRequest): ScheduleFault[] {
  const faults = ownMoments.flatMap(({ field, isSet }) =>
    isSet(action) ? [{ field: `action.${field}`, description: "cannot be set in a schedule" }] : [],
  );
  const { type, labels } = action;
  if (type === "") faults.push({ field: "action.type", description: "is required" });
  if (type === scheduleType || type.startsWith(controlPrefix)) {
    faults.push({ field: "action.type", description: "must not be a schedule or ask for one" });
  }
  if (Object.keys(labels).length > actionLabelsMax) {
    faults.push({
      field: "action.labels",
      description: `must have at most ${actionLabelsMax} entries: each run adds two`,
    });
  }
  return faults;
}

const ownMoments: readonly { readonly field: string; readonly isSet: (action: CreateTaskRequest) => boolean }[] = [
  { field: "idempotency_key", isSet: ({ idempotencyKey }) => idempotencyKey !== "" },
  { field: "request_id", isSet: ({ requestId }) => requestId !== "" },
  { field: "name", isSet: ({ name }) => name !== "" },
  { field: "on_name_taken", isSet: ({ onNameTaken }) => onNameTaken !== 0 },
  { field: "wait", isSet: ({ wait }) => wait !== undefined },
  { field: "under", isSet: ({ under }) => under !== "" },
  { field: "on_parent_end", isSet: ({ onParentEnd }) => onParentEnd !== 0 },
  { field: "parent_receipts", isSet: ({ parentReceipts }) => parentReceipts.length > 0 },
  { field: "redrive_of", isSet: ({ redriveOf }) => redriveOf !== "" },
  { field: "not_before", isSet: ({ notBefore }) => notBefore !== undefined },
  { field: "start_deadline", isSet: ({ startDeadline }) => startDeadline !== undefined },
  { field: "deadline", isSet: ({ deadline }) => deadline !== undefined },
];
