// Wakes of a schedule for tests of the rule: what is not given is empty, and time is minutes after noon.
import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { durationFromMs, timestampFromDate } from "@bufbuild/protobuf/wkt";
import { type WaitResult, WaitResultSchema } from "../../../gen/typescript/asyncgate/v1/lease_pb.ts";
import {
  ScheduleDefinitionSchema,
  type SchedulePoliciesSchema,
  type ScheduleProgress,
  ScheduleProgressSchema,
} from "../../../gen/typescript/asyncgate/v1/schedule_pb.ts";
import {
  type ScheduleCommand,
  ScheduleCommandSchema,
} from "../../../gen/typescript/asyncgate/v1/schedule_service_pb.ts";
import { ConditionStatus, TaskState } from "../../../gen/typescript/asyncgate/v1/task_pb.ts";
import { decide, type Outcome, type Wake } from "../../../src/scheduler/rules/decide.ts";
import { runTimeText } from "../../../src/scheduler/rules/names.ts";

export const noon = Date.parse("2026-11-30T12:00:00Z");
const minuteMs = 60_000;

/** Noon plus some minutes. */
export function at(minutes: number): Date {
  return new Date(noon + minutes * minuteMs);
}

export type WakeInit = Partial<Omit<Wake, "progress" | "definition" | "commands">> & {
  readonly progress?: ScheduleProgress;
  readonly everyMs?: number;
  readonly definition?: MessageInitShape<typeof ScheduleDefinitionSchema>;
  readonly policies?: MessageInitShape<typeof SchedulePoliciesSchema>;
  readonly commands?: readonly MessageInitShape<typeof ScheduleCommandSchema>[];
};

/** A schedule of every minute, created at half past eleven, in seconds of which the last minute is decided. */
export function pass({
  progress,
  policies = {},
  everyMs = minuteMs,
  definition = {},
  commands = [],
  ...wake
}: WakeInit) {
  return decide({
    definition: create(ScheduleDefinitionSchema, {
      ...definition,
      scheduleId: "s",
      spec: definition.spec ?? { interval: [{ every: durationFromMs(everyMs) }] },
      action: definition.action ?? { type: "work" },
      policies: definition.policies ?? policies,
    } as MessageInitShape<typeof ScheduleDefinitionSchema>),
    progress: progress ?? progressAt(0),
    now: at(0),
    createTime: at(-30),
    generationTime: at(-30),
    results: [],
    commands: commands.map(
      (one, place): ScheduleCommand => create(ScheduleCommandSchema, { commandId: `c${place}`, ...one }),
    ),
    refusals: { refused: new Map(), held: undefined },
    ...wake,
  });
}

/** Decided up to some minutes after noon. */
export function progressAt(minutes: number, more: MessageInitShape<typeof ScheduleProgressSchema> = {}) {
  return create(ScheduleProgressSchema, { generation: 1n, decidedUntil: timestampFromDate(at(minutes)), ...more });
}

/** What the wait tells of the run of some minutes after noon. */
export function resultOf(minutes: number, taskState: TaskState): WaitResult {
  const isLive = taskState === TaskState.UNSPECIFIED;
  return create(WaitResultSchema, {
    name: `run/${runTimeText(at(minutes))}`,
    taskId: `task-${minutes}`,
    status: isLive ? ConditionStatus.PENDING : ConditionStatus.MET,
    taskState,
  });
}

/** Minutes after noon of the runs that were fired. */
export function fired(outcome: Outcome): number[] {
  return "firings" in outcome ? outcome.firings.map(({ runTime }) => (runTime.getTime() - noon) / minuteMs) : [];
}

export function minutesOf(time: { readonly seconds: bigint } | undefined): number | undefined {
  return time && (Number(time.seconds) * 1_000 - noon) / minuteMs;
}
