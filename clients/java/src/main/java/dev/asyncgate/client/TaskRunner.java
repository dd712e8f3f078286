package dev.asyncgate.client;

import dev.asyncgate.v1.Accept;
import dev.asyncgate.v1.ErrorDetail;
import dev.asyncgate.v1.LeaseLoss;
import dev.asyncgate.v1.Offer;
import dev.asyncgate.v1.Settled;
import java.util.Collection;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;

/**
 * The tasks that a worker holds: each from its offer, through its handler, until its settlement is
 * answered. A task is settled even if its lease seems lost: the fence makes a late result harmless,
 * and the server's answer is the truth. All but the handlers belongs to the worker's loop.
 */
final class TaskRunner {
  /** For temporary refusals that do not say how long to wait. */
  private static final long RETRY_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

  private static final Map<Outbox.Part, WorkerEvent.HowEnded> ENDINGS =
      new EnumMap<>(
          Map.of(
              Outbox.Part.COMPLETES, WorkerEvent.HowEnded.COMPLETED,
              Outbox.Part.SUSPENDS, WorkerEvent.HowEnded.SUSPENDED,
              Outbox.Part.QUESTIONS, WorkerEvent.HowEnded.ASKED,
              Outbox.Part.HAND_OFFS, WorkerEvent.HowEnded.HANDED_OFF,
              Outbox.Part.FAILS, WorkerEvent.HowEnded.FAILED,
              Outbox.Part.RELEASES, WorkerEvent.HowEnded.RELEASED));

  private final WorkerParts parts;
  private final Map<String, Handler> handlers;
  private final boolean startsTasks;
  private final Tracing tracing;
  private final WorkerStats.Counts counts;
  private final Reports reports;
  private final Outputs outputs;
  private final Map<String, HeldTask> held = new LinkedHashMap<>();

  TaskRunner(WorkerParts parts, WorkerOptions options, WorkerStats.Counts counts) {
    this.parts = parts;
    this.handlers = options.handlers();
    this.startsTasks = options.startsTasks();
    this.tracing = options.tracing();
    this.counts = counts;
    this.reports = new Reports(parts, this::retryLater);
    this.outputs = new Outputs(parts, this::retryLater);
  }

  static IllegalArgumentException tooLarge() {
    return new IllegalArgumentException(
        "this is larger than a message may be: store it elsewhere and pass a reference to it");
  }

  boolean isEmpty() {
    return held.isEmpty();
  }

  Collection<HeldTask> all() {
    return List.copyOf(held.values());
  }

  HeldTask find(String leaseId) {
    return held.get(leaseId);
  }

  /** Accepts an offer and starts its handler. */
  void take(Offer offer) {
    HeldTask one = new HeldTask(offer.getLeased(), parts.executor());
    held.put(one.leaseId(), one);
    counts.take();
    accept(one);
    if (startsTasks) {
      reports.start(one);
    }
    parts.emit(new WorkerEvent.Taken(one.task));
    try {
      parts.executor().execute(() -> run(one));
    } catch (RejectedExecutionException closed) {
      finish(one, null, closed);
    }
  }

  private void accept(HeldTask one) {
    Accept accept = Accept.newBuilder().setLeaseToken(one.leaseToken()).build();
    Outbox.Item[] self = new Outbox.Item[1];
    self[0] =
        new Outbox.Item(
            Outbox.Part.ACCEPTS,
            accept,
            one.leaseToken(),
            settled -> {
              // The offer's window was over, or the task was canceled. The handler has begun.
              if (settled.hasError() && !retryLater(self[0], settled)) {
                lose(one, LeaseLoss.LEASE_LOSS_FENCED);
              }
            });
    parts.outbox().put(self[0]);
  }

  /** In a thread of the executor. */
  private void run(HeldTask one) {
    Settlement settlement = null;
    Throwable raised = null;
    one.enter();
    try {
      settlement = Settlement.returned(one, parts.nextRequestId(), handle(one));
    } catch (Throwable thrown) {
      // Whatever it is fails the attempt: an Error of one task must not stop the others.
      raised = thrown;
    } finally {
      one.leave();
    }
    Settlement made = settlement;
    Throwable thrown = raised;
    parts.loop().execute(() -> finish(one, made, thrown));
  }

  private Object handle(HeldTask one) throws Exception {
    Handler handler = handlers.get(one.task.getType());
    if (handler == null) {
      throw new IllegalStateException("there is no handler for " + one.task.getType());
    }
    Tracing.HandlerSpan span = tracing.handle(one.task);
    String errorType = null;
    try {
      return handler.handle(new Job(one, reports, outputs, parts.client()));
    } catch (Throwable thrown) {
      errorType = Settlement.nameOf(thrown);
      throw thrown;
    } finally {
      span.end(errorType);
    }
  }

  private void finish(HeldTask one, Settlement settlement, Throwable raised) {
    one.isRunning = false;
    counts.leave();
    if (raised != null) {
      parts.emit(new WorkerEvent.Raised(one.task, raised));
    }
    if (!one.isSettling) {
      if (settlement != null) {
        settle(one, settlement);
      } else {
        settleRaised(one, raised);
      }
    }
    parts.wake();
  }

  private void settleRaised(HeldTask one, Throwable raised) {
    String requestId = parts.nextRequestId();
    if (one.loss != null) {
      // There is nothing to settle if the lease is lost.
      held.remove(one.leaseId());
    } else if (one.token.cause().isPresent()) {
      String why = one.token.cause().get().toString();
      settle(one, Settlement.release(one, requestId, why));
    } else {
      settle(one, failureOf(one, requestId, raised));
    }
  }

  private static Settlement failureOf(HeldTask one, String requestId, Throwable raised) {
    try {
      return Settlement.failure(one, requestId, raised);
    } catch (RuntimeException fault) {
      // The exception's own detail has no JSON.
      return Settlement.failure(one, requestId, fault);
    }
  }

  private void settle(HeldTask one, Settlement settlement) {
    one.isSettling = true;
    outputs.finish(one);
    Outbox.Item[] self = new Outbox.Item[1];
    self[0] =
        new Outbox.Item(
            settlement.part(),
            settlement.message(),
            settlement.requestId(),
            settled -> {
              if (!retryLater(self[0], settled)) {
                takeAnswer(one, settlement.part(), settled);
              }
              parts.wake();
            });
    if (parts.outbox().put(self[0])) {
      parts.wake();
      return;
    }
    // An item that fits into no frame is settled in another way, as if the server had refused it.
    IllegalArgumentException error = tooLarge();
    refuse(one, settlement.part(), error);
    settleInstead(one, settlement.part(), error);
  }

  private void takeAnswer(HeldTask one, Outbox.Part part, Settled settled) {
    if (!settled.hasError()) {
      held.remove(one.leaseId());
      counts.end(ENDINGS.get(part));
      parts.emit(new WorkerEvent.Settled(one.task, ENDINGS.get(part), receiptOf(settled)));
      return;
    }
    AsyncGateException error = AsyncGateException.of(settled.getError(), settled.getRequestId());
    refuse(one, part, error);
    if (isLeaseEnded(settled.getError())) {
      held.remove(one.leaseId());
    } else {
      settleInstead(one, part, error);
    }
  }

  private static String receiptOf(Settled settled) {
    return switch (settled.getResultCase()) {
      case COMPLETED -> settled.getCompleted().getReceiptId();
      case SUSPENDED -> settled.getSuspended().getReceiptId();
      case ASKED -> settled.getAsked().getReceiptId();
      case HANDED_OFF -> settled.getHandedOff().getReceiptId();
      case FAILED -> settled.getFailed().getReceiptId();
      case RELEASED -> settled.getReleased().getReceiptId();
      default -> "";
    };
  }

  private void refuse(HeldTask one, Outbox.Part part, RuntimeException error) {
    counts.refuse();
    parts.emit(new WorkerEvent.Refused(one.task, ENDINGS.get(part), error));
  }

  /** The lease is still held and must end in another way: as a failure, and that as a release. */
  private void settleInstead(HeldTask one, Outbox.Part part, RuntimeException error) {
    one.checkpoint = null;
    String requestId = parts.nextRequestId();
    switch (part) {
      case COMPLETES, SUSPENDS, QUESTIONS, HAND_OFFS ->
          settle(one, failureOf(one, requestId, error));
      case FAILS -> settle(one, Settlement.release(one, requestId, error.getMessage()));
      default -> held.remove(one.leaseId());
    }
  }

  void lose(HeldTask one, LeaseLoss loss) {
    // If its settlement is on its way, the answer to that counts.
    if (one.loss != null || one.isSettling) {
      return;
    }
    one.loss = loss;
    counts.lose();
    parts.emit(new WorkerEvent.Lost(one.task, loss));
    stop(one, new StopCause.LeaseLost(loss));
  }

  void loseAll() {
    all().forEach(one -> lose(one, LeaseLoss.LEASE_LOSS_EXPIRED));
  }

  /** Tells the handler to stop; the first cause is the one it sees. */
  void stop(HeldTask one, StopCause cause) {
    if (one.stop(cause)) {
      parts.emit(new WorkerEvent.Stopping(one.task, cause));
    }
  }

  /** Releases a task whose handler has not ended, with its last checkpoint. */
  void giveUp(HeldTask one, String reason) {
    if (!one.isSettling && one.loss == null) {
      settle(one, Settlement.release(one, parts.nextRequestId(), reason));
    }
  }

  /** Whether the answer is a temporary refusal, and the item will be sent again later. */
  boolean retryLater(Outbox.Item item, Settled settled) {
    if (!settled.hasError()) {
      return false;
    }
    AsyncGateException error = AsyncGateException.of(settled.getError(), null);
    if (!error.isRetryable()) {
      return false;
    }
    long pause = error.retryAfter().map(Times::nanosOf).orElse(RETRY_NANOS);
    parts
        .loop()
        .after(
            pause,
            () -> {
              parts.outbox().put(item);
              parts.wake();
            });
    return true;
  }

  /** Facts about the lease or the transition come with each reason that the lease has ended. */
  private static boolean isLeaseEnded(ErrorDetail detail) {
    return detail.hasLease() || detail.hasTransition();
  }
}
