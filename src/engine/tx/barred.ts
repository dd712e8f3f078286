// The principals that may not have verification tasks: all that have held what these verify.
import { isVerification, type TaskCommon } from "../../core/task-record.ts";
import type { Transaction } from "../../store/transaction.ts";
import { readVerifiers } from "../../store/verifier.sql.gen.ts";

/** By task. Costs nothing where none of the tasks verifies another. */
export async function readBarred(
  tx: Transaction,
  tenantId: string,
  living: readonly Pick<TaskCommon, "taskId" | "ties">[],
): Promise<ReadonlyMap<string, readonly string[]>> {
  const taskIds = living.filter(isVerification).map(({ taskId }) => taskId);
  if (taskIds.length === 0) return new Map();
  const rows = await readVerifiers(tx, { tenantId, taskIds });
  return new Map(rows.map(({ taskId, barred }) => [taskId, barred]));
}
