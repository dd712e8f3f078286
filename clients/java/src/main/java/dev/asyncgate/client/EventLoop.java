package dev.asyncgate.client;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * The one thread to which a worker's state belongs. No code of handlers or listeners runs in it, so
 * nothing that they do can hold up the heartbeats.
 */
final class EventLoop implements Executor {
  private final ScheduledThreadPoolExecutor thread =
      new ScheduledThreadPoolExecutor(1, daemons("asyncgate-worker"));
  private volatile Consumer<Throwable> onFault = fault -> {};

  EventLoop() {
    thread.setRemoveOnCancelPolicy(true);
    thread.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
  }

  static ThreadFactory daemons(String name) {
    AtomicInteger count = new AtomicInteger();
    return work -> {
      Thread thread = new Thread(work, name + "-" + count.incrementAndGet());
      thread.setDaemon(true);
      return thread;
    };
  }

  /** A fault of the kit in this thread must not leave the program waiting. */
  void onFault(Consumer<Throwable> act) {
    onFault = act;
  }

  /** Does nothing once the loop has ended: what came of the work has no use any more. */
  @Override
  public void execute(Runnable work) {
    try {
      thread.execute(guarded(work));
    } catch (RejectedExecutionException ended) {
      return;
    }
  }

  /** A timer that ends with the loop. */
  Future<?> after(long nanos, Runnable work) {
    try {
      return thread.schedule(guarded(work), nanos, TimeUnit.NANOSECONDS);
    } catch (RejectedExecutionException ended) {
      return CompletableFuture.completedFuture(null);
    }
  }

  private Runnable guarded(Runnable work) {
    return () -> {
      try {
        work.run();
      } catch (RuntimeException | Error fault) {
        onFault.accept(fault);
      }
    };
  }

  void close() {
    thread.shutdownNow();
  }
}
