package dev.asyncgate.client;

import dev.asyncgate.v1.InputOutcome;
import dev.asyncgate.v1.InputResult;
import dev.asyncgate.v1.Payload;
import dev.asyncgate.v1.Principal;
import java.time.Instant;
import java.util.Optional;

/**
 * How the question of a task was settled.
 *
 * @param outcome how; DEFAULTED if it expired and its default answer counts
 * @param content the answer; empty unless it was answered or defaulted
 * @param by the principal that answered or declined it
 * @param reason why it was declined
 * @param time when, by the database's clock
 * @param message the contract's message
 */
public record Answer(
    InputOutcome outcome,
    Content content,
    Optional<Principal> by,
    String reason,
    Optional<Instant> time,
    InputResult message) {

  static Answer of(InputResult result) {
    Payload.Builder content = Payload.newBuilder();
    if (!result.getAnswer().isEmpty()) {
      content.setJson(result.getAnswer());
    }
    return new Answer(
        result.getOutcome(),
        Content.of(content.build()),
        result.hasBy() ? Optional.of(result.getBy()) : Optional.empty(),
        result.getReason(),
        result.hasTime() ? Optional.of(Times.instantOf(result.getTime())) : Optional.empty(),
        result);
  }

  /** Whether there is an answer: the question was answered, or its default answer counts. */
  public boolean isGiven() {
    return !content.isEmpty();
  }
}
