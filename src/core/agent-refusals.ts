// The refusals that sessions of agents meet.
import { type AgentCheck, AgentHealthSchema } from "../../gen/typescript/asyncgate/v1/agent_pb.ts";
import { ErrorReason } from "../../gen/typescript/asyncgate/v1/error_pb.ts";
import { timestampOfDate } from "./duration.ts";
import { whyNot } from "./preflight.ts";
import { parsePrincipal } from "./principal.ts";
import { makeRefusal, permissionDenied, type Refusal } from "./refusal.ts";

type LivingSession = {
  readonly sessionId: string;
  readonly name: string;
  readonly agentId: string;
  readonly holder: string;
  readonly expireTime: Date;
};

export function sessionCollision({ sessionId, name, agentId, holder, expireTime }: LivingSession): Refusal {
  const named = `a session of the agent ${agentId} with the name ${JSON.stringify(name)}`;
  const message = `${holder} holds ${named} until ${expireTime.toISOString()}.`;
  const value = {
    agentSessionId: sessionId,
    name,
    agentId,
    holder: parsePrincipal(holder),
    expireTime: timestampOfDate(expireTime),
  };
  return makeRefusal({ reason: ErrorReason.SESSION_COLLISION, message, facts: { case: "agentSession", value } });
}

/** What its role keeps a session from. */
const forbidden = {
  children: "Only an ORCHESTRATOR creates tasks under its own, and the lease was granted in a session of another role.",
  verdicts: "Only a VERIFIER gives verdicts, and the lease is kept by a session of another role.",
} as const;

export type BoundHolder = { readonly sessionId: string | null; readonly worker: string };

export function agentRoleBound(what: keyof typeof forbidden, { sessionId, worker }: BoundHolder): Refusal {
  const value = { agentSessionId: sessionId ?? "", holder: parsePrincipal(worker) };
  const facts = { case: "agentSession", value } as const;
  return makeRefusal({ reason: ErrorReason.AGENT_ROLE_BOUND, message: forbidden[what], facts });
}

/** The agent works under another principal than the caller's. */
export function notAgentsPrincipal(method: string, agentId: string): Refusal {
  return { ...permissionDenied(method, ""), message: `The agent ${agentId} works under another principal.` };
}

/** What fits into an answer's trailers. */
const agentsTold = 10;

export function preflightFailed(checks: readonly AgentCheck[]): Refusal {
  const agents = checks.slice(0, agentsTold).map((check) => ({
    agentId: check.agentId,
    health: check.health,
    why: whyNot(check).slice(0, whyMax),
  }));
  const told = agents.map(({ agentId, health }) => `${agentId} is ${AgentHealthSchema.value[health]?.localName}`);
  const message = `Work waits for agents that are not well: ${told.join(", ")}.`;
  const facts = { case: "preflight", value: { agents } } as const;
  return makeRefusal({ reason: ErrorReason.PREFLIGHT_FAILED, message, facts });
}

const whyMax = 200;
