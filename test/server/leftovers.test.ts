// What a transaction leaves to the sweep, because another one has it locked, does not wait for the next interval.
import pg from "pg";
import { expect, onTestFinished, test, vi } from "vitest";
import { TaskState } from "../../gen/typescript/asyncgate/v1/task_pb.ts";
import { createLog } from "../../src/log.ts";
import { startLoops } from "../../src/server/server-loops.ts";
import { patience } from "../helpers/patience.ts";
import { complete, createTask, granted, held, onTask, openScenario, read, waitFor } from "../helpers/scenario.ts";

const hourMs = 3_600_000;

test("a task whose row was locked while what it waited for ended goes on soon after", async () => {
  const s = await openScenario();
  const loops = startLoops(s.operations, {
    config: { waitPollIntervalMs: hourMs, sweepIntervalMs: hourMs },
    log: createLog({ level: "error", now: () => new Date(0), write: () => {} }),
    random: () => 0.5,
    monotonicMs: () => performance.now(),
  });
  onTestFinished(() => loops.stop());
  const leased = await held(s);
  const { taskId } = await createTask(s, { wait: waitFor(onTask(leased.task.taskId)) });
  const other = new pg.Client({ connectionString: s.database.databaseUrl });
  await other.connect();
  onTestFinished(() => other.end());
  await other.query("begin");
  await other.query("select 1 from ready where task_id = $1 for update", [taskId]);
  granted(await complete(s, leased));
  expect((await read(s, taskId)).state).toBe(TaskState.BLOCKED);
  // A sweep finds it locked, too, and tries again.
  await new Promise((passed) => setTimeout(passed, 100));
  await other.query("rollback");
  await vi.waitFor(async () => expect((await read(s, taskId)).state).toBe(TaskState.QUEUED), patience);
});
