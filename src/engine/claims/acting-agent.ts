// The session of an agent that a claim or a stream names: it lives, and is the caller's own.
import type { AgentRole } from "../../../gen/typescript/asyncgate/v1/agent_pb.ts";
import type { ClaimTasksRequest } from "../../../gen/typescript/asyncgate/v1/lease_service_pb.ts";
import type { ActingAgent } from "../../core/agent-session.ts";
import { notFound, Refused } from "../../core/refusal.ts";
import { readAgentSession } from "../../store/agent_session.sql.gen.ts";
import type { Executor } from "../../store/statement.ts";
import { read } from "../../store/transaction.ts";
import type { Caller } from "../caller.ts";
import type { Engine } from "../engine.ts";
import { type Claim, claimFromRequest } from "./claim.ts";

export type ActingSession = { readonly agent: ActingAgent; readonly epoch: number; readonly ttlMs: number };

export async function readActing(
  tx: Executor,
  { tenantId, principalText }: Caller,
  sessionId: string,
  now: Date,
): Promise<ActingSession> {
  const row = await readAgentSession(tx, { tenantId, sessionId, now });
  if (row?.principal !== principalText) throw new Refused(notFound("agent_session", sessionId));
  const { name, agentId, oneTree, binds, epoch, ttlMs } = row;
  return { agent: { sessionId, name, agentId, role: row.role as AgentRole, oneTree, binds }, epoch, ttlMs };
}

/** The claim of a request, in the session that it names, if it names one. */
export async function claimOfCall(engine: Engine, caller: Caller, request: ClaimTasksRequest): Promise<Claim> {
  const claim = claimFromRequest(engine, caller, request);
  const { agentSessionId: sessionId } = request;
  if (sessionId === "") return claim;
  const { agent, epoch } = await read(engine.database, {}, async (tx) =>
    readActing(tx, caller, sessionId, await tx.now),
  );
  return { ...claim, agent, session: { sessionId, epoch }, kind: { ...claim.kind, agentSessionId: sessionId } };
}
