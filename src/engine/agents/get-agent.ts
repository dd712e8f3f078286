// GetAgent: an agent as it is, or as a former version was.
import type { Agent } from "../../../gen/typescript/asyncgate/v1/agent_pb.ts";
import type { GetAgentRequest } from "../../../gen/typescript/asyncgate/v1/agent_service_pb.ts";
import { notFound, Refused } from "../../core/refusal.ts";
import { readAgent, readAgentVersion } from "../../store/agent.sql.gen.ts";
import { read } from "../../store/transaction.ts";
import type { Caller } from "../caller.ts";
import type { Engine } from "../engine.ts";
import { agentOf } from "./agent-rows.ts";

type Asked = Pick<GetAgentRequest, "agentId" | "version">;

export async function getAgent(engine: Engine, { tenantId }: Caller, { agentId, version }: Asked): Promise<Agent> {
  // No agent gets as many versions as that.
  const isKnown = version <= BigInt(Number.MAX_SAFE_INTEGER);
  const row = await read(engine.database, {}, async (tx) => {
    if (version === 0n) return await readAgent(tx, { tenantId, agentId });
    return isKnown ? await readAgentVersion(tx, { tenantId, agentId, version: Number(version) }) : undefined;
  });
  if (!row) throw new Refused(notFound("agent", agentId));
  return agentOf(row);
}
