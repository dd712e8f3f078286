// What must hold of a schedule whatever happened to schedulers, servers and Postgres, read from what is left: its task,
// the tasks that it has created, and which commands were given. Each due run is fired once, or skipped by policy and
// counted.
import { type Schedule, ScheduleOverlap } from "../../gen/typescript/asyncgate/v1/schedule_pb.ts";
import { type Task, TaskState } from "../../gen/typescript/asyncgate/v1/task_pb.ts";
import { runsAfter } from "../../src/scheduler/calendar/runs-after.ts";
import { firingKey, runTimeText } from "../../src/scheduler/rules/names.ts";
import { dateOf } from "../../src/scheduler/rules/pass.ts";

export type ScheduleHistory = {
  /** As it is at the end. */
  readonly schedule: Schedule;
  /** All tasks that bear its label, in any order. */
  readonly tasks: readonly Task[];
  /** The tasks that it was, generation by generation, oldest first. */
  readonly generations: readonly Task[];
  /** Triggers that were answered, or kept for later. */
  readonly triggers: number;
  /** Runs that SkipNextRun has named, without those whose time has not come. */
  readonly skips: number;
};

export const scheduleCheckNames = [
  "fired once",
  "fired at run times",
  "not before its time",
  "fired is counted",
  "every due run is decided",
  "triggers are fired once",
  "skips are counted",
  "the owner's",
  "no overlap",
  "recent runs are tasks",
  "one generation at a time",
] as const;

export type ScheduleCheckName = (typeof scheduleCheckNames)[number];
export type ScheduleFault = { readonly check: ScheduleCheckName; readonly text: string };

type Check = (history: ScheduleHistory) => readonly (string | false | undefined)[];

export function faultsOfSchedule(history: ScheduleHistory): ScheduleFault[] {
  return scheduleCheckNames.flatMap((check) =>
    checks[check](history).flatMap((text) =>
      text ? [{ check, text: `${history.schedule.scheduleId}: ${text}` }] : [],
    ),
  );
}

const checks: Readonly<Record<ScheduleCheckName, Check>> = {
  "fired once"({ tasks }) {
    const byTime = Map.groupBy(tasks, runTimeOf);
    return [...byTime].map(([time, of]) => of.length > 1 && `${of.length} tasks for the run of ${time}`);
  },

  "fired at run times"(history) {
    const due = new Set(dueRuns(history));
    const { scheduleId } = history.schedule;
    return history.tasks.map((task) => {
      const time = runTimeOf(task);
      if (task.idempotencyKey !== firingKey(scheduleId, new Date(time)))
        return `the key of ${task.taskId} is not that of ${time}`;
      return !due.has(time) && !triggered(history).has(time) && `${time} is no run time`;
    });
  },

  "not before its time": ({ tasks }) =>
    tasks.map(({ createTime, ...task }) => {
      const early = createTime !== undefined && dateOf(createTime) < new Date(runTimeOf(task));
      return early && `the run of ${runTimeOf(task)} was fired before it`;
    }),

  "fired is counted"({ tasks, schedule }) {
    const fired = Number(schedule.counts?.fired ?? 0n);
    return [fired !== tasks.length && `${fired} are counted, and there are ${tasks.length} tasks`];
  },

  "every due run is decided"(history) {
    const { counts, waitingRuns } = history.schedule;
    const { skippedOverlap = 0n, missed = 0n, skippedByCall = 0n, refused = 0n } = counts ?? {};
    const due = dueRuns(history);
    const fired = history.tasks.filter((task) => due.includes(runTimeOf(task))).length;
    const decided = fired + Number(skippedOverlap + missed + skippedByCall + refused) + waitingRuns.length;
    return [decided !== due.length && `${due.length} runs were due, and ${decided} are fired, waiting or counted`];
  },

  "triggers are fired once"(history) {
    const fired = triggered(history).size;
    return [fired !== history.triggers && `${history.triggers} triggers were given, and ${fired} were fired`];
  },

  "skips are counted"({ schedule, skips }) {
    const counted = Number(schedule.counts?.skippedByCall ?? 0n);
    return [counted !== skips && `${skips} runs were to be skipped, and ${counted} were`];
  },

  "the owner's": ({ tasks, schedule }) =>
    tasks.map(
      ({ createdBy, taskId }) =>
        (createdBy?.id !== schedule.createdBy?.id || createdBy?.kind !== schedule.createdBy?.kind) &&
        `${taskId} belongs to ${createdBy?.id}`,
    ),

  "no overlap"(history) {
    if (history.schedule.policies?.overlap === ScheduleOverlap.ALLOW_ALL) return [];
    const own = history.tasks.filter((task) => !triggered(history).has(runTimeOf(task)));
    const spans = own.flatMap(({ createTime, endTime, taskId }) =>
      createTime ? [{ taskId, from: dateOf(createTime), to: endTime ? dateOf(endTime) : undefined }] : [],
    );
    const inOrder = spans.toSorted((one, other) => one.from.getTime() - other.from.getTime());
    return inOrder.map(({ taskId, from }, place) => {
      const before = inOrder[place - 1];
      const overlaps = before !== undefined && (before.to === undefined || before.to > from);
      return overlaps && `${taskId} was created while ${before.taskId} lived`;
    });
  },

  "recent runs are tasks"({ schedule, tasks }) {
    const byTime = new Map(tasks.map((task) => [runTimeOf(task), task.taskId]));
    return schedule.recentRuns.map(({ runTime, taskId }) => {
      const time = runTime ? runTimeText(dateOf(runTime)) : "";
      return byTime.get(time) !== taskId && `the run of ${time} names ${taskId}, and its task is ${byTime.get(time)}`;
    });
  },

  "one generation at a time": ({ generations }) =>
    generations.map((task, place) => {
      const next = generations[place + 1];
      if (next === undefined) return undefined;
      if (task.state !== TaskState.SUCCEEDED) return `${task.taskId} has not been completed, and has a successor`;
      const isAfter = task.endTime && next.createTime && dateOf(next.createTime) >= dateOf(task.endTime);
      return !isAfter && `${next.taskId} is older than the end of ${task.taskId}`;
    }),
};

function runTimeOf({ labels }: Pick<Task, "labels">): string {
  return labels["run_time"] ?? "";
}

/** Run times of the spec, from the schedule's creation until the last one that is decided. */
function dueRuns({ schedule }: ScheduleHistory): string[] {
  const { spec, createTime, decidedUntil, scheduleId } = schedule;
  if (!spec || !createTime || !decidedUntil) return [];
  const until = dateOf(decidedUntil);
  const times: string[] = [];
  for (const { runTime } of runsAfter(spec, scheduleId, dateOf(createTime))) {
    if (runTime > until) break;
    times.push(runTimeText(runTime));
  }
  return times;
}

/** Their times are moments that are no whole seconds, as no run time of a spec is. */
function triggered({ tasks }: Pick<ScheduleHistory, "tasks">): Set<string> {
  return new Set(tasks.map(runTimeOf).filter((time) => time.includes(".")));
}
