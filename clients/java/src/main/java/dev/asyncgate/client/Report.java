package dev.asyncgate.client;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** What becomes of a report of a handler. It need not be looked at. */
public final class Report {
  // Shared by reports that were merged, so it is never given away.
  private final CompletableFuture<Void> answer;

  Report(CompletableFuture<Void> answer) {
    this.answer = answer;
  }

  /**
   * Waits until the server has it.
   *
   * @throws AsyncGateException if the server has refused it
   * @throws InterruptedException if the handler must stop
   */
  public void await() throws InterruptedException {
    try {
      answer.get();
    } catch (ExecutionException failed) {
      throw unchecked(failed);
    }
  }

  /**
   * Waits no longer than this.
   *
   * @throws TimeoutException if there is no answer by then; the report is sent all the same
   */
  public void await(Duration within) throws InterruptedException, TimeoutException {
    try {
      answer.get(Times.nanosOf(within), TimeUnit.NANOSECONDS);
    } catch (ExecutionException failed) {
      throw unchecked(failed);
    }
  }

  private static RuntimeException unchecked(ExecutionException failed) {
    if (failed.getCause() instanceof RuntimeException cause) {
      return cause;
    }
    return new IllegalStateException(failed.getCause());
  }

  /** Whether the server has answered. */
  public boolean isDone() {
    return answer.isDone();
  }

  /** For code that goes on when the server has answered. */
  public CompletionStage<Void> stage() {
    return answer.minimalCompletionStage();
  }
}
