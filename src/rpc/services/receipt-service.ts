// ReceiptService, for callers that read the ledger or append to it: one engine call a method.
import type { ServiceImpl } from "@connectrpc/connect";
import type { ReceiptService } from "../../../gen/typescript/asyncgate/v1/receipt_service_pb.ts";
import type { Operations } from "../../engine/index.ts";
import { callerOf } from "../call/call.ts";

export function receiptService(engine: Operations) {
  return {
    getReceipt: async (request, context) => ({ receipt: await engine.getReceipt(callerOf(context), request) }),
    listReceipts: (request, context) => engine.listReceipts(callerOf(context), request),
    acknowledgeReceipt: (request, context) => engine.acknowledgeReceipt(callerOf(context), request),
    appendReceipt: (request, context) => engine.appendReceipt(callerOf(context), request),
    checkTermination: (request, context) => engine.checkTermination(callerOf(context), request),
    traceReceipt: (request, context) => engine.traceReceipt(callerOf(context), request),
    verifyLedger: (request, context) => engine.verifyLedger(callerOf(context), request),
  } satisfies ServiceImpl<typeof ReceiptService>;
}
