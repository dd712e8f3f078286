package dev.asyncgate.client;

import dev.asyncgate.v1.LeaseLoss;
import dev.asyncgate.v1.Task;
import java.time.Duration;

/** What a worker tells its program. Without a listener, it is logged. */
public sealed interface WorkerEvent {
  /** How a lease ended. */
  enum HowEnded {
    COMPLETED,
    SUSPENDED,
    ASKED,
    HANDED_OFF,
    FAILED,
    RELEASED
  }

  /** A session was opened, or an earlier one was resumed with its leases. */
  record Connected(String endpoint, String sessionId, boolean resumed) implements WorkerEvent {}

  /** The stream broke, and another one follows. Handlers do not notice. */
  record Disconnected(AsyncGateException error, Duration retryIn) implements WorkerEvent {}

  /** A task was accepted. */
  record Taken(Task task) implements WorkerEvent {}

  /** A handler was told to stop. */
  record Stopping(Task task, StopCause cause) implements WorkerEvent {}

  /** A handler has thrown. */
  record Raised(Task task, Throwable error) implements WorkerEvent {}

  /** A lease has ended, and the server has it. */
  record Settled(Task task, HowEnded how, String receiptId) implements WorkerEvent {}

  /**
   * The server refused how a lease ended: its lease was lost before and the result has no effect
   * ({@code FENCED}, {@code LEASE_EXPIRED}, {@code INVALID_TRANSITION}), or the result breaks a
   * rule and the task is settled in another way.
   */
  record Refused(Task task, HowEnded how, RuntimeException error) implements WorkerEvent {}

  /** A lease was lost while its handler ran. */
  record Lost(Task task, LeaseLoss loss) implements WorkerEvent {}

  /** A task has spent more than its budget. */
  record OverBudget(Task task) implements WorkerEvent {}

  /** The server took no more of what a handler printed. The task goes on. */
  record OutputRefused(Task task, String stream, AsyncGateException error) implements WorkerEvent {}

  /** The session has as many leases as it may: the worker has more slots than are filled. */
  record LeaseLimit(int leasesMax) implements WorkerEvent {}

  /** Nothing new is taken; on the wish of the server, until the next stream. */
  record Draining(boolean byServer) implements WorkerEvent {}

  /** The worker has stopped. */
  record Stopped() implements WorkerEvent {}
}
