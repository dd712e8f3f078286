// One check of an agent: its row, its live sessions and an operator's override are read, and its endpoints are probed,
// without a connection to the database meanwhile.
import { create, fromBinary } from "@bufbuild/protobuf";
import {
  type Agent,
  type AgentCheck,
  AgentCheckSchema,
  type AgentEndpoint,
  type AgentProbe,
  AgentProbeSchema,
  AgentSchema,
  PreflightOverrideSchema,
} from "../../../gen/typescript/asyncgate/v1/agent_pb.ts";
import { timestampOfDate } from "../../core/duration.ts";
import { healthOf } from "../../core/preflight.ts";
import { parsePrincipal } from "../../core/principal.ts";
import { notFound, Refused } from "../../core/refusal.ts";
import { readAgent } from "../../store/agent.sql.gen.ts";
import {
  countSessionsOfAgent,
  type ReadPreflightOverrideRow,
  readPreflightOverride,
} from "../../store/agent_health.sql.gen.ts";
import { read } from "../../store/transaction.ts";
import type { Engine } from "../engine.ts";
import type { Looked } from "../runtime/known-health.ts";

/** As the contract says. */
const sessionsMax = 1_000;
/** What is expected where the agent says nothing. */
const statusDefault = 200;

/** A check of the last 10 s, or a new one. Throws if there is no such agent. */
export function checkAgent(engine: Engine, tenantId: string, agentId: string): Promise<AgentCheck> {
  return engine.knownHealth.check(tenantId, agentId, () => look(engine, tenantId, agentId));
}

async function look(engine: Engine, tenantId: string, agentId: string): Promise<Looked> {
  const { agent, sessions, override, now } = await read(engine.database, {}, async (tx) => {
    const now = await tx.now;
    const [row, { sessions }, override] = await Promise.all([
      readAgent(tx, { tenantId, agentId }),
      countSessionsOfAgent(tx, { tenantId, agentId, now, most: sessionsMax }),
      readPreflightOverride(tx, { tenantId, agentId }),
    ]);
    if (!row) throw new Refused(notFound("agent", agentId));
    return { agent: fromBinary(AgentSchema, row.agent), sessions, override, now };
  });
  const probes = await probesOf(engine, agent);
  const inForceMs = override ? override.untilTime.getTime() - now.getTime() : 0;
  const check = create(AgentCheckSchema, {
    agentId,
    health: healthOf(probes, sessions),
    probes,
    liveSessions: sessions,
    checkTime: timestampOfDate(now),
    ...(override && inForceMs > 0 && { override: overrideOf(override) }),
  });
  return { check, usableMs: inForceMs > 0 ? inForceMs : Number.POSITIVE_INFINITY };
}

export function overrideOf({ untilTime, principal, reason }: ReadPreflightOverrideRow) {
  return create(PreflightOverrideSchema, {
    untilTime: timestampOfDate(untilTime),
    by: parsePrincipal(principal),
    reason,
  });
}

async function probesOf({ probe }: Engine, { endpoints }: Agent): Promise<AgentProbe[]> {
  return await Promise.all(
    endpoints.map(async ({ url, expect }: AgentEndpoint) => {
      const found = await probe(url);
      const wanted = expect || statusDefault;
      const isOk = found.status === wanted;
      const problem = found.problem === "" && !isOk ? `answered ${found.status}, and not ${wanted}` : found.problem;
      return create(AgentProbeSchema, { url, ok: isOk, status: found.status, problem, skipped: found.isSkipped });
    }),
  );
}
