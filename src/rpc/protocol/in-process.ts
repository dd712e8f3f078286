// Calls that are made in this process for an HTTP request of another form: REST and MCP. Each is a call like any other:
// opened with the request's own credential, behind the same admission and the same interceptors, logged and counted.
import { createContextValues } from "@connectrpc/connect";
import type { UniversalClientFn, UniversalClientRequest, UniversalHandler } from "@connectrpc/connect/protocol";
import { Refused, unsupported } from "../../core/refusal.ts";
import type { AdmissionOptions } from "../admission/admission.ts";
import { type Call, callKey } from "../call/call.ts";
import { methodName } from "../interceptors/authorize.ts";
import { connectErrorOf } from "../interceptors/map-errors.ts";
import { callerGone, endCall } from "../interceptors/observe.ts";
import type { HttpRequest, HttpResponse } from "../net/http-routes.ts";
import { type BodyOptions, counted, gathered } from "./request-body.ts";

export type InProcessOrigin = {
  readonly request: HttpRequest;
  readonly response: HttpResponse;
  readonly protocol: "rest" | "mcp";
  /** Makes the call's message from the HTTP request's body, which is read only once the caller has been admitted. */
  readonly translate?: (body: AsyncIterable<Uint8Array>) => AsyncIterable<Uint8Array>;
};

/** For the library's client transport, or to be called with a request of the Connect protocol. */
export type CallInProcess = (origin: InProcessOrigin) => UniversalClientFn;

export type InProcessOptions = {
  readonly handlers: ReadonlyMap<string, UniversalHandler>;
  readonly open: (origin: InProcessOrigin, handler: UniversalHandler) => Call;
  readonly bodyOptions: (handler: UniversalHandler, origin: InProcessOrigin, call: Call) => BodyOptions;
  readonly admission: AdmissionOptions;
};

export function createInProcess({ handlers, open, bodyOptions, admission }: InProcessOptions): CallInProcess {
  return (origin) => async (rpc) => {
    const handler = handlers.get(new URL(rpc.url).pathname);
    if (handler === undefined) {
      throw connectErrorOf(new Refused(unsupported("Nothing is served at this path.")), undefined, admission);
    }
    const call = open(origin, handler);
    call.method = methodName(handler.method);
    call.door = origin.protocol;
    const signal = rpc.signal ?? new AbortController().signal;
    call.callerSignal = signal;
    const bodies = bodyOptions(handler, origin, call);
    const body = origin.translate ? translated(origin, origin.translate, bodies, call, admission) : bodyOf(rpc);
    try {
      const { url, method, header } = rpc;
      const contextValues = createContextValues().set(callKey, call);
      const answer = await handler({ httpVersion: "1.1", url, method, header, body, signal, contextValues });
      return {
        status: answer.status,
        header: new Headers(answer.header),
        trailer: new Headers(answer.trailer),
        body: ending(answer.body ? counted(answer.body, bodies) : empty(), call, admission),
      };
    } catch (thrown) {
      close(call, signal.aborted ? callerGone : thrown, admission);
      throw thrown;
    }
  };
}

function bodyOf({ body }: UniversalClientRequest): AsyncIterable<Uint8Array> {
  return body ?? empty();
}

async function* empty(): AsyncGenerator<Uint8Array> {}

/** What is wrong with a body is told as the library tells its own faults, which no interceptor sees. */
async function* translated(
  { request }: InProcessOrigin,
  translate: NonNullable<InProcessOrigin["translate"]>,
  bodies: BodyOptions,
  call: Call,
  admission: AdmissionOptions,
): AsyncGenerator<Uint8Array> {
  try {
    yield* translate(gathered(request as AsyncIterable<Uint8Array>, bodies));
  } catch (thrown) {
    throw thrown instanceof Refused ? connectErrorOf(thrown, call, admission) : thrown;
  }
}

/** Passes the answer on, and releases what the call holds when it has been read or its reader stops. */
async function* ending(body: AsyncIterable<Uint8Array>, call: Call, admission: AdmissionOptions) {
  try {
    yield* body;
  } finally {
    close(call, callerGone, admission);
  }
}

/** A call that was begun ends in `observe`, when its handler does. */
function close(call: Call, error: unknown, admission: AdmissionOptions): void {
  if (!call.entered && !call.ended) endCall(call, { error }, admission);
  call.slot.closed();
}
