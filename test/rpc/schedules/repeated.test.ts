// A change of a schedule that is repeated under its request id, with its maps in another order, is the same change;
// with other content it is a conflict.
import { expect, test } from "vitest";
import { openScheduling, refusalOf } from "../../helpers/scheduler.ts";

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
