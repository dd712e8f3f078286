// One line for each step with agents, for tests by scenario.
import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { type Agent, AgentSchema } from "../../gen/typescript/asyncgate/v1/agent_pb.ts";
import {
  type DelegateToAgentRequest,
  DelegateToAgentRequestSchema,
  ListAgentsRequestSchema,
  ListAgentToolsRequestSchema,
  RegisterAgentRequestSchema,
  type RouteQuery,
  RouteQuerySchema,
} from "../../gen/typescript/asyncgate/v1/agent_service_pb.ts";
import type { Caller } from "../../src/engine/caller.ts";
import type { Operations } from "../../src/engine/index.ts";
import { operating } from "./operate.ts";

type Scene = { readonly operations: Operations; readonly operator: Caller };

export type AgentFields = Omit<MessageInitShape<typeof AgentSchema>, "$typeName" | "$unknown" | "agentId">;

export function agentWith(agentId: string, fields: AgentFields = {}): Agent {
  return create(AgentSchema, { agentId, ...fields });
}

export function registering(agentId: string, fields: AgentFields = {}, requestId = "") {
  return create(RegisterAgentRequestSchema, { agent: agentWith(agentId, fields), requestId });
}

export function register({ operations, operator }: Scene, agentId: string, fields: AgentFields = {}, requestId = "") {
  return operations.registerAgent(operating(operator), registering(agentId, fields, requestId));
}

export function listAgents(
  { operations, operator }: Scene,
  init: MessageInitShape<typeof ListAgentsRequestSchema> = {},
) {
  return operations.listAgents(operator, create(ListAgentsRequestSchema, init));
}

export function listTools(
  { operations, operator }: Scene,
  init: MessageInitShape<typeof ListAgentToolsRequestSchema> = {},
) {
  return operations.listAgentTools(operator, create(ListAgentToolsRequestSchema, init));
}

export type By = "text" | "domain" | "capability" | "taskType";

export function queryBy(by: By, value: string): RouteQuery {
  return create(RouteQuerySchema, { by: { case: by, value } });
}

export function route({ operations, operator }: Scene, by: By, value: string) {
  return operations.routeTask(operator, { query: queryBy(by, value) });
}

export function delegating(init: MessageInitShape<typeof DelegateToAgentRequestSchema>): DelegateToAgentRequest {
  return create(DelegateToAgentRequestSchema, init);
}
