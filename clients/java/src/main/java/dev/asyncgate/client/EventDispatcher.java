package dev.asyncgate.client;

import java.lang.System.Logger.Level;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** Tells a listener the events in a thread of its own: one that blocks holds nothing else up. */
final class EventDispatcher {
  /** Events that wait for a slow listener. More are dropped, with a warning. */
  private static final int WAITING_MAX = 10_000;

  private static final int END_TIMEOUT_S = 5;
  private static final System.Logger LOGGER = System.getLogger(Worker.LOGGER_NAME);

  private final Consumer<? super WorkerEvent> listener;
  private final ThreadPoolExecutor thread;

  EventDispatcher(Consumer<? super WorkerEvent> listener) {
    this.listener = listener;
    this.thread =
        new ThreadPoolExecutor(
            1,
            1,
            0,
            TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(WAITING_MAX),
            EventLoop.daemons("asyncgate-events"),
            (task, executor) ->
                LOGGER.log(Level.WARNING, "an event is dropped: the listener is too slow"));
  }

  void tell(WorkerEvent event) {
    thread.execute(
        () -> {
          try {
            listener.accept(event);
          } catch (RuntimeException fault) {
            LOGGER.log(Level.WARNING, "the listener of the worker's events has failed", fault);
          }
        });
  }

  /** Waits a while for the listener to get all. */
  void close() throws InterruptedException {
    thread.shutdown();
    thread.awaitTermination(END_TIMEOUT_S, TimeUnit.SECONDS);
  }
}
