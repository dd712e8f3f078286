// Where tasks wait that were handed off, which is no longer what was asked. Costs nothing where no task was.
import { fromBinary } from "@bufbuild/protobuf";
import { HandOffSchema, type Task } from "../../../gen/typescript/asyncgate/v1/task_pb.ts";
import { placedBy } from "../../core/hand-off.ts";
import { isHandedOff, type TaskCommon } from "../../core/task-record.ts";
import { readHandOffs } from "../../store/note.sql.gen.ts";
import type { Transaction } from "../../store/transaction.ts";

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
