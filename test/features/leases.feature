@spec_engine
Feature: Leases
  A worker has the right to work on a task until a time, and proves it with each call.

  @req_claim_by_capability
  Scenario: A task comes only to a worker with its capabilities
    Given agent ann hands over the task "train" with
      """
      capabilities: [gpu]
      """
    Then worker wim finds no "train"
    When worker gus, who can gpu, takes "train"
    Then "train" is LEASED

  @req_lease_one_holder
  Scenario: A held task is held by one worker
    Given agent ann hands over the task "single"
    When worker wim takes "single"
    Then worker pam finds no "single"

  @req_lease_lost @req_lease_fence
  Scenario: A lease that is lost frees its task, and its holder can change nothing any more
    Given agent ann hands over the task "slow"
    When worker wim takes "slow" for a moment
    And the lease of "slow" is lost
    Then "slow" is QUEUED in attempt 1
    When worker pam takes "slow"
    And worker wim completes "slow" with the result "stale"
    Then the call is refused with FENCED
    When worker pam completes "slow" with the result "fresh"
    Then the result of "slow" is "fresh"
    And the receipts of "slow" hold lease.expired, task.completed

  @req_lease_release
  Scenario: A worker gives a task back
    Given agent ann hands over the task "heavy"
    When worker wim takes "heavy"
    And worker wim releases "heavy"
    Then "heavy" is QUEUED in attempt 1
    And the receipts of "heavy" hold lease.released

  @req_lease_checkpoint
  Scenario: The next holder gets the note of the one before
    Given agent ann hands over the task "long"
    When worker wim takes "long"
    And worker wim saves the checkpoint "step 3" for "long"
    And worker wim releases "long"
    Then worker pam takes "long" with the checkpoint "step 3"
