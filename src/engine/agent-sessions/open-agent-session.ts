// OpenAgentSession: a session as workers have it, with a row that says what it is to an agent. Of two that want one
// name, a lock lets the second see the first. Locks: the call's, the quota's, the name's, then the scopes'.
import { type Agent, type AgentSession, AgentSessionSchema } from "../../../gen/typescript/asyncgate/v1/agent_pb.ts";
import {
  AgentService,
  type OpenAgentSessionRequest,
  OpenAgentSessionRequestSchema,
} from "../../../gen/typescript/asyncgate/v1/agent_service_pb.ts";
import { sessionCollision } from "../../core/agent-refusals.ts";
import { checkOpening, openingRole, outsideOfAgent } from "../../core/agent-session.ts";
import { addMs, durationOfMs, msOfDuration, timestampOfDate } from "../../core/duration.ts";
import { clampTtlMs, heartbeatsPerTtl } from "../../core/limits.ts";
import { parsePrincipal } from "../../core/principal.ts";
import { notFound, orThrow, Refused, scopeHeld, throwIfRefused } from "../../core/refusal.ts";
import { type ScopeRow, scopeRows, scopesAsked } from "../../core/scopes.ts";
import {
  deleteAgentSession,
  insertAgentSession,
  lockAgentSessionName,
  readAgentSessionNamed,
} from "../../store/agent_session.sql.gen.ts";
import { insertSession } from "../../store/session.sql.gen.ts";
import { type Transaction, transaction } from "../../store/transaction.ts";
import { encode } from "../../wire/encode.ts";
import { findAgent } from "../agents/agent-rows.ts";
import { overlapsOfOthers } from "../agents/register-agent.ts";
import type { Caller } from "../caller.ts";
import { rootOfBound } from "../claims/agent-bounds.ts";
import type { Engine } from "../engine.ts";
import { admitSession } from "../runtime/quotas.ts";
import { findObstacles, freeSessionScopes, heldScopeFacts, holdScopes, lockScopesOf } from "../scopes/scope-rows.ts";
import { type Call, callDigest, claimRequestIds, lockCall, readCalls, runCall } from "../tx/repeated-call.ts";
import { requestDigest } from "../tx/request-digest.ts";
import { findAgentSession, sessionOf } from "./agent-session-rows.ts";

export type OpenedAgentSession = {
  readonly session: AgentSession;
  readonly keepInterval: ReturnType<typeof durationOfMs>;
};

/** Of those in the way of one scope, so many are told. */
const obstaclesMax = 3;

export async function openAgentSession(
  engine: Engine,
  caller: Caller,
  request: OpenAgentSessionRequest,
): Promise<OpenedAgentSession> {
  throwIfRefused(checkOpening(request));
  const { tenantId, principalText: principal } = caller;
  const { requestId } = request;
  const digest = callDigest(requestId, () => requestDigest(OpenAgentSessionRequestSchema, request));
  const call: Call = { method: AgentService.method.openAgentSession.name, principal, requestId, digest };
  const session = await runCall(() =>
    transaction(engine.database, {}, async (tx) => {
      await lockCall(tx, tenantId, call);
      const [said] = await readCalls(tx, tenantId, [call]);
      if (said) return await openedBefore(tx, caller, orThrow(said).taskIds[0] ?? "");
      const opened = await openIn(engine, tx, caller, request);
      await claimRequestIds(tx, tenantId, [{ call, taskIds: [opened.agentSessionId] }]);
      return opened;
    }),
  );
  return { session, keepInterval: durationOfMs(Math.floor(ttlOf(session) / heartbeatsPerTtl)) };
}

function ttlOf({ ttl }: AgentSession): number {
  return ttl ? msOfDuration(ttl) : 0;
}

async function openedBefore(tx: Transaction, { tenantId, principalText }: Caller, sessionId: string) {
  const asked = { tenantId, sessionId, now: tx.now };
  const row = await findAgentSession(tx, asked, ({ principal }) => principal === principalText);
  return sessionOf(row, 0);
}

async function openIn(
  engine: Engine,
  tx: Transaction,
  caller: Caller,
  request: OpenAgentSessionRequest,
): Promise<AgentSession> {
  const { tenantId, principalText: principal } = caller;
  const { agentId, name, instance, binds, ttl } = request;
  await admitSession(engine, tx, caller);
  const agent = await findAgent(tx, tenantId, agentId);
  const { role } = orThrow(openingRole(agent, request, principal));
  const scopes = scopeRows(request.scopes);
  throwIfRefused(outsideOfAgent(agent, scopes));
  if (binds !== "" && !(await rootOfBound(tx, tenantId, binds))) throw new Refused(notFound("task", binds));
  await takeName(engine, tx, tenantId, name);
  const ttlMs = clampTtlMs(engine.leaseBounds, ttl && msOfDuration(ttl));
  const sessionId = engine.ids(tx.now);
  const expireTime = addMs(tx.now, ttlMs);
  const session: AgentSession = {
    $typeName: "asyncgate.v1.AgentSession",
    agentSessionId: sessionId,
    name,
    agentId,
    role,
    holder: parsePrincipal(principal),
    instance,
    scopes: scopesAsked(request.scopes),
    binds,
    createTime: timestampOfDate(tx.now),
    leases: 0,
  };
  await insertSession(tx, { tenantId, sessionId, principal, instance, expireTime, ttlMs, now: tx.now });
  const row = { name, agentId, role, oneTree: agent.oneTree, binds: binds || null, hasScopes: scopes.length > 0 };
  const stored = encode(AgentSessionSchema, session);
  await insertAgentSession(tx, { tenantId, sessionId, ...row, session: stored });
  await takeScopes(tx, tenantId, agent, sessionId, scopes);
  return sessionOf({ session: stored, expireTime, ttlMs }, 0);
}

/** Refuses while a session of that name lives. One that has expired loses it; the sweep ends its leases. */
async function takeName(engine: Engine, tx: Transaction, tenantId: string, name: string): Promise<void> {
  await lockAgentSessionName(tx, { tenantId, name });
  const row = await readAgentSessionNamed(tx, { tenantId, name, now: tx.now });
  if (!row) return;
  const { sessionId, agentId, principal: holder, expireTime } = row;
  if (holder !== null && expireTime) {
    throw new Refused(sessionCollision({ sessionId, name, agentId, holder, expireTime }));
  }
  await deleteAgentSession(tx, { tenantId, sessionId });
  await freeSessionScopes(engine, tx, tenantId, [sessionId]);
}

async function takeScopes(
  tx: Transaction,
  tenantId: string,
  { agentId }: Agent,
  sessionId: string,
  scopes: readonly ScopeRow[],
): Promise<void> {
  if (scopes.length === 0) return;
  const written = scopes.filter(({ isWrite }) => isWrite).map(({ key }) => key);
  throwIfRefused(await overlapsOfOthers(tx, tenantId, agentId, written));
  const wanted = { taskId: sessionId, scopes };
  // Sent together: the second statement sees what was committed before the lock was had.
  const [, obstacles] = await Promise.all([
    lockScopesOf(tx, tenantId),
    findObstacles(tx, tenantId, [wanted], { most: obstaclesMax }),
  ]);
  const inTheWay = obstacles.get(sessionId) ?? [];
  if (inTheWay.length > 0) throw new Refused(scopeHeld(await heldScopeFacts(tx, tenantId, inTheWay)));
  await holdScopes(tx, tenantId, [wanted], true);
}
