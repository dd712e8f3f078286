// The part of the sweep for verification: tasks of verifications that are over are canceled, the ends of those that
// gave no verdict are told, and verdicts that take too long are dealt with. What another transaction has locked is
// passed by and found again.
import { cancelTask } from "../../core/cancel-task.ts";
import type { Decision } from "../../core/decision.ts";
import { judgeReport, noVerdict } from "../../core/judge-report.ts";
import { servicePrincipal } from "../../core/principal.ts";
import { isOpenFor } from "../../core/verification.ts";
import { insertReceiptLinks } from "../../store/receipt.sql.gen.ts";
import { read, type Transaction, transaction } from "../../store/transaction.ts";
import {
  deleteVerifiers,
  pickEndedVerifiers,
  pickOverdueVerifying,
  pickVerifiersToCancel,
  readVerifiers,
} from "../../store/verifier.sql.gen.ts";
import { lockLiving } from "../children/lock-living.ts";
import { decisionContext, type Engine } from "../engine.ts";
import { wakeAbout, wakeClaimers } from "../runtime/wakeups.ts";
import { record } from "../tx/record.ts";
import { isVerifyingNow, lockVerifyingUnlessBusy, writeVerdict } from "./read-verifying.ts";
import { settleOverdue } from "./settle-overdue.ts";

/** The batch of one transaction: some milliseconds, so that no call waits long for a lock. */
const biteMax = 100;
const passMax = 1_000;

/** Returns how many tasks have moved. */
export async function settleVerifications(engine: Engine, signal: AbortSignal): Promise<number> {
  const { over, ended, overdue } = await read(engine.database, {}, async (tx) => {
    const bounds = { most: passMax, mostOfTenant: biteMax };
    const [over, ended, overdue] = await Promise.all([
      pickVerifiersToCancel(tx, bounds),
      pickEndedVerifiers(tx, bounds),
      pickOverdueVerifying(tx, { ...bounds, now: await tx.now }),
    ]);
    return { over, ended, overdue };
  });
  let moved = 0;
  for (const one of ended) {
    if (signal.aborted) return moved;
    moved += await tellEnd(engine, one);
  }
  for (const { tenantId, taskId } of overdue) {
    if (signal.aborted) return moved;
    moved += await settleOverdue(engine, tenantId, taskId);
  }
  for (const [tenantId, rows] of Map.groupBy(over, (row) => row.tenantId)) {
    if (signal.aborted) return moved;
    moved += await cancelOver(engine, tenantId, rows);
  }
  return moved;
}

type Over = { readonly taskId: string; readonly overReceiptId: string };

function cancelOver(engine: Engine, tenantId: string, over: readonly Over[]): Promise<number> {
  return transaction(engine.database, {}, async (tx) => {
    const causeOf = new Map(over.map(({ taskId, overReceiptId }) => [taskId, overReceiptId]));
    const living = await lockLiving(tx, tenantId, [...causeOf.keys()]);
    const moment = decisionContext(engine, tx.now);
    const decisions = living.map(({ task, owner, obligated }) => {
      const cause = causeOf.get(task.taskId) ?? "";
      const how = { canceller: servicePrincipal, reason: "The verification is over.", byHolder: false, cause };
      return cancelTask(task, { owner, obligated }, how, moment);
    });
    await record(engine, tx, tenantId, decisions);
    await linkCauses(tx, tenantId, decisions, [...causeOf.values()]);
    wakeAbout(engine.wakeups, tx, tenantId, decisions);
    return decisions.length;
  });
}

type EndedVerifier = { readonly tenantId: string; readonly taskId: string; readonly verifiedTaskId: string };

/** A verification task has ended without a verdict: that counts as one that cannot accept. */
function tellEnd(engine: Engine, { tenantId, taskId, verifiedTaskId }: EndedVerifier): Promise<number> {
  return transaction(engine.database, {}, async (tx) => {
    const verifying = await lockVerifyingUnlessBusy(tx, tenantId, verifiedTaskId);
    const [verifier] = await readVerifiers(tx, { tenantId, taskIds: [taskId] });
    const cause = verifier?.endReceiptId;
    if (!cause) return 0;
    // Then another transaction has it locked.
    if (!verifying && (await isVerifyingNow(tx, tenantId, verifiedTaskId))) return 0;
    await deleteVerifiers(tx, { tenantId, taskIds: [taskId] });
    if (!verifying || !isOpenFor(verifying.review, taskId)) return 0;
    const judged = judgeReport(verifying, { taskId, verdict: noVerdict, cause }, decisionContext(engine, tx.now));
    await record(engine, tx, tenantId, [judged]);
    await writeVerdict(tx, tenantId, verifiedTaskId, judged.given);
    await linkCauses(tx, tenantId, [judged], [cause]);
    wakeAbout(engine.wakeups, tx, tenantId, [judged]);
    wakeClaimers(engine.wakeups, tx, tenantId, [judged], () => verifying.terms);
    return 1;
  });
}

/** So that a trace finds from what ended one task what it did to another one. */
async function linkCauses(
  tx: Transaction,
  tenantId: string,
  decisions: readonly Decision[],
  causes: readonly string[],
): Promise<void> {
  const links = decisions.flatMap(({ receipts }) =>
    receipts.flatMap(({ receiptId, parents }) =>
      parents.filter((parent) => causes.includes(parent)).map((parent) => ({ parent, child: receiptId })),
    ),
  );
  if (links.length === 0) return;
  await insertReceiptLinks(tx, {
    tenantId,
    parentReceiptIds: links.map(({ parent }) => parent),
    childReceiptIds: links.map(({ child }) => child),
  });
}
