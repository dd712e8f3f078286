// Tells of what transactions have recorded, once they are committed: which receipts, and how long tasks had waited that
// a worker got. For metrics; nothing here is kept.
import { ReceiptType } from "../../../gen/typescript/asyncgate/v1/receipt_pb.ts";
import type { Decision } from "../../core/decision.ts";
import { isWaiting } from "../../core/task-record.ts";
import type { Transaction } from "../../store/transaction.ts";

export type RecordedNews = {
  readonly receipts: ReadonlyMap<ReceiptType, number>;
  /** Of each task that a worker has got: the time since it could have been leased. */
  readonly waitedSeconds: readonly number[];
};

export type Recorded = {
  note(tx: Pick<Transaction, "afterCommit" | "now">, decisions: readonly Decision[]): void;
  onRecorded(hear: (news: RecordedNews) => void): void;
};

export function createRecorded(): Recorded {
  let tell: ((news: RecordedNews) => void) | undefined;
  return {
    note(tx, decisions) {
      const hear = tell;
      if (hear) tx.afterCommit(() => hear(newsOf(decisions, tx.now)));
    },
    onRecorded(hear) {
      tell = hear;
    },
  };
}

function newsOf(decisions: readonly Decision[], now: Date): RecordedNews {
  const receipts = new Map<ReceiptType, number>();
  const waitedSeconds: number[] = [];
  for (const { before, receipts: written } of decisions) {
    for (const { type } of written) {
      receipts.set(type, (receipts.get(type) ?? 0) + 1);
      if (type !== ReceiptType.TASK_ACCEPTED) continue;
      const sinceMs = before && isWaiting(before) ? before.eligibleTime.getTime() : now.getTime();
      waitedSeconds.push(Math.max(0, now.getTime() - sinceMs) / 1_000);
    }
  }
  return { receipts, waitedSeconds };
}
