package dev.asyncgate.client;

import dev.asyncgate.v1.Task;
import java.lang.System.Logger.Level;
import java.util.function.Consumer;

/** Logs what goes wrong as warnings, and everything else for debugging or as information. */
final class EventLog implements Consumer<WorkerEvent> {
  private final System.Logger logger = System.getLogger(Worker.LOGGER_NAME);

  @Override
  public void accept(WorkerEvent event) {
    if (event instanceof WorkerEvent.Raised raised) {
      raised(raised);
    } else if (event instanceof WorkerEvent.Refused refused) {
      String how = refused.how().name().toLowerCase(java.util.Locale.ROOT);
      warn(refused.task(), "was not " + how + ": " + refused.error().getMessage());
    } else if (event instanceof WorkerEvent.Lost lost) {
      warn(lost.task(), "the lease is lost: " + lost.loss().name().replace("LEASE_LOSS_", ""));
    } else if (event instanceof WorkerEvent.OverBudget over) {
      warn(over.task(), "has spent more than its budget");
    } else if (event instanceof WorkerEvent.OutputRefused output) {
      warn(output.task(), "its output was refused: " + output.error().getMessage());
    } else if (event instanceof WorkerEvent.Disconnected broken) {
      String again = "; connecting again in " + broken.retryIn().toMillis() + " ms";
      logger.log(Level.WARNING, "disconnected: " + broken.error().getMessage() + again);
    } else if (event instanceof WorkerEvent.LeaseLimit limit) {
      logger.log(Level.WARNING, "the session has all leases that it may: " + limit.leasesMax());
    } else if (event instanceof WorkerEvent.Connected connected) {
      String how = connected.resumed() ? "resumed" : "opened";
      logger.log(
          Level.INFO, how + " session " + connected.sessionId() + " at " + connected.endpoint());
    } else if (event instanceof WorkerEvent.Draining || event instanceof WorkerEvent.Stopped) {
      logger.log(Level.INFO, event::toString);
    } else {
      logger.log(Level.DEBUG, () -> brief(event));
    }
  }

  private void raised(WorkerEvent.Raised raised) {
    boolean isStop =
        raised.error() instanceof InterruptedException
            || raised.error() instanceof java.util.concurrent.CancellationException;
    String what = of(raised.task()) + "the handler threw";
    if (isStop) {
      logger.log(Level.INFO, what + " " + raised.error());
    } else {
      logger.log(Level.WARNING, what, raised.error());
    }
  }

  private void warn(Task task, String what) {
    logger.log(Level.WARNING, of(task) + what);
  }

  private static String of(Task task) {
    return "task " + task.getTaskId() + " (" + task.getType() + "): ";
  }

  /** Without the payload. */
  private static String brief(WorkerEvent event) {
    if (event instanceof WorkerEvent.Taken taken) {
      return of(taken.task()) + "taken";
    }
    if (event instanceof WorkerEvent.Stopping stopping) {
      return of(stopping.task()) + "told to stop: " + stopping.cause();
    }
    if (event instanceof WorkerEvent.Settled settled) {
      return of(settled.task()) + settled.how();
    }
    return event.getClass().getSimpleName();
  }
}
