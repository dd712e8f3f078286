// Carries out what calls have asked of a schedule. A command is carried out once; what is wrong with one is told in the
// schedule's last error, because its signal has no answer.
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import {
  ScheduleCause,
  type ScheduleDefinition,
  ScheduleOverlap,
  type ScheduleState,
} from "../../../gen/typescript/asyncgate/v1/schedule_pb.ts";
import type {
  BackfillScheduleRequest,
  ScheduleCommand,
  SkipNextRunRequest,
  UpdateScheduleRequest,
} from "../../../gen/typescript/asyncgate/v1/schedule_service_pb.ts";
import { looksAtOnce, runsAfter } from "../calendar/runs-after.ts";
import { checkSchedule } from "./check-schedule.ts";
import { dateOf, type Pass, stateOf } from "./pass.ts";

/** Calls are repeated within seconds. */
const appliedMax = 100;

const skipRunsMax = 100;
const askedMax = 100;
const backfillsMax = 10;

/**
 * Returns the definition with which the schedule goes on, if a command has changed it. `after`: the last decided run.
 */
export function carryOut(pass: Pass, command: ScheduleCommand, after: Date): ScheduleDefinition | undefined {
  const { progress } = pass;
  if (progress.appliedCommands.includes(command.commandId)) return undefined;
  progress.appliedCommands.push(command.commandId);
  progress.appliedCommands.splice(0, progress.appliedCommands.length - appliedMax);
  const { command: asked } = command;
  switch (asked.case) {
    case "pause":
      setPaused(pass, true, asked.value.note);
      return undefined;
    case "resume":
      setPaused(pass, false, asked.value.note);
      return undefined;
    case "trigger":
      trigger(pass, asked.value.overlap || ScheduleOverlap.ALLOW_ALL);
      return undefined;
    case "backfill":
      backfill(pass, asked.value);
      return undefined;
    case "skipNext":
      skipNext(pass, asked.value, after);
      return undefined;
    case "update":
      return update(pass, asked.value, after);
    default:
      progress.lastError = "A command was of a kind that this scheduler does not know.";
      return undefined;
  }
}

export function setPaused(pass: Pass, paused: boolean, note: string): void {
  const state = stateOf(pass);
  passOver(pass, paused);
  state.paused = paused;
  state.note = note;
}

/** The time of a pause is passed over: nothing was due in it. What was due before it is decided first. */
function passOver(pass: Pass, paused: boolean): void {
  const { progress, now } = pass;
  const wasPaused = stateOf(pass).paused;
  if (wasPaused === paused) return;
  if (paused) {
    progress.pauseTime = timestampFromDate(now);
    return;
  }
  progress.decidedUntil = timestampFromDate(now);
  delete progress.pauseTime;
  delete progress.overdueSince;
}

function trigger({ progress, now }: Pass, overlap: ScheduleOverlap): void {
  if (progress.askedRuns.length >= askedMax) {
    progress.lastError = `A trigger was not carried out: ${askedMax} runs that were asked for wait already.`;
    return;
  }
  const taken = new Set(
    [...progress.askedRuns, ...progress.recentRuns].flatMap(({ runTime }) =>
      runTime ? dateOf(runTime).getTime() : [],
    ),
  );
  // Run times of the spec are whole seconds, so that none of them is a trigger's, too.
  const isTaken = (one: number) => taken.has(one) || one % 1_000 === 0;
  let ms = now.getTime();
  while (isTaken(ms)) ms -= 1;
  progress.askedRuns.push({
    $typeName: "asyncgate.v1.WaitingRun",
    runTime: timestampFromDate(new Date(ms)),
    cause: ScheduleCause.TRIGGERED,
    overlap,
  });
}

function backfill({ progress, now }: Pass, { startTime, endTime, overlap }: BackfillScheduleRequest): void {
  if (!startTime || !endTime || progress.backfills.length >= backfillsMax) {
    progress.lastError = `A backfill was not carried out: ${backfillsMax} wait already, or it has no span of time.`;
    return;
  }
  const end = Math.min(dateOf(endTime).getTime(), now.getTime());
  progress.backfills.push({
    $typeName: "asyncgate.v1.ScheduleBackfill",
    afterTime: timestampFromDate(new Date(dateOf(startTime).getTime() - 1)),
    endTime: timestampFromDate(new Date(end)),
    overlap: overlap || ScheduleOverlap.BUFFER_ALL,
  });
}

function skipNext({ progress, definition }: Pass, { runs }: SkipNextRunRequest, after: Date): void {
  const { spec } = definition;
  if (!spec) return;
  const skipped = new Set(progress.skipRuns.map((one) => dateOf(one).getTime()));
  let left = Math.min(runs || 1, skipRunsMax - skipped.size);
  const work = { looks: 0 };
  for (const { runTime } of runsAfter(spec, definition.scheduleId, after, work)) {
    if (left <= 0) return;
    if (work.looks > looksAtOnce) {
      progress.lastError = `Only ${(runs || 1) - left} of ${runs || 1} runs are skipped: more would take long to find.`;
      return;
    }
    if (skipped.has(runTime.getTime())) continue;
    progress.skipRuns.push(timestampFromDate(runTime));
    left -= 1;
  }
}

function update(pass: Pass, request: UpdateScheduleRequest, after: Date): ScheduleDefinition | undefined {
  const { definition, progress } = pass;
  const changed: ScheduleDefinition = {
    ...definition,
    ...(request.spec && { spec: request.spec }),
    ...(request.action && { action: request.action }),
    ...(request.policies && { policies: request.policies }),
  };
  const [fault] = checkSchedule(changed, after);
  if (fault) {
    progress.lastError = `An update was not carried out: ${fault.field} ${fault.description}.`;
    return undefined;
  }
  if (request.spec) progress.skipRuns = [];
  if (request.state) setState(pass, request.state);
  return changed;
}

function setState(pass: Pass, asked: ScheduleState): void {
  passOver(pass, asked.paused);
  pass.progress.state = { ...asked };
}
