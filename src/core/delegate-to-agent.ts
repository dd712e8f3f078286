// DelegateToAgent as a rule: which tool of the agent is meant, whether the input fits it, and the task that it becomes.
import { create } from "@bufbuild/protobuf";
import {
  type Agent,
  type AgentScope,
  AgentStatus,
  AgentStatusSchema,
  type AgentTool,
} from "../../gen/typescript/asyncgate/v1/agent_pb.ts";
import {
  AgentService,
  type DelegateToAgentRequest,
  DelegateToAgentRequestSchema,
} from "../../gen/typescript/asyncgate/v1/agent_service_pb.ts";
import { PayloadSchema } from "../../gen/typescript/asyncgate/v1/payload_pb.ts";
import { Preflight } from "../../gen/typescript/asyncgate/v1/task_pb.ts";
import { type CreateTaskRequest, CreateTaskRequestSchema } from "../../gen/typescript/asyncgate/v1/task_service_pb.ts";
import { encode } from "../wire/encode.ts";
import { capabilityOf } from "./agent-capability.ts";
import { assert } from "./assert.ts";
import { digestOf } from "./chain.ts";
import type { Limits } from "./limits.ts";
import { methodOptions } from "./method-options.ts";
import { checkPayload } from "./payload.ts";
import {
  agentNotActive,
  type FieldViolation,
  invalidArgument,
  isRefusal,
  outOfAgentScope,
  type Refusal,
} from "./refusal.ts";
import { compileSchema, parse } from "./schema.ts";

/**
 * Two requests with one digest are the same request, whichever agent a route leads to by then. Of the lease that the
 * task is created under, its task counts: the next holder, with another token, says the same.
 */
export function delegationDigest(request: DelegateToAgentRequest, parentTaskId: string): Uint8Array {
  const asked = { ...request, requestId: "", under: parentTaskId };
  return digestOf(DelegateToAgentRequestSchema.typeName, encode(DelegateToAgentRequestSchema, asked));
}

export type Delegating = {
  readonly agent: Agent;
  readonly request: DelegateToAgentRequest;
  /** The agents that the caller is. */
  readonly callers: readonly Agent[];
  readonly limits: Limits;
};

/** The task that the request asks for. */
export function delegatedTask({ agent, request, callers, limits }: Delegating): CreateTaskRequest | Refusal {
  const { agentId, principal } = agent;
  if (agent.status !== AgentStatus.ACTIVE) return agentNotActive(agentId, standingOf(agent));
  const tool = toolOf(agent, request);
  if (isRefusal(tool)) return tool;
  const outside = scopeWithout(callers, `${agentId}.${tool.name}`);
  if (outside) return outside;
  const input = request.input || "{}";
  const content = { case: "json", value: input } as const;
  const payload = create(PayloadSchema, { content });
  const faulty = checkPayload(payload, "input", "payload_bytes_max", limits.payload_bytes_max);
  if (faulty) return faulty;
  const violations = faultsOfInput(tool, input);
  if (violations.length > 0) return invalidArgument(violations);
  const { queue, labels, wait, verification, deadline, under, idempotencyKey, requestId } = request;
  const task = create(CreateTaskRequestSchema, {
    type: tool.taskType,
    queue,
    labels,
    under,
    idempotencyKey,
    requestId,
  });
  return {
    ...task,
    payload,
    requirements: { $typeName: "asyncgate.v1.Requirements", capabilities: [capabilityOf(agentId)] },
    preflight: request.preflight || Preflight.ADVISORY,
    ...(request.priority !== undefined && { priority: request.priority }),
    ...(principal && { addressee: principal }),
    ...(wait && { wait }),
    ...(verification && { verification }),
    ...(deadline && { deadline }),
  };
}

export function standingOf({ status, supersededBy }: Agent): string {
  const name = AgentStatusSchema.value[status]?.name.replace("AGENT_STATUS_", "") ?? String(status);
  return supersededBy === "" ? name : `${name} by ${supersededBy}`;
}

const namesShown = 20;

function toolOf({ tools }: Agent, { tool, to }: DelegateToAgentRequest): AgentTool | Refusal {
  const by = to.case === "route" ? to.value.by : undefined;
  const ofType = by?.case === "taskType" ? tools.filter(({ taskType }) => taskType === by.value) : tools;
  const fitting = tool === "" ? ofType : tools.filter(({ name }) => name === tool);
  const [only, ...others] = fitting;
  if (only && (others.length === 0 || by?.case === "taskType")) return only;
  const names = tools.slice(0, namesShown).map(({ name }) => name);
  const description =
    names.length === 0 ? "cannot be given: the agent has no tools" : `must be one of ${names.join(", ")}`;
  return invalidArgument([{ field: "tool", description, rule: "delegate.tool" }]);
}

function faultsOfInput({ inputSchema }: AgentTool, input: string): readonly FieldViolation[] {
  if (inputSchema !== "") {
    const check = compileSchema(inputSchema, { field: "tool", rule: "input" });
    assert(typeof check === "function", "a schema that is registered is served");
    return check(input, "input");
  }
  if (parse(input).isJson) return [];
  return [{ field: "input", description: "must be one JSON document", rule: "input.json" }];
}

/** Undefined where the tool is in the scope of one of the agents, or none of them has a scope. */
function scopeWithout(callers: readonly Agent[], key: string): Refusal | undefined {
  const [first] = callers;
  if (!first || callers.some(({ scope }) => mayUse(scope, key))) return undefined;
  return outOfAgentScope(methodOptions(AgentService.method.delegateToAgent).name, first.agentId, key);
}

export function mayUse(scope: AgentScope | undefined, key: string): boolean {
  if (!scope) return true;
  const { includePrefixes, includeKeys, excludeKeys } = scope;
  if (excludeKeys.includes(key)) return false;
  if (includePrefixes.length === 0 && includeKeys.length === 0) return true;
  return includeKeys.includes(key) || includePrefixes.some((prefix) => key.startsWith(prefix));
}
