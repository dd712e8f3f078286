// Sessions of agents as rules: which may be opened, and what the role of one allows. Decision 0038.
import { type Agent, AgentRole, AgentRoleSchema, AgentStatus } from "../../gen/typescript/asyncgate/v1/agent_pb.ts";
import { AgentService, type OpenAgentSessionRequest } from "../../gen/typescript/asyncgate/v1/agent_service_pb.ts";
import { notAgentsPrincipal } from "./agent-refusals.ts";
import { standingOf } from "./delegate-to-agent.ts";
import { methodOptions } from "./method-options.ts";
import { nameIn } from "./names.ts";
import { uuidShape } from "./page-token.ts";
import { formatPrincipal } from "./principal.ts";
import { agentNotActive, type FieldViolation, invalidArgument, type Refusal } from "./refusal.ts";
import { checkScopes, type ScopeRow } from "./scopes.ts";
import { tie } from "./task-record.ts";

/** The session of an agent in which something is claimed. */
export type ActingAgent = {
  readonly sessionId: string;
  readonly name: string;
  readonly agentId: string;
  readonly role: AgentRole;
  readonly oneTree: boolean;
  /** The task whose tree it works on, by id or name; null: any. */
  readonly binds: string | null;
};

type Opening = Pick<OpenAgentSessionRequest, "role" | "scopes" | "binds">;

/** What is wrong with a request that no rule on one field can say. */
export function checkOpening({ scopes, binds }: Opening): Refusal | undefined {
  const isReference = binds === "" || uuidShape.test(binds) || (nameIn(binds) ?? "") !== "";
  const violations = [
    ...checkScopes(scopes),
    ...(isReference ? [] : [fault("binds", "must be the id of a task, or name: followed by its name", "binds")]),
  ];
  return violations.length > 0 ? invalidArgument(violations) : undefined;
}

function fault(field: string, description: string, rule: string): FieldViolation {
  return { field, description, rule: `agent_session.${rule}` };
}

const method = methodOptions(AgentService.method.openAgentSession).name;

/** The role of the session that the caller opens for the agent. */
export function openingRole(
  agent: Agent,
  { role: asked }: Pick<Opening, "role">,
  principal: string,
): { readonly role: AgentRole } | Refusal {
  const { agentId, status, roles } = agent;
  if (status !== AgentStatus.ACTIVE) return agentNotActive(agentId, standingOf(agent));
  if (agent.principal && formatPrincipal(agent.principal) !== principal) return notAgentsPrincipal(method, agentId);
  const [only] = roles;
  if (asked === AgentRole.UNSPECIFIED && roles.length === 1 && only !== undefined) return { role: only };
  if (roles.includes(asked)) return { role: asked };
  const names = roles.map((role) => AgentRoleSchema.value[role]?.localName ?? "");
  return invalidArgument([fault("role", `must be one that the agent has: ${names.join(", ")}`, "role")]);
}

/** What the session may not write, because it lies outside of what the agent writes to. */
export function outsideOfAgent({ writeScopes }: Agent, scopes: readonly ScopeRow[]): Refusal | undefined {
  if (writeScopes.length === 0) return undefined;
  const isWithin = ({ key }: ScopeRow) => writeScopes.some((resource) => key.startsWith(`${resource}/`));
  const outside = scopes.filter((scope) => scope.isWrite && !isWithin(scope));
  const violations = outside.map(({ key }) => {
    return fault("scopes", `must lie within the agent's write scopes to write: ${key.slice(0, -1)}`, "write_scopes");
  });
  return violations.length > 0 ? invalidArgument(violations) : undefined;
}

/** Whether the role is for verification tasks: then for nothing else. */
export function takesVerifications(role: AgentRole): boolean {
  return role === AgentRole.VERIFIER;
}

/** The ties of a task that is granted, in a session of an agent or in none. What an earlier session left is gone. */
export function tiesOfGrant(ties: number, agent: Pick<ActingAgent, "role"> | undefined): number {
  const without = ties & ~(tie.agentSession | tie.roleBound);
  if (!agent) return without;
  const bound = agent.role === AgentRole.ORCHESTRATOR ? 0 : tie.roleBound;
  return without | tie.agentSession | bound;
}
