// The rules of renewals: they may go on, but an operator should look at a lease that is renewed over and over.
import { AnomalyKind } from "../../gen/typescript/asyncgate/v1/receipt_pb.ts";
import { type Decision, type DecisionContext, step } from "./decision.ts";
import { anomalyDraft } from "./end-task.ts";
import type { Held } from "./task-record.ts";

/** A lease of the default TTL, renewed at every third of it, meets this after five and a half hours. */
const renewalsAlarming = 1_000;

/** Once at the bound, and again whenever it has doubled. */
export function isExcessive(renewals: number): boolean {
  const doublings = Math.log2(renewals / renewalsAlarming);
  return doublings >= 0 && Number.isInteger(doublings);
}

export function renewedTooOften(held: Held, moment: DecisionContext): Decision<Held> {
  const anomaly = {
    kind: AnomalyKind.EXCESSIVE_RENEWALS,
    details: { task_id: held.taskId, renewals: held.renewals + 1, worker: held.worker },
    recommendedAction: "Look whether the worker still gets on; give such tasks an attempt_timeout.",
  };
  const { carried, receipts } = step(held, moment, [anomalyDraft(anomaly, held.owner, held.acceptedReceiptId, moment)]);
  return { before: held, after: { ...held, ...carried, state: held.state }, receipts };
}
