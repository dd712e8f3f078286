package dev.asyncgate.client;

import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** The server that tests of the whole kit reach, and workers whose events they wait for. */
final class Kit {
  static final String URL = System.getenv("KIT_URL");
  static final String TASKER_KEY = System.getenv("KIT_TASKER_KEY");
  static final String WORKER_KEY = System.getenv("KIT_WORKER_KEY");

  /** May create tasks, work on them, and register agents. */
  static final String OPERATOR_KEY = System.getenv("KIT_OPERATOR_KEY");

  /** Longer than anything takes on a slow, busy machine. */
  static final Duration PATIENCE = Duration.ofSeconds(60);

  private Kit() {}

  static Client client() {
    return Client.connect(URL, TASKER_KEY);
  }

  /** Of this endpoint, with a short TTL, whose program ends without draining. */
  static WorkerBuilder worker(String endpoint) {
    return worker(endpoint, WORKER_KEY);
  }

  static WorkerBuilder worker(String endpoint, String key) {
    return Worker.builder(endpoint, key)
        .leaseTtl(Duration.ofSeconds(1))
        .drainWithin(Duration.ZERO)
        .drainOnShutdown(false);
  }

  /** A worker that runs until the end of the test. */
  static final class Running implements AutoCloseable {
    final Worker worker;
    final CompletableFuture<Throwable> ended = new CompletableFuture<>();
    private final BlockingQueue<WorkerEvent> events = new LinkedBlockingQueue<>();

    Running(WorkerBuilder builder) {
      worker = builder.onEvent(events::add).build();
      new Thread(this::run, "test-worker").start();
    }

    private void run() {
      try {
        worker.run();
        ended.complete(null);
      } catch (Throwable failed) {
        ended.complete(failed);
      }
    }

    /** The next event of this kind. */
    <E extends WorkerEvent> E heard(Class<E> kind) throws InterruptedException {
      for (; ; ) {
        WorkerEvent event = events.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        if (event == null) {
          throw new AssertionError("there was no " + kind.getSimpleName());
        }
        if (kind.isInstance(event)) {
          return kind.cast(event);
        }
      }
    }

    boolean hasHeard(Class<? extends WorkerEvent> kind) {
      return events.stream().anyMatch(kind::isInstance);
    }

    @Override
    public void close() {
      worker.close();
    }
  }
}
