// Spending as a rule: what a report adds, whether it goes beyond the budget, and what follows from that.
import { AnomalyKind } from "../../gen/typescript/asyncgate/v1/receipt_pb.ts";
import { type Budget, OnExceeded, TerminalReason } from "../../gen/typescript/asyncgate/v1/task_pb.ts";
import {
  type Amounts,
  type AmountTexts,
  addAmounts,
  amountsOf,
  formatAmount,
  isEmpty,
  unitsBeyond,
} from "./amounts.ts";
import { type Decision, type DecisionContext, stateAfter } from "./decision.ts";
import { type Anomaly, endTask } from "./end-task.ts";
import { servicePrincipal } from "./principal.ts";
import { budgetExceeded, limitExceeded, type Refusal } from "./refusal.ts";
import { type Ended, type Held, isOverBudget, tie, type Waiting } from "./task-record.ts";

/** Units of one task, or of one tree. Each is a row. */
export const spendUnitsMax = 32;

/** What a budget is compared with: what its task and the tasks under it have spent. */
export type Account = {
  readonly taskId: string;
  readonly budget: Budget | undefined;
  readonly total: Amounts;
};

/** What a report makes of the sums of its task. */
export type Spending = {
  readonly spend: AmountTexts;
  readonly sums: Amounts;
  readonly budget: Budget | undefined;
  /** Units of which more is spent than the budget has. */
  readonly beyond: readonly string[];
  /** The tasks above to whose sums it is added as well, as they stood before. */
  readonly above: readonly Account[];
};

export function spendMore(spend: AmountTexts, { total, budget }: Account, above: readonly Account[]): Spending {
  const sums = addAmounts(total, amountsOf(spend));
  return { spend, sums, budget, beyond: beyondBudget(sums, budget), above };
}

/** Units of one task, or of a task and the tasks under it. */
export function checkUnits({ spend, sums, above }: Spending): Refusal | undefined {
  const more = amountsOf(spend);
  const value = Math.max(sums.size, ...above.map(({ total }) => addAmounts(total, more).size));
  const isTooMany = value > spendUnitsMax;
  return isTooMany
    ? limitExceeded({ limit: "spend_units_max", bound: spendUnitsMax, value, field: "spend" })
    : undefined;
}

/** Whether a task above is then beyond its budget. Others may spend at the same time: Postgres has the last word. */
export function isBeyondAbove({ spend, above }: Spending): boolean {
  const more = amountsOf(spend);
  return above.some(({ total, budget }) => beyondBudget(addAmounts(total, more), budget).length > 0);
}

/** The budgets that were not used up before. What crosses one of them beside this call is left to the sweep. */
export function openBudgets(taskId: string, { spend, budget, beyond, above }: Spending): Limited[] {
  const own = beyond.length === 0 ? [{ taskId, budget }] : [];
  const open = above.filter((account) => beyondBudget(account.total, account.budget).length === 0);
  return [...own, ...open].flatMap((account) =>
    Object.entries(account.budget?.amounts ?? {}).flatMap(([unit, amount]) =>
      unit in spend ? [{ taskId: account.taskId, unit, amount }] : [],
    ),
  );
}

export type Limited = { readonly taskId: string; readonly unit: string; readonly amount: string };

/** No task is created under one that has spent too much. */
export function checkBudgets(accounts: readonly Account[]): Refusal | undefined {
  for (const account of accounts) {
    const beyond = beyondBudget(account.total, account.budget);
    if (beyond.length > 0) return budgetExceeded({ taskId: account.taskId, ...amountsBeyond(account, beyond) });
  }
  return undefined;
}

export function beyondBudget(sums: Amounts, budget: Budget | undefined): string[] {
  return budget ? unitsBeyond(sums, amountsOf(budget.amounts)) : [];
}

/** The bits of a task that has spent something, and perhaps too much. */
export function spentTies(ties: number, spending: Pick<Spending, "beyond">): number {
  return ties | tie.spend | (spending.beyond.length > 0 ? tie.overBudget : 0);
}

/** The task as its end leaves it, when the call that ends it has spent something. */
export function spender(held: Held, { spend }: { readonly spend: AmountTexts }): Held {
  return isEmpty(spend) || (held.ties & tie.spend) !== 0 ? held : { ...held, ties: held.ties | tie.spend };
}

/** Its owner is told once, by the report that goes beyond, or by the sweep. */
export function budgetAnomaly(
  living: Waiting | Held,
  spending: Pick<Spending, "sums" | "budget" | "beyond"> | undefined,
): Anomaly | undefined {
  if (!spending || spending.beyond.length === 0 || isOverBudget(living)) return undefined;
  const { sums: total, budget, beyond } = spending;
  return {
    kind: AnomalyKind.BUDGET_EXCEEDED,
    details: { task_id: living.taskId, ...amountsBeyond({ total, budget }, beyond) },
    recommendedAction: "Decide whether the work is worth more: cancel it, or hand it over anew with a larger budget.",
  };
}

export function amountsBeyond({ total, budget }: Pick<Account, "total" | "budget">, beyond: readonly string[]) {
  return {
    spent: Object.fromEntries(beyond.map((unit) => [unit, formatAmount(total.get(unit) ?? 0n)])),
    budget: Object.fromEntries(beyond.map((unit) => [unit, budget?.amounts[unit] ?? ""])),
  };
}

export function failsByBudget({ budget, beyond }: Pick<Spending, "budget" | "beyond">): boolean {
  return beyond.length > 0 && budget?.onExceeded === OnExceeded.FAIL;
}

export type Parties = { readonly owner: string; readonly obligated: string };

/** The service ends it: a stop by the budget is a failure, whatever the holder has done so far. */
export function failByBudget(
  living: Waiting | Held,
  { owner, obligated }: Parties,
  moment: DecisionContext,
  anomaly?: Anomaly,
): Decision<Ended> {
  const reason = TerminalReason.BUDGET_EXCEEDED;
  return endTask(
    living,
    {
      state: stateAfter(living.state, "exceed_budget"),
      reason,
      outcome: { artifacts: [] },
      from: servicePrincipal,
      owner,
      obligated,
      body: {
        case: "taskFailed",
        value: { $typeName: "asyncgate.v1.TaskFailed", attempt: living.attempt, terminalReason: reason, spend: {} },
      },
      discharges: true,
      ...(anomaly && { anomaly }),
    },
    moment,
  );
}
