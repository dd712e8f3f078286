// What requests for tasks point at: receipts that led to them, tasks that they do over.
import type { HandOffContract } from "../../../gen/typescript/asyncgate/v1/agent_pb.ts";
import { ErrorReason } from "../../../gen/typescript/asyncgate/v1/error_pb.ts";
import { ReceiptType } from "../../../gen/typescript/asyncgate/v1/receipt_pb.ts";
import type { TaskState } from "../../../gen/typescript/asyncgate/v1/task_pb.ts";
import type { CreateTaskRequest } from "../../../gen/typescript/asyncgate/v1/task_service_pb.ts";
import { invalidArgument, isRefusal, parentRefused, type Refusal } from "../../core/refusal.ts";
import { hasEnded } from "../../core/transitions.ts";
import { readTaskSummaries } from "../../store/obligation.sql.gen.ts";
import { readReceiptTypes } from "../../store/receipt.sql.gen.ts";
import type { Transaction } from "../../store/transaction.ts";
import { contractOf, readContracts } from "../tx/read-all-terms.ts";

type Asked = {
  readonly request: CreateTaskRequest;
  refusal: Refusal | undefined;
  /** The hand-off contract that its outcome must fulfill. */
  contract?: HandOffContract | undefined;
};

/**
 * What a request points at must exist in the tenant: the receipts that led to it, the task that it does over, the
 * hand-off contract of its outcome.
 */
export async function checkReferences(tx: Transaction, tenantId: string, items: readonly Asked[]): Promise<void> {
  const receiptIds = [...new Set(items.flatMap((item) => item.request.parentReceipts))];
  const taskIds = [...new Set(items.flatMap((item) => (item.request.redriveOf ? [item.request.redriveOf] : [])))];
  const contractName = ({ request: { expectedOutcome } }: Asked) => expectedOutcome?.contract ?? "";
  const [receipts, standings, contracts] = await Promise.all([
    receiptIds.length > 0 ? readReceiptTypes(tx, { tenantId, receiptIds }) : [],
    taskIds.length > 0 ? readTaskSummaries(tx, { tenantId, taskIds }) : [],
    readContracts(tx, tenantId, items.map(contractName)),
  ]);
  const known = new Set(receipts.map((row) => row.receiptId));
  const over = new Set(
    standings.filter((row) => hasEnded((row.endedState ?? 0) as TaskState)).map((row) => row.taskId),
  );
  for (const item of items) {
    const named = contractOf(contracts, contractName(item));
    if (isRefusal(named)) item.refusal ??= named;
    else item.contract = named.contract;
    const missing = item.request.parentReceipts.find((id) => !known.has(id));
    if (missing) item.refusal ??= missingParent(missing);
    const { redriveOf } = item.request;
    if (redriveOf && !over.has(redriveOf)) {
      const description = "must be a task of your tenant that has ended";
      item.refusal ??= invalidArgument([{ field: "redrive_of", description, rule: "task.redrive_of_ended" }]);
    }
  }
}

function missingParent(parentReceiptId: string): Refusal {
  const parent = { type: ReceiptType.TASK_ASSIGNED, parentReceiptId };
  return parentRefused(ErrorReason.PARENT_NOT_FOUND, parent, `There is no receipt ${parentReceiptId} to be a parent.`);
}
