// SystemService, for every caller: one engine call a method.
import type { ServiceImpl } from "@connectrpc/connect";
import type { SystemService } from "../../../gen/typescript/asyncgate/v1/system_service_pb.ts";
import type { Operations } from "../../engine/index.ts";
import { callerOf } from "../call/call.ts";

export function systemService(engine: Operations) {
  return {
    getServerInfo: (_request, context) => engine.getServerInfo(callerOf(context)),
    getConfig: (_request, context) => engine.getConfig(callerOf(context)),
    bootstrap: (_request, context) => engine.bootstrap(callerOf(context)),
  } satisfies ServiceImpl<typeof SystemService>;
}
