// The isolation of tenants: what operations about agents are asked, with the id of another tenant's agent.
import { create } from "@bufbuild/protobuf";
import {
  CheckAgentsRequestSchema,
  CloseAgentSessionRequestSchema,
  ListAgentSessionsRequestSchema,
  ListAgentsRequestSchema,
  ListAgentToolsRequestSchema,
  ListHandOffContractsRequestSchema,
  OverridePreflightRequestSchema,
  PutHandOffContractRequestSchema,
} from "../../gen/typescript/asyncgate/v1/agent_service_pb.ts";
import { ScopeMode } from "../../gen/typescript/asyncgate/v1/scope_pb.ts";
import { capabilityOf } from "../../src/core/agent-capability.ts";
import type { Operations } from "../../src/engine/index.ts";
import { opening } from "../helpers/agent-sessions.ts";
import { delegating, queryBy, registering } from "../helpers/agents.ts";
import type { Scene } from "../helpers/ledger-scenario.ts";
import { operating } from "../helpers/operate.ts";
import type { Probe } from "./isolation-sessions.ts";

const agentOfOne = "an-agent-in-one";
const domain = "shared domain";
const nameOfOne = "a-session-in-one";

const contractOfOne = "a-contract-in-one";

function putting(name: string, kind: string) {
  return create(PutHandOffContractRequestSchema, { contract: { name, required: [{ kind }] } });
}

/** An agent of the first tenant, all of it marked. */
export async function registerMarked({ operations, operator }: Scene, canary: string): Promise<void> {
  const tools = [{ name: "tool", taskType: canary, description: canary }];
  const fields = { domain, displayName: canary, keywords: [canary], tools, writeScopes: [`repo:${canary}`] };
  await operations.registerAgent(operating(operator), registering(agentOfOne, fields));
  await operations.putHandOffContract(operating(operator), putting(contractOfOne, canary));
}

/** The session of the agent of the first tenant, all of it marked. */
export async function openMarkedSession({ operations, worker }: Scene, canary: string): Promise<string> {
  const scopes = [{ resource: `session:${canary}`, mode: ScopeMode.READ }];
  const asked = opening({ agentId: agentOfOne, name: nameOfOne, instance: canary, scopes });
  return (await operations.openAgentSession(worker, asked)).session.agentSessionId;
}

export const agentProbes = {
  checkAgents: (op, { all }) =>
    [{ agentIds: [agentOfOne] }, { capability: capabilityOf(agentOfOne) }].map((init) =>
      op.checkAgents(all, create(CheckAgentsRequestSchema, init)),
    ),
  // Twice, since only the first time changes something.
  putHandOffContract(op, { all }) {
    const put = () => op.putHandOffContract(operating(all), putting(contractOfOne, "a"));
    return [put().then(put)];
  },
  getHandOffContract: (op, { all }) => [op.getHandOffContract(all, { name: contractOfOne })],
  listHandOffContracts: (op, { all }) => [op.listHandOffContracts(all, create(ListHandOffContractsRequestSchema, {}))],
  overridePreflight: (op, { all }) => [
    op.overridePreflight(
      operating(all),
      create(OverridePreflightRequestSchema, { agentId: agentOfOne, duration: { seconds: 1n } }),
    ),
  ],
  openAgentSession: (op, { worker }, { agentSessionId, taskId }) => [
    op.openAgentSession(worker, opening({ agentId: agentOfOne, name: nameOfOne })),
    op.openAgentSession(worker, opening({ agentId: agentOfOne, name: nameOfOne, binds: taskId })),
    op.openAgentSession(worker, opening({ agentId: agentOfOne, name: agentSessionId })),
  ],
  keepAgentSession: (op, { worker, all }, { agentSessionId }) =>
    [worker, all].map((caller) => op.keepAgentSession(caller, { agentSessionId })),
  closeAgentSession: (op, { worker, all }, { agentSessionId }) =>
    [worker, all].map((caller) =>
      op.closeAgentSession(operating(caller), create(CloseAgentSessionRequestSchema, { agentSessionId })),
    ),
  listAgentSessions: (op, { all }) =>
    [{}, { agentId: agentOfOne }, { name: nameOfOne }].map((init) =>
      op.listAgentSessions(all, create(ListAgentSessionsRequestSchema, init)),
    ),
  // Where there is the agent of the first tenant, its version is the right one.
  registerAgent: (op, { all }) => [op.registerAgent(operating(all), registering(agentOfOne, { version: 1n }))],
  getAgent: (op, { agent, all }) =>
    [agent, all].map((caller) => op.getAgent(caller, { agentId: agentOfOne, version: 0n })),
  listAgents: (op, { agent, all }) =>
    [agent, all].map((caller) => op.listAgents(caller, create(ListAgentsRequestSchema, { pageSize: 1 }))),
  listAgentTools: (op, { agent }) =>
    ["", agentOfOne].map((agentId) => op.listAgentTools(agent, create(ListAgentToolsRequestSchema, { agentId }))),
  routeTask: (op, { agent }) => [op.routeTask(agent, { query: queryBy("domain", domain) })],
  prepareDelegation: (op, { agent, all }, { token: under }) => [
    op.prepareDelegation(agent, delegating({ to: { case: "agentId", value: agentOfOne } })),
    op.prepareDelegation(all, delegating({ to: { case: "agentId", value: agentOfOne }, under })),
    op.prepareDelegation(agent, delegating({ to: { case: "route", value: queryBy("domain", domain) } })),
    op.prepareDelegation(
      agent,
      delegating({ to: { case: "agentId", value: agentOfOne }, idempotencyKey: "the-same-key-in-both" }),
    ),
  ],
} satisfies Partial<Record<keyof Operations, Probe>>;
