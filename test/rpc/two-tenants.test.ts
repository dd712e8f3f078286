// The separation of tenants, over the wire and field by field. Every text field of every request either names nothing
// that belongs to a tenant, or the test sends it with another tenant's value and gets the answer for a value that does
// not exist. A new field fails here until the test says which of both it is.
import {
  create,
  type DescField,
  type DescMethod,
  fromJson,
  type JsonObject,
  type JsonValue,
  toJson,
} from "@bufbuild/protobuf";
import { type Client, Code, ConnectError, createClient, type Transport } from "@connectrpc/connect";
import { createGrpcTransport } from "@connectrpc/connect-node";
import { expect, test } from "vitest";
import { clientOf } from "../../clients/typescript/src/client.ts";
import { Role } from "../../gen/typescript/asyncgate/v1/admin_service_pb.ts";
import { AgentService } from "../../gen/typescript/asyncgate/v1/agent_service_pb.ts";
import { ErrorDetailSchema } from "../../gen/typescript/asyncgate/v1/error_pb.ts";
import type { LeasedTask } from "../../gen/typescript/asyncgate/v1/lease_pb.ts";
import { LeaseService } from "../../gen/typescript/asyncgate/v1/lease_service_pb.ts";
import { MachineService } from "../../gen/typescript/asyncgate/v1/machine_service_pb.ts";
import { NodeService } from "../../gen/typescript/asyncgate/v1/node_service_pb.ts";
import { ObligationService } from "../../gen/typescript/asyncgate/v1/obligation_service_pb.ts";
import { OutputService } from "../../gen/typescript/asyncgate/v1/output_service_pb.ts";
import { QueueService } from "../../gen/typescript/asyncgate/v1/queue_service_pb.ts";
import { ReceiptService } from "../../gen/typescript/asyncgate/v1/receipt_service_pb.ts";
import { ScheduleService } from "../../gen/typescript/asyncgate/v1/schedule_service_pb.ts";
import { SignalService } from "../../gen/typescript/asyncgate/v1/signal_service_pb.ts";
import { TaskService } from "../../gen/typescript/asyncgate/v1/task_service_pb.ts";
import {
  WorkerService,
  type WorkRequest,
  WorkRequestSchema,
} from "../../gen/typescript/asyncgate/v1/worker_service_pb.ts";
import { methods, servedMethods, shortName } from "../../src/build/generate-docs-contract.ts";
import { checkRules } from "../../src/rpc/rules/check-rules.ts";
import { runScheduler } from "../../src/scheduler/worker/run-scheduler.ts";
import { bearer, openEngineServer } from "./engine-server.ts";
import { type Things, tenantProbes } from "./tenant-probes.ts";

const canary = "canary-of-the-first-tenant";
const nowhere = "01900000-0000-7000-8000-000000000000";
const timeoutMs = 300_000;

/** What a request needs beside the field in question to be judged by it. */
const beside: Readonly<Record<string, JsonObject>> = {
  "TaskService.CreateTask": { type: "t" },
  "TaskService.CreateTasks": { tasks: [{ type: "t" }] },
  "LeaseService.StartTask": { lease_token: "agl1_none" },
  "LeaseService.ReportProgress": { lease_token: "agl1_none" },
  "LeaseService.CompleteTask": { lease_token: "agl1_none" },
  "LeaseService.CompleteTasks": { tasks: [{ lease_token: "agl1_none" }] },
  "LeaseService.FailTask": { lease_token: "agl1_none", error: { type: "x" } },
  "WorkerService.Work": {
    hello: { slots: 1 },
    starts: [{ lease_token: "agl1_none" }],
    progress: [{ lease_token: "agl1_none" }],
    completes: [{ lease_token: "agl1_none" }],
    fails: [{ lease_token: "agl1_none", error: { type: "x" } }],
  },
  "ScheduleService.CreateSchedule": { schedule_id: "s", spec: {}, action: { type: "t" } },
  "AgentService.RegisterAgent": { agent: { agent_id: "a" } },
  "NodeService.UpdateNodeConfig": { config: {} },
  "NodeService.StartNodeRollout": { config: {} },
  "ReceiptService.AppendReceipt": { type: "RECEIPT_TYPE_SYSTEM_ANOMALY", anomaly: {} },
};

/** The request with one field set, in the contract's JSON. */
function requestWith(base: JsonObject, [field, ...rest]: readonly DescField[], value: string): JsonObject {
  if (field === undefined) return base;
  const isList = field.fieldKind === "list";
  if (rest.length === 0) return { ...base, [field.name]: isList ? [value] : value };
  const before = isList ? (base[field.name] as JsonObject[] | undefined)?.[0] : base[field.name];
  const inner = requestWith((before ?? {}) as JsonObject, rest, value);
  return { ...base, [field.name]: isList ? [inner] : inner };
}

/** The answer, or the first one of a stream, or the error, as text. */
async function ask(transport: Transport, method: DescMethod, key: string, request: JsonValue): Promise<string> {
  const { headers } = bearer(key);
  const message = fromJson(method.input, request);
  try {
    if (method.methodKind === "unary") {
      const answer = await transport.unary(method as never, undefined, undefined, headers, message as never);
      return JSON.stringify(toJson(method.output, answer.message as never));
    }
    const isWork = method.parent.typeName === WorkerService.typeName;
    const input = isWork ? lifeOf(message) : once(message);
    const stream = await transport.stream(method as never, undefined, undefined, headers, input as never);
    const answers: string[] = [];
    for await (const answer of stream.message) {
      answers.push(JSON.stringify(toJson(method.output, answer as never)));
      if (!isWork) break;
    }
    return answers.join();
  } catch (thrown) {
    const error = ConnectError.from(thrown);
    const [detail] = error.findDetails(ErrorDetailSchema);
    const facts = detail && toJson(ErrorDetailSchema, { ...detail, callId: "" });
    return JSON.stringify([Code[error.code], error.rawMessage, facts]);
  }
}

async function* once<Message>(message: Message): AsyncGenerator<Message> {
  yield message;
}

/** A worker's stream says goodbye, and is then told everything. */
async function* lifeOf<Message>(message: Message): AsyncGenerator<Message | WorkRequest> {
  yield message;
  yield create(WorkRequestSchema, { bye: {} });
}

/** What takes a session up again. */
async function sessionOf(transport: Transport, key: string): Promise<string> {
  const hello = once({ hello: { slots: 1 } });
  for await (const { welcome } of createClient(WorkerService, transport).work(hello, bearer(key))) {
    return welcome?.resumeToken ?? "";
  }
  return "";
}

/** The first page of two workers with sessions. */
async function pageOfWorkers(transport: Transport, key: string): Promise<string> {
  for (let count = 0; count < 2; count += 1) await sessionOf(transport, key);
  return (await createClient(QueueService, transport).listWorkers({ pageSize: 1 }, bearer(key))).nextPageToken;
}

/** The first page of the logs of a task that prints on two streams. */
async function pageOfOutputs(transport: Transport, key: string, held: LeasedTask | undefined): Promise<string> {
  const outputs = createClient(OutputService, transport);
  const data = new TextEncoder().encode(canary);
  for (const stream of ["stdout", "stderr"]) {
    await outputs.appendOutput({ leaseToken: held?.lease?.token ?? "", stream, data }, bearer(key));
  }
  const request = { taskId: held?.task?.taskId ?? "", pageSize: 1 };
  return (await outputs.listOutputs(request, bearer(key))).nextPageToken;
}

/** Two agents with a tool each. */
async function pagesOfAgents(transport: Transport, as: ReturnType<typeof bearer>): Promise<[string, string][]> {
  const agents = createClient(AgentService, transport);
  const tools = [{ name: "tool", taskType: canary, description: canary }];
  for (const agentId of [canary, `${canary}2`]) {
    await agents.registerAgent(
      { agent: { agentId, domain: canary, tools: [...tools, { ...tools[0], name: "more" }] } },
      as,
    );
  }
  for (const name of [canary, `${canary}2`]) {
    await agents.putHandOffContract({ contract: { name, fromRole: canary, required: [{ kind: canary }] } }, as);
  }
  const sessions: string[] = [];
  for (const name of [canary, `${canary}2`]) {
    const { session } = await agents.openAgentSession({ agentId: canary, name, instance: canary }, as);
    sessions.push(session?.agentSessionId ?? "");
  }
  return [
    ["acting", sessions[0] ?? ""],
    ["AgentService.ListAgents", (await agents.listAgents({ pageSize: 1 }, as)).nextPageToken],
    ["AgentService.ListHandOffContracts", (await agents.listHandOffContracts({ pageSize: 1 }, as)).nextPageToken],
    ["AgentService.ListAgentSessions", (await agents.listAgentSessions({ pageSize: 1 }, as)).nextPageToken],
    ["AgentService.ListAgentTools", (await agents.listAgentTools({ pageSize: 1 }, as)).nextPageToken],
  ];
}

/** Two nodes, one of them with two configurations, and their two pre-shared keys. */
async function pagesOfNodes(transport: Transport, as: ReturnType<typeof bearer>) {
  const nodes = createClient(NodeService, transport);
  const enrollments: string[] = [];
  for (const nodeId of [canary, `${canary}2`]) {
    const { enrollment, key } = await nodes.createNodeEnrollment({ label: canary }, as);
    enrollments.push(enrollment?.enrollmentId ?? "");
    await nodes.registerNode({ nodeId, report: { version: 1, platform: canary } }, bearer(key));
  }
  await nodes.updateNodeConfig({ nodeId: canary, config: {} }, as);
  const pages: [string, string][] = [
    ["NodeService.ListNodes", (await nodes.listNodes({ pageSize: 1 }, as)).nextPageToken],
    ["NodeService.ListNodeConfigs", (await nodes.listNodeConfigs({ nodeId: canary, pageSize: 1 }, as)).nextPageToken],
    ["NodeService.ListNodeEnrollments", (await nodes.listNodeEnrollments({ pageSize: 1 }, as)).nextPageToken],
  ];
  const [rollout = ""] = await rolloutsOf(nodes, as);
  const asked = { rolloutId: rollout, pageSize: 1 };
  pages.push(
    ["NodeService.ListNodeRollouts", (await nodes.listNodeRollouts({ pageSize: 1 }, as)).nextPageToken],
    ["NodeService.ListNodeRolloutNodes", (await nodes.listNodeRolloutNodes(asked, as)).nextPageToken],
  );
  return { pages, enrollment: enrollments[0] ?? "", rollout };
}

/** Two roll-outs, of which the second lives; the ids of both, that one first. */
async function rolloutsOf(nodes: Client<typeof NodeService>, as: ReturnType<typeof bearer>): Promise<string[]> {
  const begin = async () => {
    const { rollout } = await nodes.startNodeRollout({ nodes: { all: true }, config: {}, reason: canary }, as);
    return rollout?.rolloutId ?? "";
  };
  const first = await begin();
  await nodes.cancelNodeRollout({ rolloutId: first }, as);
  return [await begin(), first];
}

/** Two machines, one of them in two versions. */
async function pageOfMachines(transport: Transport, key: string): Promise<string> {
  const machines = createClient(MachineService, transport);
  for (const name of [canary, `${canary}2`]) {
    const states = "{s: {type: initial, transitions: e}, e: {type: final}}";
    const document = `{name: ${name}, version: ${canary}, states: ${states}}`;
    await machines.putMachine({ document }, bearer(key));
  }
  return (await machines.listMachines({ pageSize: 1 }, bearer(key))).nextPageToken;
}

/** Schedules with two runs, as their scheduler would leave them: two triggers of a schedule that may overlap. */
async function pagesOfSchedules(transport: Transport, key: string): Promise<[string, string][]> {
  const schedules = createClient(ScheduleService, transport);
  const scheduler = runScheduler({
    client: clientOf({ transport: withKey(transport, key), close: () => {} }, {}),
    checkRules,
    instance: "test",
  });
  const spec = { at: [{ seconds: 4_070_908_800n }] };
  for (const scheduleId of [canary, `${canary}2`]) {
    await schedules.createSchedule({ scheduleId, spec, action: { type: canary } }, bearer(key));
  }
  for (let count = 0; count < 2; count += 1) await schedules.triggerSchedule({ scheduleId: canary }, bearer(key));
  await scheduler.stop();
  const runs = await schedules.listScheduleRuns({ scheduleId: canary, pageSize: 1 }, bearer(key));
  const { nextPageToken } = await schedules.listSchedules({ pageSize: 1 }, bearer(key));
  return [
    ["ScheduleService.ListScheduleRuns", runs.nextPageToken],
    ["ScheduleService.ListSchedules", nextPageToken],
  ];
}

function withKey(transport: Transport, key: string): Transport {
  const { authorization } = bearer(key).headers;
  return {
    unary: (method, signal, timeoutMs, _header, message, values) =>
      transport.unary(method, signal, timeoutMs, { authorization }, message, values),
    stream: (method, signal, timeoutMs, _header, input, values) =>
      transport.stream(method, signal, timeoutMs, { authorization }, input, values),
  };
}

/** A tenant with something in every place, all of it marked; and a page of each listing. */
async function furnish(transport: Transport, key: string): Promise<Things & { readonly pages: Map<string, string> }> {
  const as = bearer(key);
  const tasks = createClient(TaskService, transport);
  const leases = createClient(LeaseService, transport);
  const receipts = createClient(ReceiptService, transport);
  const request = { type: canary, labels: { [canary]: canary } };
  const first = await tasks.createTask(
    { ...request, payload: { content: { case: "json", value: `"${canary}"` } } },
    as,
  );
  const { tasks: claimed } = await leases.claimTasks({}, as);
  const completed = {
    leaseToken: claimed[0]?.lease?.token ?? "",
    result: { content: { case: "json", value: "1" } },
  } as const;
  await leases.completeTask(completed, as);
  const scopes = ["a", "b"].map((name) => ({ resource: `repo:${canary}/${name}` }));
  for (let count = 0; count < 3; count += 1) await tasks.createTask({ ...request, scopes }, as);
  const held = await leases.claimTasks({}, as);
  const taskId = first.task?.taskId ?? "";
  const signals = createClient(SignalService, transport);
  for (let count = 0; count < 2; count += 1) await signals.sendSignal({ to: { case: "channel", value: canary } }, as);
  await tasks.createTask({ ...request, queue: canary }, as);
  const pages = new Map([
    [
      "QueueService.ListQueues",
      (await createClient(QueueService, transport).listQueues({ pageSize: 1 }, as)).nextPageToken,
    ],
    ["QueueService.ListWorkers", await pageOfWorkers(transport, key)],
    ["TaskService.ListTasks", (await tasks.listTasks({ pageSize: 1 }, as)).nextPageToken],
    ["ReceiptService.ListReceipts", (await receipts.listReceipts({ pageSize: 1 }, as)).nextPageToken],
    [
      "SignalService.ListSignals",
      (await signals.listSignals({ of: { case: "channel", value: canary }, pageSize: 1 }, as)).nextPageToken,
    ],
    ["LeaseService.ListScopes", (await leases.listScopes({ pageSize: 1 }, as)).nextPageToken],
    ["MachineService.ListMachines", await pageOfMachines(transport, key)],
    ["OutputService.ListOutputs", await pageOfOutputs(transport, key, held.tasks[0])],
    ["ReceiptService.VerifyLedger", (await receipts.verifyLedger({ pageSize: 1 }, as)).nextPageToken],
    [
      "ObligationService.ListOpenObligations",
      (await createClient(ObligationService, transport).listOpenObligations({ pageSize: 1 }, as)).cursor,
    ],
  ]);
  for (const [name, page] of pages) expect(page, name).not.toBe("");
  const lease = held.tasks[0]?.lease?.token ?? "";
  for (const [name, page] of await pagesOfSchedules(transport, key)) pages.set(name, page);
  for (const [name, page] of await pagesOfAgents(transport, as)) pages.set(name, page);
  const ofNodes = await pagesOfNodes(transport, as);
  for (const [name, page] of ofNodes.pages) pages.set(name, page);
  const session = await sessionOf(transport, key);
  const acting = pages.get("acting") ?? "";
  const named = {
    task: taskId,
    receipt: first.assignedReceiptId,
    schedule: canary,
    agent: canary,
    acting,
    agreement: canary,
    node: canary,
    enrollment: ofNodes.enrollment,
    rollout: ofNodes.rollout,
  };
  return { ...named, lease, session, page: "", pages };
}

const uuids = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;
/** What differs from call to call. */
const volatile = /\d{4}-\d\d-\d\dT[\d:.]+Z|"\d+(\.\d+)?s"|"call-\d+"|"(sessionId|resumeToken)":"[^"]*"/g;

/** A value of the same form that belongs to no tenant. */
function absent(thing: keyof Things, value: string): string {
  if (thing === "schedule" || thing === "agent" || thing === "node") return "none";
  if (thing === "agreement") return "nowhere";
  if (thing === "session") return value.replaceAll(/[A-Za-z]/g, "A");
  if (thing === "lease") return `agl1_${"A".repeat(value.length - 5)}`;
  if (thing !== "page") return nowhere;
  const text = Buffer.from(value, "base64url").toString("utf8").replaceAll(uuids, nowhere);
  return Buffer.from(text, "utf8").toString("base64url");
}

test("law 17: every field of every method, sent with another tenant's, is answered as if that did not exist", {
  timeout: timeoutMs,
}, async ({ annotate }) => {
  const { url, makeTenant, makeKey } = await openEngineServer();
  const transport = createGrpcTransport({ baseUrl: url });
  const owner = await makeKey(await makeTenant("first"), Role.OPERATOR);
  const stranger = await makeKey(await makeTenant("second"), Role.OPERATOR);
  const { pages, ...spoils } = await furnish(transport, owner);
  const served = servedMethods();
  const asked: string[] = [];
  const differing: string[] = [];
  const ofTenants = methods.filter((one) => served.has(shortName(one)) && one.parent.name !== "AdminService");
  const { probes, unknown } = tenantProbes(ofTenants);
  for (const { method, fields, thing } of probes) {
    const name = shortName(method);
    const value = thing === "page" ? (pages.get(name) ?? "") : spoils[thing];
    const none = absent(thing, value);
    const path = `${name} ${fields.map((field) => field.name).join(".")}`;
    expect(value, path).not.toBe("");
    const base = beside[name] ?? {};
    const foreign = await ask(transport, method, stranger, requestWith(base, fields, value));
    const nothing = await ask(transport, method, stranger, requestWith(base, fields, none));
    const rest = foreign.replaceAll(value, "ID").replaceAll(volatile, "NOW");
    if (rest !== nothing.replaceAll(none, "ID").replaceAll(volatile, "NOW")) differing.push(`${path}: ${foreign}`);
    if (rest.includes(canary)) differing.push(`${path} tells what is another's: ${foreign}`);
    for (const [id] of rest.matchAll(uuids)) if (id !== nowhere) differing.push(`${path} names ${id}`);
    asked.push(path);
  }
  await annotate(asked.join("\n"));
  expect(unknown, "say in thingOf or free what they are").toEqual([]);
  expect(differing).toEqual([]);
  expect(asked.length).toBeGreaterThan(25);
  // A control: the owner is answered otherwise.
  const getTask = TaskService.method.getTask;
  expect(await ask(transport, getTask, owner, { task_id: spoils.task })).toContain(canary);
});
