@spec_scheduler
Feature: Schedules
  A schedule is a task that creates tasks.

  @req_schedule_fires @req_schedule_control @req_schedule_owed
  Scenario: A schedule is triggered, paused and deleted
    Given agent ann creates the schedule "nightly" of the task "backup"
    Then agent ann owes the schedule "nightly"
    When agent ann triggers the schedule "nightly"
    Then worker wim takes "backup"
    And the owner of "backup" is agent ann
    When agent ann pauses the schedule "nightly"
    Then the schedule "nightly" is paused
    When agent ann deletes the schedule "nightly"
    Then agent ann owes no schedule

  @req_schedule_refused
  Scenario: A spec that is wrong is refused with its place
    When agent ann creates the schedule "never" with the times "61 * * * *"
    Then the call is refused with INVALID_ARGUMENT
    And the refusal says "minute 61"
