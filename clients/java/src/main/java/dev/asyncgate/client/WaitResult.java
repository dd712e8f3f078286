package dev.asyncgate.client;

import dev.asyncgate.v1.Artifact;
import dev.asyncgate.v1.ConditionStatus;
import dev.asyncgate.v1.Signal;
import dev.asyncgate.v1.TaskError;
import dev.asyncgate.v1.TaskState;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What became of a condition that a task waited for.
 *
 * @param name empty if the condition has none
 * @param status PENDING if the wait was over without it
 * @param taskId the task that it waited for
 * @param taskState how that task ended; UNSPECIFIED until it has
 * @param result of that task
 * @param artifacts of that task
 * @param error of a task that failed
 * @param answer how the question was settled that it waited for
 * @param signals that it took, oldest first
 * @param omitted whether result, artifacts and error, or payloads of signals, were too large to
 *     come along: GetTask and ListSignals have them
 * @param at the time that it waited for
 * @param receiptId what met it or made it impossible; empty for a time, and while it is pending
 */
public record WaitResult(
    String name,
    ConditionStatus status,
    Optional<String> taskId,
    TaskState taskState,
    Content result,
    List<Artifact> artifacts,
    Optional<TaskError> error,
    Optional<Answer> answer,
    List<Signal> signals,
    boolean omitted,
    Optional<Instant> at,
    String receiptId) {

  static WaitResult of(dev.asyncgate.v1.WaitResult from) {
    return new WaitResult(
        from.getName(),
        from.getStatus(),
        Optional.of(from.getTaskId()).filter(id -> !id.isEmpty()),
        from.getTaskState(),
        Content.of(from.getResult()),
        from.getArtifactsList(),
        from.hasError() ? Optional.of(from.getError()) : Optional.empty(),
        from.hasInput() ? Optional.of(Answer.of(from.getInput())) : Optional.empty(),
        from.getSignalsList(),
        from.getOmitted(),
        from.hasAt() ? Optional.of(Times.instantOf(from.getAt())) : Optional.empty(),
        from.getReceiptId());
  }
}
