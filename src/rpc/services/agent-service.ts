// AgentService, for those who register agents, look for them, and give them work. A delegation is a task: it is
// prepared by the registry, and created as every task is, under the caller's own rights.
import type { ServiceImpl } from "@connectrpc/connect";
import { AgentHealth } from "../../../gen/typescript/asyncgate/v1/agent_pb.ts";
import type { AgentService, DelegateToAgentRequest } from "../../../gen/typescript/asyncgate/v1/agent_service_pb.ts";
import type { Task } from "../../../gen/typescript/asyncgate/v1/task_pb.ts";
import type { CreateTaskRequest } from "../../../gen/typescript/asyncgate/v1/task_service_pb.ts";
import { agentCapabilityPrefix } from "../../core/agent-capability.ts";
import type { Caller, Operations } from "../../engine/index.ts";
import type { Created } from "../../engine/tasks/make-creations.ts";
import { callerOf } from "../call/call.ts";
import { withTrace } from "../call/trace.ts";
import { adminOf } from "./admin-service.ts";
import { single } from "./answers.ts";

export function agentService(engine: Operations) {
  return {
    registerAgent: (request, context) => engine.registerAgent(adminOf(context), request),
    getAgent: async (request, context) => ({ agent: await engine.getAgent(callerOf(context), request) }),
    listAgents: (request, context) => engine.listAgents(callerOf(context), request),
    listAgentTools: (request, context) => engine.listAgentTools(callerOf(context), request),
    routeTask: (request, context) => engine.routeTask(callerOf(context), request),
    checkAgents: (request, context) => engine.checkAgents(callerOf(context), request),
    overridePreflight: (request, context) => engine.overridePreflight(adminOf(context), request),
    putHandOffContract: (request, context) => engine.putHandOffContract(adminOf(context), request),
    getHandOffContract: async (request, context) => ({
      contract: await engine.getHandOffContract(callerOf(context), request),
    }),
    listHandOffContracts: (request, context) => engine.listHandOffContracts(callerOf(context), request),
    openAgentSession: (request, context) => engine.openAgentSession(callerOf(context), request),
    keepAgentSession: (request, context) => engine.keepAgentSession(callerOf(context), request),
    closeAgentSession: (request, context) => engine.closeAgentSession(adminOf(context), request),
    listAgentSessions: (request, context) => engine.listAgentSessions(callerOf(context), request),
    delegateToAgent: (request, context) =>
      delegateToAgent(engine, callerOf(context), request, (task) => withTrace(context, task)),
  } satisfies ServiceImpl<typeof AgentService>;
}

type Delegating = Pick<Operations, "prepareDelegation" | "createTasks">;
export type Delegated = Created & { readonly agentId: string; readonly why: string; readonly health: AgentHealth };

export async function delegateToAgent(
  engine: Delegating,
  caller: Caller,
  request: DelegateToAgentRequest,
  traced: (task: CreateTaskRequest) => CreateTaskRequest = (task) => task,
): Promise<Delegated> {
  const prepared = await engine.prepareDelegation(caller, request);
  if ("created" in prepared)
    return { ...prepared.created, agentId: agentOf(prepared.created.task), why: "", health: AgentHealth.UNSPECIFIED };
  const { task, digest, why, health } = prepared;
  const { requestId } = request;
  const created = single(await engine.createTasks(caller, { tasks: [traced(task)], requestId, digest }));
  return { ...created, agentId: agentOf(created.task), why: created.existed ? "" : why, health };
}

/** The agent that a task was given to: the task requires its capability. */
function agentOf({ requirements }: Task): string {
  const found = requirements?.capabilities.find((one) => one.startsWith(agentCapabilityPrefix)) ?? "";
  return found.slice(agentCapabilityPrefix.length);
}
