// Gives leases back that their holder does not want or never had: the tasks wait again, and nothing is counted.
import { assert } from "../../core/assert.ts";
import { releaseLease } from "../../core/release-lease.ts";
import type { Held } from "../../core/task-record.ts";
import type { Transaction } from "../../store/transaction.ts";
import { decisionContext, type Engine } from "../engine.ts";
import { wakeAbout, wakeClaimers } from "../runtime/wakeups.ts";
import { readAllTerms } from "../tx/read-all-terms.ts";
import { record } from "../tx/record.ts";
import { asHandedOff } from "../tx/who-may-lease.ts";

/** The locks of the leases are held. */
export async function returnLeases(
  engine: Engine,
  tx: Transaction,
  tenantId: string,
  held: readonly Held[],
  reason: string,
): Promise<void> {
  if (held.length === 0) return;
  const taskIds = held.map(({ taskId }) => taskId);
  const terms = await asHandedOff(tx, tenantId, held, await readAllTerms(tx, tenantId, taskIds));
  const moment = decisionContext(engine, tx.now);
  const decisions = held.map((one) => {
    const asked = terms.get(one.taskId);
    assert(asked !== undefined, "a held task was asked for");
    return releaseLease(one, asked, { reason }, undefined, moment);
  });
  await record(engine, tx, tenantId, decisions);
  wakeAbout(engine.wakeups, tx, tenantId, decisions);
  wakeClaimers(engine.wakeups, tx, tenantId, decisions, (taskId) => terms.get(taskId));
}
