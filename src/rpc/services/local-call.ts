// Calls within the process, which need no credential: by the command line that has the database, and by the server's
// own scheduler. Their caller is set by the code that opens the transport, and by nothing that a message says.
import type { Interceptor } from "@connectrpc/connect";
import type { Caller } from "../../engine/caller.ts";
import { type Call, callerKey, callKey } from "../call/call.ts";
import { unlimitedSlot } from "../call/call-budget.ts";
import { methodName } from "../interceptors/authorize.ts";

export function asLocalCaller<Local extends Call["caller"] & object>(
  newId: () => string,
  callerNow: () => Local,
): Interceptor {
  return (next) => async (request) => {
    const caller = callerNow();
    const call: Call = {
      id: newId(),
      startedMs: 0,
      slot: unlimitedSlot,
      peer: "local",
      method: methodName(request.method),
      protocol: "local",
      callerSignal: undefined,
      caller,
      reauthenticate: undefined,
      certificate: undefined,
      credentialFault: "",
      audited: false,
      entered: true,
      ended: false,
      leaveScheduler: () => {},
      isAllowed: async () => true,
      cut: () => {},
      cutReason: () => undefined,
      closeAfterAnswer: () => {},
      counts: new Map(),
    };
    request.contextValues.set(callKey, call).set(callerKey, caller as Caller);
    return await next(request);
  };
}
