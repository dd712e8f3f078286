// The registry: what is registered stands for every server, as one version after another; write scopes of ACTIVE agents
// never overlap; every change is on record.
import { expect, test } from "vitest";
import { AgentStatus } from "../../../gen/typescript/asyncgate/v1/agent_pb.ts";
import { ErrorReason } from "../../../gen/typescript/asyncgate/v1/error_pb.ts";
import { type AgentFields, listAgents, listTools, register } from "../../helpers/agents.ts";
import { query } from "../../helpers/database.ts";
import { everything, openScenario, refused, type Scenario } from "../../helpers/scenario.ts";

const { ACTIVE, PLANNED, RETIRED, SUPERSEDED } = AgentStatus;

function get(s: Scenario, agentId: string, version = 0n) {
  return s.operations.getAgent(s.agent, { agentId, version });
}

test("an agent is read as it was registered, and every version of it afterwards", async () => {
  const s = await openScenario();
  const fields: AgentFields = { domain: "billing", keywords: ["invoice"], capabilities: ["bill"], gates: ["reviewed"] };
  const first = await register(s, "billing", fields);
  expect(first).toMatchObject({ changed: true, agent: { version: 1n, status: ACTIVE, registeredBy: { id: "olga" } } });
  expect(await get(s, "billing")).toEqual(first.agent);
  s.clock.advance(1_000);
  const second = await register(s, "billing", { ...fields, keywords: [] });
  expect(second.agent).toMatchObject({ version: 2n, keywords: [], createTime: first.agent.createTime });
  expect(await get(s, "billing")).toEqual(second.agent);
  expect(await get(s, "billing", 1n)).toEqual(first.agent);
  for (const [agentId, version] of [
    ["billing", 3n],
    ["billing", 2n ** 62n],
    ["printer", 0n],
  ] as const) {
    await refused(get(s, agentId, version), ErrorReason.AGENT_NOT_FOUND);
  }
});

test("the same again changes nothing but the audit record", async () => {
  const s = await openScenario();
  const { agent } = await register(s, "billing", { domain: "billing" });
  const { audit: _before, ...before } = await everything(s);
  expect(await register(s, "billing", { domain: "billing" })).toEqual({ agent, changed: false });
  const { audit, ...after } = await everything(s);
  expect(after).toEqual(before);
  expect(audit).toHaveLength(2);
});

test("a repeated call is done once, and answered with the agent as it stands", async () => {
  const s = await openScenario();
  const fields = { domain: "billing" };
  await register(s, "billing", fields, "r1");
  await register(s, "billing", { domain: "bills" });
  expect(await register(s, "billing", fields, "r1")).toMatchObject({
    changed: false,
    agent: { version: 2n, domain: "bills" },
  });
  await refused(register(s, "billing", { domain: "other" }, "r1"), ErrorReason.IDEMPOTENCY_CONFLICT);
});

test("of two that change the same version, the second is refused and changes nothing", async () => {
  const s = await openScenario();
  await register(s, "billing");
  await register(s, "billing", { domain: "a", version: 1n });
  const before = await everything(s);
  const refusal = await refused(
    register(s, "billing", { domain: "b", version: 1n }),
    ErrorReason.AGENT_VERSION_CONFLICT,
  );
  expect(refusal.facts).toMatchObject({ value: { agentId: "billing", version: 2n, expectedVersion: 1n } });
  expect(await everything(s)).toEqual(before);
});

test.each([
  ["repo:shop/api", "repo:shop/api"],
  ["repo:shop/api", "repo:shop"],
  ["repo:shop", "repo:shop/api/users.ts"],
  ["repo:a", "repo:a/b/c/d/e"],
])("while %s is one agent's, %s is no other's, and both are named", async (first, second) => {
  const s = await openScenario();
  await register(s, "one", { writeScopes: ["db:x", first] });
  const refusal = await refused(register(s, "two", { writeScopes: ["db:y", second] }), ErrorReason.AGENT_SCOPE_TAKEN);
  expect(refusal.facts).toMatchObject({
    case: "agentScopes",
    value: { overlaps: [{ resource: second, agentId: "two", otherResource: first, otherAgentId: "one" }] },
  });
  expect((await listAgents(s)).agents.map(({ agentId }) => agentId)).toEqual(["one"]);
});

test("scopes beside each other, and one agent's own that overlap, are taken", async () => {
  const s = await openScenario();
  await register(s, "one", { writeScopes: ["repo:shop/api", "repo:shop/api/users"] });
  await register(s, "two", { writeScopes: ["repo:shop/api-v2", "repo:shop/ap", "repo2:shop"] });
  expect((await listAgents(s)).agents).toHaveLength(2);
});

test.each([PLANNED, SUPERSEDED, RETIRED])(
  "an agent of the status %i keeps none out, and none keeps it out",
  async (status) => {
    const s = await openScenario();
    const fields = { writeScopes: ["repo:shop"] };
    await register(s, "one", { ...fields, status });
    await register(s, "two", fields);
    await register(s, "one", { ...fields, status, domain: "changed" });
    await refused(register(s, "one", { ...fields, status: ACTIVE }), ErrorReason.AGENT_SCOPE_TAKEN);
    await register(s, "two", { ...fields, status: RETIRED });
    expect(await register(s, "one", { ...fields, status: ACTIVE })).toMatchObject({ changed: true });
  },
);

test("a scope that an agent gives up is free at once", async () => {
  const s = await openScenario();
  await register(s, "one", { writeScopes: ["repo:a", "repo:b"] });
  await register(s, "one", { writeScopes: ["repo:b"] });
  expect(await register(s, "two", { writeScopes: ["repo:a/x"] })).toMatchObject({ changed: true });
  await refused(register(s, "two", { writeScopes: ["repo:a/x", "repo:b"] }), ErrorReason.AGENT_SCOPE_TAKEN);
});

test("agents of two tenants do not meet, whatever they are called and write to", async () => {
  const s = await openScenario();
  await register(s, "one", { writeScopes: ["repo:a"], keywords: ["secret"] });
  const other = { ...s, operator: (await s.makeTenant()).caller("human", "olga") };
  await refused(
    other.operations.getAgent(other.operator, { agentId: "one", version: 0n }),
    ErrorReason.AGENT_NOT_FOUND,
  );
  expect(await register(other, "one", { writeScopes: ["repo:a/b"] })).toMatchObject({ agent: { version: 1n } });
  expect((await listAgents(other)).agents).toHaveLength(1);
});

test("a tenant has as many agents as its limit says; a change of one is no new one", async () => {
  const s = await openScenario({ limits: { agents_max: 2 } });
  await register(s, "one");
  await register(s, "two");
  const refusal = await refused(register(s, "three"), ErrorReason.LIMIT_EXCEEDED);
  expect(refusal.facts).toMatchObject({ value: { limit: "agents_max", bound: 2n, value: 3n } });
  expect(await register(s, "two", { domain: "x" })).toMatchObject({ changed: true });
});

test("the last hundred versions are kept", async () => {
  const s = await openScenario();
  for (let version = 1; version <= 102; version += 1) await register(s, "one", { domain: `d${version}` });
  await refused(get(s, "one", 2n), ErrorReason.AGENT_NOT_FOUND);
  expect(await get(s, "one", 3n)).toMatchObject({ domain: "d3" });
  expect(await get(s, "one")).toMatchObject({ version: 102n });
});

test("every change is on record with its version, and nothing of the definition is", async () => {
  const s = await openScenario();
  await register(s, "one", { domain: "canary" }, "r1");
  const rows = await query<{ subject: string; note: string; method: string; request_id: string }>(
    s.database.databaseUrl,
    "select subject, note, method, request_id from audit",
  );
  const method = "asyncgate.v1.AgentService/RegisterAgent";
  expect(rows).toEqual([{ subject: "one", note: "version 1", method, request_id: "r1" }]);
});

test("agents are listed by id in pages, by status, without the schemas of their tools", async () => {
  const s = await openScenario();
  const tools = [{ name: "t", taskType: "t", inputSchema: '{"type":"object"}' }];
  for (const id of ["b", "a", "d", "c"]) await register(s, id, { tools, ...(id === "c" && { status: PLANNED }) });
  const first = await listAgents(s, { pageSize: 3 });
  expect(first.agents.map(({ agentId }) => agentId)).toEqual(["a", "b", "c"]);
  expect(first.agents[0]?.tools).toMatchObject([{ name: "t", inputSchema: "" }]);
  const second = await listAgents(s, { pageSize: 3, pageToken: first.nextPageToken });
  expect(second).toMatchObject({ agents: [{ agentId: "d" }], nextPageToken: "" });
  const planned = await listAgents(s, { statuses: [PLANNED, RETIRED] });
  expect(planned.agents.map(({ agentId }) => agentId)).toEqual(["c"]);
  const other = listAgents(s, { pageSize: 3, statuses: [ACTIVE], pageToken: first.nextPageToken });
  await refused(other, ErrorReason.INVALID_ARGUMENT);
});

test("a page ends where an answer would become too large, and the next goes on there", async () => {
  const s = await openScenario({ messageBytesMax: 65_536 });
  const keywords = Array.from({ length: 100 }, (_, place) => `${place} `.padEnd(250, "x"));
  for (let place = 0; place < 10; place += 1) await register(s, `a${place}`, { keywords });
  const seen: string[] = [];
  let pages = 0;
  for (let pageToken = ""; ; pages += 1) {
    const page = await listAgents(s, { pageSize: 100, pageToken });
    seen.push(...page.agents.map(({ agentId }) => agentId));
    pageToken = page.nextPageToken;
    if (pageToken === "") break;
  }
  expect(pages).toBeGreaterThan(0);
  expect(seen).toEqual(Array.from({ length: 10 }, (_, place) => `a${place}`));
});

test("tools are listed over all ACTIVE agents, each once, across agents that have none", async () => {
  const s = await openScenario();
  const tool = (name: string) => ({ name, taskType: `t.${name}`, inputSchema: "{}" });
  for (let place = 0; place < 25; place += 1) await register(s, `e${String(place).padStart(2, "0")}`);
  await register(s, "a", { tools: [tool("z"), tool("y"), tool("x")] });
  await register(s, "f", { tools: [tool("w")] });
  await register(s, "g", { tools: [tool("v")], status: RETIRED });
  const seen: string[] = [];
  for (let pageToken = ""; ; ) {
    const page = await listTools(s, { pageSize: 2, pageToken });
    seen.push(...page.tools.map(({ agentId, tool: one, capability }) => `${agentId} ${one?.name} ${capability}`));
    pageToken = page.nextPageToken;
    if (pageToken === "") break;
  }
  expect(seen).toEqual(["a z agent:a", "a y agent:a", "a x agent:a", "f w agent:f"]);
  const ofOne = await listTools(s, { agentId: "g" });
  expect(ofOne).toMatchObject({ tools: [{ tool: { name: "v", inputSchema: "{}" } }], nextPageToken: "" });
  await refused(listTools(s, { agentId: "h" }), ErrorReason.AGENT_NOT_FOUND);
});
