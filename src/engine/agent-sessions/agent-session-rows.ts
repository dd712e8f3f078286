// Sessions of agents as they are stored: the message as it was opened, with what has changed since.
import { fromBinary } from "@bufbuild/protobuf";
import { type AgentSession, AgentSessionSchema } from "../../../gen/typescript/asyncgate/v1/agent_pb.ts";
import { durationOfMs, timestampOfDate } from "../../core/duration.ts";
import { notFound, Refused } from "../../core/refusal.ts";
import { type ReadAgentSessionRow, readAgentSession } from "../../store/agent_session.sql.gen.ts";
import type { Executor } from "../../store/statement.ts";

type SessionRow = { readonly session: Uint8Array; readonly expireTime: Date; readonly ttlMs: number };

export function sessionOf({ session, expireTime, ttlMs }: SessionRow, leases: number): AgentSession {
  const opened = fromBinary(AgentSessionSchema, session);
  return { ...opened, expireTime: timestampOfDate(expireTime), ttl: durationOfMs(ttlMs), leases };
}

/** `isFor` says whether the caller may know of it: for others there is none. */
export async function findAgentSession(
  tx: Executor,
  { tenantId, sessionId, now }: { readonly tenantId: string; readonly sessionId: string; readonly now: Date },
  isFor: (row: ReadAgentSessionRow) => boolean,
): Promise<ReadAgentSessionRow> {
  const row = await readAgentSession(tx, { tenantId, sessionId, now });
  if (!row || !isFor(row)) throw new Refused(notFound("agent_session", sessionId));
  return row;
}
