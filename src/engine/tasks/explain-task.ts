// ExplainTask: reads what decides whether a task runs, and lets the rules say it. Everything is counted only so far.
import { fromBinary } from "@bufbuild/protobuf";
import type { AgentCheck } from "../../../gen/typescript/asyncgate/v1/agent_pb.ts";
import type { Explanation } from "../../../gen/typescript/asyncgate/v1/explanation_pb.ts";
import { type ReceiptBody, ReceiptBodySchema, ReceiptType } from "../../../gen/typescript/asyncgate/v1/receipt_pb.ts";
import {
  type OnImpossible,
  OutcomeSchema,
  Preflight,
  ProgressSchema,
  type Task,
  TaskSchema,
  TaskState,
} from "../../../gen/typescript/asyncgate/v1/task_pb.ts";
import type { ExplainTaskRequest } from "../../../gen/typescript/asyncgate/v1/task_service_pb.ts";
import { ReviewSchema } from "../../../gen/typescript/asyncgate/v1/verification_pb.ts";
import { dateOfTimestamp } from "../../core/duration.ts";
import { explainTask as explain } from "../../core/explain-task.ts";
import { mayBeLeased } from "../../core/grant-policy.ts";
import { type Place, placedBy } from "../../core/hand-off.ts";
import { agentsAmong, passOf } from "../../core/preflight.ts";
import { formatPrincipal } from "../../core/principal.ts";
import { requestedFrom } from "../../core/questions.ts";
import { notFound, Refused } from "../../core/refusal.ts";
import { scopeRows } from "../../core/scopes.ts";
import {
  aheadMax,
  type EndedSituation,
  type FailureFacts,
  type HeldSituation,
  type PauseFacts,
  type QuestionFacts,
  type ScopeFacts,
  type Situation,
  type WaitSituation,
  type WorkerCounts,
} from "../../core/situation.ts";
import { hasConditions, hasScopes, isVerification, stateOf } from "../../core/task-record.ts";
import { awaitedIds } from "../../core/wait-obstacle.ts";
import { readPausedQueue } from "../../store/pause.sql.gen.ts";
import { readScopeHolders } from "../../store/scope.sql.gen.ts";
import {
  countAhead,
  countOffers,
  countWorkers,
  type ReadSituationRow,
  readAwaited,
  readLastFailure,
  readSituation,
} from "../../store/situation.sql.gen.ts";
import { type ReadTransaction, read } from "../../store/transaction.ts";
import { readVerifiers } from "../../store/verifier.sql.gen.ts";
import { readConditions } from "../../store/wait.sql.gen.ts";
import { type Caller, mayReadTask } from "../caller.ts";
import type { Engine } from "../engine.ts";
import { checkAll } from "../health/preflight.ts";
import { readFull } from "../runtime/quotas.ts";
import { findObstacles } from "../scopes/scope-rows.ts";
import { conditionOf } from "../tx/condition-rows.ts";
import { taskIdIn } from "../tx/names.ts";
import { handOffMessage } from "../views/assemble-task.ts";

/** Counting may be slow, and must not hold up others. */
const explainTimeoutMs = 2_000;
/** Sessions that are looked at, as the contract says. */
const workersMax = 10_000;
/** Receipts among which the last failure is looked for, as the contract says. */
const receiptsMax = 100;

export async function explainTask(
  engine: Engine,
  caller: Caller,
  { taskId: idOrName }: Pick<ExplainTaskRequest, "taskId">,
): Promise<Explanation> {
  const { tenantId } = caller;
  const situation = await read(engine.database, { statementTimeoutMs: explainTimeoutMs }, async (tx) => {
    const taskId = await taskIdIn(tx, caller, idOrName);
    const row = await readSituation(tx, { tenantId, taskId });
    if (!row || !mayReadTask(caller, row)) throw new Refused(notFound("task", taskId));
    return await situationOf(engine, tx, caller, row);
  });
  // Behind the transaction: probes take their time.
  return explain({ ...situation, unwell: await readUnwell(engine, tenantId, situation) });
}

/** Of a waiting task that requires it: the agents that have not passed. */
async function readUnwell(
  engine: Engine,
  tenantId: string,
  { terms, place, waiting }: Situation,
): Promise<AgentCheck[]> {
  if (terms.preflight !== Preflight.REQUIRED || !waiting) return [];
  const checks = await checkAll(engine, tenantId, agentsAmong(place.requirements?.capabilities ?? []));
  return checks.filter((check) => !passOf(check));
}

async function situationOf(
  engine: Engine,
  tx: ReadTransaction,
  caller: Caller,
  row: ReadSituationRow,
): Promise<Situation> {
  const { tenantId } = caller;
  const now = await tx.now;
  const terms = fromBinary(TaskSchema, row.terms);
  const handOff = handOffMessage(row.handOff);
  const place: Place = handOff ? placedBy(terms, handOff) : terms;
  const waiting = row.eligibleTime ? { eligibleTime: row.eligibleTime, failTime: row.readyFailTime } : undefined;
  const addressee = place.addressee && formatPrincipal(place.addressee);
  const [verifier] = isVerification(row) ? await readVerifiers(tx, { tenantId, taskIds: [row.taskId] }) : [];
  const barred = verifier?.barred ?? [];
  const scopeWait = waiting && hasScopes(row) ? await readScopeWait(tx, tenantId, row, terms) : undefined;
  const [queuePause, wait, fullLimits, workers, ahead, lastFailure] = await Promise.all([
    waiting ? readPausedQueue(tx, { tenantId, queue: place.queue }) : undefined,
    waiting && hasConditions(row) ? readWait(tx, caller, row) : undefined,
    waiting ? readFull(engine, tx, "live_leases", caller, addressee) : [],
    row.endedState === null ? readWorkers(tx, tenantId, now, place, barred) : noWorkers,
    waiting ? readAhead(tx, tenantId, now, row) : undefined,
    readFailure(tx, tenantId, row),
  ]);
  return {
    now,
    task: { ...row, state: stateOf(row) },
    terms,
    place,
    barred,
    review: row.review ? fromBinary(ReviewSchema, row.review) : undefined,
    waiting,
    held: heldOf(row),
    ended: endedOf(row),
    taskPause: pauseOf(row),
    queuePause,
    suspendTime: row.suspendTime ?? undefined,
    wait,
    question: questionOf(row),
    scopeWait,
    fullLimits,
    workers,
    ahead: queuePause || row.suspendTime || scopeWait ? undefined : ahead,
    progress: row.progress ? fromBinary(ProgressSchema, row.progress) : undefined,
    lastFailure,
  };
}

function heldOf(row: ReadSituationRow): HeldSituation | undefined {
  const { leaseId, worker, grantTime, expireTime, ttlMs, leaseFailTime: failTime } = row;
  if (leaseId === null || worker === null || grantTime === null || expireTime === null || ttlMs === null)
    return undefined;
  const { instance, fence, onStream, startTime, cancelTime } = row;
  const lease = { leaseId, worker, instance: instance ?? "", fence, onStream };
  return { ...lease, grantTime, expireTime, ttlMs, startTime, failTime, cancelTime };
}

function endedOf({ endTime, outcome }: ReadSituationRow): EndedSituation | undefined {
  if (!endTime) return undefined;
  const { terminalReason = 0, error } = outcome ? fromBinary(OutcomeSchema, outcome) : {};
  return { endTime, terminalReason, error };
}

function pauseOf(row: ReadSituationRow): (PauseFacts & { readonly eligibleTime: Date | null }) | undefined {
  const { pauseTime, pausePrincipal: principal, pauseReason, pauseEligibleTime: eligibleTime } = row;
  if (!pauseTime || principal === null) return undefined;
  return { pauseTime, principal, reason: pauseReason ?? "", eligibleTime };
}

function questionOf(row: ReadSituationRow): QuestionFacts | undefined {
  const { inputId, asker, answerer: addressee, questionBody, requestTime, escalatedTo } = row;
  if (inputId === null || asker === null || addressee === null || !questionBody || !requestTime) return undefined;
  const { question, expireTime } = requestedFrom(questionBody);
  const facts = { inputId, title: question?.title ?? "", asker, addressee, escalatedTo, requestTime };
  return { ...facts, expireTime: expireTime && dateOfTimestamp(expireTime) };
}

async function readWait(
  tx: ReadTransaction,
  caller: Caller,
  { taskId, groupsLeft, onImpossible }: ReadSituationRow,
): Promise<WaitSituation | undefined> {
  if (groupsLeft === null || groupsLeft === 0) return undefined;
  const { tenantId } = caller;
  const conditions = (await readConditions(tx, { tenantId, taskIds: [taskId] })).map(conditionOf);
  const wait = { groupsLeft, onImpossible: onImpossible as OnImpossible, conditions };
  const taskIds = awaitedIds(wait);
  const rows = taskIds.length > 0 ? await readAwaited(tx, { tenantId, taskIds }) : [];
  const readable = rows.filter((row) => mayReadTask(caller, row));
  return { ...wait, awaited: new Map(readable.map((row) => [row.taskId, { ...row, state: row.state as TaskState }])) };
}

/** What a claim has found in its way, or would find now. */
async function readScopeWait(
  tx: ReadTransaction,
  tenantId: string,
  row: ReadSituationRow,
  terms: Task,
): Promise<ScopeFacts | undefined> {
  const found = scopeWaitOf(row) ?? (await findScopeWait(tx, tenantId, row, terms));
  if (!found) return undefined;
  const [holder] = await readScopeHolders(tx, { tenantId, taskIds: [found.heldByTaskId] });
  return { ...found, holder };
}

type ScopeWaitFound = Omit<ScopeFacts, "holder">;

function scopeWaitOf(row: ReadSituationRow): ScopeWaitFound | undefined {
  const { scopeKey: key, scopeIsWrite, scopeHeldKey: heldKey, scopeHeldByTaskId: heldByTaskId, scopeSince } = row;
  if (key === null || heldKey === null || heldByTaskId === null) return undefined;
  return {
    own: { key, isWrite: scopeIsWrite === true },
    heldKey,
    heldByTaskId,
    isOfSession: false,
    since: scopeSince ?? undefined,
  };
}

async function findScopeWait(
  tx: ReadTransaction,
  tenantId: string,
  { taskId, eligibleTime, readyState }: ReadSituationRow,
  { scopes: asked }: Task,
): Promise<ScopeWaitFound | undefined> {
  if (readyState !== TaskState.QUEUED || eligibleTime === null) return undefined;
  const wanting = { taskId, eligibleTime, scopes: scopeRows(asked) };
  const [obstacle] = (await findObstacles(tx, tenantId, [wanting])).get(taskId) ?? [];
  return obstacle && { ...obstacle, since: undefined };
}

const noWorkers: WorkerCounts = { connected: 0, fitting: 0, offers: new Map() };

async function readWorkers(
  tx: ReadTransaction,
  tenantId: string,
  now: Date,
  { queue, type, requirements, addressee }: Place,
  barred: readonly string[],
): Promise<WorkerCounts> {
  const capabilities = requirements?.capabilities ?? [];
  const among = { tenantId, now, most: workersMax };
  const principal = addressee ? formatPrincipal(addressee) : "";
  const [counts, offers] = await Promise.all([
    countWorkers(tx, { ...among, queue, type, capabilities, anyPrincipal: principal === "", principal, barred }),
    capabilities.length > 0 ? countOffers(tx, { ...among, capabilities }) : [],
  ]);
  return {
    connected: counts.workers,
    fitting: counts.fitting,
    offers: new Map(offers.map(({ capability, workers }) => [capability, workers])),
  };
}

/** Of a task that could be leased now. */
async function readAhead(
  tx: ReadTransaction,
  tenantId: string,
  now: Date,
  { taskId, readyLaneId: laneId, eligibleTime, readyFailTime: failTime }: ReadSituationRow,
): Promise<number | undefined> {
  if (laneId === null || eligibleTime === null) return undefined;
  if (!mayBeLeased({ eligibleTime, failTime, now, isQueuePaused: false })) return undefined;
  return (await countAhead(tx, { tenantId, laneId, eligibleTime, taskId, now, most: aheadMax + 1 })).ahead;
}

/** A task that never failed and lost no lease costs nothing here. */
async function readFailure(
  tx: ReadTransaction,
  tenantId: string,
  { taskId, attempt, leaseLosses, headSequence }: ReadSituationRow,
): Promise<FailureFacts | undefined> {
  if (attempt === 1 && leaseLosses === 0) return undefined;
  const afterSequence = Math.max(headSequence - receiptsMax, 0);
  const types = [ReceiptType.TASK_RETRY_SCHEDULED, ReceiptType.LEASE_EXPIRED];
  const receipt = await readLastFailure(tx, { tenantId, taskId, afterSequence, types });
  if (!receipt) return undefined;
  const { receiptId, createTime: time } = receipt;
  return { receiptId, time, ...failureIn(fromBinary(ReceiptBodySchema, receipt.body)) };
}

function failureIn({ body }: ReceiptBody): Pick<FailureFacts, "attempt" | "error" | "worker"> {
  if (body.case === "taskRetryScheduled") {
    return { attempt: body.value.attempt, error: body.value.error, worker: undefined };
  }
  if (body.case !== "leaseExpired") return { attempt: 0, error: undefined, worker: undefined };
  const { attempt, worker } = body.value;
  const holder = worker?.principal && { principal: formatPrincipal(worker.principal), instance: worker.instance };
  return { attempt, error: undefined, worker: holder };
}
