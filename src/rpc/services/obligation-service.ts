// ObligationService, for callers that come back to see what is open: one engine call a method.
import type { ServiceImpl } from "@connectrpc/connect";
import type { ObligationService } from "../../../gen/typescript/asyncgate/v1/obligation_service_pb.ts";
import type { Operations } from "../../engine/index.ts";
import { callerOf } from "../call/call.ts";
import type { ServiceContext } from "../server.ts";
import { waitSignal } from "./answers.ts";

export function obligationService(engine: Operations, server: ServiceContext) {
  return {
    listOpenObligations: (request, context) => engine.listOpenObligations(callerOf(context), request),
    watchOpenObligations: (request, context) =>
      engine.watchOpenObligations(callerOf(context), request, waitSignal(context, server)),
    explainObligation: (request, context) => engine.explainObligation(callerOf(context), request),
  } satisfies ServiceImpl<typeof ObligationService>;
}
