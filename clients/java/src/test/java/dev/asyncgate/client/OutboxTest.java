package dev.asyncgate.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.asyncgate.v1.CompleteTaskRequest;
import dev.asyncgate.v1.ReportProgressRequest;
import dev.asyncgate.v1.Settled;
import dev.asyncgate.v1.WorkRequest;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class OutboxTest {
  private final Outbox outbox = new Outbox();
  private final List<String> answered = new ArrayList<>();

  private Outbox.Item progress(String requestId) {
    ReportProgressRequest request =
        ReportProgressRequest.newBuilder().setRequestId(requestId).build();
    Outbox.Item item =
        new Outbox.Item(
            Outbox.Part.PROGRESS, request, requestId, settled -> answered.add(requestId));
    assertTrue(outbox.put(item));
    return item;
  }

  private boolean complete(int size) {
    CompleteTaskRequest.Builder request = CompleteTaskRequest.newBuilder();
    request.getResultBuilder().setJson("x".repeat(size));
    return outbox.put(
        new Outbox.Item(Outbox.Part.COMPLETES, request.build(), "c" + size, settled -> {}));
  }

  private List<String> idsOf(WorkRequest frame) {
    return frame.getProgressList().stream().map(ReportProgressRequest::getRequestId).toList();
  }

  private void answer(String requestId) {
    outbox.answer(Settled.newBuilder().setRequestId(requestId).build());
  }

  @Test
  void itemsLeaveInTheirOrderWithCredits() {
    progress("a");
    progress("b");
    WorkRequest frame = outbox.take(3).orElseThrow();
    assertEquals(List.of("a", "b"), idsOf(frame));
    assertEquals(3, frame.getCredit().getTasks());
    assertTrue(outbox.take(0).isEmpty());
  }

  @Test
  void whatWasNotAnsweredIsSentAgainFirstUnderTheSameIds() {
    progress("a");
    progress("b");
    outbox.take(0);
    progress("c");
    answer("a");
    outbox.resend();
    assertEquals(List.of("b", "c"), idsOf(outbox.take(0).orElseThrow()));
    answer("b");
    answer("b");
    answer("unknown");
    assertEquals(List.of("a", "b"), answered);
    assertEquals(1, outbox.unanswered());
  }

  @Test
  void anItemIsReplacedOnlyUntilItIsSent() {
    Outbox.Item item = progress("a");
    ReportProgressRequest by =
        ReportProgressRequest.newBuilder().setRequestId("a").setReceipted(true).build();
    assertTrue(outbox.replace(item, by));
    assertTrue(outbox.take(0).orElseThrow().getProgress(0).getReceipted());
    assertFalse(outbox.replace(item, by));
    outbox.resend();
    // Its request id stands for its content, on the next stream as well.
    assertFalse(outbox.replace(item, by));
    // Nor when it was refused for a time, and is put again.
    outbox.take(0);
    answer("a");
    assertTrue(outbox.put(item));
    assertFalse(outbox.replace(item, by));
  }

  @Test
  void framesAreBounded() {
    outbox.limitLists(2);
    for (String id : List.of("a", "b", "c")) {
      progress(id);
    }
    assertEquals(List.of("a", "b"), idsOf(outbox.take(0).orElseThrow()));
    assertEquals(List.of("c"), idsOf(outbox.take(0).orElseThrow()));
    outbox.limitLists(500);
    assertTrue(complete(200_000));
    assertTrue(complete(200_001));
    assertEquals(1, outbox.take(0).orElseThrow().getCompletesCount());
    assertEquals(1, outbox.take(0).orElseThrow().getCompletesCount());
    assertFalse(complete(Outbox.ITEM_BYTES_MAX));
  }
}
