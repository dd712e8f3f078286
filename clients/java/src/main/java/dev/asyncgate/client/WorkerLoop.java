package dev.asyncgate.client;

import dev.asyncgate.v1.Bye;
import dev.asyncgate.v1.CancelDirective;
import dev.asyncgate.v1.Decline;
import dev.asyncgate.v1.Directive;
import dev.asyncgate.v1.Drain;
import dev.asyncgate.v1.Lease;
import dev.asyncgate.v1.LeaseLoss;
import dev.asyncgate.v1.Offer;
import dev.asyncgate.v1.ReleaseLeaseRequest;
import dev.asyncgate.v1.Welcome;
import dev.asyncgate.v1.WorkRequest;
import dev.asyncgate.v1.WorkResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * The worker loop: gives credits, takes offers, has handlers run and sends what they report.
 * Credits are the slots that are neither busy nor already given. A frame leaves when an item was
 * put, as soon as the stream takes it; what comes meanwhile makes the next one larger.
 */
final class WorkerLoop implements SessionKeeper.Listener {
  /** No more tasks are asked for while more items than this, beside one a slot, are unanswered. */
  private static final int UNANSWERED_MAX = 2_000;

  /** For handlers to end after they were told to stop, for answers to come, for the stream. */
  private static final long STOP_GRACE = TimeUnit.SECONDS.toNanos(2);

  private static final long ANSWERS_GRACE = TimeUnit.SECONDS.toNanos(5);
  private static final long BYE_GRACE = TimeUnit.SECONDS.toNanos(2);

  /** The stream that is open. */
  private static final class OpenStream {
    /** Credits that the server has and has not used. */
    private int credits;

    private boolean isServerDraining;

    /** The least time between two frames, as the server asked for. */
    private long frameInterval;

    private long lastFrameAt = System.nanoTime();

    /** Whether the next frame waits for that time. */
    private boolean isPausing;
  }

  private final WorkerParts parts;
  private final int slots;
  private final Consumer<AsyncGateException> onEnd;
  private final WorkerStats.Counts counts = new WorkerStats.Counts();
  private final AtomicBoolean isWoken = new AtomicBoolean();
  private final TaskRunner runner;
  private final LeaseClock clock;
  private SessionKeeper keeper;
  private OpenStream stream;
  private boolean isDraining;
  private boolean isClosing;
  private boolean hasEnded;

  /** {@code onEnd} gets null if the loop was drained, or why no stream can be opened. */
  WorkerLoop(WorkerParts parts, WorkerOptions options, Consumer<AsyncGateException> onEnd) {
    this.parts = parts;
    this.slots = options.slots();
    this.onEnd = onEnd;
    this.runner = new TaskRunner(parts, options, counts);
    this.clock = new LeaseClock(parts.loop(), runner::loseAll);
    parts.onWake(this::wake);
    parts.loop().onFault(fault -> end(AsyncGateException.bug(fault)));
  }

  void start(SessionKeeper session) {
    keeper = session;
    parts.loop().execute(FirstFrames::load);
    parts.loop().execute(session::connect);
  }

  WorkerStats stats() {
    return counts.read(parts.outbox().unanswered());
  }

  @Override
  public List<String> heldTokens() {
    return runner.all().stream()
        .filter(held -> held.loss == null)
        .map(HeldTask::leaseToken)
        .toList();
  }

  @Override
  public void onAcknowledged(long sentAt) {
    clock.acknowledged(sentAt);
  }

  @Override
  public void onReady() {
    flush();
  }

  @Override
  public void onBroken(AsyncGateException error, Duration retryIn, boolean isExpired) {
    stream = null;
    counts.disconnect();
    if (isExpired) {
      clock.expire();
    } else {
      clock.broken();
    }
    parts.emit(new WorkerEvent.Disconnected(error, retryIn));
  }

  @Override
  public void onClosed(AsyncGateException error) {
    end(error);
  }

  @Override
  public void onFrame(WorkResponse frame, String endpoint, long helloAt) {
    frame
        .getLostList()
        .forEach(
            lost -> {
              HeldTask held = runner.find(lost.getLeaseId());
              if (held != null) {
                runner.lose(held, lost.getLoss());
              }
            });
    if (frame.hasWelcome()) {
      takeWelcome(frame.getWelcome(), endpoint, helloAt);
    }
    frame.getSettledList().forEach(parts.outbox()::answer);
    frame.getDirectivesList().forEach(this::takeDirective);
    takeOffers(frame.getOffersList());
    wake();
  }

  private void takeWelcome(Welcome welcome, String endpoint, long helloAt) {
    clock.welcomed(
        helloAt, Times.durationOf(welcome.getTtl()), Times.durationOf(welcome.getResumeGrace()));
    stream = new OpenStream();
    counts.open();
    if (welcome.getFrameItemsMax() > 0) {
      parts.outbox().limitLists(welcome.getFrameItemsMax());
    }
    parts.emit(new WorkerEvent.Connected(endpoint, welcome.getSessionId(), welcome.getResumed()));
    Set<String> kept =
        welcome.getLeasesList().stream().map(Lease::getLeaseId).collect(Collectors.toSet());
    for (HeldTask held : runner.all()) {
      if (!kept.contains(held.leaseId())) {
        runner.lose(held, LeaseLoss.LEASE_LOSS_EXPIRED);
      }
    }
    parts.outbox().resend();
    // An offer may have been on its way when the stream broke.
    for (Lease lease : welcome.getLeasesList()) {
      if (runner.find(lease.getLeaseId()) == null) {
        release(lease.getToken());
      }
    }
  }

  private void release(String leaseToken) {
    String requestId = parts.nextRequestId();
    ReleaseLeaseRequest request =
        ReleaseLeaseRequest.newBuilder()
            .setLeaseToken(leaseToken)
            .setRequestId(requestId)
            .setReason("not held")
            .build();
    Outbox.Item[] self = new Outbox.Item[1];
    self[0] =
        new Outbox.Item(
            Outbox.Part.RELEASES,
            request,
            requestId,
            settled -> runner.retryLater(self[0], settled));
    parts.outbox().put(self[0]);
  }

  private void takeOffers(List<Offer> offers) {
    if (stream == null || offers.isEmpty()) {
      return;
    }
    stream.credits = Math.max(0, stream.credits - offers.size());
    if (!isDraining) {
      offers.forEach(runner::take);
      return;
    }
    for (Offer offer : offers) {
      Decline decline =
          Decline.newBuilder()
              .setLeaseToken(offer.getLeased().getLease().getToken())
              .setReason("the worker is draining")
              .build();
      parts.outbox().put(new Outbox.Item(Outbox.Part.DECLINES, decline));
    }
  }

  private void takeDirective(Directive directive) {
    if (stream == null) {
      return;
    }
    switch (directive.getDirectiveCase()) {
      case CANCEL -> cancel(directive.getCancel());
      case DRAIN -> {
        stream.isServerDraining = true;
        parts.emit(new WorkerEvent.Draining(true));
      }
      case SLOW_DOWN -> {
        Duration interval = Times.durationOf(directive.getSlowDown().getFrameInterval());
        stream.frameInterval = Times.nanosOf(interval);
        stream.isPausing = false;
      }
      case RECONFIGURE -> keeper.reconnect();
      case LEASE_LIMIT ->
          parts.emit(new WorkerEvent.LeaseLimit(directive.getLeaseLimit().getLeasesMax()));
      case BUDGET -> {
        HeldTask held = runner.find(directive.getBudget().getLeaseId());
        if (held != null) {
          held.isOverBudget = true;
          parts.emit(new WorkerEvent.OverBudget(held.task));
        }
      }
      case DIRECTIVE_NOT_SET -> {
        // A directive of a newer server.
      }
    }
  }

  private void cancel(CancelDirective cancel) {
    HeldTask held = runner.find(cancel.getLeaseId());
    if (held == null || held.isSettling) {
      return;
    }
    Optional<Instant> deadline =
        cancel.hasCancelDeadline()
            ? Optional.of(Times.instantOf(cancel.getCancelDeadline()))
            : Optional.empty();
    runner.stop(held, new StopCause.Canceled(cancel.getReason(), deadline));
  }

  /** Sends what has gathered, in the next turn: all that is put until then shares a frame. */
  private void wake() {
    if (isWoken.compareAndSet(false, true)) {
      parts
          .loop()
          .execute(
              () -> {
                isWoken.set(false);
                flush();
              });
    }
  }

  private void flush() {
    while (stream != null && keeper.isReady() && isTimeToSend() && sendFrame()) {
      // One frame after another, as long as the stream takes them.
    }
    // Not all that is sent is answered: behind it there may be nothing left to wait for.
    closeWhenDone();
  }

  /** A frame that may not be sent yet is sent later, with everything that comes until then. */
  private boolean isTimeToSend() {
    OpenStream current = stream;
    long wait = current.lastFrameAt + current.frameInterval - System.nanoTime();
    if (current.frameInterval == 0 || wait <= 0) {
      return true;
    }
    if (!current.isPausing) {
      current.isPausing = true;
      parts
          .loop()
          .after(
              wait,
              () -> {
                current.isPausing = false;
                flush();
              });
    }
    return false;
  }

  /** Returns false if there was nothing to send. */
  private boolean sendFrame() {
    int free = freeCredits();
    Optional<WorkRequest> frame = parts.outbox().take(free);
    if (frame.isEmpty()) {
      return false;
    }
    stream.credits += free;
    counts.credits(stream.credits);
    stream.lastFrameAt = System.nanoTime();
    keeper.send(frame.get());
    return true;
  }

  private int freeCredits() {
    boolean isFull = parts.outbox().unanswered() > UNANSWERED_MAX + slots;
    if (isDraining || stream.isServerDraining || isFull) {
      return 0;
    }
    return Math.max(0, slots - counts.running() - stream.credits);
  }

  // How it ends: it takes nothing new, lets running tasks finish for a while, then stops their
  // handlers, releases the tasks that are left, and says bye.

  void drain(long withinNanos) {
    parts.loop().execute(() -> beginDrain(withinNanos));
  }

  private void beginDrain(long withinNanos) {
    if (!isDraining) {
      isDraining = true;
      parts.emit(new WorkerEvent.Draining(false));
      if (stream != null) {
        Duration within = Duration.ofNanos(withinNanos);
        Drain drain = Drain.newBuilder().setWithin(Times.durationOf(within)).build();
        parts.outbox().put(new Outbox.Item(Outbox.Part.DRAIN, drain));
      }
    }
    parts.loop().after(withinNanos, this::stopHandlers);
    wake();
  }

  private void stopHandlers() {
    for (HeldTask held : runner.all()) {
      if (held.isRunning) {
        runner.stop(held, new StopCause.Drain());
      }
    }
    parts.loop().after(STOP_GRACE, this::giveUp);
  }

  private void giveUp() {
    for (HeldTask held : runner.all()) {
      runner.giveUp(held, "drain");
    }
    parts.loop().after(ANSWERS_GRACE, this::close);
  }

  /** Closes a loop that is draining as soon as nothing is held and everything is answered. */
  private void closeWhenDone() {
    boolean isDone = runner.isEmpty() && parts.outbox().unanswered() == 0;
    if (isDraining && isDone && (stream == null || parts.outbox().waiting() == 0)) {
      close();
    }
  }

  private void close() {
    if (isClosing) {
      return;
    }
    isClosing = true;
    if (stream != null) {
      Bye bye = Bye.newBuilder().setReason("drained").build();
      parts.outbox().put(new Outbox.Item(Outbox.Part.BYE, bye));
      // The last frame does not wait.
      while (sendFrame()) {
        // Until all is sent.
      }
    }
    keeper.close(stream == null ? 0 : BYE_GRACE);
  }

  /** The session has stopped. */
  private void end(AsyncGateException error) {
    if (hasEnded) {
      return;
    }
    hasEnded = true;
    stream = null;
    counts.disconnect();
    clock.stop();
    runner.loseAll();
    parts.loop().close();
    onEnd.accept(error);
  }
}
