package dev.asyncgate.client;

import dev.asyncgate.v1.HeldLeases;
import dev.asyncgate.v1.Hello;
import dev.asyncgate.v1.Welcome;
import dev.asyncgate.v1.WorkRequest;
import dev.asyncgate.v1.WorkResponse;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Future;

/**
 * Keeps a session alive: connects, says hello, and after a break resumes it, at the same or the
 * next endpoint. It knows nothing about tasks, and belongs to the worker's loop.
 */
final class SessionKeeper {
  /** What the worker loop is told. */
  interface Listener {
    void onFrame(WorkResponse frame, String endpoint, long helloAt);

    /** The server has the heartbeat that was sent then. */
    void onAcknowledged(long sentAt);

    /** The stream takes frames again. */
    void onReady();

    /** The stream has ended, and another one follows; expired if the session has ended, too. */
    void onBroken(AsyncGateException error, Duration retryIn, boolean isExpired);

    /** No stream follows: as it was told, with null, or for an error that none avoids. */
    void onClosed(AsyncGateException error);

    /** The tokens of the leases that the worker still works on. */
    List<String> heldTokens();
  }

  private final Connection connection;
  private final List<URI> endpoints;
  private final Hello hello;
  private final Backoff reconnect;
  private final EventLoop loop;
  private final Listener listener;

  private SessionStream stream;
  private int streams;
  private String resumeToken = "";
  // Streams that failed since the last acknowledged heartbeat.
  private int failures;
  private boolean isClosing;
  private boolean isClosed;
  private Future<?> pause;

  /** The hello lacks what differs from stream to stream. */
  SessionKeeper(
      Connection connection,
      List<URI> endpoints,
      Hello hello,
      Backoff reconnect,
      EventLoop loop,
      Listener listener) {
    this.connection = connection;
    this.endpoints = endpoints;
    this.hello = hello;
    this.reconnect = reconnect;
    this.loop = loop;
    this.listener = listener;
  }

  void connect() {
    if (isClosing) {
      closed(null);
      return;
    }
    URI endpoint = endpoints.get(streams % endpoints.size());
    streams++;
    stream = new SessionStream(endpoint, connection, loop, new FromStream(endpoint));
    stream.open(WorkRequest.newBuilder().setHello(nextHello()).build());
  }

  private Hello nextHello() {
    if (resumeToken.isEmpty()) {
      return hello;
    }
    HeldLeases held = HeldLeases.newBuilder().addAllLeaseTokens(listener.heldTokens()).build();
    return hello.toBuilder().setResumeToken(resumeToken).setHeld(held).build();
  }

  /** Whether a frame would be sent at once, and not wait for others in the memory. */
  boolean isReady() {
    return stream != null && stream.isReady();
  }

  void send(WorkRequest frame) {
    if (stream != null) {
      stream.send(frame);
    }
  }

  /** Begins a new stream. */
  void reconnect() {
    if (stream != null) {
      stream.cut("the server asked for a new hello");
    }
  }

  /** The bye is sent: no stream follows this one, which is cut if it has not ended by then. */
  void close(long withinNanos) {
    isClosing = true;
    if (stream != null) {
      SessionStream last = stream;
      loop.after(withinNanos, () -> last.cut("closed"));
      return;
    }
    if (pause != null) {
      pause.cancel(false);
    }
    closed(null);
  }

  private void closed(AsyncGateException error) {
    if (!isClosed) {
      isClosed = true;
      listener.onClosed(error);
    }
  }

  private void ended(SessionStream.Ending ending) {
    stream = null;
    if (isClosing) {
      closed(null);
      return;
    }
    if (isFinal(ending)) {
      closed(ending.error());
      return;
    }
    failures++;
    Duration asked = ending.error().retryAfter().orElse(Duration.ZERO);
    Duration retryIn = asked.plus(reconnect.pause(failures));
    pause = loop.after(Times.nanosOf(retryIn), this::connect);
    listener.onBroken(ending.error(), retryIn, ending.isExpired());
  }

  /** Whether a further stream would end in the same way. */
  private static boolean isFinal(SessionStream.Ending ending) {
    if (ending.isBye()) {
      return true;
    }
    AsyncGateException error = ending.error();
    // An internal error of the server may be gone at the next attempt.
    return error.detail().isPresent()
        && !error.isRetryable()
        && !Contract.isServerReason(error.reasonNumber());
  }

  private final class FromStream implements SessionStream.Listener {
    private final URI endpoint;

    FromStream(URI endpoint) {
      this.endpoint = endpoint;
    }

    @Override
    public void onWelcome(Welcome welcome) {
      resumeToken = welcome.getResumeToken();
    }

    @Override
    public void onFrame(WorkResponse frame, long helloAt) {
      listener.onFrame(frame, endpoint.toString(), helloAt);
    }

    @Override
    public void onAcknowledged(long sentAt) {
      failures = 0;
      listener.onAcknowledged(sentAt);
    }

    @Override
    public void onReady() {
      listener.onReady();
    }

    @Override
    public void onEnded(SessionStream.Ending ending) {
      ended(ending);
    }
  }
}
