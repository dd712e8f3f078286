// Tasks that ask a scheduler for something: an agent that has nothing but create_task has schedules, too.
import { describe, expect, onTestFinished, test } from "vitest";
import { checkRules } from "../../../src/rpc/rules/check-rules.ts";
import { runScheduler } from "../../../src/scheduler/worker/run-scheduler.ts";
import { openScheduling, tasksOf } from "../../helpers/scheduler.ts";

const action = { type: "report" };
const scheduleId = "s";

async function openAgent() {
  const opened = await openScheduling();
  const alice = opened.tenant.caller("agent", "alice");
  return { ...opened, alice, client: opened.clientFor(() => alice) };
}

describe("tasks that ask", () => {
  test("do what the methods do: an agent needs create_task alone", async () => {
    const opened = await openAgent();
    const { client, clientFor, pass, operations, alice } = opened;
    const ask = async (verb: string, payload: object) => {
      const { taskId } = await client.createTask({ type: `schedule.${verb}`, payload: payload as never });
      return (await client.result(taskId)) as { schedule?: Record<string, unknown>; runs?: object[] };
    };
    await client.createTask({ type: "schedule.list", payload: {} }); // from then on, the tenant has a scheduler
    const caller = await opened.schedulerCaller();
    const scheduler = runScheduler({ client: clientFor(() => caller), checkRules, instance: "test" });
    onTestFinished(() => scheduler.stop());
    const action = { type: "report", payload: { json: { at: "{{run_time}}" } } };
    const made = await ask("create", {
      schedule_id: scheduleId,
      spec: { cron: ["* * * * *"] },
      action,
      policies: { overlap: "SCHEDULE_OVERLAP_ALLOW_ALL" },
    });
    expect(made).toMatchObject({ schedule: { schedule_id: scheduleId, created_by: { id: "alice" } }, pending: true });
    expect(await ask("preview", { schedule_id: scheduleId, count: 2 })).toMatchObject({ runs: [{}, {}] });
    const paused = await ask("pause", { schedule_id: scheduleId, note: "n" });
    expect(paused.schedule?.["state"]).toMatchObject({ paused: true });
    await ask("resume", { schedule_id: scheduleId });
    await ask("trigger", { schedule_id: scheduleId });
    await pass(60);
    await expect.poll(async () => (await tasksOf(opened, "report")).length).toBe(2);
    expect((await ask("runs", { schedule_id: scheduleId })).runs).toHaveLength(2);
    expect(await ask("status", { schedule_id: scheduleId })).toMatchObject({ schedule: { counts: { fired: "2" } } });
    expect(await ask("list", {})).toMatchObject({ schedules: [{ schedule_id: scheduleId }] });
    expect(await ask("delete", { schedule_id: scheduleId })).toMatchObject({
      schedule: { ended: "TASK_STATE_CANCELED" },
    });
    const { openObligations } = await operations.listOpenObligations(alice, { pageSize: 50, cursor: "" } as never);
    expect(
      openObligations.filter(({ receipt }) => JSON.stringify(receipt?.body, bigints).includes("asyncgate.schedule")),
    ).toEqual([]);
  });

  test("fail with what is wrong", async () => {
    const { client, settle } = await openAgent();
    const failure = async (type: string, payload: object) => {
      const { taskId } = await client.createTask({ type, payload: payload as never });
      await settle();
      return (await client.getTask(taskId)).outcome?.error?.message;
    };
    expect(await failure("schedule.create", { schedule_id: "s", spec: { cron: ["61 * * * *"] }, action })).toMatch(
      /cron\[0\].*61/,
    );
    expect(await failure("schedule.create", { what: 1 })).toMatch(/what/);
    expect(await failure("schedule.pause", { schedule_id: "none" })).toMatch(/no schedule none/);
  });
});

const bigints = (_key: string, value: unknown) => (typeof value === "bigint" ? String(value) : value);
