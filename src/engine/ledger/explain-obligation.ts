// ExplainObligation: whether something is still owed, why, and what would close it.
import { create } from "@bufbuild/protobuf";
import {
  type ExplainObligationRequest,
  type ExplainObligationResponse,
  ExplainObligationResponseSchema,
} from "../../../gen/typescript/asyncgate/v1/obligation_service_pb.ts";
import { ReceiptSchema, ReceiptType } from "../../../gen/typescript/asyncgate/v1/receipt_pb.ts";
import { TaskState } from "../../../gen/typescript/asyncgate/v1/task_pb.ts";
import { notFound, Refused } from "../../core/refusal.ts";
import { closableBy, obliges } from "../../core/termination.ts";
import { readTaskSummaries } from "../../store/obligation.sql.gen.ts";
import { type ReadReceiptRow, readReceipt } from "../../store/receipt.sql.gen.ts";
import { readTasks } from "../../store/task.sql.gen.ts";
import { read } from "../../store/transaction.ts";
import { type Caller, mayReadTask } from "../caller.ts";
import type { Engine } from "../engine.ts";
import { answerSize, takeFitting } from "../views/answer-size.ts";
import { assembleReceipt } from "../views/assemble-receipt.ts";
import { assembleTask } from "../views/assemble-task.ts";
import { findTerminator } from "./find-terminator.ts";
import { mayReadReceipt } from "./get-receipt.ts";
import { whyOpen } from "./list-open-obligations.ts";
import { readBodies } from "./read-bodies.ts";

export async function explainObligation(
  engine: Engine,
  caller: Caller,
  { receiptId }: Pick<ExplainObligationRequest, "receiptId">,
): Promise<ExplainObligationResponse> {
  const { tenantId } = caller;
  return await read(engine.database, {}, async (tx) => {
    const receipt = await readReceipt(tx, { tenantId, receiptId });
    const mayRead = receipt && (await mayReadForObligation(tx, caller, receipt));
    if (!receipt || !mayRead || !obliges(receipt.type as ReceiptType))
      throw new Refused(notFound("receipt", receiptId));
    const { closedBy, notClosing } = await findTerminator(tx, tenantId, receipt);
    const taskIds = [receipt.chainId];
    const [[task], [standing]] = await Promise.all([
      readTasks(tx, { tenantId, taskIds }),
      readTaskSummaries(tx, { tenantId, taskIds }),
    ]);
    const closer = closedBy && (await readReceipt(tx, { tenantId, receiptId: closedBy.receiptId }));
    const why = whyOpen(receipt, standing, await tx.now);
    const answer = create(ExplainObligationResponseSchema, {
      receipt: assembleReceipt(receipt),
      open: !closer,
      explanation: closer
        ? `It was closed by ${typeName(closer.type)} at ${closer.createTime.toISOString()}.`
        : `It is open: ${why}.`,
      ...(task && mayReadTask(caller, task) && { task: assembleTask(task) }),
      closableBy: closer ? [] : [...closableBy(receipt.type as ReceiptType)],
      ...(closer && { closedBy: assembleReceipt(closer) }),
      nextStep: closer ? "" : nextStep(receipt, standing?.endedState ?? null),
    });
    // The newest ones that the answer has room for, in the order of the chain.
    const bytesMax = engine.pageBytesMax - answerSize(ExplainObligationResponseSchema, answer);
    const newest = await readBodies(tx, tenantId, notClosing.toReversed(), bytesMax);
    answer.notClosing = takeFitting(ReceiptSchema, newest, bytesMax, 0).reverse();
    return answer;
  });
}

async function mayReadForObligation(
  tx: Parameters<typeof mayReadReceipt>[0],
  caller: Caller,
  receipt: ReadReceiptRow,
): Promise<boolean> {
  if (caller.scopes.has("obligations:read_all")) return true;
  return await mayReadReceipt(tx, caller, receipt);
}

function typeName(type: number): string {
  const name = Object.entries(ReceiptType).find(([, value]) => value === type)?.[0] ?? String(type);
  return name.toLowerCase().replace("_", ".");
}

function nextStep(receipt: ReadReceiptRow, endedState: number | null): string {
  if (receipt.type === ReceiptType.TASK_ACCEPTED)
    return "Complete, fail or release the task, or let the lease run out.";
  if (receipt.type === ReceiptType.NODE_CONFIG_ISSUED)
    return "The node says what became of it: AckNodeConfig. ExplainNode tells what keeps the node from that.";
  if (receipt.type === ReceiptType.INPUT_REQUESTED) return "Answer or decline the question: ProvideInput.";
  if (endedState === TaskState.SUCCEEDED)
    return "Say where the result is: AppendReceipt with artifacts or a delivery proof.";
  return "Wait for a worker to end the task, or cancel it.";
}
