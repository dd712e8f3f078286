// ReceiptService: what those who read the ledger, and the few who may add to it, call. One engine call a method.
import type { ServiceImpl } from "@connectrpc/connect";
import type { ReceiptService } from "../../../gen/typescript/asyncgate/v1/receipt_service_pb.ts";
import type { Operations } from "../../engine/index.ts";
import { callerOf } from "../call/call.ts";
import { orRefuse } from "./answers.ts";

export function receiptService(engine: Operations) {
  return {
    async getReceipt(request, context) {
      return { receipt: orRefuse(await engine.getReceipt(callerOf(context), request)) };
    },
    async listReceipts(request, context) {
      return orRefuse(await engine.listReceipts(callerOf(context), request));
    },
    async acknowledgeReceipt(request, context) {
      return orRefuse(await engine.acknowledgeReceipt(callerOf(context), request));
    },
    async appendReceipt(request, context) {
      return orRefuse(await engine.appendReceipt(callerOf(context), request));
    },
    async checkTermination(request, context) {
      return orRefuse(await engine.checkTermination(callerOf(context), request));
    },
    async traceReceipt(request, context) {
      return orRefuse(await engine.traceReceipt(callerOf(context), request));
    },
    async verifyLedger(request, context) {
      return orRefuse(await engine.verifyLedger(callerOf(context), request));
    },
  } satisfies ServiceImpl<typeof ReceiptService>;
}
