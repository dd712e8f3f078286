// Every call leaves exactly one line in the log and one count in the metrics, however it ends: in its handler, at
// its admission, or before either. Never a payload, a token or a key.
import { Code, type Interceptor } from "@connectrpc/connect";
import { failureOf, reasonName } from "../../core/error-detail.ts";
import { formatPrincipal } from "../../core/principal.ts";
import type { Log } from "../../log.ts";
import { type Call, type CallSpans, callKey } from "../call/call.ts";
import { beginSpan, traceIn } from "../call/trace.ts";
import type { Metrics } from "../metrics.ts";
import { reasonOf } from "./map-errors.ts";

export type ObserveOptions = {
  readonly log: Log;
  readonly metrics: Metrics;
  /** Milliseconds of a clock that never goes back. */
  readonly monotonicMs: () => number;
  readonly onCallEnd?: (call: Call) => void;
  /** If absent, no call is a span. */
  readonly spans?: CallSpans;
};

type Ending = {
  readonly error?: unknown;
  readonly received?: number;
  readonly sent?: number;
  readonly status?: number;
};

export function observe(options: ObserveOptions): Interceptor {
  return (next) => async (request) => {
    const call = request.contextValues.get(callKey);
    if (call === undefined) return await next(request);
    call.entered = true;
    const counts = { received: 0, sent: 0 };
    try {
      if (!request.stream) {
        // Streams live for hours, so only single calls are spans.
        call.trace = traceIn(request.header);
        if (call.trace) beginSpan(call);
        const response = await next(request);
        endCall(call, {}, options);
        return response;
      }
      const message = counting(request.message, () => counts.received++);
      const response = await next({ ...request, message });
      if (!response.stream) return response;
      return { ...response, message: untilEnd(response.message, call, counts, options) };
    } catch (error) {
      endCall(call, request.stream ? { error, ...counts } : { error }, options);
      throw error;
    }
  };
}

async function* counting<Message>(messages: AsyncIterable<Message>, count: () => void): AsyncIterable<Message> {
  for await (const message of messages) {
    count();
    yield message;
  }
}

async function* untilEnd<Message>(
  messages: AsyncIterable<Message>,
  call: Call,
  counts: { received: number; sent: number },
  options: ObserveOptions,
): AsyncIterable<Message> {
  let error: unknown = callerGone; // unless the stream comes to its end or to an error
  try {
    for await (const message of messages) {
      counts.sent++;
      yield message;
    }
    error = undefined;
  } catch (thrown) {
    error = thrown;
    throw thrown;
  } finally {
    endCall(call, error === undefined ? counts : { error, ...counts }, options);
  }
}

export const callerGone = { code: Code.Canceled };

/** Writes the call's line, once. */
export function endCall(call: Call, ending: Ending, options: ObserveOptions): void {
  if (call.ended) return;
  call.ended = true;
  const { log, metrics, monotonicMs } = options;
  const ms = monotonicMs() - call.startedMs;
  const cut = ending.error === callerGone ? call.cutReason() : undefined;
  const code = codeName(cut ? { code: failureOf(cut.reason).grpcCode } : ending.error);
  const reasonValue = cut?.reason ?? reasonOf(ending.error);
  const reason = reasonValue === undefined ? "" : reasonName(reasonValue);
  call.span?.end(code, reason);
  metrics.rpcEnded({ method: call.method, protocol: call.protocol, code, reason, seconds: ms / 1_000 });
  const fields: Record<string, unknown> = { method: call.method, protocol: call.protocol, code };
  if (reason !== "") fields["reason"] = reason;
  if (call.credentialFault !== "") fields["credential_fault"] = call.credentialFault;
  fields["duration_ms"] = Math.round(ms * 1_000) / 1_000;
  if (call.caller !== undefined) {
    fields["tenant_id"] = call.caller.tenantId;
    fields["principal"] = formatPrincipal(call.caller.principal);
    fields["key_id"] = call.caller.keyId;
  }
  fields["call_id"] = call.id;
  const traceparent = (call.span?.context ?? call.trace)?.traceparent;
  if (traceparent !== undefined) fields["trace_id"] = traceparent.split("-")[1];
  fields["peer"] = call.peer;
  if (ending.status !== undefined) fields["http_status"] = ending.status;
  if (ending.received !== undefined) fields["messages_received"] = ending.received;
  if (ending.sent !== undefined) fields["messages_sent"] = ending.sent;
  for (const [name, count] of call.counts) fields[name] = count;
  log.info("rpc", fields);
  options.onCallEnd?.(call);
}

/** `invalid_argument`, as the Connect protocol writes codes. */
function codeName(error: unknown): string {
  if (error === undefined) return "ok";
  const code: unknown = typeof error === "object" && error !== null ? Reflect.get(error, "code") : undefined;
  const name = typeof code === "number" ? Code[code] : undefined;
  // What was not made into a ConnectError is a caller that broke off: the library's own reason for an abort.
  return (name ?? "Canceled").replace(/(?<=[a-z])[A-Z]/g, (letter) => `_${letter}`).toLowerCase();
}
