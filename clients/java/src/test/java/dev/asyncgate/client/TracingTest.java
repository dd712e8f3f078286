package dev.asyncgate.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.asyncgate.v1.Task;
import dev.asyncgate.v1.TraceContext;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.context.Scope;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;

/** Against a real server. The spans stay in the memory. */
@EnabledIfEnvironmentVariable(
    named = "KIT_URL",
    matches = ".+",
    disabledReason = "test/clients/java starts the server")
class TracingTest {
  private static final String TRACE = "0af7651916cd43dd8448eb211c80319c";
  private static final TraceContext CONTEXT =
      TraceContext.newBuilder()
          .setTraceparent("00-" + TRACE + "-b7ad6b7169203331-01")
          .setTracestate("vendor=1")
          .build();

  private final InMemorySpanExporter exporter = InMemorySpanExporter.create();
  private final OpenTelemetrySdk sdk =
      OpenTelemetrySdk.builder()
          .setTracerProvider(
              SdkTracerProvider.builder()
                  .addSpanProcessor(SimpleSpanProcessor.create(exporter))
                  .build())
          .build();
  private final Tracing tracing = OpenTelemetryTracing.of(sdk);
  private final Client client = Client.builder(Kit.URL, Kit.OPERATOR_KEY).tracing(tracing).build();
  private final String kind = "java-" + UUID.randomUUID();

  @AfterEach
  void end() {
    client.close();
    sdk.close();
  }

  /** Does a task with this handler, and returns the task when it has ended. */
  private Task run(NewTask task, Handler handler) throws Exception {
    WorkerBuilder builder =
        Kit.worker(Kit.URL, Kit.OPERATOR_KEY).tracing(tracing).handle(kind, handler);
    try (Kit.Running running = new Kit.Running(builder)) {
      Task ended = client.awaitTask(client.createTask(task).taskId());
      running.heard(WorkerEvent.Settled.class);
      return ended;
    }
  }

  /** Of the only handler that has run. */
  private SpanData span() {
    List<SpanData> found =
        exporter.getFinishedSpanItems().stream()
            .filter(one -> one.getName().equals("process " + kind))
            .toList();
    assertEquals(1, found.size());
    assertFalse(found.get(0).toString().contains("secret"));
    return found.get(0);
  }

  @Test
  void aHandlerRunsInASpanOfItsTasksTraceAndCreatesInIt() throws Exception {
    NewTask task =
        NewTask.of(kind, "the-payload-is-secret").set(fields -> fields.setTraceContext(CONTEXT));
    Task ended =
        run(
            task,
            job -> {
              job.child(NewTask.of(kind + "-child"));
              return "the-result-is-secret";
            });
    SpanData span = span();
    assertEquals(TRACE, span.getTraceId());
    assertEquals("b7ad6b7169203331", span.getParentSpanId());
    assertEquals(SpanKind.CONSUMER, span.getKind());
    assertEquals(
        ended.getTaskId(),
        span.getAttributes().get(AttributeKey.stringKey("messaging.message.id")));
    Task child =
        client.listTasks(only -> only.setParent(ended.getTaskId())).findFirst().orElseThrow();
    assertEquals(
        CONTEXT.toBuilder().setTraceparent("00-" + TRACE + "-" + span.getSpanId() + "-01").build(),
        child.getTraceContext());
  }

  @Test
  void aHandlerThatFailsLeavesTheTypeOfItsExceptionInTheSpanOfItsCreator() throws Exception {
    Span creator = sdk.getTracer("own").spanBuilder("the creator").startSpan();
    try (Scope active = creator.makeCurrent()) {
      assertEquals(creator, Span.current(), active.toString());
      run(
          NewTask.of(kind),
          job -> {
            throw new NonRetryableException("the-error-is-secret");
          });
    }
    creator.end();
    SpanData span = span();
    assertEquals(creator.getSpanContext().getSpanId(), span.getParentSpanId());
    assertEquals(StatusCode.ERROR, span.getStatus().getStatusCode());
    assertEquals(
        "NonRetryableException", span.getAttributes().get(AttributeKey.stringKey("error.type")));
  }

  @Test
  void aTaskWithoutATraceBeginsOne() throws Exception {
    run(NewTask.of(kind), job -> null);
    assertFalse(span().getParentSpanContext().isValid());
  }
}
