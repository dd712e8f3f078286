// Many tasks, a bounded number of calls at once.
import type { Client, Task } from "../../clients/typescript/src/index.ts";

const atOnce = 20;

/** The tasks as they stand when all have ended, or when patience is over. */
export async function awaitAll(client: Client, ids: readonly string[], patienceMs: number): Promise<Task[]> {
  const deadlineMs = performance.now() + patienceMs;
  return await each(ids, (taskId) =>
    client.awaitTask(taskId, { timeoutMs: Math.max(1_000, deadlineMs - performance.now()) }),
  );
}

export async function each<Item, Value>(
  items: readonly Item[],
  work: (item: Item) => Promise<Value>,
): Promise<Value[]> {
  const values: Value[] = [];
  for (let from = 0; from < items.length; from += atOnce) {
    values.push(...(await Promise.all(items.slice(from, from + atOnce).map(work))));
  }
  return values;
}
