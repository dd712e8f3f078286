// CloseAgentSession: the leases of the session return to the queue, in batches, and then the session is gone with its
// scopes. It is as the end of a worker's session, and may be called by an operator, too.
import type { AgentSession } from "../../../gen/typescript/asyncgate/v1/agent_pb.ts";
import {
  AgentService,
  type CloseAgentSessionRequest,
  CloseAgentSessionRequestSchema,
} from "../../../gen/typescript/asyncgate/v1/agent_service_pb.ts";
import { methodOptions } from "../../core/method-options.ts";
import { notFound, orThrow, Refused } from "../../core/refusal.ts";
import { lockSession, pickLeasesOfSession } from "../../store/session.sql.gen.ts";
import { type Transaction, transaction } from "../../store/transaction.ts";
import { type Administrator, recordAudit } from "../admin/audit.ts";
import type { Caller } from "../caller.ts";
import type { Engine } from "../engine.ts";
import { removeSession, returnOfSession } from "../sessions/work-sessions.ts";
import { type Call, callDigest, claimRequestIds, lockCall, readCalls, runCall } from "../tx/repeated-call.ts";
import { requestDigest } from "../tx/request-digest.ts";
import { findAgentSession, sessionOf } from "./agent-session-rows.ts";

/** What one transaction returns to the queue, so that its locks are held briefly. */
const batchMax = 500;

export type ClosedAgentSession = { readonly session?: AgentSession; readonly leasesReleased: number };

type Closing = { readonly call: Call; readonly request: CloseAgentSessionRequest };
type Step = ClosedAgentSession & { readonly hasMore: boolean };

const { name: methodName, access } = methodOptions(AgentService.method.closeAgentSession);

export async function closeAgentSession(
  engine: Engine,
  closer: Caller & Administrator,
  request: CloseAgentSessionRequest,
): Promise<ClosedAgentSession> {
  const { principalText: principal } = closer;
  const { requestId } = request;
  const digest = callDigest(requestId, () => requestDigest(CloseAgentSessionRequestSchema, request));
  const call: Call = { method: AgentService.method.closeAgentSession.name, principal, requestId, digest };
  let leasesReleased = 0;
  for (;;) {
    const step = await runCall(() =>
      transaction(engine.database, {}, (tx) => closeIn(engine, tx, closer, { call, request })),
    );
    leasesReleased += step.leasesReleased;
    if (!step.hasMore) return step.session ? { session: step.session, leasesReleased } : { leasesReleased };
  }
}

async function closeIn(
  engine: Engine,
  tx: Transaction,
  closer: Caller & Administrator,
  { call, request }: Closing,
): Promise<Step> {
  const { tenantId, principalText } = closer;
  const { agentSessionId: sessionId, reason, requestId } = request;
  await lockCall(tx, tenantId, call);
  const [said] = await readCalls(tx, tenantId, [call]);
  if (said) {
    orThrow(said);
    return { leasesReleased: 0, hasMore: false };
  }
  // Before it is read: a heartbeat or a stream that takes it up comes before or after.
  const locked = await lockSession(tx, { tenantId, sessionId });
  if (!locked) throw new Refused(notFound("agent_session", sessionId));
  const isOperator = closer.scopes.has(access.widerScope);
  const isFor = ({ principal }: { readonly principal: string }) => principal === principalText || isOperator;
  const row = await findAgentSession(tx, { tenantId, sessionId, now: tx.now }, isFor);
  const picked = await pickLeasesOfSession(tx, { tenantId, sessionId, most: batchMax });
  const taskIds = picked.map(({ taskId }) => taskId);
  const because = reason === "" ? "" : `: ${reason}`;
  const why = `the agent session ${JSON.stringify(row.name)} was closed${because}`;
  const returned = await returnOfSession(engine, tx, closer, sessionId, taskIds, why);
  if (picked.length === batchMax) return { leasesReleased: returned.length, hasMore: true };
  await removeSession(engine, tx, tenantId, sessionId);
  await claimRequestIds(tx, tenantId, [{ call, taskIds: [sessionId] }]);
  if (row.principal !== principalText) {
    const note = `session of ${row.principal}${because}`;
    await recordAudit(engine, tx, closer, { method: methodName, tenantId, subject: row.name, requestId, note });
  }
  return { session: sessionOf(row, 0), leasesReleased: returned.length, hasMore: false };
}
