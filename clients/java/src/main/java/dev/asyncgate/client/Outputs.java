package dev.asyncgate.client;

import dev.asyncgate.v1.Settled;
import java.util.List;
import java.util.function.BiPredicate;

/** The logs of the tasks that are held. */
final class Outputs {
  private final WorkerParts parts;
  private final BiPredicate<Outbox.Item, Settled> retryLater;

  Outputs(WorkerParts parts, BiPredicate<Outbox.Item, Settled> retryLater) {
    this.parts = parts;
    this.retryLater = retryLater;
  }

  WorkerParts parts() {
    return parts;
  }

  BiPredicate<Outbox.Item, Settled> retryLater() {
    return retryLater;
  }

  synchronized JobOutput of(HeldTask held, String stream) {
    return held.logs.computeIfAbsent(stream, name -> new JobOutput(held, name, this));
  }

  /** Sends all that a task has printed, before its settlement. */
  void finish(HeldTask held) {
    List<JobOutput> logs;
    synchronized (this) {
      logs = List.copyOf(held.logs.values());
    }
    logs.forEach(JobOutput::finish);
  }
}
