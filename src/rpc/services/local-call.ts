// Calls within the process, which need no credential: by the command line that has the database, and by the server's
// own scheduler and runner. Their caller is set by the code that opens the transport, and by nothing that a message
// says.
import { type ConnectRouter, createRouterTransport, type Interceptor, type Transport } from "@connectrpc/connect";
import type { Caller, Operations } from "../../engine/index.ts";
import { type Call, callerKey, callKey } from "../call/call.ts";
import { unlimitedSlot } from "../call/call-budget.ts";
import { authorize, methodName } from "../interceptors/authorize.ts";
import { mapErrors } from "../interceptors/map-errors.ts";
import { validate } from "../interceptors/validate.ts";
import type { ServiceContext } from "../server.ts";

export type LocalTransportOptions = {
  readonly operations: Operations;
  readonly context: ServiceContext;
  readonly messageBytesMax: number;
  readonly newId: () => string;
  /** The caller as its tenant is now. Throws the refusal of a tenant that is not served any more. */
  readonly callerNow: () => Caller;
};

/** The contract for a part of the server, behind the scopes of its caller and the rules of the contract. */
export function createLocalTransport(
  { context: { log, rules }, messageBytesMax, newId, callerNow }: LocalTransportOptions,
  routes: (router: ConnectRouter) => void,
): Transport {
  const interceptors = [
    asLocalCaller(newId, callerNow),
    mapErrors({ log, messageBytesMax }),
    withinScopes,
    validate(rules),
  ];
  return createRouterTransport(routes, { router: { interceptors } });
}

const withinScopes: Interceptor = (next) => async (request) => {
  authorize({ method: request.method, values: request.contextValues });
  return await next(request);
};

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
      isAllowed: async () => isServed(callerNow),
      cut: () => {},
      cutReason: () => undefined,
      closeAfterAnswer: () => {},
      counts: new Map(),
    };
    request.contextValues.set(callKey, call).set(callerKey, caller as Caller);
    return await next(request);
  };
}

/** A stream outlives the moment at which its tenant is suspended. */
function isServed(callerNow: () => unknown): boolean {
  try {
    callerNow();
    return true;
  } catch {
    return false;
  }
}
