// Which tool of an agent is meant, whether the input fits, what the caller may use, and the task that comes of it.
import type { MessageInitShape } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import { type Agent, AgentStatus } from "../../gen/typescript/asyncgate/v1/agent_pb.ts";
import type { DelegateToAgentRequestSchema } from "../../gen/typescript/asyncgate/v1/agent_service_pb.ts";
import { ErrorReason } from "../../gen/typescript/asyncgate/v1/error_pb.ts";
import { PrincipalKind } from "../../gen/typescript/asyncgate/v1/principal_pb.ts";
import { delegatedTask, delegationDigest, mayUse } from "../../src/core/delegate-to-agent.ts";
import { defaultLimits } from "../../src/core/limits.ts";
import { type AgentFields, agentWith, delegating } from "../helpers/agents.ts";

const schema = { type: "object", properties: { pages: { type: "integer", minimum: 1 } }, required: ["pages"] };
const render = { name: "render", taskType: "image.render", inputSchema: JSON.stringify(schema) };
const painter = agentWith("painter", {
  status: AgentStatus.ACTIVE,
  tools: [render, { name: "erase", taskType: "image.erase" }],
});

type Init = MessageInitShape<typeof DelegateToAgentRequestSchema>;

function delegated(init: Init, agent: Agent = painter, callers: readonly Agent[] = [], limits = defaultLimits) {
  return delegatedTask({ agent, request: delegating(init), callers, limits });
}

test("the task has the tool's type, the input, and requires the agent's capability", () => {
  const principal = { kind: PrincipalKind.WORKER, id: "pia" };
  const init: Init = { tool: "render", input: '{"pages":2}', queue: "q", priority: 0, labels: { a: "b" } };
  expect(delegated(init)).toMatchObject({
    type: "image.render",
    payload: { content: { case: "json", value: '{"pages":2}' } },
    requirements: { capabilities: ["agent:painter"] },
    queue: "q",
    priority: 0,
    labels: { a: "b" },
  });
  const addressed = { ...painter, principal: { $typeName: "asyncgate.v1.Principal" as const, ...principal } };
  expect(delegated(init, addressed)).toMatchObject({ addressee: principal });
});

test.each<readonly [string, Init, AgentFields["tools"], string | undefined]>([
  ["the only tool", {}, [{ name: "one", taskType: "t" }], "t"],
  [
    "the tool of the route's type",
    { to: { case: "route", value: { by: { case: "taskType", value: "b" } } } },
    [
      { name: "one", taskType: "a" },
      { name: "two", taskType: "b" },
      { name: "three", taskType: "b" },
    ],
    "b",
  ],
  [
    "the named one of several",
    { tool: "two" },
    [
      { name: "one", taskType: "a" },
      { name: "two", taskType: "b" },
    ],
    "b",
  ],
  [
    "none of two without a name",
    {},
    [
      { name: "one", taskType: "a" },
      { name: "two", taskType: "b" },
    ],
    undefined,
  ],
  ["none that there is not", { tool: "two" }, [{ name: "one", taskType: "a" }], undefined],
  ["none of none", {}, [], undefined],
])("it means %s", (_name, init, tools, type) => {
  const answer = delegated(init, agentWith("a", { status: AgentStatus.ACTIVE, ...(tools && { tools }) }));
  if (type !== undefined) expect(answer).toMatchObject({ type });
  else expect(answer).toMatchObject({ facts: { value: { violations: [{ field: "tool" }] } } });
});

test("a tool that is not there is told with those that are", () => {
  expect(delegated({ tool: "draw" })).toMatchObject({ message: "tool must be one of render, erase." });
});

test("input that does not fit is refused with everything that is wrong with it", () => {
  expect(delegated({ tool: "render", input: '{"pages":0.5}' })).toMatchObject({
    reason: ErrorReason.INVALID_ARGUMENT,
    facts: { value: { violations: [{ field: "input.pages" }, { field: "input.pages" }] } },
  });
  expect(delegated({ tool: "render" })).toMatchObject({ facts: { value: { violations: [{ field: "input" }] } } });
  expect(delegated({ tool: "render", input: "{" })).toMatchObject({ reason: ErrorReason.INVALID_ARGUMENT });
  expect(delegated({ tool: "erase", input: "{" })).toMatchObject({ reason: ErrorReason.INVALID_ARGUMENT });
  expect(delegated({ tool: "erase" })).toMatchObject({ payload: { content: { value: "{}" } } });
});

test("input has the bound of a payload", () => {
  const limits = { ...defaultLimits, payload_bytes_max: 4 };
  expect(delegated({ tool: "erase", input: "1234" }, painter, [], limits)).toMatchObject({ type: "image.erase" });
  expect(delegated({ tool: "erase", input: "12345" }, painter, [], limits)).toMatchObject({
    reason: ErrorReason.LIMIT_EXCEEDED,
    facts: { value: { limit: "payload_bytes_max", bound: 4n, value: 5n, field: "input" } },
  });
});

test.each([AgentStatus.PLANNED, AgentStatus.SUPERSEDED, AgentStatus.RETIRED])(
  "an agent of the status %i gets no work",
  (status) => {
    const supersededBy = status === AgentStatus.SUPERSEDED ? "sketcher" : "";
    const answer = delegated({ tool: "erase" }, { ...painter, status, supersededBy });
    expect(answer).toMatchObject({ reason: ErrorReason.AGENT_NOT_ACTIVE, facts: { value: { id: "painter" } } });
    if (supersededBy) expect(answer).toMatchObject({ message: "The agent painter is SUPERSEDED by sketcher." });
  },
);

test.each([
  [{}, true],
  [{ includePrefixes: ["painter."] }, true],
  [{ includePrefixes: ["paint"] }, true],
  [{ includePrefixes: ["printer."] }, false],
  [{ includeKeys: ["painter.render"] }, true],
  [{ includeKeys: ["painter.rende"] }, false],
  [{ includePrefixes: ["painter."], excludeKeys: ["painter.render"] }, false],
  [{ excludeKeys: ["painter.render"] }, false],
  [{ excludeKeys: ["painter.erase"] }, true],
])("with the scope %j, painter.render may be used: %s", (scope, may) => {
  expect(mayUse(agentWith("x", { scope }).scope, "painter.render")).toBe(may);
});

test("a caller that is several agents may what one of them may, and one without a scope may all", () => {
  const narrow = agentWith("narrow", { scope: { includeKeys: ["printer.print"] } });
  const wide = agentWith("wide", { scope: { includeKeys: ["painter.erase"] } });
  const init = { tool: "erase" };
  expect(delegated(init, painter, [narrow])).toMatchObject({
    reason: ErrorReason.PERMISSION_DENIED,
    message: 'The scope of the agent narrow does not have "painter.erase".',
  });
  expect(delegated(init, painter, [narrow, wide])).toMatchObject({ type: "image.erase" });
  expect(delegated(init, painter, [narrow, agentWith("free")])).toMatchObject({ type: "image.erase" });
});

test("the digest is of what was asked: the call's id and the lease's token do not count, the parent does", () => {
  const digest = (init: Init, parent = "") => Buffer.from(delegationDigest(delegating(init), parent)).toString("hex");
  const one = digest({ tool: "a", requestId: "1", under: "token" }, "parent");
  expect(digest({ tool: "a", requestId: "2", under: "other" }, "parent")).toBe(one);
  expect(digest({ tool: "a" }, "another parent")).not.toBe(one);
  expect(digest({ tool: "b" }, "parent")).not.toBe(one);
});
