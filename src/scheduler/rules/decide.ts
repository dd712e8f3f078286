// One pass over a schedule as a rule: what has become of its runs, what calls have asked, what is due; and from that,
// what to fire and when to look again. It reads no clock: the time is that of the lease, by the database's clock.
import { clone } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import type { WaitResult } from "../../../gen/typescript/asyncgate/v1/lease_pb.ts";
import {
  type ScheduleDefinition,
  ScheduleDefinitionSchema,
  ScheduleOverlap,
  type ScheduleProgress,
  ScheduleProgressSchema,
  type ScheduleRun,
} from "../../../gen/typescript/asyncgate/v1/schedule_pb.ts";
import type { ScheduleCommand } from "../../../gen/typescript/asyncgate/v1/schedule_service_pb.ts";
import { ConditionStatus, TaskState } from "../../../gen/typescript/asyncgate/v1/task_pb.ts";
import type { Run } from "../calendar/runs-after.ts";
import { carryOut, setPaused } from "./commands.ts";
import { decideAsked, decideDue, firstNotSkipped } from "./due-runs.ts";
import { runTimeText } from "./names.ts";
import {
  cancelForWaiting,
  countsOf,
  dateOf,
  type Firing,
  fireWaiting,
  isUsedUp,
  type Pass,
  type Refusals,
} from "./pass.ts";

/** After so many firings, or so long, a new generation takes over, so that no chain of receipts grows for ever. */
export const generationFiringsMax = 500;
export const generationMsMax = 7 * 86_400_000;

/** When it is tried again to create what a full quota has refused. */
const heldMs = 10_000;

export type Wake = {
  readonly definition: ScheduleDefinition;
  readonly progress: ScheduleProgress;
  /** The time of the lease, by the database's clock. */
  readonly now: Date;
  /** When the schedule was created, and when this generation was. */
  readonly createTime: Date;
  readonly generationTime: Date;
  readonly results: readonly WaitResult[];
  /** Those of its owner and of the service. */
  readonly commands: readonly ScheduleCommand[];
  readonly refusals: Refusals;
};

export type Outcome = { readonly progress: ScheduleProgress; readonly stale: Run | undefined } & (
  | {
      readonly kind: "sleep";
      readonly firings: readonly Firing[];
      readonly cancels: readonly string[];
      /** Absent: only a command wakes it. */
      readonly wakeTime: Date | undefined;
    }
  | { readonly kind: "next generation"; readonly definition: ScheduleDefinition }
  | { readonly kind: "end"; readonly firings: readonly Firing[] }
);

export function conditionOf(run: ScheduleRun): string {
  return `run/${run.runTime ? runTimeText(dateOf(run.runTime)) : ""}`;
}

export function decide(wake: Wake): Outcome {
  const { now, refusals, createTime } = wake;
  const progress = clone(ScheduleProgressSchema, wake.progress);
  let pass: Pass = {
    definition: wake.definition,
    progress,
    now,
    refusals,
    firings: [],
    cancels: new Set(),
    more: false,
  };
  learn(pass, wake.results);
  const decidedUntil = () => (progress.decidedUntil ? dateOf(progress.decidedUntil) : createTime);
  let isChanged = false;
  for (const command of wake.commands) {
    const definition = carryOut(pass, command, decidedUntil());
    if (!definition) continue;
    isChanged = true;
    pass = { ...pass, definition };
  }
  const isOld =
    progress.firedInGeneration >= generationFiringsMax ||
    now.getTime() - wake.generationTime.getTime() >= generationMsMax;
  if (isChanged || isOld) return nextGeneration(pass, createTime);
  return goOn(pass, decidedUntil);
}

/** What the wait tells of the tasks that were fired. */
function learn(pass: Pass, results: readonly WaitResult[]): void {
  const { progress, definition } = pass;
  const byName = new Map(results.map((result) => [result.name, result]));
  const follow = progress.liveRuns.flatMap((run) => {
    const result = byName.get(conditionOf(run));
    if (!result) return [run];
    const known = { ...run, taskId: result.taskId || run.taskId };
    for (const recent of progress.recentRuns) {
      if (conditionOf(recent) === conditionOf(run)) recent.taskId = known.taskId;
    }
    const isOver = result.status === ConditionStatus.MET || result.status === ConditionStatus.IMPOSSIBLE;
    if (!isOver) return [known];
    if (result.taskState === TaskState.FAILED && definition.policies?.pauseOnFailure) {
      setPaused(pass, true, `The task ${known.taskId} of the run ${conditionOf(run).slice(4)} has failed.`);
    }
    return [];
  });
  progress.liveRuns = mayOverlap(definition) ? [] : follow;
}

/** Nothing is asked of runs that may overlap; they were followed only until their tasks were known. */
function mayOverlap({ policies }: ScheduleDefinition): boolean {
  return policies?.overlap === ScheduleOverlap.ALLOW_ALL && !policies.pauseOnFailure;
}

function nextGeneration({ definition, progress }: Pass, createTime: Date): Outcome {
  progress.generation += 1n;
  progress.firedInGeneration = 0;
  delete progress.nextRunTime;
  const next = clone(ScheduleDefinitionSchema, definition);
  next.progress = clone(ScheduleProgressSchema, progress);
  next.createTime = timestampFromDate(createTime);
  return { kind: "next generation", definition: next, progress, stale: undefined };
}

function goOn(pass: Pass, decidedUntil: () => Date): Outcome {
  const { progress, definition, now, firings } = pass;
  const { spec } = definition;
  const isPaused = progress.state?.paused === true;
  if (!spec) return { kind: "end", progress, firings, stale: undefined };
  if (!isPaused) fireWaiting(pass);
  decideAsked(pass, spec);
  const { next, stale } = decideDue(pass, spec, decidedUntil());
  cancelForWaiting(pass);
  const isThrough =
    next === undefined && progress.waitingRuns.length + progress.askedRuns.length + progress.backfills.length === 0;
  if (isUsedUp(pass) || (!isPaused && isThrough && !pass.more)) {
    delete progress.nextRunTime;
    // What waited for an earlier run until no more may be fired.
    countsOf(pass).skippedOverlap += BigInt(progress.waitingRuns.splice(0).length);
    return { kind: "end", progress, firings, stale };
  }
  const shown = next && firstNotSkipped(pass, spec, decidedUntil());
  if (shown) progress.nextRunTime = timestampFromDate(shown);
  else delete progress.nextRunTime;
  const { held } = pass.refusals;
  if (held !== undefined && pass.more) progress.lastError = held.why;
  const again = held === undefined ? now : new Date(now.getTime() + heldMs);
  const wakeTime = pass.more ? again : next?.dueTime;
  return { kind: "sleep", progress, firings, cancels: [...pass.cancels], wakeTime, stale };
}
