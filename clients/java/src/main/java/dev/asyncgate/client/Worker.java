package dev.asyncgate.client;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Does tasks until it is stopped.
 *
 * <p>Each handler runs in a thread of its own, of which there are as many as the worker has slots.
 * Heartbeats are sent by another thread, in which no handler or listener runs, so a handler may
 * block for as long as it needs: the leases are renewed meanwhile. When a handler must stop, its
 * thread is interrupted, and {@link Job#cancellation} says why.
 */
public final class Worker implements AutoCloseable {
  static final String LOGGER_NAME = "dev.asyncgate.worker";

  private final WorkerOptions options;
  private final CompletableFuture<Void> finished = new CompletableFuture<>();
  private final Map<String, Client> clients = new ConcurrentHashMap<>();
  private volatile URI connectedTo;
  private WorkerLoop loop;
  private boolean isStopped;

  Worker(WorkerOptions options) {
    this.options = options;
    this.connectedTo = options.endpoints().get(0);
  }

  /** For a worker of this server, {@code http://host:port} or {@code https://…}. */
  public static WorkerBuilder builder(String endpoint, String key) {
    return builder(List.of(endpoint), key);
  }

  /** For a worker of several servers on one database: the next one is used after a break. */
  public static WorkerBuilder builder(List<String> endpoints, String key) {
    return new WorkerBuilder(endpoints, key);
  }

  /**
   * Works, and returns when the worker was stopped. If its thread is interrupted, handlers are
   * stopped and their tasks released before the exception is thrown.
   *
   * @throws AsyncGateException if no stream can be opened: for a wrong key, or a missing scope
   */
  public void run() throws InterruptedException {
    ExecutorService own = Executors.newCachedThreadPool(EventLoop.daemons("asyncgate-handler"));
    EventDispatcher events = new EventDispatcher(this::tell);
    Thread hook = new Thread(this::stopQuietly, "asyncgate-drain");
    try {
      if (!start(new WorkerParts(events, options.executor().orElse(own), this::client))) {
        return;
      }
      addHook(hook);
      awaitEnd();
    } finally {
      removeHook(hook);
      own.shutdown();
      clients.values().forEach(Client::close);
      events.tell(new WorkerEvent.Stopped());
      events.close();
    }
  }

  /** Returns false if the worker was stopped already. */
  private synchronized boolean start(WorkerParts parts) {
    if (loop != null) {
      throw new IllegalStateException("a worker runs once: build another one");
    }
    if (isStopped) {
      finished.complete(null);
      return false;
    }
    loop = new WorkerLoop(parts, options, this::end);
    loop.start(
        new SessionKeeper(
            options.connection(),
            options.endpoints(),
            options.hello(),
            options.reconnect(),
            parts.loop(),
            loop));
    return true;
  }

  private void end(AsyncGateException error) {
    if (error == null) {
      finished.complete(null);
    } else {
      finished.completeExceptionally(error);
    }
  }

  private void awaitEnd() throws InterruptedException {
    try {
      finished.get();
    } catch (InterruptedException interrupted) {
      loop.drain(0);
      try {
        finished.join();
      } catch (RuntimeException failed) {
        interrupted.addSuppressed(failed);
      }
      throw interrupted;
    } catch (ExecutionException failed) {
      throw (AsyncGateException) failed.getCause();
    }
  }

  private void tell(WorkerEvent event) {
    if (event instanceof WorkerEvent.Connected connected) {
      connectedTo = URI.create(connected.endpoint());
    }
    options.listener().accept(event);
  }

  /** For calls beside the stream, to the server of the stream: most workers make none. */
  private Client client() {
    return clients.computeIfAbsent(
        connectedTo.toString(),
        endpoint ->
            new ClientBuilder(URI.create(endpoint), "")
                .connection(options.connection())
                .tracing(options.tracing())
                .build());
  }

  /**
   * Takes nothing new, and returns when the worker has stopped. Running tasks have this long to
   * finish; then their handlers are stopped, and what is left is released.
   */
  public void stop(Duration within) throws InterruptedException {
    synchronized (this) {
      isStopped = true;
      if (loop == null) {
        return;
      }
      loop.drain(Times.nanosOf(within));
    }
    try {
      finished.get();
    } catch (ExecutionException failed) {
      // The error is thrown by `run`.
      return;
    }
  }

  /** Stops as {@link #stop} does, within the time that the worker was built with. */
  @Override
  public void close() {
    try {
      stop(options.drainWithin());
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** Counts of the worker. */
  public synchronized WorkerStats stats() {
    return loop == null ? new WorkerStats.Counts().read(0) : loop.stats();
  }

  private void stopQuietly() {
    close();
  }

  private void addHook(Thread hook) {
    if (!options.drainsOnShutdown()) {
      return;
    }
    try {
      Runtime.getRuntime().addShutdownHook(hook);
    } catch (IllegalStateException isShuttingDown) {
      loop.drain(0);
    }
  }

  private void removeHook(Thread hook) {
    if (!options.drainsOnShutdown()) {
      return;
    }
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException isShuttingDown) {
      // The hook itself has stopped the worker.
      return;
    }
  }
}
