// CreateTask and CreateTasks: hands tasks over. Keys are taken first, so that of racing twins one creates and the other
// finds what was created.
import { ErrorReason } from "../../gen/typescript/asyncgate/v1/error_pb.ts";
import { ReceiptType } from "../../gen/typescript/asyncgate/v1/receipt_pb.ts";
import type { Task } from "../../gen/typescript/asyncgate/v1/task_pb.ts";
import type { CreateTaskRequest } from "../../gen/typescript/asyncgate/v1/task_service_pb.ts";
import { digestOf } from "../core/chain.ts";
import { type Creation, checkCreateTask, createTask, createTaskDigest } from "../core/create-task.ts";
import { idempotencyConflict, invalidArgument, isRefusal, parentRefused, type Refusal } from "../core/refusal.ts";
import { hasEnded } from "../core/transitions.ts";
import {
  insertIdempotencyKeys,
  insertRequests,
  readIdempotencyKeys,
  readRequests,
} from "../store/idempotency.sql.gen.ts";
import { insertLanes } from "../store/lane.sql.gen.ts";
import { readStandings } from "../store/obligation.sql.gen.ts";
import { insertReceiptLinks, readReceiptTypes } from "../store/receipt.sql.gen.ts";
import { insertTasks, type ReadTasksRow, readTasks } from "../store/task.sql.gen.ts";
import { type Transaction, transaction } from "../store/transaction.ts";
import { assembleTask, createdTask, taskAtCreation } from "./assemble-task.ts";
import { type Caller, type Engine, momentOf } from "./engine.ts";
import { record } from "./record.ts";
import { type Call, callDigest, RepeatedCall, runCall } from "./repeated-call.ts";
import { topics } from "./wakeups.ts";

export type Created = { readonly task: Task; readonly assignedReceiptId: string; readonly existed: boolean };

/** One call's tasks. The answers are in their order; what is refused does not touch its neighbours. */
export function createTasks(
  engine: Engine,
  caller: Caller,
  requests: readonly CreateTaskRequest[],
  requestId: string,
): Promise<(Created | Refusal)[]> {
  const call: Call = {
    method: "CreateTasks",
    principal: caller.principalText,
    requestId,
    digest: callDigest(requestId, () => digestOf(...requests.map(createTaskDigest))),
  };
  return runCall(() =>
    transaction(engine.database, {}, async (tx) => {
      const items = requests.map((request): Item => ({ request, refusal: checkCreateTask(request, engine.limits) }));
      await checkReferences(tx, caller, items);
      const said = await readCall(tx, caller, call);
      if (said) return await replay(tx, caller, items, said);
      return await createItems(engine, tx, caller, items, call);
    }),
  );
}

type Item = { readonly request: CreateTaskRequest; refusal: Refusal | undefined };

/** Stands for a refused item among the tasks of a call. */
const noTask = "00000000-0000-0000-0000-000000000000";

type Said = { readonly taskIds: readonly string[]; readonly createTime: Date };

async function readCall(tx: Transaction, caller: Caller, call: Call): Promise<Said | undefined> {
  if (call.requestId === "") return undefined;
  const [said] = await readRequests(tx, {
    tenantId: caller.tenantId,
    principals: [call.principal],
    requestIds: [call.requestId],
  });
  if (!said) return undefined;
  const same = said.method === call.method && Buffer.compare(said.requestDigest, call.digest) === 0;
  if (!same)
    throw new RepeatedCall(
      idempotencyConflict(
        call.requestId,
        said.taskIds.find((id) => id !== noTask),
      ),
    );
  return said;
}

/** The call was said before: it is answered as it was then. */
async function replay(tx: Transaction, caller: Caller, items: readonly Item[], said: Said) {
  const rows = await readTasks(tx, { tenantId: caller.tenantId, taskIds: said.taskIds });
  const byId = new Map(rows.map((row) => [row.taskId, row]));
  return items.map((item, index): Created | Refusal => {
    const row = byId.get(said.taskIds[index] ?? noTask);
    if (!row) return item.refusal ?? idempotencyConflict(item.request.idempotencyKey);
    // A task that is as old as the call was made by it; an older one had been found by its key.
    return row.createTime.getTime() === said.createTime.getTime() ? asCreated(row) : existing(row);
  });
}

function existing(row: ReadTasksRow): Created {
  return { task: assembleTask(row), assignedReceiptId: row.assignedReceiptId, existed: true };
}

function asCreated(row: ReadTasksRow): Created {
  return { task: taskAtCreation(row), assignedReceiptId: row.assignedReceiptId, existed: false };
}

/** What a request points at must exist in the tenant: the receipts that led to it, the task that it does over. */
async function checkReferences(tx: Transaction, caller: Caller, items: readonly Item[]): Promise<void> {
  const { tenantId } = caller;
  const receiptIds = [...new Set(items.flatMap((item) => item.request.parentReceipts))];
  const taskIds = [...new Set(items.flatMap((item) => (item.request.redriveOf ? [item.request.redriveOf] : [])))];
  const [receipts, standings] = await Promise.all([
    receiptIds.length > 0 ? readReceiptTypes(tx, { tenantId, receiptIds }) : [],
    taskIds.length > 0 ? readStandings(tx, { tenantId, taskIds }) : [],
  ]);
  const known = new Set(receipts.map((row) => row.receiptId));
  const over = new Set(standings.filter((row) => hasEnded((row.endedState ?? 0) as never)).map((row) => row.taskId));
  for (const item of items) {
    const missing = item.request.parentReceipts.find((id) => !known.has(id));
    if (missing) item.refusal ??= missingParent(missing);
    const { redriveOf } = item.request;
    if (redriveOf && !over.has(redriveOf)) {
      const description = "must be a task of yours that has ended";
      item.refusal ??= invalidArgument([{ field: "redrive_of", description, rule: "task.redrive_of_ended" }]);
    }
  }
}

function missingParent(parentReceiptId: string): Refusal {
  const parent = { type: ReceiptType.TASK_ASSIGNED, parentReceiptId };
  return parentRefused(ErrorReason.PARENT_NOT_FOUND, parent, `There is no receipt ${parentReceiptId} to be a parent.`);
}

async function createItems(
  engine: Engine,
  tx: Transaction,
  caller: Caller,
  items: readonly Item[],
  call: Call,
): Promise<(Created | Refusal)[]> {
  const moment = momentOf(engine, tx.now);
  const creations = items.map((item) => item.refusal ?? createTask(item.request, caller.principal, moment));
  const taken = await takeKeys(tx, caller, items, creations);
  if (call.requestId !== "")
    await takeRequestId(
      tx,
      caller,
      call,
      creations.map((made) => finalId(made, taken)),
    );
  const fresh = creations.filter((made): made is Creation => !isRefusal(made) && !taken.has(made.task.taskId));
  await recordCreations(engine, tx, caller, fresh);
  const rows = taken.size > 0 ? await readTasks(tx, { tenantId: caller.tenantId, taskIds: takenIds(taken) }) : [];
  const byId = new Map(rows.map((row) => [row.taskId, row]));
  return creations.map((made) => {
    if (isRefusal(made)) return made;
    const other = taken.get(made.task.taskId);
    if (other === undefined) {
      return { task: createdTask(made), assignedReceiptId: made.after.assignedReceiptId, existed: false };
    }
    if (isRefusal(other)) return other;
    const row = byId.get(other.taskId);
    return row ? existing(row) : idempotencyConflict("", other.taskId);
  });
}

function finalId(made: Creation | Refusal, taken: Taken): string {
  if (isRefusal(made)) return noTask;
  const other = taken.get(made.task.taskId);
  if (other === undefined) return made.task.taskId;
  return isRefusal(other) ? noTask : other.taskId;
}

async function takeRequestId(tx: Transaction, caller: Caller, call: Call, taskIds: readonly string[]): Promise<void> {
  const count = await insertRequests(tx, {
    tenantId: caller.tenantId,
    method: call.method,
    createTime: tx.now,
    principals: [call.principal],
    requestIds: [call.requestId],
    requestDigests: [call.digest],
    taskIds: [`{${taskIds.join(",")}}`],
  });
  // A twin was faster: what this transaction did is undone, and the next try finds what the twin did.
  if (count === 0) throw new RepeatedCall();
}

type Taken = Map<string, { readonly taskId: string } | Refusal>;

function takenIds(taken: Taken): string[] {
  return [...new Set([...taken.values()].flatMap((other) => (isRefusal(other) ? [] : [other.taskId])))];
}

/** For each creation whose key stands for a task already: that task, or the conflict. */
async function takeKeys(
  tx: Transaction,
  caller: Caller,
  items: readonly Item[],
  creations: readonly (Creation | Refusal)[],
): Promise<Taken> {
  const wishes = items.flatMap(({ request }, index) => {
    const made = creations[index];
    if (request.idempotencyKey === "" || !made || isRefusal(made)) return [];
    return [{ key: request.idempotencyKey, taskId: made.task.taskId, digest: createTaskDigest(request) }];
  });
  if (wishes.length === 0) return new Map();
  // In the order of keys, which all creators share: twins wait for each other and never in a circle.
  wishes.sort((one, other) => (one.key < other.key ? -1 : one.key > other.key ? 1 : 0));
  const { tenantId, principalText } = caller;
  const inserted = await insertIdempotencyKeys(tx, {
    tenantId,
    principals: wishes.map(() => principalText),
    keys: wishes.map((wish) => wish.key),
    taskIds: wishes.map((wish) => wish.taskId),
    requestDigests: wishes.map((wish) => wish.digest),
  });
  const won = new Set(inserted.map((row) => row.taskId));
  const lost = wishes.filter((wish) => !won.has(wish.taskId));
  if (lost.length === 0) return new Map();
  const keys = [...new Set(lost.map((wish) => wish.key))];
  const rows = await readIdempotencyKeys(tx, { tenantId, principals: keys.map(() => principalText), keys });
  const byKey = new Map(rows.map((row) => [row.key, row]));
  return new Map(
    lost.map((wish) => {
      const row = byKey.get(wish.key);
      const same = row && Buffer.compare(row.requestDigest, wish.digest) === 0;
      return [wish.taskId, same ? { taskId: row.taskId } : idempotencyConflict(wish.key, row?.taskId)];
    }),
  );
}

async function recordCreations(
  engine: Engine,
  tx: Transaction,
  caller: Caller,
  creations: readonly Creation[],
): Promise<void> {
  if (creations.length === 0) return;
  const { tenantId } = caller;
  const tasks = creations.map((made) => made.task);
  const links = creations.flatMap(({ after, receipts }) =>
    (receipts[0]?.parents ?? []).map((parent) => ({ parent, child: after.assignedReceiptId })),
  );
  await Promise.all([
    insertTasks(tx, {
      tenantId,
      createTime: tx.now,
      taskIds: tasks.map((task) => task.taskId),
      types: tasks.map((task) => task.type),
      queues: tasks.map((task) => task.queue),
      labels: tasks.map((task) => JSON.stringify(task.labels)),
      owners: tasks.map((task) => task.owner),
      obligateds: tasks.map((task) => task.obligated),
      terms: tasks.map((task) => task.terms),
      payloads: tasks.map((task) => task.payload),
    }),
    makeLanes(engine, tx, caller, creations),
    record(tx, tenantId, creations),
    links.length > 0
      ? insertReceiptLinks(tx, {
          tenantId,
          parentReceiptIds: links.map((link) => link.parent),
          childReceiptIds: links.map((link) => link.child),
        })
      : undefined,
  ]);
  const queues = new Set(tasks.map((task) => task.queue));
  const owing = new Set(tasks.map((task) => task.obligated));
  tx.afterCommit(() => {
    for (const queue of queues) engine.wakeups.wake(topics.queue(tenantId, queue));
    for (const principal of owing) engine.wakeups.wake(topics.obligations(tenantId, principal));
  });
}

/** How many lanes a server remembers before it starts anew; each costs about a hundred bytes. */
const knownLanesMax = 100_000;

async function makeLanes(
  engine: Engine,
  tx: Transaction,
  { tenantId }: Caller,
  creations: readonly Creation[],
): Promise<void> {
  const name = (laneId: number) => `${tenantId}/${laneId}`;
  const lanes = new Map(creations.map(({ lane }) => [lane.laneId, lane]));
  const missing = [...lanes.values()]
    .filter((lane) => !engine.knownLanes.has(name(lane.laneId)))
    .sort((one, other) => one.laneId - other.laneId);
  if (missing.length === 0) return;
  await insertLanes(tx, {
    tenantId,
    laneIds: missing.map((lane) => lane.laneId),
    queues: missing.map((lane) => lane.queue),
    types: missing.map((lane) => lane.type),
    capabilities: missing.map((lane) => JSON.stringify(lane.capabilities)),
    priorities: missing.map((lane) => lane.priority),
  });
  tx.afterCommit(() => {
    if (engine.knownLanes.size > knownLanesMax) engine.knownLanes.clear();
    for (const lane of missing) engine.knownLanes.add(name(lane.laneId));
  });
}
