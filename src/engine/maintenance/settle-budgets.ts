// The part of the sweep for budgets of trees: a report of a task has used up the budget of one above it, which its own
// transaction could not lock. Its owner is told or asked, or it is ended, and the tasks under it with it.
import { exceedBudget } from "../../core/exceed-budget.ts";
import { deleteOverspent, pickOverspent } from "../../store/spend.sql.gen.ts";
import { read, type Transaction, transaction } from "../../store/transaction.ts";
import { lockLiving } from "../children/lock-living.ts";
import { decisionContext, type Engine } from "../engine.ts";
import { wakeAbout } from "../runtime/wakeups.ts";
import { readAccounts } from "../tx/accounts.ts";
import { writeAsked } from "../tx/condition-rows.ts";
import { record } from "../tx/record.ts";

const biteMax = 100;
const passMax = 1_000;

/** Returns how many tasks were ended, asked or told of. */
export async function settleBudgets(engine: Engine, signal: AbortSignal): Promise<number> {
  const picked = await read(engine.database, {}, (tx) => pickOverspent(tx, { most: passMax, mostOfTenant: biteMax }));
  const ofTenant = Map.groupBy(picked, ({ tenantId }) => tenantId);
  let settled = 0;
  for (const [tenantId, rows] of ofTenant) {
    if (signal.aborted) break;
    const taskIds = rows.map(({ taskId }) => taskId);
    settled += await transaction(engine.database, {}, (tx) => settleSome(engine, tx, tenantId, taskIds));
  }
  return settled;
}

async function settleSome(
  engine: Engine,
  tx: Transaction,
  tenantId: string,
  taskIds: readonly string[],
): Promise<number> {
  const living = await lockLiving(tx, tenantId, taskIds);
  const accounts = await readAccounts(
    tx,
    tenantId,
    living.map(({ task }) => task.taskId),
  );
  const moment = decisionContext(engine, tx.now);
  const decisions = living.flatMap(({ task, ...parties }) => {
    const account = accounts.get(task.taskId);
    return (account && exceedBudget(task, account, parties, moment)) ?? [];
  });
  const questions = decisions.flatMap(({ asked }) => asked ?? []);
  await Promise.all([writeAsked(tx, tenantId, questions), record(engine, tx, tenantId, decisions)]);
  const lookedAt = new Set(living.map(({ task }) => task.taskId));
  await deleteOverspent(tx, { tenantId, taskIds, lookedAt: taskIds.map((taskId) => lookedAt.has(taskId)) });
  wakeAbout(engine.wakeups, tx, tenantId, decisions);
  return decisions.length;
}
