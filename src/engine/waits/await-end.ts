// Waiting for the end of a task. Its steps are followed as they are told here, so that the caller neither looks at each
// of them nor reads a result that was just written: the answer is made of the task as it was read once, and of its end.
// A step that was not told, or that changed more than the task's record, makes the caller look again.
import type { Task } from "../../../gen/typescript/asyncgate/v1/task_pb.ts";
import { TaskState } from "../../../gen/typescript/asyncgate/v1/task_pb.ts";
import { type Ended, isHeldTask, type TaskRecord } from "../../core/task-record.ts";
import { hasEnded } from "../../core/transitions.ts";
import type { Engine } from "../engine.ts";
import type { TaskChange } from "../runtime/wakeups.ts";

export type Wanted = {
  readonly topic: string;
  readonly waitMs: number;
  readonly signal: AbortSignal;
  readonly look: () => Promise<Task>;
  /** The task as it is after its end. Undefined if that must be looked at. */
  readonly end: (task: Task, ended: Ended) => Task | undefined;
};

export async function awaitEnd(engine: Engine, wanted: Wanted): Promise<Task> {
  const { wakeups } = engine;
  const { topic, waitMs, signal, look } = wanted;
  // Listens before it looks: a step between look and wait is told.
  const steps = followSteps(engine, topic);
  const until = deadline(waitMs, signal);
  try {
    for (let isFirst = true; ; isFirst = false) {
      // One hint may wake thousands: they look in turn, and leave the pool to other calls.
      const task = await (isFirst ? look() : engine.wokenLooks(look));
      if (hasEnded(task.state) || until.isOver()) return task;
      wakeups.noteSeenVersion(topic, Number(task.version));
      const news = await Promise.race([steps.next(Number(task.version)), until.over]);
      if (news === "over") return task;
      const ended = news === "look" ? undefined : wanted.end(task, news);
      if (ended) return ended;
    }
  } finally {
    steps.close();
    until.close();
  }
}

type News = Ended | "look";

function followSteps({ wakeups }: Engine, topic: string) {
  let told: (TaskChange | undefined)[] = [];
  const keep = (): void => {};
  let onTold = keep;
  const subscription = wakeups.subscribe((_topic, change) => {
    told.push(change);
    onTold();
  });
  subscription.add(topic);
  return {
    /** From a version that the caller has seen. */
    next(version: number): Promise<News> {
      return new Promise((resolve) => {
        let seen = version;
        onTold = () => {
          const changes = told;
          told = [];
          for (const change of changes) {
            const step = stepFrom(seen, change);
            if (step === "known") continue;
            if (step !== "look" && isHeldTask(step)) {
              seen = step.version;
              continue;
            }
            onTold = keep; // what comes while the caller looks is for the next call
            return resolve(step as News);
          }
        };
        onTold();
      });
    },
    close: () => subscription.close(),
  };
}

/** What a step makes of a task that was seen at a version: still held, or succeeded. Everything else is looked at. */
function stepFrom(seen: number, change: TaskChange | undefined): TaskRecord | "look" | "known" {
  if (change === undefined || change.hasMore) return "look";
  const { before, after } = change;
  if (after.version <= seen) return "known";
  const isNext = before?.version === seen;
  return isNext && (isHeldTask(after) || after.state === TaskState.SUCCEEDED) ? after : "look";
}

function deadline(waitMs: number, signal: AbortSignal) {
  const { promise, resolve } = Promise.withResolvers<"over">();
  let isOver = waitMs === 0 || signal.aborted;
  const end = () => {
    isOver = true;
    resolve("over");
  };
  const timer = setTimeout(end, waitMs);
  signal.addEventListener("abort", end, { once: true });
  return {
    over: promise,
    isOver: () => isOver,
    close() {
      clearTimeout(timer);
      signal.removeEventListener("abort", end);
    },
  };
}
