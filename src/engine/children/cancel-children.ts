// The part of the sweep for trees: children of tasks that have ended are canceled, in bounded batches, and theirs in
// turn. What another transaction has locked is passed by and found again.
import { cancelTask } from "../../core/cancel-task.ts";
import type { Decision } from "../../core/decision.ts";
import { servicePrincipal } from "../../core/principal.ts";
import { deleteParentEnds, pickChildrenToCancel, pickParentEnds } from "../../store/child.sql.gen.ts";
import { insertReceiptLinks } from "../../store/receipt.sql.gen.ts";
import { read, type Transaction, transaction } from "../../store/transaction.ts";
import { decisionContext, type Engine } from "../engine.ts";
import { wakeAbout } from "../runtime/wakeups.ts";
import { record } from "../tx/record.ts";
import { lockLiving } from "./lock-living.ts";

/** The batch of one transaction: some milliseconds, so that no call waits long for a lock. */
const biteMax = 100;
const passMax = 1_000;
/** Of one pass: each goes one step further down. Deeper trees, and what was busy, are left to the next pass. */
const roundsMax = 20;

/** Returns how many tasks have been canceled. */
export async function cancelChildren(engine: Engine, signal: AbortSignal): Promise<number> {
  let canceled = 0;
  for (let round = 0; round < roundsMax && canceled < passMax; round += 1) {
    const parents = await read(engine.database, {}, (tx) =>
      pickParentEnds(tx, { most: passMax, mostOfTenant: biteMax }),
    );
    let found = 0;
    for (const parent of parents) {
      if (signal.aborted) return canceled;
      found += await cancelSome(engine, parent);
    }
    canceled += found;
    if (found === 0) break;
  }
  return canceled;
}

type ParentEnd = { readonly tenantId: string; readonly taskId: string; readonly receiptId: string };

function cancelSome(engine: Engine, { tenantId, taskId: parentTaskId, receiptId }: ParentEnd): Promise<number> {
  return transaction(engine.database, {}, async (tx) => {
    const picked = await pickChildrenToCancel(tx, { tenantId, parentTaskId, most: biteMax });
    const taskIds = picked.map(({ taskId }) => taskId);
    const living = taskIds.length > 0 ? await lockLiving(tx, tenantId, taskIds) : [];
    const moment = decisionContext(engine, tx.now);
    const reason = `Its parent, task ${parentTaskId}, has ended.`;
    const how = { canceller: servicePrincipal, reason, byHolder: false, cause: receiptId };
    const decisions = living.map(({ task, owner, obligated }) => cancelTask(task, { owner, obligated }, how, moment));
    await record(engine, tx, tenantId, decisions);
    await linkCause(tx, tenantId, decisions, receiptId);
    wakeAbout(engine.wakeups, tx, tenantId, decisions);
    if (picked.length < biteMax && living.length === picked.length) {
      await deleteParentEnds(tx, { tenantId, taskIds: [parentTaskId] });
    }
    return decisions.length;
  });
}

/** So that a trace finds from the end of the parent what it canceled. */
async function linkCause(
  tx: Transaction,
  tenantId: string,
  decisions: readonly Decision[],
  cause: string,
): Promise<void> {
  const children = decisions.flatMap(({ receipts }) => receipts.filter(({ parents }) => parents.includes(cause)));
  if (children.length === 0) return;
  await insertReceiptLinks(tx, {
    tenantId,
    parentReceiptIds: children.map(() => cause),
    childReceiptIds: children.map((receipt) => receipt.receiptId),
  });
}
