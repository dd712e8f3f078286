package dev.asyncgate.client;

import dev.asyncgate.v1.LeaseLoss;
import java.time.Instant;
import java.util.Optional;

/** Why a handler must stop. */
public sealed interface StopCause {
  /** The owner has asked for cancellation; the lease is taken away at the deadline. */
  record Canceled(String reason, Optional<Instant> deadline) implements StopCause {
    @Override
    public String toString() {
      return reason.isEmpty() ? "canceled" : "canceled: " + reason;
    }
  }

  /** The lease is lost, and another worker may have the task: the result will be refused. */
  record LeaseLost(LeaseLoss loss) implements StopCause {
    @Override
    public String toString() {
      return "lease_lost";
    }
  }

  /** The worker stops, and the time for running tasks is over. */
  record Drain() implements StopCause {
    @Override
    public String toString() {
      return "drain";
    }
  }
}
