package dev.asyncgate.client;

import dev.asyncgate.v1.Holder;
import dev.asyncgate.v1.Lease;
import dev.asyncgate.v1.LeaseLoss;
import dev.asyncgate.v1.LeasedTask;
import dev.asyncgate.v1.Payload;
import dev.asyncgate.v1.Task;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Executor;

/** A task that this worker holds, from its offer until its settlement is answered. */
final class HeldTask {
  final Task task;
  final LeasedTask leased;
  final CancellationToken token;

  // These belong to the worker's loop.
  boolean isRunning = true;
  boolean isSettling;
  LeaseLoss loss;

  volatile boolean isOverBudget;

  /** Whether its handler has made an ending, which it must return. */
  volatile boolean hasEnding;

  /** The last checkpoint that was saved; null if none was. */
  volatile Payload checkpoint;

  /** The last report, under the lock of Reports. */
  Reports.Pending report;

  /** What it prints, by stream, under the lock of Outputs. */
  final Map<String, JobOutput> logs = new HashMap<>();

  /** The thread of its handler, under the lock of this object. */
  private Thread thread;

  HeldTask(LeasedTask leased, Executor executor) {
    this.leased = leased;
    this.token = new CancellationToken(executor);
    // The hello asks the server to leave the holder out, because the lease says the same.
    this.task =
        leased.getTask().hasHolder()
            ? leased.getTask()
            : leased.getTask().toBuilder().setHolder(holderOf(leased.getLease())).build();
  }

  private static Holder holderOf(Lease lease) {
    return Holder.newBuilder()
        .setWorker(lease.getWorker())
        .setLeaseId(lease.getLeaseId())
        .setFence(lease.getFence())
        .setGrantTime(lease.getGrantTime())
        .setExpireTime(lease.getExpireTime())
        .build();
  }

  String leaseId() {
    return leased.getLease().getLeaseId();
  }

  String leaseToken() {
    return leased.getLease().getToken();
  }

  /** From now on this thread is interrupted if the handler must stop. */
  synchronized void enter() {
    thread = Thread.currentThread();
    if (token.isCanceled()) {
      thread.interrupt();
    }
  }

  /** The handler has ended: an interrupt that comes late must not meet the thread's next task. */
  synchronized void leave() {
    thread = null;
    Thread.interrupted();
  }

  /** Tells the handler to stop. Returns whether it was not told before. */
  boolean stop(StopCause cause) {
    if (!token.cancel(cause)) {
      return false;
    }
    synchronized (this) {
      if (thread != null) {
        thread.interrupt();
      }
    }
    return true;
  }
}
