package dev.asyncgate.client;

import dev.asyncgate.v1.AgentHealth;
import dev.asyncgate.v1.DelegateToAgentResponse;
import dev.asyncgate.v1.Task;

/**
 * The answer to a delegation.
 *
 * @param task the task that it became
 * @param assignedReceiptId the {@code task.assigned} receipt
 * @param existed whether the task existed already and nothing was written
 * @param agentId the agent that it was given to
 * @param why why it is that one
 * @param health how the agent is; unspecified if it was not looked at
 */
public record Delegated(
    Task task,
    String assignedReceiptId,
    boolean existed,
    String agentId,
    String why,
    AgentHealth health) {

  static Delegated of(DelegateToAgentResponse answer) {
    return new Delegated(
        answer.getTask(),
        answer.getAssignedReceiptId(),
        answer.getExisted(),
        answer.getAgentId(),
        answer.getWhy(),
        answer.getHealth());
  }

  /** The task's id. */
  public String taskId() {
    return task.getTaskId();
  }
}
