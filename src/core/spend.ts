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
import { limitExceeded, type Refusal } from "./refusal.ts";
import { type Ended, type Held, isOverBudget, tie } from "./task-record.ts";

/** Units of one task. Each is a row. */
export const spendUnitsMax = 32;

/** What a report makes of the sums of its task. */
export type Spending = {
  readonly spend: AmountTexts;
  readonly sums: Amounts;
  readonly budget: Budget | undefined;
  /** Units of which more is spent than the budget has. */
  readonly beyond: readonly string[];
};

export function spendMore(spend: AmountTexts, before: Amounts, budget: Budget | undefined): Spending | Refusal {
  const sums = addAmounts(before, amountsOf(spend));
  if (sums.size > spendUnitsMax) {
    return limitExceeded({ limit: "spend_units_max", bound: spendUnitsMax, value: sums.size, field: "spend" });
  }
  return { spend, sums, budget, beyond: beyondBudget(sums, budget) };
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

/** Its owner is told once, by the report that goes beyond. */
export function budgetAnomaly(held: Held, spending: Spending | undefined): Anomaly | undefined {
  if (!spending || spending.beyond.length === 0 || isOverBudget(held)) return undefined;
  const amounts = ({ amounts }: Pick<Budget, "amounts">, unit: string) => amounts[unit] ?? "";
  const spent = spending.beyond.map((unit) => [unit, formatAmount(spending.sums.get(unit) ?? 0n)]);
  const allowed = spending.beyond.map((unit) => [unit, spending.budget ? amounts(spending.budget, unit) : ""]);
  return {
    kind: AnomalyKind.BUDGET_EXCEEDED,
    details: { task_id: held.taskId, spent: Object.fromEntries(spent), budget: Object.fromEntries(allowed) },
    recommendedAction: "Decide whether the work is worth more: cancel it, or hand it over anew with a larger budget.",
  };
}

export function failsByBudget({ budget, beyond }: Spending): boolean {
  return beyond.length > 0 && budget?.onExceeded === OnExceeded.FAIL;
}

/** The service ends it: a stop by the budget is a failure, whatever the holder has done so far. */
export function failByBudget(held: Held, moment: DecisionContext): Decision<Ended> {
  const reason = TerminalReason.BUDGET_EXCEEDED;
  return endTask(
    held,
    {
      state: stateAfter(held.state, "exceed_budget"),
      reason,
      outcome: { artifacts: [] },
      from: servicePrincipal,
      owner: held.owner,
      obligated: held.obligated,
      body: {
        case: "taskFailed",
        value: { $typeName: "asyncgate.v1.TaskFailed", attempt: held.attempt, terminalReason: reason, spend: {} },
      },
      discharges: true,
    },
    moment,
  );
}
