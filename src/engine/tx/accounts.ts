// What budgets are compared with: the sums of tasks, and of what was spent under them. Read without locks: a budget
// stops what comes next, and Postgres finds out which report has crossed one.
import type { Task } from "../../../gen/typescript/asyncgate/v1/task_pb.ts";
import { parseAmount } from "../../core/amounts.ts";
import type { Place } from "../../core/children.ts";
import type { Refusal } from "../../core/refusal.ts";
import { type Account, checkBudgets } from "../../core/spend.ts";
import { readSpends } from "../../store/spend.sql.gen.ts";
import type { Transaction } from "../../store/transaction.ts";
import { readAllTerms, type TermsByTask } from "./read-all-terms.ts";

export type Accounts = ReadonlyMap<string, Account>;

/** Where a task stands in a tree, as far as its spending matters. */
type Standing = Pick<Task, "rootTaskId" | "budgetTaskIds"> | Pick<Place, "rootTaskId" | "budgetTaskIds">;

/** The tasks to whose sums a task adds what it spends, beside its own: those with a budget, and the root. */
export function accountsAbove({ rootTaskId, budgetTaskIds }: Standing): string[] {
  return rootTaskId === "" ? [] : [...new Set([rootTaskId, ...budgetTaskIds])];
}

/** `known`: terms that have been read. Tasks that have been dropped have no account. */
export async function readAccounts(
  tx: Transaction,
  tenantId: string,
  taskIds: readonly string[],
  known?: TermsByTask,
): Promise<Accounts> {
  if (taskIds.length === 0) return new Map();
  const [rows, terms] = await Promise.all([
    readSpends(tx, { tenantId, taskIds }),
    known ?? readAllTerms(tx, tenantId, taskIds),
  ]);
  const totals = new Map<string, Map<string, bigint>>();
  const lifted = new Set(rows.filter((row) => row.lifted).map(({ taskId }) => taskId));
  for (const { taskId, unit, amount, below } of rows) {
    const total = totals.get(taskId) ?? new Map<string, bigint>();
    totals.set(taskId, total.set(unit, parseAmount(amount) + parseAmount(below)));
  }
  return new Map(
    taskIds.flatMap((taskId) => {
      const asked = terms.get(taskId);
      const budget = lifted.has(taskId) ? undefined : asked?.budget;
      return asked ? [[taskId, { taskId, budget, total: totals.get(taskId) ?? new Map() }]] : [];
    }),
  );
}

/** The budgets that bound the tasks that are to be created in these places. */
export function readBudgets(
  tx: Transaction,
  tenantId: string,
  places: readonly (Place | undefined)[],
): Promise<Accounts> {
  return readAccounts(tx, tenantId, [...new Set(places.flatMap((place) => place?.budgetTaskIds ?? []))]);
}

export function checkBudgetsOf(place: Place | undefined, accounts: Accounts): Refusal | undefined {
  return checkBudgets((place?.budgetTaskIds ?? []).flatMap((taskId) => accounts.get(taskId) ?? []));
}
