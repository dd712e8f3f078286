// A change of a schedule that is repeated under its request id, with its maps in another order, is the same change;
// with other content it is a conflict.
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { expect, test } from "vitest";
import { noon, openScheduling, refusalOf, tasksOf } from "../../helpers/scheduler.ts";

const spec = { cron: ["0 9 * * *"] };
const one = (label: string) => ({ type: "report", labels: { zone: "eu", alpha: label, "10": "ten", étage: "2" } });
const other = (label: string) => ({ type: "report", labels: { étage: "2", "10": "ten", alpha: label, zone: "eu" } });

test("law 5: CreateSchedule and UpdateSchedule, repeated with their maps in any order, change nothing", async () => {
  const scheduling = await openScheduling();
  const { schedules } = scheduling.clientFor(() => scheduling.tenant.caller("agent", "alice")).stubs;
  const create = (action: ReturnType<typeof one>) =>
    schedules.createSchedule({ scheduleId: "daily", spec, action, requestId: "create" });
  const update = (action: ReturnType<typeof one>) =>
    schedules.updateSchedule({ scheduleId: "daily", action, requestId: "update" });

  const created = await scheduling.during(create(one("1")));
  expect((await scheduling.during(create(other("1")))).schedule?.taskId).toBe(created.schedule?.taskId);
  expect((await refusalOf(create(one("2")))).reasonName).toBe("IDEMPOTENCY_CONFLICT");

  const updated = await scheduling.during(update(one("3")));
  expect(updated.schedule?.action?.labels["alpha"]).toBe("3");
  expect((await scheduling.during(update(other("3")))).schedule?.generation).toBe(updated.schedule?.generation);
  expect((await refusalOf(update(one("4")))).reasonName).toBe("IDEMPOTENCY_CONFLICT");
});

test("law 5: CreateSchedule, repeated after the only run of its spec, is the same call", async () => {
  const scheduling = await openScheduling();
  const { schedules } = scheduling.clientFor(() => scheduling.tenant.caller("agent", "alice")).stubs;
  const once = { at: [timestampFromDate(new Date(noon.getTime() + 60_000))] };
  const create = (requestId: string, label = "1") =>
    schedules.createSchedule({ scheduleId: "once", spec: once, action: one(label), requestId });

  const created = await scheduling.during(create("create"));
  await scheduling.pass(120, 60);
  const repeated = await scheduling.during(create("create"));
  expect(repeated.schedule?.taskId).toBe(created.schedule?.taskId);
  expect(repeated.schedule?.counts?.fired).toBe(1n);
  expect(await tasksOf(scheduling, "report")).toHaveLength(1);
  expect((await refusalOf(create("create", "2"))).reasonName).toBe("IDEMPOTENCY_CONFLICT");
  expect((await refusalOf(create("another"))).message).toMatch(/never fires after/);
});

test("law 5: UpdateSchedule, repeated when its spec has no run left, is the same call", async () => {
  const scheduling = await openScheduling();
  const { schedules } = scheduling.clientFor(() => scheduling.tenant.caller("agent", "alice")).stubs;
  await scheduling.during(schedules.createSchedule({ scheduleId: "s", spec, action: one("1") }));
  await scheduling.during(schedules.pauseSchedule({ scheduleId: "s" }));
  const once = { at: [timestampFromDate(new Date(noon.getTime() + 60_000))] };
  const update = (requestId: string) => schedules.updateSchedule({ scheduleId: "s", spec: once, requestId });

  const updated = await scheduling.during(update("update"));
  await scheduling.pass(120, 60);
  expect((await scheduling.during(update("update"))).schedule?.taskId).toBe(updated.schedule?.taskId);
  expect((await refusalOf(update("another"))).message).toMatch(/never fires after/);
});
