// Steps with sessions of agents, for tests by scenario.
import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { AgentRole } from "../../gen/typescript/asyncgate/v1/agent_pb.ts";
import {
  CloseAgentSessionRequestSchema,
  ListAgentSessionsRequestSchema,
  OpenAgentSessionRequestSchema,
} from "../../gen/typescript/asyncgate/v1/agent_service_pb.ts";
import type { Caller } from "../../src/engine/caller.ts";
import { register } from "./agents.ts";
import { operating } from "./operate.ts";
import { type ClaimInit, claimAll, type Scenario } from "./scenario.ts";

export const { ORCHESTRATOR, EXECUTOR, VERIFIER } = AgentRole;

type OpenInit = Omit<MessageInitShape<typeof OpenAgentSessionRequestSchema>, "$typeName" | "$unknown">;

export function opening(init: OpenInit = {}) {
  return create(OpenAgentSessionRequestSchema, { agentId: "painter", name: "nightly", ...init });
}

/** An agent that may be anything. */
export async function registerPainter(s: Scenario, more: Parameters<typeof register>[2] = {}): Promise<void> {
  await register(s, "painter", { roles: [ORCHESTRATOR, EXECUTOR, VERIFIER], ...more });
}

export async function openSession(s: Scenario, init: OpenInit = {}, by: Caller = s.worker) {
  const { session } = await s.operations.openAgentSession(by, opening({ role: EXECUTOR, ...init }));
  return session;
}

export function keepSession(s: Scenario, agentSessionId: string, by: Caller = s.worker) {
  return s.operations.keepAgentSession(by, { agentSessionId });
}

export function closeSession(s: Scenario, agentSessionId: string, more = {}, by: Caller = s.worker) {
  const request = create(CloseAgentSessionRequestSchema, { agentSessionId, ...more });
  return s.operations.closeAgentSession(operating(by), request);
}

export async function listSessions(s: Scenario, init: MessageInitShape<typeof ListAgentSessionsRequestSchema> = {}) {
  return await s.operations.listAgentSessions(s.operator, create(ListAgentSessionsRequestSchema, init));
}

/** The ids of the tasks that a claim in the session gets. */
export async function claimIn(s: Scenario, agentSessionId: string, request: ClaimInit = {}, by: Caller = s.worker) {
  return await claimAll(s, { agentSessionId, ...request }, by);
}
