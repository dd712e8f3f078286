// SignalService, for callers that send signals to tasks: one engine call a method.
import type { ServiceImpl } from "@connectrpc/connect";
import type { SignalService } from "../../../gen/typescript/asyncgate/v1/signal_service_pb.ts";
import type { Operations } from "../../engine/index.ts";
import { callerOf } from "../call/call.ts";

export function signalService(engine: Operations) {
  return {
    sendSignal: (request, context) => engine.sendSignal(callerOf(context), request),
    listSignals: (request, context) => engine.listSignals(callerOf(context), request),
  } satisfies ServiceImpl<typeof SignalService>;
}
