// Which workers may lease a task, beyond what was asked: where it waits since it was handed off, and which principals
// may not have a verification task. Costs nothing where no task is of these kinds.
import { fromBinary } from "@bufbuild/protobuf";
import { HandOffSchema, type Task } from "../../../gen/typescript/asyncgate/v1/task_pb.ts";
import { placedBy } from "../../core/hand-off.ts";
import { isHandedOff, isVerification, type TaskCommon } from "../../core/task-record.ts";
import { readHandOffs } from "../../store/note.sql.gen.ts";
import type { Transaction } from "../../store/transaction.ts";
import { readVerifiers } from "../../store/verifier.sql.gen.ts";

/** The terms as the last hand-offs have left them. The locks of the tasks are held. */
export async function asHandedOff(
  tx: Transaction,
  tenantId: string,
  living: readonly Pick<TaskCommon, "taskId" | "ties">[],
  terms: ReadonlyMap<string, Task>,
): Promise<ReadonlyMap<string, Task>> {
  const taskIds = living.filter(isHandedOff).map(({ taskId }) => taskId);
  if (taskIds.length === 0) return terms;
  const placed = new Map(terms);
  for (const { taskId, handOff } of await readHandOffs(tx, { tenantId, taskIds })) {
    const asked = terms.get(taskId);
    if (asked) placed.set(taskId, placedBy(asked, fromBinary(HandOffSchema, handOff)));
  }
  return placed;
}

/** By task: the principals that have held what it verifies. */
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
