// GetTask: reads one task as it stands. Those that are asked for at the same time are read together.
import type { Task } from "../../../gen/typescript/asyncgate/v1/task_pb.ts";
import type { GetTaskRequest } from "../../../gen/typescript/asyncgate/v1/task_service_pb.ts";
import { nameIn } from "../../core/names.ts";
import { nameNotFound, notFound, orThrow, type Refusal } from "../../core/refusal.ts";
import { readTasks } from "../../store/task.sql.gen.ts";
import { read } from "../../store/transaction.ts";
import { type Caller, mayReadTask } from "../caller.ts";
import type { Engine } from "../engine.ts";
import { idsOfNames } from "../tx/names.ts";
import { assembleTask } from "../views/assemble-task.ts";

/** `taskId` may be a name in its place. */
export type Reading = { readonly caller: Caller; readonly taskId: string };
export type ReadTask = (reading: Reading) => Promise<Task | Refusal>;

export async function getTask(
  engine: { readonly readTask: ReadTask },
  caller: Caller,
  { taskId }: Pick<GetTaskRequest, "taskId">,
): Promise<Task> {
  return orThrow(await engine.readTask({ caller, taskId }));
}

/** How many are read at once: a task has up to half a megabyte. */
export const readingsMax = 25;

export async function readTogether(
  engine: Engine,
  tenantId: string,
  readings: readonly Reading[],
): Promise<(Task | Refusal)[]> {
  return await read(engine.database, {}, async (tx) => {
    const names = readings.flatMap(({ taskId }) => nameIn(taskId) ?? []);
    const idOfName = await idsOfNames(tx, tenantId, names);
    const asked = readings.map(({ caller, taskId }) => {
      const name = nameIn(taskId);
      const isMissing = name === undefined ? notFound("task", taskId) : nameNotFound(taskId, name);
      return { caller, isMissing, taskId: name === undefined ? taskId : idOfName(caller, name) };
    });
    const rows = await readTasks(tx, { tenantId, taskIds: [...new Set(asked.flatMap(({ taskId }) => taskId ?? []))] });
    const byId = new Map(rows.map((row) => [row.taskId, row]));
    return asked.map(({ caller, taskId, isMissing }) => {
      const row = byId.get(taskId ?? "");
      return row && mayReadTask(caller, row) ? assembleTask(row) : isMissing;
    });
  });
}
