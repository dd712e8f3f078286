// RegisterAgent: one registration of a tenant at a time, under a lock, so that of two agents whose write scopes overlap
// the second sees the first, on whichever server. Decision 0036.
import { type Agent, AgentSchema } from "../../../gen/typescript/asyncgate/v1/agent_pb.ts";
import {
  AgentService,
  type RegisterAgentRequest,
  RegisterAgentRequestSchema,
} from "../../../gen/typescript/asyncgate/v1/agent_service_pb.ts";
import { assert } from "../../core/assert.ts";
import { formatPrincipal } from "../../core/principal.ts";
import { agentScopeTaken, limitExceeded, orThrow, type Refusal, Refused, throwIfRefused } from "../../core/refusal.ts";
import {
  checkAgent,
  definitionOf,
  type Registration,
  registerAgent as registerAgentRule,
  wordsOfAgent,
  writeKeysOf,
} from "../../core/register-agent.ts";
import { endOfKeys, keysAbove, resourceOf } from "../../core/scopes.ts";
import {
  countAgents,
  deleteAgentVersions,
  deleteAgentWords,
  deleteAgentWrites,
  findAgentWrites,
  insertAgentVersion,
  insertAgentWords,
  insertAgentWrites,
  lockAgents,
  readAgent,
  writeAgent,
} from "../../store/agent.sql.gen.ts";
import type { Transaction } from "../../store/transaction.ts";
import { encode } from "../../wire/encode.ts";
import { type Act, administer } from "../admin/administer.ts";
import type { Administrator } from "../admin/audit.ts";
import type { Caller } from "../caller.ts";
import type { Engine } from "../engine.ts";
import { requestDigest } from "../tx/request-digest.ts";
import { agentOf } from "./agent-rows.ts";

/** As the contract says. */
const versionsKept = 100;

export async function registerAgent(
  engine: Engine,
  operator: Caller & Administrator,
  request: RegisterAgentRequest,
): Promise<Registration> {
  const { agent: asked, requestId } = request;
  assert(asked !== undefined, "the contract requires the agent");
  const definition = definitionOf(asked);
  throwIfRefused(checkAgent(definition, operator.limits));
  const { tenantId, principalText: by } = operator;
  const { agentId } = definition;
  const digest = () => requestDigest(RegisterAgentRequestSchema, request);
  const act: Act = { method: AgentService.method.registerAgent, requestId, digest };
  return await administer<Registration>(engine, operator, act, async (tx, said) => {
    await lockAgents(tx, { tenantId });
    const row = await readAgent(tx, { tenantId, agentId });
    const before = row && agentOf(row);
    if (said && before) return { answer: { agent: before, changed: false }, deed: deedOf(tenantId, before, false) };
    const expectedVersion = asked.version;
    const registered = orThrow(registerAgentRule(before, definition, { now: tx.now, by, expectedVersion }));
    const { agent, changed } = registered;
    if (changed) {
      if (!before) await refuseTooMany(tx, operator);
      await refuseOverlaps(tx, tenantId, agent);
      await write(tx, tenantId, agent, before);
      tx.afterCommit(() => engine.knownHealth.forget(tenantId, agentId));
    }
    return { answer: registered, deed: deedOf(tenantId, agent, changed) };
  });
}

function deedOf(tenantId: string, { agentId, version }: Agent, changed: boolean) {
  return { tenantId, subject: agentId, note: `version ${version}${changed ? "" : ", as it was"}` };
}

async function refuseTooMany(tx: Transaction, { tenantId, limits }: Caller): Promise<void> {
  const bound = limits.agents_max;
  const { agents } = await countAgents(tx, { tenantId, most: bound });
  if (agents >= bound) throw new Refused(limitExceeded({ limit: "agents_max", bound, value: agents + 1 }));
}

async function refuseOverlaps(tx: Transaction, tenantId: string, agent: Agent): Promise<void> {
  throwIfRefused(await overlapsOfOthers(tx, tenantId, agent.agentId, writeKeysOf(agent)));
}

/** What is to be written overlaps the write scopes of other ACTIVE agents. */
export async function overlapsOfOthers(
  tx: Transaction,
  tenantId: string,
  agentId: string,
  keys: readonly string[],
): Promise<Refusal | undefined> {
  if (keys.length === 0) return undefined;
  const above = keys.flatMap((key, place) => keysAbove(key).map((one) => ({ key: one, place: place + 1 })));
  const found = await findAgentWrites(tx, {
    tenantId,
    agentId,
    keys,
    untilKeys: keys.map(endOfKeys),
    aboveKeys: above.map(({ key }) => key),
    abovePlaces: above.map(({ place }) => place),
  });
  if (found.length === 0) return undefined;
  const overlaps = found.map(({ place, key, agentId: otherAgentId }) => ({
    resource: resourceOf(keys[place - 1] ?? ""),
    agentId,
    otherResource: resourceOf(key),
    otherAgentId,
  }));
  return agentScopeTaken(overlaps);
}

async function write(tx: Transaction, tenantId: string, agent: Agent, before: Agent | undefined): Promise<void> {
  const { agentId, status, principal } = agent;
  const version = Number(agent.version);
  const named = { tenantId, agentId };
  const stored = { ...named, version, agent: encode(AgentSchema, agent) };
  const words = wordsOfAgent(agent);
  const keys = writeKeysOf(agent);
  const formerKeys = before ? writeKeysOf(before) : [];
  await Promise.all([
    writeAgent(tx, { ...stored, status, principal: principal ? formatPrincipal(principal) : null }),
    insertAgentVersion(tx, stored),
    deleteAgentVersions(tx, { ...named, untilVersion: version - versionsKept }),
    deleteAgentWords(tx, named),
    formerKeys.length > 0 && deleteAgentWrites(tx, { ...named, keys: formerKeys }),
    words.length > 0 &&
      insertAgentWords(tx, {
        ...named,
        kinds: words.map(({ kind }) => kind),
        words: words.map(({ word }) => word),
        matches: words.map(({ match }) => match),
        values: words.map(({ value }) => value),
        defersTos: words.map(({ defersTo }) => defersTo),
      }),
    keys.length > 0 && insertAgentWrites(tx, { ...named, keys }),
  ]);
}
