// Processor time of admitting a call: authentication, authorization, rate limits and field rules, as the server runs
// them, with a real key, for requests of several kinds.
import { create, type DescMessage, type DescMethodUnary, type Message } from "@bufbuild/protobuf";
import { createContextValues, type HandlerContext } from "@connectrpc/connect";
import { CreateApiKeyRequestSchema, Role } from "../../../gen/typescript/asyncgate/v1/admin_service_pb.ts";
import {
  ClaimTasksRequestSchema,
  CompleteTaskRequestSchema,
  LeaseService,
} from "../../../gen/typescript/asyncgate/v1/lease_service_pb.ts";
import { PrincipalKind } from "../../../gen/typescript/asyncgate/v1/principal_pb.ts";
import {
  CreateTaskRequestSchema,
  CreateTasksRequestSchema,
  GetTaskRequestSchema,
  ListTasksRequestSchema,
  TaskService,
} from "../../../gen/typescript/asyncgate/v1/task_service_pb.ts";
import { benchPayload, benchResult } from "../../../src/cli/bench/payload.ts";
import { localAdministrator } from "../../../src/engine/admin/local-administrator.ts";
import { createLog } from "../../../src/log.ts";
import { createAdmission } from "../../../src/rpc/admission/admission.ts";
import { createTenantScheduler } from "../../../src/rpc/admission/tenant-scheduler.ts";
import { type Call, callKey } from "../../../src/rpc/call/call.ts";
import { unlimitedSlot } from "../../../src/rpc/call/call-budget.ts";
import { createRates } from "../../../src/rpc/call/rates.ts";
import { createMetrics } from "../../../src/rpc/metrics.ts";
import { createRules } from "../../../src/rpc/rules/rules.ts";
import { type BenchEngine, openBenchEngine } from "../bench-engine.ts";
import type { Row } from "../row.ts";

const batchOf = 100;
const taskId = "0190b0f0-0000-7000-8000-000000000001";
const leaseToken = `agl1_${"t".repeat(120)}`;
const task = () =>
  create(CreateTaskRequestSchema, { type: "bench", queue: "bench", payload: benchPayload, idempotencyKey: taskId });

type Kind = {
  readonly method: DescMethodUnary;
  readonly message: Message;
  readonly items?: readonly [DescMessage, Message[]];
};

const kinds: Readonly<Record<string, Kind>> = {
  create: { method: TaskService.method.createTask, message: task() },
  get: { method: TaskService.method.getTask, message: create(GetTaskRequestSchema, { taskId }) },
  list: { method: TaskService.method.listTasks, message: create(ListTasksRequestSchema, { pageSize: 50 }) },
  claim: {
    method: LeaseService.method.claimTasks,
    message: create(ClaimTasksRequestSchema, { queues: ["bench"], acceptTypes: ["bench"], maxTasks: 10 }),
  },
  complete: {
    method: LeaseService.method.completeTask,
    message: create(CompleteTaskRequestSchema, { leaseToken, result: benchResult }),
  },
};

const batch: Kind = {
  method: TaskService.method.createTasks,
  message: create(CreateTasksRequestSchema, { tasks: Array.from({ length: batchOf }, task) }),
  // Items of a batch are checked one by one, so that a bad item does not fail the others.
  items: [CreateTaskRequestSchema, Array.from({ length: batchOf }, task)],
};

export const doorCost: Row = {
  prints: {
    door_cost: "processor time of authentication, authorization, rate limits and field rules, for a unary call",
    door_cost_batch: `the same for \`CreateTasks\` of ${batchOf}`,
  },
  async run({ postgres, smoke, report }) {
    const calls = smoke ? 200 : 20_000;
    const databaseUrl = await postgres.freshDatabase();
    const engine = await openBenchEngine(databaseUrl);
    try {
      const admitCalls = createAdmitter(engine, await makeKey(engine));
      const costs: number[] = [];
      for (const [name, kind] of Object.entries(kinds)) {
        await admitCalls(kind, calls / 4);
        const cost = await admitCalls(kind, calls);
        report.figure(`door_cost_${name}`, cost, "us/call");
        costs.push(cost);
      }
      report.figure("door_cost", costs.reduce((sum, cost) => sum + cost, 0) / costs.length, "us/call");
      await admitCalls(batch, calls / 40);
      report.figure("door_cost_batch", await admitCalls(batch, calls / 10), "us/call");
    } finally {
      await engine.close();
      await postgres.dropDatabase(databaseUrl);
    }
  },
};

async function makeKey({ operations, tenantId }: BenchEngine): Promise<string> {
  const principal = { kind: PrincipalKind.AGENT, id: "bench" };
  const request = { tenantId, roles: [Role.TASKER, Role.WORKER], principal };
  const admin = { ...localAdministrator, peer: "local", callId: "bench" };
  const key = await operations.createApiKey(admin, create(CreateApiKeyRequestSchema, request));
  return key.secret;
}

/** Admits `count` calls of a kind, and returns the microseconds of processor time per call. */
function createAdmitter({ operations }: BenchEngine, key: string) {
  const monotonicMs = () => performance.now();
  const rules = createRules();
  let ms = 0;
  const admit = createAdmission({
    log: createLog({ level: "error", now: () => new Date(), write: () => {} }),
    metrics: createMetrics(),
    monotonicMs,
    messageBytesMax: 1_048_576,
    authenticate: operations.authenticate,
    // Only admitted calls are measured: each comes a millisecond after the last, so none is rate limited.
    rates: createRates({ monotonicMs: () => ++ms }),
    scheduler: createTenantScheduler({ monotonicMs }),
    draining: new AbortController().signal,
  });
  return async ({ method, message, items }: Kind, count: number): Promise<number> => {
    const contexts = Array.from({ length: count }, () => contextOf(method, key));
    rules.prepare(method.input);
    const before = process.cpuUsage();
    for (const { context, call } of contexts) {
      await admit(context, call);
      if (rules.check(method.input, message)) throw new Error(`${method.name} does not keep the rules`);
      for (const item of items?.[1] ?? []) if (items && rules.check(items[0], item)) throw new Error("an item is bad");
      call.leaveScheduler();
    }
    const { user, system } = process.cpuUsage(before);
    return (user + system) / count;
  };
}

/** As the server creates them when the headers of a call have arrived. */
function contextOf(method: DescMethodUnary, key: string) {
  const call = {
    id: "bench",
    startedMs: 0,
    peer: "",
    method: "",
    protocol: "grpc",
    callerSignal: undefined,
    caller: undefined,
    reauthenticate: undefined,
    certificate: undefined,
    credentialFault: "",
    audited: false,
    entered: false,
    ended: false,
    isAllowed: async () => false,
    leaveScheduler: () => {},
    slot: unlimitedSlot,
    cut: () => {},
    cutReason: () => undefined,
    closeAfterAnswer: () => {},
    counts: new Map(),
  } satisfies Call;
  const context = {
    method,
    requestHeader: new Headers({ authorization: `Bearer ${key}` }),
    values: createContextValues().set(callKey, call),
  } as HandlerContext;
  return { context, call };
}
