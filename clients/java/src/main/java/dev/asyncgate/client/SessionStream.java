package dev.asyncgate.client;

import dev.asyncgate.v1.Heartbeat;
import dev.asyncgate.v1.StreamEndReason;
import dev.asyncgate.v1.Welcome;
import dev.asyncgate.v1.WorkRequest;
import dev.asyncgate.v1.WorkResponse;
import dev.asyncgate.v1.WorkerServiceGrpc;
import io.grpc.ManagedChannel;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.net.URI;
import java.time.Duration;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/**
 * One stream of a session, from its hello to its end: frames in both directions, and the
 * heartbeats. A stream whose heartbeats are not acknowledged is dead and ends itself. gRPC calls it
 * in threads of its own; all else is done in the worker's loop. The next frame is asked for when
 * the one before was handled, so none gather here.
 */
final class SessionStream implements ClientResponseObserver<WorkRequest, WorkResponse> {
  /** A server that accepts the connection and does not answer the hello is given up after this. */
  private static final long WELCOME_NANOS = TimeUnit.SECONDS.toNanos(15);

  /** So many unacknowledged heartbeats end the stream, with time left to reconnect in the TTL. */
  private static final int UNACKNOWLEDGED_MAX = 2;

  private static final Duration HEARTBEAT_DEFAULT = Duration.ofSeconds(1);
  private static final int HEARTBEATS_IN_TTL = 3;

  /** What a stream receives. */
  interface Listener {
    void onWelcome(Welcome welcome);

    /** Every frame of the server that has more than an acknowledgement. */
    void onFrame(WorkResponse frame, long helloAt);

    void onAcknowledged(long sentAt);

    void onReady();

    void onEnded(Ending ending);
  }

  /** How a stream ended: the reason is that of the server's last frame. */
  record Ending(AsyncGateException error, StreamEndReason reason) {
    boolean isBye() {
      return reason == StreamEndReason.STREAM_END_REASON_BYE;
    }

    boolean isExpired() {
      return reason == StreamEndReason.STREAM_END_REASON_EXPIRED;
    }
  }

  private final ManagedChannel channel;
  private final EventLoop loop;
  private final Listener listener;
  private final NavigableMap<Long, Long> unacknowledged = new TreeMap<>();
  private ClientCallStreamObserver<WorkRequest> requests;

  /** Null when it was sent. */
  private WorkRequest hello;

  private long helloAt;
  private long heartbeatInterval;
  private long sequence;
  private Future<?> timer;
  private StreamEndReason reason = StreamEndReason.STREAM_END_REASON_UNSPECIFIED;
  private boolean hasEnded;

  SessionStream(URI endpoint, Connection connection, EventLoop loop, Listener listener) {
    this.channel = connection.open(endpoint);
    this.loop = loop;
    this.listener = listener;
  }

  /**
   * The hello is sent when the connection is open. No lease begins before that, so the clock of the
   * leases does not count how long the connection took: in a JVM that has just started, on a busy
   * machine, that is most of a short TTL.
   */
  void open(WorkRequest first) {
    hello = first;
    timer = loop.after(WELCOME_NANOS, () -> cut("no welcome came"));
    WorkerServiceGrpc.newStub(channel).work(this);
  }

  boolean isReady() {
    return !hasEnded && requests.isReady();
  }

  void send(WorkRequest frame) {
    if (!hasEnded) {
      requests.onNext(frame);
    }
  }

  /** Ends it from this side. */
  void cut(String why) {
    end(AsyncGateException.broken(why));
  }

  private void end(AsyncGateException error) {
    if (hasEnded) {
      return;
    }
    hasEnded = true;
    timer.cancel(false);
    requests.cancel("the stream is given up", null);
    channel.shutdownNow();
    listener.onEnded(new Ending(error, reason));
  }

  @Override
  public void beforeStart(ClientCallStreamObserver<WorkRequest> stream) {
    requests = stream;
    stream.disableAutoRequestWithInitial(1);
    stream.setOnReadyHandler(() -> loop.execute(this::ready));
  }

  private void ready() {
    if (hasEnded) {
      return;
    }
    if (hello != null) {
      helloAt = System.nanoTime();
      requests.onNext(hello);
      hello = null;
    }
    listener.onReady();
  }

  @Override
  public void onNext(WorkResponse frame) {
    loop.execute(
        () -> {
          if (!hasEnded) {
            take(frame);
            requests.request(1);
          }
        });
  }

  @Override
  public void onError(Throwable failure) {
    loop.execute(() -> end(AsyncGateException.of(failure, null)));
  }

  @Override
  public void onCompleted() {
    loop.execute(() -> cut("the server ended the stream"));
  }

  private void take(WorkResponse frame) {
    if (frame.hasWelcome()) {
      welcomed(frame.getWelcome());
      listener.onWelcome(frame.getWelcome());
    }
    if (frame.hasHeartbeatAck()) {
      acknowledged(frame.getHeartbeatAck().getSequence());
    }
    if (frame.hasStreamEnd()) {
      reason = frame.getStreamEnd().getReason();
    }
    boolean hasMore =
        frame.hasWelcome()
            || frame.getOffersCount() > 0
            || frame.getSettledCount() > 0
            || frame.getDirectivesCount() > 0
            || frame.getLostCount() > 0;
    if (hasMore) {
      listener.onFrame(frame, helloAt);
    }
  }

  private void welcomed(Welcome welcome) {
    timer.cancel(false);
    heartbeatInterval = Times.nanosOf(heartbeatIntervalOf(welcome));
    // At once: the time until the welcome came is part of the session's TTL.
    beat();
  }

  private static Duration heartbeatIntervalOf(Welcome welcome) {
    if (welcome.hasHeartbeatInterval()) {
      return Times.durationOf(welcome.getHeartbeatInterval());
    }
    return welcome.hasTtl()
        ? Times.durationOf(welcome.getTtl()).dividedBy(HEARTBEATS_IN_TTL)
        : HEARTBEAT_DEFAULT;
  }

  /** Counted from the one before, also if that was late: each has two intervals for its answer. */
  private void scheduleHeartbeat() {
    timer = loop.after(heartbeatInterval, this::beat);
  }

  private void beat() {
    if (unacknowledged.size() >= UNACKNOWLEDGED_MAX) {
      cut("heartbeats were not acknowledged");
      return;
    }
    sequence++;
    unacknowledged.put(sequence, System.nanoTime());
    requests.onNext(
        WorkRequest.newBuilder()
            .setHeartbeat(Heartbeat.newBuilder().setSequence(sequence))
            .build());
    scheduleHeartbeat();
  }

  /** An acknowledgement stands for all earlier heartbeats, too. */
  private void acknowledged(long latest) {
    Long sentAt = unacknowledged.get(latest);
    unacknowledged.headMap(latest, true).clear();
    if (sentAt != null) {
      listener.onAcknowledged(sentAt);
    }
  }
}
