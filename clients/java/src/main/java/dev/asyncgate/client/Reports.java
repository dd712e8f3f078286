package dev.asyncgate.client;

import dev.asyncgate.v1.Payload;
import dev.asyncgate.v1.ReportProgressRequest;
import dev.asyncgate.v1.Settled;
import dev.asyncgate.v1.StartTaskRequest;
import java.math.BigDecimal;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiPredicate;
import java.util.function.Consumer;

/**
 * Progress, checkpoints and spending, from the threads of handlers. While a report of a task has
 * not been sent, a later one is merged into it, so a handler may report as often as it likes.
 * Reports for the ledger are never merged.
 */
final class Reports {
  /**
   * A handler that does not wait for its reports would fill the memory while a server is away: with
   * more items than this that wait or are not answered, reports are refused.
   */
  private static final int ITEMS_MAX = 10_000;

  /** The last report of a task, as long as a later one may be merged into it. */
  record Pending(
      Outbox.Item item,
      ReportProgressRequest request,
      Map<String, BigDecimal> spend,
      CompletableFuture<Void> answer) {}

  private final WorkerParts parts;
  private final BiPredicate<Outbox.Item, Settled> retryLater;

  /** An item that was refused for a time is sent again by {@code retryLater}, which says so. */
  Reports(WorkerParts parts, BiPredicate<Outbox.Item, Settled> retryLater) {
    this.parts = parts;
    this.retryLater = retryLater;
  }

  Report start(HeldTask held) {
    String requestId = parts.nextRequestId();
    StartTaskRequest request =
        StartTaskRequest.newBuilder()
            .setLeaseToken(held.leaseToken())
            .setRequestId(requestId)
            .build();
    CompletableFuture<Void> answer = new CompletableFuture<>();
    put(itemOf(Outbox.Part.STARTS, request, requestId, answer), answer);
    return new Report(answer);
  }

  Report note(HeldTask held, Note note) {
    return report(
        held,
        request -> request.setProgress(note.toMessage()).setReceipted(note.isReceipted()),
        Map.of());
  }

  Report checkpoint(HeldTask held, Payload checkpoint) {
    // Kept here as well: a release carries it, whether or not the report was sent.
    held.checkpoint = checkpoint;
    return report(held, request -> request.setCheckpoint(checkpoint), Map.of());
  }

  Report spend(HeldTask held, Map<String, BigDecimal> amounts) {
    return report(held, request -> {}, amounts);
  }

  private synchronized Report report(
      HeldTask held, Consumer<ReportProgressRequest.Builder> fill, Map<String, BigDecimal> spend) {
    Pending earlier = held.report;
    if (earlier != null && !earlier.request.getReceipted()) {
      Pending merged = merge(earlier, fill, spend);
      boolean isMerged =
          !merged.request.getReceipted() && parts.outbox().replace(merged.item, merged.request);
      if (isMerged) {
        held.report = merged;
        return new Report(merged.answer);
      }
    }
    String requestId = parts.nextRequestId();
    ReportProgressRequest.Builder request =
        ReportProgressRequest.newBuilder()
            .setLeaseToken(held.leaseToken())
            .setRequestId(requestId)
            .putAllSpend(Amounts.textsOf(spend));
    fill.accept(request);
    CompletableFuture<Void> answer = new CompletableFuture<>();
    ReportProgressRequest made = request.build();
    Outbox.Item item = itemOf(Outbox.Part.PROGRESS, made, requestId, answer);
    if (put(item, answer)) {
      held.report = new Pending(item, made, spend, answer);
    }
    return new Report(answer);
  }

  private static Pending merge(
      Pending earlier,
      Consumer<ReportProgressRequest.Builder> fill,
      Map<String, BigDecimal> spend) {
    Map<String, BigDecimal> sums = Amounts.sum(earlier.spend, spend);
    ReportProgressRequest.Builder request = earlier.request.toBuilder();
    request.putAllSpend(Amounts.textsOf(sums));
    fill.accept(request);
    return new Pending(earlier.item, request.build(), sums, earlier.answer);
  }

  private boolean put(Outbox.Item item, CompletableFuture<Void> answer) {
    Outbox outbox = parts.outbox();
    if (outbox.waiting() + outbox.unanswered() >= ITEMS_MAX) {
      answer.completeExceptionally(
          new IllegalStateException("too many reports are not answered yet: await some of them"));
      return false;
    }
    if (!outbox.put(item)) {
      answer.completeExceptionally(TaskRunner.tooLarge());
      return false;
    }
    parts.wake();
    return true;
  }

  private Outbox.Item itemOf(
      Outbox.Part part,
      com.google.protobuf.Message message,
      String requestId,
      CompletableFuture<Void> answer) {
    Outbox.Item[] self = new Outbox.Item[1];
    self[0] =
        new Outbox.Item(
            part,
            message,
            requestId,
            settled -> {
              if (retryLater.test(self[0], settled)) {
                return;
              }
              if (settled.hasError()) {
                answer.completeExceptionally(AsyncGateException.of(settled.getError(), requestId));
              } else {
                answer.complete(null);
              }
            });
    return self[0];
  }
}
