@spec_agents
Feature: Sessions of agents
  Who works as an agent for some time says so, is bound by the role that it takes, and hands over what was agreed.

  Background:
    Given operator olga registers the agent
      """
      agentId: painter
      roles: [executor, verifier]
      tools: [{name: render, taskType: art.render}]
      """

  @req_agent_sessions
  Scenario: Two live sessions do not have one name
    Given worker pia is present as "painter" with the name "nightly" as executor
    When worker wim is present as "painter" with the name "nightly" as executor
    Then the call is refused with SESSION_COLLISION
    When worker pia leaves the session "nightly"
    Then worker wim is present as "painter" with the name "nightly" as executor

  @req_agent_sessions
  Scenario: A session that is not heard of ends by itself
    Given worker pia is present as "painter" with the name "nightly" for a moment
    Then the session "nightly" has ended
    And worker wim is present as "painter" with the name "nightly" as executor

  @req_agent_sessions
  Scenario: The role of a session binds its holder
    Given agent ann hands over the task "draw"
    And executor eva is present as "painter" with the name "nightly" as executor
    When executor eva takes "draw" in the session "nightly"
    And executor eva creates the child "detail" under "draw"
    Then the call is refused with AGENT_ROLE_BOUND
    And "draw" is LEASED
    When executor eva leaves the session "nightly"
    Then "draw" is QUEUED

  @req_agent_preflight
  Scenario: Work that requires a healthy agent is not given to one that is not there
    When agent ann delegates "art.render" to "painter" if it is well
    Then the call is refused with PREFLIGHT_FAILED

  @req_agent_preflight
  Scenario: Work that requires a healthy agent is given to one that is present
    Given worker pia is present as "painter" with the name "nightly" as executor
    When agent ann delegates "art.render" to "painter" if it is well
    Then worker pia, who can agent:painter, takes "art.render"

  @req_agent_preflight
  Scenario: An operator who knows better lets an agent pass
    Given operator olga lets "painter" pass
    When agent ann delegates "art.render" to "painter" if it is well
    Then worker pia, who can agent:painter, takes "art.render"

  @req_agent_hand_off_contracts
  Scenario: What was agreed goes along, or the work is not handed on
    Given operator olga agrees on "research-to-writing" with the artifacts sources, outline
    And agent ann hands over the task "research"
    And executor wim takes "research"
    When executor wim completes "research" and hands on "write" by "research-to-writing" with sources
    Then the call is refused with OUTCOME_INCOMPLETE
    And the refusal says "outline"
    And "research" is LEASED
    When executor wim completes "research" and hands on "write" by "research-to-writing" with sources, outline
    Then "research" is SUCCEEDED
    And "write" is QUEUED
