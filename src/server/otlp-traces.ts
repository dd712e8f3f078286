// Sends spans to an OTLP endpoint by the SDK of OpenTelemetry; loaded only where there is one. Spans say which call or
// step of which task it was, when, and whether it failed. They never have a payload, a token, a key, or the text of an
// error.
import {
  type Attributes,
  type Context,
  createTraceState,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
} from "@opentelemetry/api";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-http";
import { defaultResource, detectResources, envDetector, resourceFromAttributes } from "@opentelemetry/resources";
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  BatchSpanProcessor,
  ParentBasedSampler,
  type Sampler,
  type SpanExporter,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from "@opentelemetry/sdk-trace";
import { ReceiptType } from "../../gen/typescript/asyncgate/v1/receipt_pb.ts";
import type { TraceContext } from "../../gen/typescript/asyncgate/v1/task_pb.ts";
import type { TaskStep } from "../engine/index.ts";
import { errorFields, type Log } from "../log.ts";
import type { CallSpans } from "../rpc/call/call.ts";
import { version } from "../version.ts";
import type { ServerTraces, TraceParts, TraceSettings } from "./traces.ts";

type Tracer = ReturnType<TracerProvider["getTracer"]>;

/** How long the last spans may take at the end of the server, whose calls have ended by then. */
const stopMaxMs = 3_000;

/** What becomes of a task, as the first word of a span's name. Receipts that are not here are no steps. */
const steps: ReadonlyMap<ReceiptType, { readonly name: string; readonly isFailure?: true }> = new Map([
  [ReceiptType.TASK_ACCEPTED, { name: "claim" }],
  [ReceiptType.TASK_COMPLETED, { name: "complete" }],
  [ReceiptType.TASK_FAILED, { name: "fail", isFailure: true }],
  [ReceiptType.TASK_CANCELED, { name: "cancel" }],
  [ReceiptType.TASK_RETRY_SCHEDULED, { name: "retry", isFailure: true }],
  [ReceiptType.LEASE_EXPIRED, { name: "expire", isFailure: true }],
  [ReceiptType.LEASE_RELEASED, { name: "release" }],
  [ReceiptType.TASK_SUSPENDED, { name: "suspend" }],
  [ReceiptType.TASK_RESUMED, { name: "resume" }],
  [ReceiptType.INPUT_REQUESTED, { name: "ask" }],
  [ReceiptType.INPUT_PROVIDED, { name: "answer" }],
  [ReceiptType.TASK_HANDED_OFF, { name: "hand_off" }],
  [ReceiptType.TASK_REPORTED, { name: "report" }],
  [ReceiptType.VERDICT_GIVEN, { name: "judge" }],
]);

export function createServerTraces(settings: TraceSettings, parts: TraceParts): ServerTraces {
  const { log, nowMs } = parts;
  const exporter = telling(new OTLPTraceExporter(), log);
  const { delayMs, queueMax } = settings;
  const provider = new TracerProvider({
    // What the environment says of the service comes last, and so counts.
    resource: defaultResource()
      .merge(resourceFromAttributes({ "service.name": "asyncgate", "service.version": version }))
      .merge(detectResources({ detectors: [envDetector] })),
    sampler: samplerOf(settings),
    spanProcessors: [
      new BatchSpanProcessor({
        exporter,
        scheduledDelayMillis: delayMs,
        maxQueueSize: queueMax,
        maxExportBatchSize: Math.min(batchMax, queueMax),
      }),
    ],
  });
  const tracer = provider.getTracer("asyncgate", version);
  log.info("traces are sent", { sampler: settings.sampler });
  return {
    spans: callSpans(tracer, parts),
    steps: { nowMs, hear: (step) => tellStep(tracer, step) },
    async stop() {
      const { promise: late, resolve } = Promise.withResolvers<void>();
      const timer = setTimeout(resolve, stopMaxMs);
      // The exporter has told of what could not be sent.
      await Promise.race([provider.shutdown().catch(() => {}), late]);
      clearTimeout(timer);
    },
  };
}

/** As the standard says. */
const batchMax = 512;

function samplerOf({ sampler, ratio }: TraceSettings): Sampler {
  const own = {
    always_on: () => new AlwaysOnSampler(),
    always_off: () => new AlwaysOffSampler(),
    traceidratio: () => new TraceIdRatioBasedSampler(ratio),
  };
  const root = own[sampler.replace("parentbased_", "") as keyof typeof own]();
  return sampler.startsWith("parentbased_") ? new ParentBasedSampler({ root }) : root;
}

/** The first failure of a row is logged, and the end of the row. */
function telling(exporter: OTLPTraceExporter, log: Log): SpanExporter {
  let isFailing = false;
  return {
    export(spans, onResult) {
      exporter.export(spans, (result) => {
        const hasFailed = result.error !== undefined;
        if (hasFailed && !isFailing) log.warn("traces cannot be sent, and are dropped", errorFields(result.error));
        if (!hasFailed && isFailing) log.info("traces are sent again");
        isFailing = hasFailed;
        onResult(result);
      });
    },
    shutdown: () => exporter.shutdown(),
    forceFlush: () => exporter.forceFlush(),
  };
}

function callSpans(tracer: Tracer, { nowMs, monotonicMs }: TraceParts): CallSpans {
  return {
    begin({ id, method, protocol, door, startedMs, caller, trace: parent }) {
      const [service = "", name = ""] = method.split("/");
      const attributes: Attributes = {
        "rpc.system": door ?? protocol,
        "rpc.service": service,
        "rpc.method": name,
        "asyncgate.call.id": id,
        ...(caller && { "asyncgate.tenant.id": caller.tenantId }),
      };
      const startTime = nowMs() - (monotonicMs() - startedMs);
      const span = tracer.startSpan(method, { kind: SpanKind.SERVER, startTime, attributes }, contextOf(parent));
      return {
        context: traceContextOf(span.spanContext(), parent),
        end(code, reason) {
          span.setAttribute("asyncgate.code", code);
          if (reason !== "") span.setAttribute("asyncgate.reason", reason);
          if (serverFaults.has(code)) span.setStatus({ code: SpanStatusCode.ERROR });
          span.end();
        },
      };
    },
  };
}

/** Other codes are the caller's business, and no failure of the server. */
const serverFaults: ReadonlySet<string> = new Set([
  "unknown",
  "internal",
  "data_loss",
  "unavailable",
  "deadline_exceeded",
]);

function tellStep(tracer: Tracer, { task, tenantId, receipt, attempt, waitedMs, begunMs }: TaskStep): void {
  const step = steps.get(receipt);
  const parent = contextOf(task.traceContext);
  // A trace that is malformed leads nowhere.
  if (!step || parent === ROOT_CONTEXT) return;
  const attributes: Attributes = {
    "messaging.system": "asyncgate",
    "messaging.operation.name": step.name,
    "messaging.destination.name": task.queue,
    "messaging.message.id": task.taskId,
    "asyncgate.task.type": task.type,
    "asyncgate.task.attempt": attempt,
    "asyncgate.tenant.id": tenantId,
  };
  const startTime = begunMs - waitedMs;
  const span = tracer.startSpan(
    `${step.name} ${task.type}`,
    { kind: SpanKind.INTERNAL, startTime, attributes },
    parent,
  );
  if (step.isFailure) span.setStatus({ code: SpanStatusCode.ERROR });
  span.end();
}

function contextOf(parent: TraceContext | undefined): Context {
  const parts = /^[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})/.exec(parent?.traceparent ?? "");
  if (!parent || !parts) return ROOT_CONTEXT;
  const [, traceId = "", spanId = "", flags = ""] = parts;
  return trace.setSpanContext(ROOT_CONTEXT, {
    traceId,
    spanId,
    traceFlags: Number.parseInt(flags, 16),
    isRemote: true,
    ...(parent.tracestate !== "" && { traceState: createTraceState(parent.tracestate) }),
  });
}

type SpanContext = ReturnType<ReturnType<Tracer["startSpan"]>["spanContext"]>;

function traceContextOf({ traceId, spanId, traceFlags }: SpanContext, parent: TraceContext | undefined): TraceContext {
  const flags = traceFlags.toString(16).padStart(2, "0");
  const traceparent = `00-${traceId}-${spanId}-${flags}`;
  return { $typeName: "asyncgate.v1.TraceContext", traceparent, tracestate: parent?.tracestate ?? "" };
}
