// A claim under a request id. It is done once: repeated, it is answered with the same leases as they were granted, read
// off their accepted receipts, and takes no others.
import { fromBinary } from "@bufbuild/protobuf";
import { type ReceiptBody, ReceiptBodySchema, ReceiptType } from "../../../gen/typescript/asyncgate/v1/receipt_pb.ts";
import { TaskState } from "../../../gen/typescript/asyncgate/v1/task_pb.ts";
import { assert } from "../../core/assert.ts";
import { dateOfTimestamp, msOfDuration } from "../../core/duration.ts";
import { formatPrincipal } from "../../core/principal.ts";
import { orThrow, throwIfRefused } from "../../core/refusal.ts";
import { type ReadReceiptsOfCallsRow, readReceiptsOfCalls } from "../../store/receipt.sql.gen.ts";
import { type ReadTasksRow, readTasks } from "../../store/task.sql.gen.ts";
import { type Transaction, transaction } from "../../store/transaction.ts";
import { readWaitResults } from "../conditions/wait-results.ts";
import type { Engine } from "../engine.ts";
import { type Call, lockCall, runCall } from "../tx/repeated-call.ts";
import { handOffMessage, requestPart } from "../views/assemble-task.ts";
import { type GrantedTask, grantedTask, type WaitResults } from "../views/granted-task.ts";
import { type Claim, quotaRefusal } from "./claim.ts";
import { claimIn, claimTime } from "./claim-batch.ts";

export function claimOnce(engine: Engine, claim: Claim & { readonly call: Call }): Promise<GrantedTask[]> {
  const { caller, call } = claim;
  return runCall(() =>
    transaction(engine.database, claimTime, async (tx) => {
      // Lock before replay: a twin under way has its tasks locked, and without them this one would find nothing.
      const [, [result]] = await Promise.all([
        lockCall(tx, caller.tenantId, call),
        claimIn(engine, tx, caller.tenantId, [claim]),
      ]);
      assert(result !== undefined, "every claim has a result");
      if (result.recorded) return await readGranted(tx, claim, orThrow(result.recorded).taskIds);
      throwIfRefused(quotaRefusal(result));
      return [...result.leased];
    }),
  );
}

/** In the order in which they were granted. Tasks that have been dropped since are left out. */
async function readGranted(
  tx: Transaction,
  claim: Claim & { readonly call: Call },
  taskIds: readonly string[],
): Promise<GrantedTask[]> {
  const { tenantId, principalText } = claim.caller;
  const { requestId } = claim.call;
  const [rows, receipts] = await Promise.all([
    readTasks(tx, { tenantId, taskIds }),
    readReceiptsOfCalls(tx, { tenantId, taskIds, requestIds: taskIds.map(() => requestId) }),
  ]);
  const waited = await readWaitResults(tx, tenantId, rows);
  return rows.flatMap((row) => {
    const acceptances = receipts.flatMap((receipt) =>
      receipt.chainId === row.taskId && receipt.type === ReceiptType.TASK_ACCEPTED ? [acceptanceOf(receipt)] : [],
    );
    // Another worker may have held the task under the same request id, which is another one for it.
    const own = acceptances.findLast(({ accepted: { worker } }) => {
      return worker?.principal && formatPrincipal(worker.principal) === principalText;
    });
    return own ? [grantedBefore(claim, row, own, waited.get(row.taskId))] : [];
  });
}

type Acceptance = {
  readonly receipt: ReadReceiptsOfCallsRow;
  readonly accepted: Extract<ReceiptBody["body"], { readonly case: "taskAccepted" }>["value"];
};

function acceptanceOf(receipt: ReadReceiptsOfCallsRow): Acceptance {
  const { body } = fromBinary(ReceiptBodySchema, receipt.body);
  assert(body.case === "taskAccepted", "an accepted receipt has the lease");
  return { receipt, accepted: body.value };
}

function grantedBefore(
  claim: Claim,
  row: ReadTasksRow,
  { receipt, accepted }: Acceptance,
  waited: WaitResults | undefined,
): GrantedTask {
  const { attempt, delivery, fence, ttl, expireTime, worker } = accepted;
  assert(ttl !== undefined && expireTime !== undefined, "an accepted receipt has the times of the lease");
  const held = {
    taskId: row.taskId,
    state: TaskState.LEASED,
    attempt,
    leaseLosses: row.leaseLosses,
    deliveries: delivery,
    fence: Number(fence),
    version: receipt.taskVersion,
    assignedReceiptId: row.assignedReceiptId,
    leaseId: receipt.leaseId ?? "",
    worker: claim.caller.principalText,
    instance: worker?.instance ?? "",
    acceptedReceiptId: receipt.receiptId,
    grantTime: receipt.createTime,
    expireTime: dateOfTimestamp(expireTime),
    ttlMs: msOfDuration(ttl),
    renewals: 0,
  };
  const { checkpoint, review } = row;
  const handOff = handOffMessage(row.handOff);
  return grantedTask(claim, held, requestPart(row.terms, row.payload), { checkpoint, waited, handOff, review });
}
