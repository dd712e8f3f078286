// The tree that a session of an agent is bound to: that of a task, by its id, or by a name that passes on from one task
// to the next.
import { nameIn } from "../../core/names.ts";
import { readRoots } from "../../store/agent_session.sql.gen.ts";
import { readBearers } from "../../store/name.sql.gen.ts";
import type { Executor } from "../../store/statement.ts";

/** The root of the tree. Undefined if there is no such task, or no live one that bears the name. */
export async function rootOfBound(tx: Executor, tenantId: string, binds: string): Promise<string | undefined> {
  const name = nameIn(binds);
  const [bearer] = name === undefined ? [] : await readBearers(tx, { tenantId, names: [name] });
  const taskId = name === undefined ? binds : bearer?.taskId;
  if (taskId === undefined) return undefined;
  const [row] = await readRoots(tx, { tenantId, taskIds: [taskId] });
  return row?.rootTaskId;
}
