// Health before work: tasks that require it are leased while their agents are well, and by no worker otherwise.
import { create } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import { AgentHealth } from "../../../gen/typescript/asyncgate/v1/agent_pb.ts";
import {
  CheckAgentsRequestSchema,
  OverridePreflightRequestSchema,
} from "../../../gen/typescript/asyncgate/v1/agent_service_pb.ts";
import { ErrorReason } from "../../../gen/typescript/asyncgate/v1/error_pb.ts";
import { ObstacleKind } from "../../../gen/typescript/asyncgate/v1/explanation_pb.ts";
import { ClaimTasksRequestSchema } from "../../../gen/typescript/asyncgate/v1/lease_service_pb.ts";
import { PreflightOutcome, ReceiptType } from "../../../gen/typescript/asyncgate/v1/receipt_pb.ts";
import { Preflight } from "../../../gen/typescript/asyncgate/v1/task_pb.ts";
import { openSession } from "../../helpers/agent-sessions.ts";
import { delegating, register } from "../../helpers/agents.ts";
import { query } from "../../helpers/database.ts";
import { operating } from "../../helpers/operate.ts";
import {
  chain,
  claim,
  claimAll,
  createOne,
  createTask,
  granted,
  handOff,
  ms,
  openScenario,
  refused,
  type Scenario,
} from "../../helpers/scenario.ts";

const { OK, DOWN, NO_PROBES } = AgentHealth;
const asPainter = { capabilities: ["agent:painter"] };

/** Endpoints answer with what the test says, by their URLs; a check is forgotten when the test says so. */
async function open() {
  const status = new Map<string, number>();
  const asked: string[] = [];
  const s = await openScenario({
    // Each server keeps what it has found.
    oneServer: true,
    probe: async (url) => {
      asked.push(url);
      return { status: status.get(url) ?? 0, problem: status.has(url) ? "" : "failed: ECONNREFUSED", isSkipped: false };
    },
  });
  const tools = [{ name: "render", taskType: "image.render" }];
  await register(s, "painter", { tools, capabilities: ["paint"], endpoints: [{ url: "http://painter/" }] });
  const forgetHealth = () => {
    for (const agentId of ["painter", "printer"]) s.engine.knownHealth.forget(s.tenant.tenantId, agentId);
  };
  return {
    ...s,
    asked,
    forgetHealth,
    answers: (code: number) => {
      status.set("http://painter/", code);
      forgetHealth();
    },
  };
}

function check(s: Scenario, init: Parameters<typeof create<typeof CheckAgentsRequestSchema>>[1]) {
  return s.operations.checkAgents(s.agent, create(CheckAgentsRequestSchema, init));
}

function override(s: Scenario, forMs: number, more = {}) {
  const request = create(OverridePreflightRequestSchema, { agentId: "painter", duration: ms(forMs), ...more });
  return s.operations.overridePreflight(operating(s.operator), request);
}

function delegate(s: Scenario, preflight: Preflight) {
  return s.operations.prepareDelegation(s.agent, delegating({ to: { case: "agentId", value: "painter" }, preflight }));
}

const required = { requirements: asPainter, preflight: Preflight.REQUIRED };

async function outcome(s: Scenario, taskId: string) {
  const accepted = (await chain(s, taskId)).findLast(({ type }) => type === ReceiptType.TASK_ACCEPTED);
  const { value } = accepted?.body?.body ?? {};
  return value && "preflight" in value ? value.preflight : undefined;
}

test("agents are checked by endpoints and sessions, by id or capability, and a check is used for a while", async () => {
  const s = await open();
  await register(s, "printer", { capabilities: ["paint"] });
  expect(await check(s, { agentIds: ["painter"] })).toMatchObject({
    passed: false,
    checks: [{ agentId: "painter", health: DOWN, probes: [{ ok: false, problem: "failed: ECONNREFUSED" }] }],
  });
  await check(s, { agentIds: ["painter"] });
  expect(s.asked).toHaveLength(1);
  s.answers(204);
  expect((await check(s, { agentIds: ["painter"] })).checks[0]?.probes[0]?.problem).toBe("answered 204, and not 200");
  s.answers(200);
  const both = await check(s, { capability: "paint" });
  expect(both.checks.map(({ agentId, health }) => [agentId, health])).toEqual([
    ["painter", OK],
    ["printer", NO_PROBES],
  ]);
  expect([both.passed, (await check(s, { capability: "paint", strict: true })).passed]).toEqual([true, false]);
  await openSession(s, { agentId: "printer" });
  s.forgetHealth();
  expect(await check(s, { agentIds: ["printer"] })).toMatchObject({ checks: [{ health: OK, liveSessions: 1 }] });
  await refused(check(s, { agentIds: ["none"] }), ErrorReason.AGENT_NOT_FOUND);
  await refused(check(s, {}), ErrorReason.INVALID_ARGUMENT);
  await refused(check(s, { agentIds: ["painter"], capability: "paint" }), ErrorReason.INVALID_ARGUMENT);
});

test("a task that requires it is leased while its agent is well; until then a claim is refused", async () => {
  const s = await open();
  const { taskId } = await createTask(s, required);
  const refusal = await refused(claimAll(s, asPainter), ErrorReason.PREFLIGHT_FAILED);
  const agents = [{ agentId: "painter", health: DOWN }];
  expect(refusal.facts).toMatchObject({ case: "preflight", value: { agents } });
  expect((await s.operations.explainTask(s.operator, { taskId })).unmet).toMatchObject([
    { kind: ObstacleKind.PREFLIGHT, agents },
  ]);
  // Others of the agent, and other workers, go on.
  const other = await createTask(s, { requirements: asPainter });
  expect((await claim(s, asPainter)).task.taskId).toBe(other.taskId);
  expect(await claimAll(s)).toEqual([]);
  s.answers(200);
  expect((await s.operations.explainTask(s.operator, { taskId })).unmet).toEqual([]);
  expect((await claim(s, asPainter)).task.taskId).toBe(taskId);
  expect(await outcome(s, taskId)).toBe(PreflightOutcome.PASSED);
});

test("a worker cannot say by itself that an agent is well", async () => {
  const s = await open();
  await createTask(s, required);
  const lying = { capabilities: ["agent:painter", "preflight:painter"] };
  await refused(claimAll(s, lying), ErrorReason.PREFLIGHT_FAILED);
  await refused(createOne(s, { requirements: lying }), ErrorReason.INVALID_ARGUMENT);
});

test("many tasks for an agent that is not well stand in the way of no other", async () => {
  const s = await open();
  for (let count = 0; count < 30; count += 1) await createTask(s, { ...required, priority: 9 });
  const { taskId } = await createTask(s, { requirements: asPainter, priority: 0 });
  expect((await claim(s, asPainter)).task.taskId).toBe(taskId);
});

test("a worker that waits gets the task when its agent has passed", async () => {
  const s = await open();
  s.answers(200);
  const { taskId } = await createTask(s, required);
  const request = create(ClaimTasksRequestSchema, { ...asPainter, wait: ms(50_000) });
  const [leased] = await s.operations.claimTasksWaiting(s.worker, request, new AbortController().signal);
  expect(leased?.task.taskId).toBe(taskId);
});

test("an operator's override lets the agent pass for a time, and receipt and audit record say so", async () => {
  const s = await open();
  const first = await createTask(s, required);
  await refused(claimAll(s, asPainter), ErrorReason.PREFLIGHT_FAILED);
  const { override: given } = await override(s, 60_000, { reason: "known", requestId: "o" });
  expect(given).toMatchObject({ by: { id: "olga" }, reason: "known" });
  expect((await check(s, { agentIds: ["painter"], strict: true })).passed).toBe(true);
  await claim(s, asPainter);
  expect(await outcome(s, first.taskId)).toBe(PreflightOutcome.OVERRIDDEN);
  expect(await override(s, 60_000, { reason: "known", requestId: "o" })).toEqual({ override: given });
  await createTask(s, required);
  s.clock.advance(60_000);
  s.forgetHealth();
  await refused(claimAll(s, asPainter), ErrorReason.PREFLIGHT_FAILED);
  await override(s, 60_000);
  expect(await override(s, 0)).toEqual({});
  await refused(claimAll(s, asPainter), ErrorReason.PREFLIGHT_FAILED);
  const audit = await query<{ note: string }>(
    s.database.databaseUrl,
    "select note from audit where subject = 'painter'",
  );
  expect(audit.some(({ note }) => note.endsWith(": known"))).toBe(true);
  await refused(override(s, 1, { agentId: "none" }), ErrorReason.AGENT_NOT_FOUND);
});

test("work is delegated to an agent that is not well unless it must be, and the answer says how it is", async () => {
  const s = await open();
  expect(await delegate(s, Preflight.UNSPECIFIED)).toMatchObject({
    health: DOWN,
    task: { preflight: Preflight.ADVISORY },
  });
  expect(await delegate(s, Preflight.SKIP)).toMatchObject({ health: AgentHealth.UNSPECIFIED });
  await refused(delegate(s, Preflight.REQUIRED), ErrorReason.PREFLIGHT_FAILED);
  s.answers(200);
  expect(await delegate(s, Preflight.REQUIRED)).toMatchObject({ health: OK });
});

test("an advisory preflight keeps no worker from a task, and its receipt says what was known", async () => {
  const s = await open();
  const first = await createTask(s, { requirements: asPainter });
  await claim(s, asPainter);
  s.answers(200);
  await check(s, { agentIds: ["painter"] });
  const second = await createTask(s, { requirements: asPainter });
  await claim(s, asPainter);
  const plain = await createTask(s);
  await claim(s);
  const outcomes = [];
  for (const { taskId } of [first, second, plain]) outcomes.push(await outcome(s, taskId));
  expect(outcomes).toEqual([PreflightOutcome.SKIPPED, PreflightOutcome.PASSED, PreflightOutcome.UNSPECIFIED]);
});

test("a task that is handed to another agent requires that one to be well", async () => {
  const s = await open();
  s.answers(200);
  await createTask(s, required);
  const leased = await claim(s, asPainter);
  granted(await handOff(s, leased, { to: { requirements: { capabilities: ["agent:printer"] } } }));
  await register(s, "printer");
  await refused(claimAll(s, { capabilities: ["agent:printer"] }), ErrorReason.PREFLIGHT_FAILED);
  await openSession(s, { agentId: "printer" });
  s.forgetHealth();
  expect((await claim(s, { capabilities: ["agent:printer"] })).task.taskId).toBe(leased.task.taskId);
});

test("an agent that is not registered is not known to be well", async () => {
  const s = await open();
  await createTask(s, { requirements: { capabilities: ["agent:ghost"] }, preflight: Preflight.REQUIRED });
  const refusal = await refused(claimAll(s, { capabilities: ["agent:ghost"] }), ErrorReason.PREFLIGHT_FAILED);
  expect(refusal.facts).toMatchObject({
    value: { agents: [{ agentId: "ghost", why: "no such agent is registered" }] },
  });
});
