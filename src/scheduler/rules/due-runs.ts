// Decides the runs whose time has come: those that are due, those that were missed, and those of backfills. Each is
// fired, waits, or is skipped and counted; none is passed over.
import { durationMs, timestampFromDate } from "@bufbuild/protobuf/wkt";
import {
  ScheduleCause,
  ScheduleMisfire,
  ScheduleOverlap,
  type ScheduleSpec,
} from "../../../gen/typescript/asyncgate/v1/schedule_pb.ts";
import { looksAtOnce, type Run, runsAfter } from "../calendar/runs-after.ts";
import { countsOf, dateOf, type Pass, type Placed, placeRun, waitingMax } from "./pass.ts";

/** A run that no scheduler came to within this time was missed. Servers look for due tasks every second. */
export const missedAfterMs = 10_000;

/** Runs that one pass decides: a third of a second at most, in which its lease is safe. */
const passMax = 1_000;

const catchupWindowDefaultMs = 86_400_000;

export type Due = {
  /** The run that is decided next. */
  readonly next: Run | undefined;
  /** The first run that was missed by more than twice the distance to the one after it. */
  readonly stale: Run | undefined;
};

/** `after`: up to where all runs are decided. */
export function decideDue(pass: Pass, spec: ScheduleSpec, after: Date): Due {
  const { progress, definition, now } = pass;
  const work = { looks: 0 };
  const runs = runsAfter(spec, definition.scheduleId, after, work);
  const take = () => runs.next().value ?? undefined;
  const isPaused = progress.state?.paused === true;
  // One that began paused has never had a run that was due.
  const until = isPaused ? progress.pauseTime && dateOf(progress.pauseTime) : now;
  const isDue = (run: Run | undefined): run is Run => run !== undefined && until !== undefined && run.dueTime <= until;
  let stale: Run | undefined;
  let current = take();
  for (let decided = 0; isDue(current); decided += 1) {
    if (decided === passMax || (decided > 0 && work.looks > looksAtOnce)) {
      pass.more = true;
      break;
    }
    const following = take();
    if (decideRun(pass, current, isDue(following)) === "no room") break;
    stale ??= isStale(current, following, now) ? current : undefined;
    progress.decidedUntil = timestampFromDate(current.runTime);
    current = following;
  }
  return { next: isPaused ? undefined : current, stale: staleOnce(pass, stale, isDue(current)) };
}

/** A gap may take many passes to decide, and its owner is told of it once. */
function staleOnce({ progress }: Pass, stale: Run | undefined, isGoingOn: boolean): Run | undefined {
  const isTold = progress.overdueSince !== undefined;
  if (!isGoingOn) delete progress.overdueSince;
  else if (stale && !isTold) progress.overdueSince = timestampFromDate(stale.runTime);
  return isTold ? undefined : stale;
}

function isStale(run: Run, following: Run | undefined, now: Date): boolean {
  const lateMs = now.getTime() - run.dueTime.getTime();
  return (
    lateMs > missedAfterMs &&
    following !== undefined &&
    lateMs > 2 * (following.runTime.getTime() - run.runTime.getTime())
  );
}

function decideRun(pass: Pass, run: Run, isFollowed: boolean): Placed {
  const { now } = pass;
  const { policies } = pass.definition;
  const counts = countsOf(pass);
  if (takeSkip(pass, run.runTime)) {
    counts.skippedByCall += 1n;
    return "decided";
  }
  if (pass.progress.state?.paused) {
    counts.missed += 1n;
    return "decided";
  }
  const lateMs = now.getTime() - run.dueTime.getTime();
  if (lateMs <= missedAfterMs) return placeRun(pass, run.runTime, ScheduleCause.DUE, ScheduleOverlap.UNSPECIFIED);
  const { catchupWindow } = policies ?? {};
  const misfire = policies?.misfire || ScheduleMisfire.CATCH_UP_ONE;
  const isTooOld = lateMs > (catchupWindow ? durationMs(catchupWindow) : catchupWindowDefaultMs);
  const isPassedOver =
    misfire === ScheduleMisfire.SKIP || isTooOld || (misfire === ScheduleMisfire.CATCH_UP_ONE && isFollowed);
  if (!isPassedOver) return placeRun(pass, run.runTime, ScheduleCause.CAUGHT_UP, ScheduleOverlap.UNSPECIFIED);
  counts.missed += 1n;
  return "decided";
}

function takeSkip({ progress }: Pass, runTime: Date): boolean {
  const place = progress.skipRuns.findIndex((one) => dateOf(one).getTime() === runTime.getTime());
  if (place < 0) return false;
  progress.skipRuns.splice(place, 1);
  return true;
}

/** The first run that SkipNextRun has not named. */
export function firstNotSkipped({ progress, definition }: Pass, spec: ScheduleSpec, after: Date): Date | undefined {
  const skipped = new Set(progress.skipRuns.map((one) => dateOf(one).getTime()));
  const work = { looks: 0 };
  for (const { runTime } of runsAfter(spec, definition.scheduleId, after, work)) {
    if (!skipped.has(runTime.getTime())) return runTime;
    // It is only shown.
    if (work.looks > looksAtOnce) return undefined;
  }
  return undefined;
}

/** Runs that calls have asked for: by hand, and of past times. */
export function decideAsked(pass: Pass, spec: ScheduleSpec): void {
  const { progress } = pass;
  while (progress.askedRuns.length > 0) {
    const [first] = progress.askedRuns;
    if (first?.runTime && placeRun(pass, dateOf(first.runTime), first.cause, first.overlap) === "no room") return;
    progress.askedRuns.shift();
  }
  while (progress.backfills.length > 0) {
    if (!fillBack(pass, spec)) return;
    progress.backfills.shift();
  }
}

/** Whether the first backfill is through. One whose runs must wait stops while too many do. */
function fillBack(pass: Pass, spec: ScheduleSpec): boolean {
  const { progress, definition } = pass;
  const [backfill] = progress.backfills;
  if (!backfill?.afterTime || !backfill.endTime) return true;
  const end = dateOf(backfill.endTime);
  const work = { looks: 0 };
  let decided = 0;
  for (const { runTime } of runsAfter(spec, definition.scheduleId, dateOf(backfill.afterTime), work)) {
    if (runTime > end) return true;
    if (backfill.overlap === ScheduleOverlap.BUFFER_ALL && progress.waitingRuns.length >= waitingMax) return false;
    if (decided === passMax || (decided > 0 && work.looks > looksAtOnce)) {
      pass.more = true;
      return false;
    }
    if (placeRun(pass, runTime, ScheduleCause.BACKFILLED, backfill.overlap) === "no room") return false;
    backfill.afterTime = timestampFromDate(runTime);
    decided += 1;
  }
  return true;
}
