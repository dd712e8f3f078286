package dev.asyncgate.client;

import dev.asyncgate.v1.ErrorReason;
import io.grpc.ClientInterceptors;
import io.grpc.Context;
import io.grpc.Context.CancellableContext;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.AbstractStub;
import java.net.URI;
import java.time.Duration;
import java.util.Iterator;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.UUID;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * How a client calls: every call has a time-out, and is repeated when the contract says that this
 * may help. A retry is the same message with the same request id, so a call whose answer was lost
 * is done once, however often it is repeated.
 */
final class Calls {
  private final ManagedChannel channel;
  private final Tracing tracing;
  private final Stubs stubs;
  private final Duration timeout;
  private final int attemptsMax;
  private final Backoff backoff;

  Calls(
      URI endpoint,
      Connection connection,
      Tracing tracing,
      Duration timeout,
      int attemptsMax,
      Backoff backoff) {
    this(connection.open(endpoint), tracing, timeout, attemptsMax, backoff);
  }

  private Calls(
      ManagedChannel channel, Tracing tracing, Duration timeout, int attemptsMax, Backoff backoff) {
    this.channel = channel;
    this.tracing = tracing;
    this.stubs = Stubs.over(ClientInterceptors.intercept(channel, new TraceHeaders(tracing)));
    this.timeout = timeout;
    this.attemptsMax = attemptsMax;
    this.backoff = backoff;
  }

  Calls withTimeout(Duration other) {
    return new Calls(channel, tracing, other, attemptsMax, backoff);
  }

  Stubs stubs() {
    return stubs;
  }

  void close() {
    channel.shutdownNow();
  }

  boolean isClosed() {
    return channel.isShutdown();
  }

  static String newRequestId() {
    return UUID.randomUUID().toString();
  }

  <S extends AbstractStub<S>, A> A call(S stub, Function<S, A> method) {
    return call(stub, method, null, timeout);
  }

  <S extends AbstractStub<S>, A> A call(S stub, String requestId, Function<S, A> method) {
    return call(stub, method, requestId, timeout);
  }

  /** The time-out is for the whole call, retries included. */
  <S extends AbstractStub<S>, A> A call(
      S stub, Function<S, A> method, String requestId, Duration within) {
    long deadline = System.nanoTime() + Times.nanosOf(within);
    AsyncGateException before = null;
    for (int attempt = 1; ; attempt++) {
      long left = Math.max(TimeUnit.MILLISECONDS.toNanos(1), deadline - System.nanoTime());
      try {
        return method.apply(stub.withDeadlineAfter(left, TimeUnit.NANOSECONDS));
      } catch (StatusRuntimeException failure) {
        throwIfInterrupted(failure);
        AsyncGateException error = AsyncGateException.of(failure, requestId);
        // That the time is over says less than why the attempts before have failed.
        boolean isLate = error.reason() == ErrorReason.ERROR_REASON_DEADLINE_EXCEEDED;
        if (before != null && isLate) {
          throw before;
        }
        before = error;
        Duration pause = retryPause(attempt, error);
        // A pause that leaves no time for another attempt would only delay the error.
        boolean isOver = deadline - System.nanoTime() <= pause.toNanos();
        if (!mayRetry(attempt, error) || isOver) {
          throw error;
        }
        pause(pause);
      }
    }
  }

  private boolean mayRetry(int failures, AsyncGateException error) {
    return error.isRetryable() && failures < attemptsMax;
  }

  /** At least as long as the server asks for. */
  private Duration retryPause(int failures, AsyncGateException error) {
    return error.retryAfter().orElse(Duration.ZERO).plus(backoff.pause(failures));
  }

  private void pause(Duration span) {
    try {
      TimeUnit.NANOSECONDS.sleep(span.toNanos());
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw interruptedBy(interrupted);
    }
    // The channel has pauses of its own, which grow to minutes.
    channel.resetConnectBackoff();
  }

  private static void throwIfInterrupted(StatusRuntimeException failure) {
    if (failure.getCause() instanceof InterruptedException interrupted) {
      throw interruptedBy(interrupted);
    }
  }

  private static CancellationException interruptedBy(InterruptedException interrupted) {
    CancellationException canceled = new CancellationException("the thread was interrupted");
    canceled.initCause(interrupted);
    return canceled;
  }

  /** A page of a list. */
  record Page<T>(Iterable<T> items, String next) {}

  /** Reads page after page, each when it is wanted. */
  static <T> Stream<T> pages(Function<String, Page<T>> read) {
    return streamOf(
        new Iterator<T>() {
          private Iterator<T> items = null;
          private String next = "";

          @Override
          public boolean hasNext() {
            while (items == null || !items.hasNext() && !next.isEmpty()) {
              Page<T> page = read.apply(next);
              items = page.items().iterator();
              next = page.next();
            }
            return items.hasNext();
          }

          @Override
          public T next() {
            hasNext();
            return items.next();
          }
        });
  }

  /**
   * Follows something by one call after another, each of which goes on where the last one broke.
   */
  <T> Stream<T> follow(Following<T> following) {
    Follower<T> follower = new Follower<>(following);
    return streamOf(follower).onClose(follower::close);
  }

  /** What is followed. */
  interface Following<T> {
    /** Opens a call that begins behind what was read. */
    Iterator<T> open();

    /** Remembers what was read, and says whether more can come. */
    boolean read(T item);
  }

  private final class Follower<T> implements Iterator<T> {
    private final Following<T> following;
    private CancellableContext context;
    private Iterator<T> call;
    private boolean isOver;
    private int failures;
    private long brokenAt;

    Follower(Following<T> following) {
      this.following = following;
    }

    @Override
    public boolean hasNext() {
      while (!isOver) {
        try {
          if (call == null) {
            context = Context.current().withCancellation();
            call = context.call(following::open);
          }
          if (call.hasNext()) {
            return true;
          }
          close();
        } catch (StatusRuntimeException failure) {
          end();
          throwIfInterrupted(failure);
          recover(AsyncGateException.of(failure, null));
        } catch (RuntimeException | Error fault) {
          throw fault;
        } catch (Exception never) {
          throw new AssertionError("opening a call throws nothing else", never);
        }
      }
      return false;
    }

    @Override
    public T next() {
      if (!hasNext()) {
        throw new java.util.NoSuchElementException();
      }
      T item = call.next();
      failures = 0;
      if (!following.read(item)) {
        close();
      }
      return item;
    }

    /** It tries again for as long as a call would. */
    private void recover(AsyncGateException error) {
      if (failures == 0) {
        brokenAt = System.nanoTime();
      }
      failures++;
      boolean isLate = System.nanoTime() - brokenAt >= Times.nanosOf(timeout);
      if (isLate || !mayRetry(failures, error)) {
        isOver = true;
        throw error;
      }
      pause(retryPause(failures, error));
    }

    void close() {
      isOver = true;
      end();
    }

    private void end() {
      if (context != null) {
        context.cancel(null);
      }
      context = null;
      call = null;
    }
  }

  private static <T> Stream<T> streamOf(Iterator<T> items) {
    int traits = Spliterator.ORDERED | Spliterator.NONNULL;
    return StreamSupport.stream(Spliterators.spliteratorUnknownSize(items, traits), false);
  }

  /** A request that the caller of a list fills in. */
  static <B> B filled(B builder, Consumer<? super B> fill) {
    fill.accept(builder);
    return builder;
  }
}
