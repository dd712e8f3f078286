// How many tasks live in trees that are about to grow. Counted under a lock of the tree, which comes after all locks of
// tasks: who has it waits for no task.
import { checkTree, type Place } from "../../core/children.ts";
import type { Refusal } from "../../core/refusal.ts";
import { countTrees, lockTrees } from "../../store/child.sql.gen.ts";
import type { Transaction } from "../../store/transaction.ts";
import type { Caller } from "../caller.ts";

/** By root. What is made is added. */
export type LiveTasks = Map<string, number>;

/** Adds a task to its tree, or says why there is no room. */
export function growTree(trees: LiveTasks, place: Place | undefined, { limits }: Caller): Refusal | undefined {
  if (!place) return undefined;
  const live = (trees.get(place.rootTaskId) ?? 0) + 1;
  const refusal = checkTree(live, limits);
  if (!refusal) trees.set(place.rootTaskId, live);
  return refusal;
}

export async function countLiveTasks(
  tx: Transaction,
  { tenantId, limits }: Pick<Caller, "tenantId" | "limits">,
  places: readonly (Place | undefined)[],
): Promise<LiveTasks> {
  const rootTaskIds = [...new Set(places.flatMap((place) => place?.rootTaskId ?? []))];
  if (rootTaskIds.length === 0) return new Map();
  await lockTrees(tx, { tenantId, rootTaskIds });
  const rows = await countTrees(tx, { tenantId, rootTaskIds, most: limits.tree_live_tasks_max });
  return new Map(rows.map(({ rootTaskId, live }) => [rootTaskId, live]));
}
