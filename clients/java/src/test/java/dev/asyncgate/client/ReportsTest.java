package dev.asyncgate.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.asyncgate.v1.ErrorDetail;
import dev.asyncgate.v1.ErrorReason;
import dev.asyncgate.v1.LeasedTask;
import dev.asyncgate.v1.ReportProgressRequest;
import dev.asyncgate.v1.ReportProgressResponse;
import dev.asyncgate.v1.Settled;
import dev.asyncgate.v1.WorkRequest;
import java.io.IOException;
import java.math.BigDecimal;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Reports and output while no stream is open. */
class ReportsTest {
  private final WorkerParts parts =
      new WorkerParts(
          new EventDispatcher(event -> {}),
          Runnable::run,
          () -> {
            throw new AssertionError("no client is needed");
          });
  private final HeldTask held = new HeldTask(LeasedTask.getDefaultInstance(), Runnable::run);
  private final Reports reports = new Reports(parts, (item, settled) -> false);
  private final Outputs outputs = new Outputs(parts, (item, settled) -> false);

  @AfterEach
  void end() {
    parts.loop().close();
  }

  @Test
  void reportsThatWaitAreMergedAndSpendingIsAdded() throws InterruptedException {
    Report first = reports.note(held, Note.percent(1).message("one"));
    reports.checkpoint(held, Content.payloadOf("here"));
    reports.spend(held, Map.of("usd", new BigDecimal("0.1")));
    reports.spend(held, Map.of("usd", new BigDecimal("0.2")));
    reports.note(held, Note.percent(2).message("two"));
    WorkRequest frame = parts.outbox().take(0).orElseThrow();
    assertEquals(1, frame.getProgressCount());
    ReportProgressRequest sent = frame.getProgress(0);
    assertEquals("two", sent.getProgress().getMessage());
    assertEquals("\"here\"", sent.getCheckpoint().getJson());
    assertEquals(Map.of("usd", "0.3"), sent.getSpendMap());
    assertFalse(first.isDone());
    parts
        .outbox()
        .answer(
            Settled.newBuilder()
                .setRequestId(sent.getRequestId())
                .setProgressed(ReportProgressResponse.getDefaultInstance())
                .build());
    first.await();
  }

  @Test
  void aReportForTheLedgerIsNotMergedAndNorIsOneThatWasSent() {
    reports.note(held, Note.of("one").receipted());
    reports.note(held, Note.of("two"));
    assertEquals(2, parts.outbox().take(0).orElseThrow().getProgressCount());
    reports.note(held, Note.of("three"));
    assertEquals(1, parts.outbox().waiting());
  }

  @Test
  void aRefusalKeepsItsReason() {
    Report report = reports.start(held);
    String requestId = parts.outbox().take(0).orElseThrow().getStarts(0).getRequestId();
    ErrorDetail fenced =
        ErrorDetail.newBuilder().setReason(ErrorReason.ERROR_REASON_FENCED).build();
    parts.outbox().answer(Settled.newBuilder().setRequestId(requestId).setError(fenced).build());
    AsyncGateException error = assertThrows(AsyncGateException.class, report::await);
    assertEquals(ErrorReason.ERROR_REASON_FENCED, error.reason());
    assertFalse(error.isRetryable());
  }

  @Test
  void whatIsNotSentIsBounded() {
    for (int count = 0; count < 10_000; count++) {
      assertFalse(reports.note(held, Note.of("note").receipted()).isDone());
    }
    Report refused = reports.note(held, Note.of("one too many").receipted());
    assertThrows(IllegalStateException.class, refused::await);
    assertEquals(10_000, parts.outbox().waiting());
    // The control: what can be merged takes no room.
    reports.note(held, Note.of("note"));
    assertEquals(10_000, parts.outbox().waiting());
  }

  @Test
  void aWriterThatIsFasterThanTheServerWaitsAndIsTold() throws Exception {
    JobOutput output = outputs.of(held, "stdout");
    CountDownLatch interrupted = new CountDownLatch(1);
    long[] written = {0};
    Thread writer =
        new Thread(
            () -> {
              try {
                for (; ; written[0] += 1_000) {
                  output.write(new byte[1_000]);
                }
              } catch (IOException stopped) {
                interrupted.countDown();
              }
            });
    writer.start();
    while (writer.getState() != Thread.State.WAITING) {
      Thread.sleep(5);
    }
    assertTrue(written[0] < 400_000, () -> "it wrote " + written[0]);
    writer.interrupt();
    assertTrue(interrupted.await(Kit.PATIENCE.toSeconds(), TimeUnit.SECONDS));
  }

  @Test
  void piecesOfAnOutputFollowEachOtherAndAllAreSentBeforeTheSettlement() throws IOException {
    JobOutput output = outputs.of(held, "stdout");
    output.print("é".repeat(50_000));
    outputs.finish(held);
    WorkRequest frame = parts.outbox().take(0).orElseThrow();
    long offset = 0;
    for (var piece : frame.getOutputsList()) {
      assertEquals(offset, piece.getOffset());
      offset += piece.getData().size();
    }
    assertEquals(100_000, offset);
    assertEquals(0, parts.outbox().waiting());
    assertThrows(IOException.class, () -> output.print("late"));
  }
}
