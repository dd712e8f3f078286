// Names of tasks that are created by a call of their own: what becomes of each item whose name a live task bears. Such
// a task may be the answer, or be canceled to make room.

import type { TaskState } from "../../../gen/typescript/asyncgate/v1/task_pb.ts";
import { cancelTask } from "../../core/cancel-task.ts";
import { type Bearer, decideTaken } from "../../core/names.ts";
import { isRefusal } from "../../core/refusal.ts";
import { isEnded } from "../../core/task-record.ts";
import { hasEnded } from "../../core/transitions.ts";
import type { ReadBearersRow } from "../../store/name.sql.gen.ts";
import { readTasks } from "../../store/task.sql.gen.ts";
import type { Transaction } from "../../store/transaction.ts";
import { type Caller, mayReadTask } from "../caller.ts";
import { decisionContext, type Engine } from "../engine.ts";
import { wakeAbout } from "../runtime/wakeups.ts";
import { lockTasks } from "../tx/lock-tasks.ts";
import type { Bearers } from "../tx/names.ts";
import { record } from "../tx/record.ts";
import { existing, type Item } from "./make-creations.ts";

type Named = { readonly request: { readonly tasks: readonly { readonly name: string }[] } };

/** Calls that want one name are apart, each after the one before: so each sees what became of the other. */
export function groupsByName<Call extends Named>(calls: readonly Call[]): Call[][] {
  const groups: Call[][] = [];
  const next = new Map<string, number>();
  for (const call of calls) {
    const names = call.request.tasks.flatMap(({ name }) => name || []);
    const place = names.reduce((most, name) => Math.max(most, next.get(name) ?? 0), 0);
    for (const name of names) next.set(name, place + 1);
    const group = groups[place];
    if (group) group.push(call);
    else groups[place] = [call];
  }
  return groups;
}

/**
 * Comes before leases and all other tasks are locked. Returns the items for which a task was canceled: where one is not
 * created after all, the transaction must be undone.
 */
export async function takeNames(
  engine: Engine,
  tx: Transaction,
  tenantId: string,
  all: readonly Item[],
  bearers: Bearers,
): Promise<readonly Item[]> {
  const answered: { readonly item: Item; readonly taskId: string }[] = [];
  const replacing = new Map<string, { readonly item: Item; readonly bearer: ReadBearersRow }>();
  for (const item of all) {
    const { caller, request } = item;
    const bearer = item.refusal || item.answer ? undefined : bearers.get(request.name);
    if (!bearer || replacing.has(request.name)) continue;
    const isOfItsCall = all.some(({ answer }) => answer && !isRefusal(answer) && answer.task.taskId === bearer.taskId);
    const decided = decideTaken(request, bearerFor(caller, bearer, isOfItsCall));
    if (decided === "answer") answered.push({ item, taskId: bearer.taskId });
    else if (decided === "replace") replacing.set(request.name, { item, bearer });
    else item.refusal = decided;
  }
  if (answered.length > 0) await answerBearers(tx, tenantId, answered);
  if (replacing.size === 0) return [];
  // With the leases that children are created under: tasks are locked in one order.
  const parents = all.flatMap(({ under }) => (under ? [under.taskId] : []));
  const replaced = [...replacing.values()];
  const bearerIds = replaced.map(({ bearer }) => bearer.taskId);
  const living = await lockTasks(tx, tenantId, [...new Set([...bearerIds, ...parents])].sort());
  const moment = decisionContext(engine, tx.now);
  const decisions = replaced.flatMap(({ item: { caller }, bearer }) => {
    const task = living.get(bearer.taskId);
    // It has ended meanwhile, and the name is free.
    if (!task || isEnded(task)) return [];
    const how = { canceller: caller.principalText, reason: "Another task takes its name.", byHolder: false };
    return [cancelTask(task, bearer, how, moment)];
  });
  await record(engine, tx, tenantId, decisions);
  wakeAbout(engine.wakeups, tx, tenantId, decisions);
  return replaced.map(({ item }) => item);
}

/** What an earlier item of the call has made or found is not replaced by a later one. */
function bearerFor(caller: Caller, bearer: ReadBearersRow, isOfItsCall: boolean): Bearer {
  const { scopes, principalText } = caller;
  const isOwn = bearer.owner === principalText && scopes.has("tasks:cancel");
  return {
    taskId: bearer.taskId,
    mayRead: mayReadTask(caller, bearer),
    mayCancel: !isOfItsCall && (isOwn || scopes.has("tasks:cancel_all")),
  };
}

/** One that has ended meanwhile is no answer: its name is free. */
async function answerBearers(
  tx: Transaction,
  tenantId: string,
  answered: readonly { readonly item: Item; readonly taskId: string }[],
): Promise<void> {
  const taskIds = [...new Set(answered.map(({ taskId }) => taskId))];
  const rows = await readTasks(tx, { tenantId, taskIds });
  const byId = new Map(rows.map((row) => [row.taskId, row]));
  for (const { item, taskId } of answered) {
    const row = byId.get(taskId);
    if (row && !hasEnded((row.endedState ?? 0) as TaskState)) item.answer = existing(row);
  }
}
