// What must hold after healing: every task has ended as it should, ran once, and its receipts say so.
import { type Client, ReceiptType, type Task, TaskState } from "../../clients/typescript/src/index.ts";
import { stateName } from "../../src/core/transitions.ts";
import type { Expected } from "./scenarios.ts";

const atOnce = 20;

/** The tasks as they stand when all have ended, or when patience is over. */
export async function awaitAll(client: Client, expected: Expected, patienceMs: number): Promise<Task[]> {
  const deadlineMs = performance.now() + patienceMs;
  return await each([...expected.keys()], (taskId) =>
    client.awaitTask(taskId, { timeoutMs: Math.max(1_000, deadlineMs - performance.now()) }),
  );
}

/** Every fault in a sentence; none if all is well. */
export async function judge(
  client: Client,
  expected: Expected,
  tasks: readonly Task[],
  endingsOf: (taskId: string) => number,
): Promise<string[]> {
  const faults = await each(tasks, async (ended) => {
    const { taskId, state } = ended;
    const wanted = expected.get(taskId);
    if (wanted === undefined || state === wanted) return await judgeReceipts(client, ended, endingsOf(taskId));
    return [`task ${taskId} is ${stateName(state)}, not ${stateName(wanted)}`];
  });
  return faults.flat();
}

async function each<Item, Value>(items: readonly Item[], work: (item: Item) => Promise<Value>): Promise<Value[]> {
  const values: Value[] = [];
  for (let from = 0; from < items.length; from += atOnce) {
    values.push(...(await Promise.all(items.slice(from, from + atOnce).map(work))));
  }
  return values;
}

const { TASK_ACCEPTED, TASK_COMPLETED, TASK_FAILED, TASK_CANCELED } = ReceiptType;
const { LEASE_EXPIRED, LEASE_RELEASED, TASK_SUSPENDED, TASK_RESUMED, TASK_RETRY_SCHEDULED } = ReceiptType;

async function judgeReceipts(client: Client, { taskId, state }: Task, endings: number): Promise<string[]> {
  const counts = new Map<ReceiptType, number>();
  for await (const { type } of client.receipts({ taskId }, { timeoutMs: 120_000 })) {
    counts.set(type, (counts.get(type) ?? 0) + 1);
  }
  const count = (...types: readonly ReceiptType[]) =>
    types.reduce<number>((sum, type) => sum + (counts.get(type) ?? 0), 0);
  const faults: string[] = [];
  const must = (holds: boolean, fault: string) => {
    if (!holds) faults.push(`task ${taskId}: ${fault}`);
  };
  must(count(TASK_COMPLETED, TASK_FAILED, TASK_CANCELED) === 1, "it has not exactly one end on record");
  must(count(TASK_RETRY_SCHEDULED) === 0, "an attempt failed");
  const givenBack = count(LEASE_EXPIRED, LEASE_RELEASED, TASK_SUSPENDED);
  const finished = state === TaskState.SUCCEEDED ? 1 : 0;
  must(count(TASK_ACCEPTED) === givenBack + finished, "a lease was granted beside another one, or after the end");
  must(count(TASK_RESUMED) >= count(TASK_SUSPENDED), "a suspension has no end");
  must(endings <= 1, `the worker was told ${endings} times that it completed it`);
  return faults;
}
