// Tasks that are being verified, locked, with all that decides what a verdict does to them.
import { fromBinary } from "@bufbuild/protobuf";
import { TaskSchema, TaskState } from "../../../gen/typescript/asyncgate/v1/task_pb.ts";
import { type GivenVerdict, type Report, ReviewSchema } from "../../../gen/typescript/asyncgate/v1/verification_pb.ts";
import type { Verifying } from "../../core/judge-report.ts";
import { isVerifying } from "../../core/task-record.ts";
import { addToReview, readReviews } from "../../store/note.sql.gen.ts";
import { readTaskSummaries } from "../../store/obligation.sql.gen.ts";
import { lockReady, lockReadyUnlessBusy } from "../../store/ready.sql.gen.ts";
import { readTerms } from "../../store/task.sql.gen.ts";
import type { Transaction } from "../../store/transaction.ts";
import { encode } from "../../wire/encode.ts";
import { waitingOf } from "../tx/lock-tasks.ts";
import { asHandedOff } from "../tx/who-may-lease.ts";

export type FoundVerifying = Verifying & {
  /** The contract's CreateTasksRequest. */
  readonly nextTasks: Uint8Array | null;
};

/** Each verdict moves the row once, which a look may miss, and a report has ten verification tasks at most. */
const looksMax = 11;

/** Waits for the lock. Undefined if the task is not being verified. */
export async function lockVerifying(
  tx: Transaction,
  tenantId: string,
  taskId: string,
): Promise<FoundVerifying | undefined> {
  for (let look = 1; look <= looksMax; look += 1) {
    const found = await lookAt(tx, tenantId, taskId, lockReady);
    if (found || !(await isVerifyingNow(tx, tenantId, taskId))) return found;
  }
  return undefined;
}

/** Undefined also if another transaction has it locked. */
export function lockVerifyingUnlessBusy(
  tx: Transaction,
  tenantId: string,
  taskId: string,
): Promise<FoundVerifying | undefined> {
  return lookAt(tx, tenantId, taskId, lockReadyUnlessBusy);
}

/** As it stands, whether it is locked or not. */
export async function isVerifyingNow(tx: Transaction, tenantId: string, taskId: string): Promise<boolean> {
  const [summary] = await readTaskSummaries(tx, { tenantId, taskIds: [taskId] });
  return summary?.readyState === TaskState.VERIFYING;
}

async function lookAt(
  tx: Transaction,
  tenantId: string,
  taskId: string,
  lock: typeof lockReady | typeof lockReadyUnlessBusy,
): Promise<FoundVerifying | undefined> {
  const taskIds = [taskId];
  // Sent together and run in this order: what is read was written before the lock was had.
  const [[locked], [reviewed], [asked]] = await Promise.all([
    lock(tx, { tenantId, taskIds }),
    readReviews(tx, { tenantId, taskIds }),
    readTerms(tx, { tenantId, taskIds }),
  ]);
  if (!locked || !reviewed || !asked) return undefined;
  const waiting = waitingOf(locked);
  if (!isVerifying(waiting)) return undefined;
  const { owner, obligated } = asked;
  const terms = fromBinary(TaskSchema, asked.terms);
  const placed = await asHandedOff(tx, tenantId, [waiting], new Map([[taskId, terms]]));
  const review = fromBinary(ReviewSchema, reviewed.review);
  return { waiting, owner, obligated, terms: placed.get(taskId) ?? terms, review, nextTasks: reviewed.nextTasks };
}

/** A piece of a review: pieces that stand one after the other are read as their sum. */
export function writeVerdict(tx: Transaction, tenantId: string, taskId: string, given: GivenVerdict): Promise<unknown> {
  const piece = encode(ReviewSchema, { $typeName: "asyncgate.v1.Review", verdicts: [given] });
  return addToReview(tx, { tenantId, taskId, piece });
}

/** Adds to the report itself. */
export function writeReportPiece(tx: Transaction, tenantId: string, taskId: string, report: Report): Promise<unknown> {
  const piece = encode(ReviewSchema, { $typeName: "asyncgate.v1.Review", report, verdicts: [] });
  return addToReview(tx, { tenantId, taskId, piece });
}
