// The kit's schedules against a server that carries them out itself.
import { expect, test } from "vitest";
import { AsyncGateError, ErrorReason, TaskState } from "../../../clients/typescript/src/index.ts";
import { all, kitTimeoutMs, shareKit } from "./kit.ts";

const kit = shareKit();

test("every verb does what it says", { timeout: kitTimeoutMs }, async () => {
  const { schedules, getTask } = kit().client;
  const task = { type: "kit-report", payload: { at: "{{run_time}}" } };
  const made = await schedules.create("kit", {
    cron: ["0 3 * * *"],
    timeZone: "Asia/Tokyo",
    task,
    policies: { keepLastRuns: 20 },
    note: "n",
  });
  expect(made).toMatchObject({ pending: false, noScheduler: false, schedule: { state: { note: "n" } } });
  expect((await schedules.pause("kit", "holidays")).schedule?.state).toMatchObject({ paused: true, note: "holidays" });
  expect((await schedules.resume("kit")).schedule?.state).toMatchObject({ paused: false });
  expect((await schedules.trigger("kit")).schedule?.counts?.fired).toBe(1n);
  expect((await schedules.trigger("kit", "skip")).schedule?.counts).toMatchObject({ fired: 1n, skippedOverlap: 1n });
  const [run, ...others] = await all(schedules.runs("kit"));
  expect([others, run?.state]).toEqual([[], TaskState.QUEUED]);
  expect((await getTask(run?.taskId ?? "")).labels).toMatchObject({ schedule_id: "kit" });
  const changed = await schedules.update("kit", { every: "1h", times: 5, misfire: "skip" });
  expect(changed.schedule).toMatchObject({
    generation: 2n,
    spec: { cron: [], interval: [{ every: { seconds: 3_600n } }] },
  });
  const [first, second] = await schedules.preview("kit", { count: 2 });
  expect((await schedules.skipNext("kit")).schedule?.nextRunTime).toEqual(second?.runTime);
  expect(first?.localTime).toMatch(/:00:00\+00:00$/);
  const hour = 3_600_000;
  const now = Date.now();
  const filled = await schedules.backfill("kit", new Date(now - 3 * hour), new Date(now - hour), "allow-all");
  expect(filled.schedule?.counts?.fired).toBeGreaterThanOrEqual(3n);
  expect((await all(schedules.list())).map(({ scheduleId }) => scheduleId)).toEqual(["kit"]);
  expect((await schedules.delete("kit", "done"))?.ended).toBe(TaskState.CANCELED);
  expect((await schedules.get("kit"))?.ended).toBe(TaskState.CANCELED);
});

test("a spec is previewed before it becomes a schedule, and what is wrong with it is told", async () => {
  const { schedules } = kit().client;
  const after = new Date("2027-03-27T12:00:00Z");
  const runs = await schedules.preview({ cron: "30 2 * * *", timeZone: "Europe/Berlin" }, { after, count: 2 });
  expect(runs.map(({ localTime, movedFrom }) => [localTime, movedFrom])).toEqual([
    ["2027-03-28T03:00:00+02:00", "2027-03-28T02:30:00"],
    ["2027-03-29T02:30:00+02:00", ""],
  ]);
  const at = new Date("2030-01-01T00:00:00Z");
  expect((await schedules.preview({ at: [at] })).map(({ localTime }) => localTime)).toEqual([
    "2030-01-01T00:00:00+00:00",
  ]);
  const refused = schedules.create("bad", { cron: "61 * * * *", task: { type: "x" } });
  await expect(refused).rejects.toThrow(/cron\[0\].*minute 61/);
  const error = await refused.catch((thrown: unknown) => thrown);
  expect(error instanceof AsyncGateError && error.reason).toBe(ErrorReason.INVALID_ARGUMENT);
});
