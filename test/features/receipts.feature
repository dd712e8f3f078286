@spec_engine
Feature: Receipts and obligations
  The ledger says at every moment who still owes what.

  @req_receipt_locator @req_anomalies
  Scenario: A success that does not say where its result is does not discharge
    Given agent ann hands over the task "build"
    When worker wim takes "build"
    And worker wim completes "build" without saying where the result is
    Then "build" is SUCCEEDED
    And agent ann owes "build"
    And the receipts of "build" hold system.anomaly
    When worker wim says that the result of "build" is at "s3://builds/7"
    Then agent ann owes nothing
    And the ledger is whole

  @req_obligations_explain
  Scenario: Why an obligation is open can be asked
    Given agent ann hands over the task "answer"
    Then agent ann is told that "answer" is open until task.completed, task.failed, task.canceled

  @req_receipt_append_only
  Scenario: A caller cannot write what only operations write
    Given agent ann hands over the task "answer"
    When agent ann appends a task.failed to "answer"
    Then the call is refused with UNSUPPORTED
    And the receipts of "answer" are task.assigned
