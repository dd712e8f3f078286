// Creations with a key that was used before, which wait, are children or want a name. The key decides first: a creation
// that is said again is answered with its task, whatever has become of the tasks that it waited for, of the lease above
// it, or of its name.
import type { CreateTaskRequest } from "../../../gen/typescript/asyncgate/v1/task_service_pb.ts";
import { compoundKey } from "../../core/compound-key.ts";
import { createTaskDigest } from "../../core/create-task.ts";
import type { LeaseClaim } from "../../core/lease-token.ts";
import { idempotencyConflict, type Refusal } from "../../core/refusal.ts";
import { readIdempotencyKeys } from "../../store/idempotency.sql.gen.ts";
import { type ReadTasksRow, readTasks } from "../../store/task.sql.gen.ts";
import type { Transaction } from "../../store/transaction.ts";
import type { Caller } from "../caller.ts";

type Asked = {
  readonly caller: Caller;
  readonly request: CreateTaskRequest;
  readonly refusal: Refusal | undefined;
  /** The task that it is to be a child of, if it is one; of tasks that a holder creates, perhaps none. */
  readonly under?: Pick<LeaseClaim, "taskId">;
  /** Its digest, where it was asked for in other words. */
  readonly asked?: Uint8Array;
};

/** The tasks of such creations, or the conflict. Others are not in the answer. */
export async function knownByKey<Item extends Asked>(
  tx: Transaction,
  tenantId: string,
  items: readonly Item[],
): Promise<Map<Item, ReadTasksRow | Refusal>> {
  const asked = items.filter(
    ({ request, refusal, under }) =>
      (request.wait || under || request.name) && request.idempotencyKey !== "" && !refusal,
  );
  if (asked.length === 0) return new Map();
  const rows = await readIdempotencyKeys(tx, {
    tenantId,
    principals: asked.map(({ caller }) => caller.principalText),
    keys: asked.map(({ request }) => request.idempotencyKey),
  });
  const byName = new Map(rows.map((row) => [compoundKey(row.principal, row.key), row]));
  const tasks = await readTasks(tx, { tenantId, taskIds: [...new Set(rows.map(({ taskId }) => taskId))] });
  const byId = new Map(tasks.map((task) => [task.taskId, task]));
  return new Map(
    asked.flatMap((item): [Item, ReadTasksRow | Refusal][] => {
      const { caller, request, under, asked: own } = item;
      const row = byName.get(compoundKey(caller.principalText, request.idempotencyKey));
      if (!row) return [];
      const task = byId.get(row.taskId);
      const isSame = Buffer.compare(row.requestDigest, own ?? createTaskDigest(request, under?.taskId)) === 0;
      return [[item, task && isSame ? task : idempotencyConflict(request.idempotencyKey, row.taskId)]];
    }),
  );
}
