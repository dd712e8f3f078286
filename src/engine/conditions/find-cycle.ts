// Looks for a circle of tasks that would wait for each other. The locks of those that are waited for are held, so that
// of two suspensions that would close a circle together, the second one sees the first.
import { dependencyCycle, limitExceeded, type Refusal } from "../../core/refusal.ts";
import type { Transaction } from "../../store/transaction.ts";
import { readEdges } from "../../store/wait.sql.gen.ts";

/** A search beyond this is refused: it would be slow, and what it walks through is hardly meant. */
const edgesMax = 10_000;

/** `begun`: what others of the same transaction wait for, which is not written yet. */
export async function findCycle(
  tx: Transaction,
  tenantId: string,
  suspender: string,
  onTaskIds: readonly string[],
  begun: ReadonlyMap<string, readonly string[]>,
): Promise<Refusal | undefined> {
  const from = new Map<string, string>();
  let edges = 0;
  let frontier: string[] = [];
  const walk = (waiter: string, on: string): void => {
    edges += 1;
    if (from.has(on)) return;
    from.set(on, waiter);
    frontier.push(on);
  };
  for (const on of onTaskIds) walk(suspender, on);
  while (frontier.length > 0) {
    if (from.has(suspender)) return dependencyCycle(pathOf(suspender, from));
    const looked = frontier;
    frontier = [];
    const rows = await readEdges(tx, { tenantId, taskIds: looked, most: edgesMax + 1 });
    for (const { taskId, onTaskId } of rows) walk(taskId, onTaskId);
    for (const taskId of looked) for (const on of begun.get(taskId) ?? []) walk(taskId, on);
    if (edges > edgesMax) return limitExceeded({ limit: "wait_edges_max", bound: edgesMax, value: edges });
  }
  return undefined;
}

function pathOf(suspender: string, from: ReadonlyMap<string, string>): string[] {
  const path = [suspender];
  for (let at = from.get(suspender); at !== undefined && at !== suspender; at = from.get(at)) path.unshift(at);
  return [suspender, ...path];
}
