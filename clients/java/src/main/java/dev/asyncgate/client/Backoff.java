package dev.asyncgate.client;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/**
 * How long to wait before a retry: exponentially longer each time, and a random part of that, so
 * that many callers that failed together do not come back together.
 *
 * @param initial the longest pause before the first retry
 * @param multiplier the factor by which each pause grows
 * @param maximum the longest pause of all
 */
public record Backoff(Duration initial, double multiplier, Duration maximum) {
  /** Checks the numbers. */
  public Backoff {
    if (initial.isNegative() || maximum.isNegative() || !(multiplier >= 1)) {
      throw new IllegalArgumentException(
          "pauses must not be negative, and the multiplier is 1 or more");
    }
  }

  /** The pause after so many failures, which count from 1: between zero and the whole pause. */
  Duration pause(int failures) {
    return Duration.ofNanos(ThreadLocalRandom.current().nextLong(longestNanos(failures) + 1));
  }

  /** The whole pause. */
  long longestNanos(int failures) {
    double grown = initial.toNanos() * Math.pow(multiplier, failures - 1);
    return (long) Math.min(maximum.toNanos(), grown);
  }
}
