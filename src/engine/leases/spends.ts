// What holders' calls have spent: looked up before it is decided about, added in the same transaction as its receipt.
import { type AmountTexts, amountsOf, formatAmount, isEmpty } from "../../core/amounts.ts";
import { compoundKey } from "../../core/compound-key.ts";
import { type Account, openBudgets, type Spending, spendMore } from "../../core/spend.ts";
import { tie } from "../../core/task-record.ts";
import { addSpends } from "../../store/spend.sql.gen.ts";
import type { Transaction } from "../../store/transaction.ts";
import { type Accounts, accountsAbove, readAccounts } from "../tx/accounts.ts";
import { readAllTerms, type TermsByTask } from "../tx/read-all-terms.ts";
import type { Done, ValidCall } from "./lease-operation.ts";

type Spender = { readonly spend: AmountTexts };
type Call = ValidCall<Spender>;

/** Tasks that have none of these spend for themselves alone, and nothing bounds it. */
export const spendingTies = tie.spend | tie.child | tie.children;

export type SpendFacts = { readonly accounts: Accounts; readonly terms: TermsByTask };

export const noSpendFacts: SpendFacts = { accounts: new Map(), terms: new Map() };

export function spendsSomething({ request }: { readonly request: Spender }): boolean {
  return !isEmpty(request.spend);
}

/** Of the tasks of calls that have spent something; others cost nothing. */
export function readSpendFacts(tx: Transaction, tenantId: string, calls: readonly Call[]): Promise<SpendFacts> {
  return readSpendFactsOf(
    tx,
    tenantId,
    calls.filter(spendsSomething).map(({ claim }) => claim.taskId),
  );
}

export async function readSpendFactsOf(
  tx: Transaction,
  tenantId: string,
  taskIds: readonly string[],
): Promise<SpendFacts> {
  if (taskIds.length === 0) return noSpendFacts;
  const terms = await readAllTerms(tx, tenantId, taskIds);
  const own = readAccounts(tx, tenantId, taskIds, terms);
  const above = new Set([...terms.values()].flatMap(accountsAbove));
  const others = readAccounts(
    tx,
    tenantId,
    [...above].filter((taskId) => !terms.has(taskId)),
  );
  return { accounts: new Map([...(await own), ...(await others)]), terms };
}

/** What a call makes of the sums of its task; undefined if it has spent nothing. */
export function spendingOf(call: Call, { accounts, terms }: SpendFacts): Spending | undefined {
  if (!spendsSomething(call)) return undefined;
  const { taskId } = call.claim;
  const asked = terms.get(taskId);
  const above = asked ? accountsAbove(asked).flatMap((id) => accounts.get(id) ?? []) : [];
  return spendMore(call.request.spend, accounts.get(taskId) ?? withoutBudget(taskId), above);
}

function withoutBudget(taskId: string): Account {
  return { taskId, budget: undefined, total: new Map() };
}

type Spent = { readonly spending?: Spending | undefined };

/** Sent at once, with the record. */
export async function writeSpendsOf(
  tx: Transaction,
  tenantId: string,
  done: readonly Done<Spender, Spent>[],
): Promise<void> {
  const spent = done.flatMap(({ call, decided: { spending } }) =>
    spending ? [{ taskId: call.claim.taskId, spending }] : [],
  );
  if (spent.length === 0) return;
  const rows = new Map<string, Row>();
  for (const { taskId, spending } of spent) {
    const amounts = amountsOf(spending.spend);
    for (const [unit, amount] of amounts) rowOf(rows, taskId, unit).amount += amount;
    for (const account of spending.above) {
      for (const [unit, amount] of amounts) rowOf(rows, account.taskId, unit).below += amount;
    }
  }
  const added = [...rows.values()];
  const limits = spent.flatMap(({ taskId, spending }) => openBudgets(taskId, spending));
  await addSpends(tx, {
    tenantId,
    taskIds: added.map(({ taskId }) => taskId),
    units: added.map(({ unit }) => unit),
    amounts: added.map(({ amount }) => formatAmount(amount)),
    belows: added.map(({ below }) => formatAmount(below)),
    limitTaskIds: limits.map(({ taskId }) => taskId),
    limitUnits: limits.map(({ unit }) => unit),
    limitAmounts: limits.map(({ amount }) => amount),
  });
}

type Row = { readonly taskId: string; readonly unit: string; amount: bigint; below: bigint };

function rowOf(rows: Map<string, Row>, taskId: string, unit: string): Row {
  const key = compoundKey(taskId, unit);
  const row = rows.get(key) ?? { taskId, unit, amount: 0n, below: 0n };
  rows.set(key, row);
  return row;
}
