// A schedule is no way round: not round the rights of its owner, not round those of others, and not round quotas. And
// whatever happens to a scheduler, a run is fired once.
import { create } from "@bufbuild/protobuf";
import { durationFromMs, timestampFromDate } from "@bufbuild/protobuf/wkt";
import { describe, expect, test } from "vitest";
import {
  ResumeTenantRequestSchema,
  Role,
  SuspendTenantRequestSchema,
} from "../../../gen/typescript/asyncgate/v1/admin_service_pb.ts";
import { ErrorReason } from "../../../gen/typescript/asyncgate/v1/error_pb.ts";
import {
  ClaimTasksRequestSchema,
  CompleteTaskRequestSchema,
} from "../../../gen/typescript/asyncgate/v1/lease_service_pb.ts";
import { PrincipalKind } from "../../../gen/typescript/asyncgate/v1/principal_pb.ts";
import { AnomalyKind, ReceiptType } from "../../../gen/typescript/asyncgate/v1/receipt_pb.ts";
import { ListReceiptsRequestSchema } from "../../../gen/typescript/asyncgate/v1/receipt_service_pb.ts";
import { ScheduleMisfire, ScheduleOverlap } from "../../../gen/typescript/asyncgate/v1/schedule_pb.ts";
import { ScheduleCommandSchema } from "../../../gen/typescript/asyncgate/v1/schedule_service_pb.ts";
import { ScopeMode } from "../../../gen/typescript/asyncgate/v1/scope_pb.ts";
import { SendSignalRequestSchema } from "../../../gen/typescript/asyncgate/v1/signal_service_pb.ts";
import { TaskState } from "../../../gen/typescript/asyncgate/v1/task_pb.ts";
import { localAdministrator } from "../../../src/engine/admin/local-administrator.ts";
import type { Caller } from "../../../src/engine/index.ts";
import { checkRules } from "../../../src/rpc/rules/check-rules.ts";
import { stored } from "../../../src/scheduler/rules/stored.ts";
import { takeOnce } from "../../../src/scheduler/worker/run-scheduler.ts";
import { noon, openScheduling, refusalOf, type Scheduling, tasksOf } from "../../helpers/scheduler.ts";

const spec = { interval: [{ every: durationFromMs(60_000) }] };
const action = { type: "report" };
const scheduleId = "s";
const minute = (count: number) => timestampFromDate(new Date(noon.getTime() + count * 60_000));

async function open(options = {}) {
  const opened = await openScheduling(options);
  const alice = opened.tenant.caller("agent", "alice");
  const client = opened.clientFor(() => alice);
  const schedulesOf = (caller: Caller) => opened.clientFor(() => caller).stubs.schedules;
  return { ...opened, alice, client, schedules: client.stubs.schedules, schedulesOf };
}

async function claimAll({ operations }: Scheduling, worker: Caller, acceptTypes = ["report"]) {
  const leaseTtl = durationFromMs(600_000);
  return await operations.claimTasks(worker, create(ClaimTasksRequestSchema, { acceptTypes, maxTasks: 100, leaseTtl }));
}

async function complete({ operations }: Scheduling, worker: Caller, leaseToken = "") {
  const result = { content: { case: "json" as const, value: "1" } };
  return await operations.completeTasks(worker, [create(CompleteTaskRequestSchema, { leaseToken, result })]);
}

describe("others", () => {
  test("do not see a schedule and cannot change it; operators can, and observers only see it", async () => {
    const { schedules, schedulesOf, during, tenant } = await open();
    await during(schedules.createSchedule({ scheduleId, spec, action }));
    const bob = schedulesOf(tenant.caller("agent", "bob"));
    for (const call of [
      () => bob.getSchedule({ scheduleId }),
      () => bob.pauseSchedule({ scheduleId }),
      () => bob.triggerSchedule({ scheduleId }),
      () => bob.updateSchedule({ scheduleId, action: { type: "x" } }),
      () => bob.deleteSchedule({ scheduleId }),
      () => bob.listScheduleRuns({ scheduleId }),
      () => bob.previewSchedule({ scheduleId }),
    ]) {
      expect((await refusalOf(call())).reason).toBe(ErrorReason.TASK_NOT_FOUND);
    }
    expect((await bob.listSchedules({})).schedules).toEqual([]);
    const taken = await refusalOf(bob.createSchedule({ scheduleId, spec, action }));
    expect([taken.reason, JSON.stringify(taken.facts)]).toEqual([
      ErrorReason.NAME_TAKEN,
      expect.not.stringMatching(/[0-9a-f]{8}-/),
    ]);
    const eve = schedulesOf(tenant.caller("human", "eve", [Role.OBSERVER]));
    expect((await eve.getSchedule({ scheduleId })).schedule?.scheduleId).toBe(scheduleId);
    expect((await refusalOf(eve.pauseSchedule({ scheduleId }))).reason).toBe(ErrorReason.PERMISSION_DENIED);
    const operator = schedulesOf(tenant.caller("human", "op", [Role.OPERATOR]));
    const paused = await during(operator.pauseSchedule({ scheduleId, note: "by op" }));
    expect(paused.schedule?.state).toMatchObject({ paused: true, note: "by op" });
  });

  test("that may send a signal to its task change nothing by it", async () => {
    const opened = await open();
    const { schedules, during, operations, tenant, settle, alice } = opened;
    const { schedule } = await during(schedules.createSchedule({ scheduleId, spec, action }));
    const send = async (from: Caller) => {
      const command = { commandId: from.principalText, command: { case: "trigger" as const, value: { scheduleId } } };
      const payload = stored(ScheduleCommandSchema, create(ScheduleCommandSchema, command));
      const to = { case: "taskId" as const, value: schedule?.taskId ?? "" };
      await operations.sendSignal(from, create(SendSignalRequestSchema, { to, payload }));
      await settle();
      return (await tasksOf(opened, "report")).length;
    };
    expect(await send(tenant.caller("human", "op", [Role.OPERATOR]))).toBe(0);
    expect(await send(alice)).toBe(1); // a control: the owner's own signal is carried out
  });

  test("cannot have the scheduler do for them what they may not do", async () => {
    const opened = await open();
    const { schedules, during, client, clientFor, settle, tenant } = opened;
    await during(schedules.createSchedule({ scheduleId, spec, action }));
    const bob = clientFor(() => tenant.caller("agent", "bob"));
    for (const verb of ["pause", "trigger", "delete", "status", "update", "runs", "preview"]) {
      const { taskId } = await bob.createTask({ type: `schedule.${verb}`, payload: { schedule_id: scheduleId } });
      await settle();
      const task = await bob.getTask(taskId);
      expect([verb, task.state, task.outcome?.error?.type]).toEqual([verb, TaskState.FAILED, "TASK_NOT_FOUND"]);
    }
    const { taskId } = await bob.createTask({ type: "schedule.list", payload: {} });
    await settle();
    expect(await bob.result(taskId)).toMatchObject({ schedules: [] });
    expect((await client.stubs.schedules.getSchedule({ scheduleId })).schedule?.state?.paused).toBe(false);
  });
});

describe("an action", () => {
  test.each([
    {
      wait: { allOf: [{ anyOf: [{ condition: { case: "time", value: { of: { case: "at", value: minute(1) } } } }] }] },
    },
    { name: "taken" },
    { idempotencyKey: "k" },
    { parentReceipts: ["01a22ea1-6991-7000-b234-443a46d50001"] },
    { redriveOf: "01a22ea1-6991-7000-b234-443a46d50001" },
    { notBefore: minute(1) },
    { type: "asyncgate.schedule" },
    { type: "schedule.create" },
    { obligated: { kind: PrincipalKind.SERVICE, id: "scheduler" } },
    { addressee: { kind: PrincipalKind.SYSTEM, id: "s" } },
    { scopes: [{ resource: "no-kind", mode: ScopeMode.WRITE }] },
  ])("cannot say $0", async (more) => {
    const { schedules } = await open();
    const refused = await refusalOf(
      schedules.createSchedule({ scheduleId, spec, action: { ...action, ...more } as never }),
    );
    expect(refused.reason).toBe(ErrorReason.INVALID_ARGUMENT);
    expect(refused.message).toMatch(/action\./);
  });

  test("in the payload of a task of the schedules' type is checked again by the scheduler", async () => {
    const { client, settle, tenant, clientFor } = await open();
    const payload = { scheduleId, spec: { cron: ["* * * * *"] }, action: { type: "report", name: "taken" } };
    const queue = "asyncgate.schedules";
    const named = await client.createTask({ type: "asyncgate.schedule", queue, name: "schedule/s", payload });
    const other = clientFor(() => tenant.caller("agent", "bob"));
    const unnamed = await other.createTask({ type: "asyncgate.schedule", queue, payload: { ...payload, action } });
    const none = await other.createTask({ type: "asyncgate.schedule", queue, payload: { spec: 1 } });
    await settle();
    const told = async (of: typeof client, { taskId }: { taskId: string }) => (await of.getTask(taskId)).outcome?.error;
    expect(await told(client, named)).toMatchObject({ message: "action.name cannot be set in a schedule." });
    expect(await told(other, unnamed)).toMatchObject({ message: "The task must bear the name schedule/s." });
    expect(await told(other, none)).toMatchObject({ message: "The payload is no ScheduleDefinition." });
  });
});

test("fired tasks count against the quota of the owner: a full one holds runs back, and none is lost", async () => {
  const opened = await open({ limits: { principal_live_tasks_max: 2 } });
  const { schedules, during, pass, tenant } = opened;
  const policies = { overlap: ScheduleOverlap.ALLOW_ALL, misfire: ScheduleMisfire.CATCH_UP_ALL };
  await during(schedules.createSchedule({ scheduleId, spec, action, policies }));
  await pass(180, 60);
  expect(await tasksOf(opened, "report")).toHaveLength(1);
  const { schedule } = await schedules.getSchedule({ scheduleId });
  expect(schedule).toMatchObject({
    counts: { fired: 1n, refused: 0n },
    lastError: expect.stringContaining("principal_live_tasks_max"),
  });
  const worker = tenant.caller("worker", "w");
  for (const { lease } of await claimAll(opened, worker)) await complete(opened, worker, lease?.token);
  await pass(10);
  expect(await tasksOf(opened, "report")).toHaveLength(2);
});

test("a schedule that an executor's child asks for stays in its tree, and is canceled with it", async () => {
  const opened = await open();
  const { client, settle, tenant, clientFor, operations, pass } = opened;
  const { taskId: rootId } = await client.createTask({ type: "root" });
  const holder = tenant.caller("worker", "exec", [Role.EXECUTOR]);
  const [root] = await operations.claimTasks(holder, create(ClaimTasksRequestSchema, { acceptTypes: ["root"] }));
  const under = root?.lease?.token ?? "";
  const payload = { schedule_id: scheduleId, spec: { interval: [{ every: "60s" }] }, action };
  await clientFor(() => holder).createTask({ type: "schedule.create", payload, under });
  await settle();
  await pass(60);
  const [fired] = await tasksOf(opened, "report");
  expect(fired).toMatchObject({ createdBy: { id: "exec" }, parentTaskId: rootId });
  await client.cancelTask(rootId);
  await settle();
  const [schedule] = await tasksOf(opened, "asyncgate.schedule");
  expect(schedule?.state).toBe(TaskState.CANCELED);
});

test("no scheduler: a change is kept, the answer says so, and it is carried out later", async () => {
  const { clientFor, alice, settle } = await open();
  const { schedules } = clientFor(() => alice, 50).stubs;
  const made = await schedules.createSchedule({ scheduleId, spec, action });
  expect(made).toMatchObject({ pending: true, noScheduler: true, schedule: { scheduleId } });
  const paused = await schedules.pauseSchedule({ scheduleId });
  expect(paused).toMatchObject({ pending: true, noScheduler: true, schedule: { state: { paused: false } } });
  await settle();
  expect((await schedules.getSchedule({ scheduleId })).schedule?.state?.paused).toBe(true);
});

test("commands that were kept for a long time are all carried out, also with the end of a generation", async () => {
  const { clientFor, alice, settle, clock, sweep } = await open();
  const { schedules } = clientFor(() => alice, 50).stubs;
  await schedules.createSchedule({ scheduleId, spec, action });
  await settle();
  clock.advance(8 * 86_400_000);
  await sweep(); // it is due, and nothing takes it: its wait is over
  const updated = await schedules.updateSchedule({ scheduleId, action: { type: "other" } });
  const paused = await schedules.pauseSchedule({ scheduleId, note: "kept" });
  expect([updated.pending, paused.pending]).toEqual([true, true]);
  await settle();
  const { schedule } = await schedules.getSchedule({ scheduleId });
  expect(schedule).toMatchObject({ action: { type: "other" }, generation: 2n, state: { paused: true, note: "kept" } });
});

test("suspended tenants are not served, and resumed ones are", async () => {
  const { schedules, during, operations, tenant } = await open();
  await during(schedules.createSchedule({ scheduleId, spec, action }));
  const ids = async () => (await operations.schedulerCallers()).map(({ tenantId }) => tenantId);
  expect(await ids()).toEqual([tenant.tenantId]);
  const admin = { ...localAdministrator, peer: "local", callId: "test" };
  await operations.suspendTenant(admin, create(SuspendTenantRequestSchema, { tenantId: tenant.tenantId }));
  expect(await ids()).toEqual([]);
  await operations.resumeTenant(admin, create(ResumeTenantRequestSchema, { tenantId: tenant.tenantId }));
  expect(await ids()).toEqual([tenant.tenantId]);
});

describe("a scheduler that dies", () => {
  const policies = { overlap: ScheduleOverlap.ALLOW_ALL };
  const runTimes = async (opened: Scheduling) =>
    (await tasksOf(opened, "report")).map(({ labels }) => Date.parse(labels["run_time"] ?? "") - noon.getTime());

  test.each(["before", "behind"] as const)("%s its call fires nothing twice and loses nothing", async (when) => {
    const opened = await open();
    const { schedules, during, pass, clock, clientFor, schedulerCaller, settle, sweep } = opened;
    await during(schedules.createSchedule({ scheduleId, spec, action, policies }));
    const caller = await schedulerCaller();
    const honest = clientFor(() => caller);
    const { suspendTask } = honest.stubs.leases;
    const leases = {
      ...honest.stubs.leases,
      suspendTask: async (request: Parameters<typeof suspendTask>[0]) => {
        if (when === "behind") await suspendTask(request);
        throw new Error("killed");
      },
      releaseLease: () => Promise.reject(new Error("killed")),
    };
    const dying = { ...honest, stubs: { ...honest.stubs, leases } } as typeof honest;
    clock.advance(60_000);
    await sweep();
    expect(await takeOnce({ client: dying, checkRules, instance: "dying" })).toBe(1);
    await settle();
    await pass(60, 1); // the lease expires meanwhile
    expect(await runTimes(opened)).toEqual([60_000, 120_000]);
  });

  test("while another one has the task changes nothing: its lease is over", async () => {
    const opened = await open();
    const { schedules, during, clock, clientFor, schedulerCaller, settle, sweep, pass } = opened;
    await during(schedules.createSchedule({ scheduleId, spec, action, policies }));
    const caller = await schedulerCaller();
    const honest = clientFor(() => caller);
    const { suspendTask } = honest.stubs.leases;
    const stalled = Promise.withResolvers<void>();
    const leases = {
      ...honest.stubs.leases,
      suspendTask: async (request: Parameters<typeof suspendTask>[0]) => {
        await stalled.promise;
        return await suspendTask(request);
      },
    };
    clock.advance(60_000);
    await sweep();
    const first = takeOnce({
      client: { ...honest, stubs: { ...honest.stubs, leases } } as typeof honest,
      checkRules,
      instance: "stalled",
    });
    await expect.poll(async () => (await tasksOf(opened, "asyncgate.schedule"))[0]?.state).toBe(TaskState.LEASED);
    await pass(60, 1); // its lease expires meanwhile

    expect(await runTimes(opened)).toEqual([60_000, 120_000]);
    stalled.resolve();
    await first;
    await settle();
    expect(await runTimes(opened)).toEqual([60_000, 120_000]);
  });
});

test("two schedulers at once fire each run once", async () => {
  const opened = await open();
  const { schedules, during, clock, clientFor, schedulerCaller, sweep } = opened;
  const policies = { overlap: ScheduleOverlap.ALLOW_ALL };
  for (let count = 0; count < 10; count += 1) {
    await during(schedules.createSchedule({ scheduleId: `s${count}`, spec, action, policies }));
  }
  const caller = await schedulerCaller();
  const two = [0, 1].map(() => clientFor(() => caller));
  for (let round = 0; round < 5; round += 1) {
    clock.advance(60_000);
    await sweep();
    await Promise.all(two.flatMap((client) => [0, 1].map(() => takeOnce({ client, checkRules, instance: "x" }))));
  }
  const keys = (await tasksOf(opened, "report")).map(({ idempotencyKey }) => idempotencyKey);
  expect(keys).toHaveLength(50);
  expect(new Set(keys).size).toBe(50);
});

test("an overdue schedule is told to its owner, once for each gap", async () => {
  const opened = await open();
  const { schedules, during, clock, settle, operations, alice } = opened;
  const { schedule } = await during(schedules.createSchedule({ scheduleId, spec, action }));
  clock.advance(600_000);
  await settle();
  const request = create(ListReceiptsRequestSchema, {
    taskId: schedule?.taskId ?? "",
    types: [ReceiptType.SYSTEM_ANOMALY],
  });
  const { receipts } = await operations.listReceipts(alice, request);
  expect(receipts.map(({ body, to }) => [body?.body.case === "systemAnomaly" && body.body.value.kind, to?.id])).toEqual(
    [[AnomalyKind.STALE_SCHEDULE, "alice"]],
  );
  expect((await schedules.getSchedule({ scheduleId })).schedule?.counts).toMatchObject({ fired: 1n, missed: 9n });
});

test("a run that is in the way is canceled with its grace, and the next one follows its end", async () => {
  const opened = await open();
  const { schedules, during, pass, tenant, operations, settle } = opened;
  const policies = { overlap: ScheduleOverlap.CANCEL_OTHER, cancelGrace: durationFromMs(20_000) };
  await during(schedules.createSchedule({ scheduleId, spec, action, policies }));
  await pass(60);
  const worker = tenant.caller("worker", "w");
  const [held] = await claimAll(opened, worker);
  await pass(60);
  const [first, second] = await tasksOf(opened, "report");
  expect([first?.cancelRequested, first?.state, second]).toEqual([true, TaskState.LEASED, undefined]);
  expect(await complete(opened, worker, held?.lease?.token)).toHaveLength(1);
  await settle();
  expect((await tasksOf(opened, "report")).map(({ state }) => state)).toEqual([TaskState.SUCCEEDED, TaskState.QUEUED]);
  await pass(60);
  await pass(30); // nothing holds the second one, so it ends when its grace is over
  expect((await tasksOf(opened, "report")).map(({ state }) => state).slice(1)).toEqual([
    TaskState.CANCELED,
    TaskState.QUEUED,
  ]);
  expect(operations).toBeDefined();
});
