// CheckTermination: which types may close which, by the registry that every receipt is held to.

import { create } from "@bufbuild/protobuf";
import { ReceiptType } from "../../../gen/typescript/asyncgate/v1/receipt_pb.ts";
import type {
  CheckTerminationRequest,
  CheckTerminationResponse,
} from "../../../gen/typescript/asyncgate/v1/receipt_service_pb.ts";
import { CheckTerminationResponseSchema } from "../../../gen/typescript/asyncgate/v1/receipt_service_pb.ts";
import { notFound, Refused } from "../../core/refusal.ts";
import { mayTerminate, obliges, receiptTypes } from "../../core/termination.ts";
import { readReceipt } from "../../store/receipt.sql.gen.ts";
import { read } from "../../store/transaction.ts";
import type { Caller } from "../caller.ts";
import type { Engine } from "../engine.ts";
import { findTerminator } from "./find-terminator.ts";
import { mayReadReceipt } from "./get-receipt.ts";

export async function checkTermination(
  engine: Engine,
  caller: Caller,
  request: CheckTerminationRequest,
): Promise<CheckTerminationResponse> {
  const { parentReceiptId } = request;
  if (parentReceiptId === "")
    return create(CheckTerminationResponseSchema, { rules: rulesOf(request, request.parentType) });
  return await read(engine.database, {}, async (tx) => {
    const parent = await readReceipt(tx, { tenantId: caller.tenantId, receiptId: parentReceiptId });
    if (!parent || !(await mayReadReceipt(tx, caller, parent))) {
      throw new Refused(notFound("receipt", parentReceiptId));
    }
    const type = parent.type as ReceiptType;
    const closing = await findTerminator(tx, caller.tenantId, parent);
    return create(CheckTerminationResponseSchema, {
      rules: rulesOf(request, type),
      open: obliges(type) && closing.closedBy === undefined,
      closedBy: closing.closedBy?.receiptId ?? "",
    });
  });
}

function rulesOf({ type }: CheckTerminationRequest, parent: ReceiptType) {
  const types = type === ReceiptType.UNSPECIFIED ? receiptTypes : [type];
  const parents = parent === ReceiptType.UNSPECIFIED ? receiptTypes : [parent];
  return types.flatMap((one) =>
    parents.map((other) => ({ type: one, parentType: other, allowed: mayTerminate(one, other) })),
  );
}
