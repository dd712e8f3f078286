@spec_coordination
Feature: Coordination
  Tasks wait for each other, ask, branch, are handed on, and are checked.

  @req_wait_for_tasks
  Scenario: A task waits for another one, and its holder gets the result
    Given agent ann hands over the task "draft"
    And agent ann hands over the task "print" that waits for "draft"
    Then "print" is BLOCKED
    And worker wim finds no "print"
    And "print" does not run because of CONDITIONS
    When worker wim takes "draft"
    And worker wim completes "draft" with the result "text"
    Then worker wim takes "print" with "text" from its wait

  @req_wait_impossible
  Scenario: What waits for a failure fails itself
    Given agent ann hands over the task "draft"
    And agent ann hands over the task "print" that waits for "draft"
    When agent ann cancels "draft"
    Then "print" is FAILED for DEPENDENCY_FAILED

  @req_wait_for_signal
  Scenario: A signal that comes early is kept, and taken once
    Given operator olga sends the signal "go"
    When operator olga hands over the task "first" that waits for the signal "go"
    And operator olga hands over the task "second" that waits for the signal "go"
    Then "first" is QUEUED
    And "second" is BLOCKED
    When operator olga sends the signal "go"
    Then "second" is QUEUED

  @req_suspend @req_wait_for_time
  Scenario: A holder gives its task back while it waits for another one
    Given agent ann hands over the task "book"
    When executor eve takes "book"
    And executor eve creates the child "chapter" under "book"
    And executor eve suspends "book" until "chapter" has ended or an hour is over
    Then "book" is BLOCKED
    When operator olga cancels "chapter"
    Then "book" is QUEUED in attempt 1

  @req_no_circles
  Scenario: Tasks that would wait for each other are refused
    Given operator olga hands over the task "hen"
    And operator olga hands over the task "egg" that waits for "hen"
    When operator olga takes "hen"
    And operator olga suspends "hen" until "egg" has ended
    Then the call is refused with DEPENDENCY_CYCLE

  @req_names
  Scenario: A name has one bearer
    Given agent ann hands over the task "nightly" with
      """
      name: jobs/nightly
      """
    When agent ann hands over the task "another" with
      """
      name: jobs/nightly
      """
    Then the call is refused with NAME_TAKEN
    And the task named "jobs/nightly" is "nightly"
    When agent ann cancels "nightly"
    And agent ann hands over the task "next" with
      """
      name: jobs/nightly
      """
    Then the task named "jobs/nightly" is "next"

  @req_questions
  Scenario: A question is owed until it is answered, and answered once
    Given agent ann hands over the task "deploy"
    When worker wim takes "deploy"
    And worker wim asks for "deploy": "Now?"
    Then "deploy" is INPUT_REQUIRED
    And agent ann is asked "Now?"
    When agent ann answers "yes" to the question of "deploy"
    Then worker pam takes "deploy" with the answer "yes"
    When agent ann answers "no" to the question of "deploy"
    Then the call is refused with INPUT_ANSWERED

  @req_children
  Scenario: Children end with their parent
    Given agent ann hands over the task "trip"
    When executor eve takes "trip"
    And executor eve creates the child "hotel" under "trip"
    Then the parent of "hotel" is "trip"
    When agent ann cancels "trip"
    Then "hotel" is CANCELED

  @req_hand_on
  Scenario: A completion creates what goes on from it
    Given agent ann hands over the task "write"
    When executor eve takes "write"
    And executor eve completes "write" and hands on "publish"
    Then "publish" is QUEUED
    And agent ann owes nothing of "write"
    And the owner of "publish" is agent ann

  @req_hand_off
  Scenario: A holder hands its task over to another worker
    Given agent ann hands over the task "night"
    When worker wim takes "night"
    And worker wim hands "night" off to worker pam with the note "half done"
    Then worker gus finds no "night"
    And worker pam takes "night" with the note "half done"

  @req_outcome_contract
  Scenario: A completion without what its owner requires is refused
    Given agent ann hands over the task "manual" with
      """
      expectedOutcome: {enforce: true, required: [{kind: pdf}]}
      """
    When worker wim takes "manual"
    And worker wim completes "manual" with the result "no file"
    Then the call is refused with OUTCOME_INCOMPLETE
    And "manual" is LEASED

  @req_verification
  Scenario: Rejected work is done again, and accepted by another worker
    Given agent ann hands over the task "proof" with
      """
      verification: {verifier: {type: check}}
      """
    When worker wim takes "proof"
    And worker wim completes "proof" with the result "first"
    Then "proof" is VERIFYING
    And worker wim finds no "check"
    When worker pam rejects the work by "check": "it has a gap"
    Then worker wim takes "proof" with the finding "it has a gap"
    When worker wim completes "proof" with the result "second"
    And worker pam accepts the work by "check"
    Then "proof" is SUCCEEDED
    And the result of "proof" is "second"

  @req_write_scopes
  Scenario: What overlaps is worked on by one task at a time
    Given agent ann hands over the task "shop" with
      """
      scopes: [repo:shop]
      """
    And agent ann hands over the task "cart" with
      """
      scopes: [repo:shop/cart]
      """
    When worker wim takes "shop"
    Then worker pam finds no "cart"
    And "cart" does not run because of SCOPE_HELD
    When worker wim completes "shop" with the result "done"
    Then worker pam takes "cart"

  @req_output
  Scenario: What a task prints is read as it was written
    Given agent ann hands over the task "make"
    When worker wim takes "make"
    And worker wim prints "one\n" for "make" at 0
    And worker wim prints "two\n" for "make" at 4
    And worker wim prints "two\n" for "make" at 4
    Then the output of "make" is "one\ntwo\n"
    When worker wim prints "gap" for "make" at 100
    Then the call is refused with OFFSET_MISMATCH

  @req_spending
  Scenario: A holder is told when its task has spent more than it may
    Given agent ann hands over the task "think" with
      """
      budget: {amounts: {usd: "1"}}
      """
    When worker wim takes "think"
    And worker wim spends "0.9" usd for "think"
    Then "think" is within its budget
    When worker wim spends "0.2" usd for "think"
    Then "think" is over its budget

  @req_pauses
  Scenario: An operator pauses a queue and a task
    Given agent ann hands over the task "batch" with
      """
      queue: nightly
      """
    When operator olga pauses the queue "nightly"
    Then worker wim finds no "batch" in the queue "nightly"
    And "batch" does not run because of QUEUE_PAUSED
    When operator olga resumes the queue "nightly"
    And operator olga pauses "batch"
    Then "batch" is PAUSED
    When operator olga resumes "batch"
    Then worker wim takes "batch" in the queue "nightly"

  @req_explain
  Scenario: Why a task does not run is told, and what would move it
    Given agent ann hands over the task "rare" with
      """
      capabilities: [quantum]
      """
    Then "rare" does not run because of NO_WORKER
