// Idempotency keys: a creator's key stands for one task for as long as that is kept. The key is taken before the task
// is made; of racing twins one waits at the key and then finds the other's task.
import { idempotencyConflict, type Refusal } from "../../core/refusal.ts";
import { insertIdempotencyKeys, readIdempotencyKeys, takeIdempotencyKeys } from "../../store/idempotency.sql.gen.ts";
import type { Transaction } from "../../store/transaction.ts";

/** Stands for a refused item among the tasks of a call. */
export const noTask = "00000000-0000-0000-0000-000000000000";

export type Keyed = {
  readonly principal: string;
  /** Empty when the creator gave none. */
  readonly key: string;
  readonly taskId: string;
  readonly digest: () => Uint8Array;
};

/** For each wish whose key stands for a task already: that task, or the conflict. */
export async function takeKeys(
  tx: Transaction,
  tenantId: string,
  wishes: readonly Keyed[],
): Promise<Map<string, { readonly taskId: string } | Refusal>> {
  const keyed = keyedOf(wishes);
  if (keyed.length === 0) return new Map();
  const inserted = await insertIdempotencyKeys(tx, columnsOf(tenantId, keyed));
  const won = new Set(inserted.map(({ taskId }) => taskId));
  const lost = keyed.filter(({ taskId }) => !won.has(taskId));
  if (lost.length === 0) return new Map();
  const distinct = [...new Map(lost.map((wish) => [nameOf(wish), wish])).values()];
  const rows = await readIdempotencyKeys(tx, {
    tenantId,
    principals: distinct.map(({ principal }) => principal),
    keys: distinct.map(({ key }) => key),
  });
  const byName = new Map(rows.map((row) => [nameOf(row), row]));
  return new Map(
    lost.map((wish) => {
      const row = byName.get(nameOf(wish));
      const same = row && Buffer.compare(row.requestDigest, wish.digest) === 0;
      return [wish.taskId, same ? { taskId: row.taskId } : idempotencyConflict(wish.key, row?.taskId)];
    }),
  );
}

/** The same for keys that stand for no task, and raises in Postgres if one does. */
export async function takeFreeKeys(tx: Transaction, tenantId: string, wishes: readonly Keyed[]): Promise<void> {
  const keyed = keyedOf(wishes);
  if (keyed.length > 0) await takeIdempotencyKeys(tx, columnsOf(tenantId, keyed));
}

/** In one order that all creators share: twins wait for each other and never in a circle. */
function keyedOf(wishes: readonly Keyed[]) {
  const keyed = wishes.filter(({ key }) => key !== "").map((wish) => ({ ...wish, digest: wish.digest() }));
  return keyed.sort((one, other) => (nameOf(one) < nameOf(other) ? -1 : nameOf(one) > nameOf(other) ? 1 : 0));
}

function columnsOf(tenantId: string, keyed: ReturnType<typeof keyedOf>) {
  return {
    tenantId,
    principals: keyed.map(({ principal }) => principal),
    keys: keyed.map(({ key }) => key),
    taskIds: keyed.map(({ taskId }) => taskId),
    requestDigests: keyed.map(({ digest }) => digest),
  };
}

/** NUL is in no principal and no key. */
function nameOf({ principal, key }: { readonly principal: string; readonly key: string }): string {
  return `${principal}\0${key}`;
}
