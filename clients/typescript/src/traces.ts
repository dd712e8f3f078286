// Traces, where the program has OpenTelemetry: handlers run in spans of their tasks' traces, and calls carry the trace
// that they are made in. Without an SDK that the program has registered, the API is not even loaded.
import type { Transport } from "@connectrpc/connect";
import type * as OpenTelemetry from "@opentelemetry/api";
import type { Task, TraceContext } from "../../../gen/typescript/asyncgate/v1/task_pb.ts";

type Api = typeof OpenTelemetry;

/** Where the API keeps what an SDK registers, whatever copy of the API that was. */
const registry = Symbol.for("opentelemetry.js.api.1");
let loading: Promise<Api | undefined> | undefined;

/** Undefined if the program has registered no SDK: then there is nothing to wait for. */
function loadApi(): Promise<Api | undefined> | undefined {
  if (!Reflect.has(globalThis, registry)) return undefined;
  // Of the package without the SDK's own copy beside it, nothing can be told.
  loading ??= import("@opentelemetry/api").catch(() => undefined);
  return loading;
}

/** Handles a task in a span of its trace, or of a new one. The span has no payload, no result and no error's text. */
export async function inSpanOf(task: Task, handle: () => unknown): Promise<unknown> {
  const api = await loadApi();
  return api ? await handleInSpan(api, task, handle) : await handle();
}

/** Whether handlers should run in spans. */
export function hasTraces(): boolean {
  return loadApi() !== undefined;
}

async function handleInSpan(api: Api, task: Task, handle: () => unknown): Promise<unknown> {
  const { context, trace, SpanKind, SpanStatusCode } = api;
  const parent = contextOf(api, task.traceContext);
  const attributes = {
    "messaging.system": "asyncgate",
    "messaging.operation.name": "process",
    "messaging.operation.type": "process",
    "messaging.destination.name": task.queue,
    "messaging.message.id": task.taskId,
    "asyncgate.task.type": task.type,
    "asyncgate.task.attempt": task.attempt,
  };
  const tracer = trace.getTracer("@asyncgate/client");
  const span = tracer.startSpan(`process ${task.type}`, { kind: SpanKind.CONSUMER, attributes }, parent);
  try {
    return await context.with(trace.setSpan(parent, span), async () => await handle());
  } catch (thrown) {
    span.setAttribute("error.type", thrown instanceof Error ? thrown.name : typeof thrown);
    span.setStatus({ code: SpanStatusCode.ERROR });
    throw thrown;
  } finally {
    span.end();
  }
}

/** The root, for a task without a trace. */
function contextOf({ ROOT_CONTEXT, trace, createTraceState }: Api, task: TraceContext | undefined) {
  const parts = /^[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})/.exec(task?.traceparent ?? "");
  if (!task || !parts) return ROOT_CONTEXT;
  const [, traceId = "", spanId = "", flags = ""] = parts;
  return trace.setSpanContext(ROOT_CONTEXT, {
    traceId,
    spanId,
    traceFlags: Number.parseInt(flags, 16),
    isRemote: true,
    ...(task.tracestate !== "" && { traceState: createTraceState(task.tracestate) }),
  });
}

/** A transport whose calls carry the trace that they are made in. Streams outlive every span, and carry none. */
export function carryingTraces(transport: Transport): Transport {
  return {
    ...transport,
    async unary(method, signal, timeoutMs, header, input, values) {
      const api = await loadApi();
      const headers = api ? withActiveSpan(api, header) : header;
      return await transport.unary(method, signal, timeoutMs, headers, input, values);
    },
    stream: (...call) => transport.stream(...call),
  };
}

type HeaderInit = Parameters<Transport["unary"]>[3];

function withActiveSpan({ trace, isSpanContextValid }: Api, given: HeaderInit): HeaderInit {
  const span = trace.getActiveSpan()?.spanContext();
  const headers = new Headers(given);
  if (!span || !isSpanContextValid(span) || headers.has("traceparent")) return given;
  const flags = span.traceFlags.toString(16).padStart(2, "0");
  headers.set("traceparent", `00-${span.traceId}-${span.spanId}-${flags}`);
  const state = span.traceState?.serialize();
  if (state) headers.set("tracestate", state);
  return headers;
}
