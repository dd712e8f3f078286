package dev.asyncgate.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LeaseClockTest {
  private static final Duration LONG = Duration.ofHours(1);

  private final EventLoop loop = new EventLoop();
  private final CompletableFuture<Long> expired = new CompletableFuture<>();
  private final LeaseClock clock = new LeaseClock(loop, () -> expired.complete(System.nanoTime()));

  @AfterEach
  void end() {
    loop.close();
  }

  private void inLoop(Runnable work) throws Exception {
    CompletableFuture<Void> done = new CompletableFuture<>();
    loop.execute(
        () -> {
          work.run();
          done.complete(null);
        });
    done.get();
  }

  @Test
  void theMarginIsATenthAndNoMoreThanTwoSeconds() {
    assertEquals(Duration.ofSeconds(9).toNanos(), LeaseClock.withoutMargin(10_000_000_000L));
    assertEquals(Duration.ofSeconds(298).toNanos(), LeaseClock.withoutMargin(300_000_000_000L));
  }

  @Test
  void leasesAreLostBeforeTheTtlIsOverThatBeganWhenTheHelloWasSent() throws Exception {
    Duration ttl = Duration.ofSeconds(4);
    long helloAt = System.nanoTime() - Duration.ofSeconds(3).toNanos();
    inLoop(() -> clock.welcomed(helloAt, ttl, LONG));
    long waited = expired.get() - helloAt;
    assertTrue(waited >= Duration.ofMillis(3_600).toNanos(), () -> "after " + waited);
    // On a machine without load, 0.4 s early; it must not wait for a whole TTL from now on.
    assertTrue(waited < Duration.ofSeconds(6).toNanos(), () -> "after " + waited);
  }

  @Test
  void anAcknowledgementCountsFromWhenItsHeartbeatWasSent() throws Exception {
    Duration ttl = Duration.ofSeconds(3);
    long now = System.nanoTime();
    inLoop(() -> clock.welcomed(now - Duration.ofSeconds(1).toNanos(), ttl, LONG));
    inLoop(() -> clock.acknowledged(now - Duration.ofMillis(500).toNanos()));
    long waited = expired.get() - now;
    // Without it 1.7 s, and 2.7 s if it counted from when it came.
    assertTrue(waited >= Duration.ofMillis(2_200).toNanos(), () -> "after " + waited);
  }

  @Test
  void anOlderAcknowledgementTakesNothingAway() throws Exception {
    long now = System.nanoTime();
    inLoop(() -> clock.welcomed(now, LONG, LONG));
    inLoop(() -> clock.acknowledged(now - LONG.toNanos()));
    assertFalse(isExpiredWithin(200));
  }

  @Test
  void afterABreakTheGraceCountsIfItEndsFirst() throws Exception {
    inLoop(() -> clock.welcomed(System.nanoTime(), LONG, Duration.ofMillis(200)));
    inLoop(clock::broken);
    assertTrue(isExpiredWithin(30_000));
  }

  @Test
  void aClockThatWasStoppedSaysNothing() throws Exception {
    inLoop(() -> clock.welcomed(System.nanoTime(), Duration.ofMillis(200), LONG));
    inLoop(clock::stop);
    inLoop(() -> clock.acknowledged(System.nanoTime()));
    assertFalse(isExpiredWithin(400));
  }

  private boolean isExpiredWithin(long millis) throws Exception {
    try {
      expired.get(millis, TimeUnit.MILLISECONDS);
      return true;
    } catch (java.util.concurrent.TimeoutException not) {
      return false;
    }
  }
}
