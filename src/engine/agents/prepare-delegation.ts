// DelegateToAgent until its task is created: the task of an earlier call with the same key, or what is to be created.
// CreateTask creates it; the digest of the delegation goes with it, so that a repeated call is known by what it asked,
// whatever agent its route leads to by then.
import { type Agent, AgentHealth } from "../../../gen/typescript/asyncgate/v1/agent_pb.ts";
import type { DelegateToAgentRequest, RouteQuery } from "../../../gen/typescript/asyncgate/v1/agent_service_pb.ts";
import { Preflight } from "../../../gen/typescript/asyncgate/v1/task_pb.ts";
import type { CreateTaskRequest } from "../../../gen/typescript/asyncgate/v1/task_service_pb.ts";
import { preflightFailed } from "../../core/agent-refusals.ts";
import { digestOf } from "../../core/chain.ts";
import { delegatedTask, delegationDigest } from "../../core/delegate-to-agent.ts";
import { passOf } from "../../core/preflight.ts";
import { idempotencyConflict, invalidArgument, noAgentMatches, orThrow, Refused } from "../../core/refusal.ts";
import { WordKind } from "../../core/register-agent.ts";
import { listAgentsOfWord } from "../../store/agent.sql.gen.ts";
import { readIdempotencyKeys, readRequests } from "../../store/idempotency.sql.gen.ts";
import { readTasks } from "../../store/task.sql.gen.ts";
import { type ReadTransaction, read } from "../../store/transaction.ts";
import type { Caller } from "../caller.ts";
import type { Engine } from "../engine.ts";
import { checkAgent } from "../health/check-agent.ts";
import { type Created, existing } from "../tasks/make-creations.ts";
import { readLeaseToken } from "../tx/holder.ts";
import { noTask } from "../tx/idempotency.ts";
import { agentOf, findAgent } from "./agent-rows.ts";
import { findRoute } from "./route-task.ts";

/** A principal is rarely more than one agent. */
const agentsOfPrincipalMax = 20;

export type PreparedDelegation =
  | { readonly created: Created }
  | {
      readonly task: CreateTaskRequest;
      readonly digest: Uint8Array;
      readonly agentId: string;
      readonly why: string;
      readonly health: AgentHealth;
    };

export async function prepareDelegation(
  engine: Engine,
  caller: Caller,
  request: DelegateToAgentRequest,
): Promise<PreparedDelegation> {
  const { tenantId, limits } = caller;
  const { under: leaseToken, requestId } = request;
  const under = leaseToken === "" ? undefined : orThrow(readLeaseToken(caller, { leaseToken, requestId }));
  const digest = delegationDigest(request, under?.taskId ?? "");
  const prepared: PreparedDelegation = await read(engine.database, {}, async (tx): Promise<PreparedDelegation> => {
    const created = await findCreated(tx, caller, request, digest);
    if (created) return { created };
    const { agent, why } = await findAgentFor(tx, tenantId, request);
    const callers = await listAgentsOfWord(tx, {
      tenantId,
      kind: WordKind.principal,
      word: caller.principalText,
      most: agentsOfPrincipalMax,
    });
    const task = orThrow(delegatedTask({ agent, request, callers: callers.map(agentOf).sort(byId), limits }));
    return { task, digest, agentId: agent.agentId, why, health: AgentHealth.UNSPECIFIED };
  });
  // Behind the transaction: probes take their time.
  return "task" in prepared ? { ...prepared, health: await healthFor(engine, tenantId, prepared) } : prepared;
}

async function healthFor(
  engine: Engine,
  tenantId: string,
  { task, agentId }: { readonly task: CreateTaskRequest; readonly agentId: string },
): Promise<AgentHealth> {
  if (task.preflight === Preflight.SKIP) return AgentHealth.UNSPECIFIED;
  const check = await checkAgent(engine, tenantId, agentId);
  if (task.preflight === Preflight.REQUIRED && !passOf(check)) throw new Refused(preflightFailed([check]));
  return check.health;
}

/** The task of a call that was done before, by its id or its key. A rival that is under way is met by CreateTask. */
async function findCreated(
  tx: ReadTransaction,
  { tenantId, principalText }: Caller,
  { requestId, idempotencyKey }: DelegateToAgentRequest,
  digest: Uint8Array,
): Promise<Created | undefined> {
  const [calls, keys] = await Promise.all([
    requestId === "" ? [] : readRequests(tx, { tenantId, principals: [principalText], requestIds: [requestId] }),
    idempotencyKey === ""
      ? []
      : readIdempotencyKeys(tx, { tenantId, principals: [principalText], keys: [idempotencyKey] }),
  ]);
  const said = [
    ...calls.map((row) => ({
      key: requestId,
      taskId: row.taskIds[0] ?? noTask,
      isSame: isEqual(row.requestDigest, digestOf(digest)),
    })),
    ...keys.map((row) => ({ key: idempotencyKey, taskId: row.taskId, isSame: isEqual(row.requestDigest, digest) })),
  ];
  const other = said.find(({ isSame }) => !isSame);
  if (other) throw new Refused(idempotencyConflict(other.key, other.taskId === noTask ? "" : other.taskId));
  // One that was refused is tried again.
  const made = said.find(({ taskId }) => taskId !== noTask);
  if (!made) return undefined;
  const [row] = await readTasks(tx, { tenantId, taskIds: [made.taskId] });
  return row && existing(row);
}

/** Which of them is named in a refusal does not depend on the order of rows. */
function byId(one: Agent, other: Agent): number {
  return one.agentId < other.agentId ? -1 : 1;
}

function isEqual(one: Uint8Array, other: Uint8Array): boolean {
  return Buffer.compare(one, other) === 0;
}

async function findAgentFor(
  tx: ReadTransaction,
  tenantId: string,
  { to }: DelegateToAgentRequest,
): Promise<{ readonly agent: Agent; readonly why: string }> {
  if (to.case === "agentId") return { agent: await findAgent(tx, tenantId, to.value), why: "" };
  if (to.case === undefined) {
    const description = "must be given, or else route: one of the two";
    throw new Refused(invalidArgument([{ field: "agent_id", description, rule: "delegate.to" }]));
  }
  const { agentId, why } = await findRoute(tx, tenantId, to.value, "route");
  if (agentId === undefined) throw new Refused(noAgentMatches(to.value.by.case ?? "", wordsOf(to.value)));
  return { agent: await findAgent(tx, tenantId, agentId), why };
}

function wordsOf({ by }: RouteQuery): string {
  return by.value ?? "";
}
