// An agent over MCP has a schedule with the tools alone: with the tool for it, and with create_task.
import type { JsonObject, JsonValue } from "@bufbuild/protobuf";
import { expect, onTestFinished, test } from "vitest";
import { createClient } from "../../clients/typescript/src/create-client.ts";
import { Role } from "../../gen/typescript/asyncgate/v1/admin_service_pb.ts";
import { checkRules } from "../../src/rpc/rules/check-rules.ts";
import { runScheduler } from "../../src/scheduler/worker/run-scheduler.ts";
import { openMcp, textOf } from "./open-mcp.ts";

/** A tenant with a scheduler beside the server, that has a key as every program has one, and an agent. */
async function open() {
  const { connect, makeTenant, makeKey, url } = await openMcp();
  const tenantId = await makeTenant("acme");
  const client = createClient({ endpoint: url, key: await makeKey(tenantId, Role.SCHEDULER, "scheduler") });
  const scheduler = runScheduler({ client, checkRules, instance: "test" });
  onTestFinished(async () => {
    await scheduler.stop();
    client.close();
  });
  const agent = await connect("modern", await makeKey(tenantId, Role.TASKER));
  const call = async (name: string, given: JsonObject): Promise<JsonObject> => {
    const answer = await agent.callTool({ name, arguments: given });
    expect(answer.isError, `${name} ${JSON.stringify(given)}: ${textOf(answer)}`).toBeFalsy();
    return answer.structuredContent as JsonObject;
  };
  const refused = async (given: JsonObject) => textOf(await agent.callTool({ name: "schedule", arguments: given }));
  /** The obligations that are schedules. */
  const owed = async () => {
    const { open_obligations: open } = (await call("list_open_obligations", {})) as { open_obligations: JsonValue[] };
    return open.filter((one) => JSON.stringify(one).includes("asyncgate.schedule")).length;
  };
  return { call, refused, owed };
}

const spec = { cron: ["0 9 * * MON-FRI"], time_zone: "Europe/Berlin" };
const action = { type: "report", payload: { json: { at: "{{run_time}}" } } };
const schedule_id = "weekdays";

test("creates, previews, pauses, resumes, triggers and deletes one with the tool schedule", async () => {
  const { call, owed } = await open();
  const schedule = (verb: string, more: JsonObject = {}) => call("schedule", { verb, schedule_id, ...more });
  const { runs } = (await call("schedule", { verb: "preview", spec, count: 3 })) as { runs: JsonObject[] };
  expect(runs.map(({ local_time: local }) => String(local).slice(11, 19))).toEqual([
    "09:00:00",
    "09:00:00",
    "09:00:00",
  ]);
  const created = await schedule("create", { spec, action, policies: { overlap: "ALLOW_ALL" } });
  expect(created).toMatchObject({ pending: false, schedule: { schedule_id, counts: { fired: "0" } } });
  expect(created).toMatchObject({ schedule: { next_run_time: runs[0]?.["run_time"] } });
  expect(await owed()).toBe(1);
  expect(await schedule("pause", { note: "holidays" })).toMatchObject({ schedule: { state: { paused: true } } });
  expect(await schedule("resume")).toMatchObject({ schedule: { state: { paused: false } } });
  expect(await schedule("trigger")).toMatchObject({ schedule: { counts: { fired: "1" } } });
  expect(await schedule("runs")).toMatchObject({ runs: [{ state: "TASK_STATE_QUEUED" }] });
  expect(await schedule("update", { spec: { interval: [{ every: "3600s" }] } })).toMatchObject({
    schedule: { generation: "2" },
  });
  expect(await call("schedule", { verb: "list" })).toMatchObject({ schedules: [{ schedule_id }] });
  expect(await schedule("delete", { reason: "done" })).toMatchObject({ schedule: { ended: "TASK_STATE_CANCELED" } });
  expect(await owed()).toBe(0);
});

test("does the same with create_task", async () => {
  const { call, owed } = await open();
  const ask = async (verb: string, more: JsonObject = {}): Promise<JsonObject> => {
    const payload = { json: { schedule_id, ...more } };
    const created = (await call("create_task", { type: `schedule.${verb}`, payload })) as { task: { task_id: string } };
    const { task_id } = created.task;
    const get = async () => ((await call("get_task", { task_id })) as { task: JsonObject }).task;
    await expect.poll(async () => (await get())["state"], { timeout: 30_000 }).toMatch(/SUCCEEDED|FAILED/);
    const { outcome, state } = (await get()) as { outcome: { result: { json: JsonObject } }; state: string };
    expect(state, `${verb}: ${JSON.stringify(outcome)}`).toBe("TASK_STATE_SUCCEEDED");
    return outcome.result.json;
  };
  expect(await ask("create", { spec, action, policies: { overlap: "SCHEDULE_OVERLAP_ALLOW_ALL" } })).toMatchObject({
    schedule: { schedule_id },
  });
  expect(await owed()).toBe(1);
  expect(await ask("preview", { count: 2 })).toMatchObject({ runs: [{}, {}] });
  expect(await ask("pause")).toMatchObject({ pending: false, schedule: { state: { paused: true } } });
  expect(await ask("resume")).toMatchObject({ schedule: { state: { paused: false } } });
  expect(await ask("trigger")).toMatchObject({ schedule: { counts: { fired: "1" } } });
  expect(await ask("delete")).toMatchObject({ schedule: { ended: "TASK_STATE_CANCELED" } });
  expect(await owed()).toBe(0);
});

test("is told what is wrong, in words that help", async () => {
  const { refused } = await open();
  expect(await refused({ verb: "fire" })).toMatch(/verb must be one of create, get, .*runs/);
  expect(await refused({ verb: "create", schedule_id, spec: { cron: ["61 * * * *"] }, action })).toMatch(
    /spec\.cron\[0\] has minute 61 in `61 \* \* \* \*`, column 1/,
  );
  expect(await refused({ verb: "create", schedule_id, spec, action: { type: "x", name: "y" } })).toMatch(
    /action\.name/,
  );
  expect(await refused({ verb: "pause", schedule_id: "none" })).toMatch(/schedule\/none/);
  expect(await refused({ verb: "pause", schedule_id, what: 1 })).toMatch(/what/);
});
