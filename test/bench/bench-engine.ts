// An engine on a database of its own, with the callers that benchmarks need; without a server, without loops.
import { createSecretKey, randomBytes, randomUUID } from "node:crypto";
import { create } from "@bufbuild/protobuf";
import { Role } from "../../gen/typescript/asyncgate/v1/admin_service_pb.ts";
import {
  ClaimTasksRequestSchema,
  CompleteTaskRequestSchema,
} from "../../gen/typescript/asyncgate/v1/lease_service_pb.ts";
import { PrincipalKind } from "../../gen/typescript/asyncgate/v1/principal_pb.ts";
import { LocatabilityMode } from "../../gen/typescript/asyncgate/v1/system_service_pb.ts";
import { CreateTaskRequestSchema } from "../../gen/typescript/asyncgate/v1/task_service_pb.ts";
import { formatPrincipal } from "../../src/core/principal.ts";
import { isRefusal, type Refusal } from "../../src/core/refusal.ts";
import { callerOf } from "../../src/engine/caller.ts";
import { bindEngine, type Caller, type Engine, type Operations } from "../../src/engine/index.ts";
import type { GrantedTask } from "../../src/engine/views/granted-task.ts";
import { readConfig } from "../../src/server/config.ts";
import { engineFromConfig } from "../../src/server/engine-from-config.ts";
import { migrate } from "../../src/store/migrate.ts";
import { openDatabase } from "../../src/store/pool.ts";
import { insertTenant } from "../../src/store/tenant.sql.gen.ts";
import { transaction } from "../../src/store/transaction.ts";

export type BenchEngine = {
  readonly databaseUrl: string;
  readonly engine: Engine;
  readonly operations: Operations;
  readonly tenantId: string;
  readonly caller: (kind: "agent" | "worker", id: string) => Caller;
  readonly close: () => Promise<void>;
};

const payloadBytes = 200;
const resultBytes = 100;
const payload = JSON.stringify("p".repeat(payloadBytes - 2));
const result = JSON.stringify("r".repeat(resultBytes - 2));
const kinds = { agent: PrincipalKind.AGENT, worker: PrincipalKind.WORKER } as const;

export async function openBenchEngine(databaseUrl: string): Promise<BenchEngine> {
  const config = readConfig({ environment: {} });
  const log = (event: string, facts: object) => void process.stderr.write(`${event} ${JSON.stringify(facts)}\n`);
  const database = openDatabase({ databaseUrl, poolMax: config.poolMax, applicationName: "asyncgate-bench", log });
  await migrate(database);
  const engine = engineFromConfig(config, database, "bench");
  const operations = bindEngine(engine, () => performance.now());
  await operations.makePartitions();
  const tenantId = randomUUID();
  const tokenKey = createSecretKey(randomBytes(32));
  const locatabilityMode = LocatabilityMode.LENIENT;
  await transaction(database, {}, (tx) =>
    insertTenant(tx, { tenantId, name: "bench", createTime: tx.now, locatabilityMode, tokenKey: tokenKey.export() }),
  );
  return {
    databaseUrl,
    engine,
    operations,
    tenantId,
    caller(kind, id) {
      const principal = formatPrincipal({ kind: kinds[kind], id });
      const tenant = { tenantId, tenantName: "bench", locatabilityMode, tokenKey, limits: engine.limits };
      return callerOf(tenant, { principal, roles: [Role.OPERATOR], keyId: "" });
    },
    close: () => database.close(),
  };
}

/** The queue of a task, and the capabilities it requires. */
export type Place = { readonly queue?: string; readonly capabilities?: string[] };

export async function createMany(
  engine: BenchEngine,
  caller: Caller,
  count: number,
  place: Place = {},
): Promise<string[]> {
  const { queue = "", capabilities = [] } = place;
  const request = create(CreateTaskRequestSchema, {
    type: "bench",
    queue,
    payload: { content: { case: "json", value: payload } },
    requirements: { capabilities },
  });
  const created = await engine.operations.createTasks(caller, {
    tasks: Array.from({ length: count }, () => request),
    requestId: "",
  });
  return created.map((one) => accepted(one).task.taskId);
}

export async function claimMany(
  engine: BenchEngine,
  caller: Caller,
  maxTasks: number,
  queue = "",
): Promise<GrantedTask[]> {
  const queues = queue === "" ? [] : [queue];
  return accepted(await engine.operations.claimTasks(caller, create(ClaimTasksRequestSchema, { maxTasks, queues })));
}

export async function completeMany(engine: BenchEngine, caller: Caller, leased: readonly GrantedTask[]): Promise<void> {
  const requests = leased.map(({ lease }) =>
    create(CompleteTaskRequestSchema, {
      leaseToken: lease.token,
      result: { content: { case: "json", value: result } },
    }),
  );
  for (const answer of await engine.operations.completeTasks(caller, requests)) accepted(answer);
}

function accepted<Answer extends object>(answer: Answer | Refusal): Answer {
  if (isRefusal(answer)) throw new Error(`refused: ${answer.message}`);
  return answer;
}
