package dev.asyncgate.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class BackoffTest {
  private final Backoff backoff = new Backoff(Duration.ofMillis(100), 2, Duration.ofSeconds(3));

  @Test
  void pausesGrowToTheMaximumAndNoFurther() {
    assertEquals(Duration.ofMillis(100).toNanos(), backoff.longestNanos(1));
    assertEquals(Duration.ofMillis(400).toNanos(), backoff.longestNanos(3));
    assertEquals(Duration.ofSeconds(3).toNanos(), backoff.longestNanos(6));
    assertEquals(Duration.ofSeconds(3).toNanos(), backoff.longestNanos(1_000_000));
  }

  @Test
  void eachPauseIsARandomPart() {
    long different =
        java.util.stream.IntStream.range(0, 50)
            .mapToObj(time -> backoff.pause(3))
            .peek(pause -> assertTrue(pause.compareTo(Duration.ofMillis(400)) <= 0))
            .distinct()
            .count();
    assertTrue(different > 40);
  }

  @Test
  void nonsenseIsRefused() {
    Duration second = Duration.ofSeconds(1);
    assertThrows(IllegalArgumentException.class, () -> new Backoff(second.negated(), 2, second));
    assertThrows(IllegalArgumentException.class, () -> new Backoff(second, 0.5, second));
  }
}
