package dev.asyncgate.client;

import dev.asyncgate.v1.CreateTaskResponse;
import dev.asyncgate.v1.Task;

/**
 * The answer to the creation of a task.
 *
 * @param task as it was created, or as it stands if it existed
 * @param assignedReceiptId the {@code task.assigned} receipt
 * @param existed whether the task existed already and nothing was written
 */
public record Created(Task task, String assignedReceiptId, boolean existed) implements Creation {

  static Created of(CreateTaskResponse answer) {
    return new Created(answer.getTask(), answer.getAssignedReceiptId(), answer.getExisted());
  }

  /** The task's id. */
  public String taskId() {
    return task.getTaskId();
  }

  @Override
  public Created orThrow() {
    return this;
  }
}
