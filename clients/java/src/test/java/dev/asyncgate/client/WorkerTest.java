package dev.asyncgate.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.asyncgate.v1.ErrorReason;
import dev.asyncgate.v1.Task;
import dev.asyncgate.v1.TaskState;
import io.grpc.ChannelCredentials;
import io.grpc.TlsChannelCredentials;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;

/** Against a real server, whose shortest TTL is a second. */
@EnabledIfEnvironmentVariable(
    named = "KIT_URL",
    matches = ".+",
    disabledReason = "test/clients/java starts the server")
class WorkerTest {
  private final Client client = Kit.client();

  @AfterEach
  void end() {
    client.close();
  }

  private String create(String type) {
    return client.createTask(NewTask.of(type, Map.of("n", 1))).taskId();
  }

  /** Keeps its thread busy, whatever happens. */
  private static void block(Duration span) {
    long until = System.nanoTime() + span.toNanos();
    while (System.nanoTime() - until < 0) {
      Thread.onSpinWait();
    }
  }

  @Test
  void aHandlerThatBlocksForLongerThanTheTtlKeepsItsLease() throws Exception {
    WorkerBuilder builder =
        Kit.worker(Kit.URL)
            .slots(1)
            .handle(
                "java.block",
                job -> {
                  block(Duration.ofSeconds(4));
                  return "done";
                });
    try (Kit.Running running = new Kit.Running(builder)) {
      assertEquals("done", client.result(create("java.block"), String.class));
      running.heard(WorkerEvent.Settled.class);
      assertEquals(0, running.worker.stats().lost());
      assertEquals(1, running.worker.stats().streams());
    }
  }

  @Test
  void aConnectionThatTakesLongerThanTheTtlCostsNoLease() throws Exception {
    // It waits for the worker, so it is leased as soon as the session has begun.
    String taskId = create("java.slow");
    try (Proxy proxy = new Proxy(Kit.URL)) {
      proxy.delay(Duration.ofSeconds(2));
      WorkerBuilder builder =
          Kit.worker(proxy.url())
              .handle(
                  "java.slow",
                  job -> {
                    job.pause(Duration.ofMillis(500));
                    return "done";
                  });
      try (Kit.Running running = new Kit.Running(builder)) {
        assertEquals("done", client.result(taskId, Kit.PATIENCE).as(String.class));
        assertEquals(0, running.worker.stats().lost());
      }
    }
  }

  @Test
  void aListenerThatBlocksHoldsNothingUp() throws Exception {
    CountDownLatch end = new CountDownLatch(1);
    Worker worker =
        Kit.worker(Kit.URL)
            .handle("java.listener", job -> job.attempt())
            .onEvent(
                event -> {
                  try {
                    end.await();
                  } catch (InterruptedException interrupted) {
                    Thread.currentThread().interrupt();
                  }
                })
            .build();
    Thread running = new Thread(() -> assertThrowsNothing(worker));
    running.start();
    for (int count = 0; count < 20; count++) {
      assertEquals(1, client.result(create("java.listener"), Integer.class));
    }
    end.countDown();
    worker.stop(Duration.ofSeconds(5));
    running.join();
  }

  @Test
  @Timeout(value = 5, unit = TimeUnit.MINUTES)
  void aWorkerThatHoldsNothingStopsAtOnce() throws Exception {
    Worker worker = Kit.worker(Kit.URL).handle("java.idle", job -> job.attempt()).build();
    Thread running = new Thread(() -> assertThrowsNothing(worker));
    running.start();
    assertEquals(1, client.result(create("java.idle"), Integer.class));
    worker.stop(Duration.ofHours(1));
    running.join();
  }

  private static void assertThrowsNothing(Worker worker) {
    try {
      worker.run();
    } catch (InterruptedException interrupted) {
      throw new AssertionError(interrupted);
    }
  }

  @Test
  void aCancellationInterruptsTheHandlerAndSaysWhy() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    CompletableFuture<StopCause> cause = new CompletableFuture<>();
    CompletableFuture<Boolean> acted = new CompletableFuture<>();
    WorkerBuilder builder =
        Kit.worker(Kit.URL)
            .handle(
                "java.cancel",
                job -> {
                  job.cancellation().onCancel(() -> acted.complete(true));
                  begun.countDown();
                  try {
                    new CountDownLatch(1).await();
                  } finally {
                    cause.complete(job.cancellation().cause().orElse(null));
                  }
                  return null;
                });
    try (Kit.Running running = new Kit.Running(builder)) {
      String taskId = create("java.cancel");
      begun.await();
      client.cancelTask(taskId, "not wanted", Duration.ofSeconds(30));
      assertEquals(TaskState.TASK_STATE_CANCELED, client.awaitTask(taskId).getState());
      StopCause.Canceled canceled = assertInstanceOf(StopCause.Canceled.class, cause.get());
      assertEquals("not wanted", canceled.reason());
      assertTrue(canceled.deadline().isPresent());
      assertTrue(acted.get());
      assertInstanceOf(InterruptedException.class, running.heard(WorkerEvent.Raised.class).error());
    }
  }

  @Test
  void anInterruptThatComesLateDoesNotMeetTheNextTask() throws Exception {
    WorkerBuilder builder =
        Kit.worker(Kit.URL)
            .slots(1)
            .handle(
                "java.late",
                job -> {
                  boolean wasInterrupted = Thread.currentThread().isInterrupted();
                  Thread.currentThread().interrupt();
                  return wasInterrupted;
                });
    try (Kit.Running running = new Kit.Running(builder)) {
      for (int count = 0; count < 5; count++) {
        assertFalse(client.result(create("java.late"), Boolean.class));
      }
      assertEquals(5, running.worker.stats().taken());
    }
  }

  @Test
  void aLostLeaseIsToldByTheWorkersOwnClockBeforeItsTtlIsOver() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    CompletableFuture<Long> toldAt = new CompletableFuture<>();
    CompletableFuture<StopCause> cause = new CompletableFuture<>();
    try (Proxy proxy = new Proxy(Kit.URL)) {
      Duration ttl = Duration.ofSeconds(6);
      WorkerBuilder builder =
          Kit.worker(proxy.url())
              .leaseTtl(ttl)
              .handle(
                  "java.lost",
                  job -> {
                    begun.countDown();
                    try {
                      new CountDownLatch(1).await();
                    } catch (InterruptedException stopped) {
                      toldAt.complete(System.nanoTime());
                    }
                    cause.complete(job.cancellation().cause().orElse(null));
                    return "late";
                  });
      try (Kit.Running running = new Kit.Running(builder)) {
        String taskId = create("java.lost");
        begun.await();
        proxy.freeze();
        // The last heartbeat that was acknowledged was sent before this.
        long frozenAt = System.nanoTime();
        long told = toldAt.get(Kit.PATIENCE.toSeconds(), TimeUnit.SECONDS);
        assertTrue(
            told - frozenAt < ttl.toNanos(), () -> "told after " + (told - frozenAt) + " ns");
        assertInstanceOf(StopCause.LeaseLost.class, cause.get());
        assertEquals(1, running.worker.stats().lost());
        // The control: the task is not lost with it.
        Task task = client.getTask(taskId);
        assertFalse(task.hasEndTime());
        client.cancelTask(taskId, "the test is over");
      }
    }
  }

  @Test
  void handlersDoNotNoticeThatTheStreamBreaks() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    try (Proxy proxy = new Proxy(Kit.URL)) {
      WorkerBuilder builder =
          Kit.worker(proxy.url())
              .leaseTtl(Duration.ofSeconds(30))
              .handle(
                  "java.break",
                  job -> {
                    begun.countDown();
                    go.await();
                    return job.attempt();
                  });
      try (Kit.Running running = new Kit.Running(builder)) {
        String taskId = create("java.break");
        begun.await();
        proxy.cut();
        running.heard(WorkerEvent.Disconnected.class);
        assertTrue(running.heard(WorkerEvent.Connected.class).resumed());
        go.countDown();
        assertEquals(1, client.result(taskId, Integer.class));
      }
    }
  }

  @Test
  void aJobThatMakesAnEndingAndReturnsAnotherFails() throws Exception {
    WorkerBuilder builder =
        Kit.worker(Kit.URL)
            .handle(
                "java.forgotten",
                job -> {
                  job.sleep(Duration.ofDays(1));
                  return "done";
                });
    try (Kit.Running running = new Kit.Running(builder)) {
      NewTask task = NewTask.of("java.forgotten").maxAttempts(1);
      String taskId = client.createTask(task).taskId();
      TaskEndedException ended =
          assertThrows(TaskEndedException.class, () -> client.result(taskId));
      assertEquals("IllegalStateException", ended.task().getOutcome().getError().getType());
      running.heard(WorkerEvent.Raised.class);
    }
  }

  @Test
  void whatAHandlerPrintsIsReadWhereItIs() throws Exception {
    WorkerBuilder builder =
        Kit.worker(Kit.URL)
            .handle(
                "java.print",
                job -> {
                  try (java.io.PrintStream out =
                      new java.io.PrintStream(job.output("stdout"), false, "UTF-8")) {
                    for (int line = 0; line < 20_000; line++) {
                      out.println("line é " + line);
                    }
                  }
                  job.output("stdout").sync();
                  return null;
                });
    try (Kit.Running running = new Kit.Running(builder)) {
      String taskId = create("java.print");
      java.io.ByteArrayOutputStream read = new java.io.ByteArrayOutputStream();
      try (var parts = client.followOutput(taskId)) {
        parts.forEach(part -> read.writeBytes(part.getData().toByteArray()));
      }
      String[] lines = read.toString("UTF-8").split("\n");
      assertEquals(20_000, lines.length);
      assertEquals("line é 19999", lines[19_999]);
      assertFalse(running.hasHeard(WorkerEvent.OutputRefused.class));
    }
  }

  @Test
  void aWorkerWithAWrongKeyEndsWithTheReason() throws Exception {
    Worker worker = Worker.builder(Kit.URL, "agk_wrong").handle("none", job -> null).build();
    AsyncGateException error = assertThrows(AsyncGateException.class, worker::run);
    assertEquals(ErrorReason.ERROR_REASON_UNAUTHENTICATED, error.reason());
  }

  @Test
  void aWorkerWhoseThreadIsInterruptedReleasesItsTasks() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    Worker worker =
        Kit.worker(Kit.URL)
            .handle(
                "java.interrupted",
                job -> {
                  begun.countDown();
                  new CountDownLatch(1).await();
                  return null;
                })
            .build();
    CompletableFuture<Throwable> ended = new CompletableFuture<>();
    Thread running =
        new Thread(
            () -> {
              try {
                worker.run();
              } catch (InterruptedException interrupted) {
                ended.complete(interrupted);
              }
            });
    running.start();
    String taskId = create("java.interrupted");
    begun.await();
    running.interrupt();
    assertInstanceOf(InterruptedException.class, ended.get());
    Task task = client.getTask(taskId);
    assertEquals(TaskState.TASK_STATE_QUEUED, task.getState());
    assertEquals(0, task.getLeaseLosses());
    client.cancelTask(taskId, "the test is over");
  }

  @Test
  void overTlsTheGivenAuthorityIsTrustedAndNoOther() throws Exception {
    String url = System.getenv("KIT_TLS_URL");
    ChannelCredentials trusting = trusting("KIT_TLS_CA").build();
    WorkerBuilder builder =
        Worker.builder(url, "worker-key")
            .credentials(trusting)
            .drainWithin(Duration.ZERO)
            .drainOnShutdown(false)
            .handle("greet", String.class, (name, job) -> "Hello, " + name + "!");
    try (Client secured = Client.builder(url, "tasker-key").credentials(trusting).build();
        Kit.Running running = new Kit.Running(builder)) {
      String taskId = secured.createTask(NewTask.of("greet", "Ada")).taskId();
      assertEquals("Hello, Ada!", secured.result(taskId, String.class));
      assertEquals(url, running.heard(WorkerEvent.Connected.class).endpoint());
    }
    for (ChannelCredentials other :
        List.of(trusting("KIT_TLS_OTHER_CA").build(), TlsChannelCredentials.create())) {
      try (Client refused =
          Client.builder(url, "tasker-key").credentials(other).attemptsMax(1).build()) {
        AsyncGateException error =
            assertThrows(AsyncGateException.class, () -> refused.createTask(NewTask.of("secret")));
        assertEquals(ErrorReason.ERROR_REASON_UNAVAILABLE, error.reason());
      }
    }
  }

  @Test
  void withoutAKeyTheCertificateSaysWhoCalls() throws Exception {
    ChannelCredentials own =
        trusting("KIT_TLS_CA").keyManager(pem("KIT_TLS_CERT"), pem("KIT_TLS_KEY")).build();
    try (Client client =
        Client.builder(System.getenv("KIT_TLS_URL"), "").credentials(own).build()) {
      Created created = client.createTask(NewTask.of("mine"));
      assertEquals("ada", created.task().getCreatedBy().getId());
    }
  }

  private static TlsChannelCredentials.Builder trusting(String variable) throws IOException {
    return TlsChannelCredentials.newBuilder().trustManager(pem(variable));
  }

  private static InputStream pem(String variable) {
    return new ByteArrayInputStream(System.getenv(variable).getBytes(StandardCharsets.US_ASCII));
  }
}
