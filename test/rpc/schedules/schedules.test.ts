// ScheduleService with a scheduler behind it: the verbs, and what becomes of the tasks.
import { durationFromMs, timestampFromDate } from "@bufbuild/protobuf/wkt";
import { describe, expect, test } from "vitest";
import { ErrorReason } from "../../../gen/typescript/asyncgate/v1/error_pb.ts";
import { ReceiptType } from "../../../gen/typescript/asyncgate/v1/receipt_pb.ts";
import { ScheduleCause, ScheduleOverlap } from "../../../gen/typescript/asyncgate/v1/schedule_pb.ts";
import { TaskState } from "../../../gen/typescript/asyncgate/v1/task_pb.ts";
import { noon, openScheduling, refusalOf, tasksOf } from "../../helpers/scheduler.ts";

const everyMinute = { interval: [{ every: durationFromMs(60_000) }] };
const allowAll = { overlap: ScheduleOverlap.ALLOW_ALL };
const minute = (count: number) => timestampFromDate(new Date(noon.getTime() + count * 60_000));

async function open() {
  const scheduling = await openScheduling();
  const alice = scheduling.tenant.caller("agent", "alice");
  const client = scheduling.clientFor(() => alice);
  return { ...scheduling, alice, client, schedules: client.stubs.schedules };
}

test("a schedule creates a task at each of its times, for its owner, with what the action says", async () => {
  const opened = await open();
  const { schedules, during, pass } = opened;
  const action = {
    type: "report",
    queue: "nightly",
    labels: { what: "{{schedule_id}}" },
    payload: { content: { case: "json", value: '{ "at": "{{run_time}}", "n": 1.0, "count": "{{count}}" }' } },
  } as const;
  const { schedule, pending } = await during(
    schedules.createSchedule({ scheduleId: "daily", spec: everyMinute, action, policies: allowAll }),
  );
  expect(pending).toBe(false);
  expect(schedule).toMatchObject({ scheduleId: "daily", generation: 1n, nextRunTime: minute(1), recentRuns: [] });
  await pass(180, 30);
  const tasks = await tasksOf(opened, "report");
  const at = (count: number) => new Date(noon.getTime() + count * 60_000).toISOString().replace(".000Z", "Z");
  expect(tasks.map(({ labels }) => labels["run_time"])).toEqual([at(1), at(2), at(3)]);
  expect(tasks[1]).toMatchObject({
    queue: "nightly",
    labels: { what: "daily", schedule_id: "daily" },
    createdBy: { id: "alice" },
    obligated: { id: "alice" },
    idempotencyKey: `schedule:daily:${at(2)}`,
  });
  const { payload } = tasks[1] ?? {};
  expect(payload?.content.value).toBe(`{ "at": "${at(2)}", "n": 1.0, "count": "2" }`);
  const { runs } = await schedules.listScheduleRuns({ scheduleId: "daily" });
  expect(runs.map(({ taskId, state, count }) => [taskId, state, count])).toEqual(
    tasks.map(({ taskId }, place) => [taskId, TaskState.QUEUED, BigInt(place + 1)]).reverse(),
  );
  const firstPage = await schedules.listScheduleRuns({ scheduleId: "daily", pageSize: 2 });
  const secondPage = await schedules.listScheduleRuns({
    scheduleId: "daily",
    pageSize: 2,
    pageToken: firstPage.nextPageToken,
  });
  expect([...firstPage.runs, ...secondPage.runs]).toEqual(runs);
  expect(secondPage.nextPageToken).toBe("");
});

test("its task names the schedule's receipt as a parent, so a trace leads from the run to the schedule", async () => {
  const opened = await open();
  const { schedules, during, pass, operations, alice } = opened;
  await during(schedules.createSchedule({ scheduleId: "s", spec: everyMinute, action: { type: "report" } }));
  await pass(60);
  const [task] = await tasksOf(opened, "report");
  const request = { $typeName: "asyncgate.v1.GetReceiptRequest" as const, receiptId: task?.assignedReceiptId ?? "" };
  const { parents } = await operations.getReceipt(alice, request);
  const parent = await operations.getReceipt(alice, { ...request, receiptId: parents[0] ?? "" });
  const { schedule } = await schedules.getSchedule({ scheduleId: "s" });
  expect([parent.type, parent.taskId]).toEqual([ReceiptType.TASK_SUSPENDED, schedule?.taskId]);
});

describe("the verbs", () => {
  test("pause, resume, trigger, skip and backfill", async () => {
    const opened = await open();
    const { schedules, during, pass } = opened;
    const scheduleId = "s";
    await during(
      schedules.createSchedule({ scheduleId, spec: everyMinute, action: { type: "report" }, policies: allowAll }),
    );
    const paused = await during(schedules.pauseSchedule({ scheduleId, note: "holidays" }));
    expect(paused).toMatchObject({ pending: false, schedule: { state: { paused: true, note: "holidays" } } });
    expect(paused.schedule?.nextRunTime).toBeUndefined();
    await pass(600);
    expect(await tasksOf(opened, "report")).toEqual([]);
    const triggered = await during(schedules.triggerSchedule({ scheduleId }));
    const [task] = await tasksOf(opened, "report");
    expect(triggered.schedule?.recentRuns).toMatchObject([{ cause: ScheduleCause.TRIGGERED, taskId: task?.taskId }]);
    const resumed = await during(schedules.resumeSchedule({ scheduleId }));
    expect(resumed.schedule).toMatchObject({ state: { paused: false }, nextRunTime: minute(11) });
    const skipped = await during(schedules.skipNextRun({ scheduleId, runs: 2 }));
    expect(skipped.schedule?.nextRunTime).toEqual(minute(13));
    await pass(180, 60);
    const { schedule } = await schedules.getSchedule({ scheduleId });
    expect(schedule?.counts).toMatchObject({ fired: 2n, skippedByCall: 2n, missed: 0n, skippedOverlap: 0n });
    const span = { startTime: minute(2), endTime: minute(4), overlap: ScheduleOverlap.ALLOW_ALL };
    const filled = await during(schedules.backfillSchedule({ scheduleId, ...span }));
    expect(filled.schedule?.recentRuns.slice(0, 3).map(({ runTime }) => runTime)).toEqual([
      minute(4),
      minute(3),
      minute(2),
    ]);
    await during(schedules.backfillSchedule({ scheduleId, ...span }));
    expect(await tasksOf(opened, "report")).toHaveLength(5); // what was fired before is not fired again
  });

  test("an update goes on under the same name, and its obligation passes on", async () => {
    const opened = await open();
    const { schedules, during, pass, client } = opened;
    const scheduleId = "s";
    const first = await during(schedules.createSchedule({ scheduleId, spec: everyMinute, action: { type: "report" } }));
    const changed = await during(schedules.updateSchedule({ scheduleId, action: { type: "other" } }));
    expect(changed.schedule).toMatchObject({ generation: 2n, action: { type: "other" }, nextRunTime: minute(1) });
    expect(changed.schedule?.taskId).not.toBe(first.schedule?.taskId);
    expect(changed.schedule?.createTime).toEqual(first.schedule?.createTime);
    await pass(60);
    expect(await tasksOf(opened, "other")).toHaveLength(1);
    const task = await client.getTask(first.schedule?.taskId ?? "");
    expect(task.state).toBe(TaskState.SUCCEEDED);
  });

  test("the open obligations of the owner show the schedule until it is deleted", async () => {
    const { schedules, during, operations, alice, settle } = await open();
    const scheduleId = "s";
    const owed = async () => {
      const request = {
        $typeName: "asyncgate.v1.ListOpenObligationsRequest" as const,
        pageSize: 50,
        pageToken: "",
        cursor: "",
      };
      const { openObligations } = await operations.listOpenObligations(alice, request as never);
      return openObligations.map(({ receipt }) => receipt?.taskId);
    };
    const { schedule } = await during(
      schedules.createSchedule({ scheduleId, spec: everyMinute, action: { type: "report" } }),
    );
    expect(await owed()).toEqual([schedule?.taskId]);
    const deleted = await schedules.deleteSchedule({ scheduleId, reason: "done" });
    expect(deleted.schedule?.ended).toBe(TaskState.CANCELED);
    expect(await owed()).toEqual([]);
    await settle();
    expect((await schedules.getSchedule({ scheduleId })).schedule?.ended).toBe(TaskState.CANCELED);
    expect((await schedules.deleteSchedule({ scheduleId })).schedule?.ended).toBe(TaskState.CANCELED);
    expect((await schedules.listSchedules({})).schedules).toEqual([]);
    expect((await refusalOf(schedules.pauseSchedule({ scheduleId }))).reason).toBe(ErrorReason.TASK_NOT_FOUND);
  });

  test("a call that is repeated under its request id is carried out once", async () => {
    const opened = await open();
    const { schedules, during } = opened;
    const scheduleId = "s";
    await during(
      schedules.createSchedule({ scheduleId, spec: everyMinute, action: { type: "report" }, requestId: "c" }),
    );
    const again = await during(
      schedules.createSchedule({ scheduleId, spec: everyMinute, action: { type: "report" }, requestId: "c" }),
    );
    expect(again.schedule?.generation).toBe(1n);
    for (let count = 0; count < 2; count += 1) await during(schedules.triggerSchedule({ scheduleId, requestId: "t" }));
    expect(await tasksOf(opened, "report")).toHaveLength(1);
    await during(schedules.triggerSchedule({ scheduleId, requestId: "u" }));
    expect(await tasksOf(opened, "report")).toHaveLength(2); // by hand, runs may overlap
  });
});
