// OutputService, for what tasks print: one engine call a method.
import type { ServiceImpl } from "@connectrpc/connect";
import type { OutputService } from "../../../gen/typescript/asyncgate/v1/output_service_pb.ts";
import type { Operations } from "../../engine/index.ts";
import { callerOf } from "../call/call.ts";
import type { ServiceContext } from "../server.ts";
import { single, waitSignal } from "./answers.ts";

export function outputService(engine: Operations, server: ServiceContext) {
  return {
    appendOutput: async (request, context) => single(await engine.appendOutputs(callerOf(context), [request])),
    closeOutput: (request, context) => engine.closeOutput(callerOf(context), request),
    readOutput: (request, context) => engine.readOutput(callerOf(context), request, waitSignal(context, server)),
    getOutput: (request, context) => engine.getOutput(callerOf(context), request, waitSignal(context, server)),
    listOutputs: (request, context) => engine.listOutputs(callerOf(context), request),
  } satisfies ServiceImpl<typeof OutputService>;
}
