package dev.asyncgate.client;

import dev.asyncgate.v1.Task;
import dev.asyncgate.v1.TaskError;

/** The task has ended without a result: it failed or was canceled. */
public final class TaskEndedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient Task task;

  TaskEndedException(Task task) {
    super(messageOf(task));
    this.task = task;
  }

  private static String messageOf(Task task) {
    TaskError error = task.getOutcome().getError();
    String why =
        task.getOutcome().hasError()
            ? error.getType() + ": " + error.getMessage()
            : task.getCancelReason();
    String state = task.getState().name().replace("TASK_STATE_", "");
    return "task " + task.getTaskId() + " is " + state + (why.isEmpty() ? "" : ": " + why);
  }

  /** The task as it ended. */
  public Task task() {
    return task;
  }
}
