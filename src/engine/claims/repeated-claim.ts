// A ClaimTasks that was said before: its leases as they were granted, read off the accepted receipts.
import { fromBinary } from "@bufbuild/protobuf";
import { ReceiptBodySchema, ReceiptType } from "../../../gen/typescript/asyncgate/v1/receipt_pb.ts";
import { TaskState } from "../../../gen/typescript/asyncgate/v1/task_pb.ts";
import { assert } from "../../core/assert.ts";
import { dateOfTimestamp, msOfDuration } from "../../core/duration.ts";
import { formatPrincipal } from "../../core/principal.ts";
import type { Held } from "../../core/task-record.ts";
import { readChains } from "../../store/receipt.sql.gen.ts";
import { readTasks } from "../../store/task.sql.gen.ts";
import type { Transaction } from "../../store/transaction.ts";
import type { Caller } from "../caller.ts";
import type { Call } from "../tx/repeated-call.ts";
import { requestPart } from "../views/assemble-task.ts";
import { type GrantedTask, grantedTask } from "../views/granted-task.ts";

/** In the order in which they were granted; those of which nothing is left are missing. */
export async function repeatedClaim(
  tx: Transaction,
  caller: Caller,
  call: Call,
  taskIds: readonly string[],
): Promise<GrantedTask[]> {
  const { tenantId } = caller;
  const [rows, chains] = await Promise.all([
    readTasks(tx, { tenantId, taskIds }),
    readChains(tx, { tenantId, taskIds }),
  ]);
  return rows.flatMap((row) => {
    const granted = chains.flatMap((receipt) => {
      const isOfCall = receipt.chainId === row.taskId && receipt.requestId === call.requestId;
      if (!isOfCall || receipt.type !== ReceiptType.TASK_ACCEPTED) return [];
      const { body } = fromBinary(ReceiptBodySchema, receipt.body);
      assert(body.case === "taskAccepted", "an accepted receipt says what was accepted");
      return [{ accepted: receipt, body }];
    });
    // Another worker may have held the task under a request id that reads the same.
    const own = granted.findLast(({ body }) => {
      const worker = body.value.worker?.principal;
      return worker !== undefined && formatPrincipal(worker) === caller.principalText;
    });
    if (!own) return [];
    const { accepted, body } = own;
    const { attempt, delivery, fence, ttl, expireTime } = body.value;
    assert(ttl !== undefined && expireTime !== undefined, "an accepted receipt says how long");
    const held: Held = {
      taskId: row.taskId,
      state: TaskState.LEASED,
      attempt,
      leaseLosses: row.leaseLosses,
      deliveries: delivery,
      fence: Number(fence),
      version: accepted.taskVersion,
      headSequence: accepted.sequence,
      headHash: accepted.hash,
      assignedReceiptId: row.assignedReceiptId,
      laneId: 0,
      leaseId: accepted.leaseId ?? "",
      sessionId: null,
      worker: caller.principalText,
      instance: body.value.worker?.instance ?? "",
      owner: row.owner,
      obligated: row.obligated,
      acceptedReceiptId: accepted.receiptId,
      grantTime: accepted.createTime,
      expireTime: dateOfTimestamp(expireTime),
      ttlMs: msOfDuration(ttl),
      renewals: 0,
      startTime: null,
      failTime: null,
      failReason: null,
      cancelPrincipal: null,
      cancelReason: null,
      cancelTime: null,
    };
    return [grantedTask(caller, held, requestPart(row.terms, row.payload), row.checkpoint)];
  });
}
