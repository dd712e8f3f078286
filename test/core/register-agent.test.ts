// What an agent may say of itself, which version it becomes, and what it is found by.
import { expect, test } from "vitest";
import { AgentRole, AgentStatus } from "../../gen/typescript/asyncgate/v1/agent_pb.ts";
import { RouteMatch } from "../../gen/typescript/asyncgate/v1/agent_service_pb.ts";
import { ErrorReason } from "../../gen/typescript/asyncgate/v1/error_pb.ts";
import { PrincipalKind } from "../../gen/typescript/asyncgate/v1/principal_pb.ts";
import { phraseOf, phrasesIn } from "../../src/core/agent-phrases.ts";
import { defaultLimits } from "../../src/core/limits.ts";
import { isRefusal } from "../../src/core/refusal.ts";
import {
  checkAgent,
  definitionOf,
  type Registration,
  registerAgent,
  WordKind,
  wordsOfAgent,
  writeKeysOf,
} from "../../src/core/register-agent.ts";
import { type AgentFields, agentWith } from "../helpers/agents.ts";

const { ACTIVE, PLANNED, RETIRED, SUPERSEDED } = AgentStatus;

function faultyFields(fields: AgentFields): readonly string[] {
  const refusal = checkAgent(agentWith("a", fields), defaultLimits);
  if (refusal?.facts?.case !== "violations") return [];
  return (refusal.facts.value.violations ?? []).map(({ field }) => field ?? "");
}

const tool = { name: "render", taskType: "image.render" };

test.each<readonly [string, AgentFields, readonly string[]]>([
  ["a domain without words", { domain: "!?" }, ["agent.domain"]],
  ["a keyword without words", { keywords: ["ok", "…"] }, ["agent.keywords[1]"]],
  ["the capability of an agent", { capabilities: ["x", "agent:b"] }, ["agent.capabilities[1]"]],
  ["a role twice", { roles: [AgentRole.EXECUTOR, AgentRole.EXECUTOR] }, ["agent.roles"]],
  ["the server as its principal", { principal: { kind: PrincipalKind.SERVICE, id: "x" } }, ["agent.principal.kind"]],
  ["something owned without words", { contract: { owns: ["-"] } }, ["agent.contract.owns[0]"]],
  [
    "what it owns left to another, in other letters",
    { domain: "Refund-Cases", contract: { defers: [{ what: "refund cases", to: "b" }] } },
    ["agent.contract.defers[0].what"],
  ],
  [
    "one thing left to two",
    {
      contract: {
        defers: [
          { what: "x", to: "b" },
          { what: "X", to: "c" },
        ],
      },
    },
    ["agent.contract.defers[1].what"],
  ],
  ["something left to itself", { contract: { defers: [{ what: "x", to: "a" }] } }, ["agent.contract.defers[0].to"]],
  ["two tools of one name", { tools: [tool, tool] }, ["agent.tools[1].name"]],
  ["a schema that is none", { tools: [{ ...tool, inputSchema: "[]" }] }, ["agent.tools[0].input_schema"]],
  [
    "a schema with a pattern",
    { tools: [{ ...tool, inputSchema: '{"pattern":"(a+)+$"}' }] },
    ["agent.tools[0].input_schema"],
  ],
  ["a write scope without a path", { writeScopes: ["repo:a", "repo"] }, ["agent.write_scopes[1]"]],
  ["a write scope that climbs", { writeScopes: ["repo:a/../b"] }, ["agent.write_scopes[0]"]],
  ["an endpoint of another protocol", { endpoints: [{ url: "file:///etc/passwd" }] }, ["agent.endpoints[0].url"]],
  ["an endpoint with a user", { endpoints: [{ url: "http://u:p@host/" }] }, ["agent.endpoints[0].url"]],
  ["an endpoint with a fragment", { endpoints: [{ url: "http://host/#" }] }, ["agent.endpoints[0].url"]],
  ["an endpoint that is no URL", { endpoints: [{ url: "host" }] }, ["agent.endpoints[0].url"]],
  ["a successor while it is used", { status: ACTIVE, supersededBy: "b" }, ["agent.superseded_by"]],
  ["itself as its successor", { status: SUPERSEDED, supersededBy: "a" }, ["agent.superseded_by"]],
  ["all of it at once", { domain: "!", writeScopes: ["x"] }, ["agent.domain", "agent.write_scopes[0]"]],
  ["a good one", { domain: "x", tools: [{ ...tool, inputSchema: "{}" }], endpoints: [{ url: "http://h:1/x?y" }] }, []],
])("%s is judged", (_name, fields, expected) => {
  expect(faultyFields(fields)).toEqual(expected);
});

test("an agent may have so many bytes, and not one more", () => {
  const base = agentWith("a", { tools: [{ ...tool, description: "" }] });
  const limits = (bytes: number) => ({ ...defaultLimits, agent_bytes_max: bytes });
  const refusal = checkAgent(base, limits(10));
  expect(refusal).toMatchObject({ reason: ErrorReason.LIMIT_EXCEEDED, facts: { value: { limit: "agent_bytes_max" } } });
  const bytes = Number(refusal?.facts?.case === "limit" ? refusal.facts.value.value : 0);
  expect(checkAgent(base, limits(bytes - 1))).toBeDefined();
  expect(checkAgent(base, limits(bytes))).toBeUndefined();
});

const moment = { now: new Date(1_000), by: "human:olga", expectedVersion: 0n };

function next(before: Registration | undefined, fields: AgentFields, expectedVersion = 0n): Registration {
  const answer = registerAgent(before?.agent, definitionOf(agentWith("a", fields)), { ...moment, expectedVersion });
  if (isRefusal(answer)) throw new Error(answer.message);
  return answer;
}

test("a change is a new version, the same again is none, whatever order its roles have", () => {
  const roles = [AgentRole.VERIFIER, AgentRole.EXECUTOR];
  const first = next(undefined, { domain: "x", roles });
  expect(first).toMatchObject({ changed: true, agent: { version: 1n, status: ACTIVE, registeredBy: { id: "olga" } } });
  expect(next(first, { domain: "x", roles: [...roles].reverse() })).toEqual({ agent: first.agent, changed: false });
  expect(next(first, { domain: "y", roles })).toMatchObject({ changed: true, agent: { version: 2n } });
  // What only the server sets is not looked at.
  const again = next(first, { domain: "x", roles, createTime: { seconds: 9n }, updateTime: { seconds: 9n } });
  expect(again.changed).toBe(false);
});

test("a version that is not the current one is refused, with both", () => {
  const first = next(undefined, {});
  expect(next(first, { domain: "x" }, 1n).agent.version).toBe(2n);
  for (const [before, expectedVersion] of [
    [first.agent, 2n],
    [undefined, 1n],
  ] as const) {
    const refusal = registerAgent(before, definitionOf(agentWith("a")), { ...moment, expectedVersion });
    expect(refusal).toMatchObject({
      reason: ErrorReason.AGENT_VERSION_CONFLICT,
      facts: { value: { agentId: "a", version: before?.version ?? 0n, expectedVersion } },
    });
  }
});

test.each([
  [PLANNED, PLANNED, true],
  [PLANNED, ACTIVE, true],
  [ACTIVE, PLANNED, false],
  [ACTIVE, SUPERSEDED, true],
  [ACTIVE, RETIRED, true],
  [SUPERSEDED, ACTIVE, true],
  [SUPERSEDED, PLANNED, false],
  [RETIRED, ACTIVE, true],
  [RETIRED, PLANNED, false],
])("from status %i to %i: %s", (from, to, isLegal) => {
  const before = next(undefined, { status: from }).agent;
  const answer = registerAgent(before, definitionOf(agentWith("a", { status: to, domain: "new" })), moment);
  expect(!isRefusal(answer)).toBe(isLegal);
});

test("an ACTIVE agent is found by its words, and keeps others out of its scopes; others do neither", () => {
  const fields: AgentFields = {
    domain: "Order_Data",
    contract: { owns: ["orders"], defers: [{ what: "refunds", to: "billing" }] },
    capabilities: ["image.render", "Image Render"],
    keywords: ["ORDER", "order"],
    tools: [tool, { ...tool, name: "again" }],
    writeScopes: ["repo:shop/api"],
    principal: { kind: PrincipalKind.WORKER, id: "pia" },
  };
  const { agent } = next(undefined, fields);
  const { phrase, capability, taskType, principal } = WordKind;
  const { DOMAIN, CAPABILITY, KEYWORD, TASK_TYPE } = RouteMatch;
  expect(wordsOfAgent(agent).map(({ kind, word, match, defersTo }) => [kind, word, match, defersTo])).toEqual([
    [phrase, "order data", DOMAIN, null],
    [phrase, "orders", DOMAIN, null],
    [phrase, "refunds", DOMAIN, "billing"],
    [phrase, "image render", CAPABILITY, null],
    [phrase, "order", KEYWORD, null],
    [capability, "image.render", CAPABILITY, null],
    [capability, "Image Render", CAPABILITY, null],
    [principal, "worker:pia", RouteMatch.UNSPECIFIED, null],
    [taskType, "image.render", TASK_TYPE, null],
  ]);
  expect(wordsOfAgent(agent)[3]?.value).toBe("image.render");
  expect(writeKeysOf(agent)).toEqual(["repo:shop/api/"]);
  for (const status of [PLANNED, SUPERSEDED, RETIRED]) {
    expect(wordsOfAgent({ ...agent, status })).toEqual([]);
    expect(writeKeysOf({ ...agent, status })).toEqual([]);
  }
});

test("phrases do not depend on case, punctuation or the form of Unicode, and are bounded", () => {
  expect(phraseOf("  Café—Bestellung, №5 ")).toBe(phraseOf("CAFE\u0301 bestellung no5"));
  expect(phraseOf("注文 処理")).toBe("注文 処理");
  expect(phraseOf("\u{fdfa}".repeat(85))).toBe("");
  expect(phrasesIn("Pay the bill")).toEqual(["pay the bill", "pay the", "pay", "the bill", "the", "bill"]);
  const many = phrasesIn(Array.from({ length: 2_000 }, (_, place) => `w${place}`).join(" "));
  expect(many).toHaveLength(4 * 250 - 6);
  expect(phrasesIn("!!!")).toEqual([]);
});
