// OverridePreflight: an operator lets an agent pass for some time, or no longer.
import type { PreflightOverride } from "../../../gen/typescript/asyncgate/v1/agent_pb.ts";
import {
  AgentService,
  type OverridePreflightRequest,
  OverridePreflightRequestSchema,
} from "../../../gen/typescript/asyncgate/v1/agent_service_pb.ts";
import { addMs, msOfDuration } from "../../core/duration.ts";
import {
  deletePreflightOverride,
  readPreflightOverride,
  writePreflightOverride,
} from "../../store/agent_health.sql.gen.ts";
import type { Transaction } from "../../store/transaction.ts";
import { type Act, administer } from "../admin/administer.ts";
import type { Administrator } from "../admin/audit.ts";
import type { Caller } from "../caller.ts";
import type { Engine } from "../engine.ts";
import { overrideOf } from "../health/check-agent.ts";
import { requestDigest } from "../tx/request-digest.ts";
import { findAgent } from "./agent-rows.ts";

export type Overridden = { readonly override?: PreflightOverride };

export async function overridePreflight(
  engine: Engine,
  operator: Caller & Administrator,
  request: OverridePreflightRequest,
): Promise<Overridden> {
  const { tenantId } = operator;
  const { agentId, requestId, duration, reason } = request;
  const lastsMs = duration ? msOfDuration(duration) : 0;
  const digest = () => requestDigest(OverridePreflightRequestSchema, request);
  const act: Act = { method: AgentService.method.overridePreflight, requestId, digest };
  return await administer<Overridden>(engine, operator, act, async (tx, said) => {
    await findAgent(tx, tenantId, agentId);
    if (!said) await write(engine, tx, operator, { agentId, lastsMs, reason });
    const row = await readPreflightOverride(tx, { tenantId, agentId });
    const answer = row && row.untilTime > tx.now ? { override: overrideOf(row) } : {};
    const note = answer.override ? `until ${row?.untilTime.toISOString()}: ${reason}` : `ended: ${reason}`;
    return { answer, deed: { tenantId, subject: agentId, note } };
  });
}

type Asked = { readonly agentId: string; readonly lastsMs: number; readonly reason: string };

async function write(
  { knownHealth }: Engine,
  tx: Transaction,
  { tenantId, principalText: principal }: Caller,
  { agentId, lastsMs, reason }: Asked,
): Promise<void> {
  if (lastsMs === 0) await deletePreflightOverride(tx, { tenantId, agentId });
  else await writePreflightOverride(tx, { tenantId, agentId, principal, reason, untilTime: addMs(tx.now, lastsMs) });
  tx.afterCommit(() => knownHealth.forget(tenantId, agentId));
}
