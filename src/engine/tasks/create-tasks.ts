// CreateTask and CreateTasks: hands tasks over, in one flight where nothing was said before. Keys are taken first, so
// that of racing twins one creates and the other finds what was created. Calls of one tenant that come together share
// one transaction, and a task that a worker on this server waits for is granted in it.
import { ErrorReason } from "../../../gen/typescript/asyncgate/v1/error_pb.ts";
import { ReceiptType } from "../../../gen/typescript/asyncgate/v1/receipt_pb.ts";
import type { TaskState } from "../../../gen/typescript/asyncgate/v1/task_pb.ts";
import { type CreateTaskRequest, TaskService } from "../../../gen/typescript/asyncgate/v1/task_service_pb.ts";
import { assert } from "../../core/assert.ts";
import { digestOf } from "../../core/chain.ts";
import { checkCreateTask, createTaskDigest, newTaskOf } from "../../core/create-task.ts";
import { idempotencyConflict, invalidArgument, isRefusal, parentRefused, type Refusal } from "../../core/refusal.ts";
import { hasEnded } from "../../core/transitions.ts";
import { beginWait } from "../../core/wait.ts";
import { readTaskSummaries } from "../../store/obligation.sql.gen.ts";
import { readPausedQueues } from "../../store/pause.sql.gen.ts";
import { readReceiptTypes } from "../../store/receipt.sql.gen.ts";
import { type ReadTasksRow, readTasks } from "../../store/task.sql.gen.ts";
import { type Transaction, transaction } from "../../store/transaction.ts";
import type { Caller } from "../caller.ts";
import type { Claim } from "../claims/claim.ts";
import type { Dispatcher } from "../claims/dispatcher.ts";
import { expectSessions, type LockedSessions, lockSessions, recallSessions } from "../claims/grant-tasks.ts";
import { readWaitFacts } from "../conditions/read-wait-facts.ts";
import { decisionContext, type Engine } from "../engine.ts";
import { guardedFirst, timeOf, type Way } from "../tx/guarded-first.ts";
import { noTask, takeFreeKeys, takeKeys } from "../tx/idempotency.ts";
import {
  ConcurrentDuplicate,
  callDigest,
  claimNewRequestIds,
  claimRequestIds,
  type RecordedCall,
  readCalls,
  roundsByCall,
  runCall,
} from "../tx/repeated-call.ts";
import { assembleTask, createdTask } from "../views/assemble-task.ts";
import { refuseTooMany } from "./admit-tasks.ts";
import { grantAtCreation } from "./grant-at-creation.ts";
import { knownByKey } from "./known-by-key.ts";
import {
  type CallOfBatch,
  type Created,
  type Item,
  type Made,
  make,
  waitsForOneOf,
  waitsOf,
} from "./make-creations.ts";
import { recordCreations } from "./record-creations.ts";

export type CreateCall = {
  readonly caller: Caller;
  readonly request: { readonly tasks: readonly CreateTaskRequest[]; readonly requestId: string };
};

/** The answers are in the order of the requests; what is refused does not touch its neighbours. */
export async function createTasks(
  engine: Engine & { readonly dispatcher: Dispatcher },
  tenantId: string,
  calls: readonly CreateCall[],
): Promise<(Created | Refusal)[][]> {
  const { claims, settle } = engine.dispatcher.reserve(
    tenantId,
    calls.flatMap(({ request }) => request.tasks.map(newTaskOf)),
  );
  let items: readonly Item[] = [];
  const createIn = async (tx: Transaction, way: Way) => {
    const batch = calls.map(callOfBatch);
    items = batch.flatMap((one) => one.items);
    for (const [place, item] of items.entries()) item.claim = claims[place];
    await checkReferences(tx, tenantId, items);
    const rounds = roundsByCall(batch);
    const sessions = way === "guarded" && rounds.length === 1 ? recallSessions(engine, tx, claimsOf(batch)) : undefined;
    if (sessions) await create(engine, tx, tenantId, batch, takeUnused(sessions));
    else for (const round of rounds) await createRound(engine, tx, tenantId, round);
    return batch.map((one) => one.items.map(answerOf));
  };
  try {
    const answers = await guardedFirst((way) =>
      runCall(() => transaction(engine.database, timeOf(way), (tx) => createIn(tx, way))),
    );
    settle(items.map(({ leased }) => leased));
    return answers;
  } catch (error) {
    settle([]);
    throw error;
  }
}

function answerOf({ answer }: Item): Created | Refusal {
  assert(answer !== undefined, "every request has an answer");
  return answer;
}

function callOfBatch({ caller, request: { tasks, requestId } }: CreateCall): CallOfBatch {
  const digest = callDigest(requestId, () => digestOf(...tasks.map(createTaskDigest)));
  return {
    call: { method: TaskService.method.createTasks.name, principal: caller.principalText, requestId, digest },
    items: tasks.map((request) => {
      const refusal = checkCreateTask(request, caller.limits);
      return { caller, request, claim: undefined, leased: undefined, refusal, answer: undefined };
    }),
  };
}

/** What a request points at must exist in the tenant: the receipts that led to it, the task that it does over. */
async function checkReferences(tx: Transaction, tenantId: string, items: readonly Item[]): Promise<void> {
  const receiptIds = [...new Set(items.flatMap((item) => item.request.parentReceipts))];
  const taskIds = [...new Set(items.flatMap((item) => (item.request.redriveOf ? [item.request.redriveOf] : [])))];
  const [receipts, standings] = await Promise.all([
    receiptIds.length > 0 ? readReceiptTypes(tx, { tenantId, receiptIds }) : [],
    taskIds.length > 0 ? readTaskSummaries(tx, { tenantId, taskIds }) : [],
  ]);
  const known = new Set(receipts.map((row) => row.receiptId));
  const over = new Set(
    standings.filter((row) => hasEnded((row.endedState ?? 0) as TaskState)).map((row) => row.taskId),
  );
  for (const item of items) {
    const missing = item.request.parentReceipts.find((id) => !known.has(id));
    if (missing) item.refusal ??= missingParent(missing);
    const { redriveOf } = item.request;
    if (redriveOf && !over.has(redriveOf)) {
      const description = "must be a task of your tenant that has ended";
      item.refusal ??= invalidArgument([{ field: "redrive_of", description, rule: "task.redrive_of_ended" }]);
    }
  }
}

function missingParent(parentReceiptId: string): Refusal {
  const parent = { type: ReceiptType.TASK_ASSIGNED, parentReceiptId };
  return parentRefused(ErrorReason.PARENT_NOT_FOUND, parent, `There is no receipt ${parentReceiptId} to be a parent.`);
}

async function createRound(
  engine: Engine,
  tx: Transaction,
  tenantId: string,
  round: readonly CallOfBatch[],
): Promise<void> {
  const said = await readCalls(
    tx,
    tenantId,
    round.map(({ call }) => call),
  );
  const fresh: CallOfBatch[] = [];
  const repeated: (CallOfBatch & { readonly said: RecordedCall })[] = [];
  for (const [index, one] of round.entries()) {
    const before = said[index];
    if (before === undefined) fresh.push(one);
    else if (isRefusal(before)) for (const item of one.items) item.answer = before;
    else repeated.push({ ...one, said: before });
  }
  if (repeated.length > 0) await replay(tx, tenantId, repeated);
  if (fresh.length > 0) await create(engine, tx, tenantId, fresh, takeInTurn(engine));
}

/**
 * Repeated calls are answered with the tasks as they stand, as repeated keys are: `existed` tells that nothing was
 * written. Items that were refused are refused again.
 */
async function replay(
  tx: Transaction,
  tenantId: string,
  repeated: readonly (CallOfBatch & { readonly said: RecordedCall })[],
): Promise<void> {
  const taskIds = [...new Set(repeated.flatMap(({ said }) => said.taskIds))];
  const rows = await readTasks(tx, { tenantId, taskIds });
  const byId = new Map(rows.map((row) => [row.taskId, row]));
  const refused: CallOfBatch[] = [];
  for (const { items, said, call } of repeated) {
    for (const [index, item] of items.entries()) {
      const row = byId.get(said.taskIds[index] ?? noTask);
      if (row) item.answer = existing(row);
      else item.answer = item.refusal ?? idempotencyConflict(item.request.idempotencyKey);
    }
    refused.push({ call, items: items.filter(({ answer }) => answer && isRefusal(answer)) });
  }
  await refuseWaits(tx, tenantId, refused);
}

/** Of items that were refused: those whose waits are, unless a key decides. */
async function refuseWaits(tx: Transaction, tenantId: string, refused: readonly CallOfBatch[]): Promise<void> {
  const items = refused.flatMap((one) => one.items).filter(({ request, refusal }) => request.wait && !refusal);
  if (items.length === 0) return;
  const known = await knownByKey(tx, tenantId, items);
  const asked = items.flatMap((item) => {
    const { caller, request } = item;
    return request.wait && !known.has(item) ? [{ item, caller, wait: request.wait }] : [];
  });
  const facts = await readWaitFacts(tx, tenantId, asked);
  for (const one of asked) {
    const begun = beginWait(one.wait, noTask, facts.of(one), tx.now);
    if (isRefusal(begun)) one.item.answer = begun;
  }
}

function existing(row: ReadTasksRow): Created {
  return { task: assembleTask(row), assignedReceiptId: row.assignedReceiptId, existed: true };
}

async function create(
  engine: Engine,
  tx: Transaction,
  tenantId: string,
  fresh: readonly CallOfBatch[],
  take: Take,
): Promise<void> {
  await refuseTooMany(
    engine,
    tx,
    fresh.flatMap(({ items }) => items),
  );
  const moment = decisionContext(engine, tx.now);
  const known = await knownByKey(
    tx,
    tenantId,
    fresh.flatMap(({ items }) => items),
  );
  for (const [item, one] of known) item.answer = isRefusal(one) ? one : existing(one);
  const made = make(fresh, await readWaitFacts(tx, tenantId, waitsOf(fresh)), moment);
  const { taken, sessions, paused, guards } = await take(tx, tenantId, fresh, made);
  const created = [...made.values()].filter((one) => !taken.has(one.taskId));
  // An item that others wait for turned out to be another task meanwhile: looked up again, its key finds that.
  if (taken.size > 0 && created.some(({ creation }) => waitsForOneOf(creation, taken))) throw new ConcurrentDuplicate();
  const grants = await grantAtCreation(
    engine,
    tx,
    tenantId,
    moment,
    sessions,
    created.map(({ item, creation }) => ({
      claim: paused.has(creation.task.queue) ? undefined : item.claim,
      creation,
    })),
  );
  const written = recordCreations(
    engine,
    tx,
    tenantId,
    created.map(({ creation }, place) => ({ creation, decision: grants[place]?.decision ?? creation })),
  );
  await (guards ? tx.commitWith(Promise.all([guards, written])) : written);
  for (const [place, { item }] of created.entries()) item.leased = grants[place]?.leased;
  for (const { item, creation } of created) {
    item.answer = {
      task: createdTask(creation),
      assignedReceiptId: creation.after.assignedReceiptId,
      existed: false,
    };
  }
  await answerTaken(tx, tenantId, [...made.values()], taken);
}

type Taken = Awaited<ReturnType<typeof takeKeys>>;

/** Takes what new tasks need: keys and request ids, and the sessions of the workers that wait for them. */
type Take = (
  tx: Transaction,
  tenantId: string,
  fresh: readonly CallOfBatch[],
  made: ReadonlyMap<Item, Made>,
) => Promise<{
  readonly taken: Taken;
  readonly sessions: LockedSessions;
  /** Queues whose tasks may not be granted. */
  readonly paused: ReadonlySet<string>;
  /** Where it was not waited for whether they could be taken: the answers, which come with those of the last writes. */
  readonly guards?: Promise<unknown>;
}>;

/** As if no call and no key had been used before, the sessions were as they are remembered, and no queue was paused. */
function takeUnused(sessions: LockedSessions): Take {
  return async (tx, tenantId, fresh, made) => ({
    taken: new Map(),
    sessions,
    paused: new Set(),
    guards: Promise.all([
      takeFreeKeys(tx, tenantId, [...made.values()]),
      claimNewRequestIds(tx, tenantId, callsWithIds(fresh, made, new Map())),
      expectSessions(tx, tenantId, sessions, grantQueuesOf(fresh)),
    ]),
  });
}

function takeInTurn(engine: Engine): Take {
  return async (tx, tenantId, fresh, made) => {
    const taken = await takeKeys(tx, tenantId, [...made.values()]);
    await claimRequestIds(tx, tenantId, callsWithIds(fresh, made, taken));
    const sessions = await lockSessions(engine, tx, tenantId, claimsOf(fresh));
    const { queues } = grantQueuesOf(fresh).length > 0 ? await readPausedQueues(tx, { tenantId }) : { queues: [] };
    engine.knownPauses.note(tenantId, queues);
    return { taken, sessions, paused: new Set(queues) };
  };
}

function callsWithIds(fresh: readonly CallOfBatch[], made: ReadonlyMap<Item, Made>, taken: Taken) {
  const finalId = (item: Item): string => {
    if (item.answer && !isRefusal(item.answer)) return item.answer.task.taskId;
    const one = made.get(item);
    const other = one && taken.get(one.taskId);
    if (!one || (other && isRefusal(other))) return noTask;
    return other?.taskId ?? one.taskId;
  };
  return fresh.map(({ call, items }) => ({ call, taskIds: items.map(finalId) }));
}

/** The queues of the tasks that a worker waits for. */
function grantQueuesOf(fresh: readonly CallOfBatch[]): string[] {
  const items = fresh.flatMap((one) => one.items).filter(({ claim }) => claim !== undefined);
  return [...new Set(items.map(({ request }) => newTaskOf(request).queue))];
}

function claimsOf(fresh: readonly CallOfBatch[]): Claim[] {
  return fresh.flatMap(({ items }) => items.flatMap(({ claim }) => claim ?? []));
}

/** Keys that stood for a task already: that task as it stands, or the conflict. */
async function answerTaken(
  tx: Transaction,
  tenantId: string,
  made: readonly Made[],
  taken: ReadonlyMap<string, { readonly taskId: string } | Refusal>,
): Promise<void> {
  if (taken.size === 0) return;
  const taskIds = [...new Set([...taken.values()].flatMap((other) => (isRefusal(other) ? [] : [other.taskId])))];
  const rows = await readTasks(tx, { tenantId, taskIds });
  const byId = new Map(rows.map((row) => [row.taskId, row]));
  for (const { item, taskId } of made) {
    const other = taken.get(taskId);
    if (!other) continue;
    const row = isRefusal(other) ? undefined : byId.get(other.taskId);
    item.answer = isRefusal(other) ? other : row ? existing(row) : idempotencyConflict(item.request.idempotencyKey);
  }
}
