// RouteTask: which agent a task belongs to. The database finds words and counts load; the rule decides.
import {
  type RouteMatch,
  type RouteQuery,
  RouteStatus,
  type RouteTaskRequest,
  type RouteTaskResponse,
} from "../../../gen/typescript/asyncgate/v1/agent_service_pb.ts";
import { capabilityOf } from "../../core/agent-capability.ts";
import { orThrow } from "../../core/refusal.ts";
import {
  alike,
  type Candidate,
  candidatesOf,
  type FoundWord,
  type Lookup,
  lookupOf,
  type Route,
  routeTask as routeTaskRule,
} from "../../core/route-task.ts";
import { countAgentLoads, findAgentWords, readActiveAgents } from "../../store/agent.sql.gen.ts";
import { type ReadTransaction, read } from "../../store/transaction.ts";
import type { Caller } from "../caller.ts";
import type { Engine } from "../engine.ts";
import { findAgent } from "./agent-rows.ts";

/** Of one word, so many agents are found, the first by id; of one text, so many words of agents. */
const agentsOfWordMax = 100;
const foundMax = 5_000;
/** Of so many that match alike the load is counted, the first by id. */
const comparedMax = 20;
/** As the contract says. */
const loadMax = 1_000;
/** A long text is thousands of lookups. */
const routeTimeoutMs = 2_000;

export type RouteAnswer = Omit<RouteTaskResponse, "$typeName" | "$unknown">;

export async function routeTask(
  engine: Engine,
  { tenantId }: Caller,
  { query }: Pick<RouteTaskRequest, "query">,
): Promise<RouteAnswer> {
  return await read(engine.database, { statementTimeoutMs: routeTimeoutMs }, async (tx) => {
    const { agentId, ...route } = await findRoute(tx, tenantId, query, "query");
    if (agentId === undefined) return { ...route, status: RouteStatus.NOT_FOUND };
    return { ...route, status: RouteStatus.MATCHED, agent: await findAgent(tx, tenantId, agentId) };
  });
}

/** `field`: where the query stands in the request. */
export async function findRoute(
  tx: ReadTransaction,
  tenantId: string,
  query: RouteQuery | undefined,
  field: string,
): Promise<Route> {
  const lookup = orThrow(lookupOf(query, field));
  const candidates = candidatesOf(await findWords(tx, tenantId, lookup));
  const agentIds = candidates.map(({ agentId }) => agentId);
  const rows = agentIds.length > 0 ? await readActiveAgents(tx, { tenantId, agentIds }) : [];
  const principals = new Map(rows.map(({ agentId, principal }) => [agentId, principal]));
  const active = new Set(principals.keys());
  const rivals = alike(candidates.filter(({ agentId }) => active.has(agentId)));
  const loads = rivals.length > 1 ? await countLoads(tx, tenantId, rivals, principals) : new Map<string, number>();
  return routeTaskRule({ query: query as RouteQuery, candidates, active, loads });
}

async function findWords(tx: ReadTransaction, tenantId: string, lookup: Lookup): Promise<FoundWord[]> {
  const { kind, words } = lookup;
  if (words.length === 0) return [];
  const found = await findAgentWords(tx, { tenantId, kind, words, mostOfWord: agentsOfWordMax, most: foundMax });
  return found
    .map(({ place, ...row }) => ({ ...row, match: row.match as RouteMatch, word: words[place - 1] ?? "" }))
    .filter(({ match }) => lookup.match === undefined || match === lookup.match);
}

async function countLoads(
  tx: ReadTransaction,
  tenantId: string,
  rivals: readonly Candidate[],
  principals: ReadonlyMap<string, string | null>,
): Promise<Map<string, number>> {
  const agentIds = rivals.slice(0, comparedMax).map(({ agentId }) => agentId);
  const rows = await countAgentLoads(tx, {
    tenantId,
    agentIds,
    capabilities: agentIds.map(capabilityOf),
    principals: agentIds.map((agentId) => principals.get(agentId) ?? null),
    countedMax: loadMax,
  });
  return new Map(rows.map(({ agentId, load }) => [agentId, Math.min(load, loadMax)]));
}
