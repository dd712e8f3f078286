// What a claim has to do with the health of agents: a worker that offers the capability of an agent is shown the tasks
// that require the agent to be well, while it is. Workers of no agent never come here.
import { create } from "@bufbuild/protobuf";
import { type AgentCheck, AgentCheckSchema } from "../../../gen/typescript/asyncgate/v1/agent_pb.ts";
import { agentOfWord, agentsAmong, isOfAgent, passOf, preflightWord } from "../../core/preflight.ts";
import { Refused } from "../../core/refusal.ts";
import type { WorkKind } from "../../core/work-kind.ts";
import { findPreflightDemand } from "../../store/agent_health.sql.gen.ts";
import { read } from "../../store/transaction.ts";
import type { Engine } from "../engine.ts";
import { checkAgent } from "./check-agent.ts";

/** The kind as its claims are made: with the server's word for each agent that is known to pass. */
export function withPassed(engine: Engine, tenantId: string, kind: WorkKind): WorkKind {
  if (!isOfAgent(kind)) return kind;
  const passed = agentsAmong(kind.capabilities).filter((agentId) => passes(engine, tenantId, agentId));
  if (passed.length === 0) return kind;
  return { ...kind, capabilities: [...kind.capabilities, ...passed.map(preflightWord)] };
}

function passes({ knownHealth }: Engine, tenantId: string, agentId: string): boolean {
  const check = knownHealth.fresh(tenantId, agentId);
  return check !== undefined && passOf(check) !== undefined;
}

export type Checked = {
  /** Agents that pass, and did not as far as was known. */
  readonly passed: readonly string[];
  readonly failed: readonly AgentCheck[];
};

/** Of the agents of a kind for which tasks wait that need it, those that are not known to pass are checked. */
export async function checkWanted(engine: Engine, tenantId: string, kind: WorkKind): Promise<Checked> {
  const unknown = agentsAmong(kind.capabilities).filter((agentId) => !passes(engine, tenantId, agentId));
  if (unknown.length === 0) return { passed: [], failed: [] };
  const { queues, anyQueue = false, acceptTypes: types, capabilities } = kind;
  const rows = await read(engine.database, {}, async (tx) =>
    findPreflightDemand(tx, {
      tenantId,
      queues,
      anyQueue,
      types,
      anyType: types.length === 0,
      words: unknown.map(preflightWord),
      capabilities: [...capabilities, ...agentsAmong(capabilities).map(preflightWord)],
      now: await tx.now,
    }),
  );
  const checks = await checkAll(
    engine,
    tenantId,
    rows.map(({ word }) => agentOfWord(word)),
  );
  return {
    passed: checks.filter(passOf).map(({ agentId }) => agentId),
    failed: checks.filter((check) => !passOf(check)),
  };
}

/** A capability may be that of an agent that is not registered: nothing is known of it then. */
export async function checkAll(engine: Engine, tenantId: string, agentIds: readonly string[]): Promise<AgentCheck[]> {
  return await Promise.all(
    agentIds.map((agentId) =>
      checkAgent(engine, tenantId, agentId).catch((error: unknown) => {
        if (error instanceof Refused) return create(AgentCheckSchema, { agentId });
        throw error;
      }),
    ),
  );
}
