// Tasks that ask a scheduler for something: `schedule.create`, `schedule.pause`, and so on. Their payload is the
// request of the method, as JSON, and their result is its answer, so an agent needs nothing but create_task. What is
// asked is done for the owner of the task, and only with the owner's own schedules.
import {
  create,
  type DescMethodUnary,
  fromJson,
  type JsonValue,
  type Message,
  type MessageShape,
  toJson,
} from "@bufbuild/protobuf";
import type { Client } from "../../../clients/typescript/src/client.ts";
import { asyncGateErrorOf, NonRetryable } from "../../../clients/typescript/src/errors.ts";
import { ErrorReason } from "../../../gen/typescript/asyncgate/v1/error_pb.ts";
import type { Principal } from "../../../gen/typescript/asyncgate/v1/principal_pb.ts";
import {
  CreateScheduleRequestSchema,
  CreateScheduleResponseSchema,
  ScheduleService,
} from "../../../gen/typescript/asyncgate/v1/schedule_service_pb.ts";
import type { Task } from "../../../gen/typescript/asyncgate/v1/task_pb.ts";
import type { CreateTaskRequest } from "../../../gen/typescript/asyncgate/v1/task_service_pb.ts";
import { hideJson, showJson } from "../../facade/json-fields.ts";
import { type CheckRules, checkSchedule } from "../rules/check-schedule.ts";
import { controlPrefix } from "../rules/names.ts";
import { definitionOfRequest, scheduleTask } from "../rules/schedule-task.ts";

const { method } = ScheduleService;

/** By the type of the task, behind its prefix. `schedule.create` is the one that makes a task for its owner. */
const methods = {
  update: method.updateSchedule,
  pause: method.pauseSchedule,
  resume: method.resumeSchedule,
  delete: method.deleteSchedule,
  trigger: method.triggerSchedule,
  backfill: method.backfillSchedule,
  skip_next: method.skipNextRun,
  status: method.getSchedule,
  runs: method.listScheduleRuns,
  preview: method.previewSchedule,
  list: method.listSchedules,
} as const satisfies Readonly<Record<string, DescMethodUnary>>;

export const controlTypes: readonly string[] = ["create", ...Object.keys(methods)].map((verb) => controlPrefix + verb);

export type Answered = {
  readonly result: JsonValue;
  /** The tasks that the completion creates for the owner. */
  readonly next: readonly CreateTaskRequest[];
};

/** Throws NonRetryable for what is wrong with the request, and the client's error for what is refused. */
type Calls = { readonly client: Client; readonly checkRules: CheckRules };

export async function answerControl(calls: Calls, task: Task, now: Date): Promise<Answered> {
  const { client } = calls;
  const verb = task.type.slice(controlPrefix.length);
  if (verb === "create") return await createFor(calls, task, now);
  const asked = Object.hasOwn(methods, verb) ? methods[verb as keyof typeof methods] : undefined;
  if (!asked) throw new NonRetryable(`There is no ${task.type}.`, { type: "UnknownVerb" });
  const request = requestOf(asked.input, task);
  const scheduleId = "scheduleId" in request ? request.scheduleId : "";
  if (scheduleId !== "") await refuseOthers(client, scheduleId, task.createdBy);
  // A task that is done again, because its scheduler was killed, asks again under the same id.
  if ("requestId" in request) request.requestId = `control:${task.taskId}`;
  if (asked.name === method.listSchedules.name && task.createdBy) Object.assign(request, { createdBy: task.createdBy });
  const stubs = client.stubs.schedules as unknown as Readonly<Record<string, (asking: Message) => Promise<Message>>>;
  const answer = await stubs[asked.localName]?.(request);
  if (!answer) throw new NonRetryable(`There is no ${task.type}.`, { type: "UnknownVerb" });
  return { result: shown(asked, answer), next: [] };
}

/** Its owner owns the schedule, so that the scheduler's credential lends no right to it. */
async function createFor({ client, checkRules }: Calls, task: Task, now: Date): Promise<Answered> {
  const request = requestOf(CreateScheduleRequestSchema, task);
  const definition = definitionOfRequest(request);
  // The rules first: they bound what the others have to look at.
  const [broken] = checkRules(CreateScheduleRequestSchema, request);
  const fault = broken ?? checkSchedule(definition, now)[0];
  if (fault) throw new NonRetryable(`${fault.field} ${fault.description}.`, { type: "INVALID_ARGUMENT" });
  const { scheduleId, spec, action, policies, progress } = definition;
  await refuseTaken(client, scheduleId);
  const schedule = {
    scheduleId,
    ...(spec && { spec }),
    ...(action && { action }),
    ...(policies && { policies }),
    ...(progress?.state && { state: progress.state }),
    ...(task.createdBy && { createdBy: task.createdBy }),
  };
  const answer = create(CreateScheduleResponseSchema, { schedule, pending: true });
  const next = scheduleTask(definition, {
    key: `schedule:${scheduleId}:created:${task.taskId}`,
    obligated: task.obligated,
  });
  return { result: shown(method.createSchedule, answer), next: [next] };
}

/** Asked before, so that the task fails for good with the reason; a race is refused by the completion. */
async function refuseTaken(client: Client, scheduleId: string): Promise<void> {
  const schedule = await find(client, scheduleId);
  if (schedule && schedule.ended === 0) {
    throw new NonRetryable(`Another live schedule has the id ${scheduleId}.`, { type: "NAME_TAKEN" });
  }
}

/** For others the schedule does not exist, as with every call. */
async function refuseOthers(client: Client, scheduleId: string, owner: Principal | undefined): Promise<void> {
  const createdBy = (await find(client, scheduleId))?.createdBy;
  if (createdBy && owner && createdBy.kind === owner.kind && createdBy.id === owner.id) return;
  throw new NonRetryable(`You have no schedule ${scheduleId}.`, { type: "TASK_NOT_FOUND" });
}

async function find(client: Client, scheduleId: string) {
  try {
    return (await client.stubs.schedules.getSchedule({ scheduleId })).schedule;
  } catch (thrown) {
    if (asyncGateErrorOf(thrown).reason !== ErrorReason.TASK_NOT_FOUND) throw thrown;
    return undefined;
  }
}

/** As people write it: JSON within it is a value, or the text of one. */
function requestOf<Desc extends DescMethodUnary["input"]>(schema: Desc, { payload }: Task): MessageShape<Desc> {
  try {
    if (payload && payload.content.case !== "json") throw new Error("it must be JSON");
    const value = payload?.content.case === "json" ? (JSON.parse(payload.content.value) as JsonValue) : {};
    return fromJson(schema, hideJson(schema, value, "either"));
  } catch (thrown) {
    const why = thrown instanceof Error ? thrown.message : String(thrown);
    throw new NonRetryable(`The payload is no ${schema.name}: ${why}`, { type: "INVALID_ARGUMENT" });
  }
}

function shown({ output }: DescMethodUnary, answer: Message): JsonValue {
  return showJson(output, toJson(output, answer, { useProtoFieldName: true, alwaysEmitImplicit: true }));
}

export function resultOf({ result }: Answered) {
  return { content: { case: "json" as const, value: JSON.stringify(result) }, mediaType: "" };
}
