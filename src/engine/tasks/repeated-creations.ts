// Calls that create tasks and are repeated: what they made is answered, and what was refused is tried again.
import { compoundKey } from "../../core/compound-key.ts";
import { idempotencyConflict, isRefusal, type Refusal } from "../../core/refusal.ts";
import { lockRequestRows, updateRequests } from "../../store/idempotency.sql.gen.ts";
import { readTasks } from "../../store/task.sql.gen.ts";
import type { Transaction } from "../../store/transaction.ts";
import { noTask } from "../tx/idempotency.ts";
import { claimRequestIds } from "../tx/repeated-call.ts";
import { type CallOfBatch, existing, type Item, type Made } from "./make-creations.ts";

/** A call that is on record, and the tasks of its items: none for those that were refused. */
export type SaidCall = CallOfBatch & { readonly said: readonly string[] };

/**
 * Repeated calls are answered with the tasks as they stand, as repeated keys are: `existed` tells that nothing was
 * written. Returns the calls of which some items were refused: those are tried again.
 */
export async function replay(tx: Transaction, tenantId: string, repeated: readonly SaidCall[]): Promise<CallOfBatch[]> {
  const known = await lockRefused(tx, tenantId, repeated);
  const taskIds = [...new Set(known.flatMap(({ said }) => said))];
  const rows = await readTasks(tx, { tenantId, taskIds });
  const byId = new Map(rows.map((row) => [row.taskId, row]));
  for (const { items, said } of known) {
    for (const [index, item] of items.entries()) {
      const taskId = said[index] ?? noTask;
      const row = byId.get(taskId);
      if (row) item.answer = existing(row);
      else if (taskId !== noTask) item.answer = idempotencyConflict(item.request.idempotencyKey, taskId);
    }
  }
  return known.filter(({ said }) => said.includes(noTask));
}

/** Of two repeats at once, the second waits here, and then sees what the first one made. */
async function lockRefused(tx: Transaction, tenantId: string, repeated: readonly SaidCall[]): Promise<SaidCall[]> {
  const lacking = repeated.filter(({ said }) => said.includes(noTask)).map(({ call }) => call);
  if (lacking.length === 0) return [...repeated];
  const rows = await lockRequestRows(tx, { tenantId, ...idsOf(lacking) });
  const byName = new Map(rows.map((row) => [compoundKey(row.principal, row.requestId), row.taskIds]));
  return repeated.map((one) => {
    const said = byName.get(compoundKey(one.call.principal, one.call.requestId));
    return said ? { ...one, said } : one;
  });
}

function idsOf(calls: readonly CallOfBatch["call"][]) {
  return {
    principals: calls.map(({ principal }) => principal),
    requestIds: calls.map(({ requestId }) => requestId),
  };
}

type DoneCall = CallOfBatch & { readonly said?: readonly string[]; readonly taskIds: readonly string[] };

/** What each call stands for: the tasks that it made or found. */
export function callsWithIds(
  batch: readonly (CallOfBatch & { readonly said?: readonly string[] })[],
  made: ReadonlyMap<Item, Made>,
  taken: ReadonlyMap<string, { readonly taskId: string } | Refusal>,
): DoneCall[] {
  const idOf = (item: Item): string => {
    if (item.answer && !isRefusal(item.answer)) return item.answer.task.taskId;
    const one = made.get(item) ?? (item.answer ? undefined : item.namesake);
    const other = one && taken.get(one.taskId);
    if (!one || (other && isRefusal(other))) return noTask;
    return other?.taskId ?? one.taskId;
  };
  return batch.map((one) => ({ ...one, taskIds: one.items.map(idOf) }));
}

/** New calls are recorded; of those on record, what is new. */
export async function recordCalls(tx: Transaction, tenantId: string, done: readonly DoneCall[]): Promise<void> {
  await claimRequestIds(
    tx,
    tenantId,
    done.filter(({ said }) => !said),
  );
  const further = done.filter(({ said, taskIds }) => said?.some((id, place) => id !== taskIds[place]));
  if (further.length === 0) return;
  await updateRequests(tx, {
    tenantId,
    ...idsOf(further.map(({ call }) => call)),
    taskIds: further.map(({ taskIds }) => `{${taskIds.join(",")}}`),
  });
}
