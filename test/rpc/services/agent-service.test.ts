// Agents over the wire: work is given to an agent as a task, once for each key, and done by a worker that is the agent.
import { createClient } from "@connectrpc/connect";
import { createGrpcTransport } from "@connectrpc/connect-node";
import { expect, test } from "vitest";
import { Role } from "../../../gen/typescript/asyncgate/v1/admin_service_pb.ts";
import { AgentStatus } from "../../../gen/typescript/asyncgate/v1/agent_pb.ts";
import { AgentService } from "../../../gen/typescript/asyncgate/v1/agent_service_pb.ts";
import { ErrorReason } from "../../../gen/typescript/asyncgate/v1/error_pb.ts";
import { LeaseService } from "../../../gen/typescript/asyncgate/v1/lease_service_pb.ts";
import { PrincipalKind } from "../../../gen/typescript/asyncgate/v1/principal_pb.ts";
import { TaskState } from "../../../gen/typescript/asyncgate/v1/task_pb.ts";
import { TaskService } from "../../../gen/typescript/asyncgate/v1/task_service_pb.ts";
import { query } from "../../helpers/database.ts";
import { bearer, openEngineServer } from "../engine-server.ts";
import { reasonOf } from "../reason-of.ts";

async function refusedFor(call: Promise<unknown>, reason: ErrorReason): Promise<void> {
  expect(await reasonOf(call)).toBe(reason);
}

const schema = JSON.stringify({ type: "object", properties: { size: { type: "integer" } }, required: ["size"] });

async function open() {
  const opened = await openEngineServer();
  const { url, makeTenant, makeKey } = opened;
  const tenantId = await makeTenant("acme");
  const transport = createGrpcTransport({ baseUrl: url });
  const as = async (role: Role, id = "alice") => bearer(await makeKey(tenantId, role, id));
  const operator = await as(Role.OPERATOR);
  const agents = createClient(AgentService, transport);
  const painter = (more: object = {}) => {
    const tools = [{ name: "render", taskType: "image.render", inputSchema: schema }];
    return agents.registerAgent({ agent: { agentId: "painter", domain: "pictures", tools, ...more } }, operator);
  };
  await painter();
  const tasks = createClient(TaskService, transport);
  const leases = createClient(LeaseService, transport);
  return { ...opened, as, operator, agents, painter, tasks, leases };
}

const work = { to: { case: "agentId", value: "painter" }, input: '{"size":3}' } as const;

test("a delegated task is leased to a worker that offers the agent's capability, and to no other", async () => {
  const { agents, leases, as } = await open();
  const tasker = await as(Role.TASKER);
  const { task, agentId, why, existed } = await agents.delegateToAgent(work, tasker);
  expect([agentId, why, existed]).toEqual(["painter", "", false]);
  expect(task).toMatchObject({ type: "image.render", payload: { content: { value: '{"size":3}' } } });
  const worker = await as(Role.WORKER);
  expect((await leases.claimTasks({}, worker)).tasks).toEqual([]);
  const { tasks } = await leases.claimTasks({ capabilities: ["agent:painter"] }, worker);
  expect(tasks[0]?.task?.taskId).toBe(task?.taskId);
  const leaseToken = tasks[0]?.lease?.token ?? "";
  await leases.completeTask({ leaseToken, result: { content: { case: "json", value: "1" } } }, worker);
});

test("an agent with a principal gets its tasks alone", async () => {
  const { agents, leases, as, painter } = await open();
  await painter({ principal: { kind: PrincipalKind.WORKER, id: "pia" } });
  await agents.delegateToAgent(work, await as(Role.TASKER));
  const stranger = await as(Role.WORKER);
  expect((await leases.claimTasks({ capabilities: ["agent:painter"] }, stranger)).tasks).toEqual([]);
});

test("a route finds the agent, says why, and where it leads nowhere nothing is created", async () => {
  const { agents, as, tasks } = await open();
  const tasker = await as(Role.TASKER);
  const to = (text: string) => ({ to: { case: "route", value: { by: { case: "text", value: text } } } }) as const;
  const answer = await agents.delegateToAgent({ ...work, ...to("new pictures") }, tasker);
  expect(answer).toMatchObject({ agentId: "painter", why: expect.stringContaining("pictures") });
  await refusedFor(agents.delegateToAgent({ ...work, ...to("no such thing") }, tasker), ErrorReason.AGENT_NOT_FOUND);
  await refusedFor(agents.delegateToAgent({ input: "{}" }, tasker), ErrorReason.INVALID_ARGUMENT);
  expect((await tasks.listTasks({}, tasker)).tasks).toHaveLength(1);
});

test.each(["requestId", "idempotencyKey"] as const)(
  "a delegation repeated with its %s is answered with its task, whatever has become of the agent",
  async (key) => {
    const { agents, as, painter, operator } = await open();
    const tasker = await as(Role.TASKER);
    const to = { case: "route", value: { by: { case: "domain", value: "pictures" } } } as const;
    const asked = { ...work, to, [key]: "once" };
    const first = await agents.delegateToAgent(asked, tasker);
    const twice = { task: { taskId: first.task?.taskId }, existed: true, agentId: "painter", why: "" };
    expect(await agents.delegateToAgent(asked, tasker)).toMatchObject(twice);
    await painter({ status: AgentStatus.RETIRED });
    const sketcher = { agentId: "sketcher", domain: "pictures", tools: [{ name: "draw", taskType: "image.draw" }] };
    await agents.registerAgent({ agent: sketcher }, operator);
    expect(await agents.delegateToAgent(asked, tasker)).toMatchObject(twice);
    await refusedFor(agents.delegateToAgent({ ...asked, input: "{}" }, tasker), ErrorReason.IDEMPOTENCY_CONFLICT);
    // A control: without the key it is another task, of the other agent.
    expect(await agents.delegateToAgent({ ...asked, [key]: "" }, tasker)).toMatchObject({ agentId: "sketcher" });
  },
);

test("two that say the same at once get one task", async () => {
  const { agents, as } = await open();
  const tasker = await as(Role.TASKER);
  const asked = { ...work, idempotencyKey: "k", requestId: "r" };
  const answers = await Promise.all(Array.from({ length: 8 }, () => agents.delegateToAgent(asked, tasker)));
  expect(new Set(answers.map(({ task }) => task?.taskId)).size).toBe(1);
  expect(answers.filter(({ existed }) => !existed)).toHaveLength(1);
});

test("input that does not fit, an agent that is not in use, and a tool that there is not are refused", async () => {
  const { agents, as, painter } = await open();
  const tasker = await as(Role.TASKER);
  await refusedFor(agents.delegateToAgent({ ...work, input: '{"size":"big"}' }, tasker), ErrorReason.INVALID_ARGUMENT);
  await refusedFor(agents.delegateToAgent({ ...work, tool: "erase" }, tasker), ErrorReason.INVALID_ARGUMENT);
  await painter({ status: AgentStatus.RETIRED });
  await refusedFor(agents.delegateToAgent(work, tasker), ErrorReason.AGENT_NOT_ACTIVE);
});

test("a holder delegates under its task, and a worker delegates nothing", async () => {
  const { agents, leases, tasks, as } = await open();
  const tasker = await as(Role.TASKER);
  const { task } = await tasks.createTask({ type: "t" }, tasker);
  const executor = await as(Role.EXECUTOR);
  const { tasks: held } = await leases.claimTasks({}, executor);
  const under = held[0]?.lease?.token ?? "";
  const child = await agents.delegateToAgent({ ...work, under, requestId: "child" }, executor);
  expect(child.task?.parentTaskId).toBe(task?.taskId);
  await refusedFor(agents.delegateToAgent(work, executor), ErrorReason.PERMISSION_DENIED);
  await refusedFor(agents.delegateToAgent(work, await as(Role.WORKER)), ErrorReason.PERMISSION_DENIED);
  await refusedFor(agents.delegateToAgent({ ...work, under: "agl1_none" }, executor), ErrorReason.NOT_HOLDER);
});

test("a caller that is an agent delegates within its scope", async () => {
  const { agents, as, operator } = await open();
  const leader = await as(Role.TASKER, "leader");
  const lead = (scope: object) => {
    const principal = { kind: PrincipalKind.HUMAN, id: "leader" };
    return agents.registerAgent({ agent: { agentId: "lead", principal, scope } }, operator);
  };
  await lead({ includeKeys: ["printer.print"] });
  await refusedFor(agents.delegateToAgent(work, leader), ErrorReason.PERMISSION_DENIED);
  expect(await agents.delegateToAgent(work, await as(Role.TASKER))).toMatchObject({ existed: false });
  await lead({ includePrefixes: ["painter."] });
  expect(await agents.delegateToAgent(work, leader)).toMatchObject({ task: { state: TaskState.QUEUED } });
});

test("a refused registration is on record, with the agent that was meant", async () => {
  const { agents, as, database } = await open();
  const agent = { agentId: "intruder", domain: "x" };
  await refusedFor(agents.registerAgent({ agent }, await as(Role.TASKER)), ErrorReason.PERMISSION_DENIED);
  const refused = agents.registerAgent({ agent: { ...agent, writeScopes: ["nonsense"] } }, await as(Role.OPERATOR));
  await refusedFor(refused, ErrorReason.INVALID_ARGUMENT);
  const rows = await query<{ reason: number; subject: string }>(
    database.databaseUrl,
    "select reason, subject from audit where not allowed order by audit_id",
  );
  expect(rows).toMatchObject([
    { reason: ErrorReason.PERMISSION_DENIED },
    { reason: ErrorReason.INVALID_ARGUMENT, subject: "intruder" },
  ]);
});
