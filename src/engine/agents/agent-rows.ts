// Agents as they are stored: whole messages, which are read and written as they are.
import { fromBinary } from "@bufbuild/protobuf";
import { type Agent, AgentSchema } from "../../../gen/typescript/asyncgate/v1/agent_pb.ts";
import { notFound, Refused } from "../../core/refusal.ts";
import { readAgent } from "../../store/agent.sql.gen.ts";
import type { Executor } from "../../store/statement.ts";

/** An id as a page token has it. */
export const agentIdShape = /^[a-z0-9][a-z0-9-]{0,62}$/;

export function agentOf(row: { readonly agent: Uint8Array }): Agent {
  return fromBinary(AgentSchema, row.agent);
}

export async function findAgent(tx: Executor, tenantId: string, agentId: string): Promise<Agent> {
  const row = await readAgent(tx, { tenantId, agentId });
  if (!row) throw new Refused(notFound("agent", agentId));
  return agentOf(row);
}
