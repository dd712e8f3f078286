// What was asked of tasks, without payloads.
import { fromBinary } from "@bufbuild/protobuf";
import { type Task, TaskSchema } from "../../../gen/typescript/asyncgate/v1/task_pb.ts";
import { readTerms } from "../../store/task.sql.gen.ts";
import type { Transaction } from "../../store/transaction.ts";

export type TermsByTask = ReadonlyMap<string, Task>;

export async function readAllTerms(
  tx: Transaction,
  tenantId: string,
  taskIds: readonly string[],
): Promise<TermsByTask> {
  const rows = await readTerms(tx, { tenantId, taskIds });
  return new Map(rows.map((row) => [row.taskId, fromBinary(TaskSchema, row.terms)]));
}
