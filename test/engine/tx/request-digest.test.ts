// A repeated request is the same request in whatever order its maps are sent: Go clients write a map in another order
// each time.
import { create, type DescMessage, fromBinary, type MessageShape, toBinary } from "@bufbuild/protobuf";
import { MethodOptions_IdempotencyLevel as Level } from "@bufbuild/protobuf/wkt";
import { expect, test } from "vitest";
import {
  CreateTenantRequestSchema,
  UpdateTenantRequestSchema,
} from "../../../gen/typescript/asyncgate/v1/admin_service_pb.ts";
import { DelegateToAgentRequestSchema } from "../../../gen/typescript/asyncgate/v1/agent_service_pb.ts";
import { ErrorReason } from "../../../gen/typescript/asyncgate/v1/error_pb.ts";
import {
  CompleteTaskRequestSchema,
  FailTaskRequestSchema,
  HandOffRequestSchema,
  ReportProgressRequestSchema,
  SuspendTaskRequestSchema,
} from "../../../gen/typescript/asyncgate/v1/lease_service_pb.ts";
import { DeliveryMode, DeliveryStatus } from "../../../gen/typescript/asyncgate/v1/payload_pb.ts";
import { ReceiptType } from "../../../gen/typescript/asyncgate/v1/receipt_pb.ts";
import { AppendReceiptRequestSchema } from "../../../gen/typescript/asyncgate/v1/receipt_service_pb.ts";
import { CreateTaskRequestSchema } from "../../../gen/typescript/asyncgate/v1/task_service_pb.ts";
import { WorkRequestSchema } from "../../../gen/typescript/asyncgate/v1/worker_service_pb.ts";
import { methods, shortName } from "../../../src/build/generate-docs-contract.ts";
import type { Refusal } from "../../../src/core/refusal.ts";
import { delegateToAgent } from "../../../src/rpc/services/agent-service.ts";
import { openAdministration } from "../../helpers/administration.ts";
import { delegating, register } from "../../helpers/agents.ts";
import { mayHoldMap, type Order, reorderMaps, reversed } from "../../helpers/map-order.ts";
import { complete, granted, held, openScenario, refused } from "../../helpers/scenario.ts";

const shuffles = 12;

/** What a client sends with its maps in one of twelve orders, as the server reads it. */
function sent<Desc extends DescMessage>(schema: Desc, request: MessageShape<Desc>, turn: number): MessageShape<Desc> {
  const rotate: Order = (entries) => [
    ...entries.slice(turn % entries.length),
    ...entries.slice(0, turn % entries.length),
  ];
  const order: Order = (entries) => (turn % 2 === 0 ? rotate(entries) : reversed(rotate(entries)));
  return fromBinary(schema, toBinary(schema, reorderMaps(schema, request, order)));
}

/** The first answer, eleven times the same, and a conflict as soon as one value of a map is another one. */
async function expectOneRequest<Desc extends DescMessage>(
  schema: Desc,
  request: (value: string) => MessageShape<Desc>,
  call: (request: MessageShape<Desc>) => Promise<object | Refusal>,
): Promise<void> {
  const answer = async (turn: number) => withoutExisted(granted(await call(sent(schema, request("1"), turn))));
  const first = await answer(0);
  for (let turn = 1; turn < shuffles; turn += 1) {
    expect(await answer(turn)).toEqual(first);
  }
  await refused(call(sent(schema, request("2"), 0)), ErrorReason.IDEMPOTENCY_CONFLICT);
}

const map = (value: string) => ({ zone: "eu", alpha: value, "10": "ten", "9": "nine", étage: "2" });
const located = (value: string) => ({
  artifacts: [
    { kind: "s3", uri: "s3://bucket/one", metadata: map(value) },
    { kind: "s3", uri: "s3://bucket/two", metadata: map("same") },
  ],
  deliveryProof: {
    mode: DeliveryMode.PUSH,
    target: "https://example.com",
    status: DeliveryStatus.SUCCEEDED,
    proof: map(value),
  },
});
const spend = (value: string) => ({ usd: value, tokens: "5", eur: "2", calls: "1" });
const limits = (value: string) => ({
  payload_bytes_max: BigInt(value),
  checkpoint_bytes_max: 7n,
  receipt_parents_max: 3n,
  live_tasks_max: 9n,
});

/** Whether something existed before is another answer the second time; the rest is the same. */
function withoutExisted(answer: object | Refusal | undefined): object {
  return answer && "existed" in answer ? { ...answer, existed: undefined } : (answer ?? {});
}

async function first(answers: Promise<readonly (object | Refusal)[]>): Promise<object | Refusal> {
  return (await answers)[0] ?? {};
}

const byMethod: Readonly<Record<string, () => Promise<void>>> = {
  async "TaskService.CreateTask"() {
    const s = await openScenario();
    const request = (value: string) =>
      create(CreateTaskRequestSchema, { type: "t", labels: map(value), requestId: "r" });
    await expectOneRequest(CreateTaskRequestSchema, request, (one) =>
      first(s.operations.createTasks(s.agent, { tasks: [one], requestId: one.requestId })),
    );
    const keyed = (value: string) =>
      create(CreateTaskRequestSchema, { type: "t", labels: map(value), idempotencyKey: "key" });
    await expectOneRequest(CreateTaskRequestSchema, keyed, (one) =>
      first(s.operations.createTasks(s.agent, { tasks: [one], requestId: "" })),
    );
  },
  async "TaskService.CreateTasks"() {
    const s = await openScenario();
    const request = (value: string) => create(CreateTaskRequestSchema, { type: "t", labels: map(value) });
    await expectOneRequest(CreateTaskRequestSchema, request, (one) =>
      first(
        s.operations.createTasks(s.agent, {
          tasks: [one, create(CreateTaskRequestSchema, { type: "u" })],
          requestId: "r",
        }),
      ),
    );
  },
  async "LeaseService.CompleteTask"() {
    const s = await openScenario();
    const leaseToken = (await held(s)).lease.token;
    const request = (value: string) =>
      create(CompleteTaskRequestSchema, { leaseToken, requestId: "r", ...located(value) });
    await expectOneRequest(CompleteTaskRequestSchema, request, (one) =>
      first(s.operations.completeTasks(s.worker, [one])),
    );
  },
  async "LeaseService.FailTask"() {
    const s = await openScenario();
    const leaseToken = (await held(s)).lease.token;
    const request = (value: string) =>
      create(FailTaskRequestSchema, { leaseToken, requestId: "r", error: { type: "E" }, spend: spend(value) });
    await expectOneRequest(FailTaskRequestSchema, request, (one) => first(s.operations.failTasks(s.worker, [one])));
  },
  async "LeaseService.ReportProgress"() {
    const s = await openScenario();
    const leaseToken = (await held(s)).lease.token;
    const request = (value: string) =>
      create(ReportProgressRequestSchema, { leaseToken, requestId: "r", spend: spend(value) });
    await expectOneRequest(ReportProgressRequestSchema, request, (one) =>
      first(s.operations.reportProgress(s.worker, [one])),
    );
  },
  async "LeaseService.HandOff"() {
    const s = await openScenario();
    const leaseToken = (await held(s)).lease.token;
    const request = (value: string) =>
      create(HandOffRequestSchema, {
        leaseToken,
        requestId: "r",
        to: { queue: "elsewhere" },
        refs: located(value).artifacts,
      });
    await expectOneRequest(HandOffRequestSchema, request, (one) => first(s.operations.handOffs(s.worker, [one])));
  },
  async "LeaseService.SuspendTask"() {
    const s = await openScenario();
    const leaseToken = (await held(s)).lease.token;
    const worker = { ...s.worker, scopes: new Set([...s.worker.scopes, "tasks:create_children"]) };
    const request = (value: string) =>
      create(SuspendTaskRequestSchema, {
        leaseToken,
        requestId: "r",
        create: [{ task: { type: "child", labels: map(value) } }],
        wait: { allOf: [{ anyOf: [{ condition: { case: "task", value: { of: { case: "item", value: 0 } } } }] }] },
      });
    await expectOneRequest(SuspendTaskRequestSchema, request, (one) => first(s.operations.suspendTasks(worker, [one])));
  },
  async "ReceiptService.AppendReceipt"() {
    const s = await openScenario();
    const leased = await held(s);
    granted(await complete(s, leased, {}));
    const { assignedReceiptId, taskId } = leased.task;
    const request = (value: string) =>
      create(AppendReceiptRequestSchema, {
        type: ReceiptType.TASK_COMPLETED,
        taskId,
        parents: [assignedReceiptId],
        requestId: "r",
        ...located(value),
      });
    await expectOneRequest(AppendReceiptRequestSchema, request, (one) => s.operations.appendReceipt(s.worker, one));
  },
  async "AgentService.DelegateToAgent"() {
    const s = await openScenario();
    await register(s, "doer", { tools: [{ name: "do", taskType: "t" }] });
    const to = { case: "agentId", value: "doer" } as const;
    for (const key of ["requestId", "idempotencyKey"] as const) {
      const request = (value: string) => delegating({ to, labels: map(value), [key]: "r" });
      await expectOneRequest(DelegateToAgentRequestSchema, request, (one) =>
        delegateToAgent(s.operations, s.agent, one).then(({ task, agentId }) => ({ task, agentId })),
      );
    }
  },
  async "AdminService.CreateTenant"() {
    const { operations, admin } = await openAdministration();
    const request = (value: string) =>
      create(CreateTenantRequestSchema, { name: "acme", limits: limits(value), requestId: "r" });
    await expectOneRequest(CreateTenantRequestSchema, request, (one) => operations.createTenant(admin, one));
  },
  async "AdminService.UpdateTenant"() {
    const { operations, admin, tenant } = await openAdministration();
    const request = (value: string) =>
      create(UpdateTenantRequestSchema, { tenantId: tenant.tenantId, limits: limits(value), requestId: "r" });
    await expectOneRequest(UpdateTenantRequestSchema, request, (one) => operations.updateTenant(admin, one));
  },
};

/** These are answered by a scheduler, and tried with one: test/rpc/schedules/repeated.test.ts. */
const ofSchedules = ["ScheduleService.CreateSchedule", "ScheduleService.UpdateSchedule"];
/** These create a task of what they are asked for: test/rpc/machines/budgets.test.ts. */
const ofMachines = ["CloneExecution", "RetryExecution", "StartMachine"].map((name) => `MachineService.${name}`);
/** These carry requests of other methods, each under a request id of its own. */
const carriers = ["LeaseService.CompleteTasks", "WorkerService.Work"];

test("every method that changes something and may hold a map is tried here", () => {
  const changing = methods.filter(({ idempotency }) => idempotency !== Level.NO_SIDE_EFFECTS);
  const withMaps = changing.filter(({ input }) => mayHoldMap(input)).map(shortName);
  expect(withMaps.sort()).toEqual([...Object.keys(byMethod), ...carriers, ...ofSchedules, ...ofMachines].sort());
  // Hello's map is about the host, and nothing is remembered of it.
  const ofWork = WorkRequestSchema.fields.filter(({ message }) => message && mayHoldMap(message));
  expect(ofWork.map(({ name }) => name)).toEqual(["hello", "progress", "completes", "fails", "suspends", "hand_offs"]);
});

for (const [method, tryIt] of Object.entries(byMethod)) {
  test(`law 5: ${method} repeated with its maps in any order is answered as the first time`, tryIt);
}
