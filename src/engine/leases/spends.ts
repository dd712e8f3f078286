// What holders' calls have spent: read before it is decided about, added in the same transaction as its receipt.
import type { Budget } from "../../../gen/typescript/asyncgate/v1/task_pb.ts";
import { type Amounts, type AmountTexts, isEmpty, parseAmount } from "../../core/amounts.ts";
import type { Refusal } from "../../core/refusal.ts";
import { type Spending, spendMore } from "../../core/spend.ts";
import { addSpends, readSpends } from "../../store/spend.sql.gen.ts";
import type { Transaction } from "../../store/transaction.ts";
import { readAllTerms } from "../tx/read-all-terms.ts";
import type { Done, ValidCall } from "./lease-operation.ts";

type Spender = { readonly spend: AmountTexts };

export type SpendFacts = {
  readonly sums: ReadonlyMap<string, Amounts>;
  readonly budgets: ReadonlyMap<string, Budget | undefined>;
};

const nothing: SpendFacts = { sums: new Map(), budgets: new Map() };

export function spendsSomething({ request }: { readonly request: Spender }): boolean {
  return !isEmpty(request.spend);
}

/** Of the tasks of calls that have spent something; others cost nothing. */
export async function readSpendFacts(
  tx: Transaction,
  tenantId: string,
  calls: readonly ValidCall<Spender>[],
): Promise<SpendFacts> {
  const taskIds = calls.filter(spendsSomething).map(({ claim }) => claim.taskId);
  if (taskIds.length === 0) return nothing;
  const [rows, terms] = await Promise.all([readSpends(tx, { tenantId, taskIds }), readAllTerms(tx, tenantId, taskIds)]);
  const sums = new Map<string, Map<string, bigint>>();
  for (const { taskId, unit, amount } of rows) {
    const ofTask = sums.get(taskId) ?? new Map<string, bigint>();
    sums.set(taskId, ofTask.set(unit, parseAmount(amount)));
  }
  return { sums, budgets: new Map([...terms].map(([taskId, { budget }]) => [taskId, budget])) };
}

/** What a call makes of the sums of its task; undefined if it has spent nothing. */
export function spendingOf(call: ValidCall<Spender>, { sums, budgets }: SpendFacts): Spending | Refusal | undefined {
  if (!spendsSomething(call)) return undefined;
  const { taskId } = call.claim;
  return spendMore(call.request.spend, sums.get(taskId) ?? new Map(), budgets.get(taskId));
}

export async function writeSpendsOf(
  tx: Transaction,
  tenantId: string,
  done: readonly Done<Spender, unknown>[],
): Promise<void> {
  const spends = done.flatMap(({ call: { claim, request } }) =>
    Object.entries(request.spend).map(([unit, amount]) => ({ taskId: claim.taskId, unit, amount })),
  );
  if (spends.length === 0) return;
  await addSpends(tx, {
    tenantId,
    taskIds: spends.map(({ taskId }) => taskId),
    units: spends.map(({ unit }) => unit),
    amounts: spends.map(({ amount }) => amount),
  });
}
