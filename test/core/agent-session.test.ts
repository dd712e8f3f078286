// Which sessions of agents may be opened, and what their roles leave on a grant.
import { create } from "@bufbuild/protobuf";
import { describe, expect, test } from "vitest";
import { AgentRole, AgentSchema, AgentStatus } from "../../gen/typescript/asyncgate/v1/agent_pb.ts";
import { ErrorReason } from "../../gen/typescript/asyncgate/v1/error_pb.ts";
import { PrincipalKind } from "../../gen/typescript/asyncgate/v1/principal_pb.ts";
import { checkOpening, openingRole, outsideOfAgent, tiesOfGrant } from "../../src/core/agent-session.ts";
import { isRefusal } from "../../src/core/refusal.ts";
import { tie } from "../../src/core/task-record.ts";

const { ORCHESTRATOR, EXECUTOR, VERIFIER, UNSPECIFIED } = AgentRole;
const { ACTIVE } = AgentStatus;

function agentOf(fields: object = {}) {
  return create(AgentSchema, { agentId: "painter", status: ACTIVE, roles: [EXECUTOR, VERIFIER], ...fields });
}

describe("the role of a session", () => {
  test.each([
    ["one that the agent has", {}, VERIFIER, { role: VERIFIER }],
    ["the only one, if none is asked for", { roles: [VERIFIER] }, UNSPECIFIED, { role: VERIFIER }],
    ["none of several, if none is asked for", {}, UNSPECIFIED, ErrorReason.INVALID_ARGUMENT],
    ["none that the agent does not have", {}, ORCHESTRATOR, ErrorReason.INVALID_ARGUMENT],
    ["none of an agent that is planned", { status: AgentStatus.PLANNED }, EXECUTOR, ErrorReason.AGENT_NOT_ACTIVE],
    [
      "none of an agent with another principal",
      { principal: { kind: PrincipalKind.AGENT, id: "wanda" } },
      EXECUTOR,
      ErrorReason.PERMISSION_DENIED,
    ],
    ["one of the caller's own agent", { principal: { kind: PrincipalKind.WORKER, id: "wanda" } }, EXECUTOR, {}],
  ] as const)("is %s", (_what, fields, role, expected) => {
    const found = openingRole(agentOf(fields), { role }, "worker:wanda");
    if (typeof expected === "object") expect(found).toMatchObject(expected);
    else expect(isRefusal(found) && found.reason).toBe(expected);
  });
});

test.each([
  ["", true],
  ["01900000-0000-7000-8000-000000000000", true],
  ["name:loop", true],
  ["name:", false],
  ["loop", false],
  ["01900000-0000-7000-8000-00000000000", false],
])("what a session binds is a task by id or name: %s", (binds, isRight) => {
  expect(checkOpening({ role: EXECUTOR, scopes: [], binds }) === undefined).toBe(isRight);
});

test("a session writes only within what its agent writes, and reads anything", () => {
  const writes = (...keys: string[]) => keys.map((key) => ({ key, isWrite: true }));
  const agent = agentOf({ writeScopes: ["repo:shop"] });
  expect(outsideOfAgent(agent, writes("repo:shop/", "repo:shop/api/"))).toBeUndefined();
  expect(outsideOfAgent(agent, [{ key: "repo:site/", isWrite: false }])).toBeUndefined();
  expect(outsideOfAgent(agentOf(), writes("repo:site/"))).toBeUndefined();
  for (const key of ["repo:shopping/", "repo:/", "db:shop/"]) {
    expect(outsideOfAgent(agent, writes(key))).toMatchObject({ reason: ErrorReason.INVALID_ARGUMENT });
  }
});

test("each grant sets the ties of its session, or takes away those of an earlier one, and leaves the others", () => {
  const others = tie.children | tie.scopes;
  const bound = others | tie.agentSession | tie.roleBound;
  expect(tiesOfGrant(others, { role: EXECUTOR })).toBe(bound);
  expect(tiesOfGrant(others, { role: VERIFIER })).toBe(bound);
  expect(tiesOfGrant(bound, { role: ORCHESTRATOR })).toBe(others | tie.agentSession);
  expect(tiesOfGrant(bound, undefined)).toBe(others);
});
