// What one pass over a schedule works on: its progress, which the rules of this room change, and what is to be fired. A
// pass is pure: time, results and commands are given, so that a repeated pass decides the same.
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import {
  type ScheduleCause,
  type ScheduleDefinition,
  ScheduleOverlap,
  type ScheduleProgress,
} from "../../../gen/typescript/asyncgate/v1/schedule_pb.ts";
import { TaskState } from "../../../gen/typescript/asyncgate/v1/task_pb.ts";
import type { CreateTaskRequest } from "../../../gen/typescript/asyncgate/v1/task_service_pb.ts";
import { runTimeText } from "./names.ts";
import { taskOfRun } from "./template.ts";

/** A call that suspends a task creates at most so many that go on beside it. */
export const firingsMax = 20;

/** Runs that wait for an earlier one. Further ones are skipped and counted. */
export const waitingMax = 100;

/** Runs whose tasks are followed. With `ALLOW_ALL` there may be more, and the oldest are no longer followed. */
const liveMax = 50;

const keepRunsDefault = 10;
const keepRunsMax = 100;

/** What was tried before in this pass, and refused. */
export type Refusals = {
  /** By the text of the run time: runs whose tasks cannot be created. */
  readonly refused: ReadonlyMap<string, string>;
  /** How many tasks can be created for now, and why no more: a quota is full. */
  readonly held: { readonly most: number; readonly why: string } | undefined;
};

export type Firing = { readonly runTime: Date; readonly request: CreateTaskRequest };

export type Pass = {
  readonly definition: ScheduleDefinition;
  /** A copy, which the pass changes. */
  readonly progress: ScheduleProgress;
  readonly now: Date;
  readonly refusals: Refusals;
  readonly firings: Firing[];
  /** Tasks to cancel, so that a run that waits can follow. */
  readonly cancels: Set<string>;
  /** There is more to decide at once than one pass may. */
  more: boolean;
};

export type Placed = "decided" | "no room";

export function overlapOf({ definition }: Pass, asked: ScheduleOverlap): ScheduleOverlap {
  return asked || definition.policies?.overlap || ScheduleOverlap.SKIP;
}

/** Fires a run, or lets it wait, or skips it, as the overlap policy says. "no room" leaves it undecided. */
export function placeRun(pass: Pass, runTime: Date, cause: ScheduleCause, asked: ScheduleOverlap): Placed {
  const { progress } = pass;
  const { waitingRuns } = progress;
  const overlap = overlapOf(pass, asked);
  const isFree = progress.liveRuns.length === 0 && waitingRuns.length === 0;
  if (overlap === ScheduleOverlap.ALLOW_ALL || isFree) return fire(pass, runTime, cause);
  const waits = () => {
    waitingRuns.push({ $typeName: "asyncgate.v1.WaitingRun", runTime: timestampFromDate(runTime), cause, overlap });
    return "decided" as const;
  };
  if (overlap === ScheduleOverlap.CANCEL_OTHER) {
    countsOf(pass).skippedOverlap += BigInt(waitingRuns.splice(0).length);
    return waits();
  }
  if (overlap === ScheduleOverlap.BUFFER_ONE && waitingRuns.length === 0) return waits();
  if (overlap === ScheduleOverlap.BUFFER_ALL && waitingRuns.length < waitingMax) return waits();
  countsOf(pass).skippedOverlap += 1n;
  return "decided";
}

/** Runs that waited, once nothing is in their way any more. */
export function fireWaiting(pass: Pass): void {
  const { progress } = pass;
  while (progress.waitingRuns.length > 0 && progress.liveRuns.length === 0) {
    const [first] = progress.waitingRuns;
    if (!first?.runTime || fire(pass, dateOf(first.runTime), first.cause) === "no room") return;
    progress.waitingRuns.shift();
  }
}

/** A task that was only just fired can be canceled once its id is known: at the next wake, which is at once. */
export function cancelForWaiting(pass: Pass): void {
  const { waitingRuns, liveRuns } = pass.progress;
  if (!waitingRuns.some(({ overlap }) => overlap === ScheduleOverlap.CANCEL_OTHER)) return;
  for (const { taskId } of liveRuns) {
    if (taskId === "") pass.more = true;
    else pass.cancels.add(taskId);
  }
}

/** Whether the schedule may fire no more, because it has fired as often as it should. */
export function isUsedUp({ progress }: Pick<Pass, "progress">): boolean {
  return progress.state?.remainingActions === 0n;
}

export function fire(pass: Pass, runTime: Date, cause: ScheduleCause): Placed {
  const { progress, definition, now, refusals } = pass;
  const text = runTimeText(runTime);
  if (isUsedUp(pass)) return "no room";
  const why = refusals.refused.get(text);
  if (why !== undefined) {
    countsOf(pass).refused += 1n;
    progress.lastError = why;
    return "decided";
  }
  if (pass.firings.length >= (refusals.held?.most ?? firingsMax)) {
    pass.more = true;
    return "no room";
  }
  const counts = countsOf(pass);
  const request = taskOfRun(definition, { runTime, count: counts.fired + 1n });
  if (!request) return "decided";
  counts.fired += 1n;
  progress.firedInGeneration += 1;
  progress.lastError = "";
  const { state } = progress;
  if (state?.remainingActions !== undefined) state.remainingActions -= 1n;
  pass.firings.push({ runTime, request });
  const run = {
    $typeName: "asyncgate.v1.ScheduleRun" as const,
    runTime: timestampFromDate(runTime),
    fireTime: timestampFromDate(now),
    taskId: "",
    cause,
    count: counts.fired,
    state: TaskState.UNSPECIFIED,
  };
  progress.liveRuns.push(run);
  progress.liveRuns.splice(0, progress.liveRuns.length - liveMax);
  progress.recentRuns.unshift({ ...run });
  const keep = definition.policies?.keepLastRuns ?? keepRunsDefault;
  progress.recentRuns.splice(Math.min(keep, keepRunsMax));
  return "decided";
}

export function countsOf({ progress }: Pick<Pass, "progress">) {
  progress.counts ??= {
    $typeName: "asyncgate.v1.ScheduleCounts",
    fired: 0n,
    skippedOverlap: 0n,
    missed: 0n,
    skippedByCall: 0n,
    refused: 0n,
  };
  return progress.counts;
}

export function stateOf({ progress }: Pick<Pass, "progress">) {
  progress.state ??= { $typeName: "asyncgate.v1.ScheduleState", paused: false, note: "" };
  return progress.state;
}

export function dateOf({ seconds, nanos }: { readonly seconds: bigint; readonly nanos: number }): Date {
  return new Date(Number(seconds) * 1_000 + Math.ceil(nanos / 1_000_000));
}
