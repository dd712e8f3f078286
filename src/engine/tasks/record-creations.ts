// Writes new tasks down: what was asked, the lane it waits in, its first receipt, the obligation.
import { OnParentEnd } from "../../../gen/typescript/asyncgate/v1/task_pb.ts";
import type { Creation, TaskRow } from "../../core/create-task.ts";
import type { Decision } from "../../core/decision.ts";
import { isWaiting } from "../../core/task-record.ts";
import { insertChildren, insertTiedTasks } from "../../store/child.sql.gen.ts";
import { insertTaskNames } from "../../store/name.sql.gen.ts";
import { insertReceiptLinks } from "../../store/receipt.sql.gen.ts";
import { insertTasks } from "../../store/task.sql.gen.ts";
import type { Transaction } from "../../store/transaction.ts";
import type { Engine } from "../engine.ts";
import { topics, wakeClaimers } from "../runtime/wakeups.ts";
import { type NewWait, writeWaits } from "../tx/condition-rows.ts";
import { makeLanes } from "../tx/make-lanes.ts";
import { record } from "../tx/record.ts";
import { linksOf } from "../tx/resolve-ends.ts";

export async function recordCreations(
  engine: Engine,
  tx: Transaction,
  tenantId: string,
  made: readonly { readonly creation: Creation; readonly decision: Decision }[],
): Promise<void> {
  if (made.length === 0) return;
  const creations = made.map(({ creation }) => creation);
  const tasks = creations.map((made) => made.task);
  const decisions = made.map(({ decision }) => decision);
  engine.traces.know(creations.map(({ asked }) => asked));
  const links = creations.flatMap(({ after, receipts }) =>
    (receipts[0]?.parents ?? []).map((parent) => ({ parent, child: after.assignedReceiptId })),
  );
  links.push(...linksOf(decisions));
  await Promise.all([
    ...insertRequests(tx, tenantId, creations),
    ...growTrees(tx, tenantId, creations),
    makeLanes(
      engine,
      tx,
      tenantId,
      creations.map(({ lane }) => lane),
    ),
    record(engine, tx, tenantId, decisions),
    ...giveNames(tx, tenantId, creations),
    writeWaits(tx, tenantId, creations.flatMap(newWaitOf)),
    links.length > 0
      ? insertReceiptLinks(tx, {
          tenantId,
          parentReceiptIds: links.map((link) => link.parent),
          childReceiptIds: links.map((link) => link.child),
        })
      : undefined,
  ]);
  const asked = new Map(creations.map((one) => [one.task.taskId, one.asked]));
  wakeClaimers(engine.wakeups, tx, tenantId, decisions, (taskId) => asked.get(taskId));
  const owing = new Set(tasks.map((task) => task.obligated));
  tx.afterCommit(() => {
    for (const principal of owing) engine.wakeups.wake(topics.obligations(tenantId, principal));
  });
}

/** Most are neither children nor have a name, and go without these columns. */
function insertRequests(tx: Transaction, tenantId: string, creations: readonly Creation[]): Promise<unknown>[] {
  const tied = creations.filter(({ place, task }) => place || task.name);
  const plain = tied.length === 0 ? creations : creations.filter(({ place, task }) => !place && !task.name);
  const columns = (some: readonly Creation[]) =>
    requestColumns(
      tx,
      tenantId,
      some.map(({ task }) => task),
    );
  return [
    ...(plain.length > 0 ? [insertTasks(tx, columns(plain))] : []),
    ...(tied.length > 0
      ? [
          insertTiedTasks(tx, {
            ...columns(tied),
            parentTaskIds: tied.map(({ place }) => place?.parentTaskId ?? null),
            rootTaskIds: tied.map(({ place }) => place?.rootTaskId ?? null),
            names: tied.map(({ task }) => task.name || null),
          }),
        ]
      : []),
  ];
}

/** One that has ended by its wait bears none. */
function giveNames(tx: Transaction, tenantId: string, creations: readonly Creation[]): Promise<unknown>[] {
  const named = creations.filter(({ task, after }) => task.name && isWaiting(after));
  if (named.length === 0) return [];
  const names = named.map(({ task }) => task.name);
  return [insertTaskNames(tx, { tenantId, names, taskIds: named.map(({ task }) => task.taskId) })];
}

function requestColumns({ now: createTime }: Transaction, tenantId: string, tasks: readonly TaskRow[]) {
  return {
    tenantId,
    createTime,
    taskIds: tasks.map((task) => task.taskId),
    types: tasks.map((task) => task.type),
    queues: tasks.map((task) => task.queue),
    labels: tasks.map((task) => JSON.stringify(task.labels)),
    owners: tasks.map((task) => task.owner),
    obligateds: tasks.map((task) => task.obligated),
    terms: tasks.map((task) => task.terms),
    payloads: tasks.map((task) => task.payload),
  };
}

/** One that has ended by its wait is on record as a child, and in no tree. */
function growTrees(tx: Transaction, tenantId: string, creations: readonly Creation[]): Promise<unknown>[] {
  const live = creations.flatMap(({ place, task, after }) => (place && isWaiting(after) ? [{ place, task }] : []));
  if (live.length === 0) return [];
  return [
    insertChildren(tx, {
      tenantId,
      taskIds: live.map(({ task }) => task.taskId),
      parentTaskIds: live.map(({ place }) => place.parentTaskId),
      rootTaskIds: live.map(({ place }) => place.rootTaskId),
      keeps: live.map(({ place }) => place.onParentEnd === OnParentEnd.KEEP),
    }),
  ];
}

/** A task that has ended by its wait keeps nothing of it. */
function newWaitOf({ wait, after, made }: Creation): NewWait[] {
  if (!wait || !isWaiting(after)) return [];
  return [{ taskId: made.taskId, begun: wait, beginReceiptId: made.assignedReceiptId, isAgain: false }];
}
