// Routing against the database: what is registered is found, load is counted, and the answer is the same each time.
import { expect, test } from "vitest";
import { AgentStatus } from "../../../gen/typescript/asyncgate/v1/agent_pb.ts";
import { RouteMatch, RouteStatus } from "../../../gen/typescript/asyncgate/v1/agent_service_pb.ts";
import { ErrorReason } from "../../../gen/typescript/asyncgate/v1/error_pb.ts";
import { PrincipalKind } from "../../../gen/typescript/asyncgate/v1/principal_pb.ts";
import { type By, register, route } from "../../helpers/agents.ts";
import { claim, createTask, openScenario, refused, type Scenario } from "../../helpers/scenario.ts";

const { MATCHED, NOT_FOUND } = RouteStatus;
const { DOMAIN, CAPABILITY, KEYWORD, TASK_TYPE } = RouteMatch;

async function openRegistry(): Promise<Scenario> {
  const s = await openScenario();
  await register(s, "billing", {
    domain: "Billing",
    contract: { owns: ["payment reminders"], defers: [{ what: "refunds", to: "refunder" }] },
    keywords: ["invoice"],
  });
  await register(s, "refunder", { capabilities: ["money.refund"] });
  await register(s, "painter", {
    capabilities: ["image.render"],
    keywords: ["picture", "invoice layout"],
    tools: [{ name: "render", taskType: "image.render" }],
  });
  return s;
}

test.each<readonly [By, string, string, RouteMatch, string]>([
  ["domain", "billing", "billing", DOMAIN, "Billing"],
  ["domain", "Payment-Reminders", "billing", DOMAIN, "payment reminders"],
  ["domain", "refunds", "refunder", DOMAIN, "refunds"],
  ["capability", "image.render", "painter", CAPABILITY, "image.render"],
  ["taskType", "image.render", "painter", TASK_TYPE, "image.render"],
  ["text", "Send the payment reminders of May!", "billing", DOMAIN, "payment reminders"],
  ["text", "please: image/render the logo", "painter", CAPABILITY, "image.render"],
  ["text", "an invoice is wrong", "billing", KEYWORD, "invoice"],
  ["text", "the INVOICE LAYOUT is wrong", "painter", KEYWORD, "invoice layout"],
  ["text", "a picture of an invoice, for billing", "billing", DOMAIN, "Billing"],
])("by %s %j, it is %s's", async (by, value, agentId, matchType, matchedValue) => {
  const s = await openRegistry();
  const answer = await route(s, by, value);
  expect(answer).toMatchObject({ status: MATCHED, matchType, matchedValue, agent: { agentId } });
  expect(answer.why).toContain(agentId);
  expect(await route(s, by, value)).toEqual(answer);
});

test.each<readonly [By, string]>([
  ["domain", "Bill"],
  ["domain", "invoice"],
  ["domain", "…"],
  ["capability", "IMAGE.RENDER"],
  ["capability", "image"],
  ["taskType", "image.erase"],
  ["text", "nothing of the kind"],
  ["text", "?"],
])("by %s %j, it is no agent's, which is an answer", async (by, value) => {
  const s = await openRegistry();
  expect(await route(s, by, value)).toEqual({
    status: NOT_FOUND,
    matchType: RouteMatch.UNSPECIFIED,
    matchedValue: "",
    why: "No ACTIVE agent matches.",
    alternatives: [],
  });
});

test("an agent that is not ACTIVE is not found, nor what others leave to it", async () => {
  const s = await openRegistry();
  await register(s, "refunder", { capabilities: ["money.refund"], status: AgentStatus.RETIRED });
  expect(await route(s, "capability", "money.refund")).toMatchObject({ status: NOT_FOUND });
  expect(await route(s, "domain", "refunds")).toMatchObject({
    status: NOT_FOUND,
    why: 'No ACTIVE agent matches: billing leaves "refunds" to refunder, which is not ACTIVE.',
  });
  await register(s, "billing", { keywords: ["invoice"] });
  expect(await route(s, "domain", "billing")).toMatchObject({ status: NOT_FOUND });
  expect(await route(s, "domain", "refunds")).toMatchObject({ why: "No ACTIVE agent matches." });
});

test("of two that match alike, the one with less to do gets it, waiting or held", async () => {
  const s = await openScenario();
  const capabilities = ["translate"];
  await register(s, "ann", { capabilities, principal: { kind: PrincipalKind.WORKER, id: "wanda" } });
  await register(s, "bob", { capabilities });
  const found = async () => (await route(s, "capability", "translate")).agent?.agentId;
  expect(await found()).toBe("ann");
  await createTask(s, { requirements: { capabilities: ["agent:ann"] } });
  expect(await found()).toBe("bob");
  await createTask(s, { requirements: { capabilities: ["agent:bob"] } });
  expect(await found()).toBe("ann");
  // Held, the task still counts.
  await claim(s, { capabilities: ["agent:ann"] });
  expect(await found()).toBe("ann");
  await createTask(s, {
    addressee: { kind: PrincipalKind.WORKER, id: "wanda" },
    requirements: { capabilities: ["agent:ann"] },
  });
  const answer = await route(s, "capability", "translate");
  expect(answer).toMatchObject({
    agent: { agentId: "bob" },
    alternatives: [{ agentId: "ann", matchType: CAPABILITY, matchedValue: "translate", load: 2 }],
  });
  expect(answer.why).toContain("Of 2 that match alike it has the least load: 1.");
});

test("a long text is answered, with its first words", async () => {
  const s = await openRegistry();
  const filler = Array.from({ length: 249 }, (_, place) => `w${place}`).join(" ");
  expect(await route(s, "text", `${filler} invoice`)).toMatchObject({ agent: { agentId: "billing" } });
  expect(await route(s, "text", `${filler} more invoice`)).toMatchObject({ status: NOT_FOUND });
});

test("agents of another tenant are not found", async () => {
  const s = await openRegistry();
  const other = { ...s, operator: (await s.makeTenant()).caller("human", "olga") };
  expect(await route(other, "domain", "billing")).toMatchObject({ status: NOT_FOUND });
});

test("a query that names nothing is refused", async () => {
  const s = await openScenario();
  const refusal = await refused(s.operations.routeTask(s.agent, { query: undefined }), ErrorReason.INVALID_ARGUMENT);
  expect(refusal.facts).toMatchObject({ value: { violations: [{ field: "query" }] } });
});
