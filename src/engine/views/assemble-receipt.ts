// Puts the contract's Receipt together from what the store keeps of it.
import { create, fromBinary } from "@bufbuild/protobuf";
import {
  type Receipt,
  ReceiptBodySchema,
  ReceiptSchema,
  type ReceiptType,
} from "../../../gen/typescript/asyncgate/v1/receipt_pb.ts";
import { timestampOfDate } from "../../core/duration.ts";
import { parsePrincipal } from "../../core/principal.ts";
import type { ReadReceiptRow } from "../../store/receipt.sql.gen.ts";

export function assembleReceipt(row: ReadReceiptRow): Receipt {
  return create(ReceiptSchema, {
    receiptId: row.receiptId,
    type: row.type as ReceiptType,
    from: parsePrincipal(row.fromPrincipal),
    to: parsePrincipal(row.toPrincipal),
    taskId: row.taskId ?? "",
    leaseId: row.leaseId ?? "",
    parents: row.parents,
    body: fromBinary(ReceiptBodySchema, row.body),
    sequence: BigInt(row.sequence),
    prevHash: row.prevHash,
    hash: row.hash,
    contentDigest: row.contentDigest,
    createTime: timestampOfDate(row.createTime),
    ...(row.deliveredTime && { deliveredTime: timestampOfDate(row.deliveredTime) }),
    taskVersion: BigInt(row.taskVersion),
    supersededBy: row.supersededBy ?? "",
  });
}
