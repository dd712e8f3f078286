package dev.asyncgate.client;

import dev.asyncgate.v1.Task;
import dev.asyncgate.v1.TraceContext;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.Scope;
import io.opentelemetry.context.propagation.TextMapGetter;
import io.opentelemetry.context.propagation.TextMapPropagator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Lets handlers run in spans of OpenTelemetry, each in the trace of its task, and calls carry the
 * trace that they are made in. The program adds {@code io.opentelemetry:opentelemetry-api}, which
 * is an optional dependency of the kit: {@code builder.tracing(OpenTelemetryTracing.of(sdk))}.
 */
public final class OpenTelemetryTracing implements Tracing {
  /** Tasks carry the headers of W3C Trace Context, whatever else the program propagates. */
  private static final TextMapPropagator FORMAT = W3CTraceContextPropagator.getInstance();

  private static final TextMapGetter<TraceContext> HEADERS =
      new TextMapGetter<>() {
        // What older versions of the API ask for.
        @Override
        @SuppressWarnings("deprecation")
        public Iterable<String> keys(TraceContext of) {
          return List.of("traceparent", "tracestate");
        }

        @Override
        public String get(TraceContext of, String key) {
          String value = key.equals("traceparent") ? of.getTraceparent() : of.getTracestate();
          return value.isEmpty() ? null : value;
        }
      };

  private final Tracer tracer;

  private OpenTelemetryTracing(Tracer tracer) {
    this.tracer = tracer;
  }

  /** By an SDK, or by {@code GlobalOpenTelemetry.get()}. */
  public static Tracing of(OpenTelemetry openTelemetry) {
    return new OpenTelemetryTracing(openTelemetry.getTracer("dev.asyncgate.client"));
  }

  /** The span has no payload, no result and no exception's text. */
  @Override
  public HandlerSpan handle(Task task) {
    // What is active in a thread of the program's executor is no parent of its tasks.
    Context parent = FORMAT.extract(Context.root(), task.getTraceContext(), HEADERS);
    Span span =
        tracer
            .spanBuilder("process " + task.getType())
            .setParent(parent)
            .setSpanKind(SpanKind.CONSUMER)
            .setAttribute("messaging.system", "asyncgate")
            .setAttribute("messaging.operation.name", "process")
            .setAttribute("messaging.operation.type", "process")
            .setAttribute("messaging.destination.name", task.getQueue())
            .setAttribute("messaging.message.id", task.getTaskId())
            .setAttribute("asyncgate.task.type", task.getType())
            .setAttribute("asyncgate.task.attempt", task.getAttempt())
            .startSpan();
    Scope scope = parent.with(span).makeCurrent();
    return errorType -> {
      scope.close();
      if (errorType != null) {
        span.setAttribute("error.type", errorType).setStatus(StatusCode.ERROR);
      }
      span.end();
    };
  }

  @Override
  public Map<String, String> headers() {
    Map<String, String> headers = new HashMap<>();
    FORMAT.inject(Context.current(), headers, (into, name, value) -> into.put(name, value));
    return headers;
  }
}
