// Times at the ends of what the contract knows, and beyond them: what is within is kept, computed with and read back to
// the nanosecond; what is beyond is refused by its field, and its neighbours in a batch are not touched.
import { create } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import { AdminService, Role } from "../../gen/typescript/asyncgate/v1/admin_service_pb.ts";
import { CompleteTaskRequestSchema, LeaseService } from "../../gen/typescript/asyncgate/v1/lease_service_pb.ts";
import { ObligationService } from "../../gen/typescript/asyncgate/v1/obligation_service_pb.ts";
import { DeliveryMode, DeliveryStatus } from "../../gen/typescript/asyncgate/v1/payload_pb.ts";
import { PrincipalKind } from "../../gen/typescript/asyncgate/v1/principal_pb.ts";
import { ReceiptService } from "../../gen/typescript/asyncgate/v1/receipt_service_pb.ts";
import { CreateTaskRequestSchema, TaskService } from "../../gen/typescript/asyncgate/v1/task_service_pb.ts";
import { roles } from "../rpc/engine-server.ts";
import { openBothWays } from "./both-ways.ts";

const timeoutMs = 60_000;

const secondsOf = (text: string) => BigInt(Date.parse(text) / 1_000);
const good = [
  ["0001-01-01T00:00:00Z", 0],
  ["0099-12-31T23:59:59.999999999Z", 999_999_999],
  ["1714-01-01T00:00:00Z", 0],
  ["2286-01-01T00:00:00.000000001Z", 1],
  ["9999-12-31T23:59:59.999999999Z", 999_999_999],
] as const;
const bad = [
  { seconds: 2_000_000_000n, nanos: -1 },
  { seconds: 2_000_000_000n, nanos: 1_000_000_000 },
  { seconds: secondsOf("0001-01-01T00:00:00Z") - 1n, nanos: 0 },
  { seconds: secondsOf("9999-12-31T23:59:59Z") + 1n, nanos: 0 },
  { seconds: 2n ** 63n - 1n, nanos: 2 ** 31 - 1 },
  { seconds: -(2n ** 63n), nanos: -(2 ** 31) },
];

test(
  "every time from year 1 to year 9999 is kept in a batch, and what is none is refused beside it",
  async () => {
    const { tasks, ask, sweep } = await openBothWays();
    const times = good.map(([text, nanos]) => ({ seconds: secondsOf(`${text.slice(0, 19)}Z`), nanos }));
    const items = [...times, ...bad].flatMap((at) => [{ deadline: at }, { startDeadline: at }, { notBefore: at }]);
    const { results } = await tasks.createTasks({ tasks: items.map((item) => ({ type: "t", ...item })) });
    const made = results.map(({ result }) => result);
    expect(made.map((result) => result.case)).toEqual(
      items.map((_, index) => (index < times.length * 3 ? "created" : "error")),
    );
    for (const result of made.slice(times.length * 3)) {
      if (result.case !== "error") throw new Error("it was taken");
      const { facts } = result.value;
      if (facts.case !== "violations") throw new Error("it names no field");
      expect(facts.value.violations.map(({ rule }) => rule)).toEqual(["timestamp.well_formed"]);
      expect(facts.value.violations[0]?.field).toMatch(/^(deadline|start_deadline|not_before)$/);
    }
    const deadlines: unknown[] = [];
    for (const [index, result] of made.slice(0, times.length * 3).entries()) {
      if (result.case !== "created") throw new Error("it was refused");
      const { status, json } = await ask(TaskService.method.getTask, { taskId: result.value.task?.taskId ?? "" });
      expect(status).toBe(200);
      if (index % 3 === 0) deadlines.push((json["task"] as Record<string, unknown>)["deadline"]);
    }
    expect(deadlines).toEqual(good.map(([text]) => text));
    // Three deadlines and three start deadlines have passed; the not_before of 2286 and 9999 have not come.
    expect((await sweep()).ended).toBe(6);
    const all = { createdFrom: "0001-01-01T00:00:00Z", createdBefore: "9999-12-31T23:59:59.999Z" };
    const listed = await ask(TaskService.method.listTasks, { ...all, pageSize: 200 });
    expect((listed.json["tasks"] as unknown[]).length).toBe(times.length * 3);
    const claimed = await ask(LeaseService.method.claimTasks, { maxTasks: 100, leaseTtl: "86400s" });
    expect((claimed.json["tasks"] as unknown[]).length).toBe(times.length * 3 - 6 - 2);
  },
  timeoutMs,
);

test(
  "the longest waits the contract allows are kept",
  async () => {
    const { tasks, leases, ask } = await openBothWays();
    const { task } = await tasks.createTask({ type: "t", delay: { seconds: 315_360_000n } });
    expect(task?.eligibleTime?.seconds).toBeGreaterThan(2_000_000_000n);
    const maxInterval = { seconds: 2_592_000n };
    await tasks.createTask({
      type: "t",
      retry: { initialInterval: maxInterval, maxInterval, multiplier: 100, jitter: 1 },
    });
    const claimed = await leases.claimTasks({});
    const leaseToken = claimed.tasks[0]?.lease?.token ?? "";
    const failed = await ask(LeaseService.method.failTask, {
      leaseToken,
      error: { type: "x" },
      retryAfter: "2592000s",
    });
    expect(failed.status).toBe(200);
  },
  timeoutMs,
);

test(
  "keys and audit records may be asked for, and expire, at any time",
  async () => {
    const { tenant, ask, clientOf } = await openBothWays();
    const admin = clientOf(AdminService);
    const principal = { kind: PrincipalKind.HUMAN, id: "bob" };
    const last = { seconds: secondsOf("9999-12-31T23:59:59Z"), nanos: 999_999_999 };
    const request = { tenantId: tenant.tenantId, principal, roles: [Role.TASKER] };
    await admin.createApiKey({ ...request, expireTime: last });
    await expect(admin.createApiKey({ ...request, expireTime: { ...last, nanos: -1 } })).rejects.toThrow(
      "expire_time must be from",
    );
    const keys = await ask(AdminService.method.listApiKeys, { tenantId: tenant.tenantId });
    expect(keys.json["keys"]).toMatchObject([{ expireTime: "9999-12-31T23:59:59.999Z" }]);
    for (const [fromTime, beforeTime] of [
      ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999999999Z"],
      ["1969-12-31T23:59:59Z", "2286-01-01T00:00:00Z"],
    ] as const) {
      const { status, json } = await ask(AdminService.method.listAuditRecords, { fromTime, beforeTime });
      expect(status).toBe(200);
      expect((json["records"] as unknown[]).length).toBeGreaterThan(0);
    }
  },
  timeoutMs,
);

test(
  "times that were stored malformed before they were refused do not make JSON answers fail",
  async () => {
    const { operations, tenant, tasks, leases, ask } = await openBothWays();
    const alice = tenant.caller("human", "alice", roles);
    const at = { seconds: 2_000_000_000n, nanos: -1 };
    const leaseTtl = { seconds: 60n, nanos: -1 };
    // Straight to the engine, which the rules stand before.
    const requests = Array.from({ length: 2 }, () =>
      create(CreateTaskRequestSchema, { type: "t", deadline: at, startDeadline: at, leaseTtl }),
    );
    const made = await operations.createTasks(alice, { tasks: requests, requestId: "" });
    const [taskId = ""] = made.map((one) => ("task" in one ? one.task.taskId : ""));
    const claimed = await ask(LeaseService.method.claimTasks, { maxTasks: 1 });
    expect(claimed.status).toBe(200);
    const [granted] = claimed.json["tasks"] as { lease: { token: string; taskId: string } }[];
    const proof = { mode: DeliveryMode.PUSH, target: "x", status: DeliveryStatus.SUCCEEDED, at };
    const done = create(CompleteTaskRequestSchema, { leaseToken: granted?.lease.token ?? "", deliveryProof: proof });
    await operations.completeTasks(alice, [done]);
    const deadline = "2033-05-18T03:33:19.999999999Z";
    const read = await ask(TaskService.method.getTask, { taskId });
    expect(read).toMatchObject({ status: 200, json: { task: { deadline, leaseTtl: "59.999999999s" } } });
    for (const [method, request] of [
      [TaskService.method.listTasks, {}],
      [TaskService.method.getTask, { taskId: granted?.lease.taskId ?? "" }],
      [ReceiptService.method.listReceipts, { taskId: granted?.lease.taskId ?? "" }],
      [ObligationService.method.listOpenObligations, {}],
      [LeaseService.method.claimTasks, {}],
    ] as const) {
      expect((await ask(method, request)).status, method.name).toBe(200);
    }
    // The binary answer holds what was stored, which is what the receipt's hash was made from.
    expect((await tasks.getTask({ taskId })).task?.deadline).toMatchObject(at);
    expect((await leases.claimTasks({})).tasks).toEqual([]);
  },
  timeoutMs,
);
