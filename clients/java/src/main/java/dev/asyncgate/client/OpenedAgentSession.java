package dev.asyncgate.client;

import dev.asyncgate.v1.AgentSession;
import dev.asyncgate.v1.CloseAgentSessionRequest;
import dev.asyncgate.v1.ErrorReason;
import dev.asyncgate.v1.KeepAgentSessionRequest;
import dev.asyncgate.v1.KeepAgentSessionResponse;
import dev.asyncgate.v1.KeptLease;
import dev.asyncgate.v1.OpenAgentSessionResponse;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

/**
 * The presence of an agent. A daemon thread keeps it alive until it is closed, or its client is.
 * What is claimed in it lasts as long as it does.
 */
public final class OpenedAgentSession implements AutoCloseable {
  /** So often within its TTL, if the server does not say how often. */
  private static final int HEARTBEATS_IN_TTL = 3;

  private static final System.Logger LOGGER = System.getLogger("dev.asyncgate.agent-session");

  private final Calls calls;
  private final AgentSession session;
  private final CompletableFuture<Void> ended = new CompletableFuture<>();

  private OpenedAgentSession(Calls calls, AgentSession session) {
    this.calls = calls;
    this.session = session;
  }

  static OpenedAgentSession open(Calls calls, NewAgentSession wanted) {
    String requestId = Calls.newRequestId();
    long openedAt = System.nanoTime();
    OpenAgentSessionResponse answer =
        calls.call(
            calls.stubs().agents(),
            requestId,
            stub -> stub.openAgentSession(wanted.toMessage(requestId)));
    OpenedAgentSession opened = new OpenedAgentSession(calls, answer.getSession());
    if (wanted.isKept()) {
      Duration ttl = Times.durationOf(answer.getSession().getTtl());
      Duration interval =
          answer.hasKeepInterval()
              ? Times.durationOf(answer.getKeepInterval())
              : ttl.dividedBy(HEARTBEATS_IN_TTL);
      Runnable work =
          () -> opened.keepAlive(openedAt, Times.nanosOf(interval), wanted.onDirectives());
      EventLoop.daemons("asyncgate-agent-session").newThread(work).start();
    }
    return opened;
  }

  /** For {@link WorkerBuilder#agentSession}, and for {@code agent_session_id} of a claim. */
  public String id() {
    return session.getAgentSessionId();
  }

  /** As it was opened. */
  public AgentSession session() {
    return session;
  }

  /**
   * Completes when the session has ended: regularly if it was closed, else, if it is lost, with the
   * {@link AsyncGateException}.
   */
  public CompletableFuture<Void> ended() {
    return ended.copy();
  }

  /** A heartbeat by hand. */
  public KeepAgentSessionResponse keep() {
    return calls.call(calls.stubs().agents(), stub -> stub.keepAgentSession(keepRequest()));
  }

  private KeepAgentSessionRequest keepRequest() {
    return KeepAgentSessionRequest.newBuilder().setAgentSessionId(id()).build();
  }

  /** Gives its leases and scopes back. A session that has ended already counts as closed. */
  @Override
  public void close() {
    close("");
  }

  /** The same, with a reason for the receipts of its leases. */
  public void close(String reason) {
    ended.complete(null);
    close(calls, id(), reason);
  }

  static void close(Calls calls, String agentSessionId, String reason) {
    String requestId = Calls.newRequestId();
    CloseAgentSessionRequest request =
        CloseAgentSessionRequest.newBuilder()
            .setAgentSessionId(agentSessionId)
            .setReason(reason)
            .setRequestId(requestId)
            .build();
    try {
      calls.call(calls.stubs().agents(), requestId, stub -> stub.closeAgentSession(request));
    } catch (AsyncGateException error) {
      if (!isGone(error)) {
        throw error;
      }
    }
  }

  /** The server knows of no such session: it was closed, or not heard of in time. */
  private static boolean isGone(AsyncGateException error) {
    return error.reason() == ErrorReason.ERROR_REASON_AGENT_SESSION_NOT_FOUND;
  }

  /** Until the session is closed, has ended, or could not be kept for its TTL. */
  private void keepAlive(long openedAt, long interval, Consumer<List<KeptLease>> onDirectives) {
    long ttl = Times.nanosOf(Times.durationOf(session.getTtl()));
    long until = openedAt + ttl;
    while (!isEndedWithin(interval)) {
      long sentAt = System.nanoTime();
      try {
        Duration within = Duration.ofNanos(Math.max(1, until - sentAt));
        KeepAgentSessionResponse kept =
            calls.call(
                calls.stubs().agents(), stub -> stub.keepAgentSession(keepRequest()), null, within);
        until = sentAt + ttl;
        tell(onDirectives, kept.getDirectivesList());
      } catch (AsyncGateException error) {
        if (calls.isClosed()) {
          ended.complete(null);
        } else if (isGone(error) || System.nanoTime() - until >= 0) {
          ended.completeExceptionally(error);
        }
      }
    }
  }

  private static void tell(Consumer<List<KeptLease>> onDirectives, List<KeptLease> leases) {
    if (leases.isEmpty()) {
      return;
    }
    try {
      onDirectives.accept(leases);
    } catch (RuntimeException fault) {
      LOGGER.log(Level.WARNING, "the listener of a session's directives has failed", fault);
    }
  }

  private boolean isEndedWithin(long nanos) {
    try {
      ended.get(nanos, TimeUnit.NANOSECONDS);
      return true;
    } catch (TimeoutException open) {
      return false;
    } catch (ExecutionException lost) {
      return true;
    } catch (InterruptedException never) {
      throw new AssertionError("nothing has this thread to interrupt it", never);
    }
  }
}
