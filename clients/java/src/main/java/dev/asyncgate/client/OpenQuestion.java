package dev.asyncgate.client;

import dev.asyncgate.v1.InputRequested;
import dev.asyncgate.v1.Principal;
import dev.asyncgate.v1.Question;
import dev.asyncgate.v1.Receipt;
import java.time.Instant;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/**
 * A question that the caller owes an answer to.
 *
 * @param taskId the task that asks
 * @param inputId the question
 * @param question as it was asked
 * @param from the worker that asks
 * @param expireTime when it expires
 */
public record OpenQuestion(
    String taskId,
    String inputId,
    Question question,
    Principal from,
    Optional<Instant> expireTime) {

  static OpenQuestion of(Receipt receipt) {
    InputRequested body = receipt.getBody().getInputRequested();
    return new OpenQuestion(
        receipt.getTaskId(),
        // Of a second addressee, the receipt is another one than that of the question.
        body.getInputId().isEmpty() ? receipt.getReceiptId() : body.getInputId(),
        body.getQuestion(),
        receipt.getFrom(),
        body.hasExpireTime()
            ? Optional.of(Times.instantOf(body.getExpireTime()))
            : Optional.empty());
  }

  /** What it is about, in one line. */
  public String title() {
    return question.getTitle();
  }

  /** What one should know to answer it. A missing node if nothing was said. */
  public JsonNode context() {
    return Content.treeOf(question.getContext());
  }
}
