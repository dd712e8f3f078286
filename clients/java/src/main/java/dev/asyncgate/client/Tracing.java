package dev.asyncgate.client;

import dev.asyncgate.v1.Task;
import java.util.Map;

/**
 * Runs handlers in spans, and lets calls carry the trace that they are made in. {@link
 * OpenTelemetryTracing} is one; programs without OpenTelemetry need nothing of it.
 */
public interface Tracing {
  /** Without spans and headers. */
  Tracing NONE =
      new Tracing() {
        @Override
        public HandlerSpan handle(Task task) {
          return errorType -> {};
        }

        @Override
        public Map<String, String> headers() {
          return Map.of();
        }
      };

  /** Begins the span of a handler, in the trace of its task and in the thread of the handler. */
  HandlerSpan handle(Task task);

  /** Those of the trace that a call is made in, by their names. Empty if it is made in none. */
  Map<String, String> headers();

  /** The span of one handler. */
  interface HandlerSpan {
    /** The handler has ended, in the same thread: with an exception of this type, or null. */
    void end(String errorType);
  }
}
