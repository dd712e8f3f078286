// Spending in the model: what is reported counts once, for its task and for those above it, and budgets bound it.
import { ReceiptType } from "../../gen/typescript/asyncgate/v1/receipt_pb.ts";
import { TaskState, TerminalReason } from "../../gen/typescript/asyncgate/v1/task_pb.ts";
import { end, hasEnded, type Model, type ModelTask, write } from "./model.ts";

export function ancestorsOf(task: ModelTask): ModelTask[] {
  const above: ModelTask[] = [];
  for (let one = task.parent; one; one = one.parent) above.push(one);
  return above;
}

export function isBeyond({ shape, spent, below }: ModelTask): boolean {
  return shape.budget !== undefined && spent + below > shape.budget.usd;
}

/** No task is created under one that has spent too much. */
export function isBounded(parent: ModelTask): boolean {
  return [parent, ...ancestorsOf(parent)].some(isBeyond);
}

/** Law 25. Its owner is told once; what a report does to budgets above, the sweep finds. Whether it ends the task. */
export function spend(task: ModelTask, usd: number): boolean {
  task.spent += usd;
  const above = ancestorsOf(task);
  // Those with a budget, and the root.
  for (const one of above) if (one.shape.budget || one === above.at(-1)) one.below += usd;
  return isBeyond(task) && exceed(task);
}

function exceed(task: ModelTask): boolean {
  const fails = task.shape.budget?.fails === true && !hasEnded(task.state);
  if (fails) end(task, TaskState.FAILED, TerminalReason.BUDGET_EXCEEDED, ReceiptType.TASK_FAILED);
  if (!task.isOverBudget) write(task, ReceiptType.SYSTEM_ANOMALY);
  task.isOverBudget = true;
  return fails;
}

/** Tasks that those below them have taken beyond their budgets, in whatever state. Returns the tasks that changed. */
export function sweepBudgets(model: Model): ModelTask[] {
  const touched = model.tasks.filter((task) => isBeyond(task) && !task.isOverBudget);
  for (const task of touched) exceed(task);
  return touched;
}
