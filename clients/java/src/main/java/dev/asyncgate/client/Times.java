package dev.asyncgate.client;

import com.google.protobuf.Timestamp;
import java.time.Duration;
import java.time.Instant;

/** The contract's durations and timestamps as those of java.time. */
final class Times {
  private Times() {}

  static com.google.protobuf.Duration durationOf(Duration duration) {
    return com.google.protobuf.Duration.newBuilder()
        .setSeconds(duration.getSeconds())
        .setNanos(duration.getNano())
        .build();
  }

  static Duration durationOf(com.google.protobuf.Duration duration) {
    return Duration.ofSeconds(duration.getSeconds(), duration.getNanos());
  }

  static Timestamp timestampOf(Instant moment) {
    return Timestamp.newBuilder()
        .setSeconds(moment.getEpochSecond())
        .setNanos(moment.getNano())
        .build();
  }

  static Instant instantOf(Timestamp timestamp) {
    return Instant.ofEpochSecond(timestamp.getSeconds(), timestamp.getNanos());
  }

  /** As nanoseconds, for the monotonic clock; a duration of centuries is bounded. */
  static long nanosOf(Duration duration) {
    Duration longest = Duration.ofDays(36_500);
    return (duration.compareTo(longest) > 0 ? longest : duration).toNanos();
  }
}
