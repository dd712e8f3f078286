@spec_agents
Feature: Agents
  A registry says who can do what, and gives work to them.

  Background:
    Given operator olga registers the agent
      """
      agentId: painter
      domain: pictures
      keywords: [canvas]
      writeScopes: ["repo:site"]
      tools: [{name: render, taskType: art.render, inputSchema: {type: object, required: [of]}}]
      """

  @req_agent_register
  Scenario: An agent is registered, and each change is a version
    When operator olga registers the agent
      """
      agentId: painter
      domain: drawings
      """
    Then the agent "painter" is in version 2
    And agent ann reads the agent "painter" in version 1 with the domain "pictures"

  @req_agent_write_scopes
  Scenario: Two active agents do not own what overlaps
    When operator olga registers the agent
      """
      agentId: sculptor
      writeScopes: ["repo:site/statues"]
      """
    Then the call is refused with AGENT_SCOPE_TAKEN
    And the refusal says "painter"

  @req_agent_route
  Scenario: A text leads to an agent, with the reason
    Then "a large canvas" belongs to "painter" by KEYWORD
    And "a poem" belongs to no agent

  @req_agent_delegate
  Scenario: Work that is delegated comes to the agent's worker
    When agent ann delegates "art.render" to "painter" with
      """
      of: a tree
      """
    Then worker wim finds no "art.render"
    When worker pia, who can agent:painter, takes "art.render"
    Then "art.render" is LEASED

  @req_agent_delegate
  Scenario: Input that does not fit its tool is refused
    When agent ann delegates "art.render" to "painter" with
      """
      size: 3
      """
    Then the call is refused with INVALID_ARGUMENT
