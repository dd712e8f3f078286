// GetTask: reads one task as it stands.
import type { Task } from "../../gen/typescript/asyncgate/v1/task_pb.ts";
import { notFound, type Refusal } from "../core/refusal.ts";
import { type ReadTasksRow, readTasks } from "../store/task.sql.gen.ts";
import { read } from "../store/transaction.ts";
import { assembleTask } from "./assemble-task.ts";
import type { Caller, Engine } from "./engine.ts";

export async function getTask(engine: Engine, caller: Caller, taskId: string): Promise<Task | Refusal> {
  const { tenantId } = caller;
  const [row] = await read(engine.database, {}, (tx) => readTasks(tx, { tenantId, taskIds: [taskId] }));
  return row && mayReadTask(caller, row) ? assembleTask(row) : notFound("task", taskId);
}

/** Its creator, who owes it, who holds it, and who may read all. Everybody else is told that it does not exist. */
export function mayReadTask(caller: Caller, task: Pick<ReadTasksRow, "owner" | "obligated" | "worker">): boolean {
  const me = caller.principalText;
  return caller.scopes.has("tasks:read_all") || task.owner === me || task.obligated === me || task.worker === me;
}
