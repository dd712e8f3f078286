@spec_doors
Feature: Doors
  Every protocol leads to the same tasks.

  @req_rest @req_one_engine
  Scenario: A task of REST is a task
    When agent ann hands over the task "by rest" over REST
    Then worker wim takes "by rest"
    And agent ann owes "by rest"

  @req_mcp_tools @req_one_engine
  Scenario: A host of MCP hands over a task and finds it open
    When agent ann hands over the task "by mcp" over MCP
    Then worker wim takes "by mcp"
    And agent ann finds "by mcp" open over MCP
