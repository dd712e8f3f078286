// KeepAgentSession: a heartbeat of a session that no stream keeps. It goes with the heartbeats of streams, many in one
// statement.
import { create } from "@bufbuild/protobuf";
import {
  type KeepAgentSessionRequest,
  type KeepAgentSessionResponse,
  KeepAgentSessionResponseSchema,
} from "../../../gen/typescript/asyncgate/v1/agent_service_pb.ts";
import { StreamEndReason } from "../../../gen/typescript/asyncgate/v1/worker_service_pb.ts";
import { timestampOfDate } from "../../core/duration.ts";
import { notFound, Refused } from "../../core/refusal.ts";
import { isOverBudget } from "../../core/task-record.ts";
import { read } from "../../store/transaction.ts";
import type { Caller } from "../caller.ts";
import { readActing } from "../claims/acting-agent.ts";
import { keptLease } from "../leases/renew-leases.ts";
import type { HeartbeatEngine } from "../sessions/heartbeats.ts";

/** As the contract says. */
const directivesMax = 500;
/** A stream takes a session up once, so that it is missed once. */
const triesMax = 2;

export async function keepAgentSession(
  engine: HeartbeatEngine,
  caller: Caller,
  { agentSessionId: sessionId }: Pick<KeepAgentSessionRequest, "agentSessionId">,
): Promise<KeepAgentSessionResponse> {
  const { tenantId } = caller;
  for (let tries = 1; tries <= triesMax; tries += 1) {
    const { epoch, ttlMs } = await read(engine.database, {}, async (tx) =>
      readActing(tx, caller, sessionId, await tx.now),
    );
    const kept = await engine.writeHeartbeat({ tenantId, session: { sessionId, epoch, ttlMs }, listLeases: true });
    if (kept.ended === undefined) {
      const { expireTime, leases } = kept;
      const directed = leases.filter((lease) => lease.cancelTime !== null || isOverBudget(lease));
      return create(KeepAgentSessionResponseSchema, {
        expireTime: timestampOfDate(expireTime),
        leases: leases.length,
        directives: directed.slice(0, directivesMax).map((lease) => keptLease(lease, expireTime)),
      });
    }
    if (kept.ended !== StreamEndReason.RESUMED_ELSEWHERE) break;
  }
  throw new Refused(notFound("agent_session", sessionId));
}
