package dev.asyncgate.client;

import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;

/**
 * Tells a handler that it must stop. Its thread is interrupted as well; the token is for code that
 * looks now and then, and for calls that are ended in a way of their own.
 */
public final class CancellationToken {
  private static final System.Logger LOGGER = System.getLogger(Worker.LOGGER_NAME);

  private final Executor executor;
  private final Object lock = new Object();
  private final List<Runnable> actions = new ArrayList<>();
  private StopCause cause;

  CancellationToken(Executor executor) {
    this.executor = executor;
  }

  /** Why the handler must stop; empty as long as it need not. */
  public Optional<StopCause> cause() {
    synchronized (lock) {
      return Optional.ofNullable(cause);
    }
  }

  /** Whether the handler must stop. */
  public boolean isCanceled() {
    return cause().isPresent();
  }

  /** Throws a {@link WorkStoppedException} if the handler must stop. */
  public void throwIfCanceled() {
    cause()
        .ifPresent(
            why -> {
              throw new WorkStoppedException(why);
            });
  }

  /**
   * Runs the action when the handler must stop, at once if it must already: for calls that know no
   * interrupts, as {@code token.onCancel(socket::close)}. It runs in a thread of the worker's
   * executor.
   */
  public void onCancel(Runnable action) {
    synchronized (lock) {
      if (cause == null) {
        actions.add(action);
        return;
      }
    }
    run(action);
  }

  /** Waits so long, or until the handler must stop. Returns whether it must. */
  public boolean await(Duration span) throws InterruptedException {
    long until = System.nanoTime() + Times.nanosOf(span);
    synchronized (lock) {
      for (long left; cause == null && (left = until - System.nanoTime()) > 0; ) {
        TimeUnit.NANOSECONDS.timedWait(lock, left);
      }
      return cause != null;
    }
  }

  /** The first cause is the one that stays. Returns whether this is it. */
  boolean cancel(StopCause why) {
    List<Runnable> due;
    synchronized (lock) {
      if (cause != null) {
        return false;
      }
      cause = why;
      due = List.copyOf(actions);
      actions.clear();
      lock.notifyAll();
    }
    due.forEach(this::run);
    return true;
  }

  private void run(Runnable action) {
    try {
      executor.execute(action);
    } catch (RejectedExecutionException closed) {
      LOGGER.log(Level.WARNING, "the executor of the handlers takes nothing any more", closed);
    }
  }
}
