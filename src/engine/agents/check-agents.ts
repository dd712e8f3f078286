// CheckAgents: whether agents are well, by checks that are not older than 10 s.
import { fromBinary } from "@bufbuild/protobuf";
import { type AgentCheck, AgentSchema } from "../../../gen/typescript/asyncgate/v1/agent_pb.ts";
import type { CheckAgentsRequest } from "../../../gen/typescript/asyncgate/v1/agent_service_pb.ts";
import { agentsAmong, allPass } from "../../core/preflight.ts";
import { invalidArgument, Refused } from "../../core/refusal.ts";
import { WordKind } from "../../core/register-agent.ts";
import { listAgentsOfWord } from "../../store/agent.sql.gen.ts";
import { read } from "../../store/transaction.ts";
import type { Caller } from "../caller.ts";
import type { Engine } from "../engine.ts";
import { checkAgent } from "../health/check-agent.ts";

/** As the contract says. */
const agentsMax = 50;

export type CheckedAgents = { readonly checks: AgentCheck[]; readonly passed: boolean };

export async function checkAgents(
  engine: Engine,
  { tenantId }: Caller,
  request: CheckAgentsRequest,
): Promise<CheckedAgents> {
  const { agentIds, capability, strict } = request;
  if (agentIds.length > 0 === (capability !== "")) {
    const description = "must be given, or else capability: one of the two";
    throw new Refused(invalidArgument([{ field: "agent_ids", description, rule: "check.of" }]));
  }
  const ids = capability === "" ? agentIds : await agentsWith(engine, tenantId, capability);
  const checks = await Promise.all(ids.map((agentId) => checkAgent(engine, tenantId, agentId)));
  return { checks, passed: allPass(checks, strict) };
}

/** The ACTIVE agents that have a capability, by id. */
async function agentsWith(engine: Engine, tenantId: string, capability: string): Promise<readonly string[]> {
  const own = agentsAmong([capability]);
  if (own.length > 0) return own;
  const rows = await read(engine.database, {}, (tx) =>
    listAgentsOfWord(tx, { tenantId, kind: WordKind.capability, word: capability, most: agentsMax }),
  );
  return rows.map(({ agent }) => fromBinary(AgentSchema, agent).agentId).sort();
}
