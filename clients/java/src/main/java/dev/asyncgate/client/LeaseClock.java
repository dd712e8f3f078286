package dev.asyncgate.client;

import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/**
 * How long a worker may count on its leases, by this machine's monotonic clock: the TTL from when
 * the last acknowledged heartbeat was sent, minus a margin; after a break no longer than the grace.
 * Only the database decides when a lease expires. This clock is early, so that no handler works on
 * a task that another worker has. It belongs to the worker's loop.
 */
final class LeaseClock {
  /** For clocks that run at different rates, and for the time that handlers need to stop. */
  private static final double MARGIN_SHARE = 0.1;

  private static final long MARGIN_NANOS_MAX = TimeUnit.SECONDS.toNanos(2);

  /** A timer that is so late stood still, and an acknowledgement may not have been read yet. */
  private static final long LATE_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

  private final EventLoop loop;
  private final Runnable onExpired;
  private long ttl;
  private long grace;
  private long until;
  private Future<?> timer;

  LeaseClock(EventLoop loop, Runnable onExpired) {
    this.loop = loop;
    this.onExpired = onExpired;
  }

  void welcomed(long helloAt, Duration newTtl, Duration newGrace) {
    ttl = Times.nanosOf(newTtl);
    grace = Times.nanosOf(newGrace);
    countUntil(helloAt + withoutMargin(ttl));
  }

  void acknowledged(long sentAt) {
    if (timer != null) {
      countUntil(later(until, sentAt + withoutMargin(ttl)));
    }
  }

  void broken() {
    if (timer != null) {
      long atMost = System.nanoTime() + withoutMargin(grace);
      countUntil(later(until, atMost) == until ? atMost : until);
    }
  }

  /** The leases are lost. */
  void expire() {
    stop();
    onExpired.run();
  }

  void stop() {
    if (timer != null) {
      timer.cancel(false);
      timer = null;
    }
  }

  private void countUntil(long moment) {
    stop();
    until = moment;
    timer = loop.after(Math.max(0, until - System.nanoTime()), this::check);
  }

  private void check() {
    if (System.nanoTime() - until > LATE_NANOS) {
      timer = loop.after(LATE_NANOS, this::expire);
    } else {
      expire();
    }
  }

  /** Moments of the monotonic clock are compared by their difference only. */
  private static long later(long one, long other) {
    return one - other > 0 ? one : other;
  }

  static long withoutMargin(long nanos) {
    return nanos - Math.min((long) (nanos * MARGIN_SHARE), MARGIN_NANOS_MAX);
  }
}
