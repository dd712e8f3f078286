@spec_engine
Feature: Tasks
  An agent hands work over, and finds out what became of it.

  @req_task_create @req_receipt_chain
  Scenario: An agent hands a task over
    When agent ann hands over the task "report"
    Then "report" is QUEUED
    And the receipts of "report" are task.assigned
    And agent ann owes "report"

  @req_task_read_result @req_receipt_terminates
  Scenario: The owner reads the result
    Given agent ann hands over the task "report"
    When worker wim takes "report"
    And worker wim completes "report" with the result "42 pages"
    Then "report" is SUCCEEDED
    And the result of "report" is "42 pages"
    And the receipts of "report" are task.assigned, task.accepted, task.completed, task.result_ready
    And agent ann owes nothing
    And worker wim owes nothing
    And the ledger is whole

  @req_end_to_end @req_obligations_open
  Scenario: An agent goes away, and comes back in a new session
    Given agent ann hands over the task "research" with
      """
      payload: {question: why}
      idempotencyKey: research-1
      """
    And agent ann goes away
    When worker wim takes "research"
    And worker wim saves the checkpoint "half of it" for "research"
    And agent ann comes back
    Then agent ann owes "research"
    When worker wim completes "research" with the result "because"
    Then agent ann owes nothing
    And the result of "research" is "because"

  @req_end_to_end @req_survives_a_kill
  Scenario: What a server has acknowledged outlives it
    Given agent ann hands over the task "kept" to a server that is killed then
    Then "kept" is QUEUED
    When worker wim takes "kept"
    And worker wim completes "kept" with the result "safe"
    Then the result of "kept" is "safe"

  @req_task_create_once
  Scenario: The same key gives one task
    Given agent ann hands over the task "pay" with
      """
      idempotencyKey: invoice-7
      payload: {amount: 10}
      """
    When agent ann hands over the task "pay" again with
      """
      idempotencyKey: invoice-7
      payload: {amount: 10}
      """
    Then both are one task
    When agent ann hands over the task "pay" again with
      """
      idempotencyKey: invoice-7
      payload: {amount: 11}
      """
    Then the call is refused with IDEMPOTENCY_CONFLICT
    And the receipts of "pay" are task.assigned

  @req_task_create_batch
  Scenario: A bad item of a batch fails alone
    When agent ann hands over a batch with
      """
      - type: first
      - type: ""
      - type: third
      """
    Then the items are created, INVALID_ARGUMENT, created

  @req_task_priority
  Scenario: The more urgent task comes first, then the older one
    Given agent ann hands over the tasks
      """
      - {type: job, payload: old}
      - {type: job, payload: new}
      - {type: job, payload: urgent, priority: 9}
      """
    Then worker wim takes the jobs urgent, old, new

  @req_task_delay
  Scenario: A task is not leased before its time
    When agent ann hands over the task "later" with
      """
      delayMs: 3600000
      """
    Then worker wim finds no "later"
    And "later" does not run because of NOT_YET

  @req_task_cancel
  Scenario: An owner cancels what waits
    Given agent ann hands over the task "idea"
    When agent ann cancels "idea"
    Then "idea" is CANCELED
    And worker wim finds no "idea"
    And agent ann owes nothing

  @req_task_cancel
  Scenario: An owner cancels what is held
    Given agent ann hands over the task "idea"
    And worker wim takes "idea"
    When agent ann cancels "idea"
    Then "idea" is CANCELED
    When worker wim completes "idea" with the result "too late"
    Then the call is refused with INVALID_TRANSITION
    And the ledger is whole

  @req_task_cancel
  Scenario: A holder may end in the grace of a cancellation
    Given agent ann hands over the task "idea"
    And worker wim takes "idea"
    When agent ann cancels "idea" with a grace
    Then worker wim is told that "idea" is canceled
    When worker wim completes "idea" with the result "just in time"
    Then "idea" is SUCCEEDED

  @req_task_retry
  Scenario: A failed attempt is tried again until the attempts are used up
    Given agent ann hands over the task "flaky" with
      """
      maxAttempts: 2
      retry: {initialIntervalMs: 1}
      """
    When worker wim takes "flaky"
    And worker wim fails "flaky" with a Timeout
    Then "flaky" is QUEUED in attempt 2
    When worker wim takes "flaky"
    And worker wim fails "flaky" with a Timeout
    Then "flaky" is FAILED
    And the receipts of "flaky" hold task.retry_scheduled, task.failed

  @req_task_retry
  Scenario: An error that its owner lists is not tried again
    Given agent ann hands over the task "strict" with
      """
      retry: {nonRetryableTypes: [BadInput]}
      """
    When worker wim takes "strict"
    And worker wim fails "strict" with a BadInput
    Then "strict" is FAILED
