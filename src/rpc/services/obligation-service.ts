// ObligationService: what those who come back call. One engine call a method.
import type { ServiceImpl } from "@connectrpc/connect";
import type { ObligationService } from "../../../gen/typescript/asyncgate/v1/obligation_service_pb.ts";
import type { Operations } from "../../engine/index.ts";
import { callerOf } from "../call/call.ts";
import type { ServiceContext } from "../server.ts";
import { orRefuse, waitSignal } from "./answers.ts";

export function obligationService(engine: Operations, door: ServiceContext) {
  return {
    async listOpenObligations(request, context) {
      return orRefuse(await engine.listOpenObligations(callerOf(context), request));
    },
    watchOpenObligations(request, context) {
      return engine.watchOpenObligations(callerOf(context), request, waitSignal(context, door));
    },
    async explainObligation(request, context) {
      return orRefuse(await engine.explainObligation(callerOf(context), request));
    },
  } satisfies ServiceImpl<typeof ObligationService>;
}
