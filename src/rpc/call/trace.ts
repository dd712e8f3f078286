// The trace that a call belongs to, as W3C Trace Context writes it: read from the call's headers and, where the server
// tells of spans, the call's own span in it. What is malformed counts as absent, as the standard asks.
import type { HandlerContext } from "@connectrpc/connect";
import type { TraceContext } from "../../../gen/typescript/asyncgate/v1/task_pb.ts";
import type { CreateTaskRequest } from "../../../gen/typescript/asyncgate/v1/task_service_pb.ts";
import { type Call, callKey } from "./call.ts";

/** Version, trace, span, flags. Later versions of the standard may append something. */
const traceparentForm = /^(?!ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(?<more>-.*)?$/;
/** As the field rules of the contract's TraceContext. */
const traceparentBytesMax = 255;
const tracestateBytesMax = 512;
const printable = /^[\x20-\x7e]*$/;

/** The trace that the caller is in. */
export function traceIn(headers: Pick<Headers, "get">): TraceContext | undefined {
  const traceparent = headers.get("traceparent");
  if (traceparent === null || traceparent.length > traceparentBytesMax || !printable.test(traceparent))
    return undefined;
  const parts = traceparentForm.exec(traceparent);
  if (!parts || (traceparent.startsWith("00") && parts.groups?.["more"] !== undefined)) return undefined;
  const state = headers.get("tracestate") ?? "";
  const tracestate = state.length <= tracestateBytesMax && printable.test(state) ? state : "";
  return { $typeName: "asyncgate.v1.TraceContext", traceparent, tracestate };
}

/** The trace that the tasks of a call belong to. With `mayBegin`, a span begins here for a call without a trace. */
export function traceForTasks(
  { values }: Pick<HandlerContext, "values">,
  { mayBegin }: { readonly mayBegin: boolean },
): TraceContext | undefined {
  const call = values.get(callKey);
  if (!call) return undefined;
  if (mayBegin) beginSpan(call);
  return call.span?.context ?? call.trace;
}

/** Nothing, where the server tells of no spans. */
export function beginSpan(call: Call): void {
  call.span ??= call.spans?.begin(call);
}

/**
 * A new task belongs to the trace that its request names, or to that of its call. A child of a held task is in the
 * trace of that one, unless its creator is in another: the engine sees to it.
 */
export function withTrace(context: Pick<HandlerContext, "values">, request: CreateTaskRequest): CreateTaskRequest {
  if (request.traceContext) return request;
  const traceContext = traceForTasks(context, { mayBegin: request.under === "" });
  return traceContext ? { ...request, traceContext } : request;
}
