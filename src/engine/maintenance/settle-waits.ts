// The part of the sweep for tasks that wait: times that have passed, and ends whose waiters the transactions that ended
// them have left over.
import { lockEnded } from "../../store/ended.sql.gen.ts";
import { read, transaction } from "../../store/transaction.ts";
import { deleteUnresolvedEnds, pickDueWaits, pickUnresolvedEnds } from "../../store/wait.sql.gen.ts";
import { readEnds } from "../conditions/read-wait-facts.ts";
import type { Engine } from "../engine.ts";
import { settleDueQuestions, splitAsking } from "../questions/settle-due-questions.ts";
import { endedOf } from "../tx/lock-tasks.ts";
import { endsOf, lockLooks, resolveEnds, resolveWaiters, settleLooks } from "../tx/resolve-ends.ts";
import { settleSignals } from "./settle-signals.ts";

/** The batch of one transaction: some tens of milliseconds, in which its locks are held. */
const biteMax = 100;
const passMax = 1_000;

/** Returns how many tasks have gone on or ended, or whose ends had been left over. */
export async function settleWaits(engine: Engine, signal: AbortSignal): Promise<number> {
  let settled = await settleSignals(engine, signal);
  const { due, ends } = await read(engine.database, {}, async (tx) => {
    const bounds = { most: passMax, mostOfTenant: biteMax };
    const [due, ends] = await Promise.all([
      pickDueWaits(tx, { ...bounds, now: await tx.now }),
      pickUnresolvedEnds(tx, bounds),
    ]);
    return { due, ends };
  });
  for (const [tenantId, rows] of Map.groupBy(due, (row) => row.tenantId)) {
    if (signal.aborted) return settled;
    settled += await wakeByTime(
      engine,
      tenantId,
      rows.map(({ taskId }) => taskId),
    );
  }
  for (const [tenantId, rows] of Map.groupBy(ends, (row) => row.tenantId)) {
    if (signal.aborted) return settled;
    settled += await resolveLeft(
      engine,
      tenantId,
      rows.map(({ taskId }) => taskId),
    );
  }
  return settled;
}

function wakeByTime(engine: Engine, tenantId: string, taskIds: readonly string[]): Promise<number> {
  return transaction(engine.database, {}, async (tx) => {
    const looks = await lockLooks(tx, tenantId, taskIds);
    const { asking, others } = await splitAsking(tx, tenantId, looks);
    const { decided, writes } = settleLooks(engine, tx, tenantId, others, new Map());
    const ofQuestions = settleDueQuestions(engine, tx, tenantId, asking);
    const ends = endsOf([...decided, ...ofQuestions.decided]);
    const all = Promise.all([writes, ofQuestions.writes]);
    await resolveEnds(engine, tx, tenantId, ends, { writes: all, isLast: true });
    return looks.length;
  });
}

/** Together: mostly they have one waiter in common, which each of them would lock and look at. */
function resolveLeft(engine: Engine, tenantId: string, taskIds: readonly string[]): Promise<number> {
  return transaction(engine.database, {}, async (tx) => {
    const ends = await readEnds(tx, tenantId, (await lockEnded(tx, { tenantId, taskIds })).map(endedOf));
    const { decided, waiters, isAll, writes } = await resolveWaiters(engine, tx, tenantId, [...ends.values()], biteMax);
    await resolveEnds(engine, tx, tenantId, endsOf(decided), { writes, isLast: false });
    if (isAll) await deleteUnresolvedEnds(tx, { tenantId, taskIds });
    else engine.leftovers.note(tx, true);
    // A thousand ends may have one waiter: the sweep goes on at once by what it has done.
    return isAll ? Math.max(taskIds.length, waiters) : waiters;
  });
}
