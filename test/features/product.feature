@spec_product
Feature: The product
  What holds for every call.

  @req_tenants_apart
  Scenario: A task of another tenant is a task that does not exist
    Given agent ann hands over the task "private"
    When stranger sam reads "private"
    Then the call is refused with TASK_NOT_FOUND
    And stranger sam owes nothing

  @req_errors_say_what_to_do
  Scenario: All bad fields are told at once, with what to do
    When agent ann hands over the task "" with
      """
      priority: 11
      maxAttempts: 0
      """
    Then the call is refused with INVALID_ARGUMENT
    And the refusal names type, priority, max_attempts

  @req_traces
  Scenario: A task is in the trace of its caller
    When agent ann hands over the task "traced" in the trace "0af7651916cd43dd8448eb211c80319c"
    Then worker wim takes "traced" in the trace "0af7651916cd43dd8448eb211c80319c"

  @req_metrics
  Scenario: Calls and receipts are counted
    Given agent ann hands over the task "counted"
    Then the metrics count CreateTask, task.assigned
